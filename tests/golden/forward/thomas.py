import numpy as np


def thomas_value_and_tangent(a, b, c, d, a_dot, b_dot, c_dot, d_dot):
    """The value of thomas, and how it changes when a, b, c and d change by their tangents.

    Made by s2sad from thomas in thomas.py, line 11, for a: float[:], b: float[:], c: float[:],
    d: float[:].
    """
    n = len(d)
    p = np.zeros(n)
    p_dot = np.zeros_like(p)
    q = np.zeros(n)
    q_dot = np.zeros_like(q)
    t1 = b[0]
    t2 = c[0] / t1
    p_dot[0] = (c_dot[0] - b_dot[0] * t2) / t1
    p[0] = t2
    t3 = b[0]
    t4 = d[0] / t3
    q_dot[0] = (d_dot[0] - b_dot[0] * t4) / t3
    q[0] = t4
    for i in range(1, n):
        t5 = a[i]
        t6 = p[i - 1]
        m = b[i] - t5 * t6
        m_dot = b_dot[i] - a_dot[i] * t6 - p_dot[i - 1] * t5
        t7 = c[i] / m
        p_dot[i] = (c_dot[i] - m_dot * t7) / m
        p[i] = t7
        t8 = a[i]
        t9 = q[i - 1]
        t10 = (d[i] - t8 * t9) / m
        q_dot[i] = (d_dot[i] - a_dot[i] * t9 - q_dot[i - 1] * t8 - m_dot * t10) / m
        q[i] = t10
    x = np.zeros(n)
    x_dot = np.zeros_like(x)
    x_dot[n - 1] = q_dot[n - 1]
    x[n - 1] = q[n - 1]
    for i in range(n - 2, -1, -1):
        t11 = p[i]
        t12 = x[i + 1]
        x_dot[i] = q_dot[i] - p_dot[i] * t12 - x_dot[i + 1] * t11
        x[i] = q[i] - t11 * t12
    value = np.sum(x * x)
    value_dot = 2.0 * (x_dot @ x)
    return value, value_dot
