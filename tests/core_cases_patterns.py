"""More functions for the tests of the core form: patterns, `:=`, assignments, and all of it together."""

import math
from collections import deque
from contextlib import nullcontext, suppress
from dataclasses import dataclass

from tests.core_cases import case, lists, noisy, numbers, say


@dataclass
class Point:
    x: float
    y: float


class Named:
    def __init__(self, **values):
        self.__dict__.update(values)


# match


@case((0,), (1,), (2,), ("a",), (-1.5,), (None,), (True,), (3.5,), ([],), ((0, 1),), ({},), (b"x",), (2 + 3j,))
def match_values(x):
    match x:
        case 0 | 2:
            return "even"
        case "a" | b"x":
            return "text"
        case -1.5:
            return "minus"
        case None:
            return "none"
        case True:
            return "true"
        case math.pi | 2 + 3j:
            return "special"
        case float(v) | int(v) if v > 3:
            return v
    return "other"


pairs = case(
    ([1, 2],),
    ((0, 5),),
    ((5, 0),),
    ((1,),),
    ([],),
    ([1, 2, 3, 4],),
    ("ab",),
    (range(2),),
    (deque([1, 2, 3]),),
    (3,),
    ([[1, 2], 3],),
)


@pairs
def match_sequences(x):
    match x:
        case []:
            return "empty"
        case [a]:
            return a
        case (0, y) | (y, 0):
            return "axis", y
        case [[a, b], c]:
            return a, b, c
        case [a, b] if a > b:
            return "down", a, b
        case [a, b]:
            return a, b
        case [a, *rest, b]:
            return a, rest, b
        case other:
            return "other", other


@pairs
def match_stars(x):
    match x:
        case [1, *_, 4]:
            return "one to four"
        case [1, 2 | 3, *rest]:
            return "rest", rest
        case [*most, 0]:
            return "most", most
        case [*everything]:
            return everything
    return "no"


@case(({},), ({"a": 1},), ({"a": 0, "b": 2},), ({"kind": "c", "r": 2, "more": 3},), ([],), ({"kind": "d", "r": None},))
def match_mappings(x):
    match x:
        case {"kind": "c", "r": r, **rest}:
            return r, rest
        case {"a": 0, "b": b}:
            return b
        case {"a": a, **rest} if a:
            rest["z"] = 1
            return a, rest
        case {"kind": kind, "r": None}:
            return kind
        case {}:
            return "mapping"
    return "no"


@case((Point(0, 1),), (Point(2, 3),), (Point(4, -4),), (Named(x=1),), (Named(y=2, x=3),), (2.5,), (3,), ("s",), ([1],))
def match_classes(x):
    match x:
        case Point(0, y):
            return "on axis", y
        case Point(x=a, y=b) if a + b == 0:
            return "diagonal", a
        case Point(a, b) as point:
            return point, a, b
        case Named(x=3, y=y):
            return "named", y
        case object(x=x):
            return "has x", x
        case float() | int():
            return "number"
        case str(text):
            return text
        case list([first]):
            return first


@case((0, 0), (0, 2), (2, 0), (1, 1), (3, [1, 2]))
def match_tuple(x, y):
    match x, (say("second"), y):
        case 0, (_, 0):
            return "origin"
        case x, (_, 0):
            return "x", x
        case (0, z) | (z, (_, [_, _])):
            return z
        case (a, (b, c)) as all_of_it if a == c:
            return all_of_it
        case _:
            pass
    return x + y


@lists
def match_in_loop(xs):
    out = []
    for x in xs:
        match say(x):
            case 0:
                continue
            case y if y < 0:
                break
            case 2 as y:
                return out, y
            case y:
                out.append(y)
        out.append("after")
    else:
        out.append("else")
    return out


@pairs
def match_binds_before_guard(x):
    a = b = None
    match x:
        case [a, b] if say(a == b):
            return "equal"
        case [a, *b] if (n := len(b)) > 2:
            return "long", n
        case a if say(b is None):
            pass
    return a, b


@lists
def match_subject_rebound(x):
    match x:
        case [x, y] if x > y:
            return x
        case [_, *x]:
            return "tail", x
    return x


# :=


@lists
def walrus_in_tests(xs):
    if (n := len(xs)) > 3:
        return "long", n
    elif n and (first := xs[0]) > 0 and first < 3:
        print("first", first)
    while xs and (last := xs[-1]) >= 0:
        print("last", last)
        xs = xs[:-1]
        if last == 3:
            break
    else:
        print("else", n)
    return xs


@numbers
def walrus_order(x):
    y = x
    a = say(y) + (y := say(x * 2)) - y
    b = [say("p"), (y := say("q")), y, *(z := [1, 2]), z]
    c = dict(k=say(1), **{"l": (y := 3)}, m=y)
    d = {say("k"): (k := say("v")), k: say("w")}
    e = max(y, (y := 7), key=lambda v: -v)
    f = f"{y!r} {(y := 'text'):>{len(y)}} {y}"
    return a, b, c, d, e, f, y


