"""Variables that are None at first and a tuple, dict or object later; what may be None inside of lists; objects and dicts
that get a second name."""

import collections

import numpy as np
import pytest
from scipy import integrate

from .checker import Cases, array

case = Cases()

Point = collections.namedtuple("Point", "a b")


class Thing:
    def __init__(self, a):
        self.a = a


class Search:
    def __init__(self):
        self.best = None

    def see(self, loss, w):
        if self.best is None or loss < self.best[0]:
            self.best = (loss, w)


@case(array(3))
def best_so_far(x):
    best = None
    for k in range(4):
        x = x - 0.3 * x * x
        loss = np.sum((x - 0.2) ** 2)
        if not best or loss < best[0]:
            best = loss, x, k
    if best is None:
        return 0.0
    loss, w, k = best
    return loss + np.sum(w**2) * k


@case(array(3))
def best_dict(x):
    best = None
    for _ in range(4):
        x = x * 0.8
        found = {"w": x, "loss": np.sum((x - 0.2) ** 2)}
        if best is not None and found["loss"] >= best["loss"]:
            continue
        best = found
    assert best is not None
    return best["loss"] + np.sum(best["w"])


@case(0.7)
def the_object_before(x):
    before = None
    total = 0.0
    for k in range(4):
        now = Thing(x * k)
        if before is not None:
            total += (now.a - before.a) ** 2
        before = now
        now.a = now.a * 2.0 + 1.0
    return total * before.a


@case(array(3))
def attribute(x):
    search = Search()
    for k in range(4):
        search.see((x[0] * k - x[1]) ** 2, x[k % 3])
    return search.best[0] + search.best[1]


@case(0.7, 3)
def none_again(x, n):
    best = None
    for k in range(n):
        if k % 2 == 0:
            best = None
        elif best is None:
            best = (x * k, x)
    return x if best is None else best[0] * x


@case(0.7, 3)
def in_an_inner_loop(x, n):
    last = None
    total = 0.0
    for k in range(n):
        for j in range(2):
            if last is not None:
                a, b = last
                total += a * b
            last = (x * k + j, total)
    return total + last[1]


@case([0.9, 0.8, 0.3, 0.1])
def a_while_tests_it(xs):
    first = None
    i = 0
    while first is None or first[1] > 0.2:
        first = (i, xs[i] ** 2)
        i += 1
    return first[1] * first[0] + first[1]


@case(0.7)
def written_by_a_nested_function(x):
    best = None

    def take(loss, w):
        nonlocal best
        if best is None or loss < best[0]:
            best = (loss, w)

    for k in range(3):
        take((x * k - 1.0) ** 2, x * k)
    return best[0] + best[1]


@case(0.7)
def nested_tuple_by_an_expression(x):
    best = None
    for k in range(3):
        found = ((x * k - 1.0) ** 2, (x, k))
        best = found if best is None or found[0] < best[0] else best
    (loss, (w, n)) = best
    return loss + w * n


@case(0.7)
def a_whole_number_that_is_none_at_first(x):
    first = None
    for n in range(3):
        if first is None or 2 > first:
            first = 2
            x = x * 5.0
    return x * x * (1.0 if first is None else first)


@case(0.7)
def namedtuple(x):
    best = None
    for k in range(3):
        point = Point(x * k, x)
        if best is None or point.a > best.a:
            best = point
    return best.a * best.b


@case(0.7)
def a_part_that_is_none(x):
    best = None
    for k in range(3):
        if best is None:
            best = (x * k, None, x)
        else:
            best = (best[0] * x, x, best[2] + 1.0)
    return best[0] + best[1] * best[2]


@case(0.7, 2)
def what_a_list_holds_may_be_none(x, n):
    b = None if n < 3 else 2.0
    t = (b, 1)
    total = x
    for h in [b for _ in range(2)]:
        if h is None:
            total += x
    for h, _ in [t]:
        if h is None:
            total *= x
    return total


# ------------------------------------------------------------------------------------------ given to other functions
def scaled(scale, x, n):
    if n <= 0:
        return x * x if scale is None else x * scale
    return scaled(scale, x, n - 1) * x


def halved(a, n):
    if n < 1:
        return None
    return a if n < 2 else halved(a * 0.5, n - 1)


@case(0.5)
@case(2.0)
def given_to_a_function_that_calls_itself(x):
    scale = None
    if x > 1.0:
        scale = x * 3.0
    return scaled(scale, x, 1)


@case(0.7)
def given_first_as_none_and_then_as_a_number(x):
    scale, total = None, 0.0
    for _ in range(3):
        total = total + scaled(scale, x, 1)
        scale = x
    return total


