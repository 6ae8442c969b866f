"""scipy.ndimage: images between their points, by splines. All of these are linear in the image; `map_coordinates`,
`shift`, `affine_transform` and `rotate` have a derivative by where it is looked at, too (`zoom` hasn't, since its size
follows from that; the size of a rotated image, which changes in jumps, is taken as it is).

Filtered to coefficients of splines (P) and evaluated at points (W), an image has the cotangent P' W' grad (M. Unser,
"Splines: a perfect fit for signal and image processing", 1999, has both). What a function does along one axis is a
matrix, its values for the unit vectors, so that nothing of SciPy's borders is said again here.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import adjoint, inline, kind, refuse, sized, tangent
from s2sad.rules.results import dims_of, numeric, unknown_dim

# --- one axis after the other -----------------------------------------------------------------------------------------


def by_axes(grad, matrices):
    """The product of an array with the transpose of a matrix for each axis."""
    made = grad
    for axis, matrix in enumerate(matrices):
        made = np.moveaxis(np.tensordot(matrix, made, (0, axis)), 0, axis)
    return made.astype(grad.dtype)


def each_of(x, count):
    return [x] * count if np.ndim(x) == 0 else list(x)


def shift_transposed(grad, shape, shift, order, mode, prefilter):
    shifts = each_of(shift, len(shape))
    if 0 in shape:
        return np.zeros(shape, dtype=grad.dtype)
    matrices = [
        np.stack([ndimage.shift(row, s, None, order, mode, 0.0, prefilter) for row in np.eye(n)], axis=1)
        for n, s in zip(shape, shifts)
    ]
    return by_axes(grad, matrices)


def slopes_of_shift(input, shift, order, mode, cval, prefilter):
    """How the result changes with the shift along each axis: the image moves the other way."""
    if order > 1 and (mode == "nearest" or prefilter and mode == "grid-constant"):
        raise np.linalg.LinAlgError("shift has no derivative by the shift here: use mode='mirror' or order=1")
    shifts = np.broadcast_to(np.asarray(shift), (np.ndim(input),))
    places = np.indices(np.shape(input)) - np.reshape(shifts, (-1,) + (1,) * np.ndim(input))
    return -slopes_at_places(input, places, order, mode, cval, prefilter)


def as_given(slope, given):
    """In the precision of what it is the gradient of."""
    made = np.zeros_like(np.asarray(given) + 0.0)
    made[...] = slope
    return made


def slope_of_shift(grad, slopes, shift):
    """Of a shift that is one number for all axes, or one for each."""
    sums = np.sum(np.reshape(grad * slopes, (len(slopes), grad.size)), axis=1)
    return as_given(sums if np.ndim(shift) else np.sum(sums), shift)


def along_shift(shift_dot, slopes):
    return np.tensordot(np.broadcast_to(shift_dot, (len(slopes),)), slopes, 1)


@adjoint(ndimage.shift, cost=500, wrt=["input", "shift"])
def shift(input, shift, output=None, order=3, mode="constant", cval=0.0, prefilter=True, *, grad):
    if output is not None:
        return refuse("with output: the call without it, and a store")
    of_image = sized(shift_transposed(grad, np.shape(input), shift, order, mode, prefilter), input)
    slopes = slopes_of_shift(input, shift, order, mode, cval, prefilter)
    return of_image, sized(slope_of_shift(grad, slopes, shift), shift)


@tangent(ndimage.shift)
def shift_tangent(input, shift, output=None, order=3, mode="constant", cval=0.0, prefilter=True, *, input_dot,
                  shift_dot):  # fmt: skip
    if output is not None:
        return refuse("with output: the call without it, and a store")
    moved = moved_by(shift_dot, input, shift, order, mode, cval, prefilter)
    return shifted(input_dot, shift, order, mode, prefilter) + moved


def shifted(input_dot, shift, order, mode, prefilter):
    return ndimage.shift(input_dot, shift, order=order, mode=mode, prefilter=prefilter)


def moved_by(shift_dot, input, shift, order, mode, cval, prefilter):
    return along_shift(shift_dot, slopes_of_shift(input, shift, order, mode, cval, prefilter)).astype(input.dtype)


def zoom_transposed(grad, shape, zoom, order, mode, prefilter, grid_mode):
    zooms = each_of(zoom, len(shape))
    if 0 in shape:
        return np.zeros(shape, dtype=grad.dtype)
    matrices = [
        np.stack(
            [ndimage.zoom(row, z, None, order, mode, 0.0, prefilter, grid_mode=grid_mode) for row in np.eye(n)], axis=1
        )
        for n, z in zip(shape, zooms)
    ]
    return by_axes(grad, matrices)


@adjoint(ndimage.zoom, cost=500, wrt=["input"])
def zoom(input, zoom, output=None, order=3, mode="constant", cval=0.0, prefilter=True, *, grid_mode=False, grad):
    if output is not None:
        return refuse("with output: the call without it, and a store")
    return sized(zoom_transposed(grad, np.shape(input), zoom, order, mode, prefilter, grid_mode), input)


@tangent(ndimage.zoom)
def zoom_tangent(input, zoom, output=None, order=3, mode="constant", cval=0.0, prefilter=True, *, grid_mode=False,
                 input_dot):  # fmt: skip
    if output is not None:
        return refuse("with output: the call without it, and a store")
    return ndimage.zoom(input_dot, zoom, order=order, mode=mode, prefilter=prefilter, grid_mode=grid_mode)


@inline
def reaches_beyond(order, mode, prefilter):
    """Whether SciPy continues the image before it looks for coefficients of splines."""
    return prefilter and order > 1 and (mode == "nearest" or mode == "grid-constant")


# --- the coefficients of splines --------------------------------------------------------------------------------------


def filter_matrix(n, order, mode):
    return ndimage.spline_filter1d(np.eye(n), order, axis=0, mode=mode) if n > 0 else np.eye(n)


def coefficients_transposed(grad, order, axis, mode):
    matrix = filter_matrix(grad.shape[axis], order, mode)
    return np.moveaxis(np.tensordot(matrix, grad, (0, axis)), 0, axis).astype(grad.dtype)


@adjoint(ndimage.spline_filter1d, cost=300, wrt=["input"])
def spline_filter1d(input, order=3, axis=-1, *, mode="mirror", grad):
    return sized(coefficients_transposed(grad, order, axis, mode), input)


@tangent(ndimage.spline_filter1d)
def spline_filter1d_tangent(input, order=3, axis=-1, *, mode="mirror", input_dot):
    return ndimage.spline_filter1d(input_dot, order, axis, mode=mode)


@adjoint(ndimage.spline_filter, cost=500, wrt=["input"])
def spline_filter(input, order=3, *, mode="mirror", grad):
    return sized(by_axes(grad, [filter_matrix(n, order, mode) for n in np.shape(input)]), input)


@tangent(ndimage.spline_filter)
def spline_filter_tangent(input, order=3, *, mode="mirror", input_dot):
    return ndimage.spline_filter(input_dot, order, mode=mode)


# --- at any points ----------------------------------------------------------------------------------------------------


def nodes_around(n, places, order, mode):
    """The nodes of an axis that a spline takes at each place, and their weights: those of every k-th node are found
    together, k so large that no place sees two of them."""
    k = min(order + 1, n)
    while 0 < n % k <= order:
        k = k + 1
    nodes = np.arange(n)
    found = []
    for first in range(k):
        chosen = (nodes % k == first).astype(float)
        weight = ndimage.map_coordinates(chosen, [places], order=order, mode=mode, prefilter=False)
        sums = ndimage.map_coordinates(chosen * nodes, [places], order=order, mode=mode, prefilter=False)
        node = np.rint(sums / np.where(weight == 0, 1.0, weight)).astype(int)
        found.append((np.clip(node, 0, n - 1), weight))
    return found


def spread_to_nodes(grad, shape, places, order, mode):
    """What belongs to the coefficients of the splines, of what belongs to their values at some places."""
    made = np.zeros(int(np.prod(shape)), dtype=grad.dtype)
    flat, parts = [np.zeros(grad.size, dtype=int)], [np.ravel(grad)]
    for k, n in enumerate(shape):
        around = nodes_around(n, np.ravel(places[k]), order, mode)
        parts = [part * weight for part in parts for _, weight in around]
        flat = [index * n + node for index in flat for node, _ in around]
    for index, part in zip(flat, parts):
        np.add.at(made, index, part)
    return np.reshape(made, shape)


def interpolation_transposed(grad, shape, places, order, mode, prefilter):
    if 0 in shape:
        return np.zeros(shape, dtype=grad.dtype)
    made = spread_to_nodes(grad, shape, places, order, mode)
    if order < 2 or not prefilter:
        return made
    return by_axes(made, [filter_matrix(n, order, mode) for n in shape])


def spline_along_axis(coefficients, places, order, mode, axis):
    """How splines change along an axis: B_n'(x) = B_{n-1}(x + 1/2) - B_{n-1}(x - 1/2)."""
    flat = [np.zeros(np.size(places[0]), dtype=int)]
    parts = [np.ones(np.size(places[0]))]
    for k in range(np.ndim(coefficients)):
        place, n = np.ravel(places[k]), coefficients.shape[k]
        if k == axis:
            around = nodes_around(n, place + 0.5, order - 1, mode)
            around = around + [(node, -weight) for node, weight in nodes_around(n, place - 0.5, order - 1, mode)]
        else:
            around = nodes_around(n, place, order, mode)
        parts = [part * weight for part in parts for _, weight in around]
        flat = [index * n + node for index in flat for node, _ in around]
    made, numbers = np.zeros(np.size(places[0])), np.ravel(coefficients)
    for index, part in zip(flat, parts):
        made = made + numbers[index] * part
    return np.reshape(made, np.shape(places[0]))


