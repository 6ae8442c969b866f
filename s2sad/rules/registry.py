"""The table of rules, and the decorators that add to it. A rule is a small NumPy function, used as a template.

Adding one takes a few lines. An elementwise function states its partial derivatives and nothing else:

    @partials(np.tanh)
    def tanh(x, *, result):
        return 1.0 - result * result

The positional parameters are those of the function (with their defaults), `result` is the value of the call. The
template returns one expression for one differentiable parameter, a tuple for several, one entry per parameter. The
compiler multiplies by the cotangent, sums over axes that were broadcast, works out the kind of the result, and makes
forward mode of the same statement. A derivative that is zero is written 0.0. None stands for a parameter that has no
derivative: an argument there that depends on what is differentiated is refused.

Any other function states its adjoint: the cotangents of its parameters, given `grad`, the cotangent of its result.
Its kind function says what it gives for which kinds of arguments (without one the result's kind is unknown, which
costs speed and length, not correctness):

    @adjoint(np.outer, linear="each")
    def outer(a, b, *, grad):
        return grad @ b, a @ grad

    @kind(np.outer)
    def outer_kind(a, b):
        return Array(result_dtype(np.multiply, a, b), (*a.dims, *b.dims))

`linear=True`: the function is linear in all its differentiable parameters taken together, so its tangent is the
function of the tangents. `linear="each"`: it is linear in each of them by itself (a product). Otherwise forward mode
needs a template of its own:

    @tangent(np.prod)
    def prod(a, axis=None, *, result, a_dot): ...

It takes the tangent of each differentiable parameter; one that is known to be zero is 0.0, and what is linear in it
vanishes: a product, a linear function that has a rule, a helper function in its parameters named `..._dot`. Of a
variadic rule it takes the list of the tangents of the items.

Further options of `adjoint`: `view=True`, the result may share memory with the first argument; `spreads=True`, the
template also serves a `grad` that is smaller than the result and broadcasts to it (others get it in full size);
`like="x"`, the result has the shape and dtype of that parameter (a short form of a kind function);
`several=2`, the result is a tuple of two (True: the kind function gives a Tuple): then `result` and `grad` are tuples
too, with None in `grad` for a part that the value doesn't depend on, and the tangent template returns a tuple;
`wrt=[...]`, the differentiable parameters, where the returned tuple doesn't tell; `cost`, the price of a call compared
to that of an addition: 1 for + and -, 3 for a division, 10 for exp, 1000 for a product of matrices.

A template is a `def` of assignments, `if` and `return`. It may use its parameters, `result`, `grad`, locals, `np`,
`math`, built-ins, and functions of the module that it is in: helpers, which get printed into generated programs (so
they use `np`, `math`, built-ins and each other, and have names that no other rule's helper has), or, if decorated with
`@inline`, parts of the template itself. Bare names of elementary functions mean the library of the call: `cos(x)` is
`math.cos(x)` for `math.sin` and `np.cos(x)` for `np.sin`.

A test on what is known when compiling is decided then: on constants (`axis is None`, `keepdims`, `axis < 0`), on
`x.ndim` and `rank(x)`, on `np.iscomplexobj(x)`, on the type of an argument (`isinstance(axis, int)`). If it can't be,
the whole template is printed and called at run time. A ternary on numbers (`1.0 if x > y else 0.0`) stays as it is.
Some words have a meaning of their own; they run as ordinary functions too:

    rank(x)         the number of axes; a number has none
    known(test)     the test, or False where it can't be decided: to choose a nicer form of the same thing
    constant(x)     whether x is a number that is known when compiling, so that tests on its value are decided; False
                    at run time, where x may vary: what holds at one value says nothing of the second derivative
    spread(e)       in what is returned: e may be smaller than the parameter, to which it broadcasts
    unbroadcast(e)  in what is returned: e may be larger than the parameter, and is to be summed down to it
    sized(e, x)     e, which has the shape of x, where the kinds don't tell
    refuse("why")   there is no derivative in this case: a RuleError, of which the user sees the reason; what follows a
                    colon in it (`refuse("with pivoting: np.linalg.qr")`) is shown as what to write instead

A function of a list of arrays says `variadic=` and the name of that parameter; its template returns the cotangent of
item k, or of the whole list where k is None:

    @adjoint(np.stack, linear=True, variadic="arrays")
    def stack(arrays, axis=0, *, grad, k):
        return list(np.moveaxis(grad, axis, 0)) if k is None else np.take(grad, k, axis=axis)

k is an int; for np.array it may be a tuple of ints, for a list in a list. Functions of any number of arguments
(`np.ndarray.reshape`) have a `*parameter` as usual; it is bound to the tuple of the arguments.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from s2sad.errors import RuleError, RuleRefusalError
from s2sad.kinds import Kind
from s2sad.rules import checking, loading

F = TypeVar("F", bound=Callable[..., Any])
Template = Callable[..., Any]

PARTIALS, ADJOINT, NONDIFFERENTIABLE = "partials", "adjoint", "nondifferentiable"
GIVEN = frozenset({"result", "grad", "k"})  # what a template may ask for beside the parameters


@dataclass(frozen=True)
class Rule:
    """What is known of one function. Functions that share a template have a Rule each, with the same `functions`."""

    name: str
    function: Callable[..., Any]
    functions: tuple[Callable[..., Any], ...]
    form: str
    parameters: inspect.Signature
    template: Template | None = None
    tangent: Template | None = None
    linear: bool | str = False
    kind_function: Callable[..., Kind] | None = None
    chosen: tuple[str, ...] | None = None
    variadic: str | None = None
    pure: bool = True
    view: bool = False
    shares: bool = False  # the result may share memory with an argument, and isn't a view that can be followed
    several: int = 0  # the result is a tuple, and so is `grad`, with None for a part that has no cotangent; a user's
    # rule says how many parts, for ours (True) the kind function does
    spreads: bool = False  # the template also serves a `grad` that is smaller than the result, and broadcasts to it
    cost: int = 10
    like: str | None = None  # the result is like this parameter, in shape and dtype
    aliases: tuple[tuple[str, str], ...] = ()  # other names of parameters, by which they may be given
    own: bool = True  # one of s2sad's; False for one that a user registered

    @functools.cached_property
    def wrt(self) -> tuple[str, ...]:
        """The names of the differentiable parameters, in order: those that the template returns something for."""
        if self.chosen is not None:
            return self.chosen
        if self.variadic is not None:
            return (self.variadic,)
        from s2sad.rules import templates

        return templates.differentiable(self.template) if self.template else ()

    @property
    def library(self) -> str:
        """'math' for a function of that module or `statistics`, 'numpy' for NumPy's, '' for an operator or built-in."""
        module = getattr(self.function, "__module__", None)
        return "math" if module in ("math", "statistics") else "" if module in ("_operator", "builtins") else "numpy"

    def bind(self, args: Iterable[Any], keywords: dict[str, Any]) -> dict[str, Any]:
        """Which argument belongs to which parameter; defaults are left out. RuleError for one that is not known."""
        keywords = {dict(self.aliases).get(name, name): value for name, value in keywords.items()}
        try:
            bound = dict(self.parameters.bind(*args, **keywords).arguments)
        except TypeError as error:
            raise RuleError(f"{self.name}: {error}") from None
        options = next((p.name for p in self.parameters.parameters.values() if p.kind is p.VAR_KEYWORD), None)
        return bound | bound.pop(options) if options in bound else bound

    def defaults(self) -> dict[str, Any]:
        """The defaults of the parameters that have one; an absent `*parameter` is ()."""
        return {
            p.name: () if p.kind is p.VAR_POSITIONAL else p.default
            for p in self.parameters.parameters.values()
            if p.default is not p.empty or p.kind is p.VAR_POSITIONAL
        }

    def kind(self, kinds: dict[str, Kind]) -> Kind:
        """The kind of the result, from the kinds of the arguments given (by parameter)."""
        from s2sad.rules import results

        return results.kind_of_call(self, kinds)


