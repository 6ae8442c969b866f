"""Functions that are differentiated beside the main one: a forward half that also returns what the backward half needs.

def power(x, n):                      def power_forward(x, n):
    if n == 0:                            ...
        return 1.0             ->         return value, (x, n, t1, power_saved)
    return x * power(x, n - 1)        def power_backward(saved, value_grad):
                                          x, n, t1, power_saved = saved
                                          ...
                                          return x_grad
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import active_names
from s2sad.adjoint import Adjoint, Cotangent
from s2sad.inlining import inline_block
from s2sad.inserting import drop_places, expand
from s2sad.kinds import Array, Scalar
from s2sad.naming import name_all
from s2sad.reading import free_reads, surely_set
from s2sad.repeated import compute_once
from s2sad.saved import save_together
from s2sad.simplify import simplify
from s2sad.statements import blocks_of
from s2sad.tape import provide
from s2sad.values_at_hand import use_values


class Pair:
    """The two halves of one instance, while they are made."""

    def __init__(self, inferred: ir.Inferred, instance: Any, helpers: Any) -> None:
        self.inferred, self.instance = inferred, instance
        part = ir.Inferred(
            instance.name,
            instance.body,
            instance.result,
            {},
            inferred.info,
            inferred.names,
            [],
            {},
            inferred.roots,
            inferred.instances,
            {},
        )
        part.beside = True
        inline_block(part)
        compute_once(part)
        self.part = part
        self.written = instance.written
        self.active = active_names(part, [name for name, written in zip(instance.leaves, instance.written) if written])
        self.adjoint = Adjoint(part, self.active, helpers)
        # noted now: the names in the trees change when a half is named
        self._results = [
            k
            for k, value in enumerate(instance.results)
            if instance.solved or isinstance(value.expr, gast.Name) and value.expr.id in self.active
        ]
        instance.pair = self

    @property
    def leaves(self) -> list[str]:
        return self.instance.leaves

    def active_leaves(self) -> list[int]:
        """The positions of the arguments whose gradients the backward half returns (those not written into)."""
        always = self.instance.solved
        return [k for k, name in enumerate(self.leaves) if k in always or name in self.active and not self.written[k]]

    def shadowed_leaves(self) -> list[int]:
        """The positions of the arguments that are written into: the backward half gets their shadows."""
        return [k for k, name in enumerate(self.leaves) if name in self.active and self.written[k]]

    def active_results(self) -> list[int]:
        """The positions of the results whose gradients the backward half takes."""
        return self._results

    # ---------------------------------------------------------------- the halves
    def functions(self, taken: set[str]) -> list[gast.FunctionDef]:
        adjoint, info = self.adjoint, self.inferred.info
        grads: list[str] = []
        for k in self.active_results():
            value = self.instance.results[k]
            name = self.inferred.names.fresh("value_grad")
            grads.append(name)
            if not isinstance(value.expr, gast.Name):
                continue
            kind = info[value.expr.id].kind
            adjoint.accumulate(
                value.expr, trees.name(name), kind, spread=isinstance(kind, Array) and kind.dims is None, owned=False
            )
        shadows: list[str] = []
        for k in self.shadowed_leaves():
            name = self.inferred.names.fresh(f"{ir.base_of(self.leaves[k])}_grad")
            shadows.append(name)
            adjoint.given.add(name)
            adjoint.adj[self.leaves[k]] = Cotangent(
                trees.name(name), info[self.leaves[k]].kind, owned=True, shadow=True
            )
        adjoint.sweep(self.instance.body)
        drop_places(self.instance.body)
        outputs = [self.output(k) for k in self.active_leaves()]
        reverse = adjoint.block
        use_values(self.part, self.instance.body, reverse)
        stacks = provide(self.part, self.instance.body, reverse, adjoint.helpers)
        returned = gast.Return(
            outputs[0] if len(outputs) == 1 and not self.instance.solved else gast.Tuple(outputs, gast.Load())
        )
        backward = [*reverse, returned]
        for each in backward:
            each.reverse = True
        results = [value.expr for value in self.instance.results]
        forward = [*stacks, *self.instance.body]
        self.tidy_backward(backward)

        def needed() -> list[str]:
            read = (free_reads(backward) - set(grads) - set(shadows)) & (set_names(forward) | set(self.leaves))
            return sorted(read, key=lambda name: int(name.rpartition(".")[2]))

        held = gast.Tuple([trees.name(name) for name in needed()], gast.Load())
        forward.append(gast.Return(gast.Tuple([*results, held], gast.Load())))
        backward = [copied(node) for node in backward]
        simplify(forward, info, {})
        forward, backward = self.saved_together(forward, backward)
        saved = needed()
        held.elts = [trees.name(name) for name in saved]
        unsure = [name for name in saved if name not in surely_set(forward) and name not in self.leaves]
        for name in reversed(unsure):
            forward.insert(0, trees.assign(name, trees.const(None)))
        first = self.function(f"{self.instance.name}_forward", self.leaves, forward, taken, self.forward_doc())
        parameter = self.inferred.names.fresh("kept" if "saved" in map(ir.base_of, saved) else "saved")
        if saved:
            left: gast.AST = gast.Tuple([trees.name(name, store=True) for name in saved], gast.Store())
            backward.insert(0, gast.Assign([left], trees.name(parameter), None))
        second = self.function(
            f"{self.instance.name}_backward", [parameter, *grads, *shadows], backward, taken, self.backward_doc()
        )
        return [first, second]

    def saved_together(self, forward: list[Any], backward: list[Any]) -> tuple[list[Any], list[Any]]:
        """The halves, with one list for what an iteration saves."""
        whole = [*forward, *backward]
        save_together(whole, self.inferred.names, self.inferred.info)
        second = {id(node) for node in backward}
        return [node for node in whole if id(node) not in second], [node for node in whole if id(node) in second]

    def tidy_backward(self, backward: list[gast.stmt]) -> None:
        simplify(backward, self.inferred.info, self.adjoint.kinds, names=self.inferred.names)
        expand(backward)

    def output(self, k: int) -> gast.AST:
        name = self.leaves[k]
        kind = self.inferred.info[name].kind
        cotangent = self.adjoint.adj.get(name)
        if cotangent is None:
            return self.adjoint.zero(kind, trees.name(name))
        if cotangent.spread and not isinstance(kind, Scalar):
            return self.adjoint.full(trees.name(name), cotangent, kind)
        return cotangent.expr

    def function(
        self, name: str, parameters: list[str], body: list[gast.stmt], taken: set[str], doc: str
    ) -> gast.FunctionDef:
        from s2sad.comments import comment
        from s2sad.early_copies import copy_early
        from s2sad.named_numbers import use_names
        from s2sad.restored import split_restored
        from s2sad.shortening import mark_numbers, shorten

        shown = unique(list(map(shown_for, parameters)), taken)
        copy_early(body)
        split_restored(body, self.inferred.names, self.inferred.info)
        mark_numbers(body, self.adjoint.kinds, self.inferred.info)
        names = name_all(body, list(zip(parameters, shown)), taken | {name}, self.inferred.names.shown)
        use_names(body, taken | {name, *shown, *names.values()})
        shorten(body)
        comment(body)
        arguments = gast.arguments([trees.name(each) for each in shown], [], None, [], [], None, [])
        return gast.FunctionDef(name, arguments, [gast.Expr(gast.Constant(doc, None)), *body], [], None, None, [])

    def forward_doc(self) -> str:
        return f"What {self.instance.tree.name} returns, and what {self.instance.name}_backward needs."

    def backward_doc(self) -> str:
        shown = unique(list(map(shown_for, self.leaves)), set())
        names = [shown[k] for k in self.active_leaves()]
        return (
            f"The gradients of {self.instance.tree.name} with respect to {', '.join(names) or 'what it writes into'}."
        )


def shown_for(name: str) -> str:
    base = ir.base_of(name)
    return base if base.isidentifier() else "part"


def set_names(body: list[gast.stmt]) -> set[str]:
    from s2sad.program import set_in

    return set_in(body)


def unique(names: list[str], taken: set[str]) -> list[str]:
    made: list[str] = []
    for name in names:
        number, candidate = 1, name
        while candidate in made or candidate in taken:
            number += 1
            candidate = f"{name}{number}"
        made.append(candidate)
    return made


def copied(node: gast.stmt) -> gast.stmt:
    """A copy of a statement that shares no node with others, so that it can be named by itself."""
    made = trees.copy_tree(node)

    def own(statement: gast.stmt) -> None:
        effect = getattr(statement, "effect", None)
        if isinstance(effect, ir.Copy):
            copies = [(target, trees.copy_tree(source)) for target, source in effect.pairs]
            statement.effect = ir.Copy(copies, dict(effect.origins))
        for inner in blocks_of(statement):
            for each in inner:
                own(each)

    own(made)
    return made
