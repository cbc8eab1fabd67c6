"""The gate `check`: green for what was frozen, red for every kind of drift."""

import subprocess
import sys

import pandas as pd
import pytest
from retrial.registry import of_study

pytestmark = pytest.mark.workflow


def freeze(project):
    """Freeze the small study by the command; return how that ended."""
    return subprocess.run(
        [sys.executable, "-m", "retrial.run.cli", "freeze", "tiny"],
        cwd=project.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def frozen(project):
    """A project whose results are those that were frozen."""
    done = freeze(project)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_check_is_green_for_what_was_frozen_and_red_for_a_drift(frozen):
    expected = frozen.study / "expected"
    frozen.run("check")

    claims = pd.read_csv(expected / "claims.csv", dtype="string", keep_default_na=False)
    (expected / "gone.csv").write_text("a\n1\n", encoding="utf-8")
    (expected / "risk_of_bias.csv").unlink()
    claims.loc[0, "verdict"] = "corrupted"
    claims.iloc[:-1].to_csv(expected / "claims.csv", index=False)
    said = frozen.run("check", fails=True)

    first, last = claims["claim_id"].iloc[0], claims["claim_id"].iloc[-1]
    assert "tiny: the results are not those that were frozen." in said
    assert "Typed numbers: none changed" in said
    assert f"Verdict changed: {first} corrupted -> " in said
    assert f"Verdict changed: {last} is a new claim" in said
    assert "gone.csv: no longer there" in said
    assert "all in results/tiny/check.csv" in said
    assert "risk_of_bias.csv" in said
    assert "Traceback" not in said
    assert "Nothing to be done" in frozen.run()


def test_check_is_red_where_nothing_was_frozen(project):
    said = project.run("check", fails=True)
    assert "nothing has been frozen yet" in said


def test_freezing_by_command_refuses_other_inputs(project):
    with (project.study / "study.yaml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    done = freeze(project)
    assert done.returncode == 1
    assert done.stderr.startswith("study.yaml has changed since results/tiny was made; run make")
    assert done.stderr.count("\n") == 1 and not (project.study / "expected").exists()


def test_every_compared_result_is_made_by_the_workflow(whole_run):
    assert all((whole_run.results / made.file).is_file() for made in of_study(truth=False))
