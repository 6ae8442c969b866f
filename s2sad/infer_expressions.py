"""Part of the stage `infer`: expressions."""

from __future__ import annotations

import builtins
import dataclasses
import math
import operator
import sys
import types
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.indexing import item_kind
from s2sad.infer_fixed_lists import plain_list_kind
from s2sad.kinds import (
    BOOL,
    UNKNOWN,
    Array,
    Dict,
    Kind,
    List,
    Mapping,
    Never,
    Record,
    Scalar,
    Static,
    Text,
    Tuple,
    Unknown,
    carries_gradient,
    join,
    kind_of,
)
from s2sad.rules import registry
from s2sad.values import MISSING, BoundMethod, Conflict, Frame, LocalFunction, Object, Partial, Value

OPERATORS: dict[type, Any] = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Div: operator.truediv,
    gast.Pow: operator.pow,
    gast.MatMult: operator.matmul,
    gast.FloorDiv: operator.floordiv,
    gast.Mod: operator.mod,
    gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
    gast.BitAnd: operator.and_,
    gast.BitOr: operator.or_,
    gast.BitXor: operator.xor,
    gast.UAdd: operator.pos,
    gast.USub: operator.neg,
    gast.Invert: operator.invert,
}
DUNDERS = {
    gast.Add: "add",
    gast.Sub: "sub",
    gast.Mult: "mul",
    gast.Div: "truediv",
    gast.Pow: "pow",
    gast.MatMult: "matmul",
    gast.FloorDiv: "floordiv",
    gast.Mod: "mod",
}
COMPARES: dict[type, Any] = {
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
    gast.Is: operator.is_,
    gast.IsNot: operator.is_not,
    gast.In: lambda a, b: a in b,
    gast.NotIn: lambda a, b: a not in b,
}