def slopes_at_places(image, places, order, mode, cval, prefilter):
    """How the image changes at each place along each of its axes. Outside of it, where it is a constant, not at all."""
    places = np.asarray(places)
    made = np.zeros_like(places + 0.0)
    if order == 0 or np.size(image) == 0:
        return made
    if mode == "nearest" and order > 1:
        raise np.linalg.LinAlgError("map_coordinates has no derivative by the coordinates here: use mode='mirror'")
    coefficients = ndimage.spline_filter(image, order, mode=mode) if prefilter and order > 1 else image
    if mode == "grid-constant":  # there are points outside of it, too
        coefficients = np.pad(coefficients, order + 1, constant_values=cval)
        places = places + (order + 1.0)
    ends = np.reshape(np.array(np.shape(coefficients)) - 1, (-1,) + (1,) * (places.ndim - 1))
    inside = (places >= 0) & (places <= ends)
    if mode == "wrap":
        places = np.where(inside, places, places % np.maximum(ends, 1))
    elif mode == "nearest":
        places = np.clip(places, 0.0, ends)
    within = mode if mode == "reflect" or mode == "grid-wrap" else "mirror"
    slopes = np.stack([spline_along_axis(coefficients, places, order, within, k) for k in range(len(places))])
    if mode == "constant" or mode == "grid-constant":  # beyond one axis there is nothing
        slopes = np.where(np.all(inside, axis=0), slopes, 0.0)
    elif mode == "nearest":
        slopes = np.where(inside, slopes, 0.0)
    return slopes.astype(made.dtype)


