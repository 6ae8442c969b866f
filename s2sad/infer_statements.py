"""Part of the stage `infer`: simple statements: assignments and what they bind, imports, nested functions, `with`."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import is_call, is_pure, load
from s2sad.infer_dunders import class_of
from s2sad.infer_stores import is_maybe_number
from s2sad.kinds import BOOL, Kind, Scalar, Static, Unknown, may_be_number
from s2sad.local_functions import local_name
from s2sad.named_numbers import called, is_number
from s2sad.own_sums import is_own, keeps_form
from s2sad.values import MISSING, Frame, LocalFunction, Value, shown_variable


class Statements:
    def walk(self, body: list[gast.stmt]) -> None:
        for node in body:
            self.origin = (self.frame.source, node)
            self.mark_set(getattr(node, "starts", ()), None)
            self.look_whether_set(node)
            start = self.position
            getattr(self, "do_" + node.__class__.__name__, self.do_other)(node)
            self.mark_set(getattr(node, "marks", ()), start)

    def do_other(self, node: gast.stmt) -> None:
        raise self.refuse("statement", node, what=type(node).__name__)

    def do_Pass(self, node: gast.stmt) -> None:
        pass

    def do_Assign(self, node: gast.Assign) -> None:
        target = node.targets[0]
        if isinstance(target, gast.Tuple) and isinstance(node.value, gast.Tuple):
            if self.swap_items(target, node.value, node):
                return
            hints = [each.id if isinstance(each, gast.Name) else None for each in target.elts]
            self.bind(target, self.visit_Tuple(node.value, hints))
            return
        if isinstance(target, (gast.Tuple, gast.List)):
            self.look_first(node.value, node)
        hint = shown_variable(target.id) if isinstance(target, gast.Name) else None
        self.bind(target, self.visit(node.value, hint=hint))

    def show_as(self, value: Value, name: str) -> None:
        """A temporary that the user has a name for is shown under that name, if it is shown at all."""
        made = value.expr.id if isinstance(value.expr, gast.Name) else ""
        if (ir.base_of(made) in ("#t", "#r") or made in self.names.unnamed) and name != "_":
            self.names.shown.setdefault(made, name)

    def bind(self, target: gast.AST, value: Value) -> None:
        """target = value."""
        if isinstance(target, gast.Name) and value.maybe is not None:
            self.state[self.variable_key(target.id)] = value.maybe
        elif isinstance(target, gast.Name):
            settled = self.settle(value, shown_variable(target.id))
            self.show_as(settled, shown_variable(target.id))
            if is_number(settled.expr):
                number = called(settled.expr, shown_variable(target.id), self.origin)
                settled = dataclasses.replace(settled, expr=number)
            self.set_variable(target.id, settled)
        elif isinstance(target, (gast.Tuple, gast.List)):
            self.unpack(target, value)
        elif isinstance(target, gast.Subscript):
            self.store_item(target, self.settle(value))
        elif isinstance(target, gast.Attribute):
            self.store_attribute(target, self.settle(value))
        else:
            raise self.refuse("statement", target, what=type(target).__name__)

    def variable_key(self, name: str) -> Any:
        frame: Frame | None = self.frame
        if name in frame.globals:
            raise self.refuse("global_write", None, name=name)
        if name in frame.nonlocals:
            frame = frame.parent
            while frame is not None and name not in frame.locals:
                frame = frame.parent
            if frame is None:
                raise self.refuse("nonlocal_write", None, name=name)
        return frame.number, name

    def set_variable(self, name: str, value: Any) -> None:
        if isinstance(value, Value):
            self.note_whole(value)
        self.state[self.variable_key(name)] = value

    def unpack(self, target: gast.Tuple | gast.List, value: Value) -> None:
        value = self.taken_apart(value, self.origin[1])
        count = len(target.elts)
        star = next((k for k, each in enumerate(target.elts) if isinstance(each, gast.Starred)), None)
        if star is not None and self.unpack_star(target, value, star):
            return
        parts = self.parts_of(value, count if star is None else None, target)
        if star is None:
            if len(parts) != count:
                raise self.refuse("unpack", target, count=count, given=len(parts))
            for each, part in zip(target.elts, parts):
                self.bind(each, part)
            return
        if len(parts) < count - 1:
            raise self.refuse("unpack", target, count=count - 1, given=len(parts))
        after = count - star - 1
        middle = parts[star : len(parts) - after]
        groups = [*parts[:star], self.make_list(middle), *parts[len(parts) - after :]]
        for each, part in zip(target.elts, groups):
            self.bind(each.value if isinstance(each, gast.Starred) else each, part)

    def do_AugAssign(self, node: gast.AugAssign) -> None:
        target = node.target
        if isinstance(target, gast.Name):
            current = self.visit(load(target))
            if isinstance(node.op, gast.BitOr) and self.is_dict(current):
                self.call_value(self.get_attribute(current, "update", node), [self.visit(node.value)], {}, node)
                return
            if class_of(current) is not None:
                self.bind(target, self.augmented_object(node, current))
                return
            if is_maybe_number(current) and self.has_second_name(current, (self.frame.number, target.id)):
                self.bind(target, self.augmented_apart(node, current, target.id))
                return
            if self.is_memory(current) or isinstance(current.kind, Unknown):
                if not may_be_number(current.kind):
                    self.augment_array(node, current)
                    return
                if not self.is_own(target.id):
                    self.augment_in_place(node, current)
                    return
                current = self.settle(current)
                value = self.visit(node.value)
                made = self.settle(self.binary(node.op, current, value, node, target.id), target.id)
                if not isinstance(value.kind, Scalar) or not is_same_dtype(made.kind, current.kind):
                    self.check_kept(target.id, current, made)
                self.bind(target, made)
                return
            self.bind(target, self.binary(node.op, current, self.visit(node.value), node, target.id))
        elif isinstance(target, gast.Subscript):
            self.augment_item(node)
        else:
            owner = self.settle(self.visit(target.value))
            current = self.get_attribute(owner, target.attr, target)
            if is_maybe_number(current):
                self.store_attribute_value(owner, target.attr, self.augmented_apart(node, current, target.attr), target)
                return
            if self.is_memory(current):
                self.augment_in_place(node, current)
                return
            made = self.augmented_object(node, current, target.attr)
            self.store_attribute_value(owner, target.attr, self.settle(made, target.attr), target)

    def augment_array(self, node: gast.AugAssign, current: Value) -> None:
        """array op= value, or array = array op value, where that is the same and the gradient needs the array as it
        was."""
        name, value = node.target.id, None  # type: ignore[attr-defined]
        if isinstance(node.op, (gast.Mult, gast.Div, gast.Pow)) and self.is_own(name):
            value = self.visit(node.value)
            needed = value.varied or isinstance(node.op, gast.Pow) and current.varied
            alone = not self.has_second_name(current, (self.frame.number, name))
            if needed and alone and keeps_form(current.kind, value.kind):
                self.bind(node.target, self.settle(self.binary(node.op, current, value, node, name), name))
                return
        self.augment_in_place(node, current, value)

    def is_own(self, name: str) -> bool:
        def known(node: gast.AST) -> Any:
            local = not self.frame.locals.isdisjoint(trees.names_in(node))
            return None if local else self.known(self.visit(node))

        return self.frame.tree is not None and is_own(name, self.frame.tree, known)

    def check_kept(self, name: str, old: Value, new: Value) -> None:
        """op= keeps the shape and the dtype of an array: a program that sets it anew says so where it would not."""
        if self.quiet or not isinstance(old.expr, gast.Name):
            return
        attributes = [
            gast.Tuple([trees.attr(each.expr, name) for name in ("shape", "dtype")], gast.Load()) for each in (new, old)
        ]
        differs = gast.Compare(attributes[0], [gast.NotEq()], [attributes[1]])
        test = gast.BoolOp(gast.And(), [trees.np_call("ndim", old.expr), differs])
        text = f"the array {name} would get another shape or dtype here: set it anew, by `{name} = ...`"
        self.raise_where(test, "ValueError", text)

    def raise_where(self, test: gast.AST, error: str, text: str) -> None:
        """if test: raise error(text)"""
        raising = gast.Raise(trees.call(trees.builtin(error), trees.const(text)), None)
        found = self.emit(test, ir.Plain(True), BOOL, False, "#c").expr
        self.branch(found, lambda: self.add(raising, ir.Plain(False)) and None, lambda: None)

    def augmented_object(self, node: gast.AugAssign, current: Value, hint: str | None = None) -> Value:
        """What a name, an attribute or an entry of a dict is after op=, if it isn't changed in place."""
        value = self.visit(node.value)
        return self.in_place_method(node, current, value) or self.binary(node.op, current, value, node, hint)

    def do_Expr(self, node: gast.Expr) -> None:
        if isinstance(node.value, gast.Constant):
            return
        value = self.visit(node.value)
        if is_call(value.expr) and not is_pure(value.expr):
            self.add(gast.Expr(value.expr), ir.Plain(False))
            self.effects += 1
        elif not self.trivial(value.expr):
            self.add(gast.Expr(value.expr), ir.Plain(False))

    def do_Break(self, node: gast.Break) -> None:
        self.add(gast.Break())

    def do_Assert(self, node: gast.Assert) -> None:
        sure = self.implied(self.asked_as_test(node.test), True)
        self.look_before_test(node.test)
        test = self.visit_inert(self.asked_as_test(node.test))
        self.take_for_sure(sure)
        if self.truth(test) and not isinstance(node.test, gast.Constant):
            return  # the kinds of the arguments say so, which are looked at at each call
        message = self.visit_inert(node.msg).expr if node.msg is not None else None
        self.add(gast.Assert(test.expr, message), ir.Plain(False))

    def do_Raise(self, node: gast.Raise) -> None:
        if self.frame.stands_for and getattr(getattr(node.exc, "func", None), "id", "") == "NotImplementedError":
            raise self.refuse("no_such_equivalent", node, call=node.exc.args[0].value)
        raised = self.visit_inert(node.exc) if node.exc is not None else None
        exc = None if raised is None else raised.expr
        given = [*node.exc.args, *[each.value for each in node.exc.keywords]] if isinstance(node.exc, gast.Call) else []
        inside = [self.visit_inert(each).varied for each in given]
        self.varied_raises += raised is not None and raised.varied or any(inside)
        cause = self.visit_inert(node.cause).expr if node.cause is not None else None
        self.add(gast.Raise(exc, cause), ir.Plain(False))

    def raise_if(self, test: gast.AST, text: str) -> None:
        """A check of the program's own: a ValueError where the test holds."""
        outer, self.block = self.block, []
        self.add(gast.Raise(trees.call(trees.builtin("ValueError"), trees.const(text)), None), ir.Plain(False))
        body, self.block = self.block, outer
        self.add(gast.If(test, body, []))
        self.effects += 1

    def do_Delete(self, node: gast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, gast.Name):
                self.state.pop(self.variable_key(target.id), None)
            else:
                self.delete_item(target)

    def do_Global(self, node: gast.stmt) -> None:
        pass

    do_Nonlocal = do_Global

    def do_Import(self, node: gast.Import) -> None:
        for alias in node.names:
            module = self.imported(alias.name, node)
            top = sys.modules[alias.name.partition(".")[0]] if alias.asname is None else module
            self.set_variable(alias.asname or alias.name.partition(".")[0], self.static_value(top))

    def do_ImportFrom(self, node: gast.ImportFrom) -> None:
        module = self.imported("." * (node.level or 0) + (node.module or ""), node)
        for alias in node.names:
            value = getattr(module, alias.name, MISSING)
            if value is MISSING:
                value = self.imported(f"{module.__name__}.{alias.name}", node)
            self.set_variable(alias.asname or alias.name, self.static_value(value, module, alias.name))

    def imported(self, name: str, node: gast.AST) -> Any:
        import importlib

        try:
            return importlib.import_module(name, self.frame.namespace.get("__package__"))
        except ImportError as error:
            raise self.refuse("import", node, name=name, error=error) from None

    def do_FunctionDef(self, node: gast.FunctionDef) -> None:
        if node.decorator_list:
            raise self.refuse("decorated_local", node, name=node.name)
        self.set_variable(node.name, self.local_function(node, node.name))

    def local_function(self, node: Any, name: str) -> Value:
        defaults = [self.settle(self.visit(each)) for each in node.args.defaults]
        keywords = [None if each is None else self.settle(self.visit(each)) for each in node.args.kw_defaults]
        made = LocalFunction(node, self.frame, defaults, keywords, name)
        return Value(trees.name(local_name(name)), Static(made))

    def do_With(self, node: gast.With) -> None:
        if all(self.is_grad_of(item.context_expr) for item in node.items):
            self.insert(node, [(item.optional_vars, item.context_expr.args[0]) for item in node.items])
            return
        protected = self.suppressed(node)
        if protected is not None:
            self.walk([protected])
            return
        items = []
        for item in node.items:
            if self.may_swallow(self.entered(item.context_expr)):
                raise self.refuse("with_swallows", item.context_expr)
            context = self.visit_inert(item.context_expr)
            if context.varied or self.value_is_active(item.context_expr):
                raise self.refuse("with_active", item.context_expr)
            target = None
            if item.optional_vars is not None:
                if not isinstance(item.optional_vars, gast.Name):
                    raise self.refuse("with_target", item.optional_vars)
                ssa = self.names.fresh(item.optional_vars.id)
                place = ir.Place(self.new_root((self.path, self.site_number()), ssa, Unknown()))
                self.note_origins(place.root, context.expr, Unknown())
                self.info[ssa] = ir.Info(Unknown(), False, None, place, self.loops, self.position)
                self.set_variable(item.optional_vars.id, Value(trees.name(ssa), Unknown(), place=place))
                target = trees.name(ssa, store=True)
            items.append(gast.withitem(context.expr, target))
        self.effects += 1
        origin, outer = self.origin, self.block
        self.block = self.new_block(apart=False)
        self.walk(node.body)
        body, self.block, self.origin = self.block, outer, origin
        self.add(gast.With(items, body, None))

    def do_Try(self, node: gast.Try) -> None:
        self.infer_try(node)


def is_same_dtype(kind: Kind, other: Kind) -> bool:
    """Whether two have the same dtype, as far as known."""
    return getattr(kind, "dtype", "") == getattr(other, "dtype", "") != ""
