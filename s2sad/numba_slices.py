"""Forms for Numba of what it does to one vector or matrix, and NumPy along any axis or to each matrix of a stack:
loops, which the texts in `numba_slice_texts.py` are. They get what all forms get (`numba_registry.py`).

>>> from s2sad.numba_forms import show
>>> show("np.sort(A, axis=0)"), show("np.median(A, axis=1, keepdims=True)")
('sort_along_0_of_2(A)', 'np.expand_dims(median_along_1_of_2(A), 1)')
>>> show("np.linalg.inv(B[None])"), show("np.quantile(u, [0.25, 0.75])")
('inv_of_3(np.ascontiguousarray(B[None]))', 'np.quantile(u, np.array([0.25, 0.75]))')
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import numba_slice_texts as texts
from s2sad import trees
from s2sad.numba_axes import axes_joined, axes_parted, names_all
from s2sad.numba_ranks import Expressions
from s2sad.numba_registry import FORMS, OF_HELPERS, Form, by_rows, form, ranks_of
from s2sad.numba_sorts import LIKE_ARGUMENT, SHAPED_LIKE
from s2sad.rules import linalg, linalg_decompositions, order_statistics, ordering, running, selecting, shapes

MOST = 4  # axes


def axis_of(node: Any, rank: Any) -> int | None:
    """The axis that is named, counted from the front."""
    axis = trees.literal(node) if node is not None else None
    return axis % rank if isinstance(axis, int) and isinstance(rank, int) and -rank <= axis < rank else None


# ---------------------------------------------------------------- to each vector along an axis
def sorting(name: str) -> Form:
    def made(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
        """Ties keep their order, as in NumPy for up to 16 items."""
        rank = ranks_of(sorts)[0]
        axis = axis_of(given.get("axis", args[1] if len(args) > 1 else trees.const(-1)), rank)
        kind = getattr(given.get("kind", trees.const("stable")), "value", None)
        if set(given) - {"axis", "kind"} or len(args) > 2 or axis is None or not isinstance(kind, str):
            return None
        if rank == 1 and (given or len(args) > 1):
            stable = {"kind": trees.const("mergesort")} if name == "argsort" and "kind" in given else {}
            return forms.np(name, args[0], **stable)
        if not 2 <= (rank or 0) <= MOST:
            return None
        return forms.helper(f"{name}_along_{axis}_of_{rank}", texts.sorted_along(name, rank, axis), args[0])

    return made


for _name in ("sort", "argsort"):
    FORMS[_name] = sorting(_name)


def point(name: str, points: int) -> Form:
    """Medians (no argument but the array), quantiles and percentiles (one, a number or a vector)."""

    def made(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
        rank, keep = ranks_of(sorts)[0], getattr(given.get("keepdims", trees.const(False)), "value", None)
        node = given.get("axis", args[1 + points] if len(args) > 1 + points else None)
        method = getattr(given.get("method", trees.const("linear")), "value", None)
        if set(given) - {"axis", "keepdims", "method"} or keep not in (True, False) or method != "linear":
            return None
        if not 1 + points <= len(args) <= 2 + points or not isinstance(rank, int):
            return None
        own = args[1 : 1 + points]
        its_rank = sorts[1][1] if points else 0
        if own and sorts[1][0] == "[]" and sorts[1][1][1] == 0:
            own, its_rank = [forms.np("array", own[0])], 1
        if its_rank not in (0, 1):
            return None
        if names_all(node, rank) or rank == 1:
            made_of_all = forms.np(name, args[0], *own)
            keeps = keep and rank and not its_rank
            return forms.np("full", trees.const((1,) * rank), made_of_all) if keeps else None if keep else made_of_all
        several = axes_joined(forms, args[0], node, rank)
        if several is not None and not (keep and its_rank):
            joined, axes = several
            left = rank - len(axes)
            call = made(forms, [joined, *own], {"axis": trees.const(left)}, [(sorts[0][0], left + 1), *sorts[1:]])
            for place in axes if keep else ():
                call = forms.np("expand_dims", call, trees.const(place))
            return call
        axis = axis_of(node, rank)
        if axis is None or not 2 <= rank <= MOST or keep and its_rank:
            return None
        key = f"{name}_along_{axis}_of_{rank}" + "s" * its_rank
        call = forms.helper(key, texts.point_along(name, rank, axis, points, its_rank), args[0], *own)
        return forms.np("expand_dims", call, trees.const(axis)) if keep else call

    return made


FORMS["median"] = point("median", 0)
for _name in ("quantile", "percentile"):
    FORMS[_name] = point(_name, 1)


@form("take_along_axis")
def take_along_axis(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    rank = ranks_of(sorts)[0]
    axis = axis_of(given.get("axis", args[2] if len(args) > 2 else None), rank)
    if axis is None or rank > MOST or len(args) < 2 or sorts[1] != ("i", rank):
        return None
    return forms.helper(f"taken_along_{axis}_of_{rank}", texts.taken_along(rank, axis), *args[:2])


@form("take")
def take(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    rank = ranks_of(sorts)[0]
    axis = axis_of(given.get("axis", args[2] if len(args) > 2 else None), rank)
    mode = getattr(given.get("mode", trees.const("raise")), "value", None)
    places, sort = as_vector(forms, args[1], sorts[1]) if len(args) > 1 else (None, None)
    if axis is None or set(given) - {"axis", "mode"} or mode != "raise" or sort not in (("i", 0), ("i", 1)):
        return None
    steps = [places if k == axis else trees.const(slice(None)) for k in range(axis + 1)]
    return trees.index(args[0], gast.Tuple(steps, gast.Load()) if axis else places)


def as_vector(forms: Any, node: Any, sort: Any) -> tuple[Any, Any]:
    """A list of whole numbers as an array, and its sort."""
    return (forms.np("array", node), ("i", 1)) if sort == ("[]", ("i", 0)) else (node, sort)


def helper_along(name: str, array: int, axis: int, taken: tuple[int, ...], text: Any) -> Any:
    """The form of a helper that works along an axis. array, axis, taken: which of its arguments are the array, the
    axis, and those that the text takes, whose ranks are the array's."""

    def made(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
        rank = ranks_of(sorts)[array]
        its = axis_of(node.args[axis], rank)
        others = [sorts[k] for k in taken]
        if its is None or rank > MOST or any(sort not in (("f", rank), ("i", rank)) for sort in others):
            return node
        return forms.helper(f"{name}_{its}_of_{rank}", text(rank, its), *[node.args[k] for k in taken])

    return made


def ordered_points_adjoint(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`ordered_points_adjoint(grad, a, positions, axis)`"""
    grad, a, position, axis = node.args
    if isinstance(position, gast.Call) and getattr(position.func, "attr", "") == "array":
        position = position.args[0]
    rank, points = ranks_of(sorts)[1:3]
    whole = names_all(axis, rank)
    if points not in (0, 1) or sorts[0][0] != "f" or sorts[1][0] != "f" or sorts[0][1] is None or not rank:
        return node
    if sorts[0][1] == 0:
        grad = forms.np("full", trees.const(1), grad)
    elif sorts[0][1] > 1 or not whole:
        grad = forms.np("ascontiguousarray", grad)
    if whole:
        flat = forms.np("ravel", forms.np("ascontiguousarray", a)) if rank > 1 else a
        made = forms.helper(f"ordered_points_0_of_1_{points}", texts.points_adjoint(1, 0, points), grad, flat, position)
        return forms.np("reshape", made, trees.attr(trees.copy_tree(a), "shape")) if rank > 1 else made
    several = axes_joined(forms, a, axis, rank)
    array, axes = several or (a, [])
    its, its_rank = (rank - len(axes), rank - len(axes) + 1) if axes else (axis_of(axis, rank), rank)
    if its is None or its_rank > MOST:
        return node
    key = f"ordered_points_{its}_of_{its_rank}_{points}"
    made = forms.helper(key, texts.points_adjoint(its_rank, its, points), grad, array, position)
    return axes_parted(forms, made, trees.copy_tree(a), axes, rank) if axes else made


def ordered_points_tangent(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`ordered_points_tangent(a_dot, a, positions, axis, result)`"""
    a_dot, a, position, axis, result = node.args
    rank, points = ranks_of(sorts)[1:3]
    left = ranks_of(sorts)[4]
    if sorts[0] != sorts[1] or sorts[0][0] != "f" or not rank or points not in (0, 1) or left is None:
        return node
    its, its_rank, arrays = axis_of(axis, rank), rank, [a_dot, a]
    if names_all(axis, rank):
        its, its_rank = 0, 1
        if rank > 1:
            arrays = [forms.np("ravel", forms.np("ascontiguousarray", each)) for each in arrays]
    if its is None or its_rank > MOST:
        return node
    key = f"ordered_points_dot_{its}_of_{its_rank}_{points}"
    made = forms.helper(key, texts.points_tangent(its_rank, its, points), *arrays, position)
    if not left:
        return trees.index(made, trees.const(0))
    return forms.np("reshape", made, trees.attr(trees.copy_tree(result), "shape")) if left > 1 else made


def added_where_taken(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`added_at(grad, a, indices, axis, mode)` for a vector of indices."""
    grad, a, indices, axis, mode = node.args
    rank = ranks_of(sorts)[1]
    its = axis_of(axis, rank)
    indices, places = as_vector(forms, indices, sorts[2])
    by_position = isinstance(rank, int) and isinstance(axis, gast.Constant) and axis.value is None
    fits = places in (("i", 0), ("i", 1)) and sorts[0] == ("f", places[1]) and getattr(mode, "value", None) == "raise"
    if by_position and fits and (rank == 1 or isinstance(a, gast.Name)):  # in the array laid out flat
        grad, indices = [forms.np("full", trees.const(1), each) if places[1] == 0 else each for each in (grad, indices)]
        made = forms.helper("added_0_of_1", texts.added_along(1, 0), grad, forms.np("ravel", a), indices)
        return made if rank == 1 else forms.np("reshape", made, trees.attr(trees.copy_tree(a), "shape"))
    if its is None or rank > MOST or getattr(mode, "value", None) != "raise":
        return node
    if places == ("i", 0) and sorts[0] == ("f", rank - 1):  # one index
        indices = forms.np("full", trees.const(1), indices)
        grad = forms.np("expand_dims", grad, trees.const(its)) if rank > 1 else forms.np("full", trees.const(1), grad)
    elif places != ("i", 1) or sorts[0] != ("f", rank):
        return node
    return forms.helper(f"added_{its}_of_{rank}", texts.added_along(rank, its), grad, a, indices)


# ---------------------------------------------------------------- to each matrix of a stack
def of_each(name: str) -> Form:
    def made(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
        char, rank = sorts[0]
        rank = rank if isinstance(rank, int) else 0
        if given or len(args) != 1 or char not in ("f", "c") or not 3 <= rank <= MOST:
            return None
        return forms.helper(f"{name}_of_{rank}", texts.of_each(name, rank), by_rows(forms, args[0]))

    return made


for _name in ("inv", "cholesky", "det", "slogdet", "eigvalsh", "eigh"):
    FORMS[f"linalg.{_name}"] = of_each(_name)


def triangle(name: str) -> Form:
    """Loops, also for one matrix: what Numba has takes it ten times as long to compile."""

    def made(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
        rank = ranks_of(sorts)[0] or 0
        k = given.get("k", args[1] if len(args) > 1 else trees.const(0))
        if set(given) - {"k"} or not 2 <= rank <= MOST:
            return None
        return forms.helper(f"{name}_of_{rank}", texts.triangle(name, rank), args[0], k)

    return made


for _name in ("tril", "triu"):
    FORMS[_name] = triangle(_name)


@form("linalg.solve")
def solve(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    left, right = ranks_of(sorts)[:2]
    if given or len(args) != 2 or not left or not right or max(left, right) > MOST:
        return None
    if max(left, right) < 3:
        return solve_one(forms, args, sorts) if left == 2 else None
    if {char for char, _ in sorts} != {"f"}:
        return None
    return forms.helper(f"solve_{left}_{right}", texts.solved(left, right), *[by_rows(forms, each) for each in args])


def solves_matrices(tree: gast.Module, found: dict[str, Any]) -> bool:
    """Whether a text solves systems with several right-hand sides, or with what may be such."""
    for function in [node for node in tree.body if isinstance(node, gast.FunctionDef)]:
        known = Expressions(found[function.name])
        for node in trees.walk(function):
            solves = isinstance(node, gast.Call) and trees.function_of(node.func) is np.linalg.solve
            if solves and len(node.args) == 2 and known.rank(node.args[1]) != 1:
                return True
    return False


def solve_one(forms: Any, args: list[Any], sorts: list[Any]) -> Any:
    """One system. It takes Numba two seconds for each layout of the matrix and of the right-hand side: all are by rows,
    and vectors are columns where there are other matrices of columns."""
    chars, rank = [char for char, _ in sorts], sorts[1][1]
    if chars[0] != chars[1] or chars[0] not in ("f", "c"):
        return None
    args = [by_rows(forms, each) for each in args]
    if forms.narrow:
        return forms.helper("solved_in_one_width", texts.SOLVED_IN_ONE_WIDTH, *args)
    # Not in a helper: Numba compiles its own functions once more for what has other options.
    solve = trees.attr(trees.attr(trees.name(forms.numpy, module=np), "linalg"), "solve")
    if rank == 1 and forms.solves_matrices:
        column = forms.helper("as_column", texts.AS_COLUMN, args[1])
        return trees.index(trees.attr(trees.call(solve, args[0], column), "T"), trees.const(0))
    return trees.call(solve, *args)


# ---------------------------------------------------------------- tiles, rolls
@form("tile")
def tile(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    rank = ranks_of(sorts)[0]
    times = times_of(args[1], sorts[1]) if len(args) == 2 else None
    if given or not rank or times is None:
        return None
    most = max(rank, len(times))
    times = [trees.const(1)] * (most - len(times)) + times
    return forms.helper(f"tile_{rank}_to_{most}", texts.tiled(rank, most), args[0], *times) if most <= MOST else None


def times_of(node: gast.AST, sort: Any) -> list[Any] | None:
    if isinstance(node, (gast.Tuple, gast.List)):
        return None if any(isinstance(each, gast.Starred) for each in node.elts) else list(node.elts)
    return [node] if sort == ("i", 0) else None


def sum_of_tiles(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`sum_of_tiles(grad, shape, times)`"""
    grad, shape, _ = node.args
    if not (isinstance(shape, gast.Attribute) and shape.attr == "shape") or sorts[0][0] != "f":
        return node
    (_, rank), like = sorts[0], shape.value
    its = forms.known.rank(like)
    if not isinstance(rank, int) or not its or not its <= rank <= MOST:
        return node
    return forms.helper(f"untile_{rank}_to_{its}", texts.untiled(rank, its), grad, like)


_one_roll = FORMS["roll"]


@form("roll")
def roll(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Along several axes, one after the other."""
    node = given.get("axis", args[2] if len(args) > 2 else None)
    if not isinstance(node, gast.Tuple) or len(args) < 2:
        return _one_roll(forms, args, given, sorts)
    rank, shifts = ranks_of(sorts)[0], args[1]
    steps = shifts.elts if isinstance(shifts, gast.Tuple) else [shifts] * len(node.elts)
    if not rank or len(steps) != len(node.elts) or not all(map(trees.is_atom, steps)):
        return None
    made = args[0]
    for step, axis in zip(steps, node.elts):
        made = _one_roll(forms, [made, trees.copy_tree(step), axis], {}, [sorts[0], ("i", 0), ("i", 0)])
        if made is None:
            return None
    return made


def cofactors(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST:
    """`cofactors(a, det)`"""
    rank = ranks_of(sorts)[0]
    if not rank or rank > MOST or sorts[0][0] != "f" or sorts[1] != ("f", rank - 2):
        return node
    one = forms.helper("cofactors", texts.COFACTORS, *node.args)
    if rank == 2:
        return one
    text = texts.cofactors_of_each(rank, one.func.id)
    return forms.helper(f"cofactors_of_{rank}", text, *node.args)


# By the function: a helper of the program, and which of its arguments has the ranks of what it gives.
ALONG: dict[Any, tuple[Any, int]] = {
    order_statistics.ordered_points_adjoint: (ordered_points_adjoint, 1),
    order_statistics.ordered_points_tangent: (ordered_points_tangent, -1),
    ordering.unsorted: (helper_along("unsorted", 1, 2, (0, 1), texts.unsorted), 0),
    ordering.ordered: (helper_along("ordered", 1, 2, (0, 1), texts.ordered), 0),
    ordering.put_back_along_axis: (helper_along("put_back", 1, 3, (0, 1, 2), texts.put_back), 1),
    running.running_product_adjoint: (helper_along("running_product", 0, 1, (0, 2), texts.running_product), 0),
    selecting.added_at: (added_where_taken, 1),
    shapes.sum_of_tiles: (sum_of_tiles, -1),
    linalg.cofactors: (cofactors, 0),
}
OF_HELPERS.update({function: made for function, (made, _) in ALONG.items()})
SHAPED_LIKE.update({function: k for function, (_, k) in ALONG.items() if k >= 0})
LIKE_ARGUMENT.update(SHAPED_LIKE)
SHAPED_LIKE.update({linalg_decompositions.lower_with_half_diagonal: 0, linalg_decompositions.hermitian_half: 0})
