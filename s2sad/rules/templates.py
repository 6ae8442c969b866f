"""From a rule to the adjoint code of one call: a template is evaluated as far as the kinds and constants allow.

The template is read as text. Tests on constants and kinds are decided, tuples and comprehensions over known things are
unrolled, and what depends on numbers becomes an expression, built by the constructors of `s2sad.trees`.

>>> import numpy as np
>>> from s2sad.kinds import Array, Dim
>>> from s2sad.rules import find
>>> from s2sad.trees import name, show
>>> matrix, vector = Array("float64", (Dim("n"), Dim("m"))), Array("float64", (Dim("m"),))
>>> made = expand(find(np.matmul), {"a": name("A"), "b": name("v")}, {"a": matrix, "b": vector}, grad=name("y_grad"))
>>> {parameter: show(value) for parameter, value in made.values.items()}
{'a': 'np.outer(y_grad, v)', 'b': 'A.T @ y_grad'}
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import linecache
import math
import re
import textwrap
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.errors import RuleError
from s2sad.kinds import UNKNOWN, Dim, Kind, Scalar, Static, Tuple, is_real_or_complex
from s2sad.rules import memo, scopes
from s2sad.rules.registry import ELEMENTARY, GIVEN, MARKERS, PARTIALS, Rule, constant, rank, refuse, square


class Undecided(Exception):
    """A test of a template can't be decided from the kinds: it is needed as a whole at run time (`runtime_helper`)."""


@dataclass
class Expansion:
    """The adjoint code of one call.

    `values` has the cotangent of each wanted parameter; one that is missing is zero. Of the parameters in `spread` the
    value may be smaller than the parameter, to which it broadcasts; of those in `unbroadcast` it may be larger, and has
    to be summed down to the parameter. `kinds` tells how large each is, as far as known. `helpers` are the functions
    that the generated program needs, those that others call first; their `Name` nodes carry `.function`. `wishes` are
    the pairs of axes with which the code would be shorter if they were equally long.
    """

    statements: list[gast.Assign]
    values: dict[str, gast.AST]
    kinds: dict[str, Kind] = field(default_factory=dict)
    spread: set[str] = field(default_factory=set)
    unbroadcast: set[str] = field(default_factory=set)
    helpers: list[Callable[..., Any]] = field(default_factory=list)
    wishes: list[tuple[Dim, Dim]] = field(default_factory=list)


def expand(
    rule: Rule,
    arguments: dict[str, gast.AST],
    kinds: dict[str, Kind],
    constants: dict[str, Any] | None = None,
    wanted: Iterable[str] | None = None,
    result: gast.AST | None = None,
    grad: gast.AST | None = None,
    fresh: Callable[[str], str] | None = None,
    library: str | None = None,
) -> Expansion:
    """The cotangents of the wanted parameters of one call (all differentiable ones by default), or Undecided.

    `arguments`, `kinds` and `constants` are by parameter; arguments that are absent have their default. A `*parameter`
    has a gast.Tuple of its arguments. `kinds` may have "grad" and "result", where they are not what the rule makes of
    the arguments (a cotangent that is still to be spread, say). Without `grad`, the partial derivatives themselves are
    made.

    Of a variadic rule, "arrays[1]" is wanted for the second item (the argument is a gast.Tuple or gast.List, the kind a
    Tuple), "arrays[1][0]" for an item of an item, "arrays" for the cotangent of the whole list, as a list.
    """
    operands = {
        **arguments,
        **({} if result is None else {"result": result}),
        **({} if grad is None else {"grad": grad}),
    }
    key = memo.key_of(rule, operands, kinds, constants or {}, wanted, library) if rule.own else None
    if key is None or "result" in arguments or "grad" in arguments:
        return _expand(rule, arguments, kinds, constants or {}, wanted, result, grad, fresh or numbered(), library)
    kept = memo.recall(key)
    if kept is None:
        inner = {name: memo.stand_in(node, name) for name, node in operands.items()}
        given = {name: inner[name] for name in arguments}
        kept = _expand(
            rule, given, kinds, constants or {}, wanted, inner.get("result"), inner.get("grad"), memo.stems(), library
        )
        memo.keep(key, kept)
    return _instance(kept, operands, fresh or numbered())


