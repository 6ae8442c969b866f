"""Making and comparing expression trees; arithmetic that simplifies as it builds.

The constructors `add`, `mul`, ... are for adjoint code only: they may reorder a product or fold literals, so the value
of the user's function never goes through them.

>>> x, g = name("x"), name("x_grad")
>>> show(mul(g, div(const(0.5), x)))
'0.5 * x_grad / x'
>>> show(add(x, neg(mul(const(1.0), g))))
'x - x_grad'
>>> show(mul(g, call(attr(module(numpy), "where"), x, const(1.0), const(0.0))))
'np.where(x, x_grad, 0.0)'
"""

from __future__ import annotations

import ast
import builtins
import math
import operator
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

import gast
import numpy

_MODULE_NAMES = {numpy: "np", math: "math"}


# --- making ---------------------------------------------------------------------------------------------------------


def name(id: str, *, store: bool = False, **marks: Any) -> gast.Name:
    """A name that is read or stored to. Marks (`module=`, `function=`) become attributes, for the naming stage."""
    node = gast.Name(id, gast.Store() if store else gast.Load(), None, None)
    for mark, value in marks.items():
        setattr(node, mark, value)
    return node


def module(value: ModuleType) -> gast.Name:
    """A module as it is usually called; the node's `.module` says which it is, so that it can be renamed."""
    return name(_MODULE_NAMES.get(value, value.__name__), module=value)


def add_at() -> gast.AST:
    """np.add.at, which adds to an element as often as an index selects it."""
    return attr(attr(module(numpy), "add"), "at")


def builtin(id: str) -> gast.Name:
    """A built-in function; the node's `.builtin` says which it is."""
    return name(id, builtin=getattr(builtins, id))


def const(value: Any) -> gast.AST:
    """The literal of a value: a number, string, None, Ellipsis, slice, type, dtype, or a tuple or list of such."""
    if isinstance(value, tuple):
        return gast.Tuple([const(item) for item in value], gast.Load())
    if isinstance(value, list):
        return gast.List([const(item) for item in value], gast.Load())
    if isinstance(value, slice):
        return gast.Slice(*(None if bound is None else const(bound) for bound in (value.start, value.stop, value.step)))
    if isinstance(value, numpy.generic):
        value = value.item()
    if isinstance(value, numpy.dtype):
        return attr(module(numpy), value.name)
    if isinstance(value, type):
        return builtin(value.__name__) if hasattr(builtins, value.__name__) else attr(module(numpy), value.__name__)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value != value:
            return attr(module(numpy), "nan")
        if math.copysign(1.0, value) < 0:
            return gast.UnaryOp(gast.USub(), const(-value))
        if value == math.inf:
            return attr(module(numpy), "inf")
    return gast.Constant(value, None)


def call(function: gast.AST, *args: gast.AST, **keywords: gast.AST) -> gast.Call:
    return gast.Call(function, list(args), [gast.keyword(key, value) for key, value in keywords.items()])


def attr(value: gast.AST, attribute: str) -> gast.Attribute:
    return gast.Attribute(value, attribute, gast.Load())


def index(value: gast.AST, key: gast.AST) -> gast.Subscript:
    return gast.Subscript(value, key, gast.Load())


def np_call(function: str, *args: gast.AST, **keywords: gast.AST) -> gast.Call:
    """A call of a function of NumPy."""
    return call(attr(module(numpy), function), *args, **keywords)


def assign(target: str, value: gast.AST) -> gast.Assign:
    return gast.Assign([name(target, store=True)], value, None)


# --- looking --------------------------------------------------------------------------------------------------------


def literal(node: gast.AST) -> Any:
    """The number that a literal stands for, its sign included; None if the node is not a numeric literal."""
    if (
        isinstance(node, gast.Constant)
        and isinstance(node.value, (int, float, complex))
        and not isinstance(node.value, bool)
    ):
        return node.value
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        value = literal(node.operand)
        return None if value is None else -value
    return None


def is_zero(node: gast.AST) -> bool:
    """Whether the node is 0 or 0.0. Adding 0j makes a number complex, so that one is no zero."""
    value = literal(node)
    return value == 0 and not isinstance(value, complex)


