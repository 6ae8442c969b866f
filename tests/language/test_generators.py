"""Generators: a loop over one is written out, with the loop's body at each `yield`; elsewhere its items are put into a
list. What would not be the same is refused."""

import dataclasses
import functools
import itertools

import numpy as np
import pytest

from .checker import Cases, printed_by

case = Cases()
refused = []


def steps(x, n):
    for i in range(n):
        x = x - 0.1 * x * x
        yield x


@case(0.4)
def used_for(x):
    t = 0.0
    for s in steps(x, 10):
        t += s * s
    return t


@case(0.4)
def used_sum(x):
    return sum(steps(x, 5))


@case(0.4)
def used_list(x):
    l = list(steps(x, 5))
    return l[-1] * l[0]


@case(0.4)
def used_last(x):
    for s in steps(x, 5):
        pass
    return s


@case(0.4)
def used_break(x):
    for s in steps(x, 50):
        if s < 0.3:
            break
    return s * s


@case(0.4)
def used_enum(x):
    return sum(k * s for k, s in enumerate(steps(x, 5)))


@case(0.4)
def used_zip(x):
    t = 0.0
    for a, b in zip(steps(x, 5), steps(2 * x, 4)):
        t += a * b
    return t


def pairs(xs):
    for a, b in zip(xs, xs[1:]):
        yield a, b


@case(np.array([0.3, 0.4, 0.9]))
def used_tuple(xs):
    return sum((a - b) ** 2 for a, b in pairs(xs))


def chunk(x):
    yield x
    yield x * x
    yield np.sin(x)


@case(0.4)
def used_straight(x):
    a, b, c = chunk(x)
    return a * b + c


@case(0.4)
def used_straight_sum(x):
    return sum(chunk(x)) + max(chunk(x))


def cond(xs):
    for x in xs:
        if x > 0.35:
            yield x * x
        elif x > 1:
            return


@case(np.array([0.3, 0.4, 0.9]))
def used_cond(xs):
    return sum(cond(xs))


def outer(xs):
    yield from cond(xs)
    yield xs[0]
    yield from (x * 2 for x in xs)


@case(np.array([0.3, 0.4, 0.9]))
def used_from(xs):
    return sum(outer(xs)) * 2


def newton(f, df, x):
    while True:
        x = x - f(x) / df(x)
        yield x


@case(2.0)
def used_infinite(a):
    for k, x in enumerate(newton(lambda x: x * x - a, lambda x: 2 * x, 1.0)):
        if k > 6:
            break
    return x


@case(2.0)
def used_infinite2(a):
    prev = 1.0
    for x in newton(lambda x: x * x - a, lambda x: 2 * x, 1.0):
        if abs(x - prev) < 1e-12:
            break
        prev = x
    return x


@case(2.0)
def used_islice(a):
    return sum(itertools.islice(newton(lambda x: x * x - a, lambda x: 2 * x, 1.0), 5))


@case(0.4)
def used_nested(x):
    def gen(n):
        v = x
        for _ in range(n):
            v = v * x + 0.1
            yield v

    return sum(gen(4))


@case(0.4)
def used_next(x):
    it = steps(x, 5)
    a = next(it)
    b = next(it)
    return a * b


@case(0.4)
def used_nparr(x):
    return np.sum(np.array(list(steps(x, 5))) ** 2)


def batches(x, y, n):
    for i in range(0, len(x), n):
        yield x[i : i + n], y[i : i + n]


@case(np.arange(6) * 0.3, np.arange(6) ** 2 * 0.1, 0.3)
def used_batches(x, y, w):
    for xb, yb in batches(x, y, 2):
        g = np.mean((w * xb - yb) * xb)
        w = w - 0.1 * g
    return w


class M:
    def __init__(self, ls):
        self.ls = ls

    def params(self):
        for l in self.ls:
            yield l
            yield l * 2

    def __iter__(self):
        for l in self.ls:
            yield l


