"""How the problems are given to s2sad and to the other tools. What isn't installed is None, and is skipped."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import types
from typing import Any, Callable

import numpy as np

from s2sad import gradients_function

TOOLS = ("function", "s2sad", "s2sad numba", "by hand", "autograd", "jax", "torch")
PACKAGES = {"autograd": "autograd", "jax": "jax", "torch": "torch", "s2sad numba": "numba"}


def installed(tool: str) -> bool:
    return tool not in PACKAGES or importlib.util.find_spec(PACKAGES[tool]) is not None


def transplanted(function: Callable, numpy: Any, **replaced: Callable) -> Callable:
    """A function, with those of its module that it calls, over another module in the place of NumPy."""
    space = {**vars(importlib.import_module(function.__module__)), "np": numpy}
    for name, value in list(space.items()):
        if isinstance(value, types.FunctionType) and value.__module__ == function.__module__:
            space[name] = types.FunctionType(value.__code__, space, name, value.__defaults__)
    space.update(replaced)
    return space[function.__name__]


def gradients(f: Callable, params: list[str], **options: Any) -> Callable:
    """s2sad: the gradients alone, as the other tools and the hand compute them."""
    made = gradients_function(f, params=params, **options)
    return lambda args: functools.partial(made.compiled(*args), *args)


def numba_gradients(f: Callable, params: list[str]) -> Callable | None:
    """The same, compiled by Numba; None where this version of s2sad doesn't do that."""
    if not installed("s2sad numba"):
        return None
    try:
        return gradients(f, params, jit="numba")
    except ValueError:
        return None


def by_numba(ours: Callable[..., Callable]) -> Callable | None:
    """A problem's own function for s2sad, with what it computes compiled by Numba."""
    return functools.partial(ours, jit="numba") if installed("s2sad numba") else None


def columns(f: Callable, params: list[str], by_hand: Callable, **others: Callable) -> dict[str, Callable]:
    """The columns that most problems have, by their names: the function, s2sad's gradient plain and compiled, the
    gradient by hand, and the other tools."""
    return {
        "function": called(f),
        "s2sad": gradients(f, params),
        "s2sad numba": numba_gradients(f, params),
        "by hand": called(by_hand),
        **others,
    }


def called(function: Callable) -> Callable:
    return lambda args: functools.partial(function, *args)


def autograd_gradients(f: Callable, positions: tuple[int, ...], **replaced: Callable) -> Callable:
    def prepare(args: tuple) -> Callable[[], Any]:
        import autograd
        import autograd.numpy

        return functools.partial(autograd.grad(transplanted(f, autograd.numpy, **replaced), positions), *args)

    return prepare


def jax_numpy() -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    return importlib.import_module("jax.numpy")


def jax_arguments(args: tuple) -> tuple:
    numpy = jax_numpy()
    return tuple(numpy.asarray(each) if isinstance(each, (np.ndarray, float)) else each for each in args)


def jax_compiled(make: Callable[[Any], Callable], args: tuple) -> Callable[[], Any]:
    """make: from jax to the function; whole numbers are constants of the compiled program."""
    import jax

    given = jax_arguments(args)
    static = tuple(k for k, each in enumerate(args) if isinstance(each, int))
    function = jax.jit(make(jax), static_argnums=static)
    return lambda: jax.block_until_ready(function(*given))


def jax_gradients(f: Callable, positions: tuple[int, ...], **replaced: Callable) -> Callable:
    def prepare(args: tuple) -> Callable[[], Any]:
        moved = transplanted(f, jax_numpy(), **replaced)
        return jax_compiled(lambda jax: jax.grad(moved, positions), args)

    return prepare


def torch_gradients(f: Callable, positions: tuple[int, ...]) -> Callable:
    """f is written for PyTorch's own functions."""

    def prepare(args: tuple) -> Callable[[], Any]:
        import torch

        torch.set_num_threads(1)
        given = torch_arguments(args, positions)
        wanted = [given[k] for k in positions]
        return lambda: torch.autograd.grad(f(*given), wanted)

    return prepare


def torch_arguments(args: tuple, positions: tuple[int, ...] = ()) -> list[Any]:
    import torch

    made = [torch.tensor(each) if isinstance(each, (np.ndarray, float)) else each for each in args]
    for k in positions:
        made[k] = made[k].to(torch.float64).requires_grad_()
    return made


def derivatives(run: Any) -> list[np.ndarray]:
    """What a run computes, as a flat list of arrays."""
    return numbers(run())


def numbers(result: Any) -> list[np.ndarray]:
    """A result as a flat list of NumPy arrays."""
    if isinstance(result, (tuple, list)):
        return [each for item in result for each in numbers(item)]
    if hasattr(result, "detach"):
        result = result.detach()
    return [np.asarray(result, dtype=float)]
