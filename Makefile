# Run the workflow, its tests and its checks. It needs Python 3.11 or later, make and git; all else
# is installed into .venv, at the versions and hashes of envs/requirements.lock.
#
#   make report              every study          make report STUDY=hu2013    one of them

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

CORES ?= all
STUDY ?=
LOCK := envs/requirements.lock
INSTALLED := .venv/.installed
PYTHON := .venv/bin/python

# $(call run,TARGET,THEN): run the studies that are named, or those of the configuration; one line a
# job while it runs. THEN is a command that is given $$studies and $$failed. What went wrong is printed
# last, in our words: what Snakemake says around it stays in .snakemake/make.log.
define run
	@mkdir -p .snakemake; failed=0; \
	studies=$$($(PYTHON) -m retrial.run.studies $(STUDY) 2> .snakemake/problems) || failed=1; \
	if [ -n "$$studies" ]; then \
	  $(PYTHON) -m snakemake --cores $(CORES) --keep-going --rerun-incomplete --quiet host reason \
	    --rerun-triggers mtime params input software-env \
	    --config "studies=[$${studies// /, }]" $(1) 2>&1 | tee .snakemake/make.log \
	  | awk '/^Note: / {print; fflush()} /^Job [0-9]+: / {sub(/^Job [0-9]+: /, ""); print; fflush()}' \
	  || { failed=1; grep -vE '$(CHATTER)' .snakemake/make.log >> .snakemake/problems \
	       || echo "The run failed: see .snakemake/make.log" >> .snakemake/problems; }; \
	  $(2); \
	fi; \
	cat .snakemake/problems >&2; exit $$failed
endef
CHATTER := ^($$|Note: |Assuming |Building DAG|Using shell|Provided cores|Rules claiming|Conda env|Job stats|\
Select jobs|Execute |Job [0-9]+: |\[|Finished jobid|[0-9]+ of [0-9]+ steps|DAG of jobs|job  |---|\
total  |[a-z_]+ +[0-9]+$$|Config file .* is extended|Updating checkpoint|RuleException:$$|\
CalledProcessError in file |Command .set |Error in rule |WorkflowError:$$|Exiting because |\
Complete log|Elapsed time|At least one job|Removing output files|Shutting down|Will exit after |\
[ ]+(message|jobid|input|output|log|params|conda-env|shell|reason|resources|threads|wildcards): |\
results/[^ ]*(, results/[^ ]*)*$$)
empty :=
CHATTER := $(subst |$(empty) ,|,$(CHATTER))

# Whatever environment is active where make was called is not ours.
unexport VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV PYTHONPATH PYTHONHOME SNAKEMAKE_PROFILE
export PYTHONNOUSERSITE := 1

# A proxy's own certificate is in the system's store and not in uv's.
ifneq ($(wildcard /etc/ssl/certs/* /etc/pki/tls/certs/* /System/Library/Keychains/*),)
export UV_SYSTEM_CERTS ?= 1
endif
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help env report meta test test-all test-slow check freeze bench truth proof lint lock schema clean distclean

help: ## this list
	@echo "retrial: re-run a published trial's statistics from what the paper prints"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name about; do \
	  printf '  make %-10s %s\n' "$$name" "$$about"; done
	@echo
	@echo "  report, meta, check and freeze take STUDY=<id> for one study; CORES=<n> limits the cores."

env: $(INSTALLED) ## install what the workflow needs into .venv

report: $(INSTALLED) ## run what is out of date, and say what each report found
	$(call run,,$(PYTHON) -m retrial.run.summary $$(printf 'results/%s ' $$studies) || failed=1)

meta: $(INSTALLED) ## pool each outcome over the studies, simulated ones left out
	$(call run,-- meta,[ $$failed = 1 ] || echo "meta: see results/meta/meta.csv and results/meta/figures")

test: $(INSTALLED) ## run the tests, those that take minutes left out
	@$(PYTHON) -m pytest -n 2 --dist worksteal -m "not slow"

test-all: test test-slow ## run every test

test-slow: $(INSTALLED) ## run the tests that take minutes
	@$(PYTHON) -m pytest -n 2 --dist load -m slow

check: $(INSTALLED) ## fail when any result has drifted from what was frozen
	$(call run,-- check,[ $$failed = 1 ] || echo "check: every result of $$studies is as it was frozen")

freeze: $(INSTALLED) ## freeze the results as they are now, for check to compare with
	$(call run,,[ $$failed = 1 ] || $(PYTHON) -m retrial.run.freeze $$studies || failed=1)

bench: $(INSTALLED) ## time the library beside plain loops
	@$(PYTHON) tests/benchmarks/comparisons.py

truth: $(INSTALLED) ## measure on known trials how close digitizing comes (the table in resources/accuracy.md)
	@$(PYTHON) tests/benchmarks/digitizing_accuracy.py 200 resources/accuracy.md

proof: $(INSTALLED) ## re-run public trials' tests from summaries and from patients (tables in resources/accuracy.md)
	@$(PYTHON) tests/benchmarks/statistics_proof.py resources/accuracy.md tests/data/proof.csv

lint: $(INSTALLED) ## check the style of the code and of the rules
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m snakefmt --check Snakefile workflow/rules
	@$(PYTHON) -m snakemake --lint

lock: $(INSTALLED) ## resolve the dependencies of pyproject.toml anew
	@$(PYTHON) -m uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-header --no-annotate --quiet -o $(LOCK)

schema: $(INSTALLED) ## write the schema of the configuration and the data dictionary anew
	@$(PYTHON) -m retrial.run.config > workflow/schemas/config.schema.yaml
	@$(PYTHON) -m retrial.registry.dictionary resources/tables.md README.md

clean: ## remove the results
	@rm -rf results/* .snakemake

distclean: clean ## remove the results and everything that was installed
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis workflow/scripts/retrial.egg-info

# The uv of the lock, with its hashes, is all that pip installs; uv installs the rest.
$(INSTALLED): $(LOCK) pyproject.toml
	@python=; for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    python=$$name; break; fi; done; \
	if [ -z "$$python" ]; then \
	  echo "retrial needs Python 3.11 or later; found $$(python3 --version 2>&1 || true)." >&2; \
	  echo "Install it (python.org, your system's packages, pyenv, conda) and run make again." >&2; \
	  exit 1; fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$("$$python" --version) cannot make environments: its venv module is missing." >&2; \
	  echo "On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; \
	  exit 1; fi; \
	if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "Making .venv with $$("$$python" --version)"; \
	  rm -rf .venv; "$$python" -m venv .venv; fi
	@echo "Installing the packages of $(LOCK) into .venv"
	@awk '/^uv==/ {found = 1} found {print} found && !/\\$$/ {exit}' $(LOCK) > .venv/uv.txt
	@if ! cmp -s .venv/uv.txt .venv/uv.done; then \
	  .venv/bin/python -m ensurepip > .venv/ensurepip.log; \
	  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	    --require-hashes --requirement .venv/uv.txt; \
	  cp .venv/uv.txt .venv/uv.done; fi
	@.venv/bin/python -m uv pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes $(LOCK)
	@.venv/bin/python -m uv pip install --quiet --python .venv/bin/python \
	  --no-deps --no-build-isolation --editable .
	@touch $@
