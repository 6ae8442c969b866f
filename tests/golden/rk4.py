import numpy as np


def rk4_value_and_gradients(y, A, dt, steps, dy=1.0):
    """The value of rk4 and its gradients with respect to y and A.

    Made by s2sad from rk4 in rk4.py, line 15, for y: float[:], A: float[:, :], dt: float, steps: int.
    """
    y_saved = []
    t1_saved = []
    t2_saved = []
    t3_saved = []
    t4_saved = []
    t5_saved = []
    t6_saved = []
    t7_saved = []
    for _ in range(steps):
        y_saved.append(y)
        t1 = y * y
        t1_saved.append(t1)
        value = A @ y - t1 * y
        t2 = y + 0.5 * dt * value
        t2_saved.append(t2)
        t3 = t2 * t2
        t3_saved.append(t3)
        value2 = A @ t2 - t3 * t2
        t4 = y + 0.5 * dt * value2
        t4_saved.append(t4)
        t5 = t4 * t4
        t5_saved.append(t5)
        value3 = A @ t4 - t5 * t4
        t6 = y + dt * value3
        t6_saved.append(t6)
        t7 = t6 * t6
        t7_saved.append(t7)
        y = y + dt / 6.0 * (value + 2.0 * value2 + 2.0 * value3 + (A @ t6 - t7 * t6))
    value = np.sum(y * y)

    A_grad = np.zeros_like(A)
    # return np.sum(y * y)
    y_grad = 2.0 * (dy * y)
    for _ in range(steps):
        # y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        t8_grad = y_grad * dt / 6.0
        value3_grad = 2.0 * t8_grad
        value2_grad = 2.0 * t8_grad
        # return A @ y - y * y * y
        t9_grad = -t8_grad
        t6 = t6_saved.pop()
        t7_grad = t9_grad * t6
        t7 = t7_saved.pop()
        t6_grad = t9_grad * t7 + 2.0 * (t7_grad * t6)
        A_grad += np.outer(t8_grad, t6)
        t6_grad = t6_grad + A.T @ t8_grad
        # k4 = slope(y + dt * k3, A)
        y_grad = y_grad + t6_grad
        value3_grad = value3_grad + t6_grad * dt
        # return A @ y - y * y * y
        t10_grad = -value3_grad
        t4 = t4_saved.pop()
        t5_grad = t10_grad * t4
        t5 = t5_saved.pop()
        t4_grad = t10_grad * t5 + 2.0 * (t5_grad * t4)
        A_grad += np.outer(value3_grad, t4)
        t4_grad = t4_grad + A.T @ value3_grad
        # k3 = slope(y + 0.5 * dt * k2, A)
        y_grad = y_grad + t4_grad
        value2_grad = value2_grad + 0.5 * t4_grad * dt
        # return A @ y - y * y * y
        t11_grad = -value2_grad
        t2 = t2_saved.pop()
        t3_grad = t11_grad * t2
        t3 = t3_saved.pop()
        t2_grad = t11_grad * t3 + 2.0 * (t3_grad * t2)
        A_grad += np.outer(value2_grad, t2)
        t2_grad = t2_grad + A.T @ value2_grad
        # k2 = slope(y + 0.5 * dt * k1, A)
        y_grad = y_grad + t2_grad
        value_grad = t8_grad + 0.5 * t2_grad * dt
        # return A @ y - y * y * y
        t12_grad = -value_grad
        y = y_saved.pop()
        t1_grad = t12_grad * y
        t1 = t1_saved.pop()
        y_grad = y_grad + t12_grad * t1 + 2.0 * (t1_grad * y)
        A_grad += np.outer(value_grad, y)
        y_grad = y_grad + A.T @ value_grad
    return value, (y_grad.copy(), A_grad)
