import numpy as np


def lstm_value_and_gradients(params, inputs, dy=1.0):
    """The value of lstm and its gradient with respect to params.

    Made by s2sad from lstm in lstm.py, line 18, for params: {'W': float[:, :], 'U': float[:, :],
    'b': float[:]}, inputs: float[:, :].
    """
    saved = []
    t1_saved = []
    params_W = params["W"]
    params_U = params["U"]
    params_b = params["b"]
    n = len(params_W)
    h = np.zeros(n)
    c = np.zeros(n)
    for x in inputs:
        t2 = h @ params_W + x @ params_U + params_b
        gates = t2.reshape(4, n)
        forget = 1.0 / (1.0 + np.exp(-gates[0]))
        enter = 1.0 / (1.0 + np.exp(-gates[1]))
        leave = 1.0 / (1.0 + np.exp(-gates[2]))
        new = np.tanh(gates[3])
        saved.append((h, c, t2, forget, enter, leave, new))
        c = forget * c + enter * new
        t1 = np.tanh(c)
        t1_saved.append(t1)
        h = leave * t1
    value = np.sum(h * h)

    # return np.sum(h * h)
    h_grad = 2.0 * dy * h
    params_W_grad = np.zeros_like(params_W)
    params_U_grad = np.zeros_like(params_U)
    params_b_grad = np.zeros_like(params_b)
    c_grad = np.zeros_like(c)
    for x in reversed(inputs):
        # h = leave * np.tanh(c)
        t1 = t1_saved.pop()
        leave_grad = h_grad * t1
        h, c, t2, forget, enter, leave, new = saved.pop()
        c_grad += h_grad * leave * (1.0 - t1 * t1)
        # c = forget * c + enter * new
        enter_grad = c_grad * new
        new_grad = c_grad * enter
        forget_grad = c_grad * c
        c_grad *= forget
        # new = np.tanh(gates[3])
        gates_grad = np.zeros_like(t2.reshape(4, n))
        gates_grad[3] = new_grad * (1.0 - new * new)
        # leave = sigmoid(gates[2])
        gates_grad[2] = leave_grad * leave * (1.0 - leave)
        # enter = sigmoid(gates[1])
        gates_grad[1] = enter_grad * enter * (1.0 - enter)
        # forget = sigmoid(gates[0])
        gates_grad[0] = forget_grad * forget * (1.0 - forget)
        # gates = (h @ params["W"] + x @ params["U"] + params["b"]).reshape(4, n)
        t2_grad = np.reshape(gates_grad, t2.shape)
        params_b_grad += t2_grad
        params_U_grad += np.outer(x, t2_grad)
        h_grad = params_W @ t2_grad
        params_W_grad += np.outer(h, t2_grad)
    return value, ({"W": params_W_grad, "U": params_U_grad, "b": params_b_grad},)
