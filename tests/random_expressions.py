"""The expressions of the random programs. A type is "s" (a number), ("a", shape), "l" (a list of numbers), ("L", shape)
(a list of arrays), ("t", types), ("d", ((key, type), ...)), "i" (a small index), or "f" (a function of one number).
"""

from __future__ import annotations

import random
import re
from typing import Any, Callable

import numpy as np

Type = Any
NAMES = "a b c u v w s r x_grad t1 t2 dy value steps x_saved a_grad row".split()
CLASHES = "np_ s_grad t1_saved a_saved value_grad t1_grad i_grad result copy grad y".split()
SHAPES = [(2,), (3,), (3,), (2, 3), (3, 3), (3, 1), (1, 3), (2, 2, 3), (), (1,)]

# What stands in angle brackets is filled in: see Expressions.word.
SCALARS = ["<number> + <number>", "<number> - <number>", "(<number>) * (<number>)", "(<number>) / <positive>"]
SCALARS += ["-(<number>)", "<bounded>", "(<number>) ** 2", "math.sqrt(<positive>)", "np.log(<positive>)"]
SCALARS += ["np.exp(-(<number>) ** 2)", "(<number> if <condition> else <number>)", "max(<number>, <number>)"]
SCALARS += ["abs(<number>)", "(<number>) * 0.5", "min(<number>, 0.5)"]
REDUCTIONS = ["np.sum(NAME)", "NAME.sum()", "np.mean(NAME)", "np.max(NAME)", "np.sum(NAME * NAME)", "np.prod(NAME)"]
REDUCTIONS += ["np.sum(<array>)", "NAME.mean()", "NAME.min()", "np.sum(0.1 + NAME ** 2) ** 0.5"]
REDUCTIONS += ["np.std(NAME + 0.1 * np.arange(NAME.size).reshape(NAME.shape))", "np.var(NAME)", "NAME.max()"]
VECTOR_REDUCTIONS = ["np.dot(NAME, NAME)", "(NAME @ (<array>))", "sum(NAME)", "sum(q * q for q in NAME)"]
VECTOR_REDUCTIONS += ["np.sum(NAME[::-1] * NAME)"]
CONDITIONS = ["<number> < LIMIT", "<number> > LIMIT", "<number> > LIMIT", "not <number> > LIMIT"]
CONDITIONS += ["<leaf> < LIMIT or <leaf> > 0.2", "-1.0 < <number> < LIMIT", "<leaf> > LIMIT and <leaf> < 0.7"]
ARRAYS = ["<array> + <smaller>", "(<array>) * (<smaller>)", "(<array>) - (<smaller>)", "np.tanh(<array>)"]
ARRAYS += ["np.sin(<array>)", "-(<array>)", "2.0 * (<array>)", "(<array>) / (1.5 + (<smaller>) ** 2)"]
ARRAYS += ["np.where(<array1> > 0.1, <array1>, <smaller>)", "np.maximum(<array>, <smaller>)", "np.abs(<array>)"]
ARRAYS += ["(<array>) ** 2", "(<array>).copy()", "np.exp(-(<array>) ** 2)", "(<array>) * (<number>)"]
ARRAYS += ["(<number>) + <array>", "(<number>) - (<array>)", "np.clip(<array>, -0.7, 0.8)"]


def array_of(shape: tuple) -> Type:
    return ("a", tuple(shape))


def kind_letter(kind: Type) -> str:
    return kind if isinstance(kind, str) else kind[0]


