"""A call that a rule refuses has a derivative by none of its arguments, whichever of them is asked for."""

import numpy as np
import pytest
from scipy import signal, stats

from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp

X = np.array([0.3, 1.2, 0.7])
ROWS = np.array([[1.0, 2.0], [0.5, -1.0]])

REFUSED = {
    "polyval of rows": (lambda x: np.sum(np.polyval(ROWS, x)), "a loop over their rows"),
    "logspace": (lambda x: np.sum(np.logspace(x[0], 1.0, 3, base=np.array([2.0, 3.0, 4.0]))), "array as its base"),
    "gmean": (lambda x: stats.gmean(X, weights=x, dtype=float), "dtype"),
    "csd": (lambda x: np.sum(np.abs(signal.csd(X, x, nperseg=3, average="median")[1])), "median"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_by_each_argument(name):
    f, reason = REFUSED[name]
    with pytest.raises(NotDifferentiableError, match=reason):
        gradients_function(f)(X[:2] if name == "polyval of rows" else X)


@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm"])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("product", [signal.convolve2d, signal.correlate2d])
def test_products_of_complex_images(product, mode, boundary):
    image, kernel = np.outer(X, [1.0, 0.4, -0.6, 2.0]) + 0.3j * np.arange(12.0).reshape(3, 4), ROWS + 0.2j * ROWS.T

    def both(a, b):
        return np.sum(np.abs(product(a, b, mode, boundary)) ** 2)

    def by_kernel(b):
        return np.sum(np.abs(product(image, b, mode, boundary)) ** 2)

    for f, args in ((both, (image, kernel)), (both, (image, ROWS)), (by_kernel, (ROWS,))):
        assert check_gradients(f, *args).ok
        slope = sum(np.sum(np.real(each * arg)) for each, arg in zip(gradients_function(f)(*args), args))
        assert jvp(f, args, args)[1] == pytest.approx(slope)
