"""The functions of NumPy that have no derivative to be given, and what to write instead. (SciPy's: refused_packages.py,
refused_special.py)

A call of one is refused where an argument needs a gradient. A call on constants runs as it stands, once: a table that
is loaded, random numbers that are drawn, a setting that is changed are constants for the derivative.

>>> import numpy as np
>>> reason_for(np.frombuffer)
('reads numbers out of raw bytes', 'an array that is passed as a parameter')
>>> reason_for(np.sin) is None
True
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import numpy as np

from s2sad.rules import refused_packages, refused_special

# (why there is no derivative, what to write instead, the names in numpy, with "linalg." or "fft." before some)
FUNCTIONS: list[tuple[str, str, str]] = [
    (
        "reads numbers out of raw bytes",
        "an array that is passed as a parameter",
        "frombuffer fromstring fromregex from_dlpack unpackbits packbits",
    ),
    (
        "reads or writes a file, through which no gradient flows",
        "the array itself, and the file outside of the function",
        "load loadtxt genfromtxt fromfile save savez savez_compressed savetxt memmap",
    ),
    (
        "gives its items one by one, with memory that is shared in ways that can't be followed",
        "a loop over positions, `for i in range(len(x))`, or an expression of whole arrays",
        "nditer nested_iters flatiter ndenumerate broadcast",
    ),
    (
        "makes a matrix, for which `*` is another operator than for arrays",
        "plain arrays, and `@` for the product of matrices",
        "matrix asmatrix bmat",
    ),
    (
        "makes an array of records, whose fields are known by name only when it runs",
        "an array for each field, or a dataclass of arrays",
        "recarray record void",
    ),
    (
        "is about dates, which have no derivative",
        "a number of days or seconds, as a float",
        "busday_count busday_offset busdaycalendar is_busday datetime64 datetime_data datetime_as_string timedelta64",
    ),
    (
        "gives the different numbers once: which ones these are changes in jumps",
        "x[places], with places from np.unique(s2sad.stop_gradient(x), return_index=True)",
        "unique",
    ),
    (
        "is an old name that NumPy 2 is giving up",
        "np.trapezoid",
        "trapz",
    ),
    (
        "makes a ufunc of a Python function, whose results are objects",
        "np.vectorize, or a loop",
        "frompyfunc",
    ),
    (
        "makes a polynomial object of the old interface, whose coefficients can't be followed",
        "np.polyval(coefficients, x)",
        "poly1d",
    ),
    (
        "changes or tells a setting of NumPy",
        "the call without a value that needs a gradient",
        "errstate printoptions get_printoptions set_printoptions getbufsize setbufsize geterr seterr geterrcall "
        "seterrcall show_config show_runtime get_include info test linalg.test fft.test",
    ),
    (
        "is a class of numbers that has no values of its own",
        "a class that has, such as np.float64",
        "generic number inexact floating complexfloating integer signedinteger unsignedinteger flexible character "
        "ufunc object_ bytes_ str_ linalg.LinAlgError",
    ),
    (
        "gives sets of numbers: which ones are in it changes in jumps",
        "np.sort(x), or np.unique with return_index=True and x at these places",
        "intersect1d setdiff1d setxor1d union1d unique_all unique_counts unique_inverse unique_values",
    ),
    (
        "finds how many bins suit the numbers, which changes in jumps",
        "how many bins there are: np.histogram_bin_edges(x, 10)",
        "histogram_bin_edges",
    ),
]

# The same for methods and attributes of arrays.
METHODS: list[tuple[str, str, str]] = [
    (
        "writes the numbers as bytes, through which no gradient flows",
        "the array itself, and the bytes outside of the function",
        "dump dumps tobytes tofile __getstate__ __setstate__ __reduce__ __reduce_ex__",
    ),
    (
        "looks at the memory of the array, which has no derivative",
        "the elements of the array, by index",
        "base ctypes data flags getfield setfield __array__ setflags byteswap device to_device "
        "__array_interface__ __array_struct__ __dlpack__ __dlpack_device__ __sizeof__",
    ),
    (
        "changes how many elements the array itself has",
        "np.resize(x, shape), or np.concatenate with zeros, as a new array",
        "resize",
    ),
    (
        "is no longer there in NumPy 2",
        "the function of NumPy, or a store: `x[i] = value`",
        "itemset newbyteorder ptp tostring",
    ),
    (
        "sees the memory of the array as numbers of another type",
        "x.astype(...), or x.real and x.imag of complex numbers",
        "view",
    ),
    (
        "is how NumPy calls an array back",
        "the function of NumPy itself",
        "__array_finalize__ __array_function__ __array_namespace__ __array_priority__ __array_ufunc__ "
        "__array_wrap__ __buffer__ __class_getitem__ __class__ __delattr__ __delitem__ __dir__ __doc__ "
        "__getattribute__ __hash__ __init__ __init_subclass__ __new__ __setattr__ __subclasshook__ __iter__",
    ),
    (
        "turns numbers into text",
        "the number itself; text for people outside of the function",
        "__repr__ __str__ __format__",
    ),
]


def _by_name(table: list[tuple[str, str, str]], library: Any) -> dict[Any, tuple[str, str]]:
    found = {}
    for why, instead, names in table:
        for name in names.split():
            function = functools.reduce(lambda owner, part: getattr(owner, part, None), name.split("."), library)
            if function is not None:
                found[function] = (why, instead)
    return found


_functions = _by_name(FUNCTIONS, np)
_methods = {name: (why, instead) for why, instead, names in METHODS for name in names.split()}


OF_SCIPY = {
    "scipy.special": refused_special.FUNCTIONS,
    "scipy.ndimage": refused_special.NDIMAGE,
    **refused_packages.TABLES,
}
_special: dict[Any, tuple[str, str]] = {}  # of these, once a program has imported them
_loaded: set[str] = set()


def reason_for(function: Any) -> tuple[str, str] | None:
    """(why, what to write instead) of a function that is refused, or None."""
    for name, table in OF_SCIPY.items():
        if name not in _loaded and name in sys.modules:
            _special.update(_by_name(table, sys.modules[name]))
            _loaded.add(name)
    try:
        return _functions.get(function) or _special.get(function)
    except TypeError:  # not hashable
        return None


def reason_for_method(name: str) -> tuple[str, str] | None:
    """(why, what to write instead) of a method or attribute of arrays that is refused, or None."""
    return _methods.get(name)
