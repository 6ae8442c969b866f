"""Part of the stage `naming`: variables that may have no value where the program copies or saves them for itself.

Such a one begins as None. Where f itself reads it, maybe still without a value, f raises an error, as does the program:

    for i in range(n):                y = None
        y = x * i                     for i in range(n):
    y2 = y   (a copy of ours)   ->        y = x * i
    for k in range(m):                y2 = y
        y2 = x * k                    for k in range(m):
    value = y2                            y2 = x * k
                                      if y2 is None:
                                          raise UnboundLocalError("y has no value")
                                      value = y2

Where f itself sets a variable to None, that is looked at when it becomes another variable, whose value may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from s2sad import trees
from s2sad.looks import is_look
from s2sad.statements import all_of, own_expressions, targets
from s2sad.unset_reads import surely_read


def begin_without_value(body: list[gast.stmt], names: dict[str, str], parameters: set[str]) -> None:
    """Looks at a body whose names are those of the text; `names`: what became of those in single assignment."""
    walk = _Walk(set(names.values()) | parameters)
    while walk.again:
        walk.again = False
        walk.block(body, State(walk.begun | parameters, parameters))
    if not walk.begun:
        return
    walk.base = {final: name.rpartition(".")[0] for name, final in reversed(names.items())}
    walk.nones = set_to_none(body)
    walk.checks = True
    walk.block(body, State(walk.begun | parameters, parameters))
    starts = [trees.assign(name, trees.const(None)) for name in sorted(walk.begun)]
    for each in starts:
        each.origin = None
    body[:0] = starts


@dataclass
class State:
    """bound: the names that surely stand for something; valued: for something other than the None they begin as."""

    bound: set[str]
    valued: set[str]

    def copy(self) -> State:
        return State(set(self.bound), set(self.valued))


def meet(states: list[State | None]) -> State | None:
    """What holds on each of several ways; None: a way that ends."""
    found = [each for each in states if each is not None]
    if not found:
        return None
    return State(set.intersection(*(each.bound for each in found)), set.intersection(*(each.valued for each in found)))


class _Walk:
    """Through the statements in their order, as often as more is found to begin as None; then once for the checks.
    Those are not for the reverse sweep: where it reads what the forward sweep has read, that has a value."""

    def __init__(self, variables: set[str]) -> None:
        self.variables = variables
        self.again, self.checks = True, False
        self.begun: set[str] = set()
        self.empty: set[str] = set()  # what may be a copy of None
        self.base: dict[str, str] = {}
        self.nones: set[str] = set()  # what f sets to None: it has a value then
        self.breaks: list[list[State | None]] = []

    def block(self, block: list[gast.stmt], state: State | None) -> State | None:
        k = 0
        while k < len(block) and state is not None:
            node = block[k]
            checks = self.read(node, state)
            replaced = bool(checks) and is_look(node)  # it was there for that error
            block[k : k + replaced] = checks
            k += len(checks)
            if replaced:
                continue
            state = self.statement(node, state)
            k += 1
        return state

    # ---------------------------------------------------------------- reads
    def read(self, node: gast.stmt, state: State) -> list[gast.stmt]:
        """What a statement reads without a value: what we save begins as None; what f reads is looked at first."""
        if is_reverse(node):
            return []
        if is_copy(node):
            return self.read_by_copy(node, state) if self.checks else []
        if getattr(node, "save", None):
            for name in sorted(loads(node.value.args) & self.variables - state.bound):
                self.begun.add(name)
                self.again = True
            return []
        if not self.checks:
            return []
        return self.look_at(set().union(*map(surely_read, own_expressions(node))), state)

    def read_by_copy(self, node: gast.stmt, state: State) -> list[gast.stmt]:
        """`v = a` of f's, where v is None before: whether `a` had a value can't be seen afterwards."""
        pairs = [(name, source.id) for name, source in pairs_of(node) if isinstance(source, gast.Name)]
        own = {source for name, source in pairs if name in self.nones and self.shown(name) != self.shown(source)}
        return self.look_at(own, state)

    def look_at(self, names: set[str], state: State) -> list[gast.stmt]:
        found = names & (self.begun | self.empty) - state.valued - self.nones
        state.valued |= found
        return [self.check(name) for name in sorted(found)]

    def shown(self, name: str) -> str:
        base = self.base.get(name, name)
        return name if base.startswith("#") else base

    def check(self, name: str) -> gast.If:
        message = trees.const(f"{self.shown(name)} has no value")
        test = trees.is_none(trees.name(name))
        return gast.If(test, [gast.Raise(trees.call(trees.builtin("UnboundLocalError"), message), None)], [])

    # ---------------------------------------------------------------- statements
    def statement(self, node: Any, state: State) -> State | None:
        if is_copy(node):
            return self.copied(node, state)
        if isinstance(node, (gast.Return, gast.Raise)):
            return None
        if isinstance(node, gast.Break):
            self.breaks[-1].append(state)
            return None
        if isinstance(node, gast.If):
            return meet([self.block(node.body, state.copy()), self.block(node.orelse, state.copy())])
        if isinstance(node, (gast.For, gast.While)):
            return self.loop(node, state)
        if isinstance(node, gast.Try):
            return self.protected(node, state)
        made = targets(node)
        if isinstance(node, gast.With):
            return self.block(node.body, State(state.bound | made, state.valued | made))
        if isinstance(node, gast.Delete):
            gone = {each.id for each in node.targets if isinstance(each, gast.Name)}
            return State(state.bound - gone, state.valued - gone)
        return State(state.bound | made, state.valued | made)

    def copied(self, node: Any, state: State) -> State:
        pairs = list(pairs_of(node))
        made = State(state.bound | {name for name, _ in pairs}, state.valued - {name for name, _ in pairs})
        for name, source in pairs:
            read = source.id if isinstance(source, gast.Name) and source.id in self.variables else None
            if read is None or read in state.valued:
                made.valued.add(name)
                continue
            if read not in state.bound:
                self.begun.add(read)
                self.again = True
            if name not in self.empty:
                self.empty.add(name)
                self.again = self.again or not self.checks
        return made

    def loop(self, node: Any, state: State) -> State | None:
        """Until what holds where an iteration begins stays the same; only then what it reads is looked at."""
        checks, self.checks = self.checks, False
        start: State = state
        while True:
            end, _ = self.iteration(node, start)
            new = meet([start, end])
            if new is None or new == start:
                break
            start = new
        self.checks = checks
        end, breaks = self.iteration(node, start)
        if isinstance(node, gast.While) and isinstance(node.test, gast.Constant) and node.test.value:
            return meet(breaks)
        return meet([*breaks, end if runs(node) else start])

    def iteration(self, node: Any, start: State) -> tuple[State | None, list[State | None]]:
        self.breaks.append([])
        made = targets(node) if isinstance(node, gast.For) else set()
        end = self.block(node.body, State(start.bound | made, start.valued | made))
        return end, self.breaks.pop()

    def protected(self, node: gast.Try, state: State) -> State | None:
        """Anything of what a `try` protects may not have been run."""
        tried = self.block(node.body, state.copy())
        ways = [self.block(node.orelse, tried.copy()) if tried is not None else None]
        ways += [self.block(each.body, state.copy()) for each in node.handlers]
        found = meet(ways)
        last = self.block(node.finalbody, state.copy() if found is None or not node.finalbody else found)
        return last if found is not None else None


def set_to_none(body: list[gast.stmt]) -> set[str]:
    """The variables that f sets to None, themselves or by way of others."""
    pairs = []
    for node in all_of(body):
        if not is_reverse(node) and isinstance(node, gast.Assign):
            if is_copy(node):
                pairs += pairs_of(node)
            elif isinstance(node.targets[0], gast.Name):
                pairs.append((node.targets[0].id, node.value))
    found = {name for name, source in pairs if isinstance(source, gast.Constant) and source.value is None}
    while True:
        more = {name for name, source in pairs if isinstance(source, gast.Name) and source.id in found} - found
        if not more:
            return found
        found |= more


def is_reverse(node: Any) -> bool:
    return getattr(node, "reverse", False) or hasattr(node, "forward")


def is_copy(node: Any) -> bool:
    return getattr(node, "copied", False)


def pairs_of(node: Any) -> Any:
    """The names that a copy sets, and what each is a copy of."""
    target = node.targets[0]
    if isinstance(target, gast.Tuple):
        return [(each.id, source) for each, source in zip(target.elts, node.value.elts)]
    return [(target.id, node.value)]


def runs(loop: Any) -> bool:
    """Whether a loop surely has an iteration: its range is known, and not empty."""
    call = getattr(loop, "iter", None)
    bounds = [trees.literal(each) for each in getattr(call, "args", ())]
    if trees.function_of(getattr(call, "func", None)) is not range or not bounds:
        return False
    return all(isinstance(each, int) for each in bounds) and len(range(*bounds)) > 0


def loads(nodes: list[Any]) -> set[str]:
    """The names that expressions read."""
    found = [each for node in nodes for each in trees.walk(node) if isinstance(each, gast.Name)]
    return {each.id for each in found if isinstance(each.ctx, gast.Load) and not hasattr(each, "module")}
