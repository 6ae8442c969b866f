"""Objects and dicts that are items of a list, and are changed there: such a list is followed item by item."""

from dataclasses import dataclass

import numpy as np
import pytest

from .checker import Cases

case = Cases()
V = np.array([0.3, -0.7, 1.1, 0.9])


class Body:
    def __init__(self, position, velocity, mass=1.0):
        self.position, self.velocity, self.mass = position, velocity, mass

    def attract(self, other, dt):
        d = other.position - self.position
        self.velocity = self.velocity + dt * other.mass * d / (np.dot(d, d) + 0.01) ** 1.5

    def drift(self, dt):
        self.position = self.position + dt * self.velocity


@dataclass
class P:
    x: float
    v: float = 0.0


class World:
    def __init__(self, *particles):
        self.particles = list(particles)
        self.time = 0.0

    def step(self, dt):
        for p in self.particles:
            p.v += dt * p.x
        for p in self.particles:
            p.x += p.v * dt
        self.time += dt


@case(V[:2], V[2:], 0.7)
def bodies_that_attract_each_other(p, v, m):
    bodies = [Body(p, v), Body(-p, -v, mass=m), Body(p * 2, v * 0.0)]
    for _ in range(2):
        for a in bodies:
            for b in bodies:
                if a is not b:
                    a.attract(b, 0.1)
        for a in bodies:
            a.drift(0.1)
    return sum(np.sum(b.position**2) * b.mass for b in bodies)


@case(V[:2], V[2:], 0.7)
def each_pair_once(p, v, m):
    bodies = [Body(q, v, mass=m) for q in (p, -p, p + 1)]
    for i, a in enumerate(bodies):
        for b in bodies[i + 1 :]:
            a.attract(b, 0.1)
            b.attract(a, 0.1)
    for a in bodies:
        a.drift(0.1)
    return sum(np.sum(b.position**2) * b.mass for b in bodies)


@case(1.2, 0.4)
def written_by_its_own_name(x, y):
    a = P(x)
    ps = [a, P(y)]
    a.x *= 2
    ps[0].v += y
    return ps[0].x * a.v + ps[1].x


@case(1.2, 0.4)
def one_object_twice(x, y):
    a = P(x)
    ps = [a, a, P(y)]
    for p in ps:
        p.x *= 2
    return sum(p.x for p in ps) * a.x


@case(1.2, 0.4)
def appended_and_replaced(x, y):
    ps = [P(x)]
    ps.append(P(y))
    first = ps[0]
    ps[0] = P(x * y)
    first.x *= 3
    for p in ps:
        p.x += first.x
    return ps[0].x * ps[1].x


@case(1.2, 0.4)
def dicts_of_different_things(x, y):
    ps = [{"x": x, "name": "a", "list": [y]}, {"x": y, "name": "b", "list": [x]}]
    for p in ps:
        p["x"] *= 2
        p["list"].append(p["x"])
    return sum(p["x"] for p in ps) * ps[1]["list"][-1]


@case(1.2, 0.4)
def list_that_an_object_holds(x, y):
    w = World(P(x), P(y))
    for _ in range(3):
        w.step(0.1)
    return w.particles[0].x * w.particles[1].v + w.time * x


@case(1.2, 0.4)
def neighbours(x, y):
    ps = [P(x), P(y), P(x * y)]
    for p, q in zip(ps, ps[1:]):
        p.v += q.x
        q.v -= p.x
    return ps[0].v + 2 * ps[1].v + ps[2].v


@case(V)
def made_by_a_comprehension(v):
    ps = [P(v[i], v[i + 1]) for i in range(3)]
    for _ in range(4):
        for p in ps:
            p.v -= 0.1 * p.x
            p.x += 0.1 * p.v
    return sum(p.x**2 + p.v**2 for p in ps)


@case(V)
def bodies_in_pairs(v):
    n = 3
    bodies = [Body(v[k], 0.1 * k * v[3], mass=v[k] ** 2) for k in range(n)]
    for _ in range(3):
        for k, one in enumerate(bodies):
            for other in bodies[k + 1 :]:
                one.attract(other, 0.1)
                other.attract(one, 0.1)
        for one in bodies:
            one.drift(0.1)
    return sum(each.position * each.velocity for each in bodies)


@case(V)
def made_in_each_iteration(v):
    s = 0.0
    for k in range(3):
        ps = [P(v[j] * v[k]) for j in range(2, -1, -1)]
        for p in ps:
            p.v += p.x * s
        s += ps[0].v + ps[2].x
    return s


@case(V)
def changed_through_a_second_comprehension(v):
    ps = [P(v[k]) for k in range(2)]
    qs = [p for p in ps]
    for q in qs:
        q.v += q.x**2
    return ps[0].v + ps[1].v * v[0]


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()