_rules: dict[Any, Rule] = {}
_methods: dict[str, Callable[..., Any]] = {}
_attributes: dict[str, Callable[..., Any]] = {}
_kinds: dict[Any, Callable[..., Kind]] = {}
_tangents: dict[Any, Template] = {}

# What generated programs look at before they run: another "version" when a user registered a rule.
state: dict[str, object] = {"version": object()}


# --- looking up -----------------------------------------------------------------------------------------------------


def find(function: Any) -> Rule | None:
    """The rule of a function, or None. A method of an array is found through `find_method`."""
    try:
        found = _rules.get(function)
    except TypeError:  # not hashable
        return None
    if found is None and loading.load_rules_of(function):
        return _rules.get(function)
    return found


def kind_of_helper(function: Any) -> Callable[..., Kind] | None:
    """The kind function of a helper of templates, if it has one."""
    return _kinds.get(function) if inspect.isfunction(function) else None


def find_method(name: str) -> Callable[..., Any] | None:
    """The function that takes an array and the arguments of the array's method `name`, or None."""
    return _methods.get(name)


def find_attribute(name: str) -> Callable[..., Any] | None:
    """The function that gives the attribute `name` of an array, or None."""
    return _attributes.get(name)


def rules() -> list[Rule]:
    """All rules, in the order in which they were registered."""
    return list(_rules.values())


