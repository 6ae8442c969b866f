"""An integral as a function of what else is in what is integrated: helpers that are printed into programs.

Leibniz's rule: the derivative of an integral by a parameter is the integral of the integrand's derivative (where that
is continuous). It is computed by `quad`, too, with the same tolerances: in reverse mode one integral for each number
in the parameters, in forward mode one.
"""

from __future__ import annotations

import numpy as np
from scipy import integrate


def quad_adjoint(
    integral, integral_grad, parameters, forward, backward, a=0.0, b=0.0, epsabs=1.49e-8, epsrel=1.49e-8, limit=50
):
    """The gradients of an integral with respect to the integrand's parameters: an integral for each number."""

    def slope(x, k, place):
        return np.ravel(backward(forward(x, *parameters)[-1], 1.0)[k])[place]

    inside = 0.5 * (max(a, min(b, 0.0) - 2.0) + min(b, max(a, 0.0) + 2.0))
    gradients = []
    for k, each in enumerate(backward(forward(inside, *parameters)[-1], 1.0)):
        found = [
            integral_grad * integrate.quad(slope, a, b, args=(k, place), epsabs=epsabs, epsrel=epsrel, limit=limit)[0]
            for place in range(np.size(each))
        ]
        gradients.append(np.reshape(np.array(found), np.shape(each)) if np.ndim(each) else found[0])
    return gradients


def quad_tangent(
    integral,
    parameters,
    parameters_dot,
    with_tangent,
    a=0.0,
    b=0.0,
    epsabs=1.49e-8,
    epsrel=1.49e-8,
    limit=50,
):
    """How an integral changes with the parameters of what is integrated."""

    def change(x):
        return with_tangent(x, *parameters, *parameters_dot)[1]

    return integrate.quad(change, a, b, epsabs=epsabs, epsrel=epsrel, limit=limit)[0]


QUAD_HELPERS = (quad_adjoint, quad_tangent)
