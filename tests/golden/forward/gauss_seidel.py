import numpy as np


def gauss_seidel_value_and_tangent(A, steps, A_dot):
    """The value of gauss_seidel, and how it changes when A changes by its tangent.

    Made by s2sad from gauss_seidel in gauss_seidel.py, line 10, for A: float[:, :], steps: int.
    """
    A = np.copy(A)
    A_dot = A_dot.copy()
    n, m = A.shape
    for t in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                t1_dot = A_dot[i - 1, j] + A_dot[i, j - 1] + A_dot[i, j] + A_dot[i, j + 1]
                A_dot[i, j] = 0.2 * (t1_dot + A_dot[i + 1, j])
                A[i, j] = (A[i - 1, j] + A[i, j - 1] + A[i, j] + A[i, j + 1] + A[i + 1, j]) / 5.0
    value = np.sum(A * A)
    value_dot = 2.0 * np.sum(A_dot * A)
    return value, value_dot
