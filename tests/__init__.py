# This file lets `tests` be imported as a package by the benchmarks and by one another.
