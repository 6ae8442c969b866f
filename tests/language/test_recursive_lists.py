"""Functions that call themselves and give lists, or arrays: what they give is known from where they don't."""

import numpy as np
import pytest

from .checker import Cases

case = Cases()
V = np.array([0.3, 0.8, 0.2, 0.9, 0.5])


def weighted(items):
    return sum(v * (k + 1.0) ** 2 for k, v in enumerate(items))


def merged(a, b):
    out, i, j = [], 0, 0
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:
            out.append(a[i])
            i += 1
        else:
            out.append(b[j])
            j += 1
    return out + a[i:] + b[j:]


def merge_sort(a):
    if len(a) <= 1:
        return a
    middle = len(a) // 2
    return merged(merge_sort(a[:middle]), merge_sort(a[middle:]))


def merge_sort_by_taking(a):
    if len(a) <= 1:
        return list(a)
    middle = len(a) // 2
    left, right, out = merge_sort_by_taking(a[:middle]), merge_sort_by_taking(a[middle:]), []
    while left and right:
        out.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    out.extend(left)
    out.extend(right)
    return out


def quick_sort(a):
    if not a:
        return []
    first, *rest = a
    return quick_sort([v for v in rest if v < first]) + [first] + quick_sort([v for v in rest if v >= first])


def merge_sort_of_arrays(a):
    if a.size <= 1:
        return a
    left, right = merge_sort_of_arrays(a[: a.size // 2]), merge_sort_of_arrays(a[a.size // 2 :])
    out, i, j = np.empty_like(a), 0, 0
    for k in range(a.size):
        if j >= right.size or i < left.size and left[i] <= right[j]:
            out[k] = left[i]
            i += 1
        else:
            out[k] = right[j]
            j += 1
    return out


def permutations(a):
    if len(a) <= 1:
        return [a]
    out = []
    for k in range(len(a)):
        for each in permutations(a[:k] + a[k + 1 :]):
            out.append([a[k]] + each)
    return out


def last_first(a):
    return [] if not a else last_first(a[1:]) + [a[0]]


@case(V)
def merging(x):
    return weighted(merge_sort(list(x)))


@case(V)
def merging_by_taking(x):
    return weighted(merge_sort_by_taking(list(x)))


@case(V)
def quick(x):
    return weighted(quick_sort(list(x)))


@case(V)
def merging_arrays(x):
    return weighted(merge_sort_of_arrays(x))


@case(V[:3])
def in_all_orders(x):
    return sum(each[0] * each[1] ** 2 for each in permutations(list(x)))


@case([0.3, 0.8, 0.2])
def reversed_by_calls(items):
    return weighted(last_first(items))


@pytest.mark.parametrize("each", case, ids=str)
def test_recursive_list(each):
    each.check()
