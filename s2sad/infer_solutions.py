"""Part of the stage `infer`: solvers of several unknowns, whose function stands beside the main one.

    x = optimize.root(g, x0, args=(p,)).x          solution = optimize.root(g, x0, args=(p,))
                                              ->   x = solution.x                           # effect: Solved
                                                   def g_forward(x, p): ...                 # beside
                                                   def g_backward(saved, value_grad): ...

The call stays as it is. The halves of g (or its tangent) are handed to a helper that says how the solution follows p
(`rules/implicit.py`).
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.kinds import UNKNOWN, Array, Dim, Kind, Scalar, Static, Tuple
from s2sad.local_functions import RESULT
from s2sad.rules import implicit
from s2sad.values import Solution, Value


class Solutions:
    # ---------------------------------------------------------------- systems of equations
    def call_system(self, call: Any, node: Any, hint: str | None) -> Value:
        """root, fsolve, fixed_point: g(x, ...) = 0, or g(x, ...) = x."""
        if call.name == "fixed_point" and isinstance(call.bound["x0"].kind, Scalar):
            root = self.solution(call.function, call.args, call.keywords, Scalar("float64"))
            return self.root_of(call, root, node, hint, fixed=True)
        x = self.unknown(call.bound["x0"], call.name, node)

        def residual(value: Value, unknown: Value) -> Value:
            value = self.flat(value, node)
            return self.binary(gast.Sub(), value, unknown, node) if call.name == "fixed_point" else value

        return self.solved(call, x, call.target, residual, node, hint)

    def call_minimum(self, call: Any, node: Any, hint: str | None) -> Value:
        """minimize, least_squares: where the gradient of the objective is zero."""
        x = self.unknown(call.bound["x0"], call.name, node)
        target = call.target
        if call.name == "least_squares":
            key = "cost", target
            target = self.facts.results.get(key) or self.facts.results.setdefault(key, implicit.cost_of(target))
        plain = self.plain_of(self.gradient_of(target), [Value(trees.name("x"), x), *call.others], {})
        made = self.solved(call, x, plain, lambda value, unknown: self.flat(value, node), node, hint)
        self.add_least(made.static, "cost" if call.name == "least_squares" else "fun", target, call, node)
        return made

    def add_least(self, solution: Solution, part: str, target: Any, call: Any, node: Any) -> None:
        """The value at the minimum, for whoever asks for it."""

        def least() -> Value:
            found = self.emit(trees.attr(solution.whole, part), ir.Plain(True), Scalar("float64"), False)
            place = self.without_gradient(solution.parts["x"])
            given = Value(call.given.expr, Static(target))
            again = self.settle(self.call_value(given, [place, *call.others], {}, node))
            return self.primitive(implicit.LEAST, [found, again], lambda exprs: exprs[0], node)

        solution.parts[part] = least

    def call_scalar(self, call: Any, node: Any, hint: str | None) -> Value:
        """root_scalar and minimize_scalar: the root of the function, or of its derivative."""
        whole = self.opaque(call)
        part = "root" if call.name == "root_scalar" else "x"
        root = self.emit(trees.attr(whole.expr, part), ir.Plain(True), Scalar("float64"), False, hint or "x")
        made = self.solution_value(call, whole, {part: self.root_of(call, root, node, hint)})
        if call.name == "minimize_scalar":
            self.add_least(made.static, "fun", call.target, call, node)
        return made

    def solved(self, call: Any, x: Array, target: Any, finish: Any, node: Any, hint: str | None) -> Value:
        """The solution, and how it follows what its function is given."""
        op = None
        if any(self.may_vary(each) for each in call.others):
            op = self.function_beside(target, [("x", x, True)], call.others, finish, node, call.name)
            op.adjoint, op.tangent = implicit.ROOT_HELPERS
        whole = self.opaque(call)
        is_array = call.name in ("fsolve", "fixed_point")
        expr = whole.expr if is_array else trees.attr(whole.expr, "x")
        made = self.emit(expr, ir.Plain(True), x, False, hint if is_array else "x")
        self.follow(made, op)
        return made if is_array else self.solution_value(call, whole, {"x": made})

    def unknown(self, start: Value, name: str, node: Any) -> Array:
        """The kind of the unknowns: a vector."""
        kind = start.kind
        rank = (
            0 if isinstance(kind, Scalar) else 1 if isinstance(kind, Tuple) or start.items else getattr(kind, "rank", 1)
        )
        if rank not in (0, 1) or getattr(kind, "char", "f") == "c":
            raise self.refuse("solver_start", node, name=name)
        return Array("float64", (Dim(("unknowns", id(node))),))

    def flat(self, value: Value, node: Any) -> Value:
        """What a function returns, as a vector."""
        if value.items is not None or not isinstance(value.kind, (Array, Scalar)):
            value = self.as_array(value, node)
        value = self.settle(value)
        if isinstance(value.kind, Array) and value.kind.rank == 1:
            return value
        return self.settle(self.call_function(np.ravel, [value], node))

    # ---------------------------------------------------------------- for all solvers
    def opaque(self, call: Any) -> Value:
        """The call itself, once, as it stands: no derivative comes through it."""
        return self.solution(call.function, call.args, call.keywords, UNKNOWN)

    def solution_value(self, call: Any, whole: Value, parts: dict[str, Value]) -> Value:
        name = f"{call.name}{RESULT}"
        return Value(trees.name(name), Static(Solution(call.name, whole.expr, parts, PLAIN[call.name])))

    def part_of_solution(self, solution: Solution, name: str, node: Any) -> Value:
        if name in solution.parts:
            found = solution.parts[name]
            return found() if callable(found) else found
        if name in solution.plain:
            return Value(trees.attr(solution.whole, name), UNKNOWN)
        raise self.refuse("solver_part", node, name=solution.name, part=name)

    def follow(self, made: Value, op: ir.Solved | None, solution: gast.AST | None = None) -> None:
        """Says of a solution that has been emitted how it varies. solution: what the helpers see, if not itself."""
        if op is None:
            return
        forward = self.request.mode == "forward"  # there its tangent is made before anything else happens to it
        op.solution = solution or (made.expr if forward else self.operand(made))
        info = self.info[made.expr.id]
        info.statement.effect = op
        info.varied = made.varied = True

    def function_beside(
        self,
        target: Any,
        unknowns: list[tuple[str, Kind, bool]],
        others: list[Value],
        finish: Any,
        node: Any,
        name: str,
        starts: tuple[Value, ...] = (),
        options: dict[str, Value] | None = None,
    ) -> ir.Solved:
        """The function of a solver as one beside the main one, and what it is given: all but the solution.

        unknowns: what the solver gives it: name, kind, and whether a derivative by it is asked for.
        """
        given = [self.pseudo(*each) for each in unknowns]
        tree, source = self.lowered_source(target, node)
        if tree is None:
            raise self.refuse("no_source", node, name=target.__name__, reason=source)
        frame = self.new_frame(source, target, tree, target.__globals__, None)
        function = Value(trees.name(target.__name__), Static(target))
        defaults = [self.default_value(function, target, k, each) for k, each in enumerate(target.__defaults__ or ())]
        named = {
            key: self.default_value(function, target, key, each) for key, each in (target.__kwdefaults__ or {}).items()
        }
        arguments = self.bind_arguments(tree.args, [*given, *others], {}, defaults, named, node, target.__name__)
        passed: list[Value] = []
        shapes = {key: self.flatten(value, passed, node) for key, value in arguments.items()}
        key = ("solved", self.path, self.site_number())
        unknown = list(arguments)[next((k for k, each in enumerate(unknowns) if each[2]), 0)]

        def finished(value: Value, given: Any) -> Value:
            return finish(value, given[self.frame.number, unknown])

        instance = self.walk_instance(key, tree, frame, shapes, len(passed), [], finished)
        if len(instance.results) != 1 or any(
            self.leaf_site(instance, k) in self.facts.written for k in range(len(passed))
        ):
            raise self.refuse("solver_writes", node, name=name, function=target.__name__)
        leaves = passed[len(given) :]
        return ir.Solved(
            instance,
            len(given),
            trees.const(None),
            [self.operand(each) for each in leaves],
            [each.kind for each in leaves],
            [self.operand(each) for each in starts],
            [each.kind for each in starts],
            None,
            None,
            {key: self.operand(each) for key, each in (options or {}).items()},
        )

    def pseudo(self, base: str, kind: Kind, varied: bool) -> Value:
        """A value that only the function beside knows: what the solver calls it with."""
        name = self.names.fresh(base)
        place = (
            ir.Place(self.new_root((self.path, self.site_number()), name, kind)) if isinstance(kind, Array) else None
        )
        self.info[name] = ir.Info(kind, varied, None, place, self.loops, self.position)
        return Value(trees.name(name), kind, varied, place=place)


PLAIN = {
    **dict.fromkeys(
        ("root", "minimize", "least_squares", "root_scalar", "minimize_scalar"),
        ("success", "converged", "flag", "status", "message", "nfev", "njev", "nit", "iterations", "function_calls"),
    ),
    "solve_ivp": ("success", "status", "message"),
}
