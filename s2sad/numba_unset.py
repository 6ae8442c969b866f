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

import builtins
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import Kind, Scalar
from s2sad.numba_tapes import fresh
from s2sad.printer import BlankLine
from s2sad.reading import all_blocks
from s2sad.statements import all_of, blocks_of, own_expressions
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


# ------------------------------------------------------------------------------------------ numbers that begin as None
ASKED, OTHERWISE = "asked for", "otherwise"
ZEROS = {"f": 0.0, "i": 0, "b": False, "c": 0j}


def numbers_for_none(function: gast.FunctionDef, kinds: dict[str, Kind], used: set[str]) -> None:
    """Changes a function of the program in place: a number that begins as None only because it may have no value is a
    number from the start, with a flag. It then lies in one register, and what is saved of it in an array.

    y = None                                                   y = 0.0
    for i in range(n):                                         y_set = False
        if x[i] > 0.0:                                         for i in range(n):
            y = x[i]                                               if x[i] > 0.0:
        y_saved.append(y)                           ->                 y = x[i]
        if y is None:                                                  y_set = True
            raise UnboundLocalError("y has no value")              y_saved.append(y)
                                                                   if not y_set:
                                                                       raise UnboundLocalError("y has no value")
    """
    started = {node.targets[0].id for node in function.body if starts_without_value(node)}
    chosen = {name for name in started if isinstance(kinds.get(name), Scalar) and char_of(kinds[name]) in ZEROS}
    uses = uses_of(function)
    maybe = {name for name, found in uses.items() if ASKED in found} | started
    while True:
        wrong = {name for name in chosen if uses[name] & {ASKED, OTHERWISE} or uses[name] & (maybe - chosen)}
        if not wrong:
            break
        chosen -= wrong
    flags = {name: fresh(f"{name}_set", used) for name in sorted(chosen)}
    first = next((k for k, node in enumerate(function.body) if begins_sweep(node)), len(function.body))
    if any(looked_at(node) in flags for node in all_of(function.body[first:])):
        first = len(function.body)
    reverse = function.body[first:]
    for block in list(all_blocks(function.body)) if flags else ():
        block[:] = [made for node in block for made in with_flag(node, kinds, flags)]
    for block in list(all_blocks(reverse)) if flags else ():
        block[:] = [node for node in block if not getattr(node, "flag", False)]


def with_flag(node: Any, kinds: dict[str, Kind], flags: dict[str, str]) -> list[Any]:
    if looked_at(node) in flags:
        node.test = gast.UnaryOp(gast.Not(), trees.name(flags[looked_at(node)]))
    name = getattr(node.targets[0], "id", "") if isinstance(node, gast.Assign) else ""
    if name not in flags:
        return [node]
    source = getattr(node.value, "id", "")
    told: Any = trees.name(flags[source]) if source in flags else trees.const(not is_none(node.value))
    if is_none(node.value):
        node.value = trees.const(ZEROS[char_of(kinds[name])])
    flag = trees.assign(flags[name], told)
    flag.flag = True
    return [node, flag]


def char_of(kind: Any) -> str:
    return kind.char  # type: ignore[no-any-return]


def starts_without_value(node: Any) -> bool:
    """`y = None` of ours, at the beginning of a program."""
    is_start = isinstance(node, gast.Assign) and hasattr(node, "origin") and node.origin is None
    return is_start and isinstance(node.targets[0], gast.Name) and is_none(node.value)


def is_none(node: Any) -> bool:
    return isinstance(node, gast.Constant) and node.value is None


def looked_at(node: Any) -> str:
    """The name that a statement looks at: `if y is None: raise UnboundLocalError(...)`."""
    test = getattr(node, "test", None)
    if not isinstance(node, gast.If) or not isinstance(test, gast.Compare) or not isinstance(test.ops[0], gast.Is):
        return ""
    raised = getattr(getattr(node.body[0], "exc", None), "func", None)
    fits = len(node.body) == 1 and not node.orelse and getattr(raised, "id", "") == "UnboundLocalError"
    return getattr(test.left, "id", "") if fits and is_none(test.comparators[0]) else ""


def uses_of(function: gast.FunctionDef) -> dict[str, set[str]]:
    """By variable, what it has to do with None: ASKED where it is set to that or the program asks for it, OTHERWISE
    where it is set by something that can't tell, and the variables that it is a copy of or that are copies of it."""
    found: dict[str, set[str]] = {}

    def note(name: Any, use: str) -> None:
        found.setdefault(name, set()).add(use)

    for node in all_of(function.body):
        for part in own_expressions(node):
            for each in trees.walk(part):
                if isinstance(each, gast.Name):
                    found.setdefault(each.id, set())
                for name in asked_for(each) if not looked_at(node) else ():
                    note(name, ASKED)
        target, value = getattr(node, "targets", [None])[0], getattr(node, "value", None)
        if isinstance(node, gast.Assign) and isinstance(target, gast.Name):
            if is_none(value) and not starts_without_value(node):
                note(target.id, ASKED)
            for each in sources(value):
                note(target.id, each)
                note(each, target.id)
                if not isinstance(value, gast.Name):
                    note(each, OTHERWISE)
        elif isinstance(node, (gast.Assign, gast.For, gast.Delete, gast.With)) and not is_pop_of_any(node):
            stored = [each for each in trees.walk(node) if isinstance(each, gast.Name)]
            own = target if isinstance(node, gast.Assign) else getattr(node, "target", None)
            for name in trees.names_in(own) if own is not None else {each.id for each in stored}:
                note(name, OTHERWISE)
    return found


def asked_for(node: Any) -> set[str]:
    """The names of which an expression may ask whether they are None."""
    if isinstance(node, gast.Compare) and isinstance(node.ops[0], (gast.Is, gast.IsNot)):
        return trees.names_in(node)
    if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id not in dir(builtins):
        return {each.id for each in node.args if isinstance(each, gast.Name)}
    return set()


def sources(value: Any) -> list[str]:
    """The names that an expression may give the value of."""
    if isinstance(value, gast.IfExp):
        return [*sources(value.body), *sources(value.orelse)]
    return [value.id] if isinstance(value, gast.Name) else []


def is_pop_of_any(node: Any) -> bool:
    call = getattr(node, "value", None)
    return isinstance(call, gast.Call) and getattr(call.func, "attr", "") == "pop"
