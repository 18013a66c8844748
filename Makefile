# Everything is done from here. `make` alone lists the targets.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# The newest Python that runs and is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { command -v $$python; break; }; done)

LOCKING := --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	--custom-compile-command "make lock" $(if $(upgrade),--upgrade)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT, HOST, VAR and DATABASE_URL_<SERVICE> change what 'make up' does, for example: make up PORT=9000"

.PHONY: up
up: $(STAMP) ## Start everything on this machine; Ctrl-C stops it
	@exec $(BIN)/alliance up

.PHONY: demo
demo: $(STAMP) ## Load the demo alliance (starts a stack for it if none is up)
	@exec $(BIN)/alliance demo

.PHONY: test
test: $(STAMP) ## Run the tests, on a PostgreSQL they start (or TEST_DATABASE_URL); args="-k name" passes on
# Dozens of processes import the same code: it is compiled once, also where the environment says otherwise.
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 4 $(args)

.PHONY: check
check: test check-rest ## Everything CI runs

.PHONY: check-rest
check-rest: lint types imports migrations generated ## What check does besides the tests

.PHONY: lint types imports migrations generated
lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -m types tests/shape/test_scaffold.py

imports: $(STAMP)
	$(BIN)/lint-imports

migrations: $(STAMP)
	$(BIN)/python -m deploy.migrations

generated: $(STAMP)
	$(BIN)/python -m deploy.reference --check

.PHONY: format
format: $(STAMP) ## Put the code in its usual form
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

.PHONY: bench
bench: $(STAMP) ## Measure speed beside a bare handler and a plain service; args="--help"
	@$(BIN)/python -m tests.bench.bench $(args)

.PHONY: bench-compare
bench-compare: $(STAMP) ## Compare two kept runs: A=….json B=….json
	@$(BIN)/python -m tests.bench.compare "$(A)" "$(B)"

.PHONY: faults
faults: $(STAMP) ## Break a system in every way and look for what it lost; args="--only kills --seconds 60 --seed 7"
	@$(BIN)/python -m tests.faults.check $(args)

.PHONY: load
load: $(STAMP) ## Ask more than the machine holds, with slow clients; targets met or missed; args="--soak 20" runs long
	@$(BIN)/python -m tests.load.run $(args)

.PHONY: api-check
api-check: $(STAMP) ## Let public tools look at the API (needs Node); args="--only lint" chooses
	@$(BIN)/python -m tests.api.check $(args)

.PHONY: released
released: $(STAMP) ## Keep the API as it is now as the released one (docs/openapi)
	@$(BIN)/python -m tests.api.released

.PHONY: drill
drill: $(STAMP) ## Back up a stack under writes, destroy it, restore it to a second, compare
	@$(BIN)/python -m tests.deploy.drill

.PHONY: models
models: $(STAMP) ## Try 2,000 random sequences of writes against each simple model; args="-k follow" chooses
	@$(BIN)/python -m pytest tests/models -n 3 --sequences 2000 $(args)

.PHONY: new
new: $(STAMP) ## Write the rooms of a new feature: make new s=members f=sites
	@test -n "$(s)" -a -n "$(f)" || { echo "usage: make new s=<service> f=<feature>" >&2; exit 2; }
	@$(BIN)/python -m deploy.scaffold "$(s)" "$(f)"

.PHONY: migration
migration: $(STAMP) ## Write a migration to finish by hand: make migration s=members m="Add sites"
	@test -n "$(s)" -a -n "$(m)" || { echo 'usage: make migration s=<service> m="what it does"' >&2; exit 2; }
	@$(BIN)/python -m deploy.migrations "$(s)" "$(m)"

.PHONY: reference
reference: $(STAMP) ## Write docs/reference anew from the code
	@$(BIN)/python -m deploy.reference

.PHONY: lock
lock: $(STAMP) ## Resolve pyproject.toml into the locks anew; upgrade=1 takes the newest versions
	@$(BIN)/uv pip compile $(LOCKING) --output-file requirements.lock pyproject.toml
	@$(BIN)/uv pip compile $(LOCKING) --output-file requirements-dev.lock \
		--extra local --group dev --constraints requirements.lock pyproject.toml

.PHONY: clean
clean: ## Remove the virtual environment and caches (never var/)
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is newer than the locks when there is nothing to install.
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --quiet
$(STAMP): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { \
		echo "Alliance needs Python 3.11 or newer, and found none; PYTHON=/path/to/python names one." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Alliance needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) lacks the venv module (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing what requirements-dev.lock pins (a minute or two, once)"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@$(PIP) --no-index --no-deps --no-build-isolation -e .
	@touch $@
