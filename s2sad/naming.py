"""Stage `naming`: gives the names in single assignment back the user's names.

Two names that stand for the same variable of the user's get one name, unless both are still needed at some place;
then the
later one gets a number. Temporaries are t1, t2, ... in the order of the text; the adjoint of `x` is `x_grad`.

    x.1 -> x      x.3 = x.1 * 2 -> x = x * 2, or x2 = x * 2 where x.1 is read later
"""

from __future__ import annotations

import functools
import itertools
import keyword
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.dead import is_empty
from s2sad.ir import GENERATED, variable
from s2sad.reading import free_reads, reads
from s2sad.statements import blocks_of, targets
from s2sad.without_value import begin_without_value

TEMPORARY = {*GENERATED, "#r"} - {"value"}


def name_all(
    body: list[gast.stmt], parameters: list[tuple[str, str]], taken: set[str], shown: dict[str, str]
) -> dict[str, str]:
    """Renames in place; parameters are (name in single assignment, the user's name); `shown`: what the user calls
    temporaries. Returns what became of each name."""
    comprehensions: list[Any] = []
    order = appearance(body, [ssa for ssa, _ in parameters], comprehensions)
    conflicts = Interference()
    for each in comprehensions:
        conflicts.comprehension(each)
    conflicts.block(body, set())
    for first in parameters:
        for second in parameters:
            if first is not second:
                conflicts.note(first[0], second[0])
    outside = free_reads(body)
    for ssa, _ in parameters:
        for other in outside:
            conflicts.note(ssa, other)
    names = choose(order, conflicts.found, dict(parameters), taken, shown)
    rename(body, names)
    finish(body)
    begin_without_value(body, names, {name for _, name in parameters})
    return names


def appearance(body: list[gast.stmt], first: list[str], comprehensions: list[Any] | None = None) -> list[str]:
    """All names in single assignment in the order of the text, the parameters first; notes the comprehensions."""
    found: dict[str, None] = dict.fromkeys(first)

    def note(expr: Any) -> None:
        for each in trees.walk(expr):
            if isinstance(each, gast.Name) and ir.is_ssa(each.id):
                found.setdefault(each.id)
            elif comprehensions is not None and isinstance(each, (gast.ListComp, gast.DictComp)):
                comprehensions.append(each)

    def walk(block: list[gast.stmt]) -> None:
        for node in block:
            op = getattr(node, "effect", None)
            if isinstance(op, ir.Copy):
                for target, source in op.pairs:
                    note(source)
                    found.setdefault(target)
                continue
            if isinstance(node, gast.Assign):
                note(node.value)
                for each in node.targets:
                    note(each)
            elif isinstance(node, gast.Try):
                walk(node.body)
                for handler in node.handlers:
                    for part in (handler.type, handler.name):
                        if isinstance(part, gast.AST):
                            note(part)
                    walk(handler.body)
                walk(node.orelse)
                walk(node.finalbody)
                continue
            elif blocks_of(node):
                for field in ("test", "iter", "target"):
                    if getattr(node, field, None) is not None:
                        note(getattr(node, field))
                for item in getattr(node, "items", []):
                    note(item)
            else:
                note(node)
            for inner in blocks_of(node):
                walk(inner)

    walk(body)
    return list(found)


