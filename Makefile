# The front door. `make` alone lists what there is; nothing has to be installed by hand first
# except python3 (3.11 to 3.13).

VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready
CLIPS   := .cache/clips/.complete
PEER    := .cache/peer/.ready
# The libraries of the pages, copied out of npm's packages. Made where Node 20 or later is installed.
VENDOR  := src/unspoken/server/static/vendor/versions.json
WEB     := $(BIN)/python scripts/web_parts.py
# Test processes; the suite is written for two cores.
WORKERS ?= 2
# Extra arguments: make demo ARGS="--help", make test ARGS="-k timing".
ARGS    ?=

.DEFAULT_GOAL := help
.PHONY: help setup web demo test check format bench wheel lock clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' \
	| while IFS="$$(printf '\t')" read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: $(READY) ## a virtual environment in .venv with everything in it
	@$(MAKE) --no-print-directory OPTIONAL=--optional $(VENDOR)

web: $(VENDOR) ## the libraries of the pages; needs Node.js 20 or later with npm

demo: $(READY) ## analyse a sample made on the spot and show planted against found
	$(BIN)/unspoken demo $(ARGS)

test: $(READY) $(CLIPS) ## the test suite
	@$(MAKE) --no-print-directory OPTIONAL=--optional $(VENDOR)
	@# One thread per numerical call: more of them only wait for each other beside other workers.
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

check: $(READY) ## lint, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory OPTIONAL=--optional $(VENDOR)
	$(WEB) check --optional

format: $(READY) ## put the code into the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) $(PEER) ## speed and memory on this machine, next to a peer
	XDG_CACHE_HOME=$(CURDIR)/.cache $(BIN)/unspoken bench speed --out bench-results/speed.json \
		--peer $(dir $(PEER))bin/python $(ARGS)

wheel: $(READY) $(VENDOR) ## dist/unspoken-*.whl, face model and pages included
	UNSPOKEN_PAGES=required $(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

lock: ## rewrite the locked requirements
	bash scripts/lock.sh
	$(WEB) lock

clean: ## remove everything make has made
	rm -rf $(VENV) node_modules $(dir $(VENDOR)) .cache build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -f src/unspoken/weights/*.task
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: what they stand for is done again when one of their sources is newer.
$(READY): requirements/dev.txt pyproject.toml hatch_build.py scripts/setup.sh scripts/wheel_members.py
	@PYTHON="$(PYTHON)" sh scripts/setup.sh $(VENV)
	@touch $@

$(VENDOR): package.json package-lock.json scripts/web_parts.py | $(READY)
	@$(WEB) vendor $(OPTIONAL)

$(CLIPS): scripts/fetch_test_clips.py scripts/wheel_members.py | $(READY)
	$(BIN)/python scripts/fetch_test_clips.py
	@touch $@

# Python 3.11 or 3.12: the peer has no build for later ones. Name one with PEER_PYTHON=...
PEER_PYTHON ?= $(BIN)/python
$(PEER): requirements/peer.txt | $(READY)
	rm -rf $(@D)
	$(PEER_PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--require-hashes --requirement $<
	@touch $@
