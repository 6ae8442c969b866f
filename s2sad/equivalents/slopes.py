"""Slopes of curves through points: those of scipy.interpolate's PchipInterpolator and Akima1DInterpolator.

`infer_splines.py` puts them beside a spline that is made of values with a gradient.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.equivalents.registry import part


@part
def monotone_slopes(x: Any, y: Any) -> Any:
    """Weighted harmonic means of the slopes on both sides; 0 at a peak (F. Fritsch and J. Butland, "A method for
    constructing local monotone piecewise cubic interpolants", 1984)."""
    h = np.diff(x)
    m = np.diff(y) / h
    if len(y) == 2:
        return np.concatenate((m, m))
    before, behind = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    flat = np.sign(m[1:]) * np.sign(m[:-1]) <= 0.0
    mean = before / np.where(flat, 1.0, m[:-1]) + behind / np.where(flat, 1.0, m[1:])
    inner = np.where(flat, 0.0, (before + behind) / mean)
    first = monotone_end(h[0], h[1], m[0], m[1])
    last = monotone_end(h[-1], h[-2], m[-1], m[-2])
    return np.concatenate(([first], inner, [last]))


@part
def monotone_end(h: Any, next_h: Any, m: Any, next_m: Any) -> Any:
    """At an end, by three points (C. Moler, "Numerical computing with MATLAB", 2004, section 3.6)."""
    slope = ((2.0 * h + next_h) * m - h * next_m) / (h + next_h)
    if np.sign(slope) != np.sign(m):
        return 0.0 * m
    if np.sign(m) != np.sign(next_m) and abs(slope) > 3.0 * abs(m):
        return 3.0 * m
    return slope


@part
def akima_slopes(x: Any, y: Any) -> Any:
    """H. Akima, "A new method of interpolation and smooth curve fitting based on local procedures", 1970."""
    inner = np.diff(y) / np.diff(x)
    if len(y) == 2:
        return np.concatenate((inner, inner))
    left, right = 2.0 * inner[0] - inner[1], 2.0 * inner[-1] - inner[-2]
    m = np.concatenate(([2.0 * left - inner[0], left], inner, [right, 2.0 * right - inner[-1]]))
    changes = np.abs(np.diff(m))
    before, behind = changes[:-2], changes[2:]
    both = before + behind
    turning = both > 1e-9 * np.max(both)
    share = before / np.where(turning, both, 1.0)
    return np.where(turning, m[1:-2] + share * (m[2:-1] - m[1:-2]), 0.5 * (m[3:] + m[:-3]))
