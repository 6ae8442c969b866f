"""The partial derivatives of NumPy's ufuncs at the ends of the range, at zeros and at ties, against differences in
extended precision. Where the ufunc's own value is no finite number, or that of its neighbours, nothing is compared."""

import itertools
import warnings

import numpy as np
import pytest

from s2sad import gradients_function
from s2sad.rules import registry

PLACES = [1e-300, 1e-20, 0.7, 1.0, 1e20, 1e300]
PLACES = [0.0, -0.0, *PLACES, *[-each for each in PLACES]]
LIMITS = [np.inf, -np.inf]
LONG = np.longdouble
UFUNCS = {
    function
    for function in vars(np).values()
    if isinstance(function, np.ufunc) and function.nout == 1 and function.signature is None
    if (rule := registry.find(function)) is not None and rule.form == "partials"
}
UNARY = sorted((each for each in UFUNCS if each.nin == 1), key=lambda each: each.__name__)
BINARY = sorted((each for each in UFUNCS if each.nin == 2), key=lambda each: each.__name__)
PERIODIC = {np.sin, np.cos, np.tan}  # beyond 1e17 a step is many periods


PIECES = {np.maximum, np.minimum, np.fmax, np.fmin, np.heaviside, np.copysign, np.absolute, np.fabs}


def tells(function, args, k):
    """Whether a difference in argument k says what the slope is."""
    if function is np.nextafter or function is np.copysign and args[1] == 0:
        return False
    if function in (np.remainder, np.mod, np.fmod):  # a sawtooth, where no step jumps
        return abs(args[1]) == 1.3 and 0.1 < abs(args[0]) < 10 and abs(args[0]) != abs(args[1])
    if function in (np.logaddexp, np.logaddexp2):  # from 1e16 on the result is rounded by more than log(2)
        return abs(args[0]) < 1e16 or args[0] != args[1]
    if function is np.arctan2:  # a cut, and around (0, 0) no derivative
        return min(map(abs, args)) > 1e-200
    if function in (np.power, np.float_power) and k == 0 and abs(args[1]) == 1e-300:
        return False
    return not (function in (np.power, np.float_power) and k == 1 and args[0] <= 0)


pytestmark = pytest.mark.skipif(np.finfo(LONG).eps > 1e-18, reason="longdouble is no more than double here")


def differences(function, args, k):
    """Central differences in argument k, by steps of several sizes; [] where the slope can't be told."""
    own = abs(LONG(args[k])) or LONG(2.0) ** -1000
    sizes = {own} if function in PIECES else {own, LONG(1.0), *(abs(LONG(each)) for each in args)} - {0}
    found = []
    with np.errstate(all="ignore"):
        for step in [size * LONG(2.0) ** -24 for size in sizes]:
            moved = [[LONG(each) for each in args] for _ in range(2)]
            moved[0][k] += step
            moved[1][k] -= step
            ends = [function(*each) for each in moved]
            if np.all(np.isfinite(ends)) and moved[0][k] != moved[1][k]:
                found.append(float((ends[0] - ends[1]) / (2 * step)))
    return [slope for slope in found if slope != 0.0] or found[:1]


def compared(function, places):
    """What the gradients are, and what they should be, at each place."""

    def f(*args):
        return function(*args)

    gradients = gradients_function(f, params=["args"])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for args in places:
            if not np.isfinite(function(*map(np.float64, args))):
                continue
            for k in range(function.nin):
                expected = differences(function, args, k) if np.isfinite(args[k]) else [0.0]
                if expected and max(map(abs, expected)) < 1e200 and tells(function, args, k):
                    yield args, k, gradients(*map(np.float64, args))[0][k], expected


def wrong(found, expected):
    return not any(np.isclose(found, each, rtol=1e-5, atol=1e-15 if abs(each) < 1.0 else 0.0) for each in expected)


@pytest.mark.parametrize("function", UNARY, ids=lambda each: each.__name__)
def test_unary(function):
    places = [x for x in PLACES if function not in PERIODIC or abs(x) < 1e15] + LIMITS
    assert [each for each in compared(function, [(x,) for x in places]) if wrong(*each[2:])] == []


@pytest.mark.parametrize("function", BINARY, ids=lambda each: each.__name__)
def test_binary(function):
    places = [0.0, -0.0, 1e-300, 0.7, -1.3, 1e300, -1e300]
    pairs = list(itertools.product(places, places))
    assert [each for each in compared(function, pairs) if wrong(*each[2:])] == []
