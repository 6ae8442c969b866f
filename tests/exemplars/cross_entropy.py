"""Softmax cross-entropy of a linear classifier, with labels that index: the exponentials serve value and gradient."""

import numpy as np

SIGNATURE = dict(W="float[:, :]", b="float[:]", inputs="float[:, :]", labels="int[:]")
PARAMS = ["W", "b"]
_rng = np.random.default_rng(5)
ARGS = (_rng.normal(size=(4, 3)), _rng.normal(size=3), _rng.normal(size=(6, 4)), _rng.integers(0, 3, size=6))


def cross_entropy(W, b, inputs, labels):
    logits = inputs @ W + b
    log_norms = np.log(np.sum(np.exp(logits), axis=1))
    return np.mean(log_norms - logits[np.arange(len(labels)), labels])


def cross_entropy_value_and_gradients(W, b, inputs, labels, dy=1.0):
    logits = inputs @ W + b
    t1 = np.exp(logits)
    t2 = np.sum(t1, axis=1)
    rows = np.arange(len(labels))
    t3 = np.log(t2) - logits[rows, labels]
    value = np.mean(t3)

    # return np.mean(log_norms - logits[np.arange(len(labels)), labels])
    t3_grad = dy / t3.size
    # log_norms = np.log(np.sum(np.exp(logits), axis=1))
    logits_grad = (t3_grad / t2)[:, None] * t1
    logits_grad[rows, labels] -= t3_grad
    # logits = inputs @ W + b
    W_grad = inputs.T @ logits_grad
    b_grad = np.sum(logits_grad, axis=0)
    return value, (W_grad, b_grad)
