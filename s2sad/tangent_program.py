"""From an inferred program with its tangents to a module's text: parameters, the value and how it changes, imports."""

from __future__ import annotations

import dataclasses
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.early_copies import copy_early
from s2sad.gradients import NARROW
from s2sad.imports import HiddenBuiltins, Imports, all_names
from s2sad.kinds import FLOAT, Array, Dict, Kind, List, Mapping, Record, Scalar, Static, Tuple
from s2sad.local_functions import refuse_local_functions
from s2sad.named_numbers import use_names
from s2sad.naming import name_all
from s2sad.printer import to_text
from s2sad.program import Builder, docstring_of, listed
from s2sad.requests import Program
from s2sad.shortening import mark_numbers, shorten
from s2sad.tangent import Tangent


class ForwardBuilder(Builder):
    """One forward mode program being made."""

    def __init__(self, request: Any, inferred: ir.Inferred, active: set[str]) -> None:
        super().__init__(request, inferred, active)
        self.tangent = Tangent(inferred, active, self.helpers)
        self.inputs: dict[str, str] = {}  # by parameter, the name of its tangent
        self.tangents: list[gast.AST] = []

    # ---------------------------------------------------------------- tangents of the parameters
    def forward_sweep(self) -> list[gast.stmt]:
        """The body, each statement with its tangent beside it."""
        self.check_value(self.inferred.value)
        start: list[gast.stmt] = []
        for name, value in self.inferred.params.items():
            if name in self.request.options.get("same", {}) or not value.varied:
                continue
            self.inputs[name] = given = self.inferred.names.fresh(f"{value.expr.id}_dot")
            self.take(value, trees.name(given), start)
        body = self.inferred.body
        self.tangent.walk(body)
        body[:0] = start
        return body

    def take(self, value: Any, given: gast.AST, start: list[gast.stmt]) -> None:
        """Gives the parts of a parameter the parts of its tangent."""
        if value.items is not None:
            for k, item in enumerate(value.items):
                self.take(item, trees.index(given, trees.const(k)), start)
            return
        if getattr(value, "parts", None) is not None:
            for key, part in value.parts.items():
                self.take(part, self.tangent.part(value.kind, given, key), start)
            return
        if not isinstance(value.expr, gast.Name) or value.expr.id not in self.active:
            return
        name = value.expr.id
        kind = self.inferred.info[name].kind
        taken = self.taken(kind, given)
        if isinstance(taken, gast.Name):
            self.tangent.dots[name], self.tangent.kinds[taken.id] = taken.id, kind
            return
        made = trees.assign(self.tangent.dot_name(name), taken)
        made.reverse, made.origin = True, None
        start.append(made)

    def taken(self, kind: Kind, given: gast.AST) -> gast.AST:
        """A tangent in the structure of a parameter, as tangents are inside of the program."""
        if not needs_change(kind):
            return given
        fresh = self.inferred.names.fresh
        if isinstance(kind, List):
            item = trees.name(fresh("item"))
            return gast.ListComp(self.taken(kind.item, item), [gast.comprehension(item, given, [], 0)])
        if isinstance(kind, Mapping):
            key, item = trees.name(fresh("key")), trees.name(fresh("item"))
            items = trees.call(trees.attr(given, "items"))
            loop = gast.comprehension(gast.Tuple([key, item], gast.Store()), items, [], 0)
            return gast.DictComp(key, self.taken(kind.value, item), [loop])
        parts = (
            enumerate(kind.items)
            if isinstance(kind, Tuple)
            else (kind.items if isinstance(kind, Dict) else getattr(kind, "fields", ()))
        )
        made = [(key, self.taken(each, self.tangent.part(kind, given, key))) for key, each in parts]
        return self.tangent.structure(kind, made)

    # ---------------------------------------------------------------- the value and its tangent
    def assemble_forward(self, body: list[gast.stmt]) -> list[gast.stmt]:
        value = self.value_expression(self.inferred.value)
        tangent = self.result(self.inferred.value)
        made: list[gast.stmt] = []
        if not isinstance(tangent, (gast.Name, gast.Constant, gast.Tuple)):
            name = self.inferred.names.fresh("value_dot")
            node = trees.assign(name, tangent)
            node.reverse, node.origin = True, None
            made.append(node)
            tangent = trees.name(name)
        returned = gast.Return(gast.Tuple([value, tangent], gast.Load()))
        return [*self.sharing_checks(), *body, *made, returned]

    def result(self, value: Any) -> gast.AST:
        """How the value changes, in the value's structure; None for what has no derivative."""
        if value.items is not None:
            parts: Any = [self.result(item) for item in value.items]
            cls = value.kind.cls if isinstance(value.kind, Tuple) else None
            if hasattr(cls, "_make"):
                return trees.call(trees.attr(value.expr, "_replace"), **dict(zip(cls._fields, parts)))
            return (gast.List if isinstance(value.kind, List) else gast.Tuple)(parts, gast.Load())
        if getattr(value, "parts", None) is not None:
            parts = {key: self.result(part) for key, part in value.parts.items()}
            if isinstance(value.kind, Record) and value.kind.cls is list:
                return gast.List(list(parts.values()), gast.Load())
            if isinstance(value.kind, Record):
                return self.changed_record(value.kind, value.expr, parts)
            return gast.Dict([trees.const(key) for key in parts], list(parts.values()))
        kind = self.inferred.info[value.expr.id].kind if self.is_own(value.expr) else value.kind
        if not self.tangent.is_active(value.expr):
            return self.no_change(kind, value.expr)
        dot = self.tangent.dot(value.expr.id)
        return self.restored(self.as_large(dot, kind, value.expr), kind, value.expr)

    def is_own(self, expr: gast.AST) -> bool:
        return isinstance(expr, gast.Name) and expr.id in self.inferred.info

    def changed_record(self, kind: Record, like: gast.AST, parts: dict[str, gast.AST]) -> gast.AST:
        if dataclasses.is_dataclass(kind.cls):
            return trees.call(trees.attr(trees.name("dataclasses", module=dataclasses), "replace"), like, **parts)
        return self.helpers.with_parts(like, parts)

    def no_change(self, kind: Kind, like: gast.AST) -> gast.AST:
        if isinstance(kind, Scalar) and kind.char in "fc" and kind.dtype != "real":
            return self.scalar_gradient(trees.const(0.0), kind)
        if isinstance(kind, (Scalar, Array)) and kind.char not in "fc?":
            return trees.const(0.0) if getattr(kind, "dtype", "") == "real" else trees.const(None)
        if isinstance(kind, Static) and not isinstance(kind.value, float):
            return trees.const(None)
        if isinstance(kind, (Scalar, Array, List, Mapping, Tuple, Dict, Record)):
            return self.restored(self.tangent.zero(kind, like), kind, like)
        return trees.const(0.0 if isinstance(getattr(like, "value", None), float) else None)

    def as_large(self, dot: gast.AST, kind: Kind, value: gast.AST) -> gast.AST:
        """A tangent of the value's own shape and precision."""
        known = self.tangent.kinds.get(getattr(dot, "id", ""), kind)
        if isinstance(kind, Scalar) and kind.dtype == "float" and self.is_own(value) and self.may_be_narrow():
            dtype = trees.attr(trees.np_call("asarray", value), "dtype")  # on some ways it may be of less precision
            return trees.index(trees.np_call("asarray", dot, dtype), gast.Tuple([], gast.Load()))
        if isinstance(kind, Scalar):
            return self.scalar_gradient(dot, kind) if kind.char in "fc" and kind.dtype != "real" else dot
        if isinstance(kind, Array) and kind.dims == () and kind.dtype:
            return trees.np_call("asarray", dot, *[trees.attr(value, "dtype")] * self.has_narrow())
        if isinstance(kind, Array) and not kind.dtype and self.has_narrow():
            return trees.call(trees.attr(dot, "astype"), trees.attr(value, "dtype"))
        if not isinstance(kind, Array) or kind.char not in "fc":
            return dot
        if getattr(known, "dtype", kind.dtype) != kind.dtype or self.mixes_precisions():
            narrow = self.has_narrow() or kind.char == "c" or kind.dtype in NARROW
            return trees.call(trees.attr(dot, "astype"), trees.const(np.dtype(kind.dtype))) if narrow else dot
        return dot

    def may_be_narrow(self) -> bool:
        """Whether there are numbers that are floats on one way, and of less precision on another."""
        given = {value.expr.id for value in self.inferred.parameters.values() if isinstance(value.expr, gast.Name)}
        loaded = (ir.Load, ir.GetItem)
        return self.has_narrow() and any(
            info.kind == FLOAT
            and name not in given
            and (info.statement is None or isinstance(getattr(info.statement, "effect", None), loaded))
            for name, info in self.inferred.info.items()
        )

    # ---------------------------------------------------------------- the whole function
    def forward_program(self, body: list[gast.stmt]) -> Program:
        request, tree = self.request, self.request.source.tree
        parameters = [(value.expr.id, name) for name, value in self.inferred.parameters.items()]
        beside = self.beside(body)
        refuse_local_functions([*beside, *body], request.source)
        self.helpers.name_all([*body, *beside])
        helpers = [*beside, *self.helpers.functions.values()]
        arguments = self.arguments(tree.args)
        defaults = [d for d in [*arguments.defaults, *arguments.kw_defaults] if d is not None]
        HiddenBuiltins(set(self.inferred.parameters)).apply(body)
        imports = Imports(request.namespace, [*body, *helpers, *defaults], request.source.lines)
        taken = imports.reserved - {"_"} | {helper.name for helper in helpers} | set(self.inferred.externals)
        main = unused(f"{tree.name}_value_and_tangent", taken)
        user = {name for _, name in parameters}
        shown: dict[str, str] = {}
        for name in self.inputs:
            shown[name] = unused(f"{name}_dot", taken | user | set(shown.values()))
        inputs = [(self.inputs[name], each) for name, each in shown.items()]
        copy_early(body)
        mark_numbers(body, self.tangent.kinds, self.inferred.info)
        names = name_all(body, [*parameters, *inputs], taken | {main}, self.inferred.names.shown)
        fixed = user | set(shown.values())
        use_names(body, taken | {main} | fixed | set(names.values()))
        imports.apply(fixed | all_names(body), fixed)
        shorten(body)
        self.add_tangents(arguments, list(shown.values()))
        function = gast.FunctionDef(main, arguments, [self.docstring(list(shown)), *body], [], None, None, [])
        module = self.module(imports, helpers, function)
        return Program(
            to_text(module),
            main,
            imports.own,
            {**self.inferred.externals, **imports.externals},
            list(self.inferred.guards),
            "",
            self.inferred.value.kind,
            {name: value.kind for name, value in self.inferred.params.items()},
            tuple(name for name in self.inferred.params if name not in self.inputs),
            tuple(dict.fromkeys(self.sharing)),
            shown,
            module,
            self.printed_kinds(names, self.tangent.kinds),
            dict(request.kinds),
            written=self.written_parameters(),
        )

    def add_tangents(self, arguments: gast.arguments, names: list[str]) -> None:
        """The tangents come after the parameters; by keyword, where those have defaults or are any number."""
        args = arguments
        if args.vararg is None and args.kwarg is None and not args.kwonlyargs and not args.defaults:
            args.args.extend(trees.name(each) for each in names)
        else:
            args.kwonlyargs.extend(trees.name(each) for each in names)
            args.kw_defaults.extend(None for _ in names)

    def add_dy(self, made: gast.arguments) -> None:
        """Forward mode has none."""

    def beside(self, body: list[gast.stmt]) -> list[gast.FunctionDef]:
        """The functions that are called beside the main one, whose body this is."""
        taken = self.request.names_outside() | set(self.inferred.externals)
        made: list[gast.FunctionDef] = []
        done: set[int] = set()
        while True:
            todo = [each for each in self.called_instances([*body, *made]) if id(each) not in done]
            if not todo:
                return made
            for instance in todo:
                done.add(id(instance))
                made.append(self.helpers.twin_of(instance, self.inferred).function(taken))

    def docstring(self, params: list[str] | None = None) -> gast.stmt:
        params = params or []
        change, by = ("changes", "its tangent") if len(params) == 1 else ("change", "their tangents")
        text = f"The value of {self.request.source.name}, and how it changes when {listed(params)} {change}"
        return docstring_of(text + (f" by {by}." if params else "."), self.provenance())


def needs_change(kind: Any) -> bool:
    """Whether a parameter of this kind holds records: their tangents are dicts inside of a program."""
    if isinstance(kind, Record):
        return True
    if isinstance(kind, List):
        return needs_change(kind.item) or kind.cls not in (None, list)
    if isinstance(kind, Mapping):
        return needs_change(kind.value)
    if isinstance(kind, Tuple):
        return any(map(needs_change, kind.items))
    return isinstance(kind, Dict) and any(needs_change(each) for _, each in kind.items)


def unused(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
