"""Functions of SciPy that are refused with a reason: what the messages say to write instead gives the same, and has a
derivative."""

import functools
import importlib

import numpy as np
import pytest
from scipy import interpolate, linalg, optimize, signal, spatial, stats
from scipy.spatial.transform import Rotation

from s2sad import NotDifferentiableError, check_gradients, gradients_function
from s2sad.rules import refused_interpolation, refused_packages

V, W = np.array([0.7, 1.9, 0.4, 2.3, 1.1]), np.array([0.3, -0.2, 0.9, 0.5, 1.4])
A = np.array([[2.0, 0.3, 0.1], [0.2, 1.5, -0.3], [0.1, 0.4, 1.8]])
N, Z = np.arange(5) - 2.0, np.exp(-1j * np.array([0.1, 0.9, 2.0]))

X, POINTS = np.linspace(0.0, 1.0, 8), np.array([0.3, 0.45])
Y, UNIT = np.sin(X) + 0.1 * X**3 + 0.05, np.eye(8)
KNOTS = np.array([0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 1.0, 1.0])
PLACES = np.random.default_rng(0).random((8, 2))
WITHIN = 0.3 * PLACES[:4] + 0.7 * np.mean(PLACES, axis=0)
W2, S2 = np.array([0.7, 1.9]), np.exp(-1j * np.array([0.7, 1.9]))


def skew(v):
    return np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])


def kernels(points):
    return np.exp(-np.sum((points[:, None] - PLACES) ** 2, axis=-1))


def in_pieces(c, breaks, t):
    i = np.searchsorted(breaks[1:-1], t, side="right")
    d = t - breaks[i]
    return sum(row[i] * d ** (len(c) - 1 - k) for k, row in enumerate(c))


def delay(c):
    return (np.polyval((np.arange(len(c)) * c)[::-1], S2) / np.polyval(c[::-1], S2)).real


