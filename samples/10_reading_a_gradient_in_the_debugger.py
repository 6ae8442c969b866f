# 10. Reading a gradient in the debugger
# ======================================
#
# The gradient is a program, so it can be looked at like one. Its lines show in tracebacks, profilers and
# debuggers, as if they were in a file.

import inspect
import io
import math
import pdb
import traceback

from s2sad import grad_of, value_and_gradients_function


def swing(angle, length):
    height = length * (1.0 - math.cos(angle))
    speed = math.sqrt(2.0 * 9.81 * height)
    return speed * length


swing_gradients = value_and_gradients_function(swing)
print(swing_gradients.source(0.5, 2.0))
#: import math
#:
#:
#: def swing_value_and_gradients(angle, length, dy=1.0):
#:     """The value of swing and its gradients with respect to angle and length.
#:
#:     Made by s2sad from swing in 10_reading_a_gradient_in_the_debugger.py, line 16, for angle: float,
#:     length: float.
#:     """
#:     t1 = 1.0 - math.cos(angle)
#:     height = length * t1
#:     speed = math.sqrt(2.0 * 9.81 * height)
#:     value = speed * length
#:
#:     # return speed * length
#:     speed_grad = dy * length
#:     length_grad = dy * speed
#:     # speed = math.sqrt(2.0 * 9.81 * height)
#:     height_grad = 9.81 * speed_grad / speed
#:     # height = length * (1.0 - math.cos(angle))
#:     length_grad += height_grad * t1
#:     angle_grad = height_grad * length * math.sin(angle)
#:     return value, (angle_grad, length_grad)

# At rest, `height` is 0, and the slope of the square root there is infinite: a division by zero in the gradient, though
# `swing` itself is fine. The traceback ends at the generated line, and the comment above it names yours.

try:
    swing_gradients(0.0, 2.0)
except ZeroDivisionError as error:
    last = traceback.extract_tb(error.__traceback__)[-1]
    print(f"{type(error).__name__} in {last.name}, at: {last.line}")
#: ZeroDivisionError in swing_value_and_gradients, at: height_grad = 9.81 * speed_grad / speed

# `compiled` hands out the generated function itself. `inspect` knows its text, and `pdb` steps through it. Here the
# debugger is fed from a string, and what it shows goes to another one: run until a line of the reverse sweep, show an
# adjoint, go on. In your terminal, `pdb.runcall(function, ...)` is all it takes.

function = swing_gradients.compiled(0.5, 2.0)
lines = inspect.getsource(function).splitlines()
print(lines[0])
#: def swing_value_and_gradients(angle, length, dy=1.0):

place = function.__code__.co_firstlineno + next(k for k, line in enumerate(lines) if "height_grad = " in line)
shown = io.StringIO()
debugger = pdb.Pdb(
    stdin=io.StringIO(f"until {place}\np speed_grad\ncontinue\n"), stdout=shown, nosigint=True, readrc=False
)
debugger.runcall(function, 0.5, 2.0)
print(*[line for line in shown.getvalue().splitlines() if "height_grad" in line or line.endswith(" 2.0")], sep="\n")
#: -> height_grad = 9.81 * speed_grad / speed
#: (Pdb) 2.0

# What if you want to see an adjoint each time, or to change it? Write statements for the way back into the
# function. They stand where the variable has its value, and run when the reverse sweep comes by. Called by itself,
# the function runs none of them.


def steps(x):
    for _ in range(3):
        x = math.exp(0.5 * x)
        for x_grad in grad_of(x):
            print(f"the gradient with respect to x = {x:.3f} is {x_grad:.3f}")
            x_grad = min(x_grad, 2.0)
    return x


print(f"{steps(0.5):.3f}")
#: 2.586
value, (x_grad,) = value_and_gradients_function(steps)(0.5)
#: the gradient with respect to x = 2.586 is 1.000
#: the gradient with respect to x = 1.900 is 1.293
#: the gradient with respect to x = 1.284 is 1.229
print(f"{x_grad:.3f}")
#: 0.789

# The statements became part of the gradient program, in which you can read what they do there:

print(value_and_gradients_function(steps).source(0.5))
#: import math
#:
#:
#: def steps_value_and_gradients(x, dy=1.0):
#:     """The value of steps and its gradient with respect to x.
#:
#:     Made by s2sad from steps in 10_reading_a_gradient_in_the_debugger.py, line 82, for x: float.
#:     """
#:     x_saved = []
#:     for _ in range(3):
#:         x = math.exp(0.5 * x)
#:         x_saved.append(x)
#:     value = x
#:
#:     x_grad = dy
#:     while x_saved:
#:         x = x_saved.pop()
#:         # for x_grad in grad_of(x):
#:         print(f"the gradient with respect to x = {x:.3f} is {x_grad:.3f}")
#:         x_grad = min(x_grad, 2.0)
#:         # x = math.exp(0.5 * x)
#:         x_grad = 0.5 * x_grad * x
#:     return value, (x_grad,)
