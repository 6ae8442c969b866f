"""Functions of SciPy that are differentiated as what they are made of: the value, and both modes against differences."""

import numpy as np
import pytest
from scipy import optimize, signal, stats

from s2sad import NotDifferentiableError, check_gradients, gradients_function, hvp, value_and_gradients_function

V, W = np.array([0.7, 1.9, 0.4, 2.3, 1.1]), np.array([0.3, -0.2, 0.9, 0.5, 1.4])
M = np.outer(V, W + 2.0) + np.arange(5.0) * 0.3

MADE = {
    "periodogram": (lambda x: signal.periodogram(x)[1], V),
    "periodogram of more": (lambda x: signal.periodogram(x, 3.0, "hann", 8, scaling="spectrum")[1], V),
    "periodogram of columns": (lambda x: signal.periodogram(x, nfft=4, detrend=False, axis=0)[1], M),
    "frequencies and power": (lambda x: np.sum(np.prod(signal.periodogram(x, window=None), axis=0)), V),
    "coherence": (lambda x, y: signal.coherence(x, y, nperseg=4)[1], np.append(V, W), np.append(W, V**2)),
    "gzscore": (lambda x: stats.gzscore(x), V),
    "gzscore of rows": (lambda x: stats.gzscore(x, axis=1, ddof=1), M),
    "mad": (lambda x: stats.median_abs_deviation(x), V),
    "mad of columns": (lambda x, s: stats.median_abs_deviation(x, 0, scale=s, nan_policy="propagate"), M, 0.7),
    "mad of all": (lambda x: stats.median_abs_deviation(x, axis=None, scale="normal"), M),
    "rosen": (lambda x: optimize.rosen(x), V),
    "rosen of columns": (lambda x: optimize.rosen(x), M),
    "rosen of numbers": (lambda x, y: optimize.rosen([x, y, x * y]), 0.4, 1.3),
    "rosen_der": (lambda x: optimize.rosen_der(x), V),
    "rosen_hess": (lambda x: optimize.rosen_hess(x), V),
    "rosen_hess_prod": (lambda x, p: optimize.rosen_hess_prod(x, p), V, W),
}


@pytest.mark.parametrize("name", MADE)
def test_made_of_others(name):
    f, *args = MADE[name]
    assert np.array_equal(value_and_gradients_function(f)(*args)[0], f(*args))
    assert check_gradients(f, *args).ok


def test_of_rosen_scipy_gives_the_derivatives():
    def f(x):
        return optimize.rosen(x)

    np.testing.assert_allclose(gradients_function(f)(V)[0], optimize.rosen_der(V), rtol=1e-12)
    np.testing.assert_allclose(hvp(f, (V,), (W,))[0], optimize.rosen_hess_prod(V, W), rtol=1e-12)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: stats.median_abs_deviation(x, center=np.mean),
        lambda x: stats.median_abs_deviation(x, nan_policy="omit"),
        lambda x: stats.gzscore(x, nan_policy="omit"),
        lambda x: stats.gmean(x, nan_policy="omit"),
    ],
)
def test_other_ways_are_refused(f):
    with pytest.raises(NotDifferentiableError):
        gradients_function(f)(V)
