"""Part of the stage `infer`: `try`. What ran before the exception is reversed, what did not is not; where that can't be
known, reading what it may have changed is refused.

    try:                          failed = False
        y = math.log(x)           try:
    except ValueError:    ->          y = math.log(x)
        y = 0.0                   except ValueError:
                                      failed = True
                                      y = 0.0
"""

from __future__ import annotations

import contextlib
import types
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import UNKNOWN, Scalar
from s2sad.statements import blocks_of
from s2sad.values import Conflict, Value

SIMPLE = (gast.Assign, gast.AugAssign, gast.Expr, gast.Pass, gast.Assert, gast.Raise)


class Try:
    def infer_try(self, node: gast.Try) -> None:
        origin, outer, before, start = self.origin, self.block, dict(self.state), self.position
        raises = self.varied_raises
        body, unsure = self.try_body(node, before)
        body_state, carried = self.state, self.varied_raises > raises
        handlers, going_on = [], []
        for handler in node.handlers:
            self.block = outer
            self.block = self.new_block()
            self.state = {k: Conflict("try_unknown") if k in unsure else v for k, v in before.items()}
            self.state.update({k: Conflict("try_unknown") for k in unsure})
            made = self.handler(handler, carried)
            handlers.append(made)
            if not self.leaves(self.block):
                going_on.append((self.state, self.block, made))
        self.block = outer
        self.block, self.state = self.new_block(apart=bool(node.handlers)), body_state
        self.walk(node.orelse)
        otherwise, body_state = self.block, self.state
        if going_on and self.half_done(body):
            raise self.refuse("try_unknown", node)
        self.origin, self.block = origin, outer
        caught = self.mark_caught(going_on) if going_on else None
        self.branch_start = start
        self.state = self.join_ways(body_state, otherwise or body, going_on)
        self.block = self.new_block(apart=False)
        self.walk(node.finalbody)
        final, self.block = self.block, outer
        statement = gast.Try(body or [gast.Pass()], list(handlers), otherwise, final)
        statement.caught, statement.going_on = caught, [block for _, block, _ in going_on]
        self.origin = origin
        self.add(statement)

    def suppressed(self, node: gast.With) -> gast.stmt | None:
        """`with contextlib.suppress(E): ...` -> `try: ...` `except E: pass`, within the other contexts"""
        found = [self.entered(item.context_expr) is contextlib.suppress for item in node.items]
        if not any(found):
            return None
        at = found.index(True)
        expr = node.items[at].context_expr
        if not getattr(expr, "args", None) or any(isinstance(each, gast.Starred) for each in expr.args):
            return None
        self.visit_inert(expr.func)
        inside, around = node.items[at + 1 :], node.items[:at]
        body = [gast.copy_location(gast.With(inside, node.body, None), node)] if inside else node.body
        caught = expr.args[0] if len(expr.args) == 1 else gast.Tuple(expr.args, gast.Load())
        passing = gast.copy_location(gast.Pass(), expr)
        handler = gast.copy_location(gast.ExceptHandler(caught, None, [passing]), expr)
        made = gast.copy_location(gast.Try(body, [handler], [], []), node)
        return gast.copy_location(gast.With(around, [made], None), node) if around else made

    def entered(self, node: gast.AST) -> Any:
        """The class or function that makes a context, as far as that is known."""
        if isinstance(node, gast.Call):
            return self.callee(node.func)
        found = self.callee(node)
        if found is None and isinstance(node, gast.Name):
            value = self.lookup_quietly(node.id)
            return value.object.cls if isinstance(value, Value) and value.object is not None else None
        return type(found)

    def may_swallow(self, context: Any) -> bool:
        """Whether a context may end what raises an exception, so that f goes on behind it."""
        made_by = getattr(context, "__wrapped__", None)  # @contextlib.contextmanager
        function = made_by if made_by is not None else getattr(context, "__exit__", None)
        if not isinstance(function, types.FunctionType):
            return False
        tree = getattr(self.lowered_source(function, None)[1], "tree", None)
        if tree is None:
            return False
        if made_by is not None:
            tries = [each for each in gast.walk(tree) if isinstance(each, gast.Try) and each.handlers]
            return any(isinstance(each, gast.Yield) for one in tries for part in one.body for each in gast.walk(part))
        given = [each.value for each in gast.walk(tree) if isinstance(each, gast.Return)]
        return any(each is not None and getattr(each, "value", True) not in (None, False) for each in given)

    def try_body(self, node: gast.Try, before: dict[Any, Any]) -> tuple[list[gast.stmt], set[Any]]:
        """The statements of the body, and the variables that it may have changed when it fails."""
        self.block = self.new_block(apart=bool(node.handlers))
        self.walk(node.body[:-1])
        middle = dict(self.state)
        self.walk(node.body[-1:])
        for each in self.block if node.handlers else ():
            each.impure = not isinstance(each.effect, (ir.Load, ir.Pack))  # that it may fail is its use
        after = middle if isinstance(node.body[-1], SIMPLE) else self.state
        return self.block, {key for key, value in after.items() if value is not before.get(key)}

    def handler(self, handler: gast.ExceptHandler, carried: bool) -> gast.ExceptHandler:
        """carried: whether what is caught may hold a value that needs a gradient, which nothing follows there."""
        kind = None if handler.type is None else self.visit_inert(handler.type).expr
        name = None
        if handler.name is not None:
            plain = handler.name.id if isinstance(handler.name, gast.Name) else handler.name
            name = self.names.fresh(plain)
            self.exceptions.add(name)
            self.info[name] = ir.Info(UNKNOWN, loops=self.loops, position=self.position)
            self.set_variable(plain, Value(trees.name(name, passing=True), UNKNOWN, carried))  # gone behind it
        self.walk(handler.body)
        if not self.block:
            self.add(gast.Pass())
        return gast.ExceptHandler(kind, None if name is None else trees.name(name), self.block)

    def mark_caught(self, going_on: list[Any]) -> str:
        """A name that tells which handler ran: 0 for none."""
        caught = self.names.fresh("failed")
        single = len(going_on) == 1
        self.info[caught] = ir.Info(Scalar("bool" if single else "int"), loops=self.loops, position=self.position)
        self.add(trees.assign(caught, trees.const(False if single else 0)), ir.Plain(False)).caught = True
        for k, (_, block, _) in enumerate(going_on):
            mark = trees.assign(caught, trees.const(True if single else k + 1))
            mark.effect, mark.origin, mark.loops, mark.position = (
                ir.Plain(False),
                self.origin,
                self.loops,
                self.position,
            )
            block.insert(0, mark)
        return caught

    def join_ways(self, state: dict[Any, Any], block: list[gast.stmt], going_on: list[Any]) -> dict[Any, Any]:
        """The state after: of the body and of each handler that goes on, two at a time."""
        blocks = [block]
        self.live_names = self.live_from_here()
        for other, handled, _ in going_on:
            joined, copies = self.joined_states([state, other])
            for each, pairs in ((b, copies[0]) for b in blocks):
                if pairs:
                    self.add_copies(pairs, each)
            if copies[1]:
                self.add_copies(copies[1], handled)
            blocks.append(handled)
            state = joined
        return state

    def half_done(self, body: list[gast.stmt]) -> bool:
        """Whether a body that fails may leave something behind that the reverse sweep would have to know of."""
        for each in body:
            effect = getattr(each, "effect", None)
            if isinstance(effect, (ir.Store, ir.Append, ir.Extend, ir.Pop)) and each is not body[-1]:
                return True
            if isinstance(each, (gast.For, gast.While)) or any(
                self.half_done([*inner, gast.Pass()]) for inner in blocks_of(each)
            ):
                return True
        return False
