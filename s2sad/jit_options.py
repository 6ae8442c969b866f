"""What `jit=` may be, and what it means.

>>> options_of("numba").fallback, options_of("numba?").fallback, options_of(None)
(False, True, None)
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from s2sad.errors import ParameterError

FLAGS = frozenset({"fast", "nnan", "ninf", "nsz", "arcp", "contract", "afn", "reassoc"})


class MissingExtraError(ParameterError, ImportError):
    """A package that an option needs is not installed."""


@dataclass(frozen=True)
class JitOptions:
    """How Numba compiles what is generated; made by `numba_options`."""

    fastmath: bool | frozenset[str] = False
    error_model: str = "numpy"
    parallel: bool = False
    boundscheck: bool = True
    cache: bool = True
    fallback: bool = False

    def for_numba(self) -> dict[str, Any]:
        """The keywords of `numba.njit`."""
        names = {"fastmath", "error_model", "parallel", "boundscheck"}
        made = {name: value for name, value in dataclasses.asdict(self).items() if name in names}
        if isinstance(made["fastmath"], frozenset):
            made["fastmath"] = set(made["fastmath"])
        return made


def numba_options(
    *,
    fastmath: bool | set[str] = False,
    error_model: str = "numpy",
    parallel: bool = False,
    boundscheck: bool = True,
    cache: bool = True,
    fallback: bool = False,
) -> JitOptions:
    """Options for `jit=`, where the word "numba" alone does not do.

    fastmath, error_model, parallel, boundscheck: as `numba.njit` has them. cache: keep what is compiled on disk, for
    the next process. fallback: what Numba can't compile runs as plain Python, with one warning (`jit="numba?"`).

    Raises ValueError for a value that an option can't have.

    >>> numba_options(fastmath=True).fastmath
    True
    """
    if error_model not in ("numpy", "python"):
        raise ParameterError(f'error_model has to be "numpy" or "python", not {error_model!r}')
    given = {"parallel": parallel, "boundscheck": boundscheck, "cache": cache, "fallback": fallback}
    for name, value in given.items():
        if not isinstance(value, bool):
            raise ParameterError(f"{name} has to be True or False, not {value!r}")
    if isinstance(fastmath, (set, frozenset)):
        unknown = sorted(map(str, fastmath - FLAGS))
        if unknown:
            raise ParameterError(f"fastmath has no flag {unknown[0]!r}: its flags are {', '.join(sorted(FLAGS))}")
        return JitOptions(frozenset(fastmath), error_model, **given)
    if not isinstance(fastmath, bool):
        raise ParameterError(f"fastmath has to be True, False or a set of LLVM's flags, not {fastmath!r}")
    return JitOptions(fastmath, error_model, **given)


def options_of(jit: Any) -> JitOptions | None:
    """The options that `jit=` stands for; None for no compilation."""
    if jit is None or isinstance(jit, JitOptions):
        options = jit
    elif jit in ("numba", "numba?"):
        options = JitOptions(fallback=jit == "numba?")
    else:
        raise ParameterError(
            f'jit={jit!r} is not known: write jit="numba", jit="numba?" (plain Python where Numba can\'t compile), or '
            "jit=numba_options(...)"
        )
    if options is not None:
        need_numba(jit)
    return options


def need_numba(jit: Any) -> Any:
    """Numba itself, or an error that says where it comes from."""
    try:
        import numba
    except ImportError as error:
        shown = repr(jit) if isinstance(jit, str) else "numba_options(...)"
        raise MissingExtraError(
            f'jit={shown} needs Numba, which can\'t be imported ({error}): pip install "s2sad[jit]"'
        ) from error
    return numba
