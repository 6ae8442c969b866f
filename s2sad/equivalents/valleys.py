"""scipy.optimize's test function, the curved valley of H. Rosenbrock (1960), and its derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize

from s2sad.equivalents.registry import equivalent


@equivalent(optimize.rosen)
def rosen(x: Any) -> Any:
    x = np.asarray(x)
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0, axis=0)


@equivalent(optimize.rosen_der)
def rosen_der(x: Any) -> Any:
    x = np.asarray(x)
    inner, before, behind = x[1:-1], x[:-2], x[2:]
    der = np.zeros_like(x)
    der[1:-1] = 200 * (inner - before**2) - 400 * (behind - inner**2) * inner - 2 * (1 - inner)
    der[0] = -400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0])
    der[-1] = 200 * (x[-1] - x[-2] ** 2)
    return der


@equivalent(optimize.rosen_hess)
def rosen_hess(x: Any) -> Any:
    x = np.asarray(x)
    first = np.zeros(np.shape(x))
    first[0] = 1200 * x[0] ** 2 - 400 * x[1] + 2
    first[-1] = 200
    first[1:-1] = 202 + 1200 * x[1:-1] ** 2 - 400 * x[2:]
    beside = -400 * x[:-1]
    return np.diag(beside, 1) - np.diag(400 * x[:-1], -1) + np.diag(first)


@equivalent(optimize.rosen_hess_prod)
def rosen_hess_prod(x: Any, p: Any) -> Any:
    x, p = np.asarray(x), np.asarray(p)
    made = np.zeros_like(x)
    made[0] = (1200 * x[0] ** 2 - 400 * x[1] + 2) * p[0] - 400 * x[0] * p[1]
    made[1:-1] = -400 * x[:-2] * p[:-2] + (202 + 1200 * x[1:-1] ** 2 - 400 * x[2:]) * p[1:-1] - 400 * x[1:-1] * p[2:]
    made[-1] = -400 * x[-2] * p[-2] + 200 * p[-1]
    return made
