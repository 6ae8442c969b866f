"""Part of the stage `simplify`: puts temporaries that are read once back into expressions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.dead import removable, sets_names
from s2sad.inlining import substituted
from s2sad.ir import GENERATED, variable
from s2sad.reading import reads
from s2sad.sharing import is_new
from s2sad.statements import blocks_of, nested, own_expressions, read_list, statement_of, targets

LOOPS = (gast.For, gast.While, gast.ListComp, gast.GeneratorExp, gast.comprehension)
ARITHMETIC = (gast.BinOp, gast.UnaryOp)
LARGEST = 40  # nodes in an expression that is put together in the reverse sweep


def fold(body: list[gast.stmt], info: dict[str, ir.Info]) -> None:
    counts: dict[str, int] = {}
    sets: dict[str, int] = {}
    backwards: set[str] = set()
    numbers: set[str] = set()

    def count(block: list[gast.stmt]) -> None:
        for node in block:
            for name in read_list(node):
                counts[name] = counts.get(name, 0) + 1
                if getattr(node, "reverse", False) or isinstance(node, gast.Return):
                    backwards.add(name)
            for name in read_for_each_item(node):
                counts[name] = counts.get(name, 0) + 1
            for name in targets(node):
                sets[name] = sets.get(name, 0) + 1
                if getattr(node, "number", False):
                    numbers.add(name)
            for inner in blocks_of(node):
                count(inner)

    count(body)
    folding = Folding(counts, sets, info, backwards, untouched(body))
    folding.numbers = numbers
    folding.block(body)


def untouched(body: list[gast.stmt]) -> set[str]:
    """The names of the reverse sweep that hold new numbers or arrays into which nothing is written."""
    made: set[str] = set()
    shared: set[str] = set()
    copies: list[tuple[str, str]] = []  # two names for one array

    def walk(block: list[gast.stmt]) -> None:
        for node in block:
            if getattr(node, "reverse", False):
                if isinstance(node, gast.Assign) and (isinstance(node.value, ARITHMETIC) or is_new(node.value)):
                    made.update(target.id for target in node.targets if isinstance(target, gast.Name))
                    shared.update(name for target in node.targets for name in stored_names(target))
                elif isinstance(getattr(node, "effect", None), ir.Copy):
                    for target, source in node.effect.pairs:
                        made.add(target)
                        if isinstance(source, gast.Name):
                            copies.append((target, source.id))
                        elif not isinstance(source, ARITHMETIC):
                            shared.update({target, *ir.summary(source).names})
                elif isinstance(node, gast.AugAssign):
                    shared.update(trees.names_in(node.target))
                else:
                    shared.update(read_list(node))
                    shared.update(name for each in getattr(node, "targets", []) for name in trees.names_in(each))
            for inner in blocks_of(node):
                walk(inner)

    walk(body)
    known = made - shared
    while True:
        others = {name for pair in copies if not known.issuperset(pair) for name in pair}
        if known.isdisjoint(others):
            return known
        known -= others


def is_behind_others(source: gast.stmt, before: list[gast.stmt]) -> bool:
    """Whether statements of another line stand behind this one: the line that follows is that of another call."""
    mine = statement_of(source.origin) if getattr(source, "origin", None) is not None else None
    for each in reversed(before):
        if each is source:
            return False
        its = getattr(each, "origin", None)
        if mine is not None and its is not None and statement_of(its)[1] is not mine[1]:
            return True
    return False


def stored_names(target: gast.AST) -> set[str]:
    return set() if isinstance(target, gast.Name) else trees.names_in(target)


def read_for_each_item(node: gast.stmt) -> list[str]:
    """The names that a comprehension in a statement reads for each of its items."""
    found: list[str] = []
    for expr in own_expressions(node):
        for each in trees.walk(expr):
            if isinstance(each, gast.ListComp):
                found += trees.names_in(each.elt)
    return found


class Folding:
    def __init__(
        self,
        counts: dict[str, int],
        sets: dict[str, int],
        info: dict[str, ir.Info],
        backwards: set[str],
        untouched: set[str],
    ) -> None:
        self.counts, self.sets, self.info, self.backwards = counts, sets, info, backwards
        self.untouched = untouched
        self.numbers: set[str] = set()  # the adjoints that are numbers
        self.gone: set[int] = set()  # the statements whose expressions were put where they are read

    def block(self, block: list[gast.stmt]) -> None:
        made: list[gast.stmt] = []
        pending: dict[str, gast.Assign] = {}
        for node in block:
            for inner in blocks_of(node):
                self.block(inner)
            self.use(node, pending, made)
            drop([name for name, source in pending.items() if is_effect(source)], pending)  # not for later
            inside = {name for inner in blocks_of(node) for name in all_reads(inner)}
            drop([name for name in pending if name in inside], pending)
            drop(self.killed(node, pending), pending)
            if self.can_fold(node):
                pending[node.targets[0].id] = node
            made.append(node)
        block[:] = [node for node in made if id(node) not in self.gone]

    def use(self, node: gast.stmt, pending: dict[str, gast.Assign], before: list[gast.stmt]) -> None:
        """Writes pending expressions into the statement that reads them; `before`: what stands in front of it."""
        if isinstance(node, gast.While):
            drop(read_list(node), pending)
            return
        if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            drop([node.target.id], pending)
        names = [name for name in read_list(node) if name in pending]
        if not names:
            return
        known = {}
        for name in names:
            source = pending[name]
            if self.allowed(source, node, before):
                known[name] = source.value
            else:
                drop([name], pending)
        if not known:
            return
        origins = {name: pending.pop(name) for name in known}
        self.gone.update(id(each) for each in origins.values())
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            op.pairs = [(target, substituted(source, known)) for target, source in op.pairs]
            return
        if isinstance(node, gast.AugAssign):
            node.value = substituted(node.value, known)
            node.target = substituted(node.target, known)
        elif isinstance(node, gast.Delete):
            node.targets = [substituted(each, known) for each in node.targets]
        else:
            for field in ("value", "test", "iter", "msg", "exc", "cause"):
                if isinstance(getattr(node, field, None), gast.AST):
                    setattr(node, field, substituted(getattr(node, field), known))
            if isinstance(node, gast.Assign):
                node.targets = [t if isinstance(t, gast.Name) else substituted(t, known) for t in node.targets]
            elif isinstance(node, gast.With):
                node.items = [
                    gast.withitem(substituted(item.context_expr, known), item.optional_vars) for item in node.items
                ]

    def allowed(self, source: gast.Assign, node: gast.stmt, before: list[gast.stmt]) -> bool:
        if isinstance(node, gast.Return):
            return False
        if is_effect(source):
            return is_list_of(source.targets[0].id, node)
        if not getattr(source, "reverse", False):
            return not is_display(source.value) or takes_display(node, source.value)
        if isinstance(getattr(node, "effect", None), ir.Copy):
            return self.one_line(source, node.effect) and self.is_late(source, node.effect, before)
        mine, its = getattr(source, "origin", None), getattr(node, "origin", None)
        apart = mine is not None and its is not None and statement_of(mine)[1] is not statement_of(its)[1]
        apart = apart or not getattr(node, "tangent", False) and is_behind_others(source, before)
        if apart and not guards(source, node):
            backwards = not getattr(node, "tangent", False)
            joined = backwards and (is_argument(mine, its) or self.joins(source, node, before))
            if not joined and not isinstance(its[1], LOOPS):  # of a loop's header, no line is shown
                return False
        return size(source.value) + sum(size(each) for each in own_expressions(node)) <= LARGEST

    def joins(self, source: gast.Assign, node: gast.stmt, before: list[gast.stmt]) -> bool:
        """Whether x_grad = 2.0 * a and x_grad += e further down become x_grad = 2.0 * a + e, or x_grad += a and
        x_grad += e become x_grad += a + e. Under the line that the first one belongs to, something else must still
        stand."""
        if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name):
            return False
        name, value = source.targets[0].id, node.value
        while isinstance(value, gast.BinOp) and isinstance(value.op, (gast.Add, gast.Sub)):
            value = value.left
        if not isinstance(value, gast.Name) or value.id != name or variable(name) != variable(node.targets[0].id):
            return False
        if not is_sum_of_names(source.value):
            return False
        mine = source.origin
        return any(
            each is not source and getattr(each, "origin", None) == mine and not self.can_fold(each)
            for each in before
            if getattr(each, "reverse", False)
        )

    def one_line(self, source: gast.Assign, op: ir.Copy) -> bool:
        """Whether a copy takes nothing yet that is from another line of the user's."""
        name, mine = source.targets[0].id, getattr(source, "origin", None)
        for target, expr in op.pairs:
            if name in ir.summary(expr).names:
                other = op.origins.setdefault(target, mine)
                return mine is None or other is None or other[1] is mine[1]
        return True

    def is_late(self, source: gast.Assign, op: ir.Copy, before: list[gast.stmt]) -> bool:
        """Whether what is copied at the end of an iteration is better computed there: the name's old value is still
        needed until then, or nothing of another line stands between."""
        name, mine = source.targets[0].id, getattr(source, "origin", None)
        at = next(k for k, each in enumerate(before) if each is source)
        origins = [getattr(each, "origin", None) for each in before[at + 1 :]]
        if mine is None or all(each is None or each[1] is mine[1] for each in origins):
            return True
        own = {target for target, expr in op.pairs if name in ir.summary(expr).names}
        if any(variable(target) != variable(name) for target in own):
            return True  # it won't have the same name
        read = {each for target, expr in op.pairs if target not in own for each in ir.summary(expr).names}
        for each in before[at + 1 :]:
            read |= {*read_list(each), *all_reads([each])}
        return not own.isdisjoint(read)

    def can_fold(self, node: gast.stmt) -> bool:
        if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name) or len(node.targets) != 1:
            return False
        name = node.targets[0].id
        if self.counts.get(name, 0) != 1 or self.sets.get(name, 0) != 1 or getattr(node, "restore", False):
            return False
        if getattr(node, "tangent", False) and not name.startswith("#"):
            return False  # the tangent of a name of the user's stands where that is set
        if getattr(node, "reverse", False):
            return removable(node)
        if name in self.backwards:
            return False
        op = getattr(node, "effect", None)
        if ir.base_of(name) not in GENERATED:
            return False
        if isinstance(op, (ir.Primitive, ir.GetItem, ir.Load)) and not getattr(node, "kept", False):
            return True
        if isinstance(op, (ir.ListOp,)) or is_display(node.value):
            return True
        if isinstance(op, ir.Pack) and isinstance(node.value, gast.Name):  # another name for an object
            return True
        return isinstance(op, ir.Plain) and (op.pure or is_effect(node))

    def only_shadow(self, node: gast.stmt) -> bool:
        """Whether a statement writes into an adjoint or an element of it, and nowhere else."""
        if not getattr(node, "reverse", False) or not isinstance(node, (gast.Assign, gast.AugAssign)):
            return False
        target: gast.AST = node.targets[0] if isinstance(node, gast.Assign) else node.target
        if isinstance(node, gast.Assign) and not isinstance(target, gast.Subscript):
            return False
        if is_opaque(node) or ir.summary(node.value).pop:
            return False
        while isinstance(target, (gast.Subscript, gast.Attribute)):
            target = target.value
        return isinstance(target, gast.Name) and target.id not in self.info

    def is_apart(self, source: gast.Assign) -> bool:
        """Whether an expression reads nothing of an adjoint's memory that is written: numbers, new arrays that stay as
        they are, and what the forward sweep made."""
        known = self.numbers | self.untouched
        return all(name in self.info or name in known for name in reads(source)) and not getattr(
            source, "restore", False
        )

    def killed(self, node: gast.stmt, pending: dict[str, gast.Assign]) -> list[str]:
        """The pending expressions that a statement would change."""
        if not pending:
            return []
        if isinstance(node, (gast.Break, gast.Return)):
            return list(pending)
        if getattr(node, "restore", False):  # it shortens a list that nothing else reads
            return [name for name, source in pending.items() if reads(source) & (targets(node) | reads(node))]
        if writes_memory(node):
            if getattr(node, "tangent", False):  # a tangent's memory is nothing that a value is read from
                pending = {name: source for name, source in pending.items() if getattr(source, "reverse", False)}
            if self.only_shadow(node):
                pending = {name: source for name, source in pending.items() if not self.is_apart(source)}
            return (
                [name for name, source in pending.items() if reads_memory(source, self.info, self.untouched)]
                if not is_opaque(node)
                else list(pending)
            )
        changed = set()
        for each in nested(node):
            changed |= targets(each)
            if each is not node and writes_memory(each):
                return list(pending)
        return [name for name, source in pending.items() if reads(source) & changed]


