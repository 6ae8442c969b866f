"""What the two halves of a program that is cut in two do with memory: which names of the first half the second may
write into or hand out, and which nobody outside can reach.

>>> first = ast.parse("t = np.exp(x)\\nu = x[1:]").body
>>> second = ast.parse("x_grad = dy * t\\nx_grad[1:] += u").body
>>> found = of_halves(first, second, [ast.Name("t")], [ast.Name("x_grad")], {"x", "dy"}, {})
>>> sorted(found.written), sorted(found.handed_out), sorted(found.outside)
([], [], ['dy', 't', 'u', 'x'])

`t` is reached from outside there since it is the value. Names that may be one memory are in one set; arithmetic on
numbers and arrays makes new memory, on lists it may not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

OUTSIDE, HANDED_OUT = "<outside>", "<handed out>"
PURE = {
    *("abs", "bool", "complex", "divmod", "enumerate", "float", "int", "isinstance", "len", "list", "map", "max"),
    *("min", "pow", "range", "reversed", "round", "sorted", "sum", "tuple", "type", "zip"),
}
NUMBERS = {"abs", "bool", "complex", "float", "int", "isinstance", "len", "pow", "range", "round", "type"}
MAKES_NEW = {
    *("zeros", "zeros_like", "ones", "ones_like", "full", "full_like", "empty", "empty_like", "arange", "eye", "shape"),
    *("copy", "array", "concatenate", "stack", "sum", "prod", "max", "min", "mean", "where", "cross", "outer", "dot"),
    *("matmul", "cumsum", "argmax", "argmin", "ndim", "size", "count_nonzero", "bincount"),
}
WRITERS = {"at", "copyto", "put", "place", "putmask", "fill_diagonal", "put_along_axis", "shuffle"}
OF_LISTS = {"append", "extend", "insert", "pop", "clear", "remove", "reverse", "sort", "add", "update", "setdefault"}
NEVER_LISTS = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)


@dataclass(frozen=True)
class Sharing:
    """Names of the first half: `written`: what the second may write into; `handed_out`: what it may return;
    `outside`: what the caller or a global may hold as well."""

    written: frozenset[str]
    handed_out: frozenset[str]
    outside: frozenset[str]

    def among(self, state: Iterable[str]) -> Sharing:
        return Sharing(*(each & set(state) for each in (self.written, self.handed_out, self.outside)))


@dataclass(frozen=True)
class Summary:
    """Of a helper: the parameters that it may write into, those that its result may share memory with, and whether it
    may be a list where no argument is one."""

    written: frozenset[int]
    returned: frozenset[int]
    makes_list: bool


def of_halves(
    first: list[ast.stmt],
    second: list[ast.stmt],
    value: list[ast.expr],
    gradients: list[ast.expr],
    parameters: set[str],
    helpers: dict[str, Summary],
    lists: Iterable[str] = (),
) -> Sharing:
    """lists: the parameters that may be lists, or hold some."""
    own = stored(first) | parameters  # dy among them, which only the second reads
    before = Memory(helpers, own, lists)
    before.block(first)
    after = Memory(helpers, own | stored(second), before.lists)
    after.block(second)
    for each in parameters:
        before.join([each, OUTSIDE])
    for each in names([*first, *value]) - own:
        before.join([each, OUTSIDE])
    for result in value:
        before.join([*before.shared(result), OUTSIDE])
    for result in gradients:
        after.join([*after.shared(result), HANDED_OUT])
    return Sharing(after.of(after.written, own), after.of([HANDED_OUT, OUTSIDE], own), before.of([OUTSIDE], own))


def summaries(tree: ast.Module) -> dict[str, Summary]:
    """Of the functions of a text. One that is called before it is summarized may do anything."""
    found: dict[str, Summary] = {}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.args.vararg or node.args.kwarg or node.args.kwonlyargs:
            continue
        parameters = [each.arg for each in [*node.args.posonlyargs, *node.args.args]]
        own = stored(node.body) | set(parameters)
        memory, of_numbers = Memory(found, own, parameters), Memory(found, own)
        returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value is not None]
        memory.block(node.body)
        of_numbers.block(node.body)
        for result in returned:
            memory.join([*memory.shared(result), HANDED_OUT])
        written, handed_out = (memory.of(each, parameters) for each in (memory.written, [HANDED_OUT, OUTSIDE]))
        found[node.name] = Summary(
            frozenset(k for k, each in enumerate(parameters) if each in written),
            frozenset(k for k, each in enumerate(parameters) if each in handed_out),
            any(of_numbers.may_be_list(result) for result in returned),
        )
    return found


class Memory:
    """Which names of some statements may be one memory, and which of them are written into."""

    def __init__(self, helpers: dict[str, Summary], own: set[str], lists: Iterable[str] = ()) -> None:
        self.helpers, self.own, self.lists = helpers, own, set(lists)
        self.above: dict[str, str] = {}
        self.written: set[str] = set()

    def find(self, name: str) -> str:
        while name in self.above:
            name = self.above[name]
        return name

    def join(self, several: Iterable[str]) -> None:
        first, *rest = [self.find(each) for each in several] or [""]
        for each in rest:
            if self.find(each) != first:
                self.above[self.find(each)] = first

    def of(self, several: Iterable[str], own: Iterable[str]) -> frozenset[str]:
        """Those of some names that may be one memory with one of several."""
        sets = {self.find(each) for each in several}
        return frozenset(each for each in own if self.find(each) in sets)

    # ---------------------------------------------------------------- statements
    def block(self, body: list[ast.stmt]) -> None:
        nodes = [node for outer in body for node in ast.walk(outer)]
        before = -1
        while len(self.lists) != before:
            before = len(self.lists)
            for node in nodes:
                self.note_lists(node)
        for node in nodes:
            self.statement(node)

    def note_lists(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if self.may_be_list(node.value) or not isinstance(target, (ast.Name, ast.Subscript, ast.Attribute)):
                    self.lists |= names([target])
        elif isinstance(node, (ast.AugAssign, ast.NamedExpr)):
            self.lists |= names([node.target]) if self.may_be_list(node.value) else set()
        elif isinstance(node, (ast.For, ast.comprehension)):
            if not (is_call_of(node.iter, {"range"}) or is_reversed_range(node.iter)):
                self.lists |= names([node.target])
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self.lists |= names([node.optional_vars])

    def statement(self, node: ast.AST) -> None:
        if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            self.written |= names([node.value])
        if isinstance(node, ast.Assign):
            for target in node.targets:
                self.join([*names([target]), *self.shared(node.value)])
        elif isinstance(node, ast.AugAssign):
            self.written |= names([node.target])
            if self.may_be_list(node.target) or self.may_be_list(node.value):
                self.join([*names([node.target]), *self.shared(node.value)])
        elif isinstance(node, ast.NamedExpr):
            self.join([*names([node.target]), *self.shared(node.value)])
        elif isinstance(node, (ast.For, ast.comprehension)):
            self.join([*names([node.target]), *self.shared(node.iter)])
        elif isinstance(node, ast.withitem):
            self.join([*names([node.context_expr]), OUTSIDE])
        elif isinstance(node, (ast.FunctionDef, ast.Lambda, ast.Global, ast.Nonlocal)):
            self.join([*names([node]), OUTSIDE])
            self.written |= names([node])
        elif isinstance(node, ast.Call):
            self.call(node)

    def call(self, node: ast.Call) -> None:
        """What a call may write into and keep, beside what it returns."""
        handed = [*node.args, *(each.value for each in node.keywords)]
        if isinstance(node.func, ast.Name):
            summary = self.helpers.get(node.func.id)
            if summary is not None and is_plain(node):
                self.written |= names([each for k, each in enumerate(node.args) if k in summary.written])
            elif node.func.id not in PURE:
                self.written |= names(handed)
                self.join([*names(handed), OUTSIDE])
        elif of_numpy(node.func):
            if writes(node):
                self.written |= names(handed)
                self.join(names(handed))
        elif not self.copies(node):
            known = isinstance(node.func, ast.Attribute) and node.func.attr in OF_LISTS
            self.written |= names([node.func, *handed])
            self.join([*names([node.func, *handed]), *([] if known else [OUTSIDE])])

    def copies(self, node: ast.Call) -> bool:
        """`a.copy()` of an array."""
        method = isinstance(node.func, ast.Attribute) and node.func.attr in ("copy", "item", "sum")
        return method and not node.args and not node.keywords and not self.may_be_list(node.func.value)  # type: ignore[attr-defined]

    # ---------------------------------------------------------------- expressions
    def may_be_list(self, node: ast.AST) -> bool:
        """Whether a value may be a list, tuple or the like, in which another name's memory is."""
        if isinstance(node, ast.Name):
            return node.id in self.lists or node.id not in self.own
        if isinstance(node, (ast.Subscript, ast.Attribute, ast.Starred)):
            return self.may_be_list(node.value)
        if isinstance(node, ast.BinOp):
            return not isinstance(node.op, NEVER_LISTS) and (
                self.may_be_list(node.left) or self.may_be_list(node.right)
            )
        if isinstance(node, ast.IfExp):
            return self.may_be_list(node.body) or self.may_be_list(node.orelse)
        if isinstance(node, ast.Call):
            if makes_new(node) or is_call_of(node, NUMBERS) or self.copies(node):
                return False
            summary = self.helpers.get(node.func.id) if isinstance(node.func, ast.Name) else None
            return summary is None or summary.makes_list or any(self.may_be_list(each) for each in node.args)
        return not isinstance(node, (ast.Constant, ast.UnaryOp, ast.Compare, ast.JoinedStr))

    def shared(self, node: ast.AST) -> set[str]:
        """The names whose memory a value may share."""
        if isinstance(node, ast.Name):
            return {node.id}
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            return self.shared(node.value)
        if isinstance(node, (ast.Constant, ast.UnaryOp, ast.Compare)):
            return set()
        if isinstance(node, ast.BinOp):
            return self.shared(node.left) | self.shared(node.right) if self.may_be_list(node) else set()
        if isinstance(node, ast.IfExp):
            return self.shared(node.body) | self.shared(node.orelse)
        if isinstance(node, (ast.Tuple, ast.List)):
            return {name for each in node.elts for name in self.shared(each)}
        if isinstance(node, ast.Call):
            if makes_new(node) or is_call_of(node, NUMBERS) or self.copies(node):
                return set()
            summary = self.helpers.get(node.func.id) if isinstance(node.func, ast.Name) else None
            if summary is not None and is_plain(node):
                given = [each for k, each in enumerate(node.args) if k in summary.returned]
                return {name for each in given for name in self.shared(each)}
        return names([node])


