"""Evaluates the expressions of a template as far as they can be: what is known when compiling becomes a value."""

from __future__ import annotations

import builtins
import functools
import inspect
import math
import operator
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.errors import RuleRefusalError
from s2sad.kinds import UNKNOWN, Array, Kind, List, Scalar, Static, Tuple, Unknown, kind_of, loose
from s2sad.rules import indexing, registry, results, scopes, templates
from s2sad.rules.registry import ELEMENTARY, MARKERS, Rule
from s2sad.rules.templates import Undecided
from s2sad.rules.values import (
    OPERATORS,
    PURE_BUILTINS,
    Value,
    expression,
    from_constant,
    is_instance,
    kind_of_constant,
    kind_of_value,
)

_signature = functools.lru_cache(maxsize=None)(inspect.signature)  # of inline helpers, which are there for good

# What is read from an array as an attribute.
ATTRIBUTES = (np.shape, np.size)


class Expressions:
    """The part of the evaluator that sees one expression at a time. `Evaluator` has the statements and the sharing."""

    rule: Rule
    env: dict[str, Value]
    globals: dict[str, Any]
    function: Callable[..., Any]  # the template, or the inline helper that is looked at
    library: Any
    grad: gast.AST | None
    fresh: Callable[[str], str]
    helpers: list[Callable[..., Any]]
    spread: set[str]
    unbroadcast: set[str]
    key: str
    kinds: dict[str, Kind]

    # --- expressions ---

    def _eval(self, node: gast.AST) -> Value:
        method: Callable[[Any], Value] | None = getattr(self, f"_eval_{type(node).__name__}", None)
        if method is None:
            raise Undecided(f"{self.rule.name}: {type(node).__name__} in a template")
        return method(node)

    def _node(self, value: Value) -> gast.AST:
        """The expression of a value: a fresh copy, so that no node is in the program twice."""
        if value.node is not None:
            return trees.copy_tree(value.node)
        if value.items is not None:
            made = gast.List if value.is_list else gast.Tuple
            return made([self._node(item) for item in value.items], gast.Load())
        return trees.const(value.value)

    def _items(self, value: Value) -> tuple[Value, ...] | None:
        if value.items is not None:
            return value.items
        if value.known and isinstance(value.value, (tuple, list, range)):
            return tuple(from_constant(item) for item in value.value)
        if isinstance(value.kind, Tuple) and value.node is not None:
            return tuple(
                expression(trees.index(self._node(value), trees.const(k)), kind)
                for k, kind in enumerate(value.kind.items)
            )
        return None

    def _eval_Constant(self, node: gast.Constant) -> Value:
        return Value(node, kind_of_constant(node.value), True, node.value)

    def _eval_Name(self, node: gast.Name) -> Value:
        if node.id in self.env:
            return self.env[node.id]
        value = self.globals.get(node.id, getattr(builtins, node.id, None))
        if inspect.ismodule(value):
            return from_constant(value, trees.module(value), False)
        if node.id in ELEMENTARY and getattr(np, node.id, None) is value:
            own = getattr(self.library, node.id)
            return from_constant(own, trees.attr(trees.module(self.library), node.id), False)
        if templates.is_helper(value, self.function):
            return from_constant(value, trees.name(value.__name__, function=value), False)
        if hasattr(builtins, node.id) and value is getattr(builtins, node.id):
            return from_constant(value, trees.builtin(node.id), False)
        if value is None and node.id not in self.globals:
            raise registry.RuleError(f"`{node.id}` is not defined in its module")
        place = None if value in MARKERS else scopes.place_of(value)
        return from_constant(value, None if place is None else trees.attr(trees.module(place[0]), place[1]), False)

    def _eval_Tuple(self, node: gast.Tuple) -> Value:
        items: list[Value] = []
        for element in node.elts:
            if isinstance(element, gast.Starred):
                inner = self._items(self._eval(element.value))
                if inner is None:
                    raise Undecided(f"{self.rule.name}: {trees.show(element)}")
                items += inner
            else:
                items.append(self._eval(element))
        return self._sequence(items, isinstance(node, gast.List))

    _eval_List = _eval_Tuple

    def _sequence(self, items: list[Value], is_list: bool = False) -> Value:
        if all(item.known for item in items):
            values = [item.value for item in items]
            return from_constant(values if is_list else tuple(values), from_call=any(item.from_call for item in items))
        kind = Tuple(tuple(item.kind or UNKNOWN for item in items))
        return Value(None, kind, items=tuple(items), is_list=is_list)

    def _eval_IfExp(self, node: gast.IfExp) -> Value:
        test = self._eval(node.test)
        if self._sure(test):
            return self._eval(node.body if self._truth(test) else node.orelse)
        if test.unsure:
            raise Undecided(f"{self.rule.name}: {trees.show(node.test)}")
        body, orelse = self._eval(node.body), self._eval(node.orelse)
        kind = body.kind if body.kind == orelse.kind else orelse.kind if body.known else body.kind
        return expression(gast.IfExp(self._node(test), self._node(body), self._node(orelse)), kind)

    def _eval_BoolOp(self, node: gast.BoolOp) -> Value:
        deciding = isinstance(node.op, gast.Or)
        left: list[Value] = []
        for each in node.values:
            value = self._eval(each)
            if self._sure(value) and self._truth(value) == deciding:
                if not left or all(other.unsure for other in left):
                    return value
                left.append(value)
                break
            if not self._sure(value):
                left.append(value)
        if not left:
            return value
        if any(each.unsure for each in left):
            return expression(gast.Constant(None, None), unsure=True)
        if len(left) == 1:
            return left[0]
        return expression(gast.BoolOp(node.op, [self._node(each) for each in left]), left[0].kind)

    def _eval_UnaryOp(self, node: gast.UnaryOp) -> Value:
        value = self._eval(node.operand)
        if isinstance(node.op, gast.Not):
            if self._sure(value):
                return from_constant(not self._truth(value))
            return expression(gast.UnaryOp(node.op, self._node(value)), Scalar("bool"), value.unsure)
        if value.known:
            text = None if value.from_call else gast.UnaryOp(node.op, self._node(value))
            return from_constant(OPERATORS[type(node.op)](value.value), text, value.from_call)
        if isinstance(node.op, gast.USub):
            return expression(trees.neg(self._node(value)), value.kind, value.unsure)
        return expression(gast.UnaryOp(node.op, self._node(value)), value.kind, value.unsure)

    def _eval_BinOp(self, node: gast.BinOp) -> Value:
        return self._binary(node.op, self._eval(node.left), self._eval(node.right))

    def _binary(self, op: gast.operator, left: Value, right: Value) -> Value:
        function = OPERATORS[type(op)]
        if left.known and right.known and not (left.node is not None and self.grad is None and left.node is self.grad):
            text = None
            if not (left.from_call or right.from_call):
                text = gast.BinOp(self._node(left), op, self._node(right))
            try:
                return from_constant(function(left.value, right.value), text, text is None)
            except ArithmeticError:  # 1 / 0.0: f has raised that before
                pass
        parts = self._items(left), self._items(right)
        if None not in parts and isinstance(op, gast.Add):
            joined = [*parts[0], *parts[1]]  # type: ignore[misc]
            return self._sequence(joined, left.is_list or isinstance(left.value, list))
        build = trees.ARITHMETIC.get(type(op))
        a, b = self._node(left), self._node(right)
        node = build(a, b) if build else gast.BinOp(a, op, b)
        rule = registry.find(function)
        kind = self._kind_of(rule, (left, right)) if rule else UNKNOWN
        if trees.literal(node) is not None:  # x ** 0 became a number, without x's shape
            kind = kind_of(trees.literal(node))
        elif node is a or node is b:  # of `x + 0.0 * y` x is left, as large as it is
            kept = left if node is a else right
            kind = kept.kind or kind
        return expression(node, kind, left.unsure or right.unsure)

    def _eval_Compare(self, node: gast.Compare) -> Value:
        values = [self._eval(each) for each in (node.left, *node.comparators)]
        if len(values) == 2 and isinstance(node.ops[0], (gast.Is, gast.IsNot)):
            return self._identity(values[0], values[1], isinstance(node.ops[0], gast.Is))
        if all(value.known for value in values):
            outcomes = (OPERATORS[type(op)](a.value, b.value) for op, a, b in zip(node.ops, values, values[1:]))
            return from_constant(all(outcomes))
        kind = self._kind_of(registry.find(operator.lt), values[:2])
        made = gast.Compare(self._node(values[0]), node.ops, [self._node(value) for value in values[1:]])
        return expression(made, kind, any(value.unsure for value in values))

    def _identity(self, value: Value, other: Value, positive: bool) -> Value:
        if value.known and other.known:
            return from_constant((value.value is other.value) == positive)
        if value.items is not None or not isinstance(value.kind, (Static, Unknown, type(None))):
            return from_constant(not positive)
        op = gast.Is() if positive else gast.IsNot()
        return expression(gast.Compare(self._node(value), [op], [self._node(other)]), Scalar("bool"), unsure=True)

    def _eval_Attribute(self, node: gast.Attribute) -> Value:
        owner = self._eval(node.value)
        if owner.known and inspect.ismodule(owner.value):
            value = getattr(owner.value, node.attr)
            return from_constant(value, trees.attr(self._node(owner), node.attr), False)
        if node.attr == "ndim":
            return self._rank(owner, trees.attr(self._node(owner), "ndim"))
        if node.attr == "dtype" and getattr(owner.kind, "dtype", "") and getattr(owner.kind, "char", "?") in "bifc":
            return from_constant(
                np.dtype(results.numpy_dtype(owner.kind.dtype)), trees.attr(self._node(owner), "dtype")
            )
        function = registry.find_attribute(node.attr)
        rule = registry.find(function) if function else None
        kind = self._kind_of(rule, (owner,)) if rule else UNKNOWN
        return expression(trees.attr(self._node(owner), node.attr), kind)

    def _rank(self, value: Value, node: gast.AST) -> Value:
        if value.known:
            return from_constant(int(np.ndim(value.value)))
        found = getattr(value.kind, "rank", None)
        return expression(node, Scalar("int"), unsure=True) if found is None else from_constant(found)

    def _eval_Subscript(self, node: gast.Subscript) -> Value:
        owner, key = self._eval(node.value), self._eval(node.slice)
        length = self._known_length(node.value, key)
        if length is not None:
            return from_constant(length)
        items = self._items(owner) if key.known and isinstance(key.value, (int, slice)) else None
        if items is not None:
            if isinstance(key.value, slice):
                return self._sequence(list(items[key.value]), owner.is_list or isinstance(owner.value, list))
            if -len(items) <= key.value < len(items):
                return items[key.value]
            # Of an array of the wrong rank: the function has raised before its adjoint is reached.
            return expression(trees.index(self._node(owner), self._node(key)), Scalar("int"), unsure=True)
        if isinstance(owner.kind, List) and key.known and isinstance(key.value, int):
            return expression(trees.index(self._node(owner), self._node(key)), owner.kind.item)
        kind = indexing.kind_of_index(owner.kind or UNKNOWN, key.value if key.known else None, key.kind)
        if key.known and isinstance(key.value, tuple) and len(key.value) == 1:
            key = from_constant(key.value[0])
        elif key.items is not None and len(key.items) == 1:
            key = key.items[0]
        return expression(trees.index(self._node(owner), self._node(key)), kind)

    def _known_length(self, node: gast.AST, key: Value) -> int | None:
        """1, of `a.shape[1]` where the kind of `a` tells: float[:, 1]."""
        if not (isinstance(node, gast.Attribute) and node.attr == "shape" and key.known and type(key.value) is int):
            return None
        dims = getattr(self._eval(node.value).kind, "dims", None) or ()
        length = dims[key.value].key if -len(dims) <= key.value < len(dims) else None
        return length if type(length) is int else None

    def _eval_Slice(self, node: gast.Slice) -> Value:
        bounds = [None if each is None else self._eval(each) for each in (node.lower, node.upper, node.step)]
        return self._slice([from_constant(None) if each is None else each for each in bounds])

    def _slice(self, bounds: list[Value]) -> Value:
        bounds = [from_constant(None)] + bounds if len(bounds) == 1 else bounds
        if all(each.known for each in bounds):
            return from_constant(slice(*(each.value for each in bounds)))
        parts = [None if each.known and each.value is None else self._node(each) for each in bounds]
        return expression(gast.Slice(*(parts + [None])[:3]), Static(slice(None)))

    # --- comprehensions ---

    def _eval_ListComp(self, node: gast.ListComp) -> Value:
        generator = node.generators[0]
        source = self._iterated(generator.iter)
        if len(node.generators) != 1 or generator.ifs and source is None:
            raise Undecided(f"{self.rule.name}: a comprehension over what is not known")
        outer = dict(self.env)
        if source is None:
            return self._dynamic_comprehension(node, generator)
        items = []
        for item in source:
            self._assign_plain(generator.target, item)
            if all(self._decide(test) for test in generator.ifs):
                items.append(self._eval(node.elt))
        self.env = outer
        return self._sequence(items, isinstance(node, gast.ListComp))

    _eval_GeneratorExp = _eval_ListComp

    def _iterated(self, node: gast.AST) -> list[Value] | None:
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id in ("enumerate", "zip"):
            inner = [self._iterated(argument) for argument in node.args]
            if None in inner:
                return None
            if node.func.id == "enumerate":
                return [self._sequence([from_constant(k), item]) for k, item in enumerate(inner[0] or [])]
            return [self._sequence(list(group)) for group in zip(*inner)]  # type: ignore[arg-type]
        items = self._items(self._eval(node))
        return None if items is None else list(items)

    def _assign_plain(self, target: gast.AST, value: Value) -> None:
        if isinstance(target, gast.Name):
            self.env[target.id] = value
            return
        for each, item in zip(target.elts, self._items(value) or ()):
            self._assign_plain(each, item)

    def _dynamic_comprehension(self, node: gast.ListComp, generator: gast.comprehension) -> Value:
        source = self._eval(generator.iter)
        if not isinstance(generator.target, gast.Name):
            raise Undecided(f"{self.rule.name}: a comprehension over what is not known")
        variable = self.fresh(generator.target.id)
        outer, item = dict(self.env), source.kind.item if isinstance(source.kind, List) else UNKNOWN
        self.env[generator.target.id] = expression(trees.name(variable), item)
        element = self._eval(node.elt)
        self.env = outer
        made = gast.comprehension(gast.Name(variable, gast.Store(), None, None), self._node(source), [], 0)
        return expression(type(node)(self._node(element), [made]), List(element.kind))

    # --- calls ---

    def _eval_Call(self, node: gast.Call) -> Value:
        function = self._eval_function(node.func)
        args = (
            list(self._eval_Tuple(gast.Tuple(node.args, gast.Load())).items or ())
            if any(isinstance(each, gast.Starred) for each in node.args)
            else [self._eval(each) for each in node.args]
        )
        keywords = {each.arg: self._eval(each.value) for each in node.keywords}
        if isinstance(function, str):  # a method of an expression
            return self._method(self._eval(node.func.value), function, args, keywords)
        target = function.value
        if target in MARKERS:
            return self._sized(*args) if target is registry.sized else self._marker(target, args[0])
        if getattr(target, "inline", False):
            return self._inline(target, args, keywords)
        if target in (np.ndim, np.iscomplexobj, isinstance):
            return self._question(target, function, args)
        if target in ATTRIBUTES and isinstance(args[0].kind, Array) and args[0].kind.rank and not args[0].known:
            return expression(
                trees.attr(self._node(args[0]), target.__name__), self._kind_of(registry.find(target), args)
            )
        special = self._on_sequence(target, args)
        if special is not None:
            return special
        if all(each.known for each in (*args, *keywords.values())):
            folded = self._fold_call(target, function, args, keywords)
            if folded is not None:
                return folded
        if templates.is_helper(target, self.function):
            self.helpers += [each for each in templates.helpers_of(target) if each not in self.helpers]
        made = trees.call(
            self._node(function), *map(self._node, args), **{k: self._node(v) for k, v in keywords.items()}
        )
        return expression(made, self._kind_of_result(target, args, keywords))

    def _kind_of_result(self, target: Any, args: list[Value], keywords: dict[str, Value]) -> Kind:
        own = registry.kind_of_helper(target) if templates.is_helper(target) else None
        return own(*map(kind_of_value, args)) if own else self._kind_of(registry.find(target), args, keywords)

    def _eval_function(self, node: gast.AST) -> Value | str:
        if isinstance(node, gast.Attribute):
            owner = self._eval(node.value)
            if not (owner.known and inspect.ismodule(owner.value)) and owner.value is not np:
                inner = owner.known and owner.node is not None and not owner.from_call
                if not inner:
                    return node.attr
        return self._eval(node)

    def _method(self, owner: Value, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        made = trees.call(
            trees.attr(self._node(owner), name),
            *map(self._node, args),
            **{key: self._node(value) for key, value in keywords.items()},
        )
        function = registry.find_method(name)
        return expression(made, self._kind_of(registry.find(function), [owner, *args], keywords))

    def _inline(self, function: Any, args: list[Value], keywords: dict[str, Value]) -> Value:
        """A call of an inline helper: its body, evaluated as a part of the template."""
        outer = self.env, self.globals, self.function
        signature = _signature(function)
        bound = signature.bind(*args, **keywords)
        self.env = {
            name: value if value.unsure else self._shared(name, value) for name, value in bound.arguments.items()
        }
        self.env.update(
            {p.name: from_constant(p.default) for p in signature.parameters.values() if p.name not in self.env}
        )
        self.globals, self.function = scopes.names_of(function), function
        value = self._block(templates.read(function).body, self._eval)
        self.env, self.globals, self.function = outer
        if value is None:
            raise Undecided(f"{self.rule.name}: {function.__name__} returns nothing")
        return value

    def _block(self, body: list[gast.stmt], returned: Callable[[gast.AST], Value]) -> Value | None:
        raise NotImplementedError

    def _shared(self, name: str, value: Value) -> Value:
        raise NotImplementedError

    def _sized(self, value: Value, like: Value) -> Value:
        dims = getattr(like.kind, "dims", None)
        return value if not dims else expression(self._node(value), Array(getattr(value.kind, "dtype", ""), dims))

    def _marker(self, marker: Any, argument: Value) -> Value:
        if marker is registry.refuse:
            raise RuleRefusalError(argument.value)
        if marker is registry.rank:
            return self._rank(argument, trees.np_call("ndim", self._node(argument)))
        if marker is registry.known:
            return argument if self._sure(argument) else from_constant(False)
        if marker is registry.square:
            return from_constant(self._is_square(argument))
        if marker is registry.constant:
            return from_constant(argument.known and isinstance(argument.value, (int, float)))
        if marker is registry.spread and not self._is_as_large(argument):
            self.spread.add(self.key)
        if marker is registry.unbroadcast:
            self.unbroadcast.add(self.key)
        return argument

    def _is_square(self, value: Value) -> bool:
        dims = getattr(value.kind, "dims", None) or ()
        if len(dims) != 2 or dims[0] == dims[1]:
            return len(dims) == 2 and not loose(dims[0])
        self.wishes.append(dims)
        return False

    def _is_as_large(self, value: Value) -> bool:
        """Whether a value is known to be of the size of the parameter whose cotangent it is."""
        own, other = self.kinds.get(self.key), value.kind
        return isinstance(own, Array) and isinstance(other, Array) and own.dims == other.dims and full(own)

    def _question(self, function: Any, text: Value, args: list[Value]) -> Value:
        value = args[0]
        if function is np.ndim:
            return self._rank(value, trees.np_call("ndim", self._node(value)))
        if function is np.iscomplexobj:
            char = getattr(value.kind, "char", "?")
            if value.known:
                return from_constant(bool(np.iscomplexobj(value.value)))
            made = trees.np_call("iscomplexobj", self._node(value))
            return from_constant(char == "c") if char in "bifc" else expression(made, Scalar("bool"), unsure=True)
        answer = is_instance(value, args[1].value)
        made = trees.call(trees.builtin("isinstance"), *map(self._node, args))
        return expression(made, Scalar("bool"), unsure=True) if answer is None else from_constant(answer)

    def _on_sequence(self, function: Any, args: list[Value]) -> Value | None:
        """Built-in functions of sequences that have items not known."""
        if function is slice and not all(each.known for each in args):
            return self._slice(args)
        if function in (sum, math.prod) and args[0].known and not args[0].value:
            return from_constant(0 if function is sum else 1)
        if len(args) != 1 or args[0].known or args[0].items is None:
            return None
        items = list(args[0].items)
        if function is len:
            return from_constant(len(items))
        if function in (tuple, list):
            return self._sequence(items, function is list)
        if function in (sum, math.prod):
            total = items[0] if items else from_constant(0 if function is sum else 1)
            for item in items[1:]:
                total = self._binary(gast.Add() if function is sum else gast.Mult(), total, item)
            return total
        return None

    def _fold_call(self, target: Any, function: Value, args: list[Value], keywords: dict[str, Value]) -> Value | None:
        """A call of which all is known: computed, if it is of a built-in function or a helper; else left as it is."""
        everything = (*args, *keywords.values())
        if not any(each.from_call for each in everything) and target not in PURE_BUILTINS:
            text = trees.call(
                self._node(function),
                *map(self._node, args),
                **{key: self._node(value) for key, value in keywords.items()},
            )
            if getattr(target, "__module__", None) in ("math", "numpy") and all(
                isinstance(each.value, (int, float)) for each in everything
            ):
                return from_constant(target(*(each.value for each in args)), text, False)
            return None
        if (
            target in PURE_BUILTINS
            or templates.is_helper(target, self.function)
            or getattr(target, "__module__", "") == "math"
        ):
            found = target(*(each.value for each in args), **{k: v.value for k, v in keywords.items()})
            return None if isinstance(found, np.ndarray) else from_constant(found)  # an array can't be written down
        return None

    # --- kinds of what is made ---

    def _kind_of(self, rule: Rule | None, args: Any, keywords: dict[str, Value] | None = None) -> Kind:
        if rule is None:
            return UNKNOWN
        try:
            kinds = rule.bind(
                [kind_of_value(value) for value in args], {k: kind_of_value(v) for k, v in (keywords or {}).items()}
            )
            for parameter in rule.parameters.parameters.values():
                if parameter.kind is parameter.VAR_POSITIONAL and parameter.name in kinds:
                    kinds[parameter.name] = Tuple(tuple(kinds[parameter.name]))
        except Exception:  # a call that the rule doesn't know
            return UNKNOWN
        return self._kind_of_call(rule, kinds, kinds)


def full(kind: Array) -> bool:
    """Whether equal axes of two arrays of this kind are equally long for sure."""
    return kind.dims is not None and not any(map(loose, kind.dims))
