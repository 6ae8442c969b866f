"""The rules of SciPy, a file for each family; `rules/loading.py` loads them when a function of SciPy is met."""
