"""Random programs, always the same ones: right to the last bit in the value and to 1e-8 in the derivatives, or refused properly.

Here in reverse mode, a tenth of them in forward mode and to second order, too; by hand as many as wanted, of any mode.
A failure is shrunk to a few lines;
`python -m tests.random_programs --count 1 --seed N` prints it with more.
"""

import pytest

from tests.random_complex import Case, define
from tests.random_found import FOUND, FOUND_IN_FIRST_ORDER
from tests.random_judge import CHECKS, MODES, Found, Truth, check
from tests.random_programs import make, report
from tests.random_shrink import shrink

PROGRAMS, PARTS, FIRST = 2000, 20, 1
REFUSED, UNFIT = 0.15, 0.2  # at most this part of them


@pytest.mark.rows
@pytest.mark.parametrize("part", range(PARTS))
def test_random_programs(part):
    kinds = []
    for seed in range(FIRST + part, FIRST + PROGRAMS, PARTS):
        case = make(seed)
        outcomes = check(case, MODES if seed // PARTS % 10 == 0 else ("reverse",))
        for outcome in outcomes.values():
            if outcome.failed:
                pytest.fail(report(*shrink(case, outcome, 300)), pytrace=False)
        kinds.append(outcomes["reverse"].kind)
    assert kinds.count("refused") <= (REFUSED + 0.1) * len(kinds)  # of a small part there may be more
    assert kinds.count("unfit") <= (UNFIT + 0.1) * len(kinds)


def test_the_same_programs_each_time():
    assert make(7).text == make(7).text != make(8).text


@pytest.mark.parametrize("text", FOUND)
def test_found(text):
    """Programs that were wrong, or that failed, once: in all modes."""
    args = FOUND[text]
    for seed in (0, 2, 4, 6):
        for outcome in check(Case(text, args, seed), MODES if seed == 0 else ("second",)).values():
            assert outcome.kind == "right", report(Case(text, args, seed), outcome, with_source=True)


@pytest.mark.parametrize("text", FOUND_IN_FIRST_ORDER)
def test_found_in_first_order(text):
    case = Case(text, FOUND_IN_FIRST_ORDER[text], 0)
    for outcome in check(case, ("reverse", "forward")).values():
        assert outcome.kind == "right", report(case, outcome, with_source=True)


@pytest.mark.parametrize(
    ("mode", "text", "kind"),
    [
        ("reverse", "return x * x * y / 2.0", "wrong gradient"),
        ("forward", "return x * x * y / 2.0", "wrong tangent"),
        ("second", "return x * y + (x - 2.0) ** 2", "wrong second derivative"),
        ("reverse", "return x * y + 1.0", "wrong value"),
        ("forward", "print(x); return x * y", "wrong output"),
    ],
)
@pytest.mark.parametrize("seed", [0, 2, 4, 6])
def test_the_judge_notices(mode, text, kind, seed):
    """A wrong derivative is found: here s2sad gets another function than the one that it is held against."""
    truth = Truth(Case("def f(x, y):\n    return x * y\n", (2.0, 3.0), seed))
    assert CHECKS[mode](truth).kind == "right"
    truth.text = f"def f(x, y):\n    {text}\n"
    truth.f = define(truth.text)
    with pytest.raises(Found) as found:
        CHECKS[mode](truth)
    assert found.value.outcome.kind == kind
