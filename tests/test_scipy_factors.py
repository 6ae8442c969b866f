"""Matrices that are factored by SciPy, distributions by the names of their shapes, and what ndimage can't do."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import numpy as np
import pytest
import scipy
from scipy import integrate, linalg, ndimage, signal, stats

import s2sad
from s2sad import (
    NotDifferentiableError,
    check_gradients,
    gradients_function,
    infer_factors,
    infer_solvers,
    infer_splines,
    jvp,
    value_and_gradients_function,
)
from s2sad.rules import refused_packages, refused_special, registry

A = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
SKEW = A + np.array([[0.0, 0.3, 0.0], [0.0, 0.0, 0.0], [-0.4, 0.0, 0.0]])
B = np.array([0.5, 1.2, 2.3])
BS = np.stack([B, B**2], axis=1)


def in_parts(a, b):
    lu, piv = linalg.lu_factor(a)
    return linalg.lu_solve((lu, piv), b, trans=1) ** 2


def twice(a, b):
    factor = linalg.lu_factor(a)
    return linalg.lu_solve(factor, linalg.lu_solve(factor, b))


def with_triangle(a, b):
    half = linalg.cholesky(a, lower=True)
    x = linalg.cho_solve((half, True), b)
    return b @ x + np.sum(np.log(np.diag(half)))


FACTORS = {
    "cholesky and a triangle": (with_triangle, A, B),
    "upper triangle": (lambda a, b: linalg.cho_solve((linalg.cholesky(a), False), b) ** 2, A, B),
    "triangle of NumPy's": (lambda a, b: linalg.cho_solve((np.linalg.cholesky(a), True), b=b) ** 2, A, BS),
    "triangle itself": (lambda c, b: linalg.cho_solve((c, True), b, check_finite=False) ** 2, SKEW, BS),
    "lu": (lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b) ** 2, SKEW, B),
    "lu of several": (lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b) ** 2, SKEW, BS),
    "lu transposed": (in_parts, SKEW, B),
    "lu twice": (twice, SKEW, B),
    "cholesky": (lambda a, b: linalg.cho_solve(linalg.cho_factor(a), b) ** 2, A, B),
    "cholesky of several": (lambda a, b: linalg.cho_solve(linalg.cho_factor(a, lower=True), b) ** 2, A, BS),
}

HERMITIAN = A + 0.3j * np.array([[0.0, 1.0, -0.5], [-1.0, 0.0, 0.7], [0.5, -0.7, 0.0]])
ANY = SKEW + 0.3j * np.array([[0.2, 1.0, -0.5], [0.3, 0.1, 0.7], [0.5, -0.4, 0.6]])
CB, CBS = B + 0.4j * B[::-1], BS - 0.3j * BS**2


def squared(z):
    return np.real(z) ** 2 + 0.5 * np.imag(z) * np.real(z)


def by_lu(trans):
    return lambda a, b: squared(linalg.lu_solve(linalg.lu_factor(a), b, trans=trans))


def by_cholesky(lower):
    return lambda a, b: squared(linalg.cho_solve(linalg.cho_factor(a, lower), b))


def by_triangle(lower):
    return lambda c, b: squared(linalg.cho_solve((c, lower), b))


FACTORS |= {
    **{f"complex lu {trans}": (by_lu(trans), ANY, CBS if trans else CB) for trans in (0, 1, 2)},
    **{f"complex cholesky {lower}": (by_cholesky(lower), HERMITIAN, CBS if lower else CB) for lower in (False, True)},
    **{f"complex triangle {lower}": (by_triangle(lower), ANY, CBS) for lower in (False, True)},
    "complex matrix, real vector: lu": (by_lu(2), ANY, B),
    "complex matrix, real vector: cholesky": (by_cholesky(False), HERMITIAN, B),
    "complex matrix, real vector: triangle": (by_triangle(True), ANY, B),
    "complex vector: lu": (by_lu(2), SKEW, CB),
    "complex vector: cholesky": (by_cholesky(True), A, CB),
    "complex vector: triangle": (by_triangle(False), SKEW, CB),
}

STACK, STACK_OF_BS = np.stack([A, A + 0.5 * np.eye(3)]), np.stack([BS, BS + 0.3])
if tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 16):  # all of these take stacks since then
    for name, (f, a, b) in list(FACTORS.items()):
        if name != "cholesky and a triangle":
            stack = STACK + (a - A)
            FACTORS[f"stack: {name}"] = (f, stack, STACK_OF_BS * b.flat[0])
            if name != "lu twice":  # what comes out is no vector
                FACTORS[f"stack with one vector: {name}"] = (f, stack, B * b.flat[0])
            FACTORS[f"stack with one matrix: {name}"] = (f, stack, BS * b.flat[0])
    FACTORS["stack: lu of one"] = (lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b) ** 2, SKEW, STACK_OF_BS)
    FACTORS["stack: cholesky of one"] = (lambda a, b: linalg.cho_solve(linalg.cho_factor(a), b), A, STACK_OF_BS)


@pytest.mark.parametrize("name", FACTORS)
def test_factors(name):
    """Each element of the matrix by itself: of cho_factor's, those of one triangle have no effect."""
    f, *args = FACTORS[name]
    assert np.all(value_and_gradients_function(f)(*args)[0] == f(*args))
    assert check_gradients(f, *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert np.sum(jvp(f, args, args)[1]) == pytest.approx(np.real(slope))
    change, step = [np.cos(arg) for arg in args], 1e-5  # of complex ones: in both parts
    ends = [gradients_function(f)(*(a + way * step * v for a, v in zip(args, change))) for way in (1.0, -1.0)]
    for each, upper, lower in zip(s2sad.hvp(f, tuple(args), tuple(change)), *ends):
        np.testing.assert_allclose(each, (upper - lower) / (2.0 * step), rtol=1e-5, atol=1e-7)


def test_a_factor_is_only_there_to_be_handed_on():
    def f(a):
        lu, _ = linalg.lu_factor(a)
        return np.sum(np.log(np.abs(np.diag(lu))))

    with pytest.raises(NotDifferentiableError, match="`lu_factor` returns is used otherwise than by `lu_solve`"):
        s2sad.grad(f)(SKEW)


def test_shapes_of_distributions_by_name():
    def f(x, a):
        return stats.gamma.logpdf(x, a=a, scale=2.0) + stats.t.logpdf(x, df=a) + stats.beta.pdf(x, a=a, b=2.0)

    assert check_gradients(f, np.array([0.2, 0.7]), 1.5).ok


def test_covariance_made_of_a_factor():
    def f(x, mean, root):
        return stats.multivariate_normal.logpdf(x, mean, root @ root.T)

    assert check_gradients(f, B, B * 0.5, np.linalg.cholesky(A)).ok


def test_reasons_of_filters_that_are_not_linear():
    with pytest.raises(NotDifferentiableError, match=r"(?s)`median_filter` chooses among.*sliding_window_view"):
        s2sad.grad(lambda x: np.sum(ndimage.median_filter(x, 3)))(B)
    names = [name for _, _, names in refused_special.NDIMAGE for name in names.split()]
    assert len(set(names)) == len(names)
    assert not [name for name in names if registry.find(getattr(ndimage, name, None))]


def test_reasons_of_functions_that_have_no_derivative():
    with pytest.raises(NotDifferentiableError, match=r"(?s)`null_space` gives a basis.*the projection onto the space"):
        s2sad.grad(lambda x: np.sum(linalg.null_space(x)))(A)
    for home, table in refused_packages.TABLES.items():
        names = [name for _, _, names in table for name in names.split()]
        assert len(set(names)) == len(names)
        assert not [name for name in names if registry.find(getattr(importlib.import_module(home), name, None))]


@pytest.mark.parametrize("mode", ["reflect", "constant", "mirror", "wrap", "nearest"])
def test_filters_that_are_made_of_others(mode):
    image = np.outer(B, BS[:, 0] ** 2) + SKEW
    for f in (
        lambda x: ndimage.sobel(x, mode=mode),
        lambda x: ndimage.prewitt(x, 0, mode=mode, cval=0.3),
        lambda x: ndimage.laplace(x, mode=mode, cval=0.2),
    ):
        for x in (image, image[0], np.stack([image, image**2])):
            assert np.array_equal(value_and_gradients_function(f)(x)[0], f(x))
            assert check_gradients(f, x).ok
            assert np.allclose(jvp(f, (x,), (x,))[1], f(x) - f(0.0 * x), atol=1e-9)


def test_a_factor_of_what_carries_no_gradient():
    """A function of SciPy that has no rule is a plain call where no gradient flows in, whatever memory it reads."""

    def f(x):
        a = np.zeros((3, 3))
        a[:] = A
        upper = linalg.lu(a)[2]
        a[0, 0] = 2.0
        return upper @ linalg.lu_solve(linalg.lu_factor(SKEW), x) * a[0, 0]

    assert np.allclose(value_and_gradients_function(f)(B)[0], f(B))
    assert check_gradients(f, B).ok


def test_a_function_that_has_no_rule_is_refused_at_its_call():
    def f(a):
        return np.sum(linalg.hessenberg(a))

    with pytest.raises(
        NotDifferentiableError, match=r"(?s)`hessenberg` of scipy.linalg has no rule.*linalg.hessenberg\(a\)"
    ):
        s2sad.grad(f)(A)


def test_every_solver_and_spline_has_a_case():
    """What stands in no table of rules is differentiated in these files, each by its name."""
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_scipy_*.py"))
    called = {
        getattr(node, field, None)
        for node in ast.walk(ast.parse(text))
        for field in ("attr", "id", "value")
        if isinstance(getattr(node, field, None), str)
    }
    differentiated = {*infer_solvers.HANDLERS, *infer_splines.SPLINES, *infer_factors.SOLVERS, "spsolve", "csr_matrix"}
    assert not differentiated - called


SAMPLES = np.array([0.3, 1.2, -0.4, 0.7, 2.1, 0.2])
IMAGE = np.outer(SAMPLES[:5], SAMPLES**2) + 0.3 * SAMPLES


def gaussian(a, b, c):
    return integrate.fixed_quad(lambda t, s: np.exp(-s * t * t) * c, a, b, args=(c,), n=6)[0]


SUMS = {
    "fixed_quad": (gaussian, 0.2, 1.5, 0.7),
    "cumulative_simpson": (lambda y, d: integrate.cumulative_simpson(y, dx=d), SAMPLES, 0.3),
    "odd": (lambda y: integrate.cumulative_simpson(y[:5], dx=0.3, initial=1.0), SAMPLES),
    "points": (lambda y, x: integrate.cumulative_simpson(y, x=np.cumsum(x * x), initial=0), SAMPLES, SAMPLES + 0.7),
    "columns": (lambda y: integrate.cumulative_simpson(y, dx=0.3, axis=0), IMAGE),
    "residue": (lambda b: np.abs(signal.residue(b, [1.0, 3.0, 2.0])[0]), SAMPLES[:2]),
    "residue of a double pole": (lambda b: np.abs(signal.residue(b, [1.0, 2.0, 1.0])[0]), SAMPLES[:2]),
    "zoom_fft": (lambda x: np.abs(signal.zoom_fft(x, [0.1, 0.5])), SAMPLES),
    "gaussian_laplace": (lambda x: ndimage.gaussian_laplace(x, (1.2, 0.7), mode="nearest"), IMAGE),
    "one axis": (lambda x: ndimage.gaussian_laplace(x, sigma=1.2), SAMPLES),
    "gaussian_gradient_magnitude": (lambda x: ndimage.gaussian_gradient_magnitude(x, 1.1, mode="wrap"), IMAGE),
}


@pytest.mark.parametrize("name", SUMS)
def test_sums_and_filters_made_of_others(name):
    f, *args = SUMS[name]
    assert np.array_equal(value_and_gradients_function(f)(*args)[0], f(*args))
    assert check_gradients(f, *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert np.sum(jvp(f, args, args)[1]) == pytest.approx(slope)


def test_a_flat_image():
    (dx,) = gradients_function(lambda x: ndimage.gaussian_gradient_magnitude(x, 1.1))(np.ones((4, 5)))
    assert np.array_equal(dx, np.zeros((4, 5)))


@pytest.mark.parametrize("solve, factor", [("lu_solve", "lu_factor"), ("cho_solve", "cho_factor")])
@pytest.mark.parametrize("b", [B, BS], ids=["vector", "columns"])
def test_one_solution_in_the_reverse_sweep(solve, factor, b) -> None:
    def f(a, b):
        return getattr(linalg, solve)(getattr(linalg, factor)(a), b)

    text = gradients_function(f).source(A, b)
    assert text.count(f"linalg.{solve}(") == 2 and text.count("def ") == 1 and "unbroadcast" not in text


def test_a_matrix_with_an_offset_and_the_last_row():
    def f(x, m):
        whole = np.concatenate((m, np.array([[0.0, 0.0, 1.0]])))
        return np.sum(ndimage.affine_transform(x, whole, mode="mirror") ** 2)

    image = np.cos(np.arange(20.0)).reshape(4, 5)
    assert check_gradients(f, image, np.array([[0.91, 0.2, 0.33], [-0.1, 1.07, 0.13]]))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: stats.norm.logpdf(x * 1j),
        lambda x: stats.norm.logpdf(1.0, x * 1j),
        lambda x: stats.norm.logpdf(1.0, 0.5, x + 1j),
    ],
)
def test_distributions_of_complex_numbers_are_refused(f):
    with pytest.raises(NotDifferentiableError, match="of complex numbers, of which scipy.stats takes the real parts"):
        gradients_function(lambda x: np.real(f(x)))(1.5)
