"""PageRank by power iteration: the vectors of the iterations are the tape."""

import numpy as np

SIGNATURE = dict(links="float[:, :]", damping=float, weights="float[:]", steps=int)
PARAMS = ["links", "damping"]
_rng = np.random.default_rng(7)
ARGS = (_rng.uniform(0.1, 1.0, size=(6, 6)), 0.85, _rng.normal(size=6), 12)


def pagerank(links, damping, weights, steps):
    n = links.shape[0]
    transition = links / np.sum(links, axis=0)
    rank = np.full(n, 1.0 / n)
    for _ in range(steps):
        rank = damping * (transition @ rank) + (1.0 - damping) / n
    return weights @ rank


def pagerank_value_and_gradients(links, damping, weights, steps, dy=1.0):
    n = links.shape[0]
    t1 = np.sum(links, axis=0)
    transition = links / t1
    rank = np.full(n, 1.0 / n)
    saved = []
    for _ in range(steps):
        moved = transition @ rank
        saved.append((rank, moved))
        rank = damping * moved + (1.0 - damping) / n
    value = weights @ rank

    # return weights @ rank
    rank_grad = dy * weights
    transition_grad = np.zeros_like(transition)
    damping_grad = 0.0
    while saved:
        rank, moved = saved.pop()
        # rank = damping * (transition @ rank) + (1.0 - damping) / n
        damping_grad += rank_grad @ moved - np.sum(rank_grad) / n
        moved_grad = damping * rank_grad
        transition_grad += np.outer(moved_grad, rank)
        rank_grad = transition.T @ moved_grad
    # transition = links / np.sum(links, axis=0)
    t2_grad = transition_grad / t1
    links_grad = t2_grad - np.sum(t2_grad * transition, axis=0)
    return value, (links_grad, damping_grad)
