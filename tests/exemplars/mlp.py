"""A small net whose layers are a list of dicts: the gradient is a list of the same form."""

import numpy as np

SIGNATURE = dict(layers=[{"W": "float[:, :]", "b": "float[:]"}], inputs="float[:, :]", targets="float[:, :]")
PARAMS = ["layers"]
_rng = np.random.default_rng(10)
ARGS = (
    [{"W": _rng.normal(size=(m, n)), "b": _rng.normal(size=n)} for m, n in [(3, 5), (5, 4), (4, 2)]],
    _rng.normal(size=(6, 3)),
    _rng.normal(size=(6, 2)),
)


def mlp(layers, inputs, targets):
    h = inputs
    for layer in layers:
        h = np.maximum(h @ layer["W"] + layer["b"], 0.0)
    errors = h - targets
    return np.mean(errors * errors)


def mlp_value_and_gradients(layers, inputs, targets, dy=1.0):
    h = inputs
    saved = []
    for layer in layers:
        before = h
        h = np.maximum(h @ layer["W"] + layer["b"], 0.0)
        saved.append((before, h))
    errors = h - targets
    value = np.mean(errors * errors)

    # return np.mean(errors * errors)
    h_grad = 2.0 * dy / errors.size * errors
    layers_grad = [None] * len(layers)
    for k in reversed(range(len(layers))):
        before, h = saved.pop()
        # h = np.maximum(h @ layer["W"] + layer["b"], 0.0)
        t1_grad = h_grad * (h > 0.0)
        layers_grad[k] = {"W": before.T @ t1_grad, "b": np.sum(t1_grad, axis=0)}
        h_grad = t1_grad @ layers[k]["W"].T
    return value, (layers_grad,)
