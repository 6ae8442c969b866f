"""Part of the stage `adjoint`: calls of functions whose adjoint is a function of its own."""

from __future__ import annotations

import gast

from s2sad import ir, trees
from s2sad.adjoint_rules import as_large_as
from s2sad.kinds import Array


class Calls:
    def of_PairCall(self, node: gast.Assign, op: ir.PairCall) -> None:
        pair = self.helpers.pair_of(op.instance, self.program)
        leaves = pair.shadowed_leaves()
        written = [k for k in leaves if op.places[k].root.name in self.active]
        places = {k: self.at(self.as_shadow(op.places[k].root.name), op.places[k].path) for k in written}
        taken = [self.take(name) for name in op.results]
        wanted = list(pair.active_results())
        if not written and all(taken[k] is None for k in wanted):
            return
        # where no gradient is written to by the rest of the program, the backward half gets zeros of its own
        shadows = [places.get(k) or self.zero(self.info[op.instance.leaves[k]].kind, op.arguments[k]) for k in leaves]
        seeds = []
        for k in wanted:
            name, kind = op.results[k], self.info[op.results[k]].kind
            seeds.append(
                self.zero(kind, trees.name(name)) if taken[k] is None else self.full(trees.name(name), taken[k], kind)
            )
        call = trees.call(
            trees.name(f"{op.instance.name}_backward", pair=op.instance), trees.name(op.saved), *seeds, *shadows
        )
        outputs = pair.active_leaves()
        if not outputs:
            self.add(gast.Expr(call))
            return
        names = [self.names.fresh("#t_grad") for _ in outputs]
        target: gast.AST = trees.name(names[0], store=True)
        if len(names) > 1:
            target = gast.Tuple([trees.name(name, store=True) for name in names], gast.Store())
        self.add(gast.Assign([target], call, None)).impure = True
        for k, name in zip(outputs, names):
            kind, argument = self.info[op.instance.leaves[k]].kind, op.arguments[k]
            if isinstance(kind, Array) and isinstance(argument, gast.Name) and argument.id in self.info:
                kind = as_large_as(self.info[argument.id].kind, kind)
            self.accumulate(argument, trees.name(name), kind, owned=False, larger=False)

    def of_Solved(self, node: gast.Assign, op: ir.Solved) -> None:
        """What a solver finds: a helper says how its cotangent flows, by the halves of the function beside."""
        target = node.targets[0].id
        cotangent = self.take(target)
        if cotangent is None:
            return
        flowing = [k for k, each in enumerate(op.arguments) if self.is_active(each)]
        starting = any(map(self.is_active, op.starts))
        if not flowing and not starting:
            return
        op.instance.solved = frozenset([*op.sought(self.info), *[op.unknowns + k for k in flowing]])
        self.helpers.pair_of(op.instance, self.program)
        self.helpers.need_with_its_own(op.adjoint)
        grad = self.full(trees.name(target), cotangent, self.info[target].kind)
        halves = [trees.name(f"{op.instance.name}_{half}", pair=op.instance) for half in ("forward", "backward")]
        call = trees.call(
            trees.name(op.adjoint.__name__, function=op.adjoint),
            op.solution,
            grad,
            gast.Tuple(list(op.arguments), gast.Load()),
            *op.starts,
            *halves,
            **op.options,
        )
        outputs = [*op.starts, *[op.arguments[k] for k in flowing]]
        kinds = [*op.start_kinds, *[op.kinds[k] for k in flowing]]
        names = [self.names.fresh(self.grad_base(each.id) if isinstance(each, gast.Name) else "_") for each in outputs]
        left: list[gast.AST] = [trees.name(each, store=True) for each in names]
        self.add(gast.Assign([gast.Tuple(left, gast.Store())], call, None)).impure = True
        for operand, name, kind in zip(outputs, names, kinds):
            if self.is_active(operand):
                self.accumulate(operand, trees.name(name), kind, owned=False, larger=False)

    def of_Checked(self, node: gast.Assign, op: ir.Checked) -> None:
        cotangent = self.take(op.target)
        if cotangent is None:
            return
        grad = cotangent.expr
        if cotangent.spread:
            grad = self.full(trees.name(op.target), cotangent, self.info[op.target].kind)
        call = trees.call(trees.name(op.pullback), grad)
        results: list[gast.AST] = [call]
        if len(op.arguments) > 1:
            names = [self.names.fresh("#t_grad") for _ in op.arguments]
            target = gast.Tuple([trees.name(name, store=True) for name in names], gast.Store())
            self.add(gast.Assign([target], call, None)).impure = True
            results = [trees.name(name) for name in names]
        for operand, expr, kind in zip(op.arguments, results, op.kinds):
            self.accumulate(operand, expr, kind, owned=False)
