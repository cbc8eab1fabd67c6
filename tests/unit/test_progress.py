"""What a run tells: jobs as they begin, how far it is, and what went wrong, from the logs."""

import io
import logging
import os
from pathlib import Path

import pytest
from retrial.run import runner
from retrial.run.console import Console, tell
from retrial.run.log import disk_lines, disk_sentence, error_in, job_log
from retrial.run.progress import Job, Progress, duration
from snakemake_interface_logger_plugins.common import LogEvent

JUDGE = Job("judge", "Judging the claims of tiny", "tiny", (Path("judge.log"),))


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def fileno(self):
        raise OSError


def record(event, level=logging.INFO, message="", **keys):
    made = logging.LogRecord("snakemake", level, "", 0, message, (), None)
    made.__dict__.update(event=event, **keys)
    return made


def begun(jobid, rule="judge"):
    return record(
        LogEvent.JOB_INFO,
        jobid=jobid,
        rule_name=rule,
        rule_msg=JUDGE.words,
        wildcards={"study": "tiny"},
        log=["judge.log"],
    )


def test_a_job_is_told_when_it_begins_and_a_target_is_not():
    stream = io.StringIO()
    progress = Progress(Console(stream))
    progress.take(begun(1))
    progress.take(begun(0, "all"))
    assert progress.planned == [JUDGE]
    assert stream.getvalue() == "Judging the claims of tiny\n"


def test_a_dry_run_tells_no_job_as_running():
    stream = io.StringIO()
    progress = Progress(Console(stream), dry=True)
    progress.take(begun(1))
    assert stream.getvalue() == ""
    assert runner.plan(progress.planned) == [
        "Would run for tiny: judge",
        "1 job; nothing was run.",
    ]
    assert runner.plan([]) == ["Nothing to do: every result is up to date."]


def test_a_failed_job_is_noted_once_and_other_errors_are_kept():
    progress = Progress(Console(io.StringIO()))
    progress.take(begun(1))
    for _ in range(2):
        progress.take(
            record(
                LogEvent.JOB_ERROR,
                logging.ERROR,
                jobid=1,
                rule_name="judge",
                rule_msg=JUDGE.words,
                wildcards={"study": "tiny"},
                log=["judge.log"],
            )
        )
    progress.take(record(None, logging.ERROR, "the workflow cannot be read"))
    assert progress.failed == [JUDGE]
    assert progress.errors == ["the workflow cannot be read"]


def test_the_last_line_says_how_far_the_run_is_on_a_terminal_alone(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("os.get_terminal_size", lambda _: os.terminal_size((200, 50)))
    stream = Terminal()
    stream.fileno = lambda: 1
    progress = Progress(Console(stream))
    progress.take(begun(1))
    progress.take(record(LogEvent.PROGRESS, done=1, total=4))
    last = stream.getvalue().rpartition("\x1b[K")[2]
    assert last.startswith("[#####...............] 1 of 4 jobs; judge; about ")
    progress.console.tell("a line")
    assert stream.getvalue().endswith(f"\r\x1b[Ka line\n{last}")
    file = io.StringIO()
    Console(file).last_line("[###")
    assert file.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (89, "89 s"), (90, "2 min"), (5399, "90 min"), (7200, "2 h")]
)
def test_a_time_is_said_in_its_unit(seconds, words):
    assert duration(seconds) == words


def test_the_log_of_a_failed_job_gives_what_is_told(tmp_path):
    log = tmp_path / "results/tiny/logs/judge.log"
    log.parent.mkdir(parents=True)
    with pytest.raises(SystemExit), job_log(str(log)):
        raise ValueError("no such claim")
    assert error_in(log) == f"ValueError: no such claim\nTraceback in {log}"
    assert "Traceback (most recent call last)" in log.read_text(encoding="utf-8")
    assert error_in(tmp_path / "none.log") == ""
    log.write_text("Python 3\ndone in 1 s\n", encoding="utf-8")
    assert error_in(log) == ""


def test_what_went_wrong_is_told_once_and_the_disk_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path(".snakemake").mkdir()
    full = disk_sentence(OSError(28, "No space left on device", "x.csv"), "x.csv")
    runner.LOG.write_text(f"{full}\n{full}\nError in rule judge\n", encoding="utf-8")
    assert disk_lines(runner.LOG) == [full]
    Path("judge.log").write_text("Python\nerror:\nThe claim is wrong.\n", encoding="utf-8")
    progress = Progress(Console(io.StringIO()), failed=[JUDGE, JUDGE])
    assert runner.failures(progress) == [full, "The claim is wrong."]
    Path("judge.log").unlink()
    runner.LOG.write_text("", encoding="utf-8")
    assert runner.failures(progress) == [
        "Judging the claims of tiny: failed; see judge.log, .snakemake/retrial.log"
    ]
    progress = Progress(Console(io.StringIO()), errors=["no rule"])
    assert runner.failures(progress) == [
        "no rule",
        "The whole log of this run is .snakemake/retrial.log.",
    ]


def test_outside_of_a_run_a_line_goes_to_stderr(capsys):
    tell("Note: a line")
    assert capsys.readouterr().err == "Note: a line\n"


def test_the_arguments_name_the_studies_and_the_target():
    arguments = runner.command_line(["hu2013", "btheb"], "check", "2", dry=True)
    assert arguments[-3:] == ["studies=[hu2013, btheb]", "--", "check"]
    assert "--dry-run" in arguments and arguments[arguments.index("--cores") + 1] == "2"
