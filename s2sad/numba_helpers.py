"""The texts of the functions that are printed beside a program for Numba, made for the rank and axis that are needed.

>>> print(along("max", 2, 1), end="")
def max_along(a):
    if a.shape[1] == 0:
        raise ValueError("an axis of length 0 has no max")
    result = a[:, 0].copy()
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            item = a[i, j]
            if item > result[i] or item != item:
                result[i] = item
    return result
"""

from __future__ import annotations

LETTERS = "ijklmn"


def along(name: str, rank: int, axis: int) -> str:
    """A reduction of an array of this rank along one axis."""
    space = Space(rank, axis)
    start, step, end = (each.format_map(space) for each in REDUCTIONS[name])
    lines = [f"def {name}_along(a):", *indented(start, 1)]
    for depth, letter in enumerate(LETTERS[:rank]):
        lines.append(f"{'    ' * (depth + 1)}for {letter} in range(a.shape[{depth}]):")
    lines += [*indented(step, rank + 1), *indented(end, 1)]
    return "\n".join(lines) + "\n"


def indented(text: str, depth: int) -> list[str]:
    return ["    " * depth + line for line in text.split("\n") if line]


class Space(dict[str, str]):
    """The words in the texts below: `item`, `result`, and the shape of the result."""

    def __init__(self, rank: int, axis: int) -> None:
        letters = LETTERS[:rank]
        others = [k for k in range(rank) if k != axis]
        shape = ", ".join(f"a.shape[{k}]" for k in others)
        place = ", ".join(letters[k] for k in others)
        self.update(
            item=f"a[{', '.join(letters)}]",
            r=f"result[{place}]",
            m=f"mean[{place}]",
            n=f"a.shape[{axis}]",
            shape=f"({shape})" if len(others) > 1 else shape,
            first="a[" + ", ".join("0" if k == axis else ":" for k in range(rank)) + "]",
        )


_NO_MAX = 'if {n} == 0:\n    raise ValueError("an axis of length 0 has no %s")\nresult = {first}.copy()'
_SUM = ("result = np.zeros({shape}, a.dtype)", "{r} += {item}", "return result")

# name: what comes before the loops over all elements, what is done with each, what comes after
REDUCTIONS = {
    "sum": _SUM,
    "prod": ("result = np.ones({shape}, a.dtype)", "{r} *= {item}", "return result"),
    "mean": (_SUM[0], _SUM[1], "return result / {n}"),
    "max": (_NO_MAX % "max", "item = {item}\nif item > {r} or item != item:\n    {r} = item", "return result"),
    "min": (_NO_MAX % "min", "item = {item}\nif item < {r} or item != item:\n    {r} = item", "return result"),
    "all": ("result = np.ones({shape}, np.bool_)", "if not {item}:\n    {r} = False", "return result"),
    "any": ("result = np.zeros({shape}, np.bool_)", "if {item}:\n    {r} = True", "return result"),
}


def joined(name: str, axes: list[int], rank: int, back: bool = False) -> str:
    """An array with some of its axes as one that is the last; back: what that was made of such an array, like it."""
    others = [k for k in range(rank) if k not in axes]
    shape = ", ".join([*[f"a.shape[{k}]" for k in others], " * ".join(f"a.shape[{k}]" for k in axes)])
    letters = LETTERS[:rank]
    last = letters[axes[0]]
    for axis in axes[1:]:
        last = f"({last})" if "+" in last else last
        last += f" * a.shape[{axis}] + {letters[axis]}"
    place = ", ".join([*[letters[k] for k in others], last])
    made, its = f"result[{place}]", f"a[{', '.join(letters)}]"
    lines = [f"def {name}(a):", f"    result = np.empty(({shape}), a.dtype)"]
    if back:
        made, its = f"result[{', '.join(letters)}]", f"joined[{place}]"
        lines = [f"def {name}(joined, a):", "    result = np.empty(a.shape, a.dtype)"]
    lines += [*loops(rank), f"{'    ' * (rank + 1)}{made} = {its}", "    return result"]
    return "\n".join(lines) + "\n"


def variance(rank: int, axis: int) -> str:
    """The variance along an axis; of a vector a number."""
    space = Space(rank, axis)
    zeros = "np.zeros({shape})" if rank > 1 else "0.0"
    r, m = ("{r}", "{m}") if rank > 1 else ("result", "mean")
    loops = "\n".join(f"{'    ' * k}for {letter} in range(a.shape[{k}]):" for k, letter in enumerate(LETTERS[:rank]))
    inner = "    " * rank
    text = (
        f"mean = {zeros}\n{loops}\n{inner}{m} += {{item}}\nmean = mean / {{n}}\nresult = {zeros}\n{loops}\n"
        f"{inner}{r} += ({{item}} - {m}) ** 2\nreturn result / max({{n}} - ddof, 0)"
    )
    return "\n".join(["def variance(a, ddof):", *indented(text.format_map(space), 1)]) + "\n"


