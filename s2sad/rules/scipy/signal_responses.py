"""scipy.signal: the response of a filter, B(z) / A(z) at points z = exp(-i w) of the unit circle."""

from __future__ import annotations

import numpy as np
from scipy import signal

from s2sad.kinds import Array, Kind, Tuple
from s2sad.rules.linalg_eigen import real_of_real
from s2sad.rules.registry import adjoint, kind, rank, refuse, tangent
from s2sad.rules.results import double_only, numeric, unknown_dim

OTHER_RESPONSE = "of several filters at once: one call for each"


def powers_on_circle(w, fs, c):
    """A row for each frequency: the powers of exp(-i w), as many as c has numbers."""
    return np.exp(-2j * np.pi / fs * np.outer(w, np.arange(np.size(c))))


@adjoint(signal.freqz, several=True, cost=1000)
def response(b, a=1, worN=512, whole=False, plot=None, fs=2 * np.pi, include_nyquist=False, *, grad, result):
    if rank(b) > 1 or rank(a) > 1:
        return refuse(OTHER_RESPONSE), None
    if grad[1] is None:
        return np.zeros_like(b), np.zeros_like(a)
    return (
        real_of_real(response_adjoint(grad[1], result[0], fs, a, b), b),
        real_of_real(-response_adjoint(grad[1] * result[1], result[0], fs, a, a), a),
    )


def response_adjoint(grad, w, fs, a, c):
    """The cotangent of the coefficients c of what was divided by A."""
    through = grad / (powers_on_circle(w, fs, a) @ np.ravel(a))
    return np.reshape(through @ powers_on_circle(w, fs, c), np.shape(c)).astype(np.result_type(c, 1j))


@tangent(signal.freqz)
def response_tangent(b, a=1, worN=512, whole=False, plot=None, fs=2 * np.pi, include_nyquist=False, *, result, b_dot,
                     a_dot):  # fmt: skip
    if rank(b) > 1 or rank(a) > 1:
        return refuse(OTHER_RESPONSE)
    change = response_change(b_dot, result[0], fs, a, b) - response_change_below(a_dot, result[0], fs, a, result[1])
    return np.zeros_like(result[0]), change


def response_change(c_dot, w, fs, a, c):
    return (powers_on_circle(w, fs, c) @ np.ravel(c_dot)) / (powers_on_circle(w, fs, a) @ np.ravel(a))


def response_change_below(a_dot, w, fs, a, h):
    return h * (powers_on_circle(w, fs, a) @ np.ravel(a_dot)) / (powers_on_circle(w, fs, a) @ np.ravel(a))


@kind(signal.freqz)
def response_kind(b: Kind, a: Kind, *options: Kind) -> Kind:
    double = double_only(numeric(b)) and double_only(numeric(a))
    own = ("float64", "complex128") if double else ("", "")
    return Tuple(tuple(Array(dtype, (unknown_dim(),)) for dtype in own))
