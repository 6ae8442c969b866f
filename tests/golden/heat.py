import numpy as np


def heat_value_and_gradients(u, k, steps, dy=1.0):
    """The value of heat and its gradients with respect to u and k.

    Made by s2sad from heat in heat.py, line 11, for u: float[:], k: float[:], steps: int.
    """
    u_saved = []
    u = u.copy()
    for _ in range(steps):
        u_saved.append(u)
        new = u.copy()
        for i in range(1, len(u) - 1):
            new[i] = u[i] + k[i] * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u = new
    value = np.sum(u * u)

    # return np.sum(u * u)
    u_grad = 2.0 * dy * u
    k_grad = np.zeros_like(k)
    while u_saved:
        u = u_saved.pop()
        u_grad2 = np.zeros_like(u)
        for i in reversed(range(1, len(u) - 1)):
            # new[i] = u[i] + k[i] * (u[i - 1] - 2.0 * u[i] + u[i + 1])
            t1_grad = u_grad[i]
            u_grad[i] = 0.0
            t2_grad = t1_grad * k[i]
            u_grad2[i + 1] += t2_grad
            u_grad2[i] -= 2.0 * t2_grad
            u_grad2[i - 1] += t2_grad
            k_grad[i] += t1_grad * (u[i - 1] - 2.0 * u[i] + u[i + 1])
            u_grad2[i] += t1_grad
        # new = u.copy()
        u_grad2 += u_grad
        u_grad = u_grad2
    return value, (u_grad, k_grad)