def is_atom(node: gast.AST) -> bool:
    """Whether repeating the expression costs nothing: a name, a literal, or the negative of one."""
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        node = node.operand
    return isinstance(node, (gast.Name, gast.Constant))


_parts: dict[type, tuple[str, ...]] = {}  # the fields of a class of nodes, backwards


def walk(node: gast.AST) -> Iterator[gast.AST]:
    """All nodes but contexts, a parent before its children, in the order of the text; long chains don't recurse."""
    stack = [node]
    pop, push = stack.pop, stack.append
    while stack:
        node = pop()
        yield node
        attributes, kind = node.__dict__, node.__class__
        if kind not in _parts:
            _parts[kind] = tuple(field for field in reversed(kind._fields) if field != "ctx")
        for field in _parts[kind]:
            value = attributes.get(field)
            if value.__class__ is list:
                for item in reversed(value):
                    if isinstance(item, gast.AST):
                        push(item)
            elif isinstance(value, gast.AST):
                push(value)


def children(node: gast.AST) -> Iterator[gast.AST]:
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, gast.AST):
            yield value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, gast.AST):
                    yield item


def names_in(node: gast.AST) -> set[str]:
    return {each.id for each in walk(node) if isinstance(each, gast.Name)}


def same(a: Any, b: Any) -> bool:
    """Whether two trees are equal, wherever they stand in the file.

    >>> same(const((1, 2)), const((1, 2))), same(const(1), const(1.0)), same(const(0.0), const(-0.0))
    (True, False, False)
    """
    pending = [(a, b)]
    while pending:
        a, b = pending.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, gast.AST):
            if a.__dict__.get("function") is not b.__dict__.get("function"):  # two helpers of one name
                return False
            pending.extend((getattr(a, field, None), getattr(b, field, None)) for field in a._fields)
        elif isinstance(a, list):
            if len(a) != len(b):
                return False
            pending.extend(zip(a, b))
        elif a != b:
            return False
    return True


def function_of(node: gast.AST) -> Any:
    """The function of a module that `np.linalg.solve` names, or `solve` where it was imported; or None."""
    if isinstance(node, gast.Name):
        return getattr(node, "module", None) or getattr(node, "imported", None)
    owner = function_of(node.value) if isinstance(node, gast.Attribute) else None
    return None if owner is None else getattr(owner, node.attr, None)


def is_at_least(node: gast.AST, least: int) -> bool:
    """Whether a node is the literal of a whole number that is not less than this."""
    value = literal(node)
    return isinstance(value, int) and value >= least


def counts_from(least: int, args: list[gast.AST]) -> bool:
    """Whether these arguments of `range` or `np.arange` count upwards, from a literal that is not less than this."""
    start, step = args[0] if len(args) > 1 else const(0), args[2] if len(args) > 2 else const(1)
    return is_at_least(start, least) and is_at_least(step, 1)


def reversed_range(arguments: list[gast.AST]) -> gast.Call:
    """reversed(range(...))"""
    return call(builtin("reversed"), call(builtin("range"), *arguments))


def selects_all(index: gast.AST) -> bool:
    """Whether an index, or a part of one, is `:` or `...`."""
    if isinstance(index, gast.Slice):
        return index.lower is None and index.upper is None and index.step is None
    return isinstance(index, gast.Constant) and index.value is ...


def is_library_constant(node: gast.AST) -> bool:
    """Whether an expression is a number that a library names, such as `math.pi`."""
    if node.__class__ is not gast.Attribute or not isinstance(function_of(node), float):
        return False
    module = function_of(node.value)
    return getattr(module, "__name__", "").partition(".")[0] in ("math", "cmath", "numpy", "scipy")


def copy_tree(node: Any) -> Any:
    """A copy (of a node or list) that shares no node with the original and keeps every attribute; of any depth."""
    if isinstance(node, list):
        return [copy_tree(item) for item in node]
    made = shallow(node)
    if node.__class__ is gast.Name or node.__class__ is gast.Constant:
        return made
    pending = [made]
    while pending:
        parent = pending.pop()
        own = parent.__dict__
        for field in parent._fields:
            value = own.get(field)
            if isinstance(value, gast.AST):
                own[field] = value = shallow(value)
                if value.__class__ is not gast.Name:
                    pending.append(value)
            elif value.__class__ is list:
                own[field] = value = [shallow(item) if isinstance(item, gast.AST) else item for item in value]
                pending += [item for item in value if isinstance(item, gast.AST)]
    return made


