"""Stage `simplify`: takes out what nothing reads, and puts temporaries that are read once back into expressions.

    t.5 = x.1 * y.2               value.6 = x.1 * y.2 + 1.0
    value.6 = t.5 + 1.0     ->

The user's own names stay. An adjoint is put into the expression that reads it where both belong to the same line of
the user's.
Nothing is moved across a write that it could see, so the value stays what it was, bit for bit.
"""

from __future__ import annotations

import gast

from s2sad import ir, trees
from s2sad.activity import blocks_of
from s2sad.adjoint_loops import targets
from s2sad.algebra import rewrite
from s2sad.copies import drop_copies
from s2sad.dead import remove_dead
from s2sad.exponents import drop_tests
from s2sad.fewer_operations import sum_products
from s2sad.first_writes import write_first
from s2sad.folding import all_of, all_statements, fold, read_list
from s2sad.kinds import Kind
from s2sad.one_sided import use_in_branches
from s2sad.ownership import use_ownership
from s2sad.steps import use_steps
from s2sad.stores import merge_stores
from s2sad.tape_checkpoints import take_values
from s2sad.unpacking import unpack_results


# ---------------------------------------------------------------- loops and branches of the reverse sweep
def tidy_loops(body: list[gast.stmt]) -> None:
    """`for k in reversed(range(len(xs))): x = xs[k]` is `for x in reversed(xs)` where the position isn't used."""
    for node in body:
        for inner in blocks_of(node):
            tidy_loops(inner)
        if not isinstance(node, gast.For) or not hasattr(node, "forward") or not isinstance(node.target, gast.Name):
            continue
        uses = sum(name == node.target.id for name in nested_reads(node.body))
        loop = node.forward.loop
        if uses == 0:
            node.target = trees.name("_")
            if isinstance(node.iter, gast.Call) and getattr(node.iter.func, "builtin", None) is reversed:
                node.iter = node.iter.args[0]
        elif uses == 1 and loop.sequence is not None and not loop.counted:
            for k, each in enumerate(node.body):
                if (
                    isinstance(each, gast.Assign)
                    and isinstance(each.value, gast.Subscript)
                    and trees.same(each.value.slice, trees.name(node.target.id))
                    and trees.same(each.value.value, loop.sequence)
                    and isinstance(each.targets[0], gast.Name)
                ):
                    name = each.targets[0].id
                    if any(name in set(nested_reads([before])) for before in node.body[:k]):
                        break
                    node.target = trees.name(name)
                    node.iter = trees.call(trees.builtin("reversed"), loop.sequence)
                    del node.body[k]
                    break


def nested_reads(block: list[gast.stmt]) -> list[str]:
    found = []
    for node in block:
        found.extend(read_list(node))
        for inner in blocks_of(node):
            found.extend(nested_reads(inner))
    return found


def while_saved(body: list[gast.stmt]) -> None:
    """`for _ in range(steps)` over a loop that saves once an iteration is `while x_saved`; the steps need no
    counting. In a loop inside another one, the list holds what the other's iterations saved as well."""
    for k, node in enumerate(body):
        if isinstance(node, gast.If):
            for inner in blocks_of(node):
                while_saved(inner)
        if not isinstance(node, gast.For) or not hasattr(node, "forward") or getattr(node.target, "id", "") != "_":
            continue
        block = node.forward.loop.whole or node.forward.body
        pushed = {each.save for each in block if getattr(each, "save", None)}
        for each in node.body:
            if getattr(each, "restore", False) and each.targets[0].id in pushed:
                loop = gast.While(each.value.func.value, node.body, [])
                loop.origin, loop.reverse, loop.forward = getattr(node, "origin", None), True, node.forward
                body[k] = loop
                break


def merge_branches(body: list[gast.stmt]) -> None:
    """Two `if` statements with the same test, one after the other, are one."""
    made: list[gast.stmt] = []
    for node in body:
        between = 0
        while between < len(made) and isinstance(getattr(made[-1 - between], "effect", None), ir.Copy):
            between += 1
        last = made[-1 - between] if between < len(made) else None
        if (
            between
            and isinstance(node, gast.If)
            and getattr(node, "retest", False)
            and isinstance(last, gast.If)
            and trees.same(node.test, last.test)
            and not (trees.names_in(node.test) & changed_in(last))
        ):
            copies = made[len(made) - between :]
            if not any(targets(each) & trees.names_in(node.test) for each in copies):
                del made[len(made) - between :]
                for branch in (last.body, last.orelse):
                    branch.extend(copy_of_copies(each) for each in copies)
        if (
            isinstance(node, gast.If)
            and getattr(node, "retest", False)
            and isinstance(last, gast.If)
            and trees.same(node.test, last.test)
            and not (trees.names_in(node.test) & changed_in(last))
        ):
            last.body = [*last.body, *node.body]
            last.orelse = [*last.orelse, *node.orelse]
            last.merged = True
        else:
            made.append(node)
    body[:] = made
    for node in body:
        for inner in blocks_of(node):
            merge_branches(inner)


def copy_of_copies(node: gast.stmt) -> gast.stmt:
    made = ir.statement_copy(node)
    made.effect = ir.Copy(list(node.effect.pairs), dict(node.effect.origins))
    return made


def changed_in(node: gast.stmt) -> set[str]:
    found: set[str] = set()
    for each in all_statements(node):
        found |= targets(each)
    return found


def simplify(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    """All of the above, in order."""
    remove_dead(body)
    tidy_loops(body)
    fold(body, info)
    remove_dead(body)
    branches = any(getattr(each, "retest", False) for each in all_of(body))
    if branches:
        merge_branches(body)
        fold(body, info)
    tidy_loops(body)
    rewrite(body, info, kinds)
    if branches:
        use_in_branches(body, info, kinds)
    sum_products(body, info, kinds)
    remove_dead(body)
    merge_stores(body)
    fold(body, info)
    rewrite(body, info, kinds)
    use_steps(body, info, kinds)
    drop_copies(body)
    while_saved(body)
    remove_dead(body)
    unpack_results(body, info)
    take_values(body)
    drop_tests(body)
    if write_first(body, info, kinds):
        rewrite(body, info, kinds)
        remove_dead(body)
    use_ownership(body, info, kinds)
