"""Long lines are broken where a person would break them, mean the same, and take no time to speak of."""

import ast
import time

import gast
import pytest

from s2sad.printer import to_text

LOAD = gast.Load()

# How lines of at most 40 columns are broken.
BROKEN = """
y = (
    alpha * first_value
    + beta * second_value
    - gamma
)
value = function_name(
    argument_one, argument_two
)
value = function_name(
    argument_one,
    argument_two + something_else,
    key=argument_three,
)
x_grad = x_grad + np.where(
    condition, y_grad, 0.0
)
x_grad = (
    a_first_term + a_second + third + x
) / (2.0 * h)
A[i, j] = (
    first_factor * second_factor_name
)
table = {
    "first": first_element,
    "second": second_element,
}
both = (
    first_value_name,
    second_value_name,
)
names = [
    name
    for name, other in sequence_name
    if other
]
result = (
    start.one(argument)
    .two(argument)
    .three(argument)
)
assert first_name == second_name, (
    "a message"
)
"""


def test_line_breaks():
    tree = gast.parse(BROKEN)
    assert to_text(tree, 40) == BROKEN.lstrip()
    assert max(map(len, to_text(tree, 120).splitlines())) > 80


LONG = """
def function_with_a_name(first_parameter, second_parameter=1, *, third) -> tuple[int, float]: pass
if first_condition and second_condition or not third_condition and fourth_one: pass
for element, other in zip(first_sequence, second_sequence, third_sequence): pass
with open(first_file_name) as first_file, open(second_file_name) as second_file: pass
from some.module.name import first_name, second_name as second, third_name
import first_module_name, second_module_name, third_module_name as third
global first_global_name, second_global_name, third_global_name
del first_name_to_delete, second_name.attribute[0], third_name_to_delete
assert first_condition_name == second_condition_name, f'a long message about {the_value}'
raise SomethingIsWrongError(first_part_of_the_message, second_part) from the_original_error
first_target_name, second_target_name[index] = third_target_name = some_function(argument)
result = [some_function(element) for element, other in some_sequence if condition(element)]
result = some_value_name if some_condition_name else lambda x: other_value_name + x
result = (yield first_value_of_a_tuple, second_value_of_a_tuple, third_value_of_it)
result = array[first_index_name - 1 : second_index_name + 1, :, third_index_name, (fourth,)]
async def f(): return await first_function_name(second_argument_name, third_argument)
class A(FirstBaseClass, SecondBaseClass, metaclass=AMetaClass[some_parameter]): attribute: int = 1
while (name_of_a_variable := some_function(first_argument_name, second_argument_name)): pass
"""


@pytest.mark.parametrize("text", LONG.strip().splitlines())
def test_long_lines_mean_the_same(text):
    tree = gast.parse(text)
    for width in (1, 20, 40, 60):
        broken = to_text(tree, width)
        assert ast.dump(ast.parse(broken)) == ast.dump(ast.parse(text)), broken
    assert max(map(len, broken.splitlines())) <= width


@pytest.mark.parametrize("kind", ["+ x", ".method(x)", ".name", "[x]", "if x:", "and x"])
def test_long_chains(kind):
    """No recursion for each link, no quadratic time; some of these are beyond what Python itself can parse."""
    x = gast.Name("x", LOAD, None, None)
    grow = {
        "+ x": lambda node: gast.BinOp(node, gast.Add(), x),
        ".method(x)": lambda node: gast.Call(gast.Attribute(node, "method", LOAD), [x], []),
        ".name": lambda node: gast.Attribute(node, "name", LOAD),
        "[x]": lambda node: gast.Subscript(node, x, LOAD),
        "if x:": lambda node: gast.If(x, [gast.Pass()], [node] if isinstance(node, gast.If) else []),
        "and x": lambda node: gast.BoolOp(gast.And(), [*getattr(node, "values", [x]), x]),
    }
    tree = x
    for _ in range(2000):
        tree = grow[kind](tree)
    durations = []
    while not durations or len(durations) < 3 and durations[-1] > 1.0:  # again, where the machine was busy
        start = time.process_time()
        text = to_text(tree, 10**9 if kind == "[x]" else 100)
        durations.append(time.process_time() - start)
    assert min(durations) < 1.0
    assert text.count(kind) == 2000
    if kind == "+ x":
        assert sum(isinstance(node, ast.BinOp) for node in ast.walk(ast.parse(text))) == 2000


def test_speed():
    """100 statements take about 1 ms of a processor; the bound is wide, for a machine that has other things to do."""
    tree = gast.parse("for i in range(n):\n    A[i, j] = (A[i - 1, j] + f(x, axis=0) * np.sum(y)) / 5.0 - z**2\n" * 50)
    durations = []
    for _ in range(5):
        start = time.process_time()
        to_text(tree)
        durations.append(time.process_time() - start)
    assert min(durations) < 0.05
