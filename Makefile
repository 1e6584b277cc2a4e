# Every recipe works from a fresh clone: Python 3.11 or newer, make, and a package registry are enough.
PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test cover lint bench soak i18n lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP)  ## build .venv from the hash-pinned requirement files

# pyproject.toml is listed because the console script and the metadata of the editable install come from it.
$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"duecourse needs Python 3.11 or newer, but $(PYTHON) is {v[0]}.{v[1]}. Name a newer one: make setup PYTHON=python3.12")'
	@echo "setup: building $(VENV) ..."
	@rm -f $(STAMP)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q states workflow jobs cli
	@touch $(STAMP)
	@echo "setup: $(VENV) is ready, the program is $(BIN)/duecourse"

demo: $(STAMP)  ## live a small office through its year in a sandbox
	@$(BIN)/duecourse demo

lint: $(STAMP)  ## style, types and the one-way imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: lint  ## lint, then every test on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

cover: $(STAMP)  ## the same tests, and which lines and branches they never reach; twice as long
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term

bench: $(STAMP)  ## measure against the floors and the peers
	@$(BIN)/python -m bench.run

soak: $(STAMP)  ## the long tests: many processes, kills, big databases
	$(BIN)/python -m pytest -m soak

i18n: $(STAMP)  ## bring the catalogue of translations up to date with the source
	@$(BIN)/python tests/support/catalogue.py

lock:  ## write the requirement files anew (needs uv)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv on the path, or make lock UV=/path/to/uv"; exit 1; }
	$(LOCK) pyproject.toml requirements/build.in --extra postgres --output-file requirements/run.txt
	$(LOCK) pyproject.toml requirements/dev.in --extra postgres --extra calendars --extra stamp --extra dossier --extra excel --constraints requirements/run.txt --output-file requirements/dev.txt

clean:  ## remove what the other recipes made
	rm -rf $(VENV) dist demo-office .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

UV ?= uv
# One file for every system and for Python 3.11 and newer. No header and no index: no host names in the repository.
# With extras: pip takes the newest coverage for `coverage[toml]`, and then refuses it, unless the pin says [toml] too.
LOCK = $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
