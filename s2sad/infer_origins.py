"""Part of the stage `infer`: what memory a value may share, decided in one place.

What an expression makes is memory of its own only where that is known: arithmetic, a function whose rule says so. All
else (`np.frombuffer(buf)`, an attribute or a method of something unknown, a function without rule) may be, or hold, any
memory that it is made of. A write through it is then a write into all of these: what they held is kept if the gradient
needs it, and it is refused where they carry a gradient themselves.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.distinct import DIAGONAL
from s2sad.kinds import UNKNOWN, Array, Dict, Kind, List, Mapping, Record, Scalar, Static, Tuple, Unknown, is_mutable
from s2sad.values import MISSING, BoundMethod, Partial, Value

NO_MEMORY = ("dtype", "itemsize", "nbytes", "ndim", "shape", "size", "strides", "__class__", "__name__")
FRESH_METHODS = ("__copy__", "__deepcopy__", "all", "any", "item", "tobytes", "tolist")
FRESH_BUILTINS = (
    *(abs, all, any, bool, bytes, callable, chr, complex, divmod, float, format, hasattr, hash, id, int, isinstance),
    *(issubclass, len, ord, pow, print, range, repr, round, str, type),
)
FRESH_FUNCTIONS = (copy.deepcopy,)
IndexExpression = type(np.s_)
NEW_LISTS = (list, tuple, set, frozenset, sorted, reversed, dict, enumerate, zip)

# Of what is handed to them, each part of the result has its own.
DISTINCT_PARTS = (
    *(np.atleast_1d, np.atleast_2d, np.atleast_3d, np.broadcast_arrays, np.ix_, np.meshgrid),
    *(np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit),
)

# Functions with a rule that make a new array for most arguments, and give a view, or an argument itself, for others.
SOMETIMES: dict[Any, Callable[[Callable[[str], Any]], bool]] = {
    np.einsum: lambda known: sums_nothing(known("subscripts")),
    np.ix_: lambda known: True,
    np.histogram: lambda known: True,
    np.linalg.matrix_power: lambda known: known("n") in (1, MISSING),
    np.diff: lambda known: known("n") in (0, MISSING),
    np.array: lambda known: known("copy") is not True or known("dtype") in (object, "O", MISSING),
}
DEFAULTS = {"copy": True, "dtype": None, "n": 2}


def may_be_argument(rule: Any, bound: dict[str, Any], known: Callable[[Any], Any]) -> bool:
    """Whether what a function gives may share the memory of an argument, though its rule isn't that of a view."""
    function = rule.function
    if rule.shares or not rule.own:
        return True
    if isinstance(function, type) and issubclass(function, np.generic):
        return True
    if function not in SOMETIMES:
        return False
    if function is np.einsum:
        operands = getattr(bound.get("operands"), "items", None)
        if operands is not None and len(operands) > 1:
            return False
    return SOMETIMES[function](lambda name: known(bound[name]) if name in bound else DEFAULTS[name])


def sums_nothing(subscripts: Any) -> bool:
    """Whether np.einsum of one operand may be a view: each index of the operand stays.

    >>> sums_nothing("ii->i"), sums_nothing("ij"), sums_nothing("ij->i"), sums_nothing("ii")
    (True, True, False, False)
    """
    if not isinstance(subscripts, str):
        return True
    term, _, output = subscripts.replace(" ", "").partition("->")
    return set(term) <= set(output) if "->" in subscripts else len(set(term)) == len(term)


