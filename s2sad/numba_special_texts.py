"""Functions of scipy.special for Numba, which has only a few of them: of numbers, in Python, as accurate as SciPy's to
some units in the last place. The formulas are those of the DLMF (https://dlmf.nist.gov) where nothing else is said.

>>> "math.lgamma" in TEXTS["gammaln"], sorted(parameters("xlogy"))
(True, ['x', 'y'])

A text may call others by `{name}`; `math` and `np` are the modules.
"""

from __future__ import annotations

import re
from typing import Any

SUMS = ("logsumexp", "softmax", "log_softmax")  # by forms of their own
SHORT = {  # parameters: value
    "gammaln": "x: x if x == -np.inf else math.lgamma(x)",
    "loggamma": "x: math.lgamma(x) if x > 0.0 else np.inf if x == 0.0 else np.nan",
    "gamma": "x: math.gamma(x)",
    "erf": "x: math.erf(x)",
    "erfc": "x: math.erfc(x)",
    "log1p": "x: math.log1p(x)",
    "expm1": "x: math.expm1(x)",
    "exp2": "x: 2.0**x",
    "expit": "x: 1.0 / (1.0 + math.exp(-x)) if x >= 0.0 else math.exp(x) / (1.0 + math.exp(x))",
    "log_expit": "x: -math.log1p(math.exp(-x)) if x >= 0.0 else x - math.log1p(math.exp(x))",
    "softplus": "x: max(x, 0.0) + math.log1p(math.exp(-abs(x)))",
    "xlogy": "x, y: 0.0 if x == 0.0 and y == y else x * np.log(y)",
    "xlog1py": "x, y: 0.0 if x == 0.0 and y == y else x * np.log1p(y)",
    "entr": "x: -x * math.log(x) if x > 0.0 else x if x != x else 0.0 if x == 0.0 else -np.inf",
    "rel_entr": "x, y: x * math.log(x / y) if x > 0.0 and y > 0.0 else {nothing}(x, y, 0.0)",
    "kl_div": "x, y: x * math.log(x / y) - x + y if x > 0.0 and y > 0.0 else {nothing}(x, y, y)",
    "nothing": "x, y, value: x + y if x != x or y != y else value if x == 0.0 and y >= 0.0 else np.inf",
    "exprel": "x: 1.0 if x == 0.0 else x if x == np.inf else np.expm1(x) / x",
    "huber": "delta, r: np.inf if delta < 0.0 else 0.5 * r * r if abs(r) <= delta else delta * (abs(r) - 0.5 * delta)",
    "betaln": "a, b: -np.inf if max(a, b) == np.inf else math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)",
    "ndtr": "x: 0.5 + 0.5 * math.erf(x / math.sqrt(2.0)) if abs(x) < 1.0 else {tail}(x)",
    "tail": "x: 0.5 * math.erfc(-x / math.sqrt(2.0))",
    "log_ndtr": "x: math.log1p(-0.5 * math.erfc(x / math.sqrt(2.0))) if x > -1.0 else "
    "math.log(0.5 * {erfcx}(-x / math.sqrt(2.0))) - 0.5 * x * x",
    "ndtri": "p: {normal_point}(p - 0.5, min(p, 1.0 - p))",
    "erfinv": "y: {normal_point}(0.5 * y, 0.5 * (1.0 - abs(y))) / math.sqrt(2.0) if abs(y) > 1e-300 else "
    "0.5 * math.sqrt(math.pi) * y",
    "erfcinv": "y: -{normal_point}(0.5 * y - 0.5, min(0.5 * y, 1.0 - 0.5 * y)) / math.sqrt(2.0)",
}

