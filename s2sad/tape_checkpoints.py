"""Part of the stage `tape`: loops over `checkpoint(...)`, and calls of checkpointed functions.

Nothing of such a loop is saved but its state, before a few of its iterations. A reversed iteration goes back to the
last state that was kept, runs the iterations from there (keeping states on the way), then its own, and has all that its
reverse sweep needs at hand:

                                         kept = steps_to_keep(0, n, k)
    for t in range(n):                   for t in range(n):
        x = step(x, t)             ->        if t in kept:
                                                 t_kept.append(t)
                                                 x_kept.append(x)
                                             x = step(x, t)
    for t in reversed(range(n)):         for t in reversed(range(n)):
        ... t, x, what step made ...         first, x = states.pop()
                                             kept = steps_to_keep(first, t + 1, k - len(t_kept))
                                             for s in range(first, t):
                                                 if s in kept:
                                                     t_kept.append(s)
                                                     x_kept.append(x)
                                                 x = step(x, s)
                                             (step again, with the values that are needed)
                                             ... t, x, what step made ...
"""

from __future__ import annotations

import re
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.checkpointing import steps_to_keep
from s2sad.kinds import Array, List, Scalar, Unknown
from s2sad.reading import free_reads, reads
from s2sad.refusals import refuse
from s2sad.renamed_copies import Copies
from s2sad.statements import blocks_of, names_with_globals, own_expressions, statements_in, targets
from s2sad.tape import Tape
from s2sad.trees import reversed_range

LISTS = (ir.Append, ir.Extend, ir.Pop)  # and what derives from these


