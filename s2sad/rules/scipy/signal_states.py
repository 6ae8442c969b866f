"""scipy.signal: filters that are given a state, and return the one in which they end.

A filter divides polynomials of the shift with remainder: B X + a[0] Zi = A Y + a[0] Zf, where the last state Zf begins
behind the last sample. All derivatives are those of this identity.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from s2sad.kinds import Array, Kind, Tuple
from s2sad.rules.registry import adjoint, kind, tangent
from s2sad.rules.results import array_dtype, dims_of, double_only, floating, numeric, result_dtype, unknown_dim


def source_of_state(a, y_grad, state_grad):
    """The cotangent of the left side of the identity, along the last axis: the filter 1 / A runs backwards in time, and
    what it has given before it reaches the last sample is the cotangent of the last state."""
    before = signal.lfilter(a, a[:1], np.flip(state_grad, -1))
    return np.flip(signal.lfilter(np.ones_like(a[:1]), a, np.concatenate([before, np.flip(y_grad, -1)], axis=-1)), -1)


def state_adjoint(b, a, x, axis, zi, result, grad):
    """The cotangents of b, a, x and zi."""
    y, last = result[0], result[1]
    y_grad = np.zeros_like(y) if grad[0] is None else grad[0]
    state_grad = np.zeros_like(last) if grad[1] is None else grad[1]
    source = source_of_state(np.atleast_1d(a), np.moveaxis(y_grad, axis, -1), np.moveaxis(state_grad, axis, -1))
    rows, made = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
    n, order = rows.shape[-1], last.shape[axis]
    of_b = np.array([np.sum(source[..., k : k + n] * rows) for k in range(np.size(b))])
    of_a = -np.array([np.sum(source[..., k : k + n] * made) for k in range(np.size(a))])
    of_a[0] += np.sum(source[..., :order] * np.moveaxis(zi, axis, -1))
    of_a[0] -= np.sum(source[..., n:] * np.moveaxis(last, axis, -1))
    of_x = np.flip(signal.lfilter(np.atleast_1d(b), np.ones_like(np.atleast_1d(b)[:1]), np.flip(source, -1)), -1)
    of_zi = np.ravel(a)[0] * source[..., :order]
    return (
        np.reshape(of_b, np.shape(b)),
        np.reshape(of_a, np.shape(a)),
        np.moveaxis(of_x[..., :n], -1, axis),
        np.moveaxis(of_zi, -1, axis),
    )


def state_changes(b, a, x, axis, zi, result, b_dot, a_dot, x_dot, zi_dot):
    """How the signal and the last state change; a tangent may be the number 0."""
    y, last = result[0], result[1]
    b, b_dot = np.atleast_1d(b), np.broadcast_to(b_dot, np.size(b))
    a, a_dot = np.atleast_1d(a), np.broadcast_to(a_dot, np.size(a))
    rows, made = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
    rows_dot = np.moveaxis(np.broadcast_to(x_dot, np.shape(x)), axis, -1)
    n, order = rows.shape[-1], last.shape[axis]
    change = np.zeros((*rows.shape[:-1], n + order), dtype=y.dtype)
    for k in range(len(b)):
        change[..., k : k + n] += b_dot[k] * rows + b[k] * rows_dot
    for k in range(len(a)):
        change[..., k : k + n] -= a_dot[k] * made
    first_dot = np.moveaxis(np.broadcast_to(zi_dot, np.shape(zi)), axis, -1)
    change[..., :order] += a_dot[0] * np.moveaxis(zi, axis, -1) + a[0] * first_dot
    change[..., n:] -= a_dot[0] * np.moveaxis(last, axis, -1)
    nothing = np.zeros((*rows.shape[:-1], len(a) - 1), dtype=y.dtype)
    y_dot, rest = signal.lfilter(np.ones_like(a[:1]), a, change[..., :n], -1, nothing)
    last_dot = change[..., n:] / a[0]
    last_dot[..., : len(a) - 1] += rest
    return np.moveaxis(y_dot, -1, axis), np.moveaxis(last_dot, -1, axis)


def sections_adjoint(sos, x, axis, zi, grad):
    """The cotangents of x and zi, of sections one after the other."""
    source = np.zeros_like(x) if grad[0] is None else grad[0]
    states = np.zeros_like(zi) if grad[1] is None else grad[1]
    source, states = np.moveaxis(source, axis, -1), np.moveaxis(states, axis % x.ndim + 1, -1)
    n = x.shape[axis]
    firsts = np.zeros_like(states)
    for k in reversed(range(len(sos))):
        through = source_of_state(sos[k, 3:], source, states[k])
        firsts[k] = through[..., :2]
        source = np.flip(signal.lfilter(sos[k, :3], sos[k, 3:4], np.flip(through, -1)), -1)[..., :n]
    return np.moveaxis(source, -1, axis), np.moveaxis(firsts, -1, axis % x.ndim + 1)


def sections_changes(sos, x, axis, zi, x_dot, zi_dot):
    """The filter is linear in the signal and the state; a tangent may be the number 0."""
    moved, first = np.broadcast_to(x_dot, np.shape(x)), np.broadcast_to(zi_dot, np.shape(zi))
    return signal.sosfilt(sos, moved, axis, first)


def filter_with_state_kind(b: Kind, a: Kind, x: Kind, zi: Kind) -> Kind:
    b, a, x, zi = numeric(b), numeric(a), numeric(x), numeric(zi)
    dtype, dims = array_dtype(b, a, x, zi), dims_of(x)
    return Tuple((Array(dtype, dims), Array(dtype, None if dims is None else tuple(unknown_dim() for _ in dims))))


def sections_with_state_kind(sos: Kind, x: Kind, zi: Kind) -> Kind:
    sos, x, zi = numeric(sos), numeric(x), numeric(zi)
    dtype = floating(result_dtype(None, sos, x, zi))
    return Tuple((Array(dtype, dims_of(x)), Array(dtype, dims_of(zi))))


# --- the state of a filter whose input has been constant ------------------------------------------------------------


@adjoint(signal.lfilter_zi, cost=300)
def steady_state(b, a, *, grad, result):
    """zi[k] is the sum of (b[j] - c a[j]) / a[0] over j > k, where c = sum(b) / sum(a) is what comes out."""
    made = steady_state_back(b, a, grad, result)
    return made[0], made[1]


def steady_state_back(b, a, grad, result):
    total = np.sum(a)
    gain = np.sum(b) / total
    sums = np.concatenate([np.zeros(1, dtype=grad.dtype), np.cumsum(grad)]) / a[0]
    of_gain = -np.sum(a * sums[: len(a)])
    of_a = -gain * (sums[: len(a)] + of_gain / total)
    of_a[0] -= np.sum(grad * result) / a[0]
    return sums[: len(b)] + of_gain / total, of_a


@tangent(signal.lfilter_zi)
def steady_state_tangent(b, a, *, result, b_dot, a_dot):
    return steady_state_change(b, a, result, b_dot, a_dot)


def steady_state_change(b, a, result, b_dot, a_dot):
    b_dot, a_dot = np.broadcast_to(b_dot, np.shape(b)), np.broadcast_to(a_dot, np.shape(a))
    gain = np.sum(b) / np.sum(a)
    gain_dot = (np.sum(b_dot) - gain * np.sum(a_dot)) / np.sum(a)
    change = np.zeros(len(result) + 1, dtype=result.dtype)
    change[: len(b)] += b_dot
    change[: len(a)] -= gain_dot * a + gain * a_dot
    return (np.flip(np.cumsum(np.flip(change[1:]))) - a_dot[0] * result) / a[0]


@kind(signal.lfilter_zi)
def steady_state_kind(b: Kind, a: Kind) -> Kind:
    double = double_only(numeric(b)) and double_only(numeric(a))
    return Array("float64" if double else "", (unknown_dim(),))
