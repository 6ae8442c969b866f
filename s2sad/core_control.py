"""Jumps made into structure: `return`, `continue`, `break` and the `else` of loops.

before:

    for i in range(n):
        if x[i] < 0:
            continue
        if x[i] == y:
            return i
        s += x[i]
    return s

after:

    returned = False
    for i in range(n):
        if not x[i] < 0:
            if x[i] == y:
                value = i
                returned = True
                break
            else:
                s += x[i]
    if not returned:
        value = s
    return value

A block is lowered knowing what a jump does at its end (`Exit`): which flag it sets, and whether the loop around is
then left by a `break`. Where a statement that may jump is followed by others, these move into the branch that
does not jump (`if` and `try`), or run under a test of the flag.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gast

from s2sad.core_nodes import (
    DEFINITIONS,
    LOOPS,
    TRIES,
    WITHS,
    Names,
    assign,
    constant,
    copy_tree,
    either,
    load,
    negate,
    new_if,
    place,
    store,
)

# The ways in which control may leave a statement; an exception is none of them, Python itself sees to it.
FALLS, BREAKS, CONTINUES, RETURNS = 1, 2, 4, 8
JUMPS = BREAKS | CONTINUES | RETURNS
_KIND: dict[type, int] = {gast.Break: BREAKS, gast.Continue: CONTINUES, gast.Return: RETURNS}
_FLAG = {BREAKS: "broke", CONTINUES: "skipped", RETURNS: "returned"}

# Blocks with more early exits than this are cut into pieces that follow each other instead of nesting:
# Python takes no more than 100 levels of indentation.
_MOST_NESTED = 8
_LONGEST_CHAIN = 30
_DEEPEST = 60

Block = list[gast.stmt]


class Exit(NamedTuple):
    """What a jump does at the end of a block."""

    flag: str | None = None  # is set to True
    leave: bool = False  # the loop around is left by `break`
    swallowed: bool = False  # an exception may be caught on the way to where the flag is tested


Exits = dict[int, Exit]
_NOWHERE: Exits = {kind: Exit() for kind in _FLAG}


def lower_jumps(body: Block, names: Names) -> Block:
    """The body of a function, which the caller owns, with at most one `return`: its last statement."""
    return _Control(names).function(body)


class _Control:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.value: str | None = None  # the name of the function's result, if it needs one
        self.depth = 0
        self.broke: dict[int, str] = {}  # the flag of a loop that had an `else`, by the loop's id
        self.added: set[str] = set()  # the flags of such loops
        self.memo: dict[int, tuple[gast.stmt, int]] = {}  # the ways out of a statement, by its id

    def function(self, body: Block) -> Block:
        last = body[-1]
        ways = self.block_ways(body)
        returns = _returns(body)
        if all(_is_none(s.value) for s in returns):
            return self.block(body, {RETURNS: Exit()}) or [place(gast.Pass(), last)]
        if len(returns) == 1 and returns[0] is last and ways & RETURNS:
            return [*self.block(body[:-1], {}), last]
        self.value = self.names.fresh("value")
        if not ways & RETURNS:  # none is reached, or all are overtaken by a `finally`
            return self.block(body, {RETURNS: Exit()})
        if ways & FALLS:
            body = [*body, place(gast.Return(constant(None)), last)]
        end = place(gast.Return(load(self.value)), last)
        end.early = True
        return [*self.block(body, {RETURNS: Exit()}), end]

    # The ways out

    def ways(self, s: gast.stmt) -> int:
        """How control may leave a statement: a set of FALLS, BREAKS, CONTINUES, RETURNS."""
        if not isinstance(s, _COMPOUND):
            return 0 if isinstance(s, gast.Raise) else _KIND.get(type(s), FALLS)
        known = self.memo.get(id(s))
        if known is None:
            self.memo[id(s)] = known = (s, self.compound_ways(s))
        return known[1]

    def block_ways(self, block: Block) -> int:
        ways = FALLS
        for s in block:
            ways = ways & ~FALLS | self.ways(s)
            if not ways & FALLS:
                break
        return ways

    def compound_ways(self, s: Any) -> int:
        body = self.block_ways(s.body)
        if isinstance(s, gast.If):
            return body | self.block_ways(s.orelse)
        if isinstance(s, WITHS):
            return body | FALLS  # a context manager may swallow an exception
        if isinstance(s, LOOPS):
            done = self.block_ways(s.orelse) if _can_finish(s) else 0
            return body & RETURNS | done | (FALLS if body & BREAKS else 0)
        if body & FALLS:
            body = body & ~FALLS | self.block_ways(s.orelse)
        for handler in s.handlers:
            body |= self.block_ways(handler.body)
        final = self.block_ways(s.finalbody)
        return final & JUMPS | (body if final & FALLS else 0)

    # Blocks

    def block(self, block: Block, exits: Exits) -> Block:
        """A block without jumps but the tail `break`s, and without what can't be reached."""
        self.depth += 1
        pieces = self.pieces(block)
        out = self.flat(pieces, exits) if len(pieces) > 1 else self.one_block(block, exits)
        self.depth -= 1
        return out

    def one_block(self, block: Block, exits: Exits) -> Block:
        out: Block = []
        for i, s in enumerate(block):
            if type(s) in _KIND:
                return out + self.jump(s, exits)
            if not isinstance(s, _COMPOUND):
                out.append(s)
                if isinstance(s, gast.Raise):
                    return out
                continue
            if isinstance(s, LOOPS) and s.orelse:
                return out + self.loop_with_else(s, block[i + 1 :], exits)
            ways = self.ways(s)
            if ways & JUMPS:
                return out + self.jumping(s, block[i + 1 :] if ways & FALLS else [], exits)
            out += self.compound(s, 0, exits)
            if not ways & FALLS:
                return out
        return out

    def jump(self, s: Any, exits: Exits) -> Block:
        kind = _KIND[type(s)]
        out = []
        if kind == RETURNS and self.value:
            out.append(assign(self.value, s.value or constant(None), s))
        return out + _signal(exits[kind], s)

    def loop_with_else(self, s: Any, rest: Block, exits: Exits) -> Block:
        """`for ...: ... else: more` -> `broke = False; for ...: ...; if not broke: more`"""
        more, s.orelse = s.orelse, []
        self.memo.pop(id(s), None)
        if not _can_finish(s):
            return self.one_block([s, *rest], exits)
        if not self.block_ways(s.body) & BREAKS:
            return self.one_block([s, *more, *rest], exits)
        self.broke[id(s)] = flag = self.names.fresh("broke")
        self.added.add(flag)
        test = place(gast.UnaryOp(gast.Not(), load(flag)), s)
        return [
            assign(flag, constant(False), s),
            *self.one_block([s, place(gast.If(test, more, []), more[0]), *rest], exits),
        ]

    def jumping(self, s: Any, rest: Block, exits: Exits) -> Block:
        """A statement that may jump, with the statements after it."""
        ways = self.ways(s) & JUMPS
        if isinstance(s, TRIES) and self.block_ways(s.finalbody) & JUMPS:
            return self.jumping_finally(s, rest, exits)
        if not rest:
            return self.compound(s, ways, exits)
        if isinstance(s, gast.If):
            if not self.block_ways(s.body) & FALLS:
                s.orelse = s.orelse + rest
                return self.compound(s, ways, exits)
            if not self.block_ways(s.orelse) & FALLS:
                s.body = s.body + rest
                return self.compound(s, ways, exits)
        if isinstance(s, TRIES) and self.can_nest(s, rest, exits):
            s.orelse = s.orelse + rest
            return self.compound(s, ways, exits)
        if ways == RETURNS and self.value and _is_constant_return(rest) and not self.may_lose_return([s], False):
            # `for ...: if ...: return i` + `return -1`: the value is -1 until another one is found
            first = assign(self.value, rest[0].value or constant(None), rest[0])  # type: ignore[attr-defined]
            return [first, *self.compound(s, ways, {**exits, RETURNS: Exit()}), *_signal(exits[RETURNS], s)]
        return self.guarded(s, ways, rest, exits)

    def can_nest(self, s: Any, rest: Block, exits: Exits) -> bool:
        """Whether the rest may move into the `else` of a `try`: it runs just where no handler ran, and not protected.

        Only the handlers jump or raise, all of them, and no jump is a `break`, which is not allowed in a `try`.
        """
        ways = self.ways(s) | self.block_ways(rest)
        return (
            not s.finalbody
            and not self.block_ways(s.body) & JUMPS
            and not any(self.block_ways(handler.body) & FALLS for handler in s.handlers)
            and not any(ways & kind and exit.leave for kind, exit in exits.items())
        )

    def may_lose_return(self, block: Block, swallowed: bool) -> bool:
        """Whether a `return` may come to nothing: an exception (in `__exit__`, in `finally`) after it is swallowed on
        the way out, or `finally` jumps elsewhere."""
        for s in block:
            if not isinstance(s, _COMPOUND) or not _returns([s]):
                continue
            inside = swallowed
            if isinstance(s, WITHS):
                if swallowed or len(s.items) > 1:
                    return True
                inside = True
            elif isinstance(s, TRIES):
                if s.finalbody and (swallowed or self.block_ways(s.finalbody) != FALLS):
                    return True
                inside = swallowed or bool(s.handlers)
            others = [*getattr(s, "orelse", []), *(t for h in getattr(s, "handlers", []) for t in h.body)]
            if self.may_lose_return(s.body, inside) or self.may_lose_return(others, swallowed):
                return True
        return False

    # Flags

    def guarded(self, s: Any, kinds: int, rest: Block, exits: Exits) -> Block:
        """The statement with its jumps of some kinds made into flags, and the rest under a test of these."""
        late = isinstance(s, WITHS) or isinstance(s, TRIES) and bool(s.finalbody)
        out, inner = self.flags(kinds, exits, s, late)
        out += self.compound(s, self.ways(s) & JUMPS, inner)
        flags = [(kind, flag) for kind in _kinds(kinds) if (flag := inner[kind].flag)]
        return out + self.after(flags, self.block(rest, exits), exits, s)

    def flags(self, kinds: int, exits: Exits, origin: Any, late: bool) -> tuple[Block, Exits]:
        """Exits that only set flags, and the statements that clear these first.

        The flag of an exit outside serves, but not where an exception may still come after it is set and be swallowed.
        """
        out: Block = []
        inner = dict(exits)
        for kind in _kinds(kinds):
            outer = exits[kind]
            if outer.flag is None or late and outer.swallowed:
                inner[kind] = Exit(flag := self.names.fresh(_FLAG[kind]))
                out.append(assign(flag, constant(False), origin))
            else:
                inner[kind] = outer._replace(leave=False)
        return out, inner

    def after(self, flags: list[tuple[int, str]], rest: Block, exits: Exits, origin: Any) -> Block:
        """What follows a statement that may have set flags: the exits outside, `else` the rest (lowered already)."""
        groups: dict[Exit, list[gast.expr]] = {}
        for kind, flag in flags:
            outer = exits[kind]._replace(swallowed=False)
            groups.setdefault(outer._replace(flag=None) if outer.flag == flag else outer, []).append(load(flag))
        quiet = groups.pop(Exit(), None)
        out = rest
        if quiet and rest:
            out = [new_if(negate(place(either(quiet), origin)), rest, [], origin)]
        for exit, tests in reversed(groups.items()):
            out = [new_if(either(tests), _signal(exit, origin), out, origin)]
        return out

    def pieces(self, block: Block) -> list[Block]:
        """A block, cut where the early exits in it would nest too deep."""
        if len(block) <= _MOST_NESTED and self.depth < _DEEPEST:
            return [block]
        pieces, start, nested, chained = [], 0, 0, 0
        most = _MOST_NESTED if self.depth < _DEEPEST else 1
        for i, s in enumerate(block[:-1]):
            ways = self.ways(s)
            if not ways & FALLS:
                break
            if ways & JUMPS:
                following = block[i + 1]
                chain = isinstance(following, gast.If) and bool(self.ways(following) & JUMPS)
                chained += chain
                nested += not chain
            if nested >= most or chained >= _LONGEST_CHAIN:
                pieces.append(block[start : i + 1])
                start, nested, chained = i + 1, 0, 0
        return [*pieces, block[start:]]

    def flat(self, pieces: list[Block], exits: Exits) -> Block:
        """Pieces of a block one after the other, each under a test that none before it has jumped."""
        kinds = 0
        for piece in pieces:
            kinds |= self.block_ways(piece) & JUMPS
        origin = pieces[0][0]
        out, inner = self.flags(kinds, exits, origin, True)
        out += self.block(pieces[0], inner)
        flags = [(kind, flag) for kind in _kinds(kinds) if (flag := inner[kind].flag)]
        for piece in pieces[1:]:
            test = place(gast.UnaryOp(gast.Not(), either([load(flag) for _, flag in flags])), piece[0])
            out.append(new_if(test, self.block(piece, inner), [], piece[0]))
        return out + self.after(flags, [], exits, origin)

    # Compound statements in a place where nothing but the exits comes after

    def compound(self, s: Any, ways: int, exits: Exits) -> Block:
        if isinstance(s, gast.If):
            body, orelse = self.block(s.body, exits), self.block(s.orelse, exits)
            if not body and not orelse and isinstance(s.test, gast.UnaryOp) and _name(s.test.operand) in self.added:
                return []  # what `else: continue` of a loop leaves
            return [new_if_at(s, body, orelse)]
        if isinstance(s, LOOPS):
            return self.loop(s, exits)
        if isinstance(s, WITHS):
            return self.with_(s, ways, exits)
        return self.try_(s, ways, exits)

    def loop(self, s: Any, exits: Exits) -> Block:
        inner = {BREAKS: Exit(self.broke.get(id(s)), True), CONTINUES: Exit()}
        after: Block = []
        if self.ways(s) & RETURNS:
            outer = exits[RETURNS]
            if not self.ways(s) & FALLS:  # left by a return only: no need to ask afterwards
                inner[RETURNS] = Exit(None, True)
                after = _signal(outer, s)
            elif outer.leave:
                return self.guarded(s, RETURNS, [], exits)
            else:
                inner[RETURNS] = outer._replace(leave=True)
        s.body = self.block(s.body, inner) or [place(gast.Pass(), s.body[0])]
        return [s, *after]

    def with_(self, s: Any, ways: int, exits: Exits) -> Block:
        if guards := _unfit(ways, exits, True):
            return self.guarded(s, guards, [], exits)
        if len(s.items) > 1 and any(exits[kind].flag for kind in _kinds(ways)):
            # the first context manager may swallow what leaving the second one raises
            inner = place(type(s)(s.items[1:], s.body, None), s)
            s.items, s.body = s.items[:1], [inner]
        s.body = self.block(s.body, _swallowing(exits)) or [place(gast.Pass(), s.body[0])]
        return [s]

    def try_(self, s: Any, ways: int, exits: Exits) -> Block:
        final = self.block_ways(s.finalbody)
        if final & JUMPS:
            return self.jumping_finally(s, [], exits)
        if not final & FALLS:  # `finally` raises, wherever a jump before it would have led
            out, inner = self.flags(self.block_ways([_without_finally(s)]) & JUMPS, _NOWHERE, s, True)
            return out + self.plain_try(s, inner)
        if guards := _unfit(ways, exits, bool(s.finalbody)):
            return self.guarded(s, guards, [], exits)
        return self.plain_try(s, exits)

    def plain_try(self, s: Any, exits: Exits) -> Block:
        body_ways = self.block_ways(s.body)
        inside = body_ways & JUMPS
        missing = sum(kind for kind in _kinds(inside) if not exits[kind].flag)
        if s.orelse and missing and body_ways & FALLS:
            return self.guarded(s, missing, [], exits)
        s.body = self.block(s.body, _swallowing(exits) if s.handlers else exits) or [place(gast.Pass(), s.body[0])]
        for handler in s.handlers:
            handler.body = self.block(handler.body, exits) or [place(gast.Pass(), handler)]
        flags = [(kind, flag) for kind in _kinds(inside) if (flag := exits[kind].flag)]
        s.orelse = self.after(flags, self.block(s.orelse, exits), exits, s) if body_ways & FALLS else []
        if s.finalbody:
            s.finalbody = self.block(s.finalbody, {}) or [place(gast.Pass(), s.finalbody[0])]
        return [s]

    def jumping_finally(self, s: Any, rest: Block, exits: Exits) -> Block:
        """A jump in `finally` drops the exception or the jump that was under way.

        `try: A finally: B` becomes `try: A except BaseException: B; if not <B jumped>: raise` `else: B`.
        """
        final, s.finalbody = s.finalbody, []
        self.memo.pop(id(s))
        protected = [s] if s.handlers else [*s.body, *s.orelse]
        protected_ways, final_ways = self.block_ways(protected), self.block_ways(final)
        kinds, final_kinds = protected_ways & JUMPS, final_ways & JUMPS
        out, inner = self.flags(kinds, _NOWHERE, s, True)
        more, final_exits = self.flags(final_kinds, _NOWHERE, s, True)
        flags = [(kind, inner[kind].flag or "") for kind in _kinds(kinds)]
        final_flags = [(kind, final_exits[kind].flag or "") for kind in _kinds(final_kinds)]
        caught = self.block(copy_tree(_Holder(final)).body, final_exits)
        if final_ways & FALLS:
            test = either([load(flag) for _, flag in final_flags])
            caught.append(new_if(negate(place(test, s)), [gast.Raise(None, None)], [], s))
        handler = gast.ExceptHandler(self.names.builtin("BaseException"), None, caught)
        unraised = self.block(final, final_exits) if protected_ways else []
        new = gast.Try(self.block(protected, _swallowing(inner)), [handler], unraised, [])
        new.body = new.body or [gast.Pass()]
        after = self.after(flags, self.block(rest, exits), exits, s) if final_ways & FALLS else []
        return [*out, *more, place(new, s), *self.after(final_flags, after, exits, s)]


