"""Forms for Numba of what NumPy does along named axes.

>>> from s2sad.numba_forms import show
>>> show("np.linalg.norm(A, axis=1)"), show("np.flip(A, 0)"), show("np.cumsum(A, axis=0)")
('np.sqrt(sum_along_1(A * A))', 'A[::-1, :]', 'cumsum_along_0_of_2(A)')
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import numba_helpers, trees
from s2sad.numba_registry import FORMS, Form, form, ranks_of


@form("diagonal")
def diagonal(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of a matrix, whose axes may be named as the last two."""
    axes = [given.pop(name) for name in ("axis1", "axis2") if name in given] or args[2:]
    named = [trees.literal(each) for each in axes] in ([], [-2, -1], [0, 1])
    return forms.np("diag", *args[:2]) if named and not given and ranks_of(sorts)[0] == 2 else None


def names_all(node: Any, rank: Any) -> bool:
    """Whether all axes are named, or none."""
    if node is None or isinstance(node, gast.Constant) and node.value is None:
        return True
    values = [trees.literal(each) for each in node.elts] if isinstance(node, gast.Tuple) else []
    return bool(values) and sorted(each % rank for each in values if type(each) is int) == list(range(rank or 0))


def axes_joined(forms: Any, array: gast.AST, node: Any, rank: Any) -> tuple[gast.AST, list[int]] | None:
    """The array with several of its axes, but not all, as one that is the last; and these axes. node: names them."""
    values = [trees.literal(each) for each in node.elts] if isinstance(node, gast.Tuple) else []
    if not isinstance(rank, int) or len(values) < 2 or not all(type(each) is int for each in values):
        return None
    axes = sorted(each % rank for each in values)  # type: ignore[operator]
    if len(set(axes)) != len(axes) or len(axes) == rank:
        return None
    name = "joined_" + "_".join(map(str, axes)) + f"_of_{rank}"
    return forms.helper(name, numba_helpers.joined(name, axes, rank), array), axes


def axes_parted(forms: Any, joined: gast.AST, like: gast.AST, axes: list[int], rank: int) -> gast.AST:
    """The other way round."""
    name = "parted_" + "_".join(map(str, axes)) + f"_of_{rank}"
    return forms.helper(name, numba_helpers.joined(name, axes, rank, back=True), joined, like)  # type: ignore[no-any-return]


def spread(forms: Any, name: str, array: gast.AST, given: dict[str, Any], sort: Any) -> Any:
    """Variances and standard deviations of floats along axes, or of all with `ddof`."""
    char, rank = sort
    if names_all(given.get("axis"), rank):
        given = {**given, "axis": trees.const(None)}
    several = axes_joined(forms, array, given.get("axis"), rank)
    if several is not None:
        joined, axes = several
        rest = {key: each for key, each in given.items() if key == "ddof"}
        found = spread(
            forms, name, joined, {**rest, "axis": trees.const(rank - len(axes))}, (char, rank - len(axes) + 1)
        )
        keeps = found is not None and getattr(given.get("keepdims"), "value", False) is True
        for place in axes if keeps else ():
            found = forms.np("expand_dims", found, trees.const(place))
        return found
    keep, axis = given.get("keepdims"), given.get("axis")
    ddof = given.get("ddof", trees.const(0))
    keepdims = getattr(keep, "value", None) if keep is not None else False
    along = trees.literal(axis) if axis is not None else None
    whole = axis is None or isinstance(axis, gast.Constant) and axis.value is None or rank == 1
    if set(given) - {"axis", "ddof", "keepdims"} or not isinstance(keepdims, bool) or char not in ("f", "i"):
        return None
    if not isinstance(rank, int) or not rank or not whole and not isinstance(along, int):
        return None
    along = along % rank if isinstance(along, int) and not whole else 0
    flat = array if rank == 1 or not whole else forms.np("ravel", forms.np("ascontiguousarray", array))
    text = numba_helpers.variance(1 if whole else rank, along)
    made: Any = forms.helper("var_of_all" if whole else f"var_along_{along}_of_{rank}", text, flat, ddof)
    made = forms.np("sqrt", made) if name == "std" else made
    if keepdims:
        shape = trees.const((1,) * rank)
        return forms.np("full", shape, made) if whole else forms.np("expand_dims", made, trees.const(along))
    return made


