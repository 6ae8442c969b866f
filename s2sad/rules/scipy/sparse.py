"""Products with sparse matrices, and systems of equations, by the vector and by the entries that a matrix stores.

The cotangent of the entry in row i and column j of a factor is that of the dense matrix, at i and j only, so it takes
as long as the product (M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", 2008, sections 2.2.1 and 2.3.1, for dense ones). `data` are the entries; None where they are constant.
`stored` is a matrix that stores them in that order: the same one, unless that has added up or dropped some.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import inline, rank, unlisted
from s2sad.rules.results import shaped, unknown_dim


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


def sparse_product(matrix, x, data, stored, *, grad):
    """matrix @ x."""
    places = stored.tocoo()
    if rank(x) == 1:
        return None, matrix.T @ grad, grad[places.row] * x[places.col], None
    return None, matrix.T @ grad, np.sum(grad[places.row] * x[places.col], axis=1), None


def sparse_product_tangent(matrix, x, data, stored, *, x_dot, data_dot):
    return product(matrix, x_dot) + changed_product(stored, x, data_dot)


def sparse_left_product(matrix, x, data, stored, *, grad):
    """x @ matrix."""
    places = stored.tocoo()
    if rank(x) == 1:
        return None, grad @ matrix.T, x[places.row] * grad[places.col], None
    return None, grad @ matrix.T, np.sum(x[:, places.row] * grad[:, places.col], axis=0), None


def sparse_left_product_tangent(matrix, x, data, stored, *, x_dot, data_dot):
    return left_product(x_dot, matrix) + changed_left_product(x, stored, data_dot)


# --- systems of equations ---------------------------------------------------------------------------------------------


@inline
def of_entries(b_grad, result, places):
    """What the right-hand side gets, times the solution, at the places of the entries."""
    if rank(result) == 1:
        return -b_grad[places.row] * result[places.col]
    return -np.sum(b_grad[places.row] * result[places.col], axis=1)


def sparse_solution(matrix, b, data, stored, *, result, grad):
    """spsolve(matrix, b)."""
    b_grad = linalg.spsolve(matrix.T, grad)
    places = stored.tocoo()
    return None, b_grad, of_entries(b_grad, result, places), None


def sparse_solution_tangent(matrix, b, data, stored, *, result, b_dot, data_dot):
    return solved(matrix, b_dot) - solved(matrix, changed_product(stored, result, data_dot))


def factored_solution(factor, b, data, stored, trans="N", *, result, grad):
    """factor.solve(b, trans), with factor = splu(matrix)."""
    b_grad = factor.solve(grad, "T") if trans == "N" else factor.solve(grad)
    places = stored.tocoo()
    if trans == "N":
        return None, b_grad, of_entries(b_grad, result, places), None, None
    return None, b_grad, of_entries(result, b_grad, places), None, None


def factored_solution_tangent(factor, b, data, stored, trans="N", *, result, b_dot, data_dot):
    if trans == "N":
        return solved_by(factor, b_dot) - solved_by(factor, changed_product(stored, result, data_dot))
    changed = changed_product(stored.T, result, data_dot)
    return solved_transposed_by(factor, b_dot) - solved_transposed_by(factor, changed)


def solved_by(factor, b_dot):
    """The solution for another right-hand side, with the same factor."""
    return factor.solve(b_dot)


def solved_transposed_by(factor, b_dot):
    """The same for the transposed matrix."""
    return factor.solve(b_dot, "T")


def factorized_solution(solve, b, data, stored, transposed, *, result, grad):
    """solve(b), with solve = factorized(matrix); transposed: the factor of matrix.T."""
    b_grad = transposed.solve(grad)
    places = stored.tocoo()
    return None, b_grad, of_entries(b_grad, result, places), None, None


def factorized_solution_tangent(solve, b, data, stored, transposed, *, result, b_dot, data_dot):
    return given_to(solve, b_dot) - given_to(solve, changed_product(stored, result, data_dot))


def given_to(solve, b_dot):
    """What a solver of systems gives for another right-hand side."""
    return solve(b_dot)


def iterated(matrix, b_dot, solver, rtol, atol, maxiter):
    """The solution that iterations find, of a system that f doesn't solve itself."""
    x, info = solver(matrix, b_dot, rtol=rtol, atol=atol, maxiter=maxiter)
    if info != 0:
        raise np.linalg.LinAlgError("the iterations for a derivative of the solution have not converged")
    return x


