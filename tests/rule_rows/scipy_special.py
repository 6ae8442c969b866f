"""Rows of scipy.special: a number, an array, broadcasting, and the ends of the range."""

import numpy as np
from scipy import special

from s2sad.rules import loading
from tests.rule_rows.table import A, P, T, V, complexes, corner, inside, normal, positive, row, rows

loading.load_rules_of(special.erf)


def _named(names):
    return [getattr(special, name) for name in names.split() if hasattr(special, name)]


_Q = positive(3)
_unit = np.array([0.1, 0.45, 0.8])

# --- of one argument -------------------------------------------------------------------------------------------------

_real = (
    "erf erfc erfcx erfi dawsn ndtr log_ndtr expit log_expit softplus expm1 exp2 exp10 exprel cosm1 sindg cosdg tandg "
    "wrightomega j0 j1 i0 i1 i0e i1e ber bei itstruve0"
)
rows(*_named(_real), cases=[row(0.7), row(np.array([0.4, -1.3, 2.2]))])
rows(special.erf, special.expit, special.log_ndtr, cases=[row(A), row(T), row(np.array(0.3)), row(normal(0))])
_positive = (
    "gamma gammaln loggamma rgamma psi log1p cbrt entr spence cotdg y0 y1 k0 k1 k0e k1e ker kei berp beip kerp keip "
    "itmodstruve0 it2struve0 expi exp1"
)
rows(*_named(_positive), cases=[row(0.7), row(np.array([0.4, 1.3, 2.2]))])
rows(special.gamma, special.gammaln, special.psi, special.rgamma, cases=[row(-0.7), row(np.array([-3.2, 8.0]))])
rows(*_named("logit ndtri erfcinv ellipk ellipe ellipkm1"), cases=[row(0.7), row(_unit)])
rows(special.ellipk, special.ellipe, cases=[row(0.0), row(np.array([-2.0, 1e-9]))])
rows(*_named("ndtri_exp"), cases=[row(-0.7), row(np.array([-3.0, -30.0]))])
rows(special.erfinv, cases=[row(0.7), row(inside(3))])
rows(special.round, special.gammasgn, cases=[row(1.7), row(np.array([0.4, -1.3]))])
rows(*_named("erf erfc dawsn erfi erfcx wofz loggamma expm1 exp1"), cases=[row(0.7 + 0.4j), row(complexes(3))])
rows(special.wofz, cases=[row(0.7), row(_Q)])
rows(special.lambertw, cases=[row(0.7), row(_Q), row(0.3 + 0.2j), row(-0.2, -1), row(0.0), row(_Q, tol=1e-10)])
rows(
    special.exprel,
    cases=[
        row(np.array([1e-9, 1e-3, 0.019, 0.021])),
        corner((np.array([0.5]),), np.array([0.0])),
        corner((np.array([np.inf]),), np.array([712.0])),
    ],
)
rows(special.spence, cases=[row(1.0), row(np.array([1.0, 1.0 + 1e-9]))])
rows(
    special.erfcx,
    cases=[
        corner((np.array([-5.6418957508491275e-9, -5.6418958354775627e-61]),), np.array([1e4, 1e30])),
        row(np.array([90.0, 110.0])),
    ],
)
rows(
    special.dawsn,
    cases=[corner((np.array([-5.0000000750000019e-9, -5.0e-61]),), np.array([1e4, 1e30])), row(np.array([90.0]))],
)
rows(special.log_ndtr, cases=[corner((np.array([100000.00001, 0.0]),), np.array([-1e5, 50.0]))])
rows(special.expit, cases=[corner((np.array([np.exp(-50.0), 0.0]),), np.array([50.0, 1e30]))])
rows(special.log_expit, cases=[corner((np.array([1.0, np.exp(-50.0)]),), np.array([-1e30, 50.0]))])

# --- of several ------------------------------------------------------------------------------------------------------

