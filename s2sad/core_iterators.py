"""Iterators in core form: what runs lazily is written where it runs.

`zip(a, b)`, `map(f, a)`, a generator and their kin compute nothing where they are made, and once only. Later stages
take them for the list of what they give, which is the same only where they are used up at once. So one that has a name
is written where that name is read, and a loop over a generator computes each item in its own iteration:

>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(x, y):
...     pairs = zip(x, y)
...     k = 2.0
...     for v in (k * a * b for a, b in pairs):
...         k = v
...     return k
... ''').body[0]
>>> settle_iterators(tree, lambda name: True)
>>> print(to_text(tree), end="")
def f(x, y):
    k = 2.0
    for a, b in zip(x, y):
        v = k * a * b
        k = v
    return k

What can't be written so (it is read twice, kept in a list, given to a function) stays, and the stage `infer` refuses it
where it would have to be a list: each call or generator that is used up where it stands has the attribute `consumed`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad.core_nodes import DEFINITIONS, Names, assign, load, names_of, place, store, walk

LAZY = frozenset(["map", "filter", "zip", "enumerate", "reversed"])
# Functions and methods that run through what they are given, by their names: of these, infer knows which they are.
KEEPING = frozenset(["append", "appendleft", "insert", "print", "isinstance", "type", "id", "iter", "next", "tee"])
# What may stop before the end of what it is given, or takes its items as they are wanted.
STOPPING = frozenset(
    ["all", "any", "next", "zip", "islice", "takewhile", "compress", "product", "enumerate", "map", "filter"]
)
ITERTOOLS = frozenset(["accumulate", "chain", "combinations", "from_iterable", "pairwise", "permutations", "product"])
ITERTOOLS |= {"dropwhile", "filterfalse", "groupby", "islice", "repeat", "starmap", "takewhile", "zip_longest"}
AT_ONCE = frozenset(
    ["list", "tuple", "sum", "max", "min", "sorted", "dict", "set", "deque", "Counter", "fsum", "prod", "fromiter"]
)
VIEWS = frozenset(["keys", "values", "items"])
NESTED = (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp, *DEFINITIONS)


def settle_iterators(tree: gast.FunctionDef, is_builtin: Callable[[str], bool]) -> None:
    """Changes a function in core form in place. is_builtin: whether a name that it doesn't bind is the built-in one."""
    for node in list(walk(tree)):
        if asks_of_map(node, is_builtin):
            node.args = [as_generator(node.args[0])]
    nodes = list(walk(tree))
    if any(is_made_lazy(node) for node in nodes):
        pass_ = _Iterators(tree, nodes, is_builtin)
        pass_.name_uses(nodes)
        pass_.block(tree.body)
    for statement in tree.body:
        mark_statement(statement)
    stepped = {each.args[0].id for each in nodes if is_step(each)}
    for each in nodes if stepped else ():
        if isinstance(each, gast.Assign) and isinstance(each.value, gast.Call):
            each.value.stepped = getattr(each.targets[0], "id", "") in stepped


def asks_of_map(node: Any, is_builtin: Callable[[str], bool]) -> bool:
    """`any(map(f, xs))` or `all(map(f, xs))`, of a function that has a name or is written there."""

    def calls(each: Any, names: tuple[str, ...], count: int) -> bool:
        plain = isinstance(each, gast.Call) and len(each.args) == count and not each.keywords
        return plain and isinstance(each.func, gast.Name) and each.func.id in names and is_builtin(each.func.id)

    if not calls(node, ("any", "all"), 1) or not calls(node.args[0], ("map",), 2):
        return False
    function = node.args[0].args[0]
    alone = isinstance(function, gast.Lambda) and only_parameter(function) is not None
    return (alone or isinstance(function, gast.Name)) and not isinstance(node.args[0].args[1], gast.Starred)


def only_parameter(function: gast.Lambda) -> str | None:
    """The parameter of a lambda that has one, without a default."""
    args = function.args
    plain = len(args.args) == 1 and not (args.posonlyargs or args.kwonlyargs or args.vararg or args.kwarg)
    return args.args[0].id if plain and not args.defaults else None


def as_generator(call: gast.Call) -> gast.GeneratorExp:
    """map(lambda v: v > 1, xs) as (v > 1 for v in xs)."""
    function, items = call.args
    if isinstance(function, gast.Lambda):
        name, each = function.args.args[0].id, function.body
    else:
        name = "item" if function.id != "item" else "item_"
        each = gast.Call(function, [load(name)], [])
    return place(gast.GeneratorExp(each, [gast.comprehension(store(name), items, [], 0)]), call)