PRODUCT_OF_ONE_WIDTH = """def product_of_one_width(a, b):
    return (a + b.dtype.type(0)) @ (b + a.dtype.type(0))
"""

INT_POWER = """
def int_power(a, b):
    if b < 0:
        raise ValueError("an int to the power of a negative int is a float: write float(a) ** b")
    if a * a > 1 and abs(float(a)) ** b > 9.2e18:
        raise OverflowError("an int of more than 64 bits")
    return a**b
"""

INT_DIVIDE = """
def {name}(a, b):
    if b == 0:
        raise ZeroDivisionError("integer division or modulo by zero")
    return a {sign} b
"""

INT_SHIFT = """
def int_shift(a, b):
    if b < 0:
        raise ValueError("negative shift count")
    if a != 0 and (b > 62 or abs(a) > 9223372036854775807 >> b):
        raise OverflowError("an int of more than 64 bits")
    return a << b
"""

INT_MULTIPLY = """
def int_multiply(a, b):
    if abs(float(a) * float(b)) > 9.2e18:
        raise OverflowError("an int of more than 64 bits")
    return a * b
"""

INT_ADD = """
def int_add(a, b):
    total = a + b
    if (a ^ total) & (b ^ total) < 0:
        raise OverflowError("an int of more than 64 bits")
    return total
"""

SQUEEZE = """
def squeeze(a):
    if {longer}:
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    return a[{index}]
"""

HEAVISIDE = """
def heaviside(x, middle):
    return np.where(x == 0.0, middle, np.where(x < 0.0, 0.0, np.where(x > 0.0, 1.0, x)))
"""

OUTER = """
def outer(a, b):
    result = np.empty((a.size, b.size))
    for i in range(a.size):
        for j in range(b.size):
            result[i, j] = a[i] * b[j]
    return result
"""


def cross(left: int, right: int) -> str:
    """The cross products of vectors of three, along the last axis; one or both may be a vector alone."""
    lines = ["def cross(a, b):", "    if a.shape[-1] != 3 or b.shape[-1] != 3:"]
    lines += ['        raise ValueError("a cross product is of vectors of three")']
    rows = [name for name, rank in (("a", left), ("b", right)) if rank == 2]
    for name in rows[:1]:
        lines += [f"    n = {name}.shape[0]"]
    for name in rows[1:]:
        lines += ["    if n == 1:", f"        n = {name}.shape[0]"]
    for name in rows:
        lines += [f"    {name}1 = 1 if {name}.shape[0] == n else 0", f"    if {name}1 == 0 and {name}.shape[0] != 1:"]
        lines += ['        raise ValueError("operands could not be broadcast together")']
    lines += [f"    result = np.empty({'(n, 3)' if rows else '3'})"]
    pad = "    "
    if rows:
        lines += ["    for i in range(n):"]
        pad = "        "
    item = {name: (f"{name}[i * {name}1, {{}}]" if name in rows else f"{name}[{{}}]") for name in "ab"}
    for k, (p, q) in enumerate(((1, 2), (2, 0), (0, 1))):
        one, two = (item["a"].format(first) + " * " + item["b"].format(second) for first, second in ((p, q), (q, p)))
        lines += [f"{pad}result[{'i, ' if rows else ''}{k}] = {one} - {two}"]
    return "\n".join([*lines, "    return result"]) + "\n"


def loops(rank: int, depth: int = 1) -> list[str]:
    return [f"{'    ' * (depth + k)}for {LETTERS[k]} in range(a.shape[{k}]):" for k in range(rank)]


def store(rank: int, others: int) -> str:
    """Stores an array of `others` axes into one of `rank`."""
    letters, first = LETTERS[:rank], rank - others
    own = letters[first:]
    lines = ["def store(a, b):"]
    for k in range(others):
        lines += [f"    if b.shape[{k}] != a.shape[{first + k}] and b.shape[{k}] != 1:"]
        lines += ['        raise ValueError("could not broadcast an array into the place where it is stored")']
    same = " and ".join(f"b.shape[{k}] == a.shape[{first + k}]" for k in range(others))
    lines += [f"    if {same}:", *loops(rank, 2)]
    lines += [f"{'    ' * (rank + 2)}a[{', '.join(letters)}] = b[{', '.join(own)}]", "    else:", *loops(rank, 2)]
    place = ", ".join(f"{letter} % b.shape[{k}]" for k, letter in enumerate(own))
    lines += [f"{'    ' * (rank + 2)}a[{', '.join(letters)}] = b[{place}]"]
    return "\n".join(lines) + "\n"


