"""gmm: the log posterior of a Gaussian mixture model with a Wishart prior on the precision matrices."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.gradbench import peers

PARAMS = ["alpha", "mu", "q", "l"]
NOTE = "matrix products; d, k, n as below"


def lower(q, l, rows, columns):
    """The lower triangular factor of a precision matrix: exp(q) on its diagonal, l below."""
    Q = np.diag(np.exp(q))
    Q[rows, columns] = l
    return Q


def f(alpha, mu, q, l, x, rows, columns, gamma, m):
    n, d = x.shape
    k = len(alpha)
    beta = np.zeros((k, n))
    prior = 0.0
    for j in range(k):
        Q = lower(q[j], l[j], rows, columns)
        Xb = (x - mu[j]) @ Q.T
        sum_q = np.sum(q[j])
        beta[j] = alpha[j] + sum_q - 0.5 * np.sum(Xb * Xb, axis=1)
        prior = prior + m * sum_q - 0.5 * gamma * gamma * np.sum(Q * Q)
    most = np.max(beta, axis=0)
    likelihood = np.sum(most + np.log(np.sum(np.exp(beta - most), axis=0)))
    largest = np.max(alpha)
    return likelihood - n * (largest + np.log(np.sum(np.exp(alpha - largest)))) + prior


def by_hand(alpha, mu, q, l, x, rows, columns, gamma, m):
    n, d = x.shape
    k = len(alpha)
    beta, factors, products = np.zeros((k, n)), [], []
    for j in range(k):
        Q = np.diag(np.exp(q[j]))
        Q[rows, columns] = l[j]
        Xb = (x - mu[j]) @ Q.T
        beta[j] = alpha[j] + np.sum(q[j]) - 0.5 * np.sum(Xb * Xb, axis=1)
        factors.append(Q)
        products.append(Xb)
    weights = np.exp(beta - np.max(beta, axis=0))
    weights /= np.sum(weights, axis=0)
    shares = np.exp(alpha - np.max(alpha))
    per_component = np.sum(weights, axis=1)
    alpha_grad = per_component - n * shares / np.sum(shares)
    mu_grad, q_grad, l_grad = np.zeros_like(mu), np.zeros_like(q), np.zeros_like(l)
    for j in range(k):
        Q = factors[j]
        Xb_grad = -weights[j][:, None] * products[j]
        mu_grad[j] = -(np.sum(Xb_grad, axis=0) @ Q)
        Q_grad = Xb_grad.T @ (x - mu[j]) - gamma * gamma * Q
        q_grad[j] = per_component[j] + m + np.diagonal(Q_grad) * np.diagonal(Q)
        l_grad[j] = Q_grad[rows, columns]
    return alpha_grad, mu_grad, q_grad, l_grad


def arguments(size: str) -> tuple:
    d, k, n = {"tiny": (3, 2, 5), "quick": (10, 10, 500), "full": (20, 25, 1000)}[size]
    rng = np.random.default_rng(1)
    columns, rows = np.triu_indices(d, 1)  # below the diagonal, column by column
    return (
        rng.normal(size=k),
        rng.normal(size=(k, d)),
        0.3 * rng.normal(size=(k, d)),
        0.3 * rng.normal(size=(k, len(rows))),
        rng.normal(size=(n, d)),
        rows,
        columns,
        1.0,
        0,
    )


def for_values(numpy, lower, put):
    """The same without writes into arrays, for tools that have none: all components at once, as their users write it."""

    def f(alpha, mu, q, l, x, rows, columns, gamma, m):
        n = x.shape[0]
        Q = lower(q, l, rows, columns)
        Xb = numpy.einsum("kij,nkj->kni", Q, x[:, None, :] - mu)
        sum_q = numpy.sum(q, 1)
        beta = (alpha + sum_q)[:, None] - 0.5 * numpy.sum(Xb * Xb, 2)
        prior = m * numpy.sum(sum_q) - 0.5 * gamma * gamma * numpy.sum(Q * Q)
        return put(beta, 0) - n * put(alpha, 0) + prior

    return f


def with_autograd(args: tuple):
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    def lower(q, l, rows, columns):
        d = q.shape[1]
        places = np.zeros((len(rows), d, d))
        places[np.arange(len(rows)), rows, columns] = 1.0
        return anp.exp(q)[:, :, None] * np.eye(d) + anp.tensordot(l, places, 1)

    function = for_values(anp, lower, lambda a, axis: anp.sum(logsumexp(a, axis)))
    gradient = autograd.grad(function, (0, 1, 2, 3))
    return lambda: gradient(*args)


def with_jax(args: tuple):
    jnp = peers.jax_numpy()
    import jax

    def lower(q, l, rows, columns):
        k, d = q.shape
        return (jnp.exp(q)[:, :, None] * jnp.eye(d)).at[:, rows, columns].set(l)

    function = for_values(jnp, lower, lambda a, axis: jnp.sum(jax.scipy.special.logsumexp(a, axis)))
    return peers.jax_compiled(lambda jax: jax.grad(function, (0, 1, 2, 3)), args)


def with_torch(args: tuple):
    import torch

    def lower(q, l, rows, columns):
        Q = torch.diag_embed(torch.exp(q))
        Q[:, rows, columns] = l
        return Q

    function = for_values(torch, lower, lambda a, axis: torch.sum(torch.logsumexp(a, axis)))
    return peers.torch_gradients(function, (0, 1, 2, 3))(args)


def tools() -> dict:
    return peers.columns(f, PARAMS, by_hand, autograd=with_autograd, jax=with_jax, torch=with_torch)
