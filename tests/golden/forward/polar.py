import numpy as np


def polar_value_and_tangent(points, center, points_dot, center_dot):
    """The value of polar, and how it changes when points and center change by their tangents.

    Made by s2sad from polar in polar.py, line 15, for points: float[:, :], center: float[:].
    """
    total_dot = 0.0
    total = 0.0
    for i in range(points.shape[0]):
        dx = points[i, 0] - center[0]
        dx_dot = points_dot[i, 0] - center_dot[0]
        dy_ = points[i, 1] - center[1]
        dy__dot = points_dot[i, 1] - center_dot[1]
        r = np.sqrt(dx * dx + dy_ * dy_)
        r_dot = (dx_dot * dx + dy__dot * dy_) / r
        t1 = r * r
        total += t1 * r
        total_dot += 3.0 * r_dot * t1
    return total, total_dot
