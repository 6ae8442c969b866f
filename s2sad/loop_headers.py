"""Part of the stage `simplify`: what the loops run over.

for k in reversed(range(len(xs))):
    x = xs[k]                             ->     for x in reversed(xs):
for item in pairs:
    a = item[0]
    b = item[1]                           ->     for a, b in pairs:        where the user has it so
for _ in range(steps):
    x = x_saved.pop()                     ->     while x_saved:
                                                     x = x_saved.pop()
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.aliases import writes
from s2sad.infer_boxes import patterns_of
from s2sad.kinds import Array, Kind, Tuple
from s2sad.reading import all_blocks
from s2sad.statements import all_of, blocks_of, nested, read_list, targets
from s2sad.unpacking import place_read, set_name


def run_over_items(body: list[gast.stmt]) -> None:
    """Loops of the reverse sweep over the items themselves, where their positions aren't used."""
    for node in body:
        for inner in blocks_of(node):
            run_over_items(inner)
        if not isinstance(node, gast.For) or not hasattr(node, "forward"):
            continue
        if isinstance(node.target, gast.Tuple):
            node.target = without_unread(node.target, set(nested_reads(node.body)))
        if not isinstance(node.target, gast.Name):
            continue
        uses = sum(name == node.target.id for name in nested_reads(node.body))
        loop = node.forward.loop
        if uses == 0:
            node.target = trees.name("_")
            if isinstance(node.iter, gast.Call) and getattr(node.iter.func, "builtin", None) is reversed:
                node.iter = node.iter.args[0]
        elif uses == 1 and loop.sequence is not None and not loop.counted:
            use_sequence(node, loop.sequence)


def use_sequence(node: gast.For, sequence: gast.AST) -> None:
    """The item for the position, where that is only used to get it."""
    for k, each in enumerate(node.body):
        if (
            isinstance(each, gast.Assign)
            and isinstance(each.value, gast.Subscript)
            and trees.same(each.value.slice, trees.name(node.target.id))
            and trees.same(each.value.value, sequence)
            and isinstance(each.targets[0], gast.Name)
        ):
            name = each.targets[0].id
            if any(name in set(nested_reads([before])) for before in node.body[:k]):
                return
            node.target = trees.name(name)
            forwards = getattr(node, "forwards", False)
            node.iter = sequence if forwards else trees.call(trees.builtin("reversed"), sequence)
            del node.body[k]
            return


def nested_reads(block: list[gast.stmt]) -> list[str]:
    return [name for node in all_of(block) for name in read_list(node)]


def without_unread(target: gast.AST, read: set[str]) -> gast.AST:
    """A loop's target with `_` for what isn't read."""
    if isinstance(target, gast.Name):
        return target if target.id in read else trees.name("_", store=True)
    parts = [without_unread(each, read) for each in target.elts]
    if all(isinstance(each, gast.Name) and each.id == "_" for each in parts):
        return trees.name("_", store=True)
    return gast.Tuple(parts, gast.Store())


