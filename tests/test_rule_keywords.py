"""Every keyword of every function that has a rule: it has a row, or changes no derivative, or is refused."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import scipy.fft
from scipy import interpolate, linalg, ndimage, signal, stats

from s2sad import NotDifferentiableError, check_gradients, gradients_function
from s2sad.errors import RuleError
from s2sad.rules import registry
from s2sad.rules.options import ANY, ONLY, changes_nothing
from tests.rule_rows import ROWS

X = np.array([0.3, 1.2, -0.4])
M = np.array([[2.0, 1.0], [0.5, 3.0]])

# Where a rule has a parameter of that name, it reads it only to refuse what it can't do: a store has no row, checks and
# the routine that computes have none either.
NO_VALUES = {"out", "check_finite", "lapack_driver", "driver", "lwork", "overwrite_a", "overwrite_b", "overwrite_ab"}
REFUSED = {
    (np.nan_to_num, "copy"): lambda x: np.nan_to_num(x.T, copy=x),
    (np.polyfit, "full"): lambda x: np.polyfit(np.arange(2.0), x, 1, full=True)[0],
    (np.polyfit, "cov"): lambda x: np.polyfit(np.arange(2.0), x[0], 1, cov=True)[0],
    (signal.detrend, "overwrite_data"): lambda x: signal.detrend(x, overwrite_data=True),
    (signal.hilbert, "N"): lambda x: np.abs(signal.hilbert(x, N=4)),
    (signal.savgol_filter, "mode"): lambda x: signal.savgol_filter(x, 1, 0, mode="wrap"),
    (signal.savgol_filter, "cval"): lambda x: signal.savgol_filter(x, 1, 0, mode="constant", cval=1.0),
    (signal.filtfilt, "method"): lambda x: signal.filtfilt([1.0], [1.0], x, method="gust"),
    (stats.gmean, "dtype"): lambda x: stats.gmean(x, dtype=float),
    (stats.hmean, "dtype"): lambda x: stats.hmean(x, dtype=float),
    (stats.pearsonr, "method"): lambda x: stats.pearsonr(x[0], x[1], method=stats.PermutationMethod())[0],
    (stats.pmean, "dtype"): lambda x: stats.pmean(x, 2, dtype=float),
    (linalg.eigh, "type"): lambda x: linalg.eigh(x @ x.T, b=np.eye(2), type=2)[0],
    (linalg.eigvalsh, "type"): lambda x: linalg.eigvalsh(x @ x.T, b=np.eye(2), type=2),
    (ndimage.shift, "output"): lambda x: ndimage.shift(x, 0.5, float),
    (ndimage.zoom, "output"): lambda x: ndimage.zoom(x, 2, output=float),
    (ndimage.map_coordinates, "output"): lambda x: ndimage.map_coordinates(x, [[0.5], [0.2]], output=float),
    (ndimage.affine_transform, "output"): lambda x: ndimage.affine_transform(x, np.eye(2), output=float),
    (ndimage.rotate, "output"): lambda x: ndimage.rotate(x, 20.0, output=float),
    (ndimage.rotate, "mode"): lambda x: ndimage.rotate(x, 20.0, mode="nearest"),
    (signal.welch, "average"): lambda x: signal.welch(x, average="median")[1],
    (signal.csd, "average"): lambda x: np.abs(signal.csd(x, x, average="median")[1]),
    (signal.resample, "t"): lambda x: signal.resample(x, 3, t=np.arange(2.0))[0],
    (signal.resample, "window"): lambda x: signal.resample(x, 3, window="hann"),
    (signal.resample, "domain"): lambda x: signal.resample(x, 3, domain="freq"),
    (signal.upfirdn, "mode"): lambda x: signal.upfirdn([1.0, 2.0], x, mode="line"),
    (signal.upfirdn, "cval"): lambda x: signal.upfirdn([1.0, 2.0], x, cval=1.0),
    (signal.resample_poly, "padtype"): lambda x: signal.resample_poly(x, 2, 1, padtype="line"),
    (signal.resample_poly, "cval"): lambda x: signal.resample_poly(x, 2, 1, cval=1.0),
    (linalg.logm, "disp"): lambda x: linalg.logm(x, disp=False)[0],
    (linalg.pinvh, "return_rank"): lambda x: linalg.pinvh(x, return_rank=True)[0],
    (linalg.eig, "b"): lambda x: np.real(linalg.eig(x, np.eye(2))[0]),
    (linalg.eig, "left"): lambda x: np.real(linalg.eig(x, left=True)[0]),
    (linalg.eig, "homogeneous_eigvals"): lambda x: np.real(linalg.eig(x, homogeneous_eigvals=True)[0]),
    (linalg.eigvals, "b"): lambda x: np.real(linalg.eigvals(x, np.eye(2))),
    (linalg.eigvals, "homogeneous_eigvals"): lambda x: np.real(linalg.eigvals(x, homogeneous_eigvals=True)),
    (linalg.eigh_tridiagonal, "eigvals_only"): lambda x: linalg.eigh_tridiagonal(x[0], x[1, :1], eigvals_only=True),
    (linalg.eigh_tridiagonal, "select"): lambda x: linalg.eigh_tridiagonal(
        x[0], x[1, :1], select="i", select_range=(0, 0)
    )[0],
    (linalg.eigvalsh_tridiagonal, "select"): lambda x: linalg.eigvalsh_tridiagonal(
        x[0], x[1, :1], select="i", select_range=(0, 0)
    ),
    (linalg.solve_continuous_are, "e"): lambda x: linalg.solve_continuous_are(*(x, *[np.eye(2)] * 3), e=np.eye(2)),
    (linalg.solve_continuous_are, "s"): lambda x: linalg.solve_continuous_are(*(x, *[np.eye(2)] * 3), s=np.eye(2)),
    (linalg.solve_discrete_are, "e"): lambda x: linalg.solve_discrete_are(*(x, *[np.eye(2)] * 3), e=np.eye(2)),
    (linalg.solve_discrete_are, "s"): lambda x: linalg.solve_discrete_are(*(x, *[np.eye(2)] * 3), s=np.eye(2)),
    (interpolate.barycentric_interpolate, "axis"): lambda x: interpolate.barycentric_interpolate(
        [0, 1], x, 0.5, axis=1
    ),
    (interpolate.krogh_interpolate, "axis"): lambda x: interpolate.krogh_interpolate([0, 1], x, 0.5, axis=1),
    (linalg.pinv, "return_rank"): lambda x: linalg.pinv(x, return_rank=True)[0],
    (linalg.solve, "overwrite_a"): lambda x: linalg.solve(x, x[0], overwrite_a=True),
    (np.array, "ndmin"): lambda x: np.array(x, ndmin=len(x)),
    (scipy.fft.fft, "overwrite_x"): lambda x: np.abs(scipy.fft.fft(x, overwrite_x=True)),
}
# Of SciPy's functions, and arguments that no derivative depends on: rows by position or of kin are all that they need.
ELSEWHERE = {
    *("exact", "extend", "allow_singular", "axes", "order", "device", "irlen", "rng", "select_range"),
}


def takes(function: Any, name: str) -> bool:
    try:
        return name in inspect.signature(function).parameters
    except (TypeError, ValueError):
        return True


def without_row() -> list[tuple[Any, str]]:
    """The keywords of NumPy's and SciPy's functions that no row uses."""
    found = []
    for rule in registry.rules():
        if not rule.own or rule.form == registry.NONDIFFERENTIABLE or isinstance(rule.function, np.ufunc):
            continue
        used = {key for row in ROWS.get(rule.function, ()) for key in rule.bind(row.args, row.keywords)}
        for name, parameter in rule.parameters.parameters.items():
            if name in ("keepdims", "weights") and not takes(rule.function, name):  # of a newer SciPy, Python
                continue
            if name not in used and parameter.default is not parameter.empty:
                found.append((rule.function, name))
    return found


def test_every_keyword_has_a_row() -> None:
    kinds = NO_VALUES | ELSEWHERE
    missing = [(f.__name__, name) for f, name in without_row() if name not in kinds and (f, name) not in REFUSED]
    assert not missing, f"keywords without a row in tests/rule_rows, and without a refusal here: {missing}"


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0].__name__}-{case[1]}")
def test_refused(case) -> None:
    with pytest.raises((NotDifferentiableError, TypeError, ValueError)) as caught:
        gradients_function(REFUSED[case])(M)
    assert isinstance(caught.value, NotDifferentiableError), caught.value


def test_a_keyword_that_a_rule_does_not_know_does_not_bind() -> None:
    """So it is refused unless its value is one of those that change nothing."""
    for rule in registry.rules():
        own = rule.parameters.parameters
        if not rule.own or any(each.kind is each.VAR_KEYWORD for each in own.values()):
            continue
        try:
            theirs = inspect.signature(rule.function).parameters
        except (TypeError, ValueError):
            continue
        unknown = [name for name in theirs if name not in own and name not in dict(rule.aliases)]
        row = next(iter(ROWS.get(rule.function, ())), None)
        for name in unknown if row is not None else ():
            with pytest.raises(RuleError):
                rule.bind(row.args, {**row.keywords, name: None})


HOW = [
    lambda x: np.abs(scipy.fft.fft(x, workers=1, overwrite_x=False)),
    lambda x: scipy.fft.dct(x, orthogonalize=None),
    lambda x: np.sort(x, stable=True),
    lambda x: x.astype(float, copy=True, order="K"),
    lambda x: np.reshape(x, (3, 1), copy=True) if np.__version__ > "2.1" else x,
    lambda x: np.einsum("i->", x, order="C"),
    lambda x: np.concatenate([x, x], casting="same_kind"),
    lambda x: np.median(x, overwrite_input=False),
]


@pytest.mark.parametrize("f", HOW)
def test_options_that_say_how(f) -> None:
    assert check_gradients(f, X).ok


def test_options_by_value() -> None:
    assert changes_nothing("workers", 4) and changes_nothing("order", "F") and not changes_nothing("axis", 0)
    assert not changes_nothing("overwrite_x", True) and not changes_nothing("overwrite_x", 0)
    assert ANY.isdisjoint(ONLY)
