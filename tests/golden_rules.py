"""The text of each rule, for the first kinds of its rows: tests/golden/rules/FAMILY.txt, for reading.

`make golden` (or `python -m tests.golden_rules`) writes the files anew; tests/test_golden_rules.py compares. Functions that
share a template are shown once. What the gradient of a call looks like is what stands below it:

    np.outer(a, b)  # a: float[:], b: float[:]
        a_grad = dy @ b
        b_grad = a @ dy
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from s2sad import NotDifferentiableError, value_and_gradients_function
from s2sad.rules.registry import Rule
from tests.rule_programs import Program, one_of_each_template, programs_of
from tests.rule_rows import table

FOLDER = Path(__file__).parent / "golden" / "rules"
EACH = 3  # programs of a rule


def families() -> dict[str, list[Rule]]:
    """The rules, by the file of their rows; the first of those that share a template."""
    made: dict[str, list[Rule]] = {}
    for rule in one_of_each_template():
        family = table.FAMILIES.get(rule.function, "")
        everywhere = rule.name not in ("fma", "sumprod") or rule.library != "math"  # pages are the same on each Python
        if family and everywhere:
            made.setdefault(family, []).append(rule)
    return made


def page(rules: list[Rule]) -> str:
    return "\n".join(part for rule in rules for program in chosen(rule) if (part := shown(program)))


def chosen(rule: Rule) -> list[Program]:
    """The programs of a rule that differ most: in the options they use, and in the ranks of their arguments."""
    found: dict[Any, Program] = {}
    for program in programs_of(rule):
        found.setdefault((program.text, *[kind_of(arg).replace("64", "") for arg in program.args]), program)
    return list(found.values())[:EACH]


def kind_of(value: Any) -> str:
    """As the docstring of a generated program says it."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype.name.removesuffix('64').removesuffix('128')}[{', '.join(':' * value.ndim)}]"
    return type(value).__name__


def shown(program: Program) -> str:
    """The call, and the statements of the generated program behind it."""
    made = value_and_gradients_function(program.function, params=program.params)
    names = program.function.__code__.co_varnames
    kinds = ", ".join(f"{name}: {kind_of(value)}" for name, value in zip(names, program.args))
    call = program.text.partition("return ")[2].strip()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text = made.source(*program.args)
        except NotDifferentiableError as error:
            return f"{call}  # {kinds}\n    # {str(error).splitlines()[0]}\n"
    return f"{call}  # {kinds}\n{statements(text)}\n"


def statements(text: str) -> str:
    """What stands in a generated program between its docstring and its return, but for comments and the value."""
    body = text.rpartition('"""\n')[2].splitlines()
    lines = [line for line in body if line.strip() and not line.strip().startswith(("# return", "return value, "))]
    ends = [line for line in body if line.startswith("    return value, ")]
    kept = [line for line in lines if not line.startswith("    value = ")] + [
        line.replace("    return value, ", "    -> ")
        for line in ends
        if "_grad" not in line or "(" in line.split("value, ")[1][1:]
    ]
    return "\n".join(kept)


CASES = {family: rules for family, rules in families().items()}


def path_of(family: str) -> Path:
    return FOLDER / f"{family}.txt"


def rewrite() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in FOLDER.glob("*.txt"):
        if path.stem not in CASES:
            path.unlink()
    for family, rules in CASES.items():
        text = page(rules)
        if not path_of(family).is_file() or path_of(family).read_text() != text:
            path_of(family).write_text(text)
            print(f"wrote {path_of(family).relative_to(FOLDER.parent.parent.parent)}")


if __name__ == "__main__":
    rewrite()