@form("linalg.norm")
def norm(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    if [getattr(each, "value", None) for each in [*args[1:], *given.values()]] == ["fro"]:
        return forms.np("linalg.norm", args[0])
    axis = trees.literal(given["axis"]) if "axis" in given and len(args) == 1 else None
    keepdims = getattr(given.get("keepdims"), "value", False)
    char, rank = sorts[0]
    if set(given) - {"axis", "keepdims"} or not isinstance(keepdims, bool):
        return None
    if not isinstance(axis, int) or not isinstance(rank, int) or char != "f" or not trees.is_atom(args[0]):
        return None
    square = trees.binary(gast.Mult, args[0], trees.copy_tree(args[0]))
    made = forms.np("sqrt", forms.along("sum", rank, axis % rank, square))
    return forms.np("expand_dims", made, trees.const(axis % rank)) if keepdims and rank > 1 else made


@form("diff")
def diff(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Along any axis, with what stands before and after."""
    rank, axis = ranks_of(sorts)[0], trees.literal(given["axis"]) if "axis" in given else -1
    if set(given) - {"axis", "prepend", "append"} or len(args) != 1 or not rank or not isinstance(axis, int):
        return None
    ends = {key: given[key] for key in ("prepend", "append") if key in given}
    for key, end in ends.items():
        if trees.literal(end) is not None:
            if rank != 1:
                return None
            ends[key] = forms.np("array", gast.List([end], gast.Load()))
    parts = [ends[key] for key in ("prepend",) if key in ends] + args + [ends[k] for k in ("append",) if k in ends]
    whole = args[0] if len(parts) == 1 else forms.np("concatenate", gast.Tuple(parts, gast.Load()))
    axis %= rank
    if len(parts) > 1 and axis:
        whole.args.append(trees.const(axis))
    if axis == rank - 1:
        return forms.np("diff", whole) if given else None
    index = ", ".join(["{}" if k == axis else ":" for k in range(rank)])
    text = f"def diff_along(a):\n    return a[{index.format('1:')}] - a[{index.format(':-1')}]\n"
    return forms.helper(f"diff_along_{axis}_of_{rank}", text, whole)


def running(name: str) -> Form:
    """Of a vector there is one axis."""

    def made(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
        node = given.get("axis", args[1] if len(args) > 1 else None)
        axis, rank = None if node is None else trees.literal(node), ranks_of(sorts)[0]
        if set(given) - {"axis"} or len(args) > 2 or not isinstance(axis, int) or not rank:
            return None
        if rank == 1:
            return forms.np(name, args[0]) if axis in (0, -1) else None
        if sorts[0][0] != "f":
            return None
        axis %= rank
        return forms.helper(f"{name}_along_{axis}_of_{rank}", numba_helpers.running(name, rank, axis), args[0])

    return made


for _name in ("cumprod", "cumsum"):
    FORMS[_name] = running(_name)


@form("flip")
def flip(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Along one axis."""
    rank = ranks_of(sorts)[0]
    node = given.get("axis", args[1] if len(args) > 1 else None)
    axis = trees.literal(node) if node is not None else None
    if not rank or not isinstance(axis, int):
        return None
    steps = [gast.Slice(None, None, trees.const(-1) if k == axis % rank else None) for k in range(rank)]
    return trees.index(args[0], gast.Tuple(steps, gast.Load()) if rank > 1 else steps[0])


@form("expand_dims")
def expand_dims(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of several axes, one after the other; of a number."""
    rank = ranks_of(sorts)[0]
    node: Any = given.get("axis", args[1] if len(args) > 1 else None)
    axes: list[Any] = [trees.literal(each) for each in (node.elts if isinstance(node, gast.Tuple) else [node])]
    if rank is None or not all(isinstance(axis, int) for axis in axes) or rank and len(axes) == 1:
        return None
    if not rank:
        return forms.np("full", trees.const((1,) * len(axes)), args[0])
    made = args[0]
    for axis in sorted(axis % (rank + len(axes)) for axis in axes):
        made = forms.np("expand_dims", made, trees.const(axis))
    return made


@form("squeeze")
def squeeze(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of axes that are named (`with_axes_to_squeeze`), which are checked to have length 1."""
    rank = ranks_of(sorts)[0]
    node = given.get("axis", args[1] if len(args) > 1 else None)
    parts = node.elts if isinstance(node, gast.Tuple) else [node]
    found = [trees.literal(each) if each is not None else None for each in parts]
    if rank is None or not all(isinstance(each, int) and -rank <= each < rank for each in found):
        return None
    axes = sorted({each % rank for each in found if each is not None})
    if not axes:
        return args[0]
    index = ", ".join("0" if k in axes else ":" for k in range(rank))
    longer = " or ".join(f"a.shape[{axis}] != 1" for axis in axes)
    name = f"squeeze_{'_'.join(map(str, axes))}_of_{rank}"
    return forms.helper(name, numba_helpers.SQUEEZE.format(longer=longer, index=index), args[0])


@form("roll")
def roll(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    rank = ranks_of(sorts)[0]
    node = given.get("axis", args[2] if len(args) > 2 else None)
    axis = trees.literal(node) if node is not None else None
    if rank is None or not isinstance(axis, int) or len(args) < 2:
        return None
    return forms.helper(f"roll_{axis % rank}_of_{rank}", numba_helpers.roll(rank, axis % rank), *args[:2])


@form("repeat")
def repeat(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    rank = ranks_of(sorts)[0]
    node = given.get("axis", args[2] if len(args) > 2 else None)
    axis = trees.literal(node) if node is not None else None
    if rank is None or not isinstance(axis, int) or len(args) < 2 or sorts[1][1] != 0:
        return None
    return forms.helper(f"repeat_{axis % rank}_of_{rank}", numba_helpers.repeat(rank, axis % rank), *args[:2])
