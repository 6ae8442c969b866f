"""`@custom_gradient` for Numba, which has no functions that are returned: each is taken apart into two.

    @custom_gradient                          def log1pexp_value(x):
    def log1pexp(x):                              e = math.exp(x)
        e = math.exp(x)                           return math.log(1.0 + e), (e,)
        def grad(dy):                  ->
            return dy * e / (1.0 + e)         def log1pexp_pullback(kept, dy):
        return math.log(1.0 + e), grad            e = kept[0]
                                                  return dy * e / (1.0 + e)

In a program, `t, pullback = log1pexp.with_gradient(x)` is `log1pexp_value(x)` then, and `pullback(dy)` is
`log1pexp_pullback(pullback, dy)`. What doesn't end in `return value, gradient`, or makes the gradient in another way,
stays as it is, and Numba refuses it.

>>> tree = gast.parse("def f(x):\\n    e = x * x\\n    return e, lambda dy: dy * e * x").body[0]
>>> value, pullback = halves(tree)
>>> print(trees.show(value))
def f_value(x):
    e = x * x
    return (e, (e, x))
>>> print(trees.show(pullback))
def f_pullback(kept, dy):
    e = kept[0]
    x = kept[1]
    return dy * e * x
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad import trees
from s2sad.custom import CustomGradient
from s2sad.errors import S2sadError
from s2sad.numba_attributes import Path, root_of
from s2sad.source import read
from s2sad.statements import blocks_of
from s2sad.values import MISSING

VALUE, PULLBACK = "<value>", "<pullback>"  # the last step of a path to a half


def halves(tree: Any) -> tuple[gast.FunctionDef, gast.FunctionDef] | None:
    """The two functions; None where the gradient isn't one function that the last statement returns."""
    if not isinstance(tree, gast.FunctionDef) or not isinstance(tree.body[-1], gast.Return):
        return None
    body, end = tree.body[:-1], tree.body[-1].value
    if not isinstance(end, gast.Tuple) or len(end.elts) != 2:
        return None
    value, inner = end.elts
    if isinstance(inner, gast.Name):
        name = inner.id
        found = [node for node in body if isinstance(node, gast.FunctionDef) and node.name == name]
        body = [node for node in body if node not in found]
        if len(found) != 1 or any(name in trees.names_in(node) for node in [*body, value]):
            return None
        inner = found[0]
    elif not isinstance(inner, gast.Lambda):
        return None
    rest = [node for each in body for node in trees.walk(each)]
    if any(isinstance(node, (gast.Return, gast.FunctionDef, gast.Lambda)) for node in rest):
        return None
    parts = inner.body if isinstance(inner, gast.FunctionDef) else [gast.Return(inner.body)]
    inside = [node for each in parts for node in trees.walk(each)]
    if any(
        isinstance(node, (gast.Nonlocal, gast.Global, gast.FunctionDef, gast.Lambda, gast.Yield)) for node in inside
    ):
        return None
    if not is_plain(tree.args) or not is_plain(inner.args):
        return None
    own = {each.id for each in inner.args.args} | names_set(inside)
    around = {each.id for each in tree.args.args} | names_set(rest)
    read_inside = [node.id for node in inside if isinstance(node, gast.Name) and node.id not in own]
    kept = [name for name in dict.fromkeys(read_inside) if name in around]
    holder = "kept"
    while holder in own | around | set(read_inside):
        holder += "_"
    state = gast.Tuple([trees.name(name) for name in kept], gast.Load())
    first = function(f"{tree.name}_value", tree.args, [*body, gast.Return(gast.Tuple([value, state], gast.Load()))])
    begin = [trees.assign(name, trees.index(trees.name(holder), trees.const(k))) for k, name in enumerate(kept)]
    args = trees.copy_tree(inner.args)
    args.args.insert(0, trees.name(holder))
    args.args[0].ctx = gast.Param()
    return first, function(f"{tree.name}_pullback", args, [*begin, *parts])


def function(name: str, args: Any, body: list[Any]) -> gast.FunctionDef:
    made = gast.parse(f"def {name}(): pass").body[0]
    made.args, made.body = args, body
    for each in args.args:
        each.annotation = None
    return made  # type: ignore[no-any-return]


def is_plain(args: gast.arguments) -> bool:
    """Whether there are only parameters that have to be given, by their position or name."""
    return not (args.vararg or args.kwarg or args.kwonlyargs or args.posonlyargs or args.defaults)


def names_set(nodes: list[Any]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load)}


def halves_of(custom: CustomGradient) -> tuple[gast.FunctionDef, gast.FunctionDef] | None:
    try:
        return halves(read(custom.function).tree)
    except S2sadError:
        return None


def with_halves(tree: gast.Module, namespace: dict[str, Any], used: set[str], found: dict[str, Path]) -> None:
    """Changes the calls in a program; `used` gets the new names, and `found` what they mean."""
    for node in tree.body:
        if isinstance(node, gast.FunctionDef):
            Calls(node, namespace, used, found).rewrite()


