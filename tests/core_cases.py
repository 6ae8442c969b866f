"""Functions with all constructs that the core form does without, alone and in pairs, each with arguments to call it with.

They print what they do, so that the order of evaluation shows.
"""

import math
from contextlib import contextmanager

CASES = {}


def case(*arguments):
    def register(function):
        CASES[function.__name__] = (function, arguments)
        return function

    return register


numbers = case((0,), (1,), (-1,), (5,), (2.5,), (math.nan,))
lists = case(([],), ([1],), ([1, 2, 3],), ([3, -1, 2],), ([0, 0, 5, -2],), ([-1, -2],))


def say(what):
    print(what)
    return what


@contextmanager
def noisy(name):
    print("enter", name)
    try:
        yield name
    finally:
        print("exit", name)


# Early returns


@numbers
def two_returns(x):
    if x > 0:
        return x * 2
    return -x


@numbers
def chain_of_returns(x):
    "A docstring."
    if x > 2:
        return "large"
    if x > 0:
        y = x + 1
        if y > 1.5:
            return y
        y = y * 2
    elif x < 0:
        return "negative"
    else:
        y = 7
    print("rest", y)
    return y


@numbers
def falls_off_the_end(x):
    if x > 0:
        return x
    print("nothing")


@numbers
def bare_returns(x):
    if x > 2:
        print("large")
        return
    print("small")
    if x > 0:
        return
    print("not positive")


@numbers
def returns_everywhere(x):
    if x > 0:
        if x > 2:
            return 1
        else:
            return 2
    else:
        if x == 0:
            return 3
        raise ValueError(x)
    print("never")


@numbers
def code_after_return(x):
    return x + 1
    print("never")
    return 3


@numbers
def partly_returning_branches(x):
    if x > 2:
        y = 1
    elif x > 0:
        if x == 1:
            return "one"
        y = 2
    else:
        y = 3
    for i in range(y):
        if i == x + 1:
            return i
    return y


# Loops


@lists
def first_negative(xs):
    for i, x in enumerate(xs):
        if x < 0:
            return i
        print("not", x)
    return None


@lists
def sum_until(xs):
    s = 0
    for x in xs:
        if x < 0:
            continue
        if x == 2:
            break
        s += x
    return s


@lists
def search_with_else(xs):
    for x in xs:
        if x < 0:
            found = x
            break
        print(x)
    else:
        return "none"
    return found


@lists
def else_without_break(xs):
    for x in xs:
        print(x)
    else:
        print("done")
    return xs


@lists
def else_and_return(xs):
    for x in xs:
        if x == 2:
            return "two"
        if x < 0:
            break
    else:
        print("no break")
        xs = xs + [9]
    return xs


@numbers
def while_else(x):
    n = 0
    while n < x:
        n += 1
        if n == 4:
            break
        if n == 2:
            continue
        print(n)
    else:
        n = -n
    return n


@numbers
def while_true(x):
    n = 0
    while True:
        n += 1
        if n > x:
            return n
        if n == 3:
            break
    return -n


@numbers
def while_true_return_only(x):
    while True:
        x = x - 1
        if not x > 0:
            return x


@lists
def nested_loops(xs):
    for x in xs:
        for y in xs:
            if x + y == 1:
                return x, y
            if y > x:
                break
            if x == y:
                continue
            print(x, y)
        else:
            print("row", x)
            continue
        print("broke", x)
    return "none"


@lists
def nested_while_true(xs):
    for x in xs:
        while True:
            x = x - 1
            if x < 0:
                return x
            if x == 1:
                break
    return "end"


@lists
def flags_of_all_kinds(xs):
    out = []
    for x in xs:
        if x > 0:
            if x == 1:
                continue
            if x == 2:
                break
            out.append(x)
        elif x < 0:
            if x == -2:
                return "minus two"
            out.append(-x)
        out.append("after")
    else:
        out.append("else")
    return out


@lists
def continue_at_the_end(xs):
    for x in xs:
        print(x)
        if x > 1:
            continue
    while xs:
        xs = xs[1:]
        if xs:
            print(len(xs))
            continue
        else:
            continue
        print("never")
    return xs


@lists
def break_in_nested_if(xs):
    for x in xs:
        if x >= 0:
            if x > 1:
                print("big")
                break
        else:
            print("neg")
        print("tail", x)
    return "out"


@lists
def loop_over_nothing_but_jumps(xs):
    for x in xs:
        if x:
            pass
        else:
            continue
        break
    else:
        pass
    return xs
