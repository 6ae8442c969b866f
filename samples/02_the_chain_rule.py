# 2. The chain rule, statement by statement
# =========================================
#
# A program is a chain of small steps. Each step has a derivative that a table of derivatives gives; the chain
# rule puts them together. The reverse way round is the cheap one: start at the value, whose slope with
# respect to itself is 1, and go back through the statements, last one first. For each name, `name_grad`
# collects how much the value changes per change of that name.

import math

from s2sad import grad, value_and_gradients_function


def decay(t, rate):
    exponent = -rate * t
    level = math.exp(exponent)
    return level * level + t


decay_gradients = value_and_gradients_function(decay)
print(decay_gradients.source(2.0, 0.5))
#: import math
#:
#:
#: def decay_value_and_gradients(t, rate, dy=1.0):
#:     """The value of decay and its gradients with respect to t and rate.
#:
#:     Made by s2sad from decay in 02_the_chain_rule.py, line 14, for t: float, rate: float.
#:     """
#:     exponent = -rate * t
#:     level = math.exp(exponent)
#:     value = level * level + t
#:
#:     # return level * level + t
#:     level_grad = 2.0 * dy * level
#:     # level = math.exp(exponent)
#:     exponent_grad = level_grad * level
#:     # exponent = -rate * t
#:     t1_grad = exponent_grad * t
#:     t_grad = dy - exponent_grad * rate
#:     return value, (t_grad, -t1_grad)

# Read the lower half beside the upper half, bottom to top:
#
# * The last statement was `return level * level + t`. A square grows by twice its root, so `level_grad` is
#   `2.0 * level` times `dy`; `t` is a term of its own, so it gets `dy` as it is.
# * Before it stood `level = math.exp(exponent)`. The slope of exp is exp itself, and that value is still there, under
#   the name `level`: nothing is computed again.
# * First of all came `exponent = -rate * t`. Both factors get the other one, and the minus sign. `t` has had a share
#   from the last line already; shares of the same name are added up. That is all there is to a variable used twice.

print(decay_gradients(2.0, 0.5))
#: (2.135335283236613, (0.8646647167633873, -0.5413411329464508))

# A name that is set twice is two things with one name. The statement `x = x * x` reads the old x and makes
# the new one, so the gradient with respect to the new x is used up there, and the one with respect to the old
# x begins:


def power_eight(x):
    x = x * x
    x = x * x
    x = x * x
    return x


power_eight_gradients = value_and_gradients_function(power_eight)
print(power_eight_gradients.source(1.5))
#: def power_eight_value_and_gradients(x, dy=1.0):
#:     """The value of power_eight and its gradient with respect to x.
#:
#:     Made by s2sad from power_eight in 02_the_chain_rule.py, line 60, for x: float.
#:     """
#:     x2 = x * x
#:     x3 = x2 * x2
#:     x4 = x3 * x3
#:
#:     # x = x * x
#:     x3_grad = 2.0 * dy * x3
#:     # x = x * x
#:     x2_grad = 2.0 * x3_grad * x2
#:     # x = x * x
#:     x_grad = 2.0 * x2_grad * x
#:     return x4, (x_grad,)
print(power_eight_gradients(1.5), 8.0 * 1.5**7)
#: (25.62890625, (136.6875,)) 136.6875

# What is written is a program like any other, so it can be differentiated too. The second derivative of x **
# 8:

print(grad(grad(power_eight))(1.5), 56.0 * 1.5**6)
#: 637.875 637.875

# Only what matters gets a line. Here the second parameter is data: nothing is asked about it, so nothing is
# emitted for it, nor for the part of the program that only depends on it.


def scaled(x, data):
    factor = math.sqrt(data) + 1.0
    return factor * x


print(value_and_gradients_function(scaled, params=["x"]).source(1.0, 4.0))
#: import math
#:
#:
#: def scaled_value_and_gradients(x, data, dy=1.0):
#:     """The value of scaled and its gradient with respect to x.
#:
#:     Made by s2sad from scaled in 02_the_chain_rule.py, line 98, for x: float, data: float.
#:     """
#:     factor = math.sqrt(data) + 1.0
#:     value = factor * x
#:
#:     # return factor * x
#:     x_grad = dy * factor
#:     return value, (x_grad,)