@case([np.array([0.3, 0.4]), np.array([0.1, 0.7])])
def used_method(ls):
    m = M(ls)
    return sum(np.sum(p**2) for p in m.params())


@case([np.array([0.3, 0.4]), np.array([0.1, 0.7])])
def used_iter(ls):
    m = M(ls)
    t = 0.0
    for l in m:
        t += np.sum(l**2)
    return t


def grid(n, m):
    for i in range(n):
        for j in range(m):
            yield i, j


@case(np.array([[0.3, 0.4], [0.1, 0.7]]))
def used_grid(a):
    return sum(a[i, j] ** (i + j + 1) for i, j in grid(2, 2))


@case(0.4)
def used_join(x):
    return sum([s * s for s in steps(x, 5) if s > 0.3])


@case(0.4)
def used_star(x):
    return max(*steps(x, 3))


@case(0.4)
def used_dict(x):
    d = {k: v for k, v in enumerate(steps(x, 3))}
    return d[0] * d[2]


def wr(A):
    for i in range(len(A)):
        A[i] *= 2
        yield A[i]


@case(np.array([0.3, 0.4, 0.9]))
def used_write(a):
    b = a.copy()
    t = 0.0
    for v in wr(b):
        t += v * b[0]
    return t + np.sum(b)


@case(np.array([0.3, 0.4, 0.9]))
def used_interleaved(a):
    b = a.copy()
    t = 0.0
    for v in wr(b):
        b[:] = b * 1.5
        t += v * b[0]
    return t + np.sum(b)


def logged(x, n):
    for i in range(n):
        print("step", i)
        x = x * x
        yield x


@case(0.9)
def used_print(x):
    t = 0.0
    for v in logged(x, 3):
        print("got", v)
        t += v
    return t


def scale(vals, c):
    for v in vals:
        yield v * c


def total(vals):
    return sum(vals)


def twice(vals):
    a = 0.0
    for v in vals:
        a += v
    for v in vals:
        a += v * 10
    return a


def keep(vals):
    return list(vals)


def couples(xs):
    for i in range(len(xs)):
        for j in range(i):
            yield xs[i], xs[j]


@case(0.4)
def chain1(x):
    t = 0.0
    for v in scale(steps(x, 4), x):
        t += v
    return t


@case(0.4)
def chain2(x):
    return sum(scale(scale(steps(x, 4), x), 2.0))


@case(0.4)
def named(x):
    it = steps(x, 4)
    t = 0.0
    for v in it:
        t += v * v
    return t


@case(0.4)
def named_arg(x):
    it = steps(x, 4)
    return total(it)


@case(0.4)
def named_rebound(x):
    it = steps(x, 4)
    x = 5.0 * x
    return sum(it) * x


@case(np.array([0.3, 0.4, 0.9]))
def named_written(a):
    b = a.copy()
    it = couples(b)
    b[0] = b[1] * 3
    t = 0.0
    for p, q in it:
        t += p * q
    return t


@case(0.4)
def closure_rebound(x):
    k = 2.0

    def g():
        for i in range(3):
            yield x * k * i

    it = g()
    k = 3.0
    return sum(it)


@case(0.4)
def closure_loop(x):
    k = 2.0

    def g():
        for i in range(3):
            yield x * k * i

    t = 0.0
    for v in g():
        k = k * 1.5
        t += v
    return t


@case(0.4)
def in_loop(x):
    t = 0.0
    for n in range(4):
        for v in steps(x * n, n):
            t += v
    return t


@case(0.4)
def nested_same(x):
    t = 0.0
    for a in steps(x, 3):
        for b in steps(a, 2):
            t += a * b
    return t


@case(0.9)
def prints_sum(x):
    return sum(logged(x, 3))


@case(0.9)
def prints_named(x):
    it = logged(x, 3)
    print("made")
    t = 0.0
    for v in it:
        print("got")
        t += v
    return t


