import math


def black_scholes_value_and_gradients(spot, strike, rate, volatility, time, dy=1.0):
    """The value of black_scholes and its gradients with respect to spot, rate, volatility and time.

    Made by s2sad from black_scholes in black_scholes.py, line 14, for spot: float, strike: float,
    rate: float, volatility: float, time: float.
    """
    t1 = math.sqrt(time)
    spread = volatility * t1
    t2 = spot / strike
    t3 = rate + 0.5 * volatility * volatility
    d1 = (math.log(t2) + t3 * time) / spread
    d2 = d1 - spread
    t4 = math.sqrt(2.0)
    t5 = d1 / t4
    t6 = 0.5 * (1.0 + math.erf(t5))
    t7 = -rate
    t8 = math.exp(t7 * time)
    t9 = strike * t8
    t10 = d2 / t4
    t11 = 0.5 * (1.0 + math.erf(t10))
    value = spot * t6 - t9 * t11

    # return spot * normal_cdf(d1) - strike * math.exp(-rate * time) * normal_cdf(d2)
    t11_grad = -dy * t9
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
    d2_grad = t11_grad / math.sqrt(math.pi) * math.exp(-t10 * t10) / t4
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * time) * normal_cdf(d2)
    t12_grad = -dy * t11 * strike * t8
    t7_grad = t12_grad * time
    time_grad = t12_grad * t7
    spot_grad = dy * t6
    t6_grad = dy * spot
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
    d1_grad = t6_grad / math.sqrt(math.pi) * math.exp(-t5 * t5) / t4
    # d2 = d1 - spread
    d1_grad += d2_grad
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread
    t13_grad = d1_grad / spread
    spread_grad = -d2_grad - t13_grad * d1
    t3_grad = t13_grad * time
    time_grad += t13_grad * t3
    rate_grad = t3_grad - t7_grad
    volatility_grad = t3_grad * volatility
    spot_grad += t13_grad / t2 / strike
    # spread = volatility * math.sqrt(time)
    volatility_grad += spread_grad * t1
    time_grad += 0.5 * spread_grad * volatility / t1
    return value, (spot_grad, rate_grad, volatility_grad, time_grad)
