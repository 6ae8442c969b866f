"""SciPy through the public interface: each rule in a whole program, in every mode; what is refused; the text."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys

import numpy as np
import pytest
from scipy import linalg, signal, special, stats
from scipy.spatial import distance

import s2sad
from s2sad import NotDifferentiableError, check_rule, gradients_function, value_and_gradients_function
from s2sad.rules import coverage, refused_special, registry
from tests.rule_rows import ROWS

OURS = [rule for rule in registry.rules() if "scipy" in getattr(rule.template, "__module__", "")]
# Those whose derivatives have none, of which the second order is not asked.
ONCE = {"ellipj", "elliprf", "elliprc", "ellipk", "ellipe", "ellipkm1", "ellipkinc", "ellipeinc", "agm"}
# Results of several shapes, and matrices that must stay symmetric: these have whole programs in the test after the next
# and in tests/test_scipy_equations.py.
RAGGED = {"eigh", "svd", "lstsq", "lu", "eig", "eigh_tridiagonal", "orthogonal_procrustes"}
RAGGED |= {"solve_continuous_are", "solve_discrete_are", "stft", "spectrogram"}


@pytest.mark.rows
@pytest.mark.filterwarnings("ignore:logm result may be inaccurate")
@pytest.mark.parametrize("rule", [rule for rule in OURS if rule.name not in RAGGED], ids=lambda rule: rule.name)
def test_whole_programs(rule):
    """A program that calls the function, its gradient, and the gradient of that, against differences."""
    rows = [row for row in ROWS[rule.function] if row.compared and row.expected is None]
    own = inspect.signature(check_rule).parameters  # `order` of ndimage.rotate can't be passed on by its name
    rows = [row for row in rows if row.keywords.keys().isdisjoint(own)]
    rows = [row for row in rows if not row.fixed] or rows
    row = next((row for row in rows if any(isinstance(each, np.ndarray) for each in row.args)), rows[0])
    report = check_rule(
        rule.function, *row.args, order=1 if rule.name in ONCE else 2, rtol=1e-5, atol=1e-6, **row.keywords
    )
    assert report.ok, report


def test_results_of_several_shapes():
    """Put together again, the parts give the matrix; a solution of full rank is that of the normal equations."""
    a, b = np.array([[3.0, 1.0, 0.2], [1.0, 2.0, 0.5], [0.2, 0.5, 5.0]]), np.array([0.5, -1.0, 2.0])

    def by_values(a):
        values, vectors = linalg.eigh(a, driver="ev")
        return b @ (vectors * values**3) @ vectors.T @ b

    def by_singular_values(a):
        u, s, vh = linalg.svd(a)
        return b @ (u * s) @ vh @ (b * b)

    def by_triangles(a):
        p, lower, upper = linalg.lu(a)
        return b @ p @ lower @ upper @ (b * b)

    def by_squares(a):
        return np.sum(linalg.lstsq(a, b)[0] ** 3)

    for f, plain in (
        (by_values, lambda a: b @ np.linalg.matrix_power(np.tril(a) + np.tril(a, -1).T, 3) @ b),
        (by_singular_values, lambda a: b @ a @ (b * b)),
        (by_triangles, lambda a: b @ a @ (b * b)),
        (by_squares, lambda a: np.sum(np.linalg.solve(a, b) ** 3)),
    ):
        assert np.allclose(s2sad.grad(f)(a), s2sad.grad(plain)(a), rtol=1e-10, atol=1e-10)


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

    assert text_of(f, np.ones(3))[0] == ["x_grad = dy * t1 / np.where(t2 == 0, 1.0, t2)"]

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


def test_factors_of_constants_and_stacks_of_matrices():
    a, b = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([0.5, -1.0])

    factor = linalg.cho_factor(a)

    def f(b):
        return np.sum(linalg.cho_solve(factor, b))

    assert np.allclose(s2sad.grad(f)(b), np.linalg.solve(a, np.ones(2)))
    with pytest.raises(s2sad.S2sadError):
        s2sad.grad(lambda a: np.sum(linalg.eigh(a, np.stack([np.eye(2)] * 2))[0]))(np.stack([a, a]))


def test_every_name_of_scipy_special_is_known():
    """There is a rule, a zero, or a reason to refuse it: a new version of SciPy shows here."""
    names = [name for name in coverage.public_names() if name.startswith("scipy.special.")]
    assert len(names) > 300 and coverage.status_of("scipy.special.airy") == "rule"
    assert [name for name in names if coverage.status_of(name) == "missing"] == []


def test_no_function_is_in_two_tables():
    refused = [name for _, _, names in refused_special.FUNCTIONS for name in names.split()]
    assert len(set(refused)) == len(refused)
    with_rule = [name for name in refused if registry.find(getattr(special, name, None)) is not None]
    assert with_rule == [] and not set(refused) & set(refused_special.CONSTANTS.split())


def test_a_refused_function_says_what_to_write():
    def f(x):
        return special.diric(x, 3)

    with pytest.raises(NotDifferentiableError, match=r"`diric` is a quotient(.|\n)*np\.sin\(0\.5 \* n \* x\)"):
        s2sad.grad(f)(1.5)
    assert s2sad.grad(lambda x: x * special.diric(0.5, 3))(1.5) == special.diric(0.5, 3)
    if hasattr(special, "sph_legendre_p"):  # from SciPy 1.15 on
        with pytest.raises(NotDifferentiableError, match="`sph_legendre_p` gives functions of several degrees"):
            s2sad.grad(lambda x: special.sph_legendre_p(2, 1, x))(0.5)


def test_a_table_of_constants():
    def f(x, n):
        points, weights = special.roots_legendre(n)
        return np.sum(weights * np.exp(x * points))

    slope = 2.0 * np.cosh(0.5) / 0.5 - 2.0 * np.sinh(0.5) / 0.25
    assert s2sad.grad(f)(0.5, 12) == pytest.approx(slope, rel=1e-12)


def test_elliptic_functions_at_the_ends_of_the_parameter():
    """DLMF 22.5.4: at m = 1 sn is tanh; 22.10.1: how it leaves sin at m = 0."""
    sn = s2sad.grad(lambda u, m: special.ellipj(u, m)[0], ["u", "m"])
    u = 0.7
    assert sn(u, 0.0) == pytest.approx((np.cos(u), -0.25 * (u - np.sin(u) * np.cos(u)) * np.cos(u)), rel=1e-12)
    changed = 0.25 * (np.sinh(u) * np.cosh(u) - u) / np.cosh(u) ** 2  # 22.10.7, in 1 - m
    assert sn(u, 1.0) == pytest.approx((1.0 / np.cosh(u) ** 2, -changed), rel=1e-10)


def test_tails_of_scaled_airy_functions():
    """z^(-1/4) / (2 sqrt(pi)) and z^(-1/4) / sqrt(pi), to leading order (DLMF 9.7.5, 9.7.7)."""
    for place, factor in ((0, 0.5), (2, 1.0)):
        slope = s2sad.grad(lambda z: special.airye(z)[place])(1e10)
        assert slope == pytest.approx(-0.25 * factor * 1e10**-1.25 / np.sqrt(np.pi), rel=1e-12)
        near = [s2sad.grad(lambda z: special.airye(z)[place + 1])(z) for z in (100.0 - 1e-9, 100.0 + 1e-9)]
        assert near[0] == pytest.approx(near[1], rel=1e-10)
    with pytest.raises(NotDifferentiableError, match="not analytic"):
        s2sad.grad(lambda z: np.real(special.airye(z)[2]))(0.7 + 0.2j)


def test_integrals_of_bessel_functions():
    """The integrands, in closed form."""
    for x in (1e-9, 0.3, 0.7, 9.0):
        slopes = [s2sad.grad(f)(x) for f in (lambda x: special.iti0k0(x)[0], lambda x: special.itj0y0(x)[1])]
        assert slopes == pytest.approx([special.i0(x), special.y0(x)], rel=1e-14)
        slope = s2sad.grad(lambda x: special.it2i0k0(x)[0])(x)
        series = sum((0.5 * x) ** (2 * k) / (x * special.gamma(k + 1.0) ** 2) for k in range(1, 60))
        assert slope == pytest.approx(series, rel=1e-13)
        slope = s2sad.grad(lambda x: special.it2j0y0(x)[1])(x)
        assert slope == pytest.approx(-special.y0(x) / x, rel=1e-14)


def test_the_sign_of_a_sum_of_exponentials():
    def f(a, b):
        size, sign = special.logsumexp(a, b=b, return_sign=True)
        return sign * np.exp(size)

    a, b = np.array([0.3, 1.2]), np.array([1.0, -2.0])
    slopes = value_and_gradients_function(f)(a, b)[1]
    assert np.allclose(slopes, (b * np.exp(a), np.exp(a)), rtol=1e-13)


def test_texts_of_filters():
    from scipy import fft, ndimage, signal

    def f(x, k):
        return np.sum(signal.convolve(x, k) ** 2)

    assert text_of(f, np.ones(5), np.ones(3))[0] == [
        "t1_grad = 2.0 * dy * t1",
        'x_grad = signal.correlate(t1_grad, k, "valid")',
        'k_grad = signal.correlate(t1_grad, x, "valid")',
    ]

    def f(x):
        return np.sum(ndimage.gaussian_filter(x, 1.5) ** 2)

    assert text_of(f, np.ones((4, 4)))[0] == ['x_grad = ndimage.gaussian_filter(2.0 * dy * t1, 1.5, mode="reflect")']

    def f(x):
        return np.sum(fft.dct(x, norm="ortho") ** 2)

    assert text_of(f, np.ones(4))[0] == ['x_grad = fft.dct(2.0 * dy * t1, 3, axis=-1, norm="ortho")']


def test_an_array_that_is_written_to_is_refused():
    from scipy import fft, ndimage

    def smooth(x):
        out = np.zeros(x.shape)
        ndimage.gaussian_filter(x, 1.0, output=out)
        return np.sum(out)

    def destroyed(x):
        return np.sum(fft.dct(x, overwrite_x=True) ** 2)

    for f, keyword in ((smooth, "output"), (destroyed, "overwrite_x")):
        with pytest.raises(NotDifferentiableError, match=f"doesn't know this use of it .{keyword}."):
            s2sad.grad(f)(np.ones(4))


def test_a_derivative_that_does_not_depend_on_the_argument_is_as_large_as_it() -> None:
    (gradient,) = gradients_function(lambda q: stats.uniform.ppf(q, 1, 2))(np.array([0.25, 0.5]))
    assert gradient.tolist() == [2.0, 2.0]


def test_distances_of_near_points_far_from_zero_keep_their_digits() -> None:
    """Moved by a number that is added without rounding, points have the same distances, and the same derivatives."""
    a = np.round(np.linspace(-1.0, 2.0, 12).reshape(4, 3) ** 3 * 2.0**20) / 2.0**20
    b = np.round(np.cos(np.arange(15.0)).reshape(5, 3) * 2.0**20) / 2.0**20
    moved = np.array([2.0**26, -(2.0**26), 2.0**25])

    def weighed(x, y):
        return np.sum(np.sin(distance.cdist(x, y))) + np.sum(np.cos(distance.pdist(x, "sqeuclidean")))

    gradients = gradients_function(weighed)
    for near, far in zip(gradients(a, b), gradients(a + moved, b + moved)):
        np.testing.assert_allclose(far, near, rtol=1e-12)
    tangents = (np.sin(a), np.cos(b))
    near = s2sad.jvp(weighed, (a, b), tangents)[1]
    np.testing.assert_allclose(s2sad.jvp(weighed, (a + moved, b + moved), tangents)[1], near, rtol=1e-12)


@pytest.mark.filterwarnings("ignore:floating point number truncated", "ignore:non-integer arg n is deprecated")
@pytest.mark.parametrize("name", ["kn", "yn", "bdtr", "bdtrc", "bdtri", "nbdtr", "nbdtrc", "nbdtri"])
def test_an_order_that_is_no_integer_is_cut_off_as_scipy_does(name) -> None:
    function = getattr(special, name)

    def given(order, degree, x):
        return function(order, x) if name in ("kn", "yn") else function(order, degree, x)

    assert given(3.6, 5.7, 0.3) == given(3, 5, 0.3)
    assert s2sad.grad(lambda x: given(3.6, 5.7, x))(0.3) == pytest.approx(s2sad.grad(lambda x: given(3, 5, x))(0.3))
    assert s2sad.check_gradients(lambda x: given(3.6, 5.7, x), np.array([0.3, 0.4])).ok


@pytest.mark.parametrize("boundary, fillvalue", [("fill", 1.5), ("wrap", 0.0), ("symm", 0.0)])
def test_forward_mode_of_what_a_convolution_continues_its_input_by(boundary, fillvalue) -> None:
    """With a fillvalue the convolution isn't linear in its input: what is put beside it doesn't change."""
    x, y = np.cos(np.arange(12.0)).reshape(3, 4), np.sin(np.arange(6.0)).reshape(2, 3)

    def continued(x, y):
        first = signal.convolve2d(x, y, boundary=boundary, fillvalue=fillvalue)
        return np.sum(first**2) + np.sum(signal.correlate2d(x, y, "same", boundary, fillvalue) ** 3)

    slope = s2sad.jvp(continued, (x, y), (y[0, 0] + x**2, y**2))[1]
    ends = [continued(x + h * (y[0, 0] + x**2), y + h * y**2) for h in (1e-5, -1e-5)]
    assert slope == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6)


@pytest.mark.parametrize("v", [0.0, 1.0, 3.0, 10.0])
def test_scaled_bessel_functions_where_their_series_begin(v):
    """There the recurrence is still good to 1e-11, and the second term of the series is 4e-9 of it."""
    x = 1.01e4 * (1.0 + v * v)
    for each in (x, -x):
        near = 0.5 * (special.ive(v - 1, each) + special.ive(v + 1, each)) - np.sign(each) * special.ive(v, each)
        assert s2sad.grad(lambda x: special.ive(v, x))(each) == pytest.approx(near, rel=1e-9)
    near = special.kve(v, x) - 0.5 * (special.kve(v - 1, x) + special.kve(v + 1, x))
    assert s2sad.grad(lambda x: special.kve(v, x))(x) == pytest.approx(near, rel=1e-9)


@pytest.mark.parametrize("complex_one", [0, 1])
def test_khatri_rao_of_one_complex_matrix_is_refused(complex_one):
    given = [np.ones((2, 3)), np.ones((2, 3))]
    given[complex_one] = given[complex_one] + 1.0j
    with pytest.raises(NotDifferentiableError, match="of stacks or complex matrices"):
        gradients_function(lambda a, b: np.sum(np.abs(linalg.khatri_rao(a, b)) ** 2))(*given)


def test_tangent_of_a_triangular_system_that_is_overwritten():
    a, b = np.tril(np.ones((3, 3))), np.ones(3)
    with pytest.raises(NotDifferentiableError, match="overwrit"):
        s2sad.jvp(lambda a, b: linalg.solve_triangular(a, b, overwrite_b=True, lower=True), (a, b), (a, b))


@pytest.mark.parametrize("c", [3e-6, -3e-6, 0.0])
def test_generalized_pareto_distribution_that_is_almost_exponential(c):
    """The derivative of its distribution function is its density."""
    found = s2sad.grad(lambda x: stats.genpareto.cdf(x, c))(2.0)
    assert found == pytest.approx(stats.genpareto.pdf(2.0, c), rel=1e-9)


@pytest.mark.parametrize("c", [4e-6, -4e-6])
def test_nearly_no_shape_of_extreme_values(c):
    found = s2sad.grad(lambda x: stats.genextreme.logpdf(x, c))(2.0)
    t = math.exp(math.log1p(-2.0 * c) / c)
    assert found == pytest.approx((t - 1.0 + c) / (1.0 - 2.0 * c), rel=1e-9)


@pytest.mark.parametrize("x", [101.0, 200.0])
def test_erfcx_far_out(x):
    """2 x erfcx(x) - 2 / sqrt(pi), by the continued fraction of erfcx (DLMF 7.9.2), in which nothing cancels."""
    inner = x
    for k in range(60, 1, -1):
        inner = x + 0.5 * k / inner
    # erfcx = 1 / (sqrt(pi) (x + 1/2 / inner)), and 2 x erfcx - 2 / sqrt(pi) = -1 / (sqrt(pi) inner (x + 1/2 / inner))
    expected = -1.0 / (np.sqrt(np.pi) * inner * (x + 0.5 / inner))
    assert s2sad.grad(lambda x: special.erfcx(x))(x) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("x", [0.3, 2.0, 5.9, 6.1, 9.9, 10.1, 30.0])
def test_the_derivative_of_lgamma_is_as_good_as_psi(x):
    assert s2sad.grad(lambda x: math.lgamma(x))(x) == pytest.approx(special.psi(x), rel=1e-14)


def test_blocks_that_are_written_as_lists():
    def f(a, b):
        return np.sum(linalg.block_diag(a, 1.0, [b, b * a[0, 0]]) ** 3)

    assert s2sad.check_gradients(f, np.array([[0.3, 1.2], [0.7, -0.4]]), 0.8)


def test_hessian_of_a_density_that_is_squeezed_to_a_number():
    """SciPy's own text: a number without axes that is written in one branch has a tangent of its own there."""

    def f(a):
        y = stats.dirichlet.logpdf(np.array([0.2, 0.3, 0.5]), a)
        return np.sum(0.7 * y + 0.3 * y * y)

    a, v, step = np.array([1.1, 0.7, 1.3]), np.array([1.0, -0.5, 2.0]), 1e-6
    gradient = s2sad.grad(f)
    expected = (gradient(a + step * v) - gradient(a - step * v)) / (2.0 * step)
    np.testing.assert_allclose(s2sad.hvp(f, (a,), (v,))[0], expected, rtol=1e-6)
