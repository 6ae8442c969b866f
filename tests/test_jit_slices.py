"""Compiled: what NumPy does along any axis, to each matrix of a stack or at a mask, and Numba to one vector or matrix;
parameters of a network in lists, dicts and objects."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
import pytest

import s2sad
from s2sad import value_and_gradients_function
from tests import reference
from tests.test_jit import assert_close

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.long

rng = np.random.default_rng(7)


def normal(*shape):
    return rng.normal(size=shape)


def definite(*shape):
    half = normal(*shape)
    return half @ np.swapaxes(half, -1, -2) + 4.0 * np.eye(shape[-1])


def sorted_and_taken(x, w):
    order = np.argsort(x, axis=0)
    taken = np.take_along_axis(x * x, order, axis=0)
    best = np.argmax(x, axis=1)
    total = np.sum(np.sort(x, axis=0) * w) + np.sum(np.sort(x, axis=1)[:, :2] ** 2) + np.sum(taken[:2] * taken[1:3])
    return (
        total + np.sum(np.take_along_axis(x, best[:, None], axis=1) ** 3) + np.sum(np.take(x, [1, 3, 1], axis=1) ** 2)
    )


def sorted_stack(x, w):
    return np.sum(np.sort(x, axis=1)[:, 0] ** 2) + np.sum(np.median(x, axis=2) ** 2) + w * np.sum(np.take(x, 1, axis=1))


def quantiles(x, w):
    low, high = np.percentile(x[:, 0], [25, 75])
    spread = np.sum(np.quantile(x, [0.2, 0.8], axis=0) ** 2) + np.sum((x - np.median(x, axis=1, keepdims=True)) ** 3)
    return spread + w * (high - low)


def over_several_axes(x, w):
    total = np.sum(np.median(x, axis=(0, 2)) ** 2) + np.sum((x - np.median(x, (-1, 1), keepdims=True)) ** 3)
    spread = np.sum(np.quantile(x, [0.2, 0.7], axis=(1, 2)) ** 2) + np.median(x, axis=(0, 1, 2)) ** 2
    return total + spread + w * np.sum(np.percentile(x, 40.0, axis=(2, 0)))


def running(x, w):
    return (
        np.sum(np.cumprod(x, axis=0) * w) + np.sum(np.cumprod(x, axis=1)[:, -1] ** 2) + np.sum(np.cumsum(x, axis=1) * w)
    )


def moved(x, w):
    tiles = np.tile(x, (2, 1)) * np.tile(w[0], (2 * len(x), 1)) + np.tile(x[0], 3)[:5]
    rolled = x * np.roll(x, (1, 2), axis=(0, 1)) * w.T.reshape(x.shape) + w.T.ravel()[0]
    return np.sum(tiles**2) + np.sum(rolled) + np.linalg.norm(x, "fro")


def masked(x, w):
    y = x.copy()
    y[w > 0.0] += w[w > 0.0] * x[w > 0.0]
    y[w <= 0.0] *= 2.0
    y[x > 1.0] = x[x > 1.0] ** 2
    y[x < -1.0] = 0.0
    return np.sum(y * y) + np.sum(np.exp(x[w < 0.5]))


def systems(A, B):
    signs, logs = np.linalg.slogdet(A)
    total = np.sum(np.linalg.solve(A, B) ** 2) + np.sum(signs * logs) + np.sum(np.linalg.inv(A)[:, 0])
    return total + np.sum(np.linalg.det(A)) + np.sum(np.linalg.solve(A[0], B) ** 2)


def factors(A, B):
    values, vectors = np.linalg.eigh(A)
    return (
        np.sum(np.linalg.cholesky(A))
        + np.sum(values**2)
        + np.sum(vectors[:, :, 0] ** 4 @ B[0])
        + np.linalg.det(B[0, :2])
    )


def products(A, B):
    batch = A[:1] @ B
    total = np.sum(batch**2) + np.sum((A @ B[0]) ** 2) + np.sum((A[0] @ B) ** 3) + np.sum((A @ B[0, :, 0]) ** 2)
    pairs = np.tensordot(A, B, axes=((0, 2), (1, 0)))
    return total + np.sum(pairs**2) + np.sum(np.einsum("...ij,...jk->...ik", A, B) ** 2)


MATRIX = normal(5, 6), normal(5, 6)
PROGRAMS = [
    (sorted_and_taken, *MATRIX),
    (sorted_stack, normal(3, 4, 5), 0.7),
    (quantiles, normal(7, 5), 0.7),
    (over_several_axes, normal(3, 4, 2), 0.7),
    (running, *MATRIX),
    (moved, normal(4, 5), normal(4, 5)),
    (masked, *MATRIX),
    (systems, definite(3, 4, 4), normal(3, 4, 2)),
    (factors, definite(3, 4, 4), normal(3, 4, 2)),
    (products, normal(4, 3, 4), normal(4, 4, 2)),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program[0].__name__)
def test_as_the_plain_program(program):
    f, *args = program
    assert_close(value_and_gradients_function(f, jit="numba")(*args), value_and_gradients_function(f)(*args))


def in_order(x, w):
    return np.sum(np.sort(x, axis=0) * w) + np.sum(x[w > 0.0] ** 2)


def test_forward_mode():
    x, w = MATRIX
    assert_close(s2sad.jvp(in_order, (x, w), (w, x), jit="numba"), s2sad.jvp(in_order, (x, w), (w, x)))


def test_products_of_large_matrices():
    A, B = normal(2, 20, 30), normal(2, 30, 10)
    assert_close(value_and_gradients_function(batches, jit="numba")(A, B), value_and_gradients_function(batches)(A, B))


def batches(A, B):
    return np.sum((A @ B) ** 2)


def picked(x, places):
    return np.sum(np.take_along_axis(x, places, axis=1))


def kept(x, mask):
    return np.sum(x[mask])


def test_what_does_not_fit_is_an_error():
    x = np.arange(6.0).reshape(2, 3)
    taken = value_and_gradients_function(picked, params=["x"], jit="numba")
    assert_close(taken(x, np.array([[-1], [0]]))[1][0], np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))
    with pytest.raises(IndexError):
        taken(x, np.array([[3], [0]]))
    masks = value_and_gradients_function(kept, params=["x"], jit="numba")
    assert masks(x, x > 2.0)[0] == 12.0
    with pytest.raises(IndexError):
        masks(x, np.ones((2, 4), bool))
    with pytest.raises(ValueError, match="different lengths|don't fit"):
        value_and_gradients_function(batches, jit="numba")(normal(2, 3, 4), normal(3, 4, 2))


def by_position(A, v, i, k):
    """Without an axis the array is taken flat."""
    return np.sum(np.take(A, i) ** 2) * np.take(A, k) + np.sum(np.take(v, i[:2]) * np.take(v, k))


def beside_numbers(A, v, i, k):
    """A number goes with each index of a vector, and `dy` into each place."""
    whole = np.sum(np.outer(v, v)[:, i[:2]]) + np.sum(np.reshape(v, (4, 1))[i[:2], 0])
    return 1.0 + whole + np.sum(A[i[:2], k] ** 2) + np.sum(A[k, i[:2]] ** 3)


def each_number(A, v, i, k):
    return np.sum(np.vectorize(lambda x: x**2 * k if x > 0.0 else np.sin(x))(A)) * v[0]


def each_pair(A, v, i, k):
    """Arrays of other ranks, and numbers, go together by broadcasting."""
    both = np.vectorize(lambda x, y: x * y if x > y else x + y * y)
    return np.sum(both(A, v) * both(v, 0.5)) + np.sum(both(A[:, :1], v[:3]) ** 2)


@pytest.mark.parametrize("f", [by_position, beside_numbers, each_number, each_pair], ids=lambda f: f.__name__)
def test_at_indices(f):
    args = normal(3, 4), normal(4), np.array([0, 2, -1, 7]), 1
    results = [value_and_gradients_function(f, params=["A", "v"], jit=jit)(*args) for jit in ("numba", None)]
    assert_close(*results)
    if f is by_position:
        with pytest.raises(IndexError):
            value_and_gradients_function(f, params=["A", "v"], jit="numba")(*args[:2], np.array([0, 2, 12]), 1)


# ------------------------------------------------------------------------------------------ parameters of a network
class Pair(NamedTuple):
    W: np.ndarray
    b: np.ndarray


@dataclasses.dataclass
class Layer:
    W: np.ndarray
    b: np.ndarray
    scale: float


def of_pairs(layers, x):
    for W, b in layers[:-1]:
        x = np.maximum(x @ W + b, 0.0)
    W, b = layers[-1]
    return np.sum(np.tanh(x @ W + b))


def of_named_pairs(layers, x):
    for layer in layers:
        x = np.tanh(x @ layer.W + layer.b)
    return np.sum(x * x)


def of_one(layer, x):
    return np.sum(np.tanh(x @ layer.W + layer.b) ** 2)


def of_objects(layers, x):
    for layer in layers:
        x = layer.scale * np.tanh(x @ layer.W + layer.b)
    return np.sum(x * x)


def of_dict(p, x):
    for W, b in p["layers"]:
        x = np.tanh(x @ W + b)
    return np.sum(x @ p["out"])


def pairs(count):
    return [(normal(4, 4), normal(4)) for _ in range(count)]


NETS = [
    (of_pairs, pairs(3)),
    (of_pairs, pairs(20)),  # more than go in as a tuple
    (of_named_pairs, [Pair(*each) for each in pairs(2)]),
    (of_one, Pair(*pairs(1)[0])),
    (of_objects, [Layer(*each, scale) for each, scale in zip(pairs(2), (0.5, 1.5))]),
    (of_dict, {"layers": pairs(2), "out": normal(4)}),
]


@pytest.mark.parametrize(
    "net", NETS, ids=lambda net: f"{net[0].__name__}_{len(net[1]) if isinstance(net[1], list) else 1}"
)
def test_networks(net):
    f, params = net
    x = normal(3, 4)
    plain, jitted = (
        value_and_gradients_function(f, params=[0]),
        value_and_gradients_function(f, params=[0], jit="numba"),
    )
    found, wanted = jitted(params, x), plain(params, x)
    assert [path for path, _ in reference.leaves(found)] == [path for path, _ in reference.leaves(wanted)]
    for (_, one), (_, other) in zip(reference.leaves(found), reference.leaves(wanted)):
        assert_close(one, other)
    gradient = found[1][0]
    assert type(gradient) is type(params)
    if isinstance(params, list):
        assert type(gradient[0]) is type(params[0]) and len(gradient) == len(params)


def test_a_list_is_given_by_compiled_code():
    gradients = value_and_gradients_function(of_pairs, params=[0], jit="numba").compiled(pairs(2), normal(3, 4))
    layers, x = pairs(2), normal(3, 4)

    @numba.njit
    def of_first(W, b, V, c, x):
        _, (found,) = gradients([(W, b), (V, c)], x)
        return found[0][0], found[1][1]

    wanted = value_and_gradients_function(of_pairs, params=[0])(layers, x)[1][0]
    assert_close(of_first(*layers[0], *layers[1], x), (wanted[0][0], wanted[1][1]))
