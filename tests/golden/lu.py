import numpy as np


def lu_value_and_gradients(A, dy=1.0):
    """The value of lu and its gradient with respect to A.

    Made by s2sad from lu in lu.py, line 10, for A: float[:, :].
    """
    A = np.copy(A)
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
        t1 = A[k, k]
        t2_grad = dy / np.abs(t1)
        A_grad[k, k] = t2_grad if t1 > 0 else -t2_grad if t1 < 0 else 0.0
    for k in reversed(range(n)):
        for i in reversed(range(k + 1, n)):
            for j in reversed(range(k + 1, n)):
                # A[i, j] -= A[i, k] * A[k, j]
                t3_grad = A_grad[i, j]
                A_grad[k, j] -= t3_grad * A[i, k]
                A_grad[i, k] -= t3_grad * A[k, j]
            # A[i, k] = A[i, k] / A[k, k]
            t4_grad = A_grad[i, k]
            t5 = A[k, k]
            A_grad[i, k] = t4_grad / t5
            A_grad[k, k] -= t4_grad * A[i, k] / t5
    return total, (A_grad,)
