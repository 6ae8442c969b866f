"""Functions of itertools, as the lists of what they give one after the other."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import itertools

from s2sad.equivalents.registry import equivalent


@equivalent(itertools.pairwise)
def pairwise(iterable):
    items = list(iterable)
    return [(items[k], items[k + 1]) for k in range(len(items) - 1)]


@equivalent(itertools.combinations)
def combinations(iterable, r):
    items = list(iterable)
    if r == 2:
        return [(items[i], items[j]) for i in range(len(items)) for j in range(i + 1, len(items))]
    if r == 3:
        triples = []
        for i in range(len(items)):
            for j in range(i + 1, len(items)):
                for k in range(j + 1, len(items)):
                    triples.append((items[i], items[j], items[k]))
        return triples
    raise NotImplementedError("itertools.combinations of more than 3 items")


@equivalent(itertools.permutations)
def permutations(iterable, r):
    items = list(iterable)
    if r == 2:
        return [(items[i], items[j]) for i in range(len(items)) for j in range(len(items)) if i != j]
    raise NotImplementedError("itertools.permutations of more than 2 items")


@equivalent(itertools.product)
def product(first, second):
    seconds = list(second)
    return [(one, other) for one in list(first) for other in seconds]


@equivalent(itertools.chain)
def chain(*iterables):
    items = []
    for iterable in iterables:
        items.extend(iterable)
    return items


@equivalent(itertools.accumulate)
def accumulate(iterable, func=None, *, initial=None):
    items = list(iterable)
    totals = [items.pop(0)] if initial is None else [initial]
    for item in items:
        totals.append(totals[-1] + item if func is None else func(totals[-1], item))
    return totals
