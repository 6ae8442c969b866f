"""Rules that users register: what they do, what is said of mistakes in them, and `check_rule`."""

from __future__ import annotations

import functools
import math
import subprocess
import sys
import textwrap
import types
from typing import Any

import numpy as np
import pytest

import s2sad
from s2sad import RuleError, adjoint, check_rule, nondifferentiable, partials, tangent
from s2sad.numeric import WrongGradientError
from s2sad.rules import registry


@pytest.fixture(autouse=True)
def no_rule_stays(monkeypatch):
    """Some are for functions that other tests call."""
    monkeypatch.setattr(registry, "_rules", dict(registry._rules))


def softplus(x: float) -> float:
    return math.log1p(math.exp(x))


def shift(x: Any, axis: int = 0) -> Any:
    return np.roll(x, 1, axis=axis)


def scale(x: Any, factor: float = 2.0) -> Any:
    return factor * x


def last_line(error: BaseException) -> str:
    return str(error).split("\n")[-1].strip()


# ---------------------------------------------------------------- what rules do


def test_partials_decide_the_gradient():
    def f(x):
        return 2.0 * x

    @partials(f)
    def _(x):
        return 7.0

    assert s2sad.grad(f)(1.5) == 7.0
    assert s2sad.grad(lambda x: f(3.0 * x))(1.5) == 21.0


def test_what_each_item_needs_is_computed_once():
    def spread(data):
        return sum((x - math.fsum(data) / len(data)) ** 2 for x in data)

    @adjoint(spread)
    def _(data, *, grad):
        center = math.fsum(data) / len(data)
        return [2.0 * grad * (x - center) for x in data]

    gradient = s2sad.grad(lambda items: spread(items))
    assert gradient([1.0, 2.0, 4.5]) == pytest.approx([-3.0, -1.0, 4.0])
    (line,) = [line for line in gradient.source([1.0]).splitlines() if "fsum" in line]
    assert " for " not in line


def test_a_rule_that_is_redefined_takes_effect():
    def f(x):
        return 2.0 * x

    def through(x):
        return f(3.0 * x)

    gradient = s2sad.grad(through)
    assert gradient(1.5) == 6.0  # from f's own text

    @partials(f)
    def _(x):
        return 5.0

    assert gradient(1.5) == 15.0

    @partials(f)
    def _(x):
        return 6.0

    assert gradient(1.5) == 18.0
    nondifferentiable(f)
    assert gradient(1.5) == 0.0


def test_a_program_is_not_made_anew_for_nothing():
    def g(x):
        return x * x

    gradient = s2sad.grad(g)
    gradient(1.5)
    gradient(2.5)
    assert gradient.cache_info()[:2] == (1, 1)


def test_helpers_and_numbers_are_looked_at_again():
    space = run(
        """
        factor = 3.0

        def f(x):
            return 2.0 * x

        def slope(x):
            return factor * x

        @partials(f)
        def _(x):
            return slope(x)
        """
    )
    gradient = s2sad.grad(space["f"])
    assert gradient(2.0) == 6.0
    space["factor"] = 4.0
    assert gradient(2.0) == 8.0
    space["slope"] = space["f"]
    assert gradient(2.0) == 4.0


def test_what_a_helper_calls_its_own_is_not_a_global():
    space = run(
        """
        t = 3.0

        def f(x):
            return 2.0 * x

        def slope(x):
            t = x * x
            return t + t

        @partials(f)
        def _(x):
            return slope(x)
        """
    )
    assert s2sad.grad(space["f"])(2.0) == 8.0


def test_templates_see_what_they_capture():
    factor = 4.0

    def f(x):
        return 2.0 * x

    def slope(x):
        return factor + 0.0 * x

    @partials(f)
    def _(x):
        return slope(x) * factor

    assert s2sad.grad(f)(1.0) == 16.0


def test_an_adjoint_with_keywords():
    @adjoint(shift, linear=True)
    def _(x, axis=0, *, grad):
        return np.roll(grad, -1, axis=axis)

    x = np.arange(6.0).reshape(2, 3)
    weights = np.arange(6.0).reshape(2, 3) ** 2
    for axis in (0, 1):
        found = s2sad.grad(lambda x: np.sum(weights * shift(x, axis=axis)))(x)
        assert np.array_equal(found, np.roll(weights, -1, axis=axis))
    gradients = s2sad.value_and_gradients_function(lambda x: shift(x))(x)[1]
    assert np.array_equal(gradients[0], np.ones((2, 3)))  # dy is 1 for each element, of whatever kind the value is
    assert check_rule(shift, x, axis=1).ok
    assert check_rule(shift, x).ok


