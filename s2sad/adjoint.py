"""Stage `adjoint`: the reverse sweep of an inferred program.

Statements are taken from the last to the first; each reads the adjoint of the name it sets, and adds to the adjoints
of the
names it reads. `v_grad` is how much the value changes, against `dy`, per change of what `v` holds:

    t.3 = x.1 * y.2               t.3_grad.5 = dy * y.2
    value.4 = t.3 * y.2     ->    y.2_grad.6 = dy * t.3
                                  x.1_grad.7 = t.3_grad.5 * y.2 ...
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from s2sad import ir, logistic, trees
from s2sad.adjoint_arrays import Arrays
from s2sad.adjoint_containers import Containers, shares_nothing
from s2sad.adjoint_inserts import Inserts
from s2sad.adjoint_loops import Structure, targets
from s2sad.errors import RuleError
from s2sad.kinds import (
    NONE,
    Array,
    Dict,
    Kind,
    List,
    Mapping,
    Record,
    Scalar,
    Tuple,
    Unknown,
    is_real_or_complex,
    loose,
)
from s2sad.overflow import Overflow
from s2sad.refusals import refuse
from s2sad.rules import registry, templates
from s2sad.rules.results import result_dtype
from s2sad.shapes import broadcast_axes


@dataclass
class Cotangent:
    """What is known of a name's adjoint: its expression;
    `spread`: it may be smaller than the name's value and then broadcasts;
    `owned`: an array that nothing else refers to; `shadow`: it is accumulated into in place;
    `late`: None until an iteration has something for it;
    `partly`: on some of the ways that led here nothing reads the name, which may have no value then."""

    expr: gast.AST
    kind: Kind
    spread: bool = False
    owned: bool = False
    shadow: bool = False
    late: bool = False
    partly: bool = False


class Adjoint(Arrays, Containers, Structure, Inserts):
    def __init__(self, program: ir.Inferred, active: set[str], helpers: Any) -> None:
        self.program, self.active, self.helpers = program, active, helpers
        self.info = program.info
        self.names = program.names
        self.adj: dict[str, Cotangent] = {}
        self.block: list[gast.stmt] = []
        self.origin: Any = None
        self.kinds: dict[str, Kind] = {}
        self.shadows: set[str] = set()  # arrays that adjoints are added into in place
        self.stands_for: dict[str, str] = {}  # what an array held before a statement changed it: the array
        self.given: set[str] = set()  # shadows that the caller of this function handed over
        self.overflow = Overflow(program, active)
        self.whole: set[str] = set()  # shadows of lists and dicts that share nothing with any other adjoint

    # ---------------------------------------------------------------- emitting
    def add(self, node: gast.stmt) -> gast.stmt:
        node.origin = self.origin
        node.reverse = True
        self.block.append(node)
        return node

    def let(self, base: str, expr: gast.AST, kind: Kind) -> gast.AST:
        """A new adjoint name for an expression; a name or number stays itself."""
        if isinstance(expr, gast.Name) or trees.is_atom(expr) and isinstance(kind, Scalar):
            return expr
        name = self.names.fresh(base)
        self.kinds[name] = kind
        self.add(trees.assign(name, expr)).number = isinstance(kind, Scalar)
        return trees.name(name)

    def grad_base(self, name: str) -> str:
        return f"{self.stands_for.get(name, name)}_grad"

    def is_active(self, expr: gast.AST) -> bool:
        if isinstance(expr, (gast.Tuple, gast.List)) and any(map(self.is_active, expr.elts)):
            raise AssertionError(f"the adjoint of {trees.show(expr)} has no name")
        return isinstance(expr, gast.Name) and expr.id in self.active

    # ---------------------------------------------------------------- adding to an adjoint
    def accumulate(
        self,
        target: gast.AST | str,
        expr: gast.AST,
        kind: Kind,
        *,
        spread: bool = False,
        larger: bool = False,
        owned: bool | None = None,
    ) -> None:
        """target_grad += expr. `larger`: the expression may have to be summed down to the target's shape."""
        name = target if isinstance(target, str) else target.id if isinstance(target, gast.Name) else None
        if name is None and not isinstance(target, gast.Constant) and trees.names_in(target) & self.active:
            raise AssertionError(f"the adjoint of {trees.show(target)} has no name")
        if name is None or name not in self.active:
            return
        info = self.info[name]
        if isinstance(info.kind, (List, Tuple)) and isinstance(
            kind, (Array, Scalar)
        ):  # a list where NumPy takes an array
            expr = trees.call(trees.attr(self.helpers.unbroadcast(expr, trees.name(name)), "tolist"))
        if isinstance(info.kind, (List, Tuple, Dict, Record, Mapping)):
            self.accumulate_structure(name, expr, info.kind, owned is not False)
            return
        exact = False
        if larger:
            exact = broadcast_axes(kind, info.kind) is None  # what `unbroadcast` gives is just as large
            expr, kind = self.summed_down(expr, kind, name, info.kind)
        if isinstance(info.kind, Scalar):
            number = self.as_number(expr)
            expr, kind = number, kind if number is expr else info.kind
        if getattr(kind, "char", "") == "c" and getattr(info.kind, "char", "") == "f":
            expr = trees.attr(expr, "real")
        fresh = is_fresh(expr) if owned is None else owned
        spread = not exact and (spread or self.may_be_smaller(kind, info.kind))
        old = self.adj.get(name)
        if old is None:
            made = self.let(self.grad_base(name), expr, kind)
            self.adj[name] = Cotangent(made, kind, spread, fresh and made is not expr)
        elif old.shadow:
            self.add(self.augment(old.expr, expr))
        else:
            total = trees.mul(trees.const(2.0), expr) if trees.same(old.expr, expr) else trees.add(old.expr, expr)
            full = old.spread and isinstance(kind, Array)  # a number plus what may be an array may be an array
            wide = promoted(*((kind, old.kind) if full or not isinstance(old.kind, Array) else (old.kind, kind)))
            if isinstance(info.kind, Array) and isinstance(wide, Array) and not (old.spread and spread):
                wide = Array(wide.dtype, info.kind.dims)
            made = self.let(self.grad_base(name), total, wide)
            self.adj[name] = Cotangent(made, wide, old.spread and spread, is_fresh(total))

    def as_number(self, expr: gast.AST) -> gast.AST:
        """The same, where it is the adjoint of an array without axes, or one of two things is."""
        if isinstance(expr, gast.IfExp):
            body, orelse = self.as_number(expr.body), self.as_number(expr.orelse)
            return expr if body is expr.body and orelse is expr.orelse else gast.IfExp(expr.test, body, orelse)
        inner = expr
        if isinstance(inner, gast.Call) and isinstance(inner.func, gast.Attribute) and inner.func.attr == "copy":
            inner = inner.func.value
        if isinstance(inner, gast.Subscript) and getattr(inner.slice, "value", None) is Ellipsis:
            return trees.index(inner, trees.const(()))
        return self.number_of(expr) if isinstance(expr, gast.Name) and expr.id in self.shadows else expr

    def number_of(self, expr: gast.AST) -> gast.AST:
        """The number that an adjoint without axes holds, where it is, or may be, an array."""
        if not isinstance(expr, gast.Name):
            return expr
        return trees.index(expr, trees.const(())) if expr.id in self.shadows else trees.np_call("sum", expr)

    def summed_down(self, expr: gast.AST, kind: Kind, name: str, target: Kind) -> tuple[gast.AST, Kind]:
        """expr, summed over the axes along which the target was broadcast."""
        axes = broadcast_axes(kind, target)
        if axes == ():
            return expr, kind
        dtype = getattr(kind, "dtype", "")
        if axes is None:
            return self.helpers.unbroadcast(expr, trees.name(name)), Array(dtype, getattr(target, "dims", None))
        if isinstance(target, Scalar) or not target.dims:
            return trees.np_call("sum", expr), Scalar(dtype) if isinstance(target, Scalar) else Array(dtype, ())
        kept = tuple(axis for axis in axes if axis < 0)
        added = tuple(axis for axis in axes if axis >= 0)
        if added:
            expr = trees.np_call("sum", expr, axis=trees.const(added[0] if len(added) == 1 else added))
        if kept:
            expr = trees.np_call(
                "sum", expr, axis=trees.const(kept[0] if len(kept) == 1 else kept), keepdims=trees.const(True)
            )
        return expr, Array(dtype, target.dims)

    def augment(self, target: gast.AST, expr: gast.AST) -> gast.stmt:
        """target += expr, or -= where that is shorter."""
        negative = trees.positive_of(expr)
        if negative is not None and not isinstance(expr, gast.BinOp):
            return gast.AugAssign(target, gast.Sub(), negative)
        return gast.AugAssign(target, gast.Add(), expr)

    def is_smaller(self, kind: Kind | None, operand: gast.AST) -> bool:
        return kind is None or self.may_be_smaller(kind, self.info[operand.id].kind)

    def may_be_smaller(self, kind: Kind, target: Kind) -> bool:
        if isinstance(target, Array):
            if not isinstance(kind, Array) or kind.dims is None or target.dims is None:
                return not (isinstance(kind, Array) and kind == target)
            if len(kind.dims) != len(target.dims):
                return True
            return not all(a == b and not loose(a) or a.many for a, b in zip(kind.dims, target.dims))
        return False

    def accumulate_structure(self, name: str, expr: gast.AST, kind: Kind, owned: bool) -> None:
        """The adjoint of a list, or of a tuple inside one, has the same structure, as lists."""
        old = self.adj.get(name)
        if old is None:
            new = owned and not isinstance(expr, (gast.Name, gast.Subscript, gast.Attribute))
            made = self.let(self.grad_base(name), expr, kind)
            self.adj[name] = Cotangent(made, kind, owned=new and shares_nothing(kind, expr))
            return
        total = self.added(kind, old.expr, expr)
        self.adj[name] = Cotangent(self.let(self.grad_base(name), total, kind), kind, owned=True)

    def added(self, kind: Kind, a: gast.AST, b: gast.AST) -> gast.AST:
        """The sum of two adjoints of one structure."""
        if isinstance(kind, (Tuple, Dict, Record)):
            parts = structure_parts(kind)
            made = [
                self.added(each, trees.index(a, trees.const(key)), trees.index(b, trees.const(key)))
                for key, each in parts
            ]
            if isinstance(kind, Tuple):
                return gast.List(made, gast.Load())
            return gast.Dict([trees.const(key) for key, _ in parts], made)
        if isinstance(kind, List):
            x, y = trees.name(self.names.fresh("a")), trees.name(self.names.fresh("b"))
            target = gast.Tuple([x, y], gast.Store())
            loop = gast.comprehension(target, trees.call(trees.builtin("zip"), a, b), [], 0)
            return gast.ListComp(self.added(kind.item, x, y), [loop])
        if isinstance(kind, Mapping):
            key = trees.name(self.names.fresh("key"))
            made = self.added(kind.value, trees.index(a, key), trees.index(b, key))
            return gast.DictComp(key, made, [gast.comprehension(key, a, [], 0)])
        return trees.add(a, b)

    # ---------------------------------------------------------------- the sweep
    def sweep(self, body: list[gast.stmt]) -> None:
        for node in reversed(body):
            self.origin = getattr(node, "origin", self.origin)
            op = getattr(node, "effect", None)
            method = getattr(self, "of_" + type(op or node).__name__, None)
            if method is not None:
                method(node, op)
            elif isinstance(op, ir.Plain):
                self.end_at(node)

    def end_at(self, node: gast.stmt) -> None:
        """What is made here of constants, and was written into later: before that, it has no adjoint."""
        for name in targets(node) & self.info.keys():
            known = self.info[name]
            root = known.place.root if known.place is not None and known.statement is node else None
            if root is None or root.name != name or not root.stores or root.param is not None:
                continue
            if not any(each in self.info and self.info[each].varied for each in trees.names_in(node.value)):
                self.take(name)

    def take(self, name: str) -> Cotangent | None:
        return self.adj.pop(name, None) if name in self.active else None

    def of_Primitive(self, node: gast.Assign, op: ir.Primitive) -> None:
        target = node.targets[0].id
        cotangent = self.take(target)
        if cotangent is None:
            return
        given = [
            name for name in op.rule.wrt if name in op.arguments and (op.arrays is None or name != op.rule.variadic)
        ]
        wanted = [name for name in given if self.is_active(op.arguments[name])]
        if op.arrays is not None:
            wanted += [f"{op.rule.variadic}{key}" for key, each in items_in(op.arrays) if self.is_active(each)]
        wanted = self.without_logistic(op, target, cotangent, wanted)
        if wanted:
            self.apply_rule(op, trees.name(getattr(op, "result", target)), cotangent, wanted, self.info[target].kind)

    def without_logistic(self, op: ir.Primitive, target: str, cotangent: Cotangent, wanted: list[str]) -> list[str]:
        """Of a quotient that is a logistic function, the adjoint goes to the argument of exp at once."""
        below = list(op.rule.parameters.parameters)[-1]
        found = logistic.logistic_of(op, self.info, self.active) if below in wanted else None
        kind = self.info[target].kind
        if found is None or not logistic.same_size(kind, self.info[found[0].id].kind):
            return wanted
        if len(wanted) > 1:
            cotangent.owned = False
        product = trees.mul(cotangent.expr, logistic.slope(trees.name(target), found[1]))
        self.accumulate(found[0], product, kind)
        return [name for name in wanted if name != below]

    def of_Several(self, node: gast.Assign, op: ir.Several) -> None:
        """One rule for all the results, with the cotangents of those that have one."""
        whole = self.take(node.targets[0].id)
        for k, name in enumerate(op.results):
            if whole is not None and self.info[name].varied:  # of the tuple itself, put into a list, say
                self.active.add(name)
                self.accumulate(name, trees.index(whole.expr, trees.const(k)), self.info[name].kind)
        taken = [self.take(name) for name in op.results]
        wanted = [name for name in op.rule.wrt if name in op.arguments and self.is_active(op.arguments[name])]
        if not wanted or all(each is None for each in taken):
            return
        kinds = [self.info[name].kind for name in op.results]
        grads = [
            trees.const(None) if each is None else self.full(trees.name(name), each, kind)
            for name, each, kind in zip(op.results, taken, kinds)
        ]
        given = tuple(NONE if each is None else kind for each, kind in zip(taken, kinds))
        results = gast.Tuple([trees.name(name) for name in op.values], gast.Load())
        cotangent = Cotangent(gast.Tuple(grads, gast.Load()), Tuple(given))
        self.apply_rule(op, results, cotangent, wanted, Tuple(tuple(kinds)))

    def apply_rule(
        self, op: ir.Primitive, result: gast.AST, cotangent: Cotangent, wanted: list[str], kind: Kind
    ) -> None:
        arguments = {key: self.before_transposition(each) for key, each in op.arguments.items()}
        kinds = dict(op.kinds)
        if op.arrays is not None:
            arguments[op.rule.variadic] = gast.List(op.arrays, gast.Load())
            kinds[op.rule.variadic] = Tuple(tuple(op.array_kinds))
        grad, grad_kind = cotangent.expr, cotangent.kind
        summed = [key for key in wanted if broadcast_axes(kind, self.operand_kind(op, key)) != ()]
        summed = summed if cotangent.spread and op.rule.form == "partials" else []
        if op.rule.form != "partials":
            if cotangent.spread and not self.spreads(op.rule, grad_kind):
                grad, grad_kind = self.full(result, cotangent, kind), kind
        elif summed and not isinstance(grad_kind, Scalar):
            grad, grad_kind = self.full(result, cotangent, kind), kind
            cotangent = Cotangent(grad, kind)
        elif not cotangent.spread:
            grad_kind = kind
        if isinstance(op, ir.Several):
            grad_kind = cotangent.kind
        vague = (
            cotangent.spread and op.rule.form == "partials" and isinstance(grad_kind, Array) and grad_kind.dims is None
        )
        if vague:  # dy: a number, or as large as the value; times something of that size it is of that size
            grad_kind = Scalar(grad_kind.dtype or "float")
        kinds["grad"], kinds["result"] = grad_kind, kind
        try:
            made = templates.expand(
                op.rule,
                arguments,
                kinds,
                op.constants,
                wanted,
                result,
                grad,
                lambda stem: self.names.fresh("#t"),
                op.library or None,
            )
        except templates.Undecided:
            self.apply_at_run_time(op, arguments, result, grad, wanted)
            return
        except RuleError as error:
            raise refuse("rule_fails", self.origin[1], self.origin[0], name=op.rule.name, error=error) from None
        if op.rule.form == "partials" and getattr(result, "id", None) in self.overflow.growing:
            flat = templates.expand(op.rule, arguments, kinds, op.constants, wanted, result, None, library=op.library)
            for key, partial in flat.values.items():
                guarded = self.overflow.guarded(partial, op, result.id)
                if guarded is not None:
                    made.values[key] = trees.mul(grad, guarded)
        if cotangent.spread and not all(covers(made.kinds.get(key), kind) for key in summed if key in made.values):
            full = Cotangent(self.full(result, cotangent, kind), kind)
            self.apply_rule(op, result, full, wanted, kind)
            return
        self.helpers.need_all(made.helpers)
        for statement in made.statements:
            self.add(statement)
        done: dict[str, gast.AST] = {}
        for key in wanted:
            if key not in made.values:
                continue
            operand, expr = self.operand_of(op, key), made.values[key]
            if operand.id in done and trees.same(done[operand.id], expr):
                continue
            twice = [
                other
                for other in wanted
                if other != key and other in made.values and self.operand_of(op, other).id == operand.id
            ]
            if len(twice) == 1 and trees.same(made.values[twice[0]], expr):
                done[operand.id] = expr
                expr = trees.mul(trees.const(2.0), expr)
            value_kind = made.kinds.get(key) or kind
            if op.rule.form == "adjoint" and key not in made.spread | made.unbroadcast:
                value_kind = as_large_as(self.info[operand.id].kind, value_kind)
            if vague and self.is_smaller(value_kind, operand):
                value_kind = Array(getattr(value_kind, "dtype", ""), None)
            spread = (
                key in made.spread
                or cotangent.spread
                and op.rule.form == "partials"
                and self.is_smaller(made.kinds.get(key), operand)
                and not (key in summed and covers(made.kinds.get(key), kind))
            )
            # A view of an array that nothing else refers to any more is as good as a new array.
            alone = op.rule.view and cotangent.owned and not cotangent.shadow and len(wanted) == 1
            self.accumulate(
                operand,
                expr,
                value_kind,
                spread=spread,
                larger=key in made.unbroadcast and not spread,
                owned=True if alone else None,
            )

    def before_transposition(self, operand: Any) -> Any:
        """x.T for the name of a transposed matrix x: what reads its transpose, as products of matrices do, reads x."""
        info = self.info.get(operand.id) if isinstance(operand, gast.Name) else None
        value = getattr(info.statement, "value", None) if info is not None else None
        if not (isinstance(value, gast.Attribute) and value.attr == "T" and isinstance(value.value, gast.Name)):
            return operand
        known = self.info.get(value.value.id)
        fixed = (
            known is not None
            and known.place is not None
            and not any(each.stores for each in self.family(known.place.root))
        )
        plain = isinstance(info.statement.effect, ir.Primitive) and getattr(info.kind, "rank", None) == 2
        return value if fixed and plain and known.loops == info.loops else operand

    def operand_kind(self, op: ir.Primitive, key: str) -> Kind:
        return self.info[self.operand_of(op, key).id].kind

    def operand_of(self, op: ir.Primitive, key: str) -> gast.AST:
        if "[" in key:
            return dict(items_in(op.arrays))["[" + key.partition("[")[2]]
        return op.arguments[key]

    def spreads(self, rule: Any, kind: Kind) -> bool:
        """Whether a rule's template serves a cotangent that is still a number for a whole array."""
        return rule.spreads and getattr(kind, "rank", None) is not None

    def apply_at_run_time(
        self, op: ir.Primitive, arguments: dict[str, Any], result: gast.AST, grad: gast.AST, wanted: list[str]
    ) -> None:
        """The kinds don't decide which form the adjoint has: the whole rule is printed, and called."""
        function, helpers = templates.runtime_helper(op.rule, op.library or None)
        self.helpers.need_all(helpers)
        call = self.helpers.call_template(function, op.rule, arguments, result, grad)
        for key in wanted:
            expr = call
            if op.rule.variadic is None:
                expr = trees.index(call, trees.const(op.rule.wrt.index(key)))
            elif "[" in key:
                expr = trees.index(call, trees.const(int(key.partition("[")[2].rstrip("]"))))
            operand = self.operand_of(op, key)
            target = self.info[operand.id].kind
            if isinstance(target, (List, Tuple)):
                self.accumulate(operand, expr, target)
            else:
                self.accumulate(
                    operand,
                    self.helpers.unbroadcast(expr, operand),
                    Array(getattr(target, "dtype", ""), getattr(target, "dims", None)),
                )

    def of_Copy(self, node: gast.Assign, op: ir.Copy) -> None:
        taken = [(source, self.take(target)) for target, source in op.pairs]
        for source, cotangent in taken:
            if cotangent is None or not self.is_active(source):
                continue
            if (
                isinstance(cotangent.kind, Array)
                and cotangent.kind.dims == ()
                and isinstance(self.info[source.id].kind, Scalar)
            ):
                number = self.number_of(cotangent.expr)
                cotangent = Cotangent(
                    self.let(self.grad_base(source.id), number, self.info[source.id].kind), self.info[source.id].kind
                )
            if source.id not in self.adj:
                self.adj[source.id] = cotangent
            else:
                if cotangent.shadow or self.adj[source.id].shadow and isinstance(self.info[source.id].kind, Array):
                    self.as_shadow(source.id)
                self.accumulate(source, cotangent.expr, cotangent.kind, spread=cotangent.spread, owned=False)

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
            self.accumulate(
                op.arguments[k], trees.name(name), self.info[op.instance.leaves[k]].kind, owned=False, larger=False
            )

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

    # ---------------------------------------------------------------- zeros and full arrays
    def full(self, like: gast.AST, cotangent: Cotangent, kind: Kind) -> gast.AST:
        """A cotangent of the shape of what it belongs to."""
        if not cotangent.spread or isinstance(kind, Scalar):
            return cotangent.expr
        zeros = trees.np_call("zeros_like", like)
        if getattr(kind, "char", "f") not in "fc?":
            zeros = trees.np_call("zeros_like", like, dtype=trees.builtin("float"))
        if trees.is_zero(cotangent.expr):
            return zeros
        if trees.literal(cotangent.expr) is not None:
            return trees.np_call("full_like", like, cotangent.expr)
        base = self.grad_base(like.id) if isinstance(like, gast.Name) else "#t_grad"
        return self.let(base, trees.binary(gast.Add, zeros, cotangent.expr), kind)

    def zero(self, kind: Kind, like: gast.AST) -> gast.AST:
        """The adjoint that is zero, for what `like` holds."""
        if isinstance(kind, Scalar):
            return trees.const(0.0)
        if isinstance(kind, Array):
            made = trees.np_call("zeros_like", like)
            return trees.index(made, gast.Tuple([], gast.Load())) if kind.dims is None else made
        if isinstance(kind, List):
            if isinstance(like, gast.Name) and like.id in self.info and self.info[like.id].early:
                return gast.List([], gast.Load())
            if isinstance(kind.item, Scalar) or kind.item is None:
                return trees.binary(
                    gast.Mult, gast.List([trees.const(0.0)], gast.Load()), trees.call(trees.builtin("len"), like)
                )
            item = trees.name(self.names.fresh("item"))
            return gast.ListComp(self.zero(kind.item, item), [gast.comprehension(item, like, [], 0)])
        if isinstance(kind, Mapping):
            key, item = trees.name(self.names.fresh("key")), trees.name(self.names.fresh("item"))
            if isinstance(kind.value, Scalar):
                return gast.DictComp(key, trees.const(0.0), [gast.comprehension(key, like, [], 0)])
            target = gast.Tuple([key, item], gast.Store())
            return gast.DictComp(
                key,
                self.zero(kind.value, item),
                [gast.comprehension(target, trees.call(trees.attr(like, "items")), [], 0)],
            )
        if isinstance(kind, (Tuple, Dict, Record)):
            parts = structure_parts(kind)
            made = [
                self.zero(each, part_of(kind, like, key))
                if not isinstance(each, Scalar) or each.char in "fc"
                else trees.const(0.0)
                for key, each in parts
            ]
            if isinstance(kind, Tuple):
                return gast.List(made, gast.Load())
            return gast.Dict([trees.const(key) for key, _ in parts], made)
        return trees.const(0.0)


