"""Part of the stage `infer`: what a function that stands beside the main one has of the functions around it.

    def f(x):                                def visit_forward(k, total, x):
        total = 0.0                              ...
        def visit(k):                  ->        total = total + k * x
            nonlocal total                       ...
            total = total + k * x                return None, total, (...)
            ...

What it reads there is passed along with its arguments, also for the local functions that it may call; what it sets
there (`nonlocal`) it returns beside its result.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.infer_lifting import declared_outside, free_names
from s2sad.kinds import Static
from s2sad.values import Conflict, Frame, LocalFunction, Value

Variable = tuple[Any, str]  # the number of a frame, and a name in it


@dataclass
class Surroundings:
    """read: the variables of enclosing functions that are passed along; assigned: those that it sets."""

    called: str
    read: dict[Variable, Value] = field(default_factory=dict)
    assigned: list[Variable] = field(default_factory=list)
    seen: set[tuple[int, Any]] = field(default_factory=set)


class Captured:
    def surroundings(self, tree: Any, frame: Frame, arguments: dict[str, Value]) -> Surroundings:
        """What a function reads and sets of those around it, by itself or by a local function that it may call."""
        found = Surroundings(tree.name)
        if frame.parent is not None:
            read = {each.id for each in trees.walk(tree) if isinstance(each, gast.Name)} - frame.locals
            self.capture_names(frame.parent, read, declared_outside(tree), found)
        for value in arguments.values():
            self.capture_of_function(value, found)
        return found

    def capture_names(self, frame: Frame, names: set[str], assigned: set[str], found: Surroundings) -> None:
        for name in sorted(names | assigned):
            outer: Frame | None = frame
            while outer is not None and (outer.number, name) not in self.state:
                outer = outer.parent
            value = None if outer is None else self.state[outer.number, name]
            if isinstance(value, Value):
                if not isinstance(value.kind, Static) or reads_variables(value):
                    found.read[outer.number, name] = value
                self.capture_of_function(value, found)
            if name in assigned:
                self.capture_assigned(frame, name, found)

    def capture_assigned(self, frame: Frame | None, name: str, found: Surroundings) -> None:
        while frame is not None and name not in frame.locals:
            frame = frame.parent
        if frame is None:
            return  # refused where it is assigned
        value = self.state.get((frame.number, name))
        if not isinstance(value, Value) or is_code(value):
            raise self.refuse("nonlocal_recursion", None, name=name, called=found.called)
        if (frame.number, name) not in found.assigned:
            found.assigned.append((frame.number, name))

    def capture_of_function(self, value: Value, found: Surroundings) -> None:
        """What a local function captures, if the value is one."""
        static = value.static
        if isinstance(static, LocalFunction) and (id(static.tree), static.frame.number) not in found.seen:
            found.seen.add((id(static.tree), static.frame.number))
            self.capture_names(static.frame, free_names(static.tree), declared_outside(static.tree), found)

    def with_assigned(self, result: Value, variables: list[Variable], tree: Any) -> Value:
        """What a function returns, and what it leaves in these variables of the functions around it."""
        if not variables:
            return result
        values = [self.state[each] for each in variables]
        for value, (_, name) in zip(values, variables):
            if isinstance(value, Conflict):
                raise self.refuse(value.key, tree, **{"name": name, **value.words})
            if is_code(value):
                raise self.refuse("nonlocal_recursion", tree, name=name, called=tree.name)
        return self.make_tuple([result, *values])


def is_code(value: Value) -> bool:
    """Whether a value is a function or class or something else that the walk must know, and no data."""
    return isinstance(value.kind, Static) and not isinstance(value.static, (str, bytes, type(None)))


def reads_variables(value: Value) -> bool:
    """Whether what is known is written by variables of this function, which another one has not."""
    return any(ir.is_ssa(each) and each[-1].isdigit() for each in trees.names_in(value.expr))
