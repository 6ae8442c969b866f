"""Part of the stage `numba`: variables that may have no value where they are read. Numba takes zeros for such a value.

for i in range(n):               y_set = False
    y = x * i                    for i in range(n):
value = y + 1.0          ->          y = x * i
                                     y_set = True
                                 if not y_set:
                                     raise UnboundLocalError("y has no value")
                                 value = y + 1.0
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.numba_tapes import fresh
from s2sad.printer import BlankLine
from s2sad.statements import all_of, blocks_of
from s2sad.unset_reads import note_unset_reads, own_variables


def raise_without_value(function: gast.FunctionDef) -> None:
    """Changes a function in place: what it computes before its reverse sweep, and what it returns."""
    first = next((k for k, node in enumerate(function.body) if begins_sweep(node)), len(function.body))
    primal, rest = function.body[:first], function.body[first:]
    last = [node for node in rest[-1:] if isinstance(node, gast.Return)]
    looked_at = gast.FunctionDef(function.name, function.args, [*primal, *last], [], None)
    if any(isinstance(node, gast.Try) for node in all_of(primal)):
        return  # Numba leaves these to Python
    note_unset_reads(looked_at, own_variables(looked_at))
    if not looked_at.unset:
        return
    used = trees.names_in(function)
    flags = {name: fresh(f"{name}_set", used) for name in sorted(looked_at.unset)}
    body = with_flags(primal, flags)
    checks = [check(name, flags) for node in last for name in getattr(node, "looks", ())]
    begun = [trees.assign(flag, trees.const(False)) for flag in flags.values()]
    doc = 1 if body and isinstance(body[0], gast.Expr) and isinstance(body[0].value, gast.Constant) else 0
    function.body = [*body[:doc], *begun, *body[doc:], *rest[: len(rest) - len(last)], *checks, *last]


def begins_sweep(node: Any) -> bool:
    return isinstance(node, BlankLine) or getattr(node, "reverse", False) or hasattr(node, "forward")


def with_flags(block: list[Any], flags: dict[str, str]) -> list[Any]:
    made = [trees.assign(flags[name], trees.const(True)) for node in block[:1] for name in getattr(node, "starts", ())]
    for node in block:
        for inner in blocks_of(node):
            inner[:] = with_flags(inner, flags)
        made += [check(name, flags) for name in getattr(node, "looks", ())]
        if not (made and isinstance(node, gast.Pass)):
            made.append(node)
        made += [trees.assign(flags[name], trees.const(True)) for name in getattr(node, "marks", ())]
    return made


def check(name: str, flags: dict[str, str]) -> gast.If:
    message = trees.const(f"{name} has no value")
    test = gast.UnaryOp(gast.Not(), trees.name(flags[name]))
    return gast.If(test, [gast.Raise(trees.call(trees.builtin("UnboundLocalError"), message), None)], [])
