"""Copies of the project outside of it, and how to run their workflow."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import warm

STUDY = "tiny"  # simulated, in tests/studies
ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = (
    ".git .venv .snakemake .pytest_cache .ruff_cache .hypothesis __pycache__ *.egg-info .*.sw? "
    "tests"
).split()


def rules_in(said):
    """Return the names of the rules in the table of a dry run, without target rules."""
    table = re.findall(r"^([a-z_]+) +\d+$", said, re.M)
    return set(table) - {"job", "total", "all", "check"}


@dataclass(frozen=True)
class Project:
    """A copy of the project, and how to run its workflow."""

    folder: Path
    home: Path

    def __truediv__(self, name):
        return self.folder / name

    @property
    def results(self):
        return self.folder / "results" / STUDY

    @property
    def study(self):
        return self.folder / "resources/studies" / STUDY

    def run(self, *arguments, cores=2, fails=False):
        """Run Snakemake; return all that it says. `fails`: whether it must fail."""
        said = self.folder.with_suffix(".said")
        status = warm.snakemake(
            self.folder, ["--cores", str(cores), *arguments], self.environment(), said
        )
        assert (status != 0) == fails, said.read_text(encoding="utf-8")
        return said.read_text(encoding="utf-8")

    def run_cold(self, *arguments, changes=None):
        """Run Snakemake as a user does, in a process of its own; return all that it says.

        `changes`: variables of the environment.
        """
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", "2", *arguments],
            cwd=self.folder,
            env=self.environment() | (changes or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def environment(self):
        """Return the variables that a run has: none of pytest's, and a home of its own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
        kept.pop("PYTHONPATH", None)
        return kept | {"HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / ".cache")}

    def planned(self, *arguments):
        """Return the names of the rules that a run would run, without target rules."""
        return rules_in(self.dry_run(*arguments))

    def dry_run(self, *arguments):
        """Return what a run says that is only planned."""
        return self.run(*arguments, "--dry-run", "--quiet", "host", "reason")

    def digests(self, *, without=("logs", "benchmarks")):
        """Return the SHA-256 of every result, by name."""
        return {
            path.relative_to(self.results).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.results.rglob("*"))
            if path.is_file()
            and path.relative_to(self.results).parts[0] not in without
            and not path.name.startswith(".snakemake")
        }


def ignored(folder, names):
    by_name = shutil.ignore_patterns(*NOT_COPIED)(folder, names)
    other = {name for name in names if not Path(folder, name).is_dir()}
    special = {name for name in other if not Path(folder, name).is_file()}
    # The small study stands for every other.
    apart = {"btheb", "hu2013"} if Path(folder).name == "studies" else set()
    return by_name | special | apart | ({"results"} & set(names) if "Snakefile" in names else set())
