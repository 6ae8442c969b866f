"""A fixed set of the random formulas of products and quotients."""

import pytest

from tests import random_quotients

COUNT, PARTS = 120, 8


@pytest.mark.rows
@pytest.mark.parametrize("part", range(PARTS))
def test_derivatives_are_right(part):
    for seed in range(part, COUNT, PARTS):
        found = random_quotients.wrong(seed)
        assert found is None, found