class Interference:
    """Which names of one variable are needed at the same time."""

    def __init__(self) -> None:
        self.base = functools.cache(variable)
        self.found: dict[str, set[str]] = {}  # each pair once, under one of its names

    def note(self, a: str, b: str) -> None:
        if a != b and self.base(a) == self.base(b):
            self.found.setdefault(a, set()).add(b)

    def define(self, name: str, live: dict[str, set[str]], source: str | None = None) -> None:
        others = live.get(self.base(name))
        if others:
            others.discard(name)
            self.found.setdefault(name, set()).update(others - {source})

    def define_together(self, names: set[str], live: dict[str, set[str]], source: str | None = None) -> None:
        """The targets of one statement: what nothing reads must not take the name of what is set beside it."""
        for name in names:
            self.define(name, live, source)
        for first, second in itertools.combinations(names, 2):
            self.note(first, second)

    def comprehension(self, node: Any) -> None:
        """Its variables hide those of the same name around it: what it reads of these must have another name."""
        first, *others = node.generators
        parts = [each for each in trees.children(node) if each is not first] + [first.target, *first.ifs, *others]
        inside = [each for part in parts for each in trees.walk(part)]
        own = trees.names_in(gast.Tuple([each.target for each in node.generators], gast.Store()))
        inner = {each.id for each in inside if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Store)}
        for each in inside:
            if isinstance(each, gast.Name) and each.id not in inner:
                for name in own:
                    self.note(name, each.id)

    def block(self, block: list[gast.stmt], live_after: set[str]) -> set[str]:
        live = self.by_variable(live_after)
        for node in reversed(block):
            self.statement(node, live)
        return {name for names in live.values() for name in names}

    def statement(self, node: gast.stmt, live: dict[str, set[str]]) -> None:
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            for target, source in op.pairs:
                self.define(target, live, source.id if isinstance(source, gast.Name) else None)
            for a, _ in op.pairs:
                for b, _ in op.pairs:
                    self.note(a, b)
            self.read(node, live)
            return
        inner = blocks_of(node)
        if not inner:
            # `a, b = c` is no copy of c
            copy = isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name)
            source = node.value.id if copy and isinstance(node.value, gast.Name) else None
            self.define_together(targets(node), live, source)
            self.read(node, live)
            return
        after = {name for names in live.values() for name in names}
        if isinstance(node, (gast.For, gast.While)):
            around = after | free_reads(node.body) | reads(node)
            start = self.block(node.body, around)
            if isinstance(node, gast.For):
                self.define_together(targets(node), self.by_variable(start))
            result = around | start
            result -= targets(node) - after if isinstance(node, gast.For) else set()
        elif isinstance(node, gast.Try):
            everything = after
            for each in inner:
                everything = everything | free_reads(each)
            result = set(everything)
            for each in inner:
                result |= self.block(each, everything)
        else:
            result = set()
            for each in inner:
                result |= self.block(each, after)
        live.clear()
        live.update(self.by_variable(result))
        self.read(node, live)

    def read(self, node: gast.stmt, live: dict[str, set[str]]) -> None:
        for name in reads(node):
            live.setdefault(self.base(name), set()).add(name)

    def by_variable(self, names: set[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name in names:
            found.setdefault(self.base(name), set()).add(name)
        return found


def choose(
    order: list[str], conflicts: dict[str, set[str]], fixed: dict[str, str], taken: set[str], shown: dict[str, str]
) -> dict[str, str]:
    names = dict(fixed)
    own = {ir.base_of(ssa) for ssa in order}
    used = set(taken) | set(fixed.values()) | set(keyword.kwlist)
    groups: dict[tuple[str, str], list[list[str]]] = {}
    for ssa, given in fixed.items():
        groups.setdefault((variable(ssa), given), []).append([ssa])
    count = 0
    for ssa in order:
        base = ir.base_of(ssa)
        if ssa in names:
            continue
        if ssa in shown:
            names[ssa] = numbered(shown[ssa], used | own)
            used.add(names[ssa])
            continue
        if base in TEMPORARY:
            count += 1
            while f"t{count}" in used:
                count += 1
            names[ssa] = f"t{count}"
            used.add(names[ssa])
            continue
        stem = base.removesuffix("_grad").removesuffix("_saved").removesuffix("_dot")
        if stem in shown and stem not in names:
            names[stem] = numbered(shown[stem], used | own)
            used.add(names[stem])
        if base == "#t_grad" or stem.startswith("#") and stem not in names:
            count += 1
            while f"t{count}" in used or f"t{count}_grad" in used:
                count += 1
            used.add(f"t{count}")
            if base == "#t_grad":
                names[ssa] = f"t{count}_grad"
                used.add(names[ssa])
                continue
            names[stem] = f"t{count}"
        found = None
        label = display(base, names)
        for group in groups.setdefault((variable(ssa), label), []):
            if not any(other in conflicts.get(ssa, ()) or ssa in conflicts.get(other, ()) for other in group):
                found = group
                break
        if found is not None:
            names[ssa] = names[found[0]]
            found.append(ssa)
            continue
        names[ssa] = numbered(label, used)
        used.add(names[ssa])
        groups[variable(ssa), label].append([ssa])
    return names


def numbered(name: str, used: set[str]) -> str:
    """The name, or with a number behind it where it is used already."""
    number, candidate = 1, name
    while candidate in used:
        number += 1
        candidate = f"{name}{number}" if not name[-1].isdigit() else f"{name}_{number}"
    return candidate


def display(base: str, names: dict[str, str]) -> str:
    """What a base is shown as: `t.5_grad` is the adjoint of whatever t.5 is called."""
    for suffix in ("_grad", "_saved", "_dot"):
        if base.endswith(suffix) and ir.is_ssa(base):
            inner = base[: -len(suffix)]
            return (
                names.get(inner, ir.base_of(inner)) + suffix
                if inner in names
                else display(ir.base_of(inner), names) + suffix
            )
    return base


def rename(body: list[gast.stmt], names: dict[str, str]) -> None:
    seen: set[int] = set()

    def change(tree: Any) -> None:
        for each in trees.walk(tree):
            if isinstance(each, gast.Name) and id(each) not in seen:
                seen.add(id(each))
                each.id = names.get(each.id, each.id)

    def walk(block: list[gast.stmt]) -> None:
        for node in block:
            op = getattr(node, "effect", None)
            if isinstance(op, ir.Copy):
                for _, source in op.pairs:
                    change(source)
                op.pairs = [(names.get(target, target), source) for target, source in op.pairs]
                op.origins = {names.get(target, target): origin for target, origin in op.origins.items()}
            if isinstance(getattr(node, "until", None), gast.AST):
                change(node.until)

    walk_all(body, walk)
    for node in body:
        change(node)  # with all that is inside


def walk_all(body: list[gast.stmt], function: Any) -> None:
    function(body)
    for node in body:
        for inner in blocks_of(node):
            walk_all(inner, function)


def finish(body: list[gast.stmt]) -> None:
    """Copies become assignments, those of a name to itself vanish."""
    made: list[gast.stmt] = []
    for node in body:
        for inner in blocks_of(node):
            finish(inner)
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            made.extend(assignments(op.pairs, node))
        elif (
            isinstance(node, gast.Assign)
            and isinstance(node.value, gast.Name)
            and isinstance(node.targets[0], gast.Name)
            and node.targets[0].id == node.value.id
        ):
            continue
        elif not is_empty(node):  # it had nothing in it but copies of names to themselves
            made.append(node)
    body[:] = made


def assignments(pairs: list[tuple[str, gast.AST]], node: gast.stmt) -> list[gast.stmt]:
    """Simultaneous copies as assignments one after the other, or all at once where they depend on each other."""
    pairs = [
        (target, source)
        for target, source in dict(pairs).items()
        if not (isinstance(source, gast.Name) and source.id == target)
    ]
    made = []
    while pairs:
        ready = next(
            (
                k
                for k, (target, _) in enumerate(pairs)
                if not any(target in trees.names_in(source) for other, source in pairs if other != target)
            ),
            None,
        )
        if ready is None:
            left = gast.Tuple([trees.name(target) for target, _ in pairs], gast.Store())
            made.append(gast.Assign([left], gast.Tuple([source for _, source in pairs], gast.Load()), None))
            break
        target, source = pairs.pop(ready)
        made.append(trees.assign(target, source))
    for each in made:
        target = each.targets[0]
        each.origin = node.effect.origins.get(getattr(target, "id", None)) or getattr(node, "origin", None)
        each.reverse, each.copied = getattr(node, "reverse", False), True
    return made
