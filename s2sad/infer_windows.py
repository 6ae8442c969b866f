"""Part of the stage `infer`: slices that move along with a loop, as long as each other in every iteration.

    for i in range(len(x) - k + 1):
        s += np.sum(x[i : i + k] * w)        `i + k - i` is k, and the last window ends where x does

The bounds are sums of loop variables and symbols (`affine.py`). Their difference names the length where no loop
variable is left in it, where it can't be negative, and where no window begins before the array or ends behind it.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.affine import ONCE, Form, form_of, form_of_tree, isnt_negative, minus, plus, symbol_of, times
from s2sad.indexing import Window, dim_of, sliced
from s2sad.kinds import Array, Dim, Scalar
from s2sad.reading import length_read
from s2sad.values import Value

CREATING = (np.zeros, np.ones, np.empty)
DEPTH = 20


class Windows:
    def note_counted(self, name: str, bounds: list[gast.AST]) -> None:
        """A variable of a loop over range(start, stop, step)."""
        start, stop = self.affine_form(bounds[0]), self.affine_form(bounds[1])
        step = trees.literal(bounds[2])
        if start is not None and stop is not None and isinstance(step, int) and step > 0:
            self.counted[name] = (start, minus(stop, {ONCE: 1}))

    def window(self, lower: Value, upper: Value) -> Window | None:
        first, last = self.affine_form(lower.expr), self.affine_form(upper.expr)
        if first is None or last is None:
            return None
        length = minus(last, first)
        lowest, highest = self.extreme(first, 0), self.extreme(last, 1)
        if lowest is None or highest is None or any(isinstance(atom, str) for atom in length):
            return None
        facts = [{}, *self.created_lengths()]
        if not isnt_negative(lowest, facts) or not isnt_negative(length, facts):
            return None
        return Window(symbol_of(length), highest, facts)

    def cut_axis(self, dim: Dim, symbols: tuple[Any, Any, Any]) -> Dim:
        """What a slice leaves of an axis: `x[:, 0:1]` one item, of an argument that in this call is long enough."""
        start, stop, step = symbols
        known = self.request.lengths.get(dim.key)
        numbers = isinstance(stop, int) and (start is None or isinstance(start, int)) and step in (None, 1)
        if known is None or not numbers or not 0 <= (start or 0) < stop:
            return sliced(dim, symbols)
        enough = self.reached[dim.key, stop] = known[0] >= stop
        return dim_of(stop - (start or 0)) if enough else sliced(dim, symbols)

    def affine_form(self, expr: gast.AST, depth: int = 0) -> Form | None:
        """An integer as a sum of symbols and of names (strings) that have none; None if it is something else."""
        return form_of_tree(expr, lambda part: self.form_of_leaf(part, depth))

    def form_of_leaf(self, expr: gast.AST, depth: int) -> Form | None:
        axis = self.axis_of(expr)
        if axis is not None:
            return form_of(axis)
        info = self.info.get(expr.id) if isinstance(expr, gast.Name) else None
        if info is None or not isinstance(info.kind, Scalar) or info.kind.char != "i":
            return None
        if expr.id in self.counted:
            return {expr.id: 1}
        if info.kind.symbol is not None:
            return form_of(info.kind.symbol)
        made = getattr(info.statement, "value", None)
        simple = isinstance(made, (gast.BinOp, gast.UnaryOp)) and depth < DEPTH
        form = self.affine_form(made, depth + 1) if simple else None
        return {expr.id: 1} if form is None else form

    def axis_of(self, expr: gast.AST) -> Dim | None:
        """The axis whose length `len(x)` or `x.shape[k]` is."""
        base, axis = length_read(expr) or (None, None)
        info = self.info.get(base.id) if isinstance(base, gast.Name) else None
        dims = info.kind.dims if info is not None and isinstance(info.kind, Array) else None
        return dims[axis] if dims and isinstance(axis, int) and -len(dims) <= axis < len(dims) else None

    def extreme(self, form: Form, which: int) -> Form | None:
        """The lowest (which = 0) or highest (1) value that loops give a form."""
        for _ in range(DEPTH):
            name = next((atom for atom in form if isinstance(atom, str)), None)
            if name is None:
                return form
            if name not in self.counted:
                return None
            factor = form[name]
            bound = self.counted[name][which if factor > 0 else 1 - which]
            form = plus(minus(form, {name: factor}), times(bound, factor))
        return None

    def created_lengths(self) -> list[Form]:
        """The lengths of arrays that are made by shape on every way to here: they aren't negative."""
        found: list[Form] = []
        scope = self.scope()
        for info in self.info.values():
            call = getattr(info.statement, "value", None)
            if not isinstance(call, gast.Call) or not isinstance(info.kind, Array):
                continue
            around = getattr(info.statement, "scope", None)
            if trees.function_of(call.func) in CREATING and around is not None and around == scope[: len(around)]:
                found += map(form_of, info.kind.dims or ())
        return found
