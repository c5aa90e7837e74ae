# setup: the environment · run: everything, with the demo company · test: with nothing but Python
# test-full: browser, faults, fuzzing too · check: lint, types, import rules · bench: measure
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
# Tests wait for the database as long as they work: three keep two cores busy.
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup run test test-full check bench lock clean

help:
	@head -n 2 Makefile | cut -c3-

setup: $(STAMP)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Frontdesk needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

# With uv where it is or can be had (seconds), else with pip (a minute); from the lock either way.
define install
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install -q uv 2>/dev/null || true
	@if $(BIN)/python -m uv --version >/dev/null 2>&1; then \
		$(BIN)/python -m uv pip install -q --python $(BIN)/python --require-hashes -r $(1) && \
		$(BIN)/python -m uv pip install -q --python $(BIN)/python --no-deps -e .; \
	else \
		$(BIN)/python -m pip install -q --require-hashes -r $(1) && \
		$(BIN)/python -m pip install -q --no-deps -e .; \
	fi
endef

$(STAMP): requirements.lock pyproject.toml | $(VENV)/bin/python
	$(call install,requirements.lock)
	@touch $@

$(DEV_STAMP): requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(call install,requirements-dev.lock)
	@touch $@ $(STAMP)

run: $(STAMP)
	$(BIN)/frontdesk run --demo

test: $(DEV_STAMP)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not full" tests

test-full: $(DEV_STAMP)
	$(BIN)/pytest -n 2 --dist worksteal -m full --timeout 600 tests

check: $(DEV_STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV_STAMP)
	$(BIN)/python -m benchmarks

lock: $(VENV)/bin/python
	$(BIN)/python -m uv pip compile --generate-hashes --no-emit-index-url --universal --no-header \
		-q pyproject.toml --extra anthropic -o requirements.lock
	$(BIN)/python -m uv pip compile --generate-hashes --no-emit-index-url --universal --no-header \
		-q pyproject.toml --extra anthropic --group dev -o requirements-dev.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info
