"""Part of the stage `numba`: scipy.linalg, which Numba doesn't know, as what numpy.linalg has, or as loops (triangular
systems). Which function a call names is found as in `numba_special.py`.

>>> from scipy.linalg import cholesky, inv
>>> from s2sad.printer import to_text
>>> tree = gast.parse("def f(A):\\n    return inv(A, check_finite=False) + cholesky(A)")
>>> by_numpy(tree, {"cholesky": cholesky, "inv": inv}, "np")
>>> print(to_text(tree), end="")
def f(A):
    return np.linalg.inv(A) + np.linalg.cholesky(A.T).T
"""

from __future__ import annotations

import sys
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.numba_registry import by_rows, ranks_of
from s2sad.numba_special import called_functions

IDLE = ("check_finite", "overwrite_a", "overwrite_b")  # keywords that change no number
SAME = ("inv", "det", "norm", "solve")
FACTORS = ("svd", "svdvals", "qr")  # by the same functions of LAPACK; not so eigh, which may give other signs

OWN = {"lu_factor": 1, "lu_solve": 3, "expm": 1}  # and how many arguments the helper has

# By the right-hand side: a vector, or the columns of a matrix.
TRIANGULAR = """
def solve_triangular(a, b, transposed, lower, unit_diagonal):
    n = len(a)
    if a.shape[1] != n or len(b) != n:
        raise ValueError("shapes of a and b are incompatible")
    x = b * 1.0
    forward = lower != transposed
    for step in range(n):
        i = step if forward else n - 1 - step
        for k in range(step):
            j = k if forward else n - 1 - k
            part = a[j, i] if transposed else a[i, j]
            {subtract}
        if not unit_diagonal:
            {check}{divide}
    return x
"""
SINGULAR = 'if a[i, i] == 0.0:\n                raise np.linalg.LinAlgError("singular matrix")\n            '
VECTOR = {
    "subtract": "x[i] -= part * x[j]",
    "divide": "x[i] /= a[i, i]",
    "swap": "x[k], x[p] = x[p], x[k]",
}
MATRIX = {
    "subtract": "for c in range(b.shape[1]):\n                x[i, c] -= part * x[j, c]",
    "divide": "for c in range(b.shape[1]):\n                x[i, c] /= a[i, i]",
    "swap": "for c in range(b.shape[1]):\n                x[k, c], x[p, c] = x[p, c], x[k, c]",
}


CHOLESKY = """
def cho_solve(c_and_lower, b):
    c, lower = c_and_lower
    return {solve}(c, {solve}(c, b, not lower, lower, False), lower, lower, False)
"""

LU_FACTOR = """
def lu_factor(a):
    n = len(a)
    if a.shape[1] != n:
        raise ValueError("expected a square matrix")
    lu = a * 1.0
    piv = np.arange(n)
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(lu[i, k]) > abs(lu[p, k]):
                p = i
        piv[k] = p
        if p != k:
            for j in range(n):
                lu[k, j], lu[p, j] = lu[p, j], lu[k, j]
        for i in range(k + 1, n):
            if lu[k, k] != 0.0:
                lu[i, k] /= lu[k, k]
            for j in range(k + 1, n):
                lu[i, j] -= lu[i, k] * lu[k, j]
    return lu, piv
"""

LU_SOLVE = """
def lu_solve(lu_and_piv, b, trans):
    lu, piv = lu_and_piv
    n = len(lu)
    if trans:
        x = {solve}(lu, {solve}(lu, b, True, False, False), True, True, True)
        for k in range(n - 1, -1, -1):
            p = piv[k]
            {swap}
        return x
    x = b * 1.0
    if len(b) == n:
        for k in range(n):
            p = piv[k]
            {swap}
    return {solve}(lu, {solve}(lu, x, False, True, True), False, False, False)
"""

# Pade approximants of degree 3 to 13, scaling and squaring (N. Higham, 2005).
EXPM = """
def expm(a):
    n = len(a)
    if a.shape[1] != n:
        raise ValueError("expected a square matrix")
    if n < 2:
        return np.exp(a)
    norm = 0.0
    for j in range(n):
        norm = np.maximum(norm, np.sum(np.abs(a[:, j])))
    if not np.isfinite(norm):
        return np.full((n, n), np.nan)
    degree, halvings = 13, 0
    if norm <= 1.495585217958292e-2:
        degree = 3
    elif norm <= 2.539398330063230e-1:
        degree = 5
    elif norm <= 9.504178996162932e-1:
        degree = 7
    elif norm <= 2.097847961257068:
        degree = 9
    elif norm > 5.371920351148152:
        halvings = int(np.ceil(np.log2(norm / 5.371920351148152)))
    scaled = a / 2.0**halvings
    square = scaled @ scaled
    power = np.eye(n)
    even, odd = np.zeros((n, n)), np.zeros((n, n))
    factor = 1.0
    for k in range(0, degree, 2):
        even += factor * power
        factor *= (degree - k) / ((k + 1) * (2 * degree - k))
        odd += factor * power
        factor *= (degree - k - 1) / ((k + 2) * (2 * degree - k - 1))
        power = power @ square
    odd = scaled @ odd
    result = np.linalg.solve(even - odd, even + odd)
    for _ in range(halvings):
        result = result @ result
    return result
"""


