"""Small tools on gast trees that the parts of the core lowering (`core.py`) share: copies, positions, names.

>>> tree = gast.parse("def f(x, value):\\n    return g(x)").body[0]
>>> sorted(used_names(tree))
['f', 'g', 'value', 'x']
>>> names = Names(walk(tree))
>>> names.fresh("value"), names.fresh("value"), names.fresh("returned")
('value_1', 'value_2', 'returned')
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

import gast

from s2sad.trees import shallow

LOOPS = (gast.For, gast.While, gast.AsyncFor)
WITHS = (gast.With, gast.AsyncWith)
TRIES = (gast.Try, gast.TryStar)
FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef)
JUMPS = (gast.Return, gast.Break, gast.Continue)
DECLARATIONS = (gast.Global, gast.Nonlocal)
DEFINITIONS = (*FUNCTIONS, gast.ClassDef)
COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp)

_POSITION = ("lineno", "col_offset", "end_lineno", "end_col_offset")


# The fields that hold no nodes, or nodes that a copy may share: operators and contexts.
_NO_NODES = {"ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment", "module", "level", "conversion"}
_node_fields: dict[type, tuple[str, ...]] = {gast.Constant: ()}


def copy_tree(node: Any) -> Any:
    """A copy of a tree; operators and contexts are shared."""
    return copy_nodes(node)[0]


def copy_nodes(node: Any) -> list[Any]:
    """The nodes of a copy of a tree, the top one first. Not recursive, since trees can be deep, and fast."""
    nodes = [shallow(node)]
    for new in nodes:
        fields = new.__dict__
        keys = _node_fields.get(new.__class__)
        if keys is None:
            keys = _node_fields[new.__class__] = tuple(key for key in new._fields if key not in _NO_NODES)
        for key in keys:
            item = fields.get(key)
            if type(item) is list:
                fields[key] = items = item.copy()
                for i, element in enumerate(items):
                    if isinstance(element, ast.AST):
                        items[i] = child = shallow(element)
                        nodes.append(child)
            elif isinstance(item, ast.AST):
                fields[key] = child = shallow(item)
                nodes.append(child)
    return nodes


def children(node: Any) -> Iterator[Any]:
    """The nodes right below a node that have fields of their own, in the order of the fields."""
    for field in node._fields:
        item = getattr(node, field, None)
        if type(item) is list:
            for element in item:
                if isinstance(element, ast.AST) and element._fields:
                    yield element
        elif isinstance(item, ast.AST) and item._fields:
            yield item


def walk(node: Any) -> Iterator[Any]:
    """All nodes of a tree that have fields, the top one first."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(children(node))


def used_names(tree: gast.AST) -> set[str]:
    """Every name that occurs in a tree, nested functions included: read, bound, declared, imported, captured."""
    return _names(walk(tree))[0]


def _names(nodes: Iterable[gast.AST]) -> tuple[set[str], set[str]]:
    """All names in some nodes, and those that they bind somewhere."""
    used: set[str] = set()
    bound: set[str] = set()
    for node in nodes:
        if type(node) is gast.Name:
            (used if type(node.ctx) is gast.Load else bound).add(node.id)
        elif not isinstance(node, gast.expr):
            bound.update(names_of(node))
    return used | bound, bound


def names_of(node: Any) -> list[str]:
    """The names that stand in a node itself."""
    if isinstance(node, gast.Name):
        return [node.id]
    if isinstance(node, DECLARATIONS):
        return node.names
    if isinstance(node, gast.alias):
        return [node.asname or node.name.split(".")[0]]
    # definitions, match patterns, type parameters
    return [name for field in ("name", "rest") if isinstance(name := getattr(node, field, None), str)]


class Names:
    """Names for what the lowering adds, none of which occurs in the function, and the imports that it needs."""

    def __init__(self, nodes: Iterable[gast.AST], taken: set[str] | None = None) -> None:
        used, bound = _names(nodes)
        hidden = taken or set()
        self._used = used | hidden
        self._hiding = bound | hidden
        self._imported: dict[tuple[str, str], str] = {}

    def fresh(self, hint: str) -> str:
        name, number = hint, 0
        while name in self._used:
            number += 1
            name = f"{hint}_{number}"
        self._used.add(name)
        return name

    def hides(self, name: str) -> bool:
        """Whether a name may be something else in the function than the built-in function."""
        return name in self._hiding

    def builtin(self, name: str) -> gast.expr:
        """A reference to a built-in function, which the function may hide by a variable of that name."""
        return load(self.imported("builtins", name) if self.hides(name) else name)

    def imported(self, module: str, name: str) -> str:
        """The name that `name` of `module` gets by an import at the top of the function."""
        key = (module, name)
        if key not in self._imported:
            self._imported[key] = self.fresh(name)
        return self._imported[key]

    def imports(self) -> list[gast.stmt]:
        modules: dict[str, list[gast.alias]] = {}
        for (module, name), local in self._imported.items():
            modules.setdefault(module, []).append(gast.alias(name, None if local == name else local))
        return [gast.ImportFrom(module, aliases, 0) for module, aliases in modules.items()]


def place(node: Any, origin: Any) -> Any:
    """Gives all nodes of a new tree that have no position the one of `origin`; returns the tree."""
    position = {key: origin.__dict__[key] for key in _POSITION if key in origin.__dict__}
    stack = [node]
    while stack:
        new = stack.pop()
        if "lineno" not in new.__dict__:
            if "lineno" in new._attributes:
                new.__dict__.update(position)
            stack.extend(child for child in ast.iter_child_nodes(new) if child._fields or child._attributes)
    return node


def load(name: str) -> gast.expr:
    return gast.Name(name, gast.Load(), None, None)


def store(name: str) -> gast.expr:
    return gast.Name(name, gast.Store(), None, None)


def constant(value: object) -> gast.expr:
    return gast.Constant(value, None)


def assign(target: str | gast.expr, value: gast.expr, origin: Any) -> gast.stmt:
    """`target = value`, at the position of `origin`."""
    target = store(target) if isinstance(target, str) else target
    return place(gast.Assign([target], value, None), origin)


def call(function: gast.expr, *arguments: gast.expr) -> gast.expr:
    return gast.Call(function, list(arguments), [])


def both(tests: list[gast.expr]) -> gast.expr:
    """`a and b and ...`"""
    return tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), tests)


def either(tests: list[gast.expr]) -> gast.expr:
    """`a or b or ...`"""
    return tests[0] if len(tests) == 1 else gast.BoolOp(gast.Or(), tests)


_OPPOSITE: dict[type, type] = {gast.Is: gast.IsNot, gast.IsNot: gast.Is, gast.In: gast.NotIn, gast.NotIn: gast.In}


def negate(test: gast.expr) -> gast.expr:
    """The opposite of a test, at its position.

    Only what is exact is turned round: `not a < b` is not `a >= b` for a NaN, and `!=` has a method of its own.
    """
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    if isinstance(test, gast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _OPPOSITE:
        test.ops = [_OPPOSITE[type(test.ops[0])]()]
        return test
    return place(gast.UnaryOp(gast.Not(), test), test)


def new_if(test: gast.expr, body: list[gast.stmt], orelse: list[gast.stmt], origin: Any) -> gast.stmt:
    """`if test: body else: orelse`, turned round where only the `else` has something to do."""
    if not body and orelse:
        test, body, orelse = negate(test), orelse, []
    return place(gast.If(test, body or [gast.Pass()], orelse), origin)
