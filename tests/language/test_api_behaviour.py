"""How value_and_gradients_function behaves: params, dy, signatures, None gradients, ints, errors."""

import inspect
import pickle

import numpy as np
import pytest

from .checker import REFERENCE_ONLY, Cases, array, check_case
from .helpers import State

case = Cases()

if not REFERENCE_ONLY:
    from s2sad import NotDifferentiableError, value_and_gradients_function


def polynomial(x, y):
    return x * x * x * y - x * y * y


def everything(a, b=2.0, /, c=3.0, *args, d, e=5.0, **kwargs):
    total = a * b * c * d * e
    for each in args:
        total = total + each * each
    for name, each in kwargs.items():
        total = total * each + len(name)
    return total


def scale(v, factor=2.0, *, power=1.0):
    return np.sum(v * factor) ** power


def pair_of(x, v):
    return x * v, {"s": np.sum(v), "t": [x * x]}


case(2.0, 3.0, params=["y"])(polynomial)
case(2.0, 3.0, params=["y", "x"])(polynomial)
case(2.0, 3.0, params=[1])(polynomial)
case(2.0, 3.0, params=[1, 0])(polynomial)
case(2.0, 3.0, params=())(polynomial)
case(2, 3)(polynomial)
case(2, 3.0)(polynomial)
case(kwargs={"y": 3.0, "x": 2.0})(polynomial)
case(2.0, kwargs={"y": 3.0}, dy=0.5)(polynomial)
case(1.5, kwargs={"d": 4.0})(everything)
case(1.5, 2.5, 0.5, 2.0, 3.0, kwargs={"d": 4.0, "e": 0.5, "f": 2.0, "gg": 3.0})(everything)
case(1.5, kwargs={"d": 4.0, "c": 0.5, "a": 2.0}, params=["d", "a", "kwargs"])(everything)
case(1.5, 1.0, 1.0, 2.0, 3.0, kwargs={"d": 4.0}, params=["args"])(everything)
case(array(3))(scale)
case(array(3), kwargs={"power": 2.0})(scale)
case(array(3), 3.0, kwargs={"power": 2.0}, params=["power", "v"])(scale)
case(2.0, array(3), dy=(array(3, seed=5), {"s": 0.5, "t": [3.0]}))(pair_of)
case(State(2.0, array(2)))(lambda s: (s.x * s.v, State(s.x**2, s.v * s.v)))


@case(2.0, "square", None, [1, 2], (3, 4), np.arange(3), True, len, params=["x"])
@case(2.0, "square", None, [1, 2], (3, 4), np.arange(3), True, len)
def what_has_no_gradient(x, mode, nothing, items, shape, index, flag, function):
    if flag and nothing is None and mode == "square":
        return x * x * function(items) * index[2] * shape[0]
    return x


@case(2.0, 3)
def int_as_count(x, n):
    total = 0.0
    for k in range(n):
        total += x**k
    return total


@case(2.0, 3)
def int_in_arithmetic(x, n):
    return x * n + n * n


@case(array(4), 2)
def int_as_index(v, k):
    return v[k] * k


@case(2.0, 3)
def int_as_shape(x, n):
    return np.sum(np.ones(n) * x) * x


@case(7)
def only_an_int(n):
    return n * n / 2


@case(np.int64(3), 2.0, params=["x"])
def numpy_int(n, x):
    return x * n


@case(array(2), {"w": array(2), "k": 3, "name": "a"})
def structure_with_other_leaves(v, params):
    return np.sum(v * params["w"]) * params["k"]


@case(2.0)
def default_of_an_array(x, v=np.array([1.0, 2.0])):
    return x * np.sum(v * v)


@case(2.0)
def default_none_and_string(x, mode="a", other=None):
    return x * x if other is None and mode == "a" else x


@case([1.0, (2.0, array(2)), {"k": [3.0]}])
def gradient_has_the_structure(tree):
    return tree[0] * tree[1][0] * np.sum(tree[1][1]) * tree[2]["k"][0]


@case(array(2, 3), dy=array(3, seed=4))
def dy_of_an_array(a):
    return np.sum(a * a, axis=0)


