"""Decompositions whose factors are completed to square ones: what is determined has its derivatives, what completes the
factors has none."""

import numpy as np
import pytest
from scipy import linalg

from s2sad import check_gradients, gradients_function, hvp, jvp

TALL = np.array([[3.0, 0.5, -0.2], [0.1, 2.0, 0.4], [-0.3, 0.6, 1.0], [0.7, -0.8, 0.2]])
SHAPES = {"tall": TALL, "wide": TALL.T, "square": TALL[:3], "column": TALL[:, :1], "stack": np.stack([TALL, TALL**2])}
PARTS = {
    "singular values": lambda a: np.linalg.svd(a)[1],
    "first left vector": lambda a: np.abs(np.linalg.svd(a)[0][..., :1]),
    "first right vector": lambda a: np.abs(np.linalg.svd(a)[2][..., :1, :]),
    "triangle": lambda a: np.linalg.qr(a, mode="complete")[1],
    "first column of Q": lambda a: np.linalg.qr(a, mode="complete")[0][..., :1],
}
OF_SCIPY = {
    "singular values": lambda a: linalg.svd(a)[1],
    "triangle": lambda a: linalg.qr(a)[1],
    "pivoted": lambda a: linalg.qr(a, pivoting=True)[1],
}


def check(f, a):
    """Reverse, forward and second order against differences."""

    def total(a):
        return np.sum(np.sin(f(a)))

    change, step = np.cos(np.arange(a.size)).reshape(a.shape), 1e-5
    gradient = gradients_function(total)
    slope = (total(a + step * change) - total(a - step * change)) / (2.0 * step)
    assert np.sum(gradient(a)[0] * change) == pytest.approx(slope, rel=1e-6)
    assert jvp(total, (a,), (change,))[1] == pytest.approx(slope, rel=1e-6)
    slopes = (gradient(a + step * change)[0] - gradient(a - step * change)[0]) / (2.0 * step)
    assert hvp(total, (a,), (change,))[0] == pytest.approx(slopes, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("part", PARTS)
def test_what_is_determined(shape, part):
    check(PARTS[part], SHAPES[shape])


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "stack"])
@pytest.mark.parametrize("part", OF_SCIPY)
def test_what_is_determined_of_scipy(shape, part):
    check(OF_SCIPY[part], SHAPES[shape])


def test_what_is_not_determined():
    """The vectors that complete a factor may be turned: their tangent is nan, not one of the possible ones."""
    _, change = jvp(lambda a: np.linalg.svd(a)[0], (TALL,), (TALL**2,))
    assert np.array_equal(np.isnan(change), np.zeros((4, 4)) + [0, 0, 0, 1])


