"""Scaled dot-product attention: matrix products, and a softmax whose two halves are kept."""

import numpy as np

SIGNATURE = dict(Wq="float[:, :]", Wk="float[:, :]", Wv="float[:, :]", x="float[:, :]", targets="float[:, :]")
PARAMS = ["Wq", "Wk", "Wv"]
_rng = np.random.default_rng(6)
ARGS = tuple(_rng.normal(size=shape) for shape in [(4, 3), (4, 3), (4, 2), (5, 4), (5, 2)])


def attention(Wq, Wk, Wv, x, targets):
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    scores = np.exp(q @ k.T / np.sqrt(q.shape[1]))
    weights = scores / np.sum(scores, axis=1, keepdims=True)
    errors = weights @ v - targets
    return np.sum(errors**2)


def attention_value_and_gradients(Wq, Wk, Wv, x, targets, dy=1.0):
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    t1 = np.sqrt(q.shape[1])
    scores = np.exp(q @ k.T / t1)
    t2 = np.sum(scores, axis=1, keepdims=True)
    weights = scores / t2
    errors = weights @ v - targets
    value = np.sum(errors**2)

    # return np.sum(errors ** 2)
    errors_grad = 2.0 * dy * errors
    # errors = weights @ v - targets
    weights_grad = errors_grad @ v.T
    v_grad = weights.T @ errors_grad
    # weights = scores / np.sum(scores, axis=1, keepdims=True)
    t3_grad = weights_grad / t2
    scores_grad = t3_grad - np.sum(t3_grad * weights, axis=1, keepdims=True)
    # scores = np.exp(q @ k.T / np.sqrt(q.shape[1]))
    t4_grad = scores_grad * scores / t1
    q_grad = t4_grad @ k
    k_grad = t4_grad.T @ q
    # q, k, v = x @ Wq, x @ Wk, x @ Wv
    Wv_grad = x.T @ v_grad
    Wk_grad = x.T @ k_grad
    Wq_grad = x.T @ q_grad
    return value, (Wq_grad, Wk_grad, Wv_grad)