def is_effect(source: gast.stmt) -> bool:
    """Whether a statement of f's is a call that has an effect, or may have one."""
    op = getattr(source, "effect", None)
    call = isinstance(getattr(source, "value", None), gast.Call) and not getattr(source, "reverse", False)
    return call and isinstance(op, ir.Plain) and not op.pure


def is_list_of(name: str, node: gast.stmt) -> bool:
    """Whether a statement is `items = list(name)`: nothing is done between what made it and this."""
    call = getattr(node, "value", None)
    if not isinstance(node, gast.Assign) or not isinstance(call, gast.Call) or call.keywords or len(call.args) != 1:
        return False
    return getattr(call.func, "builtin", None) is list and getattr(call.args[0], "id", "") == name


def is_display(value: gast.AST) -> bool:
    """[x, 0.0], (x, 0.0), {"x": x}: a thing of its own."""
    if isinstance(value, gast.Dict):
        return all(isinstance(key, gast.Constant) for key in value.keys)
    return isinstance(value, (gast.List, gast.Tuple))


def takes_display(node: gast.stmt, display: gast.AST) -> bool:
    """Whether a statement makes another thing of a display, `[x, 0.0] * n`, or puts it into a list."""
    effect = getattr(node, "effect", None)
    repeats = getattr(effect, "what", "") == "repeat" and isinstance(display, gast.List)
    return repeats and all(map(trees.is_atom, display.elts)) or isinstance(effect, ir.Append)


