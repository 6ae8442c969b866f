"""Every code block of README.md runs, and prints what the page says."""

from tests.readme_blocks import README, Readme


def test_blocks():
    page = Readme(README.read_text())
    assert page.blocks >= 5
    assert not page.problems, "\n".join(page.problems) + "\nif this is wanted, run `make golden`"


def test_a_wrong_statement_is_found():
    page = Readme("```python\nx = 2\nprint(x * x)  # 4\nx  # 3\nprint('a')\n```\n\n<!-- printed -->\n```text\n```\n")
    assert page.text.endswith("```text\na\n```\n")
    assert [problem.split("\n")[0] for problem in page.problems] == [
        "line 4: '3' is stated, '2' is found",
        "line 10: the block is not what is printed now:",
    ]
