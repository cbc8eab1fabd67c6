"""Hu 2013: the non-responders, and those who left or are in no printed category."""

import numpy as np
import pytest
from scipy import stats
from sensitivity_rows import one, pick


@pytest.fixture
def rows(sensitivity_rows):
    return sensitivity_rows


def test_two_unchanged_nonresponders_would_deepen_the_fall_of_hba1c(rows):
    row = one(
        rows,
        analysis="nonresponders",
        scenario="unchanged",
        claim_id="hba1c_better_than_before",
        reading="sd",
        version="hba1c_baseline:table",
    )
    # 15 patients with mean 5.5, two of them at 6.85: the others have (82.5 - 13.7) / 13.
    assert row["estimate"] == pytest.approx((15 * 5.5 - 2 * 6.85) / 13 - 6.85)


def test_the_known_c_peptide_is_swept_over_the_other_value(rows):
    found = pick(rows, analysis="nonresponders", outcome="c_peptide")
    known, worst = (one(found, scenario=s) for s in ("known_values", "worst_feasible"))
    assert "0.38" in known["detail"]
    ps = []
    for other in np.linspace(0.3, 3, 271):
        mean = (15 * 0.85 - 0.38 - other) / 13
        ss = 14 * 0.47**2 + 15 * 0.85**2 - 0.38**2 - other**2 - 13 * mean**2
        if ss >= 0 and mean >= 0.3:
            test = stats.ttest_ind_from_stats(mean, np.sqrt(ss / 12), 13, 0.89, 0.39, 14)
            ps.append(test.pvalue)
    assert known["p_low"] == pytest.approx(min(ps), rel=0.02)
    assert known["p_high"] == pytest.approx(1, abs=1e-9)
    assert worst["p_low"] <= known["p_low"]


def test_worst_and_best_bracket_every_other_scenario(rows):
    means = pick(rows, analysis="nonresponders")
    means = means[means["reading"].notna()]
    keys = ["claim_id", "outcome", "visit", "reading", "version"]
    for _, group in means.groupby(keys, dropna=False):
        worst = one(group, scenario="worst_feasible")
        inside = group[group["scenario"].isin(["unchanged", "at_control_mean", "known_values"])]
        for column in ("p", "p_low", "p_high"):
            values = inside[column].dropna()
            assert (values >= worst["p_low"] - 1e-12).all()
            assert (values <= worst["p_high"] + 1e-12).all()


@pytest.mark.parametrize(
    ("choice", "events", "p"), [("results", 3, 0.0978), ("discussion", 4, 0.0407)]
)
def test_nonresponders_out_of_the_denominator(rows, choice, events, p):
    row = one(
        rows,
        analysis="nonresponders",
        scenario="removed_as_non_events",
        claim_id="insulin_stopped",
        version=f"insulin_categories:{choice}",
    )
    expected = stats.fisher_exact([[events, 13 - events], [0, 14]]).pvalue
    assert row["p"] == pytest.approx(expected, rel=1e-9) == pytest.approx(p, abs=1e-4)
    assert f"{events}/13 v. 0/14" in row["detail"] and "biased by construction" in row["detail"]


def test_infeasible_scenarios_are_rows_that_say_so(rows):
    found = pick(rows, analysis="nonresponders", claim_id="insulin_stopped")
    excluded = pick(found, scenario="already_excluded")
    assert len(excluded) == 2 and excluded["p"].isna().all()
    assert excluded["detail"].str.contains("Infeasible").all()
    # Two more than 11 of group I cannot have been positive at entry: 11 of 15 are printed.
    gada = pick(rows, analysis="nonresponders", scenario="already_excluded", outcome="gada_change")
    assert len(gada) == 4 and gada["p"].isna().all()
    assert gada["detail"].str.contains("11 patients are printed").all()


def test_nonresponders_may_or_may_not_be_among_the_gada_positive(rows):
    found = pick(rows, analysis="nonresponders", claim_id="gada_no_difference")
    row = one(found, scenario="removed_as_non_events", version="gada_denominator:ten")
    ps = [stats.fisher_exact([[6, 5 - k], [3, 7]]).pvalue for k in (0, 1, 2)]
    assert row["p"] == pytest.approx(ps[2], rel=1e-9)
    assert row["p_low"] == pytest.approx(min(ps), rel=1e-9)
    assert row["p_high"] == pytest.approx(max(ps), rel=1e-9)