class Checkpoint:
    """One loop (or call) and its reverse, while they are changed."""

    def __init__(self, tape: Any, reverse: Any) -> None:
        self.tape = tape
        self.program, self.info, self.names, self.helpers = tape.program, tape.info, tape.names, tape.helpers
        self.reverse, self.forward = reverse, reverse.forward
        self.loop = getattr(self.forward, "loop", None)
        self.bindings: list[gast.stmt] = []
        self.index = None
        if self.loop is not None:
            self.index, self.bindings = self.header()
        self.body = self.forward.body
        self.all = [*self.bindings, *[each for node in self.body for each in [node, *statements_in(node)]]]
        phis = set(self.loop.phis) if self.loop is not None else set()
        self.set_inside = ({name for each in self.all for name in targets(each)} | {self.index}) - phis
        self.refuse_what_cannot()
        memory = self.memory()
        self.write_only = {
            id(each) for each in self.all if self.is_store(each) and each.effect.place.root not in memory
        }
        self.write_only |= {id(each) for each in self.all if is_print(each)}
        self.memory = [root for root in memory if self.changes(root)]
        self.phis = sorted(phis & free_reads([*self.bindings, *self.body]), key=number)
        self.refuse_lists()

    def header(self) -> tuple[str, list[gast.stmt]]:
        """The name that counts the iterations, and what an iteration binds."""
        loop = self.loop
        if loop.range is not None and trees.literal(loop.range[0]) == 0 and trees.literal(loop.range[2]) == 1:
            return loop.bindings[0].targets[0].id, []
        return loop.index, loop.bindings

    # ---------------------------------------------------------------- what can be run again
    def refuse_what_cannot(self) -> None:
        for node in self.all:
            if isinstance(node, gast.Try):
                raise self.refuse("checkpoint_try", node)
        for node in self.all:
            op = getattr(node, "effect", None)
            if does_more(node) and not is_print(node) or isinstance(op, ir.Checked) or getattr(node, "impure", False):
                raise self.refuse("checkpoint_effect", node)
            if isinstance(op, ir.PairCall) and not is_pure(op.instance, set()):
                raise self.refuse("checkpoint_effect", node)

    def refuse_lists(self) -> None:
        """Lists and dicts from outside that change, or will."""
        for node in self.all:
            op = getattr(node, "effect", None)
            place = getattr(op, "place", None)
            if isinstance(op, (ir.Store, *LISTS)) and place is not None and not isinstance(place.root.kind, Array):
                if place.root.name not in self.set_inside and not place.root.outside:
                    raise self.refuse("checkpoint_list", node, name=ir.base_of(place.root.name))
        for root in self.memory:
            if root.outside:
                raise self.refuse("checkpoint_outside", self.forward, name=root.name)
            if not isinstance(root.kind, Array):
                raise self.refuse("checkpoint_list", self.forward, name=ir.base_of(root.name))
        for name in self.phis:
            place = self.info[name].place
            kind = self.info[name].kind
            if not isinstance(kind, (Scalar, Array)) and place is not None and any(map(is_changed, kin(place.root))):
                raise self.refuse("checkpoint_list", self.forward, name=ir.base_of(name))

    def refuse(self, key: str, node: Any, **words: Any) -> Exception:
        origin = getattr(node, "origin", None) or getattr(self.forward, "origin", None)
        return refuse(key, origin[1], origin[0], **words)

    # ---------------------------------------------------------------- memory
    def is_store(self, node: gast.stmt) -> bool:
        op = getattr(node, "effect", None)
        return isinstance(op, ir.Store) and op.operator is None and op.place.root.name not in self.set_inside

    def memory(self) -> list[ir.Root]:
        """The memory from outside of the loop that its body reads."""
        found: dict[ir.Root, None] = {}
        for node in self.all:
            op = getattr(node, "effect", None)
            names = reads(node)
            if self.is_store(node):
                names = set(ir.summary(node.value).names)
                for step in op.place.path:
                    names |= trees.names_in(step)
            elif getattr(op, "place", None) is not None:
                found[op.place.root] = None
            for place in getattr(op, "places", None) or ():
                if place is not None:
                    found[place.root] = None
            for name in sorted(names):
                info = self.info.get(name)
                if info is not None and info.place is not None:
                    found[info.place.root] = None
        mentioned = set().union(*map(self.mentioned, self.all))
        for root in self.program.roots:
            if root.outside and re.split(r"[.\[]", root.name)[0] in mentioned:
                found[root] = None
        phis = self.loop.phis if self.loop is not None else ()
        return [root for root in found if root.name not in self.set_inside and root.name not in phis]

    def mentioned(self, node: gast.stmt) -> set[str]:
        """The names in a statement, also those of globals; of one that only stores, but for what it stores into."""
        op = getattr(node, "effect", None)
        parts = [node.value, *op.place.path] if self.is_store(node) else own_expressions(node)
        inside = names_with_globals(op.instance.body) if isinstance(op, ir.PairCall) else set()
        return inside.union(getattr(node, "looks_at", ()), *map(trees.names_in, parts))

    def changes(self, root: ir.Root) -> bool:
        """Whether memory is written in the loop or after it, as long as it lives."""
        from s2sad.aliases import may_follow

        positions = [each.position for each in self.all if hasattr(each, "position")]
        start = min(positions, default=self.forward.position) - 1
        loops = (*self.forward.loops, self.loop.number) if self.loop is not None else self.forward.loops
        return any(
            may_follow(moment[:2], loops, start, each.loops)
            for each in kin(root)
            for moment in [*each.stores, *each.moves, *each.deep]
        )

    # ---------------------------------------------------------------- the loop
    def checkpointed_loop(self, block: list[gast.stmt]) -> list[gast.stmt]:
        """Changes the forward loop; returns what stands for the reversed one. block: where the forward loop is."""
        names, loop, forward, index = self.names, self.loop, self.forward, self.index
        self.helpers.need(steps_to_keep)
        kept = names.fresh("kept")
        held = [*self.phis, *[root.name for root in self.memory]]
        self.states = [names.fresh(f"{ir.base_of(name)}_kept") for name in [index, *held]]
        for state, name in zip(self.states, [index, *held]):
            self.info[state] = ir.Info(List(self.info[name].kind), loops=forward.loops, position=forward.position)
        self.info[kept] = ir.Info(Unknown(), loops=forward.loops, position=forward.position)
        start = [self.plain(trees.assign(state, gast.List([], gast.Load()))) for state in self.states]
        places = self.plain(self.keep(kept, trees.const(0), loop.length, loop.snapshots))
        again = Copies(self.info, names, self.set_inside | set(loop.phis))
        ahead = Copies(self.info, names, self.set_inside)
        body = [*self.bindings, *self.body]
        copies = Copies(self.info, names, set())
        inside = [self.push(index, kept), *copies.block(body, set())]
        step = names.fresh(ir.base_of(index) if ir.base_of(index).isidentifier() else "step")
        ahead.known[index] = step
        self.info[step] = ir.Info(Scalar("int"))
        advance = [self.push(index, kept), *copies.block(body, self.write_only)]
        own = self.with_values()
        drop_copies_into(own, set(loop.phis))
        first = names.fresh("first")
        self.info[first] = ir.Info(Scalar("int"))
        pop = self.pop(first)
        length = trees.call(trees.builtin("len"), trees.name(self.states[0]))
        snapshots = loop.snapshots
        if forward.loops:  # one list for all times that the loop runs: how long it is before
            base = names.fresh("base")
            self.info[base] = ir.Info(Scalar("int"), loops=forward.loops, position=forward.position)
            self.tape.stacks.extend(start)
            start = [self.plain(trees.assign(base, length))]
            snapshots = trees.binary(gast.Add, snapshots, trees.name(base))
        left = trees.binary(gast.Sub, snapshots, length)
        stop = trees.add(trees.name(index), trees.const(1))
        refill = self.plain(self.keep(kept, trees.name(first), stop, left), reverse=True)
        run = gast.For(
            trees.name(index, store=True),
            trees.call(trees.builtin("range"), trees.name(first), trees.name(index)),
            advance,
            [],
            None,
        )
        run.effect, run.origin = None, None
        whole = [*pop, refill]
        reversed_body = again.block([*whole, *ahead.block_of_loop(run), *own], self.write_only)
        made = gast.For(
            trees.name(again.name(index), store=True), reversed_range([loop.length]), reversed_body, [], None
        )
        made.effect, made.origin, made.reverse = None, getattr(self.reverse, "origin", None), True
        forward.target = trees.name(index, store=True)
        forward.iter = trees.call(trees.builtin("range"), loop.length)
        forward.iter.pure = True
        forward.body = inside
        at = next(k for k, node in enumerate(block) if node is forward)
        block[at:at] = [*start, places]
        return self.with_memory([made])

    def keep(self, kept: str, first: gast.AST, stop: gast.AST, snapshots: gast.AST) -> gast.Assign:
        function = trees.name("steps_to_keep", function=steps_to_keep)
        return trees.assign(kept, trees.call(function, first, stop, snapshots))

    def plain(self, node: Any, reverse: bool = False) -> Any:
        node.effect, node.origin = ir.Plain(False), None
        if reverse:
            node.reverse = True
        node.loops, node.position = self.forward.loops, self.forward.position
        return node

    def push(self, index: str, kept: str) -> gast.stmt:
        """Keeps the state, if its turn has come."""
        parts = [trees.name(index), *[self.snapshot(name) for name in self.phis]]
        parts += [trees.call(trees.attr(trees.name(root.name), "copy")) for root in self.memory]
        pushes = [
            self.plain(gast.Expr(trees.call(trees.attr(trees.name(stack), "append"), part)))
            for stack, part in zip(self.states, parts)
        ]
        test = gast.If(gast.Compare(trees.name(index), [gast.In()], [trees.name(kept)]), pushes, [])
        test.effect, test.origin = None, None
        return test

    def snapshot(self, name: str) -> gast.AST:
        place = self.info[name].place
        written = place is not None and any(is_changed(root) for root in kin(place.root))
        return trees.call(trees.attr(trees.name(name), "copy")) if written else trees.name(name)

    def pop(self, first: str) -> list[gast.stmt]:
        """Takes the last state: numbers and arrays as they are, what is memory of others back to where it was."""
        names, restored = [first, *self.phis], []
        for root in self.memory:
            names.append(self.names.fresh(f"{ir.base_of(root.name)}_before"))
            self.info[names[-1]] = ir.Info(root.kind)
            restored.append(self.store_back(root, names[-1]))
        pops = [
            self.plain(trees.assign(name, trees.call(trees.attr(trees.name(stack), "pop"))), reverse=True)
            for name, stack in zip(names, self.states)
        ]
        return [*pops, *restored]

    def store_back(self, root: ir.Root, name: str) -> gast.stmt:
        target = trees.index(trees.name(root.name), trees.const(...))
        target.ctx = gast.Store()
        return self.plain(gast.Assign([target], trees.name(name), None), reverse=True)

    def with_memory(self, made: list[gast.stmt]) -> list[gast.stmt]:
        """What the memory holds at the end is what it held before the reverse sweep went back."""
        before, after = [], []
        for root in self.memory:
            name = self.names.fresh(f"{ir.base_of(root.name)}_now")
            self.info[name] = ir.Info(root.kind)
            copied = trees.call(trees.attr(trees.name(root.name), "copy"))
            before.append(self.plain(trees.assign(name, copied), reverse=True))
            after.append(self.store_back(root, name))
        return [*before, *made, *after]

    def with_values(self) -> list[gast.stmt]:
        """The body and its reverse, with what the latter needs saved as in a loop without checkpoint, so that the
        same operations follow; what is saved once only needs no list in the end (`take_values`)."""
        body, reverse = self.body, self.reverse.body
        tape = Tape(self.program, body, self.helpers)
        tape.block(reverse)
        inner = len(tape.stacks)
        if self.loop is not None:
            tape.loop(self.reverse)
            once = {each.stack for each in tape.stacks[inner:]}
            for each in [*tape.stacks, *all_statements(body), *all_statements(reverse)]:
                if stack_of(each) in once:
                    each.once = True
        tape.keep_copies(body, reverse)
        return [*tape.stacks, *self.bindings, *body, *reverse]

    # ---------------------------------------------------------------- the call
    def checkpointed_call(self, block: list[gast.stmt]) -> list[gast.stmt]:
        again = Copies(self.info, self.names, self.set_inside)
        copies = Copies(self.info, self.names, set())
        inside = copies.block(self.body, set())
        kept, restored = [], []
        for root in self.memory:
            name = self.names.fresh(f"{ir.base_of(root.name)}_kept")
            self.info[name] = ir.Info(root.kind, loops=self.forward.loops, position=self.forward.position)
            value = trees.call(trees.attr(trees.name(root.name), "copy"))
            kept.append(self.plain(trees.assign(name, value)))
            restored.append(self.store_back(root, name))
        own = self.with_values()
        at = next(k for k, node in enumerate(block) if node is self.forward)
        block[at : at + 1] = [*kept, *inside]
        return self.with_memory([*restored, *again.block(own, self.write_only)])


