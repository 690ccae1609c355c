# Every command of the house. `make` alone lists them; `make demo` and `make test` need nothing but Python.

ROOMS := rules schemas ledger bnmp producers consumers operations sandbox runtime console
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
BENCHMARKS = $(basename $(notdir $(wildcard bench/[!_]*.py)))
# More words for the command, e.g. make demo ARGS="--persons 200", make test ARGS=tests/rules
ARGS ?=
# Tests wait for brokers and leases more than they compute: three side by side fill two cores.
JOBS ?= 3

.DEFAULT_GOAL := help
.PHONY: help demo up test coverage simulate mutate check bench chaos docs lock
.DELETE_ON_ERROR:

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: .venv/ready ## a court's day on this machine, checked at its end; ARGS="--persons N --seed N --outage SECONDS"
	@$(BIN)/saj-bnmp demo $(ARGS)

up: .venv/ready ## the same stack left running, with its addresses; Ctrl-C ends it
	@$(BIN)/saj-bnmp up $(ARGS)

test: .venv/ready ## every test that a laptop can run; ARGS=tests/rules for some
	@folder=$$(mktemp -d) && chmod 711 "$$folder" && trap 'rm -rf "$$folder"' EXIT && \
		TMPDIR=$$folder $(BIN)/python -m pytest --numprocesses=$(JOBS) --dist=loadfile --no-loadscope-reorder $(ARGS)

coverage: .venv/ready ## every branch of the rules, by the named examples of tests/rules alone; fails below 100%
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && export COVERAGE_FILE=$$folder/data && \
		$(BIN)/coverage run -m pytest tests/rules -m 'not hypothesis and not plays' --noconftest -n 0 -q && \
		$(BIN)/coverage report --show-missing --skip-covered --fail-under=100

simulate: .venv/ready ## the properties of the rules with thousands of examples, drawn anew; ARGS="--times 1 --least 2000 --seeds 1,2 TestPerson"
	@$(BIN)/python -m tests.rules.simulate $(ARGS)

mutate: .venv/ready ## break the rules on purpose and see whether a test notices; ARGS="--since main --minutes 30 chain.py"
	@$(BIN)/python -m tests.rules.mutate $(ARGS)

check: .venv/ready ## lint, format, types and the contracts between rooms
	@echo "ruff check" && $(BIN)/ruff check .
	@echo "ruff format --check" && $(BIN)/ruff format --check .
	@echo "mypy" && $(BIN)/mypy $(ROOMS) tests $(wildcard bench/*.py)
	@echo "lint-imports" && $(BIN)/lint-imports

bench: .venv/ready ## run one benchmark, or NAME=all; without a name, list them; ARGS=500 for a smaller drill
	@test -n "$(NAME)" || { echo "benchmarks: $(or $(BENCHMARKS),none yet)"; echo "run one with make bench NAME=..."; exit 2; }
	@test -f "bench/$(NAME).py" || { echo "there is no benchmark $(NAME); there are: $(or $(BENCHMARKS),none yet)" >&2; exit 2; }
	@$(BIN)/python -m "bench.$(NAME)" $(ARGS)

chaos: .venv/ready ## kill, suspend and take away everything, and write docs/chaos.md; ARGS=deaths for one part
	@folder=$$(mktemp -d) && chmod 711 "$$folder" && trap 'rm -rf "$$folder"' EXIT && TMPDIR=$$folder $(BIN)/python -m tests.system.chaos $(ARGS)

docs: .venv/ready ## write the generated pages of docs/ again
	@$(BIN)/python -m tests.house.pages

lock: ## resolve both lock files again, with hashes and without addresses; needs uv
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv, or your system's package of it" >&2; exit 2; }
	uv pip compile --upgrade --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --universal \
		pyproject.toml -o requirements.lock
	uv pip compile --upgrade --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --universal \
		--extra sandbox --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

# The set-up. Three files of .venv say how far it came, so that what is done is not done again and asks no network.

# A name on the path is not yet an interpreter (a version manager's shim is there and fails), so each one is tried.
.venv/bin/python:
	@found=; \
	for name in python3.13 python3.12 python3.11 python3; do \
		if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$name; break; fi; \
	done; \
	test -n "$$found" || { \
		echo "set-up: no Python 3.11 or newer on the path (Debian: apt-get install python3 python3-venv)" >&2; exit 1; }; \
	version=$$($$found -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	$$found -c 'import ensurepip, venv' >/dev/null 2>&1 || { \
		echo "set-up: Python $$version ($$found) has no venv or ensurepip (Debian: apt-get install python$$version-venv)" >&2; exit 1; }; \
	echo "set-up: making .venv with Python $$version"; \
	$$found -m venv --clear .venv

.venv/locked: requirements-dev.lock .venv/bin/python
	@$(PIP) --version >/dev/null 2>&1 || { echo "set-up: .venv is broken; remove it (rm -r .venv) and try again" >&2; exit 1; }
	@echo "set-up: installing what requirements-dev.lock pins (once; a minute or two)"
	@$(PIP) install --require-hashes -r requirements-dev.lock || { \
		echo "set-up: the packages above could not be installed: pip must reach a package index once, the one it is configured for" >&2; exit 1; }
	@touch $@

.venv/ready: pyproject.toml .venv/locked
	@echo "set-up: installing saj-bnmp itself"
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
