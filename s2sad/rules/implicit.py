"""The root of an equation, and an integral, as functions of what else is in them.

The root, by the implicit function theorem:

Where g(x, p) = 0 and dg/dx isn't zero, x is a function of p near there, and dx/dp = -(dg/dp) / (dg/dx)
(S. G. Krantz, H. R. Parks, "The Implicit Function Theorem", 2003, theorem 1.3.1). Neither the bracket nor the first
guess changes it.

The integral by its limits, by the fundamental theorem of calculus (the part of Leibniz's rule that has no integral in
it): the derivative of the integral of f from a to b is f(b) by b, and -f(a) by a.
"""

from __future__ import annotations

import inspect

from s2sad.rules.registry import PARTIALS, Rule


def root_of(root, residual, slope):
    """`root`, which follows `residual`, the equation's value there, by -1 / slope."""
    return None, -1.0 / slope, None


def integral_of(integral, a, b, first, last):
    """`integral`, from a to b, of a function that is `first` at a and `last` at b."""
    return None, -first, last, None, None


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
