"""The k-means objective: squared distances of all pairs, and the smallest of each row."""

import numpy as np

SIGNATURE = dict(centers="float[:, :]", points="float[:, :]")
PARAMS = ["centers"]
_rng = np.random.default_rng(11)
ARGS = (_rng.normal(size=(3, 2)), _rng.normal(size=(15, 2)))


def kmeans(centers, points):
    offsets = points[:, None, :] - centers
    distances = np.sum(offsets * offsets, axis=2)
    return np.sum(np.min(distances, axis=1))


def kmeans_value_and_gradients(centers, points, dy=1.0):
    offsets = points[:, None, :] - centers
    distances = np.sum(offsets * offsets, axis=2)
    nearest = np.min(distances, axis=1)
    value = np.sum(nearest)

    # return np.sum(np.min(distances, axis=1))
    is_nearest = distances == nearest[:, None]
    distances_grad = dy * is_nearest / np.sum(is_nearest, axis=1, keepdims=True)
    # distances = np.sum(offsets * offsets, axis=2)
    offsets_grad = 2.0 * distances_grad[:, :, None] * offsets
    # offsets = points[:, None, :] - centers
    centers_grad = -np.sum(offsets_grad, axis=0)
    return value, (centers_grad,)