@adjoint(ndimage.map_coordinates, cost=1000, wrt=["input", "coordinates"])
def map_coordinates(input, coordinates, output=None, order=3, mode="constant", cval=0.0, prefilter=True, *, grad):
    if output is not None:
        return refuse("with output: the call without it, and a store")
    if reaches_beyond(order, mode, prefilter):
        return refuse("with an order above 1 in this mode: mode='mirror' or 'reflect', or order=1")
    of_image = sized(interpolation_transposed(grad, np.shape(input), coordinates, order, mode, prefilter), input)
    return of_image, grad * slopes_at_places(input, coordinates, order, mode, cval, prefilter)


@tangent(ndimage.map_coordinates)
def map_coordinates_tangent(input, coordinates, output=None, order=3, mode="constant", cval=0.0, prefilter=True, *,
                            input_dot, coordinates_dot):  # fmt: skip
    if output is not None:
        return refuse("with output: the call without it, and a store")
    moved = interpolated(input_dot, coordinates, order, mode, prefilter)
    return moved + np.sum(coordinates_dot * slopes_at_places(input, coordinates, order, mode, cval, prefilter), axis=0)


def interpolated(input_dot, coordinates, order, mode, prefilter):
    return ndimage.map_coordinates(input_dot, coordinates, order=order, mode=mode, prefilter=prefilter)


def places_of(shape, matrix, offset):
    """Where an affine map looks for each element of its result: matrix @ place + offset."""
    count = len(shape)
    places = np.indices(shape, dtype=float)
    if np.ndim(matrix) == 1:
        moved = np.reshape(matrix, (-1,) + (1,) * count) * places
    else:
        matrix = np.asarray(matrix)
        if matrix.shape[1] == count + 1:  # homogeneous
            matrix, offset = matrix[:count, :count], matrix[:count, count]
        moved = np.tensordot(matrix, places, 1)
    return moved + np.reshape(np.broadcast_to(offset, (count,)), (-1,) + (1,) * count)


def affine_transposed(grad, shape, matrix, offset, order, mode, prefilter):
    return interpolation_transposed(grad, shape, places_of(grad.shape, matrix, offset), order, mode, prefilter)


