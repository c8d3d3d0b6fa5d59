# Every line a person or CI needs; each installs what is missing before it begins.

PYTHON ?= python3
APPLICATION := .venv/bin
ASSISTANT := bot/.venv/bin
ARGS ?=

export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help setup train demo test check format sabotage bench evaluate chaos fuzz screenshots locks clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## Install what is missing: uv, Python 3.10, both environments
	@$(PYTHON) scripts/bootstrap.py

train: setup ## Train the assistant, if its data changed
	@$(ASSISTANT)/python -m bot.train

demo: train ## Start everything and watch one family's story
	@$(APPLICATION)/checkback demo $(ARGS)

test: train ## Run every test (ARGS="-k words" for some of them)
	@$(APPLICATION)/python -m scripts.test $(ARGS)

check: setup ## Format, lint, types, house rules, the assistant's data, migrations
	@$(APPLICATION)/python -m scripts.check $(ARGS)

format: setup ## Put the code into the one format
	@$(APPLICATION)/ruff check --fix-only --quiet .
	@$(APPLICATION)/ruff format .

sabotage: setup ## Take each promised mechanism out and see its test fail (ARGS="--only NAME")
	@$(APPLICATION)/python -m scripts.sabotage $(ARGS)

bench: train ## Measure the webhook and the way from a crisis to its alert
	@$(APPLICATION)/python -m scripts.bench $(ARGS)

evaluate: setup ## Measure the distress screen and the assistant on texts they were not made from, and write docs/measured
	@$(APPLICATION)/python -m scripts.evaluate $(ARGS)
	@$(ASSISTANT)/python -W ignore -m scripts.understanding

chaos: train ## Tell thousands of nights in which everything goes wrong, and look at what became of the promises
	@$(APPLICATION)/python -m scripts.chaos $(ARGS)

fuzz: setup ## Feed the parsers that meet the outside with noise (ARGS="--seconds 600")
	@$(APPLICATION)/python -m scripts.fuzz $(ARGS)

screenshots: setup ## Take the README's pictures of the console anew
	@$(APPLICATION)/python -m scripts.screenshots $(ARGS)

locks: setup ## Resolve the requirements anew and rewrite the lock files (ARGS="--upgrade")
	@$(APPLICATION)/python -m scripts.locks $(ARGS)

clean: ## Remove what was installed, trained and cached; keep var/, the data
	rm -rf .venv bot/.venv .tools models .rasa .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
