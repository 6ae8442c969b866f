"""Random programs, always the same ones: right to the last bit in the value and to 1e-8 in the gradients, or refused properly.

A failure is shrunk to a few lines; `python -m tests.random_programs --count 1 --seed N` prints it with more.
"""

import pytest

from tests.random_judge import check
from tests.random_programs import make, report
from tests.random_shrink import shrink

PROGRAMS, PARTS, FIRST = 1000, 20, 1
REFUSED, UNFIT = 0.15, 0.2  # at most this part of them


@pytest.mark.parametrize("part", range(PARTS))
def test_random_programs(part):
    kinds = []
    for seed in range(FIRST + part, FIRST + PROGRAMS, PARTS):
        case = make(seed)
        outcome = check(case)
        if outcome.failed:
            pytest.fail(report(*shrink(case, outcome, 300)), pytrace=False)
        kinds.append(outcome.kind)
    assert kinds.count("refused") <= (REFUSED + 0.1) * len(kinds)  # of a small part there may be more
    assert kinds.count("unfit") <= (UNFIT + 0.1) * len(kinds)


def test_the_same_programs_each_time():
    assert make(7).text == make(7).text != make(8).text


def test_the_judge_notices():
    """A program with a wrong gradient is found: here one whose value does not depend on x the way s2sad is told."""
    from tests.random_judge import Case, _compared

    case = Case("def f(x, y):\n    return x * y\n", (2.0, 3.0))
    assert _compared(case, (3.0, 2.0), 1.0, [1.0, 0.5], 4.0, "").kind == "right"
    assert _compared(case, (3.0, 2.1), 1.0, [1.0, 0.5], 4.0, "").kind == "wrong gradient"
