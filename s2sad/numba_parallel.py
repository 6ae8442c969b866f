"""Part of the stage `numba`, with `parallel=True`: loops whose iterations don't touch one another's memory become
`prange`.

An iteration may write into variables of its own, into the elements at its own index of arrays that the program made,
and add into a number or a whole array. Everything else stays one after the other; where the user wrote `prange` and the
adjoints of its iterations collide, that is refused.

>>> import gast
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(x, n):
...     y = np.zeros_like(x)
...     for i in range(n):
...         t = x[i] * 2.0
...         y[i] = t * x[i - 1]
...     for i in range(n):
...         y[i] += y[i - 1]
...     return y
... ''')
>>> run_side_by_side(tree.body[0], Expressions({"x": ("f", 1), "y": ("f", 1)}))
True
>>> print(to_text(tree), end="")
def f(x, n):
    y = np.zeros_like(x)
    for i in prange(n):
        t = x[i] * 2.0
        y[i] = t * x[i - 1]
    for i in range(n):
        y[i] += y[i - 1]
    return y
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gast

from s2sad import trees
from s2sad.fresh import is_fresh
from s2sad.numba_ranks import Expressions
from s2sad.numba_rows import is_of_prange
from s2sad.numba_tapes import fresh, path_to
from s2sad.reading import all_blocks
from s2sad.refusals import refuse
from s2sad.statements import blocks_of

FRESH = ("zeros_like", "zeros", "empty", "empty_like", "full", "full_like", "ones", "ones_like", "copy")
# What an iteration can't contain that runs side by side with others.
FORMS = {
    gast.While: "a `while` loop",
    gast.Try: "`try`",
    gast.Return: "`return`",
    gast.Break: "`break`",
    gast.With: "`with`",
    gast.Raise: "`raise`",
    gast.ListComp: "a list comprehension",
}
HARMLESS = ("range", "reversed", "len", "float", "int", "abs", "min", "max")


def run_side_by_side(function: gast.FunctionDef, known: Expressions) -> bool:
    """Makes `prange` of the outermost loops that allow it; whether there were any."""
    found, used = False, trees.names_in(function)

    def walk(body: list[Any]) -> None:
        nonlocal found
        for node in body:
            if isinstance(node, gast.For) and range_of(node.iter) is not None:
                loop = Loop(function, node, known)
                collision = loop.collision()
                if collision is None:
                    loop.sum_once(used)
                    call = range_of(node.iter)
                    assert call is not None
                    call.func, node.iter = trees.name("prange"), call
                    found = True
                    continue
                if is_of_prange(node):
                    source, place = getattr(collision.node, "origin", None) or node.origin
                    raise refuse(collision.key, place, source, **collision.words)
            elif isinstance(node, gast.For) and is_of_prange(node):
                raise refuse("prange_step", node.origin[1], node.origin[0])
            for part in ("body", "orelse", "finalbody"):
                walk(getattr(node, part, None) or [])

    walk(function.body)
    return found


def range_of(node: gast.AST) -> gast.Call | None:
    """The call of `range` with a step of 1 (Numba has no other) that is run over, forwards or backwards."""
    if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name)):
        return None
    if node.func.id == "reversed" and len(node.args) == 1:
        return range_of(node.args[0])
    return node if node.func.id == "range" and len(node.args) < 3 else None


def without_unit_steps(tree: gast.AST) -> None:
    """`range(1, n)` for `range(1, n, 1)`."""
    for node in trees.walk(tree):
        if isinstance(node, gast.Call) and getattr(node.func, "id", "") == "range" and len(node.args) == 3:
            if trees.literal(node.args[2]) == 1:
                node.args.pop()


class Collision(NamedTuple):
    """Why iterations can't run side by side: the refusal, the statement, and the words for the message."""

    key: str
    node: Any
    words: dict[str, str]


