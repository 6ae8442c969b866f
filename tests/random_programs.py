"""Random programs, as text, for s2sad to be tried on: loops, branches, arrays as memory, containers, calls, odd names.

`python -m tests.random_programs --count 5000 --seed 1` tries that many; a failing one is shrunk to a few lines and
printed. The same seed gives the same programs. What is right is said by tests/random_judge.py.
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import time
from typing import Any, Callable

import numpy as np

from tests import random_functions
from tests.random_complex import Case
from tests.random_expressions import Type, array_of
from tests.random_judge import GOOD, MODES, Outcome, check
from tests.random_objects import Objects
from tests.random_shrink import shrink


class Statements(Objects):
    """Makes the body of one function: statements that mostly run, over the variables that are there."""

    def block(self, depth: int, count: int) -> None:
        """Statements one level deeper; variables made in them are gone afterwards."""
        before, self.indent = dict(self.variables), self.indent + 1
        lines = len(self.lines)
        for _ in range(count):
            self.statement(depth)
        if len(self.lines) == lines:
            self.line("pass")
        self.indent -= 1
        self.made = {name: kind for name, kind in self.variables.items() if name not in before}
        self.variables = before

    def statement(self, depth: int) -> None:
        """One random statement."""
        for _ in range(6):
            several = (STATEMENTS + MORE, WEIGHTS + MORE_WEIGHTS) if self.objects else (STATEMENTS, WEIGHTS)
            maker = self.random.choices(*several)[0]
            if maker in COMPOUND and depth <= 0:
                continue
            lines = len(self.lines)
            if maker(self, depth) is not False:
                return
            del self.lines[lines:]

    # ------------------------------------------------------------------------------------------ names
    def assign_scalar(self, _: int) -> None:
        expression = self.scalar()
        name = self.target("s")
        self.line(f"{name} = {expression}")
        self.variables[name] = "s"

    def assign_array(self, _: int) -> None:
        shape = self.shape()
        expression = self.array(shape)
        name = self.target(array_of(shape))
        self.line(f"{name} = {expression}")
        self.variables[name] = array_of(shape)

    def augment_scalar(self, _: int) -> Any:
        name = self.pick("s")
        if not name:
            return False
        operator = self.random.choice(["+", "-", "*", "/"])
        value = self.scalar(1) if operator in "+-" else self.bounded(1)
        self.line(f"{name} {operator}= {value if operator != '/' else self.positive()}")
        return None

    def swap(self, _: int) -> Any:
        names = [name for name, kind in self.variables.items() if kind == "s"]
        if len(names) < 2:
            return False
        a, b = self.random.sample(names, 2)
        self.line(
            self.random.choice(
                [f"{a}, {b} = {b}, {a}", f"{a}, {b} = {self.scalar(1)}, {a}", f"{a} = {b} = {self.scalar()}"]
            )
        )
        return None

    # ------------------------------------------------------------------------------------------ memory
    def alias(self, _: int) -> Any:
        made = self.view()
        if not made:
            return False
        text, shape = made
        name = self.target(array_of(shape))
        self.line(f"{name} = {text}")
        self.variables[name] = array_of(shape)
        return None

    def augment_array(self, _: int) -> Any:
        name = self.pick("a")
        if not name:
            return False
        shape = self.variables[name][1]
        operator = self.random.choice(["+", "-", "*", "*"])
        self.line(f"{name} {operator}= {self.smaller(shape, bounded=operator == '*')}")
        return None

    def store(self, _: int) -> Any:
        """A store into a part of an array, maybe overlapping what it reads."""
        made = self.part()
        if not made:
            return False
        text, shape, name = made
        operator = self.random.choice(["", "", "+", "*", "-"])
        if self.random.random() < 0.25 and shape and self.random.random() < 0.6:
            value = self.overlapping(name, shape) or self.smaller(shape, bounded=True)
        else:
            value = self.smaller(shape, bounded=operator == "*")
        self.line(f"{text} {operator}= {value}")
        return None

    def store_out(self, _: int) -> Any:
        name = self.pick("a")
        if not name:
            return False
        shape = self.variables[name][1]
        value, other = self.array(shape, 1), self.smaller(shape)
        ways = [
            f"np.add({value}, {other}, out={name})",
            f"np.copyto({name}, {other})",
            f"np.multiply({name}, 0.5, out={name})",
        ]
        ways += [f"{name}.fill({self.scalar(1)})", f"{name}[...] = {other}", f"np.tanh({name}, out={name})"]
        self.line(self.random.choice(ways))
        return None

    # ------------------------------------------------------------------------------------------ control
    def branch(self, depth: int) -> None:
        self.line(f"if {self.condition()}:")
        self.block(depth - 1, self.random.randint(1, 2))
        if self.random.random() < 0.3:
            self.line(f"elif {self.condition()}:")
            self.block(depth - 1, self.random.randint(1, 2))
        if self.random.random() < 0.6:
            self.line("else:")
            self.block(depth - 1, self.random.randint(1, 2))

    def loop(self, depth: int) -> None:
        head, made = self.loop_head()
        self.line(f"for {head}:")
        self.loop_body(depth, made)

    def loop_body(self, depth: int, made: dict[str, Type]) -> None:
        before = dict(self.variables)
        self.variables.update(made)
        self.depth_of_loops += 1
        self.block(depth - 1, self.random.randint(1, 3))
        left = made | self.made if self.random.random() < 0.5 else {}  # of the last iteration, if there was one
        if self.random.random() < 0.3:
            self.indent += 1
            self.line(f"if {self.condition()}:")
            self.indent += 1
            self.line(self.random.choice(["break", "break", "continue", f"return {self.of_type(self.result)}"]))
            self.indent -= 2
            if self.random.random() < 0.6:
                self.block(depth - 1, 1)
        self.depth_of_loops -= 1
        self.variables = before | left
        if self.random.random() < 0.1:
            self.line("else:")
            self.block(depth - 1, 1)

    def while_loop(self, depth: int) -> None:
        counter = self.target("s", new=True)
        self.line(f"{counter} = 0")
        extra = f" and {self.condition()}" if self.random.random() < 0.5 else ""
        self.line(f"while {counter} < {self.random.randint(1, 4)}{extra}:")
        self.indent += 1
        self.line(f"{counter} += 1")
        self.indent -= 1
        self.protected.add(counter)
        self.loop_body(depth, {})

    def leave(self, _: int) -> Any:
        if self.random.random() < 0.5:
            return False
        self.line(f"if {self.condition()}:")
        self.indent += 1
        self.line(f"return {self.of_type(self.result)}")
        self.indent -= 1
        return None

    # ------------------------------------------------------------------------------------------ calls
    def call_for_effect(self, _: int) -> Any:
        helpers = [each for each in self.helpers if each.writes]
        if not helpers:
            return False
        call = self.call(self.random.choice(helpers))
        if not call:
            return False
        self.line(call)
        return None

    def local_function(self, _: int) -> Any:
        """A closure over what is there now, or a lambda."""
        if self.nested:
            return False
        name = self.target("f", new=True)
        argument = self.random.choice(["z", "t", "x_grad", "q", "np", "math"])
        before = dict(self.variables)
        if argument in ("np", "math"):
            self.line(f"{name} = lambda {argument}: {argument} * {self.scalar_leaf()} - {argument} ** 2")
            self.variables[name] = "f"
            self.protected.add(name)
            return None
        self.variables[argument] = "s"
        if self.random.random() < 0.3:
            self.line(f"{name} = lambda {argument}: {self.scalar(2)}")
        else:
            self.line(f"def {name}({argument}):")
            self.indent += 1
            written = self.pick("a")
            if written and self.random.random() < 0.4:
                self.line(f"{written}[...] = {self.smaller(self.variables[written][1])}")
            if self.random.random() < 0.5:
                self.line(f"{argument} = {self.scalar(1)}")
            self.line(f"return {self.scalar(2)}")
            self.indent -= 1
        self.variables = before
        self.variables[name] = "f"
        self.protected.add(name)
        return None

    def counter(self, _: int) -> Any:
        """A function made by a function, which keeps a number of its own."""
        if self.nested or self.indent > 1:
            return False
        name, inner = self.target("f", new=True), self.target("f", new=True)
        if name == inner:
            return False
        self.line(f"def {inner}(z):")
        self.line(f"    kept = z * {self.constant()}")
        self.line("    def step(q):")
        self.line("        nonlocal kept")
        self.line(f"        kept = {self.random.choice(['kept * q', 'kept + np.sin(q)', 'q - kept * 0.5'])}")
        self.line("        return kept")
        self.line("    return step")
        self.line(f"{name} = {inner}({self.scalar(1)})")
        self.variables[name] = "f"
        self.protected.update([name, inner])
        self.hidden.add(inner)
        return None

    def show(self, _: int) -> Any:
        if self.random.random() < 0.7:
            return False
        self.line(f"print({self.scalar(1)})")
        return None


STATEMENTS: list[Callable] = [
    Statements.assign_scalar, Statements.assign_array, Statements.augment_scalar, Statements.swap, Statements.alias,
    Statements.augment_array, Statements.store, Statements.store_out, Statements.make_container,
    Statements.change_list, Statements.change_other, Statements.branch, Statements.loop, Statements.while_loop,
    Statements.leave, Statements.call_for_effect, Statements.local_function, Statements.show,
    Statements.unpack, Statements.go_through, Statements.counter,
]  # fmt: skip
WEIGHTS = [10, 8, 6, 2, 8, 6, 12, 3, 6, 7, 8, 6, 9, 3, 2, 4, 3, 1, 2, 2, 1]
MORE: list[Callable] = [
    Statements.make_object, Statements.change_object, Statements.name_object, Statements.make_nested,
    Statements.change_nested, Statements.go_through_nested, Statements.ask_container, Statements.make_none,
    Statements.ask_none, Statements.take_derivative,
]  # fmt: skip
MORE_WEIGHTS = [14, 22, 8, 12, 18, 6, 8, 8, 8, 2]
COMPOUND = {Statements.branch, Statements.loop, Statements.while_loop, Statements.ask_container}


# ------------------------------------------------------------------------------------------ programs
def _argument(numbers: np.random.Generator, kind: Type) -> Any:
    if kind == "s":
        return round(float(numbers.uniform(-1.5, 1.5)), 3)
    if kind == "l":
        return [round(float(each), 3) for each in numbers.uniform(-1.5, 1.5, 3)]
    if kind[0] == "a":
        made = numbers.uniform(-1.5, 1.5, kind[1]).round(3)
        return np.array(made) if kind[1] == () and numbers.random() < 0.5 else made
    if kind[0] == "L":
        return [_argument(numbers, array_of(kind[1])) for _ in range(2)]
    if kind[0] == "t":
        return tuple(_argument(numbers, each) for each in kind[1])
    return {key: _argument(numbers, each) for key, each in kind[1]}


def _parameter_type(seed: random.Random) -> Type:
    chance = seed.random()
    if chance < 0.4:
        return "s"
    if chance < 0.85:
        return array_of(seed.choice([(2,), (3,), (3,), (2, 3), (3, 3), (3, 1), (1, 3), (2, 2, 3), ()]))
    return seed.choice(["l", ("L", (3,)), ("t", ("s", array_of((2,)))), ("d", (("a", "s"), ("grad", array_of((3,)))))])


def make(seed: int) -> Case:
    """The program of a seed; one in four has objects and the like in it."""
    chance = random.Random(seed)
    small = seed % 3 != 0
    names = chance.sample(["x", "y", "a", "w", "x_grad", "dy", "t1", "value", "steps"], chance.randint(1, 3))
    types = [_parameter_type(chance) for _ in names]
    result: Type = chance.choice(
        ["s", "s", "s", array_of((3,)), ("t", ("s", array_of((2,)))), ("d", (("a", "s"), ("b", "s"))), "l"]
    )
    body = Statements(chance, dict(zip(names, types)), result)
    body.helpers = random_functions.helpers(chance, Statements)
    body.indent, body.objects = 1, seed % 4 == 3
    if body.objects:
        body.begin()
    for _ in range(chance.randint(1, 4) if small else chance.randint(4, 9)):
        body.statement(2 if small else 3)
    body.line(f"return {body.of_type(result)}")
    text = "\n\n\n".join(
        [*random_functions.texts(body.helpers), "\n".join([f"def f({', '.join(names)}):", *body.lines])]
    )
    numbers = np.random.default_rng(seed)
    return Case(text + "\n", tuple(_argument(numbers, each) for each in types), seed)


# ------------------------------------------------------------------------------------------ by hand
def report(case: Case, outcome: Outcome, with_source: bool = False) -> str:
    """A failure, for people."""
    lines = [
        f"## {outcome.mode}: {outcome.kind}, seed {case.seed}: {outcome.signature}",
        case.text.rstrip(),
        f"args = {case.args!r}",
    ]
    if outcome.message:
        lines.append(outcome.message.rstrip())
    if outcome.expected is not None:
        lines += [f"expected: {outcome.expected!r}", f"got:      {outcome.got!r}"]
    if with_source and outcome.source:
        lines += ["generated:", outcome.source]
    return "\n".join(lines) + "\n"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed; the next programs have the next seeds")
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--each", type=int, default=3, help="how many failures to shrink of each signature")
    parser.add_argument("--refusals", action="store_true", help="shrink and print refusals as well")
    parser.add_argument("--source", action="store_true", help="print the generated programs as well")
    return parser.parse_args()


class Tally:
    """How many programs came out how, by mode."""

    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.kinds: dict[str, collections.Counter] = {mode: collections.Counter() for mode in options.modes}
        self.signatures: collections.Counter = collections.Counter()
        self.start = time.time()

    def add(self, case: Case, outcome: Outcome) -> None:
        """Counts an outcome; one of the first failures of its kind is shrunk and printed."""
        self.kinds[outcome.mode][outcome.kind] += 1
        signature = f"{outcome.mode}: {outcome.kind}: {outcome.signature}"
        self.signatures[signature] += outcome.kind not in ("right", "unfit")
        wanted = outcome.failed or self.options.refusals and outcome.kind == "refused"
        if wanted and self.signatures[signature] <= self.options.each:
            print(report(*shrink(case, outcome), self.options.source), flush=True)

    def show(self, count: int) -> None:
        kinds = [
            f"{mode} " + ", ".join(f"{number} {kind}" for kind, number in found.most_common())
            for mode, found in self.kinds.items()
        ]
        print(f"# {count} programs, {time.time() - self.start:.0f} s: {'; '.join(kinds)}", flush=True)


def main() -> int:
    options = _options()
    tally = Tally(options)
    for count in range(1, options.count + 1):
        case = make(options.seed + count - 1)
        for outcome in check(case, tuple(options.modes)).values():
            tally.add(case, outcome)
        if count % 1000 == 0 and count < options.count:
            tally.show(count)
    for signature, number in (+tally.signatures).most_common():
        print(f"{number:6d} {signature}")
    tally.show(options.count)
    return int(any(kind not in GOOD for found in tally.kinds.values() for kind in found))


if __name__ == "__main__":
    sys.exit(main())
