import numpy as np


def kmeans_value_and_gradients(centers, points, dy=1.0):
    """The value of kmeans and its gradient with respect to centers.

    Made by s2sad from kmeans in kmeans.py, line 11, for centers: float[:, :], points: float[:, :].
    """
    offsets = points[:, None, :] - centers
    distances = np.sum(offsets * offsets, axis=2)
    t1 = np.min(distances, axis=1)
    value = np.sum(t1)

    # return np.sum(np.min(distances, axis=1))
    t2 = distances == t1[:, None]
    distances_grad = np.where(t2, dy / np.sum(t2, axis=1, keepdims=True), 0.0)
    # distances = np.sum(offsets * offsets, axis=2)
    offsets_grad = 2.0 * distances_grad[..., None] * offsets
    # offsets = points[:, None, :] - centers
    centers_grad = -np.sum(offsets_grad, axis=0)
    return value, (centers_grad,)
