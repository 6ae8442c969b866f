# 5. Arrays as memory
# ===================
#
# NumPy programs write into arrays. An array is a piece of memory, and its gradient is a piece of memory
# beside it, of the same shape: the shadow. Whatever the program does to the array, the gradient program
# undoes in the shadow.

import numpy as np

from s2sad import value_and_gradients_function


def prefix_products(x):
    p = np.empty_like(x)
    p[0] = x[0]
    for k in range(1, len(x)):
        p[k] = p[k - 1] * x[k]
    return np.sum(p)


x = np.array([2.0, 3.0, 4.0])
prefix_gradients = value_and_gradients_function(prefix_products)
print(prefix_gradients.source(x))
#: import numpy as np
#:
#:
#: def prefix_products_value_and_gradients(x, dy=1.0):
#:     """The value of prefix_products and its gradient with respect to x.
#:
#:     Made by s2sad from prefix_products in 05_arrays_as_memory.py, line 13, for x: float[:].
#:     """
#:     p = np.empty_like(x)
#:     p[0] = x[0]
#:     for k in range(1, len(x)):
#:         p[k] = p[k - 1] * x[k]
#:     value = np.sum(p)
#:
#:     p_grad = np.zeros_like(p) + dy
#:     x_grad = np.zeros_like(x)
#:     for k in reversed(range(1, len(x))):
#:         # p[k] = p[k - 1] * x[k]
#:         t1_grad = p_grad[k]
#:         x_grad[k] = t1_grad * p[k - 1]
#:         p_grad[k - 1] += t1_grad * x[k]
#:     # p[0] = x[0]
#:     x_grad[0] += p_grad[0]
#:     return value, (x_grad,)
print(prefix_gradients(x))
#: (np.float64(32.0), (array([16., 10.,  6.]),))

# A store is undone in three steps: read the shadow at that place, clear it (what was there before had no
# influence any more, the store wrote over it), and hand what was read to the operands. A read adds into the
# shadow at its place.
#
# A slice is a view: it shares memory with its array. So the shadow of the slice is the same slice of the
# shadow, and a write through a second name is a write.


def smooth(u, steps):
    """Heat that flows along a rod."""
    inner = u[1:-1]
    for _ in range(steps):
        inner += 0.25 * (u[:-2] - 2.0 * inner + u[2:])
    return np.sum(u**2)


u = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
smooth_gradients = value_and_gradients_function(smooth, params=["u"])
print(smooth_gradients.source(u, 3))
#: import numpy as np
#:
#:
#: def smooth_value_and_gradients(u, steps, dy=1.0):
#:     """The value of smooth and its gradient with respect to u.
#:
#:     Made by s2sad from smooth in 05_arrays_as_memory.py, line 59, for u: float[:], steps: int.
#:     """
#:     u = u.copy()
#:     inner = u[1:-1]
#:     for _ in range(steps):
#:         inner += 0.25 * (u[:-2] - 2.0 * inner + u[2:])
#:     value = np.sum(u**2)
#:
#:     # return np.sum(u**2)
#:     u_grad = 2.0 * dy * u
#:     for _ in range(steps):
#:         # inner += 0.25 * (u[:-2] - 2.0 * inner + u[2:])
#:         t1_grad = 0.25 * u_grad[1:-1]
#:         u_grad[2:] += t1_grad
#:         u_grad[:-2] += t1_grad
#:         u_grad[1:-1] -= 2.0 * t1_grad
#:     return value, (u_grad,)
value, (u_grad,) = smooth_gradients(u, 3)
print(u_grad.round(4))
#: [0.2832 0.2734 0.3867 0.2734 0.2832]

# The function writes into its argument. Your array is copied first, so it is still what it was:

print(u)
#: [0. 0. 1. 0. 0.]

# Which element an index means can depend on the data; the same one may come twice. Each occurrence adds its
# share:


def picked(table, index):
    return np.sum(table[index] ** 2)


print(value_and_gradients_function(picked, params=["table"]).source(x, np.array([0, 2, 2])))
#: import numpy as np
#:
#:
#: def picked_value_and_gradients(table, index, dy=1.0):
#:     """The value of picked and its gradient with respect to table.
#:
#:     Made by s2sad from picked in 05_arrays_as_memory.py, line 106, for table: float[:],
#:     index: int64[:].
#:     """
#:     t1 = table[index]
#:     value = np.sum(t1**2)
#:
#:     # return np.sum(table[index] ** 2)
#:     table_grad = np.zeros_like(table)
#:     np.add.at(table_grad, index, 2.0 * dy * t1)
#:     return value, (table_grad,)
print(value_and_gradients_function(picked, params=["table"])(x, np.array([0, 2, 2])))
#: (np.float64(36.0), (array([ 4.,  0., 16.]),))
