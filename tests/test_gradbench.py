"""The programs of tests/benchmarks/gradbench, at small sizes: s2sad takes them, and their derivatives are right."""

import copy
import importlib

import numpy as np
import pytest

from tests.benchmarks import gradbench
from tests.benchmarks.gradbench import peers

STEP = 1e-6


def problem(name):
    return importlib.import_module(f"tests.benchmarks.gradbench.{name}")


def derivative(name):
    module = problem(name)
    return module, module.arguments("tiny"), peers.derivatives(module.tools()["s2sad"](module.arguments("tiny")))


def along(module, args, direction):
    """The change of the function's value along a direction of its parameters, by central differences."""
    names = module.f.__code__.co_varnames[: len(args)]

    def moved(step):
        made = [copy.deepcopy(each) for each in args]
        for name, each in zip(module.PARAMS, direction):
            made[names.index(name)] = made[names.index(name)] + step * each
        return np.asarray(module.f(*made))

    return (moved(STEP) - moved(-STEP)) / (2.0 * STEP)


def directions(module, args):
    rng = np.random.default_rng(0)
    names = module.f.__code__.co_varnames[: len(args)]
    return [rng.normal(size=np.shape(args[names.index(name)])) for name in module.PARAMS]


@pytest.mark.parametrize("name", [each for each in gradbench.NAMES if each not in ("ba", "ht", "kmeans")])
def test_gradient(name):
    module, args, found = derivative(name)
    direction = directions(module, args)
    change = sum(np.sum(a * b) for a, b in zip(found, direction))
    np.testing.assert_allclose(change, along(module, args, direction), rtol=1e-6)


@pytest.mark.parametrize("name", [each for each in gradbench.NAMES if each != "ht"])
def test_by_hand(name):
    module, args, found = derivative(name)
    by_hand = peers.numbers(module.by_hand(*copy.deepcopy(args)))
    assert len(found) == len(by_hand)
    for one, other in zip(found, by_hand):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_jacobian_of_bundle_adjustment():
    module, args, found = derivative("ba")
    direction = directions(module, args)
    for k in range(2):  # the blocks of one output
        cams, points, w = found[3 * k : 3 * k + 3]
        change = np.sum(cams * direction[0], axis=1) + np.sum(points * direction[1], axis=1) + w * direction[2]
        np.testing.assert_allclose(change, along(module, args, direction)[:, k], rtol=1e-6, atol=1e-6)


def test_jacobian_of_hand_tracking():
    module, args, (found,) = derivative("ht")
    (direction,) = directions(module, args)
    np.testing.assert_allclose(found @ direction, along(module, args, [direction]).ravel(), rtol=1e-6, atol=1e-6)


def test_gradient_and_hessian_of_clustering():
    module, args, (gradient, diagonal) = derivative("kmeans")
    (direction,) = directions(module, args)
    np.testing.assert_allclose(np.sum(gradient * direction), along(module, args, [direction]), rtol=1e-6)
    points, centroids = args
    nearest = np.argmin(np.sum((points[:, None, :] - centroids) ** 2, axis=2), axis=1)
    counts = np.bincount(nearest, minlength=len(centroids))
    np.testing.assert_allclose(diagonal, np.repeat(2.0 * counts[:, None], centroids.shape[1], axis=1))
