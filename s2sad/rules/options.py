"""Options of calls that say how something is computed, not what: they change no derivative, and rules needn't name
them. An option that a rule doesn't have passes with such a value, and is refused with any other: no rule can overlook
one that matters."""

from __future__ import annotations

from typing import Any

ANY = frozenset({"workers", "plan", "stable", "casting", "blocksize"})
ONLY: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("overwrite_x", "overwrite_input", "overwrite_a", "overwrite_b", "subok"), (False,)),
    **dict.fromkeys(("returned", "return_index", "return_inverse", "return_counts"), (False,)),
    **dict.fromkeys(("like", "orthogonalize", "zi", "output"), (None,)),
    **dict.fromkeys(("copy", "disp", "sorted"), (True,)),
    "device": (None, "cpu"),
    "order": (None, "K", "C", "A", "F"),
    "assume_a": (None, "gen", "general"),
    "kind": ("quicksort", "mergesort", "heapsort", "stable", "introselect"),
}


def changes_nothing(name: str, value: Any) -> bool:
    """Whether an option with this value, where a rule has no parameter of that name, leaves the derivative as it is."""
    return name in ANY or any(value is each or type(value) is type(each) is str and value == each
                              for each in ONLY.get(name, ()))  # fmt: skip
