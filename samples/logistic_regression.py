"""Trains a logistic regression on real data: s2sad writes the gradient, SciPy's optimiser uses it.

The data are 569 breast tumours, each described by 30 measurements and known to be benign or malignant; they ship with
scikit-learn. Run it with `make demo`, or with `python samples/logistic_regression.py` where s2sad[demo] is installed.
"""

import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer

from s2sad import value_and_gradients_function


def loss(weights, inputs, signs, penalty):
    """How badly the weights explain the data: the mean negative log-likelihood, plus a penalty on large weights."""
    margins = signs * (inputs @ weights[:-1] + weights[-1])
    return np.mean(np.logaddexp(0.0, -margins)) + penalty * np.sum(weights[:-1] ** 2)


def load_data(test_share=0.25):
    """The measurements, scaled to mean 0 and deviation 1, and the classes as +1 and -1, split for training and test."""
    inputs, classes = load_breast_cancer(return_X_y=True)
    signs = np.where(classes == 1, 1.0, -1.0)
    order = np.random.default_rng(0).permutation(len(signs))
    test, train = np.split(order, [int(test_share * len(order))])
    center, scale = inputs[train].mean(axis=0), inputs[train].std(axis=0)
    inputs = (inputs - center) / scale
    return inputs[train], signs[train], inputs[test], signs[test]


def accuracy(weights, inputs, signs):
    return np.mean(np.sign(inputs @ weights[:-1] + weights[-1]) == signs)


def main():
    inputs, signs, test_inputs, test_signs = load_data()
    start = np.zeros(inputs.shape[1] + 1)
    penalty = 1e-3

    loss_and_gradients = value_and_gradients_function(loss, params=["weights"])
    print("The program that s2sad wrote:\n")
    print(loss_and_gradients.source(start, inputs, signs, penalty))

    def objective(weights):
        value, (weights_grad,) = loss_and_gradients(weights, inputs, signs, penalty)
        return value, weights_grad

    losses = [objective(start)[0]]
    result = minimize(
        objective, start, jac=True, method="L-BFGS-B", callback=lambda weights: losses.append(objective(weights)[0])
    )

    print("iteration      loss")
    for iteration in [*range(0, len(losses) - 1, 5), len(losses) - 1]:
        print(f"{iteration:9d}  {losses[iteration]:.6f}")
    print(f"\naccuracy on the {len(signs)} training tumours: {accuracy(result.x, inputs, signs):.1%}")
    print(f"accuracy on the {len(test_signs)} test tumours:     {accuracy(result.x, test_inputs, test_signs):.1%}")


if __name__ == "__main__":
    main()
