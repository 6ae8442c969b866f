"""`value_and_gradients_function`: a function that returns the value of f and its gradients, made when first called.

>>> def f(x, y):
...     return x * x * x * y - x * y * y
>>> val_grads = value_and_gradients_function(f)
>>> val_grads(2.0, 3.0)
(6.0, (27.0, -4.0))
>>> value_and_gradients_function(f, params=["y"])(2.0, 3.0)
(6.0, (-4.0,))
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad import pipeline
from s2sad.cache import PLAIN_TYPES, CacheInfo, Entry, FunctionCache, keep, key_of
from s2sad.callables import Target, target_of
from s2sad.compiling import compile_program, define
from s2sad.cotangents import call_with_dy, value_finder
from s2sad.errors import ArgumentError, ParameterError
from s2sad.jit_options import options_of
from s2sad.kinds import Array, Kind, Scalar, Static, kind_of
from s2sad.lengths import fits, lengths_of
from s2sad.overlaps import share_memory
from s2sad.parameters import Binder, arguments_text, choose_parameters, parameters_text, set_defaults
from s2sad.refusals import refuse
from s2sad.source import read
from s2sad.unit_seed import for_unit_seed


def value_and_gradients_function(
    f: Callable[..., Any], params: Any = None, *, jit: Any = None, source: str | None = None
) -> ValueAndGradients:
    """A function with the parameters of f that returns `(value, (gradient, ...))`.

    params: the parameters to differentiate, a list of names or of positions; None means all, and one that has no
    gradient (a string, a count) then gets None. jit: "numba" compiles the program with Numba (the extra s2sad[jit]);
    with "numba?" what Numba can't compile runs as plain Python; see `numba_options`. source: the text of f, where
    Python can't find it.

    The function returned takes one more keyword, `dy`, shaped like the value: what the gradients are multiplied by.
    Left out it is ones, so that a value of several elements is summed.

    >>> import numpy as np
    >>> def f(x, n):
    ...     return np.tanh(x) * n
    >>> val_grads = value_and_gradients_function(f)
    >>> value, (x_grad, n_grad) = val_grads(np.array([0.0, 1.0]), 2.0)
    >>> x_grad.round(3), round(float(n_grad), 3)
    (array([2.  , 0.84]), 0.762)
    >>> val_grads(np.zeros(2), 2.0, dy=np.array([1.0, 10.0]))[1][0]
    array([ 2., 20.])
    """
    return ValueAndGradients(f, params, jit=jit, source=source)


class ValueAndGradients:
    """What `value_and_gradients_function` returns. It can be pickled where f can.

    function: f; params: the names of the parameters that it is differentiated with respect to.
    """

    mode, returns = "reverse", "both"
    _suffix, _sentence = "_value_and_gradients", "The value of {} and its gradients with respect to {}."
    _keyword = "dy"

    def __init__(self, f: Any, params: Any = None, *, jit: Any = None, source: str | None = None) -> None:
        self.jit = options_of(jit)
        self.function = f
        self._given = (params, source)
        self._target = target = target_of(f)
        self.params = choose_parameters(params, tuple(target.signature.parameters), target.name)
        _refuse_keyword(target, self._keyword)
        owner = target.late if target.function is None else target.function
        name = ("cache", self.mode, self.returns, self.params, params is None, source, self.jit)
        self._cache: FunctionCache = keep(owner, name, FunctionCache)
        self._fast = self._cache.fast
        self._describe_itself(target)

    def _describe_itself(self, target: Target) -> None:
        suffix = self._suffix
        self.__name__ = target.name.strip("<>") + suffix
        self.__qualname__ = target.qualname.replace("<lambda>", "lambda") + suffix
        self.__module__ = getattr(self.function, "__module__", None) or __name__
        chosen = ", ".join(self.params) or "nothing"
        doc = getattr(self.function, "__doc__", None)
        self.__doc__ = self._sentence.format(target.name, chosen) + (f"\n\n{doc}" if doc else "")

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            fast = self._fast
            # For plain numbers, the type is the key.
            entry = fast.get(tuple(map(type, args))) or fast.get(tuple(map(key_of, args)))
            if entry is not None and entry.holds() and (entry.fits is None or entry.fits(*args)):
                self._cache.hits += 1
                return entry.function(*args)
        return self._call(args, kwargs)

    def source(self, /, *args: Any, **kwargs: Any) -> str:
        """The text of the program that a call with these arguments runs: a module that stands alone."""
        kwargs.pop(self._keyword, None)
        return self._entry(args, kwargs).program.text

    def compiled(self, /, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The very function that a call with these arguments runs: it takes arguments of the same kinds, unchecked.

        With `jit="numba"` it is a dispatcher of Numba's, which compiled code of one's own may call. Of lengths that
        these arguments have in common it may then raise a ValueError where others don't have them in common.
        """
        kwargs.pop(self._keyword, None)
        entry = self._entry(args, kwargs)
        target = self._target
        function = entry.compiled_for_callers((*target.before, *args), {**target.keywords, **kwargs})
        if isinstance(self.function, types.MethodType) and len(self._target.before) == 1:
            return types.MethodType(function, self.function.__self__)
        if self._target.before or self._target.keywords:
            return functools.partial(function, *self._target.before, **self._target.keywords)
        return function

    def cache_info(self) -> CacheInfo:
        """Hits, misses, the number of generated functions, and the seconds that went into making them."""
        return self._cache.info()

    def cache_clear(self) -> None:
        """Forgets the generated functions."""
        self._cache.clear()

    @property
    def __signature__(self) -> inspect.Signature:
        """The parameters of f, then the keyword that is ours."""
        signature = self._target.signature
        parameters = list(signature.parameters.values())
        if any(each.name == self._keyword for each in parameters):  # a signature can't say that there are two
            return signature
        last = [parameters.pop()] if parameters and parameters[-1].kind == inspect.Parameter.VAR_KEYWORD else []
        own = inspect.Parameter(self._keyword, inspect.Parameter.KEYWORD_ONLY, default=None)
        return signature.replace(parameters=[*parameters, own, *last], return_annotation=inspect.Signature.empty)

    def __repr__(self) -> str:
        return f"<value and gradients of {self._target.qualname} with respect to ({', '.join(self.params)})>"

    def __reduce__(self) -> Any:
        params, source = self._given
        return _rebuild, (type(self), self.function, params, source, self.jit)

    # ------------------------------------------------------------------------------------------ a call
    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        dy = kwargs.pop("dy", None)
        entry, args, kwargs = self.entry_and_arguments(args, kwargs)
        function, program = entry.function, entry.program
        if dy is None:
            return function(*args, **kwargs)

        def call(*given: Any) -> Any:
            return function(*args, **kwargs, **dict(zip([program.dy_name], given)))

        if self.jit is not None:
            return call_with_dy(call, dy, program.value_kind, lambda trace: _value_of(call), self._target.name)
        value_in = value_finder(functools.partial(_value_name, program), function.__code__)
        return call_with_dy(call, dy, program.value_kind, value_in, self._target.name)

    def entry_and_arguments(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Entry, tuple[Any, ...], dict[str, Any]]:
        """The generated function for a call of f, and what to call it with."""
        entry, target = self._entry(args, kwargs), self._target
        if target.before or target.keywords:
            return entry, (*target.before, *args), {**target.keywords, **kwargs}
        return entry, args, kwargs

    @functools.cached_property
    def _binder(self) -> Binder:
        target = self._target
        if target.function is not None:
            return Binder.of_function(target.function)
        return Binder(target.signature, target.name, target.qualname)

    def _entry(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Entry:
        """The generated function for a call, made if it isn't there yet."""
        target = self._target
        if target.late is not None:
            values = self._bind(args, kwargs)
        else:
            values = self._bind((*target.before, *args), {**target.keywords, **kwargs} if target.keywords else kwargs)
        key = tuple(map(key_of, values))
        entry = self._entry_for_lengths(key, values, {})
        if entry.program.written and self._mutable_defaults:
            self._refuse_written_defaults(entry, values)
        if entry.program.sharing:
            return self._entry_for_shared(entry, key, values)
        if not kwargs and self._arguments_suffice(entry) and (entry.fits is None or len(args) == len(values)):
            self._fast[tuple(map(key_of, args))] = entry
        return entry

    @functools.cached_property
    def _mutable_defaults(self) -> dict[str, Any]:
        defaults = {name: each.default for name, each in self._target.signature.parameters.items()}
        return {
            name: value
            for name, value in defaults.items()
            if isinstance(value, (list, dict, np.ndarray)) or hasattr(value, "__dict__") and not callable(value)
        }

    def _refuse_written_defaults(self, entry: Entry, values: tuple[Any, ...]) -> None:
        """f would write into its own default, as a list that grows from call to call: ours never sees that."""
        given = dict(zip(self._binder_names(), values))
        for name in entry.program.written:
            if name in self._mutable_defaults and given.get(name) is self._mutable_defaults[name]:
                source = read(entry.origin, self._given[1])
                raise refuse("written_default", source.tree, source, name=name, f=self._target.name)

    def _entry_for_shared(self, entry: Entry, key: Any, values: tuple[Any, ...]) -> Entry:
        """f writes into memory that two arguments may share: one array given twice is one array in the program, too."""
        given = dict(zip(self._binder_names(), values))
        same: dict[str, str] = {}
        for first, second in entry.program.sharing:
            a, b = given.get(first), given.get(second)
            if first != second and a is b:
                same[max(first, second, key=list(given).index)] = min(first, second, key=list(given).index)
            elif share_memory(a, b):
                what = f"parts of `{first}`" if first == second else f"`{first}` and `{second}`"
                source = read(entry.origin, self._given[1])
                raise refuse("shared_arguments", source.tree, source, what=what, name=second)
        if not same:
            return entry
        return self._entry_for_lengths((key, *same.items()), values, {"same": same})

    def _entry_for_lengths(self, key: Any, values: tuple[Any, ...], options: dict[str, Any]) -> Entry:
        """There may be a program for arguments of equal lengths and one for others: the one for these."""
        for k in range(_MOST_FOR_LENGTHS):
            entry = self._cache.find((key, k) if k else key, lambda: self._make(self._kinds(values), options, values))
            if entry.fits is None or entry.fits(*values):
                return entry
        return self._cache.find((key, "any"), lambda: self._make(self._kinds(values), options))

    def _binder_names(self) -> list[str]:
        return (
            list(inspect.signature(self._target.function).parameters)
            if self._target.function
            else list(self._target.signature.parameters)
        )

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        try:
            return self._binder(*args, **kwargs)
        except TypeError as error:
            raise ArgumentError(str(error)) from None

    def _kinds(self, values: tuple[Any, ...]) -> dict[str, Kind]:
        return {name: kind_of(value, name) for name, value in zip(self._binder.names, values)}

    def _arguments_suffice(self, entry: Entry) -> bool:
        """Whether positional arguments alone say which generated function it is: what else f gets never changes."""
        target, origin = self._target, entry.origin
        if target.function is None or target.before or target.keywords or origin.__kwdefaults__:
            return False
        return all(type(each) in PLAIN_TYPES for each in entry.defaults or ())

    # ------------------------------------------------------------------------------------------ making one
    def entry_for(self, kinds: dict[str, Kind], unit_dy: bool = False) -> Entry:
        """The generated function for arguments of these kinds, one for each parameter that the caller of f gives.
        unit_dy: one that is always called without `dy`, and where that is a number doesn't multiply by it."""
        target, names = self._target, self._binder.names
        if target.function is not None:
            given = {**dict(zip(names, target.before)), **target.keywords}
            known = {**{name: kind_of(value, name) for name, value in given.items()}, **kinds}
            kinds = {name: known[name] for name in names}
        return self._cache.find(("kinds", unit_dy, *kinds.items()), lambda: self._make(kinds, unit_dy=unit_dy))

    def _make(
        self,
        kinds: dict[str, Kind],
        options: dict[str, Any] | None = None,
        values: tuple[Any, ...] | None = None,
        unit_dy: bool = False,
    ) -> Entry:
        """values: of the arguments, where the program may be for their lengths; Numba's is for any."""
        function, inner = self._target.function, None
        if function is None:
            function, inner = self._target.late.plain_function(kinds)
        if self._given[0] is not None:
            for name in self.params:
                _refuse_without_gradient(self._target.name, name, kinds[name])
        options = {**(options or {}), "returns": self.returns, "compiled": self.jit is not None}
        request = _request(function, self.params, kinds, options, self._given[1], self.mode)
        if values is not None and self.jit is None:
            request.lengths = lengths_of(dict(zip(kinds, values)), kinds)
        program = pipeline.generate(request)
        for name in program.skipped:
            if self._given[0] is not None and name in self.params:
                count = isinstance(kinds[name], Scalar)
                what = "is used as a count (a range, an index, a shape)" if count else "holds nothing that s2sad knows"
                raise _no_gradient(self._target.name, name, what, _LEAVE_OUT)
        entry = self._entry_of(for_unit_seed(program) if unit_dy else program, function)
        if inner is not None:
            entry.rely_on(inner)
        entry.fits = fits(program, request.lengths, list(kinds))
        return entry

    def _entry_of(self, program: pipeline.Program, function: types.FunctionType) -> Entry:
        plain = compile_program(program, function)
        if self.jit is None:
            return Entry(plain, program, function)
        from s2sad.jit import JitEntry

        return JitEntry(plain, program, function, self.jit)

    @property
    def function_name(self) -> str:
        """The name of f."""
        return self._target.name

    # ------------------------------------------------------------------------------------------ differentiated again
    _plain_suffix, _plain_lines = "with_gradients", ("return {call}",)

    @property
    def plain_signature(self) -> inspect.Signature:
        """The parameters of the functions that `plain_function` makes."""
        return self._target.signature

    def plain_function(self, kinds: dict[str, Kind]) -> tuple[types.FunctionType, Entry]:
        """A plain function that does what this object does for arguments of these kinds, and what it relies on."""
        kinds, given = without_dy(kinds, self.plain_signature)
        entry = self.entry_for(kinds)
        return make_plain_function(self, entry, self._plain_suffix, self._plain_lines, **given), entry


def without_dy(kinds: dict[str, Kind], signature: inspect.Signature) -> tuple[dict[str, Kind], dict[str, Any]]:
    """The kinds of f's arguments, and what else a plain function is given: `dy`, where a call has it."""
    if "dy" not in kinds or "dy" in signature.parameters:
        return kinds, {}
    return {name: kind for name, kind in kinds.items() if name != "dy"}, {"keyword": "dy"}


def make_plain_function(
    inner: ValueAndGradients,
    entry: Entry,
    suffix: str,
    lines: tuple[str, ...],
    keyword: str = "",
    passed: str = "",
) -> types.FunctionType:
    """def f_suffix(f's parameters): lines, in which {call} stands for the call of the generated function.

    keyword: a further parameter; passed: what else the generated function gets (or else `dy`)."""
    target, signature = inner._target, inner.plain_signature
    called = entry.program.name
    while called in signature.parameters:
        called += "_"
    name = f"{target.name.strip('<>')}_{suffix}"
    handed = [arguments_text(signature)] if signature.parameters else []
    if keyword or passed:
        handed.append(passed or f"{entry.program.dy_name}={keyword}")
    if keyword:
        extra = inspect.Parameter(keyword, inspect.Parameter.KEYWORD_ONLY)
        parameters = list(signature.parameters.values())
        last = len(parameters) - any(each.kind == each.VAR_KEYWORD for each in parameters)
        signature = signature.replace(parameters=[*parameters[:last], extra, *parameters[last:]])
    call = f"{called}({', '.join(handed)})"
    body = "".join(f"    {line.format(call=call)}\n" for line in lines)
    function: Any = entry.plain
    if target.before or target.keywords:
        function = functools.partial(function, *target.before, **target.keywords)
    namespace = {"__name__": inner.__module__, "__builtins__": builtins, "np": np, called: function}
    made = define(f"def {name}({parameters_text(signature)}):\n{body}", namespace)
    set_defaults(made, signature)
    return made


def request(
    function: Any, params: Any, kinds: dict[str, Kind], options: dict[str, Any] | None = None, mode: str = "reverse"
) -> pipeline.Request:
    """What the pipeline is asked for when a function is differentiated for parameters of these kinds."""
    target = target_of(function)
    names = choose_parameters(params, tuple(target.signature.parameters), target.name)
    _refuse_keyword(target, "dy")
    if target.function is None:
        return _request(target.late.plain_function(kinds)[0], names, kinds, options or {}, None, mode)
    return _request(target.function, names, kinds, options or {}, None, mode)


def _request(
    function: types.FunctionType,
    names: tuple[str, ...],
    kinds: dict[str, Kind],
    options: dict[str, Any],
    text: str | None,
    mode: str,
) -> pipeline.Request:
    return pipeline.Request(read(function, text), function, kinds, names, function.__globals__, options, mode)


def _rebuild(cls: type[ValueAndGradients], f: Any, params: Any, source: str | None, jit: Any) -> ValueAndGradients:
    return cls(f, params, source=source, jit=jit)


def _value_of(call: Callable[..., Any]) -> Any:
    """The value, where a call with dy has failed; NotImplemented if it fails without dy, too."""
    try:
        return call()[0]
    except Exception:
        return NotImplemented


def _value_name(program: pipeline.Program) -> tuple[str, int]:
    """The variable that the main function of a program returns as the value, and the last line that sets it; an empty
    name where the value is an expression."""
    for node in ast.parse(program.text).body:
        if isinstance(node, ast.FunctionDef) and node.name == program.name and isinstance(node.body[-1], ast.Return):
            value = node.body[-1].value
            first = value.elts[0] if isinstance(value, ast.Tuple) else None
            if isinstance(first, ast.Name):
                names = [each for each in ast.walk(node) if isinstance(each, ast.Name) and each.id == first.id]
                return first.id, max((each.lineno for each in names if isinstance(each.ctx, ast.Store)), default=0)
    return "", 0


# ---------------------------------------------------------------------------------------------- refusals


def _refuse_keyword(target: Target, keyword: str) -> None:
    own = target.signature.parameters.get(keyword)
    if own is not None and own.kind == inspect.Parameter.KEYWORD_ONLY:
        whose = (
            "dy of the gradient function is what multiplies the gradients"
            if keyword == "dy"
            else f"{keyword} of the function made from it is ours"
        )
        raise ParameterError(
            f"{target.name} has a keyword-only parameter {keyword}, but the keyword {whose}: rename the parameter, "
            "or let it be passed by position"
        )


_MOST_FOR_LENGTHS = 8
_LEAVE_OUT = "leave it out of params"


def _refuse_without_gradient(function: str, name: str, kind: Kind) -> None:
    """A parameter that is named in params, and is of a kind that never has a gradient."""
    if isinstance(kind, Static):
        value = kind.value
        what = "None" if value is None else f"the {type(value).__name__} {_short(value)}"
        raise _no_gradient(function, name, f"is {what}", f"pass a float or an array of floats, or {_LEAVE_OUT}")
    if isinstance(kind, Array) and kind.char in "biO":
        how = f"pass {name}.astype(float), or {_LEAVE_OUT}"
        what = (
            "is an array of objects, text, dates or records"
            if kind.char == "O"
            else f"is an array of dtype {kind.dtype}"
        )
        raise _no_gradient(function, name, what, how)
    if isinstance(kind, Scalar) and kind.char == "b":
        raise _no_gradient(function, name, "is a bool", f"pass a float, or {_LEAVE_OUT}")


def _short(value: Any) -> str:
    text = getattr(value, "__name__", None) or repr(value)
    return text if len(text) < 40 else text[:37] + "..."


def _no_gradient(function: str, name: str, what: str, how: str) -> ArgumentError:
    return ArgumentError(f"the parameter {name} of {function} {what}, which has no gradient: {how}")
