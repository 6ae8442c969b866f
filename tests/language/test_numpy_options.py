"""Options of ufuncs and reductions, and the methods of ufuncs, as they stand in programs: against differences."""

import inspect
import operator

import numpy as np
import pytest

from s2sad import NotDifferentiableError, check_gradients, value_and_gradients_function

rng = np.random.default_rng(0)
ARGUMENTS = {
    "x": rng.uniform(0.5, 2.0, (3, 4)),
    "y": rng.uniform(0.5, 2.0, 4),
    "v": rng.uniform(0.5, 2.0, 4),
    "s": 1.3,
    "m": np.array([True, False, True, True]),
}


def case_out(x, y):
    c = np.empty_like(x)
    np.multiply(x, y, out=c)
    return np.sum(c * c)


def case_out_pos(x, y):
    c = np.empty_like(x)
    d = np.multiply(x, y, c)
    return np.sum(c * d)


def case_out_tuple(x, y):
    c = np.empty_like(x)
    np.multiply(x, y, out=(c,))
    return np.sum(c * c)


def case_out_alias(x, y):
    x = x * 1.0
    np.multiply(x, x, out=x)
    return np.sum(x * y)


def case_where_out(v, y):
    c = np.zeros_like(v)
    np.divide(v, y, out=c, where=v > 1.0)
    return np.sum(c * c)


def case_where_out_init(v, y):
    c = y * 3.0
    np.sqrt(v, out=c, where=v > 1.0)
    return np.sum(c * c)


def case_where_out_b(x, y):
    c = np.zeros_like(x)
    np.multiply(x, y, out=c, where=y > 1.0)
    return np.sum(c * c)


def case_dtype(v):
    return np.sum(np.sin(v, dtype=np.float64))


def case_casting(v, y):
    return np.sum(np.add(v, y, casting="unsafe") * v)


def case_subok(v):
    return np.sum(np.exp(v, subok=False, order="C"))


def case_where_true(v):
    return np.sum(np.exp(v, where=True))


def case_reduce_add(x):
    return np.sum(np.add.reduce(x) ** 2)


def case_reduce_add_axis(x):
    return np.sum(np.add.reduce(x, axis=1) ** 2)


def case_reduce_add_none(x):
    return np.add.reduce(x, axis=None) ** 2


def case_reduce_add_keep(x):
    return np.sum(np.add.reduce(x, 1, keepdims=True) * x)


def case_reduce_add_tuple(x):
    return np.add.reduce(x, axis=(0, 1)) ** 2


def case_reduce_mul(x):
    return np.sum(np.multiply.reduce(x) ** 2)


def case_reduce_max(x):
    return np.sum(np.maximum.reduce(x) ** 2)


def case_reduce_min(x):
    return np.sum(np.minimum.reduce(x, axis=1) ** 2)


def case_reduce_logaddexp(x):
    return np.sum(np.logaddexp.reduce(x, axis=0) ** 2)


def case_reduce_logaddexp1(x):
    return np.sum(np.logaddexp.reduce(x, axis=1, keepdims=True) * x)


def case_reduce_logaddexp2(x):
    return np.sum(np.logaddexp2.reduce(x) ** 2)


def case_reduce_hypot(x):
    return np.sum(np.hypot.reduce(x) ** 2 * x)


def case_reduce_fmax(x):
    return np.sum(np.fmax.reduce(x) ** 2)


def case_reduce_init(v):
    return np.add.reduce(v, initial=3.0) ** 2


def case_reduce_where(v):
    return np.add.reduce(v, where=v > 1) ** 2


def case_reduce_mulwhere(v):
    return np.multiply.reduce(v, where=v > 1, initial=2.0) ** 2


def case_acc_add(v):
    return np.sum(np.add.accumulate(v) ** 2)


def case_acc_add2(x):
    return np.sum(np.add.accumulate(x, axis=1) ** 2)


def case_acc_mul(x):
    return np.sum(np.multiply.accumulate(x) ** 2)


def case_acc_max(x):
    return np.sum(np.maximum.accumulate(x, axis=1) ** 2)


def case_acc_min(x):
    return np.sum(np.minimum.accumulate(x) ** 2)


def case_reduceat(v):
    return np.sum(np.add.reduceat(v, [0, 2]) ** 2)


def case_reduceat2(x):
    return np.sum(np.add.reduceat(x, np.array([0, 2, 1]), axis=1) ** 2)


def case_outer(v, y):
    return np.sum(np.multiply.outer(v, y) ** 2)


def case_outer2(x, y):
    return np.sum(np.add.outer(x, y) ** 2)


def case_outer_sub(v, y):
    return np.sum(np.subtract.outer(v, y) ** 3)


def case_outer_pow(v, y):
    return np.sum(np.power.outer(v, y))


def case_outer_s(s, y):
    return np.sum(np.multiply.outer(s, y) ** 2)


def case_outer_mm(x):
    return np.sum(np.maximum.outer(x, x) ** 2)


def case_at_add(v, y):
    v = v * 1.0
    np.add.at(v, [0, 1, 0, 2], y)
    return np.sum(v * v)


def case_at_sub(v, y):
    v = v * 1.0
    np.subtract.at(v, [0, 1, 0, 2], y)
    return np.sum(v * v)


def case_sum_init(v):
    return np.sum(v, initial=3.0) ** 2


