"""`jit="numba"`: what is compiled gives the numbers of the plain program; what can't be is refused at the user's line."""

import dataclasses
import functools
import math
import pickle
import subprocess
import sys
import textwrap
import warnings

import numpy as np
import pytest

import s2sad
from s2sad import numba_options, value_and_gradients_function
from s2sad.errors import NotDifferentiableError, ParameterError
from tests import exemplars
from tests.test_exemplars import leaves

numba = pytest.importorskip("numba")

# Compiling takes most of the time: these are few, and show all there is.
COMPILED = ["bisection", "black_scholes", "cholesky", "huber", "logistic_map", "polynomial", "thomas"]


def assert_close(found, expected):
    for one, other in zip(leaves(found), leaves(expected), strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)


@functools.cache
def compiled(function, params=None, jit="numba"):
    return value_and_gradients_function(function, params, jit=jit)


@pytest.mark.parametrize("name", COMPILED)
def test_exemplars(name):
    exemplar = exemplars.load(name)
    args = exemplar.args()
    jitted = value_and_gradients_function(exemplar.function, params=exemplar.params, jit="numba")
    found = jitted(*args)
    assert_close(args, exemplar.args())
    assert_close(found, exemplar.by_hand(*exemplar.args()))


SCALE = 3.0
WEIGHTS = np.array([1.0, 2.0])


def cube(x):
    return x * x * x


def step(x):
    return math.floor(x) * SCALE


def uses_globals(x):
    return cube(x) * SCALE + x * WEIGHTS[1] + x * step(x)


def test_globals_are_live(monkeypatch):
    jitted, plain = compiled(uses_globals), value_and_gradients_function(uses_globals)
    assert_close(jitted(2.5), plain(2.5))
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert_close(jitted(2.5), plain(2.5))
    monkeypatch.setitem(globals(), "WEIGHTS", np.array([1.0, 2.0]))
    assert_close(jitted(2.5), plain(2.5))
    WEIGHTS[1] = 7.0
    assert_close(jitted(2.5), plain(2.5))
    assert jitted(2.5)[1][0] == 3 * 5.0 * 2.5**2 + 7.0 + 10.0


SIZES = [1.5, 2.0]
RATES = {"slow": 0.5, "inner": {"pair": [2.0, 3.0]}}


def uses_lists_and_dicts(x):
    t = x
    for size in SIZES:
        t = t * size + RATES["inner"]["pair"][1]
    for k in range(len(SIZES)):
        t = t + SIZES[k] * RATES["slow"]
    return t * x


def test_lists_and_dicts_around_are_live(monkeypatch):
    jitted, plain = compiled(uses_lists_and_dicts), value_and_gradients_function(uses_lists_and_dicts)
    monkeypatch.setitem(globals(), "SIZES", [1.5, 2.0])
    monkeypatch.setitem(globals(), "RATES", {"slow": 0.5, "inner": {"pair": [2.0, 3.0]}})
    assert_close(jitted(1.5), plain(1.5))
    RATES["inner"]["pair"][1] = 7.0
    assert_close(jitted(1.5), plain(1.5))
    SIZES.append(-1.0)
    assert_close(jitted(1.5), plain(1.5))
    assert jitted(1.5)[0] == uses_lists_and_dicts(1.5)


def test_compiled_is_called_from_compiled_code():
    gradients = compiled(cube).compiled(2.0)
    assert isinstance(gradients, numba.core.dispatcher.Dispatcher)

    @numba.njit
    def descend(x, steps):
        for _ in range(steps):
            x -= 0.01 * gradients(x)[1][0]
        return x

    x = 1.0
    for _ in range(5):
        x -= 0.01 * 3 * x * x
    assert math.isclose(descend(1.0, 5), x, rel_tol=1e-14)


def test_single_gradient_is_called_from_compiled_code():
    slope = s2sad.grad(cube, jit="numba").compiled(2.0)
    assert numba.njit(lambda x: slope(x))(2.0) == 12.0


