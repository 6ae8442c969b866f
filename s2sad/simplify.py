"""Stage `simplify`: takes out what nothing reads, and puts temporaries that are read once back into expressions.

    t.5 = x.1 * y.2               value.6 = x.1 * y.2 + 1.0
    value.6 = t.5 + 1.0     ->

The user's own names stay. An adjoint is put into the expression that reads it where both belong to the same line of
the user's.
Nothing is moved across a write that it could see, so the value stays what it was, bit for bit.
"""

from __future__ import annotations

from collections.abc import Collection

import gast

from s2sad import ir, trees
from s2sad.algebra import rewrite
from s2sad.choosing import use_choices
from s2sad.computed_twice import compute_in_one_place
from s2sad.copies import drop_copies, take_rows
from s2sad.dead import remove_dead
from s2sad.diagonal_factors import mark_squares, use_diagonals
from s2sad.displayed import use_displays
from s2sad.equal import share_numbers
from s2sad.equal_items import use_equal_items
from s2sad.exponents import drop_tests
from s2sad.fewer_operations import sum_products
from s2sad.first_writes import write_first
from s2sad.folding import fold
from s2sad.guards import use_guards
from s2sad.in_order import set_in_order, set_numbers_last
from s2sad.kinds import Kind
from s2sad.last_reads import replace_last
from s2sad.looks import drop_looks
from s2sad.loop_headers import run_over_items, take_items_apart, while_saved
from s2sad.one_sided import use_in_branches
from s2sad.ownership import use_ownership
from s2sad.plain_targets import use_plain_targets
from s2sad.reading import all_blocks
from s2sad.roots import FoundRoots, guard_roots
from s2sad.squares import use_squares
from s2sad.statements import all_of, all_statements, blocks_of, targets
from s2sad.steps import use_steps
from s2sad.stores import merge_stores
from s2sad.tape_checkpoints import take_values
from s2sad.unpacking import tangents_behind, unpack_parameters, unpack_results, unpack_shapes, unpack_tangents
from s2sad.values_at_hand import use_names


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


def simplify(
    body: list[gast.stmt],
    info: dict[str, ir.Info],
    kinds: dict[str, Kind],
    seeds: Collection[str] = (),
    names: ir.Names | None = None,
) -> None:
    """All of the above, in order. seeds: the names from which the adjoints come (dy); names: for new ones."""
    remove_dead(body)
    drop_looks(body, set())
    mark_squares(body, info, kinds)
    run_over_items(body)
    for block in all_blocks(body):
        tangents_behind(block)
    take_items_apart(body, info, kinds)
    share_numbers(body, info, kinds)
    fold(body, info)
    use_equal_items(body, info, kinds)
    remove_dead(body)
    branches = any(getattr(each, "retest", False) for each in all_of(body))
    if branches:
        merge_branches(body)
        fold(body, info)
    run_over_items(body)
    if names is not None:
        use_diagonals(body, info, kinds, names)
    rewrite(body, info, kinds)
    if branches:
        use_in_branches(body, info, kinds)
    sum_products(body, info, kinds)
    remove_dead(body)
    merge_stores(body)
    use_choices(body, info)
    remove_dead(body)
    fold(body, info)
    rewrite(body, info, kinds)
    fold(body, info)
    use_steps(body, info, kinds)
    drop_copies(body)
    take_rows(body, info, kinds)
    remove_dead(body)
    unpack_results(body, info)
    take_values(body)
    drop_tests(body)
    roots = FoundRoots(body, info, kinds) if names is not None else None
    if use_guards(body, seeds, info, kinds, roots.roots if roots is not None else ()):
        remove_dead(body)
        fold(body, info)
        rewrite(body, info, kinds)
    if roots is not None and names is not None:
        guard_roots(body, roots, seeds, info, kinds, names)
    if write_first(body, info, kinds):
        rewrite(body, info, kinds)
        remove_dead(body)
    use_displays(body, kinds, seeds)
    use_squares(body, info, kinds)
    use_plain_targets(body, info, kinds)
    if use_names(body, info, kinds):
        fold(body, info)
    compute_in_one_place(body, info, kinds)
    while_saved(body)  # of what is left: a loop that runs until a list is empty has to take from it
    remove_dead(body)
    replace_last(body, info, kinds)
    set_in_order(body, info, kinds)
    set_numbers_last(body)
    use_ownership(body, info, kinds)
    unpack_parameters(body)
    for block in all_blocks(body):
        unpack_shapes(block)
        unpack_tangents(block)
