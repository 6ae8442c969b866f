"""The texts of the functions of `numba_slices.py`, made for the rank and axis that are needed.

>>> print(sorted_along("sort", 2, 0), end="")
def sort_along(a):
    result = np.empty(a.shape, a.dtype)
    for j in range(a.shape[1]):
        made = np.sort(a[:, j])
        for p in range(made.size):
            result[p, j] = made[p]
    return result

Stores are of single numbers, since those of arrays take Numba seconds to compile.
"""

from __future__ import annotations

from typing import Any

from s2sad.numba_helpers import LETTERS, loops


def others(rank: int, axis: int, array: str = "a") -> list[str]:
    """Loops over all axes but one; their number is `rank - 1`."""
    axes = [k for k in range(rank) if k != axis]
    return [f"{'    ' * (d + 1)}for {LETTERS[k]} in range({array}.shape[{k}]):" for d, k in enumerate(axes)]


def place(rank: int, axis: int, at: str | None = ":") -> str:
    """`i, :, k`: an index of the others, and `at` along the axis; None: without it."""
    letters = [at if k == axis else LETTERS[k] for k in range(rank)]
    return ", ".join(letter for letter in letters if letter is not None)


def shape_of_others(rank: int, axis: int) -> str:
    sizes = ", ".join(f"a.shape[{k}]" for k in range(rank) if k != axis)
    return f"({sizes},)" if sizes else "()"


def written(head: str, *lines: Any) -> str:
    """A function's text from its lines; in a list, each one deeper than what stands before it."""
    made = [head]
    for each in lines:
        made += each if isinstance(each, list) else [f"    {each}"]
    return "\n".join(made) + "\n"


def inner(rank: int, *lines: str) -> list[str]:
    """Lines inside of the loops over all axes but one."""
    return ["    " * rank + line for line in lines]


def stored(rank: int, axis: int) -> list[str]:
    return ["for p in range(made.size):", f"    result[{place(rank, axis, 'p')}] = made[p]"]


def ordering(rank: int, axis: int, array: str = "a") -> str:
    return f'order = np.argsort({array}[{place(rank, axis)}], kind="mergesort")'


# ---------------------------------------------------------------- to each vector along an axis
def sorted_along(name: str, rank: int, axis: int) -> str:
    dtype, kind = ("np.int64", ', kind="mergesort"') if name == "argsort" else ("a.dtype", "")
    return vector_along(name, rank, axis, f"np.{name}(a[{place(rank, axis)}]{kind})", dtype)


def vector_along(name: str, rank: int, axis: int, made: str, dtype: str = "a.dtype") -> str:
    """Another vector for each along an axis. made: the expression for one."""
    return written(
        f"def {name}_along(a):",
        f"result = np.empty(a.shape, {dtype})",
        others(rank, axis),
        inner(rank, f"made = {made}", *stored(rank, axis)),
        "return result",
    )


def number_along(name: str, rank: int, axis: int, made: str, more: str = "") -> str:
    """A number for each vector along an axis. more: parameters beside the array."""
    return written(
        f"def {name}_along(a{more}):",
        f"result = np.empty({shape_of_others(rank, axis)})",
        others(rank, axis),
        inner(rank, f"result[{place(rank, axis, None)}] = {made}"),
        "return result",
    )


def point_along(name: str, rank: int, axis: int, points: int, several: int) -> str:
    """Medians or quantiles along an axis; of several points, which are the first axis of the result then."""
    more = ", q" if points else ""
    made = f"np.{name}(a[{place(rank, axis)}]{more})"
    if not several:
        return number_along(name, rank, axis, made, more)
    store = f"    result[p, {place(rank, axis, None)}] = made[p]"
    return written(
        f"def {name}_along(a, q):",
        f"result = np.empty((q.size, {shape_of_others(rank, axis)[1:]})",
        others(rank, axis),
        inner(rank, f"made = {made}", "for p in range(made.size):", store),
        "return result",
    )


