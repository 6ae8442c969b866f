"""Part of the stage `infer`: derivatives that f takes itself, of functions that are made inside of it.

    def f(w, x):
        slope = grad(lambda t: w * t ** 3)(x)       def function(t, w):
        return slope * slope                   ->       return w * t ** 3

                                                    slope = grad(function, "t")(x, w)

The inner function becomes one at the top (`infer_lifting.py`), what it captures is handed to it, and the program that
this gives is differentiated like any function of the user's.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
from dataclasses import dataclass
from typing import Any

from s2sad import trees
from s2sad.kinds import FLOAT, Array, Scalar, Static
from s2sad.parameters import is_single
from s2sad.values import MISSING, BoundMethod, Choice, InnerDerivative, InnerPullback, LocalFunction, Partial, Value

MADE_INSIDE = (LocalFunction, Partial, BoundMethod, InnerDerivative)
AT_ONCE = ("jvp", "hvp", "vjp")


@dataclass
class Outermost:
    """A function at the top, the arguments that come before those it is called with, what else it is given by name
    (what it captures, defaults), and the parameters that a caller sees."""

    function: Value
    before: list[Value]
    named: dict[str, Value]
    own: list[str]
    captured: frozenset[str] = frozenset()


class InnerDerivatives:
    def call_ours(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        """grad(g) and its like inside of f."""
        name = static.__name__
        if name in AT_ONCE:
            return getattr(self, "call_" + name)(static, args, keywords, node)
        values = [*args, *keywords.values()]
        if args and isinstance(args[0].static, MADE_INSIDE) or name == "make_vjp":
            bound = self.bound_to(static, args, keywords, node)
            return self.inner_derivative(static, bound.pop("f", None), bound, node)
        if any(self.known(each) is MISSING or isinstance(each.static, (*MADE_INSIDE, Choice)) for each in values):
            raise self.refuse("inner_gradient", node, name=name)
        expr = self.call_expression(
            function.expr, [value.expr for value in args], {key: value.expr for key, value in keywords.items()}
        )
        return Value(expr, Static(static(*map(self.known, args), **{k: self.known(v) for k, v in keywords.items()})))

    def bound_to(self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any) -> dict[str, Any]:
        try:
            return inspect.signature(static).bind(*args, **keywords).arguments
        except TypeError as error:
            raise self.refuse("wrong_call", node, name=static.__name__, reason=error) from None

    def inner_derivative(self, maker: Any, function: Any, options: dict[str, Value], node: Any) -> Value:
        known = {key: self.known(value) for key, value in options.items()}
        default = inspect.signature(maker).parameters["params"].default
        params = known.pop("params", default)
        given = function is not None and (isinstance(function.static, MADE_INSIDE) or callable(function.static))
        if (
            not given
            or MISSING in known.values()
            or params is MISSING
            or any(each is not None for each in known.values())
        ):
            raise self.refuse("inner_gradient", node, name=maker.__name__)
        return Value(trees.const(None), Static(InnerDerivative(maker, function, params)))

    def call_inner(
        self, static: InnerDerivative, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """grad(g)(x), where g is made inside of f."""
        if static.maker.__name__ == "make_vjp":
            return self.value_and_pullback(static.function, static.params, args, keywords, node)
        made = self.outermost(Value(trees.const(None), Static(static)), static.maker.__name__, node)
        given = {*made.own[: len(args)], *keywords}
        named = {name: value for name, value in made.named.items() if name not in given}
        if made.captured:
            self.check_captured(made, [*made.before, *args], {**keywords, **named}, node)
        return self.call_derived(
            made.function, made.function.static, [*made.before, *args], {**keywords, **named}, node, hint
        )

    def check_captured(self, made: Outermost, args: list[Value], keywords: dict[str, Value], node: Any) -> None:
        """What a function captures it may change for those around it; what it is given, as here, it has for itself."""
        changed = made.captured & self.entry_of(made.function.static, args, keywords, node).written
        if changed:
            raise self.refuse("inner_writes", node, name=min(changed))

    def outermost(self, function: Value, name: str, node: Any) -> Outermost:
        """A function that is made inside of f as one that isn't."""
        static = function.static
        if isinstance(static, InnerDerivative):
            inner = self.outermost(static.function, name, node)
            params = self.chosen(static, inner.own, node)
            key = ("inner", static.maker, inner.function.static, str(params))
            if key not in self.facts.results:
                self.facts.results[key] = static.maker(inner.function.static, params)
            return dataclasses.replace(inner, function=Value(function.expr, Static(self.facts.results[key])))
        if isinstance(static, LocalFunction):
            return self.lifted_with_defaults(function, static, name, node)
        if isinstance(static, Partial):
            inner, count = self.outermost(static.function, name, node), len(static.positional)
            own = [name for name in inner.own[count:] if name not in static.keywords]
            before, named = [*inner.before, *static.positional], {**inner.named, **static.keywords}
            return Outermost(inner.function, before, named, own, inner.captured - {*static.keywords})
        if isinstance(static, BoundMethod) and isinstance(static.function, types.FunctionType):
            names = own_names(static.function)[1:]
            return Outermost(Value(function.expr, Static(static.function)), [static.owner], {}, names)
        if not callable(static) or isinstance(static, BoundMethod):
            raise self.refuse("inner_gradient", node, name=name)
        return Outermost(function, [], {}, own_names(static))

    def lifted_with_defaults(self, function: Value, static: LocalFunction, name: str, node: Any) -> Outermost:
        names, defaults = [each.id for each in static.tree.args.args], static.defaults
        if static.defaults:  # they are arguments like any
            key = ("without defaults", id(static.tree))
            tree = self.facts.results.setdefault(key, trees.copy_tree(static.tree))
            tree.args.defaults = []
            static = dataclasses.replace(static, tree=tree, defaults=[])
        lifted, captured = self.lifted(dataclasses.replace(function, kind=Static(static)), name, node, "inner_function")
        named = dict(zip(own_names(lifted.static)[len(names) :], captured))
        named |= dict(zip(names[len(names) - len(defaults) :], defaults))
        return Outermost(lifted, [], named, names, frozenset(named))

    def chosen(self, static: InnerDerivative, own: list[str], node: Any) -> Any:
        """`params` as names of the parameters that the inner function itself has."""
        params = static.params
        single = is_single(params)
        every = own if params is None else [params] if single else list(params)
        names = [own[each] if isinstance(each, int) and -1 < each < len(own) else each for each in every]
        if not set(names) <= set(own):
            raise self.refuse("inner_gradient", node, name=static.maker.__name__)
        return names[0] if single else names

    # ---------------------------------------------------------------- derivatives at a point
    def call_jvp(self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        bound = self.bound_to(static, args, keywords, node)
        return self.tangent_at(bound["f"], bound, node)

    def call_hvp(self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        from s2sad.derived import gradients_function

        bound = self.bound_to(static, args, keywords, node)
        options = {key: bound[key] for key in ("params",) if key in bound}
        gradients = self.inner_derivative(gradients_function, bound["f"], options, node)
        return self.parts_of(self.tangent_at(gradients, bound, node), 2, node)[1]

    def tangent_at(self, function: Value, bound: dict[str, Value], node: Any) -> Value:
        """(value, tangent) of a function at `primals`, along `tangents`."""
        from s2sad.forward import value_and_tangent_function

        primals, tangents = (self.parts_of(bound[key], None, node) for key in ("primals", "tangents"))
        params = self.known(bound["params"]) if "params" in bound else None
        if params is MISSING:
            raise self.refuse("inner_gradient", node, name="jvp")
        made = InnerDerivative(value_and_tangent_function, function, [params] if is_single(params) else params)
        tangents = [self.in_float(each) for each in tangents]
        return self.call_inner(made, primals, {"tangents": self.make_tuple(tangents)}, node, None)

    def in_float(self, tangent: Value) -> Value:
        """A tangent of a number is a float, also where an integer is given."""
        if not isinstance(tangent.kind, Scalar) or tangent.kind.char not in "bi" or tangent.varied:
            return tangent
        number = trees.literal(tangent.expr)
        if number is not None:
            return Value(trees.const(float(number)), FLOAT)
        return self.plain(Value(trees.builtin("float"), Static(float)), [tangent], {}, FLOAT)

    def call_vjp(self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        params = self.known(keywords["params"]) if "params" in keywords else None
        if params is MISSING or not args:
            raise self.refuse("inner_gradient", node, name="vjp")
        return self.value_and_pullback(args[0], params, args[1:], {}, node)

    def value_and_pullback(
        self, function: Value, params: Any, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        """The value, and what runs the function again for the gradients, with the arguments as they are now."""
        held = [self.held_now(value, node) for value in args]
        named = {key: self.held_now(value, node) for key, value in keywords.items()}
        parts = [part for value in (*held, *named.values()) for part in self.parts_inside(value)]
        value = self.call_value(function, held, named, node)
        pull = InnerPullback(function, params, held, named, parts)
        return self.make_tuple([value, Value(trees.const(None), Static(pull))])

    def held_now(self, value: Value, node: Any) -> Value:
        """An argument that keeps what it holds: of an array that is written, a copy."""
        value = self.settle(value)
        if value.place is None or not self.is_changed(value.place):
            return value
        if not isinstance(value.kind, Array):
            raise self.refuse("changed_for_pullback", node)
        method = Value(trees.attr(value.expr, "copy"), Static(BoundMethod(value, None, "copy")))
        return self.settle(self.call_value(method, [], {}, node))

    def parts_inside(self, value: Value) -> list[tuple[Any, Value]]:
        """Of dicts and objects their parts, and where the state has these."""
        found = [part for item in value.items or () for part in self.parts_inside(item)]
        for key in value.object.keys if value.object is not None else ():
            part = self.state[value.object, key]
            found.append(((value.object, key), part))
            if isinstance(part, Value):
                found += self.parts_inside(part)
        return found

    def call_pullback(
        self, static: InnerPullback, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        from s2sad.derived import gradients_function

        if any(self.state.get(place) is not part for place, part in static.parts):
            raise self.refuse("changed_for_pullback", node)
        bound = dict(zip(["dy"], args)) | keywords
        made = InnerDerivative(gradients_function, static.function, static.params)
        return self.call_inner(made, static.args, {**static.keywords, **bound}, node, hint)


def own_names(static: Any) -> list[str]:
    plain = getattr(static, "plain_signature", None)  # of what s2sad made: without `dy`
    return list((inspect.signature(static) if plain is None else plain).parameters)