class Calls:
    """The calls of such functions in one function of a program."""

    def __init__(self, tree: Any, namespace: dict[str, Any], used: set[str], found: dict[str, Path]) -> None:
        self.tree, self.namespace, self.used, self.found = tree, namespace, used, found

    def rewrite(self) -> None:
        """Where each name stands for one function's gradient at each place; else nothing is changed."""
        own = names_set(list(trees.walk(self.tree)))
        flow = Flow(lambda node: self.owner(node, own))
        flow.walk(self.tree.body)
        if flow.unsure:
            return
        names = {each: self.names_for(each) for each in dict.fromkeys(owner for _, owner in flow.calls)}
        for node, owner in flow.calls:
            value, pulled = names[owner]
            if isinstance(node.func, gast.Name):
                node.args.insert(0, trees.name(node.func.id))
            node.func = trees.name(pulled if isinstance(node.func, gast.Name) else value)

    def owner(self, node: Any, own: set[str]) -> Path | None:
        """The way to the function whose value and gradient a statement takes, if it can be taken apart."""
        target, call = node.targets[0], node.value
        func = getattr(call, "func", None)
        if not isinstance(call, gast.Call) or getattr(func, "attr", "") != "with_gradient":
            return None
        if not isinstance(target, gast.Tuple) or not all(isinstance(each, gast.Name) for each in target.elts):
            return None
        steps: list[str] = []
        place = func.value  # type: ignore[union-attr]
        while isinstance(place, gast.Attribute):
            steps.insert(0, "." + place.attr)
            place = place.value
        root = root_of(place)
        if not isinstance(place, gast.Name) or root in own:
            return None
        path = Path(root, tuple(steps))
        custom = path.of(self.namespace.get(root, MISSING))
        return path if isinstance(custom, CustomGradient) and halves_of(custom) is not None else None

    def names_for(self, path: Path) -> tuple[str, str]:
        made = []
        for step in (VALUE, PULLBACK):
            whole = Path(path.root, (*path.steps, step))
            known = next((name for name, each in self.found.items() if each == whole), None)
            name = known or f"{path.name()}_{step.strip('<>')}"
            while known is None and name in self.used:
                name += "_"
            self.used.add(name)
            self.found[name] = whole
            made.append(name)
        return made[0], made[1]


class Flow:
    """Which function's gradient each name and each list holds, followed through statements in their order.

    calls: those of `with_gradient` and of gradients, each with the function; unsure: whether one isn't known."""

    def __init__(self, owner: Callable[[Any], Path | None]) -> None:
        self.owner = owner
        self.held: dict[str, Path] = {}
        self.saved: dict[tuple[str, int], Path | None] = {}
        self.known: set[str] = set()  # the names that have held one
        self.calls: list[tuple[Any, Path]] = []
        self.unsure = False

    def walk(self, body: list[Any]) -> None:
        for node in body:
            blocks = blocks_of(node)
            if blocks:
                self.enter(node, blocks)
            elif isinstance(node, gast.Assign) and self.owner(node) is not None:
                owner = self.owner(node)
                assert owner is not None
                name = node.targets[0].elts[1].id
                self.held[name] = owner
                self.known.add(name)
                self.calls.append((node.value, owner))
            else:
                self.statement(node)

    def enter(self, node: Any, blocks: list[list[Any]]) -> None:
        """A loop or branch: what its ways set differently isn't known behind it, nor what an iteration sets before."""
        if isinstance(node, (gast.For, gast.While)):
            for name in names_set(list(trees.walk(node))):
                self.held.pop(name, None)
        before, ends = dict(self.held), []
        for block in blocks:
            self.held = dict(before)
            self.walk(block)
            ends.append(self.held)
        ends += [] if isinstance(node, gast.If) and node.orelse else [before]
        self.held = {name: own for name, own in ends[0].items() if all(each.get(name) == own for each in ends)}

    def statement(self, node: Any) -> None:
        for call in [each for each in trees.walk(node) if isinstance(each, gast.Call)]:
            called = getattr(call.func, "id", "")
            if called in self.known:
                self.unsure = self.unsure or called not in self.held
                self.calls += [(call, self.held[called])] if called in self.held else []
            if getattr(call.func, "attr", "") == "append":
                name = getattr(call.func.value, "id", "")
                for k, part in enumerate(parts_of(call.args[0])):
                    held = self.held.get(getattr(part, "id", ""))
                    self.unsure = self.unsure or self.saved.setdefault((name, k), held) != held
        if isinstance(node, gast.Assign):
            func = getattr(node.value, "func", None)
            taken = getattr(getattr(func, "value", None), "id", "") if getattr(func, "attr", "") == "pop" else ""
            for k, part in enumerate(parts_of(node.targets[0])):
                name, held = getattr(part, "id", ""), self.saved.get((taken, k))
                self.held.pop(name, None)
                if held is not None:
                    self.held[name] = held
                    self.known.add(name)


def parts_of(node: Any) -> list[Any]:
    return node.elts if isinstance(node, gast.Tuple) else [node]  # type: ignore[no-any-return]
