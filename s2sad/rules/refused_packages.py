"""Functions of SciPy's packages that have no derivative to be given, and what to write instead.

Tables like that of NumPy's in `refused.py`, which reads one when a function of its package is met: this module doesn't
import SciPy. Names that a version of SciPy doesn't have are passed over. (scipy.special's: refused_special.py)
"""

from __future__ import annotations

# For each package: (why there is no derivative, what to write instead, the names in it)
TABLES: dict[str, list[tuple[str, str, str]]] = {
    "scipy.linalg": [
        (
            "gives a basis of a space, which is free to turn: the space has a derivative, the basis has none",
            "the projection onto the space: `v @ v.T`, with v from np.linalg.svd or np.linalg.qr",
            "null_space orth",
        ),
        (
            "gives a factorization for which there is no rule",
            "scipy.linalg.lu_factor with lu_solve, or np.linalg.qr, cholesky, eigh or svd",
            "ldl schur qz ordqz cdf2rdf rsf2csf cossin",
        ),
    ],
    "scipy.optimize": [
        (
            "finds the least value within bounds, which moves in jumps or along with those bounds that hold",
            "the call on constants (`s2sad.stop_gradient`), and with the bounds that hold a system: np.linalg.solve",
            "linprog milp linear_sum_assignment quadratic_assignment nnls lsq_linear",
        ),
        (
            "searches by random numbers or over a grid",
            "scipy.optimize.minimize, from the point that the search finds with `s2sad.stop_gradient`",
            "differential_evolution dual_annealing shgo basinhopping brute direct",
        ),
    ],
    "scipy.cluster.vq": [
        (
            "tells groups of points apart, which change in jumps",
            "the labels made before, and means of the groups: `np.mean(x[labels == k], axis=0)`",
            "kmeans kmeans2 vq",
        ),
    ],
    "scipy.signal": [
        (
            "finds places, which change in jumps",
            "x[places], with places from the call on s2sad.stop_gradient(x)",
            "find_peaks find_peaks_cwt argrelextrema argrelmax argrelmin peak_prominences peak_widths",
        ),
        (
            "chooses among the numbers around each place, by an order that s2sad doesn't see",
            "`np.median` of `np.lib.stride_tricks.sliding_window_view(x, size)`, over the last axes",
            "medfilt medfilt2d order_filter",
        ),
    ],
    "scipy.stats": [
        (
            "gives a correlation along with a test of it",
            "the correlation alone: `np.corrcoef(x, y)[0, 1]`",
            "pearsonr",
        ),
        (
            "depends on the order of the numbers alone, which changes in jumps",
            "a measure of the numbers themselves, such as np.corrcoef",
            "spearmanr kendalltau weightedtau somersd rankdata",
        ),
        (
            "tests a hypothesis",
            "the statistic itself, written with np.mean and np.var",
            "ttest_ind ttest_rel ttest_1samp ks_2samp ks_1samp kstest mannwhitneyu wilcoxon shapiro f_oneway kruskal "
            "chisquare chi2_contingency bartlett levene normaltest anderson",
        ),
        (
            "makes an object that holds the data, and can't be followed",
            "np.mean(scipy.stats.norm.pdf(x[:, None], data, width), axis=1)",
            "gaussian_kde",
        ),
    ],
}
