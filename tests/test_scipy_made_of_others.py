"""Functions of SciPy that are differentiated as what they are made of: the value, and both modes against differences."""

import numpy as np
import pytest
from scipy import ndimage, optimize, signal, stats

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
    "decimate": (lambda x: signal.decimate(x, 2), np.arange(60.0) % 7.0 + np.arange(60.0) ** 1.2),
    "decimate by weights": (lambda x: signal.decimate(x, 3, ftype="fir", axis=0), np.outer(V, W).repeat(4, axis=0)),
    "decimate once": (lambda x: signal.decimate(x, 2, 3, zero_phase=False), M),
    "decimate once by weights": (lambda x: signal.decimate(x, 2, 4, "fir", zero_phase=False), M),
    "center_of_mass": (lambda x: ndimage.center_of_mass(x)[0] * ndimage.center_of_mass(x)[1], M),
    "centers": (lambda x: np.sum(np.array(ndimage.center_of_mass(x, np.arange(25).reshape(5, 5) % 3, [0, 2])) ** 2), M),
    "center of one": (lambda x: ndimage.center_of_mass(x, np.arange(25).reshape(5, 5) % 3, 1)[1], M),
    "gaussian_filter by width": (lambda x, s: ndimage.gaussian_filter(x, s), M, 0.8),
    "by widths": (lambda x, s, t: ndimage.gaussian_filter(x, (s, t), (0, 1), mode="wrap"), M, 0.8, 1.3),
    "by widths in an array": (
        lambda s: ndimage.gaussian_filter(M, s, mode=["mirror", "nearest"]),
        np.array([0.8, 1.3]),
    ),
    "by one width": (lambda x, s: ndimage.gaussian_filter(x, (s, 0)), M, 0.8),
    "by the width along one axis": (lambda s: ndimage.gaussian_filter(M, s, axes=(1,)), 0.8),
    "gaussian_laplace by width": (lambda x, s: ndimage.gaussian_laplace(x, s), M, 0.8),
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


@pytest.mark.parametrize("prefilter", [True, False])
def test_shift_of_an_image_that_is_continued_by_its_border(prefilter):
    """By the image there is a derivative; by the shift there is none."""
    image = np.random.default_rng(3).normal(size=(4, 5))

    def shifted(a, by=0.6):
        return np.sum(ndimage.shift(a, by, mode="nearest", prefilter=prefilter) ** 2)

    assert check_gradients(lambda a: shifted(a), image).ok
    with pytest.raises(np.linalg.LinAlgError, match="mode='mirror'"):
        gradients_function(shifted, params=["by"])(image, 0.6)
