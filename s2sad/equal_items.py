"""Part of the stage `simplify`: a list of adjoints that are all one number, each taken out of it once, is that number.

items_grad.3 = [g.2 / n.1] * len(items.1)            items_grad.3 = g.2 / n.1
for k.4 in ...:                               ->     for k.4 in ...:
    t.5_grad = items_grad.3.pop()                        x_grad.6 = items_grad.3 * w.1
    x_grad.6 = t.5_grad * w.1
"""

from __future__ import annotations

import collections
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, kind_of_names
from s2sad.inlining import rename_reads
from s2sad.kinds import Kind, Scalar
from s2sad.statements import all_of, read_list, targets


def use_equal_items(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    known = ExpressionKinds(kind_of_names(info, kinds))
    sets = collections.Counter(name for node in all_of(body) for name in targets(node))
    reads = collections.Counter(name for node in all_of(body) for name in read_list(node))
    taken = collections.Counter(name for node in all_of(body) for name in [taken_from(node)] if name)
    known_as: dict[str, gast.AST] = {}
    for node in all_of(body):
        name = getattr(node.targets[0], "id", "") if isinstance(node, gast.Assign) else ""
        item = repeated_item(node.value) if name and getattr(node, "reverse", False) else None
        if item is not None and sets[name] == 1 and reads[name] == taken[name] and known.rank(item) == 0:
            node.value, kinds[name] = item, Scalar("float")
            stays = trees.is_atom(item) and all(sets[each] < 2 for each in trees.names_in(item))
            known_as[name] = item if stays else trees.name(name)
    for node in all_of(body) if known_as else ():
        name = taken_from(node)
        if name in known_as:
            node.value = known_as[name]
            if sets[node.targets[0].id] == 1:
                known_as[node.targets[0].id] = node.value
        rename_reads(node, known_as)


def repeated_item(node: Any) -> gast.AST | None:
    """e, of `[e] * n` and of `[e for x in items]`, where that has nothing to do with x."""
    if isinstance(node, gast.BinOp) and isinstance(node.op, gast.Mult) and isinstance(node.left, gast.List):
        return node.left.elts[0] if len(node.left.elts) == 1 else None
    if not isinstance(node, gast.ListComp) or len(node.generators) != 1 or node.generators[0].ifs:
        return None
    return node.elt if trees.names_in(node.generators[0].target).isdisjoint(trees.names_in(node.elt)) else None


def taken_from(node: Any) -> str:
    """The list of `t = items.pop()`; of other statements ''."""
    call = node.value if isinstance(node, gast.Assign) else None
    if not isinstance(call, gast.Call) or call.args or not isinstance(call.func, gast.Attribute):
        return ""
    return getattr(call.func.value, "id", "") if call.func.attr == "pop" else ""