def test_function_that_is_compiled_itself():
    f = numba.njit(cube)
    assert value_and_gradients_function(f, jit="numba")(2.0) == (8.0, (12.0,))


def test_all_of_the_api():
    assert s2sad.gradients_function(cube, jit="numba")(2.0) == (12.0,)
    assert s2sad.grad(cube, jit="numba")(2.0) == 12.0
    assert s2sad.value_and_grad(cube, jit="numba")(2.0) == (8.0, 12.0)
    assert s2sad.jvp(cube, (2.0,), (10.0,), jit="numba") == (8.0, 120.0)
    assert s2sad.hvp(cube, (2.0,), (1.0,), jit="numba") == (12.0,)
    assert s2sad.hessian(cube, jit="numba")(2.0) == 12.0
    assert s2sad.jacobian(cube, jit="numba")(2.0) == 12.0
    value, pullback = s2sad.vjp(cube, 2.0, jit="numba")
    assert (value, pullback(2.0), pullback(1.0)) == (8.0, (24.0,), (12.0,))
    assert s2sad.grad(s2sad.grad(cube, jit="numba"), jit="numba")(2.0) == 12.0


def test_pullback_keeps_what_it_was_given():
    """The value comes from the first half alone, and what a call returns shares no memory with what the next reads."""

    def f(x, y):
        steps = []
        for k in range(3):
            steps.append(x)
            x = x * y
        return x if len(steps) > 3 else x + steps[0] * steps[2]

    x, y, dy = np.array([1.0, 2.0]), np.array([0.5, 3.0]), np.array([1.0, -1.0])
    value, pull = s2sad.vjp(f, x, y, jit="numba")
    assert_close(value, x * y**3 + x * x * y * y)
    x_grad, y_grad = dy * (y**3 + 2.0 * x * y * y), dy * (3.0 * x * y * y + 2.0 * x * x * y)
    x[:] = y[:] = value[:] = 7.0
    for _ in range(2):
        found = pull(dy)
        assert_close(found, (x_grad, y_grad))
        found[0][:] = found[1][:] = 7.0


def test_pullback_of_what_is_returned_as_it_is():
    x, dy = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    value, pull = s2sad.vjp(lambda x: x, x, jit="numba")
    value[:] = 7.0
    (x_grad,) = pull(dy)
    assert_close((x, x_grad, dy), (np.array([1.0, 2.0]), dy, np.array([3.0, 4.0])))


def rarer_forms(v, A, x):
    padded = np.pad(v, 1, mode="edge")
    left, right = np.split(A, 2, axis=1)
    line = np.interp(v, np.array([-1.0, 0.5, 2.0]), v[:3]) + np.polyval(v[:3], x)
    total = np.sum(np.pad(v, (1, 2)) ** 3) + np.sum((padded[2:] - padded[:-2]) ** 2) + np.sum(left * right**2)
    total += np.median(v) * math.hypot(x, v[0], v[1]) + np.sum(np.prod(A, axis=1) * np.cumsum(A, axis=0)[:, 0])
    return total + np.sum(line * line)


@pytest.mark.long
def test_rarer_forms():
    args = np.array([0.3, -0.7, 1.2, 0.9]), np.arange(1.0, 9.0).reshape(2, 4) / 5.0, 0.8
    assert s2sad.check_gradients(rarer_forms, *args, jit="numba")
    assert_close(compiled(rarer_forms)(*args), value_and_gradients_function(rarer_forms)(*args))


def test_decorator():
    @s2sad.differentiable(jit="numba")
    def f(x):
        return x * x

    assert f.value_and_gradients(3.0) == (9.0, (6.0,))


def test_pickle():
    again = pickle.loads(pickle.dumps(compiled(cube)))
    assert again.jit == compiled(cube).jit and again(2.0) == (8.0, (12.0,))


def test_cache_info_tells_of_compiling():
    def f(x):
        return x + 1.0

    jitted = value_and_gradients_function(f, jit=numba_options(cache=False))
    for _ in range(3):
        jitted(1.0)
    info = jitted.cache_info()
    assert (info.hits, info.misses) == (2, 1) and info.jit_seconds > 0.0


# ------------------------------------------------------------------------------------------ dy
def squares(x):
    return x * x


def test_dy():
    x = np.array([1.0, 2.0, 3.0])
    value, (x_grad,) = compiled(squares)(x, dy=np.array([1.0, 0.0, -1.0]))
    assert_close((value, x_grad), (x * x, np.array([2.0, 0.0, -6.0])))
    with pytest.raises(ValueError, match=r"dy is an array of shape \(2,\), the value is an array of shape \(3,\)"):
        compiled(squares)(x, dy=np.ones(2))


# ------------------------------------------------------------------------------------------ where Numba differs
def picks(x, k):
    return x[k] * x[0]


def test_bounds_errors_stay():
    x = np.array([2.0, 3.0])
    assert compiled(picks)(x, -1)[0] == 6.0
    with pytest.raises(IndexError):
        compiled(picks)(x, 2)
    with pytest.raises(IndexError):
        compiled(picks)(x, -3)


def counts(x, n, m):
    product, total = 1, 1
    for i in range(1, n):
        product *= i
        total = total + product
    return x * (product // m) + x * total + x * (n % m) + 2**n


def test_integers():
    plain = value_and_gradients_function(counts, params=["x"])
    jitted = value_and_gradients_function(counts, params=["x"], jit="numba")
    assert_close(jitted(2.0, 10, 7), plain(2.0, 10, 7))
    assert_close(jitted(2.0, 10, -7), plain(2.0, 10, -7))
    with pytest.raises(ZeroDivisionError):
        jitted(2.0, 10, 0)
    with pytest.raises(OverflowError, match="64 bits"):
        jitted(2.0, 40, 7)
    with pytest.raises(ValueError, match="negative"):
        jitted(2.0, -1, 7)


def test_an_int_that_is_a_number():
    jitted = value_and_gradients_function(cube, jit="numba")
    assert jitted(2**40) == (2.0**120, (3 * 2.0**80,))


def quotient(x, y):
    return x / y


def test_error_model():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value, _ = compiled(quotient)(1.0, 0.0)
    assert value == math.inf
    with pytest.raises(ZeroDivisionError):
        value_and_gradients_function(quotient, jit=numba_options(error_model="python"))(1.0, 0.0)


# ------------------------------------------------------------------------------------------ what is refused
def not_for_numba(x):
    y = x * 2.0
    return y * len(np.base_repr(5, 2))


def test_refused_at_the_users_line():
    with pytest.raises(NotDifferentiableError, match="Numba can't compile this") as caught:
        compiled(not_for_numba)(1.0)
    assert f"line {not_for_numba.__code__.co_firstlineno + 2}, in not_for_numba" in str(caught.value)
    assert "base_repr" in str(caught.value).split("\n")[0]


def of_some_rank(x, y):
    t = x if y > 0.0 else x[0]
    return np.sum(t * y)


def test_unknown_ranks_are_refused_where_they_matter():
    with pytest.raises(NotImplementedError) as caught:
        compiled(of_some_rank)(np.ones(3), 2.0)
    message = str(caught.value)
    assert "how many axes an array here has is not known before the function runs" in message
    assert "return np.sum(t * y)" in message


def test_runs_as_plain_python_with_one_warning():
    with pytest.raises(NotDifferentiableError, match="in not_for_numba"):
        compiled(not_for_numba).compiled(1.0)(1.0)
    either = compiled(not_for_numba, jit="numba?")
    with pytest.warns(UserWarning, match="runs as plain Python: Numba can't compile"):
        found = either(1.5)
    assert_close(found, value_and_gradients_function(not_for_numba)(1.5))
    either(2.5)


def test_pullback_of_what_runs_as_plain_python_warns_once():
    def f(x):
        return x * len(np.base_repr(5, 2))

    with pytest.warns(UserWarning, match="runs as plain Python: Numba can't compile") as caught:
        value, pull = s2sad.vjp(f, 1.5, jit="numba?")
        assert (value, pull(2.0)) == (4.5, (6.0,))
    assert len(caught) == 1


def reshaped(x):
    y = x.T
    return np.sum(np.reshape(y, (6,)) ** 3 * y[0, 0])


def test_reshaped_by_a_copy():
    """Of a transpose it is made. Elsewhere Numba finds out when it runs. The program isn't run once more: what it prints
    it prints once."""
    x = np.arange(6.0).reshape(2, 3)
    assert_close(compiled(lambda x: np.reshape(x.T, (6,)) ** 2)(x)[0], np.reshape(x.T, (6,)) ** 2)
    with pytest.raises(NotDifferentiableError, match=r"np\.ascontiguousarray"):
        compiled(reshaped, jit="numba?")(x)


def test_options():
    with pytest.raises(ParameterError, match='jit="numba"'):
        value_and_gradients_function(cube, jit="numbas")
    with pytest.raises(ParameterError, match="error_model"):
        numba_options(error_model="c")
    with pytest.raises(ParameterError, match="fastmath"):
        numba_options(fastmath="yes")
    with pytest.raises(ParameterError, match="fastmath has no flag 'fats'"):
        numba_options(fastmath={"fats", "nnan"})
    with pytest.raises(ParameterError, match="parallel"):
        numba_options(parallel=1)
    assert value_and_gradients_function(cube, jit=numba_options(fastmath=True))(2.0) == (8.0, (12.0,))


def test_without_numba():
    code = """
        import sys
        sys.modules["numba"] = None
        import s2sad
        try:
            s2sad.grad(lambda x: x, jit="numba")
        except ImportError as error:
            print(isinstance(error, s2sad.S2sadError), error)
    """
    made = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert made.stdout.startswith("True ") and 'pip install "s2sad[jit]"' in made.stdout


# ------------------------------------------------------------------------------------------ structures
@dataclasses.dataclass
class Body:
    mass: float
    place: np.ndarray


def energy(body, layer):
    total = body.mass * np.sum(body.place * body.place)
    return total * body.mass + np.sum(layer["w"] * body.place) * layer["b"]


def test_dicts_and_objects():
    body, layer = Body(2.0, np.array([1.0, 2.0])), {"w": np.array([0.5, 1.5]), "b": 3.0}
    plain, jitted = value_and_gradients_function(energy), compiled(energy)
    (value, (body_grad, layer_grad)), (other, (body_other, layer_other)) = plain(body, layer), jitted(body, layer)
    assert_close(value, other)
    assert isinstance(body_other, Body)
    assert_close([body_other.mass, body_other.place], [body_grad.mass, body_grad.place])
    assert_close(layer_other, layer_grad)


def each_layer(layers):
    total = 0.0
    for layer in layers:
        total = total + np.sum(layer["w"] * layer["w"])
    return total


def test_lists_of_dicts():
    layers = [{"w": np.ones(2)}, {"w": np.arange(2.0)}]
    value, (layers_grad,) = compiled(each_layer)(layers)
    expected, (wanted,) = value_and_gradients_function(each_layer)(layers)
    assert abs(value - expected) < 1e-12
    assert [list(each) for each in layers_grad] == [["w"], ["w"]]
    for made, each in zip(layers_grad, wanted):
        np.testing.assert_allclose(made["w"], each["w"], rtol=1e-12)


def halved(x):
    return np.sum(x * 0.5)


def test_precision_is_that_of_the_argument():
    value, (x_grad,) = compiled(halved)(np.ones(3, np.float32))
    assert (value.dtype, x_grad.dtype) == (np.float32, np.float32) and x_grad.tolist() == [0.5] * 3


# ------------------------------------------------------------------------------------------ side by side
def spread(x, w):
    y = np.zeros_like(x)
    for i in numba.prange(len(x)):
        t = x[i] * w
        y[i] = t * t
    return np.sum(y)


def neighbours(x):
    y = np.zeros_like(x)
    for i in numba.prange(1, len(x)):
        y[i] = x[i] * x[i - 1]
    return np.sum(y)


def test_prange():
    x = np.arange(5.0)
    plain = value_and_gradients_function(spread)
    assert_close(value_and_gradients_function(spread, jit=numba_options(parallel=True))(x, 2.0), plain(x, 2.0))
    with pytest.raises(NotDifferentiableError, match="add into elements that other iterations") as caught:
        value_and_gradients_function(neighbours, jit=numba_options(parallel=True))(x)
    line = neighbours.__code__.co_firstlineno + 3
    assert str(caught.value) == (
        "s2sad can't differentiate this: this statement, or its adjoint, may write or add into elements that other "
        f'iterations over `i` use, so they can\'t run side by side\n  File "{__file__}", line {line}, in neighbours\n'
        f"    y[i] = x[i] * x[i - 1]\n    {'^' * 22}\n"
        "  Write instead: `range` for `prange`, so that they run one after the other, or an index here that begins "
        "with `i`"
    )
    assert_close(value_and_gradients_function(neighbours)(x)[1][0], np.array([1.0, 2.0, 4.0, 6.0, 3.0]))


def scaled(n, k=3, *, power=1, shift=0):
    return n**power + k + shift


def keyword_only(x, factor=2.0, *more, n, power=1.0, **others):
    for each in more:
        x = x + each * each
    return (x * factor) ** power * scaled(n, shift=5) * others["last"]


@pytest.mark.parametrize("given", [{"power": 2.0}, {}])
def test_keyword_only_parameters(given):
    args, keywords = (1.5, 3.0, 0.5, 0.25), {"n": 3, "last": 2.0, **given}
    jitted = value_and_gradients_function(keyword_only, jit="numba")
    plain = value_and_gradients_function(keyword_only)
    assert_close(jitted(*args, **keywords), plain(*args, **keywords))
    assert_close(jitted.compiled(*args, **keywords)(*args, **keywords), plain(*args, **keywords))
    assert_close(jitted(*args, **keywords, dy=3.0)[1][0], 3.0 * plain(*args, **keywords)[1][0])


def net_of_dicts(layers, x):
    h = x
    for layer in layers:
        h = np.tanh(h @ layer["W"] + layer["b"])
    return np.sum(h * h)


def net_of_pairs(layers, x):
    h = x
    for W, b in layers:
        h = np.tanh(h @ W + b)
    return np.sum(h * h)


@pytest.mark.parametrize("net", [net_of_dicts, net_of_pairs])
def test_lists_of_layers(net):
    """Also of arrays that don't lie in memory in the same way: Numba takes the first one's layout for that of all."""
    weights = [np.arange(12.0).reshape(3, 4) / 10.0, np.sin(np.arange(8.0)).reshape(2, 4).T]
    layers = [(W, np.cos(np.arange(float(W.shape[1])))) for W in weights]
    layers = [{"W": W, "b": b} for W, b in layers] if net is net_of_dicts else layers
    x = np.linspace(-1.0, 1.0, 6).reshape(2, 3)
    found = value_and_gradients_function(net, jit="numba")(layers, x)
    assert_close(found, value_and_gradients_function(net)(layers, x))


def test_the_compiled_gradient_is_checked():
    report = s2sad.check_gradients(lambda x: np.sum(np.exp(x) * np.std(x)), np.array([0.5, -1.0, 2.0]), jit="numba")
    assert report.ok, report
    with pytest.raises(NotDifferentiableError):
        s2sad.check_gradients(not_for_numba, 1.0, jit="numba")


# ------------------------------------------------------------------------------------------ one type for each variable
def normed(x):
    return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True, ddof=1) + np.var(x, axis=0) + np.var(x)


def rows_by_a_list(x):
    y = x[[2, 0]] * x[:, [1, 1]][0, 0]
    y[[0]] *= 2.0
    return y


def row_of_an_iteration(x):
    """What flows back to `c` is an array or nothing."""
    for k in range(3):
        if x[0, 0] < k - 5.0:
            return 1.0 + x[0, 1]
        c = x[k].copy()
        c *= x[0]
    return c[0]


def least(x):
    best = row = None
    for k in range(4):
        loss = (x[0, 0] * k - x[0, 1]) ** 2
        if best is None or loss < best:
            best = loss
            row = x[k % 3] * loss
    return best + row


def first_only(x):
    s = x[0]
    for i in range(4):
        if i < 2:
            q = s * x[1]
        else:
            s = s * q
    return s


def of_other_forms(x):
    v = np.clip(x[0], 0.5 * x[1], x[2]) + np.sort(x[1]) * np.linalg.norm(x, axis=1, keepdims=True)[0, 0]
    smooth = np.logaddexp(v[0], v[1]) * np.clip(x[0, 1], 0.1, 0.7)
    return np.sum(np.diff(x, axis=0) ** 2) + np.sum(np.diff(x[0]) ** 2) * np.sum(np.dot(v[2], x[1])) + smooth


def number_first(x):
    total = 0.0
    for i in range(2):
        total = total + x[i] * x[i, 0]
    place = np.unravel_index(4, x.shape)
    return np.sum(total * total) + x[place] + np.sum(np.diagonal(x) * 2.0)


