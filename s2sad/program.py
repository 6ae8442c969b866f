"""From the two sweeps to a module's text: the function around them, comments, imports, helpers."""

from __future__ import annotations

import builtins
import functools
import inspect
import itertools
import os
import textwrap
import types
from collections.abc import Iterator
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.adjoint import Adjoint
from s2sad.comments import comment
from s2sad.early_copies import copy_early
from s2sad.first_writes import names_written
from s2sad.gradients import Gradients
from s2sad.helpers import Helpers
from s2sad.imports import HiddenBuiltins, Imports, all_names
from s2sad.inlining import rename_all, substituted
from s2sad.inserting import drop_places, expand
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Scalar, Static, Text, Tuple, join
from s2sad.lengths import SHORTER, canonical, is_less
from s2sad.local_functions import refuse_local_functions
from s2sad.named_numbers import use_names
from s2sad.naming import appearance, name_all
from s2sad.printer import BlankLine, Comment, to_text
from s2sad.restored import restored_variables, split_restored
from s2sad.shortening import mark_numbers, shorten
from s2sad.statements import all_of, blocks_of, targets
from s2sad.structures import may_share
from s2sad.values import MISSING

WIDTH, UNBROKEN = 96, "\0"  # of the lines in a docstring; a space in it where no line is broken


