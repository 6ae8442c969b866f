import numpy as np


def rk4_value_and_tangent(y, A, dt, steps, y_dot, A_dot):
    """The value of rk4, and how it changes when y and A change by their tangents.

    Made by s2sad from rk4 in rk4.py, line 15, for y: float[:], A: float[:, :], dt: float,
    steps: int.
    """
    for _ in range(steps):
        t1 = y * y
        k1_dot = A_dot @ y + A @ y_dot - 3.0 * y_dot * t1
        k1 = A @ y - t1 * y
        y2_dot = y_dot + 0.5 * dt * k1_dot
        y2 = y + 0.5 * dt * k1
        t2 = y2 * y2
        k2_dot = A_dot @ y2 + A @ y2_dot - 3.0 * y2_dot * t2
        k2 = A @ y2 - t2 * y2
        y3_dot = y_dot + 0.5 * dt * k2_dot
        y3 = y + 0.5 * dt * k2
        t3 = y3 * y3
        k3_dot = A_dot @ y3 + A @ y3_dot - 3.0 * y3_dot * t3
        k3 = A @ y3 - t3 * y3
        y4_dot = y_dot + dt * k3_dot
        y4 = y + dt * k3
        t4 = y4 * y4
        k4_dot = A_dot @ y4 + A @ y4_dot - 3.0 * y4_dot * t4
        y_dot = y_dot + dt * (k1_dot + 2.0 * k2_dot + 2.0 * k3_dot + k4_dot) / 6.0
        y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + (A @ y4 - t4 * y4))
    value = np.sum(y * y)
    value_dot = 2.0 * (y_dot @ y)
    return value, value_dot
