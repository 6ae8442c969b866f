"""Part of the stage `naming`: what the reverse sweep takes back is another name than what the forward part saved.

In single assignment both are one name, which is then needed from where it is saved to where it is taken back, and so
could not be the variable that the user has for it, where that one goes on:

    x.2 = math.exp(x.1)                      x.2 = math.exp(x.1)              x = math.exp(x)
    x_saved.append(x.2)                      x_saved.append(x.2)              x_saved.append(x)
    x.1 = x.2   (of the next iteration)      x.1 = x.2
    ...                                 ->   ...                         ->   ...
    x.2 = x_saved.pop()                      x.3 = x_saved.pop()              x = x_saved.pop()
    x_grad.4 = x_grad.4 * x.2                x_grad.4 = x_grad.4 * x.3        x_grad = x_grad * x
"""

from __future__ import annotations

import gast

from s2sad import ir
from s2sad.inlining import rename_all
from s2sad.naming import TEMPORARY
from s2sad.reading import free_reads
from s2sad.statements import all_of, nested, targets


def split_restored(body: list[gast.stmt], names: ir.Names, info: dict[str, ir.Info]) -> None:
    """Renames in place, from the first statement of the body on in which a name is taken back."""
    first: dict[str, int] = {}
    for k, node in enumerate(body):
        for each in nested(node):
            if getattr(each, "restore", False):
                for name in targets(each):
                    first.setdefault(name, k)
    for name, k in first.items():
        if name in names.shown or ir.base_of(name) in TEMPORARY:  # one of its own
            continue
        rest = body[k:]
        only = all(getattr(each, "restore", False) for each in all_of(rest) if name in targets(each))
        if name not in info or not only or name in free_reads(rest):
            continue
        new = names.fresh(ir.base_of(name))
        info[new] = info[name]
        rename_all(rest, name, new)


def restored_variables(body: list[gast.stmt]) -> set[str]:
    """The user's variables that get a value back."""
    return {ir.variable(name) for each in all_of(body) if getattr(each, "restore", False) for name in targets(each)}
