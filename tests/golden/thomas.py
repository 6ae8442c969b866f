import numpy as np


def thomas_value_and_gradients(a, b, c, d, dy=1.0):
    """The value of thomas and its gradients with respect to a, b, c and d.

    Made by s2sad from thomas in thomas.py, line 11, for a: float[:], b: float[:], c: float[:],
    d: float[:].
    """
    n = len(d)
    p = np.zeros(n)
    q = np.zeros(n)
    t1 = b[0]
    t2 = c[0] / t1
    p[0] = t2
    t3 = b[0]
    t4 = d[0] / t3
    q[0] = t4
    for i in range(1, n):
        m = b[i] - a[i] * p[i - 1]
        p[i] = c[i] / m
        q[i] = (d[i] - a[i] * q[i - 1]) / m
    x = np.zeros(n)
    x[n - 1] = q[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = q[i] - p[i] * x[i + 1]
    value = np.sum(x * x)

    # return np.sum(x * x)
    x_grad = 2.0 * dy * x
    q_grad = np.zeros_like(q)
    p_grad = np.zeros_like(p)
    for i in reversed(range(n - 2, -1, -1)):
        # x[i] = q[i] - p[i] * x[i + 1]
        t5_grad = x_grad[i]
        x_grad[i + 1] -= t5_grad * p[i]
        p_grad[i] -= t5_grad * x[i + 1]
        q_grad[i] += t5_grad
    # x[n - 1] = q[n - 1]
    q_grad[n - 1] += x_grad[n - 1]
    b_grad = np.zeros_like(b)
    a_grad = np.zeros_like(a)
    c_grad = np.zeros_like(c)
    d_grad = np.zeros_like(d)
    for i in reversed(range(1, n)):
        # q[i] = (d[i] - a[i] * q[i - 1]) / m
        t6 = p[i - 1]
        t7 = a[i]
        m = b[i] - t7 * t6
        t8_grad = q_grad[i] / m
        m_grad = -t8_grad * q[i]
        q_grad[i - 1] -= t8_grad * a[i]
        a_grad[i] -= t8_grad * q[i - 1]
        d_grad[i] = t8_grad
        # p[i] = c[i] / m
        t9_grad = p_grad[i]
        m_grad -= t9_grad * p[i] / m
        c_grad[i] = t9_grad / m
        # m = b[i] - a[i] * p[i - 1]
        p_grad[i - 1] -= m_grad * t7
        a_grad[i] -= m_grad * t6
        b_grad[i] = m_grad
    # q[0] = d[0] / b[0]
    t10_grad = q_grad[0]
    b_grad[0] -= t10_grad * t4 / t3
    d_grad[0] += t10_grad / t3
    # p[0] = c[0] / b[0]
    t11_grad = p_grad[0]
    b_grad[0] -= t11_grad * t2 / t1
    c_grad[0] += t11_grad / t1
    return value, (a_grad, b_grad, c_grad, d_grad)
