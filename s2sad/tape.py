"""Stage `tape` (liveness): gives the reverse sweep the values it needs.

In single assignment a name outside loops still holds when the reverse sweep comes; nothing is done. A name set in a
loop's
iteration is either computed again in the reversed iteration, if that is cheap, or saved in a list:

    for i.4 in range(n.2):            for i.4 in range(n.2):
        x.5 = r.1 * x.3        ->         x.3_saved.append(x.3)
        ...                               ...
    for i.4 in reversed(...):         for i.4 in reversed(...):
        ... x.5 ... x.3 ...               x.3 = x.3_saved.pop()
                                          x.5 = r.1 * x.3
                                          ... x.5 ... x.3 ...
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import blocks_of
from s2sad.adjoint_loops import targets
from s2sad.kinds import Array, Dict, List, Mapping, Scalar, Unknown

PUSH_AND_POP = 3  # what saving a value costs, in products
SIMPLE = 7  # nodes in an expression that may be written twice
CHEAP = 6  # products that are rather computed again than saved, from what is saved anyway


def provide(
    program: ir.Inferred, forward: list[gast.stmt], reverse: list[gast.stmt], helpers: Any = None
) -> list[gast.stmt]:
    """Adds to both sweeps what provides the values; returns what has to stand before the forward sweep."""
    from s2sad.tape_checkpoints import dissolve

    tape = Tape(program, forward, helpers)
    tape.block(reverse)
    tape.keep_copies(forward, reverse)
    dissolve(forward)
    dissolve(reverse)
    return tape.stacks


def reads(node: gast.AST | None) -> set[str]:
    """The names in single assignment that an expression or statement reads, apart from those inside its blocks."""
    found: set[str] = set()
    op = getattr(node, "effect", None)
    if isinstance(op, ir.Copy):
        for _, source in op.pairs:
            found.update(ir.summary(source).names)
        return {name for name in found if ir.is_ssa(name)}
    if isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name):
        return set(ir.summary(node.value).names)
    todo: list[Any] = []
    if isinstance(node, gast.Assign):
        todo = [node.value, *[t for t in node.targets if not isinstance(t, gast.Name)]]
        todo = [
            each
            for each in todo
            if not (
                isinstance(each, gast.Tuple)
                and all(isinstance(e, gast.Name) for e in each.elts)
                and each is not node.value
            )
        ]
    elif isinstance(node, gast.AugAssign):
        todo = [node.target, node.value]
    elif isinstance(node, (gast.If, gast.While)):
        todo = [node.test]
    elif isinstance(node, gast.For):
        todo = [node.iter]
    elif isinstance(node, gast.With):
        todo = [item.context_expr for item in node.items]
    elif isinstance(node, gast.Try):
        todo = [handler.type for handler in node.handlers if handler.type is not None]
    elif isinstance(node, gast.stmt):  # a statement changes, so that no summary is kept on it
        for field in node._fields:
            value = getattr(node, field, None)
            todo.extend(each for each in (value if isinstance(value, list) else [value]) if isinstance(each, gast.expr))
    elif node is not None:
        todo = [node]
    for each in todo:
        found.update(ir.summary(each).names)
    return found


def free_reads(block: list[gast.stmt], defined: set[str] | None = None) -> set[str]:
    """The names that a block reads before it sets them."""
    defined = set() if defined is None else defined
    found: set[str] = set()
    for node in block:
        found |= reads(node) - defined
        inner = [
            free_reads(each, defined | (targets(node) if isinstance(node, gast.For) else set()))
            for each in blocks_of(node)
        ]
        for each in inner:
            found |= each
        defined |= surely_set([node])
    return found


def surely_set(block: list[gast.stmt]) -> set[str]:
    """The names that a block sets whichever way is taken through it."""
    found: set[str] = set()
    for node in block:
        if isinstance(node, gast.If):
            ways = [each for each in (node.body, node.orelse) if not leaves(each)]
            found |= set.intersection(*map(surely_set, ways)) if ways else set()
        elif isinstance(node, gast.With):
            found |= surely_set(node.body)
        elif not blocks_of(node):
            found |= targets(node)
    return found


def leaves(block: list[gast.stmt]) -> bool:
    """Whether what stands behind a block never runs after it."""
    return bool(block) and isinstance(block[-1], (gast.Break, gast.Raise, gast.Return))


class Tape:
    def __init__(self, program: ir.Inferred, forward: list[gast.stmt], helpers: Any = None) -> None:
        self.helpers = helpers
        self.program, self.info, self.names = program, program.info, program.names
        self.forward = forward
        self.stacks: list[gast.stmt] = []
        self.saved: dict[str, str] = {}
        self.again: dict[str, gast.stmt] = {}  # how a name is read again from where it was stored

    def block(self, block: list[gast.stmt]) -> None:
        made: list[gast.stmt] = []
        for node in block:
            if is_checkpointed(node):
                made.extend(self.checkpoint(node))
                continue
            for inner in blocks_of(node):
                self.block(inner)
            if isinstance(node, gast.For) and hasattr(node, "forward"):
                self.loop(node)
            made.append(node)
        block[:] = made

    def checkpoint(self, node: Any) -> list[gast.stmt]:
        """What is computed again, and where, in the place of the reverse of such a loop or call."""
        from s2sad.tape_checkpoints import Checkpoint

        home = next(block for block in all_blocks(self.forward) if any(each is node.forward for each in block))
        made = Checkpoint(self, node)
        return made.checkpointed_loop(home) if isinstance(node, gast.For) else made.checkpointed_call(home)

    # ---------------------------------------------------------------- one loop
    def loop(self, node: gast.For) -> None:
        forward = node.forward
        places = self.places(forward)
        bindings = {name: each for each in forward.loop.bindings for name in targets(each)}
        header = {each.id for each in gast.walk(node.target) if isinstance(each, gast.Name)}
        counters = {} if is_checkpointed(node) else self.counters(forward, places, bindings)
        header |= counters.keys()
        needed = [name for name in free_reads(node.body) if (name in places or name in bindings) and name not in header]
        needed.sort(key=lambda name: int(name.rpartition(".")[2]), reverse=True)
        save, again = self.decide(needed, places, bindings, header)
        after = self.from_next(node, save)
        for name in again:
            restore = self.recomputation(name, bindings)
            again_name = self.names.fresh(ir.base_of(name))
            self.info[again_name] = self.info[name]
            renamed = {name: trees.name(again_name)}
            for each in node.body:
                rename_deeply(each, renamed)
            restore.targets[0].id = again_name
            self.insert(node.body, again_name, restore, name in places and places[name][2])
        for name in sorted(save - set(after), key=lambda n: int(n.rpartition(".")[2])):
            stack = self.push(name, forward, places)
            pop = trees.assign(name, trees.call(trees.attr(trees.name(stack), "pop")))
            self.insert(node.body, name, pop, name in places and places[name][2])
        for name, phi in after.items():
            value: gast.AST = trees.name(phi)
            if is_checkpointed(node):  # it is at hand
                value = trees.call(trees.attr(trees.name(self.push(name, forward, places)), "pop"))
            self.insert(node.body, name, trees.assign(name, value), False, at_top=True)

        for name, back in counters.items():
            if name in free_reads(node.body):
                node.body.insert(0, back)

    def counters(self, loop: Any, places: Any, bindings: Any) -> dict[str, gast.stmt]:
        """The integers that each iteration changes by the same number, and how a reversed iteration takes that back:
        `i = i - 1` for `i = i + 1`."""
        found: dict[str, gast.stmt] = {}
        body = loop.loop.whole or loop.body
        changed = [name for block in all_blocks(loop.body) for each in block for name in targets(each)]
        for name in loop.loop.phis:
            ends = [
                each for each in body if isinstance(getattr(each, "effect", None), ir.Copy) and name in targets(each)
            ]
            kind = self.info[name].kind
            if len(ends) != 1 or changed.count(name) != 1 or not isinstance(kind, Scalar) or kind.dtype != "int":
                continue
            source = dict(ends[0].effect.pairs)[name]
            made = self.info[source.id].statement if isinstance(source, gast.Name) and source.id in self.info else None
            step = step_of(made, name)
            if step is None or source.id not in changed or getattr(self.info[source.id].kind, "dtype", "") != "int":
                continue
            if any(each in places or each in bindings for each in ir.summary(step).names):
                continue
            op = gast.Sub if isinstance(made.value.op, gast.Add) else gast.Add
            back = trees.assign(name, trees.binary(op, trees.name(name), trees.copy_tree(step)))
            back.reverse = back.number = True
            back.effect, back.origin = ir.Plain(True), None
            found[name] = back
        return found

    def places(self, loop: Any) -> dict[str, tuple[list[gast.stmt], gast.stmt | None, bool]]:
        """Where each name of an iteration has its value: (block, statement, whether inside a branch)."""
        found: dict[str, tuple[list[gast.stmt], gast.stmt | None, bool]] = {}

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

        def walk(block: list[gast.stmt], inside: bool) -> None:
            for node in block:
                if isinstance(node, (gast.For, gast.While)):
                    for name in everything(node):
                        found[name] = (block, node, inside)
                    continue
                if isinstance(node, gast.If):
                    for inner in blocks_of(node):
                        walk(inner, True)
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

        walk(loop.body, False)
        for name in loop.loop.phis:
            found[name] = (loop.body, None, False)
        for node in [*loop.body, *(loop.loop.whole or ())]:
            if getattr(node, "counter", None) and isinstance(node, gast.AugAssign):
                found.pop(node.counter, None)
        return found

    def try_places(
        self, node: gast.Try, found: Any, block: list[gast.stmt], inside: bool, walk: Any, everything: Any
    ) -> None:
        """What a body that may fail sets is saved at its end, when it is known not to have failed."""
        going_on = bool(node.going_on)
        for inner in [node.body, node.orelse, *[handler.body for handler in node.handlers]]:
            for each in inner:
                for name in everything(each):
                    found[name] = (inner, inner[-1], inside or going_on)
        walk(node.finalbody, inside)
        for inner in [node.body, node.orelse, *node.going_on]:
            for each in inner:
                if isinstance(getattr(each, "effect", None), ir.Copy):
                    for name in targets(each):
                        found[name] = (block, node, inside)
        if node.caught is not None:
            found[node.caught] = (block, node, inside)

    def decide(self, needed: list[str], places: Any, bindings: Any, header: set[str]) -> tuple[set[str], list[str]]:
        """Which names to save and which to compute again, the latter in the order in which they are needed
        backwards."""
        for name in needed:
            self.stored(name, places)
        save: set[str] = set()
        again: list[str] = []
        pending = list(needed)
        for name in needed:
            if not self.repeatable(name, places, bindings):
                save.add(name)
        todo = [name for name in pending if name not in save]
        while todo:
            name = todo.pop(0)
            if name in save or name in again:
                continue
            cost, leaves, chain = self.price(name, places, bindings, header, save, set(again))
            if cost + PUSH_AND_POP * len(leaves - save) <= PUSH_AND_POP + 1:
                save |= leaves
                for each in chain:
                    if each not in again and each not in save:
                        again.append(each)
            else:
                save.add(name)
        for name in sorted(save, key=lambda name: int(name.rpartition(".")[2]), reverse=True):
            if not self.repeatable(name, places, bindings):
                continue
            cost, leaves, chain = self.price(name, places, bindings, header, save - {name}, set(again))
            if not leaves and cost <= CHEAP:  # what it takes is saved for others
                save.remove(name)
                again.extend(each for each in chain if each not in again)
        again = [name for name in again if name not in save]
        again.sort(key=lambda name: int(name.rpartition(".")[2]), reverse=True)
        return save, again

    def price(
        self, name: str, places: Any, bindings: Any, header: set[str], save: set[str], again: set[str]
    ) -> tuple[int, set[str], list[str]]:
        """What computing a name again costs: operations, names that would have to be saved, names computed on the
        way."""
        cost, leaves, chain = 0, set(), []
        todo = [name]
        while todo:
            each = todo.pop()
            if each in chain or each in leaves or each in header or each in save:
                continue
            if each not in places and each not in bindings:
                continue
            if each in again:
                continue
            if not self.repeatable(each, places, bindings):
                leaves.add(each)
                continue
            chain.append(each)
            statement = self.setter(each, bindings)
            cost += self.cost(statement, each)
            if cost > 50:
                return cost, leaves, chain
            todo.extend(sorted(reads(statement)))
        return cost, leaves, chain

    def cost(self, statement: Any, name: str) -> int:
        op = statement.effect
        large = isinstance(self.info[name].kind, (Array, List, Unknown)) and not isinstance(op, (ir.GetItem, ir.Load))
        if isinstance(op, ir.Primitive) and op.rule.view:
            return 1
        if isinstance(op, ir.Primitive):
            large = large or any(isinstance(kind, Array) for kind in op.kinds.values())
            return op.rule.cost * (5 if large else 1)
        if isinstance(op, ir.Plain):
            if isinstance(statement.value, (gast.Subscript, gast.Attribute)):
                return 1
            return op.cost * (5 if large else 1)
        return 1

    def repeatable(self, name: str, places: Any, bindings: Any) -> bool:
        """Whether the statement that sets a name can be done again later, with the same result."""
        if name in self.again:
            return True
        place = self.info[name].place
        if place is not None and place.root.name == name and self.stored_after(place.root, self.info[name]):
            return False  # made again, it would be without what was stored in it
        statement = self.setter(name, bindings)
        if (
            statement is None
            or name in places
            and name not in bindings
            and places[name][1] is not statement
            and not in_block(statement, places[name][0])
        ):
            return False
        op = statement.effect
        if (
            not isinstance(op, (ir.Primitive, ir.GetItem, ir.Load, ir.Plain))
            or isinstance(op, ir.Plain)
            and not op.pure
        ):
            return False
        if isinstance(self.info[name].kind, (List, Dict, Mapping)) and not isinstance(op, ir.GetItem):
            return False
        contents = names_of_contents(statement.value)
        changing = {
            each
            for each in trees.names_in(statement.value)
            if each in contents or not (each in self.info and isinstance(self.info[each].kind, Array))
        }
        return all(self.stable(each, name) for each in reads(statement) & changing)

    def stable(self, name: str, at: str) -> bool:
        """Whether what the memory behind a name holds when `at` is set is never changed afterwards."""
        info = self.info.get(name)
        if info is None or info.place is None:
            return info is not None
        root = info.place.root
        if self.stored_after(root, self.info[at]):
            return False
        # A view that was written between is a copy of what it held before, if the reverse sweep reads it (keep_copies).
        return root.name == name or not self.stored_after(root, info)

    def stored_after(self, root: ir.Root, info: ir.Info) -> bool:
        """Whether what a name was set to, from a root's memory, may be written afterwards."""
        from s2sad.aliases import stored_after
        from s2sad.dependence import dependence_of

        if not stored_after(root, info):
            return False
        dependence = dependence_of(self.program)
        effect = getattr(info.statement, "effect", None)
        place = effect.place if isinstance(effect, (ir.Load, ir.GetItem)) else None
        if dependence is None or place is None or place.root is not root:
            return True
        first = dependence.access(place, info.loops, info.position)
        return dependence.overwritten(root, first, info.loops, info.position)

    def stored(self, name: str, places: Any) -> None:
        """Notes that a name can be read again from the element it is stored in, if that is never written again."""
        from s2sad.dependence import dependence_of

        dependence, info = dependence_of(self.program), self.info[name]
        if dependence is None or name in self.again or name not in places or info.statement is None:
            return
        block, statement, _ = places[name]
        if statement is not info.statement or not isinstance(info.kind, Scalar) or info.kind.char != "f":
            return
        for node in block:
            op = getattr(node, "effect", None)
            if (
                isinstance(op, ir.Store)
                and op.operator is None
                and isinstance(op.value, gast.Name)
                and op.value.id == name
                and isinstance(op.place.root.kind, Array)
                and op.place.root.kind.dtype == "float64"
                and isinstance(op.target_kind, Scalar)
            ):
                first = dependence.access(op.place, node.loops, node.position)
                if not dependence.overwritten(op.place.root, first, node.loops, node.position):
                    again = trees.assign(name, trees.copy_tree(node.targets[0]))
                    again.value.ctx = gast.Load()
                    again.effect, again.origin = ir.Load(op.place, info.kind), getattr(node, "origin", None)
                    self.again[name] = again
                    return

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
                    if source.id not in found and phi not in found.values():
                        found[source.id] = phi
        return found

    def setter(self, name: str, bindings: Any) -> Any:
        """The statement that gives a name its value again."""
        return self.again.get(name) or bindings.get(name) or self.info[name].statement

    def recomputation(self, name: str, bindings: Any) -> gast.stmt:
        statement = self.setter(name, bindings)
        return trees.assign(name, trees.copy_tree(statement.value))

    def push(self, name: str, loop: Any, places: Any) -> str:
        """Saves a name in each iteration, right after it is set; the list's name."""
        stack = f"{name}_saved.0"
        block, statement, _ = places.get(name, (loop.body, None, False))
        whole = loop.loop.whole
        if whole is not None and not any(block is each for each in all_blocks(whole)):
            block, statement = whole, None
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

    def insert(self, block: list[gast.stmt], name: str, restore: gast.stmt, inside: bool, at_top: bool = False) -> None:
        """Puts a restoring statement before the first statement that reads the name; into the branch, if it was set
        in one."""
        for k, node in enumerate(block):
            own = name in reads(node)
            inner = [each for each in blocks_of(node) if name in free_reads(each)]
            if not own and not inner:
                continue
            if inside and not own and isinstance(node, gast.If):
                for each in inner:
                    self.insert(each, name, trees.copy_tree(restore), inside)
                return
            restore.origin = getattr(node, "origin", None)
            restore.reverse = True
            restore.restore = (
                isinstance(restore.value, gast.Call)
                and isinstance(restore.value.func, gast.Attribute)
                and restore.value.func.attr == "pop"
            )
            block.insert(0 if at_top else k, restore)
            return

    # ---------------------------------------------------------------- views of memory that changes
    def keep_copies(self, forward: list[gast.stmt], reverse: list[gast.stmt]) -> None:
        """A view that the reverse sweep reads, of memory written afterwards, is a copy instead."""
        saved = set(self.saved.values())
        needed = contents_read(reverse) | saved | self.resized(reverse)
        for name in sorted(needed):
            info = self.info.get(name)
            if info is None or info.place is None or info.statement is None or isinstance(info.kind, Scalar):
                continue
            op = info.statement.effect
            if info.place.root.name == name or not isinstance(op, (ir.Load, ir.GetItem, ir.Primitive, ir.Plain)):
                continue
            if self.stored_after(info.place.root, info):
                if not isinstance(op, ir.Load):  # what follows may write through this name: it has to stay a view
                    self.keep_beside(name, forward, reverse, name in saved)
                    continue
                value = info.statement.value
                info.statement.value = copied(info.kind, value)
                info.statement.kept = True

    def resized(self, reverse: list[gast.stmt]) -> set[str]:
        """The lists that the reverse sweep reads and that get longer or shorter: not even their lengths stay."""
        from s2sad.infer_memory import family

        infos = [(name, self.info.get(name)) for name in everything_read(reverse)]
        return {
            name
            for name, info in infos
            if info is not None and info.place is not None and any(each.moves for each in family(info.place.root))
        }

    def keep_beside(self, name: str, forward: list[gast.stmt], reverse: list[gast.stmt], saved: bool) -> None:
        """A copy under a name of its own, of what a view holds when it is made."""
        info = self.info[name]
        if saved:
            for block in all_blocks(forward):
                for node in block:
                    if getattr(node, "save", None) == name:
                        node.value.args[0] = copied(info.kind, trees.name(name))
            return
        kept = self.names.fresh(ir.base_of(name))
        self.info[kept] = dataclasses.replace(info, place=None, statement=None)
        made = trees.assign(kept, copied(info.kind, trees.name(name)))
        made.effect, made.origin = ir.Plain(True), getattr(info.statement, "origin", None)
        for block in all_blocks(forward):
            at = next((k for k, node in enumerate(block) if node is info.statement), None)
            if at is not None:
                block.insert(at + 1, made)
                break
        for node in reverse:
            rename_deeply(node, {name: trees.name(kept)})


