"""The root of an equation, and an integral, as functions of what else is in them.

The root, by the implicit function theorem:

Where g(x, p) = 0 and dg/dx isn't zero, x is a function of p near there, and dx/dp = -(dg/dp) / (dg/dx)
(S. G. Krantz, H. R. Parks, "The Implicit Function Theorem", 2003, theorem 1.3.1). Neither the bracket nor the first
guess changes it.

The integral by its limits, by the fundamental theorem of calculus (the part of Leibniz's rule that has no integral in
it): the derivative of the integral of f from a to b is f(b) by b, and -f(a) by a.
"""

from __future__ import annotations

import builtins
import inspect

import numpy as np

from s2sad.compiling import define
from s2sad.rules.registry import PARTIALS, Rule


def root_of(root, residual, slope):
    """`root`, which follows `residual`, the equation's value there, by -1 / slope."""
    return None, -1.0 / slope, None


def integral_of(integral, a, b, first, last):
    """`integral`, from a to b, of a function that is `first` at a and `last` at b."""
    return 1.0, -first, last, None, None


def least_of(least, again):
    """`least`, the value of an objective at its minimum, which is also `again`, there.

    The minimum's place moves, too, but the objective doesn't follow that: its derivative there is zero (the envelope
    theorem: P. Milgrom, I. Segal, "Envelope theorems for arbitrary choice sets", 2002).
    """
    return None, 1.0


# Not in the table of rules: no function of the user's means these. `infer_solvers.py` puts them beside a call.
ROOT = Rule("root_of", root_of, (root_of,), PARTIALS, inspect.signature(root_of), template=root_of, cost=3)
INTEGRAL = Rule(
    "integral_of",
    integral_of,
    (integral_of,),
    PARTIALS,
    inspect.signature(integral_of),
    template=integral_of,
    cost=1,
)
LEAST = Rule("least_of", least_of, (least_of,), PARTIALS, inspect.signature(least_of), template=least_of, cost=1)


def cost_of(function):
    """What `least_squares` makes small: half the sum of the squares of what a function returns."""
    name = function.__name__
    text = (
        f"def {name}_cost(x, *args):\n"
        f"    residuals = np.asarray({name}(x, *args))\n"
        "    return 0.5 * np.sum(residuals * residuals)\n"
    )
    return define(text, {"__name__": function.__module__, "__builtins__": builtins, "np": np, name: function})


def misfit_of(function, count):
    """What `curve_fit` makes small, as a function of an array of `count` parameters."""
    name = function.__name__
    given = ", ".join(f"p[{k}]" for k in range(count))
    text = (
        f"def {name}_misfit(p, xdata, ydata):\n"
        f"    residuals = {name}(xdata, {given}) - ydata\n"
        "    return 0.5 * np.sum(residuals * residuals)\n"
    )
    return define(text, {"__name__": function.__module__, "__builtins__": builtins, "np": np, name: function})


# --- several unknowns: helpers that are printed into the program ----------------------------------------------------


def root_adjoint(x, x_grad, parameters, forward, backward):
    """The gradients of the root x of a system of equations with respect to the system's parameters."""

    def pullback(residual_grad):
        return backward(forward(x, *parameters)[-1], residual_grad)

    jacobian = [pullback(unit)[0] for unit in np.eye(x.size)]
    return pullback(np.linalg.solve(np.transpose(jacobian), -x_grad))[1:]


def root_tangent(x, parameters, parameters_dot, with_tangent):
    """How the root x of a system of equations changes when the system's parameters do."""
    nothing = [0.0 * each for each in parameters_dot]
    columns = [with_tangent(x, *parameters, unit, *nothing)[1] for unit in np.eye(x.size)]
    residual_dot = with_tangent(x, *parameters, np.zeros_like(x), *parameters_dot)[1]
    return -np.linalg.solve(np.transpose(columns), residual_dot)


ROOT_HELPERS = (root_adjoint, root_tangent)
