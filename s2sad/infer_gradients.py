"""Part of the stage `infer`: calls of what s2sad made (`grad(g)` inside of f), `stop_gradient`, and functions that
bring a gradient of their own."""

from __future__ import annotations

import sys
import threading
import types
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.cache import Entry
from s2sad.errors import ArgumentError
from s2sad.kinds import FLOAT, UNKNOWN, Array, Dict, Scalar, Static, Tuple, kind_of
from s2sad.values import Value

OURS = ("dy", "tangents")  # keywords of the functions that s2sad makes


class Gradients:
    def call_derived(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """A function that s2sad made, called inside of another: the program that it runs is differentiated like any."""
        plain = self.plain_of(static, args, keywords, node)
        return self.call_user(Value(function.expr, Static(plain)), plain, args, keywords, node, hint)

    def plain_of(
        self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any = None
    ) -> types.FunctionType:
        """A function that does what one that s2sad made does, for arguments of these kinds; the same in each walk."""
        return self.made_plain(static, args, keywords, node)[0]

    def entry_of(self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any = None) -> Entry:
        """The program that such a function runs."""
        return self.made_plain(static, args, keywords, node)[1]

    def made_plain(
        self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> tuple[types.FunctionType, Entry, Any]:
        kinds = self.kinds_for(static, args, keywords, node)
        key = "plain", id(static), repr(kinds)
        if key not in self.facts.results:
            chain = _chain.__dict__.setdefault("functions", [])
            if chain.count(self.request.function) > 5:
                raise self.refuse("own_gradient", node)
            chain.append(self.request.function)
            try:
                self.facts.results[key] = (*static.plain_function(kinds), static)
            except ArgumentError as error:
                reason = str(error).removeprefix(f"{static.__name__}: ")
                raise self.refuse("wrong_call", node, name=name_of_call(node, static), reason=reason) from None
            finally:
                chain.pop()
        return self.facts.results[key]

    def gradient_of(self, target: Any) -> Any:
        """grad(target), the same in each walk."""
        from s2sad.derived import grad  # it runs the pipeline that this stage is part of

        if ("gradient", target) not in self.facts.results:
            self.facts.results["gradient", target] = grad(target)
        return self.facts.results["gradient", target]

    def kinds_for(self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any) -> dict[str, Any]:
        signature = static.plain_signature
        others = {key: value for key, value in keywords.items() if key in OURS and key not in signature.parameters}
        try:
            bound = signature.bind(*args, **{key: value for key, value in keywords.items() if key not in others})
        except TypeError as error:
            raise self.refuse("wrong_call", node, name=static.__name__, reason=error) from None
        bound.apply_defaults()
        kinds = {}
        for name, value in (bound.arguments | others).items():
            for each in value if isinstance(value, tuple) else value.values() if isinstance(value, dict) else [value]:
                if isinstance(each, Value) and self.holds_optional(each):
                    raise self.refuse("optional_argument", node, name=name)
            if isinstance(value, Value):
                kinds[name] = FLOAT if value.kind == Scalar("real") else value.kind
            elif isinstance(value, tuple):
                kinds[name] = Tuple(tuple(v.kind if isinstance(v, Value) else kind_of(v) for v in value))
            elif isinstance(value, dict):
                kinds[name] = Dict(tuple((k, v.kind if isinstance(v, Value) else kind_of(v)) for k, v in value.items()))
            else:
                kinds[name] = kind_of(value)
        return kinds

    def without_gradient(self, value: Value) -> Value:
        if value.items is not None:
            return self.make_tuple([self.without_gradient(item) for item in value.items])
        if value.object is not None:
            return self.make_dict(
                {key: self.without_gradient(self.state[value.object, key]) for key in value.object.keys}
            )
        if not value.varied or self.quiet:
            return Value(value.expr, value.kind, False, place=value.place)
        made = self.emit(self.operand(value), ir.Plain(True), value.kind, False)
        self.info[made.expr.id].varied = made.varied = False
        if value.place is not None:
            made.place = self.info[made.expr.id].place = value.place
        return made

    def call_checked(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """A function with a gradient of its own, called at run time with its `with_gradient`."""
        if not any(value.varied for value in [*args, *keywords.values()]):
            return self.opaque_call(function, args, keywords, node)
        if keywords:
            raise self.refuse("custom_keywords", node, name=getattr(static, "__name__", "it"))
        operands = [self.operand(value) for value in args]
        name, pullback = self.names.fresh(hint or "#t"), self.names.fresh("pullback")
        target = gast.Tuple([trees.name(name, store=True), trees.name(pullback, store=True)], gast.Store())
        expr = self.call_expression(trees.attr(function.expr, "with_gradient"), operands, {})
        op = ir.Checked(operands, [value.kind for value in args], pullback)
        op.target, op.tangent = name, static.tangent is not None
        statement = self.add(gast.Assign([target], expr, None), op)
        self.effects += 1
        kind: Any = Array("float64", None)
        if all(isinstance(value.kind, Scalar) for value in args):
            kind = FLOAT
        for each, k in ((name, kind), (pullback, UNKNOWN)):
            self.info[each] = ir.Info(k, each == name, statement, None, self.loops, self.position)
        return Value(trees.name(name), kind, True)


def is_public(function: Any) -> bool:
    """Whether a function is one that `import s2sad` gives."""
    package = sys.modules["s2sad"]
    return getattr(package, getattr(function, "__name__", ""), None) is function


_chain = threading.local()  # the functions whose gradients call gradients, while these are made


def name_of_call(node: Any, static: Any) -> str:
    """`jvp`, of `jvp(g, ...)`; `grad`, of `s2sad.grad(g)(x)`."""
    while isinstance(node, gast.Call):
        node = node.func
    return getattr(node, "attr", None) or getattr(node, "id", None) or static.__name__
