"""The rows of the rules, a file for each family; `table.py` says what a row is."""

from tests.rule_rows import constants, elementwise, no_derivative, operators, products, reductions, shapes  # noqa: F401
from tests.rule_rows.table import ROWS, Row, normal

__all__ = ["ROWS", "Row", "normal"]
