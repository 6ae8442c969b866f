"""From the two sweeps to a module's text: the function around them, comments, imports, helpers."""

from __future__ import annotations

import builtins
import dataclasses
import os
import sys
import types
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.activity import blocks_of
from s2sad.adjoint import Adjoint, Cotangent, part_of
from s2sad.adjoint_loops import targets
from s2sad.helpers import Helpers
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Scalar, Static, Text, Tuple
from s2sad.naming import name_all
from s2sad.printer import BlankLine, Comment, to_text
from s2sad.refusals import refuse
from s2sad.simplify import while_saved

NARROW = ("float16", "float32", "complex64")


class Builder:
    """One program being made."""

    def __init__(self, request: Any, inferred: ir.Inferred, active: set[str]) -> None:
        self.request, self.inferred, self.active = request, inferred, active
        self.helpers = Helpers()
        self.adjoint = Adjoint(inferred, active, self.helpers)
        self.dy = inferred.names.fresh("dy")
        self.gradients: dict[str, gast.AST | None] = {}
        self.sharing: list[tuple[str, str]] = []

    # ---------------------------------------------------------------- the reverse sweep
    def reverse_sweep(self) -> list[gast.stmt]:
        adjoint = self.adjoint
        self.check_value(self.inferred.value)
        self.seed(self.inferred.value, trees.name(self.dy))
        adjoint.sweep(self.inferred.body)
        same = self.request.options.get("same", {})
        for name, value in self.inferred.params.items():
            if name in same:  # one array under two names: the first has the whole gradient
                self.gradients[name] = trees.np_call("zeros_like", trees.name(self.inferred.parameters[name].expr.id))
                continue
            self.gradients[name] = self.gradient(value)
        return adjoint.block

    def check_value(self, value: Any) -> None:
        """The value has to be, or to hold, a number."""
        whole = value.items is None and getattr(value, "parts", None) is None
        if whole and isinstance(value.kind, (Static, Text)):
            what = (
                "None"
                if isinstance(value.kind, Static) and value.kind.value is None
                else "text"
                if isinstance(value.kind, Text)
                else "something else"
            )
            raise refuse("value_type", None, self.request.source, name=self.request.source.name, what=what)

    def seed(self, value: Any, dy: gast.AST) -> None:
        """The adjoint of the value is dy."""
        if value.items is not None:
            for k, item in enumerate(value.items):
                self.seed(item, trees.index(dy, trees.const(k)))
        elif getattr(value, "parts", None) is not None:
            for key, part in value.parts.items():
                self.seed(part, part_of(value.kind, dy, key))
        elif isinstance(value.expr, gast.Name) and value.expr.id in self.active:
            kind = self.inferred.info[value.expr.id].kind
            if isinstance(kind, Array):
                self.adjoint.accumulate(value.expr, dy, Array(kind.dtype, None), spread=True, owned=False)
            else:
                self.adjoint.accumulate(value.expr, dy, kind, owned=False)

    def default_dy(self, value: Any) -> gast.AST:
        return trees.const(None) if self.needs_ones(value) else self.plain_ones(value)

    def plain_ones(self, value: Any) -> gast.AST:
        if value.items is not None:
            return gast.Tuple([self.plain_ones(item) for item in value.items], gast.Load())
        if getattr(value, "parts", None) is not None:
            return gast.Dict(
                [trees.const(key) for key in value.parts], [self.plain_ones(part) for part in value.parts.values()]
            )
        return trees.const(1.0)

    def needs_ones(self, value: Any) -> bool:
        """Whether the default of dy depends on the value: on the length of a list, the class of a record."""
        if value.items is not None:
            return (
                isinstance(value.kind, Tuple) and value.kind.cls is not None or any(map(self.needs_ones, value.items))
            )
        if getattr(value, "parts", None) is not None:
            return isinstance(value.kind, Record) or any(map(self.needs_ones, value.parts.values()))
        return isinstance(value.kind, (List, Mapping, Record, Tuple, Dict))

    def ones_of(self, value: Any) -> gast.AST:
        if value.items is not None:
            return gast.Tuple([self.ones_of(item) for item in value.items], gast.Load())
        parts = getattr(value, "parts", None)
        if parts is not None and isinstance(value.kind, Record) and value.kind.cls is list:
            return gast.List([self.ones_of(part) for part in parts.values()], gast.Load())
        if parts is not None and isinstance(value.kind, Record):
            made = {key: self.ones_of(part) for key, part in parts.items()}
            if dataclasses.is_dataclass(value.kind.cls):
                return trees.call(
                    trees.attr(trees.name("dataclasses", module=dataclasses), "replace"), value.expr, **made
                )
            return self.helpers.with_parts(value.expr, made)
        if parts is not None:
            return gast.Dict([trees.const(key) for key in parts], [self.ones_of(part) for part in parts.values()])
        return self.ones(value.kind, value.expr)

    def gradient(self, value: Any) -> gast.AST | None:
        """The gradient of a parameter, in the parameter's structure; None if there can't be one."""
        if value.items is not None:
            made = [self.gradient(item) or trees.const(None) for item in value.items]
            if not value.varied:
                return None
            cls = value.kind.cls if isinstance(value.kind, Tuple) else None
            if cls is not None:
                return trees.call(trees.attr(value.expr, "_replace"), **dict(zip(cls._fields, made)))
            return gast.Tuple(made, gast.Load())
        if getattr(value, "parts", None) is not None:
            if not value.varied:
                return None
            parts = {key: self.gradient(part) or trees.const(None) for key, part in value.parts.items()}
            if isinstance(value.kind, Record) and value.kind.cls is list:
                return gast.List(list(parts.values()), gast.Load())
            if isinstance(value.kind, Record):
                if dataclasses.is_dataclass(value.kind.cls):
                    return trees.call(
                        trees.attr(trees.name("dataclasses", module=dataclasses), "replace"), value.expr, **parts
                    )
                return self.helpers.with_parts(value.expr, parts)
            return gast.Dict([trees.const(key) for key in parts], list(parts.values()))
        if not value.varied or not isinstance(value.expr, gast.Name):
            return None
        return self.leaf_gradient(value)

    def leaf_gradient(self, value: Any) -> gast.AST:
        name = value.expr.id
        kind = self.inferred.info[name].kind
        cotangent = self.adjoint.adj.get(name)
        if cotangent is None:
            made = self.adjoint.zero(kind, self.as_given(name))
        elif isinstance(kind, Array) and cotangent.spread:
            made = self.adjoint.full(value.expr, cotangent, kind)
            if kind.dims is None:
                made = (
                    trees.index(
                        trees.binary(gast.Add, trees.np_call("zeros_like", value.expr), cotangent.expr),
                        gast.Tuple([], gast.Load()),
                    )
                    if made is cotangent.expr
                    else made
                )
        elif isinstance(kind, Array) and not cotangent.owned:
            made = (
                trees.call(trees.attr(cotangent.expr, "copy"))
                if isinstance(cotangent.expr, gast.Name)
                else cotangent.expr
            )
        else:
            made = cotangent.expr
        if isinstance(kind, Array) and kind.dims == ():
            made = trees.np_call("asarray", made)
        elif isinstance(kind, Scalar):
            made = self.scalar_gradient(made, kind)
        elif cotangent is not None and getattr(kind, "dtype", "") in NARROW:
            given = cotangent.kind.dtype if isinstance(cotangent.kind, (Scalar, Array)) else ""
            if given not in (kind.dtype, "float", "int"):
                made = trees.call(trees.attr(made, "astype"), trees.const(np.dtype(kind.dtype)))
        elif cotangent is not None and self.has_narrow() and getattr(kind, "dtype", "") in ("float64", "complex128"):
            made = trees.call(trees.attr(made, "astype"), trees.const(np.dtype(kind.dtype)))
        keys = getattr(value.place.root, "keys", None) if value.place is not None else None
        if keys is not None and isinstance(made, gast.Name):
            key = trees.name(self.inferred.names.fresh("key"))
            made = gast.DictComp(key, trees.index(made, key), [gast.comprehension(key, trees.name(keys), [], 0)])
        return self.restored(made, kind, value.expr)

    def scalar_gradient(self, expr: gast.AST, kind: Scalar) -> gast.AST:
        """A number's gradient is of its own type, also where arrays or numbers of less precision are around."""
        if kind.dtype in NARROW:
            return trees.call(trees.attr(trees.module(np), kind.dtype), expr)
        if kind.dtype in ("float", "complex") and self.has_narrow():
            return trees.call(trees.builtin(kind.dtype), expr)
        return expr

    def has_narrow(self) -> bool:
        """Whether numbers of less precision are around; times a `dy` that is a Python number they stay so."""
        return any(getattr(info.kind, "dtype", "") in NARROW for info in self.inferred.info.values())

    def as_given(self, name: str) -> gast.AST:
        """A parameter as the caller gave it: of a list that f makes longer or shorter, another name for that."""
        info, body = self.inferred.info[name], self.inferred.body
        if info.place is None or not info.place.root.moves:
            return trees.name(name)
        for k, node in enumerate(body):
            if (
                getattr(node, "parameter_copy", False)
                and isinstance(node.targets[0], gast.Name)
                and node.targets[0].id == name
            ):
                given = self.inferred.names.fresh(f"{ir.base_of(name)}_given")
                made = trees.assign(given, trees.name(name))
                made.effect, made.origin, made.loops, made.position = (
                    ir.Plain(True),
                    node.origin,
                    node.loops,
                    node.position,
                )
                self.inferred.info[given] = ir.Info(info.kind, False, made, None, node.loops, node.position)
                body.insert(k, made)
                return trees.name(given)
        return trees.name(name)

    def restored(self, expr: gast.AST, kind: Kind, like: gast.AST) -> gast.AST:
        """The adjoint of a list of tuples or records, which is made of lists and dicts, as what the parameter holds."""
        if isinstance(kind, List) and not isinstance(kind.item, (Scalar, Array, type(None))):
            item, each = trees.name(self.inferred.names.fresh("each")), trees.name(self.inferred.names.fresh("item"))
            inner = self.restored(item, kind.item, each)
            target = gast.Tuple([item, each], gast.Store())
            return gast.ListComp(
                inner, [gast.comprehension(target, trees.call(trees.builtin("zip"), expr, like), [], 0)]
            )
        if isinstance(kind, Tuple):
            parts = [
                self.part_restored(trees.index(expr, trees.const(k)), each, trees.index(like, trees.const(k)))
                for k, each in enumerate(kind.items)
            ]
            if kind.cls is not None:
                return trees.call(trees.attr(like, "_replace"), **dict(zip(kind.cls._fields, parts)))
            return gast.Tuple(parts, gast.Load())
        if isinstance(kind, Record) and kind.cls is list:
            parts = [
                self.part_restored(trees.index(expr, trees.const(k)), each, trees.index(like, trees.const(k)))
                for k, each in kind.fields
            ]
            return gast.List(parts, gast.Load())
        if isinstance(kind, Record):
            named = {
                key: self.part_restored(trees.index(expr, trees.const(key)), each, trees.attr(like, key))
                for key, each in kind.fields
            }
            if dataclasses.is_dataclass(kind.cls):
                return trees.call(trees.attr(trees.name("dataclasses", module=dataclasses), "replace"), like, **named)
            return self.helpers.with_parts(like, named)
        if isinstance(kind, Dict):
            return gast.Dict(
                [trees.const(key) for key, _ in kind.items],
                [
                    self.part_restored(trees.index(expr, trees.const(key)), each, trees.index(like, trees.const(key)))
                    for key, each in kind.items
                ],
            )
        return expr

    def part_restored(self, expr: gast.AST, kind: Kind, like: gast.AST) -> gast.AST:
        if isinstance(kind, (Scalar, Array)) and kind.char not in "fc?":
            return trees.const(None)
        return self.restored(expr, kind, like)

    # ---------------------------------------------------------------- the whole function
    def assemble(self, stacks: list[gast.stmt], forward: list[gast.stmt], reverse: list[gast.stmt]) -> list[gast.stmt]:
        gradients = [made if made is not None else trees.const(None) for made in self.gradients.values()]
        value = self.value_expression(self.inferred.value)
        kept: list[gast.stmt] = []
        if trees.names_in(value) & set_in(reverse):
            name = self.inferred.names.fresh("value")
            kept = [trees.assign(name, value)]
            value = trees.name(name)
        result = gast.Tuple([value, gast.Tuple(gradients, gast.Load())], gast.Load())
        returned = gast.Return(result)
        start: list[gast.stmt] = []
        if self.needs_ones(self.inferred.value):
            start = [self.ones_for(self.inferred.value)]
        return [*self.sharing_checks(), *stacks, *forward, *kept, *start, *reverse, returned]

    def sharing_checks(self) -> list[gast.stmt]:
        """f writes into a parameter's memory: another parameter must not share it, or the value would not be f's."""
        roots = [
            root for root in self.inferred.roots if root.param is not None and isinstance(root.kind, (Array, List))
        ]
        same = self.request.options.get("same", {})
        roots = list({root.name: root for root in roots if root.param.partition(".")[0] not in same}.values())
        checks = []
        for first in roots:
            for second in roots:
                pair = (first.param.partition(".")[0], second.param.partition(".")[0])
                if (
                    first is second
                    or not first.stores
                    or type(first.kind) is not type(second.kind)
                    or second.stores
                    and second.name < first.name
                ):
                    continue
                self.sharing.append(pair)
                a, b = trees.name(first.name), trees.name(second.name)
                test = (
                    trees.np_call("may_share_memory", a, b)
                    if isinstance(first.kind, Array)
                    else gast.Compare(a, [gast.Is()], [b])
                )
                name = self.request.source.name
                message = (
                    f"{first.param} and {second.param} share memory, and {name} writes into it: pass a copy of one"
                )
                checks.append(
                    gast.If(test, [gast.Raise(trees.call(trees.builtin("ValueError"), trees.const(message)), None)], [])
                )
        return [
            each
            for each in checks
            if all("." in name for name in trees.names_in(each.test) - {"np"}) and self.at_top(each)
        ]

    def at_top(self, check: gast.If) -> bool:
        """Only parameters themselves are compared at the top; their parts are, by what shares their memory."""
        own = {value.expr.id for value in self.inferred.parameters.values()}
        return {each.id for each in gast.walk(check.test) if isinstance(each, gast.Name) and ir.is_ssa(each.id)} <= own

    def value_expression(self, value: Any) -> gast.AST:
        if value.items is not None and isinstance(value.expr, gast.Tuple):
            return gast.Tuple([self.value_expression(item) for item in value.items], gast.Load())
        return value.expr

    def ones_for(self, value: Any) -> gast.stmt:
        """dy is None: ones in the structure of a list or record."""
        dy = trees.name(self.dy)
        test = gast.Compare(dy, [gast.Is()], [trees.const(None)])
        node = gast.If(test, [trees.assign(self.dy, self.ones_of(value))], [])
        node.effect = None
        return node

    def ones(self, kind: Kind, like: gast.AST) -> gast.AST:
        if isinstance(kind, List):
            if isinstance(kind.item, Scalar):
                return trees.binary(
                    gast.Mult, gast.List([trees.const(1.0)], gast.Load()), trees.call(trees.builtin("len"), like)
                )
            item = trees.name(self.inferred.names.fresh("item"))
            return gast.ListComp(self.ones(kind.item, item), [gast.comprehension(item, like, [], 0)])
        if isinstance(kind, Mapping):
            key, item = trees.name(self.inferred.names.fresh("key")), trees.name(self.inferred.names.fresh("item"))
            loop = gast.comprehension(
                gast.Tuple([key, item], gast.Store()), trees.call(trees.attr(like, "items")), [], 0
            )
            return gast.DictComp(key, self.ones(kind.value, item), [loop])
        if isinstance(kind, Record) and kind.cls is list:
            return gast.List(
                [self.ones(each, trees.index(like, trees.const(k))) for k, each in kind.fields], gast.Load()
            )
        if isinstance(kind, Array):
            return trees.np_call("ones_like", like)
        if isinstance(kind, Tuple):
            return gast.Tuple(
                [self.ones(each, trees.index(like, trees.const(k))) for k, each in enumerate(kind.items)], gast.Load()
            )
        if isinstance(kind, Dict):
            return gast.Dict(
                [trees.const(k) for k, _ in kind.items],
                [self.ones(each, trees.index(like, trees.const(k))) for k, each in kind.items],
            )
        if isinstance(kind, Record):
            parts = {k: self.ones(each, trees.attr(like, k)) for k, each in kind.fields}
            if dataclasses.is_dataclass(kind.cls):
                return trees.call(trees.attr(trees.name("dataclasses", module=dataclasses), "replace"), like, **parts)
            return self.helpers.with_parts(like, parts)
        return trees.const(1.0)

    def program(self, body: list[gast.stmt]) -> Any:
        from s2sad.requests import Program

        request = self.request
        tree = request.source.tree
        parameters = [(value.expr.id, name) for name, value in self.inferred.parameters.items()]
        while_saved(body)
        helpers = [*self.beside(), *self.helpers.functions.values()]
        arguments = self.arguments(tree.args)
        imports = Imports(
            request.namespace,
            [*body, *helpers, *[d for d in [*arguments.defaults, *arguments.kw_defaults] if d is not None]],
        )
        own = {value.expr.id for value in self.inferred.parameters.values()}
        del own
        taken = imports.reserved - {"_"} | {helper.name for helper in helpers} | set(self.inferred.externals)
        main = f"{tree.name}_value_and_gradients"
        while main in taken:
            main += "_"
        user = {name for _, name in parameters}
        dy = "dy"
        while dy in user or dy in taken:
            dy = f"{dy}_{1 if dy == 'dy' else ''}" if dy == "dy" else f"{dy}_"
        names = name_all(body, [*parameters, (self.dy, dy)], taken | {main})
        del names
        imports.apply(set(user) | {dy} | all_names(body), set(user) | {dy})
        shorten(body, self.adjoint.kinds, self.inferred.info)
        comment(body)
        self.dy_node.id = dy
        function = gast.FunctionDef(main, arguments, [self.docstring(), *body], [], None, None, [])
        parts: list[Any] = [*imports.statements]
        for name in self.inferred.externals:
            parts.append(Comment(f"{name} is to be provided: it can't be imported"))
        for each in imports.missing:
            parts.append(Comment(f"{each} is to be provided: its module can't be imported"))
        for each in [*helpers, function]:
            if parts:
                parts.extend([BlankLine(), BlankLine()])
            parts.append(each)
        text = to_text(gast.Module(parts, []))
        return Program(
            text,
            main,
            imports.own,
            dict(self.inferred.externals),
            list(self.inferred.guards),
            dy,
            self.inferred.value.kind,
            {name: value.kind for name, value in self.inferred.params.items()},
            tuple(name for name, made in self.gradients.items() if made is None),
            tuple(dict.fromkeys(self.sharing)),
        )

    def beside(self) -> list[gast.FunctionDef]:
        """The halves of the functions that are called beside the main one."""
        made: list[gast.FunctionDef] = []
        done: set[int] = set()
        taken = set(self.request.namespace) | set(vars(builtins))
        while True:
            todo = [instance for instance in self.called_instances() if id(instance) not in done]
            if not todo:
                return made
            for instance in todo:
                done.add(id(instance))
                made.extend(self.helpers.pair_of(instance, self.inferred).functions(taken))

    def called_instances(self) -> list[Any]:
        return [instance for instance in self.inferred.instances.values() if instance.body]

    def arguments(self, args: gast.arguments) -> gast.arguments:
        """The parameters of the user's function, without annotations, and dy."""

        def plain(each: Any) -> Any:
            return None if each is None else trees.name(each.id)

        made = gast.arguments(
            [plain(a) for a in args.args],
            [plain(a) for a in args.posonlyargs],
            plain(args.vararg),
            [plain(a) for a in args.kwonlyargs],
            [default_of(d, self.request.namespace) if d is not None else None for d in args.kw_defaults],
            plain(args.kwarg),
            [default_of(d, self.request.namespace) for d in args.defaults],
        )
        default = self.default_dy(self.inferred.value)
        dy = self.dy_node = trees.name("dy")
        if args.vararg is None and args.kwarg is None and not args.kwonlyargs:
            made.args.append(dy)
            made.defaults.append(default)
        else:
            made.kwonlyargs.append(dy)
            made.kw_defaults.append(default)
        return made

    def docstring(self) -> gast.stmt:
        request = self.request
        source = request.source
        params = [name for name, made in self.gradients.items() if made is not None]
        listed = (
            ", ".join(params[:-1]) + " and " + params[-1] if len(params) > 1 else params[0] if params else "nothing"
        )
        kinds = ", ".join(f"{name}: {describe(kind)}" for name, kind in request.kinds.items())
        text = (
            f"The value of {source.name} and its gradient{'s' if len(params) > 1 else ''} with respect to {listed}.\n\n"
        )
        where = os.path.basename(source.filename or "?")
        place = f"{source.name} in {where}, line {source.tree.lineno}"
        text += f"    Made by s2sad from {place}, for {kinds or 'no arguments'}.\n"
        left = request.options.get("left_open")
        if left:
            text += f"    The types of {', '.join(left)} were left open.\n"
        return gast.Expr(gast.Constant(text + "    ", None))


