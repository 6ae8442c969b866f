"""Forms for Numba of scipy.special: the elementwise functions whose texts `numba_special_texts.py` has, and sums of
exponentials. Which function a call names is noted at it before all else (`mark`), since only the program's surroundings
tell what `from scipy.special import gammaln` gave.

>>> from scipy.special import expit, gammaln
>>> tree = gast.parse("def f(x):\\n    return expit(x) + gammaln(x)")
>>> mark(tree, {"expit": expit, "gammaln": gammaln})
>>> [node.func.special for node in trees.walk(tree) if isinstance(node, gast.Call)]
['expit', 'gammaln']
"""

from __future__ import annotations

import re
import sys
from typing import Any

import gast

from s2sad import numba_helpers, trees
from s2sad import numba_slice_texts as texts
from s2sad.numba_registry import by_rows, ranks_of
from s2sad.numba_slices import MOST, axis_of
from s2sad.numba_special_texts import ALIASES, INNER, SUMS, TEXTS, parameters


def mark(tree: gast.AST, namespace: dict[str, Any]) -> None:
    """Notes at each call of a function of scipy.special that has a text here which one it is. namespace: what stands
    around the functions."""
    special = sys.modules.get("scipy.special")
    if special is None:
        return
    names = {name: name for name in (*TEXTS, *SUMS) if name not in INNER} | ALIASES
    known = {id(getattr(special, name)): its for name, its in names.items() if hasattr(special, name)}
    for node, found in called_functions(tree, namespace, known):
        node.func.special = found


def called_functions(tree: gast.AST, namespace: dict[str, Any], known: dict[int, str]) -> list[tuple[gast.Call, str]]:
    """The calls of these functions without a star, each with what is said of the function. known: by its id."""
    made = []
    for function in [node for node in trees.walk(tree) if isinstance(node, gast.FunctionDef)]:
        own = {node.id for node in trees.walk(function) if isinstance(node, gast.Name) and is_bound(node)}
        for node in trees.walk(function):
            if isinstance(node, gast.Call):
                found = known.get(id(what_is_called(node.func, namespace, own)))
                if found is not None and not any(isinstance(each, gast.Starred) for each in node.args):
                    made.append((node, found))
    return made


def what_is_called(function: Any, namespace: dict[str, Any], own: set[str]) -> Any:
    outside = isinstance(function, gast.Name) and function.id not in own
    return namespace.get(function.id) if outside else trees.function_of(function)


def is_bound(node: gast.Name) -> bool:
    return not isinstance(node.ctx, gast.Load)


def scalar(forms: Any, name: str) -> str:
    """The name of the helper for numbers."""
    text = re.sub(r"\{(\w+)\}", lambda found: scalar(forms, found[1]), TEXTS[name])
    return str(forms.helper(f"special {name}", text.lstrip("\n")).func.id)


def call(forms: Any, node: gast.Call, sorts: list[Any]) -> gast.AST | None:
    """The call of a helper; None where the ranks aren't known, or there are complex numbers."""
    name, ranks = node.func.special, ranks_of(sorts)
    if name in ("solve_triangular", "cho_solve", "lu_factor", "lu_solve", "expm"):
        from s2sad.numba_linalg import solution

        return solution(forms, node, sorts)
    if None in ranks or any(char not in ("b", "i", "f") for char, _ in sorts):
        return None
    if name in SUMS:
        return sum_of_exponentials(forms, name, node, sorts[0])
    if node.keywords or len(node.args) != len(parameters(name)):
        return None
    function = scalar(forms, name)
    if not any(ranks):
        return trees.call(trees.name(function), *node.args)
    names = parameters(name)
    text = numba_helpers.of_each_element(
        name, dict(zip(names, ranks)), f"{function}({', '.join('{' + n + '}' for n in names)})"
    )
    return forms.helper(f"{name}_" + "_".join(map(str, ranks)), text, *node.args)


# ---------------------------------------------------------------- sums of exponentials
OF_VECTORS = {
    "logsumexp": """
def logsumexp(a):
    most = np.max(a)
    return most + np.log(np.sum(np.exp(a - most))) if np.isfinite(most) else most
""",
    "softmax": """
def softmax(a):
    powers = np.exp(a - np.max(a))
    return powers / np.sum(powers)
""",
    "log_softmax": """
def log_softmax(a):
    below = a - np.max(a)
    return below - np.log(np.sum(np.exp(below)))
""",
}


def sum_of_exponentials(forms: Any, name: str, node: gast.Call, sort: Any) -> gast.AST | None:
    """Of all elements, or along one axis."""
    given = {each.arg: each.value for each in node.keywords}
    axis = given.get("axis", node.args[1] if len(node.args) > 1 else None)
    keep = getattr(given.get("keepdims", trees.const(False)), "value", None)
    char, rank = sort
    if set(given) - {"axis", "keepdims"} or len(node.args) > 2 or not rank or char != "f" or keep not in (True, False):
        return None
    whole = axis is None or isinstance(axis, gast.Constant) and axis.value is None
    place = 0 if whole else axis_of(axis, rank)
    if place is None or rank > MOST or keep and name != "logsumexp":
        return None
    array, one = by_rows(forms, node.args[0]), forms.helper(name, OF_VECTORS[name].lstrip("\n")).func.id
    if rank == 1:
        made: Any = trees.call(trees.name(one), array)
    elif whole:
        made = trees.call(trees.name(one), forms.np("ravel", forms.np("ascontiguousarray", array)))
        if name != "logsumexp":
            made = forms.np("reshape", made, trees.attr(trees.copy_tree(array), "shape"))
    else:
        text = texts.number_along if name == "logsumexp" else texts.vector_along
        of_one = f"{one}(a[{texts.place(rank, place)}])"
        made = forms.helper(f"{name}_along_{place}_of_{rank}", text(one, rank, place, of_one), array)
    if not keep:
        return made
    return (
        forms.np("full", trees.const((1,) * rank), made) if whole else forms.np("expand_dims", made, trees.const(place))
    )