def points_adjoint(rank: int, axis: int, several: int) -> str:
    """What the numbers along an axis get of the gradients of points in their order."""
    return of_points(
        rank,
        axis,
        several,
        "def ordered_points(grad, a, position):",
        lambda count: [
            "result = np.zeros(a.shape)",
            "if a.size == 0:",
            "    return result",
            f"last = a.shape[{axis}] - 1",
            f"rows = grad.reshape(({count}, a.size // (last + 1)))",
        ],
        lambda below, above: [
            f"    result[{below}] += rows[p, column] * (1.0 - share)",
            f"    result[{above}] += rows[p, column] * share",
        ],
    )


def points_tangent(rank: int, axis: int, several: int) -> str:
    """How points in the order of the numbers along an axis change: all of them in a row."""
    return of_points(
        rank,
        axis,
        several,
        "def ordered_points(a_dot, a, position):",
        lambda count: [
            f"last = a.shape[{axis}] - 1",
            "columns = a.size // (last + 1)",
            f"result = np.empty({count} * columns)",
        ],
        lambda below, above: [
            f"    low, high = a_dot[{below}], a_dot[{above}]",
            "    result[p * columns + column] = (1.0 - share) * low + share * high",
        ],
    )


def of_points(rank: int, axis: int, several: int, header: str, beginning: Any, step: Any) -> str:
    """A loop over points in the order of the numbers along an axis, each between two of these. beginning: of the number
    of points; step: of the places of the two."""
    count, position = ("position.size", "position[p]") if several else ("1", "position")
    at = place(rank, axis, "order[{}]")
    return written(
        header,
        *beginning(count),
        "column = 0",
        others(rank, axis),
        inner(
            rank,
            ordering(rank, axis),
            f"for p in range({count}):",
            f"    below = int(np.floor({position}))",
            f"    share = {position} - below",
            *step(at.format("below"), at.format("min(below + 1, last)")),
            "column += 1",
        ),
        "return result",
    )


def unsorted(rank: int, axis: int) -> str:
    return written(
        "def unsorted(grad, a):",
        "result = np.empty_like(grad)",
        others(rank, axis),
        inner(
            rank,
            ordering(rank, axis),
            f"for p in range(a.shape[{axis}]):",
            f"    result[{place(rank, axis, 'order[p]')}] = grad[{place(rank, axis, 'p')}]",
        ),
        "return result",
    )


def ordered(rank: int, axis: int) -> str:
    return written(
        "def ordered(a_dot, a):",
        "result = np.empty_like(a_dot)",
        others(rank, axis),
        inner(
            rank,
            ordering(rank, axis),
            f"for p in range(a.shape[{axis}]):",
            f"    result[{place(rank, axis, 'p')}] = a_dot[{place(rank, axis, 'order[p]')}]",
        ),
        "return result",
    )


def checked(rank: int, axis: int, one: str, other: str) -> list[str]:
    """That two arrays are as long but along one axis."""
    lines = []
    for k in range(rank):
        if k != axis:
            lines += [f"    if {one}.shape[{k}] != {other}.shape[{k}]:"]
            lines += ['        raise IndexError("an array and indices of other lengths")']
    return lines


def index_checked(axis: int) -> list[str]:
    return [
        f"    if p < -a.shape[{axis}] or p >= a.shape[{axis}]:",
        '        raise IndexError("index is out of bounds")',
    ]


def taken_along(rank: int, axis: int) -> str:
    return written(
        "def taken_along(a, indices):",
        checked(rank, axis, "a", "indices"),
        "result = np.empty(indices.shape, a.dtype)",
        others(rank, axis),
        inner(
            rank,
            f"for n in range(indices.shape[{axis}]):",
            f"    p = indices[{place(rank, axis, 'n')}]",
            *index_checked(axis),
            f"    result[{place(rank, axis, 'n')}] = a[{place(rank, axis, 'p')}]",
        ),
        "return result",
    )


def put_back(rank: int, axis: int) -> str:
    return written(
        "def put_back(grad, a, indices):",
        checked(rank, axis, "a", "indices"),
        "result = np.zeros(a.shape, grad.dtype)",
        others(rank, axis),
        inner(
            rank,
            f"for n in range(indices.shape[{axis}]):",
            f"    p = indices[{place(rank, axis, 'n')}]",
            f"    result[{place(rank, axis, 'p')}] += grad[{place(rank, axis, 'n')}]",
        ),
        "return result",
    )


