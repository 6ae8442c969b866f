"""Which tests run: all, what `make test` runs in a few minutes, or the others.

    python -m pytest --share quick      (make test)
    python -m pytest --share rest       (.ci/run, behind it)

A plugin of pytest. Of tests marked `rows`, which are many of one kind (the rows of rules, small programs, random programs),
the quick share has one in four, other ones on each version of Python; of tests marked `long` it has none. All others are in
it. Without the option all tests run.
"""

from __future__ import annotations

import sys
import zlib

import pytest

ONE_IN = 4


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--share", choices=["all", "quick", "rest"], default="all", help="which tests run")


def is_quick(item: pytest.Item) -> bool:
    if item.get_closest_marker("long") is not None:
        return False
    if item.get_closest_marker("rows") is None:
        return True
    return (zlib.crc32(item.nodeid.encode()) + sys.version_info[1]) % ONE_IN == 0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    share = config.getoption("--share")
    if share == "all":
        return
    parts: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        parts[is_quick(item) == (share == "quick")].append(item)
    items[:] = parts[True]
    config.hook.pytest_deselected(items=parts[False])
