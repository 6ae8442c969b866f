"""Diagonals, traces and identities: the matrices that their adjoints are of are only made where they are needed."""

import numpy as np
import pytest

from s2sad import check_gradients, value_and_gradients_function

A = np.sin(np.arange(9.0)).reshape(3, 3) + 2.0 * np.eye(3)
B = np.cos(np.arange(9.0)).reshape(3, 3)
WIDE, V = np.linspace(0.2, 1.8, 12).reshape(3, 4), np.array([0.5, 1.5, -0.7])


def squared_diagonal(M):
    return np.sum(np.diag(M) ** 2)


def diagonal_of_outer(v):
    return np.sum(np.sin(np.diagonal(np.outer(v, v))))


def trace_of_square(M):
    return np.trace(M @ M)


def trace_of_product(M, N):
    return np.trace(M.T @ N)


def both(M, N):
    P = M @ N
    return np.log(np.trace(P) + 20.0) + np.sum(np.diag(P) ** 2)


def scaled_rows(M, v):
    return np.sum(np.tanh(np.diag(v) @ M))


def weighted_gram(M, v):
    P = M @ np.diag(v) @ M.T
    return np.sum(P * P)


def diagonal_of_square(M, v):
    P = M @ np.diag(np.exp(v)) @ M.T
    return np.sum(np.diag(P @ P))


def diagonal_and_more(M):
    P = M @ M
    d = np.diag(P)
    return np.sum(d * d) + np.sum(np.sin(P))


def ridge(M, c):
    return np.sum(np.linalg.inv(M.T @ M + c * np.eye(M.shape[1])) ** 2)


def eye_of_another_size(M, c):
    return np.sum((M + c * np.eye(3, 1)) ** 3)


LINES = [
    (ridge, (WIDE, 0.7), "c_grad = np.trace("),
    (eye_of_another_size, (WIDE, 0.7), "c_grad = np.sum("),
    (squared_diagonal, (A,), "M_grad = np.diag(2.0 * dy * t1)"),
    (squared_diagonal, (WIDE,), "on_diagonal(2.0 * dy * t1, M, 0, 0, 1)"),
    (diagonal_of_outer, (V,), "v_grad = 2.0 * dy * np.cos(t1) * v"),
    (trace_of_square, (A,), "M_grad = 2.0 * dy * M.T"),
    (trace_of_product, (A, B), "M_grad = dy * N"),
    (both, (A, B), "np.eye(P.shape[0])"),
    (scaled_rows, (WIDE, V), "v_grad = np.sum(t3_grad * M, axis=1)"),
    (weighted_gram, (A, V), "v_grad = np.sum(M * t2_grad, axis=0)"),
    (diagonal_of_square, (A, V), "np.sum(M * t3_grad, axis=0) * t1"),
    (diagonal_and_more, (A,), "np.diag("),
]


@pytest.mark.parametrize("f, args, line", LINES, ids=[f"{f.__name__}-{len(a[0])}" for f, a, _ in LINES])
def test_text_and_gradients(f, args, line):
    text = value_and_gradients_function(f).source(*args)
    assert line in text, text
    check_gradients(f, *args)


@pytest.mark.parametrize("f", [squared_diagonal, lambda M: np.sum(np.diagonal(M) ** 3) + 2.0 * np.trace(M)])
def test_each_shape_gets_its_program(f):
    val_grads = value_and_gradients_function(f)
    for shape in [(3, 3), (3, 5), (5, 3), (1, 1), (4, 4), (1, 4), (4, 1), (0, 0), (2, 0)]:
        M = np.sin(np.arange(1.0, 1.0 + shape[0] * shape[1])).reshape(shape)
        value, (M_grad,) = val_grads(M)
        assert value == f(M) and M_grad.shape == shape
        expected = np.zeros(shape)
        for k in range(min(shape)):
            expected[k, k] = 2.0 * M[k, k] if f is squared_diagonal else 3.0 * M[k, k] ** 2 + 2.0
        np.testing.assert_allclose(M_grad, expected)