def _instance(kept: Expansion, operands: dict[str, Any], fresh: Callable[[str], str]) -> Expansion:
    """The expansion with the operands and fresh names of one call."""
    names: dict[str, str] = {}
    for node in [*kept.statements, *kept.values.values()]:  # the locals, and the variables of comprehensions
        for each in trees.walk(node):
            if isinstance(each, gast.Name) and each.id.startswith("#") and " " in each.id and each.id not in names:
                names[each.id] = fresh(each.id.split(" ", 1)[1])
    statements = [memo.instantiate(statement, operands, names) for statement in kept.statements]
    values = {key: memo.instantiate(value, operands, names) for key, value in kept.values.items()}
    return Expansion(
        statements,
        values,
        dict(kept.kinds),
        set(kept.spread),
        set(kept.unbroadcast),
        list(kept.helpers),
        list(kept.wishes),
    )


def _expand(
    rule: Rule,
    arguments: dict[str, Any],
    kinds: dict[str, Kind],
    constants: dict[str, Any],
    wanted: Iterable[str] | None,
    result: Any,
    grad: Any,
    fresh: Callable[[str], str],
    library: str | None,
) -> Expansion:
    from s2sad.rules.evaluator import Evaluator  # the evaluator needs the rules of the functions in templates

    evaluator = Evaluator(rule, arguments, kinds, constants, result, grad, library)
    targets = [_target(rule, each) for each in _order(rule, arguments, wanted)]
    made = evaluator.run(targets, fresh)
    values, value_kinds = {}, {}
    for key, value in made.items():
        if trees.is_zero(value.node):
            continue
        values[key], value_kinds[key] = value.node, value.kind or UNKNOWN
    return Expansion(
        evaluator.statements,
        values,
        value_kinds,
        evaluator.spread & set(values),
        (set(values) if rule.form == PARTIALS else evaluator.unbroadcast & set(values)),
        evaluator.helpers,
        evaluator.wishes,
    )


def numbered() -> Callable[[str], str]:
    """Fresh names where nobody else gives them: t1, t2, ..."""
    counter = itertools.count(1)
    return lambda stem: f"{stem}{next(counter)}"


def _order(rule: Rule, arguments: dict[str, Any], wanted: Iterable[str] | None) -> list[str]:
    """The wanted parameters in the rule's order, items of a variadic one in theirs."""
    if wanted is None:
        wanted = [name for name in rule.wrt if name in arguments]
        if rule.variadic in wanted and isinstance(arguments[rule.variadic], (gast.Tuple, gast.List)):
            wanted = [f"{rule.variadic}[{k}]" for k in range(len(arguments[rule.variadic].elts))]

    def place(key: str) -> tuple[int, tuple[int, ...]]:
        parameter, path = _target(rule, key)[1:]
        return rule.wrt.index(parameter), path or ()

    return sorted(wanted, key=place)


def _target(rule: Rule, key: str) -> tuple[str, str, tuple[int, ...] | None]:
    """The key, its parameter and the positions in it: ("arrays[1][0]", "arrays", (1, 0))."""
    parameter = key.split("[")[0]
    if parameter not in rule.wrt:
        raise RuleError(f"the rule of {rule.name} has no derivative with respect to {key!r}")
    path = tuple(int(k) for k in re.findall(r"\[(\d+)\]", key))
    return key, parameter, path or None


# --- reading a template ---------------------------------------------------------------------------------------------


def parse(function: Callable[..., Any]) -> gast.FunctionDef:
    """The tree of a template or helper, without decorators, annotations and docstring."""
    return _parsed(function, function.__code__)  # a function that is reloaded has other code


@functools.cache
def _parsed(function: Callable[..., Any], code: types.CodeType) -> gast.FunctionDef:
    try:
        definition = gast.ast_to_gast(_tree_of(function)).body[0]
    except (OSError, TypeError, SyntaxError) as error:
        raise RuleError(f"the text of {function!r} can't be read: {error}") from None
    if not isinstance(definition, gast.FunctionDef):
        raise RuleError(f"a template is a function written with `def`, not {function!r}")
    definition.decorator_list, definition.returns = [], None
    for node in trees.walk(definition.args):
        if isinstance(node, gast.Name):
            node.annotation = None
    first = definition.body[0]
    if isinstance(first, gast.Expr) and isinstance(first.value, gast.Constant):
        definition.body = definition.body[1:]
    return definition


