# 1. What a gradient program is
# =============================
#
# A function of numbers has slopes: how fast its value grows when one of its arguments grows. The slopes
# together are its gradient. An ellipse with half-axes a and b has the area pi * a * b; make a a little
# longer, and the area grows pi * b times as much.
#
# s2sad reads a function and writes another one, which returns the value and the gradient. Nothing is hidden:
# you can ask for the text of what it wrote.

import math

from s2sad import value_and_gradients_function


def area(a, b):
    return math.pi * a * b


area_gradients = value_and_gradients_function(area)
print(area_gradients(2.0, 3.0))
#: (18.84955592153876, (9.42477796076938, 6.283185307179586))

# The first number is the area, the two in the inner tuple are the slopes along a and along b. This is the
# program that worked them out. (In these files, the lines that begin with `#:` are what the line above them
# prints.)

print(area_gradients.source(2.0, 3.0))
#: import math
#:
#:
#: def area_value_and_gradients(a, b, dy=1.0):
#:     """The value of area and its gradients with respect to a and b.
#:
#:     Made by s2sad from area in 01_what_a_gradient_program_is.py, line 16, for a: float, b: float.
#:     """
#:     t1 = math.pi * a
#:     value = t1 * b
#:
#:     # return math.pi * a * b
#:     b_grad = dy * t1
#:     a_grad = dy * b * math.pi
#:     return value, (a_grad, b_grad)

# Read it from the top. The docstring says what it computes, and from which line. Then comes `area` itself, as
# you wrote it: the value. Below the empty line stands the gradient. A line of yours in a comment says which
# of your lines the statements below it belong to. `x_grad` is how much the value changes per change of `x`.
#
# `dy` is 1.0 unless you say otherwise. Everything is multiplied by it: if the area is one step in a longer
# calculation, and the end result changes by 10 per unit of area, then dy=10 gives the gradient of the end
# result.

print(area_gradients(2.0, 3.0, dy=10.0))
#: (18.84955592153876, (94.24777960769379, 62.83185307179586))

# How do we know that it is right? Move each argument a little, and look at how much the value changes. That
# is slow for functions of many arguments, and loses half of the digits, but it serves as a check:

step = 1e-6
print((area(2.0 + step, 3.0) - area(2.0 - step, 3.0)) / (2.0 * step))
#: 9.424777962507846

# `s2sad.check_gradients` does that for all arguments, and raises an error that says which gradient differs.