def test_every_scenario_stands_beside_the_printed_answer_of_its_version_and_method(rows):
    found = pick(rows, analysis="nonresponders")
    keys = ["claim_id", "outcome", "category", "visit", "reading", "version"]
    for _, group in found.groupby(keys, dropna=False):
        printed = group["scenario"].str.startswith("as_printed")
        assert printed.sum() == 1 and group["method"].nunique() == 1
        assert group.loc[printed, "p"].notna().all()
    version = "insulin_categories:discussion"
    stopped = pick(found, claim_id="insulin_stopped", version=version).set_index("scenario")
    before = stats.fisher_exact([[4, 11], [0, 14]]).pvalue
    after = stats.fisher_exact([[4, 9], [0, 14]]).pvalue
    assert stopped.loc["as_printed", "p"] == pytest.approx(before, rel=1e-9)
    assert stopped.loc["removed_as_non_events", "p"] == pytest.approx(after, rel=1e-9)
    assert (round(before, 4), round(after, 4)) == (0.0996, 0.0407)
    assert set(stopped["method"]) == {"fisher"}


def test_extremes_leave_no_patients_who_are_all_alike(rows):
    found = pick(rows, analysis="nonresponders", scenario="worst_feasible")
    found = found[found["p"].notna()]
    assert found["detail"].str.contains("SD is taken to be at least").all()
    hba1c = found[(found["outcome"] == "hba1c") & (found["visit"] == 6)]
    table = hba1c[hba1c["version"] == "hba1c_baseline:table"]["detail"]
    assert table.str.contains(
        "at least 0.01 (one unit", regex=False
    ).all()  # 6.85, and 5.5 at month 6
    assert table.str.contains("0.1 (one unit", regex=False).all()


def test_the_lost_control_patient_in_every_way(rows):
    found = pick(
        rows,
        analysis="dropouts",
        claim_id="insulin_stopped",
        version="insulin_categories:discussion",
    ).set_index("scenario")
    for scenario, (events, n) in {
        "as_printed": (0, 14),
        "completers": (0, 13),
        "worst_case": (1, 14),
    }.items():
        expected = stats.fisher_exact([[4, 11], [events, n - events]]).pvalue
        assert found.loc[scenario, "p"] == pytest.approx(expected, rel=1e-9), scenario
    # The 15th treated patient, in no printed category, may have been one more who stopped.
    best = stats.fisher_exact([[5, 10], [0, 14]]).pvalue
    assert found.loc["best_case", "p"] == pytest.approx(best, rel=1e-9)
    assert np.isnan(found.loc["completers_event_lost", "p"])
    assert "Infeasible" in found.loc["completers_event_lost", "detail"]


@pytest.mark.parametrize("choice", ["results", "discussion"])
def test_the_treated_patient_in_no_printed_category_counts_either_way(rows, choice):
    """Results: 3 + 8 + 1 + 2 = 14 of 15. Discussion: 4 + 7, and the 1 + 2 of the Results."""
    found = pick(
        rows,
        analysis="dropouts",
        claim_id="insulin_cut_by_half",
        version=f"insulin_categories:{choice}",
    ).set_index("scenario")["p"]
    as_event = stats.fisher_exact([[12, 3], [0, 14]]).pvalue
    left_out = stats.fisher_exact([[11, 3], [0, 14]]).pvalue
    assert found["unclassified_event"] == pytest.approx(as_event, rel=1e-9)
    assert found["unclassified_left_out"] == pytest.approx(left_out, rel=1e-9)


def test_the_lost_patient_may_have_been_among_the_gada_positive(rows):
    found = pick(rows, analysis="dropouts", claim_id="gada_no_difference")
    ten = pick(found, version="gada_denominator:ten").set_index("scenario")["p"]
    for scenario, (events, n) in {
        "as_printed": (3, 10),
        "completers": (3, 9),
        "completers_event_lost": (2, 9),
        "worst_case": (2, 10),  # 'no difference' is worst where the arms differ most
        "best_case": (4, 10),
    }.items():
        expected = stats.fisher_exact([[6, 5], [events, n - events]]).pvalue
        assert ten[scenario] == pytest.approx(expected, rel=1e-9), scenario
    # Three of ten and seven of eleven: one of the eleven is in neither category.
    eleven = pick(found, version="gada_denominator:eleven").set_index("scenario")["p"]
    expected = stats.fisher_exact([[6, 5], [4, 7]]).pvalue
    assert eleven["unclassified_event"] == pytest.approx(expected, rel=1e-9)
    assert found["p"].dropna().gt(0.05).all()


def test_events_over_the_whole_follow_up_lose_no_denominator(rows):
    assert pick(rows, analysis="dropouts", claim_id="ketoacidosis_fewer").empty


def test_worst_and_best_case_bracket_the_other_scenarios(rows):
    found = pick(rows, analysis="dropouts", claim_id="insulin_stopped")
    for _, version in found.groupby("version"):
        by = version.set_index("scenario")["estimate"]
        assert by.min() == by["worst_case"]
        assert by.max() == by["best_case"]


def test_baseline_counts_lost_nobody(rows):
    assert (pick(rows, analysis="dropouts")["visit"] == 24).all()
