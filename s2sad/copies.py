"""Part of the stage `simplify`: copies of parts of a shadow that nobody needs, as they are read before it is written.

t.5_grad = u_grad.4[1:-1].copy()          t.5_grad = u_grad.4[1:-1]
k_grad.6 = np.sum(t.5_grad * x.2)   ->    k_grad.6 = np.sum(t.5_grad * x.2)
u_grad.4[1:-1] += t.5_grad                u_grad.4[1:-1] += t.5_grad
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.equal_items import taken_from
from s2sad.expression_kinds import is_numpy, kind_of_names
from s2sad.kinds import Kind
from s2sad.sharing import Sharing, is_new, written_in
from s2sad.statements import all_of, all_statements, blocks_of, nested, own_expressions, read_list, targets


def drop_copies(body: list[gast.stmt]) -> None:
    """Looks at each block by itself: what is copied in it must not be read outside of it."""
    reads: dict[str, int] = {}

    def count(block: list[gast.stmt]) -> None:
        for node in block:
            for name in read_list(node):
                reads[name] = reads.get(name, 0) + 1
            for inner in blocks_of(node):
                count(inner)

    def walk(block: list[gast.stmt]) -> None:
        for k, node in enumerate(block):
            for inner in blocks_of(node):
                walk(inner)
            owner = owner_of_copy(node)
            if owner is not None and unneeded(node.targets[0].id, owner, block[k + 1 :], reads):
                node.value = node.value.func.value

    for node in all_of(body):
        if getattr(node, "reverse", False) and isinstance(node, (gast.Assign, gast.AugAssign)):
            node.value = without_copies(node.value)
        if getattr(node, "reverse", False):
            use_stored(node)
    count(body)
    walk(body)


def take_rows(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    """`[np.array(item) for item in x_grad]` is `list(x_grad)` where what is taken out of it is only computed with, and
    x_grad isn't written any more."""
    found = [node for node in body if copied_rows(node) is not None]
    if not found:
        return
    statements, sharing = all_of(body), Sharing(body, info, kind_of_names(info, kinds))
    for node in found:
        rows, array = node.targets[0].id, copied_rows(node)  # type: ignore[attr-defined]
        taking: list[Any] = [each for each in statements if taken_from(each) == rows]
        taken = {each.targets[0].id for each in taking}
        readers = [each for each in statements if taken & set(read_list(each))]
        once = all(sharing.sets(each) == 1 for each in (rows, *taken))
        alone = sum(read_list(each).count(rows) for each in statements) == len(taking)
        later = statements[next(k for k, each in enumerate(statements) if each is node) + 1 :]
        shared = sharing.group(array.id) if isinstance(array, gast.Name) else set()
        unwritten = shared.isdisjoint(set().union(*map(written_in, later)) - {rows})
        if once and alone and unwritten and all(is_computed(each, taken) for each in readers):
            node.value = trees.call(trees.builtin("list"), array)  # type: ignore[attr-defined]


def copied_rows(node: Any) -> Any:
    """x, of `name = [np.array(item) for item in list(x)]` in the reverse sweep: a name, or what is made there."""
    made = node.value if getattr(node, "reverse", False) and isinstance(node, gast.Assign) else None
    if not isinstance(made, gast.ListComp) or len(made.generators) != 1 or made.generators[0].ifs:
        return None
    source, item = made.generators[0].iter, made.generators[0].target
    plain = is_numpy(made.elt, "array") and not made.elt.keywords and isinstance(node.targets[0], gast.Name)
    if not plain or getattr(made.elt.args[0], "id", "") != getattr(item, "id", None):
        return None
    if getattr(getattr(source, "func", None), "builtin", None) is list and len(source.args) == 1:
        source = source.args[0]
    return source if isinstance(source, (gast.Name, gast.BinOp, gast.UnaryOp)) else None


def is_computed(node: gast.stmt, names: set[str]) -> bool:
    """Whether a statement makes something new of the names, or adds it to what is there."""
    adds = isinstance(node, gast.AugAssign) and names.isdisjoint(trees.names_in(node.target))
    return adds or makes_new(node)


