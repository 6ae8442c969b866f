"""Forms for Numba of what is asked for less often: lists of arrays, padding, polynomials, piecewise linear functions.
They get what all forms get (`numba_registry.py`); the texts stand here too.

>>> from s2sad.numba_forms import show
>>> show("np.polyder(u)"), show("np.pad(A, ((1, 1), (0, n)))"), show("np.moveaxis(A, 0, -1)")
('polyder(u)', 'pad_2_constant(A, 1, 1, 0, n, 0.0)', 'np.transpose(A, (1, 0))')
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.kinds import ONE
from s2sad.numba_helpers import LETTERS
from s2sad.numba_registry import OF_HELPERS, by_rows, form, is_turned, ranks_of
from s2sad.numba_sorts import LIKE_ARGUMENT
from s2sad.rules import diagonals, fourier, interpolation, padding

# ---------------------------------------------------------------- lists of arrays
STACK = """
def stack_at_{name}(items):
    if len(items) == 0:
        raise ValueError("need at least one array to stack")
    first = items[0]
    made = np.empty({shape}, first.dtype)
    for k in range(len(items)):
        if items[k].shape != first.shape:
            raise ValueError("all input arrays must have the same shape")
        item = items[k]
{loops}
    return made
"""
STACKED = {
    0: {"name": "front", "shape": "(len(items),) + first.shape", "place": "made[k, ...]"},
    -1: {"name": "end", "shape": "first.shape + (len(items),)", "place": "made[..., k]"},
}


def stacked(axis: int, rank: int | None) -> tuple[str, str]:
    """The name and text of a function that stacks a list. With loops, where it is known how many axes an array has:
    to compile a store of a slice takes Numba seconds."""
    name, place = STACKED[axis]["name"], STACKED[axis]["place"]
    if not rank:
        text = STACK.format(name=name, shape=STACKED[axis]["shape"], loops=f"        {place} = item")
        return f"stack_at_{name}", text.lstrip("\n")
    letters = [each for each in LETTERS if each != "k"][:rank]
    index = ", ".join(letters)
    loops = [f"{'    ' * (depth + 2)}for {each} in range(item.shape[{depth}]):" for depth, each in enumerate(letters)]
    loops += [f"{'    ' * (rank + 2)}{place.replace('...', index)} = item[{index}]"]
    text = STACK.format(name=name, shape=STACKED[axis]["shape"], loops="\n".join(loops))
    return f"stack_at_{name}_of_{rank}", text.lstrip("\n")


@form("stack")
def stack(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of a list that isn't written out, along a new first or last axis."""
    axis = trees.literal(given.get("axis", args[1] if len(args) > 1 else trees.const(0)))
    if set(given) - {"axis"} or len(args) > 2 or isinstance(args[0], gast.Tuple) or axis not in STACKED:
        return None
    rank = sorts[0][1][1] if sorts[0][0] == "[]" else None
    name, text = stacked(axis, rank if isinstance(rank, int) and rank <= 3 else None)  # type: ignore[arg-type]
    return forms.helper(name, text, args[0])


