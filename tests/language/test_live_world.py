"""The world as f sees it: globals, closures, helpers and defaults that change take effect at the next call."""

import gc
import importlib
import sys
import threading
import weakref

import numpy as np
import pytest

from .checker import REFERENCE_ONLY

pytestmark = pytest.mark.skipif(REFERENCE_ONLY, reason="nothing to check without s2sad")

if not REFERENCE_ONLY:
    from s2sad import value_and_gradients_function

TEXT = """
import math
import numpy as np

RATE = 2.0
TABLE = {"k": 2.0}
LIST = [1.0, 2.0]
ARRAY = np.array([1.0, 2.0])
MODE = "square"
COUNT = 2
OPERATION = math.sin

def inner(t):
    return t * t

def helper(t):
    return inner(t) * 3.0

def uses_rate(x):
    return RATE * x

def uses_table(x):
    return TABLE["k"] * LIST[0] * x

def uses_array(x):
    return np.sum(ARRAY * x)

def uses_mode(x):
    if MODE == "square":
        return x * x
    return x * x * x

def uses_count(x):
    y = x
    for k in range(COUNT):
        y = y * x
    return y

def uses_operation(x):
    return OPERATION(x)

def uses_helper(x):
    return helper(x)

def uses_default(x, scale=2.0):
    return x * scale

class Model:
    gain = 2.0

    def __init__(self, w):
        self.w = w

    def value(self, x):
        return self.w * self.gain * x

def uses_method(model, x):
    return model.value(x)
"""


@pytest.fixture
def module(tmp_path):
    (tmp_path / "live_module.py").write_text(TEXT)
    sys.path.insert(0, str(tmp_path))
    sys.modules.pop("live_module", None)
    importlib.invalidate_caches()
    yield importlib.import_module("live_module")
    sys.path.remove(str(tmp_path))
    sys.modules.pop("live_module", None)


@pytest.mark.not_alone("what they import is another thing by then")
def test_number_rebound(module):
    val_grads = value_and_gradients_function(module.uses_rate)
    assert val_grads(3.0) == (6.0, (2.0,))
    module.RATE = 5.0
    assert val_grads(3.0) == (15.0, (5.0,))
    module.RATE = np.array([1.0, 2.0])
    value, (x_grad,) = val_grads(3.0)
    assert value.tolist() == [3.0, 6.0]
    assert x_grad == 3.0


def test_container_changed(module):
    val_grads = value_and_gradients_function(module.uses_table)
    assert val_grads(3.0) == (6.0, (2.0,))
    module.TABLE["k"] = 7.0
    module.LIST[0] = 2.0
    assert val_grads(3.0) == (42.0, (14.0,))


def test_array_written_and_reshaped(module):
    val_grads = value_and_gradients_function(module.uses_array)
    assert val_grads(3.0) == (9.0, (3.0,))
    module.ARRAY[0] = 4.0
    assert val_grads(3.0) == (18.0, (6.0,))
    module.ARRAY = np.ones((2, 2))
    assert val_grads(3.0) == (12.0, (4.0,))


def test_string_that_decides(module):
    val_grads = value_and_gradients_function(module.uses_mode)
    assert val_grads(3.0) == (9.0, (6.0,))
    module.MODE = "cube"
    assert val_grads(3.0) == (27.0, (27.0,))
    module.MODE = "square"
    assert val_grads(3.0) == (9.0, (6.0,))


def test_count_rebound(module):
    val_grads = value_and_gradients_function(module.uses_count)
    assert val_grads(3.0) == (27.0, (27.0,))
    module.COUNT = 0
    assert val_grads(3.0) == (3.0, (1.0,))


@pytest.mark.not_alone("what they import is another thing by then")
def test_function_rebound(module):
    val_grads = value_and_gradients_function(module.uses_operation)
    assert val_grads(0.0) == (0.0, (1.0,))
    module.OPERATION = np.exp
    assert val_grads(0.0) == (1.0, (1.0,))
    module.OPERATION = module.inner
    assert val_grads(3.0) == (9.0, (6.0,))


