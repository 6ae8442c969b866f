"""Dynamic time warping with a table: the choices that the minimum made are made again on the finished table."""

import numpy as np

SIGNATURE = dict(x="float[:]", y="float[:]")
PARAMS = ["x", "y"]
_rng = np.random.default_rng(8)
ARGS = (_rng.normal(size=7), _rng.normal(size=8))


def dynamic_time_warping(x, y):
    n, m = len(x), len(y)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = x[i - 1] - y[j - 1]
            best = D[i - 1, j - 1]
            if D[i - 1, j] < best:
                best = D[i - 1, j]
            if D[i, j - 1] < best:
                best = D[i, j - 1]
            D[i, j] = d * d + best
    return D[n, m]


def dynamic_time_warping_value_and_gradients(x, y, dy=1.0):
    n, m = len(x), len(y)
    D = np.full((n + 1, m + 1), np.inf)
    D[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = x[i - 1] - y[j - 1]
            best = D[i - 1, j - 1]
            if D[i - 1, j] < best:
                best = D[i - 1, j]
            if D[i, j - 1] < best:
                best = D[i, j - 1]
            D[i, j] = d * d + best
    value = D[n, m]

    x_grad = np.zeros_like(x)
    y_grad = np.zeros_like(y)
    D_grad = np.zeros_like(D)
    # return D[n, m]
    D_grad[n, m] = dy
    for i in reversed(range(1, n + 1)):
        for j in reversed(range(1, m + 1)):
            # D[i, j] = d * d + best
            best_grad = D_grad[i, j]
            d_grad = 2.0 * best_grad * (x[i - 1] - y[j - 1])
            before = D[i - 1, j - 1]
            if D[i, j - 1] < min(before, D[i - 1, j]):
                # best = D[i, j - 1]
                D_grad[i, j - 1] += best_grad
            elif D[i - 1, j] < before:
                # best = D[i - 1, j]
                D_grad[i - 1, j] += best_grad
            else:
                # best = D[i - 1, j - 1]
                D_grad[i - 1, j - 1] += best_grad
            # d = x[i - 1] - y[j - 1]
            x_grad[i - 1] += d_grad
            y_grad[j - 1] -= d_grad
    return value, (x_grad, y_grad)
