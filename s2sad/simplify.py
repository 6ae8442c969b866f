"""Stage `simplify`: takes out what nothing reads, and puts temporaries that are read once back into expressions.

    t.5 = x.1 * y.2               value.6 = x.1 * y.2 + 1.0
    value.6 = t.5 + 1.0     ->

The user's own names stay. An adjoint is put into the expression that reads it where both belong to the same line of
the user's.
Nothing is moved across a write that it could see, so the value stays what it was, bit for bit.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import blocks_of
from s2sad.adjoint_loops import targets
from s2sad.kinds import Scalar
from s2sad.tape import reads

GENERATED = ("#t", "#c", "#best", "#order", "#keys", "value")
LARGEST = 40  # nodes in an expression that is put together in the reverse sweep


# ---------------------------------------------------------------- cheap tests and indices, written where they are used
def inline_block(program: ir.Inferred) -> None:
    """`t.4 = i.3 - 1` is written out wherever t.4 is read: computing it again costs less than keeping it."""
    known: dict[str, gast.AST] = {}

    def walk(block: list[gast.stmt]) -> list[gast.stmt]:
        made = []
        for node in block:
            rename_reads(node, known)
            for inner in blocks_of(node):
                inner[:] = walk(inner)
            if getattr(node, "loop", None) is not None:
                loop = node.loop
                for each in loop.bindings:
                    rename_reads(each, known)
                loop.count = substituted(loop.count, known)
                loop.range = [substituted(each, known) for each in loop.range] if loop.range else loop.range
            if is_cheap(node, program):
                known[node.targets[0].id] = node.value
                continue
            made.append(node)
        return made

    program.body[:] = walk(program.body)
    value_names(program.value, known)


inline_plain = inline_block


def value_names(value: Any, known: dict[str, gast.AST]) -> None:
    value.expr = substituted(value.expr, known)
    for item in value.items or ():
        value_names(item, known)
    for part in (getattr(value, "parts", None) or {}).values():
        value_names(part, known)


def is_cheap(node: gast.stmt, program: ir.Inferred) -> bool:
    op = getattr(node, "effect", None)
    if (
        not isinstance(op, ir.Plain)
        or not op.pure
        or not isinstance(node, gast.Assign)
        or not isinstance(node.targets[0], gast.Name)
    ):
        return False
    if ir.base_of(node.targets[0].id) not in GENERATED or isinstance(node.value, gast.Name):
        return False
    count = 0
    for each in trees.walk(node.value):
        if isinstance(each, gast.Name) and ir.is_ssa(each.id):
            info = program.info.get(each.id)
            if info is None or not isinstance(info.kind, Scalar):
                return False
        elif isinstance(each, (gast.BinOp, gast.Compare, gast.BoolOp, gast.UnaryOp)):
            count += 1
        elif isinstance(each, (gast.Call, gast.Subscript, gast.Attribute, gast.IfExp, gast.Tuple, gast.List)):
            return is_shape(node.value)
    return count <= 3


def is_shape(expr: gast.AST) -> bool:
    """x.shape[k], of a name."""
    return (
        isinstance(expr, gast.Subscript)
        and isinstance(expr.value, gast.Attribute)
        and expr.value.attr == "shape"
        and isinstance(expr.value.value, gast.Name)
    )


def substituted(expr: Any, known: dict[str, gast.AST]) -> Any:
    """expr with names replaced by expressions."""
    if expr is None or not known or known.keys().isdisjoint(ir.summary(expr).names):
        return expr
    if isinstance(expr, gast.Name):
        return known[expr.id]
    spine = [expr]
    while isinstance(spine[-1], gast.BinOp) and isinstance(spine[-1].left, gast.BinOp):
        spine.append(spine[-1].left)
    made: gast.AST | None = None
    for each in reversed(spine):
        copy = ir.statement_copy(each)
        for field in each._fields:
            value = getattr(each, field, None)
            if field == "left" and made is not None:
                copy.left = made
            elif isinstance(value, list):
                setattr(
                    copy, field, [substituted(item, known) if isinstance(item, gast.AST) else item for item in value]
                )
            elif isinstance(value, gast.AST):
                setattr(copy, field, substituted(value, known))
        made = copy
    return made


def rename_reads(node: gast.stmt, known: dict[str, gast.AST]) -> None:
    """Replaces names in a statement's own expressions, and in what it does for differentiation."""
    if not known:
        return
    if not (reads(node) | op_names(getattr(node, "effect", None))) & known.keys():
        return
    for field in ("value", "test", "iter", "msg", "exc"):
        if isinstance(getattr(node, field, None), gast.AST):
            setattr(node, field, substituted(getattr(node, field), known))
    if isinstance(node, gast.Assign):
        node.targets = [t if isinstance(t, gast.Name) else substituted(t, known) for t in node.targets]
    elif isinstance(node, gast.AugAssign):
        node.target = substituted(node.target, known)
    elif isinstance(node, gast.With):
        node.items = [gast.withitem(substituted(item.context_expr, known), item.optional_vars) for item in node.items]
    op = getattr(node, "effect", None)
    if op is not None:
        rename_op(op, known)


