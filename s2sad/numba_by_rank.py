"""Part of the stage `numba`: what a helper of a program says for numbers of any sort and arrays of any rank, said for
those that come. Numba takes seconds to compile `np.swapaxes`, and conjugates real numbers in loops of their own.

>>> import gast
>>> from s2sad.numba_ranks import mark_numpy
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def slope(a, b):
...     b = np.conj(np.swapaxes(a[..., :2], -1, -2)) @ b
...     if np.iscomplexobj(b):
...         b = b * 1j
...     return b / np.expand_dims(b[0], -2)
... def f(A):
...     return slope(A, A)
... ''')
>>> mark_numpy(tree)
>>> by_rank(tree, {"f": {"A": ("f", 2)}}, set())
True
>>> print(to_text(tree.body[:1]), end="")
def slope(a, b):
    b = a[:, :2].T @ b
    return b / b[0][None, :]
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.fresh import is_fresh
from s2sad.numba_ranks import Expressions, World, of_functions
from s2sad.numba_recursion import is_text
from s2sad.numba_sorts import UNKNOWN, Sort

# What of NumPy may give complex numbers where all that it gets is real.
COMPLEX = ("eig", "eigvals", "roots", "poly", "sort_complex", "csingle", "cdouble", "clongdouble", "lib", "fft",
           "emath", "astype", "view", "vectorize", "frompyfunc", "apply_along_axis")  # fmt: skip
BUILTINS = ("abs", "bool", "enumerate", "float", "int", "isinstance", "len", "list", "max", "min", "range", "reversed",
            "round", "sum", "tuple", "zip")  # fmt: skip


def by_rank(tree: gast.Module, given: dict[str, dict[str, Sort]], others: set[str]) -> bool:
    """Changes the helpers of a program, of whose names `given` is known; whether there are any. others: the
    names of what it reads from around it, modules apart."""
    functions = [node for node in tree.body if isinstance(node, gast.FunctionDef) and node.name not in given]
    own = [node for node in tree.body if isinstance(node, gast.FunctionDef) and node.name in given]
    known = of_functions(tree, given) if own else {}
    for node in own:
        OfRank(without_unsure(node, Expressions(known[node.name]))).visit(node)
    if not functions:
        return False
    if is_real(tree, given, others):
        for node in functions:
            Real(node).change()
    known = of_functions(tree, given)
    for node in functions:
        if is_known(node, known[node.name]):
            OfRank(Expressions(known[node.name])).visit(node)
    return True


# ------------------------------------------------------------------------------------------------ sorts of numbers


def is_real(tree: gast.Module, given: dict[str, dict[str, Sort]], others: set[str]) -> bool:
    """Whether no number in a program can be complex: its arguments are real, and nothing makes one."""
    main = tree.body[-1]
    if not isinstance(main, gast.FunctionDef) or main.name not in given:
        return False
    args = main.args
    if args.vararg or args.kwarg or not all(
        has_only_reals(given[main.name].get(each.id)) for each in [*args.posonlyargs, *args.args, *args.kwonlyargs]
    ):  # fmt: skip
        return False
    own = {node.name for node in tree.body if isinstance(node, gast.FunctionDef)}
    pending: list[Any] = [node for node in tree.body if isinstance(node, gast.FunctionDef)]
    while pending:
        node = pending.pop()
        if is_text(node) or isinstance(node, gast.Raise):
            continue
        if isinstance(node, gast.If) and is_asked(node.test):
            pending += node.orelse
            continue
        if isinstance(node, gast.IfExp) and is_asked(node.test):
            pending.append(node.orelse)
            continue
        if isinstance(node, gast.Constant) and isinstance(node.value, (complex, str)) and may_be_complex(node.value):
            return False
        if isinstance(node, gast.Attribute) and (node.attr in COMPLEX or node.attr.startswith("complex")):
            return False
        if isinstance(node, gast.Name) and node.id == "complex":
            return False
        if isinstance(node, gast.Name) and node.id in others and not has_only_reals(given[main.name].get(node.id)):
            return False
        if isinstance(node, gast.Call) and not is_known_call(node.func, own):
            return False
        pending += gast.iter_child_nodes(node)
    return True


def may_be_complex(value: Any) -> bool:
    return isinstance(value, complex) or value.startswith(("c", "D", "F"))


def is_known_call(function: Any, own: set[str]) -> bool:
    if isinstance(function, gast.Name):
        return function.id in own or function.id in BUILTINS
    if not isinstance(function, gast.Attribute):
        return False
    found = trees.function_of(function)
    module = getattr(trees.function_of(function.value), "__name__", "")
    return found is None or module in ("math", "numpy", "numpy.linalg")


def has_only_reals(sort: Any) -> bool:
    if sort is None:
        return False
    if sort[0] == "[]":
        return has_only_reals(sort[1])
    if sort[0] == "()":
        return all(map(has_only_reals, sort[1]))
    if sort[0] == "{}":
        return all(map(has_only_reals, sort[1].values()))
    return sort[0] in ("b", "i", "f")


def is_asked(node: Any) -> bool:
    """Whether a test is whether something is complex."""
    return isinstance(node, gast.Call) and trees.function_of(node.func) is np.iscomplexobj


class Real(gast.NodeTransformer):
    """A function without what it does for complex numbers."""

    def __init__(self, function: gast.FunctionDef) -> None:
        self.function = function
        # A conjugate is an array of its own, which may be written into.
        nodes = list(trees.walk(function))
        stores = (each for each in nodes if isinstance(each, (gast.Subscript, gast.Attribute)))
        self.writes = any(isinstance(each.ctx, gast.Store) for each in stores)
        self.writes |= any(isinstance(each, (gast.AugAssign, gast.Expr)) and not is_text(each) for each in nodes)
        bound = [(target.id, node.value) for node in nodes if isinstance(node, gast.Assign)
                 for target in node.targets if isinstance(target, gast.Name)]  # fmt: skip
        stored = [each.id for each in nodes if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Store)]
        self.own = {name for name, _ in bound if all(is_fresh(value) for each, value in bound if each == name)}
        self.own = {name for name in self.own if stored.count(name) == sum(each == name for each, _ in bound)}

    def change(self) -> None:
        self.function.body = self.block(self.function.body)

    def block(self, body: list[Any]) -> list[Any]:
        made: list[Any] = []
        for node in body:
            if isinstance(node, gast.If) and is_asked(node.test):
                made += self.block(node.orelse)
                continue
            made.append(self.visit(node))
        return made

    def generic_visit(self, node: Any) -> Any:
        for part in ("body", "orelse", "finalbody"):
            if isinstance(getattr(node, part, None), list):
                setattr(node, part, self.block(getattr(node, part)))
        return super().generic_visit(node)

    def visit_IfExp(self, node: gast.IfExp) -> Any:
        return self.visit(node.orelse) if is_asked(node.test) else self.generic_visit(node)

    def visit_Return(self, node: gast.Return) -> Any:
        value: Any = node.value
        conjugate = isinstance(value, gast.Call) and trees.function_of(value.func) is np.conj
        if conjugate and isinstance(value.args[0], gast.Name) and value.args[0].id not in self.own:
            return node
        return self.generic_visit(node)

    def visit_Call(self, node: gast.Call) -> Any:
        function = trees.function_of(node.func)
        self.generic_visit(node)
        if function is np.iscomplexobj:
            return trees.const(False)
        unwritten = not self.writes or is_fresh(node.args[0]) if node.args else False
        alone = len(node.args) == 1 and not node.keywords
        return node.args[0] if alone and (function is np.real or function is np.conj and unwritten) else node


# ------------------------------------------------------------------------------------------------ ranks


def is_known(function: gast.FunctionDef, known: Any) -> bool:
    """Whether the ranks are known for sure of all that a function gets and sets."""
    world: World = known.world
    if function.name in world.unsure:
        return False
    of = Expressions(known)
    names = [each.id for each in trees.walk(function) if isinstance(each, gast.Name)
             and isinstance(each.ctx, (gast.Store, gast.Param))]  # fmt: skip
    if not all(is_ranked(known.get(name)) for name in names):
        return False
    values = [node.value for node in trees.walk(function) if isinstance(node, (gast.Assign, gast.AugAssign))]
    return all(is_ranked(of.of(value)) for value in values)


def without_unsure(function: gast.FunctionDef, known: Expressions) -> Expressions:
    """What is known for sure: of names that get no value whose rank isn't known."""
    unsure: set[str] = set()
    for node in trees.walk(function):
        if isinstance(node, gast.Assign) and len(node.targets) == 1 and is_ranked(known.of(node.value)):
            continue
        if isinstance(node, (gast.Assign, gast.For, gast.With, gast.comprehension, gast.NamedExpr)):
            targets = node.targets if isinstance(node, gast.Assign) else [getattr(node, "target", None)]
            targets = [each.optional_vars for each in node.items] if isinstance(node, gast.With) else targets
            unsure |= {each.id for target in targets if target is not None
                       for each in trees.walk(target) if isinstance(each, gast.Name)
                       and isinstance(each.ctx, gast.Store)}  # fmt: skip
    return Expressions({name: UNKNOWN if name in unsure else sort for name, sort in known.known.items()})


