import numpy as np


def pendulum_value_and_gradients(angle, length, dt, steps, dy=1.0):
    """The value of pendulum and its gradients with respect to angle and length.

    Made by s2sad from pendulum in pendulum.py, line 10, for angle: float, length: float, dt: float,
    steps: int.
    """
    t1_saved = []
    angles = np.zeros(steps + 1)
    speeds = np.zeros(steps + 1)
    angles[0] = angle
    for i in range(steps):
        t1 = np.sin(angles[i])
        t1_saved.append(t1)
        speeds[i + 1] = speeds[i] - dt * 9.81 / length * t1
        angles[i + 1] = angles[i] + dt * speeds[i + 1]
    value = np.sum(angles * angles)

    # return np.sum(angles * angles)
    angles_grad = 2.0 * dy * angles
    speeds_grad = np.zeros_like(speeds)
    length_grad = 0.0
    for i in reversed(range(steps)):
        # angles[i + 1] = angles[i] + dt * speeds[i + 1]
        t2_grad = angles_grad[i + 1]
        speeds_grad[i + 1] += t2_grad * dt
        angles_grad[i] += t2_grad
        # speeds[i + 1] = speeds[i] - dt * 9.81 / length * np.sin(angles[i])
        t3_grad = speeds_grad[i + 1]
        t1 = t1_saved.pop()
        t4 = 9.81 * dt / length
        angles_grad[i] -= t3_grad * t4 * np.cos(angles[i])
        length_grad += t3_grad * t1 * t4 / length
        speeds_grad[i] += t3_grad
    # angles[0] = angle
    angle_grad = angles_grad[0]
    return value, (angle_grad, length_grad)
