"""SciPy's initial value problems, against closed forms and differences, at several tolerances and by all methods."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate

import s2sad
from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp, value_and_gradients_function

TIMES = np.linspace(0.0, 2.0, 5)


def decay(t, y, k):
    return -k * y


def at_the_end(y0, k, tol, method):
    return integrate.solve_ivp(decay, (0.0, 2.0), [y0], args=(k,), rtol=tol, atol=tol, method=method).y[0, -1]


# How much of the tolerance the error of the gradient may be: the interpolations of the last two are coarse.
METHODS = {"RK23": 20.0, "RK45": 20.0, "DOP853": 20.0, "Radau": 20.0, "BDF": 1000.0, "LSODA": 1000.0}


@pytest.mark.parametrize("method", METHODS)
def test_exponential_decay(method):
    """y0 exp(-2k): the error goes with the tolerance, in both modes."""
    y0, k = 1.5, 0.7
    exact = np.array([np.exp(-2.0 * k), -2.0 * y0 * np.exp(-2.0 * k)])
    val_grads = value_and_gradients_function(at_the_end, ["y0", "k"])
    val_tangent = s2sad.value_and_tangent_function(at_the_end, ["y0", "k"])
    for tol in (1e-4, 1e-8):
        value, gradients = val_grads(y0, k, tol, method)
        assert value == at_the_end(y0, k, tol, method)
        assert gradients == pytest.approx(exact, rel=METHODS[method] * tol)
        change = val_tangent(y0, k, tol, method, tangents=(1.0, 1.0))[1]
        assert change == pytest.approx(np.sum(exact), rel=METHODS[method] * tol)


def test_one_time():
    def f(y0, k):
        return integrate.solve_ivp(decay, (0.0, 2.0), [y0], t_eval=[1.5], args=(k,), rtol=1e-9, atol=1e-11).y[0, 0]

    exact = np.array([np.exp(-1.5 * 0.7), -1.5 * 2.5 * np.exp(-1.5 * 0.7)])
    assert gradients_function(f)(2.5, 0.7) == pytest.approx(exact, rel=1e-6)
    assert jvp(f, (2.5, 0.7), (1.0, 1.0))[1] == pytest.approx(np.sum(exact), rel=1e-6)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_tolerances_are_of_the_size_of_the_gradient(scale):
    def f(y0, k):
        solution = integrate.solve_ivp(lambda t, y: -k / scale * y, (0.0, 2.0), [y0], rtol=1e-8)
        return scale * solution.y[0, -1]

    y0, k = 1.5, 0.7 * scale
    exact = np.array([scale * np.exp(-1.4), -2.0 * y0 * np.exp(-1.4)])
    assert gradients_function(f)(y0, k) == pytest.approx(exact, rel=1e-6)
    assert jvp(f, (y0, k), (0.0, scale))[1] == pytest.approx(exact[1] * scale, rel=1e-6)


def predators(t, y, a, b, c):
    return [a * y[0] - b * y[0] * y[1], b * y[0] * y[1] - c[0] * y[1] + c[1] * np.sin(t)]


def at_times(y0, a, b, c):
    solution = integrate.solve_ivp(predators, (0.0, 2.5), y0, t_eval=TIMES, args=(a, b, c), rtol=1e-9, atol=1e-11)
    return np.sum(solution.y**2 * TIMES + solution.t)


def backwards(y0, a):
    solution = integrate.solve_ivp(lambda t, y: a * np.sin(y) * t, (2.0, 0.5), y0, "DOP853", [1.5, 1.0], rtol=1e-10)
    return solution.y[0, 1] * solution.y[1, 0]


def by_odeint(y0, w):
    y = integrate.odeint(lambda y, t: np.tanh(w @ y) + t, y0, TIMES, rtol=1e-10, atol=1e-10)
    return np.sum(y[-1] * y[2])


def of_time_first(k):
    return integrate.odeint(decay, 1.0, TIMES, args=(k,), tfirst=True, rtol=1e-10, atol=1e-10)[-1, 0]


def without_state(a):
    return integrate.solve_ivp(lambda t, y: [a * np.cos(t)], (0.0, 1.0), [0.0], rtol=1e-9).y[0, -1]


def of_span(t0, t1, k):
    solution = integrate.solve_ivp(decay_in_time, (t0, t1), [1.5], args=(k,), rtol=1e-10, atol=1e-12)
    return solution.y[0, 0] * t0 + solution.y[0, -1]


def decay_in_time(t, y, k):
    return -k * t * y


def of_times(times, t0, y0):
    solution = integrate.solve_ivp(predators_alone, (t0, 3.0), y0, t_eval=times, rtol=1e-10, atol=1e-12)
    return np.sum(solution.y**2 * solution.t)


def predators_alone(t, y):
    return predators(t, y, 0.7, 0.4, (0.3, 0.2))


def of_times_by_odeint(times, y0):
    y = integrate.odeint(predators_alone, y0, times, tfirst=True, rtol=1e-11, atol=1e-12)
    return np.sum(y**2 * np.arange(8.0).reshape(4, 2))


def of_the_end_by_odeint(t1, k):
    y = integrate.odeint(lambda y, t: -k * t * y, 1.5, np.linspace(0.0, t1, 4), rtol=1e-11, atol=1e-12)
    return y[-1, 0] * y[1, 0]


START = np.array([1.0, 0.5])
PROBLEMS = {
    "times": (at_times, START, 0.7, 0.4, np.array([0.3, 0.2])),
    "backwards": (backwards, START, 0.3),
    "odeint": (by_odeint, START, np.array([[0.1, -0.5], [0.7, 0.2]])),
    "time first": (of_time_first, 0.7),
    "without state": (without_state, 0.7),
    "ends": (of_span, 0.2, 1.5, 0.7),
    "times asked for": (of_times, np.array([0.5, 1.0, 2.5]), 0.1, START),
    "times of odeint": (of_times_by_odeint, np.array([0.1, 0.5, 1.0, 2.0]), START),
    "end of odeint": (of_the_end_by_odeint, 1.3, 0.7),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems(name):
    f, *args = PROBLEMS[name]
    assert value_and_gradients_function(f)(*args)[0] == f(*args)
    assert check_gradients(f, *args, rtol=1e-5).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert jvp(f, args, args)[1] == pytest.approx(slope, rel=1e-5)


def layers(state, t, params):
    """The parameters come in a list, and `state` is set again."""
    for W, b in params:
        outputs = np.dot(state, W) + b
        state = np.tanh(outputs)
    return outputs


def by_a_network(params, y0):
    return np.sum(integrate.odeint(layers, y0, TIMES, (params,), rtol=1e-10, atol=1e-10)[-1] ** 2)


def test_a_network():
    rng = np.random.default_rng(0)
    params = [(0.4 * rng.normal(size=(m, n)), rng.normal(size=n)) for m, n in ((2, 3), (3, 2))]
    assert check_gradients(by_a_network, params, START, rtol=1e-5).ok
    made = gradients_function(by_a_network, ["params"])(params, START)[0]
    slope = sum(np.sum(g * p) for grads, parts in zip(made, params) for g, p in zip(grads, parts))
    assert jvp(by_a_network, (params, START), (params,), ["params"])[1] == pytest.approx(slope, rel=1e-5)


def test_a_stiff_system_is_not_integrated_backwards():
    """y' = -1000 (y - k cos t): solved backwards in time, y would grow by e to the 1000."""

    def f(k):
        solution = integrate.solve_ivp(
            lambda t, y: -1000.0 * (y - k * np.cos(t)), (0.0, 1.0), [0.0], "Radau", rtol=1e-7, atol=1e-9
        )
        return solution.y[0, -1]

    assert s2sad.grad(f)(2.0) == pytest.approx(f(1.0), rel=1e-5)


