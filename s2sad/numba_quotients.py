"""Part of the stage `numba`: adjoint code multiplies with a reciprocal that is at hand, where it would divide again.

A division of numbers takes four times as long as a product. What f computes stays as it is, to the last bit; adjoint
code, also that of a derivative that f takes itself, is right up to rounding.

>>> import gast
>>> from s2sad.kinds import Scalar
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(x, dy):
...     r = 1.0 / x
...     value = 2.0 / x - r
...     r_grad = -dy / x
...     x = x * 2.0
...     x_grad = dy / x
... ''').body[0]
>>> for node in tree.body[2:]:
...     node.reverse = True
>>> with_reciprocals(tree, {"x": Scalar("float"), "r": Scalar("float")})
>>> print(to_text(tree), end="")
def f(x, dy):
    r = 1.0 / x
    value = 2.0 / x - r
    r_grad = -dy * r
    x = x * 2.0
    x_grad = dy / x
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.expressions import rebuilt
from s2sad.kinds import Kind, Scalar
from s2sad.numba_access import bound
from s2sad.statements import blocks_of

SCOPES = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp, gast.NamedExpr)


def with_reciprocals(function: gast.FunctionDef, kinds: dict[str, Kind]) -> None:
    """Changes a function of the program. kinds: of its names, where one kind holds throughout."""
    numbers = {name for name, kind in kinds.items() if isinstance(kind, Scalar) and kind.char == "f"}
    block(function.body, {}, numbers)


def block(body: list[Any], outer: dict[str, str], numbers: set[str]) -> None:
    """outer: by name of a number, that of its reciprocal."""
    known = dict(outer)
    for node in body:
        changed, inner = bound(node), blocks_of(node)
        if inner:
            known = without(known, changed)
            for each in inner:
                block(each, known, numbers)
            continue
        pair = reciprocal(node, numbers)
        if pair is None and known and is_adjoint(node) and divides(node.value, known):
            node.value = multiplied(node.value, known)
        known = without(known, changed)
        if pair is not None:
            known[pair[0]] = pair[1]


def without(known: dict[str, str], changed: set[str]) -> dict[str, str]:
    return {number: name for number, name in known.items() if not {number, name} & changed}


def reciprocal(node: Any, numbers: set[str]) -> tuple[str, str] | None:
    """(x, r) of `r = 1.0 / x`."""
    if not isinstance(node, gast.Assign) or len(node.targets) > 1 or not isinstance(node.targets[0], gast.Name):
        return None
    name, value = node.targets[0].id, node.value
    if not isinstance(value, gast.BinOp) or not isinstance(value.op, gast.Div) or trees.literal(value.left) != 1:
        return None
    by = getattr(value.right, "id", "")
    return (by, name) if by != name and {by, name} <= numbers else None


def is_adjoint(node: Any) -> bool:
    """Whether a statement is adjoint code: of the program, or of a derivative that f takes."""
    if not isinstance(node, (gast.Assign, gast.AugAssign)):
        return False
    origin = getattr(node, "origin", None)
    return bool(getattr(node, "reverse", False)) or origin is not None and origin[0].filename.startswith("<s2sad ")


def divides(value: gast.AST, known: dict[str, str]) -> bool:
    """Whether something is divided by one of these numbers, where all names are the function's own."""
    nodes = list(trees.walk(value))
    found = any(is_quotient(each) and getattr(each.right, "id", "") in known for each in nodes)
    return found and not any(isinstance(each, SCOPES) for each in nodes)


def is_quotient(node: Any) -> bool:
    return isinstance(node, gast.BinOp) and isinstance(node.op, gast.Div)


def multiplied(node: Any, known: dict[str, str]) -> Any:
    made = rebuilt(node, lambda each: multiplied(each, known), kept=("ctx", "op", "func"))
    if is_quotient(made) and getattr(made.right, "id", "") in known:
        return gast.BinOp(made.left, gast.Mult(), trees.name(known[made.right.id]))
    return made
