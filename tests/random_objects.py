"""The statements of the random programs over objects, named tuples, deques, nested lists and dicts, variables that are None
at first, containers as conditions, and derivatives that f takes itself.

The classes stand in tests/random_classes.py. Types: ("o", class), "q" (a deque of numbers), "n" (a number or None), "r" (a list of lists of numbers), "e" (a dict of
dicts).
"""

from __future__ import annotations

from typing import Any

from tests.random_containers import Containers
from tests.random_expressions import Type, array_of

VECTOR = array_of((3,))
SMOOTH = ["q ** 3 * {0} - q", "np.sin(q * {0})", "np.exp(-q * q) * {0} + q * {1}", "q * q * ({0} + q)"]


class Objects(Containers):
    """Statements over them; some of the numbers and arrays of other statements are read from them."""

    # ------------------------------------------------------------------------------------------ what is read
    def scalar_leaf(self) -> str:
        ways = [way for name, kind in self.variables.items() for way in self.numbers_of(name, kind)]
        if ways and self.random.random() < 0.5:
            return self.random.choice(ways)
        return super().scalar_leaf()

    def numbers_of(self, name: str, kind: Type) -> list[str]:
        if kind == ("o", "State"):
            return [f"{name}.x", f"{name}.v[{self.random.choice(['0', '-1'])}]", f"{name}.energy()"]
        if kind == ("o", "Total"):
            return [f"{name}.value", f"{name}.last", f"sum({name}.rows)", f"{name}.value * {name}.scale"]
        if kind == ("o", "Point"):
            return [f"{name}.x", f"{name}.v[0]", f"{name}[0]"]
        return {
            "q": [f"{name}[0]", f"{name}[-1]", f"sum({name})"],
            "n": [f"({name} if {name} is not None else 0.25)", f"(0.5 if {name} is None else {name} * 2.0)"],
            "r": [f"{name}[0][0]", f"{name}[-1][-1]", f"sum({name}[0])", f"sum(sum(q) for q in {name})"],
            "e": [f"{name}['a']['x']", f"{name}['b']", f"{name}['a']['v'][0]", f"np.sum({name}['a']['v'])"],
        }.get(kind, [])

    def total(self) -> str:
        """As that of the other variables, with something of each of these."""
        ways = [self.numbers_of(name, kind) for name, kind in self.variables.items()]
        return " + ".join([super().total(), *(self.random.choice(each) for each in ways if each)])

    def begin(self) -> None:
        """The first statements of a program with such things in it."""
        for _ in range(self.random.randint(1, 2)):
            self.random.choice([self.make_object, self.make_nested, self.make_none])(0)

    def array_leaf(self, shape: tuple) -> str:
        if shape == (3,) and self.random.random() < 0.5:
            ways = [f"{name}.v" for name, kind in self.variables.items() if kind in (("o", "State"), ("o", "Point"))]
            ways += [f"{name}['a']['v']" for name, kind in self.variables.items() if kind == "e"]
            if ways:
                return self.random.choice(ways)
        return super().array_leaf(shape)

    def one_of(self, *kinds: Type) -> str | None:
        """A variable of one of these types."""
        names = [name for name, kind in self.variables.items() if kind in kinds and name not in self.protected]
        return self.random.choice(names) if names else None

    # ------------------------------------------------------------------------------------------ objects
    def make_object(self, _: int) -> None:
        cls = self.random.choice(["State", "State", "Total", "Point"])
        if cls == "Total":
            items = self.random.choice(["[]", f"[{self.scalar(1)}]", f"[{self.scalar(0)}, {self.scalar(1)}]"])
            made = f"Total({self.scalar(1)}, {items})"
        else:
            made = f"{cls}({self.scalar(1)}, {self.array((3,), 1)})"
        if made.endswith("[])"):  # nothing can be read at its end yet
            made = f"{made}.add({self.scalar(0)})"
        name = self.target(("o", cls))
        self.line(f"{name} = {made}")
        self.variables[name] = ("o", cls)

    def change_object(self, _: int) -> Any:
        name = self.one_of(("o", "State"), ("o", "Total"), ("o", "Point"))
        if not name:
            return False
        cls = self.variables[name][1]
        ways = {
            "State": [
                f"{name}.x {self.random.choice(['', '+', '*'])}= {self.bounded(1)}", f"{name}.v[0] = {self.scalar(1)}",
                f"{name}.v *= {self.bounded(1)}", f"{name}.v = {self.array((3,), 1)}", f"{name}.step({self.scalar(0)})",
                f"{name}.v[1:] += {name}.v[:-1]", f"{name}.x = {name}.step(0.1) * {self.scalar(0)}",
            ],
            "Total": [
                f"{name}.add({self.scalar(1)})", f"{name}.add({self.scalar(0)}).add({name}.last)", f"{name} += {self.scalar(1)}",
                f"{name}.rows.append({self.scalar(1)})", f"{name}.rows[-1] *= {self.bounded(1)}", f"{name}.value = {self.scalar(1)}",
                f"if len({name}.rows) > 1: {name}.value = {name}.rows.pop()",
            ],
            "Point": [
                f"{name} = {name}._replace(x={self.scalar(1)})", f"{name} = Point(*{name})", f"{name}.v[0] *= {self.bounded(0)}",
                f"{name} = Point(v={self.array((3,), 1)}, x={name}.x)",
            ],
        }  # fmt: skip
        self.line(self.random.choice(ways[cls]))
        return None

    def name_object(self, _: int) -> Any:
        """Another name for an object, a row, or a dict in a dict; what is written by one is read by the other."""
        name = self.pick("o", "r", "e", "q")
        if not name:
            return False
        kind = self.variables[name]
        text = name
        if kind == "r":
            text, kind = f"{name}[{self.random.choice(['0', '-1'])}]", "l"
        elif kind == ("o", "Total") and self.random.random() < 0.5:
            text, kind = f"{name}.rows", "l"
        elif kind in (("o", "State"), ("o", "Point")) and self.random.random() < 0.5:
            text, kind = f"{name}.v", VECTOR
        elif kind == "e":
            text, kind = f"{name}['a']", ("d", (("x", "s"), ("v", VECTOR)))
        other = self.target(kind, new=True)
        self.line(f"{other} = {text}")
        self.variables[other] = kind
        return None

    # ------------------------------------------------------------------------------------------ containers
    def make_nested(self, _: int) -> None:
        kind = self.random.choice("qqre")
        made = {
            "q": lambda: f"collections.deque([{self.scalar(1)}, {self.scalar(0)}]{self.random.choice(['', ', maxlen=3'])})",
            "r": lambda: f"[[{self.scalar(1)}, {self.scalar(0)}], [{self.scalar(1)}]]",
            "e": lambda: "{'a': {'x': " + self.scalar(1) + ", 'v': " + self.array((3,), 1) + "}, 'b': " + self.scalar(1) + "}",
        }[kind]()  # fmt: skip
        name = self.target(kind)
        self.line(f"{name} = {made}")
        self.variables[name] = kind

    def change_nested(self, depth: int) -> Any:
        name = self.pick("q", "r", "e")
        if not name:
            return False
        ways = {
            "q": [
                f"{name}.append({self.scalar(1)})", f"{name}.appendleft({self.scalar(1)})", f"{name}[0] = {self.scalar(1)}",
                f"{name}.append({name}.popleft() * {self.bounded(0)})", f"if len({name}) > 1: {name}.pop()",
                f"{name}.extend([{self.scalar(0)}, {self.scalar(0)}])", f"{name}.rotate(1)",
            ],
            "r": [
                f"{name}[0].append({self.scalar(1)})", f"{name}[-1][0] *= {self.bounded(1)}", f"{name}.append([{self.scalar(1)}])",
                f"{name}[0] = [{self.scalar(1)}, {name}[-1][0]]", f"{name}[0], {name}[-1] = {name}[-1], {name}[0]",
                f"{name} = [[q * {self.scalar_leaf()} for q in p] for p in {name}]", f"{name}.append(list({name}[0]))",
            ],
            "e": [
                f"{name}['a']['x'] {self.random.choice(['', '+', '*'])}= {self.bounded(1)}", f"{name}['b'] = {name}['a']['x']",
                f"{name}['a']['v'][0] = {self.scalar(1)}", f"{name}['a']['v'] *= {self.bounded(0)}",
                f"{name}['a'] = {{'x': {self.scalar(0)}, 'v': {self.array((3,), 1)}}}",
                f"{name}['a'].update(x={self.scalar(1)})", f"{name} = {{**{name}, 'b': {self.scalar(1)}}}",
            ],
        }[self.variables[name]]  # fmt: skip
        self.line(self.random.choice(ways))
        return None

    def go_through_nested(self, _: int) -> Any:
        """A loop over rows, or one that goes on while a list or deque holds something."""
        name = self.pick("q", "r", "l")
        total = self.target("s", new=True)
        if not name or name == total:
            return False
        self.line(f"{total} = {self.scalar_leaf()}")
        if self.variables[name] == "r":
            self.line(f"for row_ in {name}:")
            if self.random.random() < 0.5:
                self.line(f"    row_[0] = row_[-1] * {self.constant()}")
            self.line(f"    {total} = {total} * 0.5 + sum(row_)")
        else:
            first = ".popleft()" if self.variables[name] == "q" else ".pop(0)"
            self.line(f"while {name}:")
            self.line(f"    {total} = {total} * 0.5 + {name}{self.random.choice(['.pop()', first])}")
            if self.random.random() < 0.4:
                self.line(f"    if {total} > {self.constant()}:")
                self.line("        break")
            self.line(f"{name}.append({total})")
        self.variables[total] = "s"
        return None

    def ask_container(self, depth: int) -> Any:
        """Whether there is something in a list: a branch on that."""
        name = self.pick("l", "q", "L")
        if not name:
            return False
        self.line(f"if {self.random.choice(['not ', ''])}{name}:")
        self.block(depth - 1, 1)
        if self.random.random() < 0.5:
            self.line("else:")
            self.block(depth - 1, 1)
        return None

    # ------------------------------------------------------------------------------------------ None
    def make_none(self, depth: int) -> None:
        """A number that is None at first, set in a loop or on one way."""
        name = self.target("n", new=True)
        self.line(f"{name} = None")
        self.variables[name] = "n"
        if self.random.random() < 0.6:
            head, made = self.loop_head()
            self.line(f"for {head}:")
            before = dict(self.variables)
            self.variables.update(made)
            value = self.scalar(1)
            self.line(f"    if {name} is None or {value} > {name}:")
            self.line(f"        {name} = {value}")
            self.variables = before
        else:
            self.line(f"if {self.condition()}:")
            self.line(f"    {name} = {self.scalar(1)}")

    def ask_none(self, depth: int) -> Any:
        name = self.one_of("n")
        if not name:
            return False
        self.line(f"if {name} is {self.random.choice(['', 'not '])}None:")
        self.indent += 1
        self.line(f"{name} = {self.random.choice([self.scalar(1), 'None', self.scalar(0)])}")
        self.indent -= 1
        return None

    # ------------------------------------------------------------------------------------------ derivatives
    def take_derivative(self, _: int) -> Any:
        """A derivative that f takes itself, of a function that is made there."""
        if self.nested or self.depth_of_loops > 1:
            return False
        name = self.target("s", new=True)
        inner = self.random.choice(SMOOTH).format(self.scalar_leaf(), self.scalar_leaf())
        if "q" in self.variables:
            return False
        at, along = self.scalar_leaf(), self.scalar_leaf()
        ways = [f"grad(lambda q: {inner})({at})", f"jvp(lambda q: {inner}, ({at},), ({along},))[1]"]
        self.line(f"{name} = {self.random.choice(ways)}")
        self.variables[name] = "s"
        return None
