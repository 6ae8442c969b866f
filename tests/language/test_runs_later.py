"""Iterators: what runs when its items are asked for, and only once. Differentiated as it runs, or refused."""

import functools
import itertools
import operator

import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function

from .checker import Cases

case = Cases()
refused = []


def total_of(values):
    return sum(values)


def total_twice(values):
    return sum(values) + sum(values)


def times_total(values, y):
    y = y * 2
    return sum(values) * y


def squares(values):
    return (v * v for v in values)


class Kept:
    def __init__(self, values):
        self.values = values

    def total(self):
        return sum(self.values)


@case(2.1, 3.2)
def map_of_a_list_written_later(x, y):
    l = [x, y]
    m = map(lambda v: v * 2, l)
    l[0] = 5.0 * x
    return sum(m)


@case(2.1, 3.2)
def generator_of_a_list_written_later(x, y):
    l = [x, y]
    m = (v * 2 for v in l)
    l[0] = 5.0 * x
    return sum(m)


@case(2.1, 3.2)
def zip_of_a_list_written_later(x, y):
    l = [x, y]
    m = zip(l, l)
    l[0] = 5.0 * x
    return sum(a * b for a, b in m)


@case(2.1, 3.2)
def reversed_of_a_list_written_later(x, y):
    l = [x, y]
    m = reversed(l)
    l[0] = 5.0 * x
    return sum(m)


@case(2.1, 3.2)
def generator_reads_its_variable_times_total(x, y):
    k = 2.0
    m = (v * k for v in [x, y])
    k = 3.0
    return sum(m)


@case(2.1, 3.2)
def lambda_reads_its_variable_times_total(x, y):
    k = 2.0
    m = map(lambda v: v * k, [x, y])
    k = 3.0
    return sum(m)


@case(2.1, 3.2)
def enumerate_of_a_list_that_grows(x, y):
    l = [x, y]
    m = enumerate(l)
    l.append(x * y)
    return sum(k * v for k, v in m)


@case(2.1, 3.2)
def loop_over_a_generator_that_reads_what_the_loop_sets(x, y):
    k = 1.0
    for v in (w * k for w in [x, y, x]):
        k = k + v
    return k


@case(2.1, 3.2)
def loop_over_a_map_that_reads_what_the_loop_sets(x, y):
    k = 1.0
    for v in map(lambda w: w * k, [x, y, x]):
        k = k + v
    return k


@case(2.1, 3.2)
def loop_over_a_filter_that_reads_what_the_loop_sets(x, y):
    k = 1.0
    for v in filter(lambda w: w > k, [x, y, x * 5]):
        k = k + v
    return k


@case(2.1, 3.2)
def given_to_a_function(x, y):
    return total_of(v * v for v in [x, y])


@case(2.1, 3.2)
def given_to_a_function_that_reads_it_second(x, y):
    return times_total((v * v for v in [x, y]), y)


@case(2.1, 3.2)
def returned_by_a_function(x, y):
    return sum(squares([x, y]))


@case(2.1, 3.2)
def zip_in_a_loop_that_writes(x, y):
    l = [x, y, x]
    t = 0.0
    for a, b in zip(l, l[1:]):
        l[1] = a * 3
        t = t + a * b
    return t


@case(2.1, 3.2)
def items_of_a_dict_in_a_loop_that_writes(x, y):
    d = {"a": x, "b": y}
    t = 0.0
    for k, v in d.items():
        d["b"] = v * 3
        t = t + v * v
    return t


@case(2.1, 3.2)
def generator_in_a_loop_that_writes(x, y):
    l = [x, y, x]
    t = 0.0
    for v in (a * 2 for a in l):
        l[2] = t
        t = t + v
    return t


@case(2.1, 3.2)
def list_in_a_loop_that_writes(x, y):
    l = [x, y, x]
    t = 0.0
    for a in l:
        l[2] = a * t
        t = t + a
    return t


@case(2.1, 3.2)
def unpacked(x, y):
    a, b = map(lambda v: v * v, [x, y])
    return a * b


@case(2.1, 3.2)
def unpacked_with_a_star(x, y):
    a, *b = (v * v for v in [x, y, x])
    return a * b[0] + b[1]


@case(2.1, 3.2)
def named_and_looped_over(x, y):
    ps = zip([x, y], [y, x])
    t = 0.0
    for p, q in ps:
        t += p * p * q
    return t


@case(2.1, 3.2)
def named_in_a_loop(x, y):
    t = 0.0
    for i in range(3):
        ps = zip([x, y], [y, x])
        for p, q in ps:
            t += p * p * q * i
    return t


@case(2.1, 3.2)
def map_of_a_function_that_is_defined_anew(x, y):
    def sq(v):
        return v * v

    m = map(sq, (x, y))

    def sq(v):
        return v * v * v

    return sum(m)


@case(2.1, 3.2)
def reduced(x, y):
    return functools.reduce(lambda a, b: a * b, (v + 1 for v in [x, y]))


@case(2.1, 3.2)
def chained(x, y):
    return sum(itertools.chain((v * v for v in [x, y]), [x]))


@case(2.1, 3.2)
def constants_twice(x, y):
    c = [1.0, 2.0]
    m = (v * 2 for v in c)
    s = sum(m) + sum(m)
    return x * s * y


@case(2.1, 3.2)
def next_of_each(x, y):
    n = next(map(lambda v: v * v, [x, y]))
    return n * next(v for v in [x, y] if v > 2) * next(zip([x], [y]))[1]


@case(2.1, 3.2)
def iterator_taken_from(x, y):
    it = iter([x, y, x * y])
    a = next(it)
    return a * sum(v for v in it)


@case(2.1, 3.2)
def variable_of_the_same_name(x, y):
    v = 1.0
    for v in (v * y for v in [x, y]):
        pass
    return v * v


