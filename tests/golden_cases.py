"""Functions whose generated programs are kept in tests/golden, so that a change in what is emitted shows in review.

`make golden` (or `python -m tests.golden_cases`) writes the files anew; tests/test_golden.py compares.
"""

from pathlib import Path
from typing import Callable

from s2sad import value_and_gradients_function, value_and_tangent_function
from tests import exemplars

FOLDER = Path(__file__).parent / "golden"


def _source_of_exemplar(name: str) -> str:
    exemplar = exemplars.load(name)
    return value_and_gradients_function(exemplar.function, params=exemplar.params).source(*exemplar.args())


def _tangent_of_exemplar(name: str) -> str:
    exemplar = exemplars.load(name)
    return value_and_tangent_function(exemplar.function, params=exemplar.params).source(*exemplar.args())


# File name (without its ending) -> a function that makes the text.
CASES: dict[str, Callable[[], str]] = {name: lambda name=name: _source_of_exemplar(name) for name in exemplars.NAMES}
CASES |= {f"forward/{name}": lambda name=name: _tangent_of_exemplar(name) for name in exemplars.NAMES}


def path_of(case: str) -> Path:
    return FOLDER / f"{case}.py"


def kept() -> set[str]:
    """The cases that there are files of."""
    return {path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.py")}


def rewrite() -> None:
    (FOLDER / "forward").mkdir(parents=True, exist_ok=True)
    for case in kept() - set(CASES):
        path_of(case).unlink()
    for case, make in CASES.items():
        text = make()
        if not path_of(case).is_file() or path_of(case).read_text() != text:
            path_of(case).write_text(text)
            print(f"wrote {path_of(case).relative_to(FOLDER.parent.parent)}")


if __name__ == "__main__":
    rewrite()