def drop_copies_into(block: list[gast.stmt], names: set[str]) -> None:
    """Takes out what hands values to the next iteration."""
    kept = []
    for node in block:
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy) and not getattr(node, "reverse", False):
            op.pairs = [pair for pair in op.pairs if pair[0] not in names]
            if not op.pairs:
                continue
        for inner in blocks_of(node):
            drop_copies_into(inner, names)
        kept.append(node)
    block[:] = kept


def stack_of(node: Any) -> str | None:
    """The list that a statement makes, appends to, or takes the last item of."""
    if getattr(node, "stack", None) is not None:
        return node.stack
    if getattr(node, "save", None) or getattr(node, "restore", False):
        return node.value.func.value.id
    return None


def all_statements(block: list[gast.stmt]) -> list[Any]:
    return [each for node in block for each in [node, *statements_in(node)]]


def take_values(body: list[gast.stmt]) -> None:
    """What an iteration saves once, for itself, stays in its name; or gets a second one, if that is set again."""
    for node in body:
        for inner in blocks_of(node):
            take_values(inner)
    made: list[gast.stmt] = []
    if not any(getattr(node, "once", False) for node in body):
        return
    statements = all_statements(body)
    for node in body:
        if getattr(node, "once", False) and getattr(node, "stack", None):
            take_value(node.stack, statements)
        else:
            made.append(node)
    body[:] = made
    drop_taken(body)


