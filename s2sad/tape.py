"""Stage `tape` (liveness): gives the reverse sweep the values it needs.

In single assignment a name outside loops still holds when the reverse sweep comes; nothing is done. A name set in a
loop's iteration is either computed again in the reversed iteration, if that is cheap, or saved in a list:

    for i.4 in range(n.2):            for i.4 in range(n.2):
        x.5 = r.1 * x.3        ->         x.3_saved.append(x.3)
        ...                               ...
    for i.4 in reversed(...):         for i.4 in reversed(...):
        ... x.5 ... x.3 ...               x.3 = x.3_saved.pop()
                                          x.5 = r.1 * x.3
                                          ... x.5 ... x.3 ...
"""

from __future__ import annotations

import collections
import functools
import itertools
from collections.abc import Callable
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import Array, List
from s2sad.reading import all_blocks, contents_read, free_reads, reads
from s2sad.same_shapes import Sources, reading_elsewhere
from s2sad.statements import blocks_of, change_adjoints, targets
from s2sad.tape_constants import Constants
from s2sad.tape_copies import KeptCopies, rename_deeply, share_loads
from s2sad.tape_costs import Costs
from s2sad.tape_counters import Counters
from s2sad.tape_forwards import Forwards


def provide(
    program: ir.Inferred, forward: list[gast.stmt], reverse: list[gast.stmt], helpers: Any = None
) -> list[gast.stmt]:
    """Adds to both sweeps what provides the values; returns what has to stand before the forward sweep."""
    from s2sad.tape_checkpoints import dissolve

    share_loads(forward, reverse)
    tape = Tape(program, forward, helpers)
    tape.block(reverse)
    tape.keep_copies(forward, reverse)
    dissolve(forward)
    dissolve(reverse)
    return tape.stacks


