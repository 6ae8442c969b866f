"""s2sad turns a Python/NumPy function into another Python function that returns its value and its gradients.

>>> def f(x, y):
...     return x * x * x * y - x * y * y
>>> val_grads = value_and_gradients_function(f)
>>> f_val, (x_grad, y_grad) = val_grads(2.0, 3.0)
>>> f_val, x_grad, y_grad
(6.0, 27.0, -4.0)
"""

from __future__ import annotations

from s2sad.api import value_and_gradients_function
from s2sad.check_rule import RuleReport, check_rule
from s2sad.checkpointing import checkpoint
from s2sad.custom import custom_gradient, stop_gradient
from s2sad.decorator import differentiable
from s2sad.derived import grad, gradients_function, make_vjp, value_and_grad, vjp
from s2sad.errors import (
    ArgumentError,
    NotDifferentiableError,
    OutsideGradientError,
    ParameterError,
    RuleError,
    S2sadError,
    SourceError,
)
from s2sad.forward import jvp, value_and_tangent_function
from s2sad.higher import hessian, hvp, jacobian
from s2sad.inserting import grad_of
from s2sad.jit_options import numba_options
from s2sad.numeric import WrongGradientError, check_gradients
from s2sad.rules import adjoint, nondifferentiable, partials, tangent

__all__ = [
    "ArgumentError",
    "NotDifferentiableError",
    "OutsideGradientError",
    "ParameterError",
    "RuleError",
    "RuleReport",
    "S2sadError",
    "SourceError",
    "WrongGradientError",
    "adjoint",
    "check_gradients",
    "check_rule",
    "checkpoint",
    "custom_gradient",
    "differentiable",
    "grad",
    "grad_of",
    "gradients_function",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "make_vjp",
    "nondifferentiable",
    "numba_options",
    "partials",
    "stop_gradient",
    "tangent",
    "value_and_grad",
    "value_and_gradients_function",
    "value_and_tangent_function",
    "vjp",
]
