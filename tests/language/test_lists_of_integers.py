"""Lists of integers where NumPy takes a shape, axes, or numbers of items: like the tuples of them."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function

from .checker import Cases

case = Cases()
T = np.random.default_rng(1).normal(size=(2, 3, 2))


@case(T)
def reshaped(x):
    return np.sum(x.reshape([3, 4]) @ np.reshape(x, [4, 3]))


@case(T)
def turned(x):
    return np.sum(np.transpose(x, [0, 2, 1]) @ x) + np.sum((x.transpose([0, 2, 1]) @ x) ** 2)


@case(T)
def made(x):
    n = x.shape[0]
    A = np.zeros([n, 3, 2])
    A[0] = x[1]
    return np.sum(A * x * np.ones(shape=[2, 3, 2])) + np.sum(np.full([2, 3], x[0, 0, 0]) * x[:, :, 0])


@case(T)
def padded(x):
    return np.sum(np.pad(x[0], [[1, 1], [0, 0]]) ** 2) + np.sum(np.pad(x[0, 0], [1, 2]) ** 3)


@case(T)
def tiled_and_repeated(x):
    return np.sum(np.tile(x[0], [2, 1]) ** 2) + np.sum(np.broadcast_to(x, [4, 2, 3, 2]) ** 2)


@case(T)
def rolled(x):
    return np.sum(np.roll(x[0], [1, 0], axis=[0, 1]) * x[0]) + np.sum(np.flip(x, [0, 1]) * x)


@case(T)
def moved(x):
    return np.sum(np.moveaxis(x, [0, 1], [1, 0])[0] ** 2 * x[0, :2])


@case(T)
def multiplied(x):
    return np.sum(np.tensordot(x, x, axes=([1, 0], [1, 0])) ** 2) + np.sum(np.tensordot(x, x, [[1], [1]]) ** 2)


@case(T)
def axes_in_a_variable(x):
    order = [2, 0, 1]
    shape = [4, 3]
    return np.sum(np.transpose(x, order)[0] ** 2) + np.sum(x.reshape(shape) ** 3)


@case(T)
def picked_and_left_out(x):
    return np.sum(np.take(x, [0, 2], axis=1) ** 2) + np.sum(np.delete(x, [1], axis=1) ** 3)


@case(T)
def changed_before(x):
    shape = [3, 4]
    shape.reverse()
    return np.sum(x.reshape(shape)[3] ** 2)


@pytest.mark.parametrize("each", case, ids=str)
def test_lists_of_integers(each):
    each.check()


KNOWN = (reshaped, turned, made, padded, tiled_and_repeated, rolled, moved, multiplied, axes_in_a_variable)


@pytest.mark.parametrize("each", [each for each in case if each.f in KNOWN], ids=str)
def test_ranks_are_known(each):
    assert "unbroadcast(" not in value_and_gradients_function(each.f).source(*each.args)


def test_axes_that_numpy_refuses():
    def summed(x):
        return np.sum(np.sum(x, axis=[0, 1]))

    for f in (summed, value_and_gradients_function(summed)):
        with pytest.raises(TypeError):
            f(T)
