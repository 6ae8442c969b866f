"""Part of the stage `core`: reads of variables that may have no value then, by the statement that reads.

The function gets `unset`, all of them; a statement gets `looks`, the variables that it surely reads and that some way
to it doesn't set; the statements that set such a variable get `marks`, the first ones of blocks that begin with its
value `starts`. A test that is asked again of the same names holds again:

>>> tree = gast.parse('''
... def f(x, n, fast):
...     if fast:
...         rate = 0.5
...     for i in range(n):
...         last = x
...     if fast:
...         x = rate * x
...     return x + last
... ''').body[0]
>>> note_unset_reads(tree, {"rate", "last"})
>>> tree.body[-1].looks, tree.body[1].body[0].marks
(['last'], ['last'])
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import trees
from s2sad.exposed import names_set
from s2sad.live_variables import stores

LATER = (gast.Lambda, gast.GeneratorExp)
ASKED = (gast.Compare, gast.BoolOp, gast.UnaryOp, gast.BinOp, gast.Name, gast.Constant, gast.Attribute, gast.Subscript)
ASKING = {"isinstance", "len", "callable", "hasattr"}


def note_unset_reads(tree: gast.FunctionDef, variables: set[str]) -> None:
    """`variables`: those of the function that are its own: no parameters, and not set by functions in it."""
    walk = _Walk(variables, names_of_no_use(tree))
    walk.block(tree.body, State(set()))
    tree.unset = walk.unset
    if not walk.unset:
        return
    for node in trees.walk(tree):
        if isinstance(node, (gast.For, gast.With, gast.ExceptHandler)) and (made := walk.unset & bound_by(node)):
            node.body = node.body or [gast.Pass()]
            node.body[0].starts = sorted(made)
        elif isinstance(node, gast.stmt) and node is not tree and (made := walk.unset & set_by(node)):
            node.marks = sorted(made)


def own_variables(tree: gast.FunctionDef) -> set[str]:
    """The variables that only the function itself sets, and only its statements."""
    shared = {
        name for each in trees.walk(tree) if isinstance(each, (gast.Global, gast.Nonlocal)) for name in each.names
    }
    return names_set(tree.body) - shared - {each.id for each in trees.walk(tree.args) if isinstance(each, gast.Name)}


Truth = tuple[str, bool]  # a test, as text, and how it comes out


@dataclass
class State:
    """sure: the variables that have a value; holds: what is known of tests here, with the names that each reads; under:
    the variables that have a value as well where such things hold together."""

    sure: set[str]
    holds: dict[Truth, set[str]] = field(default_factory=dict)
    under: dict[frozenset[Truth], tuple[set[str], set[str]]] = field(default_factory=dict)

    def copy(self) -> State:
        return State(set(self.sure), dict(self.holds), dict(self.under))

    def assumed(self, test: Any, truth: bool) -> State:
        """The state where a test comes out so."""
        made = self.copy()
        if is_question(test):
            made.holds.update(truths(test, truth))
            made.sure.update(*(sure for key, (sure, _) in made.under.items() if key <= made.holds.keys()))
        return made

    def note(self, test: Any, truth: bool, sure: set[str]) -> None:
        found = truths(test, truth)
        self.under[frozenset(found)] = sure, set().union(*found.values())

    def forget(self, names: set[str], memory: bool) -> None:
        """Takes back what is known of tests that read these names, and, with `memory`, parts of anything."""

        def stays(read: set[str], texts: Iterable[Truth]) -> bool:
            return read.isdisjoint(names) and not (memory and any(map(has_parts, texts)))

        self.holds = {key: read for key, read in self.holds.items() if stays(read, [key])}
        self.under = {key: (sure, read) for key, (sure, read) in self.under.items() if stays(read, key)}


def truths(test: Any, truth: bool) -> dict[Truth, set[str]]:
    """What is known of parts of a test that comes out so; each with the names that it reads.

    >>> list(truths(gast.parse("a and not b").body[0].value, True).values())
    [{'a'}, {'b'}]
    """
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return truths(test.operand, not truth)
    if isinstance(test, gast.BoolOp) and isinstance(test.op, gast.And) is truth:
        return {key: read for each in test.values for key, read in truths(each, truth).items()}
    return {(gast.dump(test), truth): trees.names_in(test)}


def meet(states: Iterable[State | None]) -> State | None:
    """What holds on each of several ways; None: a way that doesn't come there."""
    found = [each for each in states if each is not None]
    if not found:
        return None
    made = found[0].copy()
    for each in found[1:]:
        made.sure &= each.sure
        made.holds = {key: read for key, read in made.holds.items() if key in each.holds}
        made.under = {
            key: (sure & each.under[key][0], read) for key, (sure, read) in made.under.items() if key in each.under
        }
    return made


