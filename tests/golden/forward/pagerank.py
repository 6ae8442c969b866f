import numpy as np


def pagerank_value_and_tangent(links, damping, weights, steps, links_dot, damping_dot):
    """The value of pagerank, and how it changes when links and damping change by their tangents.

    Made by s2sad from pagerank in pagerank.py, line 11, for links: float[:, :], damping: float,
    weights: float[:], steps: int.
    """
    n = links.shape[0]
    t1 = np.sum(links, axis=0)
    transition = links / t1
    transition_dot = (links_dot - np.sum(links_dot, axis=0) * transition) / t1
    rank = np.full(n, 1.0 / n)
    rank_dot = np.zeros_like(rank)
    for _ in range(steps):
        t2 = transition @ rank
        rank_dot = (
            damping_dot * t2
            + damping * (transition_dot @ rank + transition @ rank_dot)
            - damping_dot / n
        )
        rank = damping * t2 + (1.0 - damping) / n
    value = weights @ rank
    value_dot = weights @ rank_dot
    return value, value_dot
