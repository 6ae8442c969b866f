"""Core NumPy on whole arrays: reductions in every form, products, shapes, joins, constructors, attributes."""

import numpy as np
import pytest

from .checker import Cases, array, signed

case = Cases()

of_matrix = case.each(array(2, 3))
of_vector = case.each(array(3))
of_cube = case.each(array(2, 3, 2))
of_any = case.each(array(3), array(2, 3), array(2, 1, 3), np.array(0.7))

of_any(lambda a: np.sum(a))
of_any(lambda a: a.sum() * a)
of_any(lambda a: np.mean(a))
of_any(lambda a: np.prod(a))
of_any(lambda a: np.max(a) * np.min(a))
of_matrix(lambda a: np.sum(a, axis=0))
of_matrix(lambda a: np.sum(a, 1))
of_matrix(lambda a: np.sum(a, axis=-1, keepdims=True) * a)
of_matrix(lambda a: np.sum(a, axis=None))
of_matrix(lambda a: np.sum(a, axis=None, keepdims=True) * a)
of_cube(lambda a: np.sum(a, axis=(0, 2)))
of_cube(lambda a: np.sum(a, axis=(-1, 1), keepdims=True) / a)
of_cube(lambda a: a.sum(axis=1).sum(axis=0) ** 2)
of_matrix(lambda a: a.sum(0) * a.sum(axis=0, keepdims=True))
of_matrix(lambda a: np.mean(a, axis=0) + np.mean(a, axis=1, keepdims=True))
of_matrix(lambda a: a.mean(axis=-1) * a.mean())
of_cube(lambda a: np.mean(a, axis=(0, 1)))
of_matrix(lambda a: np.prod(a, axis=0) * np.prod(a, axis=1, keepdims=True))
of_matrix(lambda a: a.prod(axis=-1))
of_cube(lambda a: np.prod(a, axis=(1, 2)))
of_matrix(lambda a: np.max(a, axis=0) + np.max(a, axis=1, keepdims=True))
of_matrix(lambda a: a.max(axis=-1) * a.min(axis=1))
of_cube(lambda a: np.max(a, axis=(0, 2)) - np.min(a, axis=(-1, 0), keepdims=True))
of_matrix(lambda a: np.amax(a, 0) * np.amin(a, axis=0))
of_matrix(lambda a: np.var(a) + np.std(a))
of_matrix(lambda a: np.var(a, axis=0, ddof=1) * np.std(a, axis=0))
of_matrix(lambda a: a.var(axis=1) + a.std(axis=-1, ddof=1))
of_cube(lambda a: np.var(a, axis=(0, 1), keepdims=True) + np.std(a, axis=(-1, -2), keepdims=True))
of_matrix(lambda a: np.argmax(a) * a + a[np.argmin(a, axis=0), [0, 1, 2]])
of_matrix(lambda a: np.any(a > 1.0) * a + np.all(a > 0.0) * a * a)

of_any(lambda a: a.size * a + np.size(a) + a.ndim * np.ndim(a) * a)
of_matrix(lambda a: a / a.shape[0] + len(a) * np.shape(a)[1] * a)
of_matrix(lambda a: a.T)
of_matrix(lambda a: a.T @ a)
of_cube(lambda a: a.T * 2.0)
of_cube(lambda a: np.transpose(a, (1, 2, 0)))
of_cube(lambda a: a.transpose(2, 0, 1))
of_cube(lambda a: a.transpose((0, -1, 1)))
of_matrix(lambda a: np.transpose(a))
of_matrix(lambda a: a.transpose())
of_matrix(lambda a: np.reshape(a, (3, 2)))
of_matrix(lambda a: np.reshape(a, 6))
of_matrix(lambda a: a.reshape(3, 2) @ a)
of_matrix(lambda a: a.reshape((-1, 1)) * a.reshape(1, -1))
of_matrix(lambda a: a.reshape(-1))
of_cube(lambda a: a.reshape(a.shape[0], -1))
of_matrix(lambda a: np.ravel(a) * a.ravel())
of_matrix(lambda a: a.flatten())
of_vector(lambda a: a[:, None] * a[None, :])
of_vector(lambda a: np.expand_dims(a, 0) * np.expand_dims(a, axis=-1))
of_cube(lambda a: np.squeeze(a[:, :1]) + a[:, 0:1, :].squeeze(axis=1))
of_cube(lambda a: np.swapaxes(a, 0, 2) * np.moveaxis(a, 0, -1).swapaxes(0, 1))

