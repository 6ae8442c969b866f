"""Functions under names of their own, `from numpy import exp`: the gradient program is that of `np.exp`."""

import linecache
import re

import numpy as np
import pytest

import s2sad

PROGRAM = """
import math

import numpy as np


def mixture(x, weights, means):
    z = x[:, None] - means[None, :]
    log_p = np.log(weights) - 0.5 * np.square(z)
    largest = np.max(log_p, axis=1)
    return np.sum(np.log(np.sum(np.exp(log_p - largest[:, None]), axis=1)) + largest)


def option(price, strike, rate, sigma, time):
    d = (math.log(price / strike) + rate * time) / (sigma * math.sqrt(time))
    paid = strike * math.exp(-rate * time)
    return price * math.erf(d) - paid * math.erf(d - sigma * math.sqrt(time))


def filtered(x, a):
    y = np.zeros_like(x)
    rows = np.reshape(x, (2, -1))
    y[1:] = np.tanh(x[:-1]) * a
    y[0] = np.dot(rows[0], rows[1])
    return np.mean(np.concatenate([y, np.sqrt(y * y + 1.0)]))


def distances(P):
    total = 0.0
    for row in np.copy(P):
        shifted = np.subtract(P, row)
        shifted[0] = np.abs(row)
        total += np.linalg.norm(shifted)
    return total
"""

VECTOR = np.linspace(0.5, 2.0, 4)
CASES = {
    "mixture": (VECTOR, np.array([0.3, 0.7]), np.array([0.4, 1.6])),
    "option": (1.0, 1.1, 0.05, 0.2, 0.7),
    "filtered": (VECTOR, 0.3),
    "distances": (np.outer(VECTOR, VECTOR[:2]),),
}
CALLED = r"\b(np\.linalg|np|math)\.(\w+)(?=\()"


def functions(text, name):
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    namespace = {"__name__": "programs"}
    exec(compile(text, name, "exec"), namespace)
    return namespace


@pytest.mark.parametrize("name", CASES)
def test_same_program(name):
    modules = {"np": "numpy", "np.linalg": "numpy.linalg", "math": "math"}
    program = "\n".join(re.findall(rf"^def {name}.*?(?:\n\n|\Z)", PROGRAM, re.M | re.S))
    imports = {f"from {modules[module]} import {function}" for module, function in re.findall(CALLED, program)}
    with_names = "\n".join(sorted(imports)) + "\n" + re.sub(CALLED, r"\2", program)
    f, g = functions(PROGRAM, "attributes.py")[name], functions(with_names, "names.py")[name]
    texts = []
    for each in (f, g):
        made = s2sad.value_and_gradients_function(each)
        assert repr(made(*CASES[name])) == repr(s2sad.value_and_gradients_function(f)(*CASES[name]))
        texts.append(re.sub(CALLED, r"\2", made.source(*CASES[name]).partition('    """\n')[2]))
    assert "".join(texts[0].split()) == "".join(texts[1].split())
    s2sad.check_gradients(g, *CASES[name])
