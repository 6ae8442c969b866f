import numpy as np


def heat_value_and_gradients(u, k, steps, dy=1.0):
    """The value of heat and its gradients with respect to u and k.

    Made by s2sad from heat in heat.py, line 11, for u: float[:], k: float[:], steps: int.
    """
    t1_saved = []
    u_saved = []
    t2_saved = []
    u = u.copy()
    for _ in range(steps):
        u_saved.append(u)
        new = u.copy()
        t2 = len(u) - 1
        t2_saved.append(t2)
        for i in range(1, t2):
            t1 = u[i - 1] - 2.0 * u[i] + u[i + 1]
            t1_saved.append(t1)
            new[i] = u[i] + k[i] * t1
        u = new
    t3 = u
    value = np.sum(t3 * t3)

    # return np.sum(u * u)
    u_grad = 2.0 * dy * t3
    k_grad = np.zeros_like(k)
    for _ in range(steps):
        u = u_saved.pop()
        u_grad2 = np.zeros_like(u)
        t2 = t2_saved.pop()
        for i in reversed(range(1, t2)):
            # new[i] = u[i] + k[i] * (u[i - 1] - 2.0 * u[i] + u[i + 1])
            t4_grad = u_grad[i]
            u_grad[i] = 0.0
            t1 = t1_saved.pop()
            t5_grad = t4_grad * t1
            t1_grad = t4_grad * k[i]
            u_grad2[i + 1] += t1_grad
            u_grad2[i] -= 2.0 * t1_grad
            u_grad2[i - 1] += t1_grad
            k_grad[i] += t5_grad
            u_grad2[i] += t4_grad
        # new = u.copy()
        u_grad2 += u_grad
        # u = new
        u_grad = u_grad2
    return value, (u_grad, k_grad)