def set_in(block: list[gast.stmt]) -> set[str]:
    """The names that a block sets."""
    found: set[str] = set()
    for node in block:
        found |= targets(node)
        for inner in blocks_of(node):
            found |= set_in(inner)
    return found


def describe(kind: Kind) -> str:
    """A kind as `--like` writes it."""
    if isinstance(kind, Scalar):
        return "int" if kind.dtype == "real" else kind.dtype
    if isinstance(kind, Array):
        if kind.dims is None:
            return "any"
        dtype = {"float64": "float", "": "any"}.get(kind.dtype, kind.dtype)
        return f"{dtype}[{', '.join('1' if dim.key == 1 else ':' for dim in kind.dims)}]"
    if isinstance(kind, List):
        return f"list[{describe(kind.item) if kind.item is not None else ''}]"
    if isinstance(kind, Tuple):
        return f"({', '.join(map(describe, kind.items))}{',' if len(kind.items) == 1 else ''})"
    if isinstance(kind, Dict):
        return "{" + ", ".join(f"{key!r}: {describe(each)}" for key, each in kind.items) + "}"
    if isinstance(kind, Record):
        return kind.cls.__name__
    return type(kind).__name__.lower()


def default_of(node: gast.AST, namespace: dict[str, Any]) -> gast.AST:
    """A default as f has it, where it can be shown; any other is None here, and taken from f itself when compiled."""
    made = trees.copy_tree(node)
    for each in trees.walk(made):
        if isinstance(each, gast.Name):
            value = namespace.get(each.id)
            if isinstance(value, types.ModuleType):
                each.module = value
            elif each.id in namespace:
                each.scope = "global"
            elif not hasattr(builtins, each.id):
                return trees.const(None)
        elif isinstance(each, (gast.Lambda, gast.ListComp, gast.GeneratorExp, gast.NamedExpr)):
            return trees.const(None)
    return made