class _Walk:
    def __init__(self, variables: set[str], of_no_use: set[str]) -> None:
        self.variables = variables
        self.of_no_use = of_no_use
        self.unset: set[str] = set()
        self.breaks: list[list[State | None]] = []

    def block(self, block: list[Any], state: State | None) -> State | None:
        for node in list(block):
            if state is None:
                return None
            if isinstance(node, gast.If) and self.is_of_no_use(node):
                asked = self.by_choices(node.test, state)
                if asked is not node.test:
                    asked = gast.copy_location(gast.Expr(asked), node)
                    block.insert(block.index(node), asked)
                    self.look(asked, [asked.value], state)
            state = getattr(self, "of_" + type(node).__name__, self.other)(node, state)
        return state

    def look(self, node: Any, parts: Iterable[Any], state: State) -> None:
        read = set().union(*(surely_read(part) for part in parts if part is not None))
        self.note(node, read, state)
        if not isinstance(node, gast.If) and self.is_of_no_use(node) and getattr(node, "value", None) is not None:
            node.value = self.by_choices(node.value, state)
            self.look_in_choices(node.value, state)

    def is_of_no_use(self, node: Any) -> bool:
        """Whether nothing but an error can come of what a statement computes."""
        if isinstance(node, gast.If):
            return all(map(self.is_of_no_use, (*node.body, *node.orelse)))
        return isinstance(node, (gast.Expr, gast.Pass)) or gives_values(node) and names_set([node]) <= self.of_no_use

    def by_choices(self, expr: Any, state: State) -> Any:
        """`a or b` of no use as `True if a else b`, where b reads what may have no value."""
        parts = [each for each in trees.walk(expr) if isinstance(each, gast.BoolOp)]
        if not any(surely_read(each) & self.variables - state.sure for part in parts for each in part.values[1:]):
            return expr
        return _Choices().visit(trees.copy_tree(expr))

    def note(self, node: Any, read: set[str], state: State) -> None:
        """What a statement, or a side of a choice, reads of what may have no value; from there on it has one."""
        found = sorted((read & self.variables) - state.sure)
        if found:
            node.looks = found
            self.unset.update(found)
            state.sure |= set(found)

    def look_in_choices(self, expr: Any, state: State) -> None:
        """What sides of choices read where the test comes out so: of a value that is of use, reading it shows that."""
        todo = [(expr, state)] if expr is not None else []
        while todo:
            each, known = todo.pop()
            if isinstance(each, gast.IfExp):
                todo.append((each.test, known))
                for side, truth in ((each.body, True), (each.orelse, False)):
                    way = known.assumed(each.test, truth)
                    self.note(side, surely_read(side), way)
                    todo.append((side, way))
            elif not isinstance(each, (*LATER, gast.BoolOp, gast.ListComp, gast.SetComp, gast.DictComp)):
                todo += [(child, known) for child in trees.children(each)]

    # ---------------------------------------------------------------- statements
    def other(self, node: Any, state: State) -> State:
        fields = ("value", "test", "msg", "exc", "cause") if not isinstance(node, gast.Assert) else ("test",)
        targets = [*getattr(node, "targets", ()), getattr(node, "target", None)]
        added = [node.target] if isinstance(node, gast.AugAssign) else []
        self.look(node, [*(getattr(node, each, None) for each in fields), *targets, *map(as_read, added)], state)
        made = names_set([node])
        state.forget(made, changes_memory(node))
        state.sure |= made
        return state

    def of_Return(self, node: Any, state: State) -> None:
        self.look(node, [node.value], state)

    def of_Raise(self, node: Any, state: State) -> None:
        self.other(node, state)

    def of_Break(self, node: Any, state: State) -> None:
        self.breaks[-1].append(state)

    def of_Delete(self, node: gast.Delete, state: State) -> State:
        self.look(node, map(as_read, node.targets), state)
        state.sure -= deleted(node)
        state.forget(deleted(node), True)
        return state

    def of_If(self, node: gast.If, state: State) -> State | None:
        self.look(node, [node.test], state)
        ways = [
            self.block(body, state.assumed(node.test, truth))
            for body, truth in ((node.body, True), (node.orelse, False))
        ]
        made = meet(ways)
        blocks = [*node.body, *node.orelse]
        if made is None or not is_question(node.test) or not trees.names_in(node.test).isdisjoint(names_set(blocks)):
            return made
        if any(map(changes_some_memory, blocks)) and has_parts((gast.dump(node.test), True)):
            return made
        for way, truth in zip(ways, (True, False)):
            if way is not None:
                made.note(node.test, truth, way.sure)
        return made

    def of_For(self, node: gast.For, state: State) -> State | None:
        self.look(node, [node.iter], state)
        return self.loop(node, state, names_set([node.target]), is_run(node.iter), False)

    def of_While(self, node: gast.While, state: State) -> State | None:
        self.look(node, [node.test], state)
        endless = isinstance(node.test, gast.Constant) and bool(node.test.value)
        return self.loop(node, state, set(), endless, endless)

    def loop(self, node: Any, state: State, made: set[str], runs: bool, endless: bool) -> State | None:
        gone = {name for each in trees.walk(node) if isinstance(each, gast.Delete) for name in deleted(each)}
        state.sure -= gone
        state.forget(names_set([node]), any(map(changes_some_memory, node.body)))
        start = state.copy()
        start.sure |= made
        self.breaks.append([])
        end = self.block(node.body, start)
        ways = self.breaks.pop()
        if not endless:
            ways.append(end if runs else state)
        return meet(ways)

    def of_With(self, node: gast.With, state: State) -> State | None:
        self.look(node, [each.context_expr for each in node.items], state)
        state.sure |= bound_by(node)
        state.forget(bound_by(node), True)
        return self.block(node.body, state)

    def of_Try(self, node: gast.Try, state: State) -> State | None:
        """Anything of what it protects may not have been run."""
        before = state.copy()
        before.forget(names_set(node.body), True)
        tried = self.block(node.body, state)
        ways = [None if tried is None else self.block(node.orelse, tried)]
        for each in node.handlers:
            caught = before.copy()
            caught.sure |= bound_by(each)
            ways.append(self.block(each.body, caught))
        found = meet(ways)
        if not node.finalbody:
            return found
        last = self.block(node.finalbody, before if found is None else found)
        return None if found is None else last


