import numpy as np


def gauss_seidel_value_and_gradients(A, steps, dy=1.0):
    """The value of gauss_seidel and its gradient with respect to A.

    Made by s2sad from gauss_seidel in gauss_seidel.py, line 10, for A: float[:, :], steps: int.
    """
    A = np.copy(A)
    n, m = A.shape
    for t in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                A[i, j] = (A[i - 1, j] + A[i, j - 1] + A[i, j] + A[i, j + 1] + A[i + 1, j]) / 5.0
    value = np.sum(A * A)

    # return np.sum(A * A)
    A_grad = 2.0 * dy * A
    for _ in range(steps):
        for i in reversed(range(1, n - 1)):
            for j in reversed(range(1, m - 1)):
                # A[i, j] = (A[i - 1, j] + A[i, j - 1] + A[i, j] + A[i, j + 1] + A[i + 1, j]) / 5.0
                t1_grad = 0.2 * A_grad[i, j]
                A_grad[i, j] = t1_grad
                A_grad[i + 1, j] += t1_grad
                A_grad[i, j + 1] += t1_grad
                A_grad[i, j - 1] += t1_grad
                A_grad[i - 1, j] += t1_grad
    return value, (A_grad,)
