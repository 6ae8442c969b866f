"""The language that s2sad differentiates, case by case: one file an area, each a list of small programs."""
