import numpy as np


def rnn_value_and_gradients(params, inputs, dy=1.0):
    """The value of rnn and its gradient with respect to params.

    Made by s2sad from rnn in rnn.py, line 14, for params: {'W': float[:, :], 'U': float[:, :], 'b':
    float[:]}, inputs: float[:, :].
    """
    h_saved = []
    params_W = params["W"]
    params_U = params["U"]
    params_b = params["b"]
    h = np.zeros_like(params_b)
    total = 0.0
    for x in inputs:
        h_saved.append(h)
        h = np.tanh(h @ params_W + x @ params_U + params_b)
        total = total + np.sum(h * h)

    params_W_grad = np.zeros_like(params_W)
    params_U_grad = np.zeros_like(params_U)
    params_b_grad = np.zeros_like(params_b)
    h_grad = np.zeros_like(h)
    for x in reversed(inputs):
        # total = total + np.sum(h * h)
        h_grad += 2.0 * dy * h
        # h = np.tanh(h @ params["W"] + x @ params["U"] + params["b"])
        t1_grad = h_grad * (1.0 - h * h)
        params_b_grad += t1_grad
        params_U_grad += np.outer(x, t1_grad)
        h = h_saved.pop()
        params_W_grad += np.outer(h, t1_grad)
        h_grad = params_W @ t1_grad
    return total, ({"W": params_W_grad, "U": params_U_grad, "b": params_b_grad},)
