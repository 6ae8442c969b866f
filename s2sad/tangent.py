"""Stage `tangent`: forward mode. Beside each statement of an inferred program, one that computes its tangent.

`v_dot` is how much `v` changes when the chosen parameters change by their tangents. Statements keep their order, so
nothing has to be kept and nothing is run backwards:

    t.3 = x.1 * y.2               t.3 = x.1 * y.2
    value.4 = t.3 * y.2     ->    t.3_dot = x_dot * y.2 + y_dot * x.1
                                  value.4 = t.3 * y.2
                                  value.4_dot = t.3_dot * y.2 + y_dot * t.3

Only names that depend on a chosen parameter and reach the value have a tangent. It is as large as its name's value,
and is memory where that is: what is written into `A` is written into `A_dot`, at the same place (`tangent_memory.py`).
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Scalar, Tuple
from s2sad.overflow import Overflow
from s2sad.refusals import refuse
from s2sad.structures import structure_parts
from s2sad.tangent_calls import Calls
from s2sad.tangent_control import Control
from s2sad.tangent_memory import Memory
from s2sad.tangent_rules import Rules


class Tangent(Rules, Memory, Control, Calls):
    """One walk through a program. `dots`: the tangent of each active name, None where it is known to be zero."""

    def __init__(self, program: ir.Inferred, active: set[str], helpers: Any) -> None:
        self.program, self.active, self.helpers = program, set(active), helpers
        self.info, self.names = program.info, program.names
        self.overflow = Overflow(program, self.active)
        self.dots: dict[str, str | None] = {}
        self.kinds: dict[str, Kind] = {}
        self.block: list[gast.stmt] = []  # the statements made for the one at hand
        self.replaced = False  # they stand in its place
        self.several: dict[str, ir.Several] = {}
        self.behind: dict[str, set[str]] = {}  # by tangent of a temporary, the values that it is computed from
        self.origin: Any = None

    # ---------------------------------------------------------------- the walk
    def walk(self, body: list[gast.stmt]) -> None:
        """Puts the tangents of a block's statements beside them, in place."""
        outer = self.block
        made: list[gast.stmt] = []
        for node in body:
            self.origin = getattr(node, "origin", None) or self.origin
            self.block, self.replaced = [], False
            first = self.statement(node)
            if self.replaced:
                made.extend(self.block)
            elif first:
                made.extend([*self.block, node])
            else:
                made.extend([node, *self.block])
        body[:] = made
        self.block, self.replaced = outer, False

    def statement(self, node: gast.stmt) -> bool:
        """Makes the tangent of one statement; whether it comes before the statement itself."""
        op = getattr(node, "effect", None)
        method = getattr(self, "of_" + type(op or node).__name__, None)
        return bool(method(node, op)) if method is not None else False

    # ---------------------------------------------------------------- names of tangents
    def is_active(self, expr: gast.AST) -> bool:
        """Whether an operand has a tangent that is not known to be zero."""
        return isinstance(expr, gast.Name) and expr.id in self.active and self.dots.get(expr.id, "") is not None

    def dot_name(self, name: str) -> str:
        """The name of a tangent."""
        made = self.dots.get(name)
        if made is None:
            made = self.dots[name] = self.names.fresh(f"{name}_dot")
            self.kinds[made] = self.info[name].kind
        return made

    def dot(self, name: str) -> gast.AST:
        return trees.name(self.dot_name(name))

    def dot_of(self, expr: gast.AST, kind: Kind) -> gast.AST:
        """The tangent of an operand, zeros where it has none."""
        if self.is_active(expr):
            return self.dot(expr.id)
        if isinstance(expr, (gast.List, gast.Tuple)) and self.changes(expr):
            kinds = kind.items if isinstance(kind, Tuple) else [getattr(kind, "item", kind)] * len(expr.elts)
            return type(expr)([self.dot_of(each, its) for each, its in zip(expr.elts, kinds)], gast.Load())
        return self.zero(kind, expr)

    # ---------------------------------------------------------------- making statements
    def add(self, node: gast.stmt) -> gast.stmt:
        node.origin = self.origin
        node.tangent = node.reverse = (
            True  # a statement of ours: what nothing reads of it can go, and arithmetic in it be simplified
        )
        self.block.append(node)
        return node

    def let(self, name: str, expr: gast.AST, kind: Kind | None = None) -> None:
        """name_dot = expr."""
        made = self.dot_name(name)
        if kind is not None:
            self.kinds[made] = kind
        self.behind[made] = self.read_by(expr) if name.startswith("#") else {name}
        node = self.add(trees.assign(made, expr))
        node.number = isinstance(self.info[name].kind, Scalar)

    def read_by(self, expr: gast.AST) -> set[str]:
        """The values that an expression reads, also by temporaries that will be written in place."""
        found: set[str] = set()
        for each in ir.summary(expr).names:
            found |= self.behind.get(each, {each}) if ir.base_of(each).startswith("#") else {each}
        return found

    def let_zero(self, name: str) -> None:
        """The tangent of a name is zero: said of memory, which may be written by another name; else known."""
        info = self.info[name]
        memory = info.place is not None and (info.place.root.stores or info.place.root.name == name)
        if isinstance(info.kind, (Scalar, Array)) and not memory:
            self.dots[name] = None
        else:
            written = info.place is not None and bool(info.place.root.stores)
            self.let(name, self.zero(info.kind, trees.name(name), written))

    # ---------------------------------------------------------------- zeros
    def zero(self, kind: Kind, like: gast.AST, written: bool = False) -> gast.AST:
        """The tangent that is zero, for what `like` holds."""
        if isinstance(like, gast.Constant) or trees.literal(like) is not None:
            return trees.const(None if getattr(like, "value", 0) is None else 0.0)
        if isinstance(kind, Scalar):
            return trees.const(0.0)
        if isinstance(kind, List):
            if isinstance(kind.item, Scalar) or kind.item is None:
                zeros = gast.List([trees.const(0.0)], gast.Load())
                return trees.binary(gast.Mult, zeros, trees.call(trees.builtin("len"), like))
            item = trees.name(self.names.fresh("item"))
            return gast.ListComp(self.zero(kind.item, item), [gast.comprehension(item, like, [], 0)])
        if isinstance(kind, Mapping):
            key, item = trees.name(self.names.fresh("key")), trees.name(self.names.fresh("item"))
            items = trees.call(trees.attr(like, "items"))
            target = gast.Tuple([key, item], gast.Store())
            return gast.DictComp(key, self.zero(kind.value, item), [gast.comprehension(target, items, [], 0)])
        if isinstance(kind, (Tuple, Dict, Record)):
            parts = [(key, self.zero(each, self.part(kind, like, key))) for key, each in structure_parts(kind)]
            return self.structure(kind, parts)
        if isinstance(kind, Array):
            if kind.char in "biu":
                return trees.np_call("zeros_like", like, dtype=trees.builtin("float"))
            made = trees.np_call("zeros_like", like)
            sure = kind.dims is not None and (
                kind.dims != () or kind.dtype
            )  # of an unknown dtype, a number may be meant
            return made if sure or written and kind.dims is None else trees.index(made, gast.Tuple([], gast.Load()))
        return trees.const(0.0)

    def part(self, kind: Kind, expr: gast.AST, key: Any) -> gast.AST:
        """A part of a value of the user's."""
        if isinstance(kind, Record) and kind.cls is not list:
            return trees.attr(expr, key)
        return trees.index(expr, trees.const(key))

    def structure(self, kind: Kind, parts: list[tuple[Any, gast.AST]]) -> gast.AST:
        """What stands for a tuple, dict or record among tangents: a tuple, or a dict."""
        if isinstance(kind, Tuple):
            return gast.Tuple([each for _, each in parts], gast.Load())
        return gast.Dict([trees.const(key) for key, _ in parts], [each for _, each in parts])

    # ---------------------------------------------------------------- plain statements and copies
    def of_Plain(self, node: gast.stmt, op: ir.Plain) -> None:
        if getattr(node, "parameter_copy", False):
            self.copy_of_parameter(node)
            return
        name = single_target(node)
        if name is None or name not in self.active:
            return
        place = self.info[name].place
        if place is not None and (place.path or place.root.name != name):
            if place.root.name in self.active:
                self.let(name, self.at(place))
        elif name not in self.dots:  # a part of a parameter has its own already
            self.let_zero(name)

    def of_Again(self, node: gast.Assign, op: ir.Again) -> None:
        name = node.targets[0].id
        if name in self.active:
            self.let(name, self.dot_of(node.value, self.info[name].kind))

    def of_Copy(self, node: gast.stmt, op: ir.Copy) -> bool:
        pairs = []
        for target, source in op.pairs:
            if target in self.active:
                pairs.append((self.dot_name(target), self.dot_of(source, self.kind_of(source, target))))
        if pairs:
            made = self.add(gast.Assign([trees.name("_", store=True)], trees.const(None), None))
            made.effect = ir.Copy(pairs)
        return True

    def kind_of(self, source: gast.AST, target: str) -> Kind:
        """The kind of what is copied, as the target holds it."""
        kind = self.info[target].kind
        if isinstance(source, gast.Name) and source.id in self.info and isinstance(kind, Array):
            return self.info[source.id].kind
        return kind

    def refuse(self, key: str, **words: Any) -> Exception:
        return refuse(key, self.origin[1], self.origin[0], **words)


def single_target(node: gast.stmt) -> str | None:
    if isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name):
        return node.targets[0].id
    return None
