import numpy as np


def dynamic_time_warping_value_and_gradients(x, y, dy=1.0):
    """The value of dynamic_time_warping and its gradients with respect to x and y.

    Made by s2sad from dynamic_time_warping in dynamic_time_warping.py, line 11, for x: float[:],
    y: float[:].
    """
    saved = []
    n = len(x)
    m = len(y)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = x[i - 1] - y[j - 1]
            best = D[i - 1, j - 1]
            t1 = D[i - 1, j] < best
            if t1:
                best = D[i - 1, j]
            t2 = D[i, j - 1] < best
            saved.append((t1, t2))
            if t2:
                best = D[i, j - 1]
            D[i, j] = d * d + best
    value = D[n, m]

    # return D[n, m]
    D_grad = np.zeros_like(D)
    D_grad[n, m] = dy
    x_grad = np.zeros_like(x)
    y_grad = np.zeros_like(y)
    for i in reversed(range(1, n + 1)):
        for j in reversed(range(1, m + 1)):
            # D[i, j] = d * d + best
            t3_grad = D_grad[i, j]
            d_grad = 2.0 * t3_grad * (x[i - 1] - y[j - 1])
            t1, t2 = saved.pop()
            if t2:
                # best = D[i, j - 1]
                D_grad[i, j - 1] += t3_grad
                best_grad = 0.0
            else:
                best_grad = t3_grad
            if t1:
                # best = D[i - 1, j]
                D_grad[i - 1, j] += best_grad
            else:
                # best = D[i - 1, j - 1]
                D_grad[i - 1, j - 1] += best_grad
            # d = x[i - 1] - y[j - 1]
            y_grad[j - 1] -= d_grad
            x_grad[i - 1] += d_grad
    return value, (x_grad, y_grad)
