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
from s2sad.numba_more import by_rows, ranks_of
from s2sad.numba_special import called_functions

IDLE = ("check_finite", "overwrite_a", "overwrite_b")  # keywords that change no number
SAME = ("inv", "det", "norm", "solve")
FACTORS = ("svd", "svdvals", "qr")  # by the same functions of LAPACK; not so eigh, which may give other signs

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
            if a[i, i] == 0.0:
                raise np.linalg.LinAlgError("singular matrix")
            {divide}
    return x
"""
VECTOR = {"subtract": "x[i] -= part * x[j]", "divide": "x[i] /= a[i, i]"}
MATRIX = {
    "subtract": "for c in range(b.shape[1]):\n                x[i, c] -= part * x[j, c]",
    "divide": "for c in range(b.shape[1]):\n                x[i, c] /= a[i, i]",
}


CHOLESKY = """
def cho_solve(c_and_lower, b):
    c, lower = c_and_lower
    return {solve}(c, {solve}(c, b, not lower, lower, False), lower, lower, False)
"""


def by_numpy(tree: gast.AST, namespace: dict[str, Any], numpy: str) -> None:
    """Writes the calls of scipy.linalg in a module otherwise, or notes what they are at them (`special`)."""
    linalg = sys.modules.get("scipy.linalg")
    if linalg is None:
        return
    names = {
        id(getattr(linalg, name)): name
        for name in (*SAME, *FACTORS, "cholesky", "cho_factor", "cho_solve", "solve_triangular")
    }
    for node, found in called_functions(tree, namespace, names):
        given = {each.arg: each.value for each in node.keywords if each.arg not in IDLE}
        if found == "solve_triangular":
            rewrite_triangular(node, given)
        elif found == "cho_solve" and len(node.args) == 2 and not given:
            node.keywords, node.func.special = [], found
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


def solution(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST | None:
    """The call of the helper of one or two triangular systems."""
    rank = ranks_of(sorts)[1]
    if sorts[1][0] not in ("f", "i") or rank not in (1, 2):
        return None
    text = TRIANGULAR.format(**(VECTOR if rank == 1 else MATRIX)).lstrip("\n")
    name = f"solve_triangular_{rank}"
    if node.func.special == "cho_solve":
        of_one = forms.helper(name, text).func.id
        return forms.helper(f"cho_solve_{rank}", CHOLESKY.format(solve=of_one).lstrip("\n"), *node.args)  # type: ignore[no-any-return]
    if sorts[0] not in (("f", 2), ("i", 2)):
        return None
    return forms.helper(name, text, by_rows(forms, node.args[0]), *node.args[1:])  # type: ignore[no-any-return]
