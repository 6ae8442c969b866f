"""Attributes of what stands around f, for Numba: `settings.rate` of a module or an object, `helper.__defaults__[0]`;
and items of tables with functions in them, `PIECES[0][1]`.

Numba takes the attributes of modules for constants that never change, and those of objects and such tables it doesn't
know. So each is a name here, which stands for what is found there when the program is compiled, and is looked at like
a global.

>>> import types
>>> settings = types.SimpleNamespace(rate=2.0, name="slow", inner=types.SimpleNamespace(W=np.ones(2)))
>>> tree = gast.parse("def f(x, other):\\n    return settings.rate * x + settings.inner.W[0] * other.rate")
>>> found, space = {}, {"settings": settings}
>>> with_names(tree, space, {"settings", "x", "other"}, found)
>>> trees.show(tree.body[0].body[0].value)
'settings_rate * x + settings_inner_W[0] * other.rate'
>>> found["settings_inner_W"]
Path(root='settings', steps=('.inner', '.W'))
>>> space["settings_rate"], found["settings_rate"].of(settings)
(2.0, 2.0)
"""

from __future__ import annotations

import inspect
import re
import types
from typing import Any, NamedTuple

import gast
import numpy as np

from s2sad import trees
from s2sad.numba_globals import as_constant
from s2sad.values import MISSING

# Modules of which Numba has its own, or that programs are written by.
KNOWN = ("numpy", "scipy", "numba", "math", "cmath", "builtins", "operator", "random",
         "dataclasses", "collections", "copy", "functools", "itertools")  # fmt: skip
PLAIN = (types.FunctionType, types.MemberDescriptorType, types.GetSetDescriptorType)  # what reading runs no code for


class Path(NamedTuple):
    """The way from a name to what is meant: its attributes (`.rate`) and items (0, or ("key",) of a dict)."""

    root: str
    steps: tuple[Any, ...]

    def name(self) -> str:
        """settings_rate"""
        words = [str(step[0] if isinstance(step, tuple) else step).strip("._") for step in self.steps]
        return re.sub(r"\W", "_", "_".join([self.root, *words]))

    def of(self, value: Any) -> Any:
        for step in self.steps:
            try:
                if isinstance(step, str):
                    value = getattr(value, step[1:])
                else:
                    value = value[step[0] if isinstance(step, tuple) else step]
            except (AttributeError, LookupError, TypeError):
                return MISSING
        return value


def with_names(tree: gast.AST, namespace: dict[str, Any], used: set[str], found: dict[str, Path]) -> None:
    """Changes the functions in a module; `namespace` and `used` get the new names, too, and `found` what they mean."""
    nodes = list(trees.walk(tree))
    written = {root_of(node) for node in nodes if isinstance(getattr(node, "ctx", None), (gast.Store, gast.Del))}
    written |= {root_of(node.target) for node in nodes if isinstance(node, gast.AugAssign)}
    for function in [node for node in nodes if isinstance(node, gast.FunctionDef)]:
        names = {each.id for each in trees.walk(function) if isinstance(each, gast.Name) and is_bound(each)}
        Names(namespace, names | written, used, found).visit(function)


def is_bound(node: gast.Name) -> bool:
    return not isinstance(node.ctx, gast.Load)


def root_of(node: Any) -> str:
    while isinstance(node, (gast.Attribute, gast.Subscript)):
        node = node.value
    return getattr(node, "id", "")


class Names(gast.NodeTransformer):
    def __init__(self, namespace: dict[str, Any], own: set[str], used: set[str], found: dict[str, Path]) -> None:
        self.namespace, self.own, self.used, self.found = namespace, own, used, found
        self.names: dict[Path, str] = {path: name for name, path in found.items()}

    def visit_Attribute(self, node: gast.Attribute) -> Any:
        return self.replaced(node) or self.generic_visit(node)

    visit_Subscript = visit_Attribute

    def replaced(self, node: Any) -> Any:
        """The name for an attribute or an item of one; None of anything else."""
        found = self.path_of(node)
        if found is None or not found[0].steps or not is_taken(found[1]):
            return None
        path, value = found
        if path not in self.names:
            name = path.name()
            while name in self.used:
                name += "_"
            self.used.add(name)
            self.names[path], self.found[name], self.namespace[name] = name, path, value
        return trees.name(self.names[path])

    def path_of(self, node: Any) -> tuple[Path, Any] | None:
        """The way to what an expression means, and that; None where it is not known, or Numba knows it itself."""
        if isinstance(node, gast.Name):
            value = self.namespace.get(node.id, MISSING)
            if node.id in self.own or is_known(value):
                return None
            return Path(node.id, ()), value
        if not isinstance(node, (gast.Attribute, gast.Subscript)):
            return None
        found = self.path_of(node.value)
        if found is None or isinstance(found[1], np.ndarray) or as_constant(found[1]) is not None:
            return None
        path, value = found
        if isinstance(node, gast.Attribute):
            static = inspect.getattr_static(value, node.attr, MISSING)
            runs = hasattr(type(static), "__get__") and not isinstance(static, PLAIN)
            if static is MISSING or runs and not isinstance(value, types.ModuleType):
                return None
            step: Any = "." + node.attr
        elif type(value) in (list, tuple) and isinstance(node.slice, gast.Constant) and type(node.slice.value) is int:
            step = node.slice.value
        elif type(value) is dict and isinstance(node.slice, gast.Constant) and type(node.slice.value) in (int, str):
            step = (node.slice.value,)
        else:
            return None
        path = Path(path.root, (*path.steps, step))
        value = path.of(self.namespace[path.root])
        return None if value is MISSING or is_known(value) else (path, value)


def is_known(value: Any) -> bool:
    """Whether Numba has its own of a module or of a function in it."""
    module = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", None)
    named = isinstance(value, (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, np.ufunc))
    return value is MISSING or named and str(module).partition(".")[0] in KNOWN


def is_taken(value: Any) -> bool:
    """Whether compiled code can have it: a constant, an array, a function."""
    if isinstance(value, (np.ndarray, str, bytes, type, np.dtype, type(None))) or as_constant(value) is not None:
        return True
    return isinstance(value, types.FunctionType) or isinstance(getattr(value, "py_func", None), types.FunctionType)
