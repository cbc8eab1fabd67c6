"""The gate on our own numbers: each kind of drift turns it red, and rounding noise does not."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from retrial.registry import TABLES, columns_of
from retrial.run import compare
from retrial.run.compare import compare_frames, compare_results, describe_drift, read_check
from retrial.tables import read_table, table, write_table

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "resources/studies/hu2013"


def small_table():
    rows = [
        {"test_id": "a", "p": 0.04, "estimate": 1.5, "n_1": 15.0, "method": "fisher"},
        {"test_id": "b", "p": 0.2, "estimate": 0.0, "n_1": 14.0, "method": "welch_t"},
        {"test_id": "c", "estimate": float("nan"), "method": "welch_t"},
    ]
    frame = table(rows, "tests")
    return frame.assign(admissible=pd.array([True, False, True], dtype="boolean"))


@pytest.fixture
def files(tmp_path):
    """Return a function that writes a frame as expected or actual tests.csv."""

    def write(kind, frame):
        (tmp_path / kind).mkdir(exist_ok=True)
        write_table(frame, tmp_path / kind / "tests.csv")
        return tmp_path / kind / "tests.csv"

    return write


def drift(files, change):
    """Compare the table with a changed one; return the rows that are not `same`."""
    actual = small_table()
    actual = change(actual)
    check = compare_results([files("old", small_table())], [files("new", actual)])
    return check[check["verdict"] != "same"]


def test_equal_results_are_the_same_in_every_value(files):
    check = compare_results([files("old", small_table())], [files("new", small_table())])
    assert list(check.columns) == columns_of("check")
    assert set(check["verdict"]) == {"same"}
    assert len(check) == 1 and check["actual"].item() == str(3 * (len(columns_of("tests")) - 1))
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


def test_an_infinite_bound_is_met_by_itself_alone():
    bound = pd.Series([np.inf, -np.inf, np.inf])
    column = TABLES["tests"].column("ci_high")
    same = compare._same(bound, pd.Series([np.inf, -np.inf, 3.0]), column)
    assert same.tolist() == [True, True, False]


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


def checked(file, key, column, expected, actual, verdict="differs"):
    """A row of check.csv."""
    return {
        "file": file,
        "key": key,
        "column": column,
        "expected": expected,
        "actual": actual,
        "verdict": verdict,
    }


def test_a_drift_is_told_from_what_matters_most():
    check = table(
        [
            checked("claims.csv", "less_pain", "verdict", "confirmed", "not_confirmed"),
            checked("reported.csv", "pain_e6", "value", "33", "34"),
            checked("reported.csv", "pain_e6", "value_decimals", "1", "1", "same"),
            checked("reported.csv", "pain_c6", "n", "15", "14"),
            checked("tests.csv", "a", "p", "0.0412345678", "0.0612345678"),
            checked("tests.csv", "b", "p", "0.2123456", "0.3123456"),
            checked("tests.csv", "b", "estimate", "1", "2"),
            checked("tests.csv", "c", "", "", "", "new"),
            checked("gone.csv", "", "", "", "", "missing"),
        ],
        "check",
    )
    assert describe_drift("hu2013", check).splitlines() == [
        "hu2013: the results are not those that were frozen.",
        "Typed number changed: pain_e6 value 33.0 -> 34.0",
        "Typed number changed: pain_c6 n 15 -> 14",
        "Verdict changed: less_pain confirmed -> not confirmed",
        "p crossed 0.05: a 0.04123 -> 0.06123",
        "  claims.csv: 1 value changed",
        "  gone.csv: no longer there",
        "  reported.csv: 2 values changed",
        "  tests.csv: 3 values changed, 1 row new or no longer there",
        "all in results/hu2013/check.csv",
        "If the change is meant: make freeze STUDY=hu2013",
    ]
    assert "p-values that crossed 0.01: none" in describe_drift("hu2013", check, alpha=0.01)


def test_a_drift_that_matters_little_says_so(files):
    moved = drift(files, lambda f: f.assign(p=[0.041, 0.2, np.nan]))
    assert describe_drift("hu2013", moved).splitlines()[1:5] == [
        "Typed numbers: none changed",
        "Verdicts: none changed",
        "p-values that crossed 0.05: none",
        "  tests.csv: 1 value changed",
    ]


def test_rows_that_were_typed_or_left_out_are_told():
    check = table(
        [
            checked("reported.csv", "pain_e6", "", "", "", "missing"),
            checked("reported.csv", "pain_e7", "", "", "", "new"),
            checked("reported.csv", "pain_e8", "error", "", "1.5"),
        ],
        "check",
    )
    text = describe_drift("hu2013", check)
    assert "Typed number changed: pain_e6 is no longer there\n" in text
    assert "Typed number changed: pain_e7 is new\n" in text
    assert "Typed number changed: pain_e8 error nothing -> 1.5\n" in text


def test_a_long_drift_is_cut_and_says_so():
    rows = [checked("reported.csv", f"r{i}", "value", "1", "2") for i in range(60)]
    assert "  and 48 more typed numbers\n" in describe_drift("hu2013", table(rows, "check"))


def test_check_table_survives_writing_and_reading(files, tmp_path):
    moved = drift(files, lambda f: f.assign(p=[0.05, 0.2, np.nan]))
    write_table(moved, tmp_path / "check.csv")
    read = read_check(tmp_path / "check.csv")
    assert describe_drift("hu2013", read) == describe_drift("hu2013", moved)


def test_multiverse_is_the_same_as_parquet_and_as_frozen_csv(tmp_path, hu2013):
    frame = hu2013.multiverse
    frame.to_parquet(tmp_path / "multiverse.parquet", index=False)
    read = read_table(tmp_path / "multiverse.parquet")
    read.to_csv(tmp_path / "multiverse.csv", index=False)
    check = compare_results([tmp_path / "multiverse.csv"], [tmp_path / "multiverse.parquet"])
    assert set(check["verdict"]) == {"same"}
    assert int(check["actual"].item()) > len(frame)


def test_a_type_belongs_to_a_tables_column_and_not_to_a_name():
    types = {name: TABLES[name].column("statistic").type for name in ("reported", "tests")}
    assert types == {"reported": "text", "tests": "number"}
    tests = TABLES["tests"]
    assert tests.column("p_holm").tolerance.relative > tests.column("estimate").tolerance.relative


FROZEN = sorted(ROOT.glob("resources/studies/*/expected/*.csv"))


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_last_bit_passes_and_a_drift_fails_in_every_frozen_column(path):
    declared, frozen = TABLES[path.stem], read_table(path)
    for column in declared.columns:
        if column.key or frozen[column.name].isna().all():
            continue  # nothing is frozen that could drift
        # Of rows without a key the repeated ones are numbered: one row is enough to see a drift.
        place = frozen[column.name].first_valid_index()
        frame = frozen.loc[[place], [*declared.keys, column.name]]
        assert_only_a_drift_is_seen(path.name, column, frame)


def assert_only_a_drift_is_seen(file, column, frame):
    def verdict(change):
        moved = frame.assign(**{column.name: change(frame[column.name])})
        check = compare_frames(file, frame, moved)
        return "differs" if (check["verdict"] == "differs").any() else "same"

    assert verdict(lambda values: values) == "same"
    if column.type == "text":
        assert verdict(lambda values: values + "x") == "differs"
        assert verdict(lambda values: values.where(values.isna(), None)) == "differs"
    elif column.type == "flag":
        assert verdict(lambda values: ~values) == "differs"
    else:
        tolerance = column.tolerance
        assert verdict(lambda values: values * (1 + 1e-12)) == "same"
        beyond = 3 * (tolerance.absolute + tolerance.relative * abs(frame[column.name]))
        moved = verdict(lambda values: values + beyond + 1e-300)
        finite = np.isfinite(frame[column.name].iloc[0])
        still = tolerance.absolute == 0 and frame[column.name].iloc[0] == 0
        assert moved == ("differs" if finite or still else "same"), column.name
