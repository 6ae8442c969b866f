import numpy as np


def mixture_value_and_gradients(logits, means, log_scales, data, dy=1.0):
    """The value of mixture and its gradients with respect to logits, means and log_scales.

    Made by s2sad from mixture in mixture.py, line 11, for logits: float[:], means: float[:],
    log_scales: float[:], data: float[:].
    """
    t1 = np.exp(logits)
    t2 = np.sum(t1)
    log_weights = logits - np.log(t2)
    t3 = np.exp(log_scales)
    z = (data[:, None] - means) / t3
    log_densities = log_weights - log_scales - 0.5 * z * z - 0.5 * np.log(2.0 * np.pi)
    t4 = np.exp(log_densities)
    t5 = np.sum(t4, axis=1)
    value = np.sum(np.log(t5))

    # return np.sum(np.log(np.sum(np.exp(log_densities), axis=1)))
    log_densities_grad = (dy / t5)[:, None] * t4
    # log_densities = log_weights - log_scales - 0.5 * z * z - 0.5 * np.log(2.0 * np.pi)
    t6_grad = np.sum(log_densities_grad, axis=0)
    z_grad = -log_densities_grad * z
    log_scales_grad = -t6_grad
    # z = (data[:, None] - means) / np.exp(log_scales)
    log_scales_grad -= np.sum(z_grad * z, axis=0)
    means_grad = -np.sum(z_grad, axis=0) / t3
    # log_weights = logits - np.log(np.sum(np.exp(logits)))
    logits_grad = t6_grad - np.sum(t6_grad) / t2 * t1
    return value, (logits_grad, means_grad, log_scales_grad)
