"""Part of the stage `adjoint`: branches, loops, `with` and `try`, in reverse.

A branch is reversed by testing again; a loop runs over the same positions backwards. The adjoint of a name that lives
longer than one iteration has one name before, in and after the reversed loop.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.activity import sources
from s2sad.adjoint_arrays import STRUCTURES
from s2sad.adjoint_breaks import count_whole, whole_iteration
from s2sad.fresh import copy_of
from s2sad.kinds import ITEM, Array, Dim, List, Mapping, Scalar
from s2sad.reading import all_blocks, reads
from s2sad.statements import blocks_of, read_list, statements_in, statements_of, targets


class Structure:
    # ---------------------------------------------------------------- branches
    def of_If(self, node: gast.If, op: Any) -> None:
        outer = self.block
        self.prepare_shadows(node)
        before = dict(self.adj)
        blocks, results = [], []
        origin = self.origin
        for branch in (node.body, node.orelse):
            self.block, self.adj = [], dict(before)
            self.make_late(self.late_in(branch))
            self.sweep(branch)
            blocks.append(self.block)
            results.append(self.adj)
        self.block, self.origin = outer, origin
        self.adj = self.merge(results, blocks, node)
        if not blocks[0] and not blocks[1]:
            return
        self.origin = getattr(node, "origin", None)
        self.add(gast.If(node.test, blocks[0], blocks[1])).retest = True

    def prepare_shadows(self, node: gast.stmt) -> None:
        """Memory that only one branch would give a shadow gets it before the branches; not a list that the other one
        hands on under another name, which may have got longer or shorter since."""
        handed_on = self.lists_handed_on(node)
        for name in touched(node):
            if name in handed_on:
                continue
            if self.owner_of(name) is not None and not self.defined_inside(name, node):
                if self.needs_shadow(name, node):
                    self.as_shadow(name)
                continue
            if name in self.active and self.info[name].place is not None and self.info[name].place.root.name == name:
                left = self.info[name].left and isinstance(self.info[name].kind, Array)
                apart = left or self.may_have_no_value(name, node)
                if apart or self.defined_inside(name, node):
                    continue  # a branch that reads it gives it one
                if name in self.adj and not self.adj[name].shadow or self.needs_shadow(name, node):
                    self.as_shadow(name)

    def needs_shadow(self, name: str, node: gast.stmt) -> bool:
        for each in statements_in(node):
            op = getattr(each, "effect", None)
            if isinstance(op, (ir.Store, ir.Append, ir.Extend, ir.Pop)) and op.place.root.name == name:
                return True
            if isinstance(op, ir.PairCall) and any(
                written and place.root.name == name for place, written in zip(op.places, op.written)
            ):
                return True
            if isinstance(op, ir.GetItem) and (op.place.root.name if op.place is not None else op.base) == name:
                return True
        return False

    def defined_inside(self, name: str, node: gast.stmt) -> bool:
        return any(name in targets(each) for each in statements_in(node))

    def is_known_only_in(self, name: str, node: gast.stmt) -> bool:
        """Whether a statement inside this one sets it, and nothing else, and nothing reads it elsewhere: what reads it
        after the iterations of a loop reads what one of the earlier ones made."""
        statement, inside = self.info[name].statement, {id(each) for each in statements_in(node)}
        if statement is None or id(statement) not in inside:
            return False
        return not any(name in reads(each) for each in statements_of(self.program.body) if id(each) not in inside)

    def is_from_a_loop(self, name: str, node: gast.stmt) -> bool:
        """Whether a loop that is over makes it: what it is has no value if the loop didn't come that far."""
        over = [number for number in self.info[name].loops if number not in node.loops]
        return bool(over) and not is_carried(name, self.program.body)

    def is_set_last(self, name: str) -> bool:
        """Whether it is set where its loop is left, and nowhere else."""
        return self.info[name].early or is_set_before_break(name, self.program.body)

    def lists_handed_on(self, node: gast.stmt) -> set[str]:
        copies = (each for each in statements_in(node) if isinstance(getattr(each, "effect", None), ir.Copy))
        names = {name for each in copies for name in read_list(each) if name in self.info}
        return {name for name in names if isinstance(self.info[name].kind, (List, Mapping))}

    def merge(self, results: list[dict[str, Any]], blocks: list[list[gast.stmt]], node: gast.If) -> dict[str, Any]:
        from s2sad.adjoint import Cotangent

        merged: dict[str, Any] = {}
        for name in {**results[0], **results[1]}:
            a, b = results[0].get(name), results[1].get(name)
            if a is b or a is not None and b is not None and trees.same(a.expr, b.expr):
                merged[name] = a
                continue
            if self.is_known_only_in(name, node):
                continue  # before the branch, there is no such thing
            kind = self.info[name].kind
            fresh = self.names.fresh(self.grad_base(name))
            spread = owned = False
            late = any(each is not None and each.late for each in (a, b))
            if not late and isinstance(kind, Array) and self.is_added_to_elsewhere(name, node):
                late = True
            held = isinstance(kind, (List, Mapping)) and not (isinstance(kind, List) and self.is_set_last(name))
            late = late or held and (a is None or b is None) and self.is_late(name, node)
            if late:
                a, b = self.in_shadows(name, results, blocks)
            for block, cotangent in zip(blocks, (a, b)):
                if cotangent is None and isinstance(kind, Array) and not late:
                    expr: gast.AST = trees.const(0.0)
                    spread = True
                elif cotangent is None:
                    if isinstance(kind, List) and self.is_set_last(name):
                        expr = gast.List([], gast.Load())  # read only if the loop was left there
                    elif late:
                        expr = trees.const(None)
                    else:
                        expr = self.zero(kind, trees.name(name))
                else:
                    expr = cotangent.expr
                    spread = spread or cotangent.spread
                self.copy_into(block, [(fresh, expr)])
            shadow = all(late if each is None else each.shadow for each in (a, b))
            merged_kind = kind if not spread else Array(getattr(kind, "dtype", "float64"), None)
            partly = a is None or b is None or a.partly or b.partly
            merged[name] = Cotangent(trees.name(fresh), merged_kind, spread, owned, shadow, late, partly)
            self.kinds[fresh] = merged_kind
        return merged

    def is_added_to_elsewhere(self, name: str, node: gast.If) -> bool:
        """Whether an array that may have no value here is read item by item before this branch."""
        if name in self.begun_late or not self.may_be_missing(name, node):
            return name in self.begun_late
        return self.info[name].missing or any(
            self.needs_shadow(name, each) for each in self.program.body if each is not node
        )

    def in_shadows(self, name: str, results: list[dict[str, Any]], blocks: list[list[gast.stmt]]) -> list[Any]:
        """An adjoint at the ends of two branches, where there is one, as one that is changed in place."""
        outer = self.block, self.adj
        for self.block, self.adj in zip(blocks, results):
            if self.adj.get(name) is not None and not self.adj[name].late:
                self.as_shadow(name, own=True)
        self.block, self.adj = outer
        return [each.get(name) for each in results]

    def copy_into(self, block: list[gast.stmt], pairs: list[tuple[str, gast.AST]]) -> None:
        node = gast.Assign([trees.name("_", store=True)], trees.const(None), None)
        node.effect, node.origin, node.reverse = ir.Copy(pairs), self.origin, True
        block.append(node)

    def is_from_a_branch(self, name: str, node: gast.stmt) -> bool:
        """Whether a branch sets it, in no other loop, that isn't around this statement, or not all of the ways that
        join where it is set have a value for it: it may have none here."""
        info = self.info[name]
        if info.unset:
            return True
        if info.carried or info.scope is None or not set(info.loops) <= set(node.loops):
            return False
        return info.missing or info.scope != self.scope[: len(info.scope)]

    def may_have_no_value(self, name: str, node: gast.stmt) -> bool:
        return self.is_from_a_branch(name, node) or self.is_from_a_loop(name, node)

    def is_late(self, name: str, node: gast.stmt) -> bool:
        """Whether the adjoint of a list or dict that a branch has none for begins as None."""
        held = isinstance(self.info[name].kind, (List, Mapping))
        return held and (name in self.begun_late or self.may_be_missing(name, node))

    def may_be_missing(self, name: str, node: gast.stmt) -> bool:
        """Whether a name that this statement doesn't set may have no value there."""
        return self.may_have_no_value(name, node) and not self.defined_inside(name, node)

    def late_in(self, block: list[gast.stmt]) -> dict[str, Any]:
        """The adjoints of what this block itself sets or reads that wait until there is something for them."""
        late = {name: each for name, each in self.adj.items() if each is not None and each.late}
        own = [node for node in block if not isinstance(getattr(node, "effect", None), ir.Copy)] if late else []
        used = {name for node in own for name in (*targets(node), *read_actively(node))}
        return {name: each for name, each in late.items() if name in used}

    # ---------------------------------------------------------------- loops
    def of_For(self, node: gast.For, op: Any) -> None:
        self.reverse_loop(node)

    def of_While(self, node: gast.While, op: Any) -> None:
        self.reverse_loop(node)

    def reverse_loop(self, node: Any) -> None:
        loop = node.loop
        carried = self.carried(node)
        if not carried:
            return
        origin = self.origin
        inside = {name for each in [*loop.bindings, *statements_in(node)] for name in targets(each)}
        whole = whole_iteration(node, self.active, self.adj, inside)
        variables = self.enter(carried, node)
        outer, self.block = self.block, []
        outer_adj, self.adj = self.adj, {name: cotangent for name, cotangent in self.adj.items() if name in variables}
        surely = self.always_set(node) - {name for name, known in self.info.items() if known.missing or known.unset}
        self.make_late({name: start for name, start in variables.items() if name in surely})
        self.make_late(self.late_in([*node.body, *loop.bindings]))
        if whole is not None:
            count_whole(node, whole)
            self.sweep([*node.body[:-1], *whole])
        else:
            self.sweep(node.body)
        self.sweep(loop.bindings)
        self.leave(variables, node)
        body, self.block = self.block, outer
        for name in variables:
            outer_adj[name] = variables[name]
        self.adj = outer_adj
        self.origin = origin
        header = self.reversed_header(node)
        statement = self.add(gast.For(trees.name(header[0], store=True), header[1], body, [], None))
        statement.forward = node
        statement.restores = header[2]

    def reversed_header(self, node: Any) -> tuple[str, gast.AST, list[gast.stmt]]:
        """The index's name, what it runs over backwards, and what an iteration's names are in terms of it."""
        loop = node.loop
        if loop.range is not None and (
            not loop.counted or trees.literal(loop.range[0]) == 0 and trees.literal(loop.range[2]) == 1
        ):
            start, stop, step = loop.range
            if loop.counted:
                stop = loop.count
            arguments = [start, stop, step]
            if trees.literal(step) == 1:
                arguments = arguments[:2] if trees.literal(start) != 0 else [stop]
            name = loop.bindings[0].targets[0].id
            return name, trees.reversed_range(arguments), []
        index = loop.index
        if index is None:
            index = self.names.fresh("k")
            self.info[index] = ir.Info(Scalar("int"), loops=())
        return index, trees.reversed_range([loop.count]), loop.bindings

    def carried(self, node: Any) -> list[str]:
        """The active names whose adjoints live longer than an iteration, in a fixed order."""
        inside: set[str] = set()
        for each in [*statements_in(node), *node.loop.bindings]:
            inside |= targets(each)
        found: dict[str, None] = {}
        for name in node.loop.phis:
            if name in self.active:
                found[name] = None
        for each in [*statements_in(node), *node.loop.bindings]:
            for name in sorted(read_actively(each), key=order):
                if name in self.active and name not in inside:
                    found[name] = None
        for name in self.adj:
            if name in inside:
                found[name] = None
        return list(found)

    def enter(self, carried: list[str], node: Any) -> dict[str, Any]:
        """Gives each carried adjoint its name, before the reversed loop."""
        from s2sad.adjoint import Cotangent

        variables: dict[str, Any] = {}
        pairs = []
        always = self.always_set(node)
        for name in carried:
            kind = self.info[name].kind
            phi = name in node.loop.phis
            memory = self.info[name].place is not None and (
                self.needs_shadow(name, node) or self.is_written_inside(name)
            )
            early = self.info[name].early or not memory and name not in always
            local = not phi and self.defined_inside(name, node)
            old = self.adj.get(name)
            partly = old is not None and old.partly
            unset = phi and self.info[name].unset
            apart = old is not None and old.late or unset and (memory or isinstance(kind, (List, Mapping)))
            apart = apart or old is None and not phi and not local and self.may_have_no_value(name, node)
            if apart and isinstance(kind, (Array, List, Mapping)):
                fresh = self.names.fresh(self.grad_base(name))
                self.kinds[fresh] = kind
                if old is not None and not old.late:
                    self.as_shadow(name, own=True)
                    old = self.adj[name]
                pairs.append((fresh, trees.const(None) if old is None else old.expr))
                variables[name] = self.adj[name] = Cotangent(trees.name(fresh), kind, shadow=True, late=True)
                continue
            if isinstance(kind, Array) and (unset or local and (early or partly or varies(kind))):
                # It may have no value yet, or another shape: its adjoint is a number, 0.0, until there is one to add.
                fresh = self.names.fresh(self.grad_base(name))
                wide = self.kinds[fresh] = Array(kind.dtype, None)
                pairs.append((fresh, trees.const(0.0) if old is None else old.expr))
                variables[name] = self.adj[name] = Cotangent(trees.name(fresh), wide, spread=True)
                continue
            if not isinstance(kind, Scalar) and (not phi or memory) or not isinstance(kind, (Scalar, Array)):
                self.as_shadow(name, own=True)
                late = local and isinstance(kind, (List, Mapping)) and name in always | set_in_any_case(node.body)
                variables[name] = self.adj[name] = dataclasses.replace(self.adj[name], late=late)
                continue
            expr = self.zero(kind, trees.name(name)) if old is None else old.expr
            if old is not None and old.spread:
                expr = self.full(trees.name(name), old, kind)
            fresh = self.names.fresh(self.grad_base(name))
            self.kinds[fresh] = kind
            pairs.append((fresh, expr))
            variables[name] = self.adj[name] = Cotangent(trees.name(fresh), kind)
        if pairs:
            self.copy_into(self.block, pairs)
        return variables

    def make_late(self, variables: dict[str, Any], begun: bool = True) -> None:
        """A list or dict that each iteration makes anew, of other items maybe: of earlier ones than the last, the
        adjoint begins as zeros of that structure. begun: whether it has none on other ways."""
        for name, start in variables.items():
            if start.late:
                self.begun_late |= {name} if begun else set()
                fresh = trees.name(self.names.fresh(self.grad_base(name)))
                kind = self.info[name].kind  # not that of all that it may be where it is read
                self.kinds[fresh.id] = kind
                missing = trees.is_none(start.expr)
                self.add(trees.assign(fresh.id, gast.IfExp(missing, self.zero(kind, trees.name(name)), start.expr)))
                self.adj[name] = dataclasses.replace(start, expr=fresh, kind=kind, late=False)

    def always_set(self, node: Any) -> set[str]:
        """The names that each iteration sets."""
        return {name for each in [*node.body, *node.loop.bindings] for name in targets(each)}

    def is_written_inside(self, name: str) -> bool:
        root = self.info[name].place.root
        return any(each.stores for each in self.family(root))

    def family(self, root: ir.Root) -> list[ir.Root]:
        from s2sad.ir import family

        return family(root)

    def leave(self, variables: dict[str, Any], node: Any) -> None:
        """At the end of a reversed iteration each carried adjoint is in its name again."""
        pairs = []
        always = self.always_set(node)
        for name, start in variables.items():
            end = self.adj.get(name)
            if end is not None and isinstance(end.expr, gast.Name) and end.expr.id == start.expr.id:
                continue
            kind = self.info[name].kind
            # What not each iteration sets may have no value before: zeros like its adjoint, then.
            if name in node.loop.phis:
                maybe = end is None and isinstance(kind, Array) and not varies(kind)
            else:
                maybe = name not in always and self.defined_inside(name, node)
            like = start.expr if maybe else trees.name(name)
            if start.spread:
                expr = trees.const(0.0) if end is None else end.expr
                if end is not None and end.late:
                    missing = trees.is_none(expr)
                    expr = gast.IfExp(missing, trees.const(0.0), expr)
            elif start.late and end is None:
                expr = trees.const(None)
            elif end is None:
                expr = self.zero(kind, like)
            elif end.late and not start.late:
                missing = trees.is_none(end.expr)
                expr = gast.IfExp(missing, self.zero(kind, trees.name(name)), end.expr)
            elif end.spread:
                expr = self.full(like, end, kind)
                if start.shadow and isinstance(kind, Array) and not kind.rank:
                    expr = trees.np_call("array", expr)  # sums of arrays without axes are numbers
            elif start.shadow and isinstance(kind, Array) and not end.late and self.is_to_be_copied(end, kind):
                expr = trees.name(self.names.fresh(self.grad_base(name)))  # it is going to be written into
                self.kinds[expr.id] = kind
                self.add(trees.assign(expr.id, trees.np_call("array", end.expr)))
            elif start.shadow and isinstance(kind, STRUCTURES) and not (end.owned or end.shadow or end.late):
                expr = copy_of(kind, end.expr, self.names.fresh)
            else:
                expr = end.expr
            pairs.append((start.expr.id, expr))
        if pairs:
            self.copy_into(self.block, pairs)
            lines = {name: each.origin for each in self.block if each.reverse for name in targets(each)}
            for target, expr in pairs:
                if isinstance(expr, gast.UnaryOp) and isinstance(expr.operand, gast.Name):
                    self.block[-1].effect.origins[target] = lines.get(expr.operand.id)

    def is_to_be_copied(self, end: Any, kind: Array) -> bool:
        """Whether what an iteration leaves can't be written into by the one before: something else refers to it, or it
        may be a number, as sums and products of arrays without axes are."""
        return not end.owned or not kind.rank and not end.shadow

    # ---------------------------------------------------------------- with and try
    def of_With(self, node: Any, op: Any) -> None:
        if getattr(node, "again", False):  # a call of a checkpointed function
            outer, self.block = self.block, []
            self.sweep(node.body)
            body, self.block = self.block, outer
            if body:
                self.add(gast.With([], body, None)).forward = node
            return
        quiet = [item for item in node.items if is_errstate(item.context_expr)]
        outer, self.block = self.block, []
        origin = self.origin
        self.sweep(node.body)
        body, self.block, self.origin = self.block, outer, origin
        if quiet and body:
            self.add(gast.With([gast.withitem(item.context_expr, None) for item in quiet], body, None))
        else:
            self.block.extend(body)

    def of_Try(self, node: gast.Try, op: Any) -> None:
        self.sweep(node.finalbody)
        if not node.going_on:
            self.sweep([*node.body, *node.orelse])
            return
        choice = [*node.body, *node.orelse]
        for k, handled in reversed(list(enumerate(node.going_on))):
            test: gast.AST = trees.name(node.caught)
            if len(node.going_on) > 1:
                test = gast.Compare(test, [gast.Eq()], [trees.const(k + 1)])
            branch = gast.If(test, handled, choice)
            branch.origin, branch.loops = self.origin, node.loops
            choice = [branch]
        self.of_If(choice[0], None)


