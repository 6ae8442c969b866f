"""A fixed set of the random programs that compute the same again and again."""

import pytest

from tests import random_repeated

COUNT, PARTS = 160, 8


@pytest.mark.rows
@pytest.mark.parametrize("part", range(PARTS))
def test_derivatives_are_right(part):
    for seed in range(part, COUNT, PARTS):
        found = random_repeated.wrong(seed)
        assert found is None, found
