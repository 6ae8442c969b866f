"""scipy.spatial.distance: more distances of two points, by their definitions.

At points that are equal the subgradient is 0; of the greatest of several differences that are equal each has a share.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import distance

from s2sad.kinds import FLOAT, UNKNOWN, Array, Kind
from s2sad.rules.elementwise import not_zero
from s2sad.rules.registry import adjoint, inline, kind, known, tangent, unbroadcast
from s2sad.rules.results import double_only, numeric, result_dtype, shaped, value_of
from s2sad.rules.scipy.spatial import PYTHON_NUMBER, distance_kind, turned_away

# --- the greatest difference, and powers of them ----------------------------------------------------------------------


@inline
def shares_of_greatest(u, v, result):
    greatest = np.abs(u - v) == result
    return np.sign(u - v) * greatest / float(np.count_nonzero(greatest))


@adjoint(distance.chebyshev)
def greatest_difference(u, v, *, grad, result):
    of_u = grad * shares_of_greatest(u, v, result)
    return unbroadcast(of_u), unbroadcast(-of_u)


@tangent(distance.chebyshev)
def greatest_difference_tangent(u, v, *, result, u_dot, v_dot):
    across = shares_of_greatest(u, v, result)
    return np.sum(across * (u_dot - v_dot))


@inline
def direction_of_power(u, v, p, result):
    """How the norm of u - v with power p changes with u."""
    if known(p == 1):
        return np.sign(u - v)
    if known(p == 2):
        return (u - v) / not_zero(result)
    if known(p == np.inf):
        return shares_of_greatest(u, v, result)
    return np.sign(u - v) * (np.abs(u - v) / not_zero(result)) ** (p - 1.0)


@adjoint(distance.minkowski, wrt=["u", "v"])
def power_distance(u, v, p=2, *, grad, result):
    of_u = grad * direction_of_power(u, v, p, result)
    return unbroadcast(of_u), unbroadcast(-of_u)


@tangent(distance.minkowski)
def power_distance_tangent(u, v, p=2, *, result, u_dot, v_dot):
    across = direction_of_power(u, v, p, result)
    return np.sum(across * (u_dot - v_dot))


# --- relative differences ---------------------------------------------------------------------------------------------


@inline
def relative_to(u, sizes, v):
    """How |u - v| / sizes changes with u, where sizes = |u| + |v|; 0 where that is 0."""
    return (np.sign(u - v) - np.abs(u - v) / sizes * np.sign(u)) / sizes


@adjoint(distance.canberra)
def canberra(u, v, *, grad):
    sizes = not_zero(np.abs(u) + np.abs(v))
    return unbroadcast(grad * relative_to(u, sizes, v)), unbroadcast(grad * relative_to(v, sizes, u))


@tangent(distance.canberra)
def canberra_tangent(u, v, *, u_dot, v_dot):
    sizes = not_zero(np.abs(u) + np.abs(v))
    return np.sum(relative_to(u, sizes, v) * u_dot + relative_to(v, sizes, u) * v_dot)


@adjoint(distance.braycurtis)
def bray_curtis(u, v, *, grad, result):
    share = grad / np.sum(np.abs(u + v))
    apart, together = np.sign(u - v), result * np.sign(u + v)
    return unbroadcast(share * (apart - together)), unbroadcast(-share * (apart + together))


@tangent(distance.braycurtis)
def bray_curtis_tangent(u, v, *, result, u_dot, v_dot):
    apart, together = np.sign(u - v), result * np.sign(u + v)
    return np.sum((apart - together) * u_dot - (apart + together) * v_dot) / np.sum(np.abs(u + v))


# --- with a matrix or variances ---------------------------------------------------------------------------------------


@adjoint(distance.mahalanobis)
def mahalanobis(u, v, VI, *, grad, result):
    across = u - v
    share = grad / (2.0 * not_zero(result))
    of_u = share * ((VI + VI.T) @ across)
    return of_u, -of_u, share * np.outer(across, across)


@tangent(distance.mahalanobis)
def mahalanobis_tangent(u, v, VI, *, result, u_dot, v_dot, VI_dot):
    across = u - v
    along = (VI + VI.T) @ across @ (u_dot - v_dot)
    return (along + across @ VI_dot @ across) / (2.0 * not_zero(result))


@adjoint(distance.seuclidean)
def scaled_euclidean(u, v, V, *, grad, result):
    across = (u - v) / V
    of_u = grad / not_zero(result) * across
    return of_u, -of_u, -grad / (2.0 * not_zero(result)) * across**2


@tangent(distance.seuclidean)
def scaled_euclidean_tangent(u, v, V, *, result, u_dot, v_dot, V_dot):
    across = (u - v) / V
    return np.sum(across * (u_dot - v_dot) - 0.5 * across**2 * V_dot) / not_zero(result)


@adjoint(distance.correlation)
def correlation(u, v, *, grad, result):
    """One minus the cosine of what is left beside the means: its derivative has the mean 0 already."""
    a, b = u - np.mean(u), v - np.mean(v)
    m, n = np.linalg.norm(a), np.linalg.norm(b)
    return grad * turned_away(a, b, m, n, result), grad * turned_away(b, a, n, m, result)


@tangent(distance.correlation)
def correlation_tangent(u, v, *, result, u_dot, v_dot):
    a, b = u - np.mean(u), v - np.mean(v)
    m, n = np.linalg.norm(a), np.linalg.norm(b)
    return turned_away(a, b, m, n, result) @ u_dot + turned_away(b, a, n, m, result) @ v_dot


kind(distance.chebyshev, distance.canberra, distance.braycurtis, distance.correlation)(distance_kind)


@kind(distance.mahalanobis)
def mahalanobis_kind(u: Kind, v: Kind, VI: Kind) -> Kind:
    return distance_of_doubles(u, v)


@kind(distance.seuclidean)
def scaled_euclidean_kind(u: Kind, v: Kind, V: Kind) -> Kind:
    return FLOAT if PYTHON_NUMBER else distance_of_doubles(u, v)


@kind(distance.minkowski)
def power_distance_kind(u: Kind, v: Kind, p: Kind) -> Kind:
    """With p = 2 it is SciPy's own norm that gives it."""
    if not PYTHON_NUMBER:
        return distance_of_doubles(u, v)
    power = value_of(p)
    return UNKNOWN if power is None else FLOAT if power == 2 else distance_of_doubles(u, v)


def distance_of_doubles(u: Kind, v: Kind) -> Kind:
    return shaped(double_only(Array(result_dtype(np.subtract, numeric(u), numeric(v)))), ())