_two = "beta betaln poch rel_entr kl_div xlogy xlog1py pseudo_huber huber agm powm1 boxcox boxcox1p elliprc"
rows(*_named(_two), cases=[row(0.7, 1.6), row(_Q, 1.3), row(1.3, _Q), row(positive(3, 1), positive(2))])
rows(special.xlogy, special.xlog1py, cases=[row(0.0, 1.6), row(np.zeros(2), 1.6)])
rows(
    special.xlogy,
    cases=[
        corner((-np.inf, 0.0), 0.0, 0.0),
        corner((np.array([-np.inf, 0.0]), np.zeros(2)), np.zeros(2), np.arange(2.0)),
    ],
)
rows(special.boxcox, special.boxcox1p, cases=[row(_Q, 0.0), row(0.7, 1e-9)])
rows(special.agm, cases=[row(1.0, 1.0)])
rows(special.binom, cases=[row(4.7, 1.6), row(_Q + 3.0, 1.3)])
rows(special.inv_boxcox, special.inv_boxcox1p, cases=[row(0.7, 0.6), row(_Q, 0.3), row(0.4, _Q)])
rows(special.owens_t, cases=[row(0.7, -1.6), row(V, 1.3), row(normal(3, 1), normal(2))])
rows(
    special.ellipkinc,
    special.ellipeinc,
    cases=[
        row(0.7, 0.4),
        row(_Q, 0.3),
        row(4.0 + 0.0 * _unit, _unit),
        row(-2.0, 0.0),
        row((4.0 + 0.0 * _unit).astype(np.float32), _unit),
    ],
)
rows(special.elliprf, cases=[row(0.7, 1.6, 2.5), row(_Q, 1.3, 0.4), row(1.0, 1.0, 1.0)])
rows(special.radian, cases=[row(30.0, 20.0, 10.0), row(_Q, 3.0, _Q)])
rows(special.voigt_profile, cases=[row(0.7, 1.6, 0.5), row(V, 1.3, 0.4), row(0.2, positive(3), 0.7)])
rows(special.polygamma, cases=[row(1, 0.7), row(2, _Q), row(0, _Q)])
rows(special.multigammaln, cases=[row(3.7, 2), row(_Q + 2.0, 3)])
rows(special.zeta, cases=[row(3, 0.7), row(2, _Q)])
rows(*_named("gammainc gammaincc"), cases=[row(2, 0.7), row(2, _Q), row(1, _Q)])
rows(*_named("gammaincinv gammainccinv"), cases=[row(2, 0.7), row(2, _unit)])
rows(*_named("betainc betaincc betaincinv betainccinv"), cases=[row(2, 3, 0.7), row(2, 3, _unit)])
rows(special.expn, cases=[row(2, 0.7), row(np.array([1, 2, 5]), _Q), row(0, 0.7)])
rows(special.hyp0f1, cases=[row(2, 0.7), row(2, V)])
rows(special.hyp1f1, special.hyperu, cases=[row(2, 3, 0.7), row(2, 3, _Q)])
rows(special.hyp2f1, cases=[row(2, 3, 4, 0.4), row(2, 3, 4, inside(3))])

# --- Bessel functions ------------------------------------------------------------------------------------------------

_bessel = "jv jn yv yn iv kv kn hankel1 hankel2 hankel1e hankel2e kve ive jve yve jvp yvp ivp kvp h1vp h2vp"
rows(*_named(_bessel), cases=[row(2, 0.7), row(2, _Q)])
rows(*_named("jv yv iv kv struve modstruve"), cases=[row(1, 0.7), row(0, _Q), row(np.array([0, 1, 2]), _Q)])
rows(*_named("jvp ivp yvp kvp h1vp h2vp"), cases=[row(2, 0.7, 2), row(2, 0.7, n=3)])
rows(special.jv, cases=[row(1, 0.7 + 0.3j), row(1, 0.0)])
_spherical = special.spherical_jn, special.spherical_yn, special.spherical_in, special.spherical_kn
rows(*_spherical, cases=[row(2, 0.7), row(2, _Q), row(2, 0.7, True), row(1, _Q, derivative=True)])

# --- polynomials -----------------------------------------------------------------------------------------------------

_polynomials = (
    "eval_legendre eval_sh_legendre eval_chebyt eval_chebyu eval_chebyc eval_chebys eval_sh_chebyt eval_sh_chebyu "
    "eval_laguerre eval_hermite eval_hermitenorm"
)
rows(*_named(_polynomials), cases=[row(3, 0.4), row(4, inside(3)), row(0, 0.4), row(np.array([0, 1, 3]), _unit)])
rows(special.eval_legendre, cases=[row(3, 1.0), row(3, -1.0)])
rows(special.eval_gegenbauer, special.eval_genlaguerre, cases=[row(3, 2, 0.4), row(4, 2, inside(3)), row(0, 2, 0.4)])
rows(special.eval_jacobi, special.eval_sh_jacobi, cases=[row(3, 3, 2, 0.4), row(4, 3, 2, _unit), row(0, 3, 2, 0.4)])

# --- distributions ---------------------------------------------------------------------------------------------------

rows(special.bdtr, special.bdtrc, cases=[row(2.0, 5, 0.4), row(2.0, 5, 0.8)])
rows(special.nbdtr, special.nbdtrc, cases=[row(2, 5, 0.4), row(2, 5, _unit)])
rows(special.pdtr, special.pdtrc, special.chdtr, special.chdtrc, cases=[row(3, 0.7), row(3, _Q)])
rows(special.chdtri, cases=[row(3, 0.4), row(3, _unit)])
rows(special.gdtr, special.gdtrc, cases=[row(1.3, 2, 0.4), row(_Q, 2, 0.7), row(0.7, 2, _Q)])
rows(special.stdtr, cases=[row(3, 0.4), row(3, V)])
rows(special.stdtrit, cases=[row(3, 0.4), row(3, _unit)])
rows(special.fdtr, special.fdtrc, cases=[row(3, 4, 0.4), row(3, 4, _Q)])
rows(special.fdtri, cases=[row(3, 4, 0.4), row(3, 4, _unit)])

# --- sums of exponentials --------------------------------------------------------------------------------------------

_sums = [row(V), row(A), row(A, 0), row(A, axis=1), row(T, (0, 2)), row(T, axis=-1), row(np.array([1.5]))]
rows(special.logsumexp, special.softmax, special.log_softmax, cases=_sums)
rows(
    special.logsumexp,
    cases=[
        row(A, axis=1, keepdims=True),
        row(A, axis=0, b=P),
        row(A, b=positive(4)),
        row(A, 1, 2.5),
        corner((np.array([1.0, 0.0]),), np.array([1e30, -1e30])),
        corner((np.array([0.5, 0.5]),), np.array([1e17, 1e17])),
        corner((np.array([0.0, 1.0]),), np.array([-np.inf, 3.0])),
    ],
)