def is_ranked(sort: Any) -> bool:
    if sort is None:
        return False
    if sort[0] in ("[]", "()"):
        return all(map(is_ranked, sort[1] if sort[0] == "()" else [sort[1]]))
    return sort[0] != "{}" and isinstance(sort[1], int)


class OfRank(gast.NodeTransformer):
    """Indices and turned matrices, where it is known how many axes there are."""

    def __init__(self, known: Expressions) -> None:
        self.known = known

    def visit_Call(self, node: gast.Call) -> Any:
        function = trees.function_of(node.func)
        rank = self.known.rank(node.args[0]) if node.args else None
        axes = [trees.literal(each) for each in node.args[1:]]
        self.generic_visit(node)
        if node.keywords or rank is None or not all(isinstance(axis, int) for axis in axes):
            return node
        if function is np.swapaxes and rank == 2 and len(axes) == 2 and sorted(each % 2 for each in axes) == [0, 1]:
            return trees.attr(node.args[0], "T")
        if function is np.expand_dims and len(axes) == 1 and rank in (1, 2) and -rank - 1 <= axes[0] <= rank:
            steps = [trees.const(None) if k == axes[0] % (rank + 1) else colon() for k in range(rank + 1)]
            return trees.index(node.args[0], gast.Tuple(steps, gast.Load()))
        return node

    def visit_Subscript(self, node: gast.Subscript) -> Any:
        rank = self.known.rank(node.value)
        self.generic_visit(node)
        if rank is None or not isinstance(node.slice, gast.Tuple):
            return node
        steps = node.slice.elts
        where = [k for k, each in enumerate(steps) if isinstance(each, gast.Constant) and each.value is ...]
        plain = (isinstance(each, (gast.Slice, gast.Constant)) or self.known.of(each) == ("i", 0) for each in steps)
        if len(where) != 1 or not all(plain):
            return node
        new = sum(isinstance(each, gast.Constant) and each.value is None for each in steps)
        more = [colon() for _ in range(rank - (len(steps) - 1 - new))]
        steps[where[0] : where[0] + 1] = more
        return node


def colon() -> gast.Slice:
    return gast.Slice(None, None, None)
