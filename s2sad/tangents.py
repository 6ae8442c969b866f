"""What may be given as a tangent: something of the structure, the shapes and the precision of what it belongs to."""

from __future__ import annotations

import collections
import copy
import dataclasses
import enum
from typing import Any

import numpy as np

from s2sad.errors import ArgumentError
from s2sad.kinds import named

NUMBERS = (bool, int, float, complex, np.number, np.bool_)


class TangentError(ArgumentError, ValueError):
    """A tangent that does not fit."""


def checked_tangent(primal: Any, tangent: Any, name: str, wanted: bool, kind: Any = None) -> Any:
    """The tangent as the generated function takes it, or ValueError. wanted: whether f has a derivative there.

    >>> checked_tangent([1.0, 2.0], [1, None], "x", True)
    [1.0, 0.0]
    """
    if not wanted:
        if not is_nothing(tangent):
            raise TangentError(f"the tangent of {name} is {shown(tangent)}, but {name} has no derivative: pass None")
        return None
    return fitted(primal, tangent, name)


def is_nothing(tangent: Any) -> bool:
    """Whether a tangent says that nothing changes."""
    if tangent is None:
        return True
    if isinstance(tangent, (list, tuple)):
        return all(map(is_nothing, tangent))
    if isinstance(tangent, dict):
        return all(map(is_nothing, tangent.values()))
    if isinstance(tangent, (*NUMBERS, np.ndarray)):
        return not np.any(tangent)
    return False


def fitted(primal: Any, tangent: Any, where: str) -> Any:
    if isinstance(primal, np.ndarray) and primal.dtype.kind in "fc":
        return fitted_array(primal, tangent, where)
    if isinstance(primal, NUMBERS) and not isinstance(primal, (bool, np.bool_)):
        return fitted_number(primal, tangent, where)
    if isinstance(primal, (list, tuple, collections.deque)):
        return fitted_sequence(primal, tangent, where)
    if isinstance(primal, dict):
        return fitted_dict(primal, tangent, where)
    if hasattr(primal, "__dict__") and not callable(primal) and not isinstance(primal, (type, enum.Enum)):
        return fitted_record(primal, tangent, where)
    if not is_nothing(tangent):
        raise TangentError(f"the tangent of {where} is {shown(tangent)}, but {where} has no derivative: pass None")
    return None


def fitted_number(primal: Any, tangent: Any, where: str) -> Any:
    if tangent is None:
        return 0.0
    if not isinstance(tangent, NUMBERS) and not (isinstance(tangent, np.ndarray) and tangent.shape == ()):
        raise mismatch(primal, tangent, where)
    if np.iscomplexobj(tangent) and not np.iscomplexobj(primal):
        raise mismatch(primal, tangent, where)
    given: Any = tangent
    if isinstance(primal, (np.floating, np.complexfloating)):
        return type(primal)(given)
    try:
        return complex(given) if isinstance(primal, complex) else float(given)
    except OverflowError:  # an int that is larger than any float
        raise mismatch(primal, tangent, where) from None


def fitted_array(primal: Any, tangent: Any, where: str) -> Any:
    if tangent is None:
        return np.zeros_like(primal)
    if isinstance(tangent, (list, tuple, dict, str)) or np.shape(tangent) != primal.shape:
        raise mismatch(primal, tangent, where)
    made = np.asarray(tangent) if not isinstance(tangent, np.ndarray) else tangent
    if made.dtype == primal.dtype:
        return made
    if made.dtype.kind not in "biufc" or made.dtype.kind == "c" and primal.dtype.kind != "c":
        raise mismatch(primal, tangent, where)
    return made.astype(primal.dtype)


def fitted_sequence(primal: Any, tangent: Any, where: str) -> Any:
    if tangent is None:
        tangent = [None] * len(primal)
    fits = isinstance(tangent, (list, collections.deque)) if not isinstance(primal, tuple) else True
    if not isinstance(tangent, (list, tuple, collections.deque)) or len(tangent) != len(primal):
        raise mismatch(primal, tangent, where)
    if not fits and isinstance(tangent, tuple):
        raise mismatch(primal, tangent, where)
    made = [fitted(one, other, f"{where}[{k}]") for k, (one, other) in enumerate(zip(primal, tangent))]
    if isinstance(primal, tuple):
        return named(type(primal), tuple(made))
    return made


def fitted_dict(primal: Any, tangent: Any, where: str) -> Any:
    if tangent is None:
        tangent = dict.fromkeys(primal)
    if not isinstance(tangent, dict) or set(tangent) != set(primal):
        raise mismatch(primal, tangent, where)
    return {key: fitted(primal[key], tangent[key], f"{where}[{key!r}]") for key in primal}


def fitted_record(primal: Any, tangent: Any, where: str) -> Any:
    given = dict.fromkeys(vars(primal)) if tangent is None else tangent
    given = given if isinstance(given, dict) else getattr(tangent, "__dict__", None)
    if given is None or set(given) != set(vars(primal)):
        raise mismatch(primal, tangent, where)
    made = copy.copy(primal)
    for key, value in vars(primal).items():
        has_change = isinstance(value, (*NUMBERS, np.ndarray, list, tuple, dict)) or dataclasses.is_dataclass(value)
        object.__setattr__(made, key, fitted(value, given[key] if has_change else None, f"{where}.{key}"))
    return made


def mismatch(primal: Any, tangent: Any, where: str) -> TangentError:
    return TangentError(f"the tangent of {where} is {shown(tangent)}, where {where} is {shown(primal)}")


def shown(value: Any) -> str:
    """What a value is, in a few words.

    >>> import numpy as np
    >>> shown(np.zeros((2, 3))), shown([1.0, 2.0]), shown({"a": 1.0})
    ('an array of shape (2, 3) and dtype float64', 'a list of length 2', "a dict with the keys 'a'")
    """
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, (list, tuple, collections.deque)):
        name = type(value).__name__
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name} of length {len(value)}"
    if isinstance(value, dict):
        return f"a dict with the keys {', '.join(map(repr, value)) or '(none)'}"
    if value is None or isinstance(value, NUMBERS):
        return f"{value!r}" if value is None else f"the {type(value).__name__} {value!r}"
    return f"a {type(value).__name__}"
