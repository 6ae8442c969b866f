"""Solutions of initial value problems: helpers that say how they follow the start and the parameters.

Reverse mode solves the continuous adjoint equation backwards in time: where y' = f(t, y, p) and the value changes by
`grad` per change of y at the times that were asked for,

    a' = -a @ df/dy,    a jumps by `grad` at each of these times,    dp = integral of a @ df/dp,    dy0 = a at the start

(L. S. Pontryagin et al., "The mathematical theory of optimal processes", 1962; R. T. Q. Chen et al., "Neural ordinary
differential equations", 2018, appendix B). Of the solution it takes the solver's own interpolation, so that a stiff
system isn't integrated backwards (P. Kidger, "On neural differential equations", 2022, section 5.1.2, on what goes
wrong there). The equation is solved with the solver's method and tolerances, `atol` being that of an adjoint whose
largest element is 1; the integral is computed on the steps of that, by Gauss' rule with four points, so that the
parameters need no tolerance. Forward mode solves the variational equation with the system itself, at the same times.

What comes out is the derivative of the exact solution, to about the error that the solution itself has. It isn't the
derivative of the numbers that the solver computes, which depend on p by the choice of its steps, too. So a solution at
steps that the solver chose has a derivative only at its ends: anywhere else an error is raised, or it is NaN.

By the times: y(t) changes with t by f(t, y), and with the time of the start as it does when y0 changes by
-f(t0, y0) (E. Hairer, S. P. Norsett, G. Wanner, "Solving ordinary differential equations I", 1993, section I.14).
"""

from __future__ import annotations

import numpy as np
from scipy import integrate


def sum_of_parts(one, other):
    """one + other, of numbers and arrays, and of lists and dicts of these."""
    if isinstance(one, (list, tuple)):
        return [sum_of_parts(a, b) for a, b in zip(one, other)]
    if isinstance(one, dict):
        return {key: sum_of_parts(one[key], other[key]) for key in one}
    return one + other


def ivp_adjoint(
    solution,
    y_grad,
    parameters,
    y0,
    forward,
    backward,
    method="RK45",
    rtol=1e-3,
    atol=1e-6,
    max_step=np.inf,
    times_given=False,
):
    """The gradients of a solution of y' = f(t, y, *parameters) with respect to its start and the parameters.

    The adjoint equation is solved backwards in time, and integrals along it are computed by Gauss' rule.
    """

    def pullback(t, adjoint):
        return backward(forward(t, solution.sol(t), *parameters)[-1], adjoint)

    def slope(t, adjoint):
        return -pullback(t, adjoint)[0]

    if not times_given and np.any(y_grad[:, 1:-1]):
        raise ValueError("a gradient with respect to the solution at steps that the solver chose: give it t_eval")
    nodes, weights = np.polynomial.legendre.leggauss(4)
    starts = np.concatenate((solution.sol.ts[:1], solution.t[:-1]))
    adjoint = np.zeros(len(y0))
    totals = pullback(solution.t[-1], adjoint)[1:]  # zeros
    for start, end, jump in zip(starts[::-1], solution.t[::-1], y_grad.T[::-1]):
        adjoint = adjoint + jump
        size = np.max(np.abs(adjoint))
        if start == end or size == 0.0:
            continue
        part = integrate.solve_ivp(
            slope,
            (end, start),
            adjoint / size,
            method=method,
            dense_output=True,
            rtol=rtol,
            atol=np.min(atol),
            max_step=max_step,
        )
        if not part.success:
            raise ArithmeticError("the adjoint equation: " + part.message)
        for early, late in zip(part.t[1:], part.t[:-1]) if totals else ():
            for node, weight in zip(nodes, weights):
                t = 0.5 * (early + late) + 0.5 * (late - early) * node
                rates = pullback(t, 0.5 * (late - early) * weight * size * part.sol(t))[1:]
                totals = sum_of_parts(totals, rates)
        adjoint = size * part.y[:, -1]
    return [adjoint, *totals]


