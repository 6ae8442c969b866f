"""Part of the stage `program`: the seeds of the reverse sweep, and the gradients in the structure of the parameters."""

from __future__ import annotations

import dataclasses
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expression_kinds import is_numpy
from s2sad.helpers import is_unbroadcast
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Scalar, Static, Text, Tuple
from s2sad.refusals import refuse
from s2sad.statements import all_of, targets
from s2sad.structures import part_of

NARROW = ("float16", "float32", "complex64")


class Gradients:
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
        dtype = getattr(value.kind, "dtype", "")
        one = trees.const(1.0)  # in np.where it is of double precision
        return trees.call(trees.attr(trees.module(np), dtype), one) if dtype in NARROW else one

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
            if hasattr(cls, "_make"):  # not of SciPy's results, which have names without it
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
                if value.kind.cls.__module__.startswith(
                    "scipy.sparse."
                ):  # a matrix whose entries are at the same places
                    parts = {"data": parts["data"]}
                return self.helpers.with_parts(value.expr, parts)
            return gast.Dict([trees.const(key) for key in parts], list(parts.values()))
        if not value.varied or not isinstance(value.expr, gast.Name):
            return None
        return self.leaf_gradient(value)

    def leaf_gradient(self, value: Any) -> gast.AST:
        name = value.expr.id
        kind = self.inferred.info[name].kind
        cotangent = self.adjoint.adj.get(name)
        shared = False
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
            own = not isinstance(cotangent.expr, gast.Name) or self.hands_over(cotangent.expr.id)
            # of an array without axes the cotangent may be a number
            shared = kind.dims == () and not own
            made = cotangent.expr if own or shared else trees.call(trees.attr(cotangent.expr, "copy"))
        else:
            made = cotangent.expr
        if isinstance(kind, Array) and kind.dims == ():
            made = trees.np_call("array" if shared else "asarray", made)
            if cotangent is not None and self.mixes_precisions():
                made = trees.call(trees.attr(made, "astype"), trees.const(np.dtype(kind.dtype)))
        elif isinstance(kind, Scalar):
            if cotangent is not None and self.may_be_array(cotangent.kind, made):
                if isinstance(made, gast.Name) and made.id in self.adjoint.shadows:
                    made = trees.index(made, gast.Tuple([], gast.Load()))  # the shadow of an array of no axes
                else:  # an array of no axes, or a number
                    made = trees.call(trees.builtin("complex" if kind.char == "c" else "float"), made)
            made = self.scalar_gradient(made, kind)
        elif cotangent is not None and getattr(kind, "dtype", "") in NARROW:
            given = cotangent.kind.dtype if isinstance(cotangent.kind, (Scalar, Array)) else ""
            zeros = cotangent.shadow and self.adjoint.taken_over.isdisjoint(trees.names_in(cotangent.expr))
            unsure = self.mixes_precisions() and not zeros
            if given not in (kind.dtype, "float", "int") or unsure:
                made = trees.call(trees.attr(made, "astype"), trees.const(np.dtype(kind.dtype)))
        elif cotangent is not None and self.has_narrow() and getattr(kind, "dtype", "") in ("float64", "complex128"):
            made = trees.call(trees.attr(made, "astype"), trees.const(np.dtype(kind.dtype)))
        keys = getattr(value.place.root, "keys", None) if value.place is not None else None
        if keys is not None and isinstance(made, gast.Name):
            key = trees.name(self.inferred.names.fresh("key"))
            made = gast.DictComp(key, trees.index(made, key), [gast.comprehension(key, trees.name(keys), [], 0)])
        given = getattr(value.place.root, "given", None) if value.place is not None else None
        if isinstance(given, List) and isinstance(given.item, Scalar) and not isinstance(kind.item, Scalar):
            return self.numbers_of(made, given.item)
        if isinstance(made, gast.Name) and made.id in self.adjoint.whole and has_form(kind):
            return made
        return self.restored(made, given or kind, value.expr)

    def numbers_of(self, made: gast.AST, kind: Scalar) -> gast.AST:
        """The adjoints of a list of numbers that has got items of unknown kind, for which they may be arrays."""
        item = trees.name(self.inferred.names.fresh("each"))
        number = (
            trees.attr(trees.module(np), kind.dtype)
            if kind.dtype in NARROW
            else trees.builtin("complex" if kind.char == "c" else "float")
        )
        loop = gast.comprehension(trees.name(item.id, store=True), made, [], 0)
        return gast.ListComp(trees.call(number, item), [loop])

    def may_be_array(self, kind: Kind, made: gast.AST) -> bool:
        """Whether what is found for a number may be an array of no axes: of one, or of a shadow of unknown rank."""
        if isinstance(kind, Scalar) and not isinstance(made, gast.Name):
            return False
        if isinstance(kind, Array) and kind.dims is not None:
            return kind.dims == ()
        sources = self.sources_of_names()
        if isinstance(kind, Scalar):  # another name for such an array
            return any(map(self.is_without_axes, names_behind(made.id, sources)))
        names, todo = set(), trees.names_in(made)
        while todo:
            name = todo.pop()
            names.add(name)
            for source in sources.get(name, ()):
                source = source.args[0] if is_unbroadcast(source) else source
                if is_numpy(source, "array") or is_numpy(source, "where"):
                    return True
                todo |= trees.names_in(source) - names
        return not names.isdisjoint(self.adjoint.shadows)

    def is_without_axes(self, name: str) -> bool:
        return getattr(self.adjoint.kinds.get(name), "dims", None) == ()

    def sources_of_names(self) -> dict[str, list[gast.AST]]:
        """What the reverse sweep gives to each of its names, also inside of loops and branches."""
        found: dict[str, list[gast.AST]] = {}
        for node in all_of(self.adjoint.block):
            effect = getattr(node, "effect", None)
            if isinstance(effect, ir.Copy):
                for name, source in effect.pairs:
                    found.setdefault(name, []).append(source)
            elif isinstance(node, gast.Assign):
                for name in targets(node):
                    found.setdefault(name, []).append(node.value)
        return found

    def scalar_gradient(self, expr: gast.AST, kind: Scalar) -> gast.AST:
        """A number's gradient is of its own type, also where arrays or numbers of less precision are around."""
        if kind.dtype in NARROW:
            return trees.call(trees.attr(trees.module(np), kind.dtype), expr)
        if kind.char == "c" and not any(isinstance(getattr(each, "value", None), complex) for each in trees.walk(expr)):
            made = trees.builtin("complex") if kind.dtype == "complex" else trees.attr(trees.module(np), kind.dtype)
            return trees.call(made, expr)  # dy may be a real number
        if kind.dtype in ("float", "real") and self.has_narrow():
            return trees.call(trees.builtin("float"), expr)
        if kind.dtype == "float64" and self.has_narrow():
            return trees.call(trees.attr(trees.module(np), kind.dtype), expr)
        return expr

    def has_narrow(self) -> bool:
        """Whether numbers of less precision are around; times a `dy` that is a Python number they stay so."""
        return any(getattr(info.kind, "dtype", "") in NARROW for info in self.inferred.info.values())

    def mixes_precisions(self) -> bool:
        """Whether numbers of several precisions are around: then what operations make is converted in the end."""
        kinds = [info.kind for info in self.inferred.info.values()]
        dtypes = {kind.dtype for kind in kinds if isinstance(kind, (Scalar, Array)) and kind.char in "iufc"}
        dtypes -= {"int", "float", "real"}
        return not dtypes.isdisjoint(NARROW) and len(dtypes) > 1

    def hands_over(self, name: str) -> bool:
        """Whether a name of the reverse sweep holds a new array that is no other parameter's gradient: no copy then."""
        setters = [node for node in self.adjoint.block if name in targets(node)]
        if name in self.handed_over or len(setters) != 1 or not isinstance(setters[0], gast.Assign):
            return False
        if not isinstance(setters[0].value, gast.BinOp) or name in getattr(self.adjoint, "shadows", ()):
            return False
        self.handed_over.add(name)
        return True

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
            if inner is item:
                return expr
            if each.id not in trees.names_in(inner):
                return gast.ListComp(inner, [gast.comprehension(trees.name(item.id, store=True), expr, [], 0)])
            target = gast.Tuple([item, each], gast.Store())
            return gast.ListComp(
                inner, [gast.comprehension(target, trees.call(trees.builtin("zip"), expr, like), [], 0)]
            )
        if isinstance(kind, Tuple):
            parts = [
                self.part_restored(trees.index(expr, trees.const(k)), each, trees.index(like, trees.const(k)))
                for k, each in enumerate(kind.items)
            ]
            if hasattr(kind.cls, "_make"):
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

    def ones_for(self, value: Any) -> gast.stmt:
        """dy is None: ones in the structure of a list or record."""
        dy = trees.name(self.dy)
        test = trees.is_none(dy)
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


def has_form(kind: Any) -> bool:
    """Whether the adjoint of what is of this kind, made of lists and dicts, has the form of its value."""
    if isinstance(kind, List):
        return kind.cls is None and has_form(kind.item)
    if isinstance(kind, Dict):
        return all(has_form(each) for _, each in kind.items)
    return isinstance(kind, (Scalar, Array)) and kind.char in "fc?"


def names_behind(name: str, sources: dict[str, list[gast.AST]]) -> set[str]:
    """The names that this one may be another name for, by what is given to them."""
    found, todo = {name}, [name]
    while todo:
        made = {each.id for each in sources.get(todo.pop(), ()) if isinstance(each, gast.Name)} - found
        found |= made
        todo += made
    return found