def case_sum_init_active(v, s):
    return np.sum(v, initial=s) ** 2


def case_sum_where(x):
    return np.sum(np.sum(x, axis=1, where=x > 1) ** 2)


def case_sum_where1(v, m):
    return np.sum(v, where=m) ** 2


def case_sum_dtype(v):
    return np.sum(v, dtype=np.float64) ** 2


def case_sum_out(x, y):
    c = np.empty(3)
    np.sum(x, axis=1, out=c)
    return np.sum(c * c)


def case_mean_where(x):
    return np.sum(np.mean(x, axis=1, where=x > 0.7) ** 2)


def case_mean_dtype(x):
    return np.mean(x, dtype=np.float64)


def case_prod_init(v):
    return np.prod(v, initial=3.0) ** 2


def case_prod_where(x):
    return np.sum(np.prod(x, axis=1, where=x > 1) ** 2)


def case_max_init(v):
    return np.max(v, initial=1.5) ** 2


def case_max_init2(x):
    return np.sum(np.max(x, axis=1, initial=1.5) ** 2)


def case_max_where(x):
    return np.sum(np.max(x, axis=1, initial=0.0, where=x < 1.5) ** 2)


def case_min_where(x):
    return np.sum(np.min(x, axis=1, initial=9.0, where=x > 1.1) ** 2)


def case_mmax_where(v):
    return v.max(initial=0.0, where=v < 1.5) ** 2


def case_var_corr(v):
    return np.var(v, correction=1) ** 2


def case_std_corr(x):
    return np.sum(np.std(x, axis=1, correction=1) ** 2)


def case_var_mean(x):
    m = np.mean(x, axis=1, keepdims=True)
    return np.sum(np.var(x, axis=1, mean=m) ** 2)


def case_std_mean(x):
    m = np.mean(x, axis=1, keepdims=True)
    return np.sum(np.std(x, axis=1, mean=m) ** 2)


def case_var_mean_other(x, y):
    return np.sum(np.var(x, axis=0, mean=y[None, :]) ** 2)


def case_var_where(x):
    return np.sum(np.var(x, axis=1, where=x > 0.7) ** 2)


def case_std_where(x):
    return np.sum(np.std(x, axis=0, where=x > 0.6) ** 2)


def case_mvar_ddof(x):
    return np.sum(x.var(axis=0, ddof=1) ** 2)


def case_floatpower(v, y):
    return np.sum(np.float_power(v, y))


def case_clip_out(v):
    np.clip(v, 0.7, 1.2, out=v)
    return np.sum(v**2)


def case_bincount(v, m):
    return np.sum(np.bincount([0, 1, 0, 2], weights=v) ** 2)


def case_nan_to_num(v):
    return np.sum(np.nan_to_num(v, copy=True, nan=1.0) ** 2)


def case_iadd(v, y):
    v = operator.iadd(v, y)
    return np.sum(v * v)


def case_opabs(v):
    return np.sum(operator.abs(operator.neg(v)) ** 2)


def case_matmul_out(x):
    c = np.empty((3, 3))
    np.matmul(x, x.T, out=c)
    return np.sum(c * c)


def case_method_chain(x, y):
    z = x.__add__(y).__rsub__(1.0)
    z.__imul__(x)
    z.__setitem__(0, y.__neg__())
    return np.sum(z.__getitem__((slice(None), 1)) * z.__pow__(2).__abs__()[:, 0]) + float(z.__getitem__((1, 2)))


def case_nan_to_num_in_place(v):
    w = v * 2.0
    np.nan_to_num(w, copy=False)
    return np.sum(w * w)


CASES = [function for name, function in list(globals().items()) if name.startswith("case_")]


@pytest.mark.parametrize("function", CASES, ids=lambda function: function.__name__[5:])
def test_against_differences(function):
    arguments = [np.copy(ARGUMENTS[name]) for name in inspect.signature(function).parameters]
    arguments = [each if np.ndim(each) else float(each) for each in arguments]
    expected = function(*[np.copy(each) if np.ndim(each) else each for each in arguments])
    value, gradients = value_and_gradients_function(function)(*arguments)
    assert np.array_equal(value, expected)
    for gradient, argument in zip(gradients, arguments):
        if np.asarray(argument).dtype.kind == "f":
            assert np.shape(gradient) == np.shape(argument) and np.asarray(gradient).dtype == np.float64
    assert check_gradients(function, *arguments).ok


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.1.0", reason="min= and max= are new in NumPy 2.1")
def test_clip_with_min_and_max():
    def clipped(v):
        return np.sum(np.clip(v, min=0.7, max=1.2) ** 2)

    assert check_gradients(clipped, ARGUMENTS["v"]).ok


def bytes_of(v):
    return np.frombuffer(v)


def raw(v):
    return v.tobytes()


@pytest.mark.parametrize(
    ("function", "text", "carets"),
    [
        (
            bytes_of,
            "`frombuffer` reads numbers out of raw bytes, and its argument needs a gradient",
            "np.frombuffer(v)",
        ),
        (raw, "`.tobytes` writes the numbers as bytes, through which no gradient flows", "v.tobytes()"),
    ],
)
def test_refused(function, text, carets):
    with pytest.raises(NotDifferentiableError) as error:
        value_and_gradients_function(function)(np.ones(3))
    message = str(error.value)
    assert text in message and "^" * len(carets) in message and "Write instead:" in message
