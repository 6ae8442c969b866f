"""Functions of NumPy that are differentiated as what they are made of, not by a rule.

An equivalent is a Python function that gives the same values, bit for bit, in s2sad's input language. A call that a
gradient flows through is differentiated as if its body stood there; every other call stays as it is.

    @equivalent(np.append)
    def append(arr, values, axis=None):
        if axis is None:
            return np.concatenate((np.ravel(arr), np.ravel(values)))
        return np.concatenate((arr, values), axis=axis)

Both modes, every order and all kinds follow from the parts. Tests on ranks and options are decided when compiling.
A function that has a rule may have such a program for options that the rule doesn't know: `@with_options(np.average)`.
One that is written for an argument that is known (`r` of itertools.combinations) may have a second one, for where it
isn't: `@where_unknown(combinations, "r")`.
The body may use `np`, `math`, built-ins, and other functions of its module that are marked with `@part`.

>>> import numpy as np
>>> find(np.append).__name__
'append'
"""

from s2sad.equivalents import (  # noqa: F401
    calling,
    complex_numbers,
    iterating,
    joining,
    options,
    polynomials,
    repeating,
    sampled,
    shapes,
)
from s2sad.equivalents.registry import (
    equivalent,
    find,
    find_method,
    find_where_unknown,
    find_with_options,
    is_part,
    part,
    where_unknown,
    with_options,
)

__all__ = [
    "equivalent",
    "find",
    "find_method",
    "find_where_unknown",
    "find_with_options",
    "is_part",
    "part",
    "where_unknown",
    "with_options",
]