@numbers
def walrus_short_circuit(x):
    a = x > 0 and (y := say(x)) > 1 or (y := say(-1))
    b = (y := say("yes")) if x > 1 else (z := say("no"))
    c = 0 < (y := say(x)) < (z := say(3)) < say(10)
    d = not (x > 3 or (y := say("or")) == "or")
    e = x > 2 and say("plain") and (z := say("last"))
    return a, b, c, d, e, y


@numbers
def walrus_in_stores(x):
    z = [0, 1, 2, 3]
    z[(i := 1)] = say(x)
    z[i] += (i := 2)
    z[(j := i)], k = i + 1, i
    i += (i := 3) + i
    z[say(0)] = w = z[(i := 3)]
    for z[(m := 0)] in (5, 6):
        print(z, m)
    assert (t := say(x)) != 1, f"{(u := t)} {u}"
    del z[(i := 0)], z[i]
    return z, i, j, k, w, t


@lists
def walrus_in_comprehensions(xs):
    squares = [y for x in xs if (y := x * x) > 1]
    running, total = [], 0
    running = [total := total + x for x in xs]
    table = {say(x): (last := x) for x in xs}
    pairs = [[(s := x + y) for x in xs] for y in range(2)] if xs else ()
    unique = {say(x) for x in xs if (y := x) > 0}
    found = any((hit := x) < 0 for x in xs)
    late = [(lambda: (x, (lambda: q)())) for x in xs if [q := x]]
    return squares, running, total, table, pairs, unique, found and hit, [f() for f in late]


@lists
def walrus_with_jumps(xs):
    for i in range(5):
        if i < len(xs) and (x := xs[i]) >= 0:
            if (y := x * 2) == 4:
                continue
            print(y)
        elif i and (z := i) == 3:
            break
        else:
            with noisy(i) if (on := i < 2) else nullcontext():
                if on:
                    continue
                return i
    else:
        return "else"
    return z


@numbers
def walrus_and_raise(x):
    try:
        if x < 0:
            raise (error := ValueError(say("negative"))) from (cause := KeyError(say("cause")))
        return say("arg") * (n := int(x))
    except ValueError as problem:
        return str(problem), cause is problem.__cause__


# Assignments


@numbers
def chained(x):
    a = b = c = say(x)
    z = [0, 0, 0]
    z[0] = i = z[1] = say(2)
    i = z[i] = 5 * x
    (p, q) = r = [1, 2]
    s = (t, s) = u = (1, 2)
    m = m2 = 1.5
    k = l = []
    k.append(1)
    return a, b, c, z, i, p, q, r, s, t, u, m, m2, l


@numbers
def annotated(x: float) -> float:
    y: float = x + 1
    z: int  # noqa: F842
    w: list = [0]
    w[0]: float = say(y)
    w[say(0)]: int
    if x:
        v: int  # noqa: F842
    (q): float = 3
    return y, w, q


@lists
def kept_as_it_is(xs):
    global nobody
    import math as maths

    def inner(a):
        if a:
            return 1
        for i in a:
            continue
        return 2

    total, *others = [0, *xs]
    for i, (a, b) in enumerate(zip(xs, xs)):
        total += maths.floor(a) if a > 1 else -b
    del others
    assert total is not None
    value = [inner(x) for x in xs] + sorted((x for x in xs), key=lambda x: -x)
    return value, total


@case((1, 2), (3, -1), (0, 0))
def names_that_are_taken(value, returned):
    for broke in range(3):
        if broke == value:
            return broke
        if returned < 0:
            break
    else:
        return "else"
    matched = len = isinstance = 3
    match (value, [value]):
        case (a, [3 as b]) if a == b:
            return a
    match value:
        case int() | [_]:
            pass
    return matched, len, isinstance


@numbers
def generator(x):
    def numbers():
        for i in range(3):
            if i == x:
                return
            yield i

    for n in numbers():
        if n > 1:
            return n
    return list(numbers())


@numbers
def closures(x):
    count = 0

    def bump():
        nonlocal count
        count += 1
        return count

    y = count + (n := bump()) + count
    for i in range(3):
        if bump() > x:
            return y, n, count, i
    return y, n, count


@lists
def everything(xs):
    out = []
    while xs and (x := xs.pop()) is not None:
        try:
            with suppress(KeyError):
                match x:
                    case 0:
                        raise KeyError
                    case 1 | 3 if out:
                        continue
                    case n if n < -1:
                        return out, n
                    case 5:
                        break
                    case _:
                        for i in range(x):
                            if i == 1:
                                break
                        else:
                            out.append("few")
                            continue
                out.append(x)
            out.append("after")
        finally:
            print("finally", x)
    else:
        out.append("else")
    return out
