"""Forms for Numba: products of vectors, of matrices and of stacks of them.

>>> from s2sad.numba_forms import show
>>> show("np.inner(u, v)"), show("np.add.outer(u, v)")
('np.dot(u, v)', 'u[:, None] + v')
>>> show("np.einsum('ij,jk->ik', A, B)"), show("np.einsum('ij,j->i', A, v)")
('A @ B', 'einsum_ij_j_i(A, v)')
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import numba_helpers, numba_slice_texts, trees
from s2sad.numba_registry import FORMS, Form, by_rows, form, ranks_of


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
        if forms.narrow and None not in ranks and min(ranks) and set(chars) <= {"f", "c"}:
            return forms.helper("product_of_one_width", numba_helpers.PRODUCT_OF_ONE_WIDTH, *args)
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