@case(2.1, 3.2)
def extends_a_list(x, y):
    out = []
    out.extend(v * v for v in [x, y])
    out += map(lambda v: v * y, [x, y])
    return out[0] * out[3] + out[1]


@case(2.1, 3.2)
def zip_of_dict_views(x, y):
    d = dict(zip(["a", "b"], [x, y]))
    s = {k: v for k, v in zip(d, d.values())}
    return s["a"] * s["b"] ** 2


@case(2.1, 3.2)
def values_of_a_dict_twice(x, y):
    vals = {"a": x, "b": y}.values()
    return sum(vals) + max(vals)


@case(2.1, 3.2)
def combinations_with_a_name(x, y):
    ps = itertools.combinations([x, y, x * y], 2)
    t = 0.0
    for a, b in ps:
        t += a * b
    return t


@case(2.1, 3.2)
def pairs_and_chained(x, y):
    return sum(a * b for a, b in itertools.pairwise([x, y, x])) + sum(itertools.chain([x], (v * y for v in [x])))


@case(2.1, 3.2)
def values_of_a_mapping_twice(x, y):
    d = {k: x * k for k in range(3)}
    ks = d.values()
    return sum(ks) * max(ks)


@case(2.1, 3.2)
def any_of_a_generator(x, y):
    return x if any(v > y for v in [x, y * 2]) else y


@case(2.1, 3.2)
def zip_of_a_map(x, y):
    return sum(u * v for u, v in zip([x, y], map(lambda v: v * v, [y, x, y])))


def is_refused(f):
    refused.append(f)
    return f


@is_refused
def map_run_twice(x, y):
    m = map(lambda v: v * 2, [x, y])
    a = sum(m)
    b = sum(m)
    return a + b


@is_refused
def zip_run_twice(x, y):
    m = zip([x, y], [y, x])
    a = sum(p * q for p, q in m)
    b = sum(p * q for p, q in m)
    return a + b


@is_refused
def reversed_run_twice(x, y):
    m = reversed([x, y])
    a = sum(m)
    b = sum(m)
    return a + b


@is_refused
def filter_run_twice(x, y):
    m = filter(lambda v: v > 0, [x, y])
    a = sum(m)
    b = sum(m)
    return a + b


@is_refused
def map_that_never_runs(x, y):
    l = [x, y]
    log = []
    m = map(lambda v: log.append(v), l)
    n = len(log)
    return sum(l) * n


@is_refused
def map_in_two_loops(x, y):
    m = map(lambda v: v * 2, [x, y])
    for a in m:
        for b in m:
            a = a * b
    return a


@is_refused
def enumerate_of_a_map_that_reads_what_the_loop_sets(x, y):
    k = 1.0
    for i, v in enumerate(map(lambda w: w * k, [x, y, x])):
        k = k + v * i
    return k


@is_refused
def given_to_a_function_that_runs_it_twice(x, y):
    return total_twice(v * v for v in [x, y])


@is_refused
def returned_and_run_twice(x, y):
    s = squares([x, y])
    return sum(s) + sum(s)


@is_refused
def kept_in_an_object(x, y):
    a = Kept(map(lambda v: v * v, [x, y]))
    return a.total() + a.total()


@is_refused
def kept_in_a_list(x, y):
    s = [map(lambda v: v * v, [x, y])]
    return sum(s[0]) + sum(s[0])


@is_refused
def zip_in_a_loop(x, y):
    ps = zip([x, y], [y, x])
    t = 0.0
    for i in range(3):
        for p, q in ps:
            t += p * p * q
    return t


@is_refused
def generator_of_constants_that_reads_its_variable_late(x, y):
    c = [1.0, 2.0]
    k = 1.0
    m = (v * k for v in c)
    k = 5.0
    s = sum(m) + sum(m)
    return x * s * y


@is_refused
def values_of_a_dict_that_changes(x, y):
    d = {"a": x}
    ks = d.values()
    d["a"] = y * 7
    return sum(ks)


@is_refused
def items_of_a_dict_that_grows(x, y):
    d = {"a": x}
    ks = d.items()
    d["b"] = y * 7
    return sum(v for k, v in ks)


@is_refused
def any_of_a_generator_with_effects(x, y):
    log = []
    any((log.append(v), v > 0)[1] for v in [x, y])
    return sum(log)


@is_refused
def zip_of_a_map_with_effects(x, y):
    log = []
    for a, b in zip([1, 2], map(lambda v: log.append(v) or v, [x, y, x * y])):
        pass
    return sum(log)


@is_refused
def accumulate_run_twice(x, y):
    s = itertools.accumulate([x, y, x], operator.mul)
    return sum(s) + sum(s)


@is_refused
def values_of_a_mapping_that_changes(x, y):
    d = {}
    for k in range(3):
        d[k % 2] = x * k
    vs = d.values()
    d[0] = y
    return sum(vs)


@is_refused
def items_of_a_mapping_that_changes(x, y):
    d = {k: x * k for k in range(3)}
    ks = d.items()
    for k in range(3):
        d[k] = d[k] * y
    return sum(v for _, v in ks)


@is_refused
def iterator_taken_from_in_its_loop(x, y):
    total = 0.0
    it = iter([x, y, x * y])
    for a in it:
        b = next(it, 1.0)
        total += a * b
    return total


@pytest.mark.parametrize("one", case, ids=str)
def test_case(one):
    one.check()


@pytest.mark.parametrize("f", refused, ids=lambda f: f.__name__)
def test_refused(f):
    with pytest.raises(NotDifferentiableError) as caught:
        value_and_gradients_function(f)(2.1, 3.2)
    assert caught.value.key in ("runs_later", "kept_view")
