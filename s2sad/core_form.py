"""Says whether a function is in core form (`core.py`).

>>> tree = gast.parse("def f(x):\\n    while x:\\n        x = y = x - 1\\n    else:\\n        return x").body[0]
>>> is_core(tree)
['line 2: else of a loop', 'line 3: 2 targets', 'line 5: return that is not last']
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad.core_nodes import COMPREHENSIONS, DEFINITIONS, LOOPS, TRIES, WITHS, children
from s2sad.core_walrus import can_be_loop

_PLAIN = (gast.Assign, gast.AugAssign, gast.Expr, gast.Assert, gast.Raise, gast.Pass, gast.Delete, gast.Import)
_ALLOWED = (*_PLAIN, gast.ImportFrom, gast.Global, gast.Nonlocal, *DEFINITIONS, gast.If, *LOOPS, *WITHS, *TRIES)


def is_core(tree: gast.FunctionDef) -> list[str]:
    """What of a function is not core form, empty if all is."""
    found: list[tuple[int, str]] = []
    if tree.decorator_list:
        found.append((tree.lineno, "decorator"))
    body = tree.body[:-1] if isinstance(tree.body[-1], gast.Return) else tree.body
    _block(body, False, found)
    if len(body) < len(tree.body):
        _expressions(tree.body[-1], found)
    return [f"line {line}: {text}" for line, text in sorted(found)]


def _block(block: list[gast.stmt], tail: bool, found: list[tuple[int, str]]) -> None:
    """Looks at a block; `tail`: it stands where a `break` may."""
    for i, s in enumerate(block):
        last = tail and i == len(block) - 1
        if isinstance(s, gast.Break) and last:
            continue
        if problem := _problem(s):
            found.append((s.lineno, problem))
        if isinstance(s, DEFINITIONS):
            continue
        _expressions(s, found)
        if isinstance(s, (gast.If, *LOOPS)):
            branch_last = last if isinstance(s, gast.If) else True
            _block(s.body, branch_last, found)
            _block(s.orelse, branch_last, found)
        elif isinstance(s, (*WITHS, *TRIES)):
            for inner in (s.body, getattr(s, "orelse", []), getattr(s, "finalbody", [])):
                _block(inner, False, found)
            for handler in getattr(s, "handlers", []):
                _block(handler.body, False, found)


def _problem(s: Any) -> str | None:
    if isinstance(s, gast.Return):
        return "return that is not last"
    if isinstance(s, gast.Break):
        return "break that is not last in its loop"
    if not isinstance(s, _ALLOWED):
        return type(s).__name__
    if isinstance(s, gast.Assign) and len(s.targets) != 1:
        return f"{len(s.targets)} targets"
    return "else of a loop" if isinstance(s, LOOPS) and s.orelse else None


def _expressions(s: Any, found: list[tuple[int, str]]) -> None:
    """Looks for `:=` in the statement's own expressions."""
    stack = [child for child in children(s) if not isinstance(child, (gast.stmt, gast.ExceptHandler))]
    while stack:
        node = stack.pop()
        if isinstance(node, gast.NamedExpr):
            found.append((node.lineno, ":="))
        if isinstance(node, (gast.Lambda, gast.GeneratorExp)):
            continue
        if not isinstance(node, COMPREHENSIONS) or can_be_loop(node):
            stack.extend(children(node))
