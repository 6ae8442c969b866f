# 4. Loops, and what must be remembered
# =====================================
#
# The gradient of a loop is a loop that runs backwards. Each turn of it undoes one turn of yours, and needs
# the values that were there. Some are gone by then: the loop has written over them. Those, and no others, are
# remembered.

from s2sad import value_and_gradients_function


def logistic(x, growth, steps):
    """Some steps of a population: grows by `growth`, and is held back by how full the place is."""
    for _ in range(steps):
        x = growth * x * (1.0 - x)
    return x


logistic_gradients = value_and_gradients_function(logistic, params=["x", "growth"])
print(logistic_gradients.source(0.2, 3.5, 10))
#: def logistic_value_and_gradients(x, growth, steps, dy=1.0):
#:     """The value of logistic and its gradients with respect to x and growth.
#:
#:     Made by s2sad from logistic in 04_loops.py, line 11, for x: float, growth: float, steps: int.
#:     """
#:     x_saved = []
#:     for _ in range(steps):
#:         x_saved.append(x)
#:         x = growth * x * (1.0 - x)
#:     value = x
#:
#:     x_grad = dy
#:     growth_grad = 0.0
#:     while x_saved:
#:         # x = growth * x * (1.0 - x)
#:         x = x_saved.pop()
#:         t1_grad = x_grad * (1.0 - x)
#:         x_grad = growth * (t1_grad - x_grad * x)
#:         growth_grad += t1_grad * x
#:     return value, (x_grad, growth_grad)
print(logistic_gradients(0.2, 3.5, 10))
#: (0.8683116395335331, (-1.4708750474556693, 0.3616085243955671))

# `x_saved` is a stack: the way there pushes, the way back pops, so the last turn comes first. One number a
# turn is kept, and the products are worked out again from it, which costs less than keeping them too.
#
# A sum needs nothing of what was there: adding passes a change on as it is. So this loop remembers nothing,
# and its way back has no need of the total.


def total(xs, weight):
    s = 0.0
    for x in xs:
        s = s + weight * x
    return s


print(value_and_gradients_function(total).source([1.0, 2.0, 3.0], 2.0))
#: def total_value_and_gradients(xs, weight, dy=1.0):
#:     """The value of total and its gradients with respect to xs and weight.
#:
#:     Made by s2sad from total in 04_loops.py, line 50, for xs: list[float], weight: float.
#:     """
#:     s = 0.0
#:     for x in xs:
#:         s = s + weight * x
#:
#:     xs_grad = [0.0] * len(xs)
#:     weight_grad = 0.0
#:     for k in reversed(range(len(xs))):
#:         # s = s + weight * x
#:         weight_grad += dy * xs[k]
#:         xs_grad[k] = dy * weight
#:     return s, (xs_grad, weight_grad)

# How often a `while` loop runs is known when it has run. What was remembered then also says how many turns to
# go back.


def square_root(a):
    """Heron's method."""
    x = a
    while abs(x * x - a) > 1e-12 * a:
        x = 0.5 * (x + a / x)
    return x


square_root_gradients = value_and_gradients_function(square_root)
print(square_root_gradients.source(2.0))
#: def square_root_value_and_gradients(a, dy=1.0):
#:     """The value of square_root and its gradient with respect to a.
#:
#:     Made by s2sad from square_root in 04_loops.py, line 79, for a: float.
#:     """
#:     x_saved = []
#:     x = a
#:     while abs(x * x - a) > 1e-12 * a:
#:         x_saved.append(x)
#:         x = 0.5 * (x + a / x)
#:     value = x
#:
#:     x_grad = dy
#:     a_grad = 0.0
#:     while x_saved:
#:         # x = 0.5 * (x + a / x)
#:         t1_grad = 0.5 * x_grad
#:         x = x_saved.pop()
#:         x_grad = t1_grad * (1.0 - a / x / x)
#:         a_grad += t1_grad / x
#:     a_grad += x_grad
#:     return value, (a_grad,)
print(square_root_gradients(2.0), 0.5 / 2.0**0.5)
#: (1.414213562373095, (0.35355339059327373,)) 0.35355339059327373

# The last line shows something worth knowing: the gradient of an iteration that converges, converges too, and
# one turn later. At a = 1 the test fails at once, no turn is made, and the gradient is that of `x = a`, which
# is 1 and not 0.5. The gradient belongs to the program that ran.

print(square_root_gradients(1.0))
#: (1.0, (1.0,))