def op_names(op: Any) -> set[str]:
    found: set[str] = set()
    if op is None:
        return found
    for value in vars(op).values():
        for each in (
            value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else [value]
        ):
            if isinstance(each, gast.AST):
                found.update(ir.summary(each).names)
            elif isinstance(each, tuple) and len(each) == 2 and isinstance(each[1], gast.AST):
                found |= trees.names_in(each[1])
    place = getattr(op, "place", None)
    for step in place.path if place is not None else ():
        found |= trees.names_in(step)
    return found


def rename_op(op: ir.Op, known: dict[str, gast.AST]) -> None:
    for name, value in list(vars(op).items()):
        if isinstance(value, gast.AST):
            setattr(op, name, substituted(value, known))
        elif isinstance(value, list):
            setattr(
                op,
                name,
                [
                    substituted(v, known)
                    if isinstance(v, gast.AST)
                    else (v[0], substituted(v[1], known))
                    if isinstance(v, tuple) and len(v) == 2 and isinstance(v[1], gast.AST)
                    else v
                    for v in value
                ],
            )
        elif isinstance(value, dict):
            setattr(op, name, {k: substituted(v, known) if isinstance(v, gast.AST) else v for k, v in value.items()})
        elif isinstance(value, ir.Place):
            op.place = ir.Place(value.root, tuple(substituted(step, known) for step in value.path), value.exact)


# ---------------------------------------------------------------- what nothing reads
def remove_dead(body: list[gast.stmt], counters: bool = True) -> None:
    """Removes statements whose result nothing reads, loops that do nothing, and branches that are empty."""
    for _ in range(4):
        if not sweep(body, needed_names(body)) or not any(map(blocks_of, body)):
            return  # in straight-line code one sweep finds all


def needed_names(body: list[gast.stmt]) -> set[str]:
    sources: dict[str, set[str]] = {}
    needed: set[str] = set()

    def collect(block: list[gast.stmt]) -> None:
        for node in block:
            op = getattr(node, "effect", None)
            if isinstance(op, ir.Copy):
                for target, source in op.pairs:
                    sources.setdefault(target, set()).update(ir.summary(source).names)
            elif getattr(node, "counter", None):
                pass
            elif getattr(node, "save", None):
                sources.setdefault(f"{node.save}_saved.0", set()).add(node.save)
            elif removable(node):
                for target in targets(node):
                    sources.setdefault(target, set()).update(reads(node))
            elif getattr(node, "writes_part", None) is not None or getattr(node, "parameter_copy", False):
                owner = owner_name(node)
                sources.setdefault(owner, set()).update(reads(node) - {owner})
            else:
                needed.update(reads(node))
            for inner in blocks_of(node):
                collect(inner)

    collect(body)
    todo = list(needed)
    while todo:
        for name in sources.get(todo.pop(), ()):
            if name not in needed:
                needed.add(name)
                todo.append(name)
    return needed


def owner_name(node: gast.stmt) -> str:
    """The name of the object that a statement writes a part of."""
    target = node.targets[0]
    while isinstance(target, (gast.Attribute, gast.Subscript)):
        target = target.value
    return target.id if isinstance(target, gast.Name) else "?"


def removable(node: gast.stmt) -> bool:
    """Whether a statement does nothing but set a name."""
    if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name):
        return False
    if getattr(node, "counter", None) or getattr(node, "stack", None) or getattr(node, "makes", None) is not None:
        return True
    op = getattr(node, "effect", None)
    if getattr(node, "impure", False):
        return False
    if isinstance(op, (ir.Checked, ir.PairCall, ir.Pop)):
        return False
    if isinstance(op, ir.Plain) and not op.pure:
        return False
    if getattr(node, "reverse", False):
        found = ir.summary(node.value)
        return not (found.pop or found.append) or getattr(node, "restore", False)
    if isinstance(op, (ir.Load, ir.GetItem, ir.Pack)):
        return True
    found = ir.summary(node.value)
    return not (found.call or found.subscript) or ir.base_of(node.targets[0].id) in GENERATED