def _tree_of(function: Callable[..., Any]) -> ast.Module:
    """The lines of a function up to the next one that is not indented more. (inspect takes many times longer.)"""
    lines = linecache.getlines(function.__code__.co_filename)
    start = function.__code__.co_firstlineno - 1
    if start >= len(lines):
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    indent = len(lines[start]) - len(lines[start].lstrip())
    end, inside = start + 1, False  # inside: the end of the `def` line has gone by
    while end < len(lines) and (not inside or not lines[end].strip() or lines[end][: indent + 1].isspace()):
        inside = inside or lines[end - 1].rstrip().endswith(":")
        end += 1
    try:
        return ast.parse(textwrap.dedent("".join(lines[start:end])))
    except SyntaxError:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))


@functools.cache
def read(template: Callable[..., Any]) -> gast.FunctionDef:
    """The tree of a template, or RuleError with what a template can't have in it."""
    definition = parse(template)
    for statement in definition.body:
        for node in trees.walk(statement):
            if isinstance(node, gast.stmt) and not isinstance(node, (gast.Assign, gast.If, gast.Return)):
                raise RuleError(
                    f"{template.__name__}: a template has assignments, `if` and `return`; "
                    f"put {type(node).__name__} into a helper function"
                )
    return definition


@functools.cache
def differentiable(template: Callable[..., Any]) -> tuple[str, ...]:
    """The parameters that a template returns a derivative for, in order."""
    definition = read(template)
    returned = [
        node.value for statement in definition.body for node in trees.walk(statement) if isinstance(node, gast.Return)
    ]
    returned = [value for value in returned if not is_refusal(value, template)]
    if not returned:
        raise RuleError(f"{template.__name__}: the template returns nothing")
    parameters = parameters_of(definition)
    found = set()
    for value in returned:
        parts = value.elts if isinstance(value, gast.Tuple) else [value]
        if len(parts) > len(parameters):
            raise RuleError(f"{template.__name__}: {len(parts)} derivatives for {len(parameters)} parameters")
        found |= {
            parameter
            for parameter, part in zip(parameters, parts)
            if not (isinstance(part, gast.Constant) and part.value is None)
        }
    return tuple(parameter for parameter in parameters if parameter in found)


