"""Part of the stage `infer`: methods of arrays: those that are functions with rules, those that write, and operators
written as calls (`x.__add__(y)`)."""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from s2sad import equivalents, trees
from s2sad.errors import RuleError
from s2sad.expressions import OPERATOR_NODES
from s2sad.infer_outputs import METHODS as METHODS_WITH_OUT
from s2sad.kinds import UNKNOWN, Array, List, Scalar, Static, highest_rank
from s2sad.rules import registry
from s2sad.rules.refused import reason_for_method
from s2sad.values import Value

ARITHMETIC = [
    "add",
    "sub",
    "mul",
    "truediv",
    "pow",
    "matmul",
    "floordiv",
    "mod",
    "lshift",
    "rshift",
    "and",
    "or",
    "xor",
]
COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"]


def _operator(name: str) -> Any:
    return getattr(operator, name + "_" if name in ("and", "or", "not") else name)


# Methods that are operators: what they do, and whether the operands change places (`x.__rsub__(y)` is y - x).
BINARY: dict[str, tuple[Any, bool]] = {
    **{f"__{name}__": (_operator(name), False) for name in ARITHMETIC + COMPARISONS},
    **{f"__r{name}__": (_operator(name), True) for name in ARITHMETIC},
    "__divmod__": (divmod, False),
    "__rdivmod__": (divmod, True),
}
UNARY = {
    "__neg__": operator.neg,
    "__pos__": operator.pos,
    "__abs__": abs,
    "__invert__": operator.invert,
    "__float__": float,
    "__complex__": complex,
    "__int__": int,
    "__index__": int,
    "__bool__": bool,
    "__len__": len,
}
IN_PLACE = {f"__i{name}__": _operator(name) for name in ARITHMETIC}
COPIES = ("__copy__", "__deepcopy__")

# Methods that the compiler knows itself, each with the function below that treats it.
METHODS: dict[str, str] = {
    **dict.fromkeys(BINARY, "method_binary"),
    **dict.fromkeys(UNARY, "method_unary"),
    **dict.fromkeys(IN_PLACE, "method_in_place"),
    **dict.fromkeys(COPIES, "method_copy"),
    "__getitem__": "method_getitem",
    "__setitem__": "method_setitem",
    "__contains__": "method_contains",
    "fill": "method_fill",
    "put": "method_put",
    "sort": "method_sort",
    "partition": "method_sort",
    "view": "method_view",
    "astype": "call_astype_method",
}
WRITERS = ("sort", "put", "partition", "resize", "itemset", "setfield", "byteswap", "setflags")


