"""Digitized against truth: what is compared with what, and how the report tells it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_results import write_results
from retrial.registry import columns_of
from retrial.report.load import load
from retrial.report.plots.truth import MISSES, draw_truth, say_truth, truth_rows
from retrial.report.sections import truth as section
from retrial.stages.truth import compare_with_truth
from retrial.tables import read_table, write_table

STUDY = Path(__file__).resolve().parents[2] / "resources/studies/btheb"


@pytest.fixture(scope="module")
def known():
    return read_table(STUDY / "truth.csv")


def compare(stages, known, **changed):
    return compare_with_truth(stages.but(settings={"seed": 1}, known_truth=known, **changed))


@pytest.fixture(scope="module")
def compared(btheb, known):
    return compare(btheb, known)


@pytest.fixture(scope="module")
def results(btheb, compared, tmp_path_factory):
    folder = write_results(btheb, tmp_path_factory.mktemp("results") / "btheb")
    write_table(compared, folder / "truth.csv")
    return load(folder, STUDY)


def test_every_digitized_number_has_its_truth(compared):
    assert list(compared.columns) == columns_of("truth")
    moments = compared[compared["quantity"] != "p"]
    assert moments["quantity"].value_counts().to_dict() == dict.fromkeys(
        ("n", "mean", "sd", "sem"), 10
    )
    n = compared[compared["quantity"] == "n"]
    assert (n["value"] == n["truth"]).all() and n["inside"].isna().all()


def test_tests_are_compared_where_a_claim_rests_on_the_figure(compared):
    p = compared[compared["quantity"] == "p"]
    assert set(p["claim_id"]) == {
        "lower_month_2",
        "lower_month_3",
        "lower_month_5",
        "no_difference_month_8",
        "falls_by_month_2",
    }
    assert set(p["method"]) == {"student_t", "welch_t", "paired_t"}
    # The baseline is printed in the table, so its test does not rest on the figure.
    assert "no_difference_baseline" not in set(p["claim_id"])


def test_differences_are_of_value_and_truth(compared):
    difference = compared["value"] - compared["truth"]
    assert np.allclose(compared["difference"], difference)
    assert np.allclose(compared["relative_difference"], difference / compared["truth"])


def test_inside_says_whether_the_interval_holds_the_truth(compared):
    drawn = compared[compared["low"].notna()]
    held = (drawn["low"] <= drawn["truth"]) & (drawn["truth"] <= drawn["high"])
    assert drawn["inside"].astype(bool).tolist() == held.tolist()
    assert 0.7 < held.mean() <= 1


def test_no_verdict_at_5_percent_changes_by_digitizing(compared):
    p = compared[compared["quantity"] == "p"]
    assert ((p["value"] < 0.05) == (p["truth"] < 0.05)).all()


def test_a_shifted_truth_is_found_out(btheb, known):
    means = known["quantity"] == "mean"
    moved = known.assign(value=known["value"].mask(means, 1.1 * known["value"]))
    shifted = compare(btheb, moved).query("quantity == 'mean'")
    assert not shifted["inside"].astype(bool).any()


def test_a_study_without_digitized_figures_compares_nothing(btheb, known):
    printed = btheb.reported[~btheb.reported["digitized"].astype(bool)]
    assert compare(btheb, known, reported=printed, draws=btheb.digitization.iloc[:0]).empty


def test_verdicts_on_known_claims_are_right(results):
    verdicts = results.verdicts.set_index("claim_id")["verdict"]
    # The figure shows everybody who answered, the ANOVA is of those who never missed a visit, and
    # the correlation of the visits is not printed: what settles it cannot be rebuilt.
    assert verdicts.pop("lower_over_all_visits") == "depends"
    assert set(verdicts) == {"confirmed"} and len(verdicts) == 7


def test_the_section_tells_how_close_the_numbers_came(results):
    words = section.introduction(results)
    sides = "(10, of tests at one or two visits) lies on the same side of 0.05"
    assert f"Every p-value {sides}" in words
    table = section.numbers(results)
    assert table.count("<tr>") >= 29 and "Beat the Blues, month\u00a03" in table


def test_the_plot_and_its_words_agree_with_the_table(results, compared):
    rows = truth_rows(results)
    assert len(rows) == 30 and draw_truth(results) is not None
    missed = (~compared["inside"].dropna().astype(bool) & (compared["quantity"] != "sem")).sum()
    assert (rows["held"] == MISSES).sum() == missed
    assert f"{missed} interval" in say_truth(results)


def test_no_section_and_no_plot_without_truth(results):
    without = results.but(truth=pd.DataFrame(columns=columns_of("truth")))
    assert section.introduction(without) == section.numbers(without) == ""
    assert section.picture_of(without) == "" and draw_truth(without) is None
