"""The stage between `adjoint` and `tape`: what the reverse sweep reads only the shape of.

    t2 = t1 ** 2
    value = np.mean(t2)
    t1_grad = 2.0 * dy / t2.size * t1    ->    t1_grad = 2.0 * dy / t1.size * t1

A value made element by element, or a copy, has the shape of what it is made of. Where that is a variable of the
user's, is made outside of the loop, or is needed in any case, it is read instead, so that nothing has to be kept for
its shape. A variable of the user's stays: it says more, and others are often computed again from it (`tape` asks once
more).
"""

from __future__ import annotations

import gast

from s2sad import ir
from s2sad.reading import contents_read
from s2sad.same_shapes import Sources, reading_elsewhere
from s2sad.statements import change_adjoints


def read_lengths_elsewhere(sweep: list[gast.stmt], inferred: ir.Inferred) -> None:
    sources = Sources(inferred.info, contents_read(sweep))

    def is_to_change(name: str, source: str) -> bool:
        """Not if an array of each iteration would be kept for its shape alone."""
        return name.startswith("#") and (source in sources.needed or not inferred.info[source].loops)

    change_adjoints(sweep, reading_elsewhere(sources, is_to_change))