class Tape(Costs, Counters, Forwards, KeptCopies):
    def __init__(self, program: ir.Inferred, forward: list[gast.stmt], helpers: Any = None) -> None:
        self.helpers = helpers
        self.program, self.info, self.names = program, program.info, program.names
        self.forward = forward
        self.stacks: list[gast.stmt] = []
        self.saved: dict[str, str] = {}
        self.copied: dict[str, list[str]] | None = None  # of each name, the names that it is a copy of
        self.again: dict[str, gast.stmt] = {}  # how a name is read again from where it was stored

    @functools.cached_property
    def constants(self) -> Constants:
        """Only where an iteration saves something."""
        return Constants(self.forward, self.info)

    def block(self, block: list[gast.stmt]) -> None:
        made: list[gast.stmt] = []
        for node in block:
            if is_checkpointed(node):
                made.extend(self.checkpoint(node))
                continue
            for inner in blocks_of(node):
                self.block(inner)
            if isinstance(node, gast.For) and hasattr(node, "forward"):
                made.extend(self.loop(node))
            made.append(node)
        block[:] = made

    def checkpoint(self, node: Any) -> list[gast.stmt]:
        """What is computed again, and where, in the place of the reverse of such a loop or call."""
        from s2sad.tape_checkpoints import Checkpoint

        home = next(block for block in all_blocks(self.forward) if any(each is node.forward for each in block))
        made = Checkpoint(self, node)
        return made.checkpointed_loop(home) if isinstance(node, gast.For) else made.checkpointed_call(home)

    # ---------------------------------------------------------------- one loop
    def loop(self, node: gast.For) -> list[gast.stmt]:
        """Provides for one reversed loop; returns what has to stand before it."""
        forward = node.forward
        places = self.places(forward)
        depths = {name: depth for name, (_, _, depth) in places.items()}
        bindings = {name: each for each in forward.loop.bindings for name in targets(each)}
        header = {each.id for each in trees.walk(node.target) if isinstance(each, gast.Name)}
        counters = {} if is_checkpointed(node) else self.counters(forward, places, bindings)
        header |= counters.keys()
        needed = [name for name in free_reads(node.body) if (name in places or name in bindings) and name not in header]
        needed.sort(key=lambda name: int(name.rpartition(".")[2]), reverse=True)
        save, again = self.decide(needed, places, bindings, header)
        if not is_checkpointed(node):
            save = {name for name in save if name not in self.constants}
        for name in again:
            if not is_checkpointed(node):
                self.read_shapes_elsewhere(node, {name})
            restore = self.recomputation(name, bindings)
            again_name = self.names.fresh(ir.base_of(name))
            self.info[again_name] = self.info[name]
            renamed = {name: trees.name(again_name)}
            for each in node.body:
                rename_deeply(each, renamed)
            restore.targets[0].id = again_name
            self.insert(node.body, again_name, restore, free_reads, depths.get(name, 0))
        if not is_checkpointed(node):
            self.read_shapes_elsewhere(node, save)
            save &= free_reads(node.body)
            before = self.run_forwards(node, save, counters, places, bindings)
            if before is not None:
                return before
        after = self.from_next(node, save)
        free = free_reads_once()
        for name in sorted(save - set(after), key=lambda n: int(n.rpartition(".")[2])):
            stack = self.push(name, forward, places)
            pop = trees.assign(name, trees.call(trees.attr(trees.name(stack), "pop")))
            self.insert(node.body, name, pop, free, depths.get(name, 0))
        for name, phi in after.items():
            value: gast.AST = trees.name(phi)
            if is_checkpointed(node):  # it is at hand
                value = trees.call(trees.attr(trees.name(self.push(name, forward, places)), "pop"))
            self.insert(node.body, name, trees.assign(name, value), free, at_top=True)

        for name, back in counters.items():
            if name in free_reads(node.body):
                node.body.insert(0, back)
        return []

    def read_shapes_elsewhere(self, node: gast.For, names: set[str]) -> None:
        """Of arrays of which only the shape is read: of what is at hand without being saved, if there is such."""
        arrays = {name for name in names if isinstance(self.info[name].kind, Array)}
        if not arrays:
            return

        def is_to_change(name: str, source: str) -> bool:
            return name in arrays and len(self.info[source].loops) < len(self.info[name].loops)

        sources = Sources(self.info, contents_read(node.body))
        change_adjoints(node.body, reading_elsewhere(sources, is_to_change))

    def places(self, loop: Any) -> dict[str, tuple[list[gast.stmt], gast.stmt | None, int]]:
        """Where each name of an iteration has its value: (block, statement, how many branches inside each other it is
        in)."""
        found: dict[str, tuple[list[gast.stmt], gast.stmt | None, int]] = {}

        def everything(node: gast.stmt) -> set[str]:
            names = targets(node)
            for inner in blocks_of(node):
                for each in inner:
                    names |= everything(each)
            if getattr(node, "loop", None) is not None:
                for each in node.loop.bindings:
                    names |= targets(each)
                if node.loop.index is not None:
                    names.add(node.loop.index)
            return names

        def walk(block: list[gast.stmt], inside: int) -> None:
            for node in block:
                if isinstance(node, (gast.For, gast.While)):
                    for name in everything(node):
                        found[name] = (block, node, inside)
                    continue
                if isinstance(node, gast.If):
                    for inner in blocks_of(node):
                        walk(inner, inside + 1)
                    for name in copied_in(node.body) & copied_in(node.orelse):
                        found[name] = (block, node, inside)
                    continue
                if isinstance(node, gast.Try):
                    self.try_places(node, found, block, inside, walk, everything)
                    continue
                if isinstance(node, gast.With):
                    for inner in blocks_of(node):
                        walk(inner, inside)
                    for inner in blocks_of(node):
                        for each in inner:
                            if isinstance(getattr(each, "effect", None), ir.Copy):
                                for name in targets(each):
                                    found[name] = (block, node, inside)
                    continue
                for name in targets(node):
                    found[name] = (block, node, inside)

        walk(loop.body, 0)
        for name in left_by_breaks(loop.body) - set(loop.loop.phis):
            found.pop(name, None)  # set by the last iteration alone
        for name in loop.loop.phis:
            found[name] = (loop.body, None, 0)
        for node in [*loop.body, *(loop.loop.whole or ())]:
            if getattr(node, "counter", None) and isinstance(node, gast.AugAssign):
                found.pop(node.counter, None)
        return found

    def try_places(
        self, node: gast.Try, found: Any, block: list[gast.stmt], inside: int, walk: Any, everything: Any
    ) -> None:
        """What a body that may fail sets is saved at its end, when it is known not to have failed."""
        tests = {id(handled): k + 1 for k, handled in enumerate(node.going_on)}  # as the reverse sweep asks for them
        for inner in [node.body, node.orelse, *[handler.body for handler in node.handlers]]:
            depth = inside + tests.get(id(inner), len(node.going_on))
            for each in inner:
                for name in everything(each):
                    found[name] = (inner, inner[-1], depth)
        walk(node.finalbody, inside)
        for inner in [node.body, node.orelse, *node.going_on]:
            for each in inner:
                if isinstance(getattr(each, "effect", None), ir.Copy):
                    for name in targets(each):
                        found[name] = (block, node, inside)
        if node.caught is not None:
            found[node.caught] = (block, node, inside)

    # ---------------------------------------------------------------- what is put where
    def from_next(self, node: gast.For, save: set[str]) -> dict[str, str]:
        """Of a carried name that is saved, the value that an iteration leaves is the one that the next one saved."""
        found: dict[str, str] = {}
        body = node.forward.body
        last = body[-1] if body else None
        if isinstance(getattr(last, "effect", None), ir.Copy) and not node.forward.loop.counted:
            for phi, source in last.effect.pairs:
                if (
                    phi in save
                    and isinstance(source, gast.Name)
                    and source.id in save
                    and source.id != phi
                    and source.id not in node.forward.loop.phis
                ):
                    found.setdefault(source.id, phi)
        return found

    def push(self, name: str, loop: Any, places: Any) -> str:
        """Saves a name in each iteration, right after it is set; the list's name."""
        stack = f"{name}_saved.0"
        block, statement, _ = places.get(name, (loop.body, None, 0))
        whole = loop.loop.whole
        if whole is not None and not any(block is each for each in all_blocks(whole)):
            block, statement = whole, None
        if self.without_value(name):  # where this iteration reads it, it raises, as in the function
            statement = next((each for each in block if surely_reads(each, name)), statement)
        at = 0
        if statement is not None:
            at = next(k for k, each in enumerate(block) if each is statement) + 1
        elif block and getattr(block[0], "counter", None):
            at = 1
        node = gast.Expr(trees.call(trees.attr(trees.name(stack), "append"), trees.name(name)))
        node.effect, node.origin, node.save = ir.Plain(False), getattr(loop, "origin", None), name
        block.insert(at, node)
        if stack not in self.saved:
            self.saved[stack] = name
            self.info[stack] = ir.Info(List(self.info[name].kind))
            start = trees.assign(stack, gast.List([], gast.Load()))
            start.effect, start.origin = ir.Plain(False), None
            start.stack = stack
            self.stacks.append(start)
        return stack

    def without_value(self, name: str) -> set[str]:
        """The carried names without a value before their loops that a name may be a copy of, itself among them."""
        if self.copied is None:
            self.copied = collections.defaultdict(list)
            for node in itertools.chain.from_iterable(all_blocks(self.forward)):
                if isinstance(getattr(node, "effect", None), ir.Copy):
                    for target, source in node.effect.pairs:
                        self.copied[target] += [source.id] if isinstance(source, gast.Name) else []
        found, todo = {name}, [name]
        while todo:
            new = set(self.copied.get(todo.pop(), ())) - found
            found |= new
            todo.extend(new)
        return {each for each in found if each in self.info and self.info[each].starts_unset}

    def insert(
        self,
        block: list[gast.stmt],
        name: str,
        restore: gast.stmt,
        free: Callable[[list[gast.stmt]], set[str]],
        inside: int = 0,
        at_top: bool = False,
    ) -> None:
        """Puts a restoring statement before the first statement that reads the name; if it was set `inside` so many
        branches, into those: no deeper, since what is saved there is taken there, whatever reads it."""
        for k, node in enumerate(block):
            own = name in reads(node)
            inner = [each for each in blocks_of(node) if name in free(each)]
            if not own and not inner:
                continue
            if inside and not own and isinstance(node, (gast.If, gast.With)):
                for each in inner:
                    self.insert(each, name, trees.copy_tree(restore), free, inside - isinstance(node, gast.If))
                return
            restore.origin = None if at_top else getattr(node, "origin", None)
            restore.reverse = True
            restore.restore = (
                isinstance(restore.value, gast.Call)
                and isinstance(restore.value.func, gast.Attribute)
                and restore.value.func.attr == "pop"
            )
            block.insert(0 if at_top else k, restore)
            return


