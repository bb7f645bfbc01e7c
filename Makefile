# Targets set themselves up: nothing but python3 (3.11 or newer) and make is needed.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: help demo test bench venv lint lock clean

help:
	@echo "make demo     serve the example film shop on http://$(HOST):$(PORT) (PORT=9000 changes the port)"
	@echo "make test     run the tests"
	@echo "make bench    compare Trimaran with its peers, per CPU-second"
	@echo "make lint     lint, types and layers"
	@echo "make venv     set up .venv alone"
	@echo "make lock     write the lock files again (needs uv)"

$(VENV)/.run: requirements/run.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Trimaran needs Python 3.11 or newer; name one with PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	@echo "Installing the test tools into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

venv: $(VENV)/.dev

demo: $(VENV)/.run
	@cd examples/matinee && ../../$(BIN)/python -m matinee.demo --host $(HOST) --port $(PORT)

test: $(VENV)/.dev
	@$(BIN)/python $(if $(COVERAGE),-m coverage run) -m pytest $(ARGS)

lint: $(VENV)/.dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash .ci/quick

bench: $(VENV)/.dev
	@$(BIN)/python -m benchmarks $(ARGS)

lock:
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-header -q --group run pyproject.toml -o requirements/run.lock
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-header -q --group dev pyproject.toml -o requirements/dev.lock

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache
