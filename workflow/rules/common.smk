"""What every stage shares: the configuration, the list of studies, and digests of code."""

import functools
import os
import shlex
import sys
import time
from pathlib import Path

PROJECT = Path(workflow.current_basedir).resolve().parents[1]
STARTED = time.time()

# The library lies beside the scripts. Jobs and the notebook's kernel take this very copy, the one
# whose digest their rule carries, wherever another one is installed.
LIBRARY = str(PROJECT / "workflow/scripts")
sys.path.insert(0, LIBRARY)
os.environ.update(PYTHONPATH=LIBRARY)

# Snakemake (9.27) runs scripts by this path without quoting it: a space in it would break them.
sys.executable = shlex.quote(sys.executable)

from retrial.run.console import tell
from retrial.run.config import load_config, refuse_other_readings
from retrial.run.digests import code_digest, file_digest
from retrial.errors import UserError
from retrial.run.contents import WORDS, typed_digest
from retrial.run.made import (
    ON_REQUEST,
    changed_since,
    claim_folder,
    made_with,
    runs_jobs,
    set_aside,
)
from retrial.registry import TABLES, of_study
from retrial.run.record import write_run_record
from retrial.run.studies import RESERVED, find_studies, folder_files, known_studies, knows_truth

try:
    if workflow.is_main_process:
        refuse_other_readings(workflow.configfiles, config)
    settings = load_config(config)
    STUDIES = find_studies(settings.studies_folder, settings.studies)
    # Only the run itself, not its jobs, and not a command that only tells something.
    RUNS = workflow.is_main_process and runs_jobs(sys.argv[1:])
    for line in claim_folder(".") if RUNS else []:
        tell(f"Note: {line}")
except UserError as error:
    # A user's mistake is one message: a WorkflowError would name a line of this file.
    tell(str(error))
    sys.exit(1)

# Results edited or lost since they were made, by study and stage: made again, and said so.
CHANGED = {study: {} for study in (*STUDIES, *RESERVED)}
for study in CHANGED if workflow.is_main_process else []:
    for path, (what, stage) in changed_since(f"results/{study}").items():
        CHANGED[study].setdefault(stage, []).append(path)
        words = f"was {what} since it was made"
        if what == "unknown":
            words = f"cannot be checked (the note of what {stage} made cannot be read)"
        kept = set_aside(path) if RUNS and what != "lost" else None
        moved = f"it is moved to {kept}, and" if kept else "it"
        when = " when it is asked for" if stage in ON_REQUEST else ""
        tell(f"Note: {path} {words}; {moved} is made again{when}.")


# What a run leaves of a study beside its tables: `all` asks for each, so that a lost one is made again.
NO_TABLES = ["validated.txt", "figures", "provenance.json", "report.html", "report.ipynb"]


wildcard_constraints:
    study="|".join(s for s in known_studies(settings.studies_folder) if s not in RESERVED),


@functools.cache
def stage_code(stage, *others):
    """Digest of a stage's script, of all it imports from the library, and of the lock.

    In a rule's params it makes Snakemake re-run the stage when any of these changes. A dry run,
    which may not remove an edited result, plans its stage by this too.
    """
    scripts = [PROJECT / f"workflow/scripts/{stage}.py", *(PROJECT / other for other in others)]
    lock = PROJECT / "envs/requirements.lock"
    digests = {"code": code_digest(*scripts)[:16], "lock": file_digest(lock)[:16]}
    if RUNS or not any(stage in changed for changed in CHANGED.values()):
        return digests

    def planned(wildcards):
        changed = CHANGED.get(getattr(wildcards, "study", None), {}).get(stage)
        return digests | {"changed": changed} if changed else digests

    return planned


def contents(*names, figures=False, evidence=False, without=()):
    """Digests of the typed files that a stage reads, for its params: contents decide what runs.

    Snakemake goes by time stamps, and a file that is put back with an old one is passed over. So
    rules take typed files as ancient. `without` are the words that the stage does not use.
    """

    def find(wildcards):
        folder = Path(settings.studies_folder, wildcards.study)
        files = [folder / name for name in names]
        files += map(Path, typed_figures(folder / "figures/figures.yaml") if figures else [])
        files += [Path(settings.evidence)] if evidence else []
        return [typed_digest(path, tuple(without))[:16] for path in files if path.is_file()]

    return find


# The params of each stage, by name in their order, as its rule has them.
PARAMS = {}