@form("ravel")
def ravel(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of a number."""
    if given or len(args) != 1 or sorts[0] not in (("f", 0), ("i", 0)):
        return None
    return forms.np("array", gast.List(args, gast.Load()))


# ---------------------------------------------------------------- padding
PLACES = {
    "edge": "min(max({k}, 0), {n} - 1)",
    "wrap": "{k} % {n}",
    "symmetric": "min({k} % (2 * {n}), 2 * {n} - 1 - {k} % (2 * {n}))",
    "reflect": "min({k} % max(2 * {n} - 2, 1), 2 * {n} - 2 - {k} % max(2 * {n} - 2, 1))",
}


@form("pad")
def pad(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of floats, in the modes that only copy."""
    rank = ranks_of(sorts)[0]
    mode = getattr(given.get("mode", args[2] if len(args) > 2 else trees.const("constant")), "value", None)
    widths = widths_of(args[1], rank, sorts[1]) if len(args) > 1 and sorts[0][0] == "f" and rank in (1, 2, 3) else None
    value = given.get("constant_values", trees.const(0.0))
    extra = set(given) - {"mode"} - ({"constant_values"} if mode == "constant" else set())
    if widths is None or extra or len(args) > 3 or mode not in ("constant", *PLACES) or trees.literal(value) is None:
        return None
    own = [trees.const(float(trees.literal(value)))] if mode == "constant" else []
    return forms.helper(f"pad_{rank}_{mode}", padded(rank, mode), args[0], *widths, *own)


def padded_adjoint(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`added_where_taken(grad, array, pad_width, mode)`"""
    grad, array, width, mode = node.args
    rank, mode = ranks_of(sorts)[1], getattr(mode, "value", None)
    widths = widths_of(width, rank, sorts[2]) if rank in (1, 2, 3) and sorts[0] == sorts[1] == ("f", rank) else None
    if widths is None or mode not in PLACES:
        return node
    return forms.helper(f"unpad_{rank}_{mode}", padded(rank, mode, back=True), array, *widths, grad)


def widths_of(node: Any, rank: int, sort: Any) -> list[Any] | None:
    """Before and behind each axis; None where that isn't written out."""
    if isinstance(node, gast.Tuple):
        parts = node.elts
        if len(parts) == rank and all(isinstance(each, gast.Tuple) and len(each.elts) == 2 for each in parts):
            return [each for pair in parts for each in pair.elts]
        if len(parts) != 2 or not all(map(trees.is_atom, parts)):
            return None
        return [trees.copy_tree(each) for _ in range(rank) for each in parts]
    return [trees.copy_tree(node) for _ in range(2 * rank)] if sort == ("i", 0) and trees.is_atom(node) else None


def padded(rank: int, mode: str, back: bool = False) -> str:
    """Pads; or, `back`, adds up at each place the gradients of what was taken from there."""
    letters = LETTERS[:rank]
    widths = [f"{side}{k}" for k in range(rank) for side in ("before", "behind")]
    last = ", grad" if back else ", value" if mode == "constant" else ""
    lines = [f"def pad(a, {', '.join(widths)}{last}):", f"    if min({', '.join(widths)}) < 0:"]
    lines += ['        raise ValueError("index can\'t contain negative values")']
    shape = ", ".join(f"a.shape[{k}] + before{k} + behind{k}" for k in range(rank))
    if mode == "constant":
        lines += [f"    result = np.full(({shape},), value)"]
        lines += [f"{'    ' * (k + 1)}for {letter} in range(a.shape[{k}]):" for k, letter in enumerate(letters)]
        place = ", ".join(f"{letter} + before{k}" for k, letter in enumerate(letters))
        lines += [f"{'    ' * (rank + 1)}result[{place}] = a[{', '.join(letters)}]", "    return result"]
        return "\n".join(lines) + "\n"
    lines += ["    if a.size == 0:", f'        raise ValueError("an empty axis can\'t be padded by {mode}")']
    lines += ["    result = np.zeros(a.shape)" if back else f"    result = np.empty(({shape},))"]
    for k, letter in enumerate(letters):
        pad = "    " * (k + 1)
        lines += [f"{pad}for {letter} in range(a.shape[{k}] + before{k} + behind{k}):"]
        lines += [f"{pad}    p{k} = " + PLACES[mode].format(k=f"({letter} - before{k})", n=f"a.shape[{k}]")]
    here, taken = ", ".join(letters), ", ".join(f"p{k}" for k in range(rank))
    step = f"result[{taken}] += grad[{here}]" if back else f"result[{here}] = a[{taken}]"
    return "\n".join([*lines, f"{'    ' * (rank + 1)}{step}", "    return result"]) + "\n"


# ---------------------------------------------------------------- polynomials
POLYVAL = """
def polyval(p, x):
    result = {zero}
    for k in range(len(p)):
        result = result * x + p[k]
    return result
"""

POLYDER = """
def polyder(p):
    result = np.empty(max(len(p) - 1, 0))
    for k in range(len(p) - 1):
        result[k] = p[k] * (len(p) - 1 - k)
    return result
"""


@form("polyval")
def polyval(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    if given or len(args) != 2 or sorts[0] != ("f", 1) or sorts[1][0] != "f" or not isinstance(sorts[1][1], int):
        return None
    name, zero = ("polyval", "np.zeros_like(x)") if sorts[1][1] else ("polyval_of_number", "0.0")
    return forms.helper(name, POLYVAL.format(zero=zero), *args)


@form("polyder")
def polyder(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    return forms.helper("polyder", POLYDER, *args) if not given and sorts == [("f", 1)] else None


@form("reshape")
def reshape(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of a number; of A.T, whose elements NumPy copies."""
    if len(args) == 2 and not given and is_turned(args[0]):
        return forms.np("reshape", by_rows(forms, args[0]), args[1])
    ones = len(args) == 2 and isinstance(args[1], gast.Tuple) and all(trees.literal(k) == 1 for k in args[1].elts)
    if given or len(args) != 2 or sorts[0] != ("f", 0):
        return None
    if ones:
        return forms.np("full", args[1], args[0])
    return forms.np("reshape", forms.np("full", trees.const(1), args[0]), args[1])


@form("moveaxis")
def moveaxis(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """One axis."""
    rank = ranks_of(sorts)[0]
    places = [trees.literal(each) for each in args[1:]]
    if given or not rank or len(places) != 2 or not all(type(each) is int for each in places):
        return None
    source, target = (each % rank for each in places)  # type: ignore[operator]
    order = [k for k in range(rank) if k != source]
    order.insert(target, source)
    return forms.np("transpose", args[0], trees.const(tuple(order)))


# ---------------------------------------------------------------- piecewise linear functions
SLOPES = """
def slope_of_line(x, xp, fp):
    result = np.zeros(x.size)
    for i in range(x.size):
        for k in (np.searchsorted(xp, x[i]), np.searchsorted(xp, x[i], "right")):
            if 0 < k < len(xp):
                result[i] += 0.5 * (fp[k] - fp[k - 1]) / (xp[k] - xp[k - 1])
    return result
"""

POINTS = """
def line_points_adjoint(x, xp, fp, grad):
    result = np.zeros(len(xp))
    for i in range(x.size):
        for k in (np.searchsorted(xp, x[i]), np.searchsorted(xp, x[i], "right")):
            if 0 < k < len(xp):
                width = xp[k] - xp[k - 1]
                share = (x[i] - xp[k - 1]) / width
                change = -0.5 * grad[i] * (fp[k] - fp[k - 1]) / width
                result[k] += share * change
                result[k - 1] += (1.0 - share) * change
    return result
"""

EACH = "    for i in range(x.size):\n"
WITHIN = "        if x[i] < xp[0] or x[i] > xp[-1]:\n            continue\n"
VALUES = """
def line_values_adjoint(x, xp, grad):
    result = np.zeros(len(xp))
    for i in range(x.size):
        if len(xp) == 1:
            result[0] += grad[i]
            continue
        k = min(max(np.searchsorted(xp, x[i], "right"), 1), len(xp) - 1)
        share = (x[i] - xp[k - 1]) / (xp[k] - xp[k - 1])
        if share < 0.0:
            share = 0.0
        elif share > 1.0:
            share = 1.0
        result[k] += share * grad[i]
        result[k - 1] += (1.0 - share) * grad[i]
    return result
"""


def as_vectors(forms: Any, args: list[Any], sorts: list[Any]) -> list[Any] | None:
    """The arguments, a number as a vector of one; None where there are other arrays."""
    if any(sort not in (("f", 0), ("f", 1)) for sort in sorts) or len(set(sorts)) > 1:
        return None
    return [forms.np("full", trees.const(1), each) if sort[1] == 0 else each for each, sort in zip(args, sorts)]


def slope_of_line(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    made = as_vectors(forms, node.args[:1], sorts[:1])
    if made is None or sorts[1:] != [("f", 1), ("f", 1)]:
        return node
    call = forms.helper("slope_of_line", SLOPES, *made, *node.args[1:])
    return trees.index(call, trees.const(0)) if sorts[0][1] == 0 else call


def line_points_adjoint(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    made = as_vectors(forms, [node.args[0], node.args[3]], [sorts[0], sorts[3]])
    if made is None or sorts[1:3] != [("f", 1), ("f", 1)]:
        return node
    return forms.helper("line_points_adjoint", POINTS, made[0], *node.args[1:3], made[1])


def line_values_adjoint(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """Where something is said of what lies beyond both ends, or of neither."""
    made = as_vectors(forms, [node.args[0], node.args[5]], [sorts[0], sorts[5]])
    beyond = [not isinstance(each, gast.Constant) or each.value is not None for each in node.args[3:5]]
    if made is None or sorts[1] != ("f", 1) or beyond[0] != beyond[1]:
        return node
    if beyond[0]:
        return forms.helper("line_values_within", VALUES.replace(EACH, EACH + WITHIN), made[0], node.args[1], made[1])
    return forms.helper("line_values_adjoint", VALUES, made[0], node.args[1], made[1])


BETWEEN = """
def line_between(x, xp, values_dot, goes_left, goes_right):
    change = np.interp(x, xp, values_dot)
    beyond = (x < xp[0] and not goes_left) or (x > xp[-1] and not goes_right)
    return 0.0 if beyond else change
"""
BETWEEN_EACH = """
def line_between_of_each(x, xp, values_dot, goes_left, goes_right):
    change = np.interp(x, xp, values_dot)
    for i in range(x.size):
        if (x[i] < xp[0] and not goes_left) or (x[i] > xp[-1] and not goes_right):
            change[i] = 0.0
    return change
"""


ENDS = """
def interp_with_ends(x, xp, fp, left, right):
    made = np.interp(x, xp, fp)
    return left if x < xp[0] else right if x > xp[-1] else made
"""
ENDS_OF_EACH = """
def interp_with_ends_of_each(x, xp, fp, left, right):
    made = np.interp(x, xp, fp)
    for i in range(x.size):
        if x[i] < xp[0]:
            made[i] = left
        elif x[i] > xp[-1]:
            made[i] = right
    return made
"""


@form("interp")
def interp(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """With what is said of both sides beyond the ends."""
    named = [given[name] for name in ("left", "right") if name in given]
    ends = [*args[3:], *named]
    if len(args) < 3 or set(given) - {"left", "right"} or len(ends) != 2 or sorts[0] not in (("f", 0), ("f", 1)):
        return None
    if any(isinstance(each, gast.Constant) and each.value is None for each in ends):
        return None
    name, text = ("interp_with_ends", ENDS) if sorts[0][1] == 0 else ("interp_with_ends_of_each", ENDS_OF_EACH)
    return forms.helper(name, text.lstrip("\n"), *args[:3], *ends)


def line_between(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    if sorts[0] not in (("f", 0), ("f", 1)) or sorts[2] != ("f", 1):
        return node
    name, text = ("line_between", BETWEEN) if sorts[0][1] == 0 else ("line_between_of_each", BETWEEN_EACH)
    return forms.helper(name, text.lstrip("\n"), *node.args)  # type: ignore[no-any-return]


# ---------------------------------------------------------------- places
UNRAVEL = """
def unravel_index(index, shape):
    if not 0 <= index < {size}:
        raise ValueError("an index is out of bounds for this shape")
    return {parts}
"""

ON_DIAGONAL = """
def on_diagonal(grad, a, offset):
    result = np.zeros(a.shape)
    for k in range(grad.size):
        result[k - min(offset, 0), k + max(offset, 0)] = grad[k]
    return result
"""


@form("unravel_index")
def unravel_index(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of one index, by rows."""
    if given or len(args) != 2 or sorts[0] != ("i", 0):
        return None
    shape = args[1]
    count = len(shape.elts) if isinstance(shape, gast.Tuple) else None
    if isinstance(shape, gast.Attribute) and shape.attr == "shape":
        count = forms.known.rank(shape.value)
    if not count or count > len(LETTERS):
        return None
    size = " * ".join(f"shape[{k}]" for k in range(count))
    rests = [" * ".join(f"shape[{j}]" for j in range(k + 1, count)) for k in range(count)]
    parts = [f"index // ({rest})" if rest else "index" for rest in rests]
    parts = [part if k == 0 else f"{part} % shape[{k}]" for k, part in enumerate(parts)]
    text = UNRAVEL.format(size=size, parts=", ".join(parts) + ("," if count == 1 else ""))
    return forms.helper(f"unravel_index_{count}", text.lstrip("\n"), *args)


def on_diagonal(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`on_diagonal(grad, a, offset, axis1, axis2)` of a matrix."""
    axes = [trees.literal(each) for each in node.args[3:]]
    if sorts[0] != ("f", 1) or sorts[1] != ("f", 2) or sorts[2] != ("i", 0) or axes not in ([0, 1], [-2, -1]):
        return node
    return forms.helper("on_diagonal", ON_DIAGONAL.lstrip("\n"), *node.args[:3])


def counted_twice(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`counted_twice(x, n, axis)`, along the last axis."""
    rank = ranks_of(sorts)[0]
    if rank not in (1, 2, 3) or sorts[1] != ("i", 0) or trees.literal(node.args[2]) not in (-1, rank - 1):
        return node
    lines = ["def counted_twice(x, n):", "    result = x.copy()"]
    lines += [f"{'    ' * (k + 1)}for {LETTERS[k]} in range(x.shape[{k}]):" for k in range(rank - 1)]
    place = ", ".join([*LETTERS[: rank - 1], "p"])
    pad = "    " * rank
    lines += [f"{pad}for p in range(1, (n + 1) // 2):", f"{pad}    result[{place}] = 2.0 * x[{place}]"]
    return forms.helper(f"counted_twice_{rank}", "\n".join([*lines, "    return result"]) + "\n", *node.args[:2])


def fitted(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`fitted(x, shape)`"""
    rank = ranks_of(sorts)[0]
    if rank not in (1, 2, 3):
        return node
    letters = LETTERS[:rank]
    lines = ["def fitted(x, shape):", "    result = np.zeros(shape, x.dtype)"]
    lines += [f"{'    ' * (k + 1)}for {i} in range(min(x.shape[{k}], shape[{k}])):" for k, i in enumerate(letters)]
    place = ", ".join(letters)
    lines += [f"{'    ' * (rank + 1)}result[{place}] = x[{place}]", "    return result"]
    return forms.helper(f"fitted_{rank}", "\n".join(lines) + "\n", *node.args)


OF_HELPERS.update(
    {
        fourier.fitted: fitted,
        diagonals.on_diagonal: on_diagonal,
        fourier.counted_twice: counted_twice,
        padding.added_where_taken: padded_adjoint,
        interpolation.slope_of_line: slope_of_line,
        interpolation.line_between: line_between,
        interpolation.line_points_adjoint: line_points_adjoint,
        interpolation.line_values_adjoint: line_values_adjoint,
    }
)
LIKE_ARGUMENT.update({diagonals.on_diagonal: 1, fourier.counted_twice: 0, fourier.fitted: 0})


def with_axes_to_squeeze(tree: gast.AST, kinds: dict[str, dict[str, Any]], numpy: str) -> None:
    """`np.squeeze(x)` and `x.squeeze()` with the axes that they drop, where it is known which ones have length 1."""
    for function in [node for node in trees.walk(tree) if isinstance(node, gast.FunctionDef)]:
        own = kinds.get(function.name, {})
        for node in trees.walk(function):
            if not isinstance(node, gast.Call) or node.keywords or not isinstance(node.func, gast.Attribute):
                continue
            method = node.func.attr == "squeeze" and not node.args
            array = node.func.value if method else node.args[0] if len(node.args) == 1 else None
            if not isinstance(array, gast.Name) or not method and trees.function_of(node.func) is not np.squeeze:
                continue
            dims = getattr(own.get(array.id), "dims", None)
            if dims is not None and all(dim == ONE or dim.many for dim in dims):
                axes = tuple(k for k, dim in enumerate(dims) if dim == ONE)
                node.func, node.args = trees.attr(trees.name(numpy, module=np), "squeeze"), [array, trees.const(axes)]