def test_a_function_of_an_extension_module():
    """Its text imports what the template names by another way."""
    special = pytest.importorskip("scipy.special")
    space = run(
        """
        import scipy.special as sp
        from scipy.special import voigt_profile, wofz

        def peak(x, width):
            return voigt_profile(x, width, 0.5)

        @adjoint(voigt_profile)
        def _(x0, x1, x2, *, grad):
            z = (x0 + 1j * x2) / (x1 * np.sqrt(2.0))
            return grad * np.real(-2.0 * z * wofz(z)) / (x1 * x1 * 2.0 * np.sqrt(np.pi)), None, None
        """
    )
    value, (slope,) = s2sad.value_and_gradients_function(space["peak"], ["x"])(0.7, 1.2)
    step = 1e-6
    ends = special.voigt_profile(0.7 + step, 1.2, 0.5), special.voigt_profile(0.7 - step, 1.2, 0.5)
    assert slope == pytest.approx((ends[0] - ends[1]) / (2.0 * step), rel=1e-7)
    text = s2sad.value_and_gradients_function(space["peak"], ["x"]).source(0.7, 1.2)
    assert "wofz" in text
    compile(text, "text", "exec")


def test_programs_stand_alone(tmp_path):
    (tmp_path / "model_of_user.py").write_text(
        textwrap.dedent(
            """
            import numpy as np
            from math import exp
            import s2sad

            def soft(x):
                return np.logaddexp(0.0, x)

            def steep(x):
                return 1.0 / (1.0 + helper(x))

            @s2sad.partials(soft)
            def _(x):
                return steep(x)

            def helper(x):
                return np.exp(-x)

            def loss(x):
                return np.sum(soft(x))
            """
        )
    )
    make = "import model_of_user, s2sad, numpy as np; print(s2sad.grad(model_of_user.loss).source(np.ones(3)))"
    text = subprocess.run([sys.executable, "-c", make], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "s2sad" not in text.replace("Made by s2sad", "") and "def helper" in text
    (tmp_path / "program.py").write_text(text)
    use = "import program, numpy as np; print(program.loss_gradients(np.zeros(2)))"
    found = subprocess.run([sys.executable, "-c", use], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[0.5 0.5]"


def test_helpers_of_one_name_are_told_apart():
    first = run(
        """
        def f(x):
            return 2.0 * x

        def slope(x):
            return 3.0 * x

        @partials(f)
        def _(x):
            return slope(x)
        """
    )
    second = run(
        """
        def g(x):
            return 2.0 * x

        def slope(x):
            return 5.0 * x

        @partials(g)
        def _(x):
            return slope(x)
        """
    )

    def slope(x):
        return 10.0 * x

    f, g = first["f"], second["g"]
    assert s2sad.grad(lambda x: f(x) + g(x) + slope(x))(1.0) == 18.0


def test_rules_of_ours_can_be_replaced():
    text = """
    import math, s2sad

    def f(x):
        return math.sin(x)

    gradient = s2sad.grad(f)
    assert gradient(0.0) == 1.0

    @s2sad.partials(math.sin)
    def _(x):
        return 5.0

    assert gradient(0.0) == 5.0
    """
    subprocess.run([sys.executable, "-c", "import linecache\n" + _with_lines(text)], check=True)


def _with_lines(text: str) -> str:
    text = textwrap.dedent(text)
    return (
        f"text = {text!r}\nlinecache.cache['<cell>'] = (len(text), None, text.splitlines(True), '<cell>')\n"
        "exec(compile(text, '<cell>', 'exec'), {'__name__': '__main__'})"
    )


# ---------------------------------------------------------------- mistakes in them

_cells = iter(range(1000))


def run(text: str) -> dict[str, Any]:
    """A cell of a notebook, run in a module of its own."""
    import linecache

    name = f"cell_{next(_cells)}"
    module = types.ModuleType(name)
    sys.modules[name] = module
    text = textwrap.dedent(text).lstrip("\n")
    filename = f"<{name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    vars(module).update(
        np=np, math=math, partials=partials, adjoint=adjoint, tangent=tangent, nondifferentiable=nondifferentiable
    )
    exec(compile(text, filename, "exec"), vars(module))
    return vars(module)


def mistake(text: str) -> list[str]:
    """The lines of the error, without the file's name."""
    with pytest.raises(RuleError) as caught:
        run("def f(x, y=1.0):\n    return x * y\n\n" + textwrap.dedent(text).lstrip("\n"))
    assert isinstance(caught.value, ValueError)
    return [line.replace('File "<', "").strip() for line in str(caught.value).split("\n")]


def test_too_many_parameters():
    found = mistake("""
    @partials(f)
    def _(x, y=1.0, z=2.0):
        return y, x, 0.0
    """)
    assert found[0] == "the rule for `f`: `f` takes 2 arguments, and has no `z`"
    assert found[2:] == ["def _(x, y=1.0, z=2.0):", "^", "Write instead: a template with 2 arguments"]


def test_too_few_parameters():
    found = mistake("""
    def g(x, y):
        return x * y

    @partials(g)
    def _(x):
        return 1.0
    """)
    assert found[0] == "the rule for `g`: `g` takes 2 arguments (x, y), and the template 1"
    assert found[-1] == "Write instead: the parameter y as well"


def test_a_parameter_of_another_name():
    found = mistake("""
    @partials(f)
    def _(x, z=1.0):
        return z, x
    """)
    assert found[0] == "the rule for `f`: parameter 2 of `f` is called `y`, not `z`"
    assert found[2:4] == ["def _(x, z=1.0):", "^"]


def test_another_default():
    found = mistake("""
    @partials(f)
    def _(x, y=2.0):
        return y, x
    """)
    assert found[0] == "the rule for `f`: `y` is 1.0 where a call of `f` leaves it out"
    assert found[-1] == "Write instead: `y=1.0`"


def test_a_keyword_that_is_not_given():
    found = mistake("""
    @partials(f)
    def _(x, y=1.0, *, grad):
        return grad * y, grad * x
    """)
    assert found[0] == "the rule for `f`: `f` has no parameter `grad`"


def test_an_adjoint_without_grad():
    found = mistake("""
    @adjoint(f)
    def _(x, y=1.0):
        return y, x
    """)
    assert "no parameter `grad`" in found[0]
    assert found[-1] == "Write instead: `def _(x, y, *, grad)`"


def test_grad_is_given_by_keyword():
    found = mistake("""
    @adjoint(f)
    def _(x, y=1.0, grad=None):
        return grad * y, grad * x
    """)
    assert found[0] == "the rule for `f`: `grad` is given by keyword"


def test_a_name_that_is_not_defined():
    found = mistake("""
    @partials(f)
    def _(x, y=1.0):
        return digama(x), x
    """)
    assert found[0] == "the rule for `f`: `digama` is not defined"
    assert found[1].endswith("line 6, in _")
    assert found[2:] == ["return digama(x), x", "^^^^^^", "Write instead: a name of this module"]


def test_a_name_that_is_not_defined_in_a_helper():
    found = mistake("""
    def slope(x):
        for _ in range(3):
            x = x * facto
        return x

    @partials(f)
    def _(x, y=1.0):
        return slope(x), x
    """)
    assert found[0] == "the rule for `f`: `facto` is not defined"
    assert found[2:4] == ["x = x * facto", "^^^^^"]


def test_a_value_that_a_program_can_not_have():
    found = mistake("""
    table = np.zeros(3)

    @partials(f)
    def _(x, y=1.0):
        return x @ table, x
    """)
    assert found[0].startswith("the rule for `f`: `table` is an array")
    assert found[2:4] == ["return x @ table, x", "^^^^^"]


@pytest.mark.parametrize(
    ("line", "shown", "remedy"),
    [
        ("for k in range(3): pass", "for k in range(3): pass", "a helper function for it"),
        ("y += 1.0", "y += 1.0", "`x = x + ...`"),
        ("a = b = x", "a = b = x", "a helper function for it"),
        ("x[0] = 1.0", "x[0] = 1.0", "a helper function for it"),
        ("a = {1: x}", "{1: x}", "a helper function that does this"),
        ("a = f'{x}'", "f'{x}'", "a helper function that does this"),
    ],
)
def test_a_form_that_templates_lack(line, shown, remedy):
    found = mistake(f"@partials(f)\ndef _(x, y=1.0):\n    {line}\n    return y, x\n")
    assert found[2] == line
    assert len(found[3]) == len(shown)
    assert found[-1] == f"Write instead: {remedy}"


def test_not_all_ways_return():
    found = mistake("""
    @partials(f)
    def _(x, y=1.0):
        if y is None:
            return 1.0, 2.0
    """)
    assert "not all ways" in found[0]


def test_returns_of_different_length():
    found = mistake("""
    @partials(f)
    def _(x, y=1.0):
        if y is None:
            return 1.0
        return y, x
    """)
    assert found[0] == "the rule for `f`: 1 derivative here, and 2 in another `return`"


def test_too_many_derivatives():
    found = mistake("""
    @partials(f)
    def _(x, y=1.0):
        return y, x, 0.0
    """)
    assert found[0] == "the rule for `f`: 3 derivatives for 2 parameters"
    assert found[3] == "^^^^^^^^^"


def test_options_that_name_no_parameter():
    assert "`wrt` names `z`" in mistake('@adjoint(f, wrt=["z"])\ndef _(x, y=1.0, *, grad):\n    return grad, grad\n')[0]
    assert (
        "`variadic` names `z`"
        in mistake('@adjoint(f, variadic="z")\ndef _(x, y=1.0, *, grad, k):\n    return grad\n')[0]
    )


def test_tangents_that_are_wrong():
    found = mistake("@tangent(f)\ndef _(x, y=1.0, *, z_dot):\n    return z_dot\n")
    assert found[0] == "the rule for `f`: `z_dot` is the tangent of a parameter `z`, and there is none"
    assert found[-1] == "Write instead: one of x_dot, y_dot"
    assert "takes none" in mistake("@tangent(f)\ndef _(x, y=1.0):\n    return x\n")[0]


def test_what_is_no_function():
    with pytest.raises(RuleError, match="and 3 is not one"):
        partials(3)(softplus)
    with pytest.raises(RuleError, match=r"write @partials\(function\)"):
        partials()(softplus)
    with pytest.raises(RuleError, match="not a lambda"):
        partials(softplus)(lambda x: x)
    with pytest.raises(RuleError, match="not before 2.0"):
        partials(softplus)(2.0)


def test_ufuncs_are_counted():
    with pytest.raises(RuleError, match="`logaddexp` takes 2 arguments"):

        @partials(np.logaddexp)
        def _(x):
            return 1.0


# ---------------------------------------------------------------- check_rule


def fresh(f):
    """Another function that does the same, without a rule."""
    return types.FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__)


