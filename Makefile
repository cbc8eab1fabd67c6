# Run the workflow, its tests and its checks. It needs Python 3.11 or later, make and git; all else
# is installed into .venv, at the versions and hashes of envs/requirements.lock.
#
#   make report              every study          make report STUDY=hu2013    one of them

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
CORES ?= all
STUDY ?=
LOCK := envs/requirements.lock
INSTALLED := .venv/.installed
PYTHON := .venv/bin/python
RETRIAL := .venv/bin/retrial
# Whatever environment is active where make was called is not ours.
unexport VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV PYTHONPATH PYTHONHOME SNAKEMAKE_PROFILE
export PYTHONNOUSERSITE := 1
export PATH := $(CURDIR)/.venv/bin:$(PATH)
.PHONY: help env report meta test test-all test-slow check freeze bench truth proof lint lock schema clean distclean

help: ## this list
	@echo "retrial: re-run a published trial's statistics from what the paper prints"
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name about; do \
	  printf '  make %-10s %s\n' "$$name" "$$about"; done
	@echo "  report, meta, check and freeze take STUDY=<id> for one study; CORES=<n> limits the cores."
env: $(INSTALLED) ## install what the workflow needs into .venv
report: $(INSTALLED) ## run what is out of date, and say what each report found
	@$(RETRIAL) run $(STUDY) --cores $(CORES)
meta: $(INSTALLED) ## pool each outcome over the studies, simulated ones left out
	@$(RETRIAL) run $(STUDY) --cores $(CORES) --to meta
test: $(INSTALLED) ## run the tests, those that take minutes left out
	@$(PYTHON) -m pytest -n 2 --dist worksteal -m "not slow"
test-all: test test-slow ## run every test
test-slow: $(INSTALLED) ## run the tests that take minutes
	@$(PYTHON) -m pytest -n 2 --dist load -m slow
check: $(INSTALLED) ## fail when any result has drifted from what was frozen
	@$(RETRIAL) run $(STUDY) --cores $(CORES) --to check
freeze: report ## freeze the results as they are now, for check to compare with
	@$(RETRIAL) freeze $(STUDY)
bench: $(INSTALLED) ## time the library beside plain loops
	@$(PYTHON) tests/benchmarks/comparisons.py
truth: $(INSTALLED) ## measure on known trials how close digitizing comes (the table in resources/accuracy.md)
	@$(PYTHON) tests/benchmarks/digitizing_accuracy.py 200 resources/accuracy.md
proof: $(INSTALLED) ## re-run public trials' tests from summaries and from patients (tables in resources/accuracy.md)
	@$(PYTHON) tests/benchmarks/statistics_proof.py resources/accuracy.md tests/data/proof.csv
lint: $(INSTALLED) ## check the style of the code and of the rules
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check .
	@$(PYTHON) -m snakefmt --check Snakefile workflow/rules && $(PYTHON) -m snakemake --lint
lock: $(INSTALLED) ## resolve the dependencies of pyproject.toml anew
	@$(PYTHON) -m uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-header --no-annotate --quiet -o $(LOCK)
schema: $(INSTALLED) ## write the schema of the configuration and the data dictionary anew
	@$(RETRIAL) schema
clean: ## remove the results
	@rm -rf results/* .snakemake
distclean: clean ## remove the results and everything that was installed
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis workflow/scripts/retrial.egg-info
$(INSTALLED): $(LOCK) pyproject.toml envs/install.sh
	@envs/install.sh $(LOCK) && touch $@