def step_of(node: Any, name: str) -> gast.AST | None:
    """c, of a statement that computes name + c or name - c, all of them integers."""
    value = getattr(node, "value", None)
    if not isinstance(getattr(node, "effect", None), ir.Plain) or not isinstance(value, gast.BinOp):
        return None
    if not isinstance(value.op, (gast.Add, gast.Sub)) or not isinstance(value.left, gast.Name) or value.left.id != name:
        return None
    found = ir.summary(value.right)
    return None if found.call or found.subscript or found.size > SIMPLE else value.right


def is_checkpointed(node: Any) -> bool:
    forward = getattr(node, "forward", None)
    return getattr(forward, "again", False) or getattr(getattr(forward, "loop", None), "snapshots", None) is not None


def copied_in(block: list[gast.stmt]) -> set[str]:
    """The names that a block's own copies set."""
    return {name for each in block if isinstance(getattr(each, "effect", None), ir.Copy) for name in targets(each)}


def in_block(statement: gast.stmt, block: list[gast.stmt]) -> bool:
    return any(each is statement for each in block)


def rename_deeply(node: gast.stmt, known: dict[str, gast.AST]) -> None:
    from s2sad.inlining import rename_reads

    rename_reads(node, known)
    for inner in blocks_of(node):
        for each in inner:
            rename_deeply(each, known)