class Expressions:
    """`visit` gives the Value of an expression. What carries no derivative stays an expression; each operation that
    does
    becomes a statement."""

    def visit(self, node: gast.AST, hint: str | None = None) -> Value:
        if isinstance(node, gast.BinOp):
            return self.visit_binop(node, hint)
        method = getattr(self, "visit_" + node.__class__.__name__, None)
        if method is None:
            raise self.refuse("expression", node, what=type(node).__name__)
        if isinstance(
            node,
            (
                gast.Call,
                gast.IfExp,
                gast.UnaryOp,
                gast.Subscript,
                gast.List,
                gast.ListComp,
                gast.Dict,
                gast.DictComp,
                gast.Attribute,
                gast.BoolOp,
            ),
        ):
            return method(node, hint)
        return method(node)

    def visit_all(self, nodes: list[gast.AST]) -> list[Value]:
        """Several expressions in the order of evaluation: one is put into a statement if a later one has an effect."""
        values, marks, effects = [], [], []
        for node in nodes:
            values.append(self.visit(node))
            marks.append((self.block, len(self.block)))
            effects.append(self.effects)
        for k, value in enumerate(values):
            if (
                self.effects != effects[k]
                and not self.trivial(value.expr)
                and not self.quiet
                and not isinstance(value.kind, Static)
            ):
                block, at = marks[k]
                if block is self.block:
                    later = self.block[at:]
                    del self.block[at:]
                    values[k] = self.settle(value)
                    self.block.extend(later)
        return values

    def visit_inert(self, node: gast.AST) -> Value:
        """An expression that is only looked at: a test, a message. It stays one expression where that is possible."""
        if self.needs_statements(node):
            return self.settle(self.visit(node))
        self.quiet += 1
        try:
            return self.visit(node)
        finally:
            self.quiet -= 1

    def needs_statements(self, node: gast.AST) -> bool:
        """Whether an expression calls something that only exists inside this function, so that it can't stay as it
        is."""
        for each in gast.walk(node):
            if isinstance(each, gast.Call):
                if isinstance(each.func, gast.Name):
                    found = self.lookup_quietly(each.func.id)
                    if isinstance(found, Value) and isinstance(found.static, (LocalFunction, Partial, BoundMethod)):
                        return True
                    if (
                        isinstance(found, Value)
                        and isinstance(found.static, types.FunctionType)
                        and self.has_memory(each)
                    ):
                        return True
                elif isinstance(each.func, gast.Attribute):
                    if isinstance(each.func.value, gast.Name):
                        found = self.lookup_quietly(each.func.value.id)
                        if isinstance(found, Value) and (
                            found.object is not None or isinstance(found.kind, (List, Mapping))
                        ):
                            return True
                    else:
                        return True
        return False

    def has_memory(self, call: gast.Call) -> bool:
        for each in gast.walk(call):
            if isinstance(each, gast.Name):
                found = self.lookup_quietly(each.id)
                if isinstance(found, Value) and (found.object is not None or found.place is not None):
                    return True
        return False

    # ---------------------------------------------------------------- names
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
        if name in space:
            value = space[name]
            self.guard(space, name, value)
            if name in frame.globals and not isinstance(kind_of(value), Static):
                pass
            return self.outside_value(value, self.reference(name, frame), ("global", id(space), name))
        value = getattr(builtins, name, MISSING)
        if value is MISSING:
            raise self.refuse("undefined", node, name=name)
        self.guards[id(space), name] = self.make_guard(space, name, "is", value)
        return Value(trees.builtin(name), Static(value))

    def outside_value(self, value: Any, expr: gast.AST, site: Any) -> Value:
        """A global or captured variable's value; data has no gradient, but its kind is known."""
        kind = kind_of(value, site)
        if isinstance(value, types.ModuleType):
            expr = trees.copy_tree(expr)
            expr.module = value
            return Value(expr, Static(value))
        if isinstance(kind, Static):
            return Value(expr, kind)
        if isinstance(kind, Record) and kind.cls is list:
            kind = plain_list_kind(kind)
        if isinstance(kind, Record):
            return self.outside_object(value, expr, kind, site)
        place = None
        if isinstance(kind, (Array, List, Mapping, Unknown)):
            place = ir.Place(self.outside_root(site, trees.show(expr), kind))
        return Value(expr, kind, place=place)

    def outside_object(self, value: Any, expr: gast.AST, kind: Any, site: Any) -> Value:
        """An object that lives outside of f: its attributes are read where they are, and have no gradient."""
        thing = self.outside_objects.get(id(value))
        if thing is None:
            thing = self.outside_objects[id(value)] = Object(type(value), list(vars(value)))
            thing.sources = (thing,)
            for key, each in vars(value).items():
                self.guard(value, key, each)
                self.state[thing, key] = self.outside_value(each, trees.attr(expr, key), (*site, key))
        elif any((thing, key) not in self.state for key in thing.keys):
            for key, each in vars(value).items():
                self.state[thing, key] = self.outside_value(each, trees.attr(expr, key), (*site, key))
        return Value(expr, kind, object=thing)

    def outside_root(self, site: Any, name: str, kind: Kind) -> ir.Root:
        for root in self.roots:
            if root.site == site:
                return root
        return self.new_root(site, name, kind)

    def reference(self, name: str, frame: Frame) -> gast.AST:
        """How the generated program refers to a global of a function's module."""
        if frame.namespace is self.request.namespace:
            return trees.name(name, scope="global")
        module = sys.modules.get(frame.namespace.get("__name__", ""))
        if module is not None and vars(module) is frame.namespace:
            return trees.attr(trees.name(module.__name__.rpartition(".")[2], module=module), name)
        space = self.external(f"{frame.namespace.get('__name__', 'outer')}_globals".replace(".", "_"), frame.namespace)
        return trees.index(space, trees.const(name))

    def external(self, base: str, value: Any) -> gast.AST:
        for name, each in self.externals.items():
            if each is value:
                return trees.name(name, scope="external")
        name = base
        while name in self.externals or name in self.request.namespace:
            name += "_"
        self.externals[name] = value
        return trees.name(name, scope="external")

    def guard(self, space: Any, name: str | None, value: Any) -> None:
        kind = kind_of(value, 0)
        if isinstance(kind, Static):
            self.guards[id(space), name] = self.make_guard(space, name, "is", value)
        else:
            self.guards[id(space), name] = self.make_guard(space, name, "kind", kind)

    def make_guard(self, space: Any, name: str | None, test: str, expected: Any) -> Any:
        from s2sad.requests import Guard

        return Guard(space, name, test, expected)

    def static_value(self, value: Any, module: Any = None, name: str | None = None) -> Value:
        """A module, or a thing imported from one inside the function."""
        if isinstance(value, types.ModuleType):
            return Value(trees.name(value.__name__.rpartition(".")[2], module=value), Static(value))
        expr = trees.attr(trees.name(module.__name__.rpartition(".")[2], module=module), name or value.__name__)
        return self.outside_value(value, expr, ("import", module.__name__, name))

    # ---------------------------------------------------------------- atoms and displays
    def visit_Constant(self, node: gast.Constant) -> Value:
        value = node.value
        if isinstance(value, bool):
            return Value(node, BOOL)
        if isinstance(value, int):
            return Value(node, Scalar("int", value))
        if isinstance(value, (float, complex)):
            return Value(node, Scalar(type(value).__name__))
        return Value(node, Static(value))

    def visit_Tuple(self, node: gast.Tuple) -> Value:
        items = self.starred_items(node.elts)
        return self.make_tuple(items)

    def make_tuple(self, items: list[Value], cls: type | None = None) -> Value:
        if not self.quiet:
            items = [item if item.items is not None or item.object is not None else self.settle(item) for item in items]
        expr = gast.Tuple([item.expr for item in items], gast.Load())
        return Value(expr, Tuple(tuple(i.kind for i in items), cls), any(i.varied for i in items), items=items)

    def starred_items(self, nodes: list[gast.AST]) -> list[Value]:
        plain = [each.value if isinstance(each, gast.Starred) else each for each in nodes]
        items: list[Value] = []
        for each, value in zip(nodes, self.visit_all(plain)):
            if isinstance(each, gast.Starred):
                items.extend(self.parts_of(value, None, each))
            else:
                items.append(value)
        return items

    def visit_List(self, node: gast.List, hint: str | None = None) -> Value:
        return self.make_list(self.starred_items(node.elts), hint)

    def visit_Set(self, node: gast.Set) -> Value:
        items = self.starred_items(node.elts)
        if any(item.varied for item in items):
            raise self.refuse("active_set", node)
        return Value(gast.Set([item.expr for item in items]), UNKNOWN)

    def visit_Dict(self, node: gast.Dict, hint: str | None = None) -> Value:
        known: list[tuple[Any, Value]] = []
        for key, each in zip(node.keys, node.values):
            value = self.visit(each)
            if key is None:
                if isinstance(value.kind, Mapping):
                    return self.make_mapping(node, hint)
                if value.object is None:
                    raise self.refuse("dict_merge", each)
                known.extend((k, self.state[value.object, k]) for k in value.object.keys)
                continue
            found = self.visit(key)
            constant = found.expr.value if isinstance(found.expr, gast.Constant) else found.static
            if constant is MISSING or not isinstance(constant, (str, int, type(None))):
                return self.make_mapping(node, hint)
            known.append((constant, value))
        return self.make_dict(dict(known), hint)

    def make_dict(self, parts: dict[Any, Value], hint: str | None = None) -> Value:
        site = None if self.quiet else self.dict_site()
        if self.is_mapping_site(site):
            return self.mapping_of(parts, hint, site)
        thing = Object(dict, list(parts), site=site)
        settled = {}
        for key, value in parts.items():
            settled[key] = (
                value
                if self.quiet
                else self.settle(value, f"{hint}_{key}" if hint and str(key).isidentifier() else None)
            )
            self.state[thing, key] = settled[key]
        expr = gast.Dict([trees.const(key) for key in settled], [value.expr for value in settled.values()])
        kind = Dict(tuple((key, value.kind) for key, value in settled.items()))
        return self.made_object(thing, expr, kind, hint)

    def made_object(self, thing: Object, expr: gast.AST, kind: Kind, hint: str | None) -> Value:
        """Names a new dict or record, so that what refers to it as a whole finds it."""
        if self.quiet:
            return Value(expr, kind, object=thing)
        varied = any(self.state[thing, key].varied for key in thing.keys)
        thing.loops, thing.block = self.loops, self.block
        value = self.emit(expr, ir.Plain(False), kind, varied, hint)
        value.object = thing
        value.place = None
        self.info[value.expr.id].place = None
        self.info[value.expr.id].statement.makes = thing
        return value

    def visit_JoinedStr(self, node: gast.JoinedStr) -> Value:
        parts = []
        for each in node.values:
            if isinstance(each, gast.FormattedValue):
                spec = None if each.format_spec is None else self.visit_inert(each.format_spec).expr
                parts.append(gast.FormattedValue(self.visit_inert(each.value).expr, each.conversion, spec))
            else:
                parts.append(each)
        active = any(self.value_is_active(each) for each in node.values if isinstance(each, gast.FormattedValue))
        return Value(gast.JoinedStr(parts), Text(active))

    def value_is_active(self, node: gast.AST) -> bool:
        return any(
            isinstance(found := self.lookup_quietly(each.id), Value) and found.varied
            for each in gast.walk(node)
            if isinstance(each, gast.Name)
        )

    def visit_Lambda(self, node: gast.Lambda) -> Value:
        tree = gast.FunctionDef(
            "function", node.args, [gast.copy_location(gast.Return(node.body), node.body)], [], None, None, []
        )
        gast.copy_location(tree, node)
        cached = self.facts.results.setdefault(("lambda", id(node)), tree)
        return self.local_function(cached, "function")

    def visit_Slice(self, node: gast.Slice) -> Value:
        parts = [None if each is None else self.visit(each) for each in (node.lower, node.upper, node.step)]
        for part in parts:
            if part is not None:
                self.use_as_integer(part)
        values = [None if p is None else p.expr if self.quiet else self.settle(p).expr for p in parts]
        made = gast.Slice(*values)
        symbols = tuple(None if part is None else self.bound_symbol(part) for part in parts)
        return Value(made, Static(SliceOf(symbols)))

    def bound_symbol(self, value: Value) -> Any:
        if value.static is None:
            return None
        known = self.known(value)
        if isinstance(known, int):
            return known
        symbol = value.kind.symbol if isinstance(value.kind, Scalar) else None
        return ("?",) if symbol is None else symbol

    def visit_Starred(self, node: gast.Starred) -> Value:
        raise self.refuse("expression", node, what="a starred expression here")

    # ---------------------------------------------------------------- operators
    def visit_binop(self, node: gast.BinOp, hint: str | None = None) -> Value:
        """A chain `a + b + c + ...` is walked in a loop, so that a sum of thousands of terms is no deep recursion."""
        spine = [node]
        while isinstance(spine[-1].left, gast.BinOp):
            spine.append(spine[-1].left)
        left = self.visit(spine[-1].left)
        for each in reversed(spine):
            if self.simple_operand(each.right):
                right = self.visit(each.right)
            else:
                mark, block, effects = len(self.block), self.block, self.effects
                right = self.visit(each.right)
                if (
                    self.effects != effects
                    and not self.trivial(left.expr)
                    and not self.quiet
                    and not isinstance(left.kind, Static)
                ):
                    later = block[mark:]
                    del block[mark:]
                    left = self.settle(left)
                    block.extend(later)
            left = self.binary(each.op, left, right, each, hint if each is node else None)
        return left

    def simple_operand(self, node: gast.AST) -> bool:
        return isinstance(node, (gast.Name, gast.Constant))

    def binary(self, op: gast.operator, left: Value, right: Value, node: gast.AST, hint: str | None = None) -> Value:
        made = self.container_operator(op, left, right, hint)
        if made is not None:
            return made
        if left.object is not None or right.object is not None:
            return self.operator_method(op, left, right, node)
        if isinstance(op, (gast.LShift, gast.RShift, gast.BitAnd, gast.BitOr, gast.BitXor)):
            self.use_as_integer(left)
            self.use_as_integer(right)
        rule = registry.find(OPERATORS[type(op)])
        return self.primitive(rule, [left, right], lambda exprs: gast.BinOp(exprs[0], op, exprs[1]), node, hint)

    def operator_method(self, op: gast.operator, left: Value, right: Value, node: gast.AST) -> Value:
        name = DUNDERS.get(type(op), "?")
        for owner, other, method in ((left, right, f"__{name}__"), (right, left, f"__r{name}__")):
            function = getattr(owner.object.cls, method, None) if owner.object is not None else None
            if isinstance(function, types.FunctionType):
                return self.call_value(
                    Value(owner.expr, Static(BoundMethod(owner, function, method))), [other], {}, node
                )
        raise self.refuse("operator", node, what=type(op).__name__)

    def visit_UnaryOp(self, node: gast.UnaryOp, hint: str | None = None) -> Value:
        if isinstance(node.op, gast.Not):
            value = self.visit_inert(node.operand)
            known = self.truth(value)
            if known is not None:
                return Value(trees.const(not known), BOOL)
            return Value(gast.UnaryOp(node.op, value.expr), BOOL)
        value = self.visit(node.operand)
        if isinstance(node.op, gast.USub) and isinstance(value.expr, gast.Constant) and isinstance(value.kind, Scalar):
            symbol = -value.kind.symbol if isinstance(value.kind.symbol, int) else None
            return Value(gast.UnaryOp(node.op, value.expr), Scalar(value.kind.dtype, symbol))
        rule = registry.find(OPERATORS[type(node.op)])
        return self.primitive(rule, [value], lambda exprs: gast.UnaryOp(node.op, exprs[0]), node, hint)

    def visit_Compare(self, node: gast.Compare) -> Value:
        operands = [node.left, *node.comparators]
        if any(self.needs_statements(each) for each in operands):
            values = [self.settle(value) for value in self.visit_all(operands)]
        else:
            values = [self.visit_inert(each) for each in operands]
        if len(values) == 2:
            known = self.compare_static(node.ops[0], *values)
            if known is not None:
                return Value(trees.const(known), BOOL)
        kind: Kind = BOOL
        arrays = [value.kind for value in values if isinstance(value.kind, Array)]
        if arrays and isinstance(node.ops[0], (gast.Eq, gast.NotEq, gast.Lt, gast.LtE, gast.Gt, gast.GtE)):
            from s2sad.kinds import broadcast_dims

            kind = Array(
                "bool",
                broadcast_dims(*(getattr(v.kind, "dims", () if isinstance(v.kind, Scalar) else None) for v in values)),
            )
        return Value(gast.Compare(values[0].expr, node.ops, [value.expr for value in values[1:]]), kind)

    def compare_static(self, op: gast.cmpop, left: Value, right: Value) -> bool | None:
        function = COMPARES.get(type(op))
        if function is None:
            return None
        a, b = self.known(left), self.known(right)
        if a is not MISSING and b is not MISSING:
            try:
                return bool(function(a, b))
            except Exception:
                return None
        if isinstance(op, (gast.Is, gast.IsNot)) and None in (left.static, right.static):
            other = right if left.static is None else left
            if isinstance(other.expr, gast.Name) and other.expr.id in self.optional:
                return None
            if not isinstance(other.kind, Unknown):
                return isinstance(op, gast.IsNot)
        if (
            isinstance(op, (gast.In, gast.NotIn))
            and right.object is not None
            and right.object.cls is dict
            and a is not MISSING
        ):
            return (a in right.object.keys) == isinstance(op, gast.In)
        return None

    def known(self, value: Value) -> Any:
        """The value itself where it is known when transforming: a string, a function, an int, a tuple of such."""
        if value.static is not MISSING and not isinstance(value.static, SliceOf):
            return value.static
        if isinstance(value.expr, gast.Constant):
            return value.expr.value
        if isinstance(value.kind, Scalar) and isinstance(value.kind.symbol, int) and not value.varied:
            return value.kind.symbol
        if value.items is not None and not value.varied:
            items = [self.known(item) for item in value.items]
            return MISSING if any(item is MISSING for item in items) else tuple(items)
        return MISSING

    def visit_BoolOp(self, node: gast.BoolOp, hint: str | None = None) -> Value:
        """`and` and `or` as tests stay as they are; where they choose a value that carries a gradient, they branch."""
        values = []
        for each in node.values:
            if values and self.needs_statements(each):
                return self.branching_boolop(node, hint)
            value = self.visit_inert(each)
            known = self.truth(value)
            if known is not None:
                if known != isinstance(node.op, gast.And):
                    if not values:
                        return value
                    values.append(value)
                    break
                if each is not node.values[-1]:
                    continue
            values.append(value)
        if len(values) == 1:
            return values[0]
        if any(value.varied and carries_gradient(value.kind) for value in values) and not self.quiet:
            return self.branching_boolop(node, hint)
        kind = values[0].kind
        for value in values[1:]:
            kind = join(kind, value.kind)
        return Value(gast.BoolOp(node.op, [value.expr for value in values]), kind)

    def branching_boolop(self, node: gast.BoolOp, hint: str | None) -> Value:
        first = self.settle(self.visit(node.values[0]))
        rest: gast.AST = (
            node.values[1] if len(node.values) == 2 else gast.copy_location(gast.BoolOp(node.op, node.values[1:]), node)
        )
        test = first.expr
        if isinstance(node.op, gast.And):
            return self.choose(test, lambda: self.visit(rest), lambda: first, hint)
        return self.choose(test, lambda: first, lambda: self.visit(rest), hint)

    def visit_IfExp(self, node: gast.IfExp, hint: str | None = None) -> Value:
        test = self.test(node.test)
        if isinstance(test, bool):
            return self.visit(node.body if test else node.orelse, hint)
        if self.quiet:
            body, orelse = self.visit(node.body), self.visit(node.orelse)
            return Value(
                gast.IfExp(test, body.expr, orelse.expr), join(body.kind, orelse.kind), body.varied or orelse.varied
            )
        return self.choose(test, lambda: self.visit(node.body, hint), lambda: self.visit(node.orelse, hint), hint)

    def choose(self, test: gast.AST, first: Any, second: Any, hint: str | None) -> Value:
        key = ("choice", self.names.fresh("k"))

        def run(side: Any) -> Any:
            def walk() -> None:
                self.state[key] = self.settle(side(), hint)

            return walk

        self.hints = {**getattr(self, "hints", {}), key: hint or "t"}
        self.branch(test, run(first), run(second))
        found = self.state.pop(key)
        if isinstance(found, Conflict):
            raise self.refuse(found.key, None, **{"name": hint or "this", **found.words})
        return found

    # ---------------------------------------------------------------- operations that have rules
    def primitive(
        self,
        rule: Any,
        values: list[Value],
        rebuild: Any,
        node: gast.AST,
        hint: str | None = None,
        *,
        bound: dict[str, Value] | None = None,
        library: str = "numpy",
    ) -> Value:
        """An operation by its rule. `rebuild` makes the user's expression again from the operands' expressions."""
        if bound is None:
            bound = dict(zip(rule.parameters.parameters, values))
        self.note_counts(rule, bound)
        kind = self.result_kind(rule, bound, values, node)
        if rule.view and values:
            rule = self.decided_view(rule, bound, values[0], kind, node)
            if self.assumed is not None:
                assumed, self.assumed = self.assumed, None
                made = self.primitive(rule, values, rebuild, node, hint, bound=bound, library=library)
                return self.assumed_copy(made, assumed)
        varied = rule.form != "nondifferentiable" and carries_gradient(kind) and any(value.varied for value in values)
        if varied:
            varied = any(bound[name].varied for name in rule.wrt if name in bound) or rule_varies(rule, bound)
        if varied and not self.quiet:
            for name, value in bound.items():
                if value.varied and name not in rule.wrt and carries_gradient(value.kind):
                    raise self.refuse("rule_keyword", node, name=rule.name, keywords=name)
        if not varied or self.quiet:
            expr = rebuild([value.expr for value in values])
            mark_pure(expr)
            made = Value(expr, kind, varied)
            if rule.view and values and values[0].place is not None and isinstance(kind, (Array, List)):
                made.place = self.view_place(values[0].place, values[0].expr, expr, node)
                self.mark_read_only(made.place, rule, bound)
            return made
        listed = self.tuples_as_lists(rule, bound, node)
        values = [listed.get(id(value), value) for value in values]
        bound = {name: listed.get(id(value), value) for name, value in bound.items()}
        return self.active_primitive(rule, values, rebuild, bound, kind, node, hint, library)

    def active_primitive(
        self,
        rule: Any,
        values: list[Value],
        rebuild: Any,
        bound: dict[str, Value],
        kind: Kind,
        node: gast.AST,
        hint: str | None,
        library: str,
    ) -> Value:
        if not getattr(rule, "variadic", None) and not isinstance(kind, List):
            arrays_of = {id(value): self.list_as_array(value, node) for value in values}
            values = [arrays_of[id(value)] for value in values]
            bound = {name: arrays_of.get(id(value), value) for name, value in bound.items()}
        view = rule.view and values[0].place is not None and isinstance(kind, (Array, List))
        names = (
            {id(value): self.operand(value) for value in values}
            if not view
            else {id(value): value.expr for value in values}
        )
        exprs = [names[id(value)] for value in values]
        constants = {}
        for name, value in bound.items():
            known = self.known(value)
            if known is not MISSING:
                constants[name] = known
        arrays = kinds = None
        if getattr(rule, "variadic", None):
            listed = bound[rule.variadic]
            arrays = [self.operand(item) for item in listed.items]
            kinds = [item.kind for item in listed.items]
            exprs = [
                gast.List(arrays, gast.Load())
                if value is listed and isinstance(value.expr, gast.List)
                else gast.Tuple(arrays, gast.Load())
                if value is listed
                else expr
                for value, expr in zip(values, exprs)
            ]
        expr = rebuild(exprs)
        mark_pure(expr)
        op = ir.Primitive(
            rule,
            {name: names.get(id(value), value.expr) for name, value in bound.items()},
            {name: value.kind for name, value in bound.items()},
            constants,
            library,
            arrays,
            kinds,
        )
        if view:
            place = self.view_place(values[0].place, values[0].expr, expr, node)
            self.mark_read_only(place, rule, bound)
            if self.is_changed(place):
                made = self.emit(expr, ir.Plain(True), kind, True, hint)
                made.place = self.info[made.expr.id].place = place
                return made
            op.arguments = {name: self.operand(value) for name, value in bound.items()}
            made = self.emit(expr, op, kind, True, hint)
            made.place = self.info[made.expr.id].place = place
            return made
        made = self.emit(expr, op, kind, True, hint)
        if made.place is not None and self.is_changed(made.place):
            op.result = self.emit_load(made).expr.id
        return made

    def list_as_array(self, value: Value, node: gast.AST) -> Value:
        """NumPy takes a list for an array: here that is said."""
        if not value.varied or not isinstance(value.kind, (List, Tuple)):
            return value
        function = Value(trees.attr(trees.module(np), "array"), Static(np.array))
        return self.call_value(function, [value], {}, node)

    def result_kind(self, rule: Any, bound: dict[str, Value], values: list[Value], node: gast.AST) -> Kind:
        kinds = {name: self.rule_kind(value) for name, value in bound.items()}
        real = [k for k in kinds.values() if isinstance(k, Scalar) and k.dtype == "real"]
        if real and all(isinstance(k, Scalar) and k.dtype in ("real", "int", "bool") for k in kinds.values()):
            if rule.function in (
                operator.add,
                operator.sub,
                operator.mul,
                operator.neg,
                operator.pos,
                operator.pow,
                operator.floordiv,
                operator.mod,
            ):
                return Scalar("real")
        if any(isinstance(k, Never) for k in kinds.values()):
            return Never()
        if any(isinstance(k, Unknown) for k in kinds.values()) and rule.form == "partials":
            return Array("", None)
        try:
            kind = rule.kind(kinds)
        except (registry.RuleError, TypeError, ValueError, KeyError, AttributeError, IndexError):
            return UNKNOWN
        if isinstance(kind, Scalar) and kind.char == "i" and kind.symbol is None:
            kind = Scalar(kind.dtype, symbol_of(rule.function, list(kinds.values())))
        return kind

    def rule_kind(self, value: Value) -> Kind:
        known = self.known(value)
        if known is not MISSING and (isinstance(known, bool) or not isinstance(value.kind, (Scalar, Tuple))):
            return Static(known)
        return value.kind

    def operand(self, value: Value) -> gast.AST:
        """A name or constant for an operand; of written memory, what it holds at this moment."""
        expr = value.expr
        if (
            value.place is not None
            and (value.varied or isinstance(value.kind, Array))
            and not self.quiet
            and self.is_changed(value.place)
        ):
            return self.emit_load(value).expr  # also of what carries no gradient: the reverse sweep may read it
        if self.trivial(expr) or self.known(value) is not MISSING:
            return expr
        if isinstance(expr, (gast.Tuple, gast.List)) and value.items is not None:
            made = trees.copy_tree(expr)
            made.elts = [self.operand(item) for item in value.items]
            return made
        if isinstance(value.kind, Static):
            return expr
        return self.settle(value).expr

    def use_as_integer(self, value: Value) -> None:
        """A parameter that is used as an integer is a count, not a real number."""
        if (
            isinstance(value.kind, Scalar)
            and value.kind.dtype == "real"
            or value.varied
            and isinstance(value.kind, Scalar)
        ):
            found = self.int_parameters(value.expr)
            if found:
                self.facts.counts |= found
                from s2sad.values import Restart

                raise Restart

    def int_parameters(self, expr: gast.AST) -> set[Any]:
        """The parameters given as Python ints that an expression is computed from."""
        found: set[Any] = set()
        todo, seen = [expr], set()
        while todo:
            for node in gast.walk(todo.pop()):
                if isinstance(node, gast.Name) and node.id not in seen and node.id in self.info:
                    seen.add(node.id)
                    info = self.info[node.id]
                    site = self.leaf_sites.get(node.id)
                    if site is not None and info.kind == Scalar("real"):
                        found.add(site)
                    if info.statement is not None and hasattr(info.statement, "value"):
                        todo.append(info.statement.value)
                    for pairs in self.phi_sources.get(node.id, ()):
                        todo.append(pairs)
        return found


class SliceOf:
    """The symbols of a slice's bounds, as a static value: (start, stop, step)."""

    def __init__(self, symbols: tuple[Any, ...]) -> None:
        self.symbols = symbols


def rule_varies(rule: Any, bound: dict[str, Value]) -> bool:
    variadic = getattr(rule, "variadic", None)
    return bool(variadic) and bound[variadic].varied


def mark_pure(expr: gast.AST) -> None:
    if isinstance(expr, gast.Call):
        expr.pure = True


def symbol_of(function: Any, kinds: list[Kind]) -> Any:
    """A name for the value of integer arithmetic, so that the same expression names the same length."""
    symbols = [kind.symbol if isinstance(kind, Scalar) else None for kind in kinds]
    if any(symbol is None for symbol in symbols) or function is operator.truediv:
        return None
    if all(isinstance(symbol, int) for symbol in symbols):
        try:
            value = function(*symbols)
        except Exception:
            return None
        return value if isinstance(value, int) and abs(value) < 2**62 else None
    if len(str(symbols)) > 200:
        return None
    return (getattr(function, "__name__", "?"), *symbols)


_ = (math, np, item_kind, List, Mapping, Record, Object)
