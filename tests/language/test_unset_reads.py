"""Variables that only some ways set, and that what is read doesn't show: a constant, another name, a function, a tuple.
Where they have no value, our programs raise UnboundLocalError, as f does."""

import numpy as np
import pytest

from s2sad import NotDifferentiableError, jvp, value_and_gradients_function
from tests.language.checker import check_case


def a_number(x, n):
    if n > 1:
        c = 2.0
    return c * x


def a_parameter(x, n):
    if n > 1:
        c = x
    return c * x


def a_function(x, n):
    if n > 1:
        g = np.sin
    return g(x)


def an_inner_function(x, n):
    if n > 1:

        def g(y):
            return y * y

    return g(x)


def a_lambda(x, n):
    if n > 1:
        g = lambda y: y * y  # noqa: E731
    return g(x)


def a_dict(x, n):
    if n > 1:
        c = {"a": x}
    return c["a"] * x


def a_tuple(x, n):
    if n > 1:
        c = (x, 2.0)
    return c[1] * x


def an_index(x, n):
    for i in range(n):
        c = i
    return c * x


def the_index_itself(x, n):
    for i in range(n):
        pass
    return i * x


def a_number_of_a_loop(x, n):
    for _ in range(n):
        c = 3.0
    return c * x


def a_text(x, n):
    while n > 1:
        c = "abs"
        n -= 1
    if c == "abs":
        return x * x
    return x


def read_where_nothing_uses_it(x, n):
    if n > 1:
        c = 2.0
    if n > 1:
        return c * x
    d = c + 1  # noqa: F841
    return x


def read_for_itself(x, n):
    if n > 1:
        c = x * x
    c  # noqa: B018
    return x


def an_axis(x, n):
    if n > 1:
        axis = 0
    return np.sum(x * np.ones(3), axis=axis)


def none_at_all(x, n):
    if n > 1:
        c = None
    if c is None:
        return x
    return x * 2


def deleted(x, n):
    if n > 1:
        c = x
    del c
    return x


def in_a_function(x, n):
    def chosen(flag):
        if flag:
            rate = 0.5
        return rate

    return chosen(n > 1) * x * x


def in_a_loop(x, n):
    s = x
    for i in range(2):
        if n > i + 1:
            c = s
        s = s + c * x
    return s


def of_a_handler(x, n):
    try:
        if n > 1:
            raise ValueError
    except ValueError:
        c = 2.0
    return c * x


def a_tuple_of_the_iteration_before(x, n):
    s = x
    for i in range(n):
        if i > 0 or n == 1:
            s = s + c[0] * c[1]  # noqa: F821
        c = (s, 2.0)
    return s / len(c)


def called_value(x, n):
    for _ in range(n):
        value = x
    return value * 2.0


CASES = [each for name, each in list(globals().items()) if getattr(each, "__module__", "") == __name__]


@pytest.mark.parametrize("f", CASES, ids=lambda f: f.__name__)
def test_raises_where_f_does(f):
    check_case(f, (1.5, 3))
    with pytest.raises(UnboundLocalError):
        f(1.5, 0)
    for run in (lambda: value_and_gradients_function(f)(1.5, 0), lambda: jvp(f, (1.5, 0), (1.0, 0))):
        with pytest.raises(UnboundLocalError):
            run()


def test_nothing_is_looked_at_where_a_test_says_it():
    def f(x, fast, slow):
        if fast and not slow:
            rate, act = 0.5, np.sin
        y = x * x
        if not slow:
            if fast:
                y = rate * act(y)
        return y

    source = value_and_gradients_function(f).source(1.5, True, False)
    assert "rate = 0.5\n    y" in source and "act" not in source.partition('"""')[2].replace("act(", "")
    assert value_and_gradients_function(f)(1.5, True, True)[0] == f(1.5, True, True)


def test_one_thing_or_another_of_two_branches_or_nothing():
    def f(x, n):
        if n > 2:
            c = {"a": x}
        elif n > 1:
            c = {"a": x * x}
        return c["a"] * x

    with pytest.raises((UnboundLocalError, NotDifferentiableError)):
        value_and_gradients_function(f)(1.5, 0)


def test_a_loop_that_goes_on_with_another_name():
    def f(x, n, m):
        for _ in range(n):
            a = x
        for _ in range(m):
            a = 1.0
        return a * x

    assert value_and_gradients_function(f, ["x"])(2.0, 1, 0) == (4.0, (4.0,))
    with pytest.raises(UnboundLocalError):
        value_and_gradients_function(f, ["x"])(2.0, 0, 0)