def copied(kind: Any, value: gast.AST) -> gast.AST:
    if isinstance(kind, List):
        return trees.call(trees.builtin("list"), value)
    plain = not isinstance(kind, Array) or kind.rank is not None and kind.rank < 2
    # np.copy keeps the order in which the elements lie: what is computed from the copy is the same to the last bit.
    made = trees.call(trees.attr(value, "copy")) if plain else trees.np_call("copy", value)
    made.pure = True
    return made


def everything_read(block: list[gast.stmt]) -> set[str]:
    found: set[str] = set()
    for node in block:
        found |= reads(node)
        for inner in blocks_of(node):
            found |= everything_read(inner)
    return found


def contents_read(block: list[gast.stmt]) -> set[str]:
    """The names that a block reads for more than their length or shape, which no store changes."""
    found: set[str] = set()
    for node in block:
        names = reads(node)
        if names:
            names = names & set().union(*map(names_of_contents, parts_of(node)))
        found |= names
        for inner in blocks_of(node):
            found |= contents_read(inner)
    return found


def parts_of(node: gast.stmt) -> list[gast.AST]:
    """The expressions of a statement, without the statements inside it."""
    op = getattr(node, "effect", None)
    if isinstance(op, ir.Copy):
        return [source for _, source in op.pairs]
    if not blocks_of(node):
        return [node]
    parts = [getattr(node, field, None) for field in ("test", "iter")] + [
        item.context_expr for item in getattr(node, "items", [])
    ]
    parts += [handler.type for handler in getattr(node, "handlers", [])]
    return [part for part in parts if part is not None]


