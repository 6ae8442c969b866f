"""The Black-Scholes price of a call: its gradients are the greeks (delta, vega, rho, theta with its sign)."""

import math

SIGNATURE = dict(spot=float, strike=float, rate=float, volatility=float, time=float)
PARAMS = ["spot", "rate", "volatility", "time"]
ARGS = (102.0, 98.0, 0.03, 0.25, 0.75)


def normal_cdf(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def black_scholes(spot, strike, rate, volatility, time):
    spread = volatility * math.sqrt(time)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread
    d2 = d1 - spread
    return spot * normal_cdf(d1) - strike * math.exp(-rate * time) * normal_cdf(d2)


def black_scholes_value_and_gradients(spot, strike, rate, volatility, time, dy=1.0):
    t1 = math.sqrt(time)
    spread = volatility * t1
    t2 = rate + 0.5 * volatility * volatility
    d1 = (math.log(spot / strike) + t2 * time) / spread
    d2 = d1 - spread
    t3 = d1 / math.sqrt(2.0)
    t4 = 0.5 * (1.0 + math.erf(t3))
    t5 = strike * math.exp(-rate * time)
    t6 = d2 / math.sqrt(2.0)
    t7 = 0.5 * (1.0 + math.erf(t6))
    value = spot * t4 - t5 * t7

    # return spot * normal_cdf(d1) - strike * math.exp(-rate * time) * normal_cdf(d2)
    t8 = dy / math.sqrt(2.0 * math.pi)
    d2_grad = -t8 * t5 * math.exp(-t6 * t6)
    t5_grad = dy * t7 * t5
    # d2 = d1 - spread
    d1_grad = d2_grad + t8 * spot * math.exp(-t3 * t3)
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread
    t9_grad = d1_grad / spread
    spread_grad = -d2_grad - t9_grad * d1
    t10_grad = t9_grad * time
    spot_grad = dy * t4 + t9_grad / spot
    rate_grad = t5_grad * time + t10_grad
    # spread = volatility * math.sqrt(time)
    volatility_grad = t10_grad * volatility + spread_grad * t1
    time_grad = t5_grad * rate + t9_grad * t2 + 0.5 * spread_grad * volatility / t1
    return value, (spot_grad, rate_grad, volatility_grad, time_grad)
