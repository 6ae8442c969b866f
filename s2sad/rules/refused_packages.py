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
        (
            "changes a factorization by a row or a column of the matrix",
            "np.linalg.qr of the whole matrix",
            "qr_delete qr_insert qr_update",
        ),
        (
            "gives a factorization in an order of its own",
            "np.linalg.qr of the matrix, turned around: `np.linalg.qr(a[::-1].T)`",
            "rq qr_multiply",
        ),
        (
            "is a function of a matrix for which there is no rule",
            "linalg.expm, logm, sqrtm, signm, sinm, cosm or fractional_matrix_power; of a symmetric "
            "matrix `(v * f(w)) @ v.T`, with w and v from np.linalg.eigh",
            "funm",
        ),
        (
            "is a derivative itself, or is made of one",
            "`s2sad.jvp(linalg.expm, (a,), (e,))`",
            "expm_frechet expm_cond",
        ),
        (
            "keeps a banded matrix as its diagonals, for which there is no rule",
            "linalg.solveh_banded for a system, else the whole matrix with np.linalg.cholesky or np.linalg.eigvalsh",
            "cholesky_banded eig_banded eigvals_banded",
        ),
        (
            "gives angles between spaces",
            "`np.arccos(np.linalg.svd(q.T @ p, compute_uv=False))`, with q and p from np.linalg.qr",
            "subspace_angles",
        ),
        (
            "makes a matrix of a pattern for which there is no rule",
            "np.diag, np.subtract.outer, or linalg.toeplitz, circulant, hankel or companion",
            "leslie fiedler",
        ),
        (
            "scales by powers of two, in jumps",
            "the matrix itself",
            "matrix_balance",
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
        (
            "takes differences, where the derivative itself is to be had",
            "s2sad.grad, s2sad.jacobian or s2sad.check_gradients",
            "approx_fprime check_grad",
        ),
        (
            "puts numbers into blocks, which change in jumps",
            "the blocks made before, and means over them: `np.mean(x[blocks == k])`",
            "isotonic_regression",
        ),
        (
            "chooses the steps of a search",
            "scipy.optimize.minimize, which has a derivative as a whole",
            "line_search bracket",
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
        (
            "designs a filter, by zeros and poles or a search",
            "the design from constants; or coefficients that are an expression: signal.lfilter has their derivative",
            "butter cheby1 cheby2 ellip bessel iirfilter iirdesign iirnotch iirpeak iircomb gammatone buttord "
            "cheb1ord cheb2ord ellipord buttap cheb1ap cheb2ap ellipap besselap firwin firwin2 firwin_2d remez "
            "minimum_phase",
        ),
        (
            "changes one form of a linear system for another",
            "the coefficients themselves: np.convolve for products of polynomials, np.poly for their zeros",
            "bilinear bilinear_zpk tf2zpk tf2sos tf2ss zpk2tf zpk2sos zpk2ss sos2tf sos2zpk ss2tf ss2zpk lp2lp "
            "lp2hp lp2bp lp2bs lp2lp_zpk lp2hp_zpk lp2bp_zpk lp2bs_zpk normalize abcd_normalize "
            "unique_roots",
        ),
        (
            "simulates a linear system, or holds one",
            "a loop over the steps, `x = e @ x + ...` with e from linalg.expm; a response at w is "
            "`np.polyval(b, 1j * w) / np.polyval(a, 1j * w)`",
            "lsim impulse step dlsim dimpulse dstep bode dbode freqresp dfreqresp cont2discrete place_poles lti "
            "dlti StateSpace TransferFunction ZerosPolesGain",
        ),
        (
            "gives the delay of a filter at many frequencies",
            "`d(b) - d(a)`, with `d(c) = (np.polyval((n * c)[::-1], z) / np.polyval(c[::-1], z)).real`, "
            "`n = np.arange(len(c))` and `z = np.exp(-1j * w)`",
            "group_delay",
        ),
        (
            "gives the response of an analog filter at many frequencies",
            "`np.polyval(b, 1j * w) / np.polyval(a, 1j * w)`",
            "freqs",
        ),
        (
            "gives the response of an analog filter at many frequencies",
            "`k * np.prod(s - z, axis=1) / np.prod(s - p, axis=1)`, with `s = 1j * w[:, None]`",
            "freqs_zpk",
        ),
        (
            "gives the response of a filter at many frequencies",
            "`k * np.prod(e - z, axis=1) / np.prod(e - p, axis=1)`, with `e = np.exp(1j * w[:, None])`",
            "freqz_zpk",
        ),
        (
            "gives the response of a filter at many frequencies",
            "the product of `np.polyval(row[2::-1], z) / np.polyval(row[:2:-1], z)` of the rows of sos, with "
            "`z = np.exp(-1j * w)`",
            "freqz_sos sosfreqz",
        ),
        (
            "transforms pieces of a signal, for which there is no rule",
            "signal.stft; back, `np.fft.irfft(z.T) * window`, of which each row is added to its part of the signal",
            "istft ShortTimeFFT",
        ),
        (
            "fits sines at each frequency",
            "np.linalg.lstsq with their values, or np.fft.rfft for times at equal distances",
            "lombscargle",
        ),
        (
            "interpolates by splines in a way of its own",
            "scipy.ndimage.spline_filter1d and map_coordinates, or interpolate.make_interp_spline",
            "cspline1d qspline1d cspline2d qspline2d cspline1d_eval qspline1d_eval spline_filter symiirorder1 "
            "symiirorder2 sepfir2d",
        ),
        (
            "compares the noise around each place",
            "an expression of scipy.ndimage.uniform_filter(x) and uniform_filter(x**2)",
            "wiener",
        ),
        (
            "is signal.hilbert along more than one axis, or made of it",
            "np.abs(signal.hilbert(x)) for an envelope",
            "hilbert2 envelope",
        ),
        (
            "divides polynomials",
            "signal.lfilter, with the divisor as a",
            "deconvolve",
        ),
        (
            "makes a window, whose form is a constant for s2sad",
            "the window as an expression, `np.exp(-0.5 * (n / width) ** 2)`, or np.kaiser",
            "get_window windows.gaussian windows.general_gaussian windows.exponential windows.kaiser "
            "windows.tukey windows.dpss windows.chebwin windows.taylor windows.general_cosine "
            "windows.general_hamming windows.kaiser_bessel_derived",
        ),
    ],
    "scipy.stats": [
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
        (
            "tests a hypothesis, or draws samples for a test",
            "the statistic itself, written with np.mean and np.var",
            "alexandergovern anderson_ksamp ansari barnard_exact binomtest boschloo_exact bootstrap brunnermunzel "
            "bws_test combine_pvalues cramervonmises cramervonmises_2samp dunnett epps_singleton_2samp "
            "false_discovery_control fisher_exact fligner friedmanchisquare goodness_of_fit jarque_bera "
            "kurtosistest logrank median_test monte_carlo_test mood multiscale_graphcorr page_trend_test "
            "permutation_test poisson_means_test power power_divergence quantile_test ranksums skewtest "
            "sobol_indices ttest_ind_from_stats tukey_hsd",
        ),
        (
            "counts numbers, or chooses among them, which changes in jumps",
            "the choice made before with s2sad.stop_gradient, and means of x[chosen]",
            "mode percentileofscore tiecorrect sigmaclip cumfreq relfreq binned_statistic binned_statistic_2d "
            "binned_statistic_dd ecdf chatterjeexi spearmanrho",
        ),
        (
            "chooses among the slopes between points",
            "np.median of the slopes: `np.median((y[j] - y[i]) / (x[j] - x[i]))`",
            "theilslopes siegelslopes",
        ),
        (
            "is the correlation with what is True or False",
            "`stats.pearsonr(x, y)`, which takes 0 and 1 as well",
            "pointbiserialr",
        ),
        (
            "gives several measures at once",
            "the measures one by one: np.mean, np.var, stats.skew, stats.kurtosis, stats.sem",
            "describe bayes_mvs mvsdist",
        ),
        (
            "is a measure for which there is no rule",
            "an expression of np.sort(x), np.mean and np.var",
            "kstat kstatvar lmoment differential_entropy directional_stats",
        ),
        (
            "fits a distribution or a transformation",
            "scipy.optimize.minimize of the sum of -logpdf",
            "fit boxcox_normmax boxcox_normplot yeojohnson_normmax yeojohnson_normplot ppcc_max ppcc_plot probplot",
        ),
        (
            "is np.quantile with other ways to treat what is missing",
            "np.quantile or np.percentile",
            "quantile",
        ),
    ],
    "scipy.spatial": [
        (
            "looks for neighbours or cells of points, which change in jumps",
            "the indices made before with s2sad.stop_gradient, and an expression of x[indices]",
            "KDTree cKDTree Delaunay ConvexHull HalfspaceIntersection Voronoi SphericalVoronoi tsearch",
        ),
        (
            "makes a rotation by compiled code, into which no gradient can be followed",
            "its matrix: linalg.expm of the vector's skew-symmetric one, or a product of matrices of np.cos and np.sin",
            "transform.Rotation.from_rotvec transform.Rotation.from_euler transform.Rotation.from_quat "
            "transform.Rotation.from_matrix transform.Rotation.from_mrp transform.Rotation.from_davenport "
            "transform.Rotation.align_vectors transform.Slerp transform.RotationSpline",
        ),
    ],
}
