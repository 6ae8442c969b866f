"""Part of the stage `infer`: calls that write into an argument and don't look like it.

An `out` that is given by position gets its name, and is then treated as any `out`. Where no rule says what is written
(several outputs of a ufunc, `output=` of a filter, `overwrite_a=True`), the call stays as it is, and what it may write
into counts as written there; where a gradient is involved it is refused.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import types
from typing import Any

import gast
import numpy as np

from s2sad.values import MISSING, BoundMethod, Value

# Parameters in order, up to `out`: of functions whose signature not every NumPy tells, and of methods (without self).
FUNCTIONS: dict[Any, tuple[str, ...]] = {
    np.concatenate: ("arrays", "axis", "out"),
    np.dot: ("a", "b", "out"),
}
METHODS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["all", "any", "argmax", "argmin", "max", "min"], ("axis", "out")),
    **dict.fromkeys(["cumprod", "cumsum", "mean", "prod", "std", "sum", "var"], ("axis", "dtype", "out")),
    "choose": ("choices", "out"),
    "clip": ("min", "max", "out"),
    "compress": ("condition", "axis", "out"),
    "dot": ("b", "out"),
    "round": ("decimals", "out"),
    "take": ("indices", "axis", "out"),
    "trace": ("offset", "axis1", "axis2", "dtype", "out"),
}
# Methods that write into their owner, of arrays and of Python's containers.
WRITING = frozenset(
    ["append", "appendleft", "byteswap", "clear", "discard", "extend", "fill", "insert", "itemset", "partition", "pop"]
    + ["popitem", "popleft", "put", "remove", "resize", "reverse", "rotate", "setdefault", "setfield", "setflags"]
    + ["shuffle", "sort", "update", "__setitem__", "__delitem__"]
)

INTO = ("iadd", "isub", "imul", "itruediv", "ifloordiv", "ipow", "imod", "iconcat", "setitem", "delitem")  # of operator


class Outputs:
    def name_out(
        self, names: tuple[str, ...], args: list[Value], keywords: dict[str, Value]
    ) -> tuple[list[Value], dict[str, Value]]:
        """The arguments from `out` on by their names."""
        place = names.index("out") if "out" in names else len(args)
        if not place < len(args) <= len(names):
            return args, keywords
        given = dict(zip(names[place:], args[place:]))
        if self.known(given["out"]) is None:
            del given["out"]
        return args[:place], {**given, **keywords}

    def take_out(self, keywords: dict[str, Value]) -> Value | None:
        """The array that `out=` names, taken away from the keywords; None where there is none. It gets a name: what
        the call makes is stored into it, and it is also what the call gives."""
        out = keywords.pop("out", None)
        if out is None or out.static is None:
            return None
        return self.settle(out.items[0] if out.items is not None and len(out.items) == 1 else out)

    def written_by_options(self, rule: Any, args: list[Value], keywords: dict[str, Value], bound: Any) -> list[Value]:
        """The arguments that a call writes into by an option that its rule doesn't treat."""
        named = {**keywords, **{key: value for key, value in (bound or {}).items() if isinstance(value, Value)}}
        if any(name.startswith("overwrite") and self.known(each) not in (False, None) for name, each in named.items()):
            return [*args, *keywords.values()]
        if bound is not None:
            return []
        parameters = rule.parameters.parameters.values()
        count = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            count = len(args)
        return [each for name, each in keywords.items() if name.startswith("out")] + args[count:]

    def call_writing(
        self,
        function: Value,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        written: list[Value],
        node: Any,
        owner: Value | None = None,
    ) -> Value:
        """A call that no rule describes, and that writes into some of its arguments. owner: the array whose method it
        is."""
        if any(value.varied for value in [*args, *keywords.values(), *([] if owner is None else [owner])]):
            raise self.refuse("rule_keyword", node, name=name, keywords=", ".join(keywords) or "these arguments")
        return self.opaque_call(function, args, keywords, node, written)

    def call_several_outputs(
        self, function: Value, ufunc: np.ufunc, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value | None:
        """np.modf(x, whole, part), np.divmod(x, y, out=(a, b)): None where there are no outputs to write into."""
        given = [*args[ufunc.nin :], *([keywords["out"]] if "out" in keywords else [])]
        if all(self.known(each) is None for each in given):
            return None
        return self.call_writing(function, ufunc.__name__, args, keywords, given, node)

    def may_write(self, call: gast.Call) -> bool:
        """Whether a call writes into something, as far as its form tells."""
        if any((each.arg or "").startswith(("out", "overwrite")) for each in call.keywords):
            return True
        static = self.callee(call.func)
        if any(self.is_writer(self.callee(each)) for each in [*call.args, *[k.value for k in call.keywords]]):
            return True  # a function that writes is given to another one: map(fill, rows)
        if isinstance(static, types.FunctionType) and not is_library(static):
            return not self.writes_nothing(static)
        if isinstance(call.func, gast.Attribute) and static is None:
            names = METHODS.get(call.func.attr, ())
            return call.func.attr in WRITING or "out" in names and len(call.args) > names.index("out")
        if isinstance(static, np.ufunc):
            return len(call.args) > static.nin
        names = positional(static)
        return not harmless_by_name(static) or "out" in names and len(call.args) > names.index("out")

    def is_writer(self, static: Any) -> bool:
        """Whether a value is a function that may write into what it is given, or reaches."""
        if static is None or static is MISSING or isinstance(static, type) or not callable(static):
            return False
        if isinstance(static, types.FunctionType) and not is_library(static):
            return not self.writes_nothing(static)
        if isinstance(static, functools.partial):
            return self.is_writer(static.func)
        if isinstance(static, (types.MethodDescriptorType, types.WrapperDescriptorType)):
            return static.__name__ in WRITING or static.__name__.startswith("__i")
        if isinstance(static, types.BuiltinMethodType):
            name = static.__name__
            return name in WRITING or not harmless_by_name(static) or name in INTO and static.__module__ == "_operator"
        return not harmless_by_name(static)

    def writes_nothing(self, function: types.FunctionType) -> bool:
        """Whether a user's function is seen to write into nothing: not into its arguments, nor into what it reaches."""
        key = "writes nothing", function.__code__
        if key not in self.facts.results:
            self.facts.results[key] = False  # of a function that calls itself
            found = self.lowered_source(function, None)
            self.facts.results[key] = found is not None and found[0] is not None and self.only_reads(function, found[0])
        return self.facts.results[key]

    def only_reads(self, function: types.FunctionType, tree: gast.FunctionDef) -> bool:
        parameters = {each.id for each in gast.walk(tree.args) if isinstance(each, gast.Name)}
        for each in gast.walk(tree):
            if isinstance(each, (gast.AugAssign, gast.Delete, gast.Global, gast.Nonlocal, gast.With, gast.Import)):
                return False
            if isinstance(each, (gast.Subscript, gast.Attribute)) and not isinstance(each.ctx, gast.Load):
                return False
            if isinstance(each, gast.Call) and not self.call_only_reads(function, each, parameters):
                return False
        return True

    def call_only_reads(self, function: types.FunctionType, call: gast.Call, parameters: set[str]) -> bool:
        called = global_of(function, call.func, parameters)
        if any((each.arg or "").startswith(("out", "overwrite")) for each in call.keywords):
            return False
        if called is None:
            return isinstance(call.func, gast.Attribute) and call.func.attr not in WRITING
        if self.is_writer(called) or isinstance(called, np.ufunc) and len(call.args) > called.nin:
            return False
        return not any(self.is_writer(global_of(function, each, parameters)) for each in call.args)

    def callee(self, node: gast.AST) -> Any:
        """The function that an expression means, as far as that can be looked up without doing anything."""
        if isinstance(node, gast.Name):
            if getattr(node, "module", None) is not None:
                return node.module
            found = self.lookup_quietly(node.id)
            if found is None:
                return self.frame.namespace.get(node.id, getattr(builtins, node.id, None))
            static = found.static if isinstance(found, Value) else MISSING
            return None if static is MISSING or isinstance(static, BoundMethod) else static
        if isinstance(node, gast.Attribute):
            owner = self.callee(node.value)
            return getattr(owner, node.attr, None) if inspect.ismodule(owner) or isinstance(owner, np.ufunc) else None
        return None


def is_library(function: types.FunctionType) -> bool:
    """Whether a function is NumPy's or SciPy's, which write only where it is known."""
    return (getattr(function, "__module__", None) or "").partition(".")[0] in ("numpy", "scipy")


def global_of(function: types.FunctionType, node: gast.AST, local: set[str]) -> Any:
    """What a name, or an attribute of a module, means in a function; None if that isn't known."""
    if isinstance(node, gast.Name):
        known = function.__globals__.get(node.id, getattr(builtins, node.id, None))
        return None if node.id in local or node.id in function.__code__.co_varnames else known
    if isinstance(node, gast.Attribute):
        owner = global_of(function, node.value, local)
        return getattr(owner, node.attr, None) if inspect.ismodule(owner) or isinstance(owner, np.ufunc) else None
    return None


@functools.cache
def _positional(function: Any) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))


def positional(function: Any) -> tuple[str, ...]:
    """The names of the parameters of a function of NumPy's that may be given by position."""
    module = getattr(function, "__module__", None) or ""
    if isinstance(function, np.ufunc) or not module.startswith("numpy") or not callable(function):
        return ()
    try:
        return FUNCTIONS.get(function) or _positional(function)
    except TypeError:  # not hashable
        return ()


WRITERS_OF_NUMPY = ("put", "put_along_axis", "place", "copyto", "shuffle", "fill_diagonal", "putmask", "at")


def harmless_by_name(static: Any) -> bool:
    return getattr(static, "__name__", "") not in WRITERS_OF_NUMPY
