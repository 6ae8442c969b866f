"""particle: where a charged particle hits the ground, by Euler steps with the gradient of a potential; the derivative is
that of the squared distance from the origin with respect to the place of a charge: nested derivatives, and a loop that
ends when it is there."""

from __future__ import annotations

import math

from s2sad import gradients_function
from tests.benchmarks.gradbench import peers

PARAMS = ["w"]
NOTE = "nested derivatives, scalars, a while loop; the time step is as below"


def potential(x, y, w):
    return 1.0 / math.sqrt((x - 10.0) ** 2 + (y - (10.0 - w)) ** 2) + 1.0 / math.sqrt((x - 10.0) ** 2 + y**2)


slopes = gradients_function(potential, params=["x", "y"])


def f(w, dt):
    x, y = 0.0, 8.0
    vx, vy = 0.75, 0.0
    while y + dt * vy > 0.0:
        x_slope, y_slope = slopes(x, y, w)
        x, y = x + dt * vx, y + dt * vy
        vx, vy = vx - dt * x_slope, vy - dt * y_slope
    x = x - y / vy * vx
    return x * x


def by_hand(w, dt):
    x, y, vx, vy = 0.0, 8.0, 0.75, 0.0
    saved = []
    while y + dt * vy > 0.0:
        r, s = x - 10.0, y - (10.0 - w)
        d1, d2 = r * r + s * s, r * r + y * y
        c1, c2 = 1.0 / (d1 * math.sqrt(d1)), 1.0 / (d2 * math.sqrt(d2))
        saved.append((r, s, y, d1, d2, c1, c2))
        x, y = x + dt * vx, y + dt * vy
        vx, vy = vx + dt * r * (c1 + c2), vy + dt * (s * c1 + y_of(saved) * c2)
    ratio = vx / vy
    end = x - y * ratio
    x_grad = 2.0 * end
    y_grad = -x_grad * ratio
    vx_grad = -x_grad * y / vy
    vy_grad = x_grad * y * ratio / vy
    w_grad = 0.0
    while saved:
        r, s, y, d1, d2, c1, c2 = saved.pop()
        force_x, force_y = dt * vx_grad, dt * vy_grad
        vx_grad += dt * x_grad
        vy_grad += dt * y_grad
        c1_grad = -3.0 * c1 / d1 * (force_x * r + force_y * s)
        c2_grad = -3.0 * c2 / d2 * (force_x * r + force_y * y)
        s_grad = force_y * c1 + c1_grad * s
        x_grad += force_x * (c1 + c2) + (c1_grad + c2_grad) * r
        y_grad += s_grad + force_y * c2 + c2_grad * y
        w_grad += s_grad
    return (w_grad,)


def y_of(saved):
    return saved[-1][2]


def arguments(size: str) -> tuple:
    return 0.5, {"tiny": 1.0, "quick": 0.1, "full": 0.01}[size]


def with_autograd(args: tuple):
    import autograd
    import autograd.numpy as anp

    inner = autograd.grad(peers.transplanted(potential, anp, math=anp), (0, 1))
    return lambda: autograd.grad(peers.transplanted(f, anp, slopes=inner, math=anp))(*args)


def with_jax(args: tuple):
    """JAX has no reverse mode of a loop with an unknown end: forward mode, as its users would."""
    jnp = peers.jax_numpy()
    import jax

    inner = jax.grad(peers.transplanted(potential, jnp, math=jnp), (0, 1))

    def fall(w, dt):
        def on(state):
            return state[1] + dt * state[3] > 0.0

        def step(state):
            x, y, vx, vy = state
            x_slope, y_slope = inner(x, y, w)
            return x + dt * vx, y + dt * vy, vx - dt * x_slope, vy - dt * y_slope

        start = tuple(jnp.asarray(each) + 0.0 * w for each in (0.0, 8.0, 0.75, 0.0))
        x, y, vx, vy = jax.lax.while_loop(on, step, start)
        return (x - y / vy * vx) ** 2

    return peers.jax_compiled(lambda jax: lambda w, dt: (jax.jvp(lambda w: fall(w, dt), (w,), (1.0,))[1],), args)


def with_torch(args: tuple):
    import torch

    moved = peers.transplanted(potential, torch, math=torch)

    def inner(x, y, w):
        return torch.autograd.grad(moved(x, y, w), (x, y), create_graph=True)

    def fall(w, dt):
        x, y, vx, vy = (torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in (0.0, 8.0, 0.75, 0.0))
        while y + dt * vy > 0.0:
            x_slope, y_slope = inner(x, y, w)
            x, y = x + dt * vx, y + dt * vy
            vx, vy = vx - dt * x_slope, vy - dt * y_slope
        return (x - y / vy * vx) ** 2

    return peers.torch_gradients(fall, (0,))(args)


def tools() -> dict:
    return peers.columns(f, PARAMS, by_hand, autograd=with_autograd, jax=with_jax, torch=with_torch)