class Methods:
    def array_method(
        self,
        function: Value,
        owner: Value,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: str | None,
    ) -> Value:
        own = METHODS.get(name)
        if own is not None:
            made = getattr(self, own)(function, owner, name, args, keywords, node, hint)
            if made is not None:
                return made
        if name in ("conj", "conjugate") and isinstance(owner.kind, Array) and owner.kind.char in ("b", "i", "f"):
            return owner  # what is real is not copied
        found = registry.find_method(name)
        rule = registry.find(found) if found is not None else None
        plain = equivalents.find_method(name) if rule is None and not self.quiet else None
        if plain is not None and self.needs_equivalent(plain, [owner, *args, *keywords.values()]):
            return self.call_equivalent(plain, [owner, *args], keywords, node, hint)
        if rule is None:
            return self.method_without_rule(function, owner, name, args, keywords, node)
        owner = owner if self.quiet else self.settle(owner)
        args, keywords = self.name_out(METHODS_WITH_OUT.get(name, ()), args, dict(keywords))
        out = self.take_out(keywords)
        if rule.view and "copy" in keywords and self.known(keywords["copy"]) is True:
            del keywords["copy"]
            made = self.array_method(function, owner, name, args, keywords, node, None)
            return self.call_function(np.copy, [made], node)
        try:
            bound = rule.bind([owner, *args], self.that_matter(rule, keywords))
        except (RuleError, TypeError):
            bound = None
        written = self.written_by_options(rule, [owner, *args], keywords, bound)
        if written:
            return self.call_writing(function, name, args, keywords, written, node, owner)
        if bound is None:
            if not owner.varied:
                return self.pure_call(function, args, keywords, node)
            raise self.refuse("rule_keyword", node, name=name, keywords=", ".join(keywords) or "these arguments")
        bound = {
            key: self.make_tuple(list(value)) if isinstance(value, tuple) else value for key, value in bound.items()
        }
        args, keywords, bound = self.lists_of_integers(rule, bound, args, keywords)
        values = [owner, *args, *keywords.values()]
        if rule.view and owner.varied and owner.place is not None and owner.expr.__class__ is not gast.Name:
            owner = self.settle(owner)
        rebuild = self.method_rebuilder(name, len(args), list(keywords))
        made = self.primitive(rule, values, rebuild, node, hint, bound=bound, library="numpy")
        if out is not None:
            self.store_whole(out, made, node)
            return out
        return made

    def method_rebuilder(self, name: str, count: int, names: list[str]) -> Any:
        """What makes the call of a method again, from the expressions of its owner and arguments."""

        def rebuild(exprs: list[gast.AST]) -> gast.AST:
            return self.call_expression(
                trees.attr(exprs[0], name), exprs[1 : 1 + count], dict(zip(names, exprs[1 + count :]))
            )

        return rebuild

    def method_without_rule(
        self, function: Value, owner: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        if owner.varied or any(value.varied for value in [*args, *keywords.values()]):
            if self.quiet or isinstance(owner.kind, Scalar) and name == "is_integer":
                return Value(self.call_expression(function.expr, [v.expr for v in args], {}), UNKNOWN)
            if name in WRITERS:
                raise self.refuse("array_method", node, name=name)
            reason = reason_for_method(name)
            if reason is not None:
                raise self.refuse("refused", node, name=f".{name}", why=reason[0], instead=reason[1])
            raise self.refuse("unknown_method", node, name=name)
        if name in WRITERS and owner.place is not None:
            self.note_store(owner.place, False, node)
        args, keywords = self.name_out(METHODS_WITH_OUT.get(name, ()), args, keywords)
        return self.opaque_call(function, args, keywords, node, [keywords["out"]] if "out" in keywords else [])

    # ---------------------------------------------------------------- methods that write
    def method_fill(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value:
        value = self.settle([*args, *keywords.values()][0])
        if isinstance(owner.kind, Scalar):  # a number stays what it is
            return Value(trees.const(None), Static(None))
        if highest_rank(owner.kind) == 0 and owner.kind.dims is None:
            raise self.refuse("fill_of_either", node)
        self.store(owner, trees.const(...), [("ellipsis", "explicit")], owner.kind, value, None, node)
        return Value(trees.const(None), Static(None))

    def method_put(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value | None:
        given = {**dict(zip(("indices", "values", "mode"), args)), **keywords}
        if (
            self.quiet
            or owner.place is None
            or not {"indices", "values"} <= set(given) <= {"indices", "values", "mode"}
        ):
            return None
        mode = {"mode": given["mode"]} if "mode" in given else {}
        return self.call_put(owner, [owner, given["indices"], given["values"]], mode, node, hint)

    def method_sort(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value | None:
        """x.sort() and x.partition(k), in place."""
        most = 1 if name == "sort" else 2
        if self.quiet or owner.place is None or len(args) > most or not set(keywords) <= {"axis", "kind", "kth"}:
            return None
        owner = self.settle(owner)
        self.store_whole(owner, self.call_function(getattr(np, name), [owner, *args], node, **keywords), node)
        return Value(trees.const(None), Static(None))

    def method_view(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value | None:
        """x.view() is x[...]."""
        if self.quiet or args or keywords or not isinstance(owner.kind, Array) or not owner.kind.dims:
            return None
        return self.get_item(self.settle(owner), trees.const(...), node)

    # ---------------------------------------------------------------- operators written as calls
    def method_binary(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value | None:
        """x.__add__(y), of an array or NumPy number, which take any operand."""
        meant, swapped = BINARY[name]
        if len(args) != 1 or keywords or not takes_any_operand(owner):
            return None
        left, right = (args[0], owner) if swapped else (owner, args[0])
        if meant is divmod:
            return self.call_value(Value(trees.builtin("divmod"), Static(divmod)), [left, right], {}, node, hint)
        if meant in OPERATOR_NODES:
            return self.binary(OPERATOR_NODES[meant](), left, right, node, hint)
        rebuild = self.method_rebuilder(name, 1, [])
        return self.primitive(registry.find(meant), [left, right], rebuild, node, hint)

    def method_unary(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value | None:
        if args or keywords:
            return None
        meant = UNARY[name]
        if meant in OPERATOR_NODES:
            op = OPERATOR_NODES[meant]()
            return self.primitive(registry.find(meant), [owner], lambda exprs: gast.UnaryOp(op, exprs[0]), node, hint)
        return self.call_value(Value(trees.builtin(meant.__name__), Static(meant)), [owner], {}, node, hint)

    def method_in_place(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value | None:
        """x.__iadd__(y) is x += y, and gives x."""
        if len(args) != 1 or keywords or self.quiet or not isinstance(owner.kind, Array):
            return None
        owner = self.settle(owner)
        if not owner.kind.dims:
            raise self.refuse("augment_unknown", node)
        self.augment_by(owner, OPERATOR_NODES[IN_PLACE[name]](), args[0], node)
        return owner

    def augment_by(self, owner: Value, op: gast.operator, value: Value, node: Any) -> None:
        """owner op= value, of an array."""
        index, parts = trees.const(...), [("ellipsis", "explicit")]
        self.store(owner, index, parts, owner.kind, self.settle(value), op, node)

    def method_copy(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value:
        bound = {"a": owner if self.quiet else self.settle(owner)}
        rebuild = self.method_rebuilder("copy", 0, [])
        return self.primitive(registry.find(np.ndarray.copy), [bound["a"]], rebuild, node, hint, bound=bound)

    # ---------------------------------------------------------------- items
    def method_getitem(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value | None:
        if self.quiet or len(args) != 1 or keywords:
            return None
        index = self.settle(args[0]) if args[0].items is None else self.make_tuple(args[0].items)
        owner = self.settle(owner)
        made = self.item_by_items(owner, index, node, hint)
        if index.items is None and not isinstance(index.kind, (Array, List)):
            made = self.settle(made)
            self.note_shared(made, [place.root for place in self.memory_in(owner)])
        return made

    def method_setitem(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value | None:
        if self.quiet or len(args) != 2 or keywords:
            return None
        owner = self.settle(owner)
        index = self.settle(args[0]) if args[0].items is None else self.make_tuple(args[0].items)
        parts = [self.index_part(item, owner) for item in index.items or [index]]
        kind = self.indexed_kind(owner, parts)
        self.store(owner, self.operand(index), parts, kind, self.settle(args[1]), None, node)
        return Value(trees.const(None), Static(None))

    def method_contains(
        self, function: Value, owner: Value, name: str, args: Any, keywords: Any, node: Any, hint: Any
    ) -> Value | None:
        if len(args) != 1 or keywords:
            return None
        rebuild = self.method_rebuilder(name, 1, [])
        return self.primitive(registry.find(operator.contains), [owner, args[0]], rebuild, node, hint)


def takes_any_operand(owner: Value) -> bool:
    """Whether an operator's method of this value computes, whatever the other operand: Python's numbers may not."""
    if isinstance(owner.kind, Array):
        return owner.kind.dims is not None
    return isinstance(owner.kind, Scalar) and owner.kind.dtype not in ("bool", "int", "real", "float", "complex")
