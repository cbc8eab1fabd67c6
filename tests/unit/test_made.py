"""What earlier runs left: results edited or lost since, stale locks, other runs, a full disk."""

import errno
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from retrial.errors import UserError
from retrial.run import made
from retrial.run.log import job_log


@pytest.fixture
def results(tmp_path, monkeypatch):
    """A study's results with the note of one job that made a table and a folder."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results/s"
    (folder / "logs").mkdir(parents=True)
    (folder / "figures").mkdir()
    (folder / "tests.csv").write_text("p\n0.05\n")
    (folder / "figures/a.svg").write_text("<svg/>")
    with job_log("results/s/logs/retest.log", ["results/s/tests.csv", "results/s/figures"]):
        pass
    return folder


def test_what_is_as_it_was_made_is_not_named(results):
    assert made.changed_since("results/s") == {}
    os.utime(results / "tests.csv", (0, 0))
    assert made.changed_since("results/s") == {}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda f: (f / "tests.csv").write_text("p\n0.04\n"), ("tests.csv", "edited")),
        (lambda f: (f / "tests.csv").unlink(), ("tests.csv", "lost")),
        (lambda f: (f / "figures/a.svg").unlink(), ("figures", "edited")),
        (lambda f: (f / "figures/b.svg").write_text("x"), ("figures", "edited")),
    ],
)
def test_a_result_edited_or_lost_is_named_with_its_stage(results, change, expected):
    change(results)
    name, what = expected
    assert made.changed_since("results/s") == {f"results/s/{name}": (what, "retest")}


def test_an_edited_result_is_kept_aside(results):
    for number in (1, 2):
        (results / "tests.csv").write_text(f"edit {number}\n")
        kept = made.set_aside("results/s/tests.csv")
        assert str(kept) == f".snakemake/edited/s/tests.{number}.csv"
        assert kept.read_text() == f"edit {number}\n"
        assert not (results / "tests.csv").exists()
    assert (made.set_aside("results/s/figures") / "a.svg").read_text() == "<svg/>"


def test_an_old_time_stamp_hides_no_edit(results):
    before = os.stat(results / "tests.csv")
    (results / "tests.csv").write_text("p\n0.04\n")
    os.utime(results / "tests.csv", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert list(made.changed_since("results/s")) == ["results/s/tests.csv"]


def test_a_moved_project_names_nothing(results, tmp_path):
    (tmp_path / "results").rename(tmp_path / "other")
    assert made.changed_since("other/s") == {}


@pytest.mark.parametrize("note", ["{", "", "[]", '{"made": 3, "from": {}}', '{"made": {}}', "\0"])
def test_what_only_a_broken_note_could_tell_of_is_unknown(results, note):
    with job_log("results/s/logs/judge.log", ["results/s/tests.csv"]):
        pass
    (results / ".made/retest.json").write_text(note)
    assert made.changed_since("results/s") == {"results/s/figures": ("unknown", "retest")}
    assert not made.is_consistent("results/s")


def test_a_result_made_from_an_earlier_state_of_another_is_inconsistent(results):
    inputs = ["results/s/tests.csv", "results/s/validated.txt", "study.yaml"]
    (results / "claims.csv").write_text("claim_id\n")
    (results / "validated.txt").write_text("")
    with job_log("results/s/logs/judge.log", ["results/s/claims.csv"], inputs):
        pass
    assert made.is_consistent("results/s")
    (results / "tests.csv").write_text("p\n0.04\n")
    with job_log("results/s/logs/retest.log", ["results/s/tests.csv", "results/s/figures"]):
        pass
    assert made.changed_since("results/s") == {}
    assert not made.is_consistent("results/s")


def test_what_is_made_on_request_may_be_old_or_deleted(results):
    (results / "check.csv").write_text("table\n")
    with job_log("results/s/logs/compare.log", ["results/s/check.csv"], ["results/s/tests.csv"]):
        pass
    (results / "tests.csv").write_text("p\n0.04\n")
    with job_log("results/s/logs/retest.log", ["results/s/tests.csv", "results/s/figures"]):
        pass
    assert made.is_consistent("results/s")
    (results / "check.csv").unlink()
    assert made.changed_since("results/s") == {}
    assert made.is_consistent("results/s")
    (results / "check.csv").write_text("edited\n")
    assert made.changed_since("results/s") == {"results/s/check.csv": ("edited", "compare")}


def test_a_failed_job_leaves_no_note(results):
    with pytest.raises(SystemExit), job_log("results/s/logs/judge.log", ["results/s/tests.csv"]):
        raise UserError("a mistake")
    assert [p.name for p in (results / ".made").iterdir()] == ["retest.json"]


@pytest.mark.parametrize(
    ("arguments", "runs"),
    [
        ("--cores 2", True),
        ("--cores 2 -n", False),
        ("-np --cores 1", False),
        ("--dry-run", False),
        ("--dryrun", False),
        ("--lint", False),
        ("--unlock", False),
        ("--list-rules", False),
        ("-c2 --keep-going --rerun-incomplete --quiet host reason -- check", True),
        ("--config studies=[hu2013] seed=1", True),
        ("--report out.html", False),
        ("--sdm conda", True),
    ],
)
def test_a_command_that_only_tells_something_is_no_run(arguments, runs):
    assert made.runs_jobs(arguments.split()) == runs


def lock(folder, host=None):
    locks = folder / ".snakemake/locks"
    locks.mkdir(parents=True)
    (locks / "0.input.lock").write_text("x")
    if host:
        (folder / ".snakemake/run.json").write_text(json.dumps({"host": host}))
    return locks


def test_the_lock_of_an_interrupted_run_is_removed(tmp_path):
    locks = lock(tmp_path)
    assert made.claim_folder(tmp_path) == [
        "The last run here was interrupted; its lock is removed."
    ]
    assert list(locks.iterdir()) == []
    assert made.claim_folder(tmp_path) == []


def test_the_lock_of_another_computer_stays(tmp_path):
    locks = lock(tmp_path, host="another-computer")
    with pytest.raises(UserError, match="A run that began on another-computer has locked"):
        made.claim_folder(tmp_path)
    assert len(list(locks.iterdir())) == 1


def test_a_run_at_work_is_named(tmp_path):
    """A process that looks like Snakemake in this folder; one elsewhere does not count."""
    locks = lock(tmp_path)
    code = "import time; print('up', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", code, "snakemake", "--cores", "1"]
    other = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE)
    try:
        other.stdout.readline()
        with pytest.raises(UserError, match=f"Another run works in .*process {other.pid}: "):
            made.claim_folder(tmp_path)
        assert len(list(locks.iterdir())) == 1
        (tmp_path / "elsewhere").mkdir()
        assert made.other_runs(tmp_path / "elsewhere") == []
    finally:
        other.send_signal(signal.SIGKILL)
        other.wait()
    deadline = time.monotonic() + 10
    while made.other_runs(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert made.claim_folder(tmp_path)


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, "The disk is full: "), (errno.EROFS, "cannot be written")],
)
def test_a_disk_that_takes_nothing_is_one_sentence(tmp_path, monkeypatch, capsys, number, told):
    log = tmp_path / "results/s/logs/retest.log"
    log.parent.mkdir(parents=True)
    with pytest.raises(SystemExit), job_log(str(log), []):
        raise OSError(number, os.strerror(number), "results/s/tests.csv")
    said = capsys.readouterr().err
    assert told in said and "results/s/tests.csv" in said
    assert "Traceback" not in said and len(said.splitlines()) == 1

    def refused(*args, **kwargs):
        raise OSError(number, os.strerror(number), str(tmp_path / "results"))

    monkeypatch.setattr(made.tempfile, "TemporaryFile", refused)
    with pytest.raises(UserError, match=told):
        made.claim_folder(tmp_path)


def test_a_nearly_full_disk_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    usage = made.shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(made.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(UserError, match="Only 1 MB are free"):
        made.claim_folder(tmp_path)
