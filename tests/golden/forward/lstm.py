import numpy as np


def lstm_value_and_tangent(params, inputs, params_dot):
    """The value of lstm, and how it changes when params changes by its tangent.

    Made by s2sad from lstm in lstm.py, line 18, for params: {'W': float[:, :], 'U': float[:, :],
    'b': float[:]}, inputs: float[:, :].
    """
    params_W_dot = params_dot["W"]
    params_U_dot = params_dot["U"]
    params_b_dot = params_dot["b"]
    params_W = params["W"]
    params_U = params["U"]
    params_b = params["b"]
    n = len(params_W)
    h = np.zeros(n)
    c = np.zeros(n)
    h_dot = np.zeros_like(h)
    c_dot = np.zeros_like(c)
    for x in inputs:
        gates = (h @ params_W + x @ params_U + params_b).reshape(4, n)
        gates_dot = (
            h_dot @ params_W + h @ params_W_dot + x @ params_U_dot + params_b_dot
        ).reshape(4, n)
        x2_dot = gates_dot[0]
        forget = 1.0 / (1.0 + np.exp(-gates[0]))
        forget_dot = x2_dot * forget * (1.0 - forget)
        x3_dot = gates_dot[1]
        enter = 1.0 / (1.0 + np.exp(-gates[1]))
        enter_dot = x3_dot * enter * (1.0 - enter)
        x4_dot = gates_dot[2]
        leave = 1.0 / (1.0 + np.exp(-gates[2]))
        leave_dot = x4_dot * leave * (1.0 - leave)
        new = np.tanh(gates[3])
        new_dot = gates_dot[3] * (1.0 - new * new)
        c_dot = forget_dot * c + c_dot * forget + enter_dot * new + new_dot * enter
        c = forget * c + enter * new
        t1 = np.tanh(c)
        h = leave * t1
        h_dot = leave_dot * t1 + c_dot * (1.0 - t1 * t1) * leave
    value = np.sum(h * h)
    value_dot = 2.0 * (h_dot @ h)
    return value, value_dot
