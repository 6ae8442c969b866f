# 6. Calls
# ========
#
# A function that yours calls is differentiated as well. A small one is written in place, where it is called.

import math

from s2sad import value_and_gradients_function


def softplus(x):
    return math.log1p(math.exp(x))


def energy(x, y):
    return softplus(x) * softplus(-y)


energy_gradients = value_and_gradients_function(energy)
print(energy_gradients.source(0.5, 1.0))
#: import math
#:
#:
#: def energy_value_and_gradients(x, y, dy=1.0):
#:     """The value of energy and its gradients with respect to x and y.
#:
#:     Made by s2sad from energy in 06_calls.py, line 15, for x: float, y: float.
#:     """
#:     t1 = math.exp(x)
#:     t2 = math.log1p(t1)
#:     t3 = math.exp(-y)
#:     t4 = math.log1p(t3)
#:     value = t2 * t4
#:
#:     # return softplus(x) * softplus(-y)
#:     t2_grad = dy * t4
#:     t4_grad = dy * t2
#:     # return math.log1p(math.exp(x))
#:     x2_grad = t4_grad / (1.0 + t3) * t3
#:     x_grad = t2_grad / (1.0 + t1) * t1
#:     return value, (x_grad, -x2_grad)

# A function that calls itself can't be written in place. It becomes two beside the main one: the first does
# the work and keeps what the second will need, the second goes back.


def power(x, n):
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    return half * half * x if n % 2 else half * half


power_gradients = value_and_gradients_function(power, params=["x"])
print(power_gradients.source(1.5, 5))
#: def power_forward(x, n):
#:     """What power returns, and what power_backward needs."""
#:     half = None
#:     power_kept = None
#:     t1 = None
#:     if n == 0:
#:         value = 1.0
#:     else:
#:         half, power_kept = power_forward(x, n // 2)
#:         if n % 2:
#:             t1 = half * half
#:             value = t1 * x
#:         else:
#:             value = half * half
#:     return value, (x, n, half, power_kept, t1)
#:
#:
#: def power_backward(saved, value_grad):
#:     """The gradients of power with respect to x."""
#:     x, n, half, power_kept, t1 = saved
#:
#:     if n == 0:
#:         x_grad = 0.0
#:     else:
#:         # return half * half * x if n % 2 else half * half
#:         if n % 2:
#:             x_grad = value_grad * t1
#:             half_grad = 2.0 * value_grad * x * half
#:         else:
#:             half_grad = 2.0 * value_grad * half
#:             x_grad = 0.0
#:         # half = power(x, n // 2)
#:         t2_grad = power_backward(power_kept, half_grad)
#:         x_grad += t2_grad
#:     return x_grad
#:
#:
#: def power_value_and_gradients(x, n, dy=1.0):
#:     """The value of power and its gradient with respect to x.
#:
#:     Made by s2sad from power in 06_calls.py, line 47, for x: float, n: int.
#:     """
#:     if n == 0:
#:         value = 1.0
#:         x_grad = 0.0
#:     else:
#:         half, power_kept = power_forward(x, n // 2)
#:         if n % 2:
#:             t1 = half * half
#:             value = t1 * x
#:             # return half * half * x if n % 2 else half * half
#:             x_grad = dy * t1
#:             half_grad = 2.0 * dy * x * half
#:         else:
#:             value = half * half
#:             # return half * half * x if n % 2 else half * half
#:             half_grad = 2.0 * dy * half
#:             x_grad = 0.0
#:         # half = power(x, n // 2)
#:         t2_grad = power_backward(power_kept, half_grad)
#:         x_grad = x_grad + t2_grad
#:     return value, (x_grad,)
print(power_gradients(1.5, 5), 5 * 1.5**4)
#: (7.59375, (25.3125,)) 25.3125

# Functions are values: they can be handed over, kept in a tuple, made by other functions. What they are is
# found out when the gradient program is made, once for each choice of them.


def compose(functions, x):
    for function in functions:
        x = function(x)
    return x


print(value_and_gradients_function(compose, params=["x"]).source((math.sin, softplus), 0.5))
#: import math
#:
#:
#: def compose_value_and_gradients(functions, x, dy=1.0):
#:     """The value of compose and its gradient with respect to x.
#:
#:     Made by s2sad from compose in 06_calls.py, line 125, for functions: (sin, softplus), x: float.
#:     """
#:     x2 = functions[0](x)
#:     t1 = math.exp(x2)
#:     value = math.log1p(t1)
#:
#:     # return math.log1p(math.exp(x))
#:     x2_grad = dy / (1.0 + t1) * t1
#:     # x = function(x)
#:     x_grad = x2_grad * math.cos(x)
#:     return value, (x_grad,)

# The world stays alive. A global that you set anew, or a helper that you define again in a notebook cell,
# takes effect at the next call.

scale = 2.0


def scaled_square(x):
    return scale * x * x


scaled_square_gradients = value_and_gradients_function(scaled_square)
print(scaled_square_gradients(3.0))
#: (18.0, (12.0,))

scale = 10.0
print(scaled_square_gradients(3.0))
#: (90.0, (60.0,))