class Loop:
    """Whether the iterations of a loop are independent."""

    def __init__(self, function: gast.FunctionDef, node: gast.For, known: Expressions) -> None:
        self.function, self.node, self.known = function, node, known
        self.index = node.target.id

    def collision(self) -> Collision | None:
        """The first statement by which an iteration may touch what another one does; None where none does."""
        inside = [each for statement in self.node.body for each in trees.walk(statement)]
        for each in inside:
            if isinstance(each, tuple(FORMS)):
                return Collision("prange_form", self.statement_with(each), {"form": FORMS[type(each)]})
        for each in filter(self.is_call_with_effects, inside):
            statement = self.statement_with(each)
            if getattr(each.func, "attr", "") in ("append", "pop"):
                name = trees.show(each.func.value)
                if self.is_tape(name):
                    return Collision("prange_saved", statement, {"saved": trees.show((each.args or [each])[0])})
                return Collision("prange_list", statement, {"list": name, "index": self.index})
            return Collision("prange_call", statement, {"call": trees.show(each.func)})
        stored = self.stored_arrays(inside)
        for name, target in stored.items():
            place = target if not self.is_own(name) else self.use_elsewhere(name, inside)
            if place is not None:
                return Collision("prange", self.statement_with(place), {"index": self.index})
        for name in sorted(self.assigned(inside) - {*stored}):
            if not (self.is_local(name) or self.is_sum(name, inside)):
                place = next(each for each in inside if is_stored(each) and each.id == name)
                return Collision("prange_carried", self.statement_with(place), {"variable": name})
        return None

    def is_tape(self, name: str) -> bool:
        """Whether a list is one of what the reverse sweep needs, and none of the user's."""
        lists = [each for block in all_blocks(self.function.body) for each in block if getattr(each, "stack", None)]
        return any(name in trees.names_in(each) for each in lists)

    def statement_with(self, node: Any) -> Any:
        """The innermost statement of the loop that contains a node."""
        statements = [each for block in all_blocks(self.node.body) for each in block]
        return next(each for each in reversed(statements) if any(part is node for part in trees.walk(each)))

    def is_call_with_effects(self, node: gast.AST) -> bool:
        if not isinstance(node, gast.Call):
            return False
        if isinstance(node.func, gast.Name):
            return node.func.id not in HARMLESS
        return trees.function_of(node.func) is None or any(each.arg == "out" for each in node.keywords)

    def assigned(self, nodes: list[Any]) -> set[str]:
        return {each.id for each in nodes if is_stored(each)}

    def stored_arrays(self, nodes: list[Any]) -> dict[str, Any]:
        """The names of the arrays whose elements are set, and where; "" where a name does not say which."""
        found: dict[str, Any] = {}
        for node in nodes:
            targets = node.targets if isinstance(node, gast.Assign) else []
            targets = [node.target] if isinstance(node, gast.AugAssign) else targets
            for target in targets:
                if not isinstance(target, gast.Name):
                    of_name = isinstance(target, gast.Subscript) and isinstance(target.value, gast.Name)
                    found.setdefault(target.value.id if of_name else "", target)
        return found

    def is_own(self, name: str) -> bool:
        """Whether the program made this array, and no other name stands for it or for a part of it: anywhere, or where
        the loop begins, since it was made anew among the statements before."""
        whole = [each for each in trees.walk(self.function) if isinstance(each, gast.Assign)]
        if any(makes(name, each) for each in whole) and all(self.leaves_alone(name, each) for each in whole):
            return True
        around = path_to(self.node, self.function.body)
        blocks = blocks_of(around[-1]) if around else [self.function.body]
        block = next(each for each in blocks if any(part is self.node for part in each))
        before = block[: next(k for k, each in enumerate(block) if each is self.node)]
        made = [k for k, each in enumerate(before) if makes(name, each)]
        since = [*before[made[-1] :], self.node] if made else []
        parts = [part for each in since for part in trees.walk(each) if isinstance(part, gast.Assign)]
        return bool(made) and all(self.leaves_alone(name, each) for each in parts)

    def leaves_alone(self, name: str, node: gast.Assign) -> bool:
        """Whether an assignment gives no other name to an array or to a part of it, nor its name to anything else."""
        value = node.value
        if any(isinstance(each, gast.Name) and each.id == name for each in node.targets):
            return makes(name, node)
        if name not in trees.names_in(value) or self.known.rank(value) == 0 or is_fresh(value):
            return not (name in trees.names_in(node) and isinstance(node.targets[0], (gast.Tuple, gast.List)))
        return False

    def use_elsewhere(self, name: str, nodes: list[Any]) -> Any:
        """A use of the array in the loop that is not of what stands at the loop's own index; None where each is."""
        good = []
        for node in nodes:
            if isinstance(node, gast.Subscript) and isinstance(node.value, gast.Name) and node.value.id == name:
                first = node.slice.elts[0] if isinstance(node.slice, gast.Tuple) else node.slice
                if isinstance(first, gast.Name) and first.id == self.index:
                    good.append(node.value)
        uses = [each for each in nodes if isinstance(each, gast.Name) and each.id == name]
        return next((each for each in uses if not any(each is other for other in good)), None)

    def is_local(self, name: str) -> bool:
        """Whether each iteration sets a variable before it reads it, and nobody reads it after the loop."""
        if name == self.index or first_use(self.node.body, name) == "read":
            return False
        return not self.is_read_later(name)

    def is_read_later(self, name: str) -> bool:
        """Whether what follows the loop, or the next iteration of one around it, may read what it has left there."""
        around: list[Any] = [self.function, *path_to(self.node, self.function.body)]
        inner = self.node
        for node in reversed(around):
            blocks = [node.body] if node is self.function else blocks_of(node)
            block = next((each for each in blocks if any(part is inner for part in each)), None)
            if block is None or isinstance(node, (gast.Try, gast.With)):
                return True
            use = first_use(block[next(k for k, part in enumerate(block) if part is inner) + 1 :], name)
            if use is not None:
                return use == "read"
            if isinstance(node, (gast.For, gast.While)) and first_use([node], name) == "read":
                return True
            inner = node
        return False

    def is_sum(self, name: str, nodes: list[Any]) -> bool:
        """Whether a variable is only added to."""
        sums = sums_of(name, nodes)
        uses = sum(isinstance(each, gast.Name) and each.id == name for each in nodes)
        if not sums or uses != len(sums) or any(not isinstance(each.op, (gast.Add, gast.Sub)) for each in sums):
            return False
        return self.is_plain_sum(sums) or self.known.rank(sums[0].target) == 0

    def is_plain_sum(self, sums: list[Any]) -> bool:
        return len(sums) == 1 and any(each is sums[0] for each in self.node.body)

    def sum_once(self, used: set[str]) -> None:
        """Each iteration adds to what is summed over all of them once, at its end: more is too much for Numba."""
        inside = [each for statement in self.node.body for each in trees.walk(statement)]
        for name in sorted(self.assigned(inside)):
            sums = sums_of(name, inside)
            if self.is_local(name) or not self.is_sum(name, inside) or self.is_plain_sum(sums):
                continue
            part = fresh(f"{name}_part", used)
            for each in sums:
                each.target = trees.name(part, store=True)
            self.node.body.insert(0, trees.assign(part, trees.const(0.0)))
            self.node.body.append(gast.AugAssign(trees.name(name, store=True), gast.Add(), trees.name(part)))


