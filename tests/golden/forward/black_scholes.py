import math


def black_scholes_value_and_tangent(
    spot, strike, rate, volatility, time, spot_dot, rate_dot, volatility_dot, time_dot
):
    """The value of black_scholes, and how it changes when spot, rate, volatility and time change by
    their tangents.

    Made by s2sad from black_scholes in black_scholes.py, line 14, for spot: float, strike: float,
    rate: float, volatility: float, time: float.
    """
    t1 = math.sqrt(time)
    spread = volatility * t1
    spread_dot = volatility_dot * t1 + 0.5 * time_dot / t1 * volatility
    t2 = spot / strike
    t3 = rate + 0.5 * volatility * volatility
    d1 = (math.log(t2) + t3 * time) / spread
    d1_dot = (
        spot_dot / strike / t2
        + (rate_dot + volatility_dot * volatility) * time
        + time_dot * t3
        - spread_dot * d1
    ) / spread
    d2 = d1 - spread
    d2_dot = d1_dot - spread_dot
    t4 = math.sqrt(2.0)
    t5 = d1 / t4
    t6_dot = d1_dot / t4 / math.sqrt(math.pi) * math.exp(-t5 * t5)
    t6 = 0.5 * (1.0 + math.erf(t5))
    t7 = -rate
    t8 = math.exp(t7 * time)
    t9 = strike * t8
    t10 = d2 / t4
    t11_dot = d2_dot / t4 / math.sqrt(math.pi) * math.exp(-t10 * t10)
    t11 = 0.5 * (1.0 + math.erf(t10))
    value = spot * t6 - t9 * t11
    value_dot = (
        spot_dot * t6
        + t6_dot * spot
        - (time_dot * t7 - rate_dot * time) * t8 * strike * t11
        - t11_dot * t9
    )
    return value, value_dot
