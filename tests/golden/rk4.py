import numpy as np


def rk4_value_and_gradients(y, A, dt, steps, dy=1.0):
    """The value of rk4 and its gradients with respect to y and A.

    Made by s2sad from rk4 in rk4.py, line 15, for y: float[:], A: float[:, :], dt: float,
    steps: int.
    """
    saved = []
    for _ in range(steps):
        k1 = A @ y - y * y * y
        y2 = y + 0.5 * dt * k1
        k2 = A @ y2 - y2 * y2 * y2
        y3 = y + 0.5 * dt * k2
        k3 = A @ y3 - y3 * y3 * y3
        y4 = y + dt * k3
        saved.append((y, y2, y3, y4))
        y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + (A @ y4 - y4 * y4 * y4))
    value = np.sum(y * y)

    # return np.sum(y * y)
    y_grad = 2.0 * dy * y
    A_grad = np.zeros_like(A)
    while saved:
        # y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        t1_grad = dt * y_grad / 6.0
        # return A @ y - y * y * y
        y, y2, y3, y4 = saved.pop()
        A_grad += np.outer(t1_grad, y4)
        y4_grad = A.T @ t1_grad - 3.0 * t1_grad * y4**2
        # k4 = slope(y + dt * k3, A)
        k3_grad = 2.0 * t1_grad + dt * y4_grad
        # return A @ y - y * y * y
        A_grad += np.outer(k3_grad, y3)
        y3_grad = A.T @ k3_grad - 3.0 * k3_grad * y3**2
        # k3 = slope(y + 0.5 * dt * k2, A)
        k2_grad = 2.0 * t1_grad + 0.5 * dt * y3_grad
        # return A @ y - y * y * y
        A_grad += np.outer(k2_grad, y2)
        y2_grad = A.T @ k2_grad - 3.0 * k2_grad * y2**2
        # k2 = slope(y + 0.5 * dt * k1, A)
        k1_grad = t1_grad + 0.5 * dt * y2_grad
        # return A @ y - y * y * y
        A_grad += np.outer(k1_grad, y)
        y_grad += y4_grad + y3_grad + y2_grad - 3.0 * k1_grad * y**2 + A.T @ k1_grad
    return value, (y_grad, A_grad)
