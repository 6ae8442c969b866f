"""What is written through a second name of memory: the gradient is right, or refused at the user's line."""

import pytest

from tests import alias_programs

FEW = list(alias_programs.few_programs())
PARTS = 16


@pytest.mark.parametrize("part", range(PARTS))
def test_each_way_to_make_a_name_and_to_write(part):
    found = [(text, *alias_programs.run(text)) for text in FEW[part::PARTS]]
    wrong = [f"{kind}: {why}\n{text}" for text, kind, why in found if kind not in ("right", "refused", "unfit")]
    assert not wrong, "\n".join(wrong)
    assert sum(kind == "right" for _, kind, _ in found) > len(found) / 3


CASES = [
    "np.frombuffer(buf).fill(7)",
    "np.broadcast_arrays(buf, 1.0)[0].fill(7)",
    "for v in np.nditer(buf, op_flags=['readwrite']): v[...] = 7",
    "t = buf.view(np.float64); t[0] = 3",
    "rows = [buf]; z = [r for r in rows]; z[0].fill(7)",
    "[b for b in [buf]][0].fill(4)",
]


@pytest.mark.parametrize("source", ["parameter", "local"])
@pytest.mark.parametrize("writes", CASES)
def test_memory_without_gradient_is_kept(writes, source):
    """What the gradient needs is kept, whatever the name that it is overwritten by."""
    assert alias_programs.run(alias_programs.program(("", "buf"), writes, source, "first")) == ("right", "")
