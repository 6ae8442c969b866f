# `make test` and `make demo` need only Python 3.10 or newer and make: they set up everything else by themselves.

PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= test,lint,demo
BIN = $(VENV)/bin
READY = $(VENV)/ready

OLDEST = .venvs/oldest
OLDEST_PYTHON ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.10.*/bin/python) python3.10)

.PHONY: help test test-all test-oldest alone lint pytest format demo bench golden clean

help:
	@echo "make test     format, lint and type checks, then tests for some minutes"
	@echo "make test-all the same, then the other tests: rows of rules, programs, what takes long to compile"
	@echo "make test-oldest   the tests with the oldest Python, NumPy, SciPy, gast and astunparse that are supported"
	@echo "make alone    the tests, each generated program run once more where s2sad is not installed (Python 3.12 on)"
	@echo "make demo     train a logistic regression with generated gradients"
	@echo "make bench    speed of s2sad itself, and of what it generates beside other tools"
	@echo "make golden   rewrite the generated programs that the tests, README.md and the lessons hold"
	@echo "make format   format the sources"
	@echo "make clean    remove what these made"

# A virtual environment with the project (as it lies here) and all that it needs.
$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "s2sad needs Python 3.10 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e ".[$(EXTRAS)]"
	@touch $@

test: lint pytest

lint: $(READY)
	$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --diff --quiet .; exit 1; }
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy

pytest: $(READY)
	$(BIN)/python -m pytest -q --share quick $(PYTEST_OPTIONS)

test-all: test
	$(BIN)/python -m pytest -q --share rest $(PYTEST_OPTIONS)

alone: $(READY)
	$(BIN)/python -m pytest -q --alone $(PYTEST_OPTIONS)

# The lower bounds of pyproject.toml, all at once.
test-oldest: $(OLDEST)/ready
	$(OLDEST)/bin/python -m pytest -q $(PYTEST_OPTIONS)

$(OLDEST)/ready: pyproject.toml
	$(OLDEST_PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m pip install -qq --disable-pip-version-check -e ".[test]" \
		"numpy==2.0.*" "gast==0.6.*" "astunparse==1.6.3" "scipy==1.13.*" "scikit-learn==1.5.*"
	@touch $@

format: $(READY)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

demo: $(READY)
	@$(BIN)/python samples/logistic_regression.py

# BENCH=--quick for small sizes; BENCH=--save keeps the results where README.md shows them.
bench: $(READY)
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e ".[bench]" || echo "without the other tools"
	$(BIN)/python -m tests.benchmarks.tool_speed
	$(BIN)/python -m tests.benchmarks.exemplars
	$(BIN)/python -m tests.benchmarks.gradbench.run $(BENCH)
	$(BIN)/python -m tests.benchmarks.scaling $(BENCH)

golden: $(READY)
	$(BIN)/python -m tests.golden_cases
	$(BIN)/python -m tests.golden_rules
	$(BIN)/python -m tests.readme_blocks
	$(BIN)/python -m tests.lessons
	$(BIN)/python -m tests.refusal_programs

clean:
	rm -rf .venv .venvs .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find s2sad tests samples -name __pycache__ -type d -exec rm -rf {} +
