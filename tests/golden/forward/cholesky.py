import numpy as np


def cholesky_value_and_tangent(A, A_dot):
    """The value of cholesky, and how it changes when A changes by its tangent.

    Made by s2sad from cholesky in cholesky.py, line 12, for A: float[:, :].
    """
    n = A.shape[0]
    L = np.zeros_like(A)
    L_dot = np.zeros_like(L)
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            s_dot = A_dot[i, j]
            for k in range(j):
                t1 = L[i, k]
                t2 = L[j, k]
                s -= t1 * t2
                s_dot -= L_dot[i, k] * t2 + L_dot[j, k] * t1
            if i == j:
                t3 = np.sqrt(s)
                L_dot[i, j] = 0.5 * s_dot / t3
                L[i, j] = t3
            else:
                t4 = L[j, j]
                t5 = s / t4
                L_dot[i, j] = (s_dot - L_dot[j, j] * t5) / t4
                L[i, j] = t5
    t6 = L * L
    value = np.sum(t6 * L)
    value_dot = 3.0 * np.sum(L_dot * t6)
    return value, value_dot