class _Choices(gast.NodeTransformer):
    def visit_BoolOp(self, node: gast.BoolOp) -> Any:
        first, *rest = (self.visit(each) for each in node.values)
        sides = [gast.Constant(True, None), rest[0] if len(rest) == 1 else self.visit(gast.BoolOp(node.op, rest))]
        if isinstance(node.op, gast.And):
            sides = [sides[1], gast.Constant(False, None)]
        return gast.copy_location(gast.IfExp(first, *sides), node)


def surely_read(expr: Any) -> set[str]:
    """The names that an expression reads whichever way it takes; long chains don't recurse."""
    found, todo = set(), [expr]
    while todo:
        each = todo.pop()
        if isinstance(each, gast.Name):
            found |= {each.id} if isinstance(each.ctx, gast.Load) else set()
        elif isinstance(each, gast.BoolOp):
            todo.append(each.values[0])
        elif isinstance(each, gast.IfExp):
            todo.append(each.test)
        elif isinstance(each, (gast.ListComp, gast.SetComp, gast.DictComp)):
            todo.append(each.generators[0].iter)
        elif isinstance(each, gast.Compare):
            todo += [each.left, each.comparators[0]]
        elif not isinstance(each, LATER):
            todo += trees.children(each)
    return found


def gives_values(node: Any) -> bool:
    """Whether a statement only gives values to variables."""
    targets = [*getattr(node, "targets", ()), getattr(node, "target", None)]
    return isinstance(node, (gast.Assign, gast.AugAssign, gast.AnnAssign)) and all(
        each is None or isinstance(each, gast.Name) for each in targets
    )


