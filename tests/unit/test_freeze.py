"""Freezing results, and the line that ends a run: only of a run that came to its end."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from retrial.errors import UserError
from retrial.registry import of_study
from retrial.run.compare import compare_results
from retrial.run.freeze import freeze
from retrial.run.made import note_made
from retrial.run.provenance import provenance
from retrial.run.studies import folder_files
from retrial.run.summary import is_whole, summarize
from retrial.tables import read_table, table, write_table

ROOT = Path(__file__).resolve().parents[2]
FROZEN = [made for made in of_study(truth=False) if made.frozen]
STUDY = ROOT / "resources/studies/hu2013"


@pytest.fixture
def finished(tmp_path):
    """A study folder and a complete results folder that belongs to it."""
    import json

    study = tmp_path / "studies/hu2013"
    shutil.copytree(STUDY, study, ignore=shutil.ignore_patterns("expected"))
    results = tmp_path / "results/hu2013"
    results.mkdir(parents=True)
    shutil.copytree(ROOT / "resources/evidence", tmp_path / "evidence")
    for made in of_study(truth=False):
        write_table(table([{made.names[0]: "x"}], made.name), results / made.file)
    evidence = ROOT / "resources/evidence/natural-history.csv"
    lock = ROOT / "envs/requirements.lock"
    made = provenance(study, folder_files(study), evidence, lock, {"seed": 1})
    (results / "provenance.json").write_text(json.dumps(made), encoding="utf-8")
    (results / "validated.txt").write_text("", encoding="utf-8")
    (results / "report.html").write_text("", encoding="utf-8")
    tables = [path for path in results.iterdir() if path.name != "report.html"]
    note_made(results / "logs/tables.log", map(str, tables))
    note_made(results / "logs/report.log", [str(results / "report.html")], map(str, tables))
    return study, results


def test_what_was_frozen_compares_as_the_same(finished):
    study, results = finished
    (study / "expected").mkdir()
    (study / "expected/gone.csv").write_text("a\n1\n", encoding="utf-8")
    frozen = freeze(study, results)
    names = {made.frozen_file for made in FROZEN}
    assert {path.name for path in frozen} == names
    assert {path.name for path in (study / "expected").iterdir()} == names
    check = compare_results(frozen, [results / made.file for made in FROZEN])
    assert set(check["verdict"]) == {"same"}


def test_a_comparison_with_the_truth_is_frozen_where_the_study_knows_the_truth(finished):
    study, results = finished
    (study / "truth.csv").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match=r"truth\.csv missing"):
        freeze(study, results)
    write_table(table([{"quantity": "mean"}], "truth"), results / "truth.csv")
    with pytest.raises(UserError, match=r"truth\.csv has changed"):
        freeze(study, results)


def test_freezing_again_is_possible_because_expected_is_no_input(finished):
    freeze(*finished)
    freeze(*finished)


def test_freezing_an_incomplete_run_is_refused(finished):
    study, results = finished
    (results / "claims.csv").unlink()
    with pytest.raises(UserError, match=r"not complete: claims\.csv missing"):
        freeze(study, results)
    assert not (study / "expected").exists()


@pytest.mark.parametrize(
    "file", ["studies/hu2013/claims.yaml", "evidence/natural-history.csv", "studies/hu2013/new.csv"]
)
def test_freezing_results_of_other_inputs_is_refused(finished, file):
    study, results = finished
    with (study.parents[1] / file).open("a", encoding="utf-8") as stream:
        stream.write("\n# another thought\n")
    told = rf"{Path(file).name} has changed since .* run make report STUDY=hu2013 first"
    with pytest.raises(UserError, match=told):
        freeze(study, results)
    assert not (study / "expected").exists()


def test_freezing_a_run_that_did_not_end_is_refused(finished):
    study, results = finished
    made_again = results / "provenance.json"
    made_again.write_text(made_again.read_text() + "\n", encoding="utf-8")
    note_made(results / "logs/provenance.log", [str(made_again)])
    tables = [str(path) for path in results.glob("[!.]*.*") if path.name != "report.html"]
    note_made(results / "logs/tables.log", tables)
    with pytest.raises(UserError, match="did not come to its end; run make report STUDY=hu2013"):
        freeze(study, results)
    assert not is_whole(results)


@pytest.mark.parametrize("name", ["report.html", "provenance.json", "tests.csv"])
def test_an_old_time_stamp_makes_no_run_incomplete(finished, name):
    study, results = finished
    os.utime(results / name, (1, 1))
    assert is_whole(results)
    assert freeze(study, results)


def test_freezing_an_edited_result_is_refused(finished):
    study, results = finished
    before = os.stat(results / "tests.csv")
    text = (results / "tests.csv").read_text(encoding="utf-8")
    (results / "tests.csv").write_text(text.replace("x", "y"), encoding="utf-8")
    os.utime(results / "tests.csv", ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(UserError, match=r"tests\.csv: edited since it was made; run make report"):
        freeze(study, results)
    assert not is_whole(results) and not (study / "expected").exists()


def test_only_a_run_that_came_to_its_end_is_whole(finished):
    _, results = finished
    assert is_whole(results) and not is_whole(results.parent / "bad")
    (results / "validated.txt").unlink()
    assert not is_whole(results)


def test_provenance_holds_neither_paths_nor_times(finished):
    import json

    study, results = finished
    text = (results / "provenance.json").read_text(encoding="utf-8")
    assert str(study.parent) not in text and str(ROOT) not in text
    made = json.loads(text)
    assert made["inputs"].keys() >= {"study.yaml", "figures/figures.yaml"}
    assert "evidence/natural-history.csv" in made["inputs"]
    assert not any("expected" in name for name in made["inputs"])
    assert made["packages"]["pandas"] == pd.__version__


def test_summary_is_one_line_with_the_counts_of_verdicts(tmp_path):
    rows = [
        {"kind": "trial", "basis": "recomputed", "verdict": "not_confirmed", "published_p": "ns"},
        {"kind": "trial", "basis": "proxy", "verdict": "confirmed", "published_p": "p<0.05"},
        {"kind": "trial", "basis": "recomputed", "verdict": "confirmed", "published_p": "p=0.03"},
        {"kind": "trial", "basis": "none", "verdict": "conditional", "published_p": "p=0.03"},
        {"kind": "trial", "basis": "our_comparison", "verdict": "shown", "published_p": ""},
        {"kind": "sales", "basis": "none", "verdict": "no_evidence", "published_p": ""},
    ]
    write_table(table(rows, "claims"), tmp_path / "claims.csv")
    assert summarize(tmp_path) == (
        f"{tmp_path}/report.html: 4 printed p-values or n.s.: 2 confirmed (1 surely of the outcome "
        "named), 1 not confirmed, 1 cannot be checked; 5 trial claims: 2 confirmed, 1 shown, "
        "1 conditional, 1 not confirmed; 1 sales claim: 1 no evidence"
    )
    assert read_table(tmp_path / "claims.csv").shape[0] == 6
