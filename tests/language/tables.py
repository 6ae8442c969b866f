"""Tables of functions and objects with functions, for test_tables_of_functions.py: in a module that imports no s2sad."""

import math

import numpy as np


def relu(z):
    return np.maximum(z, 0.0)


def identity(z):
    return z


LAYERS = [np.tanh, identity]
BY_NAME = {"sin": np.sin, "relu": relu}
MIXED = {"f": np.cos, "weight": 2.0, "inner": {"g": math.sin, "order": 3}}
NESTED = [[np.sin, np.cos], [np.exp]]
WEIGHTED = [(np.sin, np.array([1.0, 2.0])), (np.cos, np.array([2.0, 3.0, 4.0]))]
PIECES = [(0.0, 1.0, lambda v: v**2), (1.0, 2.0, lambda v: 2.0 * v - 1.0), (2.0, 9.0, lambda v: v + 1.0)]
STEPS = [{"f": np.sin, "weight": 2.0}, {"f": np.exp, "weight": 3.0}]


class Layer:
    def __init__(self, w, act=np.tanh):
        self.w, self.act = w, act

    def __call__(self, x):
        return self.act(x @ self.w)


class Model:
    table = {"sin": np.sin, "relu": relu}

    def __init__(self, names):
        self.names = names

    def __call__(self, x):
        for name in self.names:
            x = self.table[name](x)
        return np.sum(x)


model = Model(["sin", "relu", "sin"])