def take_value(stack: str, statements: list[Any]) -> None:
    here = [k for k, each in enumerate(statements) if getattr(each, "once", False) and stack_of(each) == stack]
    pushes = [statements[k] for k in here if getattr(statements[k], "save", None)]
    pops = [statements[k] for k in here if getattr(statements[k], "restore", False)]
    name = pushes[0].save if pushes else ""
    start = next((k for k, each in enumerate(statements) if any(each is push for push in pushes)), 0)
    again = any(name in targets(each) and not any(each is pop for pop in pops) for each in statements[start:])
    plain = all(isinstance(push.value.args[0], gast.Name) for push in pushes)
    for each in [*pushes, *pops]:
        each.taken = plain and not again
    if plain and not again:
        return
    for push in pushes:
        push.into = trees.assign(stack, push.value.args[0])
        push.into.effect, push.into.origin = ir.Plain(True), getattr(push, "origin", None)
    for pop in pops:
        pop.value = trees.name(stack)


def drop_taken(block: list[gast.stmt]) -> None:
    made: list[gast.stmt] = []
    for node in block:
        for inner in blocks_of(node):
            drop_taken(inner)
        if not getattr(node, "taken", False):
            made.append(getattr(node, "into", node))
    block[:] = made


def dissolve(block: list[gast.stmt]) -> None:
    """Calls of checkpointed functions that no gradient flows into are what they are without checkpoint."""
    made: list[gast.stmt] = []
    for node in block:
        for inner in blocks_of(node):
            dissolve(inner)
        made.extend(node.body if getattr(node, "again", False) else [node])
    block[:] = made


