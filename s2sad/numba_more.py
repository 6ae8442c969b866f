"""Forms for Numba, by the name of NumPy's function: each gets the arguments, the keywords, and (sort, rank) of each
argument as `numba_ranks.py` has them, and returns another expression, or None where it has none.

>>> from s2sad.numba_forms import show
>>> show("np.inner(u, v)"), show("np.add.outer(u, v)"), show("np.linalg.norm(A, axis=1)")
('np.dot(u, v)', 'u[:, None] + v', 'np.sqrt(sum_along_1(A * A))')
>>> show("np.einsum('ij,jk->ik', A, B)"), show("np.einsum('ij,j->i', A, v)")
('A @ B', 'einsum_ij_j_i(A, v)')
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad import helpers, numba_helpers, numba_slice_texts, trees
from s2sad.numba_blocks import block_stored
from s2sad.numba_sorts import BLOCK

Form = Callable[[Any, list[Any], dict[str, Any], list[Any]], Any]
FORMS: dict[str, Form] = {}


def form(*names: str) -> Callable[[Form], Form]:
    """Registers a form for functions of NumPy."""

    def register(made: Form) -> Form:
        FORMS.update(dict.fromkeys(names, made))
        return made

    return register


def ranks_of(sorts: list[Any]) -> list[Any]:
    return [rank if isinstance(rank, int) else None for _, rank in sorts]


@form("matmul")
def matmul(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Numba has the operator."""
    ranks = ranks_of(sorts)
    made = product(forms, args, given, sorts)
    if made is not None or given or len(args) != 2 or None in ranks or min(ranks) < 1 or max(ranks) > 2:
        return made
    return trees.binary(gast.MatMult, *args)