class Builder(Gradients):
    """One program being made."""

    def __init__(self, request: Any, inferred: ir.Inferred, active: set[str]) -> None:
        self.request, self.inferred, self.active = request, inferred, active
        self.helpers = Helpers()
        self.adjoint = Adjoint(inferred, active, self.helpers, request.lengths)
        self.returns = request.options.get("returns", "both")
        self.dy = inferred.names.fresh("dy")
        if isinstance(inferred.value.kind, Scalar):
            self.adjoint.kinds[self.dy] = Scalar("float")
        self.gradients: dict[str, gast.AST | None] = {}
        self.handed_over: set[str] = set()
        self.sharing: list[tuple[str, str]] = []

    # ---------------------------------------------------------------- the reverse sweep
    def reverse_sweep(self) -> list[gast.stmt]:
        adjoint = self.adjoint
        self.check_value(self.inferred.value)
        self.seed(self.inferred.value, trees.name(self.dy))
        adjoint.sweep(self.inferred.body)
        drop_places(self.inferred.body)
        same = self.request.options.get("same", {})
        for name, value in self.inferred.params.items():
            if name in same:  # one array under two names: the first has the whole gradient
                self.gradients[name] = trees.np_call("zeros_like", trees.name(self.inferred.parameters[name].expr.id))
                continue
            self.gradients[name] = self.gradient(value)
        return adjoint.block

    # ---------------------------------------------------------------- the whole function
    def assemble(self, stacks: list[gast.stmt], forward: list[gast.stmt], reverse: list[gast.stmt]) -> list[gast.stmt]:
        self.name_gradients(reverse)
        gradients = [made if made is not None else trees.const(None) for made in self.gradients.values()]
        value = self.value_expression(self.inferred.value)
        kept: list[gast.stmt] = []
        if set(map(ir.variable, trees.names_in(value))) & restored_variables(reverse) or (
            trees.names_in(value) & set_in(reverse)
        ):
            name = self.inferred.names.fresh("value")
            kept = [trees.assign(name, value)]
            value = trees.name(name)
        result: gast.AST = gast.Tuple(gradients, gast.Load())
        if self.returns == "both":
            result = gast.Tuple([value, result], gast.Load())
        else:
            result = gradients[0] if self.returns == "gradient" else result
            kept = []
            # Also where only the value, which is left out, needs them.
            refuse_local_functions(made_for(value, forward), self.request.source)
            for node in all_of(forward):
                node.droppable = True
        returned = gast.Return(result)
        start: list[gast.stmt] = []
        if self.needs_ones(self.inferred.value):
            start = [self.ones_for(self.inferred.value)]
        return [*self.sharing_checks(), *stacks, *forward, *kept, *start, *reverse, returned]

    def written_parameters(self) -> tuple[str, ...]:
        """The parameters whose memory, or that of something in them, f writes into."""
        roots = [root for root in self.inferred.roots if root.param is not None and root.stores]
        return tuple(sorted({root.param.partition(".")[0] for root in roots} | set(self.inferred.written)))

    def name_gradients(self, reverse: list[gast.stmt]) -> None:
        """A temporary that is returned as a gradient is called so."""
        names = [name for made in self.gradients.values() if made is not None for name in ir.summary(made).names]
        for parameter, value in self.inferred.params.items():
            for leaf, made in gradients_of_leaves(value, self.gradients.get(parameter)):
                inner = made.func.value if isinstance(made, gast.Call) and hasattr(made.func, "attr") else made
                if isinstance(inner, gast.Name) and inner.id.startswith("#") and names.count(inner.id) == 1:
                    new = self.inferred.names.fresh(f"{leaf.expr.id}_grad")
                    self.adjoint.kinds[new] = self.adjoint.kinds.get(inner.id, leaf.kind)
                    self.gradients[parameter] = substituted(self.gradients[parameter], {inner.id: trees.name(new)})
                    rename_all(reverse, {inner.id: new})

    def sharing_checks(self) -> list[gast.stmt]:
        """f writes into a parameter's memory: another parameter must not share it, or the value would not be f's."""
        kinds = (Array, List, Mapping)
        roots = [root for root in self.inferred.roots if root.param is not None and isinstance(root.kind, kinds)]
        same = self.request.options.get("same", {})
        roots = list({root.name: root for root in roots if root.param.partition(".")[0] not in same}.values())
        checks = []
        for first in roots:
            for second in roots:
                pair = (first.param.partition(".")[0], second.param.partition(".")[0])
                if first is second:
                    self.sharing += [pair] if first.deep else []
                    continue
                if not first.stores or second.stores and second.name < first.name:
                    continue
                if not may_share(first.kind, second.kind):
                    continue
                self.sharing.append(pair)
                if type(first.kind) is not type(second.kind):
                    continue  # one may hold the other: looked at before the call
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
        return {each.id for each in trees.walk(check.test) if isinstance(each, gast.Name) and ir.is_ssa(each.id)} <= own

    def value_expression(self, value: Any) -> gast.AST:
        if value.items is not None and isinstance(value.expr, gast.Tuple):
            return gast.Tuple([self.value_expression(item) for item in value.items], gast.Load())
        return value.expr

    def program(self, body: list[gast.stmt]) -> Any:
        from s2sad.requests import Program

        request = self.request
        expand(body)
        tree = request.source.tree
        parameters = [(value.expr.id, name) for name, value in self.inferred.parameters.items()]
        beside = self.beside(body)
        refuse_local_functions([*beside, *body], request.source)
        self.helpers.name_all([*body, *beside])
        helpers = [*beside, *self.helpers.functions.values()]
        arguments = self.arguments(tree.args)
        HiddenBuiltins(set(self.inferred.parameters)).apply(body)
        imports = Imports(
            request.namespace,
            [*body, *helpers, *[d for d in [*arguments.defaults, *arguments.kw_defaults] if d is not None]],
            request.source.lines,
        )
        taken = imports.reserved - {"_"} | {helper.name for helper in helpers} | set(self.inferred.externals)
        main = f"{tree.name}_value_and_gradients" if self.returns == "both" else f"{tree.name}_gradients"
        while main in taken:
            main += "_"
        user = {name for _, name in parameters}
        dy = "dy"
        while dy in user or dy in taken:
            dy = "dy_1" if dy == "dy" else f"{dy}_"
        if dy == "dy":
            self.keep_dy_apart(body)
        copy_early(body)
        split_restored(body, self.inferred.names, self.inferred.info)
        mark_numbers(body, self.adjoint.kinds, self.inferred.info)
        names = name_all(body, [*parameters, (self.dy, dy)], taken | {main}, self.inferred.names.shown)
        use_names(body, taken | {main, dy} | user | set(names.values()))
        imports.apply(set(user) | {dy} | all_names(body), set(user) | {dy})
        shorten(body)
        comment(body)
        self.dy_node.id = dy
        function = gast.FunctionDef(main, arguments, [self.docstring(), *body], [], None, None, [])
        module = self.module(imports, helpers, function)
        return Program(
            to_text(module),
            main,
            imports.own,
            {**self.inferred.externals, **imports.externals},
            list(self.inferred.guards),
            dy,
            self.inferred.value.kind,
            {name: value.kind for name, value in self.inferred.params.items()},
            tuple(name for name, made in self.gradients.items() if made is None),
            tuple(dict.fromkeys(self.sharing)),
            tree=module,
            kinds=self.printed_kinds(names, self.adjoint.kinds),
            parameters=dict(request.kinds),
            written=self.written_parameters(),
            equal=request.equal,
            unequal=tuple(pair for pair in dict.fromkeys(self.adjoint.wishes) if pair not in request.equal),
            returns=self.returns,
        )

    def keep_dy_apart(self, body: list[gast.stmt]) -> None:
        """A variable of f's that is called `dy` keeps its name: `value_grad = dy` stands before it."""
        if any(ir.variable(name) == "dy" and name != self.dy for name in appearance(body, [])):
            apart = self.inferred.names.fresh("value_grad")
            rename_all(body, {self.dy: apart})
            body.insert(0, trees.assign(apart, trees.name(self.dy)))
            if self.dy in self.adjoint.kinds:
                self.adjoint.kinds[apart] = self.adjoint.kinds[self.dy]

    def printed_kinds(self, names: dict[str, str], of_adjoints: dict[str, Kind]) -> dict[str, Kind]:
        """The kinds of the names in the text, of those that stand for values of one kind throughout."""
        found: dict[str, Any] = {}
        for ssa, shown in names.items():
            info = self.inferred.info.get(ssa)
            kind = of_adjoints.get(ssa) if info is None else info.kind
            known = found.setdefault(shown, kind)
            if known is not None and known != kind:
                found[shown] = join(known, kind) if kind is not None else None
        return {name: kind for name, kind in found.items() if kind is not None}

    def module(self, imports: Imports, helpers: list[gast.FunctionDef], function: gast.FunctionDef) -> gast.Module:
        """Imports, helpers and the main function."""
        parts: list[Any] = [*imports.statements]
        externals = {name: outside(value) for name, value in self.inferred.externals.items() if name in imports.plain}
        missing = {**imports.missing, **externals}
        if missing:
            parts.extend([BlankLine()] * bool(parts))
            parts.append(to_be_defined(missing))
        for each in [*helpers, function]:
            if parts:
                parts.extend([BlankLine(), BlankLine()])
            parts.append(each)
        return gast.Module(parts, [])

    def beside(self, body: list[gast.stmt]) -> list[gast.FunctionDef]:
        """The halves of the functions that are called beside the main one, whose body this is."""
        made: list[gast.FunctionDef] = []
        done: set[int] = set()
        taken = self.request.names_outside() | set(self.inferred.externals)
        while True:
            todo = [instance for instance in self.called_instances([*body, *made]) if id(instance) not in done]
            if not todo:
                return made
            for instance in todo:
                done.add(id(instance))
                made.extend(self.helpers.pair_of(instance, self.inferred).functions(taken))

    def called_instances(self, nodes: list[gast.stmt]) -> list[Any]:
        """The functions beside the main one of which these statements call a half."""
        called = [each.pair for node in nodes for each in trees.walk(node) if getattr(each, "pair", None) is not None]
        return [instance for instance in self.inferred.instances.values() if instance in called]

    def arguments(self, args: gast.arguments) -> gast.arguments:
        """The parameters of the user's function, without annotations, and those that are ours."""

        def plain(each: Any) -> Any:
            return None if each is None else trees.name(each.id)

        positional = [*args.posonlyargs, *args.args]
        made = gast.arguments(
            [plain(a) for a in args.args],
            [plain(a) for a in args.posonlyargs],
            plain(args.vararg),
            [plain(a) for a in args.kwonlyargs],
            [self.default_of(each, d) if d is not None else None for each, d in zip(args.kwonlyargs, args.kw_defaults)],
            plain(args.kwarg),
            [
                self.default_of(each, d)
                for each, d in zip(positional[len(positional) - len(args.defaults) :], args.defaults)
            ],
        )
        self.add_dy(made)
        return made

    def add_dy(self, made: gast.arguments) -> None:
        default = self.default_dy(self.inferred.value)
        dy = self.dy_node = trees.name("dy")
        if made.vararg is None and made.kwarg is None and not made.kwonlyargs:
            made.args.append(dy)
            made.defaults.append(default)
        else:
            made.kwonlyargs.append(dy)
            made.kw_defaults.append(default)

    def default_of(self, parameter: gast.Name, node: gast.AST) -> gast.AST:
        """A default as f's text has it, where that means outside of f what f has; else the value, or a name for it."""
        return default_of(parameter.id, node, self.defaults.get(parameter.id, MISSING), self.request.namespace)

    @functools.cached_property
    def defaults(self) -> dict[str, Any]:
        signature = inspect.signature(self.request.function, follow_wrapped=False)
        return {name: each.default for name, each in signature.parameters.items()}

    def docstring(self) -> gast.stmt:
        source = self.request.source
        params = [name for name, made in self.gradients.items() if made is not None]
        many = "s" if len(params) > 1 else ""
        what = f"value of {source.name} and its gradient{many}"
        if self.returns != "both":
            what = f"gradient{many} of {source.name}"
        return docstring_of(f"The {what} with respect to {listed(params)}.", self.provenance())

    def provenance(self) -> str:
        """From which function a program was made, and for what arguments."""
        request, source = self.request, self.request.source
        lengths = names_of_lengths(request.equal, request.kinds, self.inferred.reached)
        kinds = ", ".join(unbroken(f"{name}: {describe(kind, lengths)}") for name, kind in request.kinds.items())
        where = encodable(os.path.basename(source.filename or "?"))
        made = f"Made by s2sad from {source.name} in {where}, line {source.tree.lineno}"
        made += f", for {kinds or 'no arguments'}."
        left = request.options.get("left_open")
        if left:
            made += f" The types of {listed(left)} were" if len(left) > 1 else f" The type of {left[0]} was"
            made += " left open."
        return made