def items_in(displays: list[gast.AST]) -> Iterator[tuple[str, gast.AST]]:
    """("[1]", item) of each item of a list display, ("[1][0]", item) of those in displays in it."""
    for k, each in enumerate(displays):
        if isinstance(each, (gast.List, gast.Tuple)):
            yield from ((f"[{k}]{key}", item) for key, item in items_in(each.elts))
        else:
            yield f"[{k}]", each


def as_large_as(operand: Kind, kind: Kind) -> Kind:
    """The kind of a cotangent that is as large as its operand: a rule says so of all that it doesn't mark otherwise."""
    if not isinstance(operand, Array) or operand.dims is None or not isinstance(kind, (Array, Scalar, Unknown)):
        return kind
    return Array(getattr(kind, "dtype", ""), operand.dims)


def promoted(kind: Kind, other: Kind) -> Kind:
    """The kind, with the dtype that a sum with the other has."""
    a, b = getattr(kind, "dtype", None), getattr(other, "dtype", None)
    if (
        not isinstance(kind, (Scalar, Array))
        or a == b
        or not isinstance(other, (Scalar, Array))
        or b in ("float", "int", "real")
    ):
        return kind
    dtype = result_dtype(np.add, kind, other)
    return Array(dtype, kind.dims) if isinstance(kind, Array) else Scalar(dtype or kind.dtype, None)


