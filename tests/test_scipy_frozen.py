"""SciPy's distributions with their parameters: `stats.norm(mu, sigma).logpdf(x)`."""

import numpy as np
import pytest
import scipy.stats
from scipy import stats
from scipy.interpolate import CubicSpline

from s2sad import NotDifferentiableError, check_gradients, grad, jvp, value_and_gradients_function

X = np.array([0.5, 1.2, 0.9])
PLACES = np.arange(5.0)
PRIOR = stats.norm(0.3, scale=2.0)


def likelihood(mu, sigma, x):
    noise = stats.norm(mu, sigma)
    return np.sum(noise.logpdf(x)) + noise.cdf(0.3)


def by_keyword(mu, x):
    counts = scipy.stats.poisson(np.exp(mu))
    return np.sum(counts.logpmf(np.array([1, 2, 0]))) + stats.t(df=3, loc=mu).logpdf(x=0.3) + np.sum(x)


def made_before(mu, x):
    return PRIOR.logpdf(mu) + np.sum(stats.gamma(mu, scale=2.0).logpdf(x))


def of_vectors(mean, x):
    return stats.multivariate_normal(mean, np.eye(3)).logpdf(x)


def either(mu, x):
    if mu > 0.2:
        noise = stats.norm(mu, 1.5)
    else:
        noise = stats.norm(2.0 * mu, 2.0)
    return np.sum(noise.logpdf(x))


def in_turn(mu, x):
    noise = stats.norm(mu, 1.5)
    total = 0.0
    for each in x:
        total += noise.logpdf(each)
        noise = stats.norm(each * mu, 2.0)
    return total


def given_to_others(mu, x):
    noise = stats.norm(mu, 1.5)
    return np.sum(np.vectorize(noise.logpdf)(x))


class Model:
    def __init__(self, mu):
        self.noise = stats.norm(mu, 1.0)

    def fit_to(self, x):
        return np.sum(self.noise.logpdf(x))


def held(mu, x):
    return Model(mu).fit_to(x)


def passed_on(mu, x):
    noise = stats.cauchy(mu, 1.0)

    def at(place):
        return noise.pdf(place)

    return at(0.3) + sum(map(noise.logpdf, x))


def set_anew(mu, x):
    noise = stats.norm(mu, 1.0)
    mu = mu * mu
    return np.sum(noise.logpdf(x)) * mu


def of_constants(mu, x):
    drawn = stats.norm.rvs(0.0, 1.0, 3, random_state=0)
    return np.sum(drawn * mu) + stats.norm(1.0, 2.0).mean() * mu + stats.gamma.var(2.0) * mu + np.sum(x)


PROGRAMS = [by_keyword, made_before, either, held, passed_on, given_to_others, set_anew, of_constants]


@pytest.mark.parametrize("f", PROGRAMS)
@pytest.mark.parametrize("mu", [0.4, 0.1])
def test_gradients(f, mu):
    check_gradients(f, mu, X).raise_if_wrong()
    value, change = jvp(f, (mu, X), (1.0, np.zeros(3)))
    assert value == f(mu, X)
    assert change == pytest.approx(grad(f)(mu, X), rel=1e-12)


def test_of_vectors():
    check_gradients(of_vectors, 0.5 * X, X).raise_if_wrong()


def test_parameters_stand_in_the_call():
    made = value_and_gradients_function(likelihood)
    assert made(0.3, 1.5, X)[0] == likelihood(0.3, 1.5, X)
    assert "value = np.sum(stats.norm.logpdf(x, loc=mu, scale=sigma)) + stats" in made.source(0.3, 1.5, X)


def expectation(mu):
    return stats.norm(mu, 1.0).expect(lambda x: x * x)


def of_two_families(mu):
    noise = stats.norm(mu, 1.0) if mu > 0.0 else stats.cauchy(mu, 1.0)
    return noise.logpdf(0.3)


@pytest.mark.parametrize("f", [expectation, of_two_families])
def test_refused(f):
    with pytest.raises(NotDifferentiableError):
        grad(f)(0.3)


@pytest.mark.parametrize("f", [in_turn])
def test_refused_of_arrays(f):
    with pytest.raises(NotDifferentiableError):
        grad(f)(0.3, X)


def either_spline(y):
    if y[0] > 0.0:
        curve = CubicSpline(PLACES, y)
    else:
        curve = CubicSpline(PLACES, 2.0 * y)
    return curve(0.3)


@pytest.mark.parametrize("start", [1.0, -1.0])
def test_a_spline_that_is_chosen(start):
    check_gradients(either_spline, np.array([start, 2.0, 1.0, 3.0, 2.0])).raise_if_wrong()


def bent(y):
    curve = CubicSpline(PLACES, y)
    for _ in range(2):
        curve = CubicSpline(PLACES, curve(0.3) * y)
    return curve(0.4)


def test_a_spline_made_anew_in_a_loop_is_refused():
    with pytest.raises(NotDifferentiableError, match="curve"):
        grad(bent)(np.array([1.0, 2.0, 1.0, 3.0, 2.0]))
