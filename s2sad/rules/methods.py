"""The methods and attributes of arrays, as the functions that they are."""

from __future__ import annotations

import numpy as np

from s2sad.rules.registry import attribute, method

for _name in [
    "all",
    "any",
    "argmax",
    "argmin",
    "argsort",
    "conj",
    "conjugate",
    "cumprod",
    "cumsum",
    "diagonal",
    "dot",
    "max",
    "mean",
    "min",
    "nonzero",
    "prod",
    "ravel",
    "repeat",
    "round",
    "searchsorted",
    "squeeze",
    "std",
    "sum",
    "swapaxes",
    "trace",
    "var",
    "argpartition",
    "choose",
    "take",
]:
    method(_name, getattr(np, _name))
for _name in ["astype", "clip", "compress", "copy", "flatten", "item", "reshape", "tolist", "transpose"]:
    method(_name, getattr(np.ndarray, _name))

attribute("T", np.transpose)
attribute("mT", np.matrix_transpose)
attribute("real", np.real)
attribute("imag", np.imag)
attribute("shape", np.shape)
attribute("ndim", np.ndim)
attribute("size", np.size)
