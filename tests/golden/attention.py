import numpy as np


def attention_value_and_gradients(Wq, Wk, Wv, x, targets, dy=1.0):
    """The value of attention and its gradients with respect to Wq, Wk and Wv.

    Made by s2sad from attention in attention.py, line 11, for Wq: float[:, :], Wk: float[:, :],
    Wv: float[:, :], x: float[:, :], targets: float[:, :].
    """
    q = x @ Wq
    k = x @ Wk
    v = x @ Wv
    t1 = np.sqrt(q.shape[1])
    scores = np.exp(q @ k.T / t1)
    t2 = np.sum(scores, axis=1, keepdims=True)
    weights = scores / t2
    errors = weights @ v - targets
    value = np.sum(errors**2)

    # return np.sum(errors**2)
    errors_grad = 2.0 * dy * errors
    # errors = weights @ v - targets
    weights_grad = errors_grad @ v.T
    v_grad = weights.T @ errors_grad
    # weights = scores / np.sum(scores, axis=1, keepdims=True)
    scores_grad = (weights_grad - np.sum(weights_grad * weights, axis=-1, keepdims=True)) / t2
    # scores = np.exp(q @ k.T / np.sqrt(q.shape[1]))
    t3_grad = scores_grad * scores / t1
    q_grad = t3_grad @ k
    k_grad = t3_grad.T @ q
    # q, k, v = x @ Wq, x @ Wk, x @ Wv
    Wv_grad = x.T @ v_grad
    Wk_grad = x.T @ k_grad
    Wq_grad = x.T @ q_grad
    return value, (Wq_grad, Wk_grad, Wv_grad)
