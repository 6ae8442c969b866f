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
    t2 = rate + 0.5 * volatility * volatility
    d1 = (math.log(spot / strike) + t2 * time) / spread
    d1_dot = (
        spot_dot / spot
        + (rate_dot + volatility_dot * volatility) * time
        + time_dot * t2
        - spread_dot * d1
    ) / spread
    d2 = d1 - spread
    d2_dot = d1_dot - spread_dot
    t3 = math.sqrt(2.0)
    t4 = d1 / t3
    t5_dot = d1_dot / t3 / math.sqrt(math.pi) * math.exp(-t4 * t4)
    t5 = 0.5 * (1.0 + math.erf(t4))
    t6 = -rate
    t7 = strike * math.exp(t6 * time)
    t8 = d2 / t3
    t9_dot = d2_dot / t3 / math.sqrt(math.pi) * math.exp(-t8 * t8)
    t9 = 0.5 * (1.0 + math.erf(t8))
    value = spot * t5 - t7 * t9
    value_dot = (
        spot_dot * t5 + t5_dot * spot - t7 * ((time_dot * t6 - rate_dot * time) * t9 + t9_dot)
    )
    return value, value_dot
