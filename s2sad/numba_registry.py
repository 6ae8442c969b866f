"""The tables of forms for Numba, which `numba_forms.py` looks up: by the name of NumPy's function, and by the helper
of a program. A form gets the arguments, the keywords, and (sort, rank) of each argument as `numba_ranks.py` has them,
and returns another expression, or None where it has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

Form = Callable[[Any, list[Any], dict[str, Any], list[Any]], Any]
FORMS: dict[str, Form] = {}
# By the function, a helper of the program that is written otherwise: gets the call and what is known of its arguments.
OF_HELPERS: dict[Any, Callable[[Any, gast.Call, list[Any]], gast.AST]] = {}


def form(*names: str) -> Callable[[Form], Form]:
    """Registers a form for functions of NumPy."""

    def register(made: Form) -> Form:
        FORMS.update(dict.fromkeys(names, made))
        return made

    return register


def ranks_of(sorts: list[Any]) -> list[Any]:
    return [rank if isinstance(rank, int) else None for _, rank in sorts]


TURNING = ("swapaxes", "transpose", "moveaxis")


def by_rows(forms: Any, node: gast.AST) -> gast.AST:
    """A turned array as one that lies in memory row by row: of any other layout the rest takes long to compile."""
    return forms.np("ascontiguousarray", node) if is_turned(node) or isinstance(node, gast.Subscript) else node


def is_turned(node: gast.AST) -> bool:
    return getattr(node, "attr", "") == "T" or getattr(getattr(node, "func", None), "attr", "") in TURNING
