"""The few functions that a generated program may need, printed into it where it calls them.

They are ordinary NumPy code that s2sad can differentiate, so that generated programs stay in the input language.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.imports import names_everywhere
from s2sad.rules import templates
from s2sad.rules.broadcasting import UNBROADCAST, unbroadcast
from s2sad.source import read


def last_stored(grad, array, index):
    """grad where a store through `index` was the last one into its place, else 0."""
    order = np.arange(grad.size).reshape(grad.shape)
    winner = np.full(array.shape, -1)
    winner[index] = order
    return np.where(winner[index] == order, grad, 0.0)


def helper_with_rule(function: types.FunctionType) -> tuple[Callable[..., Any], Any] | None:
    """The helper that a function of a generated program is a copy of, and its rule, if it is one with a rule."""
    if function.__code__.co_name.rstrip("_") != unbroadcast.__name__:
        return None
    try:
        tree = read(function).tree
    except ValueError:  # its text is not known
        return None
    printed = templates.printable(unbroadcast)
    printed.name = tree.name
    namespace = inspect.getclosurevars(function)
    means_numpy = {**namespace.globals, **namespace.nonlocals}.get("np") is np
    return (unbroadcast, UNBROADCAST) if means_numpy and gast.dump(printed) == gast.dump(tree) else None


class Helpers:
    """The helpers that one program needs, in the order in which they are printed."""

    def __init__(self) -> None:
        # By the function or template that is printed: two of one name are two helpers.
        self.functions: dict[Any, gast.FunctionDef] = {}
        self.pairs: dict[int, Any] = {}
        self.twins: dict[int, Any] = {}

    def pair_of(self, instance: Any, inferred: Any) -> Any:
        """The halves of a function that stands beside the main one."""
        from s2sad.pairs import Pair

        if id(instance) not in self.pairs:
            instance.written = written_leaves(instance, inferred)
            self.pairs[id(instance)] = Pair(inferred, instance, self)
        return self.pairs[id(instance)]

    def twin_of(self, instance: Any, inferred: Any) -> Any:
        """The function beside the main one that also computes how its results change."""
        from s2sad.tangent_calls import Twin

        if id(instance) not in self.twins:
            instance.written = written_leaves(instance, inferred)
            self.twins[id(instance)] = Twin(inferred, instance, self)
        return self.twins[id(instance)]

    def need_all(self, functions: list[Callable[..., Any]]) -> None:
        for function in functions:
            self.need(function)

    def need(self, function: Callable[..., Any]) -> None:
        if function not in self.functions:
            self.functions[function] = templates.printable(function)

    def need_with_its_own(self, function: Callable[..., Any]) -> None:
        """A helper and those that it calls."""
        self.need_all(templates.helpers_of(function))

    def need_lifted(self, body: list[Any]) -> None:
        """The functions of the user's that were made inside of f and stand at the top of the program."""
        for part in body:
            for node in names_everywhere(part):
                if hasattr(node, "definition"):
                    self.functions.setdefault(node.function, node.definition)

    def name_all(self, body: list[gast.stmt]) -> None:
        """Gives each helper a name that no other one has, and none of the globals that the program reads."""
        self.need_lifted(body)
        self.drop_unneeded(body)
        parts = [*body, *self.functions.values()]
        nodes = [node for part in parts for node in names_everywhere(part)]
        taken = {node.id for node in nodes if not hasattr(node, "function") and not hasattr(node, "module")}
        for tree in self.functions.values():
            while tree.name in taken:
                tree.name += "_"
            taken.add(tree.name)
        for node in nodes:
            made = self.functions.get(getattr(node, "function", None))
            if made is not None:
                node.id = made.name

    def drop_unneeded(self, body: list[gast.stmt]) -> None:
        """Leaves those that the program calls: what called the others has gone meanwhile."""
        needed: set[Any] = set()
        parts: list[Any] = list(body)
        while parts:
            called = {getattr(node, "function", None) for node in names_everywhere(parts.pop())}
            new = [each for each in self.functions if each in called and each not in needed]
            needed.update(new)
            parts += [self.functions[each] for each in new]
        self.functions = {each: tree for each, tree in self.functions.items() if each in needed}

    def unbroadcast(self, expr: gast.AST, like: gast.AST) -> gast.AST:
        self.need(unbroadcast)
        return trees.call(trees.name("unbroadcast", function=unbroadcast), expr, like)

    def last_stored(self, grad: gast.AST, place: gast.AST) -> gast.AST:
        """For `A[index] = values` with an index that may repeat; a mask never does."""
        from s2sad.indexing import index_value

        self.need(last_stored)
        index = index_value(place.slice)
        return trees.call(trees.name("last_stored", function=last_stored), grad, place.value, index)

    def with_parts(self, like: gast.AST, parts: dict[str, gast.AST]) -> gast.AST:
        self.need(with_parts)
        return trees.call(
            trees.name("with_parts", function=with_parts),
            like,
            gast.Dict([trees.const(key) for key in parts], list(parts.values())),
        )

    def call_template(
        self, op: Any, arguments: dict[str, Any], result: gast.AST, grad: gast.AST, wanted: list[str]
    ) -> tuple[gast.AST, bool]:
        """A call of a whole rule, printed as a function of the program; whether it gives the only one that is wanted.

        Else it gives a tuple of all.
        """
        rule = op.rule
        only = wanted[0] if len(wanted) == 1 and len(rule.wrt) > 1 and rule.variadic is None else None
        tree, helpers = templates.runtime_helper(rule, op.library or None, only)
        self.need_all(helpers)
        key = rule.template if only is None else (rule.template, only)
        self.functions.setdefault(key, tree)
        keywords = {}
        names = {each.id for each in tree.args.kwonlyargs}
        if "result" in names:
            keywords["result"] = result
        if "grad" in names or rule.form == "partials":
            keywords["grad"] = grad
        if rule.form == "partials" and "grad" not in names:
            tree.args.kwonlyargs = [*tree.args.kwonlyargs, trees.name("grad")]
            tree.args.kw_defaults = [*tree.args.kw_defaults, None]
        if "k" in names:
            keywords["k"] = trees.const(None)
        call = self.call_by_rule(trees.name(tree.name, function=key), rule, arguments, keywords)
        return call, only is not None

    def call_tangent(
        self,
        tree: gast.FunctionDef,
        rule: Any,
        arguments: dict[str, Any],
        tangents: dict[str, gast.AST],
        result: gast.AST,
    ) -> gast.AST:
        """A call of a whole tangent template, printed as a function of the program."""
        self.functions.setdefault(rule.tangent, tree)
        names = {each.id for each in [*tree.args.args, *tree.args.kwonlyargs]}
        unmoved = {each.id: trees.const(0.0) for each in tree.args.kwonlyargs if each.id.endswith("_dot")}
        given = {"result": result, **unmoved, **tangents}
        keywords = {name: each for name, each in given.items() if name in names}
        return self.call_by_rule(trees.name(tree.name, function=rule.tangent), rule, arguments, keywords)

    def call_by_rule(
        self, function: gast.AST, rule: Any, arguments: dict[str, Any], keywords: dict[str, Any] | None = None
    ) -> gast.AST:
        """A call with the arguments of a rule's parameters; keywords: further ones."""
        positional, named = [], {}
        for parameter in rule.parameters.parameters.values():
            if parameter.name not in arguments:
                continue
            if parameter.kind is parameter.VAR_POSITIONAL:
                positional.extend(arguments[parameter.name].elts)
            elif parameter.kind is parameter.KEYWORD_ONLY:
                named[parameter.name] = arguments[parameter.name]
            elif len(named) == 0 and all(name in arguments for name in preceding(rule, parameter.name)):
                positional.append(arguments[parameter.name])
            else:
                named[parameter.name] = arguments[parameter.name]
        return trees.call(function, *positional, **named, **(keywords or {}))


def is_unbroadcast(node: Any) -> bool:
    """Whether an expression is a call of it."""
    return getattr(getattr(node, "func", None), "function", None) is unbroadcast


def written_leaves(instance: Any, inferred: Any) -> list[bool]:
    """Which of the arguments of a function beside the main one it writes into."""
    sites = {root.site for root in inferred.roots if root.stores}
    return [("pair", instance.name, k) in sites for k in range(len(instance.leaves))]


def preceding(rule: Any, name: str) -> list[str]:
    names = list(rule.parameters.parameters)
    return names[: names.index(name)]


def with_parts(like, parts):
    """A copy of an object, with other attributes."""
    made = object.__new__(type(like))
    made.__dict__.update(like.__dict__)
    made.__dict__.update(parts)
    return made
