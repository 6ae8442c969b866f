"""Calls that stand alone as statements, for Numba: what they write into is a store here."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import numba_helpers, trees
from s2sad.numba_blocks import block_stored
from s2sad.numba_sorts import BLOCK


def statement(forms: Any, node: gast.Expr, known: Any) -> Any:
    """A call that stands alone: `np.add.at`, `np.copyto`, a call with `out=`; None to leave it as it is."""
    call = node.value
    if not isinstance(call, gast.Call) or not isinstance(call.func, gast.Attribute):
        return None
    if trees.function_of(call.func) is None:
        return None
    name = forms.numpy_name(call.func)
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "copyto" and len(call.args) == 2 and not given:
        return whole_store(call.args[0], call.args[1])
    if name in ("add.at", "subtract.at") and len(call.args) == 3 and known.of(call.args[1]) == BLOCK:
        if known.rank(call.args[0]) != 2:
            return None
        target = trees.index(call.args[0], call.args[1])
        return block_stored(forms, target, call.args[2], known, "+" if name == "add.at" else "-")
    if name in ("add.at", "subtract.at") and len(call.args) == 3:
        return added_at(forms, name, call.args, known)
    out = given.get("out")
    if name is not None and set(given) == {"out"} and isinstance(out, (gast.Name, gast.Subscript)):
        call.keywords = []
        return whole_store(out, call)
    return None


def whole_store(target: gast.AST, value: gast.AST) -> gast.AST:
    place = trees.index(target, trees.const(slice(None)))  # Numba takes `...` alone amiss
    place.ctx = gast.Store()
    return gast.Assign([place], value, None)


def is_whole_slice(node: Any) -> bool:
    called = isinstance(node, gast.Call) and getattr(node.func, "id", "") == "slice"
    return called and all(isinstance(each, gast.Constant) and each.value is None for each in node.args)


def added_at(forms: Any, name: str, args: list[Any], known: Any) -> Any:
    """Adds one by one, since an index may repeat."""
    indices = args[1].elts if isinstance(args[1], gast.Tuple) else [args[1]]
    sorts = [known.of(each) for each in indices]
    rank, added = known.rank(args[0]), known.rank(args[2])
    whole = [is_whole_slice(each) for each in indices]
    if True in whole and not whole[-1] and whole.count(False) == 1 and rank is not None and added in (0, rank):
        first = len(whole) - 1  # the axis of the indices comes first
        axes = trees.const((first, *(k for k in range(rank) if k != first)))
        turned = [
            forms.np("transpose", each, trees.copy_tree(axes)) for each in (args[0], args[2])[: 2 if added else 1]
        ]
        turned += [args[2]][: 0 if added else 1]
        args, indices, sorts = [turned[0], args[1], turned[1]], indices[-1:], sorts[-1:]
    if ("i", 1) in sorts:  # a number goes with each of the others
        numbers = [sort == ("i", 0) for sort in sorts]
        length = trees.attr(trees.copy_tree(indices[numbers.index(False)]), "size")
        indices = [forms.np("full", trees.copy_tree(length), each) if number else each
                   for each, number in zip(indices, numbers)]  # fmt: skip
        sorts = [("i", 1) if number else sort for sort, number in zip(sorts, numbers)]
    if any(sort != ("i", 1) for sort in sorts) or rank is None or added is None:
        return None
    left = rank - len(indices)
    if added not in (0, left + 1) or left < 0:
        return None
    sign = "+" if name == "add.at" else "-"
    key = f"{name.replace('.', '_')}_{len(indices)}_{rank}_{added}"
    text = numba_helpers.added_at(len(indices), bool(added), sign)
    made = forms.helper(key, text, args[0], *indices, args[2])
    return gast.Expr(made)
