"""`:=` made into assignments before the statement, keeping the order in which things are evaluated.

before:

    if n > 0 and (y := f(n)) > 1 + (z := g(y)):
        return y + z

after:

    if n > 0:
        y = f(n)
        z = g(y)
        if y > 1 + z:
            return y + z

What is evaluated before the `:=` and could come out otherwise after it gets a name of its own. A list, set or
dict comprehension with a `:=` becomes a loop. A generator expression and a lambda run at another time: they stay,
but for what is run to its end at once (`sum(...)`).
"""

from __future__ import annotations

import builtins
from collections import Counter
from typing import Any, NamedTuple

import gast

from s2sad.core_iterators import AT_ONCE
from s2sad.core_nodes import (
    COMPREHENSIONS,
    DECLARATIONS,
    DEFINITIONS,
    FUNCTIONS,
    JUMPS,
    LOOPS,
    TRIES,
    WITHS,
    Names,
    assign,
    both,
    call,
    children,
    constant,
    copy_tree,
    load,
    names_of,
    negate,
    place,
    walk,
)

Block = list[gast.stmt]


class Slot(NamedTuple):
    """A place in a tree where an expression stands."""

    owner: Any
    field: str
    number: int | None = None  # its place, where the field is a list
    called: bool = False  # it is the function of a call
    doubled: bool = False  # it is the `**` argument of a call

    def get(self) -> Any:
        item = getattr(self.owner, self.field)
        return item if self.number is None else item[self.number]

    def set(self, new: gast.expr) -> None:
        if self.number is None:
            setattr(self.owner, self.field, new)
        else:
            getattr(self.owner, self.field)[self.number] = new


EXHAUSTING = AT_ONCE & vars(builtins).keys()


def has_walrus(tree: gast.AST) -> bool:
    return any(isinstance(node, gast.NamedExpr) for node in walk(tree))


def can_be_loop(comprehension: Any) -> bool:
    """Whether a comprehension can run as a loop in the function: nothing in it keeps hold of its variables."""
    targets = _targets(comprehension)
    for node in walk(comprehension):
        if isinstance(node, (gast.Lambda, gast.GeneratorExp, gast.Await, gast.Yield, gast.YieldFrom)):
            return False
        if isinstance(node, gast.comprehension) and node.is_async:
            return False
        if isinstance(node, COMPREHENSIONS) and node is not comprehension and targets & _targets(node):
            return False
    return True


