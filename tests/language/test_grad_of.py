"""`with grad_of(y) as y_grad:` statements of the user's in the reverse sweep."""

import math

import numpy as np
import pytest

import s2sad
from s2sad import NotDifferentiableError, OutsideGradientError, grad_of, make_vjp, value_and_gradients_function
from tests.alone import names_to_provide, run_alone

from . import helpers

seen = helpers.collected


@pytest.fixture(autouse=True)
def nothing_seen():
    seen.clear()


def run(f, *args, alone=True, **options):
    """The value and gradients, which the text gives alone as well, with the same effects."""
    val_grads = value_and_gradients_function(f, **options)
    result = val_grads(*args)
    text = val_grads.source(*args)
    assert "grad_of(" not in "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    if alone and "seen" not in text:
        [(again, _, _)] = run_alone(text, [(args, {}, {})], val_grads.compiled(*args))
        np.testing.assert_equal(again, result)
    return result


def test_print(capsys):
    def f(x):
        y = x * x
        with grad_of(y) as y_grad:
            print("y_grad", y_grad, "at", y)
        return 3.0 * y

    assert value_and_gradients_function(f)(2.0) == (12.0, (12.0,))
    assert capsys.readouterr().out == "y_grad 3.0 at 4.0\n"


def test_the_text_has_the_statements_under_the_users_line():
    def f(x):
        y = np.sin(x)
        with grad_of(y) as y_grad:
            y_grad = np.clip(y_grad, -1.0, 1.0)
        return y * y * 10.0

    text = value_and_gradients_function(f).source(1.0)
    assert "    # with grad_of(y) as y_grad:\n    y_grad = np.clip(y_grad, -1.0, 1.0)\n    # y = np.sin(x)\n" in text
    value, (x_grad,) = run(f, 1.0)
    assert value == math.sin(1.0) ** 2 * 10.0 and x_grad == math.cos(1.0)
    x = np.array([1.0, 0.01])
    assert np.allclose(run(f, x)[1][0], np.clip(20.0 * np.sin(x), -1.0, 1.0) * np.cos(x))


def test_only_what_comes_below_counts():
    """At its place the adjoint has what the statements below add to it; those above add to what the body makes of it."""

    def f(x):
        a = 5.0 * x
        with grad_of(x) as g:
            seen.append(g)
            g = 100.0
        return a + 2.0 * x

    assert run(f, 1.0) == (7.0, (105.0,)) and seen == [2.0]


def test_several_names():
    def f(x, y):
        a, b = x * y, x + y
        with grad_of(a) as a_grad, grad_of(b) as b_grad:
            a_grad, b_grad = b_grad, a_grad
        return 2.0 * a + 7.0 * b

    assert run(f, 3.0, 5.0) == (86.0, (7.0 * 5.0 + 2.0, 7.0 * 3.0 + 2.0))


def test_without_as():
    def f(x):
        with grad_of(x):
            seen.append("passed")
        return x * x

    assert run(f, 3.0) == (9.0, (6.0,)) and seen == ["passed"]


def test_in_a_loop():
    def f(x, n):
        y = x
        for k in range(n):
            y = y * x
            with grad_of(y) as g:
                seen.append((k, y, g))
                if g > 2.0:
                    smaller = 0.5 * g
                    g = smaller
        return y

    value, (x_grad, _) = run(f, 1.5, 3)
    assert value == 1.5**4
    g, expected = 1.0, 0.0
    for y, _ in zip((1.5**3, 1.5**2, 1.5), range(3)):
        g = 0.5 * g if g > 2.0 else g
        expected, g = expected + g * y, g * 1.5
    assert math.isclose(x_grad, expected + g)
    assert [k for k, _, _ in seen] == [2, 1, 0] and [y for _, y, _ in seen] == [1.5**4, 1.5**3, 1.5**2]


def test_in_while_and_branches():
    def f(x):
        y = x
        count = 0
        while y < 10.0:
            count += 1
            if count % 2:
                y = y * 2.0
                with grad_of(y) as g:
                    seen.append(count)
                    g = g * 3.0
            else:
                y = y + x
        return y

    value, (x_grad,) = run(f, 1.0)
    assert value == f_without(1.0) and seen == [5, 3, 1]
    assert x_grad == dual_of_branches(1.0)


def f_without(x):
    y, count = x, 0
    while y < 10.0:
        count += 1
        y = y * 2.0 if count % 2 else y + x
    return y


def dual_of_branches(x):
    """The derivative in which each doubling counts three times."""
    y, d, count = x, 1.0, 0
    while y < 10.0:
        count += 1
        y, d = (y * 2.0, d * 2.0 * 3.0) if count % 2 else (y + x, d + 1.0)
    return d


def test_loop_variable_outside_of_the_loop():
    def f(x):
        total = 0.0
        for k in range(3):
            total = total + x * k
            with grad_of(x) as x_grad:
                x_grad = min(x_grad, 1.0)
        return total

    # Backwards: 0 clipped; + 2, clipped to 1; + 1 = 2, clipped to 1; + 0.
    assert run(f, 1.0) == (3.0, (1.0,))