def test_forward_mode_twice():
    def f(k):
        return integrate.solve_ivp(decay, (0.0, 1.0), [1.0], args=(k,), rtol=1e-9, atol=1e-11).y[0, -1]

    once = s2sad.value_and_tangent_function(f).compiled(0.5)
    assert jvp(once, (0.5, 1.0), (1.0, 0.0))[1][1] == pytest.approx(np.exp(-0.5), rel=1e-6)


def test_a_step_that_the_solver_chose():
    """Its time changes with the parameters, by more than a derivative at a fixed time says."""

    def f(k, n):
        return integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,)).y[0, n]

    with pytest.raises(ValueError, match="steps that the solver chose: give it t_eval"):
        s2sad.grad(f)(0.5, 2)
    assert np.isnan(jvp(f, (0.5, 2), (1.0, 0))[1])
    assert s2sad.grad(f)(0.5, -1) == pytest.approx(-2.0 * np.exp(-1.0), rel=2e-2)


@pytest.mark.parametrize(
    "f",
    [
        lambda k: np.sum(integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,)).y),
        lambda k: (integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,)).y[0] ** 2)[-1],
        lambda k: integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,)).y.T @ np.ones(1),
        lambda k: np.sum(integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,)).y[0, 1:]),
        lambda k: integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,)).y[:, -2:].sum(),
    ],
)
def test_all_steps_that_the_solver_chose_are_refused(f):
    with pytest.raises(NotDifferentiableError, match="steps that `solve_ivp` chose"):
        s2sad.gradients_function(f)(0.5)
    with pytest.raises(NotDifferentiableError, match="steps that `solve_ivp` chose"):
        jvp(f, (0.5,), (1.0,))


