"""What is known of each public name of NumPy and scipy.special: a rule, a form of its own in the compiler, or a reason
to refuse it.

>>> status_of("numpy.sin"), status_of("numpy.frombuffer"), status_of("ndarray.sum"), status_of("ndarray.shape")
('rule', 'refused', 'rule', 'compiler')
"""

from __future__ import annotations

import sys
import types
import warnings
from typing import Any

import numpy as np

from s2sad.rules import loading, registry
from s2sad.rules.refused import reason_for, reason_for_method

_MODULES = {"numpy": np, "numpy.linalg": np.linalg, "numpy.fft": np.fft}
_LIBRARIES = ("scipy.special",)  # where they are installed
UFUNC_METHODS = ("accumulate", "at", "outer", "reduce", "reduceat")


def public_names() -> list[str]:
    """The full names of all that NumPy offers: functions, classes, methods and attributes of arrays and ufuncs. Those
    of scipy.special follow where SciPy is installed."""
    found = []
    for module, members in _modules().items():
        found += [f"{module}.{name}" for name in sorted(dir(members)) if _is_public(members, name)]
    members = [name for name in sorted(dir(np.ndarray)) if name.startswith("__") or not name.startswith("_")]
    found += [f"ndarray.{name}" for name in members]
    return found + [f"ufunc.{name}" for name in UFUNC_METHODS]


def missing() -> list[str]:
    """The names of which nothing is known."""
    return [name for name in public_names() if status_of(name) == "missing"]


def status_of(full_name: str) -> str:
    """'rule', 'zero' (a rule that says so), 'compiler' (it knows the name itself), 'refused' or 'missing'."""
    owner, _, name = full_name.rpartition(".")
    if owner == "ndarray":
        return _status_of_member(name)
    if owner == "ufunc":
        return "compiler"
    function = _member(_modules()[owner], name)
    rule = registry.find(function)
    if rule is not None:
        return "zero" if rule.form == registry.NONDIFFERENTIABLE else "rule"
    if _in_compiler(function):
        return "compiler"
    return "refused" if reason_for(function) is not None else "missing"


def _modules() -> dict[str, Any]:
    """The modules whose names are counted, by name; SciPy is imported here, if it is installed."""
    loading.load_all()
    return {**_MODULES, **{name: sys.modules[name] for name in _LIBRARIES if name in sys.modules}}


def _is_public(module: Any, name: str) -> bool:
    if name.startswith("_"):
        return False
    member = _member(module, name)
    return callable(member) and not isinstance(member, types.ModuleType)


def _member(module: Any, name: str) -> Any:
    with warnings.catch_warnings():  # names that NumPy has deprecated
        warnings.simplefilter("ignore")
        return getattr(module, name)


def _in_compiler(function: Any) -> bool:
    from s2sad import equivalents
    from s2sad.infer_builtins import HANDLERS
    from s2sad.infer_numpy import CALLS

    try:
        return function in CALLS or function in HANDLERS or equivalents.find(function) is not None
    except TypeError:  # not hashable
        return False


def _status_of_member(name: str) -> str:
    from s2sad import equivalents
    from s2sad.infer_attributes import ATTRIBUTES
    from s2sad.infer_methods import METHODS

    function = registry.find_method(name) or registry.find_attribute(name)
    rule = registry.find(function) if function is not None else None
    if name in METHODS or name in ATTRIBUTES or equivalents.find_method(name) is not None:
        return "compiler"
    if rule is not None:
        return "zero" if rule.form == registry.NONDIFFERENTIABLE else "rule"
    return "refused" if reason_for_method(name) is not None else "missing"
