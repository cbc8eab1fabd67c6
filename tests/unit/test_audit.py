"""The audit finds what cannot be right by rules that know no study."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stages.audit.repeats import check_repeats
from retrial.stages.audit.spread import check_ranges, check_spread
from retrial.stages.audit.tallies import check_tallies
from retrial.stages.collect import collect
from retrial.study.models import Study
from retrial.study.typed import read_printed
from retrial.tables import COUNTS_INPUT, REPORTED_INPUT
from scipy import stats

READINGS = ["sd", "sem", "ci95"]


def findings(audit: pd.DataFrame, check: str, target: str, reading: str | None = None):
    rows = audit[(audit["check"] == check) & (audit["target"] == target)]
    if reading is not None:
        rows = rows[rows["reading"] == reading]
    assert not rows.empty, f"no {check} for {target}"
    return rows


def toy_study(lower: float = 0.0, upper: float = 10.0, **rest: object) -> Study:
    sourced = {"source": "made up for a test", "quote": "made up for a test"}
    return Study.model_validate(
        {
            "id": "toy",
            "title": "made up",
            "citation": "made up",
            "doi": "",
            "simulated": True,
            "about": "made up for a test",
            "arms": [
                {"id": "treated", "label": "T", "role": "treatment", "n": 12, **sourced},
                {"id": "control", "label": "C", "role": "control", "n": 12, **sourced},
            ],
            "visits": [0, 6],
            "visits_stated": sourced,
            "error_label": {"label": "sem", **sourced},
            "outcomes": [
                {
                    "id": "score",
                    "label": "Score",
                    "unit": "points",
                    "kind": "continuous",
                    "better": "higher",
                    "natural_bounds": {"lower": lower, "upper": upper, "source": "made up"},
                },
                {
                    "id": "event",
                    "label": "E",
                    "unit": "patients",
                    "kind": "counts",
                    "better": "none",
                },
            ],
            **rest,
        }
    )


def printed(rows: list[dict], columns: list[str]) -> pd.DataFrame:
    defaults = {"source": "made up", "quote": "made up"}
    return pd.DataFrame([{**defaults, **row} for row in rows], columns=columns, dtype="string")


def collected(study: Study, *, means: list[dict] = (), counts: list[dict] = ()) -> pd.DataFrame:
    return collect(study, printed(list(means), REPORTED_INPUT), printed(list(counts), COUNTS_INPUT))


def a_mean(mean: str, error: str, n: int = 12, **rest: str) -> dict:
    return {
        "row_id": "m",
        "outcome": "score",
        "arm": "treated",
        "visit": "0",
        "statistic": "mean",
        "value": mean,
        "error": error,
        "error_label": "sem",
        "label_scope": "t1",
        "n": str(n),
        **rest,
    }


def a_count(row_id: str, count: int, total: int, **rest: str) -> dict:
    return {
        "row_id": row_id,
        "outcome": "event",
        "category": row_id,
        "arm": "treated",
        "visit": "0",
        "count": str(count),
        "total": str(total),
        "tally": "t",
        "exhaustive": "yes",
        "inferred": "no",
        "cumulative": None,
        **rest,
    }


# ---- the flagship: what the paper prints ------------------------------------------------------


def test_age_sem_is_impossible_for_hu2013(hu2013):
    row = findings(hu2013.audit, "sd_bound", "age_treated", "sem").iloc[0]
    assert row["verdict"] == "impossible"
    assert row["value"] == pytest.approx(8.7 * np.sqrt(15))
    assert row["bound"] == pytest.approx(11.34, abs=0.005)
    widest = findings(hu2013.audit, "sd_bound_widest", "age_treated", "sem").iloc[0]
    assert widest["bound"] == pytest.approx(12.39, abs=0.005)


def test_table_1_cannot_be_what_methods_say(hu2013):
    row = findings(hu2013.audit, "error_label", "table1").iloc[0]
    assert (row["reading"], row["verdict"]) == ("sem", "inconsistent")


@pytest.mark.parametrize(
    ("check", "bound"),
    [("range_sd", 0.815), ("range_sd_rounded", 0.890), ("range_sd_any_n", 1.039)],
)
def test_cell_dose_is_impossible_under_any_reading(hu2013, check, bound):
    rows = findings(hu2013.audit, check, "cells_mean")
    assert rows["bound"].unique() == pytest.approx([bound], abs=0.001)
    if check != "range_sd_any_n":
        assert set(rows["verdict"]) == {"impossible"}
        assert set(rows["reading"]) == set(READINGS)


def test_the_cell_dose_refutes_no_label(hu2013):
    assert findings(hu2013.audit, "error_label", "results_cells")["verdict"].item() == (
        "not_applicable"
    )


def test_insulin_categories_of_group_one_add_to_fourteen_of_fifteen(hu2013):
    rows = findings(hu2013.audit, "tally_sum", "insulin_treated")
    wrong = rows[rows["verdict"] == "inconsistent"].iloc[0]
    assert (wrong["value"], wrong["bound"]) == (14, 15)
    remaining = findings(hu2013.audit, "tally_remaining", "insulin_cut_15_to_50_treated").iloc[0]
    assert (remaining["value"], remaining["bound"], remaining["verdict"]) == (3, 4, "inconsistent")


def test_gada_of_group_two_has_two_denominators(hu2013):
    row = findings(hu2013.audit, "tally_denominator", "gada_end_control").iloc[0]
    assert row["verdict"] == "inconsistent"
    assert row["detail"] == "3 of 10 and 7 of 11"
    eleven = findings(hu2013.audit, "denominator_row", "gada_kept_control").iloc[0]
    assert eleven["verdict"] == "impossible"


def test_group_two_is_counted_whole_after_a_patient_left(hu2013):
    row = findings(hu2013.audit, "denominator_available", "insulin_raised_over_50_control").iloc[0]
    assert (row["value"], row["bound"], row["verdict"]) == (14, 13, "inconsistent")


def test_two_errors_of_one_baseline_fit_no_pair_of_readings(hu2013):
    row = findings(hu2013.audit, "printed_twice_error", "hba1c_treated_text").iloc[0]
    assert row["verdict"] == "inconsistent"
    assert "1.3" in row["detail"]
    assert (
        findings(hu2013.audit, "printed_twice", "hba1c_treated_text").iloc[0]["verdict"] == "pass"
    )


def test_sem_is_excluded_when_sentence_and_test_are_both_right(hu2013):
    rows = findings(hu2013.audit, "sentence", "hba1c_lower").set_index("reading")
    assert rows.loc["sem", "verdict"] == "inconsistent"
    assert rows.loc["sem", "value"] == pytest.approx(6.92, abs=0.01)
    assert rows.loc["sd", "verdict"] == "pass"


# ---- the rules, on made-up numbers -----------------------------------------------------------


@given(
    values=st.lists(st.integers(0, 100), min_size=3, max_size=30),
    decimals=st.integers(1, 3),
)
@settings(deadline=None, max_examples=50)
def test_a_real_sample_is_never_called_impossible(values, decimals):
    sample = np.array(values) / 10
    sd, n = sample.std(ddof=1), len(sample)
    rows = [
        a_mean(f"{sample.mean():.{decimals}f}", f"{sd:.{decimals}f}", n),
        a_mean(f"{sample.min():.{decimals}f}", "", n, row_id="lo", statistic="minimum"),
        a_mean(f"{sample.max():.{decimals}f}", "", n, row_id="hi", statistic="maximum"),
    ]
    for row in rows[1:]:
        row["error"] = None
    study = toy_study()
    reported = collected(study, means=rows)
    found = check_spread(study, reported, ["sd"]) + check_ranges(reported, ["sd"])
    assert "impossible" not in {f["verdict"] for f in found if f["check"] != "altman_bland"}


@given(n=st.integers(3, 40), error=st.floats(0.1, 3.0))
@settings(deadline=None, max_examples=60)
def test_readings_follow_their_definitions(n, error):
    study = toy_study(upper=1e6)
    reported = collected(study, means=[a_mean("500000.0", f"{error:.3f}", n)])
    implied = {
        f["reading"]: f["value"]
        for f in check_spread(study, reported, READINGS)
        if f["check"] == "sd_bound"
    }
    printed_error = float(f"{error:.3f}")
    assert implied["sd"] == pytest.approx(printed_error)
    assert implied["sem"] == pytest.approx(printed_error * np.sqrt(n))
    half = stats.t.ppf(0.975, n - 1)
    assert implied["ci95"] == pytest.approx(printed_error * np.sqrt(n) / half)


def test_a_mean_outside_its_limits_is_impossible():
    study = toy_study()
    found = check_spread(study, collected(study, means=[a_mean("11.0", "0.5")]), ["sd"])
    assert "impossible" in {f["verdict"] for f in found}


def test_an_outcome_without_limits_is_not_judged():
    study = toy_study(
        outcomes=[{"id": "score", "label": "S", "unit": "", "kind": "continuous", "better": "none"}]
    )
    found = check_spread(study, collected(study, means=[a_mean("5.0", "99.0")]), ["sd"])
    assert {f["verdict"] for f in found} == {"not_applicable"}


@pytest.mark.parametrize(
    ("counts", "exhaustive", "verdict"),
    [((5, 7), "yes", "pass"), ((5, 6), "yes", "inconsistent"), ((5, 6), "no", "pass"),
     ((5, 8), "no", "impossible")],
)  # fmt: skip
def test_categories_add_up_to_their_denominator(counts, exhaustive, verdict):
    study = toy_study()
    rows = [
        a_count(name, k, 12, exhaustive=exhaustive) for name, k in zip("ab", counts, strict=True)
    ]
    found = check_tallies(study, collected(study, counts=rows))
    assert [f["verdict"] for f in found if f["check"] == "tally_sum"] == [verdict]


@given(parts=st.lists(st.integers(0, 9), min_size=2, max_size=6))
def test_true_partitions_pass_every_tally_check(parts):
    study, total, left, rows = toy_study(), sum(parts), sum(parts), []
    for place, part in enumerate(parts):
        rows.append(a_count(f"c{place}", part, total, remaining=str(left)))
        left -= part
    found = check_tallies(study, collected(study, counts=rows))
    assert {f["verdict"] for f in found} == {"pass"}


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [("6.85", "6.8", "pass"), ("6.85", "6.9", "pass"), ("6.85", "6.7", "inconsistent")],
)
def test_a_mean_printed_twice_agrees_within_rounding(first, second, verdict):
    study = toy_study()
    rows = [a_mean(first, "0.5"), a_mean(second, "0.5", row_id="m2", alternative_of="m")]
    found = check_repeats(collected(study, means=rows), READINGS)
    assert [f["verdict"] for f in found if f["check"] == "printed_twice"] == [verdict]


def test_an_sd_and_its_sem_are_recognized_as_one_spread():
    study = toy_study()
    rows = [a_mean("5.00", "1.732"), a_mean("5.00", "0.500", row_id="m2", alternative_of="m")]
    row = [f for f in check_repeats(collected(study, means=rows), READINGS)][1]
    assert row["verdict"] == "inconsistent"
    assert "equal if read as SEM and SD" in row["detail"]


def test_collect_keeps_the_printed_decimals(tmp_path):
    file = tmp_path / "reported.csv"
    file.write_text("value\n6.80\n7\n\n", encoding="utf-8")
    assert list(read_printed(file)["value"].dropna()) == ["6.80", "7"]
    study = toy_study()
    reported = collected(study, means=[a_mean("6.80", "0.5")])
    assert reported["value_decimals"].tolist() == [2]
    assert reported["error_decimals"].tolist() == [1]