def is_carried(name: str, block: list[gast.stmt]) -> bool:
    """Whether a loop in this block carries the name, which has a value before it then."""
    for node in block:
        loop = getattr(node, "loop", None)
        if loop is not None and name in loop.phis or any(is_carried(name, inner) for inner in blocks_of(node)):
            return True
    return False


def is_set_before_break(name: str, block: list[gast.stmt]) -> bool:
    """Whether all blocks that set a name, in this one, end with `break`."""
    setting = [each for each in all_blocks(block) if any(name in targets(node) for node in each)]
    return bool(setting) and all(isinstance(each[-1], gast.Break) for each in setting)


def varies(kind: Array) -> bool:
    """Whether an array made in a loop may be of another shape in each iteration."""
    return kind.dims is None or any(not is_fixed(dim.key) for dim in kind.dims)


def is_fixed(key: Any) -> bool:
    """Whether what names a length names one number, and nothing that is made anew each time."""
    if isinstance(key, Dim):
        return is_fixed(key.key)
    if isinstance(key, tuple):
        return key[:1] not in (("join",), ("mask",)) and all(map(is_fixed, key))
    return key != ITEM and key.__class__ is not object


def is_errstate(expr: gast.AST) -> bool:
    return (
        isinstance(expr, gast.Call)
        and isinstance(expr.func, gast.Attribute)
        and expr.func.attr == "errstate"
        and getattr(expr.func.value, "module", None) is np
    )