def changed_or_as_it_is(x):
    """What flows back to a row is an array, or one number for all of it."""
    y = np.tanh(x[0]) if x[0, 0] > 9.0 else x[0]
    if x[1, 0] > 9.0:
        z = x * 2.0
    elif x[1, 0] < 9.0:
        z = x
    else:
        z = np.sin(x)
    return np.sum(y) * np.sum(z)


@pytest.mark.long
@pytest.mark.parametrize(
    "function",
    [
        number_first,
        of_other_forms,
        normed,
        rows_by_a_list,
        row_of_an_iteration,
        least,
        first_only,
        changed_or_as_it_is,
    ],
)
def test_one_type_for_each_variable(function):
    x = np.linspace(0.3, 1.7, 9).reshape(3, 3) ** 2
    assert_close(compiled(function)(x), value_and_gradients_function(function)(x))


@pytest.mark.long
@pytest.mark.parametrize("name", ["by_a_position_that_is_given", "pieces_until_one_fits", "in_a_dict_of_other_things"])
def test_tables_of_functions(name):
    from tests.language.test_tables_of_functions import case

    each = next(each for each in case if each.f.__name__ == name)
    params = each.options.get("params") and tuple(each.options["params"])
    assert_close(compiled(each.f, params)(*each.args), value_and_gradients_function(each.f, params)(*each.args))