def sweep(block: list[gast.stmt], needed: set[str]) -> bool:
    """Removes from a block, and the blocks in it, what sets none of the needed names; whether anything changed."""
    changed = False
    kept = []
    for node in block:
        op = getattr(node, "effect", None)
        for inner in blocks_of(node):
            changed = sweep(inner, needed) or changed
        if isinstance(op, ir.Copy):
            pairs = [pair for pair in op.pairs if pair[0] in needed]
            if len(pairs) != len(op.pairs):
                changed = True
                op.pairs = pairs
            if not pairs:
                continue
        elif (
            getattr(node, "counter", None)
            and node.counter not in needed
            or getattr(node, "save", None)
            and f"{node.save}_saved.0" not in needed
            or removable(node)
            and not targets(node) & needed
            or getattr(node, "writes_part", None) is not None
            and owner_name(node) not in needed
            or isinstance(node, gast.If)
            and not node.body
            and not node.orelse
            or isinstance(node, gast.For)
            and hasattr(node, "forward")
            and not node.body
        ):
            changed = True
            continue
        kept.append(node)
    block[:] = kept
    return changed


# ---------------------------------------------------------------- temporaries back into expressions
def fold(body: list[gast.stmt], info: dict[str, ir.Info]) -> None:
    counts: dict[str, int] = {}
    sets: dict[str, int] = {}
    backwards: set[str] = set()

    def count(block: list[gast.stmt]) -> None:
        for node in block:
            for name in read_list(node):
                counts[name] = counts.get(name, 0) + 1
                if getattr(node, "reverse", False) or isinstance(node, gast.Return):
                    backwards.add(name)
            for name in targets(node):
                sets[name] = sets.get(name, 0) + 1
            for inner in blocks_of(node):
                count(inner)

    count(body)
    Folding(counts, sets, info, backwards).block(body)


def read_list(node: gast.stmt) -> list[str]:
    """The names that a statement's own expressions read, each as often as it stands there."""
    found: list[str] = []
    for expr in own_expressions(node):
        found.extend(ir.summary(expr).names)
    return found


def own_expressions(node: gast.stmt) -> list[gast.AST]:
    op = getattr(node, "effect", None)
    if isinstance(op, ir.Copy):
        return [source for _, source in op.pairs]
    found: list[gast.AST] = []
    if isinstance(node, gast.Assign):
        found = [t for t in node.targets if isinstance(t, (gast.Subscript, gast.Attribute))] + [node.value]
    elif isinstance(node, gast.AugAssign):
        found = [node.target, node.value]
    elif isinstance(node, gast.With):
        found = [item.context_expr for item in node.items]
    elif isinstance(node, gast.Try):
        found = [handler.type for handler in node.handlers if handler.type is not None]
    elif isinstance(node, gast.Delete):
        found = list(node.targets)
    else:
        found = [
            getattr(node, field)
            for field in ("value", "test", "iter", "msg", "exc", "cause")
            if isinstance(getattr(node, field, None), gast.AST)
        ]
    return found