def order(name: str) -> tuple[str, int]:
    base, _, number = name.rpartition(".")
    return (base, int(number)) if number.isdigit() else (name, 0)


def read_actively(node: gast.stmt) -> set[str]:
    """The names that a statement's derivative flows to."""
    op = getattr(node, "effect", None)
    if op is None:
        return set()
    if isinstance(op, ir.Copy):
        return {name for _, source in op.pairs for name in trees.names_in(source)}
    found = sources(op, node)
    if isinstance(op, ir.PairCall):
        return found | {place.root.name for place, written in zip(op.places, op.written) if written}
    if isinstance(op, (ir.Store, ir.Append, ir.Extend)):
        found = {op.place.root.name, *trees.names_in(op.value)}
    return found


def touched(node: gast.stmt) -> list[str]:
    found: dict[str, None] = {}
    for each in statements_in(node):
        for name in sorted(filter(ir.is_ssa, read_actively(each)), key=order):
            found[name] = None
    return list(found)


def set_in_any_case(block: list[gast.stmt]) -> set[str]:
    """The names that a block sets whichever branch is taken, if its loops run at all."""
    found: set[str] = set()
    for node in block:
        found |= targets(node)
        ways = [set_in_any_case(each) for each in blocks_of(node)]
        if isinstance(node, gast.If):
            found |= set.intersection(*ways)
        elif isinstance(node, (gast.For, gast.While)):
            found |= ways[0]
    return found
