import numpy as np


def mixture_value_and_tangent(
    logits, means, log_scales, data, logits_dot, means_dot, log_scales_dot
):
    """The value of mixture, and how it changes when logits, means and log_scales change by their
    tangents.

    Made by s2sad from mixture in mixture.py, line 11, for logits: float[:], means: float[:],
    log_scales: float[:], data: float[:].
    """
    t1 = np.exp(logits)
    t2 = np.sum(t1)
    log_weights = logits - np.log(t2)
    log_weights_dot = logits_dot - logits_dot @ t1 / t2
    t3 = data[:, None] - means
    t4 = np.exp(log_scales)
    z = t3 / t4
    z_dot = np.broadcast_to(-means_dot, np.shape(t3)) / t4 - log_scales_dot * z
    log_densities = log_weights - log_scales - 0.5 * z * z - 0.5 * np.log(2.0 * np.pi)
    log_densities_dot = log_weights_dot - log_scales_dot - z_dot * z
    t5 = np.exp(log_densities)
    t6 = np.sum(t5, axis=1)
    value = np.sum(np.log(t6))
    value_dot = np.sum(np.sum(log_densities_dot * t5, axis=1) / t6)
    return value, value_dot
