"""What is refused: with the file, the line under a caret, the cause and a remedy; and never a wrong number instead."""

import asyncio
import collections
import re

import numpy as np
import pytest

from .checker import REFERENCE_ONLY

pytestmark = pytest.mark.skipif(REFERENCE_ONLY, reason="nothing to check without s2sad")

if not REFERENCE_ONLY:
    from s2sad import NotDifferentiableError, custom_gradient, value_and_gradients_function

    @custom_gradient
    def squared(x):
        return x * x, lambda dy: 2.0 * dy * x


TOTAL = 0.0
REFUSED = []


def refused(line, *args):
    """Registers a function that has to be refused at its line that contains `line`."""

    def register(f):
        REFUSED.append((f, args, line))
        return f

    return register


@refused("yield x", 2.0)
def generator(x):
    yield x
    yield x * x


@refused("yield from", [2.0])
def delegating_generator(items):
    yield from items


@refused("async def coroutine", 2.0)
async def coroutine(x):
    await asyncio.sleep(0)
    return x


@refused("TOTAL = x * x", 2.0)
def global_written(x):
    global TOTAL
    TOTAL = x * x
    return TOTAL * x


@refused("tobytes", 2.0)
def numbers_through_bytes(x):
    data = np.array([x]).tobytes()
    return np.frombuffer(data)[0] * x


class Box:
    value = 1.0


@refused("setattr", 2.0, "value")
def attribute_by_computed_name(x, name):
    box = Box()
    setattr(box, name[::-1], x)
    return box.value * x


@refused("class Inner", 2.0)
def class_inside(x):
    class Inner:
        y = x

    return Inner.y * x


def make_counter():
    count = 1.0

    def counts(x):
        nonlocal count
        count = count * x
        return count * x

    return counts


refused("count = count * x", 2.0)(make_counter())


@refused("fs.append(lambda", 2.0)
def closure_in_a_list_that_grows(x):
    fs = []
    for k in range(3):
        fs.append(lambda t: t * x * k)
    return fs[0](2.0)


@refused("[inner for", 2.0)
def nested_function_in_a_comprehension(x):
    def inner(t):
        return t * x

    return sum(f(1.0) for f in [inner for _ in range(3)])


@refused("{x: 1, 2 * x: 2}", 2.0)
def extreme_of_keys(x):
    return max({x: 1, 2 * x: 2})


@refused("d[x] = 1.0", 2.0)
def keys_gone_through(x):
    d = {}
    d[x] = 1.0
    s = 0.0
    for key in d:
        s += key
    return s


@refused("d[x] += 1.0", 2.0)
def keys_of_a_defaultdict(x):
    d = collections.defaultdict(float)
    d[x] += 1.0
    return max(d)


@refused("{t: 1.0 for t in", 2.0)
def keys_of_a_comprehension(x):
    d = {t: 1.0 for t in [x, 2.0 * x]}
    return sum(d)


@refused("y[0] = x", 2.0)
def stored_among_objects(x):
    y = np.empty(2, dtype=object)
    y[0] = x
    return y[0]


@refused("np.array([x", 2.0)
def array_of_objects(x):
    return np.array([x, "text"], dtype=object)[0] * 2.0


@refused("squared(x=x)", 2.0)
def custom_gradient_by_keyword(x):
    return squared(x=x)


@refused("as_integer_ratio", 1.5)
def number_as_a_ratio(x):
    top, bottom = x.as_integer_ratio()
    return top / bottom


@refused("float(f", 1.5)
def text_taken_apart(x):
    return float(f"{x} {x}".split()[0].replace("a", "b"))


@refused("float(", 1.5)
def text_put_together(x):
    return float(" ".join([str(x)]) + "0")


@refused("np.float64", 1.5)
def text_of_format(x):
    return np.float64("{}".format(x))


@refused("float(np", 1.5)
def text_of_an_array(x):
    return float(np.array2string(np.array([x])).strip("[]"))


@refused("row[0] = 1.0", np.ones((3, 3)))
def row_written_after_its_loop(A):
    for row in A:
        pass
    row[0] = 1.0
    return np.sum(A)


@refused("del xs[::2]", [1.0, 2.0, 3.0])
def every_second_item_deleted(xs):
    del xs[::2]
    return xs[0]


@refused("t[k]", (1.0, np.ones(3)), 0)
def item_of_a_mixed_tuple(t, k):
    return np.sum(t[k])


@refused("exec", 2.0)
def executes_text(x):
    exec("x = 3.0")
    return x * x


@refused("eval", 2.0)
def evaluates_text(x):
    return eval("x * x") * x


@refused("locals()", 2.0)
def reads_locals(x):
    return locals()["x"] * x


@refused("str(x)", 2.0)
def number_through_text(x):
    return float(str(x)) * x


@pytest.mark.parametrize(("f", "args", "line"), REFUSED, ids=[f.__name__ for f, _, _ in REFUSED])
def test_refused(f, args, line):
    """Refused, with the file, the line, its text and a caret under it."""
    with pytest.raises(NotDifferentiableError) as caught:
        value_and_gradients_function(f)(*args)
    message = str(caught.value)
    assert re.search(r'File ".*test_refusals_behaviour\.py", line \d+, in', message), message
    assert line in message, message
    assert "^" in message, message
    number = int(re.search(r"line (\d+)", message)[1])
    with open(__file__, encoding="utf-8") as file:
        text = file.read().splitlines()[number - 1]
    assert text.strip() in message, message


@pytest.mark.parametrize(("f", "args", "line"), REFUSED, ids=[f.__name__ for f, _, _ in REFUSED])
def test_refusal_says_what_to_write(f, args, line):
    with pytest.raises(NotDifferentiableError, match="instead|pass|use|write|move|return"):
        value_and_gradients_function(f)(*args)


def test_refused_before_anything_runs(capsys):
    def f(x):
        print("running")
        exec("pass")
        return x * x

    with pytest.raises(NotDifferentiableError):
        value_and_gradients_function(f)(2.0)
    assert capsys.readouterr().out == ""


def test_refusal_is_a_not_implemented_error():
    assert issubclass(NotDifferentiableError, NotImplementedError)


def test_refusal_in_a_helper_shows_the_helper():
    def helper(t):
        return eval("t * t")

    def f(x):
        return helper(x) * x

    with pytest.raises(NotDifferentiableError) as caught:
        value_and_gradients_function(f)(2.0)
    assert "in helper" in str(caught.value)
    assert 'eval("t * t")' in str(caught.value)


def test_refused_parts_that_are_inactive_are_fine():
    def f(x, path):
        label = str(path).upper()
        table = {name: len(name) for name in sorted(set(label))}
        return x * x * len(table)

    assert value_and_gradients_function(f)(3.0, "abc") == (27.0, (18.0, None))


def test_class_as_function_is_refused():
    class Thing:
        def __init__(self, x):
            self.x = x

    with pytest.raises((NotDifferentiableError, TypeError)):
        value_and_gradients_function(Thing)(2.0)


def test_value_that_is_no_number():
    def f(x):
        return f"{x}"

    with pytest.raises((NotDifferentiableError, TypeError, ValueError)):
        value_and_gradients_function(f)(2.0)


def test_not_a_function():
    for thing in [3.0, "f", None]:
        with pytest.raises(TypeError):
            value_and_gradients_function(thing)