sosfreqz = getattr(signal, "freqz_sos", None) or signal.sosfreqz
BY_KERNELS = interpolate.RBFInterpolator(PLACES, Y, kernel="gaussian", epsilon=1.0, degree=-1)
SURFACE = interpolate.bisplrep(np.repeat(X, 8), np.tile(X, 8), np.ravel(np.outer(Y, Y)), s=0)

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
    "freqs": (
        lambda c: np.abs(signal.freqs(c[:2], c[2:], W2)[1]),
        lambda c: np.abs(np.polyval(c[:2], 1j * W2) / np.polyval(c[2:], 1j * W2)),
        V,
    ),
    "freqs_zpk": (
        lambda c: np.abs(signal.freqs_zpk(c[:2], c[2:4], c[4], W2)[1]),
        lambda c: np.abs(c[4] * np.prod(1j * W2[:, None] - c[:2], axis=1) / np.prod(1j * W2[:, None] - c[2:4], axis=1)),
        V,
    ),
    "freqz_zpk": (
        lambda c: np.abs(signal.freqz_zpk(c[:2], c[2:4], c[4], W2)[1]),
        lambda c: np.abs(
            c[4]
            * np.prod(np.exp(1j * W2[:, None]) - c[:2], axis=1)
            / np.prod(np.exp(1j * W2[:, None]) - c[2:4], axis=1)
        ),
        V,
    ),
    "sosfreqz": (
        lambda sos: np.abs(sosfreqz(sos, W2)[1]),
        lambda sos: np.abs(np.prod([np.polyval(row[2::-1], S2) / np.polyval(row[:2:-1], S2) for row in sos], axis=0)),
        np.array([[1.0, 0.2, 0.3, 1.0, 0.4, 0.1], [1.0, 0.5, 0.2, 1.0, 0.3, 0.2]]),
    ),
    "group_delay": (
        lambda b: signal.group_delay((b, [1.0, 0.4]), W2)[1],
        lambda b: delay(b) - delay(np.array([1.0, 0.4])),
        V,
    ),
    "LSQUnivariateSpline": (
        lambda y: interpolate.LSQUnivariateSpline(X, y, KNOTS[4:-4])(POINTS),
        lambda y: interpolate.make_lsq_spline(X, y, KNOTS)(POINTS),
        Y,
    ),
    "make_smoothing_spline": (  # which chooses how much it smooths: that the other is told
        lambda y: interpolate.make_smoothing_spline(X, y)(POINTS),
        lambda y: (
            np.stack([interpolate.make_smoothing_spline(X, unit, lam=0.1)(POINTS) for unit in np.eye(len(X))], axis=-1)
            @ y
        ),
        Y,
    ),
    "griddata": (
        lambda y: interpolate.griddata(PLACES, y, WITHIN),
        lambda y: interpolate.griddata(PLACES, UNIT, WITHIN) @ y,
        Y,
    ),
    "LinearNDInterpolator": (
        lambda y: interpolate.LinearNDInterpolator(PLACES, y)(WITHIN),
        lambda y: interpolate.LinearNDInterpolator(PLACES, UNIT)(WITHIN) @ y,
        Y,
    ),
    "CloughTocher2DInterpolator": (
        lambda y: interpolate.CloughTocher2DInterpolator(PLACES, y)(WITHIN),
        lambda y: interpolate.CloughTocher2DInterpolator(PLACES, UNIT)(WITHIN) @ y,
        Y,
    ),
    "RBFInterpolator": (
        lambda y: interpolate.RBFInterpolator(PLACES, y)(WITHIN),
        lambda y: interpolate.RBFInterpolator(PLACES, UNIT)(WITHIN) @ y,
        Y,
    ),
    "RBFInterpolator by where": (
        lambda q: BY_KERNELS(q),
        lambda q: kernels(q) @ np.linalg.solve(kernels(PLACES), Y),
        WITHIN,
    ),
    "Rbf": (
        lambda y: interpolate.Rbf(PLACES[:, 0], PLACES[:, 1], y)(WITHIN[:, 0], WITHIN[:, 1]),
        lambda y: interpolate.RBFInterpolator(PLACES, UNIT)(WITHIN) @ y,
        Y,
    ),
    "PPoly": (
        lambda c: interpolate.PPoly(c, X)(np.array([-0.1, 0.3, 0.9, 1.2])),
        lambda c: in_pieces(c, X, np.array([-0.1, 0.3, 0.9, 1.2])),
        np.outer(V[:4], Y[:7]),
    ),
    "pchip_interpolate": (
        lambda y: interpolate.pchip_interpolate(X, y, POINTS),
        lambda y: interpolate.PchipInterpolator(X, y)(POINTS),
        Y,
    ),
    "splint": (
        lambda y: interpolate.splint(0.1, 0.7, interpolate.splrep(X, y)),
        lambda y: interpolate.make_interp_spline(X, y).integrate(0.1, 0.7),
        Y,
    ),
    "splder": (
        lambda y: interpolate.splev(POINTS, interpolate.splder(interpolate.splrep(X, y))),
        lambda y: interpolate.splev(POINTS, interpolate.splrep(X, y), der=1),
        Y,
    ),
    "splantider": (
        lambda y: interpolate.splev(POINTS, interpolate.splantider(interpolate.splrep(X, y))),
        lambda y: interpolate.make_interp_spline(X, y).antiderivative()(POINTS),
        Y,
    ),
    "sproot": (
        lambda y: interpolate.sproot(interpolate.splrep(X, y - 0.4))[0],
        lambda y: optimize.brentq(lambda t, z: interpolate.CubicSpline(X, z)(t), 0.0, 1.0, args=(y - 0.4,)),
        Y,
    ),
    "KroghInterpolator": (
        lambda y: interpolate.KroghInterpolator(X, y)(POINTS),
        lambda y: interpolate.krogh_interpolate(X, y, POINTS),
        Y,
    ),
    "RectBivariateSpline": (
        lambda z: interpolate.RectBivariateSpline(X, X[:5], z)(POINTS, POINTS + 0.1),
        lambda z: (
            interpolate.make_interp_spline(X, UNIT)(POINTS)
            @ z
            @ interpolate.make_interp_spline(X[:5], np.eye(5))(POINTS + 0.1).T
        ),
        np.outer(Y, V),
    ),
    "bisplev": (
        lambda x: interpolate.bisplev(x, 0.4, SURFACE),
        lambda x: interpolate.RectBivariateSpline(X, X, np.outer(Y, Y))(x, 0.4)[0, 0],
        0.3,
    ),
    "rotation": (lambda v: Rotation.from_rotvec(v).as_matrix(), lambda v: linalg.expm(skew(v)), V[:3]),
    "fmin": (
        lambda c: optimize.fmin_bfgs(lambda u, d: np.sum((u - d) ** 2), np.zeros(5), args=(c,), disp=0),
        lambda c: optimize.minimize(lambda u, d: np.sum((u - d) ** 2), np.zeros(5), args=(c,), tol=1e-12).x,
        V,
    ),
    "KDTree": (lambda x: spatial.KDTree(np.outer(V, V)).query(x)[0], lambda x: np.linalg.norm(x - V[1] * V), V * 2.0),
}
OTHER = {"freqz", "envelope", "Rbf", "make_smoothing_spline"}  # of these another function of the same row


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


def test_names_are_those_of_interpolation():
    newer = {"make_splrep", "make_splprep", "generate_knots", "FloaterHormannInterpolator", "AAA", "NdBSpline"}
    methods = {"integral", "derivatives", "roots", "solve"}
    for name in {name for _, names in refused_interpolation.INSTEAD for name in names.split()} - newer - methods:
        found = functools.reduce(lambda owner, part: getattr(owner, part, None), name.split("."), interpolate)
        assert callable(found), name