def by_numpy(tree: gast.AST, namespace: dict[str, Any], numpy: str) -> None:
    """Writes the calls of scipy.linalg in a module otherwise, or notes what they are at them (`special`)."""
    linalg = sys.modules.get("scipy.linalg")
    if linalg is None:
        return
    names = {
        id(getattr(linalg, name)): name
        for name in (*SAME, *FACTORS, *OWN, "cholesky", "cho_factor", "cho_solve", "solve_triangular")
    }
    for node, found in called_functions(tree, namespace, names):
        given = {each.arg: each.value for each in node.keywords if each.arg not in IDLE}
        if found == "solve_triangular":
            rewrite_triangular(node, given)
        elif found == "cho_solve" and len(node.args) == 2 and not given:
            node.keywords, node.func.special = [], found
        elif found in OWN:
            rewrite_own(node, given, found)
        elif found in FACTORS and len(node.args) == 1:
            rewrite_factors(node, given, numpy, found)
        elif found in ("cholesky", "cho_factor"):
            rewrite_cholesky(node, given, numpy, found == "cho_factor")
        elif found in SAME and not given and len(node.args) == (2 if found == "solve" else 1) or found == "norm":
            node.func, node.keywords = of_numpy(numpy, found), [k for k in node.keywords if k.arg not in IDLE]


def of_numpy(numpy: str, name: str) -> gast.Attribute:
    return trees.attr(trees.attr(trees.name(numpy, module=np), "linalg"), name)


def rewrite_cholesky(node: gast.Call, given: dict[Any, Any], numpy: str, in_pair: bool) -> None:
    """The lower factor is NumPy's; the upper one is read off the transpose. in_pair: with the word which one it is."""
    lower = given.pop("lower", node.args[1] if len(node.args) > 1 else trees.const(False))
    if given or not 1 <= len(node.args) <= 2 or not isinstance(lower, gast.Constant):
        return
    matrix = node.args[0] if lower.value else trees.attr(node.args[0], "T")
    factor: Any = trees.call(of_numpy(numpy, "cholesky"), matrix)
    factor = factor if lower.value else trees.attr(factor, "T")
    made = gast.Tuple([factor, trees.const(bool(lower.value))], gast.Load()) if in_pair else factor
    node.__class__, node.__dict__ = made.__class__, made.__dict__


def rewrite_factors(node: gast.Call, given: dict[Any, Any], numpy: str, name: str) -> None:
    """Singular values, with their vectors or without, and the short form of Q and R."""
    values = {key: getattr(each, "value", None) for key, each in given.items()}
    if name == "svd" and not values.keys() - {"full_matrices"}:
        node.func, node.args = of_numpy(numpy, "svd"), [*node.args, *given.values()]
        node.keywords = []
    elif name == "svdvals" and not given:
        made = trees.index(trees.call(of_numpy(numpy, "svd"), node.args[0], trees.const(False)), trees.const(1))
        node.__class__, node.__dict__ = made.__class__, made.__dict__  # type: ignore[assignment]
    elif name == "qr" and values == {"mode": "economic"}:
        node.func, node.keywords = of_numpy(numpy, "qr"), []


def rewrite_own(node: gast.Call, given: dict[Any, Any], name: str) -> None:
    """All arguments by position."""
    args = [*node.args, *given.values()]
    if name == "lu_solve" and len(args) == 2:
        args.append(trees.const(0))
    if len(args) == OWN[name] and set(given) <= {"trans"}:
        node.args, node.keywords, node.func.special = args, [], name


def rewrite_triangular(node: gast.Call, given: dict[Any, Any]) -> None:
    """All its options by position, where they are written out."""
    named = dict(zip(("trans", "lower", "unit_diagonal"), node.args[2:]))
    given = {"trans": trees.const(0), "lower": trees.const(False), "unit_diagonal": trees.const(False)} | named | given
    trans = getattr(given["trans"], "value", None)
    options = [given["lower"], given["unit_diagonal"]]
    if len(given) > 3 or trans not in (0, 1, "N", "T") or not all(isinstance(each, gast.Constant) for each in options):
        return
    node.args, node.keywords = [*node.args[:2], trees.const(trans in (1, "T")), *options], []
    node.func.special = "solve_triangular"


def of_matrix(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST | None:
    """The call of the helper that takes one matrix apart, or its exponential."""
    if sorts[0] not in (("f", 2), ("i", 2)):
        return None
    name = node.func.special
    text = {"lu_factor": LU_FACTOR, "expm": EXPM}[name]
    array = by_rows(forms, node.args[0])
    array = trees.binary(gast.Mult, trees.const(1.0), array) if sorts[0][0] == "i" else array  # for BLAS
    return forms.helper(name, text.lstrip("\n"), array)  # type: ignore[no-any-return]


def solution(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST | None:
    """The call of the helper of one or two triangular systems."""
    if node.func.special in ("lu_factor", "expm"):
        return of_matrix(forms, node, sorts)
    rank = ranks_of(sorts)[1]
    if sorts[1][0] not in ("f", "i") or rank not in (1, 2):
        return None
    parts = VECTOR if rank == 1 else MATRIX
    if node.func.special == "lu_solve":  # which a pivot of 0 is no error to
        text = TRIANGULAR.format(check="", **parts).lstrip("\n")
        of_one = forms.helper(f"divided_by_triangle_{rank}", text).func.id
        return forms.helper(f"lu_solve_{rank}", LU_SOLVE.format(solve=of_one, **parts).lstrip("\n"), *node.args)  # type: ignore[no-any-return]
    text = TRIANGULAR.format(check=SINGULAR, **parts).lstrip("\n")
    name = f"solve_triangular_{rank}"
    if node.func.special == "cho_solve":
        of_one = forms.helper(name, text).func.id
        return forms.helper(f"cho_solve_{rank}", CHOLESKY.format(solve=of_one).lstrip("\n"), *node.args)  # type: ignore[no-any-return]
    if sorts[0] not in (("f", 2), ("i", 2)):
        return None
    return forms.helper(name, text, by_rows(forms, node.args[0]), *node.args[1:])  # type: ignore[no-any-return]
