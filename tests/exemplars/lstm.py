"""A long short-term memory cell over time steps: the gates of each step are kept."""

import numpy as np

SIGNATURE = dict(params={"W": "float[:, :]", "U": "float[:, :]", "b": "float[:]"}, inputs="float[:, :]")
PARAMS = ["params"]
_rng = np.random.default_rng(10)
ARGS = (
    {"W": _rng.normal(size=(3, 12)), "U": _rng.normal(size=(2, 12)), "b": _rng.normal(size=12)},
    _rng.normal(size=(5, 2)),
)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm(params, inputs):
    n = len(params["W"])
    h = np.zeros(n)
    c = np.zeros(n)
    for x in inputs:
        gates = (h @ params["W"] + x @ params["U"] + params["b"]).reshape(4, n)
        forget = sigmoid(gates[0])
        enter = sigmoid(gates[1])
        leave = sigmoid(gates[2])
        new = np.tanh(gates[3])
        c = forget * c + enter * new
        h = leave * np.tanh(c)
    return np.sum(h * h)


def lstm_value_and_gradients(params, inputs, dy=1.0):
    W, U, b = params["W"], params["U"], params["b"]
    n = len(W)
    h = np.zeros(n)
    c = np.zeros(n)
    saved = []
    for x in inputs:
        h_before, c_before = h, c
        gates = (h @ W + x @ U + b).reshape(4, n)
        forget = sigmoid(gates[0])
        enter = sigmoid(gates[1])
        leave = sigmoid(gates[2])
        new = np.tanh(gates[3])
        c = forget * c + enter * new
        squashed = np.tanh(c)
        h = leave * squashed
        saved.append((h_before, c_before, forget, enter, leave, new, squashed))
    value = np.sum(h * h)

    W_grad = np.zeros_like(W)
    U_grad = np.zeros_like(U)
    b_grad = np.zeros_like(b)
    # return np.sum(h * h)
    h_grad = 2.0 * (dy * h)
    c_grad = np.zeros_like(c)
    for x in reversed(inputs):
        h, c, forget, enter, leave, new, squashed = saved.pop()
        gates_grad = np.empty((4, n))
        # h = leave * np.tanh(c)
        c_grad = c_grad + h_grad * leave * (1.0 - squashed * squashed)
        # new = np.tanh(gates[3])
        gates_grad[3] = c_grad * enter * (1.0 - new * new)
        # leave = sigmoid(gates[2])
        gates_grad[2] = h_grad * squashed * (leave * (1.0 - leave))
        # enter = sigmoid(gates[1])
        gates_grad[1] = c_grad * new * (enter * (1.0 - enter))
        # forget = sigmoid(gates[0])
        gates_grad[0] = c_grad * c * (forget * (1.0 - forget))
        # c = forget * c + enter * new
        c_grad = c_grad * forget
        # gates = (h @ params["W"] + x @ params["U"] + params["b"]).reshape(4, n)
        gates_grad = gates_grad.reshape(4 * n)
        W_grad += np.outer(h, gates_grad)
        U_grad += np.outer(x, gates_grad)
        b_grad += gates_grad
        h_grad = W @ gates_grad
    return value, ({"W": W_grad, "U": U_grad, "b": b_grad},)
