"""Part of the stage `infer`: calls of NumPy, `math` and `operator` that are more than the use of a rule.

Those with several results (`divmod`, `np.broadcast_arrays`), those that `operator` makes, forms of a call that no rule
has. Ufuncs with options are in `infer_ufuncs`, lists for arrays in `infer_array_arguments`, functions that write in
`infer_writers`.
"""

from __future__ import annotations

import math
import operator
import string
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.equivalents.joining import joined_as_columns, joined_in_a_row
from s2sad.expressions import OPERATOR_NODES, mark_pure
from s2sad.indexing import part_of, unknown_dim
from s2sad.infer_memory import dim_symbol
from s2sad.infer_ufuncs import IN_PLACE
from s2sad.kinds import (
    FLOAT,
    INT,
    UNKNOWN,
    Array,
    Kind,
    List,
    Scalar,
    Static,
    Tuple,
    broadcast_dims,
    carries_gradient,
)
from s2sad.rules import registry
from s2sad.rules.results import numpy_dtype, result_dtype
from s2sad.values import MISSING, BoundMethod, Value

GETTERS = (operator.itemgetter, operator.attrgetter, operator.methodcaller)


class NumPy:
    # ---------------------------------------------------------------- which call is meant
    def numpy_call(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """A call that is treated here, or None."""
        if isinstance(static, GETTERS) and args and not self.quiet:
            return self.call_getter(static, args, node, hint)
        if self.quiet:
            return None
        try:
            name = CALLS.get(static)
        except TypeError:
            return None
        if isinstance(static, np.ufunc) and static.nout > 1:
            made = self.call_several_outputs(function, static, args, keywords, node)
            if made is not None:
                return made
        if name is not None:
            return getattr(self, name)(function, args, keywords, node, hint)
        if static in OPERATOR_NODES and len(args) == 2 and not keywords:
            return self.binary(OPERATOR_NODES[static](), args[0], args[1], node, hint)
        owner = getattr(static, "__self__", None)
        if isinstance(owner, np.ufunc):
            return self.call_ufunc_method(function, owner, static.__name__, args, keywords, node, hint)
        if isinstance(static, np.ufunc):
            return self.call_ufunc(function, static, args, keywords, node, hint)
        return None

    # ---------------------------------------------------------------- functions made by `operator`
    def call_getter(self, static: Any, args: list[Value], node: Any, hint: str | None) -> Value | None:
        """itemgetter(1)(x), attrgetter("a.b")(x), methodcaller("m", 2)(x)."""
        made, parts = static.__reduce__()[:2]
        named = dict(getattr(made, "keywords", None) or {})
        if isinstance(static, operator.methodcaller):
            name, *given = [*getattr(made, "args", ()), *parts]
            if not all(isinstance(each, (int, float, str, bool, type(None))) for each in [*given, *named.values()]):
                return None
            method = self.get_attribute(args[0], name, node)
            return self.call_value(
                method,
                [self.key_value(each) for each in given],
                {k: self.key_value(v) for k, v in named.items()},
                node,
                hint,
            )
        if not all(isinstance(each, (int, str)) for each in parts):
            return None
        found = []
        for each in parts:
            value = args[0]
            if isinstance(static, operator.itemgetter):
                value = self.get_item(value, trees.const(each), node)
            else:
                for name in each.split("."):
                    value = self.get_attribute(value, name, node)
            found.append(value)
        return found[0] if len(found) == 1 else self.make_tuple(found)

    def make_getter(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        known = [self.known(value) for value in args]
        named = {key: self.known(value) for key, value in keywords.items()}
        if MISSING in known or MISSING in named.values():
            return None
        expr = self.call_expression(function.expr, [v.expr for v in args], {k: v.expr for k, v in keywords.items()})
        mark_pure(expr)
        return Value(expr, Static(function.static(*known, **named)))

    def call_operator_getitem(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        return self.get_item(args[0], args[1].expr, node, hint) if isinstance(args[1].expr, gast.Constant) else None

    # ---------------------------------------------------------------- several results
    def several(self, call: gast.AST, parts: list[tuple[Kind, Any, dict[str, Value]]], library: str) -> Value:
        """The results of a call, one by one: of each its kind, and the rule that gives it, if it has a derivative."""
        mark_pure(call)
        operands = [{name: self.operand(value) for name, value in bound.items()} for _, _, bound in parts]
        whole = self.emit(call, ir.Plain(True, 10), Tuple(tuple(kind for kind, _, _ in parts)), False)
        items = []
        for k, (kind, rule, bound) in enumerate(parts):
            expr = trees.index(whole.expr, trees.const(k))
            if rule is None or not any(bound[name].varied for name in rule.wrt if name in bound):
                items.append(self.emit(expr, ir.Plain(True), kind, False))
                continue
            constants = {name: self.known(value) for name, value in bound.items() if self.known(value) is not MISSING}
            op = ir.Primitive(
                rule, operands[k], {name: value.kind for name, value in bound.items()}, constants, library
            )
            items.append(self.emit(expr, op, kind, True))
        return self.make_tuple(items)

    def call_divmod(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        if keywords or len(args) != 2 or any(v.object is not None for v in args):
            return None
        args = [self.list_as_array(v, node) for v in args]
        args = [Value(self.operand(v), v.kind, v.varied) for v in args]
        parts = []
        for each, rule in ((operator.floordiv, None), (operator.mod, registry.find(operator.mod))):
            found = rule or registry.find(each)
            bound = dict(zip(found.parameters.parameters, args))
            parts.append((self.result_kind(found, bound, args, node), rule, bound))
        return self.several(self.call_expression(function.expr, [v.expr for v in args], {}), parts, "")

    def call_modf(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """The part behind the point is the remainder of dividing by one."""
        if keywords or len(args) != 1:
            return None
        python = function.static is math.modf
        rule = registry.find(math.fmod if python else np.fmod)
        value = Value(self.operand(args[0]), args[0].kind, args[0].varied)
        first, second = rule.parameters.parameters
        bound = {first: value, second: Value(trees.const(1.0), FLOAT)}
        kind = FLOAT if python else self.result_kind(rule, bound, list(bound.values()), node)
        call = self.call_expression(function.expr, [value.expr], {})
        return self.several(call, [(kind, rule, bound), (kind, None, {})], "math" if python else "numpy")

    def call_frexp(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """x is mantissa * 2 ** exponent, so the mantissa is x * 2 ** -exponent."""
        if keywords or len(args) != 1:
            return None
        python = function.static is math.frexp
        rule = registry.find(math.ldexp if python else np.ldexp)
        value = Value(self.operand(args[0]), args[0].kind, args[0].varied)
        first, second = rule.parameters.parameters
        like = self.result_kind(rule, {first: value, second: Value(trees.const(1), INT)}, [value], node)
        counts: Kind = INT if python else Array("int64", like.dims) if isinstance(like, Array) else Scalar("int64")
        call = self.call_expression(function.expr, [value.expr], {})
        mark_pure(call)
        whole = self.emit(call, ir.Plain(True, 10), Tuple((like, counts)), False)
        exponent = self.emit(trees.index(whole.expr, trees.const(1)), ir.Plain(True), counts, False)
        mantissa_expr = trees.index(whole.expr, trees.const(0))
        if not value.varied:
            return self.make_tuple([self.emit(mantissa_expr, ir.Plain(True), like, False), exponent])
        down = self.emit(gast.UnaryOp(gast.USub(), exponent.expr), ir.Plain(True), counts, False)
        op = ir.Primitive(
            rule,
            {first: value.expr, second: down.expr},
            {first: value.kind, second: counts},
            {},
            "math" if python else "numpy",
        )
        return self.make_tuple([self.emit(mantissa_expr, op, like, True), exponent])

    def call_broadcast_arrays(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        if keywords or not any(v.varied for v in args) or not all(isinstance(v.kind, (Scalar, Array)) for v in args):
            return None
        args = [self.settle(v) for v in args]
        module = function.expr.value if isinstance(function.expr, gast.Attribute) else trees.module(np)
        shapes = [trees.call(trees.attr(module, "shape"), v.expr) for v in args]
        expr = trees.call(trees.attr(module, "broadcast_shapes"), *shapes)
        for each in [*shapes, expr]:
            mark_pure(each)
        dims = broadcast_dims(*(v.kind.dims if isinstance(v.kind, Array) else () for v in args))
        lengths = (
            None if dims is None else Tuple(tuple(Scalar("int", d.key if isinstance(d.key, int) else d) for d in dims))
        )
        shape = self.emit(expr, ir.Plain(True), lengths or UNKNOWN, False, "shape")
        to = Value(trees.attr(module, "broadcast_to"), Static(np.broadcast_to))
        items = [
            self.settle(self.call_rule(registry.find(np.broadcast_to), to, [v, shape], {}, node, None)) for v in args
        ]
        for each in items:  # np.broadcast_to gives what can't be written into, this function what can
            if each.place is not None:
                each.place.exact = False
        return self.make_tuple(items) if int(np.__version__.partition(".")[0]) >= 2 else self.make_list(items)

    def call_split(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """The parts are views; with a known number of them, each is known by its place."""
        value = args[0]
        axis = keywords.get("axis") or (args[2] if len(args) > 2 else None)
        sections = args[1] if len(args) > 1 else keywords.get("indices_or_sections")
        where = 0 if axis is None else self.known(axis)
        known = MISSING if sections is None else self.known_list(sections)
        count = known if isinstance(known, int) else len(known) + 1 if isinstance(known, (tuple, list)) else None
        if (
            value.place is None
            or not isinstance(value.kind, Array)
            or count is None
            or count > 64
            or not isinstance(where, int)
        ):
            return None
        value, *rest = [self.settle(v) for v in args]
        expr = self.call_expression(
            function.expr, [v.expr for v in [value, *rest]], {k: v.expr for k, v in keywords.items()}
        )
        mark_pure(expr)
        whole = self.emit(expr, ir.Plain(True), List(UNKNOWN), False)
        equal = isinstance(known, int) and function.static is np.split
        whole_dims = value.kind.dims
        where = where if whole_dims is None else where % len(whole_dims)
        slices = self.slices_of_parts(value, known, equal, where)
        items = []
        for k in range(count):
            dims = None
            if whole_dims is not None:
                part = part_of(whole_dims[where], count) if equal else unknown_dim()
                dims = (*whole_dims[:where], part, *whole_dims[where + 1 :])
            view = trees.index(value.expr, slices[k]) if slices else trees.index(expr, trees.const(k))
            place = self.view_place(value.place, value.expr, view, node)
            if not slices:
                place.path[-1].of_list = True
            kind = value.kind.with_axes(dims)
            op = ir.Load(place, kind) if value.varied and not self.is_written(place.root) else ir.Plain(True)
            made = self.emit(trees.index(whole.expr, trees.const(k)), op, kind, value.varied)
            made.place = self.info[made.expr.id].place = place
            items.append(made)
        return self.make_list(items, hint)

    def slices_of_parts(self, value: Value, known: Any, equal: bool, axis: int) -> list[gast.AST]:
        """The indices that select the same parts; none if they aren't known. equal: whether `known` is how many there
        are, of one length."""
        if axis < 0 or not equal and not (isinstance(known, (tuple, list)) and all(isinstance(k, int) for k in known)):
            return []
        if equal:
            part = None if value.kind.dims is None else dim_symbol(part_of(value.kind.dims[axis], known))
            whole = trees.index(trees.attr(value.expr, "shape"), trees.const(axis))
            expr = trees.binary(gast.FloorDiv, whole, trees.const(known))
            length = self.emit(expr, ir.Plain(True), Scalar("int", part), False).expr
            bounds = [trees.mul(trees.const(k), length) if k > 1 else length for k in range(1, known)]
        else:
            bounds = [trees.const(each) for each in known]
        parts = [gast.Slice(*ends, None) for ends in zip([None, *bounds], [*bounds, None])]
        before = [gast.Slice(None, None, None)] * axis
        return [gast.Tuple([*before, each], gast.Load()) if before else each for each in parts]

    def index_trick(self, base: Value, slice_node: gast.AST, node: Any, hint: str | None) -> Value | None:
        """np.r_[a, b] and np.c_[a, b] of what carries a gradient: what they join, joined."""
        name = base.place.root.name if base.place is not None else ""
        if name.rpartition(".")[2] not in ("r_", "c_") or base.place.root.site[0] != "attribute" or self.quiet:
            return None
        entries = slice_node.elts if isinstance(slice_node, gast.Tuple) else [slice_node]
        if any(isinstance(each, gast.Slice) for each in entries):
            self.refuse_active_key(slice_node, [], node)
            return None
        values = self.visit_all(entries)
        if not any(each.varied for each in values):
            return None
        if not all(isinstance(each.kind, (Scalar, Array)) and each.kind.dtype for each in values):
            raise self.refuse("joined_by_index", node, name=name)
        plain = joined_in_a_row if name.endswith("r_") else joined_as_columns
        made = self.call_equivalent(plain, values, {}, node, hint)
        dtype = numpy_dtype(result_dtype(None, *[each.kind for each in values]))
        if dtype == made.kind.dtype:
            return made
        made = self.settle(made)  # Python's numbers have the type of the arrays beside them
        method = Value(trees.attr(made.expr, "astype"), Static(BoundMethod(made, None, "astype")))
        return self.call_value(
            method, [Value(trees.attr(trees.module(np), dtype), Static(getattr(np, dtype)))], {}, node, hint
        )

    def call_ix(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.ix_ is for indices; it gives views of other arrays as well."""
        if any(value.varied and carries_gradient(value.kind) for value in args):
            raise self.refuse("no_rule", node, name="ix_", module="numpy")
        return None

    def call_ndindex(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """np.ndindex gives tuples of integers, like a function of itertools."""
        return self.opaque_call(function, args, keywords, node, reads_only=True)

    def call_einsum(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.einsum(A, [0, 1], B, [1, 2], [0, 2]) is np.einsum("AB,BC->AC", A, B)."""
        if not any(value.varied for value in args) or isinstance(self.known(args[0]), str):
            return None
        terms = [self.einsum_term(value) for value in args[1::2]]
        if len(args) % 2:
            terms.append(self.einsum_term(args[-1]))
        if None in terms:
            return None
        inputs = terms[: len(args) // 2]
        text = ",".join(inputs) + ("->" + terms[-1] if len(args) % 2 else "")  # type: ignore[arg-type,operator]
        operands = args[: 2 * len(inputs) : 2]
        return self.call_known(function, np.einsum, [self.key_value(text), *operands], keywords, node, hint)

    def einsum_term(self, value: Value) -> str | None:
        """The indices of one operand as letters."""
        known = self.known_list(value)
        if not isinstance(known, (list, tuple)) or not all(each is ... or isinstance(each, int) for each in known):
            return None
        return "".join(
            "..." if each is ... else (string.ascii_uppercase + string.ascii_lowercase)[each] for each in known
        )

    # ---------------------------------------------------------------- ufuncs

    def call_clip(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.clip(a, min=0, max=1): other names for the bounds (since NumPy 2.1)."""
        if not {"min", "max"} & set(keywords) or {"a_min", "a_max"} & set(keywords) or len(args) != 1:
            return None
        keywords = dict(keywords)
        out = self.take_out(keywords)
        names = [key for key in keywords if key in ("min", "max")]
        if len(names) != len(keywords):
            return None
        bound = {"a": args[0], **{f"a_{key}": keywords[key] for key in names}}

        def rebuild(exprs: list[gast.AST]) -> gast.AST:
            return self.call_expression(function.expr, exprs[:1], dict(zip(names, exprs[1:])))

        made = self.primitive(registry.find(np.clip), list(bound.values()), rebuild, node, hint, bound=bound)
        if out is None:
            return made
        self.store_whole(out, made, node)
        return out

    def call_nan_to_num(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """With copy=False, it writes into the array and gives it."""
        copy = args[1] if len(args) > 1 else keywords.get("copy")
        if copy is None or self.known(copy) is True:
            return None
        target = self.settle(args[0])
        if self.known(copy) is not False or not isinstance(target.kind, Array) or target.place is None:
            raise self.refuse("rule_keyword", node, name="nan_to_num", keywords="copy")
        others = {key: value for key, value in keywords.items() if key != "copy"}
        if len(args) > 2:
            raise self.refuse("rule_keyword", node, name="nan_to_num", keywords="copy")
        self.store_whole(target, self.call_function(np.nan_to_num, [target], node, **others), node)
        return target

    def call_function(self, static: Any, args: list[Value], node: Any, **keywords: Value) -> Value:
        """A call of a function of NumPy's that the program makes itself."""
        function = Value(trees.attr(trees.module(np), static.__name__), Static(static))
        return self.call_rule(registry.find(static), function, args, keywords, node, None)

    # ---------------------------------------------------------------- lists and tuples as arrays


# Which argument by position is `out` (of a ufunc it is the one after the operands).
CALLS: dict[Any, str] = {
    operator.itemgetter: "make_getter",
    operator.attrgetter: "make_getter",
    operator.methodcaller: "make_getter",
    operator.getitem: "call_operator_getitem",
    divmod: "call_divmod",
    np.divmod: "call_divmod",
    math.modf: "call_modf",
    np.modf: "call_modf",
    math.frexp: "call_frexp",
    np.frexp: "call_frexp",
    np.broadcast_arrays: "call_broadcast_arrays",
    np.put: "call_put",
    np.place: "call_place",
    np.putmask: "call_putmask",
    np.fill_diagonal: "call_fill_diagonal",
    np.copyto: "call_copy_to",
    np.add.at: "call_add_at",
    np.subtract.at: "call_subtract_at",
    np.clip: "call_clip",
    np.cross: "call_cross",
    np.array: "call_array",
    np.unique: "call_unique",
    np.histogram: "call_histogram",
    np.histogram_bin_edges: "call_bin_edges",
    **({np.astype: "call_astype"} if hasattr(np, "astype") else {}),
    np.vectorize: "make_vectorized",
    np.interp: "call_interp",
    np.nan_to_num: "call_nan_to_num",
    **dict.fromkeys([getattr(operator, "i" + name) for name in IN_PLACE], "call_in_place"),
    np.split: "call_split",
    np.einsum: "call_einsum",
    np.array_split: "call_split",
    np.ix_: "call_ix",
    np.ndindex: "call_ndindex",
}
