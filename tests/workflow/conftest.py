"""A copy of the project outside of it, carried through the whole workflow once for all tests."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = (
    ".git .venv .snakemake .pytest_cache .ruff_cache .hypothesis __pycache__ *.egg-info .*.sw?"
).split()


@dataclass(frozen=True)
class Project:
    """A copy of the project, and how to run its workflow."""

    folder: Path
    home: Path

    def __truediv__(self, name):
        return self.folder / name

    @property
    def results(self):
        return self.folder / "results/hu2013"

    @property
    def study(self):
        return self.folder / "resources/studies/hu2013"

    def run(self, *arguments, cores=2, fails=False, changes=None):
        """Run Snakemake; return all that it says.

        `fails`: whether it must fail. `changes`: variables of the environment.
        """
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
        environment.pop("PYTHONPATH", None)
        environment |= {"HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / ".cache")}
        environment |= changes or {}
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", "--cores", str(cores), *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        assert (done.returncode != 0) == fails, done.stdout
        return done.stdout

    def planned(self, *arguments):
        """Return the names of the rules that a run would run, without target rules."""
        said = self.run(*arguments, "--dry-run", "--quiet", "host", "reason")
        # A run with a checkpoint ahead prints its table twice.
        table = re.findall(r"^([a-z_]+) +\d+$", said, re.M)
        return set(table) - {"job", "total", "all", "check"}

    def planned_after_validation(self, *arguments):
        """Return the rules that a run would run after a change of the study folder.

        `validate` is a checkpoint: what else must run is decided when it is done.
        """
        assert self.planned(*arguments) == {"validate"}
        self.run("results/hu2013/validated.txt")
        return self.planned(*arguments)

    def digests(self, *, without=("logs", "benchmarks")):
        """Return the SHA-256 of every result, by name."""
        return {
            path.relative_to(self.results).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.results.rglob("*"))
            if path.is_file()
            and path.relative_to(self.results).parts[0] not in without
            and not path.name.startswith(".snakemake")
        }


@pytest.fixture(scope="session")
def shared(tmp_path_factory, worker_id):
    """A folder that all the processes of one test run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "workflow"
    folder.mkdir(exist_ok=True)
    (folder / "home").mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def whole_run(shared):
    """The project after one run of everything on two cores; no test may change it."""
    project = Project(shared / "project", shared / "home")
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "said").exists():
            shutil.copytree(ROOT, project.folder, ignore=_ignored)
            said = project.run()
            (shared / "said").write_text(said, encoding="utf-8")
    return project


def _ignored(folder, names):
    ignored = shutil.ignore_patterns(*NOT_COPIED)(folder, names)
    other = {name for name in names if not Path(folder, name).is_dir()}
    special = {name for name in other if not Path(folder, name).is_file()}
    # The flagship stands for every study; the one with known truth has a test of its own.
    apart = {"btheb"} if Path(folder).name == "studies" else set()
    return ignored | special | apart | ({"results"} & set(names) if "Snakefile" in names else set())


@pytest.fixture
def project(whole_run, tmp_path):
    """A copy of the project with all its results, to be changed."""
    shutil.copytree(whole_run.folder, tmp_path / "project")
    return Project(tmp_path / "project", whole_run.home)


@pytest.fixture
def fresh(whole_run, tmp_path):
    """A copy of the same project without results."""
    shutil.copytree(whole_run.folder, tmp_path / "project", ignore=_ignored)
    return Project(tmp_path / "project", whole_run.home)
