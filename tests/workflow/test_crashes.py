"""A run that was killed leaves nothing that stops the next, and nothing half-made that it uses."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.slow]
KILLS = 20


def begin(project):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    environment.pop("PYTHONPATH", None)
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", "2", "--rerun-incomplete"],
        cwd=project.folder,
        env=environment | {"HOME": str(project.home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(running):
    """Kill a run and all its jobs at once, as a power cut does."""
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def test_after_twenty_kills_the_results_are_those_of_a_whole_run(whole_run, fresh):
    chance = random.Random(2013)
    interrupted = 0
    for _ in range(KILLS):
        running = begin(fresh)
        until = time.monotonic() + chance.uniform(1, 12)
        while running.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        interrupted += running.poll() is None
        kill(running) if running.poll() is None else None
        if running.returncode == 0:  # it came to its end: begin again from a lost result
            (fresh.results / "reported.csv").unlink()
    assert interrupted >= KILLS // 2
    said = fresh.run("--rerun-incomplete")
    assert "Traceback" not in said
    assert fresh.digests(without=("logs", "benchmarks", ".made")) == whole_run.digests(
        without=("logs", "benchmarks", ".made")
    )


def test_a_second_run_says_which_one_works_here(fresh):
    running = begin(fresh)
    try:
        locks = fresh / ".snakemake/locks"
        deadline = time.monotonic() + 120
        while not (locks.is_dir() and any(locks.iterdir())) and time.monotonic() < deadline:
            time.sleep(0.1)
        said = fresh.run(fails=True)
        assert f"process {running.pid}: " in said and "Another run works in" in said
        assert "Traceback" not in said
        assert running.poll() is None
    finally:
        kill(running)
    said = fresh.run("results/tiny/validated.txt", "--rerun-incomplete")
    assert "The last run here was interrupted; its lock is removed." in said