def free_reads_once() -> Callable[[list[gast.stmt]], set[str]]:
    """`free_reads` of blocks in which only names are restored that were not: that changes it for no other name."""
    known: dict[int, set[str]] = {}

    def free(block: list[gast.stmt]) -> set[str]:
        if id(block) not in known:
            known[id(block)] = free_reads(block)
        return known[id(block)]

    return free


def is_checkpointed(node: Any) -> bool:
    forward = getattr(node, "forward", None)
    return getattr(forward, "again", False) or getattr(getattr(forward, "loop", None), "snapshots", None) is not None


def surely_reads(node: gast.stmt, name: str) -> bool:
    """Whether a statement reads a name whatever else holds."""
    if isinstance(getattr(node, "effect", None), ir.Copy) or not isinstance(node, (gast.Assign, gast.Expr)):
        return False
    return name in trees.names_in(node.value) and not any(isinstance(each, MAY_SKIP) for each in trees.walk(node.value))


MAY_SKIP = (
    gast.Compare,
    gast.BoolOp,
    gast.IfExp,
    gast.Lambda,
    gast.ListComp,
    gast.SetComp,
    gast.DictComp,
    gast.GeneratorExp,
)


def left_by_breaks(block: list[gast.stmt]) -> set[str]:
    """The names that are set where an iteration ends its loop."""
    found = copied_in(block) if block and isinstance(block[-1], gast.Break) else set()
    for node in block:
        if not isinstance(node, (gast.For, gast.While)):
            found = found.union(*(left_by_breaks(inner) for inner in blocks_of(node)))
    return found


def copied_in(block: list[gast.stmt]) -> set[str]:
    """The names that a block's own copies set."""
    return {name for each in block if isinstance(getattr(each, "effect", None), ir.Copy) for name in targets(each)}
