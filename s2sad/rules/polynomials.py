"""Polynomials of the old interface: their values, their roots, and fits. Coefficients have the highest power first."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind, Scalar
from s2sad.rules.registry import adjoint, inline, kind, known, partials, rank, refuse, tangent  # noqa: F401
from s2sad.rules.results import dims_of, elementwise, floating, length_of, numeric, result_dtype, unknown_dim

# --- values ---------------------------------------------------------------------------------------------------------


@adjoint(np.polyval, cost=50)
def value_of_polynomial(p, x, *, grad):
    if rank(p) != 1:
        return refuse("np.polyval of coefficients that have not one axis: a loop over their rows"), None
    return of_coefficients(p, x, grad), grad * np.polyval(np.polyder(p), x)


@inline
def of_coefficients(p, x, grad):
    """The powers of x, each weighed by the cotangent."""
    if known(rank(x) == 0):
        return grad * np.vander(np.reshape(x, (1,)), len(p))[0]
    if known(rank(x) == 1):
        return grad @ np.vander(x, len(p))
    return np.ravel(grad) @ np.vander(np.ravel(x), len(p))


@tangent(np.polyval)
def value_of_polynomial_tangent(p, x, *, result, p_dot, x_dot):
    slope = np.polyval(np.polyder(p), x)
    if known(result.dtype == np.float64):
        return with_coefficients(p_dot, x) + x_dot * slope
    return with_coefficients(p_dot, x) + x_dot * slope.astype(result.dtype)


def with_coefficients(p_dot, x):
    """The polynomial of the changes of the coefficients."""
    return np.polyval(p_dot, x)


@kind(np.polyval)
def value_kind(p: Kind, x: Kind) -> Kind:
    made = elementwise(np.add, numeric(x), numeric(x))
    return elementwise(np.multiply, made, Array(result_dtype(None, p), ()))


# --- roots ----------------------------------------------------------------------------------------------------------


@adjoint(np.roots, cost=1000)
def roots(p, *, grad, result):
    """A root moves by -dp(r) / p'(r)."""
    slopes = np.polyval(np.polyder(p), result)
    if np.iscomplexobj(p):
        return -(grad / slopes) @ np.vander(result, len(p))
    return -np.real((grad / slopes) @ np.vander(result, len(p)))


@tangent(np.roots)
def roots_tangent(p, *, result, p_dot):
    return -np.polyval(p_dot, result) / np.polyval(np.polyder(p), result)


@kind(np.roots)
def roots_kind(p: Kind) -> Kind:
    return Array("", (unknown_dim(),))


@adjoint(np.poly, cost=100)
def from_roots(seq_of_zeros, *, grad):
    if rank(seq_of_zeros) != 1:
        return refuse("the characteristic polynomial of a matrix: np.poly(np.linalg.eigvalsh(A)) of a symmetric one")
    return from_roots_adjoint(seq_of_zeros, grad)


def from_roots_adjoint(zeros, grad):
    """Without one root, the polynomial of the others says how the coefficients change with it."""
    return np.array([-(grad[1:] @ np.reshape(np.poly(np.delete(zeros, k)), (-1,))) for k in range(len(zeros))])


@tangent(np.poly)
def from_roots_tangent(seq_of_zeros, *, seq_of_zeros_dot):
    if rank(seq_of_zeros) != 1:
        return refuse("the characteristic polynomial of a matrix: np.poly(np.linalg.eigvalsh(A)) of a symmetric one")
    return from_roots_change(seq_of_zeros, seq_of_zeros_dot)


def from_roots_change(zeros, zeros_dot):
    if len(zeros) == 0:
        return np.zeros(1)
    changes = [zeros_dot[k] * np.reshape(np.poly(np.delete(zeros, k)), (-1,)) for k in range(len(zeros))]
    return -np.concatenate((np.zeros_like(zeros_dot[:1]), np.sum(np.stack(changes), axis=0)))


@kind(np.poly)
def from_roots_kind(seq_of_zeros: Kind) -> Kind:
    zeros = numeric(seq_of_zeros)
    dtype = floating(getattr(zeros, "dtype", ""))
    return Array("" if dtype.startswith("complex") else dtype, (unknown_dim(),))


# --- fits -----------------------------------------------------------------------------------------------------------