def test_check_rule_agrees():
    f = fresh(softplus)

    @partials(f)
    def _(x):
        return 1.0 / (1.0 + math.exp(-x))

    report = check_rule(f, 0.3)
    assert report.ok and report.raise_if_wrong() is report
    assert [title for title, _ in report._parts()] == ["reverse mode", "forward mode", "second order"]
    assert str(report).endswith("the rule of softplus agrees with finite differences")


def test_check_rule_finds_a_wrong_sign():
    f = fresh(softplus)

    @partials(f)
    def _(x):
        return 1.0 / (1.0 + math.exp(x))

    report = check_rule(f, 0.3)
    assert not report.ok
    assert str(report).endswith("the rule of softplus is wrong in reverse mode and forward mode")
    with pytest.raises(WrongGradientError, match="WRONG"):
        report.raise_if_wrong()


def test_check_rule_finds_a_wrong_tangent():
    f = fresh(scale)

    @adjoint(f)
    def _(x, factor=2.0, *, grad):
        return grad * factor, np.sum(grad * x)

    @tangent(f)
    def _(x, factor=2.0, *, x_dot, factor_dot):
        return factor * x_dot

    report = check_rule(f, np.array([1.0, 2.0]), 3.0)
    assert report.reverse.ok and report.second.ok and not report.forward.ok