def names_of_contents(expr: gast.AST) -> set[str]:
    """The names that an expression reads other than in `len(x)`, `x.shape`, `np.shape(x)`, `np.zeros_like(x)`: by where
    they stand, since one node may stand at several places of a tree."""
    found: set[str] = set()
    left = [expr]
    while left:
        each = left.pop()
        if isinstance(each, gast.Name):
            found.add(each.id)
            continue
        parts = [part for part in gast.iter_child_nodes(each) if not isinstance(part, gast.expr_context)]
        if isinstance(each, gast.Attribute) and each.attr in ("shape", "ndim", "size", "dtype"):
            parts = [part for part in parts if not isinstance(part, gast.Name)]
        elif isinstance(each, gast.Call) and each.args and isinstance(each.args[0], gast.Name):
            function = each.func.attr if isinstance(each.func, gast.Attribute) else getattr(each.func, "id", "")
            if function in ("len", "shape", "ndim", "zeros_like", "ones_like", "empty_like", "full_like"):
                parts = [each.func, *each.args[1:], *each.keywords]
        left.extend(parts)
    return found


def all_blocks(block: list[gast.stmt]) -> Iterator[list[gast.stmt]]:
    """A statement list and all those inside it."""
    yield block
    for node in block:
        for inner in blocks_of(node):
            yield from all_blocks(inner)


def common(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The loops that two places are both in."""
    k = 0
    while k < len(a) and k < len(b) and a[k] == b[k]:
        k += 1
    return a[:k]
