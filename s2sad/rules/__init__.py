"""The rules: what s2sad knows of functions. `registry.py` says how one is written; the files group them as NumPy does.

>>> import numpy as np
>>> find(np.tanh).wrt, find_method("sum") is np.sum
(('x',), True)
"""

# The import of the module comes before that of the decorator, which has the same name in this package.
import s2sad.rules.nondifferentiable  # noqa: F401
from s2sad.rules import (  # noqa: F401
    cmath_rules,
    copies,
    creation,
    diagonals,
    einsum,
    elementwise,
    emath,
    fourier,
    histograms,
    interpolation,
    joining,
    linalg,
    linalg_decompositions,
    linalg_eigen,
    linalg_norms,
    linear,
    math_rules,
    methods,
    nan_reductions,
    operators,
    order_statistics,
    ordering,
    padding,
    piecewise,
    polynomials,
    positions,
    reductions,
    running,
    selecting,
    shapes,
    special,
    statistics,
    tensors,
    ufunc_methods,
    windows,
)
from s2sad.rules.registry import (
    Rule,
    adjoint,
    attribute,
    find,
    find_attribute,
    find_method,
    kind,
    method,
    nondifferentiable,
    partials,
    rules,
    tangent,
)
from s2sad.rules.templates import Expansion, Undecided, expand, runtime_helper

__all__ = [
    "Expansion",
    "Rule",
    "Undecided",
    "adjoint",
    "attribute",
    "expand",
    "find",
    "find_attribute",
    "find_method",
    "kind",
    "method",
    "nondifferentiable",
    "partials",
    "rules",
    "runtime_helper",
    "tangent",
]