def ivp_tangent(
    solution,
    parameters,
    parameters_dot,
    y0,
    y0_dot,
    with_tangent,
    span=None,
    method="RK45",
    rtol=1e-3,
    atol=1e-6,
    max_step=np.inf,
    times_given=False,
):
    """How a solution of y' = f(t, y, *parameters) changes: the variational equation, solved with the system itself."""
    n = len(y0)
    tolerance = np.concatenate((atol + np.zeros(n), np.min(atol) + np.zeros(n)))

    def both(t, state, size):
        value, value_dot = with_tangent(t, state[:n], *parameters, size * state[n:], *parameters_dot)
        return np.concatenate((value, value_dot / size))

    def change(size):
        whole = integrate.solve_ivp(
            both,
            span,
            np.concatenate((y0, y0_dot / size)),
            method=method,
            t_eval=solution.t,
            rtol=rtol,
            atol=tolerance,
            max_step=max_step,
            args=(size,),
        )
        if not whole.success:
            raise ArithmeticError("the variational equation: " + whole.message)
        return size * whole.y[n:]

    size = np.max(np.abs(y0_dot)) or 1.0
    y_dot = change(size)
    largest = np.max(np.abs(y_dot))
    if 0.0 < largest < 0.1 * size:  # again, with a tolerance for a change as large as that
        y_dot = change(largest)
    if not times_given:  # then the solver's steps change, too, all but the first and the last
        order = np.arange(len(solution.t))
        y_dot = np.where((order > 0) & (order < order[-1]), np.nan, y_dot)
    return y_dot


def odeint_adjoint(
    y, y_grad, parameters, y0, forward, backward, times=None, tfirst=False, rtol=1.49012e-8, atol=1.49012e-8
):
    """The gradients of what `odeint` gives with respect to the start and the parameters, by the adjoint equation.

    The system is solved once more, for an interpolation of its solution.
    """

    def ordered(t, state, *parameters):
        return forward(t, state, *parameters) if tfirst else forward(state, t, *parameters)

    solution = integrate.solve_ivp(
        lambda t, state: ordered(t, state, *parameters)[0],
        (times[0], times[-1]),
        y0,
        method="LSODA",
        t_eval=times,
        dense_output=True,
        rtol=rtol,
        atol=atol,
    )
    return ivp_adjoint(solution, y_grad.T, parameters, y0, ordered, backward, "LSODA", rtol, atol, np.inf, True)


def odeint_tangent(
    y,
    parameters,
    parameters_dot,
    y0,
    y0_dot,
    with_tangent,
    times=None,
    tfirst=False,
    rtol=1.49012e-8,
    atol=1.49012e-8,
):
    """How what `odeint` gives changes: the variational equation, solved with the system itself."""
    n = len(y0)
    tolerance = np.concatenate((atol + np.zeros(n), np.min(atol) + np.zeros(n)))

    def both(t, state, size):
        y_dot = size * state[n:]
        if tfirst:
            value, value_dot = with_tangent(t, state[:n], *parameters, y_dot, *parameters_dot)
        else:
            value, value_dot = with_tangent(state[:n], t, *parameters, y_dot, *parameters_dot)
        return np.concatenate((value, value_dot / size))

    def change(size):
        start = np.concatenate((y0, y0_dot / size))
        whole = integrate.odeint(both, start, times, args=(size,), tfirst=True, rtol=np.min(rtol), atol=tolerance)
        return size * whole[:, n:]

    size = np.max(np.abs(y0_dot)) or 1.0
    y_dot = change(size)
    largest = np.max(np.abs(y_dot))
    return change(largest) if 0.0 < largest < 0.1 * size else y_dot


# --- by the times, too ----------------------------------------------------------------------------------------------


