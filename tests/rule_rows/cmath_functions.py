"""Rows of the functions of `cmath`."""

import cmath

from tests.rule_rows.table import named, row, rows

_names = "exp log log10 sqrt sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh"
rows(*named(_names, cmath), cases=[row(0.6 + 0.4j), row(-0.7 - 0.3j), row(0.7)])
rows(cmath.log, cases=[row(0.6 + 0.4j, 1.5 + 0.2j)])
rows(cmath.isfinite, cmath.isinf, cmath.isnan, cases=[row(0.6 + 0.4j)])
rows(cmath.isclose, cases=[row(0.6 + 0.4j, 0.6 + 0.4j)])
rows(cmath.phase, cases=[row(0.6 + 0.4j), row(-0.7 - 0.3j), row(0.7)])
rows(cmath.polar, cases=[row(0.6 + 0.4j), row(-0.7 - 0.3j), row(0.7)])
rows(cmath.rect, cases=[row(0.6, 0.4), row(-0.7, 5.0)])
