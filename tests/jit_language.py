"""The language cases compiled by Numba, by hand: how many compile and agree, and what is said of the others.

    python -m tests.jit_language test_statements test_loops       all the cases of these files
    python -m tests.jit_language test_statements --every 5        each fifth

A case that gives other numbers than the plain program, or fails with an error that is not s2sad's own, is a defect.
"""

from __future__ import annotations

import argparse
import copy
import importlib
import warnings
from collections import Counter

import numpy as np

from s2sad import numba_options, value_and_gradients_function
from s2sad.errors import InternalError, S2sadError
from s2sad.numba_errors import NotCompiledError
from tests.language.checker import Case
from tests.reference import leaves


def outcome(case: Case) -> str:
    """'agrees', 'not compiled: why', 'refused' (as the plain one is) or 'DEFECT: what'."""
    options = case.options
    kwargs, params = options.get("kwargs") or {}, options.get("params")
    try:
        plain = value_and_gradients_function(case.f, params=params)(*copy.deepcopy(case.args), **copy.deepcopy(kwargs))
    except Exception:
        return "refused"
    try:
        jitted = value_and_gradients_function(case.f, params=params, jit=numba_options(cache=False))
        found = jitted(*copy.deepcopy(case.args), **copy.deepcopy(kwargs))
    except NotCompiledError as error:
        return "not compiled: " + str(error).split("\n")[0].partition("this: ")[2]
    except Exception as error:
        own = isinstance(error, S2sadError) and not isinstance(error, InternalError)
        return ("" if own else "DEFECT: ") + f"{type(error).__name__}: {str(error)[:200]}"
    return differs(found, plain) or "agrees"


def differs(found: object, plain: object) -> str:
    """What is different; empty if nothing is."""
    one, other = [leaf for _, leaf in leaves(found)], [leaf for _, leaf in leaves(plain)]
    if [path for path, _ in leaves(found)] != [path for path, _ in leaves(plain)]:
        return "DEFECT: another structure"
    for a, b in zip(one, other):
        if type(a) is not type(b) and not (isinstance(a, (float, int)) and isinstance(b, (float, int, np.generic))):
            if not (a is None or b is None or np.shape(a) == np.shape(b) == ()):
                return f"DEFECT: {type(a)} for {type(b)}"
        if isinstance(b, (int, float, complex, np.ndarray, np.generic)):
            rtol = 1e-6 if getattr(b, "dtype", "") in ("float32", "complex64") else 1e-12
            if np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=rtol, atol=rtol / 10, equal_nan=True):
                return f"DEFECT: {a} for {b}"
        elif a != b:
            return f"DEFECT: {a} for {b}"
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    counted: Counter[str] = Counter()
    for file in options.files:
        cases = getattr(importlib.import_module(f"tests.language.{file}"), "case", [])
        for case in cases[options.first :: options.every]:
            made = outcome(case)
            counted[made.partition(":")[0]] += 1
            if made != "agrees":
                print(f"{file}::{case}: {made}", flush=True)
    print(dict(counted))


if __name__ == "__main__":
    main()
