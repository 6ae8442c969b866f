# 7. Matrix rules
# ===============
#
# A step of an array program is a matrix product, a sum over an axis, the solution of a linear system. Each
# has a rule that is again a step on whole arrays: nobody has to think of single entries. Write <A, B> for the
# sum of the products of all entries of A and B. The gradient of the value with respect to A is that array
# A_grad with
#
#     change of the value = <A_grad, change of A>.

import numpy as np

from s2sad import value_and_gradients_function


def quadratic(A, x):
    return x @ A @ x


rng = np.random.default_rng(0)
A = rng.normal(size=(3, 3))
x = rng.normal(size=3)
quadratic_gradients = value_and_gradients_function(quadratic)
print(quadratic_gradients.source(A, x))
#: import numpy as np
#:
#:
#: def quadratic_value_and_gradients(A, x, dy=1.0):
#:     """The value of quadratic and its gradients with respect to A and x.
#:
#:     Made by s2sad from quadratic in 07_matrix_rules.py, line 16, for A: float[:, :], x: float[:].
#:     """
#:     t1 = x @ A
#:     value = t1 @ x
#:
#:     # return x @ A @ x
#:     t1_grad = dy * x
#:     x_grad = dy * t1 + A @ t1_grad
#:     A_grad = np.outer(x, t1_grad)
#:     return value, (A_grad, x_grad)

# For a product C = A @ B, a change of A changes C by dA @ B, and <C_grad, dA @ B> = <C_grad @ B.T, dA>. So
# A_grad is C_grad @ B.T, and B_grad is A.T @ C_grad. s2sad knows how many axes each name has from the
# arguments of the call, so a product of two vectors is written as such: the outer product above is what
# `C_grad @ B.T` means there.
#
# For the solution of A @ s = b: dA @ s + A @ ds = db, so ds = solve(A, db - dA @ s). Turned round, the
# gradient with respect to b is the solution of the transposed system, and that with respect to A is minus its
# outer product with s.


def fit_error(A, b, wanted):
    s = np.linalg.solve(A, b)
    return np.sum((s - wanted) ** 2)


fit_gradients = value_and_gradients_function(fit_error, params=["A", "b"])
A = A + 4.0 * np.eye(3)
b = np.array([1.0, 2.0, 3.0])
print(fit_gradients.source(A, b, x))
#: import numpy as np
#:
#:
#: def fit_error_value_and_gradients(A, b, wanted, dy=1.0):
#:     """The value of fit_error and its gradients with respect to A and b.
#:
#:     Made by s2sad from fit_error in 07_matrix_rules.py, line 52, for A: float[:, :], b: float[:],
#:     wanted: float[:].
#:     """
#:     s = np.linalg.solve(A, b)
#:     t1 = s - wanted
#:     value = np.sum(t1**2)
#:
#:     # return np.sum((s - wanted) ** 2)
#:     t1_grad = 2.0 * dy * t1
#:     # s = np.linalg.solve(A, b)
#:     b_grad = np.linalg.solve(A.T, t1_grad)
#:     A_grad = -np.outer(b_grad, s)
#:     return value, (A_grad, b_grad)
value, (A_grad, b_grad) = fit_gradients(A, b, x)
print(b_grad.round(4))
#: [0.6    0.6103 0.221 ]

# Broadcasting copies a smaller operand along an axis, so its gradient is a sum along that axis. The bias of a
# layer is added to each row, and collects from each row:


def layer(W, b, inputs):
    return np.tanh(inputs @ W + b)


inputs = rng.normal(size=(5, 3))
print(value_and_gradients_function(layer, params=["W", "b"]).source(A, b, inputs))
#: import numpy as np
#:
#:
#: def layer_value_and_gradients(W, b, inputs, dy=1.0):
#:     """The value of layer and its gradients with respect to W and b.
#:
#:     Made by s2sad from layer in 07_matrix_rules.py, line 88, for W: float[:, :], b: float[:],
#:     inputs: float[:, :].
#:     """
#:     value = np.tanh(inputs @ W + b)
#:
#:     # return np.tanh(inputs @ W + b)
#:     t1_grad = dy * (1.0 - value * value)
#:     b_grad = np.sum(t1_grad, axis=0)
#:     W_grad = inputs.T @ t1_grad
#:     return value, (W_grad, b_grad)
