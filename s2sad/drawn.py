"""Random numbers: what chooses them, and the kinds of those that are drawn by functions of `numpy.random` and `random`.

A number that is drawn is a constant for the derivative. Methods of a generator that is made by the program are calls of
something unknown, and so are their results.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from s2sad.kinds import FLOAT, INT, UNKNOWN, Array, Kind, Scalar, Static
from s2sad.rules.results import dims_of_shape, length_of

# A number that is given to these has no gradient, as a count has none.
SEEDED: tuple[Any, ...] = (
    *(np.random.seed, np.random.RandomState, np.random.default_rng, np.random.SeedSequence, np.random.PCG64),
    *(np.random.MT19937, np.random.Philox, random.seed, random.Random),
)

NUMBERS = frozenset(
    ["random", "uniform", "triangular", "gauss", "normalvariate", "lognormvariate", "expovariate", "betavariate"]
    + ["gammavariate", "paretovariate", "weibullvariate", "vonmisesvariate"]
)
# By name of a function of numpy.random, which of its parameters is `size`.
SIZES = {
    **dict.fromkeys(["random", "random_sample", "ranf", "sample", "standard_normal", "standard_exponential"], 0),
    **dict.fromkeys(["standard_cauchy"], 0),
    **dict.fromkeys(["exponential", "rayleigh", "chisquare", "standard_gamma", "standard_t", "weibull", "pareto"], 1),
    **dict.fromkeys(["power", "poisson"], 1),
    **dict.fromkeys(["normal", "uniform", "gamma", "beta", "laplace", "logistic", "lognormal", "gumbel"], 2),
    **dict.fromkeys(["vonmises", "wald", "f", "randint", "binomial"], 2),
    "triangular": 3,
}
INTEGERS = frozenset(["randint", "poisson", "binomial"])


def draws(function: Any) -> bool:
    """Whether a function makes a generator of random numbers, or is a method of that of a module."""
    return any(function is each for each in SEEDED) or type(getattr(function, "__self__", None)) in (
        random.Random,
        np.random.RandomState,
    )


def counts_of(function: Any, args: list[Any], keywords: dict[str, Any]) -> list[Any]:
    """The arguments of a call that are counts, or seeds: numbers that have no gradient."""
    if any(function is each for each in SEEDED) or getattr(function, "__name__", "") in ("rand", "randn"):
        return [*args, *keywords.values()]
    at = SIZES.get(function.__name__)
    return [*args[at : at + 1], *[v for k, v in keywords.items() if k == "size"]] if at is not None else []


def drawn_kind(function: Any, args: list[Kind], keywords: dict[str, Kind]) -> Kind:
    """The kind of what a call of such a function gives.

    >>> drawn_kind(np.random.normal, [], {}), drawn_kind(random.randint, [INT, INT], {})
    (Scalar(dtype='float', symbol=None), Scalar(dtype='int', symbol=None))
    >>> drawn_kind(np.random.rand, [Scalar("int", 3)], {})
    Array(dtype='float64', dims=(Dim(key=3, many=True),))
    """
    name = function.__name__
    if isinstance(function, type) or name in ("seed", "default_rng"):
        return UNKNOWN
    if isinstance(function.__self__, random.Random):
        return FLOAT if name in NUMBERS else INT if name in ("randint", "randrange", "getrandbits") else UNKNOWN
    if name in ("rand", "randn"):
        return Array("float64", tuple(map(length_of, args))) if args else FLOAT
    if name not in SIZES or "dtype" in keywords or name == "randint" and len(args) > 3:
        return UNKNOWN
    at = SIZES[name]
    size = args[at] if len(args) > at else keywords.get("size", Static(None))
    dtype = "int64" if name in INTEGERS else "float64"
    if size != Static(None):
        return Array(dtype, dims_of_shape(size))
    others = [*args[:at], *[kind for key, kind in keywords.items() if key != "size"]]
    if all(isinstance(kind, Scalar) for kind in others):
        return INT if name in INTEGERS else FLOAT
    return Array(dtype, None)
