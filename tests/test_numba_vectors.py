"""exp and tanh of many numbers at once: accurate to units in the last place, and NumPy's values in any loop."""

from __future__ import annotations

import decimal

import numpy as np
import pytest

pytest.importorskip("numba")

from s2sad import value_and_gradients_function  # noqa: E402
from s2sad.numba_target import standalone_text  # noqa: E402
from s2sad.numba_vectors import of_each  # noqa: E402
from tests.test_jit import assert_close  # noqa: E402

EDGES = [0.0, -0.0, np.inf, -np.inf, np.nan, 709.782712893384, 709.79, -745.13, -745.2, -720.0, 1e300, -1e300, 1e-300,
         -1e-20, 20.0, -30.0, 0.5 * np.log(2.0), -0.5 * np.log(2.0)]  # fmt: skip


def of_numbers(name: str, numbers: np.ndarray) -> np.ndarray:
    """What the text makes of numbers, as Python."""
    scope = {"np": np}
    exec(of_each(name), scope)
    made = numbers.copy()
    scope[f"{name}_of_each"](made, len(made))
    return made


def exactly(name: str, x: float) -> float:
    with decimal.localcontext() as context:
        context.prec = 60
        if name == "exp":
            return float(decimal.Decimal(x).exp())
        e = (-2 * abs(decimal.Decimal(x))).exp()
        return float(((1 - e) / (1 + e)).copy_sign(decimal.Decimal(x)))


@pytest.mark.parametrize("name, units", [("exp", 1), ("tanh", 3)])
def test_units_in_the_last_place(name, units):
    rng = np.random.default_rng(7)
    spread = rng.choice([-1.0, 1.0], 400) * 10.0 ** rng.uniform(-9.0, 1.3, 400)
    numbers = np.concatenate((rng.normal(size=400), spread, rng.uniform(-700.0, 709.0, 400) if name == "exp" else []))
    wanted = np.array([exactly(name, each) for each in numbers])
    assert np.all(np.abs(of_numbers(name, numbers) - wanted) <= units * np.spacing(np.abs(wanted)))


@pytest.mark.parametrize("name", ["exp", "tanh"])
def test_edges(name):
    numbers = np.array(EDGES)
    with np.errstate(all="ignore"):
        wanted, made = getattr(np, name)(numbers), of_numbers(name, numbers)
    np.testing.assert_allclose(made, wanted, rtol=1e-15, atol=5e-324)
    assert np.array_equal(np.signbit(made), np.signbit(wanted))


def one_in_another(x, w):
    h = np.tanh(x * w + 1.0)
    s = 1.0 / (1.0 + np.exp(-h))
    return np.sum(s * h) + np.sum(np.exp(s * h) * np.tanh(x))


def of_rows(A, v):
    e = np.exp(A - np.max(A, axis=1)[:, None])
    return np.sum(np.tanh(e / np.sum(e, axis=1)[:, None] * v), axis=0)


def written_before(x, w):
    """What is written is read by exp afterwards, and before."""
    x = x.copy()
    for _ in range(2):
        y = np.exp(-x * x) * np.tanh(w)
        x[:] = x * y + w
        z = np.tanh(x)
        x += z * np.exp(z)
    return x * y


def chosen(x, w):
    return np.sum(np.where(x > 0.0, np.exp(-x), np.tanh(x * w)))


@pytest.mark.parametrize("count", [5, 40, 700])
@pytest.mark.parametrize("f", [one_in_another, of_rows, written_before, chosen], ids=lambda f: f.__name__)
def test_in_loops(f, count):
    rng = np.random.default_rng(3)
    shapes = [(4, count), (count,)] if f is of_rows else [(count,), (count,)]
    args = [rng.normal(size=shape) for shape in shapes]
    plain, compiled = (value_and_gradients_function(f, jit=jit) for jit in (None, "numba"))
    program = plain.entry_and_arguments(tuple(args), {})[0].program
    assert "_of_each(" in standalone_text(program, f)
    assert_close(plain(*args), compiled(*args))
    if f is not of_rows:
        assert_close(plain(args[0], args[1][:1]), compiled(args[0], args[1][:1]))


def test_what_is_no_number_stays_so():
    def f(x):
        return np.exp(x) + np.tanh(x)

    x = np.resize([1.0, np.inf, -np.inf, np.nan, 800.0], 100)
    plain, compiled = (value_and_gradients_function(f, jit=jit) for jit in (None, "numba"))
    with np.errstate(all="ignore"):
        value, (gradient,) = plain(x)
    made, (derivative,) = compiled(x)
    np.testing.assert_allclose(made, value, rtol=1e-15)
    np.testing.assert_allclose(derivative, gradient, rtol=1e-12, atol=1e-15)