# ---------------------------------------------------------------------------------------------- what is called
def of_numpy(function: ast.AST) -> bool:
    while isinstance(function, ast.Attribute):
        function = function.value
        if isinstance(function, ast.Name):
            return function.id in ("np", "numpy", "math")
    return False


def writes(node: ast.Call) -> bool:
    """Whether a function of NumPy's writes into an argument: by its name, or by `out`, at its place too."""
    name = node.func.attr  # type: ignore[attr-defined]
    function = getattr(np, name, None)
    most = function.nin if isinstance(function, np.ufunc) else 3 if name in ("where", "cross", "arange", "full") else 2
    by_place = (name in MAKES_NEW or isinstance(function, np.ufunc)) and len(node.args) > most
    starred = any(isinstance(each, ast.Starred) for each in node.args)
    return name in WRITERS or by_place or starred or any(each.arg in ("out", None) for each in node.keywords)


def makes_new(node: ast.Call) -> bool:
    """Whether a call of NumPy's makes memory of its own: an elementwise function, or one of a list."""
    if not isinstance(node.func, ast.Attribute) or not of_numpy(node.func) or writes(node):
        return False
    if any(each.arg == "copy" for each in node.keywords):
        return False
    if isinstance(node.func.value, ast.Name) and node.func.value.id == "math":
        return True
    name = node.func.attr
    if not isinstance(node.func.value, ast.Name):
        return ast.unparse(node.func).partition(".")[2] == "linalg.cross"
    return name in MAKES_NEW or isinstance(getattr(np, name, None), np.ufunc)


def is_call_of(node: ast.AST, functions: set[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions


def is_reversed_range(node: ast.AST) -> bool:
    return is_call_of(node, {"reversed"}) and is_call_of(node.args[0], {"range"})  # type: ignore[attr-defined]


def is_plain(node: ast.Call) -> bool:
    return not node.keywords and not any(isinstance(each, ast.Starred) for each in node.args)


def names(nodes: Iterable[ast.AST]) -> set[str]:
    """All but those of modules."""
    found = {each.id for outer in nodes for each in ast.walk(outer) if isinstance(each, ast.Name)}
    return found - {"np", "numpy", "math"}


def stored(nodes: Iterable[ast.AST]) -> set[str]:
    return {
        each.id
        for outer in nodes
        for each in ast.walk(outer)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
