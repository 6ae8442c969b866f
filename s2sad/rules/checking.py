"""What is looked at when a user registers a rule, so that a mistake in it shows at once, at its line.

>>> def area(r):
...     return 3.0 * r * r
>>> check_rule_form((area,), "partials", lambda r: 6.0 * r)
Traceback (most recent call last):
s2sad.errors.RuleError: the template of a rule is a function written with `def`, not a lambda
>>> check_rule_form((3.0,), "partials", area)
Traceback (most recent call last):
s2sad.errors.RuleError: a rule is for functions, and 3.0 is not one
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import gast
import numpy as np

from s2sad import refusals, trees
from s2sad.errors import RuleError, SourceError
from s2sad.rules import scopes
from s2sad.source import FunctionSource, read

GIVEN = {
    "partials": {"result"},
    "adjoint": {"grad", "result"},
    "tangent": {"result"},
}
_EXPRESSIONS = (
    gast.Constant, gast.Name, gast.Tuple, gast.List, gast.Starred, gast.IfExp, gast.BoolOp, gast.UnaryOp, gast.BinOp,
    gast.Compare, gast.Attribute, gast.Subscript, gast.Slice, gast.ListComp, gast.GeneratorExp, gast.Call,
)  # fmt: skip
_STATEMENTS = "a template has assignments to names, `if` and `return`"


def check_rule_form(
    functions: tuple[Any, ...],
    form: str,
    template: Any,
    wrt: Iterable[str] | None = None,
    variadic: str | None = None,
    like: str | None = None,
) -> None:
    """RuleError where a rule can't be one for these functions."""
    if not functions:
        raise RuleError(f"a rule needs the function that it is for: write @{form}(function)")
    for function in functions:
        if not callable(function):
            raise RuleError(f"a rule is for functions, and {function!r} is not one")
        try:
            hash(function)
        except TypeError:
            raise RuleError(
                f"a rule is for functions that can be told apart, and {function!r} has no hash: write a function that "
                "calls it, and a rule for that"
            ) from None
    if template is None:
        return
    check = _Check(functions, form, template)
    allowed = GIVEN[form] | ({"k"} if variadic else set())
    check.parameters(allowed)
    if form == "adjoint" and "grad" not in inspect.signature(template).parameters:
        raise check.error(
            "an adjoint is made of the cotangent of the result, and the template has no parameter `grad`",
            f"`def {template.__name__}({', '.join(check.positional)}, *, grad)`",
        )
    named = {"wrt": wrt or (), "variadic": [variadic], "like": [like]}
    for word, names in named.items():
        for name in filter(None, names):
            if name not in check.positional:
                raise check.error(
                    f"`{word}` names `{name}`, which is no parameter of the template",
                    f"one of {', '.join(check.positional)}",
                )
    check.body()
    if not variadic:
        check.returned()


def check_tangent(functions: tuple[Any, ...], template: Any) -> None:
    """RuleError where a template can't be the tangent of these functions."""
    check_rule_form(functions, "tangent", None)
    check = _Check(functions, "tangent", template)
    dots = [
        name
        for name, each in inspect.signature(template).parameters.items()
        if name.endswith("_dot") and each.kind is each.KEYWORD_ONLY
    ]
    for name in dots:
        if name[:-4] not in check.positional:
            raise check.error(
                f"`{name}` is the tangent of a parameter `{name[:-4]}`, and there is none",
                f"one of {', '.join(f'{each}_dot' for each in check.positional)}",
                check.node_of(name),
            )
    if not dots:
        raise check.error(
            "a tangent is made of the tangents of the arguments, and the template takes none",
            f"`def {template.__name__}({', '.join(check.positional)}, *, {check.positional[0]}_dot)`"
            if check.positional
            else "a parameter first",
        )
    check.parameters(GIVEN["tangent"] | set(dots))
    check.body()


