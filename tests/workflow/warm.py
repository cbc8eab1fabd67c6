"""Snakemake in a fork of a process that has imported it: a dry run takes a third of the time."""

import multiprocessing
import os
import sys
from pathlib import Path

# What Snakemake and the rules import, but not the library: each project has its own.
IMPORTED = (
    "snakemake.cli",
    "snakemake.dag",
    "snakemake.scheduling",
    "pandas",
    "pydantic",
    "psutil",
)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(list(IMPORTED))


def snakemake(folder: Path, arguments: list[str], environment: dict[str, str], said: Path) -> int:
    """Run Snakemake in a folder; return its exit status, and leave all that it says in `said`."""
    run = FORKS.Process(target=_run, args=(folder, arguments, environment, said))
    run.start()
    run.join(timeout=600)
    if run.is_alive():
        run.kill()
        run.join()
        said.write_text(f"{said.read_text('utf-8')}\nIt did not end in time.", encoding="utf-8")
    return run.exitcode


def _run(folder: Path, arguments: list[str], environment: dict[str, str], said: Path) -> None:
    with said.open("wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["snakemake", *arguments]
    assert "retrial" not in sys.modules, "the library of this project would not be the one to run"
    from snakemake.cli import main

    main()
