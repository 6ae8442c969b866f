"""Part of the stage `numba_fusion`: the lengths of axes, as far as they are known to be the same.

The length of an axis is a set of atoms: each names a length (of an axis of a parameter, of what a statement made), and
the set is what NumPy broadcasts these to. An axis that is known to have length 1 is the empty set. So two axes of equal
sets have the same length, whatever the lengths are.

>>> import gast
>>> from s2sad.numba_ranks import Expressions, mark_numpy
>>> lengths = Lengths(Expressions({"A": ("f", 2), "v": ("f", 1), "B": ("f", 2), "w": ("f", 1)}))
>>> lengths.parameters(["A", "v"])
>>> tree = gast.parse("B = A * v[:, None] + 1.0\\nw = np.sum(B, axis=1)")
>>> mark_numpy(tree)
>>> for node in tree.body:
...     lengths.statement(node)
>>> lengths.known["B"] == lengths.known["A"], sorted(lengths.known["w"][0])
(False, [('A', 0), ('v', 0)])
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import helpers, trees
from s2sad.numba_assumed import Assumed, text_of
from s2sad.numba_ranks import Expressions
from s2sad.numba_results import REDUCTIONS
from s2sad.numba_sorts import SHAPED_LIKE
from s2sad.numba_special_texts import special_of

Length = frozenset  # of atoms
Axes = tuple  # of Lengths

ONE: Length = frozenset()
LIKE = ("zeros_like", "ones_like", "empty_like", "full_like", "copy", "array", "sort", "cumsum", "tril", "triu")


def broadcast(a: Any, b: Any) -> Any:
    """The axes of what an elementwise operation makes of two arrays; None where one is not known."""
    if a is None or b is None:
        return None
    if len(a) < len(b):
        a, b = b, a
    rest = len(a) - len(b)
    made = [*a[:rest], *(one | other for one, other in zip(a[rest:], b))]
    return tuple(map(simplest, made))


def simplest(length: Length) -> Length:
    """What is broadcast with an axis of a literal length other than 1 has that length."""
    literals = [atom for atom in length if isinstance(atom, int)]
    return frozenset(literals) if literals else length


class Lengths:
    """By name, the axes of arrays at this point of a function; whole numbers that are lengths, by name as well."""

    def __init__(self, ranks: Expressions, fixed: set[str] | None = None, assumed: Assumed | None = None) -> None:
        self.ranks, self.fixed = ranks, fixed or set()  # fixed: names that nothing binds again
        self.assumed = assumed
        self.known: dict[str, Axes] = {}
        self.numbers: dict[str, Length] = {}
        self.lists: dict[str, dict[int, Any]] = {}
        self.pushes: dict[str, int] = {}
        self.depth = 0
        self.passing: set[Any] = set()  # atoms that were made inside of a loop

    def parameters(self, names: list[str]) -> None:
        for name in names:
            self.fresh(name, name)

    def fresh(self, name: str, mark: Any) -> None:
        """Axes of lengths that nothing is known of."""
        self.numbers.pop(name, None)
        self.known.pop(name, None)
        rank = self.ranks.known.get(name, (None, None))[1]
        if isinstance(rank, int) and rank:
            atoms = [(mark, k) for k in range(rank)]
            self.passing |= set(atoms) if self.depth else set()
            self.known[name] = tuple(self.canonical(frozenset([atom])) for atom in atoms)

    def canonical(self, length: Length) -> Length:
        return length if self.assumed is None else self.assumed.canonical(length)

    def broadcast(self, a: Any, b: Any) -> Any:
        """As the function of that name; lengths that meet are taken to be equal where that may be assumed."""
        if self.assumed is not None and a is not None and b is not None:
            for one, other in zip(a[::-1], b[::-1]):
                if one and other and one != other:
                    self.assumed.equal(one, other)
            a, b = tuple(map(self.canonical, a)), tuple(map(self.canonical, b))
        return broadcast(a, b)

    # ------------------------------------------------------------------------------------------ statements
    def statement(self, node: Any) -> None:
        """A statement without others inside it."""
        if isinstance(node, gast.Assign) and len(node.targets) == 1:
            self.bind(node.targets[0], node.value, (id(node),))
        elif isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            self.numbers.pop(node.target.id, None)
        elif isinstance(node, gast.Assign):
            for target in node.targets:
                self.bind(target, None, (id(node), id(target)))
        elif isinstance(node, gast.Expr) and is_method(node.value, "append") and len(node.value.args) == 1:
            self.lists.setdefault(node.value.func.value.id, {})[id(node)] = self.item(node.value.args[0])

    def item(self, node: gast.AST) -> Any:
        """The axes of what is put into a list, if they are the same in all iterations."""
        if isinstance(node, gast.Tuple):
            return [self.item(each) for each in node.elts]
        found = self.of(node)
        return None if found is None or any(map(self.passes, found)) else found

    def passes(self, length: Length) -> bool:
        """Whether a length is another one in each iteration."""
        return any(atom in self.passing or is_cut(atom) and self.passes(atom[1]) for atom in length)

    def popped(self, name: str) -> Any:
        found = list(self.lists.get(name, {}).values())
        same = found and len(found) == self.pushes.get(name) and all(each == found[0] for each in found)
        return found[0] if same else None

    def bind(self, target: Any, value: Any, mark: tuple[Any, ...]) -> None:
        if isinstance(target, gast.Name):
            found, number = (None, None) if value is None else (self.of(value), self.number(value))
            self.fresh(target.id, (*mark, target.id))
            self.take(target.id, found)
            if number is not None:
                self.numbers[target.id] = number
        elif isinstance(target, (gast.Tuple, gast.List)):
            parts: Any = [None] * len(target.elts)
            if isinstance(value, (gast.Tuple, gast.List)) and len(value.elts) == len(parts):
                parts = [(self.of(each), self.number(each)) for each in value.elts]
            elif isinstance(value, gast.Call) and trees.function_of(value.func) is np.linalg.eigh and len(parts) == 2:
                matrix = self.square(value.args[0])
                parts = [(None if matrix is None else axes, None) for axes in ((matrix or ())[:1], matrix)]
            elif is_method(value, "pop"):
                found = self.popped(value.func.value.id)
                parts = [(each, None) for each in found] if isinstance(found, list) else parts
            for each, part in zip(target.elts, parts if len(parts) == len(target.elts) else [None] * len(target.elts)):
                self.bind(each, None, mark)
                if isinstance(each, gast.Name) and part is not None:
                    self.take(each.id, part[0])
                    if part[1] is not None:
                        self.numbers[each.id] = part[1]

    def take(self, name: str, found: Any) -> None:
        if isinstance(found, tuple) and len(found) == len(self.known.get(name, ())):
            self.known[name] = found

    # ------------------------------------------------------------------------------------------ ways through
    def state(self) -> tuple[dict, dict]:
        return dict(self.known), dict(self.numbers)

    def restore(self, state: tuple[dict, dict]) -> None:
        self.known, self.numbers = dict(state[0]), dict(state[1])

    def meet(self, other: tuple[dict, dict], mark: Any) -> None:
        """Keeps what holds on this way and on the other."""
        for name in set(self.known) | set(other[0]):
            if self.known.get(name) != other[0].get(name):
                self.fresh(name, (mark, name))
        for name in set(self.numbers) | set(other[1]):
            if self.numbers.get(name) != other[1].get(name):
                self.numbers.pop(name, None)

    # ------------------------------------------------------------------------------------------ expressions
    def of(self, node: gast.AST) -> Any:
        """The axes of an array, () of a number, None where they are not known."""
        if self.ranks.rank(node) == 0:
            return ()
        method = getattr(self, f"of_{type(node).__name__}", None)
        return None if method is None else method(node)

    def of_Name(self, node: gast.Name) -> Any:
        return self.known.get(node.id)

    def of_BinOp(self, node: gast.BinOp) -> Any:
        if isinstance(node.op, gast.MatMult):
            return self.product(self.of(node.left), self.of(node.right))
        spine, made = [node], None
        while isinstance(spine[-1].left, gast.BinOp) and not isinstance(spine[-1].left.op, gast.MatMult):
            spine.append(spine[-1].left)
        made = self.of(spine[-1].left)
        for each in reversed(spine):
            made = self.broadcast(made, self.of(each.right))
        return made

    @staticmethod
    def product(a: Any, b: Any) -> Any:
        if a is None or b is None or not 1 <= len(a) <= 2 or not 1 <= len(b) <= 2:
            return None
        return (*a[:-1], *b[1:])

    def of_UnaryOp(self, node: gast.UnaryOp) -> Any:
        return self.of(node.operand)

    def of_Compare(self, node: gast.Compare) -> Any:
        made = self.of(node.left)
        for each in node.comparators:
            made = self.broadcast(made, self.of(each))
        return made

    def of_IfExp(self, node: gast.IfExp) -> Any:
        one, other = self.of(node.body), self.of(node.orelse)
        return one if one == other else None

    def of_Attribute(self, node: gast.Attribute) -> Any:
        made = self.of(node.value) if node.attr in ("T", "real", "imag") else None
        return made[::-1] if made is not None and node.attr == "T" else made

    def of_Subscript(self, node: gast.Subscript) -> Any:
        base = self.of(node.value)
        steps = node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]
        if base is None or any(isinstance(each, gast.Constant) and each.value is ... for each in steps):
            return None
        made, left = [], list(base)
        for step in steps:
            if isinstance(step, gast.Constant) and step.value is None:
                made.append(ONE)
            elif not left:
                return None
            elif isinstance(step, gast.Slice):
                made.append(self.cut(left.pop(0), step))
            elif self.ranks.of(step) == ("i", 0):
                left.pop(0)
            else:
                return None
        return None if None in made else (*made, *left)

    def cut(self, length: Length, step: gast.Slice) -> Any:
        if trees.selects_all(step):
            return length
        found = literal_slice(step)
        if found is None:
            return None
        low, high = found
        whole = next(iter(length)) if len(length) == 1 else None
        if isinstance(whole, int):
            return as_length(len(range(whole)[low:high]))
        if high is None or high < 0:  # x[1:] is as long as x[:-1]
            return self.canonical(frozenset([("cut", length, low - (high or 0))]))
        made = frozenset([("cut", length, low, high)])
        if self.assumed is not None and high > low:  # that it isn't cut short
            self.assumed.equal(made, as_length(high - low))
        return self.canonical(made)

    def of_Call(self, node: gast.Call) -> Any:
        if getattr(node.func, "function", None) is helpers.unbroadcast:
            self.broadcast(self.of(node.args[0]), self.of(node.args[1]))
            return self.of(node.args[1])
        if special_of(node):
            return self.together(node.args)
        if isinstance(node.func, gast.Name):
            like = SHAPED_LIKE.get(getattr(node.func, "function", None))
            return None if like is None or len(node.args) <= like else self.of(node.args[like])
        found = trees.function_of(node.func)
        given = {each.arg: each.value for each in node.keywords}
        if found is None:
            return self.of_method(node, given)
        name, args = node.func.attr, node.args
        if trees.function_of(getattr(node.func, "value", None)) is np.linalg and name != "cross":
            return self.of_linalg(found, node)
        if isinstance(found, np.ufunc) and len(args) == found.nin and not given and name != "matmul":
            return self.together(args)
        if (name in LIKE and not set(given) - {"dtype"}) or name in ("exp", "abs"):
            axes = self.of(args[0]) if args else None
            return None if name == "cumsum" and axes and len(axes) > 1 else axes
        if name in ("where", "cross") and len(args) == (3 if name == "where" else 2) and not given:
            for each in args if name == "cross" and self.assumed is not None else ():
                axes = self.of(each)
                if axes and self.assumed is not None:
                    self.assumed.equal(axes[-1], as_length(3))
            return self.together(args)
        if name in ("zeros", "ones", "empty", "full") and args:
            return self.shape(args[0])
        if name == "linspace" and len(args) == 3 and not given and [self.of(each) for each in args] == [()] * 3:
            return self.shape(args[2])
        if name in ("eye", "identity") and len(args) == 1:
            return None if self.number(args[0]) is None else (self.number(args[0]),) * 2
        if name == "diag" and len(args) == 1 and not given:
            axes = self.of(args[0])
            return axes * 2 if axes and len(axes) == 1 else (self.square(args[0]) or ())[:1] or None
        if name in REDUCTIONS and args and not set(given) - {"axis", "keepdims"}:
            return self.reduced(args[0], args[1] if len(args) > 1 else given.get("axis"), given.get("keepdims"))
        if name in ("dot", "matmul") and len(args) == 2:
            return self.product(self.of(args[0]), self.of(args[1]))
        if name == "outer" and len(args) == 2:
            both = self.of(args[0]), self.of(args[1])
            return None if None in both or set(map(len, both)) != {1} else (*both[0], *both[1])
        if name == "expand_dims" and len(args) == 2 and trees.literal(args[1]) in (0, 1) and self.of(args[0]):
            made = list(self.of(args[0]))
            made.insert(int(trees.literal(args[1])), ONE)
            return tuple(made)
        return self.of(args[0])[::-1] if name == "transpose" and len(args) == 1 and self.of(args[0]) else None

    def of_linalg(self, found: Any, node: gast.Call) -> Any:
        """What takes a matrix that isn't square raises an error."""
        if found in (np.linalg.inv, np.linalg.cholesky) and len(node.args) == 1:
            return self.square(node.args[0])
        if found is not np.linalg.solve or len(node.args) != 2:
            return None
        matrix, other = self.square(node.args[0]), self.of(node.args[1])
        if matrix is None or other is None or not 1 <= len(other) <= 2:
            return None
        if self.assumed is not None and matrix[0] != other[0]:
            self.assumed.equal(matrix[0], other[0])
        return tuple(map(self.canonical, other))

    def square(self, node: gast.AST) -> Any:
        """The axes of a matrix that must have as many rows as columns; None where that isn't known."""
        axes = self.of(node)
        if axes is None or len(axes) != 2:
            return None
        if self.assumed is not None and axes[0] != axes[1]:
            self.assumed.equal(*axes)
        axes = tuple(map(self.canonical, axes))
        return axes if axes[0] == axes[1] else None

    def of_method(self, node: gast.Call, given: dict[Any, Any]) -> Any:
        if is_method(node, "pop"):
            found = self.popped(node.func.value.id)
            return found if isinstance(found, tuple) else None
        if not isinstance(node.func, gast.Attribute):
            return None
        if node.func.attr == "copy" and not node.args:
            return self.of(node.func.value)
        if node.func.attr in REDUCTIONS and not set(given) - {"axis", "keepdims"}:
            axis = node.args[0] if node.args else given.get("axis")
            return self.reduced(node.func.value, axis, given.get("keepdims"))
        return None

    def together(self, args: list[gast.AST]) -> Any:
        made: Any = ()
        for each in args:
            made = self.broadcast(made, self.of(each))
        return made

    def reduced(self, array: gast.AST, axis: Any, keepdims: Any) -> Any:
        base, number = self.of(array), None if axis is None else trees.literal(axis)
        if not base or not isinstance(number, int) or not -len(base) <= number < len(base):
            return None
        kept = keepdims is not None and getattr(keepdims, "value", None) is True
        if keepdims is not None and not kept:
            return None
        made = list(base)
        made[number : number + 1 or None] = [ONE] if kept else []
        return tuple(made)

    def shape(self, node: gast.AST) -> Any:
        if isinstance(node, gast.Attribute) and node.attr == "shape":
            return self.of(node.value)
        parts = node.elts if isinstance(node, (gast.Tuple, gast.List)) else [node]
        made = tuple(self.number(each) for each in parts)
        return None if None in made else made

    def text_of_shape(self, node: gast.AST) -> str | None:
        """The shape of an array, as it is found from parameters that keep what they came with; None for others."""
        axes = self.of(node)
        if not axes or not all(map(self.is_given, axes)):
            return None
        return f"({', '.join(map(text_of, axes))},)" if len(axes) == 1 else f"({', '.join(map(text_of, axes))})"

    def is_given(self, length: Length) -> bool:
        if len(length) > 1:
            return False
        [atom] = length or [1]
        if isinstance(atom, int):
            return True
        if is_cut(atom):
            return self.is_given(atom[1])
        return isinstance(atom[0], str) and atom[0] in self.fixed and isinstance(atom[1], int)

    def number(self, node: Any) -> Any:
        """The length that a whole number stands for."""
        value = trees.literal(node)
        if isinstance(value, int) and value >= 0:
            return as_length(value)
        if isinstance(node, gast.Name):
            if node.id not in self.numbers and node.id in self.fixed and self.ranks.of(node) == ("i", 0):
                return self.canonical(frozenset([("number", node.id)]))
            return self.numbers.get(node.id)
        if isinstance(node, gast.Subscript) and getattr(node.value, "attr", "") == "shape":
            axes, axis = self.of(node.value.value), trees.literal(node.slice)
            return axes[axis] if axes and isinstance(axis, int) and -len(axes) <= axis < len(axes) else None
        if isinstance(node, gast.Call) and getattr(node.func, "id", "") == "len" and len(node.args) == 1:
            axes = self.of(node.args[0])
            return axes[0] if axes else None
        return None


def literal_slice(step: gast.Slice) -> tuple[int, int | None] | None:
    """Where a slice of literal bounds begins, from the front, and ends; None for others."""
    low, high = (None if each is None else trees.literal(each) for each in (step.lower, step.upper))
    if step.step is not None and trees.literal(step.step) != 1:
        return None
    if (step.lower is not None and not isinstance(low, int)) or (step.upper is not None and not isinstance(high, int)):
        return None
    return (low or 0, high) if (low or 0) >= 0 else None


def as_length(number: int) -> Length:
    return ONE if number == 1 else frozenset([number])


def is_cut(atom: Any) -> bool:
    return isinstance(atom, tuple) and atom[0] == "cut" and isinstance(atom[1], frozenset)


def is_method(node: Any, name: str) -> bool:
    """Whether a node calls this method of something that has a name."""
    function = getattr(node, "func", None)
    return getattr(function, "attr", "") == name and isinstance(getattr(function, "value", None), gast.Name)