class Imports:
    """The modules and globals that a program refers to, and how it names them."""

    def __init__(self, namespace: dict[str, Any], parts: list[Any]) -> None:
        self.namespace = namespace
        self.nodes: dict[Any, list[gast.Name]] = {}
        self.plain: dict[str, list[gast.Name]] = {}
        for part in parts:
            own = own_names(part) if isinstance(part, gast.FunctionDef) else ()
            for each in names_everywhere(part):
                if each.id in own and not hasattr(each, "module"):
                    continue
                module = getattr(each, "module", None)
                if module is not None and not isinstance(module, str):
                    self.nodes.setdefault(module, []).append(each)
                elif not ir.is_ssa(each.id):
                    self.plain.setdefault(each.id, []).append(each)
        self.names: dict[Any, str] = {}
        for module, found in self.nodes.items():
            known = [name for name in {node.id for node in found} if namespace.get(name) is module]
            known = known or [name for name, value in namespace.items() if value is module]
            if known:
                self.names[module] = known[0]
        self.reserved = set(self.plain) | set(self.names.values())
        self.own: set[str] = set()
        self.statements: list[gast.stmt] = []
        self.missing: list[str] = []

    def apply(self, used: set[str], fixed: set[str]) -> None:
        """Names the modules that f's file doesn't import, and writes the import statements."""
        for module, found in self.nodes.items():
            name = self.names.get(module)
            if name is None or name in used - self.reserved or name in fixed:
                name = {np: "np"}.get(module, module.__name__.rpartition(".")[2])
                while name in used or name in self.reserved or self.namespace.get(name, module) is not module:
                    name += "_"
                self.own.add(name)
                self.reserved.add(name)
            for node in found:
                node.id = name
            top = module.__name__
            alias = None if top == name else name
            self.statements.append(gast.Import([gast.alias(top, alias)]))
        self.statements.sort(key=lambda node: node.names[0].name)
        self.import_globals()

    def import_globals(self) -> None:
        home = self.namespace.get("__name__")
        for name, found in sorted(self.plain.items()):
            if getattr(found[0], "scope", None) != "global" or name not in self.namespace:
                continue
            value = self.namespace[name]
            module = getattr(value, "__module__", None) if callable(value) else home
            if (
                not isinstance(module, str)
                or module == "builtins"
                or getattr(sys.modules.get(module), name, None) is not value
            ):
                module = home
            if (
                module in (None, "__main__")
                or module not in sys.modules
                or getattr(sys.modules[module], name, self) is not value
            ):
                self.missing.append(name)
                continue
            self.statements.append(gast.ImportFrom(module, [gast.alias(name, None)], 0))


