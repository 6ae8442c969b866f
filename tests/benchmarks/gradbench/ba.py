"""ba: bundle adjustment; the sparse Jacobian of the reprojection errors, as its blocks (2 x 15 for each observation)."""

from __future__ import annotations

import numpy as np

from s2sad import gradients_function, make_vjp
from tests.benchmarks.gradbench import peers

PARAMS = ["cams", "points", "w"]
NOTE = "sparse Jacobian, for two cotangents; cameras, points, observations as below"


def project(cams, points):
    rot = cams[:, :3]
    seen = points - cams[:, 3:6]
    theta = np.sqrt(np.sum(rot * rot, axis=1))
    cos, sin = np.cos(theta)[:, None], np.sin(theta)[:, None]
    axis = rot / theta[:, None]
    along = np.sum(axis * seen, axis=1)[:, None]
    turned = seen * cos + np.cross(axis, seen) * sin + axis * (along * (1.0 - cos))
    flat = turned[:, :2] / turned[:, 2:]
    square = np.sum(flat * flat, axis=1)
    scale = 1.0 + cams[:, 9] * square + cams[:, 10] * square * square
    return flat * (scale * cams[:, 6])[:, None] + cams[:, 7:9]


def f(cams, points, w, features):
    """One row for each observation: the camera, the point, the weight that it has."""
    return w[:, None] * (project(cams, points) - features)


def by_hand(cams, points, w, features):
    rot = cams[:, :3]
    seen = points - cams[:, 3:6]
    theta = np.sqrt(np.sum(rot * rot, axis=1))
    cos, sin = np.cos(theta)[:, None], np.sin(theta)[:, None]
    axis = rot / theta[:, None]
    along = np.sum(axis * seen, axis=1)[:, None]
    crossed = np.cross(axis, seen)
    turned = seen * cos + crossed * sin + axis * (along * (1.0 - cos))
    flat = turned[:, :2] / turned[:, 2:]
    square = np.sum(flat * flat, axis=1)
    k1, k2, focal = cams[:, 9], cams[:, 10], cams[:, 6]
    scale = 1.0 + k1 * square + k2 * square * square
    projected = flat * (scale * focal)[:, None] + cams[:, 7:9]
    blocks = []
    for k in range(2):
        cams_grad = np.zeros_like(cams)
        projected_grad = np.zeros_like(flat)
        projected_grad[:, k] = w
        cams_grad[:, 7:9] = projected_grad
        both = projected_grad[:, k] * flat[:, k]
        cams_grad[:, 6] = both * scale
        scale_grad = both * focal
        cams_grad[:, 9] = scale_grad * square
        cams_grad[:, 10] = scale_grad * square * square
        square_grad = scale_grad * (k1 + 2.0 * k2 * square)
        flat_grad = projected_grad * (scale * focal)[:, None] + (2.0 * square_grad)[:, None] * flat
        turned_grad = np.empty_like(turned)
        turned_grad[:, :2] = flat_grad / turned[:, 2:]
        turned_grad[:, 2] = -np.sum(turned_grad[:, :2] * flat, axis=1)
        on_axis = np.sum(turned_grad * axis, axis=1)[:, None]
        along_grad = on_axis * (1.0 - cos)
        seen_grad = turned_grad * cos + np.cross(turned_grad, axis) * sin + axis * along_grad
        axis_grad = np.cross(seen, turned_grad) * sin + turned_grad * (along * (1.0 - cos)) + seen * along_grad
        cos_grad = np.sum(turned_grad * seen, axis=1)[:, None] - on_axis * along
        sin_grad = np.sum(turned_grad * crossed, axis=1)[:, None]
        theta_grad = sin_grad * cos - cos_grad * sin - np.sum(axis_grad * axis, axis=1)[:, None] / theta[:, None]
        cams_grad[:, :3] = axis_grad / theta[:, None] + theta_grad * axis
        cams_grad[:, 3:6] = -seen_grad
        blocks.append((cams_grad, seen_grad, projected[:, k] - features[:, k]))
    return blocks


def ours(args: tuple, jit=None):
    seeds = [np.zeros((len(args[2]), 2)) for _ in range(2)]
    for k, seed in enumerate(seeds):
        seed[:, k] = 1.0
    if jit is not None:
        compiled = gradients_function(f, params=PARAMS, jit=jit).compiled(*args)
        return lambda: [compiled(*args, seed) for seed in seeds]
    pull = make_vjp(f, params=PARAMS)

    def run():
        _, back = pull(*args)
        return [back(seed) for seed in seeds]

    return run


def arguments(size: str) -> tuple:
    cameras, m, p = {"tiny": (2, 3, 5), "quick": (10, 100, 1000), "full": (49, 7776, 31843)}[size]
    rng = np.random.default_rng(6)
    cams = np.concatenate(
        (
            0.3 * rng.normal(size=(cameras, 3)),
            rng.normal(size=(cameras, 3)) - np.array([0.0, 0.0, 9.0]),
            1.0 + rng.random(size=(cameras, 1)),
            rng.normal(size=(cameras, 2)),
            0.01 * rng.normal(size=(cameras, 2)),
        ),
        axis=1,
    )
    points = rng.normal(size=(m, 3))
    seen = rng.integers(cameras, size=p), rng.integers(m, size=p)
    return cams[seen[0]], points[seen[1]], rng.random(size=p), rng.normal(size=(p, 2))


def with_jax(args: tuple):
    def make(jax):
        moved = peers.transplanted(f, jax.numpy)

        def both(cams, points, w, features):
            _, back = jax.vjp(lambda *each: moved(*each, features), cams, points, w)
            one, zero = jax.numpy.ones_like(w), jax.numpy.zeros_like(w)
            return [back(jax.numpy.stack(pair, 1)) for pair in ((one, zero), (zero, one))]

        return both

    peers.jax_numpy()
    return peers.jax_compiled(make, args)


def with_autograd(args: tuple):
    import autograd
    import autograd.numpy as anp

    moved = peers.transplanted(f, anp)
    features = args[3]
    seeds = [np.stack(pair, 1) for pair in ((np.ones(len(features)), np.zeros(len(features))),)]
    seeds.append(seeds[0][:, ::-1].copy())

    def run():
        back, _ = autograd.make_vjp(lambda three: moved(*three, features))(args[:3])
        return [back(seed) for seed in seeds]

    return run


def with_torch(args: tuple):
    import torch

    torch.set_num_threads(1)
    given = peers.torch_arguments(args, (0, 1, 2))
    moved = peers.transplanted(f, Torch(torch))

    def run():
        made = moved(*given)
        return [torch.autograd.grad(torch.sum(made[:, k]), given[:3], retain_graph=k == 0) for k in range(2)]

    return run


class Torch:
    def __init__(self, torch) -> None:
        self.sqrt, self.cos, self.sin = torch.sqrt, torch.cos, torch.sin
        self.sum = lambda a, axis: torch.sum(a, axis)
        self.cross = lambda a, b: torch.linalg.cross(a, b)


def tools() -> dict:
    return {
        "function": peers.called(f),
        "s2sad": ours,
        "s2sad numba": peers.by_numba(ours),
        "by hand": peers.called(by_hand),
        "autograd": with_autograd,
        "jax": with_jax,
        "torch": with_torch,
    }
