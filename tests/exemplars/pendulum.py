"""A pendulum whose angles and speeds are kept in arrays, as people do who plot them: the arrays are the tape."""

import numpy as np

SIGNATURE = dict(angle=float, length=float, dt=float, steps=int)
PARAMS = ["angle", "length"]
ARGS = (1.1, 2.0, 0.05, 20)


def pendulum(angle, length, dt, steps):
    angles = np.zeros(steps + 1)
    speeds = np.zeros(steps + 1)
    angles[0] = angle
    for i in range(steps):
        speeds[i + 1] = speeds[i] - dt * 9.81 / length * np.sin(angles[i])
        angles[i + 1] = angles[i] + dt * speeds[i + 1]
    return np.sum(angles * angles)


def pendulum_value_and_gradients(angle, length, dt, steps, dy=1.0):
    angles = np.zeros(steps + 1)
    speeds = np.zeros(steps + 1)
    angles[0] = angle
    for i in range(steps):
        speeds[i + 1] = speeds[i] - dt * 9.81 / length * np.sin(angles[i])
        angles[i + 1] = angles[i] + dt * speeds[i + 1]
    value = np.sum(angles * angles)

    # return np.sum(angles * angles)
    angles_grad = 2.0 * (dy * angles)
    speeds_grad = np.zeros_like(speeds)
    length_grad = 0.0
    for i in reversed(range(steps)):
        # angles[i + 1] = angles[i] + dt * speeds[i + 1]
        t1_grad = angles_grad[i + 1]
        angles_grad[i] += t1_grad
        speeds_grad[i + 1] += dt * t1_grad
        # speeds[i + 1] = speeds[i] - dt * 9.81 / length * np.sin(angles[i])
        t2_grad = speeds_grad[i + 1]
        speeds_grad[i] += t2_grad
        t1 = dt * 9.81 / length
        angles_grad[i] -= t2_grad * t1 * np.cos(angles[i])
        length_grad += t2_grad * np.sin(angles[i]) * t1 / length
    # angles[0] = angle
    return value, (angles_grad[0], length_grad)