def own_names(function: gast.FunctionDef) -> set[str]:
    """The parameters and local names of a function that is printed beside the main one."""
    args = function.args
    found = {each.id for each in [*args.args, *args.kwonlyargs, args.vararg, args.kwarg] if each is not None}
    for node in trees.walk(function):
        for target in [*getattr(node, "targets", []), getattr(node, "target", None)]:
            if target is not None:
                found |= {
                    each.id
                    for each in trees.walk(target)
                    if isinstance(each, gast.Name) and isinstance(target, (gast.Name, gast.Tuple))
                }
    return found


def names_everywhere(part: Any) -> list[gast.Name]:
    found: list[gast.Name] = []
    op = getattr(part, "effect", None)
    for each in trees.walk(part):
        if isinstance(each, gast.Name):
            found.append(each)
        inner = getattr(each, "effect", None)
        if isinstance(inner, ir.Copy) and each is not part:
            for _, source in inner.pairs:
                found.extend(names_everywhere(source))
    if isinstance(op, ir.Copy):
        for _, source in op.pairs:
            found.extend(names_everywhere(source))
    return found


def all_names(body: list[gast.stmt]) -> set[str]:
    return {
        each.id
        for node in body
        for each in trees.walk(node)
        if isinstance(each, gast.Name) and not hasattr(each, "module")
    }


