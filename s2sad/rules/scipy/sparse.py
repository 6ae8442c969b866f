"""Products with sparse matrices, and systems of equations, by the vector and by the entries that a matrix stores.

The cotangent of the entry in row i and column j of a factor is that of the dense matrix, at i and j only, so it takes
as long as the product (M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", 2008, sections 2.2.1 and 2.3.1, for dense ones). `data` are the entries; None where they are constant.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import rank, unlisted
from s2sad.rules.results import unknown_dim


def entries_of(matrix, data):
    """A matrix with other entries at the places that it stores."""
    places = matrix.tocoo()
    return sparse.coo_array((data, (places.row, places.col)), shape=matrix.shape)


def product(matrix, x_dot):
    """matrix @ x_dot."""
    return matrix @ x_dot


def left_product(x_dot, matrix):
    """x_dot @ matrix."""
    return x_dot @ matrix


def solved(matrix, b_dot):
    """The solution for another right-hand side."""
    return linalg.spsolve(matrix, b_dot)


def changed_product(matrix, x, data_dot):
    """How the product with x changes with the entries that the matrix stores."""
    return entries_of(matrix, data_dot) @ x


def changed_left_product(x, matrix, data_dot):
    """How the product of x and a matrix changes with the entries that it stores."""
    return x @ entries_of(matrix, data_dot)


def sparse_product(matrix, x, data, *, grad):
    """matrix @ x."""
    places = matrix.tocoo()
    if rank(x) == 1:
        return None, matrix.T @ grad, grad[places.row] * x[places.col]
    return None, matrix.T @ grad, np.sum(grad[places.row] * x[places.col], axis=1)


def sparse_product_tangent(matrix, x, data, *, x_dot, data_dot):
    return product(matrix, x_dot) + changed_product(matrix, x, data_dot)


def sparse_left_product(matrix, x, data, *, grad):
    """x @ matrix."""
    places = matrix.tocoo()
    if rank(x) == 1:
        return None, grad @ matrix.T, x[places.row] * grad[places.col]
    return None, grad @ matrix.T, np.sum(x[:, places.row] * grad[:, places.col], axis=0)


def sparse_solution(matrix, b, data, *, result, grad):
    """spsolve(matrix, b)."""
    b_grad = linalg.spsolve(matrix.T, grad)
    places = matrix.tocoo()
    if rank(b) == 1:
        return None, b_grad, -b_grad[places.row] * result[places.col]
    return None, b_grad, -np.sum(b_grad[places.row] * result[places.col], axis=1)


def sparse_left_product_tangent(matrix, x, data, *, x_dot, data_dot):
    return left_product(x_dot, matrix) + changed_left_product(x, matrix, data_dot)


def sparse_solution_tangent(matrix, b, data, *, result, b_dot, data_dot):
    return solved(matrix, b_dot) - solved(matrix, changed_product(matrix, result, data_dot))


def product_kind(matrix: Kind, x: Kind, data: Kind) -> Kind:
    dims = getattr(x, "dims", None)
    return Array("float64" if real(matrix, x) else "", None if dims is None else (unknown_dim(), *dims[1:]))


def left_product_kind(matrix: Kind, x: Kind, data: Kind) -> Kind:
    dims = getattr(x, "dims", None)
    return Array("float64" if real(matrix, x) else "", None if dims is None else (*dims[:-1], unknown_dim()))


def solution_kind(matrix: Kind, b: Kind, data: Kind) -> Kind:
    return Array("float64" if real(matrix, b) else "", getattr(b, "dims", None))


def real(matrix: Kind, x: Kind) -> bool:
    """Whether the product is known to be of doubles: one factor is, and the other is of something narrower."""
    narrow = ("bool", "int8", "int16", "int32", "float32", "float64")
    found = [getattr(each, "dtype", "") for each in (dict(getattr(matrix, "fields", ())).get("data"), x)]
    return "float64" in found and all(each in narrow for each in found)


# Not in the table of rules: no function of the user's means these. `infer_sparse.py` puts them beside operators.
PRODUCT = unlisted(sparse_product, sparse_product_tangent, product_kind, ("x", "data"), cost=100)
LEFT_PRODUCT = unlisted(sparse_left_product, sparse_left_product_tangent, left_product_kind, ("x", "data"), cost=100)
SOLUTION = unlisted(sparse_solution, sparse_solution_tangent, solution_kind, ("b", "data"), cost=100)