class Hoister:
    """Takes the `:=` out of the statements of one function."""

    def __init__(self, tree: gast.FunctionDef, names: Names) -> None:
        self.names = names
        self.run_to_the_end(tree)
        self.inside: dict[int, gast.AST] = {}  # the nodes with a `:=` somewhere in them, by id
        self.counts = Counter(name for node in walk(tree) for name in names_of(node))
        declared = {name for node in walk(tree) if isinstance(node, DECLARATIONS) for name in node.names}
        self.steady = _variables(tree) - declared  # the variables that nobody else can rebind
        self.find(tree.body)

    def run_to_the_end(self, tree: gast.FunctionDef) -> None:
        """`sum(y for v in x if (y := f(v)) > 0)` is `sum([...])`: it goes through all items, before anything else."""
        for node in walk(tree):
            given = node.args if isinstance(node, gast.Call) else []
            if len(given) != 1 or not isinstance(given[0], gast.GeneratorExp) or not has_walrus(given[0]):
                continue
            name = node.func.id if isinstance(node.func, gast.Name) else ""
            if name in EXHAUSTING and not self.names.hides(name):
                node.args = [place(gast.ListComp(given[0].elt, given[0].generators), given[0])]

    def find(self, block: Block) -> None:
        """Notes which nodes of the statements have a `:=` in them that can be taken out."""
        stack: list[tuple[Any, tuple[Any, ...] | None]] = [(s, None) for s in block]
        while stack:
            node, above = stack.pop()
            chain = (node, above)
            if isinstance(node, gast.NamedExpr):
                link: tuple[Any, ...] | None = chain
                while link:
                    self.inside[id(link[0])] = link[0]
                    link = link[1]
            if isinstance(node, DEFINITIONS):
                if isinstance(node, FUNCTIONS):
                    stack.extend((slot.get(), chain) for slot in _slots(node))
            elif isinstance(node, gast.Lambda):
                stack.extend((slot.get(), chain) for slot in _slots(node))
            elif isinstance(node, gast.GeneratorExp) or isinstance(node, COMPREHENSIONS) and not can_be_loop(node):
                continue
            else:
                stack.extend((child, chain) for child in children(node))

    def has(self, node: Any) -> bool:
        return id(node) in self.inside

    # Statements

    def statement(self, s: Any) -> Block | None:
        """The statements that take the place of one with a `:=` of its own, or None where it has none."""
        if not self.has(s) or not any(self.has(slot.get()) for slot in _slots(s)):
            return None
        if isinstance(s, gast.While):
            return self.while_(s)
        if isinstance(s, WITHS) and any(self.has(slot.get()) for slot in _slots(s)[1:]):
            inner = place(type(s)(s.items[1:], s.body, None), s)
            self.inside[id(inner)] = inner
            s.items, s.body = s.items[:1], [inner]
            return self.statement(s) or [s]
        if isinstance(s, LOOPS) and self.has(s.target):
            s.target, first = self.plain_target(s.target, s)
            s.body[:0] = first
            return self.statement(s) or [s]
        if isinstance(s, gast.Assign) and isinstance(s.targets[0], (gast.Tuple, gast.List)) and self.has(s.targets[0]):
            s.targets[0], more = self.plain_target(s.targets[0], s)
            return [*(self.statement(s) or [s]), *(t for one in more for t in self.statement(one) or [one])]
        if isinstance(s, gast.Delete) and len(s.targets) > 1:
            deletes = [place(gast.Delete([target]), s) for target in s.targets]
            self.find(deletes)
            return [t for one in deletes for t in self.statement(one) or [one]]
        if isinstance(s, gast.AugAssign) and not self.keeps_target(s):
            return self.augmented(s)
        out: Block = []
        if isinstance(s, gast.Assert):
            return self.assertion(s, out)
        if isinstance(s, gast.If) and not s.orelse and self.nested_if(s, out):
            return [*out, s]
        self.sequence(_slots(s), out, s)
        if isinstance(s, gast.Expr) and isinstance(s.value, (gast.Name, gast.Constant)):
            return out
        return [*out, s]

    def while_(self, s: Any) -> Block:
        """`while a: b else: c` -> `while True: if not a: break; b`, with a flag if there is a `c`."""
        flag = self.names.fresh("finished") if s.orelse else None
        body: Block = []
        conjunction = isinstance(s.test, gast.BoolOp) and isinstance(s.test.op, gast.And)
        for group in self.groups(s.test.values) if conjunction else [[s.test]]:
            if self.has(group[0]):
                group[0] = self.expression(group[0], body, s)
            leave = [assign(flag, constant(True), s)] if flag else []
            body.append(place(gast.If(negate(place(both(group), s.test)), [*leave, gast.Break()], []), s))
        orelse = s.orelse
        s.test, s.body, s.orelse = place(constant(True), s.test), body + s.body, []
        if not flag:
            return [s]
        return [assign(flag, constant(False), s), s, place(gast.If(load(flag), orelse, []), orelse[0])]

    def groups(self, values: list[Any]) -> list[list[Any]]:
        """The operands of an `and` or `or`; each group but the first begins with one that has a `:=`."""
        groups: list[list[Any]] = [[]]
        for value in values:
            if self.has(value) and groups[-1]:
                groups.append([])
            groups[-1].append(value)
        return groups

    def nested_if(self, s: Any, out: Block) -> bool:
        """`if a and (b := c): ...` -> `if a: b = c; if b: ...`, done in place.

        Not where the body jumps: what comes after it is to be the `else` of one `if`.
        """
        test = s.test
        if not (isinstance(test, gast.BoolOp) and isinstance(test.op, gast.And)):
            return False
        groups = self.groups(test.values)
        if len(groups) == 1 or any(isinstance(node, JUMPS) for one in s.body for node in walk(one)):
            return False
        if self.has(groups[0][0]):
            groups[0][0] = self.expression(groups[0][0], out, s)
        inner = place(gast.If(both(test.values[len(groups[0]) :]), s.body, []), s)
        s.test, s.body = place(both(groups[0]), test), [inner]
        for node in (inner, inner.test):
            self.inside[id(node)] = node
        return True

    def assertion(self, s: Any, out: Block) -> Block:
        """The message is evaluated only where the test fails."""
        test = self.expression(s.test, out, s) if self.has(s.test) else s.test
        s.test = test
        if s.msg is None or not self.has(s.msg):
            return [*out, s]
        s.test = self.hold(test, out, s, "holds")
        failed: Block = []
        s.msg = self.expression(s.msg, failed, s)
        return [*out, place(gast.If(negate(load(s.test.id)), [*failed, s], []), s)]

    def plain_target(self, target: Any, s: Any) -> tuple[Any, Block]:
        """A target of new names, and the assignments of these to the parts of the target, which have a `:=`."""
        if isinstance(target, (gast.Tuple, gast.List)):
            self.inside.pop(id(target), None)
            parts = [self.plain_target(element, s) for element in target.elts]
            target.elts = [part for part, _ in parts]
            return target, [t for _, more in parts for t in more]
        if isinstance(target, gast.Starred):
            target.value, more = self.plain_target(target.value, s)
            return target, more
        item = self.names.fresh("item")
        self.steady.add(item)
        first = assign(target, load(item), s)
        if self.has(target):
            self.inside[id(first)] = first
        return place(gast.Name(item, gast.Store(), None, None), target), [first]

    def keeps_target(self, s: Any) -> bool:
        """Whether `x += e` may read x after the `:=` in e: a variable that they don't bind."""
        return isinstance(s.target, gast.Name) and self.is_steady(s.target, _bound(s.value), False)

    def augmented(self, s: Any) -> Block:
        """`x[i] += e` -> `old = x[i]; ...; old += e; x[i] = old`, as Python does it."""
        out: Block = []
        target = s.target
        slots = _slots(target)
        self.sequence(slots, out, s)
        for slot in slots:
            self.settle(slot, _bound(s.value), out, s)
        read = copy_tree(target)
        read.ctx = gast.Load()
        old = self.hold(read, out, s, "old")
        s.target = place(gast.Name(old.id, gast.Store(), None, None), s)
        s.value = self.expression(s.value, out, s) if self.has(s.value) else s.value
        return [*out, s, assign(target, load(old.id), s)]

    # Expressions

    def expression(self, e: Any, out: Block, s: Any) -> Any:
        """An expression without `:=` that has the value of `e` after the statements added to `out`."""
        self.inside.pop(id(e), None)
        if isinstance(e, gast.NamedExpr):
            value = self.expression(e.value, out, s) if self.has(e.value) else e.value
            out.append(assign(e.target, value, s))
            return place(load(e.target.id), e.target)
        if isinstance(e, gast.BoolOp) and any(self.has(value) for value in e.values[1:]):
            return self.bool_op(e, out, s)
        if isinstance(e, gast.Compare) and any(self.has(value) for value in e.comparators[1:]):
            return self.chain(e, out, s)
        if isinstance(e, gast.IfExp) and (self.has(e.body) or self.has(e.orelse)):
            return self.if_exp(e, out, s)
        if isinstance(e, COMPREHENSIONS):
            return self.comprehension(e, out, s)
        self.sequence(_slots(e), out, s)
        return e

    def sequence(self, slots: list[Slot], out: Block, s: Any) -> None:
        """Takes the `:=` out of expressions that are evaluated one after the other."""
        last = max((i for i, slot in enumerate(slots) if self.has(slot.get())), default=-1)
        for i, slot in enumerate(slots[: last + 1]):
            e = slot.get()
            if self.has(e):
                slot.set(e := self.expression(e, out, s))
            if i < last:
                later: set[str] = set()
                for other in slots[i + 1 : last + 1]:
                    later |= _bound(other.get())
                self.settle(slot, later, out, s)

    def settle(self, slot: Slot, later: set[str], out: Block, s: Any) -> None:
        """Makes an expression keep its value while the names in `later` are bound."""
        e = slot.get()
        if self.is_steady(e, later, slot.called):
            return
        if isinstance(e, gast.Starred):
            e.value = self.hold(place(gast.Tuple([copy_tree(e)], gast.Load()), e), out, s)
        elif isinstance(e, gast.FormattedValue):
            text = self.hold(place(gast.JoinedStr([e]), e), out, s)
            slot.set(place(gast.FormattedValue(text, -1, None), e))
        elif slot.doubled:
            slot.set(self.hold(place(gast.Dict([None], [e]), e), out, s))
        elif slot.called and isinstance(e, gast.Attribute):
            e.value = self.hold(e.value, out, s)
        else:
            slot.set(self.hold(e, out, s))

    def is_steady(self, e: Any, later: set[str], called: bool) -> bool:
        if isinstance(e, gast.UnaryOp):
            e = e.operand
            return isinstance(e, gast.Constant)
        while called and isinstance(e, gast.Attribute):
            e = e.value
        if isinstance(e, gast.Name):
            return e.id not in later and (called or e.id in self.steady)
        return isinstance(e, gast.Constant)

    def hold(self, e: Any, out: Block, s: Any, hint: str = "part") -> Any:
        """The value of an expression under a new name."""
        name = self.names.fresh(hint)
        self.steady.add(name)
        out.append(assign(name, e, s))
        return place(load(name), e)

    def bool_op(self, e: Any, out: Block, s: Any) -> Any:
        """`a and (b := c) and d` -> `condition = a; if condition: b = c; condition = b and d`"""
        groups = self.groups(e.values)
        name = self.names.fresh("condition")
        self.steady.add(name)
        for i, group in enumerate(groups):
            if self.has(group[0]):
                group[0] = self.expression(group[0], out, s)
            value = group[0] if len(group) == 1 else place(gast.BoolOp(e.op, group), e)
            out.append(assign(name, value, s))
            if i + 1 < len(groups):
                test = load(name) if isinstance(e.op, gast.And) else gast.UnaryOp(gast.Not(), load(name))
                out = _nest(gast.If(test, [], []), out, s)
        return place(load(name), e)

    def chain(self, e: Any, out: Block, s: Any) -> Any:
        """`a < b < (c := d)` -> `condition = a < b; if condition: c = d; condition = b < c`"""
        name = self.names.fresh("condition")
        self.steady.add(name)
        ends = Slot(e, "left"), Slot(e, "comparators", 0)
        self.sequence(list(ends), out, s)
        left: Any = e.left
        for i, (op, right) in enumerate(zip(e.ops, e.comparators)):
            if i and self.has(right):
                right = self.expression(right, out, s)
            later: set[str] = set().union(*(_bound(other) for other in e.comparators[i + 1 :]))
            more = i + 1 < len(e.ops)
            if more and not self.is_steady(right, later, False):
                if not i and not self.is_steady(left, later, False):
                    left = self.hold(left, out, s)
                right = self.hold(right, out, s)
            out.append(assign(name, place(gast.Compare(left, [op], [right]), e), s))
            left = copy_tree(right)
            if more:
                out = _nest(gast.If(load(name), [], []), out, s)
        return place(load(name), e)

    def if_exp(self, e: Any, out: Block, s: Any) -> Any:
        """`(a := b) if c else d` -> `if c: a = b; chosen = a` `else: chosen = d`"""
        name = self.names.fresh("chosen")
        self.steady.add(name)
        test = self.expression(e.test, out, s) if self.has(e.test) else e.test
        branches: list[Block] = [[], []]
        for value, branch in zip((e.body, e.orelse), branches):
            value = self.expression(value, branch, s) if self.has(value) else value
            branch.append(assign(name, value, s))
        out.append(place(gast.If(test, *branches), s))
        return place(load(name), e)

    def comprehension(self, e: Any, out: Block, s: Any) -> Any:
        """`[e for x in xs if c]` -> `items = []; for x in xs: if c: items.append(e)`"""
        self.rename_targets(e)
        items = self.names.fresh("items")
        self.steady.add(items)
        empty: gast.expr = gast.List([], gast.Load())
        if isinstance(e, gast.SetComp):
            empty = call(self.names.builtin("set"))
        elif isinstance(e, gast.DictComp):
            empty = gast.Dict([], [])
        out.append(assign(items, place(empty, e), s))
        for part in e.generators:
            out = _nest(gast.For(part.target, part.iter, [], [], None), out, s)
            for test in part.ifs:
                test = self.expression(test, out, s) if self.has(test) else test
                out = _nest(gast.If(test, [], []), out, s)
        if isinstance(e, gast.DictComp):
            self.sequence([Slot(e, "key"), Slot(e, "value")], out, s)
            self.settle(Slot(e, "key"), set(), out, s)
            out.append(assign(gast.Subscript(load(items), e.key, gast.Store()), e.value, s))
        else:
            element = self.expression(e.elt, out, s) if self.has(e.elt) else e.elt
            method = gast.Attribute(load(items), "add" if isinstance(e, gast.SetComp) else "append", gast.Load())
            out.append(place(gast.Expr(call(method, element)), s))
        return place(load(items), e)

    def rename_targets(self, e: Any) -> None:
        """The variables of a comprehension are its own: new ones where the name stands elsewhere too."""
        first = e.generators[0].iter
        outside = {id(node) for node in walk(first)}
        own = [node for node in walk(e) if isinstance(node, gast.Name) and id(node) not in outside]
        counts = Counter(node.id for node in own)
        new: dict[str, str] = {}
        for name in sorted(_targets(e)):
            if self.counts[name] > counts[name]:
                new[name] = self.names.fresh(name)
            self.steady.add(new.get(name, name))
        for node in own:
            node.id = new.get(node.id, node.id)


