"""scipy.stats: the normal distribution of vectors.

The density's derivatives by the mean and the covariance: T. W. Anderson, "An introduction to multivariate statistical
analysis" (2003), section 3.2. SciPy reads the covariance on and below its diagonal, so the gradient stands there.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from s2sad.kinds import Kind
from s2sad.rules.registry import adjoint, inline, kind, rank, refuse, tangent
from s2sad.rules.results import dims_of, numeric, shaped


@inline
def unusual(x, mean, cov, allow_singular):
    """What the rules below don't say."""
    if np.iscomplexobj(x) or np.iscomplexobj(mean) or np.iscomplexobj(cov):
        return refuse("of complex numbers, of which scipy.stats takes the real parts: use np.real(x)")
    if mean is None or allow_singular or rank(cov) != 2 or rank(mean) != 1 or rank(x) > 2 or rank(x) == 0:
        return refuse("but for vectors x, a vector as mean and a matrix as cov: use stats.norm for numbers")
    return None


@inline
def of_vectors(weights, x, mean, cov):
    """The cotangents of x, mean and cov: weights times those of the logarithm of the density at each vector."""
    w = np.linalg.solve(cov, (x - mean).T).T
    if rank(x) == 1:
        return -weights * w, weights * w, below(weights * (np.outer(w, w) - np.linalg.inv(cov)))
    pulled = weights[:, np.newaxis] * w
    return -pulled, np.sum(pulled, axis=0), below(w.T @ pulled - np.sum(weights) * np.linalg.inv(cov))


def below(a):
    """A symmetric matrix, on and below its diagonal, which counts half."""
    return np.tril(a) - 0.5 * np.diag(np.diag(a))


def of_half(a_dot):
    """The symmetric matrix that is given on and below its diagonal."""
    return np.tril(a_dot) + np.tril(a_dot, -1).T


def moved(w, x_dot):
    return np.sum(w * x_dot, axis=-1)


def widened(w, cov, cov_dot):
    """How the logarithm of the density changes with the covariance."""
    change = of_half(cov_dot)
    return 0.5 * (np.sum(w @ change * w, axis=-1) - np.trace(np.linalg.solve(cov, change)))


@adjoint(stats.multivariate_normal.logpdf, cost=1000)
def vector_normal_log_density(x, mean=None, cov=1, allow_singular=False, *, grad):
    if unusual(x, mean, cov, allow_singular) is not None:
        return unusual(x, mean, cov, allow_singular)
    x_grad, mean_grad, cov_grad = of_vectors(grad, x, mean, cov)
    return x_grad, mean_grad, cov_grad, None


@adjoint(stats.multivariate_normal.pdf, cost=1000)
def vector_normal_density(x, mean=None, cov=1, allow_singular=False, *, grad, result):
    if unusual(x, mean, cov, allow_singular) is not None:
        return unusual(x, mean, cov, allow_singular)
    x_grad, mean_grad, cov_grad = of_vectors(grad * result, x, mean, cov)
    return x_grad, mean_grad, cov_grad, None


@tangent(stats.multivariate_normal.logpdf)
def vector_normal_log_density_tangent(x, mean=None, cov=1, allow_singular=False, *, x_dot, mean_dot, cov_dot):
    if unusual(x, mean, cov, allow_singular) is not None:
        return unusual(x, mean, cov, allow_singular)
    w = np.linalg.solve(cov, (x - mean).T).T
    return moved(w, mean_dot) - moved(w, x_dot) + widened(w, cov, cov_dot)


@tangent(stats.multivariate_normal.pdf)
def vector_normal_density_tangent(x, mean=None, cov=1, allow_singular=False, *, result, x_dot, mean_dot, cov_dot):
    if unusual(x, mean, cov, allow_singular) is not None:
        return unusual(x, mean, cov, allow_singular)
    w = np.linalg.solve(cov, (x - mean).T).T
    return result * (moved(w, mean_dot) - moved(w, x_dot) + widened(w, cov, cov_dot))


@kind(stats.multivariate_normal.logpdf, stats.multivariate_normal.pdf)
def number_for_each_vector(x: Kind, *parameters: Kind) -> Kind:
    dims = dims_of(numeric(x))
    return shaped("float64", None if dims is None else dims[:-1])
