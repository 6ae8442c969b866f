"""`v /= e` of an array that nothing else has hold of sets v anew, so that the gradient needs no copy; of others not."""

import dataclasses

import numpy as np
import pytest

from s2sad import value_and_gradients_function

from .checker import Cases, array

own = Cases()
held = Cases()
both = (array(3), array(3, seed=1))


@own(*both)
def softmax(x, w):
    p = np.exp(x - x.max())
    p /= p.sum()
    return w @ p


@own(array(4, 3), array(3, seed=1))
def softmax_of_rows(x, w):
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return np.sum((p @ w) ** 2)


@own(*both)
def in_a_loop(x, w):
    v = np.sin(x)
    for k in range(4):
        v *= np.cos(v)
        if k % 2:
            v /= np.linalg.norm(v)
    return v @ w


@own(*both)
def in_a_while_loop(x, w):
    v = x * w
    while np.linalg.norm(v) > 0.1:
        v *= 0.3 * np.exp(-v)
    return np.sum(v)


@own(*both)
def after_one_branch(x, w):
    v = x * w
    if x[0] > -10.0:
        v **= 2
    v *= 1.0 + v
    return np.sum(v), v[0] * v[1]


@own(*both)
def powers(x, w):
    v = np.exp(x)
    v **= 3
    v **= w[0]
    return v


@own(*both)
def in_a_function(x, w):
    def scaled(u):
        s = u * u
        s /= np.sum(s)
        return s

    return np.sum(scaled(x) * scaled(w) + scaled(x * w))


@pytest.mark.parametrize("each", own, ids=str)
def test_set_anew(each):
    each.check()
    assert "copy" not in value_and_gradients_function(each.f).source(*each.args)


@held(*both)
def items_written_between(x, w):
    v = np.exp(x)
    v[0] = w[1]
    v *= v.sum()
    v[1] += v[0]
    v /= 1.0 + v * v
    return np.sum(v)


@held(*both)
def another_name(x, w):
    v = np.exp(x)
    u = v
    v /= w.sum()
    return np.sum(u * v)


@held(*both, may_refuse=True)
def another_name_later_in_a_loop(x, w):
    v = np.exp(x)
    u = x
    for k in range(3):
        v *= np.sin(u + w[k])
        u = v
    return np.sum(u * v)


@held(*both)
def a_view(x, w):
    v = np.exp(x)
    u = v[1:]
    v *= w[0]
    return np.sum(u)


@held(array(2, 3), array(3, seed=1))
def a_row(x, w):
    v = np.exp(x)
    u = v[0]
    v *= w
    return np.sum(u * u)


@held(*both)
def rows_of_a_loop(x, w):
    v = np.outer(x, w)
    s = 0.0
    for row in v:
        v *= w
        s += np.sum(row)
    return s


@held(*both, may_refuse=True)
def a_view_later_in_a_loop(x, w):
    v, u = np.exp(x), np.zeros(3)
    for k in range(3):
        v *= w
        if k == 0:
            u = v.reshape(3)
    return np.sum(u * v)


@held(*both, may_refuse=True)
def another_view_later_in_a_loop(x, w):
    v, u = np.exp(x), np.zeros((1, 3))
    for k in range(3):
        v *= w
        if k == 0:
            u = np.atleast_2d(v)
    return np.sum(u * v)


@held(*both, may_refuse=True)
def what_is_written_into_is_what_is_given(x, w):
    v, u = np.exp(x), np.zeros(3)
    for k in range(3):
        v *= w
        if k == 0:
            u = np.sin(w, v)
    return np.sum(u * v)


@held(*both)
def in_a_list(x, w):
    v = np.exp(x)
    rows = [v, w]
    v *= w[0]
    return np.sum(rows[0] * v)


@held(*both, may_refuse=True)
def appended_in_a_loop(x, w):
    v, rows = np.exp(x), []
    for k in range(3):
        v *= w[k]
        rows.append(v)
    return np.sum(rows[0] * rows[2])


@held(*both, may_refuse=True)
def kept_by_a_function(x, w):
    kept = []

    def keep(a):
        kept.append(a)
        return a

    v = np.exp(x)
    keep(v)
    v /= w.sum()
    return np.sum(kept[0] * v)


@held(*both)
def read_by_a_function(x, w):
    v = np.exp(x)

    def total():
        return np.sum(v)

    v *= w[0]
    return total()


@dataclasses.dataclass
class Kept:
    data: np.ndarray

    def copy(self):
        return self.data

    def sum(self):
        return self.data


@held(*both)
def methods_of_ones_own(x, w):
    kept = Kept(np.exp(x))
    v = kept.copy()
    v *= w[0]
    u = kept.sum()
    u /= w[1]
    return np.sum(kept.data * v * u)


@held(*both)
def methods_of_ones_own_in_a_loop(x, w):
    kept = Kept(np.exp(x))
    for k in range(3):
        v = kept.copy()
        v *= w[k]
    return np.sum(kept.data)


@held(*both)
def a_parameter(x, w):
    x *= w[0]
    return np.sum(x * x)


@held(array(2, 3), array(3, seed=1))
def transposed(x, w):
    v = np.exp(x)
    u = v.T
    v /= w
    return np.sum(u[1] * v[:, 1])


@held(*both, may_refuse=True)
def chosen(x, w):
    v = np.exp(x)
    u = v if x[0] < 100.0 else w
    v *= w[0]
    return np.sum(u)


@held(array(3), array(3, seed=1))
def swapped(x, w):
    v, u = np.exp(x), np.sin(w)
    for k in range(3):
        v *= w[k]
        v, u = u, v
    return np.sum(v * v) + u[0]


@held(*both)
def set_in_another_function(x, w):
    v = np.exp(x)

    def change():
        nonlocal v
        v = v * 2.0

    change()
    v *= w[0]
    return np.sum(v)


@pytest.mark.parametrize("each", held, ids=str)
def test_held_by_something_else_or_written(each):
    each.check()


def wider(x, w):
    v = np.exp(x)
    v *= w
    return np.sum(v)


def test_arrays_keep_their_shape_and_their_dtype():
    with pytest.raises(ValueError, match="broadcast"):
        value_and_gradients_function(wider)(np.ones(1), np.ones(3))
    narrow = np.array([0.5, 1.0], np.float32)
    value, (x_grad, w_grad) = value_and_gradients_function(lambda x, w: wider(x, w))(narrow, np.array([2.0, 3.0]))
    assert value == wider(narrow, np.array([2.0, 3.0])) and type(value) is np.float32
    assert x_grad.dtype == np.float32 and w_grad.dtype == np.float64


def of_no_axes(x, w):
    v = np.array(x)
    u = v
    v *= w
    return u


def test_an_array_without_axes_stays_one():
    value, _ = value_and_gradients_function(of_no_axes)(2.0, 3.0)
    assert isinstance(value, np.ndarray) and value == 6.0
