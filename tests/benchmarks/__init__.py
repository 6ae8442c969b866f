"""Benchmarks, run by `make bench`: they print ratios and times, and are no tests."""