def shorten(body: list[gast.stmt], kinds: dict[str, Kind], info: dict[str, ir.Info]) -> None:
    """`x = x + e` of numbers is `x += e`; `for _ in range(steps)` over saved values is `while x_saved`."""
    for k, node in enumerate(body):
        for inner in blocks_of(node):
            shorten(inner, kinds, info)
        if (
            isinstance(node, gast.Assign)
            and getattr(node, "number", False)
            and isinstance(node.value, gast.BinOp)
            and isinstance(node.value.op, (gast.Add, gast.Sub, gast.Mult, gast.Div))
        ):
            target = node.targets[0]
            if (
                isinstance(target, gast.Name)
                and isinstance(node.value.left, gast.Name)
                and node.value.left.id == target.id
            ):
                made = gast.AugAssign(target, node.value.op, node.value.right)
                made.origin, made.reverse = getattr(node, "origin", None), getattr(node, "reverse", False)
                body[k] = made


def comment(body: list[gast.stmt]) -> None:
    """Before each group of adjoint statements the user's line that it belongs to; a blank line between the sweeps."""
    first = next((k for k, node in enumerate(body) if getattr(node, "reverse", False)), None)
    comment_block(body)
    if first is not None and first > 0:
        body.insert(first, BlankLine())


def comment_block(body: list[gast.stmt]) -> None:
    last: Any = None
    for node in body:
        if getattr(node, "reverse", False):
            origin = getattr(node, "origin", None)
            simple = origin is not None and not isinstance(
                origin[1],
                (
                    gast.For,
                    gast.While,
                    gast.If,
                    gast.FunctionDef,
                    gast.With,
                    gast.Try,
                    gast.ListComp,
                    gast.GeneratorExp,
                    gast.comprehension,
                ),
            )
            if simple and origin[1] is not last and not blocks_of(node):
                node.comments = [origin[0].statement_text(origin[1])]
                last = origin[1]
        for inner in blocks_of(node):
            comment_block(inner)


def show_statements(body: list[gast.stmt]) -> str:
    """Statements in single assignment, as text."""
    lines: list[str] = []

    def walk(block: list[gast.stmt], indent: str) -> None:
        for node in block:
            op = getattr(node, "effect", None)
            if isinstance(op, ir.Copy):
                lines.append(
                    indent + ", ".join(f"{target} <- {to_text(source).strip()}" for target, source in op.pairs)
                )
                continue
            if blocks_of(node):
                shell = ir.statement_copy(node)
                for field in ("body", "orelse", "finalbody", "handlers"):
                    if hasattr(shell, field):
                        setattr(shell, field, [gast.Pass()] if field == "body" else [])
                lines.append(indent + to_text(shell).split("\n")[0])
                for k, inner in enumerate(blocks_of(node)):
                    if k and inner:
                        lines.append(indent + "else:")
                    walk(inner, indent + "    ")
                continue
            lines.extend(indent + line for line in to_text(node).rstrip("\n").split("\n"))

    walk(body, "")
    return "\n".join(lines) + "\n"


_ = Cotangent
