"""SciPy's sparse matrices: products and systems of equations, through the public interface."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

import s2sad
from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp, value_and_gradients_function

DENSE = np.array([[1.0, 2.0, 0.0], [0.0, 3.0, 0.0], [4.0, 0.0, 5.0]])
ROWS, COLUMNS, SUM = sparse.csr_matrix(DENSE), sparse.csc_array(DENSE), sparse.diags_array([1.0, 2.0, 3.0])
X = np.array([1.0, 0.5, 2.0])
XS = np.arange(6.0).reshape(3, 2) + 0.5
I, J = np.array([0, 1, 2, 0, 0]), np.array([0, 1, 2, 2, 2])  # one of them twice


def of_rows(data, x):
    return sparse.csr_matrix((data, ROWS.indices, ROWS.indptr), shape=(3, 3)) @ x


def of_columns(data, x):
    return x @ sparse.csc_array((data, COLUMNS.indices, COLUMNS.indptr), shape=(3, 3))


def of_places(data, x):
    return sparse.coo_matrix((data, (I, J)), shape=(3, 3)).T @ x


def solved(data, b):
    return spsolve(sparse.csc_matrix((data, COLUMNS.indices, COLUMNS.indptr), shape=(3, 3)), b)


def in_a_loop(data, x):
    matrix = sparse.csr_matrix((data, ROWS.indices, ROWS.indptr), shape=(3, 3))
    for _ in range(3):
        x = np.tanh(matrix @ x)
    return x


PRODUCTS = {
    "vector": (lambda x: (ROWS @ x) ** 2, X),
    "matrix": (lambda x: (COLUMNS @ x) ** 2, XS),
    "left": (lambda x: (x @ ROWS) ** 2, X),
    "left matrix": (lambda x: (x @ COLUMNS) ** 2, XS.T),
    "dot": (lambda x: ROWS.dot(x) ** 2, X),
    "transpose": (lambda x: (ROWS.T @ x) ** 2, X),
    "times": (lambda x: (ROWS * x) ** 2, X),
    "diagonals": (lambda x: (SUM @ x) ** 2, X),
    "spsolve": (lambda b: spsolve(COLUMNS, b) ** 2, X),
    "csr": (of_rows, ROWS.data, X),
    "csr matrix": (of_rows, ROWS.data, XS),
    "csc": (of_columns, COLUMNS.data, X),
    "csc matrix": (of_columns, COLUMNS.data, XS.T),
    "coo": (of_places, np.arange(1.0, 6.0), X),
    "solved": (solved, COLUMNS.data, X),
    "loop": (in_a_loop, ROWS.data, X),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_products(name):
    f, *args = PRODUCTS[name]
    assert np.all(value_and_gradients_function(f)(*args)[0] == f(*args))
    assert check_gradients(f, *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert np.sum(jvp(f, args, args)[1]) == pytest.approx(slope)


CONSTANT = {
    "vector": lambda x, b: np.sum((x - ROWS @ b) ** 2),
    "left": lambda x, b: np.sum((x - b @ COLUMNS) ** 2),
    "transpose": lambda x, b: np.sum((ROWS.T @ x - ROWS.T @ b) ** 2),
    "times": lambda x, b: np.sum((x - ROWS * b) ** 2),
    "matrix": lambda x, b: np.sum((x - ROWS @ np.stack([b, b], axis=1) @ np.ones(2)) ** 2),
}


def in_tests(x, b):
    total = 0.0
    for k in range(3):
        if np.any(b @ ROWS > k) and (ROWS @ x)[0] > -100.0:
            total = total + np.sum((ROWS @ x) ** 2)
        total = total + (np.sum(COLUMNS @ x) if np.max(COLUMNS @ b) > 1.0 else 0.0)
    return total


def in_tests_of_its_own(x, b):
    matrix = sparse.csr_array(np.diag(b))
    return np.sum((matrix @ x) ** 2) if np.sum(matrix @ x) > -100.0 else x[0]


CONSTANT |= {
    "tests": in_tests,
    "tests of f's own": in_tests_of_its_own,
    "list": lambda x, b: np.sum((ROWS @ [x[0], 2.0 * x[1], 1.0]) ** 2 + ROWS @ [1.0, 2.0, 3.0] * x),
}


@pytest.mark.parametrize("name", CONSTANT)
def test_products_of_constants(name):
    f, b = CONSTANT[name], np.array([0.3, -1.0, 2.0])
    by_x = gradients_function(f, params=["x"])
    assert check_gradients(f, X, b, params=["x"]).ok
    assert check_gradients(by_x, X, b, params=["x"]).ok
    assert jvp(lambda x: f(x, b), (X,), (X,))[1] == pytest.approx(by_x(X, b)[0] @ X)


def test_the_gradient_of_a_product_has_a_gradient_by_what_it_is_weighed_with():
    slope = gradients_function(lambda x: ROWS @ x)

    def f(dy):
        return slope(X, dy=dy)[0]

    assert check_gradients(f, X).ok


@pytest.mark.parametrize("name", ["vector", "csr", "coo", "solved"])
def test_second_derivatives(name):
    f, *args = PRODUCTS[name]
    assert check_gradients(gradients_function(f), *args).ok


def test_dense_products_have_the_same_gradients():
    def dense(matrix, x):
        return np.sum((matrix @ x) ** 3)

    def stored(matrix, x):
        return np.sum((matrix @ x) ** 3)

    gradient, x_grad = gradients_function(stored)(ROWS, X)
    full, full_x = gradients_function(dense)(DENSE, X)
    assert type(gradient) is sparse.csr_matrix
    assert gradient.toarray() == pytest.approx(full * (DENSE != 0.0))
    assert x_grad == pytest.approx(full_x)


def test_complex_entries():
    matrix = sparse.csr_array(DENSE * (1.0 + 2.0j))

    def f(x):
        return np.sum(np.abs(matrix @ x) ** 2)

    assert check_gradients(f, X).ok


def test_text_of_a_product():
    text = value_and_gradients_function(PRODUCTS["vector"][0]).source(X)
    assert "x_grad = ROWS.T @ t1_grad" in text or "ROWS.T @" in text
    assert "s2sad" not in text.replace("Made by s2sad from", "")


def test_what_has_no_rule_is_refused():
    def summed(data):
        return sparse.csr_matrix((data, ROWS.indices, ROWS.indptr), shape=(3, 3)).power(2).sum()

    with pytest.raises(NotDifferentiableError, match="no rule for `power` of what `csr_matrix` returns"):
        s2sad.grad(summed)(ROWS.data)
    with pytest.raises(NotDifferentiableError, match="through `hstack`"):
        s2sad.grad(lambda d: np.sum(sparse.hstack([sparse.diags(d), ROWS]) @ np.ones(6)))(X)


def powered(y):
    return np.sum((sparse.eye(3) ** y) @ np.ones(3))


def divided(y):
    return np.sum((y / sparse.eye_array(3).tocsr().T) @ np.ones(3))


def added(y):
    return np.sum((sparse.eye(3) + y * np.eye(3)) @ np.ones(3))


@pytest.mark.parametrize("f", [powered, divided, added])
def test_operators_with_a_sparse_matrix_are_refused(f) -> None:
    """Also with one that is made in the function, of which nothing is known but that: its shape was taken for x's."""
    with pytest.raises(NotDifferentiableError, match="is an operation with a sparse matrix") as caught:
        gradients_function(f)(2.0)
    assert "Write instead: the product, and the rest with its result" in str(caught.value)


