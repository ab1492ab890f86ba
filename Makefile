# Soundings. `make help` lists what there is to do.
SHELL := /bin/bash
PYTHON ?= python3
UV := .tools/bin/uv
RUN := .venv/bin
HOME_DIR ?= .soundings
PORT ?= 8000
CLUSTER_DIR ?= .soundings/cluster
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
MEMBERS := shared services/feedback-api services/catalogue-api services/metrics-worker deploy/embedded deploy/cluster
LOCKED := uv.lock pyproject.toml $(MEMBERS:%=%/pyproject.toml)
SOURCES := shared/src services/feedback-api/src services/catalogue-api/src services/metrics-worker/src deploy/embedded/src deploy/cluster/src

.DEFAULT_GOAL := help
.PHONY: help run cluster setup setup-dev machine test test-full test-fast lint format contracts bench chaos clean

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: setup ## Serve on one machine, with a demo on an empty home (DEMO=0 leaves it empty; PORT=8000; HOME_DIR=.soundings)
	@$(RUN)/soundings serve --home $(HOME_DIR) --port $(PORT) $(if $(filter 0,$(DEMO)),,--demo-if-empty)

cluster: setup ## Run Kafka, PostgreSQL and every service as its own process, with a demo at first (DEMO=0 leaves it empty)
	@deploy/setup/install_system_packages.sh cluster
	@$(RUN)/python -m soundings_cluster --dir $(CLUSTER_DIR) $(if $(filter 0,$(DEMO)),,--demo-if-empty) $(if $(FROM_HOME),--from-home $(FROM_HOME))

test: setup-dev machine ## Run the tests (installs what is missing when root)
	@$(RUN)/python -m pytest -p no:cacheprovider -m "not full" -n 3 --dist=loadscope --durations=10 $(ARGS)

test-full: setup-dev machine ## Run the tests with their long forms and all variants: more examples, every screen, both modes
	@$(RUN)/python -m pytest -p no:cacheprovider --hypothesis-profile=full -n 3 --dist=loadscope --durations=10 $(ARGS)

test-fast: setup-dev ## Run the tests that need nothing but Python, in about 30 s
	@$(RUN)/python -m pytest -p no:cacheprovider -m "not slow and not needs_machine and not full" --hypothesis-profile=fast \
		-n auto --maxprocesses=4 --ignore=tests/browser --ignore=tests/kafka $(ARGS)

chaos: setup-dev machine ## Kill, freeze, starve and mislead a cluster under load for about 20 minutes, and print the table of kills
	@CHAOS=long $(RUN)/python -m pytest -p no:cacheprovider tests/chaos $(ARGS)

lint: setup-dev ## Check style, types, import rules, dependencies and spelling
	@$(RUN)/ruff check . && $(RUN)/ruff format --check .
	@$(RUN)/mypy $(SOURCES)
	@$(RUN)/pyright $(SOURCES)
	@$(RUN)/lint-imports
	@for member in $(MEMBERS); do (cd $$member && $(CURDIR)/$(RUN)/deptry --no-ansi src) || exit 1; done
	@$(RUN)/codespell

format: setup-dev ## Format the code
	@$(RUN)/ruff check --fix-only --quiet . ; $(RUN)/ruff format .

contracts: setup-dev ## Write the JSON Schemas and asyncapi.yaml from the event models; refuse breaking changes
	@$(RUN)/python -m soundings.events.generate write shared/contracts

bench: setup-dev ## Measure the bars side by side and write benchmarks/RESULTS.md
	@$(RUN)/python -m benchmarks $(ARGS)

setup: .venv/.run ## Set up what running needs, from the lock file

setup-dev: .venv/.dev ## Set up what developing needs, from the lock file

machine: ## Install what the tests need beside Python (as root; else it says what to install)
	@deploy/setup/install_system_packages.sh

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Soundings needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@echo "Setting up (once) ..." && $(PYTHON) -m venv .tools && .tools/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

.venv/.run: $(UV) $(LOCKED)
	@$(UV) sync --quiet --frozen --inexact --no-dev --all-packages --python $(PYTHON) && touch $@

.venv/.dev: $(UV) $(LOCKED)
	@$(UV) sync --quiet --frozen --inexact --all-packages --python $(PYTHON) && touch $@ .venv/.run

clean: ## Remove what was set up (keeps .soundings)
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis
