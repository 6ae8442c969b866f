import math


def black_scholes_value_and_gradients(spot, strike, rate, volatility, time, dy=1.0):
    """The value of black_scholes and its gradients with respect to spot, rate, volatility and time.

    Made by s2sad from black_scholes in black_scholes.py, line 14, for spot: float, strike: float,
    rate: float, volatility: float, time: float.
    """
    t1 = math.sqrt(time)
    spread = volatility * t1
    t2 = rate + 0.5 * volatility * volatility
    d1 = (math.log(spot / strike) + t2 * time) / spread
    d2 = d1 - spread
    t3 = math.sqrt(2.0)
    t4 = d1 / t3
    t5 = 0.5 * (1.0 + math.erf(t4))
    t6 = strike * math.exp(-rate * time)
    t7 = d2 / t3
    t8 = 0.5 * (1.0 + math.erf(t7))
    value = spot * t5 - t6 * t8

    # return spot * normal_cdf(d1) - strike * math.exp(-rate * time) * normal_cdf(d2)
    t6_grad = -dy * t8
    t8_grad = -dy * t6
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
    d2_grad = t8_grad / math.sqrt(math.pi) * math.exp(-t7 * t7) / t3
    # return spot * normal_cdf(d1) - strike * math.exp(-rate * time) * normal_cdf(d2)
    t9_grad = t6_grad * t6
    t10_grad = t9_grad * time
    time_grad = -t9_grad * rate
    spot_grad = dy * t5
    t5_grad = dy * spot
    # return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
    d1_grad = t5_grad / math.sqrt(math.pi) * math.exp(-t4 * t4) / t3
    # d2 = d1 - spread
    d1_grad += d2_grad
    # d1 = (math.log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / spread
    t11_grad = d1_grad / spread
    spread_grad = -d2_grad - t11_grad * d1
    t2_grad = t11_grad * time
    time_grad += t11_grad * t2
    rate_grad = t2_grad - t10_grad
    volatility_grad = t2_grad * volatility
    spot_grad += t11_grad / spot
    # spread = volatility * math.sqrt(time)
    volatility_grad += spread_grad * t1
    time_grad += 0.5 * spread_grad * volatility / t1
    return value, (spot_grad, rate_grad, volatility_grad, time_grad)
