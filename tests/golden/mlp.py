import numpy as np


def mlp_value_and_gradients(layers, inputs, targets, dy=1.0):
    """The value of mlp and its gradient with respect to layers.

    Made by s2sad from mlp in mlp.py, line 15, for layers: list[{'W': float[:, :], 'b': float[:]}],
    inputs: float[:, :], targets: float[:, :].
    """
    saved = []
    h = inputs
    for layer in layers:
        layer_W = layer["W"]
        layer_b = layer["b"]
        t1 = h @ layer_W + layer_b
        saved.append((h, t1))
        h = np.maximum(t1, 0.0)
    errors = h - targets
    value = np.mean(errors * errors)

    layers_grad = []
    # return np.mean(errors * errors)
    h_grad = 2.0 * dy / errors.size * errors
    for k in reversed(range(len(layers))):
        # h = np.maximum(h @ layer["W"] + layer["b"], 0.0)
        h, t1 = saved.pop()
        t1_grad = h_grad * np.heaviside(t1, 0.5)
        h_grad = t1_grad @ layers[k]["W"].T
        layers_grad.insert(0, {"W": h.T @ t1_grad, "b": np.sum(t1_grad, axis=0)})
    return value, (layers_grad,)
