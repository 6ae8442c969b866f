"""scipy.spatial.distance: distances of two points, of all pairs of points.

At points that are equal the subgradient is 0. The derivative of all distances between the rows of two arrays sums
w (a - b) over the pairs. It goes row by row, so that no array of three axes is made; the differences are taken first,
since `sum(w) a - w @ B`, one product of matrices, has no digit left of points that are near one another and far from 0.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import distance

from s2sad.kinds import FLOAT, Array, Kind
from s2sad.rules.elementwise import not_zero
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, tangent, unbroadcast
from s2sad.rules.results import dims_of, double_only, numeric, result_dtype, shaped, unknown_dim

PYTHON_NUMBER = type(distance.euclidean([0.0], [1.0])) is float  # before SciPy 1.18

# --- of two points ----------------------------------------------------------------------------------------------------


@adjoint(distance.euclidean)
def euclidean(u, v, *, grad, result):
    of_u = grad / not_zero(result) * (u - v)
    return unbroadcast(of_u), unbroadcast(-of_u)


@tangent(distance.euclidean)
def euclidean_tangent(u, v, *, result, u_dot, v_dot):
    across = (u - v) / not_zero(result)
    return np.sum(across * (u_dot - v_dot))


@adjoint(distance.sqeuclidean)
def squared_euclidean(u, v, *, grad):
    of_u = 2.0 * grad * (u - v)
    return unbroadcast(of_u), unbroadcast(-of_u)


@tangent(distance.sqeuclidean)
def squared_euclidean_tangent(u, v, *, u_dot, v_dot):
    across = 2.0 * (u - v)
    return np.sum(across * (u_dot - v_dot))


@adjoint(distance.cityblock)
def city_block(u, v, *, grad):
    of_u = grad * np.sign(u - v)
    return unbroadcast(of_u), unbroadcast(-of_u)


@tangent(distance.cityblock)
def city_block_tangent(u, v, *, u_dot, v_dot):
    across = np.sign(u - v)
    return np.sum(across * (u_dot - v_dot))


@adjoint(distance.cosine)
def cosine(u, v, *, grad, result):
    m, n = np.linalg.norm(u), np.linalg.norm(v)
    return grad * turned_away(u, v, m, n, result), grad * turned_away(v, u, n, m, result)


@tangent(distance.cosine)
def cosine_tangent(u, v, *, result, u_dot, v_dot):
    m, n = np.linalg.norm(u), np.linalg.norm(v)
    return turned_away(u, v, m, n, result) @ u_dot + turned_away(v, u, n, m, result) @ v_dot


@inline
def turned_away(u, v, length, other, result):
    """How one minus the cosine changes with u: what of v is across u, over both lengths."""
    return ((1.0 - result) / length * u - v / other) / length


@kind(distance.euclidean)
def euclidean_kind(u: Kind, v: Kind) -> Kind:
    return FLOAT if PYTHON_NUMBER else distance_kind(u, v)


@kind(distance.sqeuclidean, distance.cityblock, distance.cosine)
def distance_kind(u: Kind, v: Kind) -> Kind:
    return shaped(double_only(Array(result_dtype(np.subtract, numeric(u), numeric(v)))), ())


# --- of all pairs -----------------------------------------------------------------------------------------------------

METRICS = ("euclidean", "sqeuclidean", "cityblock", "cosine")
OTHER_METRIC = (
    "with this metric: 'euclidean', 'sqeuclidean', 'cityblock' or 'cosine'; or an expression of XA[:, None] - XB"
)


@inline
def weights_of(metric, grad, result):
    """What the difference of two points is weighed by."""
    return 2.0 * grad if metric == "sqeuclidean" else grad / np.where(result == 0, 1.0, result)


def weighed_differences(weights, a, b):
    """The sum of w (a - b) over the rows of b, for each row of a."""
    return np.reshape([w @ (row - b) for w, row in zip(weights, a)], a.shape)


def along_differences(a, b, a_dot, b_dot):
    """(a - b) @ (a_dot - b_dot) of each row of a with each row of b; a tangent may be the number 0."""
    moved = np.broadcast_to(a_dot, a.shape)
    rows = [np.sum((row - b) * (row_dot - b_dot), axis=1) for row, row_dot in zip(a, moved)]
    return np.reshape(rows, (len(a), len(b)))


@inline
def directions(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@adjoint(distance.cdist, cost=1000)
def distances(XA, XB, metric="euclidean", *, grad, result):
    if known(metric not in METRICS):
        return refuse(OTHER_METRIC)
    if metric == "cityblock":
        signs = grad[:, :, None] * np.sign(XA[:, None] - XB)
        return np.sum(signs, axis=1), -np.sum(signs, axis=0)
    if metric == "cosine":
        a, b = directions(XA), directions(XB)
        kept = grad * (1.0 - result)
        return (
            (np.sum(kept, axis=1)[:, None] * a - grad @ b) / np.linalg.norm(XA, axis=1, keepdims=True),
            (np.sum(kept, axis=0)[:, None] * b - grad.T @ a) / np.linalg.norm(XB, axis=1, keepdims=True),
        )
    weights = weights_of(metric, grad, result)
    return weighed_differences(weights, XA, XB), weighed_differences(weights.T, XB, XA)


@tangent(distance.cdist)
def distances_tangent(XA, XB, metric="euclidean", *, result, XA_dot, XB_dot):
    if known(metric not in METRICS):
        return refuse(OTHER_METRIC)
    if metric == "cityblock":
        return np.sum(np.sign(XA[:, None] - XB) * (XA_dot[:, None] - XB_dot), axis=2)
    if metric == "cosine":
        a, b = directions(XA), directions(XB)
        a_dot, b_dot = (
            XA_dot / np.linalg.norm(XA, axis=1, keepdims=True),
            XB_dot / np.linalg.norm(XB, axis=1, keepdims=True),
        )
        along = np.sum(a * a_dot, axis=1)[:, None] + np.sum(b * b_dot, axis=1)
        return along * (1.0 - result) - a_dot @ b.T - a @ b_dot.T
    return weights_of(metric, along_differences(XA, XB, XA_dot, XB_dot), result)


@kind(distance.cdist)
def distances_kind(XA: Kind, XB: Kind, metric: Kind) -> Kind:
    m, n = dims_of(numeric(XA)), dims_of(numeric(XB))
    return Array("float64", None if not m or not n else (m[0], n[0]))


@adjoint(distance.pdist, cost=1000)
def distances_among(X, metric="euclidean", *, grad, result):
    if known(metric not in METRICS):
        return refuse(OTHER_METRIC)
    if metric == "cityblock":
        return np.sum(distance.squareform(grad)[:, :, None] * np.sign(X[:, None] - X), axis=1)
    if metric == "cosine":
        a, kept = directions(X), np.sum(distance.squareform(grad * (1.0 - result)), axis=1)
        return (kept[:, None] * a - distance.squareform(grad) @ a) / np.linalg.norm(X, axis=1, keepdims=True)
    weights = distance.squareform(weights_of(metric, grad, result))
    return weighed_differences(weights, X, X)


@tangent(distance.pdist)
def distances_among_tangent(X, metric="euclidean", *, result, X_dot):
    if known(metric not in METRICS):
        return refuse(OTHER_METRIC)
    if metric == "cityblock":
        moved = np.sum(np.sign(X[:, None] - X) * (X_dot[:, None] - X_dot), axis=2)
        return distance.squareform(moved, checks=False)
    if metric == "cosine":
        a, a_dot = directions(X), X_dot / np.linalg.norm(X, axis=1, keepdims=True)
        along, cross = np.sum(a * a_dot, axis=1), a_dot @ a.T
        kept = distance.squareform(along[:, None] + along, checks=False) * (1.0 - result)
        return kept - distance.squareform(cross + cross.T, checks=False)
    moved = distance.squareform(along_differences(X, X, X_dot, X_dot), checks=False)
    return weights_of(metric, moved, result)


@kind(distance.pdist)
def distances_among_kind(X: Kind, metric: Kind) -> Kind:
    return Array("float64", (unknown_dim(),))


@adjoint(distance.squareform, linear=True, cost=10)
def square_form(X, force="no", checks=True, *, grad):
    """Of a vector the symmetric matrix; of a matrix its part above the diagonal, as a vector."""
    if rank(X) == 1:
        return distance.squareform(grad + grad.T, checks=False)
    return np.triu(distance.squareform(grad))


@kind(distance.squareform)
def square_form_kind(X: Kind, force: Kind, checks: Kind) -> Kind:
    dims, dtype = dims_of(numeric(X)), getattr(numeric(X), "dtype", "")
    if dims is None or len(dims) not in (1, 2):
        return Array(dtype, None)
    n = unknown_dim()
    return Array(dtype, (n, n) if len(dims) == 1 else (n,))
