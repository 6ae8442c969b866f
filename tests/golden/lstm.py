import numpy as np


def lstm_value_and_gradients(params, inputs, dy=1.0):
    """The value of lstm and its gradient with respect to params.

    Made by s2sad from lstm in lstm.py, line 18, for params: {'W': float[:, :], 'U': float[:, :],
    'b': float[:]}, inputs: float[:, :].
    """
    h_saved = []
    c_saved = []
    t1_saved = []
    t2_saved = []
    forget_saved = []
    t3_saved = []
    enter_saved = []
    t4_saved = []
    leave_saved = []
    new_saved = []
    t5_saved = []
    params_W = params["W"]
    params_U = params["U"]
    params_b = params["b"]
    n = len(params_W)
    h = np.zeros(n)
    c = np.zeros(n)
    for x in inputs:
        c_saved.append(c)
        h_saved.append(h)
        t1 = h @ params_W + x @ params_U + params_b
        t1_saved.append(t1)
        gates = t1.reshape(4, n)
        t2 = np.exp(-gates[0])
        t2_saved.append(t2)
        forget = 1.0 / (1.0 + t2)
        forget_saved.append(forget)
        t3 = np.exp(-gates[1])
        t3_saved.append(t3)
        enter = 1.0 / (1.0 + t3)
        enter_saved.append(enter)
        t4 = np.exp(-gates[2])
        t4_saved.append(t4)
        leave = 1.0 / (1.0 + t4)
        leave_saved.append(leave)
        new = np.tanh(gates[3])
        new_saved.append(new)
        c = forget * c + enter * new
        t5 = np.tanh(c)
        t5_saved.append(t5)
        h = leave * t5
    value = np.sum(h * h)

    params_W_grad = np.zeros_like(params_W)
    params_U_grad = np.zeros_like(params_U)
    params_b_grad = np.zeros_like(params_b)
    # return np.sum(h * h)
    h_grad = 2.0 * dy * h
    c_grad = np.zeros_like(c)
    for x in reversed(inputs):
        # h = leave * np.tanh(c)
        t5 = t5_saved.pop()
        leave_grad = h_grad * t5
        leave = leave_saved.pop()
        c_grad = c_grad + h_grad * leave * (1.0 - t5 * t5)
        # c = forget * c + enter * new
        new = new_saved.pop()
        enter_grad = c_grad * new
        enter = enter_saved.pop()
        new_grad = c_grad * enter
        c = c_saved.pop()
        forget_grad = c_grad * c
        forget = forget_saved.pop()
        c_grad = c_grad * forget
        # new = np.tanh(gates[3])
        t6_grad = new_grad * (1.0 - new * new)
        t1 = t1_saved.pop()
        gates_grad = np.zeros_like(t1.reshape(4, n))
        gates_grad[3] += t6_grad
        # return 1.0 / (1.0 + np.exp(-x))
        t4 = t4_saved.pop()
        x2_grad = leave_grad * leave / (1.0 + t4) * t4
        # leave = sigmoid(gates[2])
        gates_grad[2] += x2_grad
        # return 1.0 / (1.0 + np.exp(-x))
        t3 = t3_saved.pop()
        x3_grad = enter_grad * enter / (1.0 + t3) * t3
        # enter = sigmoid(gates[1])
        gates_grad[1] += x3_grad
        # return 1.0 / (1.0 + np.exp(-x))
        t2 = t2_saved.pop()
        x4_grad = forget_grad * forget / (1.0 + t2) * t2
        # forget = sigmoid(gates[0])
        gates_grad[0] += x4_grad
        # gates = (h @ params["W"] + x @ params["U"] + params["b"]).reshape(4, n)
        t1_grad = np.reshape(gates_grad, t1.shape)
        params_b_grad += t1_grad
        params_U_grad += np.outer(x, t1_grad)
        h_grad = params_W @ t1_grad
        h = h_saved.pop()
        params_W_grad += np.outer(h, t1_grad)
    return value, ({"W": params_W_grad, "U": params_U_grad, "b": params_b_grad},)
