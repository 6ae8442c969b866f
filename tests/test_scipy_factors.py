"""Matrices that are factored by SciPy, distributions by the names of their shapes, and what ndimage can't do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg, ndimage, stats

import s2sad
from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp, value_and_gradients_function
from s2sad.rules import refused_special, registry

A = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
SKEW = A + np.array([[0.0, 0.3, 0.0], [0.0, 0.0, 0.0], [-0.4, 0.0, 0.0]])
B = np.array([0.5, 1.2, 2.3])
BS = np.stack([B, B**2], axis=1)


def in_parts(a, b):
    lu, piv = linalg.lu_factor(a)
    return linalg.lu_solve((lu, piv), b, trans=1) ** 2


def twice(a, b):
    factor = linalg.lu_factor(a)
    return linalg.lu_solve(factor, linalg.lu_solve(factor, b))


FACTORS = {
    "lu": (lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b) ** 2, SKEW, B),
    "lu of several": (lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b) ** 2, SKEW, BS),
    "lu transposed": (in_parts, SKEW, B),
    "lu twice": (twice, SKEW, B),
    "cholesky": (lambda a, b: linalg.cho_solve(linalg.cho_factor(a), b) ** 2, A, B),
    "cholesky of several": (lambda a, b: linalg.cho_solve(linalg.cho_factor(a, lower=True), b) ** 2, A, BS),
}


@pytest.mark.parametrize("name", FACTORS)
def test_factors(name):
    """Each element of the matrix by itself: of cho_factor's, those of one triangle have no effect."""
    f, *args = FACTORS[name]
    assert np.all(value_and_gradients_function(f)(*args)[0] == f(*args))
    assert check_gradients(f, *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert np.sum(jvp(f, args, args)[1]) == pytest.approx(slope)


def test_a_factor_is_only_there_to_be_handed_on():
    def f(a):
        lu, _ = linalg.lu_factor(a)
        return np.sum(np.log(np.abs(np.diag(lu))))

    with pytest.raises(NotDifferentiableError, match="lu_factor"):
        s2sad.grad(f)(SKEW)


def test_shapes_of_distributions_by_name():
    def f(x, a):
        return stats.gamma.logpdf(x, a=a, scale=2.0) + stats.t.logpdf(x, df=a) + stats.beta.pdf(x, a=a, b=2.0)

    assert check_gradients(f, np.array([0.2, 0.7]), 1.5).ok


def test_covariance_made_of_a_factor():
    def f(x, mean, root):
        return stats.multivariate_normal.logpdf(x, mean, root @ root.T)

    assert check_gradients(f, B, B * 0.5, np.linalg.cholesky(A)).ok


def test_reasons_of_filters_that_are_not_linear():
    with pytest.raises(NotDifferentiableError, match=r"(?s)`median_filter` chooses among.*sliding_window_view"):
        s2sad.grad(lambda x: np.sum(ndimage.median_filter(x, 3)))(B)
    names = [name for _, _, names in refused_special.NDIMAGE for name in names.split()]
    assert len(set(names)) == len(names)
    assert not [name for name in names if registry.find(getattr(ndimage, name, None))]
