"""Part of the stage `simplify`: gradients of the items of a list, each added to once, are gathered in a list.

    rows_grad.2 = [np.zeros_like(item.3) for item.3 in rows.1]        rows_grad.2 = []
    for k.4 in reversed(range(len(rows.1))):                    ->    for k.4 in reversed(range(len(rows.1))):
        ...                                                               ...
        rows_grad.2[k.4] += 2.0 * row.5                                   rows_grad.2.insert(0, 2.0 * row.5)

So are those of items that are dicts or tuples, where one iteration adds to each part once, one right after the other.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import is_numpy
from s2sad.reading import reads
from s2sad.sharing import Sharing, is_new
from s2sad.statements import blocks_of, read_list


def gather(body: list[gast.stmt], info: dict[str, ir.Info], kind_of: Any) -> None:
    """Looks at the statements of a function itself; a loop in a loop adds to its list again and again."""
    for k, node in enumerate(body):
        whole = zero_list(node)
        if whole is None:
            continue
        name, sequence = node.targets[0].id, node.value.generators[0].iter.id
        loop = next((each for each in body[k + 1 :] if mentions(each, name)), None)
        if not isinstance(loop, gast.For) or not goes_through(loop, sequence):
            continue
        rest = [each for each in body[k + 1 :] if each is not loop and not isinstance(each, gast.Return)]
        added = None if any(mentions(each, name) for each in rest) else additions(loop, name, whole)
        if added is not None:
            at = next(k for k, each in enumerate(loop.body) if each in added)
            loop.body[at : at + len(added)] = []
            values = [value_of(each) for each in added]
            item = with_values(whole, owned(values, Sharing(body[k:], info, kind_of)))
            if isinstance(item, gast.List) and returned_as_tuples(body[-1], name, len(item.elts)):
                item = gast.Tuple(item.elts, gast.Load())
            made = gast.Expr(trees.call(trees.attr(trees.name(name), "insert"), trees.const(0), item))
            made.origin, made.reverse = getattr(added[-1], "origin", None), True
            loop.body.insert(at, made)
            node.value = gast.List([], gast.Load())


def returned_as_tuples(node: gast.stmt, name: str, count: int) -> bool:
    """`[(each[0], each[1]) for each in name]` in what is returned is the list itself, if its items are tuples."""
    if not isinstance(node, gast.Return) or read_list(node).count(name) != 1:
        return False
    for each in trees.walk(node.value):
        for place, part in enumerate(getattr(each, "elts", ())):
            if isinstance(part, gast.ListComp) and takes_apart(part, name, count):
                each.elts[place] = trees.name(name)
                return True
    if isinstance(node.value, gast.ListComp) and takes_apart(node.value, name, count):
        node.value = trees.name(name)
        return True
    return False


def takes_apart(node: gast.ListComp, name: str, count: int) -> bool:
    loop, parts = node.generators[0], getattr(node.elt, "elts", ())
    if getattr(loop.iter, "id", "") != name or not isinstance(node.elt, gast.Tuple) or len(parts) != count:
        return False
    wanted = [trees.index(trees.name(loop.target.id), trees.const(k)) for k in range(count)]
    return all(map(trees.same, parts, wanted))


def zero_list(node: gast.stmt) -> gast.AST | None:
    """What each item of a list of zeros is, of `name = [np.zeros_like(item) for item in sequence]` and the like."""
    value = getattr(node, "value", None)
    if not getattr(node, "reverse", False) or not isinstance(node, gast.Assign) or not isinstance(value, gast.ListComp):
        return None
    if not isinstance(node.targets[0], gast.Name) or not isinstance(value.generators[0].iter, gast.Name):
        return None
    parts = parts_of(value.elt)
    return value.elt if parts and all(is_zero(part) for _, part in parts) else None


def is_zero(node: gast.AST) -> bool:
    return trees.is_zero(node) or is_numpy(node, "zeros_like")


def parts_of(item: gast.AST) -> list[tuple[Any, gast.AST]]:
    """(key, part) of a dict or list; the item itself under None."""
    if isinstance(item, gast.Dict):
        return [(key.value, value) for key, value in zip(item.keys, item.values) if isinstance(key, gast.Constant)]
    return list(enumerate(item.elts)) if isinstance(item, gast.List) else [(None, item)]


def with_values(item: gast.AST, values: list[gast.AST]) -> gast.AST:
    if isinstance(item, gast.Dict):
        return gast.Dict(item.keys, values)
    return gast.List(values, gast.Load()) if isinstance(item, gast.List) else values[0]


def goes_through(loop: gast.For, sequence: str) -> bool:
    """Whether a loop of the sweep runs over all positions of a list, from the last one to the first."""
    length = trees.call(trees.builtin("len"), trees.name(sequence))
    every = trees.call(trees.builtin("reversed"), trees.call(trees.builtin("range"), length))
    return hasattr(loop, "forward") and isinstance(loop.target, gast.Name) and trees.same(loop.iter, every)


def mentions(node: gast.stmt, name: str) -> bool:
    return name in reads(node) or any(mentions(each, name) for inner in blocks_of(node) for each in inner)


def additions(loop: gast.For, name: str, whole: gast.AST) -> list[gast.AugAssign] | None:
    """The statements that add to the parts of the loop's own item, in the order of the parts; None if there are others,
    or if they are apart from one another."""
    index = trees.index(trees.name(name), trees.name(loop.target.id))
    found: dict[Any, tuple[int, gast.AugAssign]] = {}
    keys = [key for key, _ in parts_of(whole)]
    for k, node in enumerate(loop.body):
        if not mentions(node, name):
            continue
        if not isinstance(node, gast.AugAssign) or not getattr(node, "whole_item", False):
            return None
        place = node.target
        key = place.slice.value if keys != [None] and isinstance(getattr(place, "slice", None), gast.Constant) else None
        item = place if keys == [None] else place.value
        if key not in keys or key in found or not trees.same(item, index) or read_list(node).count(name) != 1:
            return None
        found[key] = (k, node)
    places = sorted(k for k, _ in found.values())
    if len(found) != len(keys) or places[-1] - places[0] != len(keys) - 1:
        return None
    return [found[key][1] for key in keys]


def value_of(node: gast.AugAssign) -> gast.AST:
    return node.value if isinstance(node.op, gast.Add) else trees.neg(node.value)


def owned(values: list[gast.AST], sharing: Sharing) -> list[gast.AST]:
    """The values as arrays that nothing else refers to."""
    names = [value.id for value in values if isinstance(value, gast.Name)]
    made = []
    for value in values:
        new = isinstance(value, (gast.BinOp, gast.UnaryOp, gast.Constant)) or is_new(value)
        if isinstance(value, gast.Name) and not sharing.is_outside(value.id):
            alone = sharing.sets(value.id) == 1 and sharing.group(value.id) == {value.id}
            new = alone and names.count(value.id) == 1
        made.append(value if new else trees.call(trees.attr(value, "copy")))
    return made