def is_made_lazy(node: Any) -> bool:
    """Whether an expression, by its form, gives something that runs later."""
    if isinstance(node, gast.Call):
        function = node.func
        if isinstance(function, gast.Attribute):
            return function.attr in VIEWS and not node.args or is_of_itertools(function)
        return isinstance(function, gast.Name) and function.id in LAZY
    return isinstance(node, gast.GeneratorExp)


def is_of_itertools(function: gast.Attribute) -> bool:
    return function.attr in ITERTOOLS and isinstance(function.value, gast.Name) and function.value.id == "itertools"


def is_step(node: Any) -> bool:
    """`next(name)`"""
    called = isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id == "next"
    return called and bool(node.args) and isinstance(node.args[0], gast.Name)


class _Iterators:
    def __init__(self, tree: gast.FunctionDef, nodes: list[Any], is_builtin: Callable[[str], bool]) -> None:
        self.names = Names(nodes)
        self.is_builtin = is_builtin
        self.loads: dict[str, list[Any]] = {}
        self.stores: dict[str, int] = {}
        self.tree = tree

    def name_uses(self, nodes: list[Any]) -> None:
        for node in nodes:
            if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load):
                self.loads.setdefault(node.id, []).append(node)
            elif isinstance(node, gast.Name):
                self.stores[node.id] = self.stores.get(node.id, 0) + 1

    def is_lazy(self, node: Any) -> bool:
        """Whether an expression is known to compute nothing yet."""
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
            return is_of_itertools(node.func) and not self.names.hides("itertools") and not node.keywords
        if isinstance(node, gast.Call):
            known = isinstance(node.func, gast.Name) and node.func.id in LAZY and not self.names.hides(node.func.id)
            return known and self.is_builtin(node.func.id) and not node.keywords
        return isinstance(node, gast.GeneratorExp)

    def is_map(self, e: Any) -> bool:
        return self.is_lazy(e) and getattr(getattr(e, "func", None), "id", "") in ("map", "filter")

    def block(self, block: list[Any]) -> None:
        for s in block:
            for field in ("body", "orelse", "finalbody"):
                inner = getattr(s, field, None)
                if isinstance(inner, list) and not isinstance(s, DEFINITIONS):
                    self.block(inner)
            for handler in getattr(s, "handlers", ()):
                self.block(handler.body)
        for s in list(block):
            if isinstance(s, gast.Assign) and isinstance(s.targets[0], gast.Name) and self.is_lazy(s.value):
                self.move(s, block)
        for k in range(len(block)):
            if isinstance(block[k], gast.For):
                block[k] = self.loop(block[k])

    # ---------------------------------------------------------------- an iterator with a name
    def move(self, s: Any, block: list[Any]) -> None:
        """`m = zip(a, b)` to where `m` is read, if that is once and in the same block."""
        name = s.targets[0].id
        if len(self.loads.get(name, ())) != 1 or self.stores.get(name) != 1:
            self.note_rebound(s.value)
            return
        use, start = self.loads[name][0], block.index(s)
        found = [k for k in range(start + 1, len(block)) if any(node is use for node in walk(block[k]))]
        if not found or not replace_once(block[found[0]], use, s.value):
            self.note_rebound(s.value)
            return
        k = found[0]
        between = {name for each in block[start + 1 : k] for n in walk(each) if is_stored(n) for name in names_of(n)}
        held: list[Any] = []
        self.hold(s.value, between, k > start + 1 or not isinstance(block[k], gast.For), held, s)
        block[start : start + 1] = held

    def hold(self, e: Any, between: set[str], later: bool, held: list[Any], s: Any) -> None:
        """What an iterator is given is computed where it is made."""
        for owner, key, part in eager_parts(e):
            if self.is_lazy(part):
                self.hold(part, between, later, held, s)
            elif isinstance(part, gast.Constant) or is_late(part) or not later:
                continue
            elif not isinstance(part, gast.Name) or part.id in between:
                name = self.names.fresh("given")
                held.append(assign(name, part, s))
                new = place(load(name), part)
                if isinstance(key, int):
                    owner[key] = new
                else:
                    setattr(owner, key, new)

    def note_rebound(self, e: Any) -> None:
        """A generator that stays where it is reads its variables when it runs: do they hold something else then?"""
        for node in walk(e):
            if isinstance(node, gast.GeneratorExp):
                free = {n.id for n in walk(node) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)}
                bound = {n.id for g in node.generators for n in walk(g.target) if isinstance(n, gast.Name)}
                node.rebound = any(self.stores.get(each, 0) > 1 for each in free - bound)

    # ---------------------------------------------------------------- loops
    def loop(self, s: Any) -> Any:
        """A loop over a generator, `map` or `filter` computes each item in its own iteration."""
        made = self.loop_of_generator(s) or self.loop_of_map(s)
        if made is not None:
            return self.loop(place_all(made))
        stored = {name for each in s.body for n in walk(each) if is_stored(n) for name in names_of(n)}
        for node in walk(s.iter):
            if isinstance(node, gast.GeneratorExp) or self.is_map(node):
                node.rebound = bool(stored & {n.id for n in walk(node) if isinstance(n, gast.Name)})
        return s

    def loop_of_map(self, s: Any) -> Any:
        e = s.iter
        if not self.is_map(e):
            return None
        if len(e.args) < 2 or any(isinstance(each, gast.Starred) for each in e.args):
            return None
        function, *rest = e.args
        if not is_late(function) and not self.stays(function, s.body):
            return None
        if len(rest) > 1 and (e.func.id == "filter" or self.names.hides("zip") or not self.is_builtin("zip")):
            return None
        items = [self.names.fresh("item" if len(rest) == 1 else f"item_{k}") for k in range(len(rest))]
        call = gast.Call(function, [load(each) for each in items], [])
        if e.func.id == "map":
            head = assign(s.target, call, s)
            s.target = store(items[0])
            s.iter = rest[0]
            if len(rest) > 1:
                s.target = gast.Tuple([store(each) for each in items], gast.Store())
                s.iter = gast.Call(load("zip"), rest, [])
            s.body = [head, *s.body]
        else:
            test = load(items[0]) if isinstance(function, gast.Constant) and function.value is None else call
            head = assign(s.target, load(items[0]), s)
            s.target, s.iter = store(items[0]), rest[0]
            s.body = [place(gast.If(test, [head, *s.body], []), s)]
        return s

    def stays(self, function: Any, body: list[Any]) -> bool:
        """Whether an expression for a function means the same one in each iteration."""
        if isinstance(function, gast.Constant):
            return True
        nodes = [n for each in body for n in walk(each)]
        if isinstance(function, gast.Attribute) and isinstance(function.value, gast.Name):
            if any(isinstance(n, gast.Attribute) and not isinstance(n.ctx, gast.Load) for n in nodes):
                return False
            function = function.value
        return isinstance(function, gast.Name) and not any(is_stored(n) and function.id in names_of(n) for n in nodes)

    def loop_of_generator(self, s: Any) -> Any:
        e = s.iter
        if not isinstance(e, gast.GeneratorExp) or len(e.generators) != 1:
            return None
        generator = e.generators[0]
        parts = [generator.target, e.elt, *generator.ifs]
        inside = {id(n) for n in walk(e)}
        outside = {n.id for n in walk(self.tree) if isinstance(n, gast.Name) and id(n) not in inside}
        own = {n.id for n in walk(generator.target) if isinstance(n, gast.Name)}
        renamed = {name: self.names.fresh(name) for name in own & outside}  # the generator's variables are its own
        if renamed and any(isinstance(n, (*NESTED, gast.NamedExpr)) for part in parts for n in walk(part)):
            return None
        for n in [n for part in parts for n in walk(part) if isinstance(n, gast.Name)]:
            n.id = renamed.get(n.id, n.id)
        body = [assign(s.target, e.elt, s), *s.body]
        for test in reversed(generator.ifs):
            body = [place(gast.If(test, body, []), s)]
        s.target, s.iter, s.body = generator.target, generator.iter, body
        return s


