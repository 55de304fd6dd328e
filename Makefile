# Everything here starts from a clone with Python 3.11 or newer, make and the package registries.
SHELL := bash
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := uv==0.13.9
BIN := .venv/bin
RAMP := $(BIN)/ramp
# Bytecode is most of the speed of a start.
unexport PYTHONDONTWRITEBYTECODE
# What is installed names its folder; in a clone that was moved it is made anew.
INSTALLED_IN := $(shell cat .venv/installed 2>/dev/null)

.PHONY: help plan test integration lint types engine servers preview bench fuzz golden lock clean

help: ## list what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 20

ifneq ($(INSTALLED_IN),$(CURDIR))
.PHONY: .venv/installed
endif

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ramp needs Python 3.11 or newer; set PYTHON=…"; exit 2; }
	@test "$(INSTALLED_IN)" = "$(CURDIR)" || rm -rf .venv
	@echo "Making .venv with $$($(PYTHON) --version)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV)
	@echo "Installing the locked packages"
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes requirements.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --config-setting editable_mode=compat --editable .
	@echo "$(CURDIR)" > $@

plan: .venv/installed ## generate the stack configs and plan every phase
	@echo "Generating the stack configs"
	@$(RAMP) generate
	@echo "Planning every phase"
	@$(RAMP) plan

test: .venv/installed ## run the unit and graph tests, which need nothing else
	@echo "Running the tests"
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/unit tests/graph

integration: .venv/installed engine servers ## run what is generated on the real engine and on real servers
	@echo "Running the tests on the engine and the servers"
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/engine tests/servers

lint: .venv/installed ## check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/installed ## check types
	@$(BIN)/basedpyright

engine: ## provide the Pulumi CLI and language host: from PATH, or built from Go modules
	@tools/engine.sh

servers: ## provide the servers of the versions that are deployed, a Kubernetes API server, and the metrics' adapter
	@tools/servers.sh
	@tools/kubernetes.sh
	@tools/monitoring.sh

preview: .venv/installed engine ## run `pulumi preview` for every phase on the real engine
	@$(BIN)/python -m tests.engine.preview

golden: .venv/installed ## renew the generated files that are committed
	@$(RAMP) generate
	@$(RAMP) schema > stack.schema.json
	@$(BIN)/python tools/outputs.py README.md
	@$(BIN)/python tools/arguments.py

fuzz: .venv/installed ## feed 10,000 damaged documents to the reader and the loaders
	@RAMP_FUZZ_CASES=10000 $(BIN)/python -m pytest -n 2 -k fuzz

bench: .venv/installed ## measure planning against its peers
	@$(BIN)/python -m bench

lock: ## renew requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header --quiet --upgrade --output-file requirements.lock

clean: ## remove what was installed and built
	rm -rf .venv .cache tools/bin
