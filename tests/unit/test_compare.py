"""The gate on our own numbers: each kind of drift turns it red, and rounding noise does not."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from retrial import tables
from retrial.compare import (
    EXACT,
    KEYS,
    compare_frames,
    compare_results,
    describe_drift,
    read_check,
    read_result,
    tolerance_of,
)
from retrial.freeze import RESULTS, freeze
from retrial.joblog import UserError
from retrial.provenance import provenance
from retrial.studies import folder_files
from retrial.summary import summarize
from retrial.tables import CHECK, read_table, table, write_table

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "resources/studies/hu2013"
COLUMNS = {
    "reported.csv": tables.REPORTED,
    "audit.csv": tables.AUDIT,
    "summaries.csv": tables.SUMMARIES,
    "tests.csv": tables.TESTS,
    "sensitivity.csv": tables.SENSITIVITY,
    "multiverse.csv": tables.MULTIVERSE,
    "claims.csv": tables.CLAIMS,
    "risk_of_bias.csv": tables.RISK_OF_BIAS,
}


def small_table():
    rows = [
        {"test_id": "a", "p": 0.04, "estimate": 1.5, "n_1": 15.0, "method": "fisher"},
        {"test_id": "b", "p": 0.2, "estimate": 0.0, "n_1": 14.0, "method": "welch_t"},
        {"test_id": "c", "estimate": float("nan"), "method": "welch_t"},
    ]
    frame = table(rows, tables.TESTS)
    return frame.assign(admissible=pd.array([True, False, True], dtype="boolean"))


@pytest.fixture
def files(tmp_path):
    """Return a function that writes a frame as expected or actual tests.csv."""

    def write(kind, frame):
        (tmp_path / kind).mkdir(exist_ok=True)
        write_table(frame, tmp_path / kind / "tests.csv", tables.TESTS)
        return tmp_path / kind / "tests.csv"

    return write


def drift(files, change):
    """Compare the table with a changed one; return the rows that are not `same`."""
    actual = small_table()
    actual = change(actual)
    check = compare_results([files("old", small_table())], [files("new", actual)])
    return check[check["verdict"] != "same"]


def test_the_columns_of_every_compared_file_hold_its_keys():
    assert KEYS.keys() == COLUMNS.keys()
    for file, keys in KEYS.items():
        assert set(keys) <= set(COLUMNS[file])


def test_equal_results_are_the_same_in_every_value(files):
    check = compare_results([files("old", small_table())], [files("new", small_table())])
    assert list(check.columns) == CHECK
    assert set(check["verdict"]) == {"same"}
    assert len(check) == 3 * (len(tables.TESTS) - 1)
    assert describe_drift("hu2013", check) == ""


@pytest.mark.parametrize(
    ("column", "old", "near", "far"),
    [
        ("p", 0.04, 0.04 * (1 + 5e-7), 0.04 * (1 + 5e-6)),
        ("estimate", 1.5, 1.5 * (1 + 5e-9), 1.5 * (1 + 5e-8)),
        ("n_1", 15.0, 15.0, 15.0 + 1e-9),
    ],
)
def test_a_number_may_move_within_its_tolerance_and_no_further(files, column, old, near, far):
    def move(value):
        return lambda frame: frame.assign(**{column: [value, *frame[column][1:]]})

    assert drift(files, move(old)).empty
    assert drift(files, move(near)).empty
    moved = drift(files, move(far))
    assert moved[["file", "key", "column"]].to_numpy().tolist() == [["tests.csv", "a", column]]
    assert "differs" in set(moved["verdict"])


def test_noise_about_zero_is_no_drift(files):
    assert drift(files, lambda f: f.assign(estimate=[1.5, 1e-13, np.nan])).empty
    assert not drift(files, lambda f: f.assign(estimate=[1.5, 1e-11, np.nan])).empty


def test_text_and_flags_are_exact(files):
    changed = drift(files, lambda f: f.assign(method=["fisher", "welch_t", "student_t"]))
    assert changed["column"].tolist() == ["method"]
    assert changed[["expected", "actual"]].to_numpy().tolist() == [["welch_t", "student_t"]]
    flags = pd.array([True, True, True], dtype="boolean")
    assert drift(files, lambda f: f.assign(admissible=flags))["key"].tolist() == ["b"]


def test_a_value_that_appears_or_vanishes_is_a_drift(files):
    assert len(drift(files, lambda f: f.assign(p=[0.04, 0.2, 0.5]))) == 1
    assert len(drift(files, lambda f: f.assign(p=[0.04, np.nan, np.nan]))) == 1


def test_rows_that_come_or_go_are_told(files):
    gone = drift(files, lambda f: f.iloc[:2])
    assert gone[["key", "verdict"]].to_numpy().tolist() == [["c", "missing"]]
    more = drift(files, lambda f: pd.concat([f, f.iloc[:1].assign(test_id="d")]))
    assert more[["key", "verdict"]].to_numpy().tolist() == [["d", "new"]]


def test_a_repeated_key_is_a_row_of_its_own(files):
    twice = drift(files, lambda f: pd.concat([f, f.iloc[:1]]))
    assert twice[["key", "verdict"]].to_numpy().tolist() == [["a #2", "new"]]


def test_another_order_of_rows_is_a_drift(files):
    turned = drift(files, lambda f: f.iloc[::-1])
    assert turned["actual"].tolist() == ["another order"]


def test_columns_that_come_or_go_are_told():
    old, new = small_table(), small_table().rename(columns={"p_bh": "p_fdr"})
    check = compare_frames("tests.csv", old, new)
    changed = check[check["verdict"] != "same"]
    assert changed[["column", "verdict"]].to_numpy().tolist() == [
        ["p_bh", "missing"],
        ["p_fdr", "new"],
    ]


def test_files_that_come_or_go_are_told(files, tmp_path):
    there = files("old", small_table())
    other = shutil.copy(there, tmp_path / "audit.csv")
    check = compare_results([there], [other])
    assert check[["file", "verdict"]].to_numpy().tolist() == [
        ["audit.csv", "new"],
        ["tests.csv", "missing"],
    ]
    text = describe_drift("hu2013", check)
    assert "tests.csv" in text and "no longer there" in text and "never frozen" in text


def test_nothing_frozen_is_told_as_such(files):
    text = describe_drift("hu2013", compare_results([], [files("new", small_table())]))
    assert "nothing has been frozen" in text and "make freeze STUDY=hu2013" in text


def test_drift_table_names_the_place_both_values_and_the_tolerance(files):
    moved = drift(files, lambda f: f.assign(p=[0.05, 0.2, np.nan]))
    text = describe_drift("hu2013", moved)
    assert "hu2013: 1 drifted from what was frozen, in 1 file:" in text
    assert "tests.csv · a · p" in text
    assert "expected 0.04, found 0.05  (1e-06 relative, 1e-12 absolute)" in text


def test_a_long_drift_is_cut_and_says_so(files):
    frame = pd.concat([small_table().iloc[:1].assign(test_id=f"t{i}") for i in range(60)])
    check = compare_frames("tests.csv", frame, frame.assign(p=0.5))
    assert "and 20 more in results/hu2013/check.csv" in describe_drift("hu2013", check)


def test_check_table_survives_writing_and_reading(files, tmp_path):
    moved = drift(files, lambda f: f.assign(p=[0.05, 0.2, np.nan]))
    write_table(moved, tmp_path / "check.csv", CHECK)
    read = read_check(tmp_path / "check.csv")
    assert describe_drift("hu2013", read) == describe_drift("hu2013", moved)


def test_multiverse_is_the_same_as_parquet_and_as_frozen_csv(tmp_path, hu2013):
    frame = hu2013.multiverse
    frame.to_parquet(tmp_path / "multiverse.parquet", index=False)
    read = read_result(tmp_path / "multiverse.parquet")
    read.to_csv(tmp_path / "multiverse.csv", index=False)
    check = compare_results([tmp_path / "multiverse.csv"], [tmp_path / "multiverse.parquet"])
    assert len(check) > len(frame)
    assert set(check["verdict"]) == {"same"}


def test_every_tolerance_is_text_or_number():
    assert tolerance_of("verdict") == tolerance_of("admissible") == tolerance_of("n_1") == EXACT
    assert tolerance_of("p_holm").relative > tolerance_of("estimate").relative > 0


@pytest.fixture
def finished(tmp_path):
    """A study folder and a complete results folder that belongs to it."""
    import json

    study = tmp_path / "studies/hu2013"
    shutil.copytree(STUDY, study, ignore=shutil.ignore_patterns("expected"))
    results = tmp_path / "results"
    results.mkdir()
    for name in RESULTS:
        columns = COLUMNS[Path(name).stem + ".csv"]
        frame = table([{columns[0]: "x"}], columns)
        if name.endswith(".parquet"):
            frame.to_parquet(results / name, index=False)
        else:
            write_table(frame, results / name, columns)
    evidence = ROOT / "resources/evidence/natural-history.csv"
    lock = ROOT / "envs/requirements.lock"
    made = provenance(study, folder_files(study), evidence, lock, {"seed": 1})
    (results / "provenance.json").write_text(json.dumps(made), encoding="utf-8")
    return study, results


def test_what_was_frozen_compares_as_the_same(finished):
    study, results = finished
    (study / "expected").mkdir()
    (study / "expected/gone.csv").write_text("a\n1\n", encoding="utf-8")
    frozen = freeze(study, results)
    assert {path.name for path in frozen} == set(KEYS)
    assert {path.name for path in (study / "expected").iterdir()} == set(KEYS)
    check = compare_results(frozen, [results / name for name in RESULTS])
    assert set(check["verdict"]) == {"same"}


def test_freezing_again_is_possible_because_expected_is_no_input(finished):
    freeze(*finished)
    freeze(*finished)


def test_freezing_an_incomplete_run_is_refused(finished):
    study, results = finished
    (results / "claims.csv").unlink()
    with pytest.raises(UserError, match=r"not complete: claims\.csv missing"):
        freeze(study, results)
    assert not (study / "expected").exists()


def test_freezing_results_of_other_inputs_is_refused(finished):
    study, results = finished
    with (study / "claims.yaml").open("a", encoding="utf-8") as file:
        file.write("\n# another thought\n")
    with pytest.raises(UserError, match=r"claims\.yaml changed since"):
        freeze(study, results)
    assert not (study / "expected").exists()


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
        {"claim_id": "a", "kind": "trial", "verdict": "not_reproduced"},
        {"claim_id": "b", "kind": "trial", "verdict": "reproduced"},
        {"claim_id": "c", "kind": "trial", "verdict": "reproduced"},
        {"claim_id": "d", "kind": "sales", "verdict": "unsupported"},
    ]
    write_table(table(rows, tables.CLAIMS), tmp_path / "claims.csv", tables.CLAIMS)
    assert summarize(tmp_path) == (
        f"{tmp_path}/report.html: 3 trial claims: 2 reproduced, 1 not reproduced; "
        "1 sales claim: 1 unsupported"
    )
    assert read_table(tmp_path / "claims.csv").shape[0] == 4
