import numpy as np


def rnn_value_and_tangent(params, inputs, params_dot):
    """The value of rnn, and how it changes when params changes by its tangent.

    Made by s2sad from rnn in rnn.py, line 14, for params: {'W': float[:, :], 'U': float[:, :], 'b':
    float[:]}, inputs: float[:, :].
    """
    params_W_dot = params_dot["W"]
    params_U_dot = params_dot["U"]
    params_b_dot = params_dot["b"]
    params_W = params["W"]
    params_U = params["U"]
    params_b = params["b"]
    h = np.zeros_like(params_b)
    h_dot = np.zeros_like(h)
    total_dot = 0.0
    total = 0.0
    for x in inputs:
        h2 = np.tanh(h @ params_W + x @ params_U + params_b)
        h2_dot = (h_dot @ params_W + h @ params_W_dot + x @ params_U_dot + params_b_dot) * (
            1.0 - h2 * h2
        )
        total = total + np.sum(h2 * h2)
        total_dot += 2.0 * (h2_dot @ h2)
        h_dot = h2_dot
        h = h2
    return total, total_dot
