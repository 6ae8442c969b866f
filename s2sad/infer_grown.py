"""Part of the stage `infer`: how long a list is that a loop has filled.

    trace = [x]
    for _ in range(n):
        trace.append(...)              once in every iteration, whatever happens
    np.array(trace) - data             n + 1 items: nothing is broadcast where data is as long

Known where the list is read among the statements where it was made, all that made it longer were such appends (in that
loop, or beside it), and nothing has taken items out of it.
"""

from __future__ import annotations

from typing import Any

from s2sad import ir, trees
from s2sad.affine import ONCE, Form, form_of, is_parameter, isnt_negative, minus, plus, product, symbol_of
from s2sad.indexing import dim_of
from s2sad.kinds import Dim, List, Scalar
from s2sad.values import Value


class GrownLists:
    def note_begun(self, made: Value, length: Form | None) -> None:
        """A list is made here, of so many items."""
        if made.place is not None and not made.place.path:
            made.place.root.begun = None if length is None else (length, self.block)

    def note_repeated(self, made: Value, listed: Value, times: Value) -> None:
        """`[...] * n`: n times as many, if n isn't negative."""
        items = self.items_throughout(listed)
        symbol = times.kind.symbol if isinstance(times.kind, Scalar) else None
        if items is not None and symbol is not None and all(map(is_size, form_of(symbol))):
            form = product(form_of(symbol), form_of(len(items)))
            self.note_begun(made, form if form is not None and self.isnt_short(form) else None)

    def note_appended(self, root: ir.Root) -> None:
        root.appends.append(self.block)

    def note_counted_loop(self, it: Any, block: list[Any], broke: bool) -> None:
        """A loop has been walked through: how often it runs, if that is known."""
        self.filled[id(block)] = block, None if broke else self.count_of(it), self.block

    def length_of_grown(self, value: Value) -> Dim | None:
        """The length of a list at this point, where it is known."""
        place = value.place
        if not isinstance(value.kind, List) or place is None or place.path or not place.exact:
            return None
        root = place.root
        if root.sources or root.param is not None or root.shrinks or root.begun is None or root.loops != self.loops:
            return None
        length, home = root.begun
        if len(root.appends) != sum(resizes for *_, resizes in root.moves):
            return None
        if any(held.item is root for held in self.held):  # it may be made longer through what holds it
            return None
        for block in root.appends:
            added = {ONCE: 1} if block is home else self.added_by_loop(block, home, length)
            if added is None:
                return None
            length = plus(length, added)
        return dim_of(symbol_of(length))

    def added_by_loop(self, block: list[Any], home: list[Any], before: Form) -> Form | None:
        """What the iterations of a loop beside the list add, one each."""
        same, count, outer = self.filled.get(id(block), (None, None, None))
        if same is not block or outer is not home or count is None:
            return None
        # A loop over range(n - 1) runs no time for n = 0: `1 + (n - 1)` items would be said of one.
        return count if not before or self.isnt_short(count) else None

    def isnt_short(self, count: Form) -> bool:
        if isnt_negative({key: each for key, each in count.items() if not is_parameter(key)}, [{}]):
            return True
        atom = next((key for key in count if isinstance(key, Dim)), None)
        if atom is None or set(count) != {atom, ONCE} or count[atom] != 1 or atom.key not in self.request.lengths:
            return False
        least = -count[ONCE]
        enough: bool = self.request.lengths[atom.key][0] >= least
        self.reached[atom.key, least] = enough
        return enough

    def count_of(self, it: Any) -> Form | None:
        """How often a loop runs, as a sum."""
        if it.what == "tuple":
            forms = [self.count_of(part) for part in it.parts if part.what != "counter"]
            return forms[0] if forms and all(form == forms[0] for form in forms) else None
        if it.what == "sequence":
            dims = getattr(it.value.kind, "dims", None)
            return form_of(dims[0]) if dims else None
        if it.what != "range" or trees.literal(it.range[2]) != 1:
            return None
        start, stop = (self.affine_form(bound) for bound in it.range[:2])
        form = None if start is None or stop is None else minus(stop, start)
        return form if form is not None and all(map(is_size, form)) and is_simple(form) else None


def is_simple(form: Form) -> bool:
    """n, n + 2, n - 1 (which is what `x[1:]` has of any n). Of other sums a negative one may be meant."""
    others = [each for key, each in form.items() if key is not ONCE]
    return all(each > 0 for each in others) and (form.get(ONCE, 0) >= 0 or others == [1])


def is_size(key: Any) -> bool:
    return key is ONCE or isinstance(key, Dim)
