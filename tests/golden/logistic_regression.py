import numpy as np


def logistic_regression_value_and_gradients(W, b, inputs, labels, dy=1.0):
    """The value of logistic_regression and its gradients with respect to W and b.

    Made by s2sad from logistic_regression in logistic_regression.py, line 16, for W: float[:, :],
    b: float[:], inputs: float[:, :], labels: float[:, :].
    """
    t1 = np.tanh(inputs @ W + b)
    prediction = 0.5 * (t1 + 1.0)
    t2 = 1.0 - labels
    likelihood = prediction * labels + (1.0 - prediction) * t2
    value = -np.sum(np.log(likelihood))

    # return -np.sum(np.log(likelihood))
    likelihood_grad = -dy / likelihood
    # likelihood = prediction * labels + (1.0 - prediction) * (1.0 - labels)
    prediction_grad = likelihood_grad * (labels - t2)
    # prediction = 0.5 * (np.tanh(inputs @ W + b) + 1.0)
    t3_grad = 0.5 * prediction_grad * (1.0 - t1 * t1)
    b_grad = np.sum(t3_grad, axis=0)
    W_grad = inputs.T @ t3_grad
    return value, (W_grad, b_grad)
