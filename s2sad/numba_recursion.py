"""Part of the stage `numba`: what a function that calls itself keeps for its backward half.

In the plain program what a call keeps holds what the calls inside of it keep: for Numba a type without end. Here all
calls put it into one list, and pass on where it lies there. That list is empty at first, and Numba asks for the type of
what comes into it: `f_kept_type`, which is never run, has it.

def f_forward(x, n):                                  def f_forward(f_tape, x, n):
    ...                                                   ...
    t1, f_kept = f_forward(x, n - 1)                      t1, f_kept = f_forward(f_tape, x, n - 1)
    return value, (x, t1, f_kept)                         f_tape.append((x, t1, f_kept))
                                                 ->       return value, len(f_tape) - 1
def f_backward(saved, value_grad):                    def f_backward(f_tape, place, value_grad):
    x, t1, f_kept = saved                                 saved = f_tape[place]
    ...                                                   x, t1, f_kept = saved
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.numba_ranks import Expressions
from s2sad.numba_tapes import fresh
from s2sad.numba_unified import empty_value, is_none, statements_of
from s2sad.reading import all_blocks


def with_one_tape(tree: gast.Module, numpy: str, known_of: Any) -> None:
    """Changes the functions of a program that call themselves. known_of: what is known of the names in a function."""
    functions = {node.name: node for node in tree.body if isinstance(node, gast.FunctionDef)}
    main = tree.body[-1]
    halves = {name.removesuffix("_forward") for name in functions if name.endswith("_forward")}
    pairs = [Pair(name, functions) for name in sorted(halves) if f"{name}_backward" in functions]
    pairs = [pair for pair in pairs if calls_of(tree, pair.forward.name)]
    given = {each.id for each in main.args.args}
    if not pairs or not all(pair.is_plain(tree) for pair in pairs):
        return
    groups: list[tuple[list[Pair], Any, set[str], Pair | None]] = []
    if not all(pair.parameters <= given or pair.calls_in(main) for pair in pairs):
        groups = [(group, outer.forward, set(), outer) for outer, group in outer_pairs(pairs, functions)]
        pairs = [pair for pair in pairs if not any(pair is outer or pair in group for group, _, _, outer in groups)]
        if not all(pair.parameters <= given or pair.calls_in(main) for pair in pairs):
            return
    groups += [(pairs, main, given, None)] if pairs else []
    used = {node.id for node in trees.walk(tree) if isinstance(node, gast.Name)} | set(functions)
    for group, owner, parameters, outer in groups:
        kept = {name for pair in group for name in pair.kept_names(tree)}
        for pair in group:
            pair.name_all(used)
            pair.without_none(Expressions(known_of(pair.forward.name)), kept, numpy)
        own = [pair.type_function(group, kept) for pair in group]
        share_tapes(tree, group)
        for statement in statements_of(owner):
            if is_start(statement, kept):
                statement.value = trees.const(-1)
        at = 1 if is_text(owner.body[0]) else 0
        owner.body[at:at] = [pair.start(owner, parameters) for pair in group]
        tree.body[-1:-1] = own
        if outer is not None:
            outer.keep([pair.tape for pair in group])


def share_tapes(tree: gast.Module, pairs: list[Pair]) -> None:
    """The lists as the first arguments of both halves of each pair."""
    for pair in pairs:
        pair.use_tape()
    tapes = [pair.tape for pair in pairs]
    names = {half.name for pair in pairs for half in (pair.forward, pair.backward)}
    for node in trees.walk(tree):
        if isinstance(node, gast.Call) and getattr(node.func, "id", "") in names:
            node.args = [*map(trees.name, tapes), *node.args]
    for pair in pairs:
        for half in (pair.forward, pair.backward):
            half.args.args = [*map(trees.name, tapes), *half.args.args]


def outer_pairs(pairs: list[Pair], functions: dict[str, Any]) -> list[tuple[Pair, list[Pair]]]:
    """The pairs that don't call themselves, each with those that nothing else calls from outside: its forward half has
    their lists, and hands them to its backward half. So where something adds up in an argument that carries no gradient
    at first."""
    found = []
    for outer in pairs:
        group: list[Pair] = []
        todo = [outer]
        while todo:
            caller = todo.pop().forward
            more = [pair for pair in pairs if pair.calls_in(caller) and pair not in group]
            group += more
            todo += more
        inside = [outer.forward, *(pair.forward for pair in group)]
        outside = [node for node in functions.values() if node not in inside]
        called = any(pair.calls_in(node) for pair in group for node in outside)
        direct = all(pair.calls_in(outer.forward) for pair in group)
        if group and outer not in group and not called and direct and outer.taken():
            found.append((outer, group))
    return found


def without_literals(tree: gast.Module, namespace: dict[str, Any]) -> None:
    """Passes `int(3)` to functions that call themselves, where a 3 stands: for that number alone Numba would compile a
    second one, which calls the first, and the machine code couldn't be kept on the disk.

    >>> tree = gast.parse("def f(x, n):\\n    return f(x, n - 1)\\ndef g(x):\\n    return f(x, 3) + f(x, LAST)")
    >>> without_literals(tree, {"LAST": 4})
    >>> print(trees.show(tree.body[1].body[0].value))
    f(x, int(3)) + f(x, int(LAST))
    """
    functions = [node for node in tree.body if isinstance(node, gast.FunctionDef)]
    recursive = [node.name for node in functions if calls_of(node, node.name)]
    for node in functions:
        own = {each.id for each in trees.walk(node) if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Store)}
        counts = (
            {name for name, value in namespace.items() if type(value) is int} - own - {*map(name_of, node.args.args)}
        )
        counts |= {name for name in own if is_literal_of(node, name)}
        for call in [each for name in recursive for each in calls_of(node, name)]:
            for k, each in enumerate(call.args):
                if is_count(each) or name_of(each) in counts:
                    call.args[k] = trees.call(trees.builtin("int"), each)


def name_of(node: Any) -> str:
    return getattr(node, "id", "")


def is_count(node: Any) -> bool:
    return type(trees.literal(node)) is int


def is_literal_of(function: gast.FunctionDef, name: str) -> bool:
    """Whether a variable is set once, to an integer that stands there."""
    values = [
        node for node in statements_of(function) if isinstance(node, gast.Assign) and name in map(name_of, node.targets)
    ]
    stores = [each for each in trees.walk(function) if name_of(each) == name and not isinstance(each.ctx, gast.Load)]
    return len(stores) == len(values) == 1 and is_count(values[0].value)


def calls_of(tree: gast.AST, name: str) -> list[gast.Call]:
    return [each for each in trees.walk(tree) if isinstance(each, gast.Call) and getattr(each.func, "id", "") == name]


def is_start(node: Any, names: set[str]) -> bool:
    """`f_kept = None`, before anything was called."""
    return isinstance(node, gast.Assign) and getattr(node.targets[0], "id", "") in names and is_none(node.value)


def is_text(node: Any) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Constant)


class Pair:
    """The two halves of a function."""

    def __init__(self, name: str, functions: dict[str, Any]) -> None:
        self.name = name
        self.forward, self.backward = functions[f"{name}_forward"], functions[f"{name}_backward"]
        self.parameters = {each.id for each in self.forward.args.args}

    def is_plain(self, tree: gast.AST) -> bool:
        """Whether every call of the forward half sets names, and it returns a tuple of what is kept."""
        statements = [
            node for each in trees.walk(tree) if isinstance(each, gast.FunctionDef) for node in statements_of(each)
        ]
        setting = [node for node in statements if self.is_call(node)]
        returned = self.forward.body[-1]
        kept = returned.value.elts[-1] if isinstance(getattr(returned, "value", None), gast.Tuple) else None
        mentioned = [each for each in trees.walk(tree) if isinstance(each, gast.Name) and each.id == self.forward.name]
        return len(setting) == len(mentioned) and isinstance(kept, gast.Tuple) and bool(kept.elts)

    def is_call(self, node: Any) -> bool:
        called = getattr(getattr(getattr(node, "value", None), "func", None), "id", "")
        return isinstance(node, gast.Assign) and called == self.forward.name and isinstance(node.targets[0], gast.Tuple)

    def kept_names(self, tree: gast.AST) -> list[str]:
        return [node.targets[0].elts[-1].id for node in trees.walk(tree) if self.is_call(node)]

    def name_all(self, used: set[str]) -> None:
        self.tape, self.place = fresh(f"{self.name}_tape", used), fresh("place", used)
        self.type_of = fresh(f"{self.name}_kept_type", used)

    def without_none(self, known: Expressions, kept: set[str], numpy: str) -> None:
        """What a call that ended earlier has not set."""
        items = self.forward.body[-1].value.elts[-1].elts
        started = {
            node.targets[0].id for node in statements_of(self.forward) if is_start(node, set(known.known) | kept)
        }
        for node in statements_of(self.forward):
            if is_start(node, kept):
                node.value = trees.const(-1)
        for k, each in enumerate(items):
            name = getattr(each, "id", "")
            value = empty_value(known, [name], numpy) if name in started - kept else None
            if value is not None:
                test = trees.is_none(trees.name(name))
                items[k] = gast.IfExp(test, value, gast.UnaryOp(gast.UAdd(), each))

    def type_function(self, pairs: list[Pair], kept: set[str]) -> gast.FunctionDef:
        """The forward half, by itself."""
        made = trees.copy_tree(self.forward)
        made.name = self.type_of
        made.body = [node for node in made.body if not is_text(node)]
        for block in list(all_blocks(made.body)):
            for k, node in reversed(list(enumerate(block))):
                for pair in pairs:
                    if pair.is_call(node):
                        node.value.func = trees.name(pair.type_of)
                        name = node.targets[0].elts[-1].id
                        node.targets[0].elts[-1] = trees.name("_", store=True)
                        block.insert(k + 1, trees.assign(name, trees.const(0)))
                        break
        return made

    def use_tape(self) -> None:
        returned = self.forward.body[-1]
        append = trees.call(trees.attr(trees.name(self.tape), "append"), returned.value.elts[-1])
        last = trees.sub(trees.call(trees.builtin("len"), trees.name(self.tape)), trees.const(1))
        self.forward.body.insert(-1, gast.Expr(append))
        returned.value.elts[-1] = last
        saved = self.backward.args.args[0].id
        self.backward.args.args[0] = trees.name(self.place)
        at = 1 if is_text(self.backward.body[0]) else 0
        found = trees.index(trees.name(self.tape), trees.name(self.place))
        found.there = True
        self.backward.body.insert(at, trees.assign(saved, found))

    def taken(self) -> Any:
        """The tuple of names that the backward half takes what was kept apart into."""
        saved = name_of(self.backward.args.args[0])
        for node in self.backward.body:
            if isinstance(node, gast.Assign) and name_of(node.value) == saved:
                return node.targets[0] if isinstance(node.targets[0], gast.Tuple) else None
        return None

    def keep(self, names: list[str]) -> None:
        """Keeps these variables, too."""
        self.forward.body[-1].value.elts[-1].elts += map(trees.name, names)
        self.taken().elts += [trees.name(name, store=True) for name in names]

    def calls_in(self, main: gast.FunctionDef) -> list[Any]:
        return [node for node in statements_of(main) if self.is_call(node)]

    def start(self, main: gast.FunctionDef, given: set[str]) -> gast.Assign:
        """The list, empty but for Numba's eyes."""
        if not self.parameters <= given:
            return self.empty_start(main)
        arguments = [trees.name(each.id) for each in self.forward.args.args if each.id in self.parameters]
        kept = trees.index(trees.call(trees.name(self.type_of), *arguments), trees.const(-1))
        nothing = trees.call(trees.builtin("range"), trees.const(0))
        loop = gast.comprehension(trees.name("_", store=True), nothing, [], False)
        return trees.assign(self.tape, gast.ListComp(kept, [loop]))

    def empty_start(self, main: gast.FunctionDef) -> gast.Assign:
        """The list, whose items Numba sees where something is put into it before a call, which never is."""
        for block in list(all_blocks(main.body)):
            for k, node in reversed(list(enumerate(block))):
                if self.is_call(node):
                    given = [trees.copy_tree(each) for each in node.value.args[-len(self.parameters) :]]
                    kept = trees.index(trees.call(trees.name(self.type_of), *given), trees.const(-1))
                    length = trees.call(trees.builtin("len"), trees.name(self.tape))
                    never = gast.Compare(length, [gast.Lt()], [trees.const(0)])
                    append = trees.call(trees.attr(trees.name(self.tape), "append"), kept)
                    block.insert(k, gast.If(never, [gast.Expr(append)], []))
        return trees.assign(self.tape, gast.List([], gast.Load()))