def encodable(text: str) -> str:
    """The text with what can't be written to a file, as names of files may hold it, as an escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def unbroken(text: str) -> str:
    """Text that stays on one line of a docstring, if it is short enough for that."""
    return text.replace(" ", UNBROKEN) if len(text) < WIDTH // 2 else text


def gradients_of_leaves(value: Any, made: gast.AST | None) -> Iterator[tuple[Any, gast.AST]]:
    """(number or array, its gradient) for each in a parameter's value."""
    if value.items is not None and isinstance(made, gast.Tuple):
        for item, each in zip(value.items, made.elts):
            yield from gradients_of_leaves(item, each)
    elif getattr(value, "parts", None) is not None and isinstance(made, gast.Dict):
        for part, each in zip(value.parts.values(), made.values):
            yield from gradients_of_leaves(part, each)
    elif made is not None and isinstance(value.expr, gast.Name):
        yield value, made


def made_for(value: gast.AST, block: list[gast.stmt]) -> list[gast.stmt]:
    """The statements that an expression needs, those inside of loops and branches on their own."""
    needed, statements = trees.names_in(value), list(all_of(block))
    found: dict[int, gast.stmt] = {}
    while True:
        new = [each for each in statements if id(each) not in found and (targets(each) | names_written(each)) & needed]
        if not new:
            return [each for each in statements if id(each) in found and not blocks_of(each)]
        found |= {id(each): each for each in new}
        needed = needed.union(*map(trees.names_in, new))


