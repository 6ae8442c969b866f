"""Cholesky decomposition, element by element: each element is written once, so nothing is saved."""

import numpy as np

SIGNATURE = dict(A="float[:, :]")
PARAMS = ["A"]
_rng = np.random.default_rng(7)
_half = _rng.normal(size=(6, 6))
ARGS = (_half @ _half.T + np.eye(6),)


def cholesky(A):
    n = A.shape[0]
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return np.sum(L * L * L)


def cholesky_value_and_gradients(A, dy=1.0):
    n = A.shape[0]
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    LL = L * L
    value = np.sum(LL * L)

    # return np.sum(L * L * L)
    L_grad = 3.0 * dy * LL
    A_grad = np.zeros_like(A)
    for i in reversed(range(n)):
        for j in reversed(range(i + 1)):
            t1_grad = L_grad[i, j]
            if i == j:
                # L[i, j] = np.sqrt(s)
                s_grad = 0.5 * t1_grad / L[i, j]
            else:
                # L[i, j] = s / L[j, j]
                s_grad = t1_grad / L[j, j]
                L_grad[j, j] -= s_grad * L[i, j]
            for k in reversed(range(j)):
                # s -= L[i, k] * L[j, k]
                L_grad[i, k] -= s_grad * L[j, k]
                L_grad[j, k] -= s_grad * L[i, k]
            # s = A[i, j]
            A_grad[i, j] += s_grad
    return value, (A_grad,)
