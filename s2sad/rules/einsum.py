"""np.einsum in all its forms. The adjoint of a sum of products is a sum of products: the operand and the result change
places. An index that an operand has twice puts the cotangent on a diagonal (an operand more: np.eye), one that it has
alone gives it to all (np.ones)."""

from __future__ import annotations

import numpy as np

from s2sad.indexing import unknown_dim
from s2sad.kinds import NONE, Array, Dim, Kind, broadcast_dims
from s2sad.rules.registry import adjoint, kind, known, nondifferentiable, rank, refuse, spread, unbroadcast
from s2sad.rules.results import FALSE, UNSURE, array_dtype, dims_of, dtype_of, numeric, shaped, value_of

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def einsum_terms(subscripts, ranks):
    """The indices of each operand, and those of the result, with letters for what an ellipsis stands for."""
    text = subscripts.replace(" ", "")
    left, arrow, output = text.partition("->")
    terms = left.split(",")
    lengths = [n - len(term.replace("...", "")) if "..." in term else 0 for term, n in zip(terms, ranks)]
    free = "".join(letter for letter in LETTERS if letter not in text)
    dots = free[: max(lengths)]
    terms = [term.replace("...", dots[len(dots) - n :]) for term, n in zip(terms, lengths)]
    if not arrow:
        once = sorted(letter for letter in set("".join(terms)) - set(dots) if "".join(terms).count(letter) == 1)
        return terms, dots + "".join(once)
    return terms, output.replace("...", dots)


def einsum_back(subscripts, ranks, k):
    """For operand k: the subscripts of its cotangent, and the axes of the operand that need an np.eye or np.ones."""
    terms, output = einsum_terms(subscripts, ranks)
    others = [term for j, term in enumerate(terms) if j != k]
    free = [letter for letter in LETTERS if letter not in "".join(terms) + output]
    made, repeated, alone = "", [], []
    for axis, letter in enumerate(terms[k]):
        if letter in made:
            repeated.append((axis, letter + free[0]))
            made += free.pop(0)
        else:
            made += letter
            if letter not in output + "".join(others) and terms[k].count(letter) == 1:
                alone.append((axis, letter))
    inputs = [output, *others, *[pair for _, pair in repeated], *[letter for _, letter in alone]]
    return ",".join(inputs) + "->" + made, [axis for axis, _ in repeated], [axis for axis, _ in alone]


def plain_sum(subscripts, ranks):
    """For a sum over some axes of one operand, with the others in their order: the index that gives these axes back."""
    (term,), output = einsum_terms(subscripts, ranks)
    if len(set(term)) < len(term) or output != "".join(letter for letter in term if letter in output):
        return None
    return tuple(slice(None) if letter in output else None for letter in term)


@adjoint(np.einsum, linear="each", variadic="operands", cost=1000, wrt=["operands"])
def einsum(subscripts, *operands, optimize=False, dtype=None, grad, k):
    if k is None or not known(isinstance(subscripts, str)):
        return refuse("np.einsum of subscripts or operands that are known at run time only: write the subscripts out")
    ranks = [rank(a) for a in operands] if "..." in subscripts else [0] * len(operands)  # only an ellipsis asks for it
    text, repeated, alone = einsum_back(subscripts, ranks, k)
    if len(operands) == 1:
        index = plain_sum(subscripts, ranks)
        if index is not None:
            return grad if len(repeated) + len(alone) == 0 else spread(grad if rank(grad) == 0 else grad[index])
    others = operands[:k] + operands[k + 1 :]
    eyes = [np.eye(operands[k].shape[axis], dtype=operands[k].dtype) for axis in repeated]
    ones = [np.ones(operands[k].shape[axis], dtype=operands[k].dtype) for axis in alone]
    if known(optimize is False):
        return unbroadcast(np.einsum(text, grad, *others, *eyes, *ones))
    return unbroadcast(np.einsum(text, grad, *others, *eyes, *ones, optimize=isinstance(optimize, list) or optimize))


@kind(np.einsum)
def einsum_kind(subscripts: Kind, *operands: Kind, optimize: Kind = FALSE, dtype: Kind = NONE) -> Kind:
    text = value_of(subscripts)
    operands = tuple(map(numeric, operands))
    own = dtype_of(dtype, array_dtype(*operands))
    ranks = [getattr(each, "rank", None) for each in operands]
    if text is UNSURE or not isinstance(text, str) or None in ranks and "..." in text:
        return Array(own, None)
    terms, output = einsum_terms(text, ranks)
    lengths: dict[str, tuple[Dim, ...] | None] = {}
    for term, each in zip(terms, operands):
        for letter, dim in zip(term, dims_of(each) or ()):
            lengths[letter] = broadcast_dims(lengths.get(letter, ()), (dim,))
    dims = tuple(dim for letter in output for dim in lengths.get(letter) or (unknown_dim(),))
    return shaped(own, dims, scalar=value_of(optimize) is False)


nondifferentiable(np.einsum_path)
