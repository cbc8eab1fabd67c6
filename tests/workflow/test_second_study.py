"""A newcomer's path: a study of their own, made up here and marked so, gets its verdicts."""

import subprocess
import sys

import pytest
from retrial.tables import read_table
from scipy import stats

pytestmark = pytest.mark.workflow


def retrial(project, *arguments):
    """Run the command line in the project; return (exit status, all that it says)."""
    done = subprocess.run(
        [sys.executable, "-m", "retrial.run.cli", *arguments],
        cwd=project.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_new_study_is_begun_checked_and_run(fresh):
    assert retrial(fresh, "new", "made_up")[0] == 0
    reported = fresh / "resources/studies/made_up/reported.csv"
    sound = reported.read_text(encoding="utf-8")
    row = sound.splitlines()[1]
    cells = row.split(",")
    reported.write_text(sound.replace(row, row.replace(cells[6], "12;5", 1), 1), encoding="utf-8")
    status, said = retrial(fresh, "validate", "made_up")
    assert status == 1 and "reported.csv, line 2" in said and "12;5" in said
    assert "Traceback" not in said
    reported.write_text(sound, encoding="utf-8")
    assert retrial(fresh, "validate", "made_up")[0] == 0

    fresh.run("results/made_up/claims.csv")
    results = fresh / "results/made_up"
    tests = read_table(results / "tests.csv")
    fisher = tests[(tests["method"] == "fisher") & tests["p"].notna()].iloc[0]
    cells = [
        [fisher["value_1"], fisher["n_1"] - fisher["value_1"]],
        [fisher["value_2"], fisher["n_2"] - fisher["value_2"]],
    ]
    assert fisher["p"] == pytest.approx(stats.fisher_exact(cells).pvalue)
    assert set(read_table(results / "claims.csv")["verdict"]) - {"not_testable"}

    status, said = retrial(fresh, "freeze", "made_up")
    assert status == 1 and "provenance.json, report.html missing; run make report" in said