def test_arrays_that_are_taken_from_a_sparse_matrix_are_arrays() -> None:
    def dense(x):
        A = (2.0 * sparse.eye_array(3)).tocsr()
        return np.sum(A.toarray() * x) + np.sum(A.diagonal() * x) + np.sum((A @ np.ones(3)) * x) + A.sum() * x[0]

    assert gradients_function(dense)(np.ones(3))[0].tolist() == [12.0, 6.0, 6.0]


def test_lists_of_constants_make_constant_matrices():
    """A list may hold what carries a gradient; one whose items are known not to is as good as an array."""

    def f(x):
        bands = sparse.diags_array([np.ones(2), np.ones(3)], offsets=[1, 0])
        return np.sum((bands @ x) ** 2) + np.sum(sparse.diags([[1.0, 2.0], [1.0, 2.0, 3.0]], [1, 0]) @ x)

    def held(x):
        a = np.zeros(3)
        diagonals = [a, np.ones(2)]
        a[0] = x[0]
        return np.sum(sparse.diags_array(diagonals, offsets=[0, 1]) @ x)

    x = np.array([0.5, 1.0, -2.0])
    assert check_gradients(f, x).ok
    with pytest.raises(NotDifferentiableError, match="written into while it has two names"):
        gradients_function(held)(x)