def set_in(block: list[gast.stmt]) -> set[str]:
    """The names that a block sets."""
    found: set[str] = set()
    for node in block:
        found |= targets(node)
        for inner in blocks_of(node):
            found |= set_in(inner)
    return found


def listed(names: list[str]) -> str:
    """a, b and c"""
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names) or "nothing"


def docstring_of(*paragraphs: str) -> gast.stmt:
    """Paragraphs as the docstring of a function, in lines of the width of the program's."""
    filled = [textwrap.fill(each, WIDTH, break_long_words=False, break_on_hyphens=False) for each in paragraphs]
    text = textwrap.indent("\n\n".join(filled), "    ").strip().replace(UNBROKEN, " ")
    return gast.Expr(gast.Constant(text + "\n    ", None))


def names_of_lengths(equal: Any, kinds: dict[str, Kind], reached: dict[tuple[Any, int], bool]) -> dict[Any, str]:
    """A letter for each length that several arguments have; an integer among them names it; `3:` for three and more;
    `n - 1` for one less than another."""
    letters = itertools.chain("nmkpqr", (f"n{k}" for k in itertools.count(2)))
    free = (letter for letter in letters if letter not in kinds)
    own = canonical(equal)
    less = {key: (own.get(key[1], key[1]), SHORTER[key[0]][0], key[2]) for key in own.values() if is_less(key)}
    keys = dict.fromkeys([*(inner for inner, *_ in less.values()), *(key for key in own.values() if key not in less)])
    names = {key: str(key) if isinstance(key, int) else key[1][0] if key[0] == "parameter" else "" for key in keys}
    least = {key: f"{stop}:" for (key, stop), enough in sorted(reached.items(), key=lambda item: item[0][1]) if enough}
    found = {key: name or next(free) for key, name in names.items()}
    return least | found | {key: f"{found[inner]} {sign} {count}" for key, (inner, sign, count) in less.items()}


