"""scipy.integrate's rules that are sums over points. Loaded with the rules of scipy.integrate."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import integrate, special

from s2sad.equivalents.registry import equivalent, part


@equivalent(integrate.fixed_quad)
def fixed_quad(func: Any, a: Any, b: Any, args: Any = (), n: int = 5) -> Any:
    x, w = special.roots_legendre(n)
    if np.isinf(a) or np.isinf(b):
        raise ValueError("Gaussian quadrature is only available for finite limits.")
    y = (b - a) * (x + 1) / 2.0 + a
    return (b - a) / 2.0 * np.sum(w * func(y, *args), axis=-1), None


@part
def equal_intervals(y: Any, d: Any) -> Any:
    """The integral over the first of each two intervals, by the parabola through three points."""
    return d / 3 * (5 * y[..., :-2] / 4 + 2 * y[..., 1:-1] - y[..., 2:] / 4)


@part
def unequal_intervals(y: Any, dx: Any) -> Any:
    x21 = dx[..., :-1]
    share = x21 / (x21 + dx[..., 1:])
    product = share * (x21 / dx[..., 1:])
    first, second = 3 - share, 3 + product + share
    return x21 / 6 * (first * y[..., :-2] + second * y[..., 1:-1] + -product * y[..., 2:])


@equivalent(integrate.cumulative_simpson)
def cumulative_simpson(y: Any, *, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    rows = np.swapaxes(np.asarray(y), axis, -1)
    if rows.shape[-1] < 3:
        return integrate.cumulative_trapezoid(y, x, dx, axis, initial)
    if x is None:
        step = np.asarray(dx) + 0.0  # a number that is not Python's: float32 becomes float64 beside it
        forwards = equal_intervals(rows, step)
        backwards = np.flip(equal_intervals(np.flip(rows, axis=-1), step), axis=-1)
    else:
        steps = np.diff(x if np.ndim(x) == 1 else np.swapaxes(x, axis, -1), axis=-1)
        forwards = unequal_intervals(rows, steps)
        backwards = np.flip(unequal_intervals(np.flip(rows, axis=-1), np.flip(steps, axis=-1)), axis=-1)
    parts = np.zeros(rows[..., 1:].shape, dtype=forwards.dtype)
    parts[..., :-1:2] = forwards[..., ::2]
    parts[..., 1::2] = backwards[..., ::2]
    parts[..., -1] = backwards[..., -1]
    made = np.cumsum(parts, axis=-1)
    if initial is not None:
        made = np.concatenate((np.zeros_like(rows[..., :1]) + initial, made + initial), axis=-1)
    return np.swapaxes(made, -1, axis)


# --- over areas and volumes: integrals of integrals, in SciPy's order (`infer_nested.py` calls these) -----------------


@part
def double_integral(
    func: Any, a: Any, b: Any, gfun: Any, hfun: Any, args: Any = (), epsabs: Any = 1.49e-8, epsrel: Any = 1.49e-8
) -> Any:
    def inner(outer_place: Any) -> Any:
        return integrate.quad(
            func,
            gfun(outer_place) if callable(gfun) else gfun,
            hfun(outer_place) if callable(hfun) else hfun,
            args=(outer_place, *args),
            epsabs=epsabs,
            epsrel=epsrel,
        )[0]

    return integrate.quad(inner, a, b, epsabs=epsabs, epsrel=epsrel)[0]


@part
def triple_integral(
    func: Any, a: Any, b: Any, gfun: Any, hfun: Any, qfun: Any, rfun: Any, args: Any = (), epsabs: Any = 1.49e-8,
    epsrel: Any = 1.49e-8,
) -> Any:  # fmt: skip
    def innermost(middle_place: Any, outer_place: Any) -> Any:
        return integrate.quad(
            func,
            qfun(outer_place, middle_place) if callable(qfun) else qfun,
            rfun(outer_place, middle_place) if callable(rfun) else rfun,
            args=(middle_place, outer_place, *args),
            epsabs=epsabs,
            epsrel=epsrel,
        )[0]

    def inner(outer_place: Any) -> Any:
        return integrate.quad(
            innermost,
            gfun(outer_place) if callable(gfun) else gfun,
            hfun(outer_place) if callable(hfun) else hfun,
            args=(outer_place,),
            epsabs=epsabs,
            epsrel=epsrel,
        )[0]

    return integrate.quad(inner, a, b, epsabs=epsabs, epsrel=epsrel)[0]


@part
def integral_over_two(func: Any, ranges: Any, args: Any = ()) -> Any:
    first, second = ranges

    def inner(outer_place: Any) -> Any:
        return integrate.quad(func, first[0], first[1], args=(outer_place, *args))[0]

    return integrate.quad(inner, second[0], second[1])[0]


@part
def integral_over_three(func: Any, ranges: Any, args: Any = ()) -> Any:
    first, second, third = ranges

    def innermost(middle_place: Any, outer_place: Any) -> Any:
        return integrate.quad(func, first[0], first[1], args=(middle_place, outer_place, *args))[0]

    def inner(outer_place: Any) -> Any:
        return integrate.quad(innermost, second[0], second[1], args=(outer_place,))[0]

    return integrate.quad(inner, third[0], third[1])[0]
