import numpy as np


def lstm_value_and_gradients(params, inputs, dy=1.0):
    """The value of lstm and its gradient with respect to params.

    Made by s2sad from lstm in lstm.py, line 18, for params: {'W': float[:, :], 'U': float[:, :],
    'b': float[:]}, inputs: float[:, :].
    """
    h_saved = []
    c_saved = []
    t1_saved = []
    gates_saved = []
    t2_saved = []
    t3_saved = []
    forget_saved = []
    t4_saved = []
    t5_saved = []
    enter_saved = []
    t6_saved = []
    t7_saved = []
    leave_saved = []
    new_saved = []
    t8_saved = []
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
        gates_saved.append(gates)
        t2 = np.exp(-gates[0])
        t2_saved.append(t2)
        t3 = 1.0 + t2
        t3_saved.append(t3)
        forget = 1.0 / t3
        forget_saved.append(forget)
        t4 = np.exp(-gates[1])
        t4_saved.append(t4)
        t5 = 1.0 + t4
        t5_saved.append(t5)
        enter = 1.0 / t5
        enter_saved.append(enter)
        t6 = np.exp(-gates[2])
        t6_saved.append(t6)
        t7 = 1.0 + t6
        t7_saved.append(t7)
        leave = 1.0 / t7
        leave_saved.append(leave)
        new = np.tanh(gates[3])
        new_saved.append(new)
        c = forget * c + enter * new
        t8 = np.tanh(c)
        t8_saved.append(t8)
        h = leave * t8
    value = np.sum(h * h)

    params_W_grad = np.zeros_like(params_W)
    params_U_grad = np.zeros_like(params_U)
    params_b_grad = np.zeros_like(params_b)
    # return np.sum(h * h)
    h_grad = 2.0 * dy * h
    c_grad = np.zeros_like(c)
    for k in reversed(range(len(inputs))):
        # h = leave * np.tanh(c)
        t8 = t8_saved.pop()
        leave_grad = h_grad * t8
        leave = leave_saved.pop()
        c_grad2 = c_grad + h_grad * leave * (1.0 - t8 * t8)
        # c = forget * c + enter * new
        new = new_saved.pop()
        enter_grad = c_grad2 * new
        enter = enter_saved.pop()
        new_grad = c_grad2 * enter
        c = c_saved.pop()
        forget_grad = c_grad2 * c
        forget = forget_saved.pop()
        c_grad = c_grad2 * forget
        # new = np.tanh(gates[3])
        t9_grad = new_grad * (1.0 - new * new)
        gates = gates_saved.pop()
        gates_grad = np.zeros_like(gates)
        gates_grad[3] += t9_grad
        # return 1.0 / (1.0 + np.exp(-x))
        t7 = t7_saved.pop()
        t7_grad = -leave_grad * leave / t7
        t6 = t6_saved.pop()
        x2_grad = -t7_grad * t6
        # leave = sigmoid(gates[2])
        gates_grad[2] += x2_grad
        # return 1.0 / (1.0 + np.exp(-x))
        t5 = t5_saved.pop()
        t5_grad = -enter_grad * enter / t5
        t4 = t4_saved.pop()
        x3_grad = -t5_grad * t4
        # enter = sigmoid(gates[1])
        gates_grad[1] += x3_grad
        # return 1.0 / (1.0 + np.exp(-x))
        t3 = t3_saved.pop()
        t3_grad = -forget_grad * forget / t3
        t2 = t2_saved.pop()
        x4_grad = -t3_grad * t2
        # forget = sigmoid(gates[0])
        gates_grad[0] += x4_grad
        # gates = (h @ params["W"] + x @ params["U"] + params["b"]).reshape(4, n)
        t1 = t1_saved.pop()
        t1_grad = np.reshape(gates_grad, t1.shape)
        params_b_grad += t1_grad
        params_U_grad += np.outer(inputs[k], t1_grad)
        h_grad = params_W @ t1_grad
        h = h_saved.pop()
        params_W_grad += np.outer(h, t1_grad)
    return value, ({"W": params_W_grad, "U": params_U_grad, "b": params_b_grad},)