def iterated_solution(
    matrix, b, data, stored, solver, symmetric, rtol=1e-5, atol=0.0, maxiter=None, *, result, grad
):  # fmt: skip
    """solver(matrix, b), as the solution of the system. Back, the same iterations for the transposed matrix."""
    b_grad = iterated(matrix if symmetric else matrix.T, grad, solver, rtol, atol, maxiter)
    places = stored.tocoo()
    return None, b_grad, of_entries(b_grad, result, places), None, None, None, None, None, None


def iterated_solution_tangent(
    matrix, b, data, stored, solver, symmetric, rtol=1e-5, atol=0.0, maxiter=None, *, result, b_dot, data_dot
):  # fmt: skip
    of_b = iterated(matrix, b_dot, solver, rtol, atol, maxiter)
    return of_b - iterated(matrix, changed_product(stored, result, data_dot), solver, rtol, atol, maxiter)


def iterated_dense_solution(
    matrix, b, data, stored, solver, symmetric, rtol=1e-5, atol=0.0, maxiter=None, *, result, grad
):  # fmt: skip
    """The same with a matrix that is an array."""
    b_grad = iterated(matrix if symmetric else matrix.T, grad, solver, rtol, atol, maxiter)
    return -np.outer(b_grad, result), b_grad, None, None, None, None, None, None, None


def iterated_dense_solution_tangent(
    matrix, b, data, stored, solver, symmetric, rtol=1e-5, atol=0.0, maxiter=None, *, result, matrix_dot, b_dot
):  # fmt: skip
    return iterated(matrix, b_dot - matrix_dot @ result, solver, rtol, atol, maxiter)


# --- arrays, and entries of a product ---------------------------------------------------------------------------------


def dense(matrix, data, stored, *, grad):
    """matrix.toarray()."""
    places = stored.tocoo()
    return None, grad[places.row, places.col], None


def dense_tangent(matrix, data, stored, *, data_dot):
    return array_of(stored, data_dot)


def array_of(stored, data_dot):
    """The array with other entries."""
    return entries_of(stored, data_dot).toarray()


def diagonal(matrix, data, stored, *, grad):
    """matrix.diagonal()."""
    places = stored.tocoo()
    return None, np.append(grad, 0.0)[np.where(places.row == places.col, places.row, len(grad))], None


def diagonal_tangent(matrix, data, stored, *, data_dot):
    return diagonal_of(stored, data_dot)


def diagonal_of(stored, data_dot):
    """The diagonal with other entries."""
    return entries_of(stored, data_dot).diagonal()


def total(matrix, data, stored, *, grad):
    """matrix.sum()."""
    return None, np.full_like(data, grad), None


def total_tangent(matrix, data, stored, *, data_dot):
    return np.sum(data_dot)


def sums_along(matrix, data, stored, axis, *, grad):
    """matrix.sum(axis)."""
    places = stored.tocoo()
    return None, grad[places.col] if axis == 0 else grad[places.row], None, None


def sums_along_tangent(matrix, data, stored, axis, *, data_dot):
    return sums_of(stored, data_dot, axis)


def sums_of(stored, data_dot, axis):
    """The sums of rows or columns with other entries."""
    return entries_of(stored, data_dot).sum(axis)


def picked(full, places, *, grad):
    """full[places.row, places.col]: entries of an array."""
    return put_back(full, places, grad), None


def put_back(full, places, grad):
    """An array of zeros, with numbers added to entries of it."""
    made = np.zeros_like(full)
    np.add.at(made, (places.row, places.col), grad)
    return made


def picked_tangent(full, places, *, full_dot):
    return entries_at(full_dot, places)


def entries_at(full_dot, places):
    return full_dot[places.row, places.col]


def product_entries(first, second, data, others, stored, other_stored, where, *, grad):
    """The entries of first @ second where `where` has some."""
    places, other_places = stored.tocoo(), other_stored.tocoo()
    moved = entries_of(where, grad)
    return (
        None,
        None,
        at_places(moved @ second.T, places),
        at_places(first.T @ moved, other_places),
        None,
        None,
        None,
    )