class Folding:
    def __init__(
        self, counts: dict[str, int], sets: dict[str, int], info: dict[str, ir.Info], backwards: set[str]
    ) -> None:
        self.counts, self.sets, self.info, self.backwards = counts, sets, info, backwards

    def block(self, block: list[gast.stmt]) -> None:
        made: list[gast.stmt] = []
        pending: dict[str, gast.Assign] = {}
        for node in block:
            for inner in blocks_of(node):
                self.block(inner)
            self.use(node, pending, made)
            inside = {name for inner in blocks_of(node) for name in all_reads(inner)}
            self.flush([name for name in pending if name in inside], pending, made)
            self.flush(self.killed(node, pending), pending, made)
            if self.can_fold(node):
                pending[node.targets[0].id] = node
            else:
                made.append(node)
        self.flush(list(pending), pending, made)
        block[:] = made

    def use(self, node: gast.stmt, pending: dict[str, gast.Assign], made: list[gast.stmt]) -> None:
        """Writes pending expressions into the statement that reads them."""
        if isinstance(node, gast.While):
            self.flush([name for name in read_list(node) if name in pending], pending, made)
            return
        if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            self.flush([node.target.id], pending, made)
        names = [name for name in read_list(node) if name in pending]
        if not names:
            return
        known = {}
        for name in names:
            source = pending[name]
            if self.allowed(source, node):
                known[name] = source.value
            else:
                self.flush([name], pending, made)
        if not known:
            return
        origins = {name: pending.pop(name) for name in known}
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            for target, source in op.pairs:
                if isinstance(source, gast.Name) and source.id in known:
                    op.origins[target] = getattr(origins[source.id], "origin", None)
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
                    value = substituted(getattr(node, field), known)
                    setattr(node, field, tidy(value) if getattr(node, "reverse", False) else value)
            if isinstance(node, gast.Assign):
                node.targets = [t if isinstance(t, gast.Name) else substituted(t, known) for t in node.targets]
            elif isinstance(node, gast.With):
                node.items = [
                    gast.withitem(substituted(item.context_expr, known), item.optional_vars) for item in node.items
                ]

    def allowed(self, source: gast.Assign, node: gast.stmt) -> bool:
        if isinstance(node, gast.Return):
            return False
        if not getattr(source, "reverse", False):
            return True
        if isinstance(getattr(node, "effect", None), ir.Copy):
            return True
        mine, its = getattr(source, "origin", None), getattr(node, "origin", None)
        if mine is not None and its is not None and mine[1] is not its[1]:
            return False
        return size(source.value) + sum(size(each) for each in own_expressions(node)) <= LARGEST

    def can_fold(self, node: gast.stmt) -> bool:
        if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name) or len(node.targets) != 1:
            return False
        name = node.targets[0].id
        if self.counts.get(name, 0) != 1 or self.sets.get(name, 0) != 1 or getattr(node, "restore", False):
            return False
        if getattr(node, "reverse", False):
            return removable(node)
        if name in self.backwards:
            return False
        op = getattr(node, "effect", None)
        if ir.base_of(name) not in GENERATED:
            return False
        if isinstance(op, (ir.Primitive, ir.GetItem, ir.Load)) and not getattr(node, "kept", False):
            return True
        if isinstance(op, (ir.ListOp,)):
            return True
        return isinstance(op, ir.Plain) and op.pure

    def killed(self, node: gast.stmt, pending: dict[str, gast.Assign]) -> list[str]:
        """The pending expressions that a statement would change."""
        if not pending:
            return []
        if isinstance(node, (gast.Break, gast.Return)):
            return list(pending)
        if writes_memory(node):
            return (
                [name for name, source in pending.items() if reads_memory(source, self.info)]
                if not is_opaque(node)
                else list(pending)
            )
        changed = set()
        for each in [node, *all_statements(node)]:
            changed |= targets(each)
            if each is not node and writes_memory(each):
                return list(pending)
        return [name for name, source in pending.items() if reads(source) & changed]

    def flush(self, names: list[str], pending: dict[str, gast.Assign], made: list[gast.stmt]) -> None:
        for name in [each for each in pending if each in names]:
            if name in pending:
                needs = [each for each in reads(pending[name]) if each in pending]
                if needs:
                    self.flush(needs, pending, made)
                made.append(pending.pop(name))


def all_statements(node: gast.stmt) -> list[gast.stmt]:
    found = []
    for inner in blocks_of(node):
        for each in inner:
            found.append(each)
            found.extend(all_statements(each))
    return found


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
        if any(not isinstance(t, gast.Name) for t in node.targets):
            return True
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Pop) or isinstance(op, ir.Plain) and not op.pure and not getattr(node, "stack", None):
            return True
        return getattr(node, "reverse", False) and ir.summary(node.value).pop
    return isinstance(node, (gast.Expr, gast.Delete, gast.Assert, gast.Raise)) and not getattr(node, "save", None)


def is_opaque(node: gast.stmt) -> bool:
    op = getattr(node, "effect", None)
    return isinstance(op, ir.Plain) and not op.pure and not getattr(node, "save", None)


def reads_memory(node: gast.Assign, info: dict[str, ir.Info]) -> bool:
    if isinstance(getattr(node, "effect", None), ir.Load):
        return True
    found = ir.summary(node.value)
    if found.subscript or found.call or found.attribute:
        return True
    if getattr(node, "reverse", False):
        return True
    for name in reads(node):
        known = info.get(name)
        if known is not None and known.place is not None and known.place.root.stores:
            return True
    return False


def size(expr: gast.AST) -> int:
    return ir.summary(expr).size


def tidy(expr: gast.AST) -> gast.AST:
    """Arithmetic of the reverse sweep, put together again by the constructors that simplify."""
    if isinstance(expr, gast.BinOp):
        left, right = tidy(expr.left), tidy(expr.right)
        function = trees.ARITHMETIC.get(type(expr.op))
        if function is None or isinstance(expr.op, gast.Pow):
            return gast.BinOp(left, expr.op, right)
        return function(left, right)
    if isinstance(expr, gast.UnaryOp) and isinstance(expr.op, gast.USub):
        return trees.neg(tidy(expr.operand))
    return expr