def added_along(rank: int, axis: int) -> str:
    return written(
        "def added(grad, a, indices):",
        "result = np.zeros(a.shape, grad.dtype)",
        "for n in range(indices.size):",
        "    p = indices[n]",
        ["    " + line for line in index_checked(axis)],
        ["    " + line for line in others(rank, axis)],
        ["    " + line for line in inner(rank, f"result[{place(rank, axis, 'p')}] += grad[{place(rank, axis, 'n')}]")],
        "return result",
    )


def running_product(rank: int, axis: int) -> str:
    at = place(rank, axis, "p")
    return written(
        "def running_product_adjoint(a, grad):",
        "result = np.empty(a.shape)",
        others(rank, axis),
        inner(
            rank,
            "later = 0.0",
            f"for p in range(a.shape[{axis}] - 1, -1, -1):",
            f"    later = grad[{at}] + (a[{place(rank, axis, 'p + 1')}] * later if p + 1 < a.shape[{axis}] else 0.0)",
            f"    result[{at}] = later",
            "before = 1.0",
            f"for p in range(a.shape[{axis}]):",
            f"    result[{at}] *= before",
            f"    before *= a[{at}]",
        ),
        "return result",
    )


# ---------------------------------------------------------------- to each matrix of a stack
def stack(rank: int, array: str = "a") -> list[str]:
    return [f"{'    ' * (k + 1)}for {LETTERS[k]} in range({array}.shape[{k}]):" for k in range(rank - 2)]


# name: how many axes the parts of its result for one matrix have, and their dtypes
RESULTS = {
    "inv": [(2, "a.dtype")],
    "cholesky": [(2, "a.dtype")],
    "det": [(0, "a.dtype")],
    "slogdet": [(0, "a.dtype"), (0, "np.float64")],
    "eigvalsh": [(1, "np.float64")],
    "eigh": [(1, "np.float64"), (2, "a.dtype")],
}


def kept(result: str, at: str, made: str, axes: int) -> list[str]:
    """Lines that store an array of so many axes at a place in another."""
    letters = ["r", "c"][:axes]
    lines = [f"{'    ' * k}for {letter} in range({made}.shape[{k}]):" for k, letter in enumerate(letters)]
    place = ", ".join([each for each in (at, *letters) if each])
    return [*lines, f"{'    ' * axes}{result}[{place}] = {made}" + (f"[{', '.join(letters)}]" if letters else "")]


def of_each(name: str, rank: int) -> str:
    at = ", ".join(LETTERS[: rank - 2])
    names = ["result", "others"][: len(RESULTS[name])]
    targets = ["made", "other"][: len(names)]
    axes = [each for each, _ in RESULTS[name]]
    shapes = ["a.shape" if each == 2 else f"a.shape[:{each - 2}]" for each in axes]
    lines = [line for target, result, each in zip(targets, names, axes) for line in kept(result, at, target, each)]
    return written(
        f"def {name}_of_each(a):",
        *[f"{each} = np.empty({shape}, {dtype})" for each, shape, (_, dtype) in zip(names, shapes, RESULTS[name])],
        stack(rank),
        inner(rank - 1, f"{', '.join(targets)} = np.linalg.{name}(a[{at}])", *lines),
        f"return {', '.join(names)}",
    )


def triangle(name: str, rank: int) -> str:
    """One half of a matrix, or of each of a stack."""
    at, row, column = ", ".join(LETTERS[:rank]), LETTERS[rank - 2], LETTERS[rank - 1]
    return written(
        f"def {name}_of_{rank}(a, diagonal):",
        "result = np.zeros(a.shape, a.dtype)",
        loops(rank),
        inner(
            rank + 1,
            f"if {column} - {row} {'<=' if name == 'tril' else '>='} diagonal:",
            f"    result[{at}] = a[{at}]",
        ),
        "return result",
    )