def at_indices(indices: int, array: bool, store: bool) -> str:
    """Reads or stores elements at vectors of indices, as many as the array has axes."""
    names = [f"i{k}" for k in range(indices)]
    lines = [f"def at_indices(a, {', '.join(names)}{', values' if store else ''}):"]
    lines += [f"    n = {names[0]}.size"]
    for name in names[1:]:
        lines += [f"    if {name}.size != 1:", f"        n = {name}.size"]
    for name in [*names, *["values"] * array]:
        lines += [f"    if {name}.size != n and {name}.size != 1:"]
        lines += ['        raise IndexError("indices or values of different lengths")']
    place = ", ".join(f"{name}[k % {name}.size]" for name in names)
    if store:
        value = "values[k % values.size]" if array else "values"
        return "\n".join([*lines, "    for k in range(n):", f"        a[{place}] = {value}"]) + "\n"
    lines += ["    result = np.empty(n, a.dtype)", "    for k in range(n):", f"        result[k] = a[{place}]"]
    return "\n".join([*lines, "    return result"]) + "\n"


def unbroadcast(rank: int, like: int) -> str:
    """The gradient with respect to what was broadcast: sums along the axes on which it had length 1, or none."""
    most = max(rank, like)
    letters = LETTERS[:most]
    lines = ["def unbroadcast(grad, like):", "    result = np.zeros(like.shape, grad.dtype)"]
    for k, letter in enumerate(letters):
        sizes = [f"{name}.shape[{k - most + its}]" for name, its in (("grad", rank), ("like", like)) if k >= most - its]
        size = f"max({', '.join(sizes)})" if len(sizes) == 2 else sizes[0]
        if len(sizes) == 2:  # an axis of length 0 stays one
            size = f"({size} if {sizes[0]} * {sizes[1]} else 0)"
        lines += [f"{'    ' * (k + 1)}for {letter} in range({size}):"]
    at = {
        name: ", ".join(f"{letters[k + most - its]} % {name}.shape[{k}]" for k in range(its))
        for name, its in (("grad", rank), ("like", like))
    }
    lines += [f"{'    ' * (most + 1)}result[{at['like']}] += grad[{at['grad']}]", "    return result"]
    return "\n".join(lines) + "\n"


def last_stored(indices: int) -> str:
    """What `last_stored` gives for this many vectors of indices."""
    letters = [f"i{k}" for k in range(indices)]
    place = ", ".join(f"{letter}[k]" for letter in letters)
    lines = [f"def last_stored(grad, array, {', '.join(letters)}):"]
    lines += ["    winner = np.full(array.shape, -1)", "    for k in range(grad.size):", f"        winner[{place}] = k"]
    lines += ["    result = np.zeros_like(grad)", "    for k in range(grad.size):"]
    lines += [f"        if winner[{place}] == k:", "            result[k] = grad[k]", "    return result"]
    return "\n".join(lines) + "\n"


def where(ranks: tuple[int, int, int]) -> str:
    return of_each_element("where", dict(zip("cab", ranks)), "{a} if {c} else {b}")


def of_each_element(name: str, ranks: dict[str, int], value: str) -> str:
    """What a function makes of arrays (and numbers, of rank 0), broadcast together, element by element. value: of
    `{a}` and so on."""
    rank = max(ranks.values())
    letters = LETTERS[:rank]
    shaped = [each for each, its in ranks.items() if its]
    lines = [f"def {name}({', '.join(ranks)}):"]
    for k in range(rank):
        sizes = [f"{each}.shape[{k - rank + ranks[each]}]" for each in shaped if k >= rank - ranks[each]]
        lines += [f"    n{k} = {sizes[0]}"]
        for size in sizes[1:]:
            lines += [f"    n{k} = {size} if n{k} == 1 else n{k}"]
        for size in sizes if shaped[1:] else []:
            lines += [f"    if {size} != n{k} and {size} != 1:"]
            lines += [f'        raise ValueError("{name}: arrays that can\'t be broadcast together")']
    lines += [f"    result = np.empty(({', '.join(f'n{k}' for k in range(rank))},))"]
    lines += [f"{'    ' * (k + 1)}for {letter} in range(n{k}):" for k, letter in enumerate(letters)]
    items = dict(zip(ranks, ranks))
    for each in shaped:
        own = letters[rank - ranks[each] :]
        # The only array has the shape of the result.
        place = [f"{letter} % {each}.shape[{k}]" if shaped[1:] else letter for k, letter in enumerate(own)]
        items[each] = f"{each}[{', '.join(place)}]"
    lines += [f"{'    ' * (rank + 1)}result[{', '.join(letters)}] = {value.format_map(items)}", "    return result"]
    return "\n".join(lines) + "\n"


