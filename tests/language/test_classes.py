"""Classes of the user's: their operators, tests and built-in functions, how instances are made, what attributes are."""

import functools
import logging
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()


class Vector:
    """All that Python asks a class for."""

    def __init__(self, a, b):
        self.a, self.b, self.asked = a, b, 0

    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(self.a + other.a, self.b + other.b)

    def __radd__(self, other):
        return Vector(other + self.a, 2.0 * self.b)

    def __iadd__(self, other):
        self.a += 2.0 * other.a
        self.b *= other.b
        return self

    def __rsub__(self, other):
        return Vector(other - self.a, -self.b)

    def __mul__(self, factor):
        return Vector(self.a * factor, self.b * factor)

    def __matmul__(self, other):
        return self.a * other.a + self.b * other.b

    def __neg__(self):
        return Vector(-self.a, -self.b)

    def __pos__(self):
        return self

    def __abs__(self):
        return (self.a**2 + self.b**2) ** 0.5

    def __float__(self):
        return self.a * 3.0

    def __call__(self, t):
        return self.a + self.b * t

    def __len__(self):
        return 2

    def __iter__(self):
        return iter((self.a, self.b))

    def __getitem__(self, k):
        return self.a if k == 0 else self.b

    def __setitem__(self, k, value):
        if k == 0:
            self.a = 2.0 * value
        else:
            self.b = value

    def __contains__(self, number):
        return self.a < number < self.b

    def __bool__(self):
        return self.a > 1.0

    def __lt__(self, other):
        self.asked += 1
        self.b = self.b * 1.5
        return self.a < other.a

    def __eq__(self, other):
        return self.a == other.a


class Larger(Vector):
    def __radd__(self, other):
        return Vector(self.a * 7.0, other.b)


class Pair(NamedTuple):
    a: float
    b: float

    def __add__(self, other):
        return Pair(self.a * other.a, self.b + other.b)

    def __len__(self):
        return 7

    def __getitem__(self, k):
        return 5.0

    def __bool__(self):
        return False


@dataclass
class Beam:
    length: float
    width: float = 2.0
    loads: list = field(default_factory=list)
    area: float = field(init=False)
    scale: float = field(init=False, default=3.0)

    def __post_init__(self):
        self.area = self.length * self.width
        self.loads.append(self.area)

    @functools.cached_property
    def stiffness(self):
        return self.area**2


@dataclass(frozen=True)
class Positive:
    value: float

    def __post_init__(self):
        if self.value < 0.0:
            raise ValueError("negative")
        object.__setattr__(self, "value", self.value * 2.0)


@dataclass(order=True)
class Ordered:
    x: float
    y: float


@case(0.4, 1.3)
def operators(x, y):
    v, w = Vector(x, y), Vector(y, 2.0)
    total = sum([v, w], Vector(0.0, x))
    return (-v) @ (+w) + abs(v + w) + (1.0 - v).a + (x + w).b + (total * y).a + float(v) + v(y)


@case(0.4, 1.3)
def in_place(x, y):
    v = Vector(x, y)
    other = v
    v += Vector(y * y, x)
    return other.a * v.b


@case(0.4, 1.3)
def in_place_without_a_method_of_its_own(x, y):
    v = Vector(x, y)
    other = v
    v *= 3.0
    holder = {"v": v}
    holder["v"] += other
    return other.a * v.b


@case(0.4, 1.3)
def the_right_class_first(x, y):
    return (Vector(x, y) + Larger(y, x)).a * (1.0 + Vector(x, y)).b


@case(0.4, 1.3)
def items(x, y):
    v = Vector(x, y)
    v[0] += y
    v[1] = v[0] * v[1]
    a, b = v
    total = 0.0
    for each in v:
        total += each * each
    return a * b + total * len(v) + sum([*v]) + v[1] + max(v) * sum(v) + sorted(v)[0]


@case(0.4, 1.3)
def conditions(x, y):
    v, w = Vector(x, y), Vector(y, 2.0)
    total = x * y
    if v < w:
        total *= v.b
    if v < w and not v and (not w or v < w):
        total *= v.b
    if v == w or v != w:
        total += y
    if 0.5 in v:
        total *= 3.0
    while v < Vector(0.31 + total, y):
        total *= 0.5
    return total * min(w, v).a * v.asked


@case(0.4, 1.3)
def namedtuple_with_methods_of_its_own(x, y):
    pair = Pair(x, y) + Pair(y, y)
    return (pair.a if pair else pair.b) * len(pair) + pair[0] * x