# ---------------------------------------------------------------- loops and branches of the reverse sweep
def tidy_loops(body: list[gast.stmt]) -> None:
    """`for k in reversed(range(len(xs))): x = xs[k]` is `for x in reversed(xs)` where the position isn't used."""
    for node in body:
        for inner in blocks_of(node):
            tidy_loops(inner)
        if not isinstance(node, gast.For) or not hasattr(node, "forward") or not isinstance(node.target, gast.Name):
            continue
        uses = sum(name == node.target.id for name in nested_reads(node.body))
        loop = node.forward.loop
        if uses == 0:
            node.target = trees.name("_")
            if isinstance(node.iter, gast.Call) and node.iter.args and isinstance(node.iter.args[0], gast.Call):
                node.iter = node.iter.args[0]
        elif uses == 1 and loop.sequence is not None and not loop.counted:
            for k, each in enumerate(node.body):
                if (
                    isinstance(each, gast.Assign)
                    and isinstance(each.value, gast.Subscript)
                    and trees.same(each.value.slice, trees.name(node.target.id))
                    and trees.same(each.value.value, loop.sequence)
                    and isinstance(each.targets[0], gast.Name)
                ):
                    name = each.targets[0].id
                    if any(name in set(nested_reads([before])) for before in node.body[:k]):
                        break
                    node.target = trees.name(name)
                    node.iter = trees.call(trees.builtin("reversed"), loop.sequence)
                    del node.body[k]
                    break


def nested_reads(block: list[gast.stmt]) -> list[str]:
    found = []
    for node in block:
        found.extend(read_list(node))
        for inner in blocks_of(node):
            found.extend(nested_reads(inner))
    return found


def while_saved(body: list[gast.stmt], outermost: bool = True) -> None:
    """`for _ in range(steps)` over a loop that saves once an iteration is `while x_saved`; the steps need no
    counting."""
    for node in body:
        if (
            isinstance(node, gast.For)
            and hasattr(node, "forward")
            and node.forward.loop.counted
            and isinstance(node.target, gast.Name)
            and node.target.id == "_"
        ):
            pops = [
                each
                for each in node.body
                if getattr(each, "restore", False)
                and isinstance(each.value, gast.Call)
                and isinstance(each.value.func, gast.Attribute)
                and each.value.func.attr == "pop"
            ]
            if pops:
                node.until = pops[0].value.func.value


def merge_branches(body: list[gast.stmt]) -> None:
    """Two `if` statements with the same test, one after the other, are one."""
    made: list[gast.stmt] = []
    for node in body:
        between = 0
        while between < len(made) and isinstance(getattr(made[-1 - between], "effect", None), ir.Copy):
            between += 1
        last = made[-1 - between] if between < len(made) else None
        if (
            between
            and isinstance(node, gast.If)
            and getattr(node, "retest", False)
            and isinstance(last, gast.If)
            and trees.same(node.test, last.test)
            and not (trees.names_in(node.test) & changed_in(last))
        ):
            copies = made[len(made) - between :]
            if not any(targets(each) & trees.names_in(node.test) for each in copies):
                del made[len(made) - between :]
                for branch in (last.body, last.orelse):
                    branch.extend(copy_of_copies(each) for each in copies)
        if (
            isinstance(node, gast.If)
            and getattr(node, "retest", False)
            and isinstance(last, gast.If)
            and trees.same(node.test, last.test)
            and not (trees.names_in(node.test) & changed_in(last))
        ):
            last.body = [*last.body, *node.body]
            last.orelse = [*last.orelse, *node.orelse]
            last.merged = True
        else:
            made.append(node)
    body[:] = made
    for node in body:
        for inner in blocks_of(node):
            merge_branches(inner)


def copy_of_copies(node: gast.stmt) -> gast.stmt:
    made = ir.statement_copy(node)
    made.effect = ir.Copy(list(node.effect.pairs), dict(node.effect.origins))
    return made


def changed_in(node: gast.stmt) -> set[str]:
    found: set[str] = set()
    for each in all_statements(node):
        found |= targets(each)
    return found


def simplify(body: list[gast.stmt], info: dict[str, ir.Info]) -> None:
    """All of the above, in order."""
    remove_dead(body)
    fold(body, info)
    remove_dead(body)
    branches = any(getattr(node, "retest", False) for node in body)
    if branches:
        merge_branches(body)
        fold(body, info)
    tidy_loops(body)
    remove_dead(body)