def test_read_only_where_nothing_comes_of_it():
    def f(x, n):
        for _ in range(n):
            b /= 1.5  # noqa: F821
        return x

    assert value_and_gradients_function(f, ["x"])(2.0, 0) == (2.0, (1.0,))
    with pytest.raises(UnboundLocalError):
        value_and_gradients_function(f, ["x"])(2.0, 1)


def test_another_name_for_what_has_no_value():
    """The error is raised where f raises it, and not where the second name is read, which may be never."""

    def f(x, n):
        s = 0.0
        for i in range(n):
            if i > 0:
                before = now  # noqa: F821
                s += x
            if i > 1 or n > 3:
                now = x * i
                s += now
            if i > 3:
                s += before * x
        return s

    def never_read(x, n):
        s = x
        for i in range(n):
            if i > 0:
                now = s * x
            if i != 1:
                s += x
                before, s = now, s + i
        return s if n < 5 else s * before

    for g in (f, never_read):
        derived = value_and_gradients_function(g, ["x"])
        for n in range(7):
            try:
                expected = g(1.5, n)
            except UnboundLocalError:
                with pytest.raises(UnboundLocalError):
                    derived(1.5, n)
                with pytest.raises(UnboundLocalError):
                    jvp(g, (1.5, n), (1.0, 0))
                continue
            value, (gradient,) = derived(1.5, n)
            assert value == expected
            assert gradient == pytest.approx((g(1.5 + 1e-6, n) - g(1.5 - 1e-6, n)) / 2e-6, rel=1e-6, abs=1e-9)


def test_what_is_read_by_a_choice_in_a_loop():
    def f(x):
        for _ in range(2):
            while x > 5.0:
                v = x
                x = x - 1.0
            b = min(v, 0.5)  # noqa: F841
        return x * 2.0

    derived = value_and_gradients_function(f)
    assert derived(6.0) == (10.0, (2.0,))
    with pytest.raises(UnboundLocalError):
        derived(1.0)


def choice_of_no_use(x, n):
    for _ in range(n):
        row = 2.0
    a = row if x > 1.0 else 1.0  # noqa: F841
    return x


def sum_with_a_choice_that_only_another_of_no_use_reads(x, n):
    for _ in range(n):
        row = 2.0
    a = 1.0 + (3.0 if x < 1.0 else row * 2.0)
    b = a + 1.0  # noqa: F841
    return x


def either_of_no_use(x, n):
    for _ in range(n):
        row = 2.0
    a = x < 1.0 or row > 1.0  # noqa: F841
    return x


def asked_to_no_use(x, n):
    for _ in range(n):
        row = x
    if n >= 0 and (x < 1.0 or row > 1.0):
        a = 2.0  # noqa: F841
    elif x > 9.0:
        pass
    return x


OF_NO_USE = [choice_of_no_use, sum_with_a_choice_that_only_another_of_no_use_reads, either_of_no_use, asked_to_no_use]


@pytest.mark.parametrize("f", OF_NO_USE)
def test_a_choice_of_no_use(f):
    for run in (value_and_gradients_function(f, ["x"]), lambda *args: jvp(f, args, (1.0, 0))):
        assert run(1.5, 1)[0] == run(0.5, 0)[0] + 1.0 == 1.5
        with pytest.raises(UnboundLocalError):
            run(1.5, 0)


def test_a_tuple_of_what_may_have_no_value_itself():
    def f(x, n):
        if n > 9:
            pass
        else:
            part = np.zeros(3)
        for _ in range(2):
            part = 2.0
            break
        while n > 0:
            result = (part,)
            return 1.0
        (only,) = result

    run = value_and_gradients_function(f, ["x"])
    assert run(1.5, 1) == (1.0, (0.0,))
    with pytest.raises(UnboundLocalError):
        run(1.5, 0)


def test_a_choice_of_use_shows_itself():
    def f(xs):
        found = False
        for v in xs:
            if v > 1.0:
                best, found = v * v, True
        y = best if found else 0.0
        return y * 2.0

    run = value_and_gradients_function(f)
    assert "    y = best if found else 0.0\n" in run.source([1.0, 2.0])
    assert run([1.0, 3.0]) == (18.0, ([0.0, 12.0],)) and run([0.5]) == (0.0, ([0.0],))