# ------------------------------------------------------------------------------------------ functions that call themselves
def minors(A):
    if len(A) == 1:
        return A[0, 0]
    total, sign = 0.0, 1.0
    for j in range(len(A)):
        total += sign * A[0, j] * minors(np.concatenate((A[1:, :j], A[1:, j + 1 :]), axis=1))
        sign = -sign
    return total


def product_of_halves(v):
    if len(v) == 1:
        return v[0]
    return product_of_halves(v[: len(v) // 2]) * np.sin(product_of_halves(v[len(v) // 2 :]))


def pair_of(x, n):
    if n == 0:
        return x, x * x
    a, b = pair_of(np.sin(x), n - 1)
    return a * b, a + b * x


def through_pairs(x, n):
    a, b = pair_of(x, n)
    return a * b


def returns_early(x, n):
    if n < 0:
        return x
    if x > 2.0:
        return returns_early(x / 2.0, n)
    y = returns_early(x * x, n - 1)
    for i in range(2):
        y = y + returns_early(y * 0.3, n - 2) * i
    return y


def sum_up(n, total, x):
    return total if n == 0 else sum_up(n - 1, total + x * n, x)


def fold(x, n, total):
    if n == 0:
        return total
    return fold(x, n - 1, total * x[n] + np.sin(x[n - 1]))


def from_numbers(x, n):
    """What adds up carries no gradient at first, and is an int."""
    total = 1.0
    for k in range(n):
        total += sum_up(k, 0, x[k]) * x[0]
    return total * fold(x, n, 1.0) + fold(2.0 * x, 1, 0.5)


@pytest.mark.parametrize(
    "function, args",
    [
        (from_numbers, (np.array([0.3, 0.5, 0.7, 0.2]), 3)),
        (minors, (np.cos(np.arange(16.0) ** 2).reshape(4, 4),)),
        (product_of_halves, (np.arange(1.0, 8.0),)),
        (through_pairs, (0.6, 3)),
        (returns_early, (1.3, 4)),
    ],
)
def test_recursion(function, args):
    parameter = function.__code__.co_varnames[0]
    plain = value_and_gradients_function(function, params=[parameter])
    assert_close(value_and_gradients_function(function, params=[parameter], jit="numba")(*args), plain(*args))
    assert s2sad.check_gradients(function, *args, params=[parameter]).ok


# ------------------------------------------------------------------------------------------ defaults, and tangents of dicts
def with_defaults(x, p={"a": 2.0, "b": {"c": np.array([0.5, 1.5])}}, q=[1.0, 3.0]):  # noqa: B006
    return np.sum(x * p["a"] * p["b"]["c"]) * q[0] + q[1] ** 2


def test_defaults_that_are_dicts_or_lists():
    x = np.array([1.0, 3.0])
    jitted, plain = compiled(with_defaults), value_and_gradients_function(with_defaults)
    for given in ((x,), (x, {"a": 3.0, "b": {"c": x}}), (x, {"a": 3.0, "b": {"c": x}}, [2.0, 1.0])):
        found, expected = jitted(*given), plain(*given)
        assert_close((found[0], found[1][0]), (expected[0], expected[1][0]))
        assert_close(tuple(found[1][2]), tuple(expected[1][2]))
        assert found[1][1]["a"] == expected[1][1]["a"]
        assert_close(found[1][1]["b"]["c"], expected[1][1]["b"]["c"])


def of_a_dict(p, x):
    return np.sum(p["a"]["w"] * x * p["b"]) * p["n"] + p["l"][0]


def test_tangents_of_dicts():
    x = np.array([1.0, 3.0])
    p = {"a": {"w": 2.0}, "b": x * x, "n": 3, "l": [1.0, 2.0]}
    changes = {"a": {"w": 1.0}, "b": x, "n": 0, "l": [2.0, 1.0]}
    for tangents in ((changes, x), (None, x)):
        results = [s2sad.jvp(of_a_dict, (p, x), tangents, jit=jit) for jit in ("numba", None)]
        assert_close(*results)


@dataclasses.dataclass
class Unit:
    w: np.ndarray
    b: float
    name: str = "unit"


@dataclasses.dataclass
class Pair:
    unit: Unit
    factor: float


def of_an_object(p, x):
    return np.sum(p.unit.w * x * x) * p.factor + p.unit.b * x[0]


def test_tangents_of_objects():
    x = np.array([1.0, 3.0])
    p, changes = Pair(Unit(x + 1.0, 0.5), 2.0), {"unit": {"w": x, "b": 1.0, "name": None}, "factor": 0.5}
    assert_close(*[s2sad.jvp(of_an_object, (p, x), (changes, x), jit=jit) for jit in ("numba", None)])
    assert_close(*[s2sad.jvp(of_an_object, (p, x), (None, x), jit=jit) for jit in ("numba", None)])
    found, plain = (s2sad.hvp(of_an_object, (p, x), (changes, x), jit=jit) for jit in ("numba", None))
    assert type(found[0]) is Pair and type(found[0].unit) is Unit and found[0].unit.name is None
    assert_close((found[0].unit.w, found[0].unit.b, found[0].factor, found[1]),
                 (plain[0].unit.w, plain[0].unit.b, plain[0].factor, plain[1]))  # fmt: skip
