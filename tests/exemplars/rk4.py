"""An ordinary differential equation with an array state, by the classical Runge-Kutta method: one state a step is kept."""

import numpy as np

SIGNATURE = dict(y="float[:]", A="float[:, :]", dt=float, steps=int)
PARAMS = ["y", "A"]
_rng = np.random.default_rng(4)
ARGS = (_rng.normal(size=4), 0.3 * _rng.normal(size=(4, 4)), 0.1, 8)


def slope(y, A):
    return A @ y - y * y * y


def rk4(y, A, dt, steps):
    for _ in range(steps):
        k1 = slope(y, A)
        k2 = slope(y + 0.5 * dt * k1, A)
        k3 = slope(y + 0.5 * dt * k2, A)
        k4 = slope(y + dt * k3, A)
        y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return np.sum(y * y)


def slope_backward(y, A, A_grad, dy):
    # return A @ y - y * y * y
    A_grad += np.outer(dy, y)
    return A.T @ dy - 3.0 * dy * (y * y)


def rk4_value_and_gradients(y, A, dt, steps, dy=1.0):
    saved = []
    for _ in range(steps):
        k1 = slope(y, A)
        y2 = y + 0.5 * dt * k1
        k2 = slope(y2, A)
        y3 = y + 0.5 * dt * k2
        k3 = slope(y3, A)
        y4 = y + dt * k3
        k4 = slope(y4, A)
        saved.append((y, y2, y3, y4))
        y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    value = np.sum(y * y)

    A_grad = np.zeros_like(A)
    # return np.sum(y * y)
    y_grad = 2.0 * (dy * y)
    while saved:
        y, y2, y3, y4 = saved.pop()
        # y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        k4_grad = dt / 6.0 * y_grad
        # k4 = slope(y + dt * k3, A)
        y4_grad = slope_backward(y4, A, A_grad, k4_grad)
        k3_grad = 2.0 * k4_grad + dt * y4_grad
        # k3 = slope(y + 0.5 * dt * k2, A)
        y3_grad = slope_backward(y3, A, A_grad, k3_grad)
        k2_grad = 2.0 * k4_grad + 0.5 * dt * y3_grad
        # k2 = slope(y + 0.5 * dt * k1, A)
        y2_grad = slope_backward(y2, A, A_grad, k2_grad)
        k1_grad = k4_grad + 0.5 * dt * y2_grad
        # k1 = slope(y, A)
        y_grad = y_grad + y4_grad + y3_grad + y2_grad + slope_backward(y, A, A_grad, k1_grad)
    return value, (y_grad, A_grad)