def test_an_array_that_is_written():
    def f(a):
        a[1:] = a[:-1] * 2.0
        with grad_of(a) as a_grad:
            seen.append((a_grad.copy(), a.copy()))
            a_grad[0] = 0.0
        a[0] = a[1] * a[2]
        return np.sum(a * a)

    a = np.array([1.0, 2.0, 3.0])
    value, (a_grad,) = run(f, a)
    assert value == 84.0 and np.array_equal(a, [1.0, 2.0, 3.0])
    [(shown, then)] = seen
    assert shown.tolist() == [0.0, 68.0, 40.0] and then.tolist() == [1.0, 2.0, 4.0]
    assert a_grad.tolist() == [136.0, 80.0, 0.0]


def test_a_row_of_an_array_that_is_written():
    def f(a, x):
        row = a[1]
        row[0] = x
        with grad_of(row) as g:
            g = np.zeros_like(g)
        return np.sum(a * a)

    value, (a_grad, x_grad) = run(f, np.ones((2, 2)), 3.0)
    assert value == 12.0 and x_grad == 0.0 and a_grad.tolist() == [[2.0, 2.0], [0.0, 0.0]]


def test_writing_into_the_gradient_leaves_dy_and_others_alone():
    def f(x, y):
        z = x + y
        with grad_of(z) as g:
            g[0] = 0.0
        return z

    dy = np.array([1.0, 2.0])
    val_grads = value_and_gradients_function(f)
    _, (x_grad, y_grad) = val_grads(np.ones(2), np.ones(2), dy=dy)
    assert dy.tolist() == [1.0, 2.0] and x_grad.tolist() == y_grad.tolist() == [0.0, 2.0]
    _, (x_grad, _) = val_grads(np.ones(2), np.ones(2))
    assert x_grad.tolist() == [0.0, 1.0]

    def g(x, y):
        z = x * 1.0
        with grad_of(z) as z_grad:
            z_grad *= 2.0
        return np.sum(z * y + x * y)

    _, (x_grad, y_grad) = run(g, np.ones(2), np.full(2, 3.0))
    assert x_grad.tolist() == [9.0, 9.0] and y_grad.tolist() == [2.0, 2.0]


def test_a_number_for_an_array():
    def f(x):
        y = x * 2.0
        with grad_of(y) as y_grad:
            y_grad = 1.0
        return np.sum(y**3)

    assert run(f, np.ones(3))[1][0].tolist() == [2.0, 2.0, 2.0]


def test_part_of_a_parameter():
    def f(params, x):
        z = params["W"] @ x + params["b"]
        with grad_of(params["W"]) as W_grad:
            W_grad = W_grad * 0.5
        return np.sum(z) + np.sum(params["W"])

    params = {"W": np.ones((2, 2)), "b": np.ones(2)}
    _, (params_grad, _) = run(f, params, np.ones(2))
    assert params_grad["W"].tolist() == [[1.5, 1.5], [1.5, 1.5]] and params_grad["b"].tolist() == [1.0, 1.0]


def callee(u):
    v = u * u
    with grad_of(v) as v_grad:
        v_grad = min(v_grad, 1.0)
    return v


def test_in_a_function_that_is_called():
    def f(x):
        return 3.0 * callee(x) + 0.5 * callee(2.0 * x)

    assert run(f, 2.0) == (20.0, (4.0 + 0.5 * 16.0,))


def power(x, n):
    if n == 0:
        return 1.0
    rest = power(x, n - 1)
    with grad_of(rest) as g:
        seen.append((n, g))
        g = 2.0 * g
    return x * rest


def test_in_a_function_that_calls_itself():
    def f(x):
        return power(x, 3)

    value, (x_grad,) = run(f, 2.0)
    assert value == 8.0 and seen == [(3, 2.0), (2, 8.0), (1, 32.0)]
    assert x_grad == 1.0 * 4.0 + 4.0 * 2.0 + 16.0 * 1.0  # each level passes on twice what it would
    assert "pass" not in value_and_gradients_function(f).source(2.0)


def test_what_carries_no_gradient():
    def f(x, n):
        y = n * 2.0
        z = x * 1.0
        unused = x * x
        with grad_of(y) as y_grad:
            seen.append("y")
        with grad_of(unused) as unused_grad:
            seen.append("unused")
        with grad_of(y) as y_grad, grad_of(z) as z_grad:
            seen.append((y_grad, z_grad))
        return z * y

    assert run(f, 2.0, 3.0, params=["x"]) == (12.0, (6.0,))
    assert seen == [(None, 6.0)]


def test_as_a_loop_the_function_itself_runs():
    def f(x):
        y = x * x
        for y_grad in grad_of(y):
            seen.append(y_grad)
            y_grad = 1.0
        return 3.0 * y

    assert f(2.0) == 12.0 and seen == []
    assert run(f, 2.0) == (12.0, (4.0,)) and seen == [3.0]


