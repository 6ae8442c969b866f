"""Part of the stage `infer`: which blocks a statement stands in, and whether the indices of a view still hold there.

for row in A:             `part` is A[k, 1:], with the k of the last iteration, which is gone:
    part = row[1:]        reading it after the loop is refused if A is written
part[0]
"""

from __future__ import annotations

import gast

from s2sad import ir, trees


class Scopes:
    def new_block(self, apart: bool = True) -> list[gast.stmt]:
        """An empty block inside the present one. apart: it may be left out, or run again."""
        block: list[gast.stmt] = []
        scope = self.scope()
        if apart:
            self.block_count += 1
            scope = (*scope, self.block_count)
        self.scopes[id(block)] = (scope, block)
        return block

    def scope(self) -> tuple[int, ...]:
        """The blocks around what is added now, from the outermost to the present one."""
        return self.scope_of(self.block)

    def scope_of(self, block: list[gast.stmt]) -> tuple[int, ...]:
        known = self.scopes.get(id(block))
        return () if known is None else known[0]

    def check_position(self, place: ir.Place) -> None:
        """Refuses a view that was made in a block that has ended, if what it was selected by may have changed since."""
        scope = self.scope()
        for step in place.path:
            made = getattr(step, "scope", None)
            if made is None or made == scope[: len(made)]:
                continue
            for name in trees.names_in(step):
                info = self.info.get(name)
                if info is not None and info.loops and not self.still_holds(info, made):
                    raise self.refuse("ended_loop")

    def still_holds(self, info: ir.Info, made: tuple[int, ...]) -> bool:
        """Whether a name, behind the block `made`, is what it was when that block last ran."""
        return info.scope == made and not info.carried