class _Holder(gast.AST):
    """A block as a tree, so that it can be copied."""

    _fields = ("body",)

    def __init__(self, body: Block) -> None:
        self.body = body


_COMPOUND = (gast.If, *LOOPS, *WITHS, *TRIES)


def new_if_at(s: Any, body: Block, orelse: Block) -> gast.stmt:
    """The user's `if` with other branches."""
    new = new_if(s.test, body, orelse, s)
    s.test, s.body, s.orelse = new.test, new.body, new.orelse
    return s


def _kinds(ways: int) -> list[int]:
    return [kind for kind in (RETURNS, BREAKS, CONTINUES) if ways & kind]


def _signal(exit: Exit, origin: Any) -> Block:
    """The statements that make a jump."""
    out = [assign(store(exit.flag), constant(True), origin)] if exit.flag else []
    return [*out, place(gast.Break(), origin)] if exit.leave else out


def _unfit(ways: int, exits: Exits, late: bool) -> int:
    """The kinds of jumps that can't be made inside a `with` or `try`: by `break`, or by a flag set too soon."""
    return sum(
        kind for kind in _kinds(ways) if exits[kind].leave or late and exits[kind].flag and exits[kind].swallowed
    )


def _swallowing(exits: Exits) -> Exits:
    return {kind: exit._replace(swallowed=True) for kind, exit in exits.items()}


