"""What goes through a generator step by step, as a generator itself."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import itertools


def numbered(iterable, start=0):
    for item in iterable:
        yield start, item
        start += 1


def first_of(iterable, stop):
    count = 0
    if stop > 0:
        for item in iterable:
            yield item
            count += 1
            if count >= stop:
                break


def taken_while(predicate, iterable):
    for item in iterable:
        if not predicate(item):
            break
        yield item


GIVING = {enumerate: numbered, itertools.islice: first_of, itertools.takewhile: taken_while}
