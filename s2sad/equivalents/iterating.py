"""Functions of itertools, as the lists of what they give one after the other."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import itertools

from s2sad.equivalents.registry import equivalent, part, where_unknown


@equivalent(itertools.pairwise)
def pairwise(iterable):
    items = list(iterable)
    return [(items[k], items[k + 1]) for k in range(len(items) - 1)]


@part
def columns_of_rows(rows):
    """What `zip(*rows)` gives."""
    columns = []
    for k in range(min([len(row) for row in rows], default=0)):
        column = [row[k] for row in rows]
        columns.append(tuple(column))
    return columns


@part
def items_at(items, positions):
    """A tuple of the items at each of several tuples of positions."""
    return [tuple([items[k] for k in chosen]) for chosen in positions]


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
    return combinations_of_any_length(items, r)


@part
@where_unknown(combinations, "r")
def combinations_of_any_length(iterable, r):
    items = list(iterable)
    positions = itertools.combinations(range(len(items)), r)
    return items_at(items, positions)


@equivalent(itertools.combinations_with_replacement)
def combinations_with_replacement(iterable, r):
    items = list(iterable)
    if r == 2:
        return [(items[i], items[j]) for i in range(len(items)) for j in range(i, len(items))]
    return combinations_with_replacement_of_any_length(items, r)


@part
@where_unknown(combinations_with_replacement, "r")
def combinations_with_replacement_of_any_length(iterable, r):
    items = list(iterable)
    positions = itertools.combinations_with_replacement(range(len(items)), r)
    return items_at(items, positions)


@equivalent(itertools.permutations)
def permutations(iterable, r=None):
    items = list(iterable)
    if r == 2:
        return [(items[i], items[j]) for i in range(len(items)) for j in range(len(items)) if i != j]
    return permutations_of_any_length(items, r)


@part
@where_unknown(permutations, "r")
def permutations_of_any_length(iterable, r):
    items = list(iterable)
    positions = itertools.permutations(range(len(items)), r)
    return items_at(items, positions)


@equivalent(itertools.product)
def product(first, second=None, third=None, *, repeat=1):
    firsts = list(first)
    if second is None and repeat == 2:
        return [(one, other) for one in firsts for other in firsts]
    if second is None and repeat == 3:
        return [(one, other, another) for one in firsts for other in firsts for another in firsts]
    if second is None or repeat != 1:
        return powers(firsts, second, repeat=repeat)
    seconds = list(second)
    if third is None:
        return [(one, other) for one in firsts for other in seconds]
    thirds = list(third)
    return [(one, other, another) for one in firsts for other in seconds for another in thirds]


@part
@where_unknown(product, "repeat")
def powers(iterable, second=None, third=None, *, repeat):
    if second is not None:
        raise NotImplementedError("`itertools.product` of several iterables, repeated,")
    items = list(iterable)
    positions = itertools.product(range(len(items)), repeat=repeat)
    return items_at(items, positions)


@equivalent(itertools.islice)
def islice(iterable, start, stop=-1, step=1):
    items = list(iterable)
    if stop == -1:
        return items[:start]
    return items[start:stop:step]


@equivalent(itertools.repeat)
def repeat(object, times):
    return [object for _ in range(times)]


@equivalent(itertools.zip_longest)
def zip_longest(first, second, *, fillvalue=None):
    firsts, seconds = list(first), list(second)
    if fillvalue is None:
        raise NotImplementedError("`itertools.zip_longest` without a number as its fillvalue")
    pairs = [(one, other) for one, other in zip(firsts, seconds)]
    pairs.extend([(one, fillvalue) for one in firsts[len(seconds) :]])
    pairs.extend([(fillvalue, other) for other in seconds[len(firsts) :]])
    return pairs


@equivalent(itertools.groupby)
def groupby(iterable, key=None):
    items = list(iterable)
    keys = [item if key is None else key(item) for item in items]
    starts = [k for k in range(len(items)) if k == 0 or keys[k] != keys[k - 1]]
    return [(keys[start], items[start:stop]) for start, stop in zip(starts, starts[1:] + [len(items)])]


@equivalent(itertools.chain)
def chain(*iterables):
    items = []
    for iterable in iterables:
        items.extend(iterable)
    return items


@equivalent(itertools.chain.from_iterable)
def from_iterable(iterable):
    items = []
    for each in iterable:
        items.extend(each)
    return items


@equivalent(itertools.starmap)
def starmap(function, iterable):
    return [function(*arguments) for arguments in iterable]


@equivalent(itertools.takewhile)
def takewhile(predicate, iterable):
    items = []
    for item in list(iterable):
        if not predicate(item):
            break
        items.append(item)
    return items


@equivalent(itertools.dropwhile)
def dropwhile(predicate, iterable):
    items, dropping = [], True
    for item in list(iterable):
        if dropping and not predicate(item):
            dropping = False
        if not dropping:
            items.append(item)
    return items


@equivalent(itertools.filterfalse)
def filterfalse(function, iterable):
    return [item for item in iterable if not function(item)]


@equivalent(itertools.accumulate)
def accumulate(iterable, func=None, *, initial=None):
    items = list(iterable)
    totals = [items.pop(0)] if initial is None else [initial]
    for item in items:
        totals.append(totals[-1] + item if func is None else func(totals[-1], item))
    return totals
