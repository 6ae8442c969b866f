"""Checking: refuses what can be seen in the text of a function, before anything else is known.

>>> from s2sad.source import read
>>> text = "def f(x):\\n    return eval('x * x')\\n"
>>> space = {}
>>> exec(text, space)
>>> check(read(space["f"], source=text))  # doctest: +ELLIPSIS
Traceback (most recent call last):
s2sad.errors.NotDifferentiableError: s2sad can't differentiate this: `eval` runs text that is not known before ...
  File "<string>", line 2, in f
    return eval('x * x')
           ^^^^
  Write instead: the code itself, or a function with that code, passed as a parameter

Nested functions and lambdas are checked with the function around them.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

import gast

from s2sad import trees
from s2sad.refusals import refuse
from s2sad.source import FunctionSource

_SCOPES = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)
_NODES = {
    gast.AsyncFunctionDef: "async_function",
    gast.Yield: "yield",
    gast.YieldFrom: "yield",
    gast.ClassDef: "class",
    gast.TryStar: "try_star",
    gast.TypeAlias: "type_alias",
}
_BUILTINS = {
    "exec": "exec",
    "eval": "exec",
    "compile": "exec",
    "__import__": "exec",
    "locals": "locals",
    "globals": "locals",
    "setattr": "setattr",
    "delattr": "setattr",
}
_WITHOUT_ARGUMENT = ("vars", "dir")  # then they are about the local variables


class _Scope:
    """A function in the text, and the function around it."""

    def __init__(self, node: Any, parent: _Scope | None) -> None:
        self.node, self.parent = node, parent
        self.name = getattr(node, "name", "lambda")
        self._bound: set[str] | None = None

    @property
    def bound(self) -> set[str]:
        """The names that belong to this function."""
        if self._bound is None:
            nodes = list(_own(self.node))
            declared = [each.names for each in nodes if isinstance(each, (gast.Global, gast.Nonlocal))]
            self._bound = {name for each in nodes for name in _names_bound(each)}.difference(*declared)
        return self._bound

    def owns(self, name: str) -> bool:
        """Whether a name belongs to this function or to one around it, up to the function that is checked."""
        return name in self.bound or (self.parent is not None and self.parent.owns(name))


def check(source: FunctionSource, called: bool = False) -> None:
    """Raises the refusal of the first thing in a function that can't be differentiated, if there is one. called: by a
    part of f, and maybe a generator."""
    stack: list[tuple[Any, _Scope | None]] = [(source.tree, None)]
    while stack:
        node, scope = stack.pop()
        cls = node.__class__
        if _is_insert(node):
            check_insert(node, scope, source)
        if cls is gast.Expr and isinstance(node.value, (gast.Yield, gast.YieldFrom)):
            if scope is not None and isinstance(scope.node, gast.FunctionDef) and (called or scope.parent is not None):
                stack.extend((each, scope) for each in (node.value.value,) if each is not None)
                continue
        if cls in _NODES:
            owner = node if hasattr(node, "name") else scope
            raise refuse(_NODES[cls], node, source, name=_text_name(owner))
        if cls is gast.Name:
            _check_name(node, scope, source)
        elif cls is gast.Call:
            _check_call(node, scope, source)
        elif cls is gast.Global or cls is gast.Nonlocal:
            _check_declaration(node, scope, source)
        if cls in _SCOPES:
            scope = _Scope(node, scope)
        children = list(gast.iter_child_nodes(node))
        stack.extend((each, scope) for each in reversed(children))


def _text_name(owner: Any) -> str:
    return owner.name if isinstance(owner.name, str) else owner.name.id


def _check_name(node: gast.Name, scope: Any, source: FunctionSource) -> None:
    if node.id in _BUILTINS and _is_builtin(node.id, scope, source):
        raise refuse(_BUILTINS[node.id], node, source, name=node.id)


def _check_call(node: gast.Call, scope: Any, source: FunctionSource) -> None:
    name = node.func.id if isinstance(node.func, gast.Name) else ""
    if name in _WITHOUT_ARGUMENT and not node.args and not node.keywords and _is_builtin(name, scope, source):
        raise refuse("locals", node, source, name=name)


def _is_builtin(name: str, scope: _Scope | None, source: FunctionSource) -> bool:
    own = getattr(builtins, name)
    inside = name in source.closure or (scope is not None and scope.owns(name))
    return not inside and source.globals.get(name, own) is own


def _check_declaration(node: Any, scope: Any, source: FunctionSource) -> None:
    """`global` and `nonlocal` of a variable that is only read are fine, and so is `nonlocal` of one of f's own."""
    key = "global_write" if isinstance(node, gast.Global) else "nonlocal_write"
    for name in node.names:
        if isinstance(node, gast.Nonlocal) and scope.parent is not None and scope.parent.owns(name):
            continue
        for each in _own(scope.node):
            if name in _names_bound(each):
                raise refuse(key, each, source, name=name)