def is_refusal(node: gast.AST | None, template: Callable[..., Any]) -> bool:
    """Whether what is returned is `refuse(...)`."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Name):
        return False
    return scopes.names_of(template).get(node.func.id) is refuse


def parameters_of(definition: gast.FunctionDef) -> list[str]:
    """The names of the function's parameters in a template's head, in order."""
    arguments = definition.args
    extra = [] if arguments.vararg is None else [arguments.vararg]
    named = [each for each in arguments.kwonlyargs if each.id not in GIVEN]
    return [each.id for each in [*arguments.posonlyargs, *arguments.args, *extra, *named]]


def helpers_of(function: Callable[..., Any]) -> list[Callable[..., Any]]:
    """A helper function and those that it calls, callees first."""
    found: list[Callable[..., Any]] = []
    names, tree = scopes.names_of(function), parse(function)
    for name in sorted(trees.names_in(tree) - scopes.bound_in(tree)):
        each: Any = names.get(name)
        if is_helper(each, function) and each is not function:
            found += [inner for inner in helpers_of(each) if inner not in found]
    return [*found, function]


def is_helper(value: Any, function: Any = None) -> bool:
    """Whether a name in a template or helper stands for a Python function that has to be printed into the program."""
    return inspect.isfunction(value) and value not in MARKERS and scopes.is_printed(value, function)


# --- templates and helpers as functions of the generated program ----------------------------------------------------


def runtime_helper(
    rule: Rule, library: str | None = None, only: str | None = None
) -> tuple[gast.FunctionDef, list[Callable[..., Any]]]:
    """The template as a function to print, for a call that is Undecided, and the helpers that it needs.

    It takes the rule's parameters, and `result`, `grad`, `k` by keyword where the template does (`grad` always, if it
    states partial derivatives), and returns a tuple with the cotangent of each parameter in `rule.wrt` (of one alone
    for a variadic rule), each of which may have to be broadcast or summed to its parameter.

    only: a parameter whose cotangent is returned alone. The others aren't computed, since they may not exist: x ** 3
    has no derivative by the exponent where x is negative.
    """
    assert rule.template is not None
    definition = trees.copy_tree(read(rule.template))
    printed = _PrintedTemplate(rule, library or rule.library or "numpy", only)
    definition.body = printed.statements(definition.body)
    definition.name = f"{rule.name}_adjoint"
    if only is not None:
        definition.name += f"_{only}"
        _drop_unread(definition)
    if rule.form == PARTIALS:
        definition.args.kwonlyargs.append(gast.Name("grad", gast.Param(), None, None))
        definition.args.kw_defaults.append(None)
    return definition, printed.helpers


def _drop_unread(definition: gast.FunctionDef) -> None:
    """Leaves out what is assigned or taken (`result`), but not read any more."""
    before = None
    while before != len(definition.body):
        before = len(definition.body)
        names = [node for node in trees.walk(definition) if isinstance(node, gast.Name)]
        changed = {node.target for node in trees.walk(definition) if isinstance(node, gast.AugAssign)}
        needed = {node.id for node in names if isinstance(node.ctx, gast.Load) or node in changed}
        definition.body = [each for each in definition.body if not _is_unread(each, needed)]
    if "result" not in needed:
        kept = [k for k, each in enumerate(definition.args.kwonlyargs) if each.id != "result"]
        definition.args.kwonlyargs, definition.args.kw_defaults = (
            [each[k] for k in kept] for each in (definition.args.kwonlyargs, definition.args.kw_defaults)
        )


def _is_unread(statement: gast.stmt, needed: set[str]) -> bool:
    """Whether a statement gives values to names alone, and to none that is needed."""
    if not isinstance(statement, gast.Assign):
        return False
    targets = [part for each in statement.targets for part in getattr(each, "elts", [each])]
    return all(isinstance(each, gast.Name) and each.id not in needed for each in targets)


def printable(helper: Callable[..., Any], library: str = "numpy") -> gast.FunctionDef:
    """A helper as it is printed into a generated program: without the words that only templates know."""
    definition = trees.copy_tree(parse(helper))
    printed = _Printed(helper, library)
    definition.body = printed.statements(definition.body)
    definition.args.defaults = [printed.visit(each) for each in definition.args.defaults]
    if helper.__doc__:
        first, *rest = helper.__doc__.split("\n")  # Python takes the indentation away from 3.13 on
        doc = "\n".join([first, textwrap.indent(textwrap.dedent("\n".join(rest)), "    ")]) if rest else first
        definition.body.insert(0, gast.Expr(gast.Constant(doc, None)))
    return definition


class _Printed(gast.NodeTransformer):
    """Replaces the words of templates by what they are at run time."""

    def __init__(self, function: Callable[..., Any], library: str) -> None:
        self.library, self.globals = library, scopes.names_of(function)
        self.function, self.bound = function, scopes.bound_in(parse(function))
        self.helpers: list[Callable[..., Any]] = []

    def statements(self, body: list[gast.stmt]) -> list[gast.stmt]:
        made = [self.visit(statement) for statement in body]
        return [each for part in made for each in (part if isinstance(part, list) else [part])]

    def visit_Return(self, node: gast.Return) -> gast.stmt:
        for each in trees.walk(node):
            if isinstance(each, gast.Call) and self._global(each.func) is refuse:
                return gast.Raise(trees.call(trees.builtin("NotImplementedError"), self.reason(each.args[0])), None)
        return self.returned(node)

    def returned(self, node: gast.Return) -> gast.stmt:
        return self.generic_visit(node)

    def reason(self, node: gast.AST) -> gast.AST:
        return self.visit(node)

    def _global(self, node: gast.AST) -> Any:
        return self.globals.get(node.id) if isinstance(node, gast.Name) and node.id not in self.bound else None

    def visit_Call(self, node: gast.Call) -> gast.AST:
        marker = self._global(node.func)
        if marker in MARKERS:
            argument = self.visit(node.args[0])
            if marker is rank:
                return trees.np_call("ndim", argument)
            if marker is square:
                sides = [trees.index(trees.np_call("shape", argument), trees.const(k)) for k in (0, 1)]
                return gast.Compare(sides[0], [gast.Eq()], sides[1:])
            return trees.const(False) if marker is constant else argument
        return self.generic_visit(node)

    def visit_BoolOp(self, node: gast.BoolOp) -> gast.AST:
        node = self.generic_visit(node)
        if isinstance(node.op, gast.And) and any(_is_false(part) for part in node.values):
            return trees.const(False)
        return node

    def visit_If(self, node: gast.If) -> Any:
        node = self.generic_visit(node)
        return node.orelse if _is_false(node.test) else node

    def visit_Name(self, node: gast.Name) -> gast.AST:
        value = self._global(node)
        if not isinstance(node.ctx, gast.Load) or value is None or node.id in self.bound:
            return node
        if inspect.ismodule(value):
            return trees.module(value)
        if node.id in ELEMENTARY:
            return trees.attr(trees.module(library_module(self.library)), node.id)
        if is_helper(value, self.function):
            self.helpers += [each for each in helpers_of(value) if each not in self.helpers]
            return trees.name(value.__name__, function=value)
        if scopes.is_constant(value):
            return trees.const(value)
        place = scopes.place_of(value)
        return node if place is None else trees.attr(trees.module(place[0]), place[1])


def _is_false(node: gast.AST) -> bool:
    return isinstance(node, gast.Constant) and node.value is False


class _PrintedTemplate(_Printed):
    """A template returns a tuple of the cotangents of the differentiable parameters, or that of one only."""

    def __init__(self, rule: Rule, library: str, only: str | None) -> None:
        assert rule.template is not None
        super().__init__(rule.template, library)
        self.rule, self.wrt = rule, rule.wrt if only is None else (only,)
        self.alone = rule.variadic is not None or only is not None

    def reason(self, node: gast.AST) -> gast.AST:
        made = self.visit(node)
        if isinstance(made, gast.Constant):
            made = trees.const(f"the rule for `{self.rule.name}` fails here: {made.value}")
        return made

    def returned(self, node: gast.Return) -> gast.stmt:
        parts = node.value.elts if isinstance(node.value, gast.Tuple) else [node.value]
        parameters = parameters_of(read(self.rule.template))  # type: ignore[arg-type]
        parts = [*parts, *[trees.const(0.0)] * (len(parameters) - len(parts))]
        kept = [self.visit(part) for parameter, part in zip(parameters, parts) if parameter in self.wrt]
        if self.rule.form == PARTIALS:
            kept = [trees.mul(trees.name("grad"), part) for part in kept]
        return gast.Return(kept[0] if self.alone else gast.Tuple(kept, gast.Load()))


def library_module(library: str) -> Any:
    return math if library == "math" else np


def choose_library(rule: Rule, kinds: Iterable[Kind]) -> str:
    """Which library the bare functions of a template come from: an operator on Python floats stays with `math`."""
    if rule.library:
        return rule.library
    scalars = [kind for kind in kinds if not isinstance(kind, (Static, Tuple))]
    plain = all(isinstance(kind, Scalar) and kind.dtype in ("bool", "int", "float") for kind in scalars)
    return "math" if plain else "numpy"


def real_part(value: gast.AST, parameter: Kind, kind: Kind | None) -> gast.AST:
    """A real parameter of a complex computation has a real gradient."""
    if kind is None or getattr(kind, "char", "") != "c" or not is_real_or_complex(parameter):
        return value
    if getattr(parameter, "char", "") != "f":
        return value
    return trees.attr(value, "real") if isinstance(kind, Scalar) else trees.np_call("real", value)


def real_kind(kind: Any) -> Kind:
    """The kind of the real part."""
    dtype = {"complex": "float", "complex64": "float32", "complex128": "float64"}.get(kind.dtype, "")
    return replace(kind, dtype=dtype, real=not dtype)