of_vector(lambda v: np.dot(v, v))
of_vector(lambda v: v.dot(v) * v)
of_vector(lambda v: v @ v)
of_vector(lambda v: np.outer(v, v[:2]))
of_vector(lambda v: np.concatenate([v, v * v]))
of_vector(lambda v: np.concatenate((v[1:], [1.0, 2.0], v[:1] * 2.0), axis=0))
of_matrix(lambda a: np.concatenate([a, a * a], axis=1))
of_matrix(lambda a: np.concatenate([a, np.ones((1, 3)), a[::-1]], axis=-2))
of_matrix(lambda a: np.concatenate([a, a[:1]], axis=None))
of_vector(lambda v: np.stack([v, v * 2.0, np.ones(3)]))
of_vector(lambda v: np.stack((v, v * v), axis=1))
of_matrix(lambda a: np.stack([a, a * a], axis=-1))
of_vector(lambda v: np.stack([row * v for row in np.eye(3)]))
of_vector(lambda v: np.array([v[0], 1.0, v[1] * v[2]]))
of_vector(lambda v: np.array([[v[0], v[1]], [v[2], 2.0]]))
of_vector(lambda v: np.array([v, v * v]))
of_vector(lambda v: np.array((v[0], v[1])) * np.asarray([v[2], 1.0]))
of_vector(lambda v: np.asarray(v) * np.array(v, dtype=float))
of_vector(lambda v: np.zeros_like(v) + np.ones_like(v) * v + np.full_like(v, 2.0) * v)
of_matrix(lambda a: (np.zeros((2, 3)) + np.ones(3) * a) * np.full((2, 1), 0.5) + np.eye(2, 3) * a)
of_vector(lambda v: np.full(3, v[0]) * v + np.full_like(v, v[1]))
of_vector(lambda v: np.linspace(0.0, 1.0, 3) * v + np.linspace(v[0], v[1], 3))
of_vector(lambda v: np.arange(3) * v + np.arange(1.0, 4.0) + np.arange(0, 6, 2) * v)
of_vector(lambda v: np.eye(3) * v + np.identity(3) @ v)
of_vector(lambda v: v.copy() * np.copy(v))
of_vector(lambda v: v.astype(float) * v.astype(np.float64) + v.astype("float64"))
of_vector(lambda v: v[0].item() * v.item(1) * v)
of_vector(lambda v: np.array(v.tolist()) * 1.0 + np.asarray(v.tolist()))
of_vector(lambda v: v.astype(int) * v + v.astype(bool) * v)
of_vector(lambda v: v.clip(0.6, 1.2) * v + v.round() * v)
of_vector(lambda v: v.real * v - v.imag + v.conj() * v)
of_matrix(lambda a: (a.flat[3] * a).T.ravel())
of_matrix(lambda a: a.argmax() * a + a[a.argmin(axis=1)[0]])
of_matrix(lambda a: a.dtype.itemsize * a if a.dtype == np.float64 else a)
of_vector(lambda v: np.sum([v[0], v[1] * v[2], 3.0]) * np.max([v[0], v[1]]))
of_vector(lambda v: np.mean([v, v * v], axis=0) + np.dot([1.0, 2.0, 3.0], v))
of_vector(lambda v: np.where([True, False, True], v, v * v))

M, N, V, W = array(2, 3), array(3, 4), array(3), array(2)
product = case.each((M, N), (M, V), (W, M), (V, array(3, seed=1)))

product(lambda a, b: a @ b)
product(lambda a, b: np.dot(a, b))
product(lambda a, b: a.dot(b))
product(lambda a, b: np.matmul(a, b) * 2.0)
case.each((array(2, 2, 3), array(3, 2)), (array(2, 2, 3), array(2, 3, 1)), (V, array(2, 3, 2)), (array(2, 2, 3), V))(
    lambda a, b: a @ b
)
case(array(4, 1, 2, 3), array(2, 3, 2))(lambda a, b: np.matmul(a, b))
case.each((2.0, V), (M, 2.0), (2.0, 3.0))(lambda a, b: np.dot(a, b))
case.each((V, W), (M, W))(lambda a, b: np.outer(a, b))
case.each((V, W), (M, np.array(2.0)))(lambda a, b: np.multiply.outer(a, b))


