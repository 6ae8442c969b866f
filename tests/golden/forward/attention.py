import numpy as np


def attention_value_and_tangent(Wq, Wk, Wv, x, targets, Wq_dot, Wk_dot, Wv_dot):
    """The value of attention, and how it changes when Wq, Wk and Wv change by their tangents.

    Made by s2sad from attention in attention.py, line 11, for Wq: float[:, :], Wk: float[:, :],
    Wv: float[:, :], x: float[:, :], targets: float[:, :].
    """
    q = x @ Wq
    q_dot = x @ Wq_dot
    k = x @ Wk
    k_dot = x @ Wk_dot
    v = x @ Wv
    v_dot = x @ Wv_dot
    t1 = k.T
    t2 = np.sqrt(q.shape[1])
    scores = np.exp(q @ t1 / t2)
    scores_dot = (q_dot @ t1 + q @ k_dot.T) / t2 * scores
    t3 = np.sum(scores, axis=1, keepdims=True)
    weights = scores / t3
    weights_dot = (scores_dot - np.sum(scores_dot, axis=1, keepdims=True) * weights) / t3
    errors = weights @ v - targets
    errors_dot = weights_dot @ v + weights @ v_dot
    value = np.sum(errors**2)
    value_dot = 2.0 * np.sum(errors_dot * errors)
    return value, value_dot
