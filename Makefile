# The front door. `make help` lists what can be asked for.
#
# Everything is installed into .venv from PyPI, at the exact versions of constraints.txt. Nothing here needs root.

# The newest supported Python that is on the PATH; `make PYTHON=/path/to/python3.11 demo` chooses another one.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
DEMO_OUTPUT := demo-output
TEST_ARGUMENTS ?=
SOAK_TASKS ?= 10000
# Four at a time, file by file: much of the time is spent waiting for servers that start and stop.
TEST_WORKERS ?= 4
NODE_PACKAGES := tests/qencode tests/browser tests/uploads tests/azure
# The official Python SDK uploads by an old client, which cannot stand beside the new one.
OLD_CLIENTS := .cache/old-clients
# Tests start hundreds of programs: none is to compile anew what the one before it compiled, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo demo-cluster test unit fuzz soak lint types format bench docs picture pins clean venv developer-venv system-packages

help:  ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: venv  ## run the first real job on this machine, check its result, leave it in demo-output/
	$(BIN)/filmstrip demo --output $(DEMO_OUTPUT)

demo-cluster: venv  ## the same job by an API process and two workers on PostgreSQL, one of which is killed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[demo,cluster]'
	$(BIN)/filmstrip demo --fleet --output $(DEMO_OUTPUT)

test: developer-venv system-packages $(NODE_PACKAGES:%=%/node_modules/.installed) $(OLD_CLIENTS)/.installed  ## install what tests need and pass them all
	$(BIN)/python -m pytest --numprocesses $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder $(TEST_ARGUMENTS)

unit: developer-venv  ## pass the tests that need no server, no browser and no film, within a minute
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(TEST_ARGUMENTS) tests/unit tests/property

fuzz: developer-venv  ## search for examples that break a promise, for FUZZ_SECONDS (600 by default)
	$(BIN)/python tests/fuzz.py

soak: developer-venv system-packages  ## kill the processes of a fleet at random while it runs SOAK_TASKS tasks (10000 by default)
	cd tests && ../$(BIN)/python -m soak --tasks $(SOAK_TASKS) --keep

lint: developer-venv  ## all rules of ruff, its formatting, and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: developer-venv  ## mypy, strict
	$(BIN)/mypy

format: developer-venv  ## put all code into its form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: developer-venv  ## measure against peers and against the physical floor
	$(BIN)/python -m benchmarks

docs: developer-venv  ## write docs/reference/ anew from the code, then test all documentation
	$(BIN)/python docs/generate.py
	$(BIN)/python -m pytest tests/docs

picture: demo  ## draw the picture of the README anew from the result of the demo
	cp $(DEMO_OUTPUT)/contact.png docs/pictures/contact.png

pins: ## write constraints.txt anew with the newest versions that pyproject.toml allows
	rm -rf $(VENV)-pins && $(PYTHON) -m venv $(VENV)-pins
	$(VENV)-pins/bin/python -m pip install --quiet --upgrade pip
	$(VENV)-pins/bin/python -m pip install --quiet --editable '.[demo,otel,cluster]' --group test --group lint
	$(VENV)-pins/bin/python -m pip freeze --all --exclude-editable --exclude setuptools > constraints.txt
	rm -rf $(VENV)-pins

venv: $(VENV)/.installed  ## make .venv with the filmstrip program and what the demo needs

developer-venv: $(VENV)/.installed-for-developers

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Filmstrip needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/it" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "This Python cannot make virtual environments (on Debian: apt install python3-venv)" >&2; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install --quiet --constraint constraints.txt pip
	$(PIP) install --quiet --constraint constraints.txt --editable '.[demo]'
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.installed-for-developers: pyproject.toml constraints.txt | $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --editable '.[demo,otel,cluster]' --group test --group lint
	@touch $@

# Qencode's official Node client and real players run in the tests, unmodified.
%/node_modules/.installed: %/package.json %/package-lock.json | system-packages
	@if command -v npm >/dev/null; then npm ci --prefix $* --no-audit --no-fund --loglevel=error && touch $@; fi

$(OLD_CLIENTS)/.installed: tests/uploads/old-clients.txt | $(VENV)/bin/python
	@rm -rf $(OLD_CLIENTS)
	$(PIP) install --quiet --requirement $< --target $(OLD_CLIENTS)
	@touch $@

system-packages:
	@.ci/system-packages

clean:  ## remove everything that was made here
	rm -rf $(VENV) $(VENV)-pins $(DEMO_OUTPUT) build dist filmstrip-data .cache
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	find . -name node_modules -prune -exec rm -rf {} +
	find src tests docs benchmarks -name __pycache__ -prune -exec rm -rf {} +