def shallow(node: Any) -> Any:
    """What copy.copy does, several times faster."""
    made = node.__class__.__new__(node.__class__)
    made.__dict__.update(node.__dict__)
    return made


def to_ast(node: gast.AST) -> ast.AST:
    """The same tree in Python's own nodes, with positions."""
    return ast.fix_missing_locations(gast.gast_to_ast(copy_tree(node)))


def show(node: gast.AST) -> str:
    """The text of a tree, for tests and error messages."""
    return ast.unparse(to_ast(node))


# --- arithmetic -----------------------------------------------------------------------------------------------------


def is_none(expr: gast.AST) -> gast.Compare:
    """The test `expr is None`."""
    return gast.Compare(expr, [gast.Is()], [const(None)])


def is_there(expr: gast.AST) -> gast.Compare:
    """The test `expr is not None`."""
    return gast.Compare(expr, [gast.IsNot()], [const(None)])


def binary(op: type[gast.operator], left: gast.AST, right: gast.AST) -> gast.BinOp:
    return gast.BinOp(left, op(), right)


def _fold(function: Callable[[Any, Any], Any], a: gast.AST, b: gast.AST) -> gast.AST | None:
    """The literal that an operation on two literals gives; None where it can't be, or is not a finite number."""
    x, y = literal(a), literal(b)
    if x is None or y is None:
        return None
    try:
        value = function(x, y)
    except ArithmeticError:
        return None
    return const(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def _is(node: gast.AST, op: type[gast.operator]) -> bool:
    return isinstance(node, gast.BinOp) and isinstance(node.op, op)


def positive_of(node: gast.AST) -> gast.AST | None:
    """e for an expression that is `-e`, `-p / q` or a negative literal; None for any other.

    >>> positive_of(name("x")), show(positive_of(div(neg(name("p")), name("q"))))
    (None, 'p / q')
    """
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        return node.operand
    if _is(node, gast.Div):
        numerator = positive_of(node.left)
        return None if numerator is None else div(numerator, node.right)
    return None


def neg(a: gast.AST) -> gast.AST:
    if isinstance(a, gast.UnaryOp) and isinstance(a.op, gast.USub):
        return a.operand
    if literal(a) is not None and not isinstance(literal(a), complex):
        return const(-literal(a))
    if _is(a, gast.Div):
        return div(neg(a.left), a.right)
    return gast.UnaryOp(gast.USub(), a)


def add(a: gast.AST, b: gast.AST) -> gast.AST:
    folded = _fold(operator.add, a, b)
    if folded is not None:
        return folded
    if is_zero(a):
        return b
    if is_zero(b):
        return a
    subtracted = positive_of(b)
    if subtracted is not None:
        return sub(a, subtracted)
    if positive_of(a) is not None and isinstance(a, gast.UnaryOp):
        return sub(b, a.operand)
    return binary(gast.Add, a, b)


def sub(a: gast.AST, b: gast.AST) -> gast.AST:
    folded = _fold(operator.sub, a, b)
    if folded is not None:
        return folded
    if is_zero(b):
        return a
    if is_zero(a):
        return neg(b)
    added = positive_of(b)
    return binary(gast.Sub, a, b) if added is None else add(a, added)


def mul(a: gast.AST, b: gast.AST) -> gast.AST:
    """a * b. Literals come first, signs and divisors outermost; a choice between constants chooses between products."""
    folded = _fold(operator.mul, a, b)
    if folded is not None:
        return folded
    for factor, other in ((a, b), (b, a)):
        value = literal(factor)
        if value == 0:
            return const(0.0)
        if value == 1:
            return other
        if value == -1:
            return neg(other)
        if isinstance(factor, gast.UnaryOp) and isinstance(factor.op, gast.USub):
            return neg(mul(factor.operand, b) if factor is a else mul(a, factor.operand))
        positive = positive_of(factor) if _is(factor, gast.Div) else None
        if positive is not None:
            return neg(mul(positive, b) if factor is a else mul(a, positive))
    if literal(b) is not None:
        return mul(b, a) if literal(a) is None else binary(gast.Mult, a, b)
    if _is(b, gast.Div):
        return div(mul(a, b.left), b.right)
    if _is(b, gast.Mult) and literal(b.left) is not None:
        return mul(mul(b.left, a), b.right)
    return _choice(a, b) or _choice(b, a) or binary(gast.Mult, a, b)


def _choice(factor: gast.AST, choice: gast.AST) -> gast.AST | None:
    """g * where(c, 1, 0) is where(c, g, 0): shorter, keeps the dtype of g, multiplies nothing infinite by zero."""
    if not is_atom(factor):
        return None
    if isinstance(choice, gast.IfExp) and _constants(choice.body, choice.orelse):
        return gast.IfExp(choice.test, mul(factor, choice.body), mul(copy_tree(factor), choice.orelse))
    if is_where(choice) and _constants(*choice.args[1:]):
        test, body, orelse = choice.args
        return call(choice.func, test, mul(factor, body), mul(copy_tree(factor), orelse))
    return None


def is_where(node: gast.AST) -> bool:
    """Whether the node is `np.where(test, a, b)`."""
    if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and node.func.attr == "where"):
        return False
    return getattr(node.func.value, "module", None) is numpy and len(node.args) == 3 and not node.keywords