# --- registering ----------------------------------------------------------------------------------------------------


def partials(*functions: Any, cost: int = 10) -> Callable[[F], F]:
    """An elementwise function: the template returns the partial derivatives."""

    own = _is_own(sys._getframe(1))

    def register(template: F) -> F:
        _register(functions, PARTIALS, template, spreads=True, cost=cost, own=own)
        return template

    return register


def adjoint(
    *functions: Any,
    linear: bool | str = False,
    variadic: str | None = None,
    view: bool = False,
    several: int = False,
    spreads: bool = False,
    cost: int = 3,
    wrt: Iterable[str] | None = None,
    like: str | None = None,
) -> Callable[[F], F]:
    """Any function: the template returns the cotangents of the parameters. The module's docstring has the options."""
    if linear not in (False, True, "each"):
        raise RuleError(f'`linear` is True, False or "each", and not {linear!r}')
    own = _is_own(sys._getframe(1))
    if not own and (several is True or not isinstance(several, int) or several < 0):
        raise RuleError(f"`several` is how many results there are, as in `several=2`, and not {several!r}")

    def register(template: F) -> F:
        _register(
            functions,
            ADJOINT,
            template,
            own=own,
            linear=linear,
            variadic=variadic,
            view=view,
            several=several,
            spreads=spreads,
            cost=cost,
            like=like,
            wrt=None if wrt is None else tuple(wrt),
        )
        return template

    return register


def unlisted(
    template: Template, tangent: Template, kind_function: Callable[..., Kind], wrt: tuple[str, ...], *, cost: int
) -> Rule:
    """A rule that is not in the table, as no function of the user's means it: a stage puts it in the place of a call.
    The template's keyword-only parameters are `grad` and `result`; its others are the rule's."""
    parameters = inspect.signature(template).parameters.values()
    return Rule(
        template.__name__,
        template,
        (template,),
        ADJOINT,
        inspect.Signature([each for each in parameters if each.kind is not each.KEYWORD_ONLY]),
        template=template,
        tangent=tangent,
        kind_function=kind_function,
        chosen=wrt,
        cost=cost,
    )


def tangent(*functions: Any) -> Callable[[F], F]:
    """Forward mode of a function: the template takes the tangent of parameter `a` as a keyword `a_dot`."""

    own = _is_own(sys._getframe(1))

    def register(template: F) -> F:
        if not own:
            checking.check_tangent(functions, template)
        for function in functions:
            _tangents[function] = template
            if function in _rules:
                _replace(function, tangent=template)
        _changed(own)
        return template

    return register


def nondifferentiable(*functions: Any, pure: bool = True) -> None:
    """Functions whose derivative is zero wherever they have one, or whose result carries no derivative.

    `pure=False` for one that has an effect besides its result (`print`).
    """
    own = _is_own(sys._getframe(1))
    for function in functions:
        _register((function,), NONDIFFERENTIABLE, None, pure=pure, own=own)


def kind(*functions: Any) -> Callable[[F], F]:
    """The kind of a function's result: takes the kinds of the parameters. Elementwise functions need none.

    A helper of templates may have one too, so that templates know what it gives.
    A constant comes as Static(value) or as a Scalar whose symbol is its value, an absent argument as Static(default).
    """

    own = _is_own(sys._getframe(1))

    def register(kind_function: F) -> F:
        for function in functions:
            _kinds[function] = kind_function
            if function in _rules:
                _replace(function, kind_function=kind_function)
                if list(_rules[function].parameters.parameters) == ["args", "options"]:
                    _replace(function, parameters=_signature(kind_function))  # NumPy's own has none, before 2.4
        _changed(own)
        return kind_function

    return register


