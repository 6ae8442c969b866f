import numpy as np


def kmeans_value_and_tangent(centers, points, centers_dot):
    """The value of kmeans, and how it changes when centers changes by its tangent.

    Made by s2sad from kmeans in kmeans.py, line 11, for centers: float[:, :], points: float[:, :].
    """
    offsets = points[:, None, :] - centers
    offsets_dot = np.broadcast_to(-centers_dot, np.shape(offsets))
    distances = np.sum(offsets * offsets, axis=2)
    distances_dot = 2.0 * np.sum(offsets_dot * offsets, axis=2)
    t1 = np.min(distances, axis=1)
    t2 = distances == t1[:, None]
    value = np.sum(t1)
    value_dot = np.sum(np.sum(t2 * distances_dot, axis=1) / np.sum(t2, axis=1))
    return value, value_dot
