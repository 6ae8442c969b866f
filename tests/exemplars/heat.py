"""Heat flow along a rod whose conductivity depends on place, over elements: the profile before each step is kept."""

import numpy as np

SIGNATURE = dict(u="float[:]", k="float[:]", steps=int)
PARAMS = ["u", "k"]
_rng = np.random.default_rng(11)
ARGS = (_rng.normal(size=8), 0.1 + 0.3 * _rng.random(8), 4)


def heat(u, k, steps):
    for _ in range(steps):
        new = u.copy()
        for i in range(1, len(u) - 1):
            new[i] = u[i] + k[i] * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u = new
    return np.sum(u * u)


def heat_value_and_gradients(u, k, steps, dy=1.0):
    u_saved = []
    for _ in range(steps):
        u_saved.append(u)
        new = u.copy()
        for i in range(1, len(u) - 1):
            new[i] = u[i] + k[i] * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u = new
    value = np.sum(u * u)

    k_grad = np.zeros_like(k)
    # return np.sum(u * u)
    u_grad = 2.0 * (dy * u)
    while u_saved:
        u = u_saved.pop()
        # u = new
        new_grad, u_grad = u_grad, np.zeros_like(u)
        for i in reversed(range(1, len(u) - 1)):
            # new[i] = u[i] + k[i] * (u[i - 1] - 2.0 * u[i] + u[i + 1])
            t1_grad = new_grad[i]
            new_grad[i] = 0.0
            t2_grad = t1_grad * k[i]
            k_grad[i] += t1_grad * (u[i - 1] - 2.0 * u[i] + u[i + 1])
            u_grad[i - 1] += t2_grad
            u_grad[i] += t1_grad - 2.0 * t2_grad
            u_grad[i + 1] += t2_grad
        # new = u.copy()
        u_grad += new_grad
    return value, (u_grad, k_grad)
