import numpy as np


def lu_value_and_tangent(A, A_dot):
    """The value of lu, and how it changes when A changes by its tangent.

    Made by s2sad from lu in lu.py, line 10, for A: float[:, :].
    """
    A = np.copy(A)
    A_dot = A_dot.copy()
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            t1 = A[k, k]
            t2 = A[i, k] / t1
            A_dot[i, k] = (A_dot[i, k] - A_dot[k, k] * t2) / t1
            A[i, k] = t2
            for j in range(k + 1, n):
                t3 = A[i, k]
                t4 = A[k, j]
                A_dot[i, j] -= A_dot[i, k] * t4 + A_dot[k, j] * t3
                A[i, j] -= t3 * t4
    total_dot = 0.0
    total = 0.0
    for k in range(n):
        t5 = A[k, k]
        t5_dot = A_dot[k, k]
        t6 = np.abs(t5)
        total += np.log(t6)
        total_dot += (t5_dot if t5 > 0 else -t5_dot if t5 < 0 else 0.0) / t6
    return total, total_dot