def _is_insert(node: Any) -> bool:
    """Whether a statement looks like `with grad_of(y) as y_grad:` or `for y_grad in grad_of(y):`."""
    if not isinstance(node, (gast.With, gast.For)):
        return False
    calls = [item.context_expr for item in node.items] if isinstance(node, gast.With) else [node.iter]
    functions = [call.func for call in calls if isinstance(call, gast.Call)]
    return any(getattr(each, "attr", getattr(each, "id", "")) == "grad_of" for each in functions)


def check_insert(insert: Any, scope: _Scope | None, source: FunctionSource) -> None:
    """Statements for the reverse sweep must not leave it, nor set what the function itself uses."""
    stack: list[tuple[Any, bool]] = [(each, False) for each in reversed([*insert.body, *getattr(insert, "orelse", [])])]
    if getattr(insert, "orelse", None):
        raise refuse("grad_of_jump", insert, source, what="else")
    while stack:
        node, looping = stack.pop()
        if isinstance(node, gast.Return) or isinstance(node, (gast.Break, gast.Continue)) and not looping:
            raise refuse("grad_of_jump", node, source, what=type(node).__name__.lower())
        if isinstance(node, (gast.Global, gast.Nonlocal)):
            raise refuse("grad_of_jump", node, source, what=type(node).__name__.lower())
        if not isinstance(node, _SCOPES):
            inside = looping or isinstance(node, (gast.For, gast.While))
            stack.extend((each, inside) for each in gast.iter_child_nodes(node))
    if scope is None:
        return
    elsewhere = _names_elsewhere(scope.node)
    for node in trees.walk(gast.Module(insert.body, [])):
        for name in _names_bound(node):
            if name in elsewhere:
                raise refuse("grad_of_name", node, source, name=name, f=_text_name(scope))


def _names_elsewhere(function: Any) -> set[str]:
    """The names in a function outside of the statements that it inserts into the reverse sweep."""
    found: set[str] = set()
    stack = [function.args, *function.body] if isinstance(function.body, list) else [function.args, function.body]
    while stack:
        node = stack.pop()
        if _is_insert(node):
            stack.extend([item.context_expr for item in node.items] if isinstance(node, gast.With) else [node.iter])
            continue
        if isinstance(node, gast.Name):
            found.add(node.id)
        stack.extend(gast.iter_child_nodes(node))
    return found


def _own(function: Any) -> Iterator[Any]:
    """The nodes of a function in their order, a nested function as one node."""
    stack = [function.args, *function.body] if isinstance(function.body, list) else [function.args, function.body]
    stack.reverse()
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _SCOPES):
            stack.extend(reversed(list(gast.iter_child_nodes(node))))


def _names_bound(node: Any) -> tuple[str, ...]:
    """The names that a node itself gives a value."""
    if isinstance(node, gast.Name):
        return () if isinstance(node.ctx, gast.Load) else (node.id,)
    if isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)):
        return (node.name,)
    if isinstance(node, gast.alias):
        return ((node.asname or node.name).partition(".")[0],)
    if isinstance(node, (gast.MatchAs, gast.MatchStar)):
        return (node.name,) if node.name else ()
    if isinstance(node, gast.MatchMapping):
        return (node.rest,) if node.rest else ()
    return ()