@case(2.0, 3.0, dy=(0.5, 4.0))
def dy_of_a_tuple(x, y):
    return x * y, x / y


@case(array(2), dy=np.array([0.0, 1.0]))
def dy_selects(v):
    return v * v[::-1]


@case(np.float32(2.0), array(2).astype(np.float32))
def single_precision(x, v):
    return x * v


@case(2.0 + 1.0j)
def complex_number(z):
    return abs(z) ** 2 + z.real


@case(array(2) + 1j * array(2, seed=1))
def complex_array(z):
    return np.sum((z * np.conj(z)).real * np.array([1.0, 2.0])) + np.sum(z.imag)


@case(np.array(2.0), np.array([3.0]), np.array([[4.0]]))
def small_arrays_keep_their_shape(a, b, c):
    return np.sum(a * b * c)


@case(array(3, 2)[:, 0], array(4)[::-2], np.asfortranarray(array(2, 2)))
def strided_arguments(u, v, a):
    return np.sum(u * u) * np.sum(v * np.array([1.0, 2.0])) * np.sum(a @ a)


@pytest.mark.parametrize("each", case, ids=str)
def test_behaviour(each):
    each.check()


needs_s2sad = pytest.mark.skipif(REFERENCE_ONLY, reason="nothing to check without s2sad")


@needs_s2sad
def test_contract_example():
    val_grads = value_and_gradients_function(polynomial)
    assert val_grads(2.0, 3.0) == (6.0, (27.0, -4.0))
    assert value_and_gradients_function(polynomial, params=[1])(2.0, 3.0) == (6.0, (-4.0,))
    value, (x_grad, y_grad) = val_grads(2, 3)
    assert (value, type(value)) == (6, int)
    assert (x_grad, y_grad) == (27.0, -4.0)
    assert "import s2sad" not in val_grads.source(2.0, 3.0)
    assert val_grads.compiled(2.0, 3.0)(2.0, 3.0) == (6.0, (27.0, -4.0))


@needs_s2sad
@pytest.mark.parametrize(
    ("params", "words"),
    [
        (["z"], "z"),
        ([2], "2"),
        ([-3], "-3"),
        (["x", "x"], "x"),
        ([0, 0], "0"),
        (["x", 1], ""),
        ([1.0], ""),
        ("x", ""),
        (0, ""),
        ([None], ""),
        ([True], ""),
    ],
)
def test_wrong_params(params, words):
    with pytest.raises(ValueError, match=words or None):
        value_and_gradients_function(polynomial, params=params)


def vector(x):
    return x * np.array([1.0, 2.0])


@needs_s2sad
@pytest.mark.parametrize(
    ("f", "args", "dy"),
    [
        (vector, (2.0,), np.ones(3)),
        (vector, (2.0,), np.ones((1, 2))),
        (vector, (2.0,), (1.0, 2.0)),
        (polynomial, (2.0, 3.0), np.ones(2)),
        (polynomial, (2.0, 3.0), (1.0,)),
        (polynomial, (2.0, 3.0), "one"),
        (pair_of, (2.0, np.ones(2)), 1.0),
        (pair_of, (2.0, np.ones(2)), (np.ones(2), {"s": 1.0})),
        (pair_of, (2.0, np.ones(2)), (np.ones(2), {"s": 1.0, "t": [1.0, 2.0]})),
        (pair_of, (2.0, np.ones(2)), (np.ones(3), {"s": 1.0, "t": [1.0]})),
    ],
)
def test_wrong_dy(f, args, dy):
    with pytest.raises(ValueError):
        value_and_gradients_function(f)(*args, dy=dy)