@case(0.4, 1.3)
def made_after_its_fields(x, y):
    beam = Beam(x)
    other = replace(beam, width=y)
    beam.loads.append(y)
    first = beam.stiffness
    beam.area = beam.area * y
    return first + beam.stiffness * other.area + sum(other.loads) + Positive(x).value * beam.scale


@case(0.4, 1.3)
def compared_by_the_dataclass(x, y):
    p, q = Ordered(x, y), Ordered(y, x)
    total = x * y
    if p < q:
        total *= 3.0
    if p == Ordered(x, y):
        total *= 5.0
    return total * max(p, q).x


log = logging.getLogger("s2sad.tests")


@case(0.4, 1.3)
def logged(x, y):
    total = 0.0
    for k in range(3):
        total += x * y**k
        log.debug("step %d: %s", k, total)
        log.info(f"{total:.3f}")
    return total


@case(array(2), 0.7)
def array_beside_a_class_that_wants_it(x, y):
    class_first = Wanted(y)
    return np.sum((x * class_first).a)


class Wanted:
    __array_ufunc__ = None

    def __init__(self, a):
        self.a = a

    def __rmul__(self, other):
        return Wanted(self.a * np.sum(other))


class NamedInMessages:
    def __init__(self, scale):
        self.scale, self.name = scale, self.__class__.__name__

    def __call__(self, x):
        if x < 0.0:
            raise ValueError(f"{self.__class__.__name__} is for positive numbers, not {x}")
        return self.scale * x * x if self.name == "NamedInMessages" else x


@case(0.7)
def class_by_its_name(x):
    part = NamedInMessages(x)
    return part(x) * (2.0 if part.__class__ is NamedInMessages else 1.0)


class Solver:
    tolerance = 1e-12

    def __init__(self, f):
        self.f = f

    def solve(self, x):
        for _ in range(50):
            new = self.step(x)
            if abs(new - x) < self.tolerance:
                return new
            x = new
        return x


class Newton(Solver):
    def __init__(self, f, slope):
        super().__init__(f)
        self.slope = slope

    def step(self, x):
        return x - self.f(x) / self.slope(x)


@case(2.5)
def constant_of_the_class_of_what_holds_functions(a):
    return Newton(lambda x: x**3 - a, lambda x: 3.0 * x**2).solve(1.0)


class Polynomial:
    def __init__(self, *coefficients):
        self.coefficients = list(coefficients)

    def __call__(self, x):
        value = 0.0
        for c in reversed(self.coefficients):
            value = value * x + c
        return value

    def slope(self):
        return Polynomial(*[k * c for k, c in enumerate(self.coefficients)][1:])


@case(array(3), 0.7)
def any_number_of_arguments_of_a_class(c, x):
    p = Polynomial(*c)
    return p(x) * p.slope()(x) + Polynomial(x, *c)(c[0])


@pytest.mark.parametrize("each", case, ids=str)
def test_classes(each):
    each.check()


def bent(x, y):
    v = Vector(x, y)
    v += Vector(x * y, x * x)
    return v.a * v.b


def test_second_derivatives_of_programs_with_objects():
    from s2sad import hessian

    x = 0.7
    expected = 6.0 * x * (1.0 + 2.0 * 1.3)  # of x**3 + 2 * y * x**3
    assert hessian(lambda x: bent(x, 1.3) / 1.3)(x) == pytest.approx(expected)


class _Bond:
    __face = 100.0

    def __init__(self, rate, years):
        self.__rate, self.__paid = rate, []
        self.years = years

    @property
    def rate(self):
        return self.__rate

    def __discount(self, year):
        __growth = 1.0 + self.__rate
        self.__paid.append(__growth**-year)
        return self.__paid[-1]

    def price(self):
        return self.__face * self.__discount(self.years) + sum(self.__discount(k) for k in range(self.years))


def private_names(x):
    bond = _Bond(x, 3)
    return bond.price() * bond.rate


def private_names_of_an_argument(bond, x):
    return bond.price() * x


def test_private_names():
    from s2sad import grad

    step = 1e-30
    expected = private_names(0.1 + 1j * step).imag / step
    assert grad(private_names)(0.1) == pytest.approx(expected, rel=1e-12)
    assert grad(private_names_of_an_argument, "x")(_Bond(0.1, 3), 2.0) == _Bond(0.1, 3).price()


class Bare:
    rate = 2.0

    def grown(self, x):
        return self.rate * x * self.bent(x)


class BareToo(Bare):
    def bent(self, x):
        self.seen = x * x
        return np.sin(self.seen)


def without_init(x):
    bare = BareToo()
    return bare.grown(x) + bare.seen


