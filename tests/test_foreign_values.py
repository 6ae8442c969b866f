"""Numbers and arrays whose classes have arithmetic of their own are refused, wherever they come from."""

import decimal
import fractions
import warnings

import numpy as np
import pytest

from s2sad import ArgumentError, NotDifferentiableError, value_and_gradients_function


class Doubling(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return 2 * getattr(ufunc, method)(*map(np.asarray, inputs), **options)


class Tagged(np.ndarray):
    """An array with a name; it computes as any other."""

    def __array_finalize__(self, base):
        self.tag = getattr(base, "tag", "")


class Percent(float):
    def __mul__(self, other):
        return float(self) * other / 100.0


def a_matrix():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return np.matrix([[1.0, 2.0], [3.0, 4.0]])


FOREIGN = [
    (a_matrix(), "np.matrix, which multiplies in its own way; .*: pass it as np.asarray"),
    (np.ma.array([1.0, 2.0], mask=[False, True]), "a masked array; .*: pass it.filled"),
    (np.arange(3.0).view(Doubling), "a Doubling, which has a __array_ufunc__ of its own"),
    (np.rec.array([(1.0,)], dtype=[("a", float)]), "a recarray, which has"),
    (decimal.Decimal("1.5"), "a Decimal; .*: pass it as float"),
    (fractions.Fraction(1, 2), "a Fraction; .*: pass it as float"),
    (Percent(5.0), "a Percent, which has a __mul__ of its own; .*: pass it as float"),
]


def times(x, y):
    return np.sum(x * y)


@pytest.mark.parametrize(("value", "said"), FOREIGN)
def test_arguments(value, said):
    with pytest.raises(ArgumentError, match=f"^y is .*{said}"):
        value_and_gradients_function(times, params=["x"])(2.0, value)
    with pytest.raises(ArgumentError, match=f"^in y is .*{said}"):
        value_and_gradients_function(lambda x, y: times(x, y["b"]), params=["x"])(2.0, {"b": value})


@pytest.mark.parametrize(("value", "said"), FOREIGN)
def test_what_stands_outside(value, said):
    weight = value

    def f(x):
        return np.sum(x * weight)

    with pytest.raises(NotDifferentiableError, match="`weight` is a"):
        value_and_gradients_function(f)(2.0)


def test_one_that_comes_later():
    val_grads = value_and_gradients_function(times)
    assert val_grads(2.0, np.ones((2, 2)))[0] == 8.0
    with pytest.raises(ArgumentError, match="y is an np.matrix"):
        val_grads(2.0, a_matrix())


def test_subclasses_that_compute_as_arrays_do(tmp_path):
    x = np.arange(3.0).view(Tagged)
    value, (gradient, _) = value_and_gradients_function(times)(x, 2.0)
    assert value == 6.0 and type(gradient) is Tagged and gradient.tolist() == [2.0, 2.0, 2.0]
    np.save(tmp_path / "x.npy", np.arange(3.0))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert value_and_gradients_function(times)(mapped, 2.0)[1][0].tolist() == [2.0, 2.0, 2.0]