def _variables(tree: gast.FunctionDef) -> set[str]:
    """The variables of a function, without those of the functions and comprehensions in it."""
    found = {node.id for node in walk(tree.args) if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Param)}
    stack: list[Any] = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
            found.add(node.id)
        if isinstance(node, gast.comprehension):
            stack += [node.iter, *node.ifs]
        elif not isinstance(node, (gast.Lambda, *DEFINITIONS)):
            stack.extend(children(node))
    return found


def _targets(comprehension: Any) -> set[str]:
    names = (node for part in comprehension.generators for node in walk(part.target) if isinstance(node, gast.Name))
    return {node.id for node in names if isinstance(node.ctx, gast.Store)}


def _nest(statement: Any, out: Block, s: Any) -> Block:
    """Adds a new statement with an empty body, and gives this body."""
    out.append(place(statement, s))
    return statement.body


def _bound(e: Any) -> set[str]:
    """The names that the `:=` in an expression bind."""
    return {node.target.id for node in walk(e) if isinstance(node, gast.NamedExpr)}


def _slots(node: Any) -> list[Slot]:
    """The expressions of a statement or an expression, in the order in which they are evaluated."""
    if isinstance(node, gast.Call):
        slots = [Slot(node, "func", None, True), *_list(node, "args")]
        return slots + [Slot(word, "value", None, False, word.arg is None) for word in node.keywords]
    if isinstance(node, gast.Dict):
        pairs = zip(_list(node, "keys"), _list(node, "values"))
        return [
            slot if key.get() is not None else slot._replace(doubled=True)
            for key, value in pairs
            for slot in ((key, value) if key.get() is not None else (value,))
        ]
    if isinstance(node, gast.Assign):
        return [Slot(node, "value"), *(slot for target in node.targets for slot in _target_slots(target))]
    if isinstance(node, gast.Delete):
        return [slot for target in node.targets for slot in _target_slots(target)]
    if isinstance(node, FUNCTIONS):
        return [*_list(node, "decorator_list"), *_list(node.args, "defaults"), *_list(node.args, "kw_defaults")]
    if isinstance(node, gast.Lambda):
        return [*_list(node.args, "defaults"), *_list(node.args, "kw_defaults")]
    if isinstance(node, LOOPS) and not isinstance(node, gast.While):
        return [Slot(node, "iter"), Slot(node, "target")]
    if isinstance(node, (gast.If, gast.While, gast.IfExp)):
        return [Slot(node, "test")]
    if isinstance(node, WITHS):
        return [Slot(item, "context_expr") for item in node.items]
    return [] if isinstance(node, (*TRIES, gast.ClassDef)) else _plain_slots(node)


def _plain_slots(node: Any) -> list[Slot]:
    slots: list[Slot] = []
    for field in node._fields:
        item = getattr(node, field, None)
        found = _list(node, field) if type(item) is list else [Slot(node, field)] if isinstance(item, gast.AST) else []
        for slot in found:
            part = slot.get()
            if isinstance(part, gast.Slice) or field == "slice" and isinstance(part, gast.Tuple):
                slots += _plain_slots(part)
            elif isinstance(part, gast.expr):
                slots.append(slot)
    return slots


def _target_slots(target: Any) -> list[Slot]:
    if isinstance(target, (gast.Tuple, gast.List)):
        return [slot for element in target.elts for slot in _target_slots(element)]
    if isinstance(target, gast.Starred):
        return _target_slots(target.value)
    return [] if isinstance(target, gast.Name) else _plain_slots(target)


def _list(owner: Any, field: str) -> list[Slot]:
    items = getattr(owner, field, None) or []
    return [Slot(owner, field, i) for i, item in enumerate(items) if item is not None or field == "keys"]