# ---------------------------------------------------------------- items that are taken apart
def take_items_apart(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    """The names that the user's loop gives to the parts of its items stand in its header, in both sweeps."""
    checks = [take_out(each, block) for block in all_blocks(body) for each in list(block) if is_check(each)]
    total = Counter(nested_reads(body))
    inside: Counter[str] = Counter()  # what a loop's body reads of what the loop itself sets
    loops = [node for node in all_of(body) if isinstance(node, gast.For)]
    for node in loops:
        own = {each.id for each in trees.walk(node.target) if isinstance(each, gast.Name)}
        own |= {each.targets[0].id for each in node.body if set_name(each)}
        inside.update(name for name in nested_reads(node.body) if name in own)
    headers = {id(node): node.target for node in loops}
    apart = Apart({name for name in inside if inside[name] == total[name]}, info)
    for node in loops:
        user = getattr(getattr(node, "forward", node), "user", None)
        if not isinstance(user, gast.For):
            continue
        node.target = apart.target(node.target, user.target, node.body)
        if hasattr(node, "forward"):
            for name, pattern in apart.patterns(headers.get(id(node.forward)), user.target):
                for each in list(node.body):
                    if set_name(each) in apart.names and ir.base_of(set_name(each) or "") == ir.base_of(name):
                        each.targets = [apart.target(each.targets[0], pattern, node.body)]
    for block in all_blocks(body):
        for each in list(block):
            whole = set_name(each)
            if whole is None:
                continue
            pattern = unpacked_by(whole, info)
            if pattern is not None and total[whole] == len(apart.parts(whole, len(pattern.elts), block)):
                apart.names.add(whole)
                each.targets = [apart.target(each.targets[0], pattern, block)]
                each.taken_apart = True
            elif getattr(each, "reverse", False):
                take_row_apart(each, block, kinds.get(whole), total[whole])
        join_parts(block, info)
        join_flat_parts(block)
    for node, block, following in checks:
        put_back(node, block, following, body, info)


def is_check(node: gast.stmt) -> bool:
    """Whether a statement is there since an unpacking fails where there are more items: `_, _ = w`."""
    return getattr(node, "unpacking", False) and isinstance(node.value, gast.Name)


def take_out(node: gast.stmt, block: list[gast.stmt]) -> tuple[Any, list[gast.stmt], list[gast.stmt]]:
    at = next(k for k, each in enumerate(block) if each is node)
    del block[at]
    return node, block, block[at:]


def put_back(
    node: Any, block: list[gast.stmt], following: list[gast.stmt], body: list[gast.stmt], info: dict[str, ir.Info]
) -> None:
    """`_, _ = w; a = w[0]; b = w[1]` becomes `a, b = w`, unless that has been done, also in the header of a loop."""
    whole = node.value.id
    if whole not in info or all(whole not in read_list(each) for each in all_of(body)):
        return
    same = [each for each in block if isinstance(each, gast.Assign) and trees.same(each.value, node.value)]
    if any(isinstance(each.targets[0], gast.Tuple) and each.origin == node.origin for each in same):
        return
    at = next((k for k, each in enumerate(block) if any(each is other for other in following)), len(block))
    block.insert(at, node)
    names = node.targets[0].elts
    for each in block[at + 1 :]:
        if not set_name(each):
            break
        place = None if getattr(each, "reverse", False) else place_read(each, whole, info[whole].kind)
        if place is not None and 0 <= place < len(names) and names[place].id == "_" and each.origin == node.origin:
            names[place] = trees.name(set_name(each) or "_", store=True)
            node.taken_apart = True
            block[:] = [other for other in block if other is not each]
        elif any(isinstance(inner, gast.Call) for inner in trees.walk(each.value)):
            break


def join_parts(block: list[gast.stmt], info: dict[str, ir.Info]) -> None:
    """`a = w[0]; b = w[1]`, where the user has `a, b = w`."""
    for node in list(block):
        user = getattr(node, "origin", (None, None))
        pattern = unpacked_pattern(user[1]) if user else None
        whole = node.value.value if set_name(node) and isinstance(node.value, gast.Subscript) else None
        if not isinstance(pattern, gast.Tuple) or not isinstance(whole, gast.Name) or getattr(node, "reverse", False):
            continue
        at = next((k for k, each in enumerate(block) if each is node), len(block))
        run = block[at : at + len(pattern.elts)]
        kind = info[whole.id].kind if whole.id in info else None
        if not isinstance(kind, Array) or [place_read(each, whole.id, kind) for each in run] != [
            *range(len(pattern.elts))
        ]:
            continue
        names = [set_name(each) or "" for each in run]
        if all(getattr(each, "origin", (None, None))[1] is user[1] for each in run) and whole.id not in names:
            node.targets = [gast.Tuple([trees.name(name, store=True) for name in names], gast.Store())]
            node.value, node.taken_apart = whole, True
            del block[at + 1 : at + len(run)]


def join_flat_parts(block: list[gast.stmt]) -> None:
    """`_, _ = A.flat; a = A.flat[0]; b = A.flat[1]` is `a, b = A.flat`."""
    for node in list(block):
        if not getattr(node, "unpacking", False) or not isinstance(node.value, gast.Attribute):
            continue
        at = next(k for k, each in enumerate(block) if each is node) + 1
        names = node.targets[0].elts
        while at < len(block) and set_name(block[at]) and block[at].origin == node.origin:
            value = block[at].value
            if not isinstance(value, gast.Subscript) or not trees.same(value.value, node.value):
                break
            names[trees.literal(value.slice)] = trees.name(set_name(block[at]) or "_", store=True)
            node.taken_apart = True
            del block[at]


def take_row_apart(node: Any, block: list[gast.stmt], kind: Kind | None, reads: int) -> None:
    """`t = x_grad[k].copy(); a = t[0]; b = t[1]` is `a, b = x_grad[k]`."""
    length = kind.dims[0].key if isinstance(kind, Array) and kind.dims is not None and len(kind.dims) == 1 else None
    if not isinstance(length, int) or length < 2:
        return
    start = next(k for k, each in enumerate(block) if each is node) + 1
    places = [place_read(each, node.targets[0].id, kind) for each in block[start : start + reads]]
    if sorted(each for each in places if each is not None) != list(range(length)) or len(places) != length:
        return
    names = [trees.name(set_name(block[start + places.index(k)]) or "_", store=True) for k in range(length)]
    node.targets = [gast.Tuple(names, gast.Store())]
    if isinstance(node.value, gast.Call) and getattr(node.value.func, "attr", "") == "copy" and not node.value.args:
        node.value = node.value.func.value
    del block[start : start + length]


def unpacked_by(name: str, info: dict[str, ir.Info]) -> Any:
    """a, b of the user's `a, b = e`, where a temporary stands for e."""
    statement = info[name].statement if name in info and ir.base_of(name) in ir.GENERATED else None
    user: Any = getattr(statement, "origin", (None, None))[1]
    pattern = unpacked_pattern(user)
    if statement is None or not isinstance(pattern, (gast.Tuple, gast.List)):
        return None
    # An array may have more items, unless it is what the user takes apart, and not what a function there made of it.
    return pattern if isinstance(info[name].kind, Tuple) or stands_for(statement.value, user.value) else None


def stands_for(made: Any, user: Any) -> bool:
    """Whether an expression in single assignment is this one of the user's; a temporary may stand for any.

    >>> made, user = gast.parse("w[1:]", mode="eval").body, gast.parse("w[1:]", mode="eval").body
    >>> made.value.id = "w.3"
    >>> stands_for(made, user), stands_for(made, gast.parse("f(w)", mode="eval").body)
    (True, False)
    """
    if isinstance(made, gast.Name) and ir.base_of(made.id) in ir.GENERATED:
        return True
    if type(made) is not type(user):
        return False
    if isinstance(made, gast.Name):
        return ir.base_of(made.id) == user.id
    if isinstance(made, gast.AST):
        return all(stands_for(getattr(made, each, None), getattr(user, each, None)) for each in made._fields)
    if isinstance(made, list):
        return len(made) == len(user) and all(map(stands_for, made, user))
    return bool(made == user)


def unpacked_pattern(user: Any) -> Any:
    """The target of the user's statement, where that takes a value apart: not of `a, b = x[0], x[1]`, nor of
    `a, *b = x`, where b is several items."""
    apart = isinstance(user, gast.Assign) and not isinstance(user.value, (gast.Tuple, gast.List))
    return (
        None
        if not apart or any(isinstance(each, gast.Starred) for each in trees.walk(user.targets[0]))
        else user.targets[0]
    )


def is_with_tangent(target: Any) -> bool:
    """x, x_dot: what a loop runs over, and the tangent of that."""
    names = [getattr(each, "id", "") for each in getattr(target, "elts", ())]
    return len(names) == 2 and bool(names[0]) and names[1].startswith(f"{names[0]}_dot")


class Apart:
    """names: those that are read only where they are set, and so may be replaced by the names of their parts."""

    def __init__(self, names: set[str], info: dict[str, ir.Info]) -> None:
        self.names, self.info = names, info

    def patterns(self, target: Any, pattern: gast.AST) -> Iterator[tuple[str, gast.AST]]:
        """The names in a loop's target that the user's takes apart further."""
        if isinstance(target, gast.Name) and isinstance(pattern, (gast.Tuple, gast.List)):
            yield target.id, pattern
        elif isinstance(target, gast.Tuple) and len(target.elts) == len(getattr(pattern, "elts", ())):
            for each in zip(target.elts, pattern.elts):
                yield from self.patterns(*each)

    def target(self, target: gast.AST, pattern: gast.AST, block: list[gast.stmt]) -> gast.AST:
        """The target with the names of its parts, whose statements are taken out of the block."""
        patterns = patterns_of(pattern, len(getattr(pattern, "elts", ())))
        if is_with_tangent(target):
            value, tangent = target.elts
            made = [self.target(value, pattern, block), self.tangent_target(tangent, value, patterns, block)]
            return gast.Tuple(made, gast.Store())
        if isinstance(target, gast.Tuple) and len(target.elts) >= len(patterns):  # tangents are behind
            parts = [self.target(*each, block) for each in zip(target.elts, patterns)]
            return gast.Tuple([*parts, *target.elts[len(parts) :]], gast.Store())
        if not isinstance(target, gast.Name) or not patterns or None in patterns or target.id not in self.names:
            return target
        taken = self.parts(target.id, len(patterns), block)
        if not taken or nested_reads(block).count(target.id) != len(taken):
            return target
        names = [trees.name(set_name(taken[k]) or "_" if k in taken else "_", store=True) for k in range(len(patterns))]
        block[:] = [each for each in block if not any(each is part for part in taken.values())]
        return gast.Tuple([self.target(*each, block) for each in zip(names, patterns)], gast.Store())

    def tangent_target(self, tangent: Any, value: Any, patterns: Any, block: list[gast.stmt]) -> gast.AST:
        """The tangent of an item with the names of its parts, of an item that is a tuple."""
        known = self.info.get(value.id)
        kind = known.kind if known is not None else None
        if not isinstance(kind, Tuple) or not patterns or len(kind.items) != len(patterns):
            return tangent
        taken = {place: each for each in block if (place := place_read(each, tangent.id, kind)) is not None}
        if not taken or set(taken) - set(range(len(patterns))) or nested_reads(block).count(tangent.id) != len(taken):
            return tangent
        block[:] = [each for each in block if not any(each is part for part in taken.values())]
        names = [set_name(taken[k]) or "_" if k in taken else "_" for k in range(len(patterns))]
        return gast.Tuple([trees.name(each, store=True) for each in names], gast.Store())

    def parts(self, whole: str, count: int, block: list[gast.stmt]) -> dict[int, gast.stmt]:
        """The statements of a block that take something out of what hasn't changed until then, by its place."""
        known = self.info.get(whole)
        if known is None:
            return {}
        kind = known.kind
        if not isinstance(kind, Array) and not (isinstance(kind, Tuple) and len(kind.items) == count):
            return {}
        memory = isinstance(kind, Array) and known.place is not None and known.place.root.stores
        start = next((k + 1 for k, each in enumerate(block) if whole in targets(each)), 0)
        found: dict[int, gast.stmt] = {}
        for each in block[start:]:
            if memory and any(writes(one, self.info) for one in nested(each)):
                break
            place = place_read(each, whole, kind)
            if place is not None and 0 <= place < count and not getattr(each, "tangent", False):
                found.setdefault(place, each)
        return found


# ---------------------------------------------------------------- loops over what was saved
def while_saved(body: list[gast.stmt]) -> None:
    """`for _ in range(steps)` over a loop that saves once an iteration is `while x_saved`; the steps need no
    counting. In a loop inside another one, the list holds what the other's iterations saved as well."""
    for k, node in enumerate(body):
        if isinstance(node, gast.If):
            for inner in blocks_of(node):
                while_saved(inner)
        if not isinstance(node, gast.For) or not hasattr(node, "forward") or getattr(node.target, "id", "") != "_":
            continue
        block = node.forward.loop.whole or node.forward.body
        pushed = {each.save for each in block if getattr(each, "save", None)}
        for each in node.body:
            if getattr(each, "restore", False) and each.targets[0].id in pushed:
                loop = gast.While(each.value.func.value, node.body, [])
                loop.origin, loop.reverse, loop.forward = getattr(node, "origin", None), True, node.forward
                body[k] = loop
                break