@case(0.9)
def prints_comp(x):
    return sum([v * 2 for v in logged(x, 3)])


def show(v):
    print("show")
    return v


@refused.append
def prints_comp2(x):
    return sum([show(v) * 2 for v in logged(x, 3)])


@refused.append
def prints_zip(x):
    return sum(a * b for a, b in zip(logged(x, 3), logged(x, 2)))


@case(0.9)
def prints_break(x):
    t = 0.0
    for v in logged(x, 10):
        print("got")
        if v < 0.5:
            break
        t += v
    return t


@case(0.4)
def early_return(x):
    for v in steps(x, 100):
        if v < 0.2:
            return v * v
    return x


@case(0.4)
def continue_(x):
    t = 0.0
    for v in steps(x, 10):
        if v > 0.3:
            continue
        t += v
    return t


@case(0.4)
def for_else(x):
    for v in steps(x, 10):
        if v < 0.01:
            r = v
            break
    else:
        r = x * x
    return r


@case(0.4)
def for_else2(x):
    for v in steps(x, 10):
        if v < 0.3:
            r = v
            break
    else:
        r = x * x
    return r


@case(0.4)
def multi_yield_break(x):
    def g():
        yield x
        yield x * x
        for i in range(5):
            yield x * i

    t = 0.0
    for v in g():
        if v < 0.2:
            t += v * 3
            if v < 0.1:
                break
        t += v * v
    return t


@case(0.4)
def try_finally(x):
    def g():
        try:
            for i in range(3):
                yield x * i
        finally:
            print("done")

    return sum(g())


@case(0.4)
def gen_return_value(x):
    def g():
        yield x
        return 5

    return sum(g())


@case(np.array([0.3, 0.4, 0.9]))
def it_product(a):
    return sum(p * q for p, q in couples(a))


@case(np.array([0.3, 0.4, 0.9]))
def minmax(a):
    return max(p * q for p, q in couples(a)) + min(scale(a, 2.0))


@case(np.array([0.3, 0.4, 0.9]))
def listcomp_cond(a):
    return sum([p * q for p, q in couples(a) if p > 0.35])


@case(np.array([0.3, 0.4, 0.9]))
def anyall(a):
    if any(v > 0.8 for v in scale(a, 1.0)) and all(v > 0.1 for v in scale(a, 1.0)):
        return np.sum(a**2)
    return np.sum(a)


@dataclasses.dataclass
class Tree:
    v: float
    kids: list

    def walk(self):
        yield self.v
        for k in self.kids:
            yield from k.walk()


def primes(n):
    for i in range(2, n):
        if all(i % j for j in range(2, i)):
            yield i


@case(0.4)
def ints(x):
    t = 0.0
    for p in primes(20):
        t += x**p
    return t


@case(0.4)
def zeta(x):
    return sum(1.0 / p**x for p in primes(20))


@case(0.4)
def acc(x):
    return sum(itertools.accumulate(steps(x, 4)))


@case(0.4)
def reduce_(x):
    return functools.reduce(lambda a, b: a * b + 1, steps(x, 4))


@case(0.4)
def takewhile(x):
    def inf():
        v = x
        while True:
            v = v * 0.5
            yield v

    return sum(itertools.takewhile(lambda v: v > 0.01, inf())) + sum(v for v in itertools.islice(inf(), 4))


@case(0.4)
def lastof(x):
    *_, last = steps(x, 5)
    return last


@case(0.4)
def firstof(x):
    a, *r = steps(x, 5)
    return a + sum(r) * 2


@case(0.4)
def nextonly(x):
    return next(steps(x, 5))


@case(0.4)
def nextdef(x):
    return next((v for v in steps(x, 5) if v < 0.35), 0.0)


@case(0.4)
def next_loop(x):
    it = steps(x, 9)
    t = next(it)
    for _ in range(4):
        t += next(it) ** 2
    return t


