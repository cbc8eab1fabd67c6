"""Run the workflow: Snakemake in this process, its lines in a file, ours on the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from retrial.errors import UserError
from retrial.run.config import CONFIG, load_config, read_config
from retrial.run.console import Console, output_to
from retrial.run.log import disk_lines, disk_sentence, error_in
from retrial.run.progress import PLUGIN, TARGETS, Job, Progress, register
from retrial.run.studies import sort_out

LOG = Path(".snakemake/retrial.log")
PROFILE = "workflow/profiles/default"
# What a run can be asked for: the target of the workflow for it.
GOALS = {"report": "all", "check": "check", "meta": "meta"}
# Settings of whatever environment is active where the run begins are not ours.
_OTHERS = ("SNAKEMAKE_PROFILE", "PYTHONHOME", "PYTHONPATH")


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its exit status, and the studies in which nothing failed."""

    status: int
    studies: tuple[str, ...]


def chosen_studies(wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the studies to run, those named or those of the configuration, and what others lack.

    Raises:
        UserError: If this is not the project's folder, the configuration cannot be used, or there
            is no study at all.
    """
    if not Path("Snakefile").is_file():
        raise UserError("There is no Snakefile here: run this in the retrial folder.")
    settings = load_config(read_config(CONFIG))
    return sort_out(settings.studies_folder, list(wanted) or settings.studies)


def command_line(studies: Sequence[str], goal: str, cores: str, dry: bool) -> list[str]:
    """Return the arguments that Snakemake is given."""
    return [
        *("--workflow-profile", PROFILE, "--cores", cores, "--logger", PLUGIN),
        *(["--dry-run"] if dry else []),
        *("--config", f"studies=[{', '.join(studies)}]"),
        *("--", GOALS[goal]),
    ]


def run(
    wanted: Sequence[str], goal: str = "report", cores: str = "all", dry: bool = False
) -> Outcome:
    """Run what is out of date for a goal.

    What went wrong is told last: mistakes in the typed files, errors of jobs from their logs.

    Args:
        wanted: Ids of studies; those of the configuration when empty.
        goal: One of `GOALS`.
        cores: How many cores to use, or "all".
        dry: Tell only what would run.

    Raises:
        UserError: As `chosen_studies`, or if the lines of Snakemake cannot be written anywhere.
    """
    studies, problems = chosen_studies(wanted)
    done = Outcome(0, tuple(studies))
    if studies:
        try:
            with output_to(LOG) as console:
                arguments = command_line(studies, goal, cores, dry)
                status, failed = _run(console, arguments, dry)
                done = Outcome(status, tuple(one for one in studies if one not in failed))
                if status and not failed:  # nothing is known of any
                    done = Outcome(status, ())
        except OSError as error:
            raise UserError(disk_sentence(error, LOG)) from None
    for problem in problems:
        print(problem, file=sys.stderr)
    return Outcome(done.status or int(bool(problems)), done.studies)


def _run(console: Console, arguments: list[str], dry: bool) -> tuple[int, set[str]]:
    for name in _OTHERS:
        os.environ.pop(name, None)
    os.environ["PYTHONNOUSERSITE"] = "1"
    progress = Progress(console, dry)
    register(progress)
    # The workflow asks here whether jobs will run.
    before, sys.argv = sys.argv, ["snakemake", *arguments]
    said_itself = False  # a mistake of the user, found while the workflow is read
    try:
        succeeded = snakemake(arguments)
    except KeyboardInterrupt:
        console.tell("Stopped. What is finished is kept: run again to go on.")
        return 130, set()
    except SystemExit as ended:
        succeeded, said_itself = not ended.code, True
    finally:
        sys.argv = before
        console.last_line("")
    if succeeded:
        if dry:
            for line in plan(progress.planned):
                console.tell(line)
        return 0, set()
    if not said_itself:
        sys.stdout.flush(), sys.stderr.flush()
        for line in failures(progress):
            console.tell(line)
    return 1, {job.study for job in progress.failed}


def snakemake(arguments: list[str]) -> bool:
    """Run Snakemake in this process; return whether it succeeded."""
    from snakemake.cli import args_to_api, parse_args

    parser, found = parse_args(arguments)
    return args_to_api(found, parser)


def plan(jobs: Sequence[Job]) -> list[str]:
    """Return what would run, a line a study."""
    if not jobs:
        return ["Nothing to do: every result is up to date."]
    by_study: dict[str, list[str]] = {}
    for job in jobs:
        by_study.setdefault(job.study, []).append(job.rule)
    lines = [
        f"Would run{f' for {study}' if study else ''}: {', '.join(dict.fromkeys(rules))}"
        for study, rules in by_study.items()
    ]
    amount = sum(job.rule not in TARGETS for job in jobs)
    return [*lines, f"{amount} job{'s' * (amount != 1)}; nothing was run."]


def failures(progress: Progress) -> list[str]:
    """Return what went wrong in a run, each thing once, in our words where we have some."""
    lines = []
    for job in progress.failed:
        found = [error for log in job.logs if (error := error_in(log))]
        lines += found or [f"{job.words}: failed; see {', '.join(map(str, [*job.logs, LOG]))}"]
    if not lines:
        lines += progress.errors
    lines = [*disk_lines(LOG), *lines] or ["The run failed."]
    own = {line for line in lines if not progress.failed}
    return [*dict.fromkeys(lines), *([f"The whole log of this run is {LOG}."] if own else [])]


def unlock() -> str:
    """Remove the lock that an interrupted run left; return what was done.

    Raises:
        UserError: If another run works in this folder.
    """
    from retrial.run.made import other_runs

    others = other_runs(".")
    if others:
        raise UserError(f"Another run works here ({'; '.join(others)}); its lock is kept.")
    locks = Path(".snakemake/locks")
    if not locks.is_dir() or not any(locks.iterdir()):
        return "There is no lock here."
    shutil.rmtree(locks)
    Path(".snakemake/run.json").unlink(missing_ok=True)
    return "The lock is removed."