def is_argument(mine: Any, its: Any) -> bool:
    """Whether an adjoint belongs to the value that a function returns, and is read in the line that calls it."""
    if not isinstance(mine[1], gast.Return) or mine[0] is its[0] or not isinstance(its[1], gast.AST):
        return False
    called = (each.func for each in trees.walk(its[1]) if isinstance(each, gast.Call))
    return any(mine[0].name in (getattr(each, "id", None), getattr(each, "attr", None)) for each in called)


def is_sum_of_names(expr: gast.AST) -> bool:
    """Whether an expression is a sum of names, and of numbers times names."""
    while isinstance(expr, gast.BinOp) and isinstance(expr.op, (gast.Add, gast.Sub)):
        if not is_scaled_name(expr.right):
            return False
        expr = expr.left
    return is_scaled_name(expr)


def is_scaled_name(expr: gast.AST) -> bool:
    """Whether an expression is a name, or a number times a name."""
    if isinstance(expr, gast.BinOp) and isinstance(expr.op, gast.Mult) and trees.literal(expr.left) is not None:
        expr = expr.right
    return isinstance(expr, gast.Name)


def guards(source: gast.Assign, node: gast.stmt) -> bool:
    """Whether an adjoint is np.where(c, g, 0.0), and is read as a factor: the whole product belongs inside then, as
    another factor may be infinite where c is false."""
    value = source.value
    if not trees.is_where(value) or not any(trees.is_zero(each) for each in value.args[1:]):
        return False
    return isinstance(node, gast.Assign) and is_factor(source.targets[0].id, node.value)


