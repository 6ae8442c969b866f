import numpy as np


def lu_value_and_gradients(A, dy=1.0):
    """The value of lu and its gradient with respect to A.

    Made by s2sad from lu in lu.py, line 10, for A: float[:, :].
    """
    t1_saved = []
    t2_saved = []
    t3_saved = []
    t4_saved = []
    A = np.copy(A)
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            t3 = A[k, k]
            t3_saved.append(t3)
            t4 = A[i, k] / t3
            t4_saved.append(t4)
            A[i, k] = t4
            for j in range(k + 1, n):
                t1 = A[i, k]
                t1_saved.append(t1)
                t2 = A[k, j]
                t2_saved.append(t2)
                A[i, j] -= t1 * t2
    total = 0.0
    for k in range(n):
        total += np.log(np.abs(A[k, k]))

    A_grad = np.zeros_like(A)
    for k in reversed(range(n)):
        # total += np.log(np.abs(A[k, k]))
        t5 = A[k, k]
        t6_grad = dy / np.abs(t5)
        A_grad[k, k] += t6_grad if t5 > 0 else -t6_grad if t5 < 0 else 0.0
    for k in reversed(range(n)):
        for i in reversed(range(k + 1, n)):
            for j in reversed(range(k + 1, n)):
                # A[i, j] -= A[i, k] * A[k, j]
                t7_grad = A_grad[i, j]
                t2 = t2_saved.pop()
                t1_grad = -t7_grad * t2
                t1 = t1_saved.pop()
                A_grad[k, j] -= t7_grad * t1
                A_grad[i, k] += t1_grad
            # A[i, k] = A[i, k] / A[k, k]
            t8_grad = A_grad[i, k]
            A_grad[i, k] = 0.0
            t3 = t3_saved.pop()
            t9_grad = t8_grad / t3
            t4 = t4_saved.pop()
            A_grad[k, k] -= t9_grad * t4
            A_grad[i, k] += t9_grad
    return total, (A_grad,)
