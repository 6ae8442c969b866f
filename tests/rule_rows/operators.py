"""Rows of operators."""

import math
import operator

import numpy as np

from tests.rule_rows.table import A, P, Q, T, V, W, Z, complexes, corner, fixed, plain, positive, row, rows

_binary = [
    row(1.7, 2.3),
    row(P, 1.5),
    row(1.5, P),
    row(P, Q),
    row(Q, P),
    row(P, positive(3, 1)),
    row(positive(2, 1, 4), positive(3, 1)),
    row(np.float64(1.5), np.float64(2.5)),
    row(P, np.arange(1, 5)),
    row(np.array(1.5), Q),
]
rows(
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    np.add,
    np.subtract,
    np.multiply,
    np.true_divide,
    cases=[*_binary, row(Z, 2.0), row(2.5, Z), row(Z, complexes(3)), row(1.5, 2.0 + 1j), row(W, Z)],
)
rows(
    operator.pow,
    np.power,
    np.float_power,
    cases=[
        *_binary,
        row(A, 2),
        row(A, 3),
        row(P, 2.0),
        row(A, 1),
        row(A, 0),
        row(P, np.array([0.0, 1.0, 2.0, 0.0])),
        row(P, 0.5),
        row(P, -1),
        row(P, -0.5),
        row(1.5, 2),
        row(2.5, 0.5),
        row(P, 1.5),
        row(2.0, positive(3)),
        row(Z, 2),
        row(Z, 3.0),
        *[fixed("y", A, n) for n in (0, 1, 2, 3, 1.0, 2.0, 3.0)],
        *[fixed("y", P, n) for n in (0.5, -0.5, -1, -1.0, 1.5)],
        fixed("y", 1.5, 0.5),
        fixed("y", 1.5, 2),
        corner((np.array([0.0, 0.0]),), np.array([0.0, 2.0]), 0),
        corner((np.array([1.0, 1.0]),), np.array([0.0, 2.0]), 1),
        corner((np.array([0.0, 4.0]),), np.array([0.0, 2.0]), 2),
        corner(
            (np.array([0.0, 12.0]), np.array([0.0, 8.0 * math.log(2.0)])), np.array([0.0, 2.0]), np.array([3.0, 3.0])
        ),
        corner((np.array([0.0, 0.0]), np.array([0.0, math.log(2.0)])), np.array([0.0, 2.0]), np.array([0.0, 0.0])),
        corner((0.0, 0.0), 0.0, 2.5),
    ],
)
rows(
    pow,
    math.pow,
    cases=[
        row(1.5, 2.5),
        row(1.5, 2),
        row(1.5, 1),
        row(1.5, 0),
        row(2.0, 3.0),
        corner((0.0, 0.0), 0.0, 2.5),
    ],
)
rows(operator.neg, operator.pos, np.negative, np.positive, cases=[row(1.5), row(A), row(Z), row(T)])
rows(operator.mod, np.remainder, cases=[row(7.3, 2.1), row(-7.3, 2.1), row(P * 5, Q), row(P * 5, 0.7), row(7.3, Q)])
rows(operator.floordiv, np.floor_divide, cases=[row(7.3, 2.1), row(7, 2), row(P * 5, Q)])
rows(divmod, cases=[plain(7.3, 2.1), plain(7, 2)])
rows(
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    cases=[row(1.0, 2.0), row(A, V), row(A, 0.0), row(1, 2)],
)
rows(
    operator.and_,
    operator.or_,
    operator.xor,
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    cases=[row(5, 3), row(np.array([True, False]), True), row(np.arange(4), 3)],
)
rows(operator.lshift, operator.rshift, np.left_shift, np.right_shift, cases=[row(5, 1), row(np.arange(4), 1)])
rows(operator.invert, np.invert, cases=[row(5), row(np.arange(4)), row(np.array([True, False]))])
rows(operator.is_, operator.is_not, cases=[row(1.0, None)])
rows(operator.not_, operator.truth, bool, cases=[row(1.0), row(2)])
rows(operator.index, cases=[row(2)])
rows(operator.contains, cases=[row((1, 2), 1)])
rows(int, cases=[row(2.5), row(2), row("12")])
rows(round, cases=[row(2.567), row(2.567, 1), row(3)])
rows(float, np.float64, cases=[row(2.5), row(3), row(np.array(2.5)), plain(np.float32(2.5))])
rows(np.float64, cases=[row(V), plain([0.5, 2.5])])
rows(np.float32, np.float16, np.complex64, np.complex128, cases=[plain(2.5), plain(V), plain([0.5, 2.5])])
rows(complex, cases=[row(1.5, 2.5), row(1.5)])