def slopes_of_map(grad, input, matrix, offset, order, mode, cval, prefilter):
    """What belongs to the matrix and to the offset of each axis of the image."""
    slopes = grad * slopes_at_places(input, places_of(grad.shape, matrix, offset), order, mode, cval, prefilter)
    rows = np.reshape(slopes, (len(slopes), grad.size))
    of_matrix = rows @ np.reshape(np.indices(grad.shape, dtype=float), (grad.ndim, grad.size)).T
    return of_matrix, np.sum(rows, axis=1)


def slope_of_matrix(slopes, matrix):
    """As the matrix is given: the numbers on its diagonal, or with the offset as one more column."""
    of_matrix, of_offset = slopes
    if np.ndim(matrix) == 1:
        return as_given(np.diag(of_matrix), matrix)
    if np.shape(matrix)[1] == len(of_offset):
        return as_given(of_matrix, matrix)
    whole = np.concatenate((of_matrix, of_offset[:, None]), axis=1)
    return as_given(np.concatenate((whole, np.zeros((len(matrix) - len(whole), whole.shape[1])))), matrix)


def slope_of_offset(slopes, matrix, offset):
    if np.ndim(matrix) == 2 and np.shape(matrix)[1] > len(slopes[1]):
        return as_given(0.0, offset)  # it isn't read
    return as_given(slopes[1] if np.ndim(offset) else np.sum(slopes[1]), offset)


@adjoint(ndimage.affine_transform, cost=1000, wrt=["input", "matrix", "offset"])
def affine_transform(input, matrix, offset=0.0, output_shape=None, output=None, order=3, mode="constant", cval=0.0,
                     prefilter=True, *, grad):  # fmt: skip
    if output is not None:
        return refuse("with output: the call without it, and a store")
    if reaches_beyond(order, mode, prefilter):
        return refuse("with an order above 1 in this mode: mode='mirror' or 'reflect', or order=1")
    slopes = slopes_of_map(grad, input, matrix, offset, order, mode, cval, prefilter)
    return (
        sized(affine_transposed(grad, np.shape(input), matrix, offset, order, mode, prefilter), input),
        sized(slope_of_matrix(slopes, matrix), matrix),
        sized(slope_of_offset(slopes, matrix, offset), offset),
    )


@tangent(ndimage.affine_transform)
def affine_transform_tangent(input, matrix, offset=0.0, output_shape=None, output=None, order=3, mode="constant",
                             cval=0.0, prefilter=True, *, result, input_dot, matrix_dot, offset_dot):  # fmt: skip
    if output is not None:
        return refuse("with output: the call without it, and a store")
    if reaches_beyond(order, mode, prefilter):
        return refuse("with an order above 1 in this mode: mode='mirror' or 'reflect', or order=1")
    slopes = slopes_at_places(input, places_of(result.shape, matrix, offset), order, mode, cval, prefilter)
    change = change_of_places(result.shape, matrix, matrix_dot, offset_dot)
    return mapped(input_dot, matrix, offset, result.shape, order, mode, prefilter) + np.sum(change * slopes, axis=0)


def change_of_places(shape, matrix, matrix_dot, offset_dot):
    """The places are linear in both together."""
    return places_of(shape, np.broadcast_to(matrix_dot, np.shape(matrix)), offset_dot)


def mapped(input_dot, matrix, offset, shape, order, mode, prefilter):
    return ndimage.affine_transform(input_dot, matrix, offset, shape, order=order, mode=mode, prefilter=prefilter)


def rotated_places(shape, made_shape, angle):
    """Where a rotation of a plane looks for each element of its result, around the middle of both."""
    turn = np.deg2rad(angle)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    middle = (np.array(shape) - 1) / 2 - matrix @ ((np.array(made_shape) - 1) / 2)
    return places_of(made_shape, matrix, middle)


def rotation_transposed(grad, shape, angle, axes, order, mode, prefilter):
    """Each plane of the two axes is turned by itself."""
    if 0 in shape or grad.size == 0:
        return np.zeros(shape, dtype=grad.dtype)
    first, second = sorted([axis % len(shape) for axis in axes])
    planes = np.moveaxis(grad, (first, second), (-2, -1))
    size = (shape[first], shape[second])
    places = rotated_places(size, planes.shape[-2:], angle)
    flat = np.reshape(planes, (-1, *planes.shape[-2:]))
    made = [interpolation_transposed(plane, size, places, order, mode, prefilter) for plane in flat]
    return np.moveaxis(np.reshape(made, (*planes.shape[:-2], *size)), (-2, -1), (first, second))


