"""Options of calls that say how something is computed, not what: they change no derivative, and rules needn't name
them. An option that a rule doesn't have passes with such a value, and is refused with any other: no rule can overlook
one that matters."""

from __future__ import annotations

from typing import Any

ANY = frozenset({"workers", "plan", "stable", "casting", "blocksize", "subok"})
ONLY: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("overwrite_x", "overwrite_input", "overwrite_a", "overwrite_b"), (False,)),
    **dict.fromkeys(("returned", "return_index", "return_inverse", "return_counts"), (False,)),
    **dict.fromkeys(("like", "orthogonalize", "output"), (None,)),
    **dict.fromkeys(("copy", "disp", "sorted"), (True,)),
    "nan_policy": ("propagate", "raise"),
    "device": (None, "cpu"),
    "order": (None, "K", "C", "A", "F"),
    "assume_a": (None, "gen", "general"),
    "kind": ("quicksort", "mergesort", "heapsort", "stable", "introselect"),
}


def changes_nothing(name: str, value: Any) -> bool:
    """Whether an option with this value, where a rule has no parameter of that name, leaves the derivative as it is."""
    return name in ANY or any(value is each or type(value) is type(each) is str and value == each
                              for each in ONLY.get(name, ()))  # fmt: skip


# What to write in place of a call with an option that its rule doesn't do: by the function's name, or of any function.
_PLACES = "x[places], with places from np.unique(s2sad.stop_gradient(x), return_index=True)"
_COUNTED = "s2sad.stop_gradient around the numbers that are counted: how many lie where changes in jumps only"
UNIQUE = ("return_index", "return_inverse", "return_counts", "axis", "equal_nan", "sorted")
INSTEAD = {
    **dict.fromkeys(
        [("histogram", "a"), ("histogram2d", "x"), ("histogram2d", "y"), ("histogramdd", "sample")], _COUNTED
    ),
    ("array", "ndmin"): "np.expand_dims(np.array(x), axis), np.atleast_2d(x) or np.atleast_3d(x)",
    ("astype", "copy"): "x.astype(dtype), which copies; or x itself, where it has that dtype",
    ("fill_diagonal", "wrap"): "stores at places that are written out: x[i, j] = value",
    **dict.fromkeys([("unique", name) for name in UNIQUE], _PLACES),
    ("", "where"): "the call without it, and what else there is: np.where(where, result, y)",
    **{("", name): "the call without it, and a store: y[...] = result" for name in ("out", "output")},
    **{("", name): "the call without it" for name in ("overwrite_a", "overwrite_b", "overwrite_x", "overwrite_input")},
}


def instead_of(name: str, options: list[str]) -> str:
    """What to write in place of a call with these options, of which some are the cause that its rule can't do it."""
    found = (INSTEAD.get((which, option)) for which in (name, "") for option in options)
    return next((each for each in found if each is not None), "the call without what the rule doesn't know")
