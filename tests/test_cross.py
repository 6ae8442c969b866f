"""np.cross of vectors of three elements, and of two, of which it makes an array with an axis less."""

import numpy as np
import pytest

from s2sad import NotDifferentiableError, gradients_function, jvp

pytestmark = pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors are deprecated")
FLAT = np.lib.NumpyVersion(np.__version__) < "2.5.0"  # from then on NumPy refuses vectors of two
THREE = [((3,), (3,)), ((4, 3), (3,))]
TWO = [((2,), (2,)), ((2,), (3,)), ((4, 2), (4, 2)), ((4, 2), (4, 3)), ((3,), (4, 2)), ((2,), (4, 2))]
SHAPES = [*THREE, *(TWO if FLAT else ())]


def of_arguments(a, b):
    return np.cross(a, b) ** 2


def of_unknown_length(a, b):
    return np.cross(a[a[..., 0] < 9.0] if a.ndim > 1 else a[a < 9.0], b) ** 2


def along_axes(a, b):
    return np.cross(a.T, b.T, axis=0) ** 2


def differences(f, args, changes, step=1e-6):
    ahead, behind = ([x + s * step * dx for x, dx in zip(args, changes)] for s in (1.0, -1.0))
    return (f(*ahead) - f(*behind)) / (2.0 * step)


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("f", [of_arguments, of_unknown_length, along_axes])
def test_vectors(f, shapes):
    if f is along_axes and len(shapes[0]) != len(shapes[1]):
        pytest.skip("refused: different numbers of axes")
    args = [np.cos(np.arange(np.prod(shape)) + k).reshape(shape) for k, shape in enumerate(shapes)]
    changes = [np.sin(arg * 3.0) for arg in args]
    expected = differences(f, args, changes)
    gradient = gradients_function(f)
    slope = sum(np.sum(each * change) for each, change in zip(gradient(*args), changes))
    assert slope == pytest.approx(np.sum(expected), rel=1e-6)
    np.testing.assert_allclose(jvp(f, args, changes)[1], expected, rtol=1e-6, atol=1e-9)

    def first(a, b):
        return gradient(a, b)[0]

    again = jvp(gradient, args, changes)[1][0]
    np.testing.assert_allclose(again, differences(first, args, changes), rtol=1e-5, atol=1e-8)


@pytest.mark.skipif(not FLAT, reason="NumPy refuses vectors of two")
def test_a_factor_beside_flat_vectors():
    """The gradient of what is broadcast with the result: its shape was taken from vectors of three (a wrong gradient)."""
    a, b = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[-2.0, 1.0], [6.0, 13.0]])
    (gradient,) = gradients_function(lambda v: np.sum(np.cross(a, b) * v))(np.ones(2))
    np.testing.assert_array_equal(gradient, [5.0, 15.0])


def test_other_axes_of_arrays_with_different_numbers_of_them():
    message = "np.cross along other axes than the last, of arrays with different numbers of axes"
    with pytest.raises(NotDifferentiableError, match=message):
        gradients_function(lambda a, b: np.sum(np.cross(a, b, axisa=0)))(np.ones((3, 2)), np.ones(3))