def test_check_rule_finds_a_wrong_shape():
    f = fresh(scale)

    @adjoint(f)
    def _(x, factor=2.0, *, grad):
        return grad * factor, np.append(grad * x, 0.0)

    with pytest.raises((WrongGradientError, ValueError)):
        check_rule(f, np.array([1.0, 2.0]), 3.0).raise_if_wrong()


def test_check_rule_says_which_shape_is_wrong():
    def f(x):
        return np.sum(x)

    @adjoint(f)
    def _(x, *, grad):
        return np.ones(3) * grad

    report = check_rule(f, np.ones(4))
    assert not report.ok
    assert "the template's derivative for x has the shape (3,), the argument (4,)" in str(report)


def test_linear_is_one_of_three():
    with pytest.raises(RuleError, match='`linear` is True, False or "each"'):
        adjoint(fresh(scale), linear="all")


def test_check_rule_of_a_constant():
    f = fresh(scale)
    nondifferentiable(f)
    assert not check_rule(f, 1.5).ok
    assert check_rule(np.floor, np.array([1.5, 2.5])).ok


def test_check_rule_without_a_rule():
    with pytest.raises(RuleError, match="no rule is registered for fresh"):
        check_rule(fresh, 1.0)
    with pytest.raises(RuleError, match="none of these arguments"):
        check_rule(np.sin, 1)