class Origins:
    # ---------------------------------------------------------------- of values
    def memory_in(self, value: Value) -> list[ir.Place]:
        """The memory that a value is, or that its parts are."""
        found = [] if value.place is None else [value.place]
        for item in value.items or ():
            found += self.memory_in(item)
        if value.object is not None and id(value.object) not in self.looked_at:
            self.looked_at.add(id(value.object))
            for key in value.object.keys:
                part = self.state.get((value.object, key))
                if isinstance(part, Value):
                    found += self.memory_in(part)
            self.looked_at.discard(id(value.object))
        if isinstance(value.static, BoundMethod):
            found += self.memory_in(value.static.owner)
        if isinstance(value.static, Partial):
            for each in [*value.static.positional, *value.static.keywords.values()]:
                found += self.memory_in(each)
        if value.place is None and value.items is None and value.object is None and not isinstance(value.kind, Scalar):
            if not isinstance(value.expr, (gast.Name, gast.Constant)):
                found += [ir.Place(root) for root in self.origins(value.expr)]
        return found

    def note_whole(self, value: Value) -> None:
        """A name that stands for a tuple, dict or record: its memory is that of its parts."""
        if value.expr.__class__ is gast.Name and (value.items is not None or value.object is not None):
            self.wholes[value.expr.id] = value

    def note_writes(self, places: Iterable[ir.Place], node: Any) -> None:
        """A call that isn't known may write into this memory, and into what it holds."""
        done: set[Any] = set()
        for place in places:
            if place.root in done:
                continue
            done.add(place.root)
            self.note_store(place, False, node)
            if isinstance(place.root.kind, (List, Mapping)):
                self.note_change(place, "held")

    def note_held_in(self, value: Value) -> None:
        """A tuple or record was read from a list: its parts are what that list holds."""
        self.held_by(getattr(value.expr, "id", ""))

    def held_by(self, name: str) -> list[ir.Root]:
        """The memory that may be in what a name of no memory of its own stands for: a tuple, dict or record."""
        statement = self.info[name].statement if name in self.info else None
        if name not in self.held_in and statement is not None and hasattr(statement, "value"):
            self.held_in[name] = []
            self.held_in[name] = self.origins(statement.value)
        return self.held_in.get(name, [])

    def parts_memory(self, name: str) -> list[ir.Root]:
        """The memory that the parts of a tuple, dict or record may be: also what they are by any other name."""
        info, found = self.info[name], self.held_by(name)
        made = isinstance(info.statement, gast.Assign) and isinstance(info.kind, Tuple) and not info.varied
        if not made or not any(map(is_mutable, info.kind.items)):
            return found
        if name not in self.common:
            self.common[name] = self.memory_of_parts(info.statement.value, info, name)
        return [*found, self.common[name]]

    def memory_of_parts(self, expr: gast.AST, info: ir.Info, name: str) -> ir.Root:
        """What the parts that a tuple's name, or several names, are given of it may have in common."""
        made = self.new_root(("parts", self.path, id(self.origin[1]), trees.show(expr)), name, UNKNOWN)
        made.loops, made.born = info.loops, info.position
        return made

    def note_common(self, made: list[Value], call: gast.AST) -> None:
        """The parts of a call's result are given names at once: two may be one array."""
        placed = [value for value in made if value.place is not None]
        if len(placed) > 1 and isinstance(call, gast.Call) and not gives_distinct_parts(call):
            first = placed[0].expr.id
            common = self.memory_of_parts(call, self.info[first], first)
            for value in placed:
                self.note_shared(value, [common])

    def note_holders(self, made: Value, roots: list[ir.Root]) -> None:
        if made.place is not None:
            made.place.root.holders = tuple(roots)
        elif isinstance(made.expr, gast.Name):
            self.held_in[made.expr.id] = roots

    # ---------------------------------------------------------------- of expressions
    def note_origins(self, root: ir.Root, expr: gast.AST, kind: Kind) -> None:
        """`root` is what an expression makes: of what memory may it be, or hold, another name?"""
        found = [each for each in self.origins(expr) if each is not root]
        if not found:
            return
        if isinstance(kind, (List, Mapping)) and is_new_list(expr):
            if isinstance(expr, gast.Call) and isinstance(kind, List):
                found = [each for each in found if not isinstance(each.kind, Mapping)]  # of a dict it has the keys
            if not (isinstance(kind, List) and isinstance(kind.item, Scalar)):
                self.note_items_of(root, found)
            return
        root.sources = (*root.sources, *found)
        root.linear_checked = False
        root.shares = True

    def note_shared(self, made: Value, roots: list[ir.Root]) -> None:
        """What a call gives may be any of this memory."""
        if made.place is not None and made.place.root.name == made.expr.id and roots:
            root = made.place.root
            root.sources = (*root.sources, *[each for each in roots if each is not root and each not in root.sources])
            root.linear_checked, root.shares = False, True

    def origins(self, expr: Any, bound: dict[str, list[ir.Root]] | None = None) -> list[ir.Root]:
        """The memory that what an expression makes may be, or hold."""
        return list(dict.fromkeys(self.origins_of(expr, bound or {})))

    def origins_of(self, expr: Any, bound: dict[str, list[ir.Root]]) -> list[ir.Root]:
        if expr is None or expr.__class__ is gast.Constant:
            return []
        outside = self.outside_memory(expr)
        if outside is not None:
            return outside
        if isinstance(expr, gast.Name):
            return self.origins_of_name(expr.id, bound)
        if getattr(expr, "fresh", False) or isinstance(expr, (gast.Compare, gast.UnaryOp, gast.JoinedStr)):
            return []
        if isinstance(expr, gast.BinOp):
            return [] if self.is_numeric(expr) else self.all_origins([expr.left, expr.right], bound)
        if isinstance(expr, gast.IfExp):
            return self.all_origins([expr.body, expr.orelse], bound)
        if isinstance(expr, gast.Subscript):
            return self.origins_of_item(expr, bound)
        if isinstance(expr, gast.Attribute):
            return [] if expr.attr in NO_MEMORY else self.origins_of(expr.value, bound)
        if isinstance(expr, gast.Call):
            return self.origins_of_call(expr, bound)
        if isinstance(expr, (gast.ListComp, gast.SetComp, gast.GeneratorExp, gast.DictComp)):
            inner = dict(bound)
            for generator in expr.generators:
                found = self.origins_of(generator.iter, inner)
                inner.update(dict.fromkeys(trees.names_in(generator.target), found))
            return self.all_origins([expr.key, expr.value] if isinstance(expr, gast.DictComp) else [expr.elt], inner)
        return self.all_origins([each for each in trees.children(expr) if isinstance(each, gast.expr)], bound)

    def origins_of_item(self, expr: gast.Subscript, bound: dict[str, list[ir.Root]]) -> list[ir.Root]:
        """base[index]; what isn't known to be an array, list or mapping (`np.s_[i]`) may give back what it is given."""
        info = self.info.get(expr.value.id) if isinstance(expr.value, gast.Name) else None
        unknown = info is not None and isinstance(info.kind, (Unknown, Static))
        if unknown or isinstance(trees.function_of(expr.value), IndexExpression):
            return self.all_origins([expr.value, expr.slice], bound)
        return [] if self.is_fancy(expr.slice) else self.origins_of(expr.value, bound)

    def all_origins(self, nodes: list[Any], bound: dict[str, list[ir.Root]]) -> list[ir.Root]:
        return [root for each in nodes for root in self.origins_of(each, bound)]

    def origins_of_name(self, name: str, bound: dict[str, list[ir.Root]]) -> list[ir.Root]:
        if name in bound:
            return bound[name]
        whole = self.wholes.get(name)
        if whole is not None:
            return [place.root for place in self.memory_in(whole)]
        info = self.info.get(name)
        if info is None or isinstance(info.kind, Scalar):
            return []
        if info.place is not None:
            return [info.place.root]
        return self.parts_memory(name) if isinstance(info.kind, (Tuple, Dict, Record)) else []

    def outside_memory(self, expr: gast.AST) -> list[ir.Root] | None:
        """The memory of a global or captured variable, or of its attribute."""
        if isinstance(expr, gast.Name) and ir.is_ssa(expr.id) or not isinstance(expr, (gast.Name, gast.Attribute)):
            return None
        shown = None
        for root in self.roots:
            if not ir.is_ssa(root.name) or "." in root.name and isinstance(expr, gast.Attribute):
                shown = trees.show(expr) if shown is None else shown
                if root.name == shown:
                    return [root]
        return None

    def makes_new(self, expr: gast.Call) -> bool:
        """Whether a call is known to make something new."""
        function: Any = expr.func
        called = getattr(function, "builtin", None) or trees.function_of(function)
        if getattr(expr, "fresh", False) or any(called is each for each in (*FRESH_BUILTINS, *FRESH_FUNCTIONS)):
            return True
        if (getattr(called, "__module__", None) or "") in ("math", "cmath"):
            return True
        return isinstance(function, gast.Attribute) and function.attr in FRESH_METHODS

    def origins_of_call(self, expr: gast.Call, bound: dict[str, list[ir.Root]]) -> list[ir.Root]:
        function: Any = expr.func
        if self.makes_new(expr):
            return []
        parts = [*expr.args, *[each.value for each in expr.keywords]]
        if isinstance(function, gast.Attribute):
            parts.append(function.value)
        elif not isinstance(function, gast.Name) or ir.is_ssa(function.id):
            parts.append(function)
        return self.all_origins(parts, bound)

    def is_numeric(self, expr: gast.BinOp) -> bool:
        """Whether an operation is one of numbers or arrays, which makes something new; not of lists."""
        spine: list[gast.AST] = [expr]
        while spine:
            each = spine.pop()
            if isinstance(each, gast.BinOp):
                if not isinstance(each.op, (gast.Add, gast.Mult, gast.BitOr, gast.BitAnd)):
                    return True
                spine += [each.left, each.right]
            elif isinstance(each, gast.Constant) and not isinstance(each.value, int):
                return True
            elif isinstance(each, gast.Name) and each.id in self.info:
                kind = self.info[each.id].kind
                if isinstance(kind, Array) or isinstance(kind, Scalar) and kind.char not in "bi":
                    return True
        return False

    def is_fancy(self, index: gast.AST) -> bool:
        """Whether an index takes a copy: an array or a list is among its parts."""
        for each in index.elts if isinstance(index, gast.Tuple) else [index]:
            info = self.info.get(each.id) if isinstance(each, gast.Name) else None
            if isinstance(each, (gast.List, gast.Compare)) or info is not None and isinstance(info.kind, (Array, List)):
                return True
        return False


def gives_distinct_parts(call: gast.Call) -> bool:
    """Whether no two of the arrays that a call gives share memory, but for that of its arguments."""
    function = trees.function_of(call.func)
    if any(function is each for each in DISTINCT_PARTS):
        return not any(isinstance(each, gast.Starred) for each in call.args)
    return getattr(call, "fresh", False) and function not in DIAGONAL


def is_new_list(expr: gast.AST) -> bool:
    """Whether an expression makes a list or dict that is new itself, though its items may not be."""
    if isinstance(expr, (gast.List, gast.ListComp, gast.Dict, gast.DictComp)):
        return True
    if isinstance(expr, gast.Call):
        if isinstance(expr.func, gast.Attribute) and expr.func.attr == "copy":
            return True
        return any(getattr(expr.func, "builtin", None) is each for each in NEW_LISTS)
    return isinstance(expr, gast.Subscript) and isinstance(expr.slice, gast.Slice)


def holds_lists(kind: Kind) -> bool:
    """Whether the sum of what a list holds may be a list."""
    return isinstance(kind, List) and kind.item is not None and not isinstance(kind.item, (Scalar, Array))