def ivp_and_times_adjoint(
    solution,
    y_grad,
    parameters,
    y0,
    times,
    forward,
    backward,
    method="RK45",
    rtol=1e-3,
    atol=1e-6,
    max_step=np.inf,
    times_given=False,
):
    """As ivp_adjoint, and the gradient with respect to the times: of the start, and of the end or those asked for."""
    made = ivp_adjoint(solution, y_grad, parameters, y0, forward, backward, method, rtol, atol, max_step, times_given)
    rates = [forward(t, y, *parameters)[0] for t, y in zip(solution.t, solution.y.T)]
    slopes = [rate @ grad for rate, grad in zip(rates, y_grad.T)]
    start_grad = -made[0] @ forward(times[0], y0, *parameters)[0]
    times_grad = [start_grad, *slopes] if times_given else [start_grad + slopes[0], slopes[-1]]
    return [made[0], np.array(times_grad), *made[1:]]


def ivp_and_times_tangent(
    solution,
    parameters,
    parameters_dot,
    y0,
    y0_dot,
    times,
    times_dot,
    with_tangent,
    span=None,
    method="RK45",
    rtol=1e-3,
    atol=1e-6,
    max_step=np.inf,
    times_given=False,
):
    """As ivp_tangent, where the times change, too: of the start, and of the end or those asked for."""

    def rate(t, y):
        return with_tangent(t, y, *parameters, 0.0 * y, *parameters_dot)[0]

    start_dot = y0_dot - times_dot[0] * rate(times[0], y0)
    y_dot = ivp_tangent(
        solution,
        parameters,
        parameters_dot,
        y0,
        start_dot,
        with_tangent,
        span,
        method,
        rtol,
        atol,
        max_step,
        times_given,
    )
    for k in range(len(solution.t)):  # NaN in between, where the solver chose the steps
        change = times_dot[1 + k] if times_given else times_dot[0] if k == 0 else times_dot[1]
        y_dot[:, k] += change * rate(solution.t[k], solution.y[:, k])
    return y_dot


def odeint_and_times_adjoint(
    y,
    y_grad,
    parameters,
    y0,
    times_asked,
    forward,
    backward,
    times=None,
    tfirst=False,
    rtol=1.49012e-8,
    atol=1.49012e-8,
):
    """As odeint_adjoint, and the gradient with respect to the times, of which the first is that of the start."""

    def rate(t, state):
        return (forward(t, state, *parameters) if tfirst else forward(state, t, *parameters))[0]

    made = odeint_adjoint(y, y_grad, parameters, y0, forward, backward, times, tfirst, rtol, atol)
    times_grad = np.array([rate(t, state) @ grad for t, state, grad in zip(times, y, y_grad)])
    times_grad[0] -= made[0] @ rate(times[0], y0)
    return [made[0], times_grad, *made[1:]]


def odeint_and_times_tangent(
    y,
    parameters,
    parameters_dot,
    y0,
    y0_dot,
    times_asked,
    times_dot,
    with_tangent,
    times=None,
    tfirst=False,
    rtol=1.49012e-8,
    atol=1.49012e-8,
):
    """As odeint_tangent, where the times change, too."""

    def rate(t, state):
        given = (t, state) if tfirst else (state, t)
        return with_tangent(*given, *parameters, 0.0 * state, *parameters_dot)[0]

    start_dot = y0_dot - times_dot[0] * rate(times[0], y0)
    y_dot = odeint_tangent(y, parameters, parameters_dot, y0, start_dot, with_tangent, times, tfirst, rtol, atol)
    return y_dot + np.array([change * rate(t, state) for t, state, change in zip(times, y, times_dot)])


IVP_HELPERS = (ivp_adjoint, ivp_tangent)
ODEINT_HELPERS = (odeint_adjoint, odeint_tangent)
IVP_AND_TIMES_HELPERS = (ivp_and_times_adjoint, ivp_and_times_tangent)
ODEINT_AND_TIMES_HELPERS = (odeint_and_times_adjoint, odeint_and_times_tangent)
