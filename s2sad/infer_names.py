"""Part of the stage `infer`: names: variables, and what stands outside of f, with a guard on each thing relied on."""

from __future__ import annotations

import builtins
import dataclasses
import sys
import types
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.foreign import foreign
from s2sad.infer_fixed_lists import plain_list_kind
from s2sad.infer_frozen import is_frozen
from s2sad.kinds import Array, Kind, List, Mapping, Record, Static, Tuple, Unknown, holds_function, join, kind_of
from s2sad.values import MISSING, Conflict, Frame, Object, Value


class Lookups:
    def lookup_quietly(self, name: str) -> Any:
        frame: Frame | None = self.frame
        while frame is not None:
            found = self.state.get((frame.number, name))
            if found is not None:
                return found
            frame = frame.parent
        outer = self.frame
        if name in outer.namespace:
            value = outer.namespace[name]
            return Value(trees.name(name), Static(value)) if callable(value) else None
        return None

    def visit_Name(self, node: gast.Name) -> Value:
        frame: Frame | None = self.frame
        name = node.id
        while frame is not None:
            found = self.state.get((frame.number, name))
            if found is not None:
                if isinstance(found, Conflict):
                    raise self.refuse(found.key, node, name=name, **found.words)
                self.note_read(found)
                return self.with_known_items(found) if isinstance(found.kind, List) else found
            if name in frame.locals:
                raise self.refuse("unbound", node, name=name)
            if name in frame.cells:
                return self.cell_value(name, frame)
            if frame.parent is None:
                return self.global_value(name, frame, node)
            frame = frame.parent
        raise self.refuse("unbound", node, name=name)

    def with_known_items(self, value: Value) -> Value:
        """A list, with what has been learnt meanwhile of its items."""
        known = (
            self.facts.list_items.get(value.place.root.site)
            if value.place is not None and not value.place.path
            else None
        )
        if known is None or value.kind.item is not None and join(value.kind.item, known[0]) == value.kind.item:
            return value
        kind = dataclasses.replace(value.kind, item=join(value.kind.item, known[0]))
        return dataclasses.replace(value, kind=kind)

    def cell_value(self, name: str, frame: Frame) -> Value:
        cell = frame.cells[name]
        try:
            value = cell.cell_contents
        except ValueError:
            raise self.refuse("unbound", None, name=name) from None
        self.refuse_foreign(value, name, None)
        if frame is self.root_frame():
            self.guard(cell, None, value)
            return self.outside_value(value, trees.name(name, scope="cell"), ("cell", name))
        self.guard(cell, None, value)
        return self.outside_value(value, self.external(name, cell), ("cell", id(cell)))

    def root_frame(self) -> Frame:
        frame = self.frame
        return frame if not self.stack[1:] and frame.parent is None else self.first_frame()

    def first_frame(self) -> Frame:
        return self.main_frame

    def global_value(self, name: str, frame: Frame, node: gast.AST) -> Value:
        space = frame.namespace
        if frame.stands_for is not None and name in space:
            return self.name_in_equivalent(space[name])
        if name in space:
            value = space[name]
            self.refuse_foreign(value, name, node)
            self.guard(space, name, value)
            if isinstance(value, types.ModuleType) and space is not self.request.namespace:
                return Value(trees.module(value), Static(value))
            return self.outside_value(value, self.reference(name, frame), ("global", id(space), name), node)
        value = getattr(builtins, name, MISSING)
        if value is MISSING:
            raise self.refuse("undefined", node, name=name)
        self.guards[id(space), name] = self.make_guard(space, name, "is", value)
        return Value(trees.builtin(name), Static(value))

    def outside_value(self, value: Any, expr: gast.AST, site: Any, node: gast.AST | None = None) -> Value:
        """A global or captured variable's value; data has no gradient, but its kind is known."""
        self.refuse_foreign(value, trees.show(expr), node)
        kind = kind_of(value, site)
        if isinstance(value, types.ModuleType):
            expr = trees.copy_tree(expr)
            expr.module = value
            return Value(expr, Static(value))
        if isinstance(kind, Static) or is_frozen(value):
            home = library_of(value)
            if home is not None and isinstance(expr, gast.Name):
                expr = trees.copy_tree(expr)
                expr.imported = value
            elif home is not None and isinstance(expr, gast.Subscript):  # of a table, which is guarded
                expr = trees.attr(trees.module(home), value.__name__)
            return Value(expr, Static(value))
        if type(value).__name__ == "SuperLU":
            return self.outside_factor(value, expr)
        if type(value) is dict and holds_function(kind):
            return self.outside_object(value, expr, kind, site)
        table = isinstance(kind, Record) and kind.cls is list and holds_function(kind)
        if isinstance(kind, Record) and kind.cls is list:
            kind = plain_list_kind(kind)
        if isinstance(kind, Record):
            return self.outside_object(value, expr, kind, site)
        items = None
        if table or isinstance(kind, Tuple) and kind.cls is None and holds_constants(kind):
            items = [self.outside_value(v, self.entry(expr, k), (*site, k)) for k, v in enumerate(value)]
        if isinstance(kind, Tuple) and items is not None:
            return Value(expr, kind, items=items)
        if isinstance(kind, Tuple) and kind.cls is not None and not self.quiet:
            fields = kind.cls._fields
            items = [self.outside_value(getattr(value, k), trees.attr(expr, k), (*site, k)) for k in fields]
            return Value(expr, kind, items=items)
        place = None
        if isinstance(kind, (Array, List, Mapping, Unknown)):
            place = ir.Place(self.outside_root(site, trees.show(expr), kind))
        return Value(expr, kind, place=place, iteration=items)

    def refuse_foreign(self, value: Any, name: str, node: gast.AST | None) -> None:
        found = foreign(value)
        if found is not None:
            raise self.refuse("foreign", node, name=name, what=found.what)

    def outside_object(self, value: Any, expr: gast.AST, kind: Any, site: Any) -> Value:
        """An object that lives outside of f, or a dict with functions in it: its attributes or values are read where
        they are, and have no gradient."""
        parts, step = (vars(value), trees.attr) if not isinstance(value, dict) else (value, self.entry)
        thing = self.outside_objects.get(id(value))
        if thing is None:
            thing = self.outside_objects[id(value)] = Object(type(value), list(parts))
            thing.sources = (thing,)
            if not isinstance(value, dict):  # which is guarded as a whole
                for key, each in parts.items():
                    self.guard(value, key, each)
        if any((thing, key) not in self.state for key in thing.keys):
            for key, each in parts.items():
                self.state[thing, key] = self.outside_value(each, step(expr, key), (*site, key))
        return Value(expr, kind, object=thing)

    def entry(self, expr: gast.AST, key: Any) -> gast.AST:
        """What such a dict, list or tuple has under a key, as the guard says."""
        found = trees.index(expr, self.key_node(key))
        found.known_part = True
        mark_pure(found)
        return found

    def outside_root(self, site: Any, name: str, kind: Kind) -> ir.Root:
        for root in self.roots:
            if root.site == site:
                return root
        made = self.new_root(site, name, kind)
        made.outside = True
        return made

    def reference(self, name: str, frame: Frame) -> gast.AST:
        """How the generated program refers to a global of a function's module."""
        return self.reference_in(name, frame.namespace)

    def reference_in(self, name: str, namespace: dict[str, Any]) -> gast.AST:
        if namespace is self.request.namespace and name not in self.request.kinds:
            return trees.name(name, scope="global")
        module = sys.modules.get(namespace.get("__name__", ""))
        if module is not None and vars(module) is namespace:
            return trees.attr(trees.name(module.__name__.rpartition(".")[2], module=module), name)
        space = self.external(f"{namespace.get('__name__', 'outer')}_globals".replace(".", "_"), namespace)
        return trees.index(space, trees.const(name))

    def class_reference(self, cls: type) -> gast.AST:
        """How the generated program refers to a class that f need not have named: that of a namedtuple it was given."""
        name = cls.__qualname__
        for space in (self.request.namespace, vars(sys.modules.get(cls.__module__, builtins))):
            if space.get(name) is cls:
                self.guard(space, name, cls)
                return self.reference_in(name, space)
        return self.external(cls.__name__, cls)

    def external(self, base: str, value: Any) -> gast.AST:
        for name, each in self.externals.items():
            if each is value:
                return trees.name(name, scope="external")
        name = base
        while self.means_another(name, value):
            name += "_"
        self.externals[name] = value
        return trees.name(name, scope="external")

    def means_another(self, name: str, value: Any) -> bool:
        """Whether a name is that of something else where the program stands: the parameters keep their names, and so do
        the variables around f."""
        hidden = name in self.externals or name in self.request.namespace or name in self.request.kinds
        return hidden or self.main_frame.cells.get(name, value) is not value

    def guard(self, space: Any, name: str | None, value: Any) -> None:
        kind = kind_of(value, 0)
        if isinstance(kind, Static):
            self.guards[id(space), name] = self.make_guard(space, name, "is", value)
        else:
            self.guards[id(space), name] = self.make_guard(space, name, "kind", kind)

    def note_guard(self, space: Any, name: str | None, value: Any) -> None:
        """That this very object is there."""
        self.guards[id(space), name] = self.make_guard(space, name, "is", value)

    def make_guard(self, space: Any, name: str | None, test: str, expected: Any) -> Any:
        from s2sad.requests import Guard

        return Guard(space, name, test, expected)

    def static_value(self, value: Any, module: Any = None, name: str | None = None) -> Value:
        """A module, or a thing imported from one inside the function."""
        if isinstance(value, types.ModuleType):
            return Value(trees.name(value.__name__.rpartition(".")[2], module=value), Static(value))
        expr = trees.attr(trees.name(module.__name__.rpartition(".")[2], module=module), name or value.__name__)
        return self.outside_value(value, expr, ("import", module.__name__, name))


def library_of(value: Any) -> types.ModuleType | None:
    """Where a function of Python's or NumPy's or SciPy's is found, which `from math import sqrt` gives."""
    name = getattr(value, "__name__", None)
    modules = (sys.modules.get(each) for each in LIBRARIES)
    found = (each for each in modules if each is not None and isinstance(name, str) and vars(each).get(name) is value)
    return next(found, None)


def holds_constants(kind: Tuple) -> bool:
    """Whether a tuple holds nothing but functions, strings and such; or a function among other things."""
    return bool(kind.items) and all(isinstance(each, Static) for each in kind.items) or holds_function(kind)


LIBRARIES = ("math", "cmath", "numpy", "numpy.linalg", "numpy.fft", "scipy.special", "scipy.linalg")