@case(0.4)
def next_for(x):
    it = steps(x, 9)
    first = next(it)
    t = 0.0
    for v in it:
        t += v * first
    return t


@case([0.3, 0.2], np.arange(4) * 0.5)
def params_iter(p, t):
    def preds():
        for ti in t:
            yield p[0] * np.exp(-p[1] * ti)

    return np.sum(np.array(list(preds())) ** 2)


def rk4(f, y, t, h):
    while True:
        yield t, y
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t = t + h


@case(np.array([1.0, 0.0]), 0.7)
def ode(y0, w):
    E = 0.0
    for t, y in rk4(lambda t, y: np.array([y[1], -w * y[0]]), y0, 0.0, 0.1):
        if t > 1.0:
            break
        E += np.sum(y * y)
    return E


@case(np.array([1.0, 0.5]))
def inplace_yield(w):
    def layers():
        for i in range(3):
            yield np.array([[w[0], i * 1.0], [w[1], 2.0]])

    h = np.array([1.0, 2.0])
    for W in layers():
        h = np.tanh(W @ h)
    return np.sum(h)


@refused.append
def named_twice(x):
    it = steps(x, 4)
    t = 0.0
    for v in it:
        t += v * v
    for v in it:
        t += v * v * 100
    return t


@refused.append
def arg_twice(x):
    return twice(steps(x, 4))


@refused.append
def named_written2(a):
    b = a.copy()
    it = couples(b)
    b[0] = b[1] * 3
    return sum(p * q for p, q in it)


@refused.append
def outside_loop(x):
    it = steps(x, 10)
    t = 0.0
    for n in range(4):
        for v in it:
            t += v * n
    return t


@refused.append
def tree(x):
    t = Tree(x, [Tree(x * x, []), Tree(2 * x, [])])
    return sum(v * v for v in t.walk())


@refused.append
def joined_gen(x):
    g = steps(x, 3) if x > 0 else steps(2 * x, 3)
    return sum(g)


def infinite(x):
    def halves():
        v = x
        while True:
            v = 0.5 * v
            yield v

    return sum(halves())


@case(0.4)
def kept_in_a_list(x):
    held = [steps(x, 3)]
    return sum(held[0])


def returned(x):
    return steps(x, 3)


def sent_to(x):
    def g():
        y = yield x
        yield y

    return sum(g())


@pytest.mark.parametrize("each", case, ids=str)
def test_cases(each):
    each.check()


@pytest.mark.parametrize("f", [*refused, infinite, returned, sent_to], ids=lambda f: f.__name__)
def test_what_would_not_be_the_same_is_refused(f):
    from s2sad import NotDifferentiableError, value_and_gradients_function

    with pytest.raises(NotDifferentiableError):
        value_and_gradients_function(f)(np.array([0.3, 0.4, 0.9]) if f.__name__ == "named_written2" else 0.4)


def test_a_generator_itself_is_refused():
    from s2sad import NotDifferentiableError, value_and_gradients_function

    with pytest.raises(NotDifferentiableError, match="makes `steps` a generator"):
        value_and_gradients_function(steps)(0.4, 3)


def test_the_order_of_what_is_printed():
    from s2sad import value_and_gradients_function

    def f(x):
        total = 0.0
        for v in logged(x, 3):
            print("got", v)
            if v < 0.5:
                break
            total += v
        return total

    assert printed_by(f, 0.9)[1] == printed_by(value_and_gradients_function(f), 0.9)[1]


def test_the_text_of_a_loop():
    from s2sad import value_and_gradients_function

    text = value_and_gradients_function(used_for).source(0.4)
    forward = text[text.index("    x_saved") : text.index("    x_grad")]
    assert (
        forward.split()
        == """
    x_saved = []
    t = 0.0
    for i in range(10):
        x_saved.append(x)
        x = x - 0.1 * x * x
        t += x * x
    """.split()
    )
