"""Forms for Numba of single numbers and elements, and of the helpers that most programs have.

>>> from s2sad.numba_forms import show
>>> show("np.clip(s, 0.0, 1.0)"), show("np.ndim(A)"), show("np.array(u)")
('np.minimum(np.maximum(s, 0.0), 1.0)', '2', 'np.copy(u)')
>>> show("np.array([[s, 1.0], [0.0, 2.0 * s]])")
'np.array(((s, 1.0), (0.0, 2.0 * s)))'
"""

from __future__ import annotations

import math
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
    """A copy of an array; Numba has only that of a list. Numbers go there in tuples, which take no memory."""
    if len(args) == 1 and not given and not forms.narrow:
        display = repeated(args[0])
        if is_of_numbers(display, forms.known):
            return forms.np("array", in_tuples(display))
    char, rank = sorts[0] if sorts else (None, None)
    if rank == 0 and char in ("b", "i", "f", "c") and len(args) == 1 and not given:
        return args[0]  # a number with no axis is a number here
    if sorts == [(None, None)] and not given and isinstance(args[0], gast.Name):
        return forms.np("copy", forms.np("asarray", args[0]))  # an array or a list
    fits = not given and len(args) == 1 and char in ("b", "i", "f", "c") and isinstance(rank, int) and rank
    return forms.np("copy", args[0]) if fits else None


LARGEST = 64  # numbers in a display that are put into tuples, whose types name each of them


def is_of_numbers(node: Any, known: Any) -> bool:
    """Whether this is a list of numbers, or of such lists that are alike."""
    shape = shape_of(node)
    if shape is None or not 0 < math.prod(shape) <= LARGEST:
        return False
    return all(known.rank(each) == 0 and known.char(each) is not None for each in numbers_in(node))


def repeated(node: Any) -> Any:
    """The list with [0.0, 0.0] for each `[0.0] * len([a, b])` that is in it."""
    if isinstance(node, gast.List):
        return gast.List([repeated(each) for each in node.elts], gast.Load())
    length = getattr(node, "right", None)
    if not isinstance(length, gast.Call) or getattr(length.func, "id", "") != "len" or not length.args:
        return node
    items, single = getattr(length.args[0], "elts", []), getattr(node.left, "elts", [])
    plain = isinstance(node.op, gast.Mult) and len(single) == 1 and all(map(trees.is_atom, [*items, *single]))
    return gast.List([trees.copy_tree(single[0]) for _ in items], gast.Load()) if plain and items else node


def shape_of(node: Any) -> tuple[int, ...] | None:
    """(2, 3) of [[a, b, c], [d, e, g]]; None where the rows have several lengths."""
    if not isinstance(node, gast.List):
        return ()
    inner = shape_of(node.elts[0]) if node.elts else ()
    alike = inner is not None and all(shape_of(each) == inner for each in node.elts)
    return (len(node.elts), *inner) if inner is not None and alike else None


def numbers_in(node: Any) -> list[Any]:
    return [part for each in node.elts for part in numbers_in(each)] if isinstance(node, gast.List) else [node]


def in_tuples(node: Any) -> Any:
    return gast.Tuple([in_tuples(each) for each in node.elts], gast.Load()) if isinstance(node, gast.List) else node


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
