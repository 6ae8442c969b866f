import numpy as np


def cholesky_value_and_gradients(A, dy=1.0):
    """The value of cholesky and its gradient with respect to A.

    Made by s2sad from cholesky in cholesky.py, line 12, for A: float[:, :].
    """
    t1_saved = []
    t2_saved = []
    t3_saved = []
    t4_saved = []
    t5_saved = []
    n = A.shape[0]
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                t1 = L[i, k]
                t1_saved.append(t1)
                t2 = L[j, k]
                t2_saved.append(t2)
                s -= t1 * t2
            if i == j:
                t3 = np.sqrt(s)
                t3_saved.append(t3)
                L[i, j] = t3
            else:
                t4 = L[j, j]
                t4_saved.append(t4)
                t5 = s / t4
                t5_saved.append(t5)
                L[i, j] = t5
    t6 = L * L
    value = np.sum(t6 * L)

    # return np.sum(L * L * L)
    L_grad = dy * t6
    L_grad += 2.0 * dy * L * L
    A_grad = np.zeros_like(A)
    for i in reversed(range(n)):
        for j in reversed(range(i + 1)):
            if i == j:
                # L[i, j] = np.sqrt(s)
                t7_grad = L_grad[i, j]
                L_grad[i, j] = 0.0
                t3 = t3_saved.pop()
                s_grad = 0.5 * t7_grad / t3
            else:
                # L[i, j] = s / L[j, j]
                t8_grad = L_grad[i, j]
                L_grad[i, j] = 0.0
                t4 = t4_saved.pop()
                s_grad = t8_grad / t4
                t5 = t5_saved.pop()
                L_grad[j, j] -= s_grad * t5
            for k in reversed(range(j)):
                # s -= L[i, k] * L[j, k]
                t2 = t2_saved.pop()
                t1_grad = -s_grad * t2
                t1 = t1_saved.pop()
                L_grad[j, k] -= s_grad * t1
                L_grad[i, k] += t1_grad
            # s = A[i, j]
            A_grad[i, j] += s_grad
    return value, (A_grad,)
