import numpy as np


def polar_value_and_tangent(points, center, points_dot, center_dot):
    """The value of polar, and how it changes when points and center change by their tangents.

    Made by s2sad from polar in polar.py, line 15, for points: float[:, :], center: float[:].
    """
    total_dot = 0.0
    total = 0.0
    for i in range(points.shape[0]):
        t1 = points[i, 0] - center[0]
        t2 = points[i, 1] - center[1]
        t1_dot = points_dot[i, 0] - center_dot[0]
        t2_dot = points_dot[i, 1] - center_dot[1]
        value = np.sqrt(t1 * t1 + t2 * t2)
        value_dot = 0.5 * (2.0 * t1_dot * t1 + 2.0 * t2_dot * t2) / value
        t3 = value * value
        total += t3 * value
        total_dot += 2.0 * value_dot * value * value + value_dot * t3
    return total, total_dot