def kin(root: ir.Root) -> list[ir.Root]:
    from s2sad.ir import family

    return list(family(root))


def is_changed(root: ir.Root) -> bool:
    return bool(root.stores or root.moves or root.deep)


def does_more(node: Any) -> bool:
    """Whether a statement does more than to compute, or may compute something else when it is run again."""
    op = getattr(node, "effect", None)
    if not isinstance(op, ir.Plain) or op.pure:
        return False
    return not (
        getattr(node, "counter", None) or getattr(node, "makes", None) is not None or getattr(node, "repeatable", False)
    )


def changes_the_world(op: Any) -> bool:
    """Whether an operation writes into memory from outside of the main function."""
    return isinstance(op, (ir.Store, *LISTS)) and any(root.outside for root in kin(op.place.root))


def is_print(node: gast.stmt) -> bool:
    """Whether a statement only prints; that is done once."""
    call = node.value if isinstance(node, gast.Expr) else None
    return isinstance(call, gast.Call) and getattr(call.func, "builtin", None) is print


def is_pure(instance: Any, seen: set[int]) -> bool:
    """Whether a function that is differentiated beside the main one does nothing but compute."""
    if id(instance) in seen:
        return True
    seen.add(id(instance))
    for node in instance.body:
        for each in [node, *statements_in(node)]:
            op = getattr(each, "effect", None)
            if does_more(each) or changes_the_world(op):
                return False
            if isinstance(op, ir.Checked) or isinstance(op, ir.PairCall) and not is_pure(op.instance, seen):
                return False
    return True


def number(name: str) -> int:
    return int(name.rpartition(".")[2])