def broadcast(left: int, right: int, parts: tuple[int, int]) -> tuple[list[str], list[str], list[str], list[str]]:
    """The stacks that two arrays are: lines that find their common lengths `n0`, ...; these; the index of each in its
    own. parts: how many axes the items have."""
    axes = {"a": left - parts[0], "b": right - parts[1]}
    most = max(*axes.values(), 0)
    lines, sizes = [], [f"n{k}" for k in range(most)]
    steps: dict[str, list[str]] = {"a": [], "b": []}
    for k in range(most):
        own = {name: k - most + its for name, its in axes.items() if k - most + its >= 0}
        lengths = [f"{name}.shape[{axis}]" for name, axis in own.items()]
        lines += [f"    n{k} = {lengths[0]}" + (f" if {lengths[0]} != 1 else {lengths[1]}" if lengths[1:] else "")]
        if lengths[1:]:
            lines += [f"    if {lengths[0]} not in (1, n{k}) or {lengths[1]} not in (1, n{k}):"]
            lines += ['        raise ValueError("stacks of different lengths")']
        for name, axis in own.items():
            steps[name].append(f"{LETTERS[k]} % {name}.shape[{axis}]" if lengths[1:] else LETTERS[k])
    return lines, sizes, steps["a"], steps["b"]


def item(name: str, steps: list[str], *last: str) -> str:
    index = ", ".join([*steps, *last])
    return f"{name}[{index}]" if index else name


def over(sizes: list[str]) -> list[str]:
    return [f"{'    ' * (k + 1)}for {LETTERS[k]} in range({size}):" for k, size in enumerate(sizes)]


def solved(left: int, right: int) -> str:
    """np.linalg.solve of stacks; b is a vector only if it has one axis."""
    columns = 1 if right == 1 else 2
    lines, sizes, a, b = broadcast(left, right, (2, columns))
    tail = [f"b.shape[{k - columns}]" for k in range(columns)]
    return written(
        "def solve_each(a, b):",
        lines,
        f"result = np.empty(({', '.join([*sizes, *tail])}))",
        over(sizes),
        inner(
            len(sizes) + 1,
            f"made = np.linalg.solve({item('a', a)}, {item('b', b)})",
            *kept("result", ", ".join(LETTERS[: len(sizes)]), "made", columns),
        ),
        "return result",
    )


AS_COLUMN = """def as_column(b):
    return np.ascontiguousarray(b).reshape((b.shape[0], 1))
"""
SOLVED_IN_ONE_WIDTH = """def solved_in_one_width(a, b):
    return np.linalg.solve(a + b.dtype.type(0), b + a.dtype.type(0))
"""


SMALL = 3000  # products, where the call of BLAS costs more than they


def product(left: int, right: int) -> str:
    """The product of stacks of matrices, of which one may be a matrix or vector; small ones by loops."""
    lines, sizes, a, b = broadcast(left, right, (min(left, 2), min(right, 2)))
    letters = list(LETTERS[: len(sizes)])
    rows, columns = left > 1, right > 1
    shape = [*sizes, *["a.shape[-2]"] * rows, *["b.shape[-1]"] * columns]
    depth = f"b.shape[{-2 if columns else -1}]"
    loops = [("r", "a.shape[-2]")] * rows + [("p", "a.shape[-1]")] + [("c", "b.shape[-1]")] * columns
    at = item("result", letters, *["r"] * rows, *["c"] * columns)
    one, other = item("a", a, *["r"] * rows, "p"), item("b", b, "p", *["c"] * columns)
    body = [f"{'    ' * k}for {letter} in range({size}):" for k, (letter, size) in enumerate(loops)]
    body += [f"{'    ' * len(loops)}{at} += {one} * {other}"]
    whole = [f"made = {item('a', a)} @ {item('b', b)}", *kept("result", ", ".join(letters), "made", rows + columns)]
    return written(
        "def matmul(a, b):",
        f"if a.shape[-1] != {depth}:",
        '    raise ValueError("matmul: matrices of lengths that don\'t fit")',
        lines,
        f"result = np.zeros(({', '.join(shape)},), (a[:0].ravel() * b[:0].ravel()).dtype)",
        f"small = {' * '.join(size for _, size in loops)} < {SMALL}",
        over(sizes),
        inner(
            len(sizes) + 1, "if small:", *["    " + line for line in body], "else:", *["    " + line for line in whole]
        ),
        "return result",
    )


