import numpy as np


def rk4_value_and_gradients(y, A, dt, steps, dy=1.0):
    """The value of rk4 and its gradients with respect to y and A.

    Made by s2sad from rk4 in rk4.py, line 15, for y: float[:], A: float[:, :], dt: float, steps: int.
    """
    y_saved = []
    t1_saved = []
    t2_saved = []
    t3_saved = []
    for _ in range(steps):
        y_saved.append(y)
        value = A @ y - y * y * y
        t1 = y + 0.5 * dt * value
        t1_saved.append(t1)
        value2 = A @ t1 - t1 * t1 * t1
        t2 = y + 0.5 * dt * value2
        t2_saved.append(t2)
        value3 = A @ t2 - t2 * t2 * t2
        t3 = y + dt * value3
        t3_saved.append(t3)
        y = y + dt / 6.0 * (value + 2.0 * value2 + 2.0 * value3 + (A @ t3 - t3 * t3 * t3))
    value = np.sum(y * y)

    A_grad = np.zeros_like(A)
    # return np.sum(y * y)
    y_grad = 2.0 * (dy * y)
    for _ in range(steps):
        # y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        t4_grad = y_grad * dt / 6.0
        value3_grad = 2.0 * t4_grad
        value2_grad = 2.0 * t4_grad
        # return A @ y - y * y * y
        t5_grad = -t4_grad
        t3 = t3_saved.pop()
        t3_grad = t5_grad * (t3 * t3) + 2.0 * (t5_grad * t3 * t3)
        A_grad += np.outer(t4_grad, t3)
        t3_grad = t3_grad + A.T @ t4_grad
        # k4 = slope(y + dt * k3, A)
        y_grad = y_grad + t3_grad
        value3_grad = value3_grad + t3_grad * dt
        # return A @ y - y * y * y
        t6_grad = -value3_grad
        t2 = t2_saved.pop()
        t2_grad = t6_grad * (t2 * t2) + 2.0 * (t6_grad * t2 * t2)
        A_grad += np.outer(value3_grad, t2)
        t2_grad = t2_grad + A.T @ value3_grad
        # k3 = slope(y + 0.5 * dt * k2, A)
        y_grad = y_grad + t2_grad
        value2_grad = value2_grad + 0.5 * t2_grad * dt
        # return A @ y - y * y * y
        t7_grad = -value2_grad
        t1 = t1_saved.pop()
        t1_grad = t7_grad * (t1 * t1) + 2.0 * (t7_grad * t1 * t1)
        A_grad += np.outer(value2_grad, t1)
        t1_grad = t1_grad + A.T @ value2_grad
        # k2 = slope(y + 0.5 * dt * k1, A)
        y_grad = y_grad + t1_grad
        value_grad = t4_grad + 0.5 * t1_grad * dt
        # return A @ y - y * y * y
        t8_grad = -value_grad
        y = y_saved.pop()
        y_grad = y_grad + t8_grad * (y * y) + 2.0 * (t8_grad * y * y)
        A_grad += np.outer(value_grad, y)
        y_grad = y_grad + A.T @ value_grad
    return value, (y_grad.copy(), A_grad)