def turned_places(shape, made_shape, angle):
    """How the places change with the angle."""
    return np.deg2rad(1.0) * (rotated_places(shape, made_shape, angle + 90.0) - middle_of(shape))


def middle_of(shape):
    return np.reshape((np.array(shape) - 1) / 2, (2, 1, 1))


def slopes_of_rotation(input, made_shape, angle, axes, order, mode, cval, prefilter):
    """How each element of the result changes with the angle."""
    made = np.zeros(made_shape)
    if 0 in np.shape(input) or 0 in made_shape:
        return made
    first, second = sorted([axis % np.ndim(input) for axis in axes])
    planes = np.moveaxis(input, (first, second), (-2, -1))
    size, whole = planes.shape[-2:], np.moveaxis(made, (first, second), (-2, -1)).shape
    places, change = rotated_places(size, whole[-2:], angle), turned_places(size, whole[-2:], angle)
    slopes = [
        np.sum(change * slopes_at_places(plane, places, order, mode, cval, prefilter), axis=0)
        for plane in np.reshape(planes, (-1, *size))
    ]
    return np.moveaxis(np.reshape(slopes, whole), (-2, -1), (first, second))


@adjoint(ndimage.rotate, cost=1000, wrt=["input", "angle"])
def rotate(input, angle, axes=(1, 0), reshape=True, output=None, order=3, mode="constant", cval=0.0, prefilter=True, *,
           grad):  # fmt: skip
    if output is not None:
        return refuse("with output: the call without it, and a store")
    if reaches_beyond(order, mode, prefilter):
        return refuse("with an order above 1 in this mode: mode='mirror' or 'reflect', or order=1")
    of_image = sized(rotation_transposed(grad, np.shape(input), angle, axes, order, mode, prefilter), input)
    return of_image, np.sum(grad * slopes_of_rotation(input, grad.shape, angle, axes, order, mode, cval, prefilter))


@tangent(ndimage.rotate)
def rotate_tangent(input, angle, axes=(1, 0), reshape=True, output=None, order=3, mode="constant", cval=0.0,
                   prefilter=True, *, result, input_dot, angle_dot):  # fmt: skip
    if output is not None:
        return refuse("with output: the call without it, and a store")
    if reaches_beyond(order, mode, prefilter):
        return refuse("with an order above 1 in this mode: mode='mirror' or 'reflect', or order=1")
    slopes = slopes_of_rotation(input, result.shape, angle, axes, order, mode, cval, prefilter)
    return rotated(input_dot, angle, axes, reshape, order, mode, prefilter) + angle_dot * slopes


def rotated(input_dot, angle, axes, reshape, order, mode, prefilter):
    return ndimage.rotate(input_dot, angle, axes, reshape, order=order, mode=mode, prefilter=prefilter)


# --- kinds ------------------------------------------------------------------------------------------------------------


@kind(ndimage.spline_filter, ndimage.spline_filter1d)
def coefficients_kind(input: Kind, *options: Kind, **named: Kind) -> Kind:
    own = getattr(numeric(input), "dtype", "")
    return Array("float64" if own in ("float32", "float64") else own, dims_of(numeric(input)))


@kind(ndimage.shift)
def like_image(input: Kind, *options: Kind) -> Kind:
    return Array(getattr(numeric(input), "dtype", ""), dims_of(numeric(input)))


@kind(ndimage.zoom, ndimage.affine_transform, ndimage.rotate)
def other_image(input: Kind, *options: Kind, **named: Kind) -> Kind:
    dims = dims_of(numeric(input))
    return Array(getattr(numeric(input), "dtype", ""), None if dims is None else tuple(unknown_dim() for _ in dims))


@kind(ndimage.map_coordinates)
def at_places(input: Kind, coordinates: Kind, *options: Kind) -> Kind:
    dims = dims_of(numeric(coordinates))
    return Array(getattr(numeric(input), "dtype", ""), None if dims is None else dims[1:])


@kind(
    by_axes,
    coefficients_transposed,
    shift_transposed,
    zoom_transposed,
    interpolation_transposed,
    affine_transposed,
    rotation_transposed,
)
def transposed_kind(grad: Kind, *given: Kind) -> Kind:
    dims = dims_of(grad)
    return Array(getattr(grad, "dtype", ""), None if dims is None else tuple(unknown_dim() for _ in dims))


@kind(slopes_at_places)
def slopes_kind(image: Kind, places: Kind, *options: Kind) -> Kind:
    own = getattr(numeric(places), "dtype", "")
    return Array(
        "float64" if own == "float" else own if own in ("float32", "float64") else "", dims_of(numeric(places))
    )