@case(array(2, 3), 0)
@case(array(2, 3), 1)
@case(array(2, 3), -1)
@case(array(2, 3), None)
@case(array(2, 3), (0, 1))
def axis_as_parameter(a, axis):
    return np.sum(a, axis=axis, keepdims=True) * np.mean(a, axis=axis, keepdims=True) * np.max(a)


@case(array(2, 3), True)
@case(array(2, 3), False)
def keepdims_as_parameter(a, keepdims):
    return np.sum(a, axis=0, keepdims=keepdims) ** 2


@case(array(2, 3), (3, 2))
@case(array(2, 3), (-1,))
def shape_as_parameter(a, shape):
    return a.reshape(shape) * 2.0


@case(array(2, 3), 2)
def count_as_size(a, n):
    return np.zeros((n, 3)) + a * np.arange(n)[:, None] + np.ones(n)[0] * np.eye(n)[0, 0]


@case(array(4, 3), array(3, 2), array(2), array(4, 2))
def small_network(x, w, b, target):
    hidden = np.maximum(x @ w + b, 0.0)
    scaled = hidden - hidden.max(axis=1, keepdims=True)
    p = np.exp(scaled) / np.sum(np.exp(scaled), axis=1, keepdims=True)
    return np.mean(np.sum(np.log(p) * target, axis=1))


@case(array(4, 3), array(3, 3), rtol=1e-5)
def normalised_rows(x, w):
    y = (x - x.mean(axis=0)) / x.std(axis=0)
    return np.sum((y @ w).T ** 2 / y.shape[0])


@case(signed(5), signed(5, seed=1))
def correlation(u, v):
    du, dv = u - u.mean(), v - v.mean()
    return (du @ dv) / np.sqrt((du @ du) * (dv @ dv))


@case(array(4, 2), array(3, 2))
def pairwise_distances(p, q):
    d = p[:, np.newaxis, :] - q[np.newaxis]
    return np.sum(np.sqrt(np.sum(d**2, axis=-1)).min(axis=1))


@case(array(4))
def polynomial_by_powers(v):
    powers = np.stack([v**k for k in range(4)], axis=1)
    return powers @ np.array([1.0, -2.0, 0.5, 0.25])


@case(array(2, 3))
def numpy_min_max_of_list(a):
    return np.max([np.min(row) for row in a]) + min(a[0]) * max(a[1]) + sum(a[0]) + sum(a)[1]


@case(2.0, 5)
def linspace_of_active_bounds(x, n):
    t = np.linspace(0.0, x, n)
    dt = t[1] - t[0]
    return np.sum(np.sin(t)) * dt


@case(array(0, 3), array(3))
def empty_arrays(a, v):
    return np.sum(a @ v) + np.sum(v * v) + np.sum(a, axis=0) @ v


@case(array(1), array(1, 1))
def arrays_of_length_one(v, a):
    return v * a + np.sum(v) + a[0] @ v


@case(array(3))
def real_parts_of_products(x):
    a = np.zeros(3)
    a[:] = np.real(x * 1j * (1 + 1j))
    b = np.zeros(3, complex)
    b[:] = a
    a[1] = b[0].imag
    b = np.polyval([1j, 2.0, 1.0], x)  # whose slope is of a type that isn't known
    return np.sum(np.real(x * (2 + 1j)) * x) + np.sum(a * x) + np.sum(np.real(b) * x)


@case(array(3))
def functions_of_views_given_lists(x):
    rows = [[x[0], 1.0], [x[1], x[2]]]
    turned = np.transpose(rows)
    rows[0][0] = 5.0
    return np.sum(np.diag([x[0], x[1], 2.0]) @ x) + np.sum(turned * turned) * rows[0][0]


@case(array(3).astype(np.float32), rtol=1e-3)
def parts_of_less_precision(x):
    return np.sum(np.concatenate([x[:2], x * 2.0, np.zeros(2)]) ** 2)


@pytest.mark.parametrize("each", case, ids=str)
def test_array(each):
    each.check()
