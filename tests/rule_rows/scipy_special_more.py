"""Rows of scipy.special: functions with several results, of whole numbers, and combinations."""

import numpy as np
from scipy import special

from s2sad.rules import loading, refused_special
from tests.rule_rows.table import complexes, corner, normal, parts, positive, row, rows

loading.load_rules_of(special.erf)

_Q = positive(3)
_unit = np.array([0.1, 0.45, 0.8])
_signs = np.array([0.4, -1.3, 2.2])

# --- with several results --------------------------------------------------------------------------------------------

rows(special.airy, cases=[row(0.7), row(_signs), row(normal(2, 3)), row(normal(2, 1, 2)), row(complexes(3)), row(0.0)])
rows(
    special.airye,
    cases=[row(0.7), row(_Q), row(np.array([3.0, 30.0])), parts("2 3", _signs), parts("0 1", complexes(2))],
)
rows(special.sici, special.shichi, cases=[row(0.7), row(_Q), row(positive(2, 3)), parts("0", 0.0), row(0.7 + 0.4j)])
rows(special.sici, cases=[row(_signs)])
rows(special.fresnel, cases=[row(0.7), row(_signs), row(normal(2, 3)), row(0.0), row(complexes(3))])
_elliptic = [row(0.7, 0.4), row(_signs, 0.3), row(4.0, _unit), row(normal(3, 1), _unit), row(0.7, 1e-4), row(9.0, 0.9)]
rows(special.ellipj, cases=_elliptic)
rows(special.kelvin, special.itairy, cases=[row(0.7), row(_Q)])
rows(special.iti0k0, special.itj0y0, special.it2i0k0, special.it2j0y0, cases=[row(0.7), row(_Q)])
rows(special.pbdv, special.pbvv, cases=[row(2, 0.7), row(1, _signs), row(np.array([0, 1, 3]), _Q)])
rows(special.pbwa, cases=[row(2, 0.7), row(1, _signs)])

# --- of one result ---------------------------------------------------------------------------------------------------

rows(special.lpmv, cases=[row(1, 3, 0.4), row(0, 2, _unit), row(2, np.array([2, 3, 4]), _unit)])
for _name in ("wright_bessel", "log_wright_bessel"):
    if hasattr(special, _name):
        rows(getattr(special, _name), cases=[row(1, 2, 0.7), row(2, 1, _Q)])
rows(special.bdtri, cases=[row(2, 5, 0.4), row(2, np.array([5, 6, 7]), _unit)])
rows(special.nbdtri, cases=[row(2, 5, 0.4), row(2, 5, _unit)])
rows(special.pdtri, cases=[row(2, 0.4), row(3, _unit)])
rows(special.gdtrix, cases=[row(1.3, 2, 0.4), row(_Q, 2, 0.7), row(0.7, 2, _unit)])
rows(special.gdtria, cases=[row(0.4, 2, 1.3), row(_unit, 2, 0.7)])
rows(special.ellipkinc, cases=[row(0.7, 1.0 - 1e-3)])
rows(
    special.comb,
    cases=[
        row(4.7, 1.6),
        row(_Q + 3.0, 1.3),
        row(4.2, _Q, repetition=True),
        row(5, 2),
        corner((np.zeros(2), np.zeros(2)), np.array([1.5, -2.5]), np.array([2.5, 1.0])),
    ],
)
rows(
    special.perm,
    cases=[row(4.7, 1.6), row(_Q + 3.0, 1.3), corner((np.zeros(1), np.zeros(1)), np.array([1.5]), np.array([2.5]))],
)
rows(special.factorial, cases=[row(2.5), row(_Q), corner((np.array([0.0]),), np.array([-1.5]))])

rows(
    special.logsumexp,
    cases=[
        parts("0", normal(4), return_sign=True),
        parts("0", normal(3, 4), 1, normal(3, 4), True, True),
        parts("0", normal(2, 3), axis=0, b=normal(3), return_sign=True),
    ],
)

# --- the ends of the range, where the shortest formula loses its digits: by mpmath, with 50 of them --------------------

_ends = np.array([1e8, 1e20, -1e20])
rows(
    special.i0e,
    cases=[corner((np.array([-1.9947114094873313e-13, -1.9947114020071634e-31, 1.9947114020071634e-31]),), _ends)],
)
rows(
    special.i1e,
    cases=[corner((np.array([-1.99471137956666e-13, -1.9947114020071634e-31, -1.9947114020071634e-31]),), _ends)],
)
rows(
    special.k0e,
    cases=[corner((np.array([-6.2665706865775011e-31, -6.2665706865775008e-151]),), np.array([1e20, 1e100]))],
)
rows(special.k1e, cases=[corner((np.array([-6.2665707570764211e-13]),), np.array([1e8]))])
rows(special.ive, cases=[corner((np.array([-1.9947112898046477e-13]),), 2, np.array([1e8]))])
rows(special.kve, cases=[corner((np.array([-6.2665710390721046e-13]),), 2, np.array([1e8]))])
rows(special.rgamma, cases=[corner((np.array([1.0, -1.0, 2.0, 720.0]),), np.array([0.0, -1.0, -2.0, -6.0]))])
rows(special.struve, cases=[corner((np.array([0.21392583801025555, 0.21217453049567991]),), 2, np.array([1e5, 1e8]))])
rows(special.powm1, cases=[corner((np.array([1.0, 0.0, 0.0]), np.zeros(3)), np.zeros(3), np.array([1.0, 2.5, 30.0]))])
rows(
    special.rel_entr,
    cases=[corner((np.array([-1380.5510557964274]), np.array([0.0])), np.array([1e-300]), np.array([1e300]))],
)
rows(
    special.pseudo_huber,
    cases=[
        corner((np.array([0.0, 0.5]), np.zeros(2)), np.zeros(2), np.array([0.0, 0.5])),
        corner((np.array([2.5e-33, 1e150]), np.array([1e-8, 1e10])), np.array([1.0, 1e10]), np.array([1e-8, 1e150])),
    ],
)
rows(
    special.inv_boxcox,
    cases=[corner((np.array([1.000000005]), np.array([-5.0000000166666669e-17])), np.array([1e-8]), np.array([0.5]))],
)

# --- of whole numbers ------------------------------------------------------------------------------------------------

_two = "jn_zeros jnp_zeros yn_zeros ynp_zeros jnyn_zeros"
for _name in refused_special.CONSTANTS.split():
    if hasattr(special, _name):
        rows(getattr(special, _name), cases=[row(1, 2) if _name in _two.split() else row(3)])