@adjoint(np.polyfit, cost=5000, wrt=["x", "y", "w"])
def fit(x, y, deg, rcond=None, full=False, w=None, cov=False, *, grad, result):
    """Least squares, with the powers V of the points: g = (V' W^2 V)^-1 grad gives all cotangents."""
    if full or cov is not False:
        return refuse("np.polyfit(..., full=True) or cov=True: give the coefficients alone")
    if np.iscomplexobj(x) or np.iscomplexobj(w):
        return refuse("np.polyfit of complex points or weights: np.linalg.lstsq with np.vander(x, deg + 1)")
    return (
        fit_points_adjoint(x, y, deg, w, grad, result),
        fit_values_adjoint(x, deg, w, grad),
        None,
        None,
        None,
        0.0 if w is None else fit_weights_adjoint(x, y, deg, w, grad, result),
    )


def fit_factor(x, deg, w):
    """R, for which R' R = V' W^2 V."""
    powers = np.vander(x, deg + 1)
    return np.linalg.qr(powers if w is None else w[:, None] * powers, mode="r")


def fit_values_adjoint(x, deg, w, grad):
    r = fit_factor(x, deg, w)
    made = np.vander(x, deg + 1) @ np.linalg.solve(r, np.linalg.solve(r.T, grad))
    return made if w is None else (made.T * (w * w)).T


def fit_points_adjoint(x, y, deg, w, grad, result):
    r = fit_factor(x, deg, w)
    g = np.linalg.solve(r, np.linalg.solve(r.T, grad))
    powers = np.vander(x, deg + 1)
    slopes = powers[:, 1:] * np.arange(deg, 0, -1)
    made = (y - powers @ result) * (slopes @ g[:-1]) - (powers @ g) * (slopes @ result[:-1])
    made = np.sum(made, axis=1) if np.ndim(y) == 2 else made
    return made if w is None else w * w * made


def fit_weights_adjoint(x, y, deg, w, grad, result):
    r = fit_factor(x, deg, w)
    powers = np.vander(x, deg + 1)
    made = (y - powers @ result) * (powers @ np.linalg.solve(r, np.linalg.solve(r.T, grad)))
    return 2.0 * w * (np.sum(made, axis=1) if np.ndim(y) == 2 else made)


@tangent(np.polyfit)
def fit_tangent(x, y, deg, rcond=None, full=False, w=None, cov=False, *, result, x_dot, y_dot, w_dot):
    if full or cov is not False:
        return refuse("np.polyfit(..., full=True) or cov=True: give the coefficients alone")
    if np.iscomplexobj(x) or np.iscomplexobj(w):
        return refuse("np.polyfit of complex points or weights: np.linalg.lstsq with np.vander(x, deg + 1)")
    made = fit_change_of_values(x, deg, w, y_dot) + fit_change_of_points(x, y, deg, w, result, x_dot)
    return made if w is None else made + fit_change_of_weights(x, y, deg, w, result, w_dot)


def fit_change_of_values(x, deg, w, y_dot):
    r = fit_factor(x, deg, w)
    return np.linalg.solve(r, np.linalg.solve(r.T, np.vander(x, deg + 1).T @ weighed(w, y_dot)))


def weighed(w, values):
    """The values, each times the square of its weight."""
    return values if w is None else (values.T * (w * w)).T


def fit_change_of_points(x, y, deg, w, c, x_dot):
    r = fit_factor(x, deg, w)
    powers = np.vander(x, deg + 1)
    slopes = powers[:, 1:] * np.arange(deg, 0, -1)
    turned = slopes.T @ ((y - powers @ c).T * weighed(w, x_dot)).T
    nothing = np.zeros_like(turned[:1]) if deg > 0 else np.zeros_like(c)
    moved = powers.T @ (weighed(w, x_dot) * (slopes @ c[:-1]).T).T
    return np.linalg.solve(r, np.linalg.solve(r.T, np.concatenate((turned, nothing)) - moved))


def fit_change_of_weights(x, y, deg, w, c, w_dot):
    r = fit_factor(x, deg, w)
    powers = np.vander(x, deg + 1)
    return np.linalg.solve(r, np.linalg.solve(r.T, powers.T @ ((y - powers @ c).T * (2.0 * w * w_dot)).T))


@kind(np.polyfit)
def fit_kind(x: Kind, y: Kind, deg: Kind, *options: Kind) -> Kind:
    dims = dims_of(numeric(y))
    dtype = floating(result_dtype(None, x, y, Scalar("float64")))
    degree = length_of(deg)
    first = unknown_dim() if not isinstance(degree.key, int) else length_of_fit(degree.key)
    return Array(dtype, None if not dims else (first, *dims[1:]))


def length_of_fit(degree: int):  # type: ignore[no-untyped-def]
    from s2sad.rules.results import dim_of

    return dim_of(degree + 1)
