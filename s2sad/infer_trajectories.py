"""Part of the stage `infer`: initial value problems, whose right-hand side stands beside the main function.

    y = solve_ivp(f, span, y0, args=(p,)).y         solution = solve_ivp(f, span, y0, args=(p,), dense_output=True)
                                               ->   y = solution.y      # effect: Solved

The call stays as it is, but that the solver keeps its interpolation for the reverse sweep. How y follows y0 and p is
said by a helper (`rules/scipy/trajectories.py`), from the halves of f, or from f with its tangent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad import ir, trees
from s2sad.kinds import BOOL, FLOAT, UNKNOWN, Array, Dim, Scalar, Tuple
from s2sad.values import Value

CHOSEN = "chosen steps"  # the axis of a solution along which its times were chosen by the solver


class Trajectories:
    def refuse_chosen_steps(self, values: list[Value], node: Any) -> None:
        """At times that the solver chose a solution has no derivative: views may lead to its ends, but nothing else may
        take all of it."""
        dims = [each for value in values if value.varied for each in getattr(value.kind, "dims", None) or ()]
        if any(is_chosen(each.key) for each in dims):
            raise self.refuse("solver_steps", node)

    def call_solve_ivp(self, call: Any, node: Any, hint: str | None) -> Value:
        bound = call.bound
        times = self.parts_of(bound["t_span"], None, node)
        given = bound.get("t_eval")
        given = None if given is None or given.static is None else given
        moved = self.moved_times(times, given, node)
        forward = self.request.mode == "forward"
        if not forward:
            call.keywords["dense_output"] = Value(trees.const(True), BOOL)
        state, start = self.state_kind(bound["y0"], call, node)
        op = None
        if start.varied or moved or any(map(self.may_vary, call.others)):
            from s2sad.rules.scipy.trajectories import IVP_AND_TIMES_HELPERS, IVP_HELPERS  # only SciPy's users have it

            options = {"span": self.make_tuple(times)} if forward else {}
            options |= self.options_of(call, ("method", "rtol", "atol", "max_step"))
            if given is not None:
                options["times_given"] = Value(trees.const(True), BOOL)
            unknowns = [("t", FLOAT, False), ("y", state, True)]
            rate = self.rate(node)
            op = self.function_beside(
                call.target, unknowns, call.others, rate, node, call.name, starts=(start, *moved), options=options
            )
            op.adjoint, op.tangent = IVP_AND_TIMES_HELPERS if moved else IVP_HELPERS
        whole = self.opaque(call)
        span = Dim((CHOSEN if given is None else "times", id(node)))
        made = self.emit(trees.attr(whole.expr, "y"), ir.Plain(True), Array("float64", (*state.dims, span)), False, "y")
        self.follow(made, op, whole.expr)
        parts = {"y": made, "t": Value(trees.attr(whole.expr, "t"), Array("float64", (span,)))}
        if given is not None and given.varied:
            parts["t"] = self.as_vector(given, node)
        elif moved:
            del parts["t"]
        return self.solution_value(call, whole, parts)

    def moved_times(self, span: list[Value], given: Value | None, node: Any) -> tuple[Value, ...]:
        """The start and the times at which the solution is asked for, as one vector, where a gradient flows to them."""
        if not any(each.varied for each in span) and not (given is not None and given.varied):
            return ()
        if given is None:
            return (self.settle(self.as_array(self.make_tuple(span), node)),)
        parts = [self.as_array(self.make_tuple(span[:1]), node), self.as_vector(given, node)]
        return (self.settle(self.call_function(np.concatenate, [self.make_tuple(parts)], node)),)

    def call_odeint(self, call: Any, node: Any, hint: str | None) -> Value:
        bound = call.bound
        state, start = self.state_kind(bound["y0"], call, node)
        times = self.settle(self.as_vector(bound["t"], node))
        dims = getattr(times.kind, "dims", None) or (Dim(("times", id(node))),)
        op = None
        moved = (times,) if times.varied else ()
        if start.varied or moved or any(map(self.may_vary, call.others)):
            from s2sad.rules.scipy.trajectories import ODEINT_AND_TIMES_HELPERS, ODEINT_HELPERS

            options = {"times": times, **self.options_of(call, ("tfirst", "rtol", "atol"))}
            unknowns = [("y", state, True), ("t", FLOAT, False)]
            if "tfirst" in bound and self.known(bound["tfirst"]):
                unknowns.reverse()
            rate = self.rate(node)
            op = self.function_beside(
                call.target, unknowns, call.others, rate, node, call.name, starts=(start, *moved), options=options
            )
            op.adjoint, op.tangent = ODEINT_AND_TIMES_HELPERS if moved else ODEINT_HELPERS
        made = self.solution(call.function, call.args, call.keywords, Array("float64", (dims[0], *state.dims)))
        self.follow(made, op)
        return made

    def rate(self, node: Any) -> Any:
        """What a right-hand side returns, as a vector."""
        return lambda value, unknown: self.flat(value, node)

    def options_of(self, call: Any, names: tuple[str, ...]) -> dict[str, Any]:
        """What the caller says of how to solve: it goes for the derivative, too."""
        return {name: call.bound[name] for name in names if name in call.bound}

    def state_kind(self, y0: Value, call: Any, node: Any) -> tuple[Array, Value]:
        """The kind of the state, and its start as a vector."""
        start = self.settle(self.as_vector(y0, node))
        kind = start.kind
        if kind != UNKNOWN and (not isinstance(kind, Array) or kind.rank not in (1, None) or kind.char == "c"):
            raise self.refuse("solver_state", node, name=call.name)
        dims = getattr(kind, "dims", None) or (Dim(("state", id(node))),)
        return Array("float64", tuple(dims)), start

    def as_vector(self, value: Value, node: Any) -> Value:
        """A list or tuple as the array that SciPy makes of it; a number as one of one element."""
        if self.items_throughout(value) is not None or isinstance(value.kind, Tuple):
            return self.as_array(value, node)
        if isinstance(value.kind, Scalar):
            return self.flat(value, node)
        return value if isinstance(value.kind, Array) else self.as_array(value, node)


def is_chosen(key: Any) -> bool:
    """Whether an axis goes along steps that a solver chose: all of them, or a part that is more than one end."""
    if isinstance(key, Dim):
        return is_chosen(key.key)
    if not isinstance(key, tuple) or not key:
        return False
    if key[0] == "slice" and key[2:] in (((-1, None, None),), ((None, 1, None),), ((0, 1, None),)):
        return False
    return key[0] == CHOSEN or any(map(is_chosen, key))