def test_views_of_steps_that_the_solver_chose():
    def f(k):
        solution = integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,), rtol=1e-9, atol=1e-11)
        (only,) = solution.y
        return only[-1] + solution.y[0][-1] + solution.y.T[-1, 0] + solution.y.copy()[0, -1] + solution.y[:, -1][0]

    expected = s2sad.grad(lambda k: integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,), rtol=1e-9).y[0, -1])(0.5)
    assert s2sad.grad(f)(0.5) == pytest.approx(5.0 * expected, rel=1e-5)
    assert jvp(f, (0.5,), (1.0,))[1] == pytest.approx(5.0 * expected, rel=1e-5)


def test_ends_in_closed_form():
    """y0 exp(-k (t1^2 - t0^2) / 2), by the ends."""
    t0, t1, k = 0.2, 1.5, 0.7
    end = 1.5 * np.exp(-0.5 * k * (t1**2 - t0**2))
    slopes = gradients_function(of_span)(t0, t1, k)
    assert slopes == pytest.approx((k * t0 * end + 1.5, -k * t1 * end, -0.5 * (t1**2 - t0**2) * end), rel=1e-6)


def test_refusals():
    with pytest.raises(NotDifferentiableError, match=r"no rule for `t` of what `solve_ivp` returns"):
        s2sad.grad(lambda t: integrate.solve_ivp(decay, (0.0, t), [1.0], args=(0.5,)).t[-1])(0.5)
    with pytest.raises(NotDifferentiableError, match=r"no rule for `solve_ivp` with `events`"):
        s2sad.grad(lambda k: integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,), events=decay).y[0, -1])(0.5)
    with pytest.raises(NotDifferentiableError, match=r"no rule for `nfev` of what `solve_ivp` returns"):
        s2sad.grad(lambda k: k * integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,)).nfev)(0.5)

    def f(k):
        return integrate.solve_ivp(decay, (0.0, 2.0), [1.0], args=(k,)).y[0, -1]

    with pytest.raises(NotDifferentiableError, match=r"the gradient of a solution has one in it"):
        s2sad.grad(s2sad.grad(f))(0.5)


def test_text_of_a_problem():
    text = value_and_gradients_function(at_times).source(*PROBLEMS["times"][1:])
    assert "def predators_backward(saved, value_grad):" in text
    assert "y0_grad, a_grad, b_grad, c_grad = ivp_adjoint(" in text
    assert "s2sad" not in text.replace("Made by s2sad from", "")
