"""det: a determinant by expansion by minors, a recursion."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.gradbench import peers

PARAMS = ["A"]
NOTE = "recursion; the matrix has n rows"


def f(A):
    n = len(A)
    if n == 1:
        return A[0, 0]
    total = 0.0
    sign = 1.0
    for j in range(n):
        minor = np.concatenate((A[1:, :j], A[1:, j + 1 :]), axis=1)
        total = total + sign * A[0, j] * f(minor)
        sign = -sign
    return total


def by_hand(A):
    _, saved = forward(A)
    return (backward(A, saved, 1.0),)


def forward(A):
    n = len(A)
    if n == 1:
        return A[0, 0], ()
    total, sign, saved = 0.0, 1.0, []
    for j in range(n):
        minor = np.concatenate((A[1:, :j], A[1:, j + 1 :]), axis=1)
        value, inner = forward(minor)
        saved.append((minor, value, inner))
        total += sign * A[0, j] * value
        sign = -sign
    return total, saved


def backward(A, saved, total_grad):
    n = len(A)
    A_grad = np.zeros_like(A)
    if n == 1:
        A_grad[0, 0] = total_grad
        return A_grad
    sign = 1.0
    for j in range(n):
        minor, value, inner = saved[j]
        A_grad[0, j] = sign * total_grad * value
        minor_grad = backward(minor, inner, sign * total_grad * A[0, j])
        A_grad[1:, :j] += minor_grad[:, :j]
        A_grad[1:, j + 1 :] += minor_grad[:, j:]
        sign = -sign
    return A_grad


def arguments(size: str) -> tuple:
    n = {"tiny": 3, "quick": 4, "full": 7}[size]
    return (np.random.default_rng(4).normal(size=(n, n)),)


def with_torch(args: tuple):
    import torch

    return peers.torch_gradients(peers.transplanted(f, torch, np=Torch(torch)), (0,))(args)


class Torch:
    def __init__(self, torch) -> None:
        self.concatenate = lambda parts, axis: torch.cat(parts, axis)


def tools() -> dict:
    return peers.columns(f, PARAMS, by_hand, autograd=peers.autograd_gradients(f, (0,)), torch=with_torch)