def structure_parts(kind: Any) -> list[tuple[Any, Kind]]:
    if isinstance(kind, Tuple):
        return list(enumerate(kind.items))
    return list(kind.items if isinstance(kind, Dict) else kind.fields)


def part_of(kind: Kind, expr: gast.AST, key: Any) -> gast.AST:
    return (
        trees.attr(expr, key)
        if isinstance(kind, Record) and kind.cls is not list
        else trees.index(expr, trees.const(key))
    )


def covers(made: Kind | None, whole: Kind) -> bool:
    """Whether something is as large as a whole array: what is summed of it counts each item."""
    if not isinstance(made, Array) or not isinstance(whole, Array) or made.dims is None or whole.dims is None:
        return False
    return len(made.dims) == len(whole.dims) and all(
        m.many or m == n and not loose(m) for m, n in zip(made.dims, whole.dims)
    )  # what is made of parts of a whole can't be larger


def is_fresh(expr: gast.AST) -> bool:
    """Whether an expression makes a new array that nothing else refers to."""
    if isinstance(expr, (gast.BinOp, gast.UnaryOp)):
        return True
    if isinstance(expr, gast.Attribute) and expr.attr in (
        "real",
        "T",
    ):  # all of a new array is held by its real part alone
        return is_fresh(expr.value)
    if isinstance(expr, gast.Call) and isinstance(expr.func, gast.Attribute):
        function = trees.function_of(expr.func)
        if function in (np.real, np.imag):
            return is_fresh(expr.args[0])
        rule = registry.find(function) if function is not None else None
        if rule is not None:
            return not rule.view and not rule.variadic or function in (np.array, np.concatenate, np.stack, np.einsum)
        return expr.func.attr in ("zeros_like", "full_like", "copy")
    return False


_ = (registry, is_real_or_complex)
