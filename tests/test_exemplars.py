"""What s2sad generates for the exemplars gives what the gradients written by hand give, also standing alone."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests import exemplars
from tests.alone import run_alone


def leaves(value):
    """The numbers and arrays of a nested structure, in order."""
    if isinstance(value, dict):
        return [leaf for key in value for leaf in leaves(value[key])]
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def assert_same(found, expected):
    for one, other in zip(leaves(found), leaves(expected), strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("name", exemplars.NAMES)
def test_equal_to_the_hand_written(name):
    exemplar = exemplars.load(name)
    args = exemplar.args()
    value, gradients = value_and_gradients_function(exemplar.function, params=exemplar.params)(*args)
    assert_same(args, exemplar.args())
    assert value == exemplar.function(*exemplar.args())
    assert_same((value, gradients), exemplar.by_hand(*exemplar.args()))


@pytest.mark.parametrize("name", exemplars.NAMES)
def test_any_dy(name):
    exemplar = exemplars.load(name)
    found = value_and_gradients_function(exemplar.function, params=exemplar.params)(*exemplar.args(), dy=-1.75)
    assert_same(found, exemplar.by_hand(*exemplar.args(), dy=-1.75))


@pytest.mark.parametrize("name", exemplars.NAMES)
def test_source_stands_alone(name):
    exemplar = exemplars.load(name)
    val_grads = value_and_gradients_function(exemplar.function, params=exemplar.params)
    source = val_grads.source(*exemplar.args())
    [(found, _, untouched)] = run_alone(source, [(exemplar.args(), {}, {})])
    assert untouched
    assert_same(found, exemplar.by_hand(*exemplar.args()))
