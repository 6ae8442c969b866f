import numpy as np


def cholesky_value_and_gradients(A, dy=1.0):
    """The value of cholesky and its gradient with respect to A.

    Made by s2sad from cholesky in cholesky.py, line 12, for A: float[:, :].
    """
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
    t1 = L * L
    value = np.sum(t1 * L)

    # return np.sum(L * L * L)
    L_grad = 3.0 * dy * t1
    A_grad = np.zeros_like(A)
    for i in reversed(range(n)):
        for j in reversed(range(i + 1)):
            if i == j:
                # L[i, j] = np.sqrt(s)
                s_grad = 0.5 * L_grad[i, j] / L[i, j]
            else:
                # L[i, j] = s / L[j, j]
                t2_grad = L_grad[i, j]
                t3 = L[j, j]
                L_grad[j, j] -= t2_grad * L[i, j] / t3
                s_grad = t2_grad / t3
            for k in reversed(range(j)):
                # s -= L[i, k] * L[j, k]
                L_grad[j, k] -= s_grad * L[i, k]
                L_grad[i, k] -= s_grad * L[j, k]
            # s = A[i, j]
            A_grad[i, j] = s_grad
    return value, (A_grad,)