def made_from(stage, **params):
    """The params of a stage's rule: the digest of its code, and what else it is made from."""
    PARAMS[stage] = {"code": stage_code(stage)} | params
    return PARAMS[stage]


def validated_for(stage):
    """The note that a study folder is valid, for a stage that reads it.

    It is ancient for a stage whose results were made with the params that it has now: a changed
    claims.yaml must not re-run `collect`. For any other stage it is not: where Snakemake plans a
    job whose output is ancient to others, it does not look at what else has changed for them
    (snakemake issue 4166).
    """

    def find(wildcards):
        path = f"results/{wildcards.study}/validated.txt"
        now = [p(wildcards) if callable(p) else p for p in PARAMS[stage].values()]
        return ancient(path) if made_with(f"results/{wildcards.study}", stage, now) else path

    return find


def seed_if(draws):
    """The seed, for a stage that draws random numbers from it; `draws` tells for a study whether
    it does."""
    return lambda wildcards: settings.seed if draws(wildcards.study) else None


def has_digitizations(study):
    """Whether files of a digitizer are there for a study."""
    listed = Path(settings.studies_folder, study, "figures/figures.yaml")
    return bool(typed_figures(listed))


def folder_contents(wildcards):
    """Digests of every typed file of a study with its name, and of the outside evidence."""
    folder = Path(settings.studies_folder, wildcards.study)
    found = {str(Path(p).relative_to(folder)): file_digest(p)[:16] for p in study_folder(wildcards)}
    return found | {"evidence": file_digest(settings.evidence)[:16]}


def study_file(name):
    """A file of the study folder. Its contents decide what runs (`contents`), not its time."""
    return ancient(f"{settings.studies_folder}/{{study}}/{name}")


def figure_files(wildcards):
    """The project files of a study's figures, and their images, as far as they are there."""
    listed = f"{settings.studies_folder}/{wildcards.study}/figures/figures.yaml"
    return [ancient(path) for path in typed_figures(listed)]


def typed_figures(listed):
    """The files beside a figures.yaml, the text on how to digitize left out."""
    names = [Path(listed).name, "README.md"]
    return [path for path in folder_files(Path(listed).parent) if Path(path).name not in names]


def tables_of(stage):
    """The tables that a stage makes, for its rule's outputs, each with its place in the report."""
    found = {}
    for table in TABLES.values():
        if table.stage == stage:
            across = table.when == "across"
            path = f"results/{'meta' if across else '{study}'}/{table.file}"
            words = {"category": table.group, "labels": {"table": table.title}}
            words |= {} if across else {"subcategory": "{study}"}
            caption = f"../report/{table.name}.rst"
            found[table.name] = report(path, caption=caption, **words) if table.title else path
    return found


def every_table(use):
    """The tables of a study that are `frozen`, or `shown` in its report, for a rule's inputs."""
    return {
        table.name: f"results/{{study}}/{table.file}" if table.when == "always" else of_some(table)
        for table in of_study()
        if getattr(table, use)
    }


def of_some(table):
    """A table that only a study with a known truth has: nothing for any other."""

    def find(wildcards):
        known = knows_truth(Path(settings.studies_folder, wildcards.study))
        return [f"results/{wildcards.study}/{table.file}"] if known else []

    return find


def results_of(study):
    """Every result of a study."""
    tables = of_study(truth=knows_truth(Path(settings.studies_folder, study)))
    return [f"results/{study}/{name}" for name in [*(t.file for t in tables), *NO_TABLES]]


def project_file(name):
    """A file of this workflow; named from the working directory, so that a moved project re-runs
    nothing, unless this workflow is a module of another one."""
    path, here = PROJECT / name, Path.cwd().resolve()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def study_folder(wildcards):
    """Every file that a person wrote about a study; not what was frozen from earlier results."""
    return folder_files(Path(settings.studies_folder, wildcards.study))


def expected_files(wildcards):
    """The frozen results of a study; none before the first freeze."""
    folder = Path(settings.studies_folder, wildcards.study, "expected")
    return sorted(str(path) for path in folder.glob("*.csv"))


def expected_contents(wildcards):
    """Digests of the frozen results of a study."""
    return [file_digest(path)[:16] for path in expected_files(wildcards)]


def record_run():
    """Note when and how this run was made, beside each study's logs."""
    for study in STUDIES:
        if Path("results", study).is_dir():
            write_run_record(Path("results", study, "logs", "run.json"), PROJECT, STARTED)
