import numpy as np


def mlp_value_and_tangent(layers, inputs, targets, layers_dot):
    """The value of mlp, and how it changes when layers changes by its tangent.

    Made by s2sad from mlp in mlp.py, line 15, for layers: list[{'W': float[:, :], 'b': float[:]}],
    inputs: float[:, :], targets: float[:, :].
    """
    h_dot = np.zeros_like(inputs)
    h = inputs
    for layer, layer_dot in zip(layers, layers_dot):
        layer_W = layer["W"]
        layer_W_dot = layer_dot["W"]
        layer_b = layer["b"]
        layer_b_dot = layer_dot["b"]
        t1 = h @ layer_W + layer_b
        t1_dot = h_dot @ layer_W + h @ layer_W_dot + layer_b_dot
        h_dot = t1_dot * np.heaviside(t1, 0.5)
        h = np.maximum(t1, 0.0)
    errors = h - targets
    errors_dot = h_dot
    value = np.mean(errors * errors)
    value_dot = 2.0 * np.mean(errors_dot * errors)
    return value, value_dot
