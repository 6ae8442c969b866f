import numpy as np


def thomas_value_and_gradients(a, b, c, d, dy=1.0):
    """The value of thomas and its gradients with respect to a, b, c and d.

    Made by s2sad from thomas in thomas.py, line 11, for a: float[:], b: float[:], c: float[:],
    d: float[:].
    """
    t1_saved = []
    t2_saved = []
    t3_saved = []
    t4_saved = []
    t5_saved = []
    n = len(d)
    p = np.zeros(n)
    q = np.zeros(n)
    t6 = b[0]
    t7 = c[0] / t6
    p[0] = t7
    t8 = b[0]
    t9 = d[0] / t8
    q[0] = t9
    for i in range(1, n):
        t2 = p[i - 1]
        t2_saved.append(t2)
        m = b[i] - a[i] * t2
        t3 = c[i] / m
        t3_saved.append(t3)
        p[i] = t3
        t4 = q[i - 1]
        t4_saved.append(t4)
        t5 = (d[i] - a[i] * t4) / m
        t5_saved.append(t5)
        q[i] = t5
    x = np.zeros(n)
    x[n - 1] = q[n - 1]
    for i in range(n - 2, -1, -1):
        t1 = x[i + 1]
        t1_saved.append(t1)
        x[i] = q[i] - p[i] * t1
    value = np.sum(x * x)

    # return np.sum(x * x)
    x_grad = 2.0 * dy * x
    q_grad = np.zeros_like(q)
    p_grad = np.zeros_like(p)
    for i in reversed(range(n - 2, -1, -1)):
        # x[i] = q[i] - p[i] * x[i + 1]
        t10_grad = x_grad[i]
        x_grad[i] = 0.0
        t1 = t1_saved.pop()
        t11_grad = -t10_grad * t1
        x_grad[i + 1] -= t10_grad * p[i]
        p_grad[i] += t11_grad
        q_grad[i] += t10_grad
    # x[n - 1] = q[n - 1]
    t12_grad = x_grad[n - 1]
    x_grad[n - 1] = 0.0
    q_grad[n - 1] += t12_grad
    b_grad = np.zeros_like(b)
    a_grad = np.zeros_like(a)
    c_grad = np.zeros_like(c)
    d_grad = np.zeros_like(d)
    for i in reversed(range(1, n)):
        # q[i] = (d[i] - a[i] * q[i - 1]) / m
        t13_grad = q_grad[i]
        q_grad[i] = 0.0
        t14 = a[i]
        t2 = t2_saved.pop()
        m = b[i] - t14 * t2
        t15_grad = t13_grad / m
        t5 = t5_saved.pop()
        m_grad = -t15_grad * t5
        t4 = t4_saved.pop()
        t16_grad = -t15_grad * t4
        q_grad[i - 1] -= t15_grad * a[i]
        a_grad[i] += t16_grad
        d_grad[i] += t15_grad
        # p[i] = c[i] / m
        t17_grad = p_grad[i]
        p_grad[i] = 0.0
        t18_grad = t17_grad / m
        t3 = t3_saved.pop()
        m_grad -= t18_grad * t3
        c_grad[i] += t18_grad
        # m = b[i] - a[i] * p[i - 1]
        t19_grad = -m_grad * t2
        p_grad[i - 1] -= m_grad * t14
        a_grad[i] += t19_grad
        b_grad[i] += m_grad
    # q[0] = d[0] / b[0]
    t20_grad = q_grad[0]
    q_grad[0] = 0.0
    t21_grad = t20_grad / t8
    b_grad[0] -= t21_grad * t9
    d_grad[0] += t21_grad
    # p[0] = c[0] / b[0]
    t22_grad = p_grad[0]
    p_grad[0] = 0.0
    t23_grad = t22_grad / t6
    b_grad[0] -= t23_grad * t7
    c_grad[0] += t23_grad
    return value, (a_grad, b_grad, c_grad, d_grad)