COFACTORS = """
def cofactors(a, det):
    lengths = 1.0
    for row in range(a.shape[0]):
        lengths *= np.sqrt(np.sum(a[row] ** 2))
    if abs(det) > 1e-8 * lengths:
        return det * np.linalg.inv(a).T
    u, s, vh = np.linalg.svd(a)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    result = np.zeros(a.shape)
    for k in range(s.size):
        product = sign
        for p in range(s.size):
            product *= s[p] if p != k else 1.0
        result += product * u[:, k].copy().reshape((-1, 1)) * vh[k]
    return result
"""


def cofactors_of_each(rank: int, name: str) -> str:
    at = ", ".join(LETTERS[: rank - 2])
    return written(
        "def cofactors_of_each(a, det):",
        "result = np.empty(a.shape)",
        stack(rank),
        inner(rank - 1, f"made = {name}(a[{at}], det[{at}])", *kept("result", at, "made", 2)),
        "return result",
    )


# ---------------------------------------------------------------- tiles
def tiled(rank: int, most: int) -> str:
    times = [f"t{k}" for k in range(most)]
    own = [f"a.shape[{k - most + rank}]" if k >= most - rank else "1" for k in range(most)]
    shape = ", ".join(f"{size} * {each}" if size != "1" else each for size, each in zip(own, times))
    at = ", ".join(f"{LETTERS[k]} % {own[k]}" for k in range(most - rank, most))
    return written(
        f"def tile(a, {', '.join(times)}):",
        f"result = np.empty(({shape},), a.dtype)",
        over([f"result.shape[{k}]" for k in range(most)]),
        inner(most + 1, f"result[{', '.join(LETTERS[:most])}] = a[{at}]"),
        "return result",
    )


def untiled(rank: int, its: int) -> str:
    at = ", ".join(f"{LETTERS[rank - its + k]} % like.shape[{k}]" for k in range(its))
    return written(
        "def untile(grad, like):",
        "result = np.zeros(like.shape, grad.dtype)",
        over([f"grad.shape[{k}]" for k in range(rank)]),
        inner(rank + 1, f"result[{at}] += grad[{', '.join(LETTERS[:rank])}]"),
        "return result",
    )


# ---------------------------------------------------------------- at a mask
def at_mask(rank: int, sign: str = "", values: int | None = None) -> str:
    """Reads the elements where a mask of the array's shape is true; or stores values there, or adds (or so) them."""
    here, loops = ", ".join(LETTERS[:rank]), over([f"a.shape[{k}]" for k in range(rank)])
    lines = []
    for k in range(rank):
        lines += [f"    if mask.shape[{k}] != a.shape[{k}]:"]
        lines += ['        raise IndexError("boolean index did not match the indexed array")']
    if values == 0:
        step = inner(rank + 1, f"if mask[{here}]:", f"    a[{here}] {sign}= values")
        return written("def store_where(a, mask, values):", lines, loops, step)
    counted: list[Any] = ["count = 0", loops, inner(rank + 1, f"if mask[{here}]:", "    count += 1")]
    if values is None:
        step = inner(rank + 1, f"if mask[{here}]:", f"    result[n] = a[{here}]", "    n += 1")
        made = "result = np.empty(count, a.dtype)"
        return written("def taken_where(a, mask):", lines, *counted, made, "n = 0", loops, step, "return result")
    step = inner(rank + 1, f"if mask[{here}]:", f"    a[{here}] {sign}= values[n % values.size]", "    n += 1")
    check = ["if values.size != count and values.size != 1:"]
    check += ['    raise ValueError("as many values are needed as the mask is true")']
    return written("def store_where(a, mask, values):", lines, *counted, *check, "n = 0", loops, step)
