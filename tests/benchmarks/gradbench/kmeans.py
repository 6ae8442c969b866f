"""kmeans: the cost of a clustering; the gradient with respect to the centroids and the diagonal of the Hessian."""

from __future__ import annotations

import numpy as np

from s2sad import gradients_function, value_and_tangent_function
from tests.benchmarks.gradbench import peers

PARAMS = ["centroids"]
NOTE = "gradient and Hessian diagonal (the Hessian is diagonal: its product with ones); k, n, d as below"


def f(points, centroids):
    squares = np.sum(points * points, axis=1)[:, None] - 2.0 * points @ centroids.T
    squares = squares + np.sum(centroids * centroids, axis=1)
    return np.sum(np.min(squares, axis=1))


def by_hand(points, centroids):
    squares = np.sum(centroids * centroids, axis=1) - 2.0 * points @ centroids.T  # the points' own don't matter
    nearest = np.argmin(squares, axis=1)
    counts = np.bincount(nearest, minlength=len(centroids))
    sums = np.zeros_like(centroids)
    np.add.at(sums, nearest, points)
    gradient = 2.0 * (counts[:, None] * centroids - sums)
    return gradient, np.broadcast_to(2.0 * counts[:, None], centroids.shape)


def ours(args: tuple, jit=None):
    points, centroids = args
    both = value_and_tangent_function(gradients_function(f, params=PARAMS), params=PARAMS, jit=jit)
    ones = np.ones_like(centroids)
    compiled = both.compiled(points, centroids)

    def run():
        (gradient,), (diagonal,) = compiled(points, centroids, ones)
        return gradient, diagonal

    return run


def arguments(size: str) -> tuple:
    k, n, d = {"tiny": (3, 20, 2), "quick": (50, 500, 4), "full": (1000, 10000, 16)}[size]
    rng = np.random.default_rng(5)
    points = rng.normal(size=(n, d))
    return points, points[rng.permutation(n)[:k]] + 0.01


def with_jax(args: tuple):
    moved = peers.transplanted(f, peers.jax_numpy())

    def make(jax):
        def both(points, centroids):
            gradient = jax.grad(lambda c: moved(points, c))
            return jax.jvp(gradient, (centroids,), (jax.numpy.ones_like(centroids),))

        return both

    return peers.jax_compiled(make, args)


def with_autograd(args: tuple):
    import autograd
    import autograd.numpy as anp

    moved = peers.transplanted(f, anp)
    points, centroids = args
    gradient = autograd.grad(lambda c: moved(points, c))
    summed = autograd.grad(lambda c: anp.sum(gradient(c)))
    return lambda: (gradient(centroids), summed(centroids))


def with_torch(args: tuple):
    import torch

    torch.set_num_threads(1)
    points, centroids = peers.torch_arguments(args)

    def cost(c):
        squares = torch.sum(points * points, 1)[:, None] - 2.0 * points @ c.T + torch.sum(c * c, 1)
        return torch.sum(torch.min(squares, 1).values)

    def run():
        c = centroids.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(cost(c), c, create_graph=True)
        (diagonal,) = torch.autograd.grad(torch.sum(gradient), c)
        return gradient, diagonal

    return run


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