COMPLETE = {
    "numpy": lambda a: np.linalg.qr(a, mode="complete"),
    "scipy": lambda a: linalg.qr(a),
    "pivoted": lambda a: linalg.qr(a, pivoting=True)[:2],
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
@pytest.mark.parametrize("name", COMPLETE)
def test_the_complete_q_of_a_tall_matrix(name, dtype):
    """In forward mode all its columns have a derivative: LAPACK makes it of reflections."""
    f, a = COMPLETE[name], TALL.astype(dtype)
    change = np.cos(3.0 * TALL).astype(dtype) * (1.0 if dtype != np.complex128 else 1.0 + 0.5j)
    step = dtype(1e-2 if dtype == np.float32 else 1e-5)
    values, changes = jvp(f, (a,), (change,))
    for value, found, upper, lower in zip(values, changes, f(a + step * change), f(a - step * change)):
        assert found.dtype == value.dtype
        np.testing.assert_allclose(found, (upper - lower) / (2 * step), atol=1e-2 if dtype == np.float32 else 1e-8)
    product = jvp(lambda a: np.linalg.qr(a, mode="complete")[0] @ np.linalg.qr(a, mode="complete")[1], (a,), (change,))
    np.testing.assert_allclose(product[1], change, atol=1e-5)


def test_where_a_reflection_has_no_derivative():
    a = np.triu(TALL)
    with pytest.raises(np.linalg.LinAlgError, match="complete Q have no derivative here: use mode='reduced'"):
        jvp(lambda a: np.linalg.qr(a, mode="complete")[0], (a,), (TALL,))


TURN = np.cos(3.0 * TALL) + 1j * np.sin(5.0 * TALL)
VECTORS = {
    "u": lambda a: np.linalg.svd(a, full_matrices=False)[0],
    "v": lambda a: np.linalg.svd(a, full_matrices=False)[2].T,
    "first of all": lambda a: np.linalg.svd(a)[0][:, :3],
    "scipy": lambda a: linalg.svd(a, full_matrices=False)[0],
    "symmetric": lambda a: np.linalg.svd(a @ np.conj(a.T), hermitian=True)[0][:, :2],
    "eigh": lambda a: np.linalg.eigh(a @ np.conj(a.T))[1][:, 2:],
    "upper": lambda a: np.linalg.eigh(a @ np.conj(a.T), "U")[1][:, 2:],
    "scipy's upper": lambda a: linalg.eigh(a @ np.conj(a.T), lower=False)[1][:, 2:],
}


@pytest.mark.parametrize("a", [TALL + 0.3j * np.sin(TALL), TALL + 0j], ids=["complex", "real"])
@pytest.mark.parametrize("name", VECTORS)
def test_complex_vectors_keep_the_phase_that_lapack_gives_them(name, a):
    """Up to signs, which LAPACK changes where the numbers are real by chance."""
    f, step = VECTORS[name], 1e-6
    value, change = jvp(f, (a,), (TURN,))
    ends = [f(a + sign * step * TURN) for sign in (1.0, -1.0)]
    upper, lower = (end * np.sign(np.real(np.sum(np.conj(value) * end, axis=0))) for end in ends)
    np.testing.assert_allclose(change, (upper - lower) / (2 * step), atol=1e-6)
    weights = np.cos(1.0 + np.arange(value.size)).reshape(value.shape) * (1.0 - 0.7j)
    (slope,) = gradients_function(f)(a, dy=weights)
    assert np.isclose(np.real(np.sum(slope * TURN)), np.real(np.sum(weights * change)), rtol=1e-8)


@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (2, 9), (9, 2), (1, 3), (3, 1)])
def test_second_derivatives_of_complex_singular_vectors(shape):
    random = np.random.default_rng(3)
    a = random.normal(size=shape) + 1j * random.normal(size=shape)

    def total(a):
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return np.sum(np.abs(u + 0.3j) ** 3) + np.sum(s * np.abs(vh[:, 0] - 0.2j))

    assert check_gradients(total, a).ok
    assert check_gradients(gradients_function(total), a).ok


REAL = np.array([[3.0, 0.5, -0.2], [0.3, 2.1, 0.4], [-0.3, 0.7, 1.0]])
SPREADS = {
    "lengths": lambda v: np.abs(v) ** 4,
    "norms": lambda v: np.linalg.norm(v[:2], axis=0) ** 3,
    "deviations": lambda v: np.std(v, axis=0) * np.arange(3.0),
    "parts": lambda v: np.real(v) ** 3 + np.imag(v) ** 3,
    "angles": lambda v: np.angle(v[0] * np.conj(v[1])) ** 2,
}


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("a", [np.array([[0.3, 2.0, -1.0], [-1.5, 0.4, 0.6], [0.7, -0.2, 1.1]]), REAL])
def test_second_derivatives_of_what_may_be_complex(spread, a):
    """The eigenvectors of a real matrix, complex or real: reverse over reverse."""

    of_vectors = SPREADS[spread]

    def total(a):
        return np.sum(of_vectors(np.linalg.eig(a)[1]))

    gradient = gradients_function(total)
    change, step = np.cos(np.arange(a.size)).reshape(a.shape), 1e-5
    slopes = (gradient(a + step * change)[0] - gradient(a - step * change)[0]) / (2.0 * step)

    def along(a):
        return np.sum(gradient(a)[0] * change)

    assert gradients_function(along)(a)[0] == pytest.approx(slopes, rel=1e-5, abs=1e-6)