@case(0.5)
@case(2.0)
def given_by_a_function_that_calls_itself(x):
    half = halved(x, 2 if x > 1.0 else -1)
    return x * x if half is None else half


def first_of(items, x, n):
    if n == 0:
        return x * x if items[0] is None else items[0] * x
    return first_of(items, x, n - 1)


@case(0.5)
@case(2.0)
def given_in_a_list(x):
    items = []
    for k in range(2):
        scale = None
        if x > k:
            scale = x * 3.0
        items.append(scale)
    return first_of(items[::-1], x, 1)


@case(0.5)
@case(2.0)
def captured_by_an_integrand(x):
    scale = None
    if x > 1.0:
        scale = x * 3.0
    return integrate.quad(lambda q: q * x if scale is None else q * scale, 0.0, 1.0)[0]


@pytest.mark.parametrize("each", case, ids=str)
def test_maybe_none(each):
    each.check()


def test_one_that_is_still_none_is_no_tuple():
    from s2sad import value_and_gradients_function

    def f(x, n):
        best = None
        for k in range(n):
            best = (x * k, x)
        return best[1]

    with pytest.raises(TypeError, match="'NoneType' object is not subscriptable"):
        f(0.7, 0)
    with pytest.raises(TypeError, match="'NoneType' object is not subscriptable"):
        value_and_gradients_function(f)(0.7, 0)


def test_what_a_loop_saves_may_be_none_where_the_program_is_differentiated_again():
    from s2sad import hessian

    def f(x):
        b = None
        k = 0
        while k < 4:
            k += 1
            if b is None and k > 1:
                b = x * k
            if b is None:
                continue
            if b > 5.0:
                break
            b = b * 2.0
        return b * b * x

    assert hessian(f)(0.7) == pytest.approx(6.0 * 256.0 / 4.0 * 0.7)  # of (8 * x)**2 * x


def dict_by_another_name(x):
    best = {"a": x * x}
    d = {"a": x}
    if x > 0.0:
        best = d
    d["a"] = d["a"] * 2.0
    return best["a"]


def object_kept_in_a_loop(x):
    kept = Thing(0.0)
    now = Thing(x)
    total = 0.0
    for k in range(4):
        if k == 1:
            kept = now
        now.a = now.a * 1.5 + 1.0
        total += kept.a * k
    return total


def object_kept_beside_none(x):
    kept = None
    now = Thing(x)
    for k in range(4):
        if kept is None:
            kept = now
        now.a = now.a * 1.5 + 1.0
    return kept.a


def dict_in_a_tuple(x):
    best = None
    d = {"a": x}
    for k in range(4):
        if best is None or d["a"] > 2.0:
            best = (k, d)
        d["a"] = d["a"] * 2.0
    return best[0] + best[1]["a"]


def larger_of(a, b, n):
    for k in range(n):
        if a.a > k:
            return a
    return b


def object_from_an_early_return(x):
    a, b = Thing(x), Thing(2.0 * x)
    larger = larger_of(a, b, 2)
    a.a = 5.0 * x
    return larger.a


def test_what_may_be_none_is_not_given_to_a_derivative():
    from s2sad import grad, value_and_gradients_function

    def in_a_list(x):
        items = []
        for k in range(2):
            items.append(halved(x, k))
        return grad(lambda t: t * t if items[0] is None else items[0] * t)(x)

    def in_a_tuple(x):
        pair = (None, x)
        if x > 1.0:
            pair = (x, x)
        return grad(lambda t: t * t if pair[0] is None else pair[0] * t)(x)

    for f in (in_a_list, in_a_tuple):
        with pytest.raises(NotImplementedError, match="may be None here or not, and is given to a function of which"):
            value_and_gradients_function(f)(0.7)


@pytest.mark.parametrize(
    "f",
    [
        dict_by_another_name,
        object_kept_in_a_loop,
        object_kept_beside_none,
        dict_in_a_tuple,
        object_from_an_early_return,
    ],
    ids=lambda f: f.__name__,
)
def test_objects_with_two_names_that_are_written_are_refused(f):
    from s2sad import value_and_gradients_function

    with pytest.raises(NotImplementedError, match="an object or dict gets another name here"):
        value_and_gradients_function(f)(0.7)


def test_objects_that_are_written_before_or_made_anew_are_not():
    from s2sad import value_and_gradients_function

    def f(x):
        a, b = Thing(x), Thing(2.0 * x)
        total = 0.0
        for k in range(3):
            a.a = a.a * 1.5
            larger = a if k == 1 else b
            total += larger.a
            b.a = b.a + x
        return total

    assert value_and_gradients_function(f)(1.0)[1] == (pytest.approx(f(1.0)),)  # f is linear
