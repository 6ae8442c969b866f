"""Part of the stage `infer`: calls of the user's own functions, whose bodies are written where they are called."""

from __future__ import annotations

import inspect
import os
import sysconfig
import types
from typing import Any

import gast
import numpy as np

from s2sad import equivalents, trees
from s2sad.activity import is_repeatable
from s2sad.core_generators import lower_any
from s2sad.core_iterators import settle_iterators
from s2sad.errors import NotDifferentiableError, SourceError
from s2sad.infer_memory import is_function
from s2sad.kinds import UNKNOWN, Array, Dict, List, Mapping, Static, Unknown, kind_of, parts_of
from s2sad.rules import loading
from s2sad.rules.options import changes_nothing
from s2sad.source import read
from s2sad.statements import names_with_globals
from s2sad.values import Frame, LocalFunction, Restart, Value


class Functions:
    def call_user(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        everything = [*args, *keywords.values()]
        self.guards[id(static), "__code__"] = self.make_guard(static, "__code__", "is", static.__code__)
        nameless = isinstance(function.expr, gast.Constant)  # a derivative of a function that is made inside of f
        if nameless and self.quiet:
            raise self.refuse("skipped_derivative", node)
        if (
            not nameless
            and not self.gives_items(static)
            and not any(
                value.varied
                or value.place is not None
                or value.object is not None
                or value.items is not None
                or is_function(value)
                for value in everything
            )
        ):
            if self.quiet:
                return self.opaque_call(function, args, keywords, node)
            made = self.plain_user_call(function, static, args, keywords, node)
            if made is not None:
                return made
        if self.quiet:
            return Value(
                self.call_expression(function.expr, [v.expr for v in args], {k: v.expr for k, v in keywords.items()}),
                UNKNOWN,
            )
        tree, source = self.lowered_source(static, node)
        if tree is None:
            if any(value.varied for value in everything):
                raise self.refuse("no_source", node, name=static.__name__, reason=source)
            return self.opaque_call(function, args, keywords, node)
        frame = self.new_frame(source, static, tree, static.__globals__, None)
        frame.number = self.frame_number(node)
        defaults = [self.default_value(function, static, k, each) for k, each in enumerate(static.__defaults__ or ())]
        named = {
            key: self.default_value(function, static, key, each) for key, each in (static.__kwdefaults__ or {}).items()
        }
        arguments = self.bind_arguments(tree.args, args, keywords, defaults, named, node, static.__name__)
        return self.in_place(identity_of(static), tree, frame, arguments, node)

    def call_library(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """A function of SciPy that has no rule: a plain call where no gradient flows in, else its own code."""
        if self.is_plain_call(static, args, keywords):
            return self.opaque_call(function, args, keywords, node, reads_only=True)
        return self.call_outside_code(function, static, args, keywords, node, hint)

    def call_outside_code(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """A function of a library or of Python's own: what can't be differentiated in there is refused at the user's
        call of it."""
        try:
            return self.call_user(function, static, args, keywords, node, hint)
        except NotDifferentiableError as error:
            if outside_module(self.frame.function) or not is_of_library(error):
                raise
            raise self.refuse("library", node, name=static.__name__, module=outside_module(static)) from error

    def is_plain_call(self, static: Any, args: list[Value], keywords: dict[str, Value]) -> bool:
        """Whether no gradient flows into a library's function, and nothing that is given to it is written."""
        everything = [*args, *keywords.values()]
        if self.quiet or any(map(self.may_vary, everything)):
            return False
        return not any(each.place is not None for each in everything) or reads_only(static, args, keywords)

    def call_equivalent(
        self, plain: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """A call of a library's function that is differentiated as the program that it is (`s2sad/equivalents`)."""
        if any(getattr(each.expr, "id", "") in self.endless for each in args):
            raise self.refuse("endless", node)
        self.refuse_chosen_steps([*args, *keywords.values()], node)
        plain = self.of_known_arguments(plain, args, keywords)
        tree, source = self.lowered_source(plain, node)
        called = node if hasattr(node, "lineno") else self.origin[1]
        site = self.frame.stands_for or (self.frame.source, self.origin[1], called)
        keywords = {key: value for key, value in keywords.items() if not self.says_how(plain, key, value)}
        defaults = [self.visit_constant_value(each) for each in plain.__defaults__ or ()]
        named = {key: self.visit_constant_value(each) for key, each in (plain.__kwdefaults__ or {}).items()}
        args = [self.list_as_tuple(each) for each in args]
        keywords = {key: self.list_as_tuple(each) for key, each in keywords.items()}
        arguments = self.bind_arguments(tree.args, args, keywords, defaults, named, node, plain.__name__)
        frame = self.new_frame(source, plain, tree, plain.__globals__, None)
        frame.number, frame.stands_for = self.frame_number(node), site
        return self.in_place(identity_of(plain), tree, frame, arguments, node)

    def of_known_arguments(self, plain: Any, args: list[Value], keywords: dict[str, Value]) -> Any:
        """The equivalent, or the one for what isn't known before the program runs, which is a count."""
        name, other = equivalents.find_where_unknown(plain) or ("", plain)
        value = {**dict(zip(inspect.signature(plain).parameters, args)), **keywords}.get(name)
        if value is None or isinstance(value.kind, Static) or trees.literal(value.expr) is not None:
            return plain
        self.use_as_integer(value)
        return other

    def says_how(self, plain: Any, name: str, value: Value) -> bool:
        """Whether an option, of which the program knows nothing, changes nothing in it."""
        parameters = inspect.signature(plain).parameters.values()
        open_ended = any(each.kind is each.VAR_KEYWORD for each in parameters)
        known = open_ended or any(each.name == name for each in parameters)
        return not known and changes_nothing(name, self.known(value))

    def list_as_tuple(self, value: Value) -> Value:
        """A list whose items can be told apart, as a tuple of them: an equivalent only reads it."""
        items = self.items_throughout(value) if isinstance(value.kind, List) else None
        return value if items is None else self.make_tuple([self.list_as_tuple(each) for each in items])

    def visit_constant_value(self, value: Any) -> Value:
        if isinstance(value, type):
            return Value(trees.builtin(value.__name__), Static(value))
        return self.visit(gast.parse(repr(value)).body[0].value)

    def name_in_equivalent(self, value: Any) -> Value:
        """A global of the module of an equivalent: NumPy, or another equivalent."""
        if isinstance(value, types.ModuleType):
            return self.outside_value(value, trees.module(value), None)
        return Value(trees.name(value.__name__), Static(value))

    def plain_user_call(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value | None:
        """A call of the user's own function with plain numbers: it stays a call; its kind is found by walking
        through it. None if it makes an object, a dict or a function, whose parts have to be known here."""
        kind = self.kind_by_walking(static, args, keywords, node)
        if self.walked_has_parts:
            return None
        made = self.opaque_call(function, args, keywords, node)
        known = self.info[made.expr.id]
        if isinstance(kind, (Array, List, Mapping, Unknown)):
            kind = made.place.root.kind = self.kind_with_items(kind, made.place.root.site)
        else:
            made.place = known.place = None
        known.kind = kind
        if self.walked_is_repeatable and known.statement is not None:
            known.statement.repeatable = True
            known.statement.looks_at = self.walked_names  # globals among them, which may change
        return Value(made.expr, kind, made.varied, place=made.place)

    def kind_by_walking(self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any) -> Any:
        from s2sad.errors import NotDifferentiableError

        self.walked_is_repeatable = self.walked_has_parts = False
        if identity_of(static) in self.stack or len(self.stack) > 20:
            return UNKNOWN
        roots = set(self.roots)
        state, block, position, sites = dict(self.state), self.block, self.position, dict(self.site_counts)
        self.block = self.new_block(apart=False)
        try:
            tree, source = self.lowered_source(static, node)
            if tree is None:
                return UNKNOWN
            frame = self.new_frame(source, static, tree, static.__globals__, None)
            defaults = [Value(trees.const(0), kind_of(each)) for each in static.__defaults__ or ()]
            named = {key: Value(trees.const(0), kind_of(each)) for key, each in (static.__kwdefaults__ or {}).items()}
            arguments = self.bind_arguments(tree.args, args, keywords, defaults, named, node, static.__name__)
            value = self.in_place(identity_of(static), tree, frame, arguments, node)
            if hasattr(tree, "generator"):
                return UNKNOWN
            self.walked_is_repeatable = is_repeatable(self.block, roots)
            self.walked_names = names_with_globals(self.block)
            self.walked_has_parts = has_parts(value) and not loading.home_of(static)
            return value.kind
        except NotDifferentiableError:
            return UNKNOWN
        finally:
            self.state, self.block, self.position, self.site_counts = state, block, position, sites

    def default_value(self, function: Value, static: Any, key: Any, value: Any) -> Value:
        if isinstance(value, tuple) and not value:
            return self.make_tuple([])
        kind = kind_of(value, ("default", id(static), key))
        if isinstance(value, (int, float, bool, str, type(None))):
            made = trees.const(value) if value == value else trees.attr(trees.name("np", module=np), "nan")
            return self.visit(made) if isinstance(made, (gast.Constant, gast.UnaryOp)) else Value(made, kind)
        if isinstance(key, int):
            expr = trees.index(trees.attr(function.expr, "__defaults__"), trees.const(key))
        else:
            expr = trees.index(trees.attr(function.expr, "__kwdefaults__"), trees.const(key))
        return self.outside_value(value, expr, ("default", id(static), key))

    def lowered_source(self, static: Any, node: Any) -> tuple[Any, Any]:
        found = self.facts.results.get(("lowered", static.__code__))
        if found is None:
            try:
                source = read(static, self.request.source.text_for(static))
                from s2sad.check import check

                check(source, called=True)
                found = lower_any(source.tree), source
                hidden = {*static.__globals__, *static.__code__.co_freevars}
                settle_iterators(found[0], lambda name: name not in hidden)
            except SourceError as error:
                found = None, str(error)
            self.facts.results["lowered", static.__code__] = found
        return found

    def call_local(self, static: LocalFunction, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        key = ("lowered", id(static.tree))
        tree = self.facts.results.get(key)
        if tree is None:
            tree = self.facts.results[key] = lower_any(static.tree)
            settle_iterators(tree, lambda name: not self.is_hidden(name, static.frame))
            self.facts.results["keep", id(static.tree)] = static.tree
        frame = self.new_frame(static.frame.source, None, tree, static.frame.namespace, static.frame)
        frame.number = self.frame_number(node)
        named = {
            each.id: value
            for each, value in zip(static.tree.args.kwonlyargs, static.keyword_defaults)
            if value is not None
        }
        arguments = self.bind_arguments(tree.args, args, keywords, static.defaults, named, node, static.name)
        return self.in_place((id(static.tree), static.frame.number), tree, frame, arguments, node)

    def frame_number(self, node: Any) -> Any:
        """Names the variables of one call: `[adder(v) for v in (x, y)]` calls twice at one place, and the functions
        that come of it have a variable each."""
        key = (*self.path, id(node), "call")
        count = self.site_counts[key] = self.site_counts.get(key, 0) + 1
        return key if count == 1 else (*key, count)

    def is_hidden(self, name: str, frame: Frame | None) -> bool:
        """Whether a name means something else than the built-in function in a nested function of this frame."""
        while frame is not None:
            if name in frame.locals or name in frame.cells or name in frame.namespace:
                return True
            frame = frame.parent
        return False

    def in_place(self, identity: Any, tree: Any, frame: Frame, arguments: dict[str, Value], node: Any) -> Value:
        """The body of a function, written where it is called."""
        if hasattr(tree, "generator"):
            return self.call_generator(identity, tree, frame, arguments, node)
        if identity in self.facts.outlined:
            return self.call_beside(identity, tree, frame, arguments, node)
        if identity in self.stack and not self.goes_down(identity, arguments):
            self.facts.outlined.add(identity)
            raise Restart
        return self.walk_in_place(identity, tree, frame, arguments, node, self.live_after_call(node))

    def goes_down(self, identity: Any, arguments: dict[str, Value]) -> bool:
        """Whether a function that calls itself does so for less than it was given, of a dict of known keys, and so
        ends soon: it is written out for each part."""
        calls = self.under_way.get(identity)
        if not calls or not any(holds_dict(value.kind) for value in calls[0]):
            return False
        self.inner_calls[identity] = self.inner_calls.get(identity, 0) + 1
        smaller = sum(count_parts(value.kind) for value in arguments.values()) < sum(
            count_parts(value.kind) for value in calls[-1]
        )
        return smaller and self.inner_calls[identity] <= MOST_PARTS

    def walk_in_place(
        self, identity: Any, tree: Any, frame: Frame, arguments: dict[str, Value], node: Any, live: Any
    ) -> Value:
        """live: the variables of the function around it that may be read later."""
        outer = self.frame, self.path, self.origin
        frame.callers = {**self.frame.callers, self.frame.number: live}
        self.stack.append(identity)
        self.under_way.setdefault(identity, []).append(list(arguments.values()))
        self.path = (*self.path, id(node))
        self.frame = frame
        for name, value in arguments.items():
            value = value if value.items is not None or value.object is not None else self.settle(value, name)
            self.show_as(value, name)
            self.state[frame.number, name] = value if value.maybe is None else value.maybe
        try:
            return self.run_body(tree, None)
        finally:
            self.stack.pop()
            self.under_way[identity].pop()
            self.frame, self.path, self.origin = outer
            if not frame.makes_functions:  # nobody knows its variables any more
                for key in [key for key in self.state if key[0] == frame.number]:
                    del self.state[key]

    def bind_arguments(
        self,
        args: gast.arguments,
        positional: list[Value],
        keywords: dict[str, Value],
        defaults: list[Value],
        named: dict[str, Value],
        node: Any,
        name: str,
    ) -> dict[str, Value]:
        """Which argument goes to which parameter, as Python does it."""
        bound: dict[str, Value] = {}
        names = [each.id for each in [*args.posonlyargs, *args.args]]
        keywords = dict(keywords)
        rest = positional[len(names) :]
        bound.update(zip(names, positional))
        if rest and args.vararg is None:
            raise self.refuse(
                "wrong_call", node, name=name, reason=f"it takes {len(names)} arguments, {len(positional)} are given"
            )
        for each in names[len(args.posonlyargs) :]:
            if each in keywords:
                bound[each] = keywords.pop(each)
        for each, value in zip(names[len(names) - len(defaults) :] if defaults else [], defaults):
            bound.setdefault(each, value)
        for each in args.kwonlyargs:
            if each.id in keywords:
                bound[each.id] = keywords.pop(each.id)
            elif each.id in named:
                bound[each.id] = named[each.id]
        missing = [each for each in [*names, *[k.id for k in args.kwonlyargs]] if each not in bound]
        if missing:
            raise self.refuse("wrong_call", node, name=name, reason=f"its parameter {missing[0]} is missing")
        if args.vararg is not None:
            bound[args.vararg.id] = self.gathered(rest)
        if args.kwarg is not None:
            bound[args.kwarg.id] = self.make_dict(keywords, args.kwarg.id)
        elif keywords:
            raise self.refuse("wrong_call", node, name=name, reason=f"it has no parameter {next(iter(keywords))}")
        return bound


STANDARD = sysconfig.get_path("stdlib") + os.sep
MOST_PARTS = 256  # of dicts that a function goes through by calling itself
LIBRARY_PATHS = tuple({sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib")})


def outside_module(function: Any) -> str:
    """The library or module of Python's own that a function is of; '' for those of users, also in packages."""
    code = getattr(function, "__code__", None)
    own = code is not None and code.co_filename.startswith(STANDARD) and "site-packages" not in code.co_filename
    module = getattr(function, "__module__", None) or ""
    return loading.home_of(function) or (module if own or module.startswith("numpy.") else "")


def is_of_library(error: NotDifferentiableError) -> bool:
    """Whether a refusal is of a line of SciPy, or of what SciPy calls of other libraries."""
    where = str(error).partition("\n")[2].lstrip()
    return f"{os.sep}scipy{os.sep}" in where or where.startswith(tuple(f'File "{path}' for path in LIBRARY_PATHS))


def holds_dict(kind: Any) -> bool:
    """Whether a value of this kind is a dict of known keys, or has one in it."""
    return isinstance(kind, Dict) or any(map(holds_dict, parts_of(kind)))


def count_parts(kind: Any) -> int:
    """How many dicts, tuples, lists and their parts there are in a value of this kind."""
    return sum(1 + count_parts(each) for each in parts_of(kind))


def identity_of(function: Any) -> Any:
    """The same for one function, and another for those that are made of the same text around other variables:
    `compose(f, compose(g, h))` calls a function of its text, and doesn't call itself."""
    return function.__code__, id(function.__globals__), *map(id, function.__closure__ or ())


def has_parts(value: Value) -> bool:
    """Whether a value is an object, a dict or a function made of a local one, or a tuple with such a thing in it."""
    local = is_function(value) and not isinstance(value.static, (types.FunctionType, types.BuiltinFunctionType, type))
    return value.object is not None or local or any(map(has_parts, value.items or ()))


def reads_only(static: Any, args: list[Value], keywords: dict[str, Value]) -> bool:
    """Whether a function of SciPy's isn't told to write into what it is given."""
    try:
        names = inspect.signature(static).bind(*args, **keywords).arguments
    except (TypeError, ValueError):
        return False
    return not any(name.startswith("overwrite") or name in ("out", "output") for name in names)
