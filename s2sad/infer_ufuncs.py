"""Part of the stage `infer`: NumPy's ufuncs with options (`out`, `where`, `dtype`), and their methods."""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.expressions import OPERATOR_NODES
from s2sad.kinds import FLOAT, Array, Scalar, Static
from s2sad.rules import registry
from s2sad.values import BoundMethod, Value

IN_PLACE = ("add", "sub", "mul", "truediv", "pow", "matmul", "floordiv", "mod", "and", "or", "xor", "lshift", "rshift")


class Ufuncs:
    def call_ufunc(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.add(a, b, out), np.divide(a, b, out=c, where=mask)."""
        keywords = dict(keywords)
        if len(args) > static.nin and static.nout == 1:
            keywords["out"] = args[static.nin]
            args = args[: static.nin]
            return self.call_known(function, static, args, keywords, node, hint)
        made = self.call_with_options(function, static, args, keywords, node, hint)
        if made is not None:
            return made
        out, where = keywords.get("out"), keywords.get("where")
        if out is None or out.static is None or where is None or self.known(where) is True or len(keywords) != 2:
            return None
        if out.items is not None and len(out.items) == 1:
            out = out.items[0]
        if not any(v.varied for v in [*args, out]):
            self.opaque_call(function, args, keywords, node, [out])
            return out
        out = self.settle(out)
        where = self.full_mask(self.settle(where), out, node)
        chosen = [self.chosen_by(self.settle(v), where, out, node) for v in args]
        made = self.call_known(function, static, chosen, {}, node, None)
        self.store_chosen(out, where, made, node)
        return out

    def call_with_options(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """np.add(a, b, dtype=np.float64, casting="unsafe"): options that say how, not what, is computed."""
        rule = registry.find(static)
        product = rule is not None and rule.form == "adjoint"
        if (
            rule is None
            or not (product or rule.form == "partials")
            or not any(v.varied for v in [*args, *keywords.values()])
        ):
            return None
        others = {key: value for key, value in keywords.items() if key not in ("casting", "order", "subok", "dtype")}
        if len(others) == len(keywords):
            return None
        if product and "dtype" not in keywords:
            return None
        if "dtype" in keywords:
            args = self.cast_operands(args, keywords["dtype"], node)
        passive = {key: keywords[key].expr for key in ("casting", "order", "subok") if key in keywords}
        if others or not passive:
            return self.call_known(function, static, args, others, node, hint)

        def rebuild(exprs: list[gast.AST]) -> gast.AST:
            return self.call_expression(function.expr, exprs, passive)

        return self.primitive(rule, args, rebuild, node, hint, bound=rule.bind(args, {}))

    def cast_operands(self, args: list[Value], dtype: Value, node: Any) -> list[Value]:
        """What `dtype=` of a ufunc means: the operands are taken in that dtype. Python's numbers follow arrays."""
        known = self.known(dtype)
        try:
            name = None if known is None else np.dtype(known).name
        except TypeError:
            raise self.refuse("rule_keyword", node, name="a ufunc", keywords="dtype") from None
        arrays = [v for v in args if isinstance(v.kind, Array)]
        if name is None or not arrays and name == "float64" and all(v.kind == FLOAT for v in args):
            return args
        if not arrays or any(not isinstance(v.kind, (Array, Scalar)) for v in args):
            raise self.refuse("rule_keyword", node, name="a ufunc", keywords="dtype")
        made = []
        for value in args:
            if isinstance(value.kind, Array) and value.kind.dtype != name:
                value = self.settle(value)
                method = Value(trees.attr(value.expr, "astype"), Static(BoundMethod(value, None, "astype")))
                value = self.call_value(method, [dtype], {}, node)
            elif isinstance(value.kind, Scalar) and value.kind.dtype not in ("float", "real", "int", "bool", name):
                raise self.refuse("rule_keyword", node, name="a ufunc", keywords="dtype")
            made.append(value)
        return made

    def call_ufunc_method(
        self,
        function: Value,
        ufunc: Any,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: str | None,
    ) -> Value | None:
        if "dtype" in keywords and any(v.varied for v in args) and all(isinstance(v.kind, Array) for v in args[:1]):
            count = 2 if name == "outer" else 1
            args = [*self.cast_operands(args[:count], keywords["dtype"], node), *args[count:]]
            others = {key: value for key, value in keywords.items() if key != "dtype"}
            return self.call_known(function, function.static, args, others, node, hint)
        if (
            name == "outer"
            and len(args) == 2
            and not keywords
            and all(getattr(v.kind, "rank", None) is not None for v in args)
        ):
            left, right = args
            if right.kind.rank and left.kind.rank is not None:
                left = self.settle(left)
                index = gast.Tuple([trees.const(...), *[trees.const(None)] * right.kind.rank], gast.Load())
                left = self.get_item(left, index, node) if isinstance(left.kind, Array) else left
            inner = Value(function.expr.value, Static(ufunc))
            return self.call_known(inner, ufunc, [left, right], {}, node, hint)
        whole = {
            (np.add, "reduce"): np.sum,
            (np.multiply, "reduce"): np.prod,
            (np.maximum, "reduce"): np.max,
            (np.minimum, "reduce"): np.min,
            (np.add, "accumulate"): np.cumsum,
            (np.multiply, "accumulate"): np.cumprod,
        }.get((ufunc, name))
        if (
            whole is not None
            and any(v.varied for v in args)
            and len(args) <= 2
            and set(keywords) <= {"axis", "keepdims", "out", "initial", "where"}
        ):
            keywords = {"axis": args[1] if len(args) > 1 else self.key_value(0), **keywords}
            return self.call_value(
                Value(trees.attr(trees.module(np), whole.__name__), Static(whole)), args[:1], keywords, node, hint
            )
        if registry.find(function.static) is None:
            return self.ufunc_method_as_loop(function, ufunc, name, args, keywords, node, hint)
        return None

    def call_in_place(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """operator.iadd(x, y) is x += y, and gives x."""
        meant = getattr(operator, {"iand": "and_", "ior": "or_"}.get(name := function.static.__name__, name[1:]))
        owner = self.settle(args[0])
        if isinstance(owner.kind, Array) and owner.kind.dims and owner.place is not None:
            self.augment_by(owner, OPERATOR_NODES[meant](), args[1], node)
            return owner
        if isinstance(owner.kind, Scalar):
            return self.binary(OPERATOR_NODES[meant](), owner, args[1], node, hint)
        return None