def roll(rank: int, axis: int) -> str:
    letters = list(LETTERS[:rank])
    moved = list(letters)
    moved[axis] = f"({letters[axis]} + shift) % a.shape[{axis}]"
    body = f"{'    ' * (rank + 1)}result[{', '.join(moved)}] = a[{', '.join(letters)}]"
    return "\n".join(["def roll(a, shift):", "    result = np.empty(a.shape, a.dtype)", *loops(rank), body,
                      "    return result"]) + "\n"  # fmt: skip


def running(name: str, rank: int, axis: int) -> str:
    """Running sums or products along an axis."""
    letters = list(LETTERS[:rank])
    before = list(letters)
    before[axis] = f"{letters[axis]} - 1"
    sign, pad = "+" if name == "cumsum" else "*", "    " * (rank + 1)
    lines = [f"def {name}_along(a):", "    result = a.copy()", *loops(rank), f"{pad}if {letters[axis]} > 0:"]
    lines += [f"{pad}    result[{', '.join(letters)}] {sign}= result[{', '.join(before)}]", "    return result"]
    return "\n".join(lines) + "\n"


def repeat(rank: int, axis: int) -> str:
    letters = list(LETTERS[:rank])
    moved = list(letters)
    moved[axis] = f"{letters[axis]} * times + r"
    shape = ", ".join(f"a.shape[{k}]" + (" * times" if k == axis else "") for k in range(rank))
    indent = "    " * (rank + 1)
    lines = ["def repeat(a, times):", "    if times < 0:", '        raise ValueError("counts cannot be negative")']
    lines += [f"    result = np.empty(({shape},), a.dtype)", *loops(rank), f"{indent}for r in range(times):"]
    lines += [f"{indent}    result[{', '.join(moved)}] = a[{', '.join(letters)}]", "    return result"]
    return "\n".join(lines) + "\n"


def einsum(operands: list[str], output: str) -> str:
    """Loops over all letters, those of the result outermost."""
    names = [f"a{k}" for k in range(len(operands))]
    lines, sizes = [f"def einsum({', '.join(names)}):"], {}
    for name, letters in zip(names, operands):
        for axis, letter in enumerate(letters):
            if letter not in sizes:
                sizes[letter] = f"{name}.shape[{axis}]"
                continue
            lines += [f"    if {name}.shape[{axis}] != {sizes[letter]}:"]
            lines += ['        raise ValueError("einsum: axes of one letter have different lengths")']
    inner = [letter for letter in sizes if letter not in output]
    shape = ", ".join(sizes[letter] for letter in output)
    empty = " * ".join(f"{name}[:0].ravel()" for name, letters in zip(names, operands) if letters)
    if output:
        lines += [f"    result = np.zeros(({shape},), ({empty}).dtype)"]
    else:
        lines += ["    total = 0.0"]
    depth = 1
    for letter in output:
        lines += [f"{'    ' * depth}for {letter} in range({sizes[letter]}):"]
        depth += 1
    lines += [f"{'    ' * depth}total = 0.0"] if output else []
    for k, letter in enumerate(inner):
        lines += [f"{'    ' * (depth + k)}for {letter} in range({sizes[letter]}):"]
    factors = " * ".join(f"{name}[{', '.join(letters)}]" if letters else name for name, letters in zip(names, operands))
    lines += [f"{'    ' * (depth + len(inner))}total += {factors}"]
    lines += (
        [f"{'    ' * depth}result[{', '.join(output)}] = total", "    return result"]
        if output
        else ["    return total"]
    )
    return "\n".join(lines) + "\n"


def added_at(indices: int, array: bool, sign: str) -> str:
    names = [f"i{k}" for k in range(indices)]
    lines = [f"def added_at(a, {', '.join(names)}, values):"]
    for name in names[1:]:
        lines += [f"    if {name}.size != i0.size:", '        raise ValueError("indices of different lengths")']
    if array:
        lines += [
            "    if values.shape[0] != i0.size:",
            '        raise ValueError("as many values as indices are needed")',
        ]
    place = ", ".join(f"{name}[k]" for name in names)
    lines += ["    for k in range(i0.size):", f"        a[{place}] {sign}= values{'[k]' if array else ''}"]
    return "\n".join(lines) + "\n"
