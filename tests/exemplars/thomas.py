"""The Thomas algorithm for tridiagonal systems: a forward and a backward recurrence through arrays."""

import numpy as np

SIGNATURE = dict(a="float[:]", b="float[:]", c="float[:]", d="float[:]")
PARAMS = None
_rng = np.random.default_rng(9)
ARGS = (_rng.normal(size=9), 5.0 + _rng.random(9), _rng.normal(size=9), _rng.normal(size=9))


def thomas(a, b, c, d):
    n = len(d)
    p = np.zeros(n)
    q = np.zeros(n)
    p[0] = c[0] / b[0]
    q[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * p[i - 1]
        p[i] = c[i] / m
        q[i] = (d[i] - a[i] * q[i - 1]) / m
    x = np.zeros(n)
    x[n - 1] = q[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = q[i] - p[i] * x[i + 1]
    return np.sum(x * x)


def thomas_value_and_gradients(a, b, c, d, dy=1.0):
    n = len(d)
    p = np.zeros(n)
    q = np.zeros(n)
    p[0] = c[0] / b[0]
    q[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i] * p[i - 1]
        p[i] = c[i] / m
        q[i] = (d[i] - a[i] * q[i - 1]) / m
    x = np.zeros(n)
    x[n - 1] = q[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = q[i] - p[i] * x[i + 1]
    value = np.sum(x * x)

    a_grad = np.zeros_like(a)
    b_grad = np.zeros_like(b)
    c_grad = np.zeros_like(c)
    d_grad = np.zeros_like(d)
    p_grad = np.zeros_like(p)
    q_grad = np.zeros_like(q)
    # return np.sum(x * x)
    x_grad = 2.0 * (dy * x)
    for i in range(n - 1):
        # x[i] = q[i] - p[i] * x[i + 1]
        t1_grad = x_grad[i]
        q_grad[i] += t1_grad
        p_grad[i] -= t1_grad * x[i + 1]
        x_grad[i + 1] -= t1_grad * p[i]
    # x[n - 1] = q[n - 1]
    q_grad[n - 1] += x_grad[n - 1]
    for i in reversed(range(1, n)):
        m = b[i] - a[i] * p[i - 1]
        # q[i] = (d[i] - a[i] * q[i - 1]) / m
        t2_grad = q_grad[i] / m
        d_grad[i] += t2_grad
        a_grad[i] -= t2_grad * q[i - 1]
        q_grad[i - 1] -= t2_grad * a[i]
        m_grad = -t2_grad * q[i]
        # p[i] = c[i] / m
        t3_grad = p_grad[i] / m
        c_grad[i] += t3_grad
        m_grad -= t3_grad * p[i]
        # m = b[i] - a[i] * p[i - 1]
        b_grad[i] += m_grad
        a_grad[i] -= m_grad * p[i - 1]
        p_grad[i - 1] -= m_grad * a[i]
    # q[0] = d[0] / b[0]
    t4_grad = q_grad[0] / b[0]
    d_grad[0] += t4_grad
    b_grad[0] -= t4_grad * q[0]
    # p[0] = c[0] / b[0]
    t5_grad = p_grad[0] / b[0]
    c_grad[0] += t5_grad
    b_grad[0] -= t5_grad * p[0]
    return value, (a_grad, b_grad, c_grad, d_grad)
