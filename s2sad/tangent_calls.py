"""Part of the stage `tangent`: functions that stand beside the main one (recursion), and such as bring their own
derivative.

    def power(x, n):                      def power_with_tangent(x, n, x_dot):
        if n == 0:                            ...
            return 1.0             ->         t1, t1_dot = power_with_tangent(x, n - 1, x_dot)
        return x * power(x, n - 1)            ...
                                              return value, value_dot
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import active_names
from s2sad.inlining import inline_block
from s2sad.kinds import Array, Kind
from s2sad.repeated import compute_once


class Calls:
    def of_PairCall(self, node: gast.Assign, op: ir.PairCall) -> bool:
        twin = self.helpers.twin_of(op.instance, self.program)
        arguments = list(op.arguments)
        for k in twin.active_leaves():
            kind = self.info[op.instance.leaves[k]].kind
            arguments.append(self.leaf_tangent(op, k, kind))
        results = [trees.name(name, store=True) for name in op.results]
        for k in twin.active_results():
            name = op.results[k]
            self.active.add(name)
            results.append(trees.name(self.dot_name(name), store=True))
        call = trees.call(trees.name(twin.name, pair=op.instance), *arguments)
        made: gast.stmt = gast.Expr(call)
        if results:
            made = gast.Assign([results[0] if len(results) == 1 else gast.Tuple(results, gast.Store())], call, None)
            made.impure = True
        self.add(made).origin = node.origin
        made.reverse = False
        made.effect = ir.Plain(False)
        self.replaced = True
        return False

    def leaf_tangent(self, op: ir.PairCall, k: int, kind: Kind) -> gast.AST:
        place = op.places[k]
        if op.written[k] and place is not None and place.root.name in self.active:
            return self.at(place)
        if op.written[k] and isinstance(kind, Array):  # nobody reads the tangent that is written there
            return trees.np_call("zeros_like", op.arguments[k])
        return self.dot_of(op.arguments[k], kind)

    def of_Solved(self, node: gast.Assign, op: ir.Solved) -> None:
        """What a solver finds: how it changes is said by a helper, of the function beside, with its tangent."""
        name = node.targets[0].id
        if name not in self.active:
            return
        changing = [k for k, each in enumerate(op.arguments) if self.is_active(each)]
        starting = any(map(self.is_active, op.starts))
        if not changing and not starting:
            self.let_zero(name)
            return
        op.instance.solved = frozenset([*op.sought(self.info), *[op.unknowns + k for k in changing]])
        twin = self.helpers.twin_of(op.instance, self.program)
        dots = [self.dot(op.arguments[k].id) for k in changing]
        arguments = [op.solution, gast.Tuple(list(op.arguments), gast.Load()), gast.Tuple(dots, gast.Load())]
        for each, kind in zip(op.starts, op.start_kinds):
            arguments += [each, self.dot_of(each, kind)]
        self.helpers.need_with_its_own(op.tangent)
        helper = trees.name(op.tangent.__name__, function=op.tangent)
        call = trees.call(helper, *arguments, trees.name(twin.name, pair=op.instance), **op.options)
        self.let(name, call, self.info[name].kind)

    def of_Checked(self, node: gast.Assign, op: ir.Checked) -> None:
        if op.target not in self.active:
            return
        if not op.tangent:
            called = trees.show(node.value.func.value)
            raise self.refuse("custom_tangent", name=called)
        dots = [self.dot_of(each, kind) for each, kind in zip(op.arguments, op.kinds)]
        function = trees.attr(trees.copy_tree(node.value.func.value), "tangent")
        self.let(op.target, trees.call(function, *op.arguments, *dots), self.info[op.target].kind)

    def of_GradOf(self, node: gast.stmt, op: ir.GradOf) -> None:
        """There is no reverse sweep for these statements to run in; what they would change there can't be left out."""
        if any(each != "nothing" for each in op.template.changes):
            raise self.refuse("grad_of_forward")
        self.replaced = True


class Twin:
    """A function that stands beside the main one, and what it makes of tangents."""

    def __init__(self, inferred: ir.Inferred, instance: Any, helpers: Any) -> None:
        self.inferred, self.instance, self.helpers = inferred, instance, helpers
        self.name = f"{instance.name}_with_tangent"
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
        inline_block(part)
        compute_once(part)
        self.part = part
        written = [name for name, each in zip(instance.leaves, instance.written) if each]
        self.active = active_names(part, written)
        self._results = [
            k
            for k, value in enumerate(instance.results)
            if instance.solved or isinstance(value.expr, gast.Name) and value.expr.id in self.active
        ]

    def active_leaves(self) -> list[int]:
        """The positions of the arguments whose tangents it takes."""
        always = self.instance.solved
        return [k for k, name in enumerate(self.instance.leaves) if k in always or name in self.active]

    def active_results(self) -> list[int]:
        """The positions of the results whose tangents it returns."""
        return self._results

    def function(self, taken: set[str]) -> gast.FunctionDef:
        from s2sad.named_numbers import use_names
        from s2sad.naming import name_all
        from s2sad.pairs import unique
        from s2sad.shortening import mark_numbers, shorten
        from s2sad.simplify import simplify
        from s2sad.tangent import Tangent

        instance, info = self.instance, self.inferred.info
        tangent = Tangent(self.part, self.active, self.helpers)
        dots = [tangent.dot_name(instance.leaves[k]) for k in self.active_leaves()]
        body = self.part.body
        tangent.walk(body)
        outputs = [value.expr for value in instance.results]
        for k in self.active_results():
            value = instance.results[k]
            outputs.append(tangent.dot_of(value.expr, info[value.expr.id].kind if has_name(value) else value.kind))
        if outputs:
            body.append(gast.Return(outputs[0] if len(outputs) == 1 else gast.Tuple(outputs, gast.Load())))
        simplify(body, info, tangent.kinds, set(dots), self.inferred.names)
        parameters = [*instance.leaves, *dots]
        leaves = unique([shown(each) for each in instance.leaves], taken)
        names = unique([*leaves, *[f"{leaves[k]}_dot" for k in self.active_leaves()]], taken)
        mark_numbers(body, tangent.kinds, info)
        named = name_all(body, list(zip(parameters, names)), taken | {self.name}, self.inferred.names.shown)
        use_names(body, taken | {self.name, *names, *named.values()})
        shorten(body)
        arguments = gast.arguments([trees.name(each) for each in names], [], None, [], [], None, [])
        doc = gast.Expr(gast.Constant(f"What {instance.tree.name} returns, and how it changes.", None))
        return gast.FunctionDef(self.name, arguments, [doc, *body], [], None, None, [])


def has_name(value: Any) -> bool:
    return isinstance(value.expr, gast.Name)


def shown(name: str) -> str:
    base = ir.base_of(name)
    return base if base.isidentifier() else "part"
