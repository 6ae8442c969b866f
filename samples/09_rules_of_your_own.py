# 9. Rules of your own
# ====================
#
# Some functions s2sad can't read, such as those written in C. Of others you know the derivative better than
# anybody could work out from their code: a table look-up, an iteration that has converged, a simulation with
# a known adjoint. For these you state a rule.

import numpy as np

from s2sad import adjoint, check_gradients, custom_gradient, partials, value_and_gradients_function

# An elementwise function states its partial derivatives, in terms of its arguments and, where
# that is handy, its `result`:


def smooth_step(x):
    """0 below 0, 1 above 1, and a cubic between. Imagine that it is written in C."""
    t = np.clip(x, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


@partials(smooth_step)
def _(x):
    return np.where((x > 0.0) & (x < 1.0), 6.0 * x * (1.0 - x), 0.0)


def brightness(edge, points):
    return np.sum(smooth_step(points - edge))


brightness_gradients = value_and_gradients_function(brightness, params=["edge"])
points = np.array([-1.0, 0.5, 0.75, 3.0])
print(brightness_gradients.source(0.25, points))
#: import numpy as np
#:
#: # To be defined here, as it can't be imported:
#: #     smooth_step: a global of __main__
#:
#:
#: def brightness_value_and_gradients(edge, points, dy=1.0):
#:     """The value of brightness and its gradient with respect to edge.
#:
#:     Made by s2sad from brightness in 09_rules_of_your_own.py, line 27, for edge: float,
#:     points: float[:].
#:     """
#:     t1 = points - edge
#:     value = np.sum(smooth_step(t1))
#:
#:     # return np.sum(smooth_step(points - edge))
#:     edge_grad = -dy * np.sum(np.where((t1 > 0.0) & (t1 < 1.0), 6.0 * t1 * (1.0 - t1), 0.0))
#:     return value, (edge_grad,)
print(brightness_gradients(0.25, points))
#: (np.float64(1.65625), (np.float64(-2.625),))

# The rule became part of the program, with the sum that a number spread over an array calls for.
#
# Any other function states its adjoint: given `grad`, the gradient with respect to its result, those with
# respect to its arguments. A fixed point is the classic example. To differentiate through the thousand turns
# of an iteration is slow and imprecise; at the solution x of x = cos(a * x), the derivative follows from the
# equation itself. (`like="a"` says that the result has the type and shape of `a`. Without it, the gradient program would
# look at that each time it runs.)


def fixed_point(a):
    """The solution of x = cos(a * x)."""
    x = 1.0
    for _ in range(1000):
        x = np.cos(a * x)
    return x


@adjoint(fixed_point, like="a")
def _(a, *, result, grad):
    s = np.sin(a * result)
    return -grad * s * result / (1.0 + a * s)


def model(a):
    return 2.0 * fixed_point(a) ** 2


print(value_and_gradients_function(model).source(0.8))
#: import numpy as np
#:
#: # To be defined here, as it can't be imported:
#: #     fixed_point: a global of __main__
#:
#:
#: def model_value_and_gradients(a, dy=1.0):
#:     """The value of model and its gradient with respect to a.
#:
#:     Made by s2sad from model in 09_rules_of_your_own.py, line 78, for a: float.
#:     """
#:     t1 = fixed_point(a)
#:     value = 2.0 * t1**2
#:
#:     # return 2.0 * fixed_point(a) ** 2
#:     t2 = np.sin(a * t1)
#:     a_grad = -4.0 * dy * t1 * t2 * t1 / (1.0 + a * t2)
#:     return value, (a_grad,)
check_gradients(model, 0.8)

# A rule is a statement about a function that stands somewhere else. If value and gradient belong together,
# and share work, write them as one: `custom_gradient` decorates a function that returns its value and a
# function from `dy` to the gradients. That one is called when the program runs, and nothing of it is read.


@custom_gradient
def clip_gradient(x):
    """x itself; but no gradient larger than 1 flows back through it."""
    return x, lambda dy: np.clip(dy, -1.0, 1.0)


def steep(x):
    return 1000.0 * clip_gradient(x)


print(value_and_gradients_function(steep)(2.0))
#: (2000.0, (np.float64(1.0),))
