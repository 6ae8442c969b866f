"""Calls that write into an argument: what was read before keeps its gradient, what is read after has the new value.

f is quadratic in x, so that central differences are its derivative but for rounding.
"""

import numpy as np
import pytest
import scipy.fft
import scipy.linalg
import scipy.ndimage
import scipy.special

from s2sad import NotDifferentiableError, value_and_gradients_function

FUNCTION = """
def f(x):
    buf = np.array([1.0, 2.0, 3.0])
    places = np.array([1, 2, 3])
    matrix = np.asfortranarray(np.eye(3) + 0.1)
    numbers = np.array([1.0 + 0.0j, 2.0, 3.0])
    y = buf * x * places
    z = matrix @ x + np.real(numbers * x)
    {}
    return np.sum(y * y) + np.sum(z * z) + np.sum(buf * x)
"""
WRITES = """
np.modf(data, buf, np.zeros(3))
np.modf(data, out=(None, buf))
np.frexp(data, buf, np.zeros(3, np.int32))
np.divmod(data, 2.0, out=(np.zeros(3), buf))
np.isnan(data, buf)
np.argmax(np.zeros((2, 3)), 0, places)
np.eye(3).argmax(0, places)
np.cumsum(data, 0, None, buf)
data.cumsum(0, None, buf)
np.eye(3).sum(0, None, buf)
np.eye(3).max(0, buf)
np.eye(3).dot(data, buf)
np.dot(np.eye(3), data, buf)
data.round(1, buf)
np.round(data, 1, buf)
data.take([0, 1, 2], None, buf)
data.compress([True, True, True], 0, buf)
np.compress([True, True, True], data, 0, buf)
np.choose([0, 0, 0], [data, data], buf)
data.clip(0.0, 1.0, buf)
np.floor(data, buf, where=data > 1.0)
np.add(data, data, out=buf, where=data > 1.0)
np.concatenate([data[:1], data[1:]], 0, buf)
np.mean(np.eye(3), 0, None, buf)
np.median(np.eye(3), 0, buf)
np.quantile(np.eye(3), 0.5, 0, buf)
np.nansum(np.eye(3), 0, None, buf)
np.all(np.eye(3), 0, buf)
np.trunc(data, buf)
np.put_along_axis(buf, np.array([0]), 7.0, 0)
np.median(buf, overwrite_input=True)
np.percentile(buf, 50.0, None, None, True)
memoryview(buf).__setitem__(0, 7.0)
buf.view().fill(7.0)
np.ma.array(buf, copy=False).__setitem__(0, 7.0)
[row.fill(7.0) for row in [buf]]
[np.negative(data, row) for row in [buf]]
assert buf.fill(7.0) is None
if np.floor(data, buf)[0] == 0.0: pass
generator().random(3, float, buf)
generator().shuffle(buf)
scipy.ndimage.gaussian_filter1d(data, 1.0, output=buf)
scipy.ndimage.uniform_filter(data, 3, buf)
scipy.special.sici(data, buf, np.zeros(3))
scipy.linalg.inv(matrix, overwrite_a=True)
scipy.linalg.solve(matrix, data, overwrite_a=True)
scipy.linalg.cholesky(matrix, overwrite_a=True)
scipy.fft.fft(numbers, overwrite_x=True)
scipy.fft.dct(buf, overwrite_x=True)
""".strip().split("\n")
X = np.array([1.0, 2.0, 3.0])


def made(line):
    space = {
        "__name__": "made", "np": np, "scipy": scipy, "data": X + 0.25,
        "generator": lambda: np.random.default_rng(1), "held": np.ones(3),
    }  # fmt: skip
    text = FUNCTION.format(line)
    exec(text, space)
    return space["f"], text


@pytest.mark.parametrize("line", WRITES)
def test_writes(line):
    f, text = made(line)
    value, (x_grad,) = value_and_gradients_function(f, source=text)(X)
    steps = 0.5 * np.eye(3)
    assert value == f(X)
    np.testing.assert_allclose(x_grad, [f(X + step) - f(X - step) for step in steps], rtol=1e-12)


