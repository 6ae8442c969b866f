import numpy as np


def pendulum_value_and_tangent(angle, length, dt, steps, angle_dot, length_dot):
    """The value of pendulum, and how it changes when angle and length change by their tangents.

    Made by s2sad from pendulum in pendulum.py, line 10, for angle: float, length: float, dt: float,
    steps: int.
    """
    angles = np.zeros(steps + 1)
    angles_dot = np.zeros_like(angles)
    speeds = np.zeros(steps + 1)
    speeds_dot = np.zeros_like(speeds)
    angles_dot[0] = angle_dot
    angles[0] = angle
    for i in range(steps):
        t1 = dt * 9.81 / length
        t2 = angles[i]
        t3 = np.sin(t2)
        speeds_dot[i + 1] = (
            speeds_dot[i] + t1 * (length_dot / length * t3 - angles_dot[i] * np.cos(t2))
        )
        speeds[i + 1] = speeds[i] - t1 * t3
        angles_dot[i + 1] = angles_dot[i] + speeds_dot[i + 1] * dt
        angles[i + 1] = angles[i] + dt * speeds[i + 1]
    value = np.sum(angles * angles)
    value_dot = 2.0 * (angles_dot @ angles)
    return value, value_dot