def describe(kind: Kind, lengths: dict[Any, str]) -> str:
    """A kind as `--like` writes it. lengths: names of those that have one."""
    if isinstance(kind, Scalar):
        return "int" if kind.dtype == "real" else kind.dtype
    if isinstance(kind, Array):
        dtype = {"float64": "float", "": "any"}.get(kind.dtype, kind.dtype)
        if kind.dims is None:
            return f"{dtype}[...]" if kind.dtype else dtype
        return f"{dtype}[{', '.join('1' if dim.key == 1 else lengths.get(dim.key, ':') for dim in kind.dims)}]"
    if isinstance(kind, List):
        return f"list[{describe(kind.item, lengths) if kind.item is not None else ''}]"
    if isinstance(kind, Tuple):
        return f"({', '.join(describe(each, lengths) for each in kind.items)}{',' if len(kind.items) == 1 else ''})"
    if isinstance(kind, Dict):
        return "{" + ", ".join(f"{key!r}: {describe(each, lengths)}" for key, each in kind.items) + "}"
    if isinstance(kind, Record):
        return kind.cls.__name__
    if isinstance(kind, Mapping):
        return f"dict[{', '.join(describe(each, lengths) for each in (kind.key, kind.value) if each is not None)}]"
    if isinstance(kind, Static):
        return describe_static(kind.value)
    return "str" if isinstance(kind, Text) else "any"


def describe_static(value: Any) -> str:
    """A value that is known, in a word: a function by its name, an object by its class (a string may be a secret)."""
    if value is None or value is ...:
        return repr(value)
    name = getattr(value, "__name__", None)
    if isinstance(name, str):
        return name.strip("<>")  # of a lambda
    return type(value).__name__


def to_be_defined(missing: dict[str, str]) -> Comment:
    """Says which names the reader of the text has to define: they can't be imported from anywhere."""
    lines = [f"    {name}: {what}" for name, what in sorted(missing.items())]
    return Comment("\n".join(["To be defined here, as it can't be imported:", *lines]))


def outside(value: Any) -> str:
    """What an external is, in words."""
    return "a variable around a function" if isinstance(value, types.CellType) else "the globals of a module"


def default_of(name: str, node: gast.AST, value: Any, namespace: dict[str, Any]) -> gast.AST:
    """What to print as the default of a parameter: its expression, if that has the value of f's own default when it is
    evaluated elsewhere; else that value; else a name that the reader has to define. (f itself keeps its own.)"""
    made = trees.copy_tree(node)
    shown = made.value if isinstance(made, gast.Constant) else trees.literal(made)
    fits = same_constant(shown, value) if shown is not None or isinstance(made, gast.Constant) else True
    for each in trees.walk(made):
        if isinstance(each, gast.Name):
            found = namespace.get(each.id, MISSING)
            if isinstance(found, types.ModuleType):
                each.module = found
            elif found is not MISSING:
                each.scope = "global"
                fits = fits and (each is not made or found is value)
            elif not hasattr(builtins, each.id):
                fits = False
        elif isinstance(each, (gast.Lambda, gast.ListComp, gast.GeneratorExp, gast.NamedExpr)):
            fits = False
    if fits:
        return made
    if is_constant(value):
        return trees.const(value)
    name += "_default"
    while name in namespace:
        name += "_"
    return trees.name(name, scope="default")


def is_constant(value: Any) -> bool:
    """Whether a value can be printed as it is."""
    if isinstance(value, tuple):
        return type(value) is tuple and all(map(is_constant, value))
    return value is None or type(value) in (bool, int, float, complex, str, bytes)


def same_constant(a: Any, b: Any) -> bool:
    return type(a) is type(b) and repr(a) == repr(b)
