"""Lists of things that aren't known, such as the keys of a dict, and what is put beside them: their items are of no kind
that the others tell."""

import pytest

from .checker import Cases, array

case = Cases()
V = array(3)


@case(V)
def sorted_items_of_a_dict(x):
    total = {}
    for i, v in enumerate(x):
        key = "even" if i % 2 == 0 else "odd"
        total[key] = v * v
    return sum(v * len(key) for key, v in sorted(total.items()))


@case(V)
def sorted_items_that_were_added_to(x):
    total = {}
    for i, v in enumerate(x):
        key = "even" if i % 2 == 0 else "odd"
        if key not in total:
            total[key] = 0.0
        total[key] += v * v
    for key in list(total):
        if total[key] > 0.2:
            total[key + "!"] = total.pop(key)
    return sum(v * len(key) for key, v in sorted(total.items()))


@case(V)
def pair_beside_the_keys(x):
    d = {}
    for i, v in enumerate(x):
        d["abc" if i % 2 == 0 else "odd"] = v * v
    things = list(d)
    things.append((x[0], 2.0))
    return len(things[0]) * x[0] + len(things[-1]) * x[1]


@case(V)
def pair_beside_the_keys_of_keys(x):
    d = {}
    for i, v in enumerate(x):
        d["abc" if i % 2 == 0 else "odd"] = v * v
    things = list(d.keys())
    things.append((x[0], 2.0))
    return sum(len(each) * x[1] for each in things)


@case(V)
def pair_beside_what_is_sorted(x):
    names = sorted({"abc", "de"})
    names.append((x[0], 2.0))
    return sum(len(each) * x[1] for each in names)


@case(V)
def keys_and_pairs_extended(x):
    d = {}
    for i, v in enumerate(x):
        d["abc" if i % 2 == 0 else "odd"] = v
    things = [(x[0], 2.0)]
    things.extend(d)
    return sum(len(each) * x[1] for each in things)


def total(*numbers, **more):
    return sum(more.values())


@case([0.3, 0.7])
def number_of_no_known_kind_appended_to_a_parameter(x):
    x.append(total(1.0, 2.0))
    return [2.0 * each for each in x]


@case([0.3, 0.7])
def number_of_no_known_kind_put_into_a_parameter(x):
    x[0] = 1.5 * total(1.0, 2.0)
    return x


@pytest.mark.parametrize("each", case, ids=str)
def test_unknown_items(each):
    each.check()
