import numpy as np


def polar_value_and_gradients(points, center, dy=1.0):
    """The value of polar and its gradients with respect to points and center.

    Made by s2sad from polar in polar.py, line 15, for points: float[:, :], center: float[:].
    """
    r_saved = []
    total = 0.0
    for i in range(points.shape[0]):
        dx = points[i, 0] - center[0]
        dy_ = points[i, 1] - center[1]
        r = np.sqrt(dx * dx + dy_ * dy_)
        r_saved.append(r)
        total += r * r * r

    points_grad = np.zeros_like(points)
    center_grad = np.zeros_like(center)
    for i in reversed(range(points.shape[0])):
        # total += r * r * r
        r = r_saved.pop()
        r_grad = 3.0 * dy * r * r
        # return np.sqrt(dx * dx + dy_ * dy_)
        t1_grad = 0.5 * r_grad / r
        dy__grad = 2.0 * t1_grad * (points[i, 1] - center[1])
        dx_grad = 2.0 * t1_grad * (points[i, 0] - center[0])
        # r = radius(points[i, 0] - center[0], points[i, 1] - center[1])
        center_grad[1] -= dy__grad
        points_grad[i, 1] += dy__grad
        center_grad[0] -= dx_grad
        points_grad[i, 0] += dx_grad
    return total, (points_grad, center_grad)