class Expressions:
    """Texts of expressions over the variables that are there."""

    def __init__(self, chance: random.Random, variables: dict[str, Type], result: Type):
        self.random = chance
        self.variables = variables
        self.result = result
        self.lines: list[str] = []
        self.indent = 0
        self.depth_of_loops = 0
        self.protected: set[str] = set()
        self.hidden: set[str] = set()  # names of functions that are called by others alone
        self.helpers: list[Any] = []
        self.nested = False
        self.objects = False  # whether the statements of random_objects are among them

    # ------------------------------------------------------------------------------------------ names
    def line(self, text: str) -> None:
        self.lines.append("    " * self.indent + text)

    def pick(self, *letters: str) -> str | None:
        """A variable of one of these kinds, of those that may be written."""
        names = [
            name for name, kind in self.variables.items() if kind_letter(kind) in letters and name not in self.protected
        ]
        return self.random.choice(names) if names else None

    def target(self, kind: Type, new: bool = False) -> str:
        """A name to assign to: one of the same type, or a new one; now and then one of another type."""
        free = [name for name in NAMES + CLASHES if name not in self.variables and name not in self.hidden]
        same = [name for name, each in self.variables.items() if each == kind and name not in self.protected]
        if same and not new and self.random.random() < 0.5:
            return self.random.choice(same)
        if not self.indent > 1 and not new and self.random.random() < 0.05:
            others = [name for name in self.variables if name not in self.protected]
            if others:
                return self.random.choice(others)
        return self.random.choice(free[:8] if self.random.random() < 0.6 else free)

    def shape(self) -> tuple:
        shapes = [kind[1] for kind in self.variables.values() if kind_letter(kind) == "a"]
        return self.random.choice(shapes if shapes and self.random.random() < 0.7 else SHAPES)

    # ------------------------------------------------------------------------------------------ numbers
    def fill(self, template: str, depth: int, shape: tuple = ()) -> str:
        """A template whose words in angle brackets are replaced by expressions; the same word with a digit, by the same."""
        known: dict[str, str] = {}

        def word(found: re.Match) -> str:
            text = found.group(1)
            if text not in known or not text[-1].isdigit():
                known[text] = self.word(text.rstrip("0123456789"), depth - 1, shape)
            return known[text]

        return re.sub(r"<(\w+)>", word, template)

    def word(self, word: str, depth: int, shape: tuple) -> str:
        if word == "number":
            return self.scalar(depth)
        if word == "bounded":
            return self.bounded(depth)
        if word == "positive":
            leaf = self.scalar_leaf()
            return f"(1.5 + {leaf} * {leaf})"
        if word == "condition":
            return self.condition(depth)
        if word == "leaf":
            return self.scalar_leaf()
        if word == "array":
            return self.array(shape, depth)
        return self.smaller(shape, depth=depth)

    def constant(self) -> str:
        return self.random.choice(["0.5", "1.5", "2.0", "-1.25", "0.3", "0.75", "2", "1.0"])

    def variable(self, kind: Type) -> str | None:
        names = [name for name, each in self.variables.items() if each == kind]
        return self.random.choice(names) if names else None

    def bounded(self, depth: int = 1) -> str:
        return f"{self.random.choice(['np.tanh', 'np.sin', 'math.cos', 'math.tanh'])}({self.scalar(depth)})"

    def positive(self) -> str:
        return self.word("positive", 0, ())

    def scalar(self, depth: int = 2) -> str:
        if depth <= 0 or self.random.random() < 0.25:
            return self.scalar_leaf()
        ways = SCALARS + ["reduction"] * 3
        functions = [name for name, kind in self.variables.items() if kind == "f"]
        ways += [f"{name}(<number>)" for name in functions[:2]] * 2
        helpers = [helper for helper in self.helpers if helper.result == "s"]
        way = self.random.choice(ways + helpers * 2)
        if way == "reduction":
            return self.reduction(depth)
        if not isinstance(way, str):
            return self.call(way) or self.scalar_leaf()
        return self.fill(way, depth)

    def scalar_leaf(self) -> str:
        ways = [self.constant()]
        for name, kind in self.variables.items():
            letter = kind_letter(kind)
            if letter == "s":
                ways += [name] * 3
            elif letter == "a":
                ways += [self.element(name, kind[1])] * 2
            elif letter == "l":
                ways += [f"{name}[0]", f"{name}[-1]", f"sum({name})"]
            elif letter == "t":
                ways += [f"{name}[{k}]" for k, item in enumerate(kind[1]) if item == "s"]
            elif letter == "d":
                ways += [f"{name}[{key!r}]" for key, item in kind[1] if item == "s"]
            elif letter == "i":
                ways += [f"({name} + 1)"]
        return self.random.choice(ways)

    def element(self, name: str, shape: tuple) -> str:
        if not shape:
            return f"{name}[()]" if self.random.random() < 0.3 else f"float({name})"
        return f"{name}[{', '.join(self.index(size) for size in shape)}]"

    def index(self, size: int) -> str:
        indices = [name for name, kind in self.variables.items() if kind == "i"]
        if indices and size >= 2 and self.random.random() < 0.6:
            name = self.random.choice(indices)
            return self.random.choice([name, name, f"-{name}", f"1 - {name}"])
        return str(self.random.choice([0, -1, size - 1]))

    def reduction(self, depth: int) -> str:
        name = self.pick("a", "L")
        if not name:
            return self.scalar_leaf()
        if self.variables[name][0] == "L":
            ways = [f"np.sum({name}[0])", f"np.sum({name}[-1])", f"np.sum({name})", f"np.sum(sum({name}) ** 2)"]
            ways += [f"sum(np.sum(q * q) for q in {name})", f"float(len({name})) * np.mean({name}[0])"]
            return self.random.choice(ways)
        shape = self.variables[name][1]
        ways = REDUCTIONS + (VECTOR_REDUCTIONS if len(shape) == 1 else [])
        if len(shape) == 2 and shape[0] == shape[1]:
            ways = ways + ["np.trace(NAME)"]
        return self.fill(self.random.choice(ways), depth, shape).replace("NAME", name)

    def comprehension(self) -> str:
        name = self.pick("a", "l")
        if name and (self.variables[name] == "l" or len(self.variables[name][1]) == 1):
            return f"q * {self.scalar_leaf()} for q in {name}"
        return f"k * {self.scalar_leaf()} for k in range(1, 3)"

    def condition(self, depth: int = 1) -> str:
        ways = CONDITIONS
        indices = [name for name, kind in self.variables.items() if kind == "i"]
        if indices:
            ways = ways + [f"{self.random.choice(indices)} == 1", f"{self.random.choice(indices)} > 0"]
        arrays = [name for name, kind in self.variables.items() if kind_letter(kind) == "a"]
        if arrays:
            ways = ways + [f"np.any({self.random.choice(arrays)} > 0.8)"]
        limit = self.random.choice(["0.0", "0.5", "-0.3", "<leaf>"])
        return self.fill(self.random.choice(ways).replace("LIMIT", limit), min(depth + 1, 2))

    # ------------------------------------------------------------------------------------------ arrays
    def smaller(self, shape: tuple, bounded: bool = False, depth: int = 1) -> str:
        """Something that broadcasts to a shape: a number, an array of it, or one with axes of length 1 or fewer axes."""
        chance = self.random.random()
        if chance < 0.3 or not shape:
            text = self.scalar(depth)
            return f"np.tanh({text})" if bounded else text
        if chance < 0.75:
            to = shape
        else:
            to = tuple(1 if self.random.random() < 0.5 else size for size in shape)[self.random.randint(0, 1) :]
        text = self.array(to, depth)
        return f"np.sin({text})" if bounded else text

    def array(self, shape: tuple, depth: int = 2) -> str:
        if depth <= 0 or self.random.random() < 0.2:
            return self.array_leaf(shape)
        helpers = [helper for helper in self.helpers if helper.result == array_of(shape)]
        way = self.random.choice(ARRAYS + ["shaped"] * 6 + helpers * 4)
        if way == "shaped":
            return self.shaped(shape)
        if not isinstance(way, str):
            return self.call(way) or self.array_leaf(shape)
        return self.fill(way, depth, shape)

    def shaped(self, shape: tuple) -> str:
        """An expression that makes an array of a shape out of others."""
        ways: list[Callable[[], str]] = [lambda: self.array_leaf(shape)]
        leaf = self.array_leaf
        if len(shape) == 1:
            ways.append(lambda: "np.array([" + ", ".join(self.scalar(1) for _ in range(shape[0])) + "])")
            ways.append(lambda: f"np.cumsum({leaf(shape)})")
            if shape[0] > 1:
                ways.append(lambda: f"np.concatenate([{leaf((1,))}, {leaf((shape[0] - 1,))}])")
                ways.append(lambda: f"({leaf(shape)})[[0, 1{', 1' * (shape[0] - 2)}]]")
                ways.append(lambda: f"np.roll({leaf(shape)}, 1)")
            ways.append(lambda: f"np.sum({leaf((2, *shape))}, axis=0)")
            ways.append(lambda: f"np.max({leaf((*shape, 2))}, axis=-1)")
            ways.append(lambda: f"np.sort({leaf(shape)})")
            ways.append(lambda: f"np.diff({leaf((shape[0] + 1,))})")
            ways.append(lambda: f"({leaf((shape[0], 3))}) @ ({leaf((3,))})")
        if len(shape) == 2:
            ways.append(lambda: f"np.outer({leaf(shape[:1])}, {leaf(shape[1:])})")
            ways.append(lambda: f"({leaf(shape[::-1])}).T")
            ways.append(lambda: f"({leaf((shape[0], 2))}) @ ({leaf((2, shape[1]))})")
            ways.append(lambda: f"np.stack([{', '.join(leaf(shape[1:]) for _ in range(shape[0]))}])")
            ways.append(lambda: f"({leaf(shape[:1])})[:, None] * ({leaf(shape[1:])})")
            ways.append(lambda: f"np.mean({leaf((*shape, 2))}, axis=2)")
            ways.append(lambda: f"({leaf((2, *shape))}).sum(axis=0)")
        if len(shape) == 2 and shape[0] == shape[1]:
            ways.append(lambda: f"np.linalg.inv({leaf(shape)} * 0.1 + np.eye({shape[0]}))")
            ways.append(lambda: f"np.einsum('ij,jk->ik', {leaf(shape)}, {leaf(shape)})")
        if len(shape) == 3:
            ways.append(lambda: f"np.transpose({leaf(shape[::-1])}, (2, 1, 0))")
        if shape and 1 in shape:
            axis = shape.index(1)
            wide = (*shape[:axis], 3, *shape[axis + 1 :])
            ways.append(lambda: f"np.sum({leaf(wide)}, axis={axis}, keepdims=True)")
        if shape:
            ways.append(lambda: f"({leaf((int(np.prod(shape)),))}).reshape({', '.join(map(str, shape))})")
        return self.random.choice(ways)()

    def array_leaf(self, shape: tuple) -> str:
        ways = []
        for name, kind in self.variables.items():
            letter = kind_letter(kind)
            if kind == array_of(shape):
                ways += [name] * 3
            elif kind == ("L", shape):
                ways += [f"{name}[0]", f"{name}[-1]", f"sum({name})", f"np.sum({name}, axis=0)"]
            elif letter == "t":
                ways += [f"{name}[{k}]" for k, item in enumerate(kind[1]) if item == array_of(shape)]
            elif letter == "d":
                ways += [f"{name}[{key!r}]" for key, item in kind[1] if item == array_of(shape)]
            elif letter == "a" and len(kind[1]) == len(shape) + 1 and kind[1][1:] == shape and shape:
                ways.append(f"{name}[{self.index(kind[1][0])}]")
            elif letter == "a" and len(shape) == 1 and len(kind[1]) == 1 and kind[1][0] > shape[0]:
                ways.append(f"{name}[:{shape[0]}]")
            elif kind == "l" and shape == (1,):
                ways.append(f"np.array({name}[-1:])")
        if not ways or self.random.random() < 0.1:
            one = shape[0] if len(shape) == 1 else shape
            ways.append(
                self.random.choice([f"np.zeros({one})", f"np.ones({one})", f"np.full({one}, {self.scalar(0)})"])
            )
        return self.random.choice(ways)

    # ------------------------------------------------------------------------------------------ parts and views
    def view(self) -> tuple[str, tuple] | None:
        """Another name for a variable's memory, or for a part of it."""
        name = self.pick("a", "a", "L")
        if not name:
            return None
        kind, shape = self.variables[name]
        if kind == "L":
            return f"{name}[{self.random.choice(['0', '-1'])}]", shape
        example = np.zeros(shape)
        ways = ["", "", "[...]", ".T", ".copy()"]
        if shape:
            ways += ["[:]", "[::-1]", "[0]", "[-1]", "[None]", "[:-1]", "[1:]", ".ravel()", ".reshape(-1)"]
        if len(shape) == 1:
            ways += ["[:, None]", f"[[0, {self.index(shape[0])}]]", ".reshape(1, -1)"]
        if len(shape) == 2:
            ways += ["[:, 0]", "[:, -1]", "[:, ::-1]", "[1:, :]", "[:, 1:]", ".T[0]", ".T[1:]", "[0][1:]"]
            ways += [f"[{self.index(shape[0])}]"] * 3
        if len(shape) == 3:
            ways += ["[0, 1]", "[:, 0]", "[..., 1]", "[1][0]", ".reshape(4, 3)", ".transpose(2, 0, 1)"]
        way = self.random.choice(ways)
        try:
            made = eval("example" + way, {"example": example, **dict.fromkeys("ijkn", 0)})
        except Exception:
            return None
        if not isinstance(made, np.ndarray) or not made.size:
            return None
        return f"{name}{way}", made.shape

    def part(self) -> tuple[str, tuple, str] | None:
        """A part of an array variable to store into."""
        name = self.pick("a")
        if not name:
            return None
        shape = self.variables[name][1]
        if not shape:
            return self.random.choice([f"{name}[()]", f"{name}[...]"]), (), name
        chance = self.random.random()
        if chance < 0.4:
            return f"{name}[{', '.join(self.index(size) for size in shape)}]", (), name
        ways = ["[:]", "[1:]", "[:-1]", "[::-1]", "[...]", "[[0, -1]]", "[[0, 0]]", "[[0, 1, 0]]", "[0:2]", "[::2]"]
        ways += [f"[{self.index(shape[0])}]", "[np.array([1, 0, 1])]", f"[{name} > 0.2]"]
        if len(shape) == 2:
            ways += ["[:, 0]", "[:, 1:]", "[1:, :-1]", "[[0, 1], [1, 1]]", "[[0, 0], [1, 1]]", "[:, [0, 0]]", "[0, :]"]
            ways += [f"[{self.index(shape[0])}, :]", f"[:, {self.index(shape[1])}]", f"[{self.index(shape[0])}][1:]"]
        if len(shape) == 3:
            ways += ["[0]", "[:, 0]", "[..., 0]", "[0, 1]", "[:, :, 1:]"]
        way = self.random.choice(ways)
        if way.endswith("> 0.2]"):
            return f"{name}{way}", (), name
        try:
            made = eval("example" + way, {"example": np.zeros(shape), "np": np, **dict.fromkeys("ijkn", 0)})
        except Exception:
            return None
        return f"{name}{way}", made.shape, name

    def overlapping(self, name: str, shape: tuple) -> str | None:
        """Another part of the same array, of this shape."""
        whole = np.zeros(self.variables[name][1])
        ways = [
            "[1:]",
            "[:-1]",
            "[::-1]",
            "[0]",
            "[-1]",
            "[:, 0]",
            "[:, ::-1]",
            ".T",
            "[:1]",
            "",
            "[[1, 1]]",
            "[1:] + 0.0",
        ]
        fitting = []
        for way in ways:
            try:
                if np.shape(eval("whole" + way, {"whole": whole})) == shape:
                    fitting.append(way)
            except Exception:
                continue
        if not fitting:
            return None
        text = name + self.random.choice(fitting)
        return self.random.choice([text, text, f"{text} * {self.bounded(1)}", f"{text} + {name}[0]"])

    # ------------------------------------------------------------------------------------------ loops, calls, results
    def loop_head(self) -> tuple[str, dict[str, Type]]:
        index = self.random.choice([name for name in ("i", "j", "k", "n") if name not in self.variables] or ["m"])
        item = self.target("s", new=True)
        ways: list[tuple[str, dict[str, Type]]] = [
            (f"{index} in range(2)", {index: "i"}),
            (f"{index} in range(2)", {index: "i"}),
            (f"{index} in range(1, -1, -1)", {index: "i"}),
            (f"{item} in [0.3, {self.scalar(1)}]", {item: "s"}),
            (f"{item} in (0.3, {self.scalar(1)})", {item: "s"}),
        ]
        name = self.pick("a", "l", "L")
        if name:
            kind = self.variables[name]
            inside: Type = "s" if kind == "l" else array_of(kind[1]) if kind[0] == "L" else None
            if inside is None and kind[1]:
                inside = array_of(kind[1][1:]) if len(kind[1]) > 1 else "s"
            if inside is not None:
                item = self.target(inside, new=True)
                ways += [(f"{item} in {name}", {item: inside})] * 3
                ways.append((f"{index}, {item} in enumerate({name})", {item: inside}))
                ways.append((f"{item} in reversed({name})", {item: inside}))
                other = self.target("s", new=True)
                if other != item:
                    ways.append(
                        (f"{item}, {other} in zip({name}, [0.5, {self.scalar(0)}])", {item: inside, other: "s"})
                    )
        return self.random.choice(ways)

    def call(self, helper: Any) -> str | None:
        arguments = []
        for kind in helper.types:
            if isinstance(kind, str):
                arguments.append(self.scalar(1) if kind == "s" else self.of_type(kind))
                continue
            text = self.variable(kind) if self.random.random() < 0.7 else self.array_leaf(kind[1])
            if not text:
                return None
            arguments.append(text)
        if "{0}" in helper.call:
            return helper.call.format(*arguments)
        return helper.call.format(", ".join(arguments))

    def any_item(self) -> tuple[Type, str]:
        if self.random.random() < 0.6:
            return "s", self.scalar(1)
        shape = self.shape()
        return array_of(shape), self.array(shape, 1)

    def of_type(self, kind: Type) -> str:
        """An expression of a type."""
        letter = kind_letter(kind)
        if letter == "s":
            return self.total() if self.indent <= 1 else self.scalar()
        if letter == "a":
            return self.array(kind[1])
        if letter == "l":
            name = self.variable("l")
            return name if name and self.random.random() < 0.7 else f"[{self.scalar(1)}, {self.scalar(1)}]"
        if letter == "L":
            return self.variable(kind) or f"[{self.array(kind[1], 1)}]"
        if letter == "t":
            return f"({', '.join(self.of_type(each) for each in kind[1])},)"
        return "{" + ", ".join(f"{key!r}: {self.of_type(each)}" for key, each in kind[1]) + "}"

    def total(self) -> str:
        """A sum of something of most variables, so that little is dead code."""
        terms = []
        for name, kind in self.variables.items():
            letter = kind_letter(kind)
            if self.random.random() < 0.7:
                if letter == "s":
                    terms.append(name)
                elif letter == "a":
                    terms.append(f"{self.random.choice(['np.sum', 'np.mean'])}({name})")
                elif letter == "l":
                    terms.append(f"sum({name})")
                elif letter == "L":
                    terms.append(f"np.sum({name}[{self.random.choice(['0', '-1'])}] ** 2)")
        return " + ".join(terms) or self.scalar()