def test_helper_redefined(module, tmp_path):
    val_grads = value_and_gradients_function(module.uses_helper)
    assert val_grads(2.0) == (12.0, (12.0,))
    (tmp_path / "newer.py").write_text("def helper(t):\n    return t * 10.0\n\ndef inner(t):\n    return t * t * t\n")
    newer = importlib.import_module("newer")
    module.inner = newer.inner
    assert val_grads(2.0) == (24.0, (36.0,))
    module.helper = newer.helper
    assert val_grads(2.0) == (20.0, (10.0,))
    sys.modules.pop("newer")


def test_code_of_a_helper_replaced(module):
    val_grads = value_and_gradients_function(module.uses_helper)
    assert val_grads(2.0) == (12.0, (12.0,))

    def cubed(t):
        return t * t * t

    module.inner.__code__ = cubed.__code__
    assert val_grads(2.0) == (24.0, (36.0,))


def test_default_changed(module):
    val_grads = value_and_gradients_function(module.uses_default)
    assert val_grads(3.0) == (6.0, (2.0, 3.0))
    module.uses_default.__defaults__ = (4.0,)
    assert val_grads(3.0) == (12.0, (4.0, 3.0))


def test_class_attribute_and_method_changed(module):
    model = module.Model(3.0)
    val_grads = value_and_gradients_function(module.uses_method, params=["x"])
    assert val_grads(model, 1.0) == (6.0, (6.0,))
    module.Model.gain = 5.0
    assert val_grads(model, 1.0) == (15.0, (15.0,))
    model.w = 4.0
    assert val_grads(model, 1.0) == (20.0, (20.0,))

    def squared(self, x):
        return self.w * x * x

    module.Model.value = squared
    assert val_grads(model, 3.0) == (36.0, (24.0,))


def test_closure_rebound():
    rate = 2.0

    def f(x):
        return rate * x

    val_grads = value_and_gradients_function(f)
    assert val_grads(3.0) == (6.0, (2.0,))
    rate = 5.0
    assert val_grads(3.0) == (15.0, (5.0,))


def test_closure_function_rebound():
    def helper(t):
        return t * t

    def f(x):
        return helper(x) * 2.0

    val_grads = value_and_gradients_function(f)
    assert val_grads(3.0) == (18.0, (12.0,))

    def helper(t):
        return t * t * t

    assert val_grads(3.0) == (54.0, (54.0,))


def test_module_attribute_rebound(module):
    def f(x):
        return module.RATE * x * module.inner(x)

    val_grads = value_and_gradients_function(f)
    assert val_grads(3.0) == (54.0, (54.0,))
    module.RATE = 1.0
    assert val_grads(3.0) == (27.0, (27.0,))


@pytest.mark.not_alone("what they import is another thing by then")
def test_global_defined_after_the_transformation(module):
    val_grads = value_and_gradients_function(module.uses_rate)
    del module.RATE
    with pytest.raises(NameError):
        val_grads(3.0)
    module.RATE = 3.0
    assert val_grads(3.0) == (9.0, (3.0,))


def test_kinds_of_arguments_change(module):
    val_grads = value_and_gradients_function(module.uses_rate)
    assert val_grads(3.0) == (6.0, (2.0,))
    value, (x_grad,) = val_grads(np.ones((2, 3)))
    assert value.shape == x_grad.shape == (2, 3)
    value, (x_grad,) = val_grads(np.ones(2, np.float32))
    assert x_grad.dtype == np.float32
    assert val_grads(3) == (6.0, (2.0,))
    assert val_grads(3.0) == (6.0, (2.0,))


def test_threads_compile_once(module):
    val_grads = value_and_gradients_function(module.uses_helper)
    results, barrier = [], threading.Barrier(16)

    def work():
        barrier.wait()
        results.append(val_grads(2.0))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(12.0, (12.0,))] * 16
    assert val_grads.cache_info().misses == 1


def test_shapes_do_not_recompile(module):
    val_grads = value_and_gradients_function(module.uses_helper)
    for n in (2, 3, 50):
        val_grads(np.ones(n))
    assert val_grads.cache_info().misses == 1
    val_grads(np.ones((2, 2)))
    assert val_grads.cache_info().misses == 2
    val_grads.cache_clear()
    assert val_grads(2.0) == (12.0, (12.0,))


def test_function_that_is_collected_leaves_the_cache():
    def make():
        def f(x):
            return x * x

        assert value_and_gradients_function(f)(3.0) == (9.0, (6.0,))
        return weakref.ref(f)

    gone = make()
    gc.collect()
    assert gone() is None
