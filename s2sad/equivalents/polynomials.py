"""Polynomials of the old interface: vectors of coefficients, the highest power first."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import numpy as np

from s2sad.equivalents.registry import equivalent, part


@part
def zeros_in_front(p, n):
    """The coefficients with zeros in front, up to n of them."""
    return np.concatenate((np.zeros(n - len(p), p.dtype), p))


@equivalent(np.polyadd)
def sum_of_polynomials(a1, a2):
    a1 = np.atleast_1d(a1)
    a2 = np.atleast_1d(a2)
    if len(a1) < len(a2):
        a1 = zeros_in_front(a1, len(a2))
    elif len(a2) < len(a1):
        a2 = zeros_in_front(a2, len(a1))
    return a1 + a2


@equivalent(np.polysub)
def difference_of_polynomials(a1, a2):
    a1 = np.atleast_1d(a1)
    a2 = np.atleast_1d(a2)
    if len(a1) < len(a2):
        a1 = zeros_in_front(a1, len(a2))
    elif len(a2) < len(a1):
        a2 = zeros_in_front(a2, len(a1))
    return a1 - a2


@part
def without_leading_zeros(p):
    """The coefficients from the first that is not zero on; at least the last one."""
    places = np.flatnonzero(p)
    first = places[0] if len(places) > 0 else len(p) - 1
    return p[first:]


@equivalent(np.polymul)
def product_of_polynomials(a1, a2):
    return np.convolve(without_leading_zeros(np.atleast_1d(a1)), without_leading_zeros(np.atleast_1d(a2)))


@equivalent(np.polydiv)
def quotient_of_polynomials(u, v):
    u = np.atleast_1d(u) + 0.0
    v = np.atleast_1d(v) + 0.0
    m = len(u) - 1
    n = len(v) - 1
    scale = 1.0 / v[0]
    q = np.zeros((max(m - n + 1, 1),), (u[0] + v[0]).dtype)
    r = u.astype(q.dtype)
    for k in range(m - n + 1):
        d = scale * r[k]
        q[k] = d
        r[k : k + n + 1] -= d * v
    first = 0
    while first < m and np.allclose(r[first], 0, rtol=1e-14):
        first += 1
    return q, r[first:]


@equivalent(np.polyder)
def derivative_of_polynomial(p, m=1):
    p = np.asarray(p)
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


@equivalent(np.polyint)
def integral_of_polynomial(p, m=1, k=None):
    p = np.asarray(p)
    for i in range(m):
        if k is None:
            constant = np.zeros(1)
        elif np.size(k) == 1:
            constant = np.reshape(k, (1,))
        else:
            constant = np.asarray(k)[i : i + 1]
        p = np.concatenate((p / np.arange(len(p), 0, -1), constant))
    return p


@equivalent(np.polynomial.polynomial.polyval)
def value_of_series(x, c, tensor=True):
    """The coefficients are those of the lowest power first here, and an axis for each polynomial follows."""
    c = np.atleast_1d(c)
    if c.dtype.kind in "biu":
        c = c + 0.0
    if isinstance(x, (tuple, list)):
        x = np.asarray(x)
    if isinstance(x, np.ndarray) and tensor:
        c = c.reshape(c.shape + (1,) * x.ndim)
    value = c[-1] + x * 0
    for k in range(2, len(c) + 1):
        value = c[-k] + value * x
    return value


@part  # also where no gradient flows: what a polynomial object holds is known then
@equivalent(np.polynomial.polyutils.as_series)
def series_of(alist, trim=True):
    if trim:
        raise NotImplementedError("`as_series`, which leaves out zeros at the end of coefficients,")
    rows = [np.atleast_1d(each) for each in alist]
    return [row + 0.0 if row.dtype.kind in "biu" else row.copy() for row in rows]