def is_choice(node: Any) -> bool:
    """Whether the node is `np.where(test, a, b)` or `a if test else b`."""
    return isinstance(node, gast.IfExp) or isinstance(node, gast.Call) and is_where(node)


def parts_of_choice(node: Any) -> list[gast.AST]:
    """The test and both sides."""
    return [node.test, node.body, node.orelse] if isinstance(node, gast.IfExp) else list(node.args)


def choice_again(node: Any, test: gast.AST, sides: Iterable[gast.AST]) -> gast.AST:
    """Another choice, of the same form."""
    return gast.IfExp(test, *sides) if isinstance(node, gast.IfExp) else gast.Call(node.func, [test, *sides], [])


def _constants(*nodes: gast.AST) -> bool:
    return all(
        literal(node) is not None
        or (isinstance(node, gast.IfExp) and _constants(node.body, node.orelse))
        or (is_where(node) and _constants(*node.args[1:]))
        for node in nodes
    )


def div(a: gast.AST, b: gast.AST) -> gast.AST:
    value = literal(b)
    if is_zero(a) and value != 0:
        return const(0.0)
    if value == 1:
        return a
    if value == -1:
        return neg(a)
    if isinstance(b, gast.UnaryOp) and isinstance(b.op, gast.USub):
        return div(neg(a), b.operand)
    if isinstance(a, gast.UnaryOp) and isinstance(a.op, gast.USub) and _is(a.operand, gast.Div):
        return div(neg(a.operand), b)
    return binary(gast.Div, a, b)


def power(a: gast.AST, b: gast.AST) -> gast.AST:
    exponent = literal(b)
    if exponent == 1:
        return a
    if exponent == 0:
        return const(1.0)
    return binary(gast.Pow, a, b)


ARITHMETIC: dict[type, Callable[[gast.AST, gast.AST], gast.AST]] = {
    gast.Add: add,
    gast.Sub: sub,
    gast.Mult: mul,
    gast.Div: div,
    gast.Pow: power,
}


def swapped(items: gast.AST, order: gast.Tuple) -> gast.Assign:
    """items[i], items[k] = items[k], items[i]; until it is printed the target is items[i, k]."""
    others = [index(copy_tree(items), copy_tree(each)) for each in order.elts[::-1]]
    target = index(copy_tree(items), copy_tree(order))
    target.ctx = gast.Store()
    made = gast.Assign([target], gast.Tuple(others, gast.Load()), None)
    made.swaps = made.impure = True
    return made


def separate_swap(node: gast.Assign) -> None:
    """items[i, k] = ... of `swapped`, as it is printed."""
    whole = node.targets[0]
    places = [gast.Subscript(copy_tree(whole.value), each, gast.Store()) for each in whole.slice.elts]
    node.targets = [gast.Tuple(places, gast.Store())]
    node.swaps = False
