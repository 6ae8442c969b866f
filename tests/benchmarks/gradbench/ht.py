"""ht: hand tracking; the Jacobian of the distances between measured points and a posed hand model.

The model here is made of random bones and vertices, in the numbers of GradBench's data.
"""

from __future__ import annotations

import numpy as np

from s2sad import value_and_tangent_function
from tests.benchmarks.gradbench import peers

PARAMS = ["theta"]
NOTE = "Jacobian in forward mode, one run for each of the 26 parameters; bones, vertices, points as below"


def rotation(angles):
    """Of three angles, about x, z and y."""
    cx, cy, cz = np.cos(angles[0]), np.cos(angles[2]), np.cos(angles[1])
    sx, sy, sz = np.sin(angles[0]), np.sin(angles[2]), np.sin(angles[1])
    return np.array(
        [
            [cy * cz, -cx * sz + sx * sy * cz, sx * sz + cx * sy * cz, 0.0],
            [cy * sz, cx * cz + sx * sy * sz, -sx * cz + cx * sy * sz, 0.0],
            [-sy, sx * cy, cx * cy, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def about_axis(axis_angle):
    """The rotation about an axis by its length."""
    norm = np.sqrt(np.sum(axis_angle * axis_angle))
    x, y, z = axis_angle[0] / norm, axis_angle[1] / norm, axis_angle[2] / norm
    s, c = np.sin(norm), np.cos(norm)
    return np.array(
        [
            [x * x + (1.0 - x * x) * c, x * y * (1.0 - c) - z * s, x * z * (1.0 - c) + y * s],
            [x * y * (1.0 - c) + z * s, y * y + (1.0 - y * y) * c, y * z * (1.0 - c) - x * s],
            [x * z * (1.0 - c) - y * s, z * y * (1.0 - c) + x * s, z * z + (1.0 - z * z) * c],
        ]
    )


def angles_of(theta, bones):
    """Of each bone; the fingers' first joints have two."""
    angles = np.zeros((bones, 3))
    k = 6
    for finger in range(5):
        for joint in range(3):
            bone = 2 + 4 * finger + joint
            angles[bone, 0] = theta[k]
            k += 1
            if joint == 0:
                angles[bone, 1] = theta[k]
                k += 1
    return angles


def f(theta, parents, relatives, inverses, vertices, weights, correspondences, points):
    bones = len(parents)
    angles = angles_of(theta, bones)
    absolute = []
    positions = np.zeros((3, vertices.shape[1]))
    for bone in range(bones):
        own = relatives[bone] @ rotation(angles[bone])
        if parents[bone] >= 0:
            own = absolute[parents[bone]] @ own
        absolute.append(own)
        moved = own @ inverses[bone] @ vertices
        positions = positions + moved[:3] * weights[bone]
    positions = about_axis(theta[:3]) @ positions + theta[3:6][:, None]
    return points - positions[:, correspondences]


def ours(args: tuple, jit=None):
    made = value_and_tangent_function(f, params=PARAMS, jit=jit)
    directions = np.eye(26)
    compiled = made.compiled(*args)
    return lambda: np.stack([compiled(*args, each)[1].ravel() for each in directions], axis=1)


def arguments(size: str) -> tuple:
    vertices, count = {"tiny": (8, 4), "quick": (544, 100), "full": (544, 800)}[size]
    rng = np.random.default_rng(8)
    bones = 22
    parents = np.array([-1, 0, *[0 if k % 4 == 2 else k - 1 for k in range(2, bones)]])
    relatives, inverses = np.zeros((bones, 4, 4)), np.zeros((bones, 4, 4))
    for matrices in (relatives, inverses):
        matrices[:, :3, :3] = np.linalg.qr(rng.normal(size=(bones, 3, 3)))[0]
        matrices[:, :3, 3] = rng.normal(size=(bones, 3))
        matrices[:, 3, 3] = 1.0
    weights = rng.random(size=(bones, vertices))
    return (
        rng.normal(size=26),
        parents,
        relatives,
        inverses,
        np.concatenate((rng.normal(size=(3, vertices)), np.ones((1, vertices)))),
        weights / np.sum(weights, axis=0),
        rng.integers(vertices, size=count),
        rng.normal(size=(3, count)),
    )


ANGLES = [
    (2 + 4 * finger + joint, axis) for finger in range(5) for joint in range(3) for axis in range(2 - (joint > 0))
]


def by_values(numpy, args: tuple):
    """The same without writes into arrays, a function of theta alone."""
    places = np.zeros((20, 22, 3))
    for k, (bone, axis) in enumerate(ANGLES):
        places[k, bone, axis] = 1.0
    stack = getattr(numpy, "stack", None)
    parents = [int(each) for each in args[1]]

    zero = [None]

    def array(rows):
        return stack([stack([each + zero[0] for each in row], -1) for row in rows], -2)

    def rotations(theta, bones):
        """Of all bones at once."""
        angles = numpy.tensordot(theta[6:], numpy.asarray(places), 1).T
        zero[0] = 0.0 * angles[0]
        made = turned(angles)
        zero[0] = 0.0 * theta[0]
        return made

    values = Values(numpy, array)
    turned = peers.transplanted(rotation, values)
    moved = peers.transplanted(f, values, angles_of=rotations, rotation=lambda made: made)
    return lambda theta: moved(theta, parents, *args[2:])


class Values:
    def __init__(self, numpy, array) -> None:
        self.cos, self.sin, self.sqrt, self.sum, self.array = numpy.cos, numpy.sin, numpy.sqrt, numpy.sum, array
        self.zeros = numpy.zeros


def with_jax(args: tuple):
    function = by_values(peers.jax_numpy(), args)

    def make(jax):
        def jacobian(theta):
            made = jax.jacfwd(function)(theta)
            return made.reshape(-1, 26)

        return jacobian

    return peers.jax_compiled(make, args[:1])


def with_autograd(args: tuple):
    import autograd
    import autograd.numpy as anp

    anp.asarray = getattr(anp, "asarray", np.asarray)
    jacobian = autograd.jacobian(by_values(anp, args))
    return lambda: jacobian(args[0]).reshape(-1, 26)


def with_torch(args: tuple):
    import torch

    torch.set_num_threads(1)
    given = [torch.tensor(each) for each in args]

    class Torch:
        cos, sin, sqrt, sum, stack, asarray = torch.cos, torch.sin, torch.sqrt, torch.sum, torch.stack, torch.as_tensor

        @staticmethod
        def zeros(shape):
            return torch.zeros(shape, dtype=torch.float64)

        @staticmethod
        def tensordot(a, b, axes):
            return torch.tensordot(a, b, dims=axes)

    function = by_values(Torch, (given[0], args[1], *given[2:]))
    jacobian = torch.func.jacfwd(function)
    return lambda: jacobian(given[0]).reshape(-1, 26)


def tools() -> dict:
    return {
        "function": peers.called(f),
        "s2sad": ours,
        "s2sad numba": peers.by_numba(ours),
        "autograd": with_autograd,
        "jax": with_jax,
        "torch": with_torch,
    }
