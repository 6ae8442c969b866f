"""Functions of SciPy that are refused with a reason: what the messages say to write instead gives the same, and has a
derivative."""

import functools
import importlib

import numpy as np
import pytest
from scipy import linalg, optimize, signal, spatial, stats
from scipy.spatial.transform import Rotation

from s2sad import NotDifferentiableError, check_gradients, gradients_function
from s2sad.rules import refused_packages

V, W = np.array([0.7, 1.9, 0.4, 2.3, 1.1]), np.array([0.3, -0.2, 0.9, 0.5, 1.4])
A = np.array([[2.0, 0.3, 0.1], [0.2, 1.5, -0.3], [0.1, 0.4, 1.8]])
N, Z = np.arange(5) - 2.0, np.exp(-1j * np.array([0.1, 0.9, 2.0]))


def skew(v):
    return np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])


PAIRS = {
    "matmul_toeplitz": (
        lambda c, x: linalg.matmul_toeplitz((c, V[:2]), x),
        lambda c, x: linalg.toeplitz(c, V[:2]) @ x,
        V,
        W[:2],
    ),
    "subspace_angles": (
        lambda a: linalg.subspace_angles(a[:, :1], A[:, 1:2]),
        lambda a: np.arccos(np.linalg.svd(np.linalg.qr(a[:, :1])[0].T @ np.linalg.qr(A[:, 1:2])[0], compute_uv=False)),
        A,
    ),
    "freqz": (
        lambda b: np.abs(signal.freqz_zpk(b, [0.5], 1.0, np.array([0.1, 0.9]))[1]),
        lambda b: np.abs(np.polyval(np.poly(b), 1.0 / Z[:2]) / (1.0 / Z[:2] - 0.5)) * 1.0,
        V[:1],
    ),
    "gaussian": (
        lambda v: signal.windows.gaussian(5, v[0]),
        lambda v: np.exp(-0.5 * (N / v[0]) ** 2),
        V,
    ),
    "kaiser": (lambda v: signal.windows.kaiser(5, v[0]), lambda v: np.kaiser(5, v[0]), V),
    "envelope": (
        lambda x: signal.hilbert2(np.outer(x, x))[0, 0].real,
        lambda x: np.abs(signal.hilbert(x)),
        V,
    ),
    "pointbiserialr": (
        lambda y: stats.pointbiserialr([0, 0, 1, 1, 1], y)[0],
        lambda y: np.corrcoef([0, 0, 1, 1, 1], y)[0, 1],
        W,
    ),
    "approx_fprime": (
        lambda x: optimize.approx_fprime(x, lambda u: np.sum(u**3), 1e-7),
        lambda x: 3.0 * x**2,
        V,
    ),
    "rotation": (lambda v: Rotation.from_rotvec(v).as_matrix(), lambda v: linalg.expm(skew(v)), V[:3]),
    "fmin": (
        lambda c: optimize.fmin_bfgs(lambda u, d: np.sum((u - d) ** 2), np.zeros(5), args=(c,), disp=0),
        lambda c: optimize.minimize(lambda u, d: np.sum((u - d) ** 2), np.zeros(5), args=(c,), tol=1e-12).x,
        V,
    ),
    "KDTree": (lambda x: spatial.KDTree(np.outer(V, V)).query(x)[0], lambda x: np.linalg.norm(x - V[1] * V), V * 2.0),
}
OTHER = {"freqz", "envelope"}  # what is written instead is of another function of the same row


@pytest.mark.parametrize("name", PAIRS)
def test_written_instead(name):
    refused, instead, *args = PAIRS[name]
    if name not in OTHER:
        np.testing.assert_allclose(refused(*args), instead(*args), rtol=1e-5, atol=1e-12)
    assert check_gradients(instead, *args, rtol=1e-3 if name == "fmin" else None).ok
    with pytest.raises(NotDifferentiableError, match="Write instead"):
        gradients_function(refused)(*args)


@pytest.mark.parametrize("home", refused_packages.TABLES)
def test_names_are_those_of_scipy(home):
    """But for those that only some versions have."""
    newer = {
        "power",
        "chatterjeexi",
        "spearmanrho",
        "quantile",
        "firwin_2d",
        "lmoment",
        "ecdf",
        "freqz_sos",
        "envelope",
        "logrank",
    }
    older = {"sosfreqz", "freqz_sos", "gaussian_kde"}
    library = importlib.import_module(home)
    names = [name for _, _, names in refused_packages.TABLES[home] for name in names.split()]
    for name in set(names) - newer - older:
        found = functools.reduce(lambda owner, part: getattr(owner, part, None), name.split("."), library)
        assert callable(found), name