def at_places(matrix, places):
    """A sparse matrix's entries at the places of another one."""
    return np.ravel(matrix.tocsr()[places.row, places.col])


def product_entries_tangent(first, second, data, others, stored, other_stored, where, *, data_dot, others_dot):
    return left_changed(stored, data_dot, second, where) + right_changed(first, other_stored, others_dot, where)


def left_changed(stored, data_dot, second, where):
    """How the entries of a product change with those of its first factor."""
    return at_places(entries_of(stored, data_dot) @ second, where)


def right_changed(first, stored, data_dot, where):
    """How they change with those of its second factor."""
    return at_places(first @ entries_of(stored, data_dot), where)


def product_kind(matrix: Kind, x: Kind, *others: Kind) -> Kind:
    dims = getattr(x, "dims", None)
    return Array("float64" if real(matrix, x) else "", None if dims is None else (unknown_dim(), *dims[1:]))


def left_product_kind(matrix: Kind, x: Kind, *others: Kind) -> Kind:
    dims = getattr(x, "dims", None)
    return Array("float64" if real(matrix, x) else "", None if dims is None else (*dims[:-1], unknown_dim()))


def solution_kind(matrix: Kind, b: Kind, *others: Kind) -> Kind:
    return Array("float64" if real(matrix, b) else "", getattr(b, "dims", None))


def iterated_kind(matrix: Kind, b: Kind, *others: Kind) -> Kind:
    return Array("float64" if getattr(b, "dtype", "") == "float64" else "", getattr(b, "dims", None))


def dense_kind(matrix: Kind, data: Kind, stored: Kind) -> Kind:
    return Array(getattr(data, "dtype", ""), (unknown_dim(), unknown_dim()))


def vector_kind(matrix: Kind, data: Kind, *others: Kind) -> Kind:
    return Array(getattr(data, "dtype", ""), (unknown_dim(),))


def total_kind(matrix: Kind, data: Kind, stored: Kind) -> Kind:
    return shaped(getattr(data, "dtype", ""), ())


def entries_kind(first: Kind, second: Kind, data: Kind, others: Kind, *stored: Kind) -> Kind:
    dtypes = {each.dtype for each in (data, others) if isinstance(each, Array)}
    return Array("float64" if dtypes == {"float64"} else "", (unknown_dim(),))


def real(matrix: Kind, x: Kind) -> bool:
    """Whether the product is known to be of doubles: one factor is, and the other is of something narrower."""
    narrow = ("bool", "int8", "int16", "int32", "float32", "float64")
    found = [getattr(each, "dtype", "") for each in (dict(getattr(matrix, "fields", ())).get("data"), x)]
    return "float64" in found and all(each in narrow for each in found)


# Not in the table of rules: no function of the user's means these. `infer_sparse*.py` put them beside operators, calls.
PRODUCT = unlisted(sparse_product, sparse_product_tangent, product_kind, ("x", "data"), cost=100)
LEFT_PRODUCT = unlisted(sparse_left_product, sparse_left_product_tangent, left_product_kind, ("x", "data"), cost=100)
SOLUTION = unlisted(sparse_solution, sparse_solution_tangent, solution_kind, ("b", "data"), cost=100)
FACTORED = unlisted(factored_solution, factored_solution_tangent, solution_kind, ("b", "data"), cost=100)
FACTORIZED = unlisted(factorized_solution, factorized_solution_tangent, solution_kind, ("b", "data"), cost=100)
ITERATED = unlisted(iterated_solution, iterated_solution_tangent, iterated_kind, ("b", "data"), cost=1000)
DENSE_ITERATED = unlisted(
    iterated_dense_solution, iterated_dense_solution_tangent, iterated_kind, ("matrix", "b"), cost=1000
)
DENSE = unlisted(dense, dense_tangent, dense_kind, ("data",), cost=100)
DIAGONAL = unlisted(diagonal, diagonal_tangent, vector_kind, ("data",), cost=100)
TOTAL = unlisted(total, total_tangent, total_kind, ("data",), cost=10)
ALONG = unlisted(sums_along, sums_along_tangent, vector_kind, ("data",), cost=100)
PICKED = unlisted(picked, picked_tangent, vector_kind, ("full",), cost=10)
ENTRIES = unlisted(product_entries, product_entries_tangent, entries_kind, ("data", "others"), cost=100)
