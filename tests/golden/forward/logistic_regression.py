import numpy as np


def logistic_regression_value_and_tangent(W, b, inputs, labels, W_dot, b_dot):
    """The value of logistic_regression, and how it changes when W and b change by their tangents.

    Made by s2sad from logistic_regression in logistic_regression.py, line 16, for W: float[:, :],
    b: float[:], inputs: float[:, :], labels: float[:, :].
    """
    t1 = np.tanh(inputs @ W + b)
    prediction = 0.5 * (t1 + 1.0)
    prediction_dot = 0.5 * (inputs @ W_dot + b_dot) * (1.0 - t1 * t1)
    t2 = 1.0 - labels
    likelihood = prediction * labels + (1.0 - prediction) * t2
    likelihood_dot = prediction_dot * (labels - t2)
    value = -np.sum(np.log(likelihood))
    value_dot = -np.sum(likelihood_dot / likelihood)
    return value, value_dot