def alias(function: Any, name: str, parameter: str) -> None:
    """The function's parameter has a name of its own, where several functions share a template."""
    _replace(function, aliases=(*_rules[function].aliases, (name, parameter)))


def method(name: str, function: Callable[..., Any]) -> None:
    """`x.name(...)` is `function(x, ...)`; np.ndarray.name where NumPy's function takes its arguments otherwise."""
    _methods[name] = function


def attribute(name: str, function: Callable[..., Any]) -> None:
    """`x.name` is `function(x)`."""
    _attributes[name] = function


def _replace(function: Any, **changes: Any) -> None:
    _rules[function] = dataclasses.replace(_rules[function], **changes)


def _register(
    functions: tuple[Any, ...],
    form: str,
    template: Template | None,
    wrt: tuple[str, ...] | None = None,
    own: bool = True,
    **options: Any,
) -> None:
    if not own:
        checking.check_rule_form(functions, form, template, wrt, options.get("variadic"), options.get("like"))
    for function in functions:
        if own and function in _rules and not _rules[function].own:
            continue  # ours are loaded late, a user's rule stays
        signature = _signature(template or function)
        _rules[function] = Rule(
            name=name_of(function),
            function=function,
            functions=functions,
            form=form,
            parameters=signature,
            template=template,
            chosen=wrt,
            own=own,
            tangent=_tangents.get(function),
            kind_function=_kinds.get(function),
            **options,
        )
    _changed(own)


def _is_own(frame: Any) -> bool:
    """Whether a rule is registered by a module of s2sad's."""
    return frame.f_globals.get("__name__", "").startswith("s2sad.rules.")


def _changed(own: bool) -> None:
    """Generated programs are made anew after a user registered a rule: they may have been made from another one."""
    if not own:
        state["version"] = object()


def name_of(function: Any) -> str:
    """How a function is called; the method of a ufunc is `logaddexp_reduce`."""
    name = getattr(function, "__name__", repr(function))
    owner = getattr(function, "__self__", None)
    return f"{owner.__name__}_{name}" if isinstance(owner, np.ufunc) else name


def _signature(function: Any) -> inspect.Signature:
    """The parameters of a template; of a function without a template, whatever it takes."""
    if isinstance(function, np.ufunc):
        operands = [inspect.Parameter(f"x{k + 1}", inspect.Parameter.POSITIONAL_ONLY) for k in range(function.nin)]
        return inspect.Signature([*operands, inspect.Parameter("options", inspect.Parameter.VAR_KEYWORD)])
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return inspect.Signature(
            [
                inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
                inspect.Parameter("options", inspect.Parameter.VAR_KEYWORD),
            ]
        )
    kept = [
        p.replace(annotation=inspect.Parameter.empty)
        for p in signature.parameters.values()
        if not (p.name in GIVEN and p.kind is p.KEYWORD_ONLY) and not p.name.endswith("_dot")
    ]
    return inspect.Signature(kept)


# --- the words of templates, as ordinary functions --------------------------------------------------------------------


def rank(x: Any) -> int:
    return int(np.ndim(x))


def known(test: Any) -> bool:
    return bool(test)


def square(a: Any) -> bool:
    """Whether a matrix has as many rows as columns. Where that isn't known, the program may be made again for a matrix
    of which it is (`lengths.py`)."""
    return np.ndim(a) == 2 and np.shape(a)[0] == np.shape(a)[1]


def constant(x: Any) -> bool:
    return isinstance(x, (int, float))


def spread(e: Any) -> Any:
    return e


def unbroadcast(e: Any) -> Any:
    return e


def sized(e: Any, like: Any) -> Any:
    return e


def refuse(reason: str) -> Any:
    """In a template: there is no derivative in this case; the reason is told to the user."""
    raise RuleRefusalError(reason)


def inline(function: F) -> F:
    """A helper that is evaluated like a part of the template itself, so that no function has to be printed for it."""
    function.inline = True  # type: ignore[attr-defined]
    return function


MARKERS = (rank, known, square, constant, spread, unbroadcast, sized, refuse)

# The elementary functions that a template may write bare; modules of rules import NumPy's to be runnable.
ELEMENTARY = frozenset(
    name
    for name in [
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "exp",
        "expm1",
        "exp2",
        "log",
        "log1p",
        "log2",
        "log10",
        "sqrt",
        "hypot",
        "copysign",
    ]
    if hasattr(np, name) and hasattr(math, name) or name == "exp2"
)
