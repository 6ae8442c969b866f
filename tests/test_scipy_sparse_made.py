"""SciPy's sparse matrices: what they are made of, sums and products of them, factors and iterations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import linalg

from s2sad import NotDifferentiableError, check_gradients, gradients_function, value_and_gradients_function
from tests.both_modes import check_both_modes

N = 4
DENSE = np.random.default_rng(3).normal(size=(N, N)) + 5.0 * np.eye(N)
ROWS, SYMMETRIC = sparse.csr_matrix(DENSE), sparse.csc_array(DENSE @ DENSE.T)
FACTOR, SOLVE = linalg.splu(sparse.csc_matrix(DENSE)), linalg.factorized(sparse.csc_matrix(DENSE))
STEPS = sparse.csr_array(np.diff(np.eye(N), axis=0))
STEPS_MATRIX = sparse.csr_matrix(STEPS)
UNIT = sparse.eye_array(N, format="csc")
X, P, Q = np.array([0.5, -1.0, 2.0, 0.3]), np.array([1.5, 1.2, 1.9, 1.1]), np.array([1.3, 1.7, 1.4])
I, J = np.array([0, 1, 2, 3, 0, 0]), np.array([0, 1, 2, 3, 2, 2])  # one of them twice
D = np.array([1.5, 1.2, 1.9, 1.1, 1.7, 1.3])


def made_inside(b):
    A = sparse.diags([1.0, -3.0, 1.0], [-1, 0, 1], shape=(N, N), format="csc")
    return linalg.spsolve(A, b) ** 2


def dot_inside(b):
    A = sparse.eye(N).tocsr() * 2
    return A.dot(b) ** 2


def laplacian(q, b):
    K = STEPS.T @ sparse.diags_array(q) @ STEPS + sparse.eye_array(N)
    return linalg.spsolve(K.tocsc(), b)


def laplacian_of_matrices(q, b):
    K = STEPS_MATRIX.T * sparse.diags(q) * STEPS_MATRIX + 0.5 * sparse.eye(N)
    return K @ b


def implicit_steps(dt, u):
    solve = linalg.factorized(UNIT + dt * SYMMETRIC)
    for _ in range(3):
        u = solve(np.tanh(u))
    return u


def in_a_loop(p, x):
    for _ in range(3):
        A = sparse.diags(p) + x[0] * UNIT
        x = linalg.spsolve(A.tocsc(), x)
    return x


def factored_inside(d, b):
    lu = linalg.splu(sparse.csc_matrix((d, (I, J)), shape=(N, N)))
    return lu.solve(b) + lu.solve(b, "T") ** 2


def factored_constant(b):
    return linalg.splu(sparse.csc_matrix(DENSE)).solve(b) ** 2


def of_places(d):
    return sparse.csr_array((d, (I, J)), shape=(N, N))


def copied(p, x):
    p = p.copy()
    A, B = sparse.diags(p), sparse.csr_matrix((p, (np.arange(N), np.arange(N))))
    shared = sparse.coo_matrix((p, (np.arange(N), np.arange(N))))
    rows = shared.tocsr()
    p[0] = 5.0
    return A @ x + 2.0 * (B @ x) + 3.0 * (shared @ x) + 4.0 * (rows @ x)


def factored_then_written(p, x):
    p = p.copy()
    A = sparse.csc_matrix((p, np.arange(N), np.arange(N + 1)))
    lu = linalg.splu(A)
    p[0] = 5.0
    return A @ x + 2 * lu.solve(x)


def dense_copied(A, x):
    A = A.copy()
    M = sparse.csr_matrix(A)
    A[0, 0] = 3.0
    return M @ x


def of_a_part(A, x):
    return A @ x + A.diagonal()


HOLES = DENSE * (np.abs(DENSE) > 0.6)
CASES = {
    "made inside": (made_inside, X),
    "dot inside": (dot_inside, X),
    "factor": (lambda b: FACTOR.solve(b) ** 2, X),
    "factor transposed": (lambda b: FACTOR.solve(b, trans="T") ** 2, X),
    "factor of columns": (lambda b: FACTOR.solve(b) ** 2, DENSE[:, :2]),
    "factorized": (lambda b: SOLVE(b) ** 2, X),
    "factor inside": (factored_inside, D, X),
    "factor of a constant": (factored_constant, X),
    "csr by places": (lambda d, x: (sparse.csr_matrix((d, (I, J)), shape=(N, N)) @ x) ** 2, D, X),
    "csc by places": (lambda d, x: linalg.spsolve(sparse.csc_matrix((d, (I, J)), shape=(N, N)), x), D, X),
    "of dense": (lambda A, x: (sparse.csr_matrix(A) @ x) ** 2, HOLES, X),
    "dense solved": (lambda A, x: linalg.spsolve(sparse.csr_matrix(A), x), HOLES, X),
    "diags": (lambda p, x: (sparse.diags(p) @ x) ** 2, P, X),
    "diags with offsets": (
        lambda p, x: linalg.spsolve(sparse.diags([p, p[:-1] * 0.1], [0, 1], format="csr"), x),
        P,
        X,
    ),
    "diags of numbers": (lambda p, x: (sparse.diags([p[0], p[1], p[2]], [-1, 0, 1], shape=(N, N)) @ x) ** 2, P, X),
    "diags of one number": (lambda p, x: (sparse.diags_array([p, p[:1]], offsets=[0, -2]) @ x) ** 2, P, X),
    "diags turned": (lambda p, x: (sparse.diags(p[:2], 1, shape=(3, 3)).T @ x[:3]) ** 2, P, X),
    "multiples": (lambda y, x: ((UNIT * y + SYMMETRIC / 2.0 - y * SYMMETRIC) @ x) ** 2, 2.0, X),
    "negative": (lambda y, x: ((-(y * SYMMETRIC)) @ x) ** 2, 2.0, X),
    "array of one": (lambda y, x: ((ROWS * np.array(y)) @ x) ** 2, 2.0, X),
    "sum": (lambda p, q, x: ((sparse.diags(p) + sparse.diags(q, 1) + ROWS) @ x) ** 2, P, Q, X),
    "difference": (lambda p, q, x: ((sparse.diags(p) - sparse.diags(q, 1)) @ x) ** 2, P, Q, X),
    "laplacian": (laplacian, Q, X),
    "laplacian of matrices": (laplacian_of_matrices, Q, X),
    "steps": (implicit_steps, 0.1, X),
    "loop": (in_a_loop, P, np.abs(X)),
    "toarray": (lambda p: (sparse.diags(p).toarray() + 1.0) ** 2, P),
    "diagonal": (lambda p: ((sparse.diags(p) + ROWS).diagonal()) ** 2, P),
    "total": (lambda p: sparse.diags(p).sum() ** 2, P),
    "sums of columns": (lambda d, p: (of_places(d).sum(axis=0) * p) ** 2, D, P),
    "sums of rows": (lambda d, p: (of_places(d).sum(axis=1) * p) ** 2, D, P),
    "multiply": (lambda p, x: (ROWS.multiply(np.outer(p, x)) @ x) ** 2, P, X),
    "multiply columns": (lambda p, x: (ROWS.multiply(p) @ x) ** 2, P, X),
    "multiply entries": (lambda d, x: (of_places(d).multiply(x).tocsr() @ x) ** 2, D, X),
    "dot of a transpose": (lambda p, x: sparse.csr_array(np.diag(p)).T.dot(x) ** 2, P, X),
    "left": (lambda d, x: (x @ sparse.coo_array((d, (I, J)), shape=(N, N)).tocsr()) ** 2, D, X),
    "helper": (lambda p, x: of_a_part(sparse.diags(p, format="csr") + SYMMETRIC, x), P, X),
    "copied": (copied, P, X),
    "factored, then written": (factored_then_written, P, X),
    "dense, then written": (dense_copied, DENSE, X),
    "cg": (lambda b: linalg.cg(SYMMETRIC, b, rtol=1e-13)[0] ** 2, X),
    "cg of a sum": (lambda y, b: linalg.cg(SYMMETRIC + y * UNIT, b, rtol=1e-13)[0] ** 2, 1.0, X),
    "gmres of an array": (lambda A, b: linalg.gmres(A, b, rtol=1e-13)[0] ** 2, DENSE, X),
    "bicgstab": (lambda d, b: linalg.bicgstab(of_places(d), b, rtol=1e-13, atol=0.0)[0] ** 2, D, X),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients(name):
    f, *args = CASES[name]
    check_both_modes(f, *args)


SECOND = ["factor", "factorized", "factor inside", "diags with offsets", "multiples", "steps", "toarray", "cg of a sum"]


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives(name):
    f, *args = CASES[name]
    assert check_gradients(gradients_function(f), *args).ok


def test_what_is_zero_in_a_dense_matrix_has_a_derivative():
    gradient, _ = gradients_function(lambda A, x: np.sum(sparse.csr_matrix(A) @ x))(np.zeros((2, 2)), np.ones(2))
    assert gradient.tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_iterations_for_the_gradient_that_do_not_converge_are_an_error():
    def f(b):
        return np.sum(linalg.cg(SYMMETRIC, b, x0=np.linalg.solve(SYMMETRIC.toarray(), X), rtol=1e-12, maxiter=1)[0])

    with pytest.raises(np.linalg.LinAlgError, match="have not converged"):
        gradients_function(f)(X)


def chosen(y, x):
    A = SYMMETRIC * y if y > 1.0 else UNIT * y
    return np.sum(A @ x)


def carried(y, x):
    A = UNIT * y
    for _ in range(3):
        A = A + y * SYMMETRIC
    return np.sum(A @ x)


def as_matrix(p):
    return np.sum(sparse.diags(p).sum(axis=0))


def elementwise(p):
    return np.sum((sparse.diags_array(p) * X) @ X)


@pytest.mark.parametrize("f", [chosen, carried, as_matrix, elementwise])
def test_refused(f):
    with pytest.raises(NotDifferentiableError):
        gradients_function(f)(*((2.0, X) if f in (chosen, carried) else (P,)))


def test_text_of_implicit_steps():
    text = value_and_gradients_function(implicit_steps).source(0.1, X)
    assert "u_grad = t6 * (1.0 - t4 * t4)" in text and "dt_grad = t5_grad @ t1" in text
