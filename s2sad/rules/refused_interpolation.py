"""What to write instead of the functions, classes and methods of scipy.interpolate for which there is no rule.

Most of them are linear in the values: of the unit vectors they give a matrix, once, and the rest is a product.

>>> instead_of("splint")
'`make_interp_spline(x, y).integrate(a, b)`'
"""

from __future__ import annotations

OTHERWISE = "`CubicSpline`, `make_interp_spline` or `interp1d`, or `np.interp`"

# (what to write instead, names)
INSTEAD: list[tuple[str, str]] = [
    (
        "with fixed knots t, at the ends k + 1 times, `make_lsq_spline(x, y, t, k)(points)`",
        "make_splrep LSQUnivariateSpline generate_knots",
    ),
    (
        "with a fixed `lam`, `np.stack([make_smoothing_spline(x, unit, lam=lam)(points) for unit in "
        "np.eye(len(x))], axis=-1) @ y`: it is linear in the values y",
        "make_smoothing_spline",
    ),
    (
        "`UnivariateSpline(x, y, s=0)` or `make_interp_spline(x, y)` through the points; or, linear in y as well, "
        "`make_lsq_spline(x, y, t)`, with fixed knots t",
        "UnivariateSpline InterpolatedUnivariateSpline",
    ),
    (
        "`griddata(places, np.eye(len(places)), points) @ values`, which is linear in the values; a gradient by where "
        "it is evaluated: `np.linalg.solve` with kernels, `np.exp(-np.sum((points[:, None] - places) ** 2, axis=-1))`",
        "griddata",
    ),
    (
        "`{name}(places, np.eye(len(places)))(points) @ values`, which is linear in the values; a gradient by where it "
        "is evaluated: `np.linalg.solve` with kernels, `np.exp(-np.sum((points[:, None] - places) ** 2, axis=-1))`",
        "LinearNDInterpolator NearestNDInterpolator CloughTocher2DInterpolator RBFInterpolator",
    ),
    (
        "`RBFInterpolator(places, np.eye(len(places)))(points) @ values`, which is linear in the values; a gradient by "
        "where it is evaluated: `np.linalg.solve` with kernels, "
        "`np.exp(-np.sum((points[:, None] - places) ** 2, axis=-1))`",
        "Rbf",
    ),
    (
        "`sum(row[i] * d ** (len(c) - 1 - k) for k, row in enumerate(c))`, with "
        '`i = np.searchsorted(breaks[1:-1], t, side="right")` and `d = t - breaks[i]`',
        "PPoly PPoly.from_spline",
    ),
    (
        "a sum of the coefficients times powers of the distance to the break before, `c[k, i] * (t - breaks[i]) ** k`",
        "BPoly NdPPoly",
    ),
    (
        "for each axis `BSpline.design_matrix(points, t, k).toarray()`, and "
        '`np.einsum("pi,pj,ij->p", of_x, of_y, coefficients)`',
        "NdBSpline",
    ),
    ("`PchipInterpolator(x, y)(points)`", "pchip_interpolate"),
    ("`make_interp_spline(x, y).integrate(a, b)`", "splint"),
    ("`splev(points, tck, der=k)`, one k at a time", "splder spalde derivatives"),
    ("`make_interp_spline(x, y).antiderivative()(points)`", "splantider"),
    (
        "`optimize.brentq(lambda t, y: CubicSpline(x, y)(t), a, b, args=(y,))` for each root, between a and b",
        "sproot roots solve",
    ),
    ("`splev(points, tck)` of the spline as it is: the knot that is inserted doesn't change it", "insert"),
    ("`make_interp_spline(u, x)(points)` for each coordinate x, with fixed parameters u", "splprep make_splprep"),
    (
        "`krogh_interpolate(x, y, points)`, the same polynomial",
        "lagrange BarycentricInterpolator KroghInterpolator",
    ),
    (
        "`FloaterHormannInterpolator(x, np.eye(len(x)))(points) @ y`, which is linear in the values y",
        "FloaterHormannInterpolator AAA",
    ),
    (
        "`np.linalg.solve` for the denominator's coefficients, and sums of products for the numerator's",
        "pade",
    ),
    (
        "`np.polyval(np.polyfit(x, f(x), degree), points)`, or derivatives by `s2sad.grad`",
        "approximate_taylor_polynomial",
    ),
    (
        "`make_interp_spline(x, np.eye(len(x)))(points_x) @ z @ make_interp_spline(y, np.eye(len(y)))(points_y).T`, "
        "with values z on the grid of x and y",
        "RectBivariateSpline bisplrep",
    ),
    (
        "`RectBivariateSpline(x, y, z)(points_x, points_y)` of values z on a grid, which has a derivative by where it "
        "is evaluated",
        "bisplev",
    ),
    (
        "`RBFInterpolator(places, np.eye(len(places)), smoothing=s)(points) @ values`, which is linear in the values",
        "SmoothBivariateSpline LSQBivariateSpline SmoothSphereBivariateSpline LSQSphereBivariateSpline "
        "RectSphereBivariateSpline",
    ),
    (
        "a sum over the points and weights of a quadrature rule (`np.polynomial.legendre.leggauss`)",
        "RectBivariateSpline.integral SmoothBivariateSpline.integral LSQBivariateSpline.integral",
    ),
]
_found = {name: text.replace("{name}", name) for text, names in INSTEAD for name in names.split()}


def instead_of(name: str) -> str:
    """By the name of a function or class, or `Class.method`."""
    return _found.get(name) or _found.get(name.rpartition(".")[2]) or OTHERWISE