class _Check:
    """One template, with its text."""

    def __init__(self, functions: tuple[Any, ...], form: str, template: Any) -> None:
        if not inspect.isfunction(template):
            raise RuleError(
                f"@{form}(function) stands before the template of a rule, a function written with `def`, "
                f"and not before {template!r}"
            )
        if template.__name__ == "<lambda>":
            raise RuleError("the template of a rule is a function written with `def`, not a lambda")
        self.functions, self.form, self.template = functions, form, template
        self.name = getattr(functions[0], "__name__", repr(functions[0]))
        try:
            self.source = read(template)
        except SourceError as error:
            raise RuleError(f"the rule for `{self.name}`: {error}") from None
        self.tree = self.source.tree
        self.names = scopes.names_of(template)
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        self.positional = [n for n, p in inspect.signature(template).parameters.items() if p.kind in kinds]
        extra = self.tree.args.vararg
        self.positional += [] if extra is None else [extra.id]

    def error(self, cause: str, remedy: str, node: gast.AST | None = None, source: Any = None) -> RuleError:
        source = source or self.source
        place = refusals.place(node if getattr(node, "lineno", None) else source.tree, source)
        return RuleError(f"the rule for `{self.name}`: {cause}\n{place}  Write instead: {remedy}")

    def node_of(self, parameter: str) -> gast.AST | None:
        args = self.tree.args
        every = [*args.posonlyargs, *args.args, args.vararg, *args.kwonlyargs, args.kwarg]
        return next((each for each in every if each is not None and each.id == parameter), None)

    # ---------------------------------------------------------------- parameters
    def parameters(self, given: set[str]) -> None:
        """The template takes what the function takes."""
        own = inspect.signature(self.template).parameters
        for function in self.functions:
            known = _parameters(function)
            if known is not None:
                self._against(own, known, given)
        for name, each in own.items():
            if each.kind is each.KEYWORD_ONLY and name in ("grad", "result", "k") and name not in given:
                if all(name not in (_parameters(function) or {}) for function in self.functions):
                    raise self.error(
                        f"@{self.form} gives a template no `{name}`",
                        "@adjoint, if the cotangent of the result is needed" if name == "grad" else f"no `{name}`",
                        self.node_of(name),
                    )

    def _against(self, own: Any, known: dict[str, inspect.Parameter], given: set[str]) -> None:
        others = [p for p in known.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        open_ended = any(p.kind is p.VAR_POSITIONAL for p in known.values())
        open_names = any(p.kind is p.VAR_KEYWORD for p in known.values())
        listed = ", ".join(known) or "none"
        place = 0
        for name, each in own.items():
            if each.kind is each.KEYWORD_ONLY:
                if name not in given and name not in known and not open_names:
                    raise self.error(
                        f"`{self.name}` has no parameter `{name}`",
                        f"one of its own ({listed}), or {' or '.join(sorted(given))}",
                        self.node_of(name),
                    )
            elif each.kind is each.VAR_POSITIONAL:
                if not open_ended:
                    raise self.error(f"`{self.name}` has no *parameter", f"its own: {listed}", self.node_of(name))
                place = len(others)
            elif each.kind is not each.VAR_KEYWORD:
                self._position(name, place, others, known, open_ended, given)
                place += 1
            if name in known:
                self._default(name, each, known[name])
        needed = [p.name for p in others[place:] if p.default is p.empty]
        if needed:
            raise self.error(
                f"`{self.name}` takes {len(others)} arguments ({listed}), and the template {place}",
                f"the parameter{'s' if len(needed) > 1 else ''} {', '.join(needed)} as well",
            )

    def _position(
        self, name: str, place: int, others: list[Any], known: Any, open_ended: bool, given: set[str]
    ) -> None:
        if place < len(others):
            other = others[place]
            if other.kind is other.POSITIONAL_OR_KEYWORD and other.name != name:
                raise self.error(
                    f"parameter {place + 1} of `{self.name}` is called `{other.name}`, not `{name}`",
                    f"`{other.name}`, so that calls by keyword find it",
                    self.node_of(name),
                )
        elif name in given or name in known:
            raise self.error(f"`{name}` is given by keyword", f"`{name}` after a `*`", self.node_of(name))
        elif not open_ended:
            count = f"{len(others)} argument{'s' if len(others) != 1 else ''}"
            raise self.error(
                f"`{self.name}` takes {count}, and has no `{name}`", f"a template with {count}", self.node_of(name)
            )

    def _default(self, name: str, own: inspect.Parameter, other: inspect.Parameter) -> None:
        if other.default is other.empty or own.default is other.default:
            return
        try:
            same = own.default is not own.empty and bool(np.all(own.default == other.default))
        except Exception:  # defaults that can't be compared
            return
        if not same and "no value" not in repr(other.default).lower():
            raise self.error(
                f"`{name}` is {other.default!r} where a call of `{self.name}` leaves it out",
                f"`{name}={other.default!r}`",
                self.node_of(name),
            )

    # ---------------------------------------------------------------- statements, expressions and names
    def body(self) -> None:
        """Only what templates may have in them, and only names that exist."""
        for statement in self.tree.body[_docstring(self.tree) :]:
            for node in trees.walk(statement):
                self._form(node)
        if not _returns(self.tree.body):
            raise self.error("not all ways through the template end in `return`", "a `return` at the end")
        self._names(self.template, self.source, set())

    def _form(self, node: gast.AST) -> None:
        if isinstance(node, gast.stmt):
            if not isinstance(node, (gast.Assign, gast.If, gast.Return)):
                what = {"AugAssign": "`x = x + ...`", "AnnAssign": "`x = ...`"}.get(type(node).__name__)
                raise self.error(
                    f"{_STATEMENTS}, and no `{type(node).__name__.lower()}`", what or "a helper function for it", node
                )
            targets = node.targets if isinstance(node, gast.Assign) else []
            if len(targets) > 1 or any(not isinstance(each, (gast.Name, gast.Tuple)) for each in targets):
                raise self.error(f"{_STATEMENTS}, one at a time", "a helper function for it", node)
            if isinstance(node, gast.Return) and node.value is None:
                raise self.error("a template returns derivatives", "`return 0.0`, where they are zero", node)
        elif isinstance(node, gast.expr) and not isinstance(node, _EXPRESSIONS):
            raise self.error(
                f"a template can't have a `{type(node).__name__}` in it", "a helper function that does this", node
            )

    def _names(self, function: Callable[..., Any], source: FunctionSource, seen: set[Any]) -> None:
        seen.add(function)
        bound = scopes.bound_in(source.tree)
        names = scopes.names_of(function)
        later = None
        for node in _loads(source.tree):
            name = node.id
            if name in bound or hasattr(builtins, name) and name not in names:
                continue
            if name not in names:
                later = _module_names(function) if later is None else later
                if name not in later:
                    raise self.error(f"`{name}` is not defined", "a name of this module", node, source)
                continue
            value = names[name]
            if not scopes.is_usable(value, function):
                raise self.error(
                    f"`{name}` is {_what(value)}, and a program that stands alone can't have it",
                    "a number, a function or a module; or a helper function that makes it",
                    node,
                    source,
                )
            if scopes.is_printed(value, function) and value not in seen:
                self._helper(value, node, source, seen)

    def _helper(self, function: Any, node: gast.AST, source: FunctionSource, seen: set[Any]) -> None:
        try:
            text = read(function)
        except SourceError as error:
            cause = f"`{function.__name__}` has to be printed: {error}"
            raise self.error(cause, "a function in a file", node, source) from None
        if function.__name__ == "<lambda>" or text.tree.__class__ is not gast.FunctionDef:
            raise self.error("a helper function is written with `def`", "`def`", node, source)
        self._names(function, text, seen)

    # ---------------------------------------------------------------- what is returned
    def returned(self) -> None:
        """As many derivatives as there are parameters, or fewer, the same in each `return`."""
        found = [node for each in self.tree.body for node in trees.walk(each) if isinstance(node, gast.Return)]
        found = [node for node in found if not self.refuses(node.value)]
        counts = [len(node.value.elts) if isinstance(node.value, gast.Tuple) else 1 for node in found]
        for node, count in zip(found, counts):
            if count > len(self.positional):
                raise self.error(
                    f"{count} derivatives for {len(self.positional)} parameter{'s' * (len(self.positional) != 1)}",
                    f"one for each of {', '.join(self.positional) or 'none'}",
                    node.value,
                )
            if count != max(counts):
                raise self.error(
                    f"{count} derivative{'s' * (count != 1)} here, and {max(counts)} in another `return`",
                    f"{max(counts)} in each, `None` where there is none",
                    node.value,
                )

    def refuses(self, node: gast.AST | None) -> bool:
        """`return refuse(...)` says that there is no derivative."""
        name = getattr(getattr(node, "func", None), "id", None)
        return name is not None and getattr(self.names.get(name), "__name__", "") == "refuse"


def _parameters(function: Any) -> dict[str, inspect.Parameter] | None:
    """The parameters of a function by name, or None where they can't be known."""
    if isinstance(function, np.ufunc):
        made = {f"x{k + 1}": inspect.Parameter.POSITIONAL_ONLY for k in range(function.nin)}
        options = dict.fromkeys(("out", "where", "dtype", "casting"), inspect.Parameter.KEYWORD_ONLY)
        return {name: inspect.Parameter(name, kind) for name, kind in (made | options).items()}
    try:
        return dict(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return None


def _docstring(tree: gast.FunctionDef) -> int:
    first = tree.body[0]
    return int(isinstance(first, gast.Expr) and isinstance(first.value, gast.Constant))


def _returns(body: list[gast.stmt]) -> bool:
    """Whether each way through a block ends in `return`."""
    last = body[-1]
    if isinstance(last, gast.If):
        return _returns(last.body) and bool(last.orelse) and _returns(last.orelse)
    return isinstance(last, gast.Return)


def _loads(tree: gast.FunctionDef) -> Iterator[gast.Name]:
    for statement in tree.body:
        for node in trees.walk(statement):
            if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load):
                yield node


def _module_names(function: Any) -> set[str]:
    """The names that the file of a function sets: a helper may stand below the rule."""
    text = "".join(linecache.getlines(function.__code__.co_filename))
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return set()
    found = {each.name for each in ast.walk(tree) if isinstance(each, (ast.FunctionDef, ast.ClassDef))}
    found |= {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    aliases = [each for each in ast.walk(tree) if isinstance(each, ast.alias)]
    return found | {(each.asname or each.name).partition(".")[0] for each in aliases}


def _what(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return "an array"
    return f"an object of the class {type(value).__name__}"