def test_classes_without_init():
    from s2sad import grad

    assert grad(without_init)(0.3) == pytest.approx(without_init(0.3 + 1e-30j).imag / 1e-30, rel=1e-12)


class Halving:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, owner, cls):
        return getattr(owner, self.name) / 2.0

    def __set__(self, owner, value):
        setattr(owner, self.name, value)


class Described:
    a = Halving()

    def __init__(self, a):
        self.a = a


class Setting:
    def __init__(self, a):
        self.a = a

    def __setattr__(self, name, value):
        object.__setattr__(self, name, 2.0 * value)


class Making:
    def __new__(cls, a):
        return super().__new__(cls)

    def __init__(self, a):
        self.a = a


class Remembering:
    def __init__(self, a):
        self.a = a

    @functools.lru_cache
    def square(self):
        return self.a**2


def described(x):
    return Described(x).a


def setting(x):
    return Setting(x).a


def making(x):
    return Making(x).a


def remembering(x):
    return Remembering(x).square()


class Settings(NamedTuple):
    rate: float
    weights: object

    @property
    def double(self):
        return self.rate * 2.0


SETTINGS = Settings(0.5, np.array([1.0, 2.0]))


@case(1.5)
def fields_of_a_tuple_outside(x):
    settings = SETTINGS._replace(rate=3.0)
    return x * SETTINGS.rate * np.sum(SETTINGS.weights) * SETTINGS.double + x * settings.rate


def test_a_tuple_outside_that_is_another_one_later():
    from s2sad import value_and_gradients_function

    held = Settings(2.0, None)

    def f(x):
        return x * held.rate

    val_grads = value_and_gradients_function(f)
    assert val_grads(1.5) == (3.0, (2.0,))
    held = Settings(4.0, None)
    assert val_grads(1.5) == (6.0, (4.0,))
    held = Settings(np.array([1.0, 3.0]), None)
    assert val_grads(1.5)[1] == (4.0,)


class Trace:
    def __init__(self, rows):
        self.rows = rows

    @property
    def last(self):
        return self.rows[-1] * 2.0


@case(1.5)
def property_in_what_stays_whole(x):
    trace = Trace([2.0])
    if 1.0 < 1.5 + trace.last * trace.last < trace.last:
        x = x * x
    return x * sum([trace.last * k for k in range(3) if 1.0 < trace.last < 10.0])


class Run:
    """What it asks of itself changes while it goes on."""

    def __init__(self, rows):
        self.rows = rows

    @property
    def last(self):
        return self.rows[-1]

    @property
    def over(self):
        return len(self.rows) > 2 and self.last > 1.0


@case(1.2)
def property_in_a_test(x):
    run, c = Run([0.0]), x
    for _ in range(3):
        if run.last > 0.3:
            c = c * x
        run.rows.append(x)
    return c


@case(1.2)
def property_in_a_test_that_has_a_name(x):
    run, c = Run([0.0]), x
    for _ in range(4):
        over = not run.over
        c = c * x if over else c + x * x
        run.rows.append(c)
    return c


@case(1.2)
def property_that_ends_a_loop(x):
    run = Run([0])
    while True:
        total = sum(run.rows)
        if run.last > 0.3:
            break
        run.rows.append(x)
    return total


def objects_as_items(x):
    return (np.ones(2) * Vector(x, x))[0].a


REFUSED = {
    described: "the class `Described` has its own way of setting `a`",
    setting: "the class `Setting` has its own way of setting `a`",
    making: "the class `Making` has its own way of making instances",
    remembering: "its own way of getting `square`",
    objects_as_items: "an operator without a derivative",
}


@pytest.mark.parametrize("f", REFUSED, ids=lambda f: f.__name__)
def test_what_python_does_in_another_way_is_refused(f):
    from s2sad import value_and_gradients_function

    with pytest.raises(NotImplementedError, match=REFUSED[f]):
        value_and_gradients_function(f)(2.0)


def test_parts_that_a_loop_carries_are_called_by_their_object():
    class Cart:
        def __init__(self, mass):
            self.mass, self.x, self.v = mass, 0.0, 0.0

        def push(self, force):
            self.v += force / self.mass
            self.x += 0.1 * self.v * self.v

    def drive(forces, mass):
        cart = Cart(mass)
        for f in forces:
            cart.push(f)
        return cart.x

    from s2sad import value_and_gradients_function

    text = value_and_gradients_function(drive).source(np.array([1.0, 2.0]), 3.0)
    assert "cart_x" in text and "cart_v" in text and "part_" not in text