def _without_finally(s: Any) -> gast.stmt:
    return type(s)(s.body, s.handlers, s.orelse, [])


def is_endless(body: Block) -> bool:
    """Whether nothing but an exception ends a function with this body."""
    return not _Control(Names([])).block_ways(body) & (FALLS | RETURNS)


def _can_finish(loop: Any) -> bool:
    """Whether a loop can end without a jump: all but `while True`."""
    return not (isinstance(loop, gast.While) and isinstance(loop.test, gast.Constant) and bool(loop.test.value))


def _name(e: Any) -> str | None:
    return e.id if isinstance(e, gast.Name) else None


def _is_none(value: Any) -> bool:
    return value is None or isinstance(value, gast.Constant) and value.value is None


def _is_constant_return(block: Block) -> bool:
    if not isinstance(block[0], gast.Return):
        return False
    value: Any = block[0].value
    if isinstance(value, gast.UnaryOp) and isinstance(value.op, gast.USub):
        value = value.operand
    return value is None or isinstance(value, gast.Constant)


def _returns(block: Block) -> list[Any]:
    """The `return` statements of a function's body."""
    found, stack = [], list(reversed(block))
    while stack:
        s: Any = stack.pop()
        if isinstance(s, gast.Return):
            found.append(s)
        elif not isinstance(s, DEFINITIONS):
            for field in ("body", "orelse", "handlers", "finalbody"):
                stack.extend(getattr(s, field, ()))
    return found
