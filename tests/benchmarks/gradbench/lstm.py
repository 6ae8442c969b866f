"""lstm: the loss of a stack of long short-term memory layers with diagonal weights, over a sequence."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.gradbench import peers

PARAMS = ["main", "extra"]
NOTE = "a loop over time and layers, short vectors, state in arrays; layers, steps, bits as below"


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def f(main, extra, hidden, cell, sequence):
    """main: of each layer, weights and biases (8, b) of the gates forget, in, out, change; extra: (3, b)."""
    layers = len(main)
    steps, b = sequence.shape
    total = 0.0
    for t in range(steps - 1):
        x = sequence[t] * extra[0]
        for i in range(layers):
            forget = sigmoid(x * main[i, 0] + main[i, 4])
            ingate = sigmoid(hidden[i] * main[i, 1] + main[i, 5])
            outgate = sigmoid(x * main[i, 2] + main[i, 6])
            change = np.tanh(hidden[i] * main[i, 3] + main[i, 7])
            cell[i] = cell[i] * forget + ingate * change
            x = outgate * np.tanh(cell[i])
            hidden[i] = x
        predicted = x * extra[1] + extra[2]
        normed = predicted - np.log(np.sum(np.exp(predicted)) + 2.0)
        total = total + np.sum(sequence[t + 1] * normed)
    return -total / ((steps - 1) * b)


def by_hand(main, extra, hidden, cell, sequence):
    hidden, cell = hidden.copy(), cell.copy()
    layers = len(main)
    steps, b = sequence.shape
    saved, outputs = [], []
    for t in range(steps - 1):
        x = sequence[t] * extra[0]
        for i in range(layers):
            before, old = hidden[i].copy(), cell[i].copy()
            forget = sigmoid(x * main[i, 0] + main[i, 4])
            ingate = sigmoid(before * main[i, 1] + main[i, 5])
            outgate = sigmoid(x * main[i, 2] + main[i, 6])
            change = np.tanh(before * main[i, 3] + main[i, 7])
            new = old * forget + ingate * change
            squashed = np.tanh(new)
            cell[i] = new
            saved.append((x, before, old, forget, ingate, outgate, change, squashed))
            hidden[i] = x = outgate * squashed
        predicted = x * extra[1] + extra[2]
        shares = np.exp(predicted)
        outputs.append((x, shares / (np.sum(shares) + 2.0)))
    main_grad, extra_grad = np.zeros_like(main), np.zeros_like(extra)
    hidden_grad, cell_grad = np.zeros_like(hidden), np.zeros_like(cell)
    factor = -1.0 / ((steps - 1) * b)
    for t in reversed(range(steps - 1)):
        x, shares = outputs.pop()
        gold = factor * sequence[t + 1]
        predicted_grad = gold - np.sum(gold) * shares
        extra_grad[1] += predicted_grad * x
        extra_grad[2] += predicted_grad
        x_grad = predicted_grad * extra[1]
        for i in reversed(range(layers)):
            x, before, old, forget, ingate, outgate, change, squashed = saved.pop()
            h_grad = hidden_grad[i] + x_grad
            c_grad = cell_grad[i] + h_grad * outgate * (1.0 - squashed * squashed)
            forget_grad = c_grad * old * forget * (1.0 - forget)
            ingate_grad = c_grad * change * ingate * (1.0 - ingate)
            outgate_grad = h_grad * squashed * outgate * (1.0 - outgate)
            change_grad = c_grad * ingate * (1.0 - change * change)
            layer_grad = main_grad[i]
            layer_grad[0] += forget_grad * x
            layer_grad[1] += ingate_grad * before
            layer_grad[2] += outgate_grad * x
            layer_grad[3] += change_grad * before
            layer_grad[4] += forget_grad
            layer_grad[5] += ingate_grad
            layer_grad[6] += outgate_grad
            layer_grad[7] += change_grad
            cell_grad[i] = c_grad * forget
            hidden_grad[i] = ingate_grad * main[i, 1] + change_grad * main[i, 3]
            x_grad = forget_grad * main[i, 0] + outgate_grad * main[i, 2]
        extra_grad[0] += x_grad * sequence[t]
    return main_grad, extra_grad


def arguments(size: str) -> tuple:
    layers, steps, b = {"tiny": (2, 4, 3), "quick": (2, 100, 14), "full": (4, 4096, 14)}[size]
    rng = np.random.default_rng(7)
    return (
        rng.normal(size=(layers, 8, b)),
        rng.normal(size=(3, b)),
        rng.normal(size=(layers, b)),
        rng.normal(size=(layers, b)),
        (rng.random(size=(steps, b)) < 0.3).astype(float),
    )


def step(numpy, main, extra, hidden, cell, now, after):
    """One step without writes into arrays: the states as lists of rows."""
    hidden, cell = list(hidden), list(cell)
    x = now * extra[0]
    for i in range(len(hidden)):
        forget = 1.0 / (1.0 + numpy.exp(-(x * main[i, 0] + main[i, 4])))
        ingate = 1.0 / (1.0 + numpy.exp(-(hidden[i] * main[i, 1] + main[i, 5])))
        outgate = 1.0 / (1.0 + numpy.exp(-(x * main[i, 2] + main[i, 6])))
        change = numpy.tanh(hidden[i] * main[i, 3] + main[i, 7])
        cell[i] = cell[i] * forget + ingate * change
        hidden[i] = x = outgate * numpy.tanh(cell[i])
    predicted = x * extra[1] + extra[2]
    normed = predicted - numpy.log(numpy.sum(numpy.exp(predicted)) + 2.0)
    return hidden, cell, numpy.sum(after * normed)


def unrolled(numpy):
    def loss(main, extra, hidden, cell, sequence):
        hidden, cell, total = list(hidden), list(cell), 0.0
        for t in range(len(sequence) - 1):
            hidden, cell, part = step(numpy, main, extra, hidden, cell, sequence[t], sequence[t + 1])
            total = total + part
        return -total / ((len(sequence) - 1) * sequence.shape[1])

    return loss


def with_jax(args: tuple):
    jnp = peers.jax_numpy()
    import jax

    def loss(main, extra, hidden, cell, sequence):
        def body(state, pair):
            hidden, cell, part = step(jnp, main, extra, *state, *pair)
            return (hidden, cell), part

        _, parts = jax.lax.scan(body, (list(hidden), list(cell)), (sequence[:-1], sequence[1:]))
        return -jnp.sum(parts) / ((len(sequence) - 1) * sequence.shape[1])

    return peers.jax_compiled(lambda jax: jax.grad(loss, (0, 1)), args)


def with_autograd(args: tuple):
    import autograd
    import autograd.numpy as anp

    gradient = autograd.grad(unrolled(anp), (0, 1))
    return lambda: gradient(*args)


def with_torch(args: tuple):
    import torch

    return peers.torch_gradients(unrolled(torch), (0, 1))(args)


def tools() -> dict:
    function = lambda args: lambda: f(args[0], args[1], args[2].copy(), args[3].copy(), args[4])
    return {
        **peers.columns(f, PARAMS, by_hand, autograd=with_autograd, jax=with_jax, torch=with_torch),
        "function": function,
    }
