"""LU decomposition in place, element by element. Each factor stays where it is written, so nothing is saved."""

import numpy as np

SIGNATURE = dict(A="float[:, :]")
PARAMS = ["A"]
ARGS = (np.random.default_rng(6).normal(size=(6, 6)) + 6.0 * np.eye(6),)


def lu(A):
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    total = 0.0
    for k in range(n):
        total += np.log(np.abs(A[k, k]))
    return total


def lu_value_and_gradients(A, dy=1.0):
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    total = 0.0
    for k in range(n):
        total += np.log(np.abs(A[k, k]))

    A_grad = np.zeros_like(A)
    for k in reversed(range(n)):
        # total += np.log(np.abs(A[k, k]))
        A_grad[k, k] += dy / A[k, k]
    for k in reversed(range(n)):
        for i in reversed(range(k + 1, n)):
            for j in reversed(range(k + 1, n)):
                # A[i, j] -= A[i, k] * A[k, j]
                t1_grad = A_grad[i, j]
                A_grad[i, k] -= t1_grad * A[k, j]
                A_grad[k, j] -= t1_grad * A[i, k]
            # A[i, k] = A[i, k] / A[k, k]
            t2_grad = A_grad[i, k] / A[k, k]
            A_grad[i, k] = t2_grad
            A_grad[k, k] -= t2_grad * A[i, k]
    return total, (A_grad,)
