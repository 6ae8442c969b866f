"""Branches that ask whether a list, a dict, an array of one element is empty or zero: the reverse sweep asks what it was
then, not what it has become."""

from collections import deque

import numpy as np
import pytest

from .checker import Cases

case = Cases()


@case(0.3, 3)
def grows_from_nothing(x, n):
    S = []
    for k in range(n):
        if S:
            x = x * 2.0
        S.append(1)
    return x


@case(0.3, 3)
def only_at_first(x, n):
    S = []
    for k in range(n):
        if not S:
            x = x * 2.0
        S.append(x)
    return x


@case(0.3, 3)
def a_dict_that_fills(x, n):
    S = {}
    for k in range(n):
        if S:
            x = x * 2.0
        S[k] = x
    return x


@case(0.3, 3)
def in_a_choice(x, n):
    S = []
    for k in range(n):
        x = x * x if S else x
        S.append(x)
    return x


@case(0.3, 3)
def with_and(x, n):
    S = []
    for k in range(n):
        if S and x > 0:
            x = x * 2.0
        S.append(x)
    return x


@case(0.3, 3)
def kept_as_a_variable(x, n):
    S = []
    for k in range(n):
        empty = not S
        if empty:
            x = x * 2.0
        S.append(x)
    return x


@case(0.3, 3)
def until_it_is_empty(x, n):
    S = [x] * n
    while S:
        x = x * S.pop()
    return x


@case(0.3, 3)
def while_it_is_empty(x, n):
    S = []
    while not S:
        x = x * x
        S.append(x)
    return x


@case(0.3, 3)
def asked_by_bool_and_length(x, n):
    S = []
    for k in range(n):
        if bool(S):
            x = x * 2.0
        if len(S) > 1:
            x = x * 1.5
        S.append(x)
    return x


@case(0.3, 3)
def a_set(x, n):
    S = set()
    for k in range(n):
        if S:
            x = x * 2.0
        S.add(k)
    return x


@case(0.3, 3)
def it_shrinks(x, n):
    S = [1, 2]
    for k in range(n):
        if S:
            x = x * 2.0
            S.pop()
    return x


@case(0.3, 3)
def an_array_of_one(x, n):
    m = np.zeros(1)
    for k in range(n):
        if m:
            x = x * 2.0
        m[0] = 1.0
    return x


@case(0.3, 3)
def a_row_of_an_array(x, n):
    m = np.zeros((1, 1))
    for k in range(n):
        r = m[0]
        if r:
            x = x * 2.0
        if m > 0:
            x = x * 2.0
        m[0] = 1.0
    return x


@case(0.3, 3)
def a_deque(x, n):
    S = deque()
    for k in range(n):
        if S:
            x = x * 2.0
        S.append(1)
    return x


class Bag:
    def __init__(self):
        self.items = []

    def __len__(self):
        return len(self.items)


@case(0.3, 3)
def a_class_with_a_length(x, n):
    S = Bag()
    for k in range(n):
        if S:
            x = x * 2.0
        S.items.append(1)
    return x


class St:
    def __init__(self):
        self.items = []


@case(0.3, 3)
def an_attribute(x, n):
    S = St()
    for k in range(n):
        if S.items:
            x = x * 2.0
        S.items.append(x)
    return x


@case(0.3, 3)
def an_item_of_a_list(x, n):
    d = [[], []]
    for k in range(n):
        if d[1]:
            x = x * 2.0
        d[1].append(1)
    return x


@case(0.3, 3)
def with_or(x, n):
    before, after = [], [1.0]
    for _ in range(n):
        if before or not after:
            x = x * 2.0
        before.append(after.pop() if after else x)
    return x


@case(np.array([0.3, 0.7, 0.2]))
def a_stack_of_work(x):
    todo, s = [0], 0.0
    while todo:
        k = todo.pop()
        s += x[k] * x[k] * (2.0 if todo else 1.0)
        if k < 2:
            todo.append(k + 1)
            if k == 0:
                todo.append(2)
    return s


@case(np.array([0.3, 0.7, 0.2]))
def the_best_so_far(x):
    kept, s = {}, 0.0
    for value in x:
        if not kept or value > kept["best"]:
            kept["best"] = value
            s += value * value
        else:
            s -= value**3
    return s


class Total:
    def __init__(self, value, rows):
        self.value, self.rows = value, rows


@case(0.7)
def taken_in_one_branch(x):
    """What reads the list's adjoint in the reverse sweep has to stay behind the branch that lengthens it."""
    first = [x * 2.0]
    b = Total(first[0], [1, first[0] * first[0]])
    if len(b.rows) > 1:
        b.value = b.rows.pop()
    b.rows[0] *= sum(first)
    return first[0] + b.value


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()