def test_check_rule_names_a_gradient_that_can_not_be_differentiated():
    f = fresh(softplus)

    def other(x):
        return functools.lru_cache(math.exp)(x)

    @partials(f)
    def _(x):
        return np.frompyfunc(math.exp, 1, 1)(x) / (1.0 + math.exp(x))

    report = check_rule(f, 0.3)
    assert report.reverse.ok and not report.ok
    assert "can't be differentiated again" in str(report)
    assert check_rule(f, 0.3, order=1).ok


def into(x, output):
    output[:] = 2.0 * x
    return output


def test_what_a_kind_function_refuses_is_said_though_nothing_reads_the_result():
    from s2sad.rules.registry import kind, refuse

    @adjoint(into)
    def _(x, output, *, grad):
        return 2.0 * grad, None

    @kind(into)
    def into_kind(x, output):
        return refuse("it writes into output")

    def f(x):
        made = np.zeros(3)
        into(x, made)
        return np.sum(made)

    with pytest.raises(s2sad.NotDifferentiableError, match="the rule for `into` fails here: it writes into output"):
        s2sad.value_and_gradients_function(f)(np.ones(3))


# ---------------------------------------------------------------- several results, and what isn't an array


def both(a: Any) -> Any:
    return np.cos(a), np.sum(a)


def both_grad(a, *, grad, result):
    wave = 0.0 if grad[0] is None else -np.sin(a) * grad[0]
    return wave + (0.0 if grad[1] is None else grad[1])


def test_a_function_with_several_results():
    adjoint(both, several=2)(both_grad)

    @tangent(both)
    def _(a, *, a_dot):
        return -np.sin(a) * a_dot, np.sum(a_dot)

    def f(a):
        waves, total = both(a)
        return np.sum(waves * total)

    a = np.array([0.5, 1.0])
    assert s2sad.check_gradients(f, a).ok
    report = check_rule(both, a)
    assert report.ok and {row.parameter for row in report.forward.rows} == {"result[0][0]", "result[0][1]", "result[1]"}


def test_how_many_results_there_are_has_to_be_said():
    with pytest.raises(RuleError, match="`several` is how many results there are, as in `several=2`, and not True"):
        adjoint(both, several=True)
    adjoint(both, several=3)(both_grad)
    assert "both returns 2 results: register its rule with `several=2`" in str(check_rule(both, np.array([0.5, 1.0])))
    adjoint(both)(both_grad)
    assert "both returns 2 results: register its rule with `several=2`" in str(check_rule(both, np.array([0.5, 1.0])))


def test_check_rule_of_functions_with_several_results():
    report = check_rule(np.linalg.eigh, np.array([[2.0, 1.0], [1.0, 3.0]]))
    assert report.ok and len(report.forward.rows) == 6


def test_check_rule_compares_forward_mode_of_any_number_of_arguments():
    report = check_rule(math.hypot, 3.0, 4.0)
    assert report.ok and len(report.forward.rows) == 1
    report = check_rule(np.stack, [np.array([1.0, 2.0]), np.array([3.0, 4.0])])
    assert report.ok and len(report.forward.rows) == 4


def test_an_option_that_the_function_has_itself_is_the_function_s():
    def ordered(x, order="up"):
        return np.sort(x) if order == "up" else -np.sort(-x)

    @partials(ordered)
    def _(x, order="up"):
        return 1.0

    assert not check_rule(ordered, np.array([3.0, 1.0]), order="down").reverse.faults
    assert check_rule(np.ravel, np.ones((2, 3)), order="F").ok


def test_a_ufunc_of_a_python_function_gives_numbers():
    square = np.frompyfunc(lambda x: x * x, 1, 1)

    @partials(square)
    def _(x):
        return 2.0 * x

    assert s2sad.grad(lambda x: square(x) * 2.0)(3.0) == 12.0
    with pytest.raises(s2sad.NotDifferentiableError, match="an array of Python objects"):
        s2sad.grad(lambda x: np.sum(square(x)))(np.array([3.0, 4.0]))


def test_what_has_no_hash_can_have_no_rule():
    import ctypes

    function = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(abs)
    with pytest.raises(RuleError, match="has no hash: write a function that calls it, and a rule for that"):
        partials(function)(lambda x: 1.0)
