"""Part of the stage `infer`: functions with several results that one rule differentiates together.

    w, v = np.linalg.eigh(a)    ->    t.3 = np.linalg.eigh(a.1)    (ir.Several)
                                      w.4 = t.3[0]                 (ir.Part)
                                      v.5 = t.3[1]                 (ir.Part)

The stage `simplify` puts the three into one statement again.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.infer_origins import may_be_argument
from s2sad.kinds import Array, Kind, Scalar, Tuple, carries_gradient
from s2sad.values import MISSING, Value


class SeveralResults:
    def call_several(
        self, rule: Any, values: list[Value], rebuild: Any, bound: dict[str, Value], kind: Tuple, node: Any, hint: Any
    ) -> Value:
        """A call whose result is a tuple of known length, with its parts as values of their own."""
        self.note_counts(rule, bound)
        varied = any(bound[name].varied for name in rule.wrt if name in bound)
        for name, value in bound.items():
            if value.varied and name not in rule.wrt and carries_gradient(value.kind):
                raise self.refuse("rule_keyword", node, name=rule.name, keywords=name)
        arrays = {id(value): self.list_as_array(value, node) for value in values} if varied else {}
        values = [arrays.get(id(value), value) for value in values]
        bound = {name: arrays.get(id(value), value) for name, value in bound.items()}
        shares = rule.view or may_be_argument(rule, bound, self.known)
        whole = shares and not varied  # a part may be an argument itself, not what that held
        names = {id(value): self.settle(value).expr if whole else self.operand(value) for value in values}
        expr = rebuild([names[id(value)] for value in values])
        mark_pure(expr)
        expr.fresh = not shares
        known = {name: self.known(value) for name, value in bound.items()}
        op: ir.Op = ir.Plain(True, rule.cost)
        if varied:
            op = ir.Several(
                rule,
                {name: names.get(id(value), value.expr) for name, value in bound.items()},
                {name: value.kind for name, value in bound.items()},
                {name: value for name, value in known.items() if value is not MISSING},
                rule.library,
            )
        whole = self.emit(expr, op, kind, varied, hint)
        by_name = kind.cls is not None and isinstance(hint, str)
        hints = unpacked_names(self.origin[1], node, len(kind.items))
        parts = []
        for k, each in enumerate(kind.items):
            read = trees.attr(whole.expr, kind.cls._fields[k]) if by_name else trees.index(whole.expr, trees.const(k))
            part = self.emit(read, ir.Part(True, 1, whole.expr.id), each, varied and has_derivative(each), hints[k])
            if isinstance(op, ir.Several):
                op.results.append(part.expr.id)
                changed = part.place is not None and self.is_changed(part.place)
                op.values.append(self.emit_load(part).expr.id if changed else part.expr.id)
            parts.append(part)
        return Value(whole.expr, Tuple(tuple(part.kind for part in parts), kind.cls), varied, items=parts)


def has_derivative(kind: Kind) -> bool:
    return isinstance(kind, (Array, Scalar)) and kind.char in "fc?"


def unpacked_names(statement: Any, call: Any, count: int) -> list[str | None]:
    """The names that the user gives to the parts, in `a, b = call`."""
    target = statement.targets[0] if isinstance(statement, gast.Assign) and statement.value is call else None
    if not isinstance(target, (gast.Tuple, gast.List)) or len(target.elts) != count:
        return [None] * count
    return [each.id if isinstance(each, gast.Name) and each.id != "_" else None for each in target.elts]