LONG = {
    "beta": """
def beta(a, b):
    if a > 0.0 and b > 0.0 and a + b > 100.0:
        return math.exp({betaln}(a, b))
    if abs(a) + abs(b) > 150.0:
        raise ValueError("beta of negative numbers of this size has no counterpart in Numba")
    return math.gamma(a) * math.gamma(b) / math.gamma(a + b)
""",
    "logit": """
def logit(p):
    if 0.3 <= p <= 0.65:
        return np.log1p(2.0 * (p - 0.5)) - np.log1p(-2.0 * (p - 0.5))
    return np.log(p / (1.0 - p))
""",
    # The reflection formula (5.5.4), the recurrence (5.5.2), and the series for large x (5.11.2).
    "psi": """
def psi(x):
    if x <= 0.0 and x == np.floor(x):
        return -np.inf if x == 0.0 else np.nan
    result = 0.0
    if x < 0.0:
        result = -np.pi / np.tan(np.pi * (x - np.floor(x + 0.5)))
        x = 1.0 - x
    while x < 10.0:
        result -= 1.0 / x
        x += 1.0
    s = 1.0 / (x * x)
    series = 1.0 / 12.0 - s * (1.0 / 120.0 - s * (1.0 / 252.0 - s * (1.0 / 240.0 - s * (1.0 / 132.0 - s * (
        691.0 / 32760.0 - s / 12.0)))))
    return result + np.log(x) - 0.5 / x - s * series
""",
    # Of Hurwitz, by the formula of Euler and Maclaurin (25.11.28).
    "zeta": """
def zeta(s, a):
    if s <= 1.0 or a <= 0.0:
        return np.inf if s == 1.0 or a == np.floor(a) else np.nan
    result = 0.0
    for k in range(12):
        result += (a + k) ** -s
    x = a + 12.0
    result += x ** (1.0 - s) / (s - 1.0) + 0.5 * x**-s
    factor = s * x ** (-s - 1.0)
    bernoulli = (1.0 / 12.0, -1.0 / 720.0, 1.0 / 30240.0, -1.0 / 1209600.0, 1.0 / 47900160.0,
                 -691.0 / 1307674368000.0, 1.0 / 74724249600.0)
    for k in range(7):
        result += bernoulli[k] * factor
        factor *= (s + 2.0 * k + 1.0) * (s + 2.0 * k + 2.0) / (x * x)
    return result
""",
    # 25.11.12.
    "polygamma": """
def polygamma(n, x):
    if n == 0:
        return {psi}(x)
    return (-1.0) ** (n + 1) * math.gamma(n + 1.0) * {zeta}(n + 1.0, x)
""",
    # x * x in two parts, since exp would make much of what is rounded; 7.12.1 for large x.
    "erfcx": """
def erfcx(x):
    if x < -27.0:
        return np.inf
    if x < 25.0:
        near = np.floor(16.0 * x + 0.5) / 16.0
        return np.exp(near * near) * np.exp((x - near) * (x + near)) * math.erfc(x)
    u = 0.5 / (x * x)
    return (1.0 - u * (1.0 - u * (3.0 - u * (15.0 - u * (105.0 - u * 945.0))))) / (x * math.sqrt(math.pi))
""",
    # Algorithm AS 241 of Wichura (Applied Statistics 37, 1988).
    "normal_point": """
def normal_point(q, tail):
    if not tail > 0.0:
        return np.copysign(np.inf, q) if tail == 0.0 else np.nan
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        over = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
                   + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
                + 133.14166789178437745) * r + 3.387132872796366608
        under = ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
                    + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
                 + 42.313330701600911252) * r + 1.0
        return q * over / under
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        r -= 1.6
        over = ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                   + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
                + 4.6303378461565452959) * r + 1.42343711074968357734
        under = ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                    + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
                 + 2.05319162663775882187) * r + 1.0
    else:
        r -= 5.0
        over = ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                   + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
                + 5.4637849111641143699) * r + 6.6579046435011037772
        under = ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                    + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
                 + 0.59983220655588793769) * r + 1.0
    return np.copysign(over / under, q)
""",
}


def defined(name: str, short: str) -> str:
    names, _, value = short.partition(": ")
    return f"def {name}({names}):\n    return {value}\n"


TEXTS = {**{name: defined(name, short) for name, short in SHORT.items()}, **LONG}
ALIASES = {"digamma": "psi"}
INNER = ("nothing", "tail", "normal_point")  # that only others call


def special_of(node: Any) -> str | None:
    """The elementwise function of scipy.special that a call names."""
    name = getattr(getattr(node, "func", None), "special", None)
    return name if name in TEXTS and not getattr(node, "keywords", None) else None


def parameters(name: str) -> list[str]:
    found = re.search(r"def \w+\((.*?)\):", TEXTS[name])
    assert found is not None
    return found[1].split(", ")
