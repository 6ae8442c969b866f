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
from s2sad.reading import reads_and_sets
from s2sad.statements import all_of, nested, targets


def split_restored(body: list[gast.stmt], names: ir.Names, info: dict[str, ir.Info]) -> None:
    """Renames in place, from the first statement of the body on in which a name is taken back."""
    taken: dict[str, int] = {}  # in which statement a name is taken back first
    otherwise: dict[str, int] = {}  # in which one it is set otherwise, last
    for k, node in enumerate(body):
        for each in nested(node):
            for name in targets(each):
                if getattr(each, "restore", False):
                    taken.setdefault(name, k)
                else:
                    otherwise[name] = k
    starts: list[list[str]] = [[] for _ in body]
    for name, k in taken.items():
        its_own = name in names.shown or ir.base_of(name) in TEMPORARY
        if name in info and not its_own and otherwise.get(name, -1) < k:
            starts[k].append(name)

    needed: set[str] = set()  # before a statement and behind it
    for k in reversed(range(len(body))):
        read, found = reads_and_sets([body[k]])
        needed = read | (needed - found)
        starts[k] = [name for name in starts[k] if name not in needed]

    renamed: dict[str, str] = {}
    for node, begun in zip(body, starts):
        for name in begun:
            renamed[name] = names.fresh(ir.base_of(name))
            info[renamed[name]] = info[name]
        rename_all([node], renamed)


def restored_variables(body: list[gast.stmt]) -> set[str]:
    """The user's variables that get a value back."""
    return {ir.variable(name) for each in all_of(body) if getattr(each, "restore", False) for name in targets(each)}