def is_factor(name: str, expr: gast.AST) -> bool:
    """Whether a product, or one in a sum, has a name among its factors, above."""
    if isinstance(expr, gast.BinOp) and isinstance(expr.op, (gast.Add, gast.Sub)):
        return is_factor(name, expr.left) or is_factor(name, expr.right)
    if isinstance(expr, gast.BinOp):
        if isinstance(expr.op, gast.Mult):
            return is_or_has(name, expr.left) or is_or_has(name, expr.right)
        return isinstance(expr.op, gast.Div) and is_or_has(name, expr.left)
    return isinstance(expr, gast.UnaryOp) and is_factor(name, expr.operand)


def is_or_has(name: str, expr: gast.AST) -> bool:
    return isinstance(expr, gast.Name) and expr.id == name or is_factor(name, expr)


def drop(names: Iterable[str], pending: dict[str, gast.Assign]) -> None:
    """These stay statements of their own."""
    for name in names:
        pending.pop(name, None)


def all_reads(block: list[gast.stmt]) -> set[str]:
    found: set[str] = set()
    for node in block:
        found |= set(read_list(node))
        for inner in blocks_of(node):
            found |= all_reads(inner)
    return found


def writes_memory(node: gast.stmt) -> bool:
    if isinstance(node, gast.AugAssign):
        return not getattr(node, "counter", None)
    if isinstance(node, gast.Assign):
        if isinstance(getattr(node, "effect", None), ir.Copy):
            return False
        if getattr(node, "impure", False) or isinstance(getattr(node, "effect", None), (ir.PairCall, ir.Checked)):
            return True
        if not sets_names(node):
            return True
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Pop) or isinstance(op, ir.Plain) and not op.pure and not getattr(node, "stack", None):
            return True
        return getattr(node, "reverse", False) and ir.summary(node.value).pop and not getattr(node, "restore", False)
    return isinstance(node, (gast.Expr, gast.Delete, gast.Assert, gast.Raise)) and not getattr(node, "save", None)


def is_opaque(node: gast.stmt) -> bool:
    op = getattr(node, "effect", None)
    return isinstance(op, ir.Plain) and not op.pure and not getattr(node, "save", None)


def reads_memory(node: gast.Assign, info: dict[str, ir.Info], untouched: set[str]) -> bool:
    if isinstance(getattr(node, "effect", None), ir.Load):
        return True
    found = ir.summary(node.value)
    if found.subscript or found.call or found.attribute:
        return True
    if getattr(node, "reverse", False):
        return not reads(node) <= untouched
    for name in reads(node):
        known = info.get(name)
        if known is not None and known.place is not None and known.place.root.stores:
            return True
    return False


def size(expr: gast.AST) -> int:
    return ir.summary(expr).size
