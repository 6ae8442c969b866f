"""Part of the stage `adjoint`: statements that the user inserts (`grad_of`), where the reverse sweep passes them."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.inserting import Insertion, keeps_shape
from s2sad.kinds import Array, Scalar


class Inserts:
    def of_GradOf(self, node: gast.stmt, op: ir.GradOf) -> None:
        found = [self.adjoint_here(*each) for each in zip(op.grads, op.kinds, op.places)]
        if all(expr is None for expr, _ in found):
            return
        template, values, targets, kept, changed = op.template, [], [], [], []
        for grad, kind, name, change, (expr, shadow) in zip(
            op.grads, op.kinds, template.names, template.changes, found
        ):
            mutable = not isinstance(kind, Scalar)
            own = expr is None or change == "name" or not isinstance(expr, gast.Name)
            if change == "memory" and not (shadow and mutable) and expr is not None:
                own = True
                expr = trees.np_call("array", expr) if mutable else expr
            values.append(trees.const(None) if expr is None else expr)
            kept.append(own and name is not None)
            if kept[-1]:
                targets.append(self.names.fresh(self.base_for(name, grad)))
                if expr is not None and change != "nothing":
                    changed.append((trees.name(targets[-1]), grad, kind, shadow, name))
        targets += [self.names.fresh(each) for each in template.own]
        call = trees.call(trees.name("#inserted"), *values, *op.reads)
        statement: Any = gast.Expr(call)
        if targets:
            names = [trees.name(each, store=True) for each in targets]
            statement = gast.Assign([names[0] if len(names) == 1 else gast.Tuple(names, gast.Store())], call, None)
        statement.inserted = Insertion(template, kept)
        statement.impure = True
        statement.effect = ir.Plain(False)
        self.add(statement)
        for made, grad, kind, shadow, name in changed:
            self.go_on_with(made, grad, kind, shadow, template, name)

    def adjoint_here(self, grad: gast.AST, kind: Any, place: Any) -> tuple[gast.AST | None, gast.AST | None]:
        """The adjoint of a name as far as it is known, None where it has none; and the place that holds it, if that is
        memory which is added into."""
        if place is not None:
            if place.root.name not in self.active:
                return None, None
            found = self.at(self.as_shadow(place.root.name), place.path)
            return found, found
        if not self.is_active(grad):
            return None, None
        old = self.adj.get(grad.id)
        if old is None:
            return self.zero(kind, trees.name(grad.id)), None
        if old.shadow:
            return old.expr, old.expr
        return self.full(trees.name(grad.id), old, kind), None

    def base_for(self, name: str, grad: gast.AST) -> str:
        if isinstance(grad, gast.Name) and ir.is_ssa(grad.id) and name == f"{ir.base_of(grad.id)}_grad":
            return self.grad_base(grad.id)
        return name

    def go_on_with(self, made: gast.AST, grad: Any, kind: Any, shadow: Any, template: Any, name: str) -> None:
        """What the statements have made of an adjoint takes its place."""
        from s2sad.adjoint import Cotangent

        renamed = "name" in template.changes[template.names.index(name)]
        if shadow is not None:
            if renamed:
                self.add(gast.Assign([self.target(shadow)], made, None))
            return
        spread = isinstance(kind, Array) and renamed and not keeps_shape(name, template.body)
        known = Array(kind.dtype, None) if spread else kind
        self.kinds[made.id] = known
        self.adj[grad.id] = Cotangent(made, known, spread, owned=not renamed)
