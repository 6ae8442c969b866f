import numpy as np


def cross_entropy_value_and_tangent(W, b, inputs, labels, W_dot, b_dot):
    """The value of cross_entropy, and how it changes when W and b change by their tangents.

    Made by s2sad from cross_entropy in cross_entropy.py, line 11, for W: float[:, :], b: float[:],
    inputs: float[:, :], labels: int64[:].
    """
    logits = inputs @ W + b
    logits_dot = inputs @ W_dot + b_dot
    t1 = np.exp(logits)
    t2 = np.sum(t1, axis=1)
    log_norms = np.log(t2)
    log_norms_dot = np.sum(logits_dot * t1, axis=1) / t2
    t3 = np.arange(len(labels))
    value = np.mean(log_norms - logits[t3, labels])
    value_dot = np.mean(log_norms_dot - logits_dot[t3, labels])
    return value, value_dot
