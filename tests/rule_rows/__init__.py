"""The rows of the rules, a file for each family; `table.py` says what a row is. All files here are read."""

import importlib
import pkgutil

from tests.rule_rows.table import ROWS, Row, normal

for _module in sorted(each.name for each in pkgutil.iter_modules(__path__)):
    importlib.import_module(f"{__name__}.{_module}")

__all__ = ["ROWS", "Row", "normal"]
