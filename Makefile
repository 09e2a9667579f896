# Every command of the project; `make` alone lists them. What they need is made once, in ignored folders.
PYTHON ?= python3
VENV ?= .venv

# Takes the shell's place, so that signals reach the program itself.
python = exec $(PYTHON) -m localhost.prepare $(VENV)

.PHONY: help interpreter run test races kills fuzz fuzz-api demo reset database check migrate admin catalogue recompute openapi pictures data-model bench bench-outage bench-scale

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' $(MAKEFILE_LIST) | while read -r name does; do printf 'make %-12s %s\n' "$$name" "$$does"; done

interpreter:
	@command -v $(PYTHON) >/dev/null || { echo 'There is no $(PYTHON) here. Name a Python 3.11, 3.12 or 3.13: make run PYTHON=/path/to/python3.12' >&2; exit 1; }

run: interpreter ## serve the whole app at http://localhost:7071 until Ctrl-C (PORT=, DATA_DIR=)
	@$(python) -m localhost run

test: interpreter ## run the whole test suite, two files at a time (ARGS= for pytest, such as -n0 for one)
	@$(python) -m pytest -n 2 --dist loadfile $(ARGS)

races: interpreter ## race the invariants again and again (ROUNDS=, CALLERS=, ARGS= for pytest)
	@$(python) -m pytest tests/invariants $(ARGS)

kills: interpreter ## kill whoever finalises a quotation, between any two steps (N=, SEED=, ARGS= for pytest)
	@export KILLS="$${N:-200}"; $(python) -m pytest -s tests/invariants/test_kills_finalising.py $(ARGS)

fuzz: interpreter ## look for a file that fools the check of uploads (MINUTES=, SEED=)
	@$(python) -m tests.corpus.fuzz

fuzz-api: interpreter ## let Schemathesis try every operation, as each role (EXAMPLES=, CALLERS=, ARGS= for it)
	@$(python) -m tests.reference.fuzz $(ARGS)

demo: interpreter ## play the main job through the API, beside a running app or alone
	@$(python) -m localhost demo

reset: interpreter ## empty DATA_DIR (.local)
	@$(python) -m localhost reset

database: interpreter ## print the owner's URL of the running app's database, for the commands that want DATABASE_URL
	@$(python) -m localhost database

check: interpreter ## look at format, lint and types
	@$(python) -m ruff format --check .
	@$(python) -m ruff check .
	@$(python) -m mypy

migrate: interpreter ## bring the database of DATABASE_URL to the newest schema
	@$(python) -m shared_code migrate

admin: interpreter ## create an Admin and print the link that sets the password (EMAIL=, NAME=)
	@: "$${EMAIL:?make admin EMAIL=... NAME=...}" "$${NAME:?make admin EMAIL=... NAME=...}"; $(python) -m shared_code admin "$$EMAIL" "$$NAME"

catalogue: interpreter ## validate and load prices and fees (FILE=)
	@: "$${FILE:?make catalogue FILE=...}"; $(python) -m shared_code catalogue "$$FILE"

recompute: interpreter ## price every stored quotation again from its frozen inputs, and compare
	@$(python) -m shared_code recompute

openapi: interpreter ## write the API's reference (FILE=, docs/openapi.json)
	@$(python) -m shared_code openapi "$${FILE:-docs/openapi.json}"

pictures: interpreter ## draw a quotation's pages and the reference (docs/quotation-1.png, -2.png, reference.png)
	@$(python) -m localhost pictures

data-model: interpreter ## draw the data model that the migrations make (docs/data-model.md)
	@$(python) -m localhost data-model

bench: interpreter ## measure (ARGS= for the measurements)
	@$(python) -m bench $(ARGS)

bench-outage: interpreter ## measure what is left for others while MSG91 hangs (ARGS=)
	@$(python) -m bench.outage $(ARGS)

bench-scale: interpreter ## measure lists, searches and sums at 2 000, 20 000 and 200 000 leads (ARGS= for other numbers)
	@$(python) -m bench.scale $(ARGS)
