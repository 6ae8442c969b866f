"""Timing on a machine that does other things as well: the processor's time, interleaved, and medians of what is found."""

from __future__ import annotations

import statistics
import time
from typing import Callable


def calls_for(function: Callable[[], object], seconds: float) -> int:
    """How many calls take about that long; at least 1."""
    calls = 1
    while True:
        taken = seconds_of(function, calls)
        if taken >= seconds / 4:
            return max(1, round(calls * seconds / taken))
        calls *= 2


def seconds_of(function: Callable[[], object], calls: int) -> float:
    repeats = range(calls)
    start = time.thread_time()
    for _ in repeats:
        function()
    return time.thread_time() - start


def interleaved(
    one: Callable[[], object], other: Callable[[], object], rounds: int = 41, seconds: float = 0.004
) -> list[tuple[float, float]]:
    """Seconds per call of both, measured in turn, so that what else the machine does meets both alike."""
    calls = calls_for(one, seconds), calls_for(other, seconds)
    pairs = []
    for number in range(rounds):
        if number % 2:
            first = seconds_of(one, calls[0])
            second = seconds_of(other, calls[1])
        else:
            second = seconds_of(other, calls[1])
            first = seconds_of(one, calls[0])
        pairs.append((first / calls[0], second / calls[1]))
    return pairs


def median_ratio(pairs: list[tuple[float, float]]) -> float:
    return statistics.median(one / other for one, other in pairs)


def median_difference(pairs: list[tuple[float, float]]) -> float:
    return statistics.median(one - other for one, other in pairs)


def verdict(found: float, limit: float) -> str:
    return "ok" if found <= limit else "OVER"