@needs_s2sad
def test_dy_is_never_written_into():
    def f(v):
        w = v * 1.0
        w[0] = w[1] * w[0]
        return w

    dy = np.array([1.0, 2.0])
    _, (grad,) = value_and_gradients_function(f)(np.array([3.0, 4.0]), dy=dy)
    assert dy.tolist() == [1.0, 2.0]
    assert grad.tolist() == [4.0, 5.0]

    def g(v):
        w = np.sin(v)
        return np.mean(w) + v, w

    dy = (np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    value_and_gradients_function(g)(np.array([3.0, 4.0]), dy=dy)
    assert dy[1].tolist() == [3.0, 4.0]


@needs_s2sad
def test_gradients_share_no_memory():
    def f(x, y):
        return x + y

    x, y, dy = np.ones(2), np.ones(2), np.ones(2)
    value, (x_grad, y_grad) = value_and_gradients_function(f)(x, y, dy=dy)
    x_grad += 1.0
    assert y_grad.tolist() == dy.tolist() == x.tolist() == [1.0, 1.0]
    assert value.tolist() == [2.0, 2.0]


@needs_s2sad
@pytest.mark.parametrize("argument", ["text", None, np.arange(3), np.array([True]), len, True])
def test_named_parameter_without_gradient(argument):
    def f(x, other):
        return x * x if other is not None else x

    with pytest.raises(TypeError, match="other"):
        value_and_gradients_function(f, params=["other"])(2.0, argument)
    assert value_and_gradients_function(f)(2.0, argument)[1][1] is None


@needs_s2sad
def test_named_count():
    with pytest.raises(TypeError, match="n"):
        value_and_gradients_function(int_as_count, params=["n"])(2.0, 3)


@needs_s2sad
def test_wrong_calls_fail_as_f_does():
    val_grads = value_and_gradients_function(polynomial)
    for args, kwargs in [((), {}), ((1.0,), {}), ((1.0, 2.0, 3.0), {}), ((1.0,), {"x": 2.0}), ((1.0, 2.0), {"z": 3.0})]:
        with pytest.raises(TypeError):
            val_grads(*args, **kwargs)


@needs_s2sad
def test_keyword_only_dy_is_refused():
    def f(x, *, dy):
        return x * dy

    with pytest.raises((ValueError, NotImplementedError), match="dy"):
        value_and_gradients_function(f)(2.0, dy=3.0)


@needs_s2sad
def test_own_dy_and_ours():
    def f(x, dy):
        return x * dy

    assert value_and_gradients_function(f)(2.0, 3.0) == (6.0, (3.0, 2.0))
    assert value_and_gradients_function(f)(2.0, 3.0, dy=10.0) == (6.0, (30.0, 20.0))


@needs_s2sad
def test_errors_of_f_are_its_own():
    def f(x):
        if x < 0.0:
            raise KeyError("negative")
        assert x < 10.0, "too large"
        return x * x

    val_grads = value_and_gradients_function(f)
    with pytest.raises(KeyError, match="negative"):
        val_grads(-1.0)
    assert val_grads(2.0) == (4.0, (4.0,))


@needs_s2sad
def test_looks_like_f():
    val_grads = value_and_gradients_function(scale)
    assert val_grads.__name__ == "scale_value_and_gradients"
    assert list(inspect.signature(val_grads).parameters) == ["v", "factor", "power", "dy"]
    again = pickle.loads(pickle.dumps(val_grads))
    assert again(np.ones(2))[0] == val_grads(np.ones(2))[0]


@needs_s2sad
def test_side_effects_happen_once():
    log = []

    def note(value):
        log.append(1)
        return value

    def f(x):
        y = note(x) * x
        log.append(2)
        return y * x

    try:
        _, (grad,) = value_and_gradients_function(f)(3.0)
    except NotDifferentiableError:
        pytest.skip("refused")
    assert grad == pytest.approx(27.0)
    assert log == [1, 2]


def test_the_checker_notices():
    if REFERENCE_ONLY:
        return
    with pytest.raises(AssertionError, match="by differences"):
        check_case(polynomial, (2.0, 3.0), expected=(27.0, -5.0))


def test_gradient_of_an_array_without_axes_that_becomes_a_number():
    def f(x):
        for _ in range(2):
            x = 1.0
        return x

    _, (gradient,) = value_and_gradients_function(f)(np.array(0.3))
    assert isinstance(gradient, np.ndarray)
    assert gradient == 0.0
