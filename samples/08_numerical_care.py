# 8. Why numerically careful rules matter
# =======================================
#
# A derivative that is right on paper can be wrong in floating point. A gradient that is inf or nan at one
# point of a million ends the optimisation.

import math
import warnings

import numpy as np

from s2sad import grad, value_and_gradients_function

# The logarithm of a sum of exponentials, by the book and with NumPy's own function for two terms:


def by_the_book(x, y):
    return np.log(np.exp(x) + np.exp(y))


def careful(x, y):
    return np.logaddexp(x, y)


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    print(value_and_gradients_function(by_the_book)(1000.0, 999.0))
#: (np.float64(inf), (np.float64(nan), np.float64(nan)))

value, gradients = value_and_gradients_function(careful)(1000.0, 999.0)
print(round(float(value), 6), [round(float(each), 6) for each in gradients])
#: 1000.313262 [0.731059, 0.268941]

# The exponentials overflow in the first. The rule of `logaddexp` works with differences to the result, which
# are never large:

print(value_and_gradients_function(careful).source(1000.0, 999.0))
#: import numpy as np
#:
#:
#: def careful_value_and_gradients(x, y, dy=1.0):
#:     """The value of careful and its gradients with respect to x and y.
#:
#:     Made by s2sad from careful in 08_numerical_care.py, line 21, for x: float, y: float.
#:     """
#:     value = np.logaddexp(x, y)
#:
#:     # return np.logaddexp(x, y)
#:     t1 = np.clip(value, -np.finfo(float).max, np.finfo(float).max)
#:     t2 = np.exp(np.minimum(x - t1, 0.0))
#:     t3 = np.exp(np.minimum(y - t1, 0.0))
#:     t4 = t2 + t3
#:     t5 = np.where(t4 == 0, 1.0, t4)
#:     x_grad = dy * t2 / t5
#:     y_grad = dy * t3 / t5
#:     return value, (x_grad, y_grad)

# The clipping, and the division by the sum of both, are for arguments that are infinite.
#
# Another classic is `where` around something that is infinite in the branch that is not taken. The slope of sqrt at 0 is
# infinite, and by the chain rule alone the gradient there would be 0 times infinity, which is nan. s2sad makes the choice
# again, behind the division:


def rooted(x):
    return np.sum(np.where(x > 0.0, np.sqrt(x), 0.0))


x = np.array([4.0, 0.0, -1.0])
print(value_and_gradients_function(rooted).source(x))
#: import numpy as np
#:
#:
#: def rooted_value_and_gradients(x, dy=1.0):
#:     """The value of rooted and its gradient with respect to x.
#:
#:     Made by s2sad from rooted in 08_numerical_care.py, line 65, for x: float[:].
#:     """
#:     t1 = np.sqrt(x)
#:     t2 = x > 0.0
#:     value = np.sum(np.where(t2, t1, 0.0))
#:
#:     # return np.sum(np.where(x > 0.0, np.sqrt(x), 0.0))
#:     x_grad = np.where(t2, 0.5 * dy / t1, 0.0)
#:     return value, (x_grad,)
with np.errstate(divide="ignore", invalid="ignore"):  # NumPy warns of the root of -1.0, also where it isn't chosen
    print(value_and_gradients_function(rooted)(x))
#: (np.float64(2.0), (array([0.25, 0.  , 0.  ]),))

# At a kink there is no single slope, and s2sad says which one it takes: at a tie, the operands of `max`
# share; `abs` has the slope 0 at 0; so has the length of a vector at the origin.

print(value_and_gradients_function(np.maximum)(1.0, 1.0)[1])
#: (0.5, 0.5)
print(grad(abs)(0.0), grad(math.hypot)(0.0, 0.0))
#: 0.0 (0.0, 0.0)

# Where a program subtracts nearly equal numbers, its gradient is no better than its value, and the cure is
# the same: say it in another way. 1 - cos(x) for small x, as it stands and by the half angle:


def plain(x):
    return (1.0 - math.cos(x)) / (x * x)


def half_angle(x):
    s = math.sin(0.5 * x)
    return 2.0 * s * s / (x * x)


print(plain(1e-8), half_angle(1e-8))
#: 0.0 0.5
print(f"{grad(plain)(1e-5):.1e} {grad(half_angle)(1e-5):.1e}, where {-1e-5 / 12.0:.1e} is right")
#: -8.3e-03 -8.3e-07, where -8.3e-07 is right
