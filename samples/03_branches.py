# 3. Branches
# ===========
#
# A program with `if` is several formulas, one for each way through it. At a given point only one way is
# taken, and the gradient is that of this way. So the gradient program takes the same way again.

from s2sad import NotDifferentiableError, value_and_gradients_function


def huber(error, width):
    """Half the square of a small error; of a large one, a straight line that continues it."""
    if abs(error) <= width:
        loss = 0.5 * error * error
    elif error > 0.0:
        loss = width * (error - 0.5 * width)
    else:
        loss = width * (-error - 0.5 * width)
    return loss


huber_gradients = value_and_gradients_function(huber)
print(huber_gradients.source(0.3, 1.0))
#: def huber_value_and_gradients(error, width, dy=1.0):
#:     """The value of huber and its gradients with respect to error and width.
#:
#:     Made by s2sad from huber in 03_branches.py, line 10, for error: float, width: float.
#:     """
#:     if abs(error) <= width:
#:         loss = 0.5 * error * error
#:         # loss = 0.5 * error * error
#:         error_grad = dy * error
#:         width_grad = 0.0
#:     elif error > 0.0:
#:         t1 = error - 0.5 * width
#:         loss = width * t1
#:         # loss = width * (error - 0.5 * width)
#:         t1_grad = dy * width
#:         width_grad = dy * t1 - 0.5 * t1_grad
#:         error_grad = t1_grad
#:     else:
#:         t2 = -error - 0.5 * width
#:         loss = width * t2
#:         # loss = width * (-error - 0.5 * width)
#:         t2_grad = dy * width
#:         width_grad = dy * t2 - 0.5 * t2_grad
#:         error_grad = -t2_grad
#:     return loss, (error_grad, width_grad)
print(huber_gradients(0.3, 1.0))
#: (0.045, (0.3, 0.0))
print(huber_gradients(-4.0, 1.0))
#: (3.5, (-1.0, 3.0))

# Where what was tested still has its value on the way back, it is tested again, as `x > 1.0` is here:


def shrink(x):
    y = x
    if y > 1.0:
        y = y * y
    if y > 2.0:
        y = 3.0 * y + x
    return y


print(value_and_gradients_function(shrink).source(1.7))
#: def shrink_value_and_gradients(x, dy=1.0):
#:     """The value of shrink and its gradient with respect to x.
#:
#:     Made by s2sad from shrink in 03_branches.py, line 56, for x: float.
#:     """
#:     if x > 1.0:
#:         y = x * x
#:     else:
#:         y = x
#:     if y > 2.0:
#:         y = 3.0 * y + x
#:         # y = 3.0 * y + x
#:         y_grad = 3.0 * dy
#:         x_grad = dy
#:     else:
#:         y_grad = dy
#:         x_grad = 0.0
#:
#:     if x > 1.0:
#:         # y = y * y
#:         x_grad += 2.0 * y_grad * x
#:     else:
#:         x_grad += y_grad
#:     return y, (x_grad,)
print(value_and_gradients_function(shrink)(1.7))
#: (10.369999999999997, (11.2,))

# If what was tested has been written over, its value is kept for the way back. Of a search, the gradient arrives at the
# item that was found, whichever it is:


def smallest(values):
    best = values[0]
    for item in values[1:]:
        if item < best:
            best = item
    return best


smallest_gradients = value_and_gradients_function(smallest)
print(smallest_gradients.source([3.0, 1.0, 2.0]))
#: def smallest_value_and_gradients(values, dy=1.0):
#:     """The value of smallest and its gradient with respect to values.
#:
#:     Made by s2sad from smallest in 03_branches.py, line 97, for values: list[float].
#:     """
#:     best_saved = []
#:     best = values[0]
#:     t1 = values[1:]
#:     for item in t1:
#:         best_saved.append(best)
#:         if item < best:
#:             best = item
#:     value = best
#:
#:     values_grad = [0.0] * len(values)
#:     best_grad = dy
#:     for k in reversed(range(len(t1))):
#:         best = best_saved.pop()
#:         if t1[k] < best:
#:             values_grad[k + 1] += best_grad
#:             best_grad = 0.0
#:     # best = values[0]
#:     values_grad[0] += best_grad
#:     return value, (values_grad,)
print(smallest_gradients([3.0, 1.0, 2.0]))
#: (1.0, ([0.0, 1.0, 0.0],))

# An early `return` is a branch too, with the rest of the function in its `else`.


def distance(x, y):
    if x == y:
        return 0.0
    return abs(x - y) ** 1.5


print(value_and_gradients_function(distance).source(2.0, 1.0))
#: def distance_value_and_gradients(x, y, dy=1.0):
#:     """The value of distance and its gradients with respect to x and y.
#:
#:     Made by s2sad from distance in 03_branches.py, line 137, for x: float, y: float.
#:     """
#:     if x == y:
#:         value = 0.0
#:         x_grad = 0.0
#:         y_grad = 0.0
#:     else:
#:         t1 = x - y
#:         t2 = abs(t1)
#:         value = t2**1.5
#:         # return abs(x - y) ** 1.5
#:         t2_grad = 1.5 * dy * t2**0.5
#:         t1_grad = t2_grad if t1 > 0 else -t2_grad if t1 < 0 else 0.0
#:         x_grad = t1_grad
#:         y_grad = -t1_grad
#:     return value, (x_grad, y_grad)

# A gradient says nothing of the test itself. At `abs(error) == width` two formulas meet; s2sad gives the
# slope of the one that is taken there. What has no slope at all is refused, at your line, before anything
# runs:


def tail(x):
    yield x


try:
    value_and_gradients_function(tail)(1.0)
except NotDifferentiableError as error:
    print(str(error).replace(__file__, "03_branches.py"))
#: s2sad can't differentiate this: `yield` makes `tail` a generator, which has no single value
#:   File "03_branches.py", line 170, in tail
#:     yield x
#:     ^^^^^^^
#:   Write instead: a list: `values.append(...)` in place of `yield ...`, and `return values` at the end
