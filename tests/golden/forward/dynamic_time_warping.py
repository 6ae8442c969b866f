import numpy as np


def dynamic_time_warping_value_and_tangent(x, y, x_dot, y_dot):
    """The value of dynamic_time_warping, and how it changes when x and y change by their tangents.

    Made by s2sad from dynamic_time_warping in dynamic_time_warping.py, line 11, for x: float[:],
    y: float[:].
    """
    n = len(x)
    m = len(y)
    D = np.full((n + 1, m + 1), np.inf)
    D_dot = np.zeros_like(D)
    D_dot[0, 0] = 0.0
    D[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = x[i - 1] - y[j - 1]
            d_dot = x_dot[i - 1] - y_dot[j - 1]
            best = D[i - 1, j - 1]
            best_dot = D_dot[i - 1, j - 1]
            if D[i - 1, j] < best:
                best = D[i - 1, j]
                best_dot = D_dot[i - 1, j]
            if D[i, j - 1] < best:
                best = D[i, j - 1]
                best_dot = D_dot[i, j - 1]
            D_dot[i, j] = 2.0 * d_dot * d + best_dot
            D[i, j] = d * d + best
    value = D[n, m]
    value_dot = D_dot[n, m]
    return value, value_dot