def without_copies(node: gast.AST) -> gast.AST:
    """x.copy() / y is x / y: what is made of an array at once needs no copy of it, nor does what is new."""
    if not ir.summary(node).call:
        return node
    made = ir.statement_copy(node)
    new = isinstance(node, (gast.BinOp, gast.UnaryOp)) or is_new(node) and not is_numpy(node, "array")
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, gast.AST) and field not in ("op", "ctx"):
            setattr(made, field, without_copies(uncopied(value) if new and field != "func" else value))
        elif isinstance(value, list):
            parts = [copied_part(each) if new and isinstance(each, gast.AST) else each for each in value]
            setattr(made, field, [without_copies(each) if isinstance(each, gast.AST) else each for each in parts])
    if is_numpy(made, "array") and len(made.args) == 1 and not made.keywords:
        inner = made.args[0]
        if any(is_numpy(inner, each) for each in ("outer", "zeros_like", "full_like")):
            return inner
        if is_numpy(inner, "sum") and inner.keywords:
            return inner
    return made


def uncopied(node: gast.AST) -> gast.AST:
    """The part that is copied, also under more axes: np.expand_dims(x[k].copy(), 0)."""
    if is_numpy(node, "expand_dims"):
        made = ir.statement_copy(node)
        made.args = [copied_part(node.args[0]), *node.args[1:]]
        return made
    return copied_part(node)


def use_stored(node: gast.stmt) -> None:
    """What is stored into another array, or added to it, is copied thereby: np.add.at(w_grad, k, u_grad[j].copy())."""
    if isinstance(node, (gast.Assign, gast.AugAssign)):
        target = node.target if isinstance(node, gast.AugAssign) else node.targets[0]
        into = isinstance(node, gast.AugAssign) or isinstance(target, gast.Subscript)
        if into and trees.names_in(target).isdisjoint(trees.names_in(node.value)):
            node.value = copied_part(node.value)
    elif isinstance(node, gast.Expr) and trees.function_of(getattr(node.value, "func", None)) == np.add.at:
        target, index, value = node.value.args
        if trees.names_in(target).isdisjoint(trees.names_in(value)):
            call = ir.statement_copy(node.value)
            call.args = [target, index, copied_part(value)]
            node.value = call


def copied_part(node: gast.AST) -> gast.AST:
    """x[...], of `x[...].copy()`: a list's has no index that makes a copy of use."""
    function = node.func if isinstance(node, gast.Call) and not node.args and not node.keywords else None
    if isinstance(function, gast.Attribute) and function.attr == "copy" and isinstance(function.value, gast.Subscript):
        return function.value
    return node


def owner_of_copy(node: gast.stmt) -> str | None:
    """u, of `name = u[...].copy()` in the reverse sweep."""
    if not (getattr(node, "reverse", False) and isinstance(node, gast.Assign) and isinstance(node.value, gast.Call)):
        return None
    function = node.value.func
    if not (isinstance(function, gast.Attribute) and function.attr == "copy" and not node.value.args):
        return None
    inner = function.value
    if not isinstance(inner, gast.Subscript) or not isinstance(node.targets[0], gast.Name):
        return None
    return inner.value.id if isinstance(inner.value, gast.Name) else None


def unneeded(name: str, owner: str, rest: list[gast.stmt], reads: dict[str, int]) -> bool:
    """Whether all that reads the name makes something new of it, before the owner is written."""
    left, written = reads.get(name, 0), False
    for node in rest:
        if left == 0:
            return True
        if name in targets(node) or blocks_of(node) and any(name in read_list(each) for each in all_statements(node)):
            return False
        count = read_list(node).count(name)
        if count and (written or not makes_new(node)):
            return False
        left -= count
        written = written or any(writes(each, owner) for each in nested(node))
    return left == 0


def makes_new(node: gast.stmt) -> bool:
    """Whether what a statement sets shares no memory with what it reads."""
    if isinstance(node, gast.AugAssign):
        return isinstance(node.target, gast.Subscript)
    if not isinstance(node, gast.Assign):
        return False
    value = node.value
    if isinstance(value, gast.Call):
        return any(is_numpy(value, function) for function in ("sum", "outer", "where"))
    return isinstance(value, (gast.BinOp, gast.UnaryOp))


def writes(node: gast.stmt, owner: str) -> bool:
    """Whether a statement may write into what a name of the reverse sweep holds."""
    if isinstance(node, (gast.Assign, gast.AugAssign)):
        parts = [node.target] if isinstance(node, gast.AugAssign) else node.targets
        if any(owner in trees.names_in(part) for part in parts):
            return True
        return getattr(node, "impure", False)
    return any(owner in trees.names_in(each) for each in own_expressions(node))
