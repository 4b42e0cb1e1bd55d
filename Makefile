# Every recipe that people, pre-commit and CI run. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh

BIN := .venv/bin
READY := .venv/.ready
PYTEST := $(BIN)/python -m pytest
# What needs neither a database, a browser nor a server, and is quick.
FAST := not database and not web and not pg and not slow
# On every core, each with a database of its own; the tests of one file stay together.
SPREAD := -n auto --dist loadfile
PORT ?= 8000

.PHONY: help setup run check test test-fast test-web test-pg format lint types contracts \
	translations docs reference bench golden migrations assets wheel lock changelog new-importer clean

help:  ## list the recipes
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(READY): requirements/dev.txt scripts/setup.sh
	@sh scripts/setup.sh .venv requirements/dev.txt
	@touch $@

setup: $(READY)  ## build .venv from the hashed lock file

run: $(READY)  ## set up and serve the example at 127.0.0.1:8000
	$(BIN)/tuijin up --port $(PORT)

format: $(READY)  ## put the code in form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY)  ## is the code in form, and free of known faults?
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)  ## mypy
	$(BIN)/python -m mypy

contracts: $(READY)  ## who may import whom
	$(BIN)/lint-imports

translations: $(READY)  ## is every Chinese string translated, and nothing stale?
	$(BIN)/python scripts/translations.py check

docs: $(READY)  ## is everything documented, and does what is documented exist?
	$(PYTEST) -q tests/test_docs.py

test-fast: $(READY)  ## tests without database, browser or server
	$(PYTEST) -q -m "$(FAST)"

check: lint types contracts translations test-fast  ## all but the slower tests; docs are in the fast ones

test-web: $(READY)  ## tests in a real browser
	$(PYTEST) -m web

test-pg: $(READY)  ## the tests that use a database, on PostgreSQL
	$(BIN)/python scripts/postgres.py $(PYTEST) $(SPREAD) \
		-m "database and not web and not slow"

test: lint types contracts translations test-pg  ## check and every test
	$(PYTEST) $(SPREAD)

bench: $(READY)  ## speed and quality, with peers beside us
	$(BIN)/python -m bench

reference: $(READY)  ## write the reference pages that follow from the code
	$(BIN)/python scripts/reference.py

golden: $(READY)  ## write the golden files anew; review the diff
	TUIJIN_GOLDEN=write $(PYTEST) -q -m "not web and not pg"

migrations: $(READY)  ## write migrations for changed tables
	$(BIN)/python scripts/manage.py makemigrations

assets:  ## build the front end (needs Node.js; the result is committed)
	cd frontend && npm ci && npm run build

wheel: $(READY)  ## build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

lock: $(READY)  ## compile pyproject.toml into requirements/*.txt
	$(BIN)/uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --universal -q \
		-o requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --group dev --python-version 3.11 --generate-hashes \
		--universal -q -o requirements/dev.txt

changelog: $(READY)  ## show what the next release says
	$(BIN)/towncrier build --draft

new-importer: $(READY)  ## make new-importer NAME=source_form
	$(BIN)/python scripts/new_importer.py "$(NAME)"

clean:  ## remove what can be built again
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
