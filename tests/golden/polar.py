import numpy as np


def polar_value_and_gradients(points, center, dy=1.0):
    """The value of polar and its gradients with respect to points and center.

    Made by s2sad from polar in polar.py, line 15, for points: float[:, :], center: float[:].
    """
    value_saved = []
    total = 0.0
    for i in range(points.shape[0]):
        t1 = points[i, 0] - center[0]
        t2 = points[i, 1] - center[1]
        value = np.sqrt(t1 * t1 + t2 * t2)
        value_saved.append(value)
        total += value * value * value

    points_grad = np.zeros_like(points)
    center_grad = np.zeros_like(center)
    for i in reversed(range(points.shape[0])):
        # total += r * r * r
        value = value_saved.pop()
        value_grad = dy * (value * value) + 2.0 * (dy * value * value)
        # return np.sqrt(dx * dx + dy_ * dy_)
        t3_grad = 0.5 * value_grad / value
        t2_grad = 2.0 * (t3_grad * (points[i, 1] - center[1]))
        t1_grad = 2.0 * (t3_grad * (points[i, 0] - center[0]))
        # r = radius(points[i, 0] - center[0], points[i, 1] - center[1])
        center_grad[1] -= t2_grad
        points_grad[i, 1] += t2_grad
        center_grad[0] -= t1_grad
        points_grad[i, 0] += t1_grad
    return total, (points_grad, center_grad)
