import numpy as np


def pagerank_value_and_gradients(links, damping, weights, steps, dy=1.0):
    """The value of pagerank and its gradients with respect to links and damping.

    Made by s2sad from pagerank in pagerank.py, line 11, for links: float[:, :], damping: float,
    weights: float[:], steps: int.
    """
    saved = []
    n = links.shape[0]
    t1 = np.sum(links, axis=0)
    transition = links / t1
    rank = np.full(n, 1.0 / n)
    for _ in range(steps):
        t2 = transition @ rank
        saved.append((rank, t2))
        rank = damping * t2 + (1.0 - damping) / n
    value = weights @ rank

    # return weights @ rank
    rank_grad = dy * weights
    transition_grad = np.zeros_like(transition)
    damping_grad = 0.0
    while saved:
        # rank = damping * (transition @ rank) + (1.0 - damping) / n
        rank, t2 = saved.pop()
        damping_grad += rank_grad @ t2 - np.sum(rank_grad) / n
        t2_grad = damping * rank_grad
        transition_grad += np.outer(t2_grad, rank)
        rank_grad = transition.T @ t2_grad
    # transition = links / np.sum(links, axis=0)
    links_grad = (transition_grad - np.sum(transition_grad * transition, axis=0)) / t1
    return value, (links_grad, damping_grad)
