"""The functions of scipy.special that have no derivative to be given, and what to write instead.

A table like that of NumPy's in `refused.py`, which reads it when a function of scipy.special is met: this module
doesn't import SciPy. Names that a version of SciPy doesn't have are passed over.
"""

from __future__ import annotations

# (why there is no derivative, what to write instead, the names in scipy.special)
FUNCTIONS: list[tuple[str, str, str]] = [
    (
        "makes a polynomial object, which can't be followed",
        "the value of the polynomial, with the function whose name begins with eval_: special.eval_legendre(n, x)",
        "legendre chebyt chebyu chebyc chebys sh_legendre sh_chebyt sh_chebyu jacobi sh_jacobi laguerre genlaguerre "
        "hermite hermitenorm gegenbauer",
    ),
    (
        "gives points and weights of a quadrature, whose derivatives in the parameters of the polynomials have no "
        "elementary form",
        "the call with constants for these parameters",
        "roots_jacobi roots_sh_jacobi roots_genlaguerre roots_gegenbauer j_roots js_roots la_roots cg_roots",
    ),
    (
        "is a polynomial in one variable under another name or in another order of arguments",
        "special.eval_genlaguerre(n, k, x)",
        "assoc_laguerre",
    ),
    (
        "gives functions of several degrees and orders at once, or their derivatives along with them",
        "special.eval_legendre(n, x) for Legendre polynomials, special.lpmv(m, v, x) for the associated functions",
        "legendre_p legendre_p_all assoc_legendre_p assoc_legendre_p_all sph_legendre_p sph_legendre_p_all sph_harm "
        "sph_harm_y sph_harm_y_all lpn lpmn clpmn lqn lqmn",
    ),
    (
        "gives a sequence of functions of all orders up to one, and their derivatives",
        "the function of one order: special.jv, special.spherical_jn, special.pbdv",
        "riccati_jn riccati_yn pbdv_seq pbvv_seq pbdn_seq lmbda",
    ),
    (
        "is computed by means for which no formula of the derivative in its parameters is at hand",
        "the call with constants, or a rule of your own: s2sad.partials",
        "kolmogorov kolmogi smirnov smirnovi tklmbda besselpoly ellip_harm ellip_harm_2 ellip_normal mathieu_a "
        "mathieu_b mathieu_cem mathieu_sem mathieu_even_coef mathieu_odd_coef "
        "mathieu_modcem1 mathieu_modcem2 mathieu_modsem1 mathieu_modsem2 "
        "obl_ang1 obl_ang1_cv obl_cv obl_cv_seq obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv pro_ang1 pro_ang1_cv pro_cv "
        "pro_cv_seq pro_rad1 pro_rad1_cv pro_rad2 pro_rad2_cv modfresnelm modfresnelp zetac",
    ),
    (
        "has a derivative that loses its digits where two arguments are near one another",
        "a rule of your own: s2sad.partials",
        "elliprd elliprg elliprj",
    ),
    (
        "is a quotient, with a case for the multiples of 2 pi, where it loses the digits of its derivative",
        "the quotient itself, np.sin(0.5 * n * x) / (n * np.sin(0.5 * x))",
        "diric",
    ),
    (
        "is a distribution function, its inverse, or a parameter of it, whose derivative has no elementary form",
        "the call with constants, or a rule of your own: s2sad.partials",
        "bdtrik bdtrin btdtr btdtri btdtria btdtrib chdtriv chndtr chndtridf chndtrinc chndtrix fdtridfd gdtrib "
        "nbdtrik nbdtrin ncfdtr ncfdtri ncfdtridfd ncfdtridfn ncfdtrinc nctdtr nctdtridf nctdtrinc nctdtrit nrdtrimn "
        "nrdtrisd pdtrik stdtridf",
    ),
    (
        "changes or tells a setting of SciPy, or is an error or a warning of it",
        "the call without a value that needs a gradient",
        "errstate geterr seterr test SpecialFunctionError SpecialFunctionWarning",
    ),
    (
        "is defined for whole numbers: between them it has no derivative",
        "special.gamma and special.binom, which are smooth",
        "factorial2 factorialk stirling2",
    ),
]

# Of whole numbers alone: the result is a constant.
CONSTANTS = (
    "bernoulli euler ai_zeros bi_zeros bei_zeros beip_zeros ber_zeros berp_zeros kei_zeros keip_zeros ker_zeros "
    "kerp_zeros kelvin_zeros erf_zeros fresnel_zeros fresnelc_zeros fresnels_zeros jn_zeros jnp_zeros yn_zeros "
    "ynp_zeros jnyn_zeros jnjnp_zeros y0_zeros y1_zeros y1p_zeros roots_legendre roots_sh_legendre roots_chebyt "
    "roots_chebyu roots_chebyc roots_chebys roots_sh_chebyt roots_sh_chebyu roots_laguerre roots_hermite "
    "roots_hermitenorm p_roots ps_roots t_roots ts_roots u_roots us_roots c_roots s_roots l_roots h_roots he_roots"
)

# (why there is no derivative, what to write instead, the names in scipy.ndimage)
NDIMAGE: list[tuple[str, str, str]] = [
    (
        "chooses among the numbers around each place, by an order that s2sad doesn't see",
        "`np.median`, `np.max` or `np.min` of `np.lib.stride_tricks.sliding_window_view(x, size)`, over the last axes",
        "median_filter percentile_filter rank_filter minimum_filter maximum_filter minimum_filter1d maximum_filter1d "
        "grey_erosion grey_dilation grey_opening grey_closing morphological_gradient morphological_laplace "
        "white_tophat black_tophat",
    ),
    (
        "calls a function for each place, from C",
        "a loop over the places, or an expression of whole arrays",
        "generic_filter generic_filter1d generic_laplace generic_gradient_magnitude vectorized_filter",
    ),
    (
        "interpolates by splines, for which there is no rule",
        "`scipy.ndimage.map_coordinates` of the image, at the places that the function gives",
        "geometric_transform",
    ),
    (
        "tells regions apart, which change in jumps",
        "the labels made before, and sums over `x[labels == k]`",
        "label find_objects watershed_ift distance_transform_bf distance_transform_cdt distance_transform_edt "
        "binary_erosion binary_dilation binary_opening binary_closing binary_hit_or_miss binary_propagation "
        "binary_fill_holes iterate_structure generate_binary_structure",
    ),
    (
        "measures regions by their labels, in ways for which there is no rule",
        "an expression of `x[labels == k]`; scipy.ndimage.sum_labels, mean, variance, minimum, maximum or median",
        "extrema histogram labeled_comprehension minimum_position maximum_position value_indices",
    ),
]
