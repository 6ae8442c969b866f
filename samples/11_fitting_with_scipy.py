# 11. Fitting a model with SciPy
# ==============================
#
# Optimisers ask for a value and a gradient, as flat arrays of numbers. The function that s2sad makes returns
# both at once, which is what `scipy.optimize.minimize` takes with `jac=True`.
#
# The data: counts of a decaying signal over time, with a background that does not decay. The model has three
# parameters.

import numpy as np
from scipy.optimize import minimize

from s2sad import check_gradients, value_and_gradients_function


def expected(parameters, times):
    amplitude, lifetime, background = parameters
    return amplitude * np.exp(-times / lifetime) + background


def misfit(parameters, times, counts):
    """The negative log-likelihood of Poisson counts, less what does not depend on the parameters."""
    rate = expected(parameters, times)
    return np.sum(rate - counts * np.log(rate))


rng = np.random.default_rng(1)
times = np.linspace(0.0, 10.0, 60)
counts = rng.poisson(expected(np.array([120.0, 2.0, 15.0]), times))

misfit_gradients = value_and_gradients_function(misfit, params=["parameters"])
start = np.array([50.0, 1.0, 5.0])
print(misfit_gradients.source(start, times, counts))
#: import numpy as np
#:
#:
#: def misfit_value_and_gradients(parameters, times, counts, dy=1.0):
#:     """The value of misfit and its gradient with respect to parameters.
#:
#:     Made by s2sad from misfit in 11_fitting_with_scipy.py, line 21, for parameters: float[:],
#:     times: float[:], counts: int64[:].
#:     """
#:     amplitude, lifetime, background = parameters
#:     t1 = -times / lifetime
#:     t2 = np.exp(t1)
#:     rate = amplitude * t2 + background
#:     value = np.sum(rate - counts * np.log(rate))
#:
#:     # return np.sum(rate - counts * np.log(rate))
#:     rate_grad = dy * (1.0 - counts / rate)
#:     # return amplitude * np.exp(-times / lifetime) + background
#:     background_grad = np.sum(rate_grad)
#:     amplitude_grad = rate_grad @ t2
#:     lifetime_grad = -amplitude * (rate_grad * t2 @ t1) / lifetime
#:     # amplitude, lifetime, background = parameters
#:     parameters_grad = np.array([amplitude_grad, lifetime_grad, background_grad])
#:     return value, (parameters_grad,)

# Before the optimiser is let loose: does the gradient agree with differences? `check_gradients` says nothing
# if so.

check_gradients(misfit, start, times, counts, params=["parameters"])


def objective(parameters):
    value, (gradient,) = misfit_gradients(parameters, times, counts)
    return value, gradient


result = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[(1e-6, None)] * 3)
print(result.success, result.x.round(1))
#: True [118.2   2.2  13.8]

# The same without gradients takes as many more calls as there are parameters, and stops earlier:

without = minimize(misfit, start, args=(times, counts), method="L-BFGS-B", bounds=[(1e-6, None)] * 3)
print(result.nfev < without.nfev)
#: True

# At the minimum the gradient is zero. Its own derivative there, the Hessian, says how well the parameters are
# known: its inverse is their covariance. Each row is the gradient of one entry of the gradient.


def gradient_entry(parameters, k):
    return misfit_gradients(parameters, times, counts)[1][0][k]


rows = value_and_gradients_function(gradient_entry, params=["parameters"])
hessian = np.array([rows(result.x, k)[1][0] for k in range(3)])
print(np.sqrt(np.diag(np.linalg.inv(hessian))).round(1))
#: [5.1 0.2 1.3]

# `samples/logistic_regression.py`, which `make demo` runs, is the same with thirty parameters and real data.