def is_stored(node: Any) -> bool:
    return isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store)


def makes(name: str, node: Any) -> bool:
    """Whether a statement makes an array and gives it this name."""
    if not isinstance(node, gast.Assign) or getattr(node.targets[0], "id", "") != name:
        return False
    return isinstance(node.value, gast.Call) and getattr(node.value.func, "attr", "") in FRESH


def sums_of(name: str, nodes: list[Any]) -> list[Any]:
    return [each for each in nodes if isinstance(each, gast.AugAssign) and getattr(each.target, "id", "") == name]


def first_use(body: list[Any], name: str) -> str | None:
    """What statements may do first with a variable: "read" it, or "set" it in any case; None where neither is sure."""
    for node in body:
        use = first_use_in(node, name)
        if use is not None:
            return use
    return None


def first_use_in(node: Any, name: str) -> str | None:
    if isinstance(node, gast.Assign):
        if name in trees.names_in(node.value):
            return "read"
        parts = [part for each in node.targets for part in getattr(each, "elts", [each])]
        if any(name in trees.names_in(each) and not isinstance(each, gast.Name) for each in parts):
            return "read"
        return "set" if any(getattr(each, "id", "") == name for each in parts) else None
    if isinstance(node, gast.If):
        if name in trees.names_in(node.test):
            return "read"
        uses = [first_use(node.body, name), first_use(node.orelse, name)]
        return "read" if "read" in uses else "set" if uses == ["set", "set"] else None
    if isinstance(node, (gast.For, gast.While)) and not node.orelse:
        if name in trees.names_in(node.iter if isinstance(node, gast.For) else node.test):
            return "read"
        if isinstance(node, gast.For) and name in trees.names_in(node.target):
            return None
        return "read" if first_use(node.body, name) == "read" else None
    return "read" if name in trees.names_in(node) else None
