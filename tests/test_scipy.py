"""SciPy through the public interface: each rule in a whole program, in every mode; what is refused; the text."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import special

import s2sad
from s2sad import NotDifferentiableError, check_rule, value_and_gradients_function
from s2sad.rules import registry
from tests.rule_rows import ROWS

OURS = [rule for rule in registry.rules() if "scipy" in getattr(rule.template, "__module__", "")]
ONCE = {"elliprf", "elliprc", "ellipk", "ellipe", "ellipkm1", "ellipkinc", "ellipeinc", "agm"}


@pytest.mark.parametrize("rule", OURS, ids=lambda rule: rule.name)
def test_whole_programs(rule):
    """A program that calls the function, its gradient, and the gradient of that, against differences."""
    row = next((row for row in ROWS[rule.function] if row.compared and row.expected is None and not row.fixed), None)
    rows = [row for row in ROWS[rule.function] if row.compared and row.expected is None]
    row = next((row for row in rows if any(isinstance(each, np.ndarray) for each in row.args)), rows[0])
    report = check_rule(
        rule.function, *row.args, order=1 if rule.name in ONCE else 2, rtol=1e-5, atol=1e-6, **row.keywords
    )
    assert report.ok, report


def test_importing_s2sad_imports_no_scipy():
    code = "import sys, math, s2sad; s2sad.grad(math.sin)(1.0); assert not [m for m in sys.modules if 'scipy' in m]"
    subprocess.run([sys.executable, "-c", code], check=True)


def text_of(f, *args):
    text = value_and_gradients_function(f).source(*args)
    body = [line.strip() for line in text.split("\n    return value")[0].split("\n") if "_grad =" in line]
    return body, [line for line in text.split("\n") if line.startswith(("import", "from"))]


def test_texts():
    def f(x):
        return np.sum(special.erf(x))

    assert text_of(f, np.ones(3)) == (
        ["x_grad = 2.0 * dy / math.sqrt(math.pi) * np.exp(-x * x)"],
        ["import math", "import numpy as np", "from scipy import special"],
    )

    def f(x):
        return special.logsumexp(x)

    assert text_of(f, np.ones(3))[0] == ["x_grad = dy * np.exp(x - (0.0 if value == -np.inf else value))"]

    def f(x):
        return np.sum(special.expit(x))

    assert text_of(f, np.ones(3))[0] == ["x_grad = dy * t1 * special.expit(-x)"]

    def f(x):
        return np.sum(special.jv(2, x))

    assert text_of(f, np.ones(3))[0] == ["x_grad = 0.5 * dy * (special.jv(1, x) - special.jv(3, x))"]


def test_the_name_of_the_module_is_the_users():
    import scipy
    import scipy.special as sp

    for f in (lambda x: sp.erf(x), lambda x: scipy.special.erf(x)):
        value, (slope,) = value_and_gradients_function(f)(0.0)
        assert slope == pytest.approx(2.0 / np.sqrt(np.pi))

    special = 3.0
    assert s2sad.grad(lambda x: special * sp.erf(x))(0.0) == pytest.approx(6.0 / np.sqrt(np.pi))


def test_a_parameter_without_derivative_is_refused():
    def f(x):
        return special.gammainc(x, 3.0)

    with pytest.raises(NotDifferentiableError, match="`gammainc` has no derivative with respect to `a`"):
        s2sad.grad(f)(1.5)
    assert s2sad.grad(lambda x: special.gammainc(s2sad.stop_gradient(x), x))(1.5) > 0.0
