"""`retrial run`: what a person reads on the terminal, and its exit status."""

import os
import subprocess
import sys

import pytest
from projects import STUDY

pytestmark = pytest.mark.workflow


def retrial(project, *arguments):
    """Run the command line in the project; return (exit status, stdout, stderr)."""
    done = subprocess.run(
        [sys.executable, "-m", "retrial.run.cli", *arguments],
        cwd=project.folder,
        env=project.environment() | {"PYTHONPATH": str(project / "workflow/scripts")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert "Traceback (most recent" not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


def test_a_run_says_what_it_does_and_what_it_found(project):
    with (project.study / "study.yaml").open("a", encoding="utf-8") as file:
        file.write("# another look at the paper\n")
    status, out, err = retrial(project, "run", STUDY, "--cores", "2")
    assert status == 0, err
    assert err.startswith("Checking the study folder of tiny\n")
    assert out.startswith("results/tiny/report.html: ") and out.count("\n") == 1
    log = (project / ".snakemake/retrial.log").read_text(encoding="utf-8")
    assert "Job stats:" in log and "Elapsed time" in log
    status, out, err = retrial(project, "run", "-n")
    assert (status, out) == (0, "")
    assert err == "Nothing to do: every result is up to date.\n"


def test_a_mistake_of_the_user_is_one_message(project):
    claims = project.study / "claims.yaml"
    whole = claims.read_text(encoding="utf-8")
    claims.write_text(whole.replace("  - id: score_lower\n", "  - idd: score_lower\n", 1))
    status, out, err = retrial(project, "run", STUDY)
    assert status == 1
    assert "claims.yaml" in err and "idd" in err
    assert out == ""
    assert "rule" not in err and "jobid" not in err and err.count("problem") == 1
    claims.write_text(whole, encoding="utf-8")
    status, out, err = retrial(project, "run", "tinny", STUDY, "--cores", "2")
    assert status == 1
    assert "There is no study 'tinny' in resources/studies; did you mean 'tiny'?" in err
    assert "results/tiny/report.html: " in out  # the sound study is run
    status, _, err = retrial(project, "run", "--cores", "two")
    assert status == 1 and "--cores two: give a whole number of cores" in err


def test_an_error_of_the_workflow_names_the_log(project):
    rule = project / "workflow/rules/judge.smk"
    text = rule.read_text(encoding="utf-8")
    rule.write_text(text.replace("made_from(", "made_form(", 1), encoding="utf-8")
    status, _, err = retrial(project, "run", STUDY)
    assert status == 1
    assert "made_form" in err and "The whole log of this run is .snakemake/retrial.log." in err


def test_a_drift_is_the_last_thing_that_check_says(project):
    assert retrial(project, "freeze", STUDY)[0] == 0
    status, out, _ = retrial(project, "run", "--to", "check", "--cores", "2")
    assert (status, out) == (0, "check: every result of tiny is as it was frozen\n")
    (project.study / "expected/risk_of_bias.csv").unlink()
    status, _, err = retrial(project, "run", "--to", "check", "--cores", "2")
    assert status == 1
    assert err.endswith("If the change is meant: make freeze STUDY=tiny\n")


def test_the_lock_of_an_interrupted_run_is_removed_when_asked(project):
    locks = project / ".snakemake/locks"
    locks.mkdir(parents=True, exist_ok=True)
    (locks / "0.output.lock").write_text("", encoding="utf-8")
    assert retrial(project, "unlock")[:2] == (0, "The lock is removed.\n")
    assert retrial(project, "unlock")[:2] == (0, "There is no lock here.\n")
    assert retrial(project, "studies")[:2] == (0, "tiny\n")


def test_outside_of_the_project_a_run_says_where_to_go(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "retrial.run.cli", "run"],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr == "There is no Snakefile here: run this in the retrial folder.\n"
