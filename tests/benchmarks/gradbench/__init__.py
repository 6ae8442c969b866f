"""The problems of GradBench (https://github.com/gradbench/gradbench): its mathematics and the shapes of its inputs, as
programs that a NumPy user would write.

Each module has `f` and what it calls (the program), PARAMS (what is differentiated), `by_hand` (what a person would write
for the derivative), `arguments(size)` for the sizes 'tiny' (tests), 'quick' and 'full', and `tools()`: a function for each
tool that takes the arguments and returns a function without arguments that computes the derivative.
"""

NAMES = ("hello", "gmm", "ba", "ht", "lstm", "ode", "kmeans", "llsq", "lse", "det", "particle", "saddle")