def is_late(e: Any) -> bool:
    """Whether an expression is a function that means the same later: what it reads it reads when it is called."""
    return isinstance(e, gast.Lambda) and not e.args.defaults and not any(e.args.kw_defaults)


def place_all(s: Any) -> Any:
    for each in (s.target, s.iter, *s.body):
        place(each, s)
    return s


def is_stored(node: Any) -> bool:
    """Whether a node gives names another meaning."""
    return bool(names_of(node)) and not isinstance(getattr(node, "ctx", None), gast.Load)


def eager_parts(e: Any) -> list[tuple[Any, Any, Any]]:
    """(owner, field or position, expression): what is computed where an iterator is made."""
    if isinstance(e, gast.GeneratorExp):
        return [(e.generators[0], "iter", e.generators[0].iter)]
    return [(e.args, k, each) for k, each in enumerate(e.args)]


def replace_once(s: Any, use: Any, new: Any) -> bool:
    """Puts an expression where a statement reads a name, if that is evaluated once, and uses the iterator up."""
    heads = {gast.For: ["iter"], gast.If: ["test"], gast.With: ["items"]}
    fields = heads.get(type(s), s._fields)
    if isinstance(s, (gast.While, gast.Try, *DEFINITIONS)):
        return False
    todo = [(s, field) for field in fields]
    while todo:
        owner, field = todo.pop()
        value = getattr(owner, field, None)
        for k, each in enumerate(value if isinstance(value, list) else [value]):
            if each is use:
                if not consumes(owner, field):
                    return False
                if isinstance(value, list):
                    value[k] = new
                else:
                    setattr(owner, field, new)
                return True
            if isinstance(each, NESTED):
                if isinstance(each, (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)):
                    todo.append((each.generators[0], "iter"))
            elif isinstance(each, gast.AST) and not isinstance(each, gast.stmt):
                todo += [(each, inner) for inner in each._fields]
    return False


