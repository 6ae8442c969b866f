"""The log-likelihood of a mixture of Gaussians: everything broadcasts, and is summed over the data."""

import numpy as np

SIGNATURE = dict(logits="float[:]", means="float[:]", log_scales="float[:]", data="float[:]")
PARAMS = ["logits", "means", "log_scales"]
_rng = np.random.default_rng(9)
ARGS = (_rng.normal(size=3), _rng.normal(size=3), 0.3 * _rng.normal(size=3), _rng.normal(size=20))


def mixture(logits, means, log_scales, data):
    log_weights = logits - np.log(np.sum(np.exp(logits)))
    z = (data[:, None] - means) / np.exp(log_scales)
    log_densities = log_weights - log_scales - 0.5 * z * z - 0.5 * np.log(2.0 * np.pi)
    return np.sum(np.log(np.sum(np.exp(log_densities), axis=1)))


def mixture_value_and_gradients(logits, means, log_scales, data, dy=1.0):
    t1 = np.exp(logits)
    t2 = np.sum(t1)
    log_weights = logits - np.log(t2)
    scales = np.exp(log_scales)
    z = (data[:, None] - means) / scales
    log_densities = log_weights - log_scales - 0.5 * z * z - 0.5 * np.log(2.0 * np.pi)
    t3 = np.exp(log_densities)
    t4 = np.sum(t3, axis=1)
    value = np.sum(np.log(t4))

    # return np.sum(np.log(np.sum(np.exp(log_densities), axis=1)))
    log_densities_grad = (dy / t4)[:, None] * t3
    # log_densities = log_weights - log_scales - 0.5 * z * z - 0.5 * np.log(2.0 * np.pi)
    log_weights_grad = np.sum(log_densities_grad, axis=0)
    z_grad = -log_densities_grad * z
    # z = (data[:, None] - means) / np.exp(log_scales)
    means_grad = -np.sum(z_grad, axis=0) / scales
    log_scales_grad = -log_weights_grad - np.sum(z_grad * z, axis=0)
    # log_weights = logits - np.log(np.sum(np.exp(logits)))
    logits_grad = log_weights_grad - np.sum(log_weights_grad) / t2 * t1
    return value, (logits_grad, means_grad, log_scales_grad)