def test_with_the_function_itself_raises():
    def f(x):
        with grad_of(x) as x_grad:
            print(x_grad)
        return x

    with pytest.raises(OutsideGradientError, match=r"write `for ... in grad_of\(...\):`") as caught:
        f(2.0)
    assert isinstance(caught.value, RuntimeError)


def test_what_the_body_reads_is_what_was_there():
    def f(x):
        y = x * 2.0
        w = np.array([1.0, 2.0])
        with grad_of(y) as g:
            seen.append((y, w.copy(), helpers.SCALE, [k * y for k in range(2)]))
            g = g * w[1]
        w[1] = 50.0
        y = y * 3.0
        return y

    assert run(f, 1.0) == (6.0, (12.0,))
    [(y, w, scale, numbers)] = seen
    assert y == 2.0 and w.tolist() == [1.0, 2.0] and scale == helpers.SCALE and numbers == [0.0, 2.0]


def test_statements_of_all_kinds():
    def f(x):
        y = x * x
        with grad_of(y) as g:
            import math as m

            for k in range(3):
                if k == 1:
                    continue
                g = g + m.floor(k / 2.0)
            try:
                if not g > 0.0:
                    raise ValueError(f"{g!r} at {y:.2f}")
            except ValueError:
                raise
            total = sum(each for each in (1.0, 2.0))
            g = (lambda t: t * total)(g)
        return y

    assert run(f, 2.0) == (4.0, ((1.0 + 1.0) * 3.0 * 4.0,))


def test_other_ways_to_name_it_and_other_entries():
    def f(x):
        y = x * x
        with s2sad.grad_of(y) as g:
            g = 10.0
        return y

    assert run(f, 2.0) == (4.0, (40.0,))
    value, pullback = make_vjp(f)(2.0)
    assert value == 4.0 and pullback(1.0) == (40.0,)

    def g(x):
        from s2sad import grad_of as of

        y = x * x
        with of(y) as y_grad:
            y_grad = 10.0
        return y

    assert run(g, 2.0) == (4.0, (40.0,))


def test_breakpoint_stands_in_the_text():
    def f(x):
        y = x * x
        with grad_of(y) as y_grad:
            breakpoint()
        return np.sin(y)

    text = value_and_gradients_function(f).source(1.0)
    assert "    # with grad_of(y) as y_grad:\n    breakpoint()\n" in text and not names_to_provide(text)


def leaves_by_return(x):
    with grad_of(x) as g:
        return x
    return x * x


def leaves_by_break(x):
    for k in range(3):
        with grad_of(x) as g:
            break
    return x * x


def sets_another_name(x):
    y = x * x
    with grad_of(y) as g:
        y = 2.0
    return y


def reads_it_afterwards(x):
    with grad_of(x) as g:
        note = 1.0
    return x * note


def writes_an_array(x):
    with grad_of(x) as g:
        x[0] = 1.0
    return np.sum(x)


def sorts_an_array(x):
    with grad_of(x) as g:
        x.sort()
    return np.sum(x)


def of_an_expression(x):
    with grad_of(x * 2.0) as g:
        print(g)
    return np.sum(x)


def of_a_structure(x):
    pair = (x, x)
    with grad_of(pair) as g:
        print(g)
    return pair[0] + pair[1]


def elsewhere(x):
    return [g for g in grad_of(x)]


def calls_an_inner_function(x):
    def show(g):
        print(g)

    with grad_of(x) as g:
        show(g)
    return x


@pytest.mark.parametrize(
    "f, message, line",
    [
        (leaves_by_return, "`return` in the statements under `grad_of`", "return x"),
        (leaves_by_break, "`break` in the statements under `grad_of`", "break"),
        (sets_another_name, "`y` is set under `grad_of` and used elsewhere in `sets_another_name`", "y = 2.0"),
        (reads_it_afterwards, "`note` is set under `grad_of` and used elsewhere", "note = 1.0"),
        (writes_an_array, "change a variable of the function", "x[0] = 1.0"),
        (sorts_an_array, "change a variable of the function", "x.sort()"),
        (of_an_expression, "`grad_of` of an expression", "with grad_of(x * 2.0) as g:"),
        (of_a_structure, "`grad_of` of something that holds several values", "with grad_of(pair) as g:"),
        (
            elsewhere,
            "`grad_of` stands elsewhere than in `with grad_of(...) as name:`",
            "return [g for g in grad_of(x)]",
        ),
        (calls_an_inner_function, "`show` can't be kept", "show(g)"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_refused(f, message, line):
    with pytest.raises(NotDifferentiableError) as caught:
        value_and_gradients_function(f)(np.ones(2) if "array" in f.__name__ or "expression" in f.__name__ else 1.0)
    text = str(caught.value)
    assert message in text and f"    {line}\n" in text and "^" in text
