"""Generators in core form: functions that hand each item to what uses it.

A `yield` is a call of `<yield>`, a name of ours that stands for what is done with an item, and runs there and then, as
it does in Python. Where the loop over the items may end before they do, the call says so, and the generator ends too.

>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def halves(x):
...     while True:
...         x = 0.5 * x
...         yield x
... ''').body[0]
>>> print(to_text(lower_generator(tree, True)), end="")
def halves(x):
    while True:
        x = 0.5 * x
        <left> = <yield>(x)
        if <left>:
            break
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad.core import lower
from s2sad.core_control import is_endless
from s2sad.core_nodes import DEFINITIONS, assign, copy_tree, load, place, store
from s2sad.trees import shallow

YIELD, LEFT, ITEM = "<yield>", "<left>", "<item>"
YIELDS = (gast.Yield, gast.YieldFrom)


def is_generator(tree: Any) -> bool:
    """Whether the function of a tree is a generator."""
    if not isinstance(tree, gast.FunctionDef):
        return False
    todo = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, YIELDS):
            return True
        if not isinstance(node, (*DEFINITIONS, gast.Lambda)):
            todo.extend(gast.iter_child_nodes(node))
    return False


def lower_generator(tree: gast.FunctionDef, breaking: bool) -> gast.FunctionDef:
    """The core form of a generator. breaking: whether what uses its items may want no more of them."""
    made = copy_tree(tree)
    made.body = with_calls(made.body, breaking)
    endless = is_endless(made.body)
    lowered = lower(made)
    lowered.breaking, lowered.endless, lowered.generator = breaking, endless, tree
    return lowered


def lower_any(tree: gast.FunctionDef) -> gast.FunctionDef:
    """The core form of a function that is called, a generator or not."""
    return lower_generator(tree, False) if is_generator(tree) else lower(tree)


def with_calls(block: list[Any], breaking: bool) -> list[Any]:
    """A block with calls for its `yield`s, and no values returned."""
    out: list[Any] = []
    for s in block:
        if isinstance(s, gast.Expr) and isinstance(s.value, gast.Yield):
            out += yielded(s.value.value or gast.Constant(None, None), s, breaking)
        elif isinstance(s, gast.Expr) and isinstance(s.value, gast.YieldFrom):
            handed_on = yielded(load(ITEM), s, breaking)
            out.append(place(gast.For(store(ITEM), s.value.value, handed_on, [], None), s))
        elif isinstance(s, gast.Return):
            out += [] if s.value is None else [place(gast.Expr(s.value), s)]
            out.append(place(gast.Return(None), s))
        else:
            if not isinstance(s, DEFINITIONS):
                for field in ("body", "orelse", "finalbody"):
                    inner = getattr(s, field, None)
                    if isinstance(inner, list) and inner:
                        setattr(s, field, with_calls(inner, breaking))
                for part in [*getattr(s, "handlers", ()), *getattr(s, "cases", ())]:
                    part.body = with_calls(part.body, breaking)
            out.append(s)
    return out


def yielded(value: Any, s: Any, breaking: bool) -> list[Any]:
    call = place(gast.Call(load(YIELD), [value], []), s)
    if not breaking:
        return [place(gast.Expr(call), s)]
    leaving = place(gast.If(load(LEFT), [gast.Return(None)], []), s)
    return [assign(LEFT, call, s), leaving]


def without_breaks(block: list[Any]) -> list[Any]:
    """The body of a loop in core form, which sets `<left>` where it would break; what else there is stays the same."""
    out: list[Any] = []
    for s in block:
        if isinstance(s, gast.Break):
            s = assign(LEFT, gast.Constant(True, None), s)
        elif isinstance(s, (gast.If, gast.With, gast.Try)):
            made = shallow(s)
            for field in ("body", "orelse", "finalbody"):
                if getattr(s, field, None):
                    setattr(made, field, without_breaks(getattr(s, field)))
            if isinstance(s, gast.Try):
                made.handlers = [shallow(each) for each in s.handlers]
                for each in made.handlers:
                    each.body = without_breaks(each.body)
            s = made
        out.append(s)
    return out