def consumes(owner: Any, field: str) -> bool:
    """Whether what stands in this field of a node is run through right there."""
    if isinstance(owner, (gast.For, gast.comprehension)):
        return field == "iter"
    if isinstance(owner, gast.Call):
        name = owner.func.attr if isinstance(owner.func, gast.Attribute) else getattr(owner.func, "id", "")
        return field == "args" and name not in KEEPING or field == "keywords"
    if isinstance(owner, gast.Assign):
        return field == "value" and isinstance(owner.targets[0], (gast.Tuple, gast.List))
    if isinstance(owner, gast.AugAssign):
        return field == "value"
    if isinstance(owner, gast.Compare):
        return field == "comparators"
    return isinstance(owner, (gast.Starred, gast.keyword))


def runs_through(owner: Any, field: str) -> bool:
    """Whether all items of what stands in this field are taken before anything else runs."""
    if isinstance(owner, gast.Call):
        name = owner.func.attr if isinstance(owner.func, gast.Attribute) else getattr(owner.func, "id", "")
        return field == "args" and name in AT_ONCE and len(owner.args) <= 2
    if isinstance(owner, gast.Assign):
        return field == "value" and isinstance(owner.targets[0], (gast.Tuple, gast.List))
    return isinstance(owner, gast.Starred)


def runs_at_once(tree: gast.FunctionDef, parameter: str) -> bool:
    """Whether a function runs once through what it is given, before it does anything else."""
    uses = [n for n in walk(tree) if isinstance(n, gast.Name) and n.id == parameter and isinstance(n.ctx, gast.Load)]
    for s in tree.body if len(uses) == 1 else []:
        if replace_once(s, uses[0], uses[0]):
            return True
        if not isinstance(s, gast.Assign) or not isinstance(s.targets[0], gast.Name):
            return False
        if any(isinstance(n, gast.Call) for n in walk(s)):
            return False
    return not uses


def mark_statement(s: Any) -> None:
    """Marks what is used up where it stands."""
    todo: list[tuple[Any, str, bool]] = [(s, field, False) for field in s._fields]
    while todo:
        owner, field, outer = todo.pop()
        value = getattr(owner, field, None)
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, gast.AST):
                continue
            whole = consumes(owner, field) or outer and isinstance(owner, gast.IfExp) and field != "test"
            if isinstance(each, gast.Call) and (field == "iter" or field == "value" and isinstance(owner, gast.Assign)):
                mark_unpacked(getattr(owner, "target", None) or owner.targets[0], each, field == "iter")
            if isinstance(each, (gast.Call, gast.GeneratorExp)):
                each.consumed = whole or isinstance(owner, gast.Expr)
                each.at_once = runs_through(owner, field)
                each.returned = isinstance(owner, gast.Return)
                each.stopped = False
                if isinstance(owner, gast.Call):
                    each.stopped = getattr(owner.func, "id", getattr(owner.func, "attr", "")) in STOPPING
                if isinstance(owner, gast.Compare):
                    each.stopped = True  # `x in ...` ends where it is found
                if isinstance(owner, gast.Call) and getattr(owner.func, "id", "") == "next" and len(owner.args) <= 2:
                    each.consumed = True  # the one item that is wanted of it
            todo += [(each, inner, whole) for inner in each._fields if not isinstance(each, DEFINITIONS)]


def mark_unpacked(target: Any, call: gast.Call, looping: bool) -> None:
    """`for a, b in zip(*rows)` goes through two rows, `xs, ys = zip(*points)` makes two columns of them, and so does
    `X, Y = np.meshgrid(*axes)`."""
    if not isinstance(target, (gast.Tuple, gast.List)) or any(isinstance(e, gast.Starred) for e in target.elts):
        return
    name = getattr(call.func, "id", "")
    if looping and name == "enumerate" and len(target.elts) == 2 and call.args and isinstance(call.args[0], gast.Call):
        mark_unpacked(target.elts[1], call.args[0], True)
    elif name == "zip" and looping:
        call.unpacked_into = len(target.elts)
    elif not looping:
        call.columns = [getattr(each, "id", "column") for each in target.elts]