REFUSED = {
    "np.modf(x, buf, np.zeros(3))": "the rule for `modf` doesn't know this use of it",
    "np.divmod(data, 2.0, out=(y, buf))": "the rule for `divmod` doesn't know this use of it (out)",
    "scipy.linalg.inv(np.asfortranarray(matrix * x), overwrite_a=True)": "the rule for `inv` doesn't know this use of it (overw",
    "scipy.ndimage.gaussian_filter1d(data, 1.0, output=y)": "the rule for `gaussian_filter1d` doesn't know this use of it (out",
}


@pytest.mark.parametrize("line", REFUSED)
def test_refused_where_a_gradient_is_written_over(line):
    f, text = made(line)
    with pytest.raises(NotDifferentiableError) as error:
        value_and_gradients_function(f, source=text)(X)
    assert REFUSED[line] in str(error.value) and f"    {line}\n" in str(error.value)


def test_copies_keep_the_order_of_the_elements():
    """The value is f's own to the last bit: a matrix product depends on how the elements lie."""
    rng = np.random.default_rng(1)

    def f(a, x):
        y = a @ x
        a[0] = x
        return np.sum(np.sin(y)) + np.sum(a @ x)

    for shape in [(3, 3), (7, 5), (20, 31)]:
        a, x = rng.normal(size=shape), rng.normal(size=shape[1])
        for matrix in (a, np.asfortranarray(a)):
            assert value_and_gradients_function(f)(matrix, x)[0] == f(matrix.copy(order="K"), x)


def test_wrong_axes_fail_as_in_f():
    """What a rule can't say of a wrong call is no defect: f's own error comes."""
    for line in ("np.moveaxis(x, 0, 0)", "np.swapaxes(x, 0, 1)", "np.cumsum(x, axis=1)"):
        space = {"np": np}
        text = f"def f(x):\n    return np.sum({line})\n"
        exec(text, space)
        with pytest.raises(np.exceptions.AxisError):
            value_and_gradients_function(space["f"], source=text)(np.array(2.0))


def test_writes_through_another_name_of_memory():
    """What a comprehension makes of arrays holds the same arrays; what `memoryview` gives may share any memory."""

    def kept(x, rows):
        chosen = [row for row in rows if row[0] > 0]
        y = rows[0] * x
        chosen[0].fill(7.0)
        return np.sum(y * y)

    _, (x_grad,) = value_and_gradients_function(kept, params=["x"])(1.5, [np.ones(2), np.ones(2)])
    assert x_grad == 6.0

    def viewed(x):
        buf = np.ones(3)
        m = memoryview(buf)
        y = buf * x
        m[0] = 5.0
        return np.sum(y * y)

    def raw(x):
        buf = np.ones(3)
        y = buf * x
        np.frombuffer(buf.data).fill(7.0)
        return np.sum(y * y)

    assert value_and_gradients_function(viewed)(1.5) == (viewed(1.5), (9.0,))
    with pytest.raises(NotDifferentiableError):
        value_and_gradients_function(raw)(1.5)


def test_finally_that_does_nothing_stays():
    def f(x):
        try:
            y = x * x
        finally:
            pass
        return y

    assert value_and_gradients_function(f)(1.5) == (2.25, (3.0,))


def test_flat_view_of_an_array_in_a_list():
    def f(x):
        rows = [np.array([1.0, 2.0])]
        y = rows[0] * x
        rows[0].ravel()[0] = 5.0
        return np.sum(y * y)

    assert value_and_gradients_function(f)(1.5) == (f(1.5), (15.0,))


def test_apply_along_axis_gives_a_new_array():
    def f(x):
        made = np.apply_along_axis(lambda row: row, 0, x)
        made.fill(3.0)
        return np.sum(x * x)

    x = np.array([1.0, 2.0])
    value, (x_grad,) = value_and_gradients_function(f)(x)
    assert value == 5.0 and np.array_equal(x_grad, 2.0 * x)


def test_ix_of_what_carries_a_gradient_is_refused():
    def f(x):
        return np.sum(np.ix_(x)[0])

    with pytest.raises(NotDifferentiableError, match="ix_"):
        value_and_gradients_function(f)(np.ones(2))
