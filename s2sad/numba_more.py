"""Forms for Numba of single numbers and elements, and of the helpers that most programs have.

>>> from s2sad.numba_forms import show
>>> show("np.clip(s, 0.0, 1.0)"), show("np.ndim(A)"), show("np.array(u)")
('np.minimum(np.maximum(s, 0.0), 1.0)', '2', 'np.copy(u)')
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import helpers, numba_helpers, trees
from s2sad.numba_registry import OF_HELPERS, form, ranks_of


@form("clip")
def clip(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of a number, or with arrays as bounds."""
    bounds = any(getattr(each, "value", 0.0) is None for each in args[1:])
    ranks = ranks_of(sorts)
    if given or len(args) != 3 or bounds or ranks[0] is None or ranks[0] and not any(ranks[1:]):
        return None
    return forms.np("minimum", forms.np("maximum", args[0], args[1]), args[2])


@form("finfo")
def finfo(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    fits = not given and len(args) == 1 and getattr(args[0], "id", "") == "float"
    return forms.np("finfo", trees.attr(trees.name(forms.numpy, module=np), "float64")) if fits else None


@form("where")
def where(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Loops, for arrays of floats that are all of one rank, and numbers."""
    ranks = ranks_of(sorts)
    if given or len(args) != 3 or None in ranks or not any(ranks) or max(ranks) > 3:
        return None
    if [char for char, _ in sorts] != ["b", "f", "f"]:
        return None
    return forms.helper("where_" + "_".join(map(str, ranks)), numba_helpers.where(tuple(ranks)), *args)


def unbroadcast(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """The helper of that name, for arrays of known ranks."""
    rank, like = ranks_of(sorts)
    if rank is None or like is None or rank > 3 or like > 3 or sorts[0][0] not in ("f", "c"):
        return node
    if rank == 0:
        return trees.add(node.args[0], forms.np("zeros_like", node.args[1])) if like else node.args[0]
    if like == 0:
        return forms.np("sum", node.args[0])
    return forms.helper(f"unbroadcast_{rank}_to_{like}", numba_helpers.unbroadcast(rank, like), *node.args)


def last_stored(forms: Any, node: gast.Call, sorts: list[Any]) -> Any:
    """The helper of that name, for vectors of indices."""
    index = node.args[2]
    indices = index.elts if isinstance(index, gast.Tuple) else [index]
    found = sorts[2][1] if isinstance(index, gast.Tuple) else [sorts[2]]
    if any(each != ("i", 1) for each in found) or sorts[0] != ("f", 1) or sorts[1][1] != len(indices):
        return node
    text = numba_helpers.last_stored(len(indices))
    return forms.helper(f"last_stored_{len(indices)}", text, node.args[0], node.args[1], *indices)


@form("heaviside")
def heaviside(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    fits = not given and len(args) == 2 and isinstance(sorts[0][1], int)
    return forms.helper("heaviside", numba_helpers.HEAVISIDE, *args) if fits else None


@form("array")
def array(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """A copy of an array; Numba has only that of a list."""
    char, rank = sorts[0] if sorts else (None, None)
    if rank == 0 and char in ("b", "i", "f", "c") and len(args) == 1 and not given:
        return args[0]  # a number with no axis is a number here
    if sorts == [(None, None)] and not given and isinstance(args[0], gast.Name):
        return forms.np("copy", forms.np("asarray", args[0]))  # an array or a list
    fits = not given and len(args) == 1 and char in ("b", "i", "f", "c") and isinstance(rank, int) and rank
    return forms.np("copy", args[0]) if fits else None


@form("ndim")
def ndim(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    rank = ranks_of(sorts)[0]
    return None if rank is None else trees.const(rank)


def builtin(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`abs` of an array; helpers that are written otherwise."""
    found = node.func.__dict__.get("function")
    if found in OF_HELPERS and not node.keywords:
        return OF_HELPERS[found](forms, node, sorts)
    if node.func.id == "abs" and len(node.args) == 1 and sorts[0][1] not in (0, None, "?"):
        return forms.np("abs", node.args[0])
    return node


OF_HELPERS.update({helpers.last_stored: last_stored, helpers.unbroadcast: unbroadcast})