def names_of_no_use(tree: gast.FunctionDef) -> set[str]:
    """The variables that nothing reads but what gives values to others of them.

    >>> tree = gast.parse("def f(x):\\n    a = x\\n    b = a\\n    c = x\\n    return c").body[0]
    >>> sorted(names_of_no_use(tree))
    ['a', 'b']
    """
    used: set[str] = set()
    values: list[tuple[set[str], set[str]]] = []
    todo: list[Any] = [tree]
    while todo:
        node = todo.pop()
        if gives_values(node):
            values.append((names_set([node]), trees.names_in(node.value) if node.value is not None else set()))
        elif isinstance(node, gast.Name):
            used |= {node.id} if isinstance(node.ctx, gast.Load) else set()
        else:
            todo += trees.children(node)
    size = -1
    while size < len(used):
        size = len(used)
        used.update(*(read for made, read in values if not made.isdisjoint(used)))
    return set().union(*(made for made, _ in values)) - used


def as_read(target: Any) -> Any:
    return gast.Name(target.id, gast.Load(), None, None) if isinstance(target, gast.Name) else target


def is_question(test: Any) -> bool:
    """Whether a test comes out as before while the names and the memory in it stay."""
    for each in trees.walk(test):
        if isinstance(each, gast.Call):
            if not isinstance(each.func, gast.Name) or each.func.id not in ASKING or each.keywords:
                return False
        elif isinstance(each, gast.expr) and not isinstance(each, ASKED):
            return False
    return True


def has_parts(known: Truth) -> bool:
    return any(part in known[0] for part in ("Attribute(", "Subscript(", "Call("))


def changes_memory(node: Any) -> bool:
    """Whether a statement may change what parts of something are: it stores one, or is a call for its effect."""
    if isinstance(node, gast.Assign):
        return any(isinstance(part, (gast.Attribute, gast.Subscript)) for part in node.targets)
    return isinstance(node, (gast.AugAssign, gast.Expr))


def changes_some_memory(node: Any) -> bool:
    return any(map(changes_memory, trees.walk(node)))


def is_run(iterated: Any) -> bool:
    """Whether a loop over this has an iteration."""
    if isinstance(iterated, (gast.Tuple, gast.List)):
        return bool(iterated.elts) and not any(isinstance(each, gast.Starred) for each in iterated.elts)
    if isinstance(iterated, gast.Call) and isinstance(iterated.func, gast.Name) and iterated.func.id == "range":
        bounds = [each.value for each in iterated.args if isinstance(each, gast.Constant)]
        known = len(bounds) == len(iterated.args) and all(isinstance(each, int) for each in bounds)
        return known and 0 < len(bounds) < 3 and len(range(*bounds)) > 0
    return False


def deleted(node: gast.Delete) -> set[str]:
    return {each.id for each in node.targets if isinstance(each, gast.Name)}


def bound_by(node: Any) -> set[str]:
    """What a block begins with a value of."""
    if isinstance(node, gast.For):
        return stores(node.target)
    if isinstance(node, gast.With):
        return set().union(*(stores(each.optional_vars) for each in node.items if each.optional_vars is not None))
    return {getattr(node.name, "id", node.name)} - {None}


def set_by(node: Any) -> set[str]:
    """What a statement sets that has no blocks."""
    return set() if hasattr(node, "body") and not isinstance(node, gast.FunctionDef) else names_set([node])