@form("dot")
def dot(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of a number it is a multiple."""
    if not given and len(args) == 2 and 0 in ranks_of(sorts):
        return trees.binary(gast.Mult, *args)
    return product(forms, args, given, sorts)


TURNING = ("swapaxes", "transpose", "moveaxis")


def by_rows(forms: Any, node: gast.AST) -> gast.AST:
    """A turned array as one that lies in memory row by row: of any other layout the rest takes long to compile."""
    return forms.np("ascontiguousarray", node) if is_turned(node) or isinstance(node, gast.Subscript) else node


def is_turned(node: gast.AST) -> bool:
    return getattr(node, "attr", "") == "T" or getattr(getattr(node, "func", None), "attr", "") in TURNING


def product(forms: Any, args: list[Any], given: dict[str, Any], sorts: Any) -> Any:
    """Products of stacks of matrices."""
    if given or len(args) != 2:
        return None
    ranks = ranks_of(sorts)
    chars = [char for char, _ in sorts]
    if None in ranks or max(ranks) < 3:
        if set(chars) == {"i", "f"}:  # BLAS takes numbers of one sort
            made = [number(forms, arg) if char == "i" else arg for arg, char in zip(args, chars)]
            return trees.binary(gast.MatMult, *made) if None not in ranks and min(ranks) else None
        return None
    if min(ranks) < 1 or max(ranks) > 4 or None in chars:
        return None
    key = "matmul_" + "_".join(map(str, ranks))
    return forms.helper(key, numba_slice_texts.product(*ranks), *[by_rows(forms, each) for each in args])


def number(forms: Any, node: gast.AST) -> gast.AST:
    return trees.binary(gast.Mult, trees.const(1.0), node)


@form("inner")
def inner(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    return forms.np("dot", *args) if ranks_of(sorts) == [1, 1] else None


@form("tensordot")
def tensordot(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    axes: Any = given.get("axes", args[2] if len(args) > 2 else trees.const(2))
    left, right = ranks_of(sorts)[:2]
    if trees.literal(axes) == 1 and left in (1, 2) and right in (1, 2):
        return trees.binary(gast.MatMult, *args[:2])
    pairs = contracted(axes, left, right) if left and right and left + right <= 8 else None
    if pairs is None:
        return None
    letters = ["abcd"[:left], list("efgh"[:right])]
    for mine, its in pairs:
        letters[1][its] = letters[0][mine]  # type: ignore[index]
    one, other = "".join(letters[0]), "".join(letters[1])
    output = "".join(each for each in one + other if (one + other).count(each) == 1)
    return einsum(forms, [trees.const(f"{one},{other}->{output}"), *args[:2]], {}, [(None, None), *sorts[:2]])


def contracted(axes: Any, left: int, right: int) -> list[tuple[int, int]] | None:
    """The pairs of axes that np.tensordot sums over."""
    count = trees.literal(axes)
    if isinstance(count, int):
        return [(left - count + k, k) for k in range(count)] if 0 <= count <= min(left, right) else None
    if not isinstance(axes, (gast.Tuple, gast.List)) or len(axes.elts) != 2:
        return None
    found = []
    for node, rank in zip(axes.elts, (left, right)):
        parts = [trees.literal(each) for each in getattr(node, "elts", [node])]
        if not all(isinstance(each, int) and -rank <= each < rank for each in parts):
            return None
        found.append([each % rank for each in parts])
    return list(zip(*found)) if len(found[0]) == len(found[1]) else None


@form("einsum")
def einsum(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Loops over all of the letters; a product of matrices stays one."""
    text = getattr(args[0], "value", None)
    if not isinstance(text, str) or given:
        return None
    text = without_ellipsis(text.replace(" ", ""), ranks_of(sorts)[1:])
    if text is None:
        return None
    inputs, arrow, output = text.partition("->")
    operands = inputs.split(",")
    if not arrow:
        letters = inputs.replace(",", "")
        output = "".join(sorted(each for each in set(letters) if letters.count(each) == 1))
    if len(operands) == 2 and len(set(operands[0] + operands[1])) == 3 and list(map(len, operands)) == [2, 2]:
        if operands[0][1] == operands[1][0] and output == operands[0][0] + operands[1][1]:
            return trees.binary(gast.MatMult, args[1], args[2])
    key = "_".join(["einsum", *operands, output]).rstrip("_")
    return forms.helper(key, numba_helpers.einsum(operands, output), *args[1:])


def without_ellipsis(text: str, ranks: list[Any]) -> str | None:
    """The letters of np.einsum with others for `...`; None where they aren't known."""
    if "..." not in text:
        return None if "." in text else text
    inputs, arrow, output = text.partition("->")
    own = {each for each in text if each.isalpha()}
    free = [each for each in "abcdefghijklmnopqrstuvwxyz" if each not in own]
    operands, most = inputs.split(","), 0
    if not arrow or None in ranks or len(operands) != len(ranks):
        return None
    for k, (operand, rank) in enumerate(zip(operands, ranks)):
        count = rank - len(operand.replace("...", ""))
        if "..." in operand:
            most = max(most, count)
            operands[k] = operand.replace("...", "".join(free[:4][4 - count :])) if 0 <= count <= 4 else "."
    made = ",".join(operands) + "->" + output.replace("...", "".join(free[:4][4 - most :]))
    return None if "." in made or len(free) < 4 else made


@form("diagonal")
def diagonal(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of a matrix, whose axes may be named as the last two."""
    axes = [given.pop(name) for name in ("axis1", "axis2") if name in given] or args[2:]
    named = [trees.literal(each) for each in axes] in ([], [-2, -1], [0, 1])
    return forms.np("diag", *args[:2]) if named and not given and ranks_of(sorts)[0] == 2 else None


def axes_joined(forms: Any, array: gast.AST, given: dict[str, Any], rank: Any) -> tuple[gast.AST, list[int]] | None:
    """The array with several of its axes, but not all, as one that is the last; and these axes."""
    node = given.get("axis")
    values = [trees.literal(each) for each in node.elts] if isinstance(node, gast.Tuple) else []
    if not isinstance(rank, int) or len(values) < 2 or not all(type(each) is int for each in values):
        return None
    axes = sorted(each % rank for each in values)  # type: ignore[operator]
    if len(set(axes)) != len(axes) or len(axes) == rank:
        return None
    name = "joined_" + "_".join(map(str, axes)) + f"_of_{rank}"
    return forms.helper(name, numba_helpers.joined(name, axes, rank), array), axes


def spread(forms: Any, name: str, array: gast.AST, given: dict[str, Any], sort: Any) -> Any:
    """Variances and standard deviations of floats along axes, or of all with `ddof`."""
    char, rank = sort
    named = given.get("axis")
    if isinstance(named, gast.Tuple) and isinstance(rank, int) and rank and len(named.elts) == rank:
        values = [trees.literal(each) for each in named.elts]
        if sorted(each % rank for each in values if type(each) is int) == list(range(rank)):
            given = {**given, "axis": trees.const(None)}
    several = axes_joined(forms, array, given, rank)
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


@form("clip")
def clip(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of a number, or with arrays as bounds."""
    bounds = any(getattr(each, "value", 0.0) is None for each in args[1:])
    ranks = ranks_of(sorts)
    if given or len(args) != 3 or bounds or ranks[0] is None or ranks[0] and not any(ranks[1:]):
        return None
    return forms.np("minimum", forms.np("maximum", args[0], args[1]), args[2])


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


@form("finfo")
def finfo(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    fits = not given and len(args) == 1 and getattr(args[0], "id", "") == "float"
    return forms.np("finfo", trees.attr(trees.name(forms.numpy, module=np), "float64")) if fits else None


def outer_of(op: type[gast.operator]) -> Form:
    def made(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
        if given or ranks_of(sorts) != [1, 1]:
            return None
        column = trees.index(args[0], gast.Tuple([trees.const(slice(None)), trees.const(None)], gast.Load()))
        return trees.binary(op, column, args[1])

    return made


for _name, _op in (("add", gast.Add), ("subtract", gast.Sub), ("multiply", gast.Mult), ("divide", gast.Div)):
    FORMS[f"{_name}.outer"] = outer_of(_op)


@form("linalg.cross", "cross")
def cross(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Of vectors of three, along the last axis."""
    ranks = ranks_of(sorts)
    fits = not given and len(args) == 2 and all(sort in (("f", 1), ("f", 2)) for sort in sorts)
    if not fits:
        return None
    name = "cross" if ranks == [1, 1] else f"cross_{ranks[0]}_{ranks[1]}"
    return forms.helper(name, numba_helpers.cross(*ranks), *args)


@form("outer")
def outer(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """Loops: what Numba has takes it ten times as long to compile."""
    fits = not given and sorts == [("f", 1), ("f", 1)]
    return forms.helper("outer", numba_helpers.OUTER, *args) if fits else None


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


@form("heaviside")
def heaviside(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    fits = not given and len(args) == 2 and isinstance(sorts[0][1], int)
    return forms.helper("heaviside", numba_helpers.HEAVISIDE, *args) if fits else None


@form("array")
def array(forms: Any, args: list[Any], given: dict[str, Any], sorts: list[Any]) -> Any:
    """A copy of an array; Numba has only that of a list."""
    char, rank = sorts[0] if sorts else (None, None)
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


# By the function, a helper of the program that is written otherwise: gets the call and what is known of its arguments.
OF_HELPERS: dict[Any, Callable[[Any, gast.Call, list[Any]], gast.AST]] = {
    helpers.last_stored: last_stored,
    helpers.unbroadcast: unbroadcast,
}


# ------------------------------------------------------------------------------------------------ statements


def statement(forms: Any, node: gast.Expr, known: Any) -> Any:
    """A call that stands alone: `np.add.at`, `np.copyto`, a call with `out=`; None to leave it as it is."""
    call = node.value
    if not isinstance(call, gast.Call) or not isinstance(call.func, gast.Attribute):
        return None
    if trees.function_of(call.func) is None:
        return None
    name = forms.numpy_name(call.func)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "copyto" and len(call.args) == 2 and not given:
        return whole_store(call.args[0], call.args[1])
    if name in ("add.at", "subtract.at") and len(call.args) == 3 and known.of(call.args[1]) == BLOCK:
        if known.rank(call.args[0]) != 2:
            return None
        target = trees.index(call.args[0], call.args[1])
        return block_stored(forms, target, call.args[2], known, "+" if name == "add.at" else "-")
    if name in ("add.at", "subtract.at") and len(call.args) == 3:
        return added_at(forms, name, call.args, known)
    out = given.get("out")
    if name is not None and set(given) == {"out"} and isinstance(out, (gast.Name, gast.Subscript)):
        call.keywords = []
        return whole_store(out, call)
    return None


def whole_store(target: gast.AST, value: gast.AST) -> gast.AST:
    place = trees.index(target, trees.const(slice(None)))  # Numba takes `...` alone amiss
    place.ctx = gast.Store()
    return gast.Assign([place], value, None)


def is_whole_slice(node: Any) -> bool:
    called = isinstance(node, gast.Call) and getattr(node.func, "id", "") == "slice"
    return called and all(isinstance(each, gast.Constant) and each.value is None for each in node.args)


def added_at(forms: Any, name: str, args: list[Any], known: Any) -> Any:
    """Adds one by one, since an index may repeat."""
    indices = args[1].elts if isinstance(args[1], gast.Tuple) else [args[1]]
    sorts = [known.of(each) for each in indices]
    rank, added = known.rank(args[0]), known.rank(args[2])
    whole = [is_whole_slice(each) for each in indices]
    if True in whole and not whole[-1] and whole.count(False) == 1 and rank is not None and added == rank:
        first = len(whole) - 1  # the axis of the indices comes first
        axes = trees.const((first, *(k for k in range(rank) if k != first)))
        turned = [forms.np("transpose", each, trees.copy_tree(axes)) for each in (args[0], args[2])]
        args, indices, sorts = [turned[0], args[1], turned[1]], indices[-1:], sorts[-1:]
    if any(sort != ("i", 1) for sort in sorts) or rank is None or added is None:
        return None
    left = rank - len(indices)
    if added not in (0, left + 1) or left < 0:
        return None
    sign = "+" if name == "add.at" else "-"
    key = f"{name.replace('.', '_')}_{len(indices)}_{rank}_{added}"
    text = numba_helpers.added_at(len(indices), bool(added), sign)
    made = forms.helper(key, text, args[0], *indices, args[2])
    return gast.Expr(made)
