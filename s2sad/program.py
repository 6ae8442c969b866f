"""From the two sweeps to a module's text: the function around them, comments, imports, helpers."""

from __future__ import annotations

import builtins
import os
import types
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import blocks_of
from s2sad.adjoint import Adjoint, Cotangent
from s2sad.adjoint_loops import targets
from s2sad.comments import comment, shorten
from s2sad.gradients import Gradients
from s2sad.helpers import Helpers
from s2sad.imports import Imports, all_names
from s2sad.kinds import Array, Dict, Kind, List, Record, Scalar, Tuple
from s2sad.local_functions import refuse_local_functions
from s2sad.naming import name_all
from s2sad.printer import BlankLine, Comment, to_text
from s2sad.simplify import while_saved


class Builder(Gradients):
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

    def program(self, body: list[gast.stmt]) -> Any:
        from s2sad.requests import Program

        request = self.request
        tree = request.source.tree
        parameters = [(value.expr.id, name) for name, value in self.inferred.parameters.items()]
        while_saved(body)
        beside = self.beside()
        refuse_local_functions([*beside, *body], request.source)
        self.helpers.name_all([*body, *beside])
        helpers = [*beside, *self.helpers.functions.values()]
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


_ = Cotangent
