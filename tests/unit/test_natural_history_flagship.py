"""Hu 2013 beside natural history: the clock, the events, the control arm, derived outcomes."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sensitivity_rows import one, pick


@pytest.fixture
def rows(sensitivity_rows):
    return sensitivity_rows


BY_HALF = "stopped+cut_over_50"


def test_the_event_the_authors_argue_from_exceeds_steno_both_groups_together(rows):
    """11 of 15 against 33 + 49 of 268, by the hypergeometric distribution."""
    version = "insulin_categories:results"
    row = one(rows, scenario="steno1987_any:fisher", version=version, category=BY_HALF)
    exact = stats.hypergeom(268 + 15, 82 + 11, 15).sf(10)
    assert row["p"] == pytest.approx(exact, rel=1e-9) == pytest.approx(0.00119, abs=5e-6)
    assert row["comparable"] and "82/268" in row["detail"]
    partial = one(rows, scenario="steno1987_partial:fisher", version=version, category=BY_HALF)
    assert not partial["comparable"] and "Shown only" in partial["detail"]


def test_first_visit_surely_after_the_window_is_the_one_of_its_month(hu2013, rows):
    """Entry 0 to 6 months after diagnosis and a month of stable doses: visits are 1 to 7 later."""
    found = pick(rows, analysis="natural_remission").set_index("scenario")
    for window in (12, 18, 24):
        soonest = [v for v in hu2013.study.visits if v + 0 + 1 > window]
        assert found.loc[f"window_{window}_months", "threshold"] == min(soonest) == window
        assert "1 to 7 months later" in found.loc[f"window_{window}_months", "detail"]


def test_visits_that_may_lie_after_the_window(rows):
    """Visits 12 and 15: patients who entered soonest are in month 13 and 16, the others past 18."""
    row = one(rows, scenario="window_18_months")
    assert "18, 21, 24; perhaps: 12, 15" in row["detail"]
    assert "hba1c_lower (18, 21, 24)" in row["detail"]
    assert "hba1c_better_than_before" not in row["detail"]


@pytest.mark.parametrize(
    ("choice", "events", "p", "tipping"),
    [("results", 3, 0.294, 0.057), ("discussion", 4, 0.117, 0.097)],
)
def test_steno_and_the_tipping_prevalence(rows, choice, events, p, tipping):
    version = f"insulin_categories:{choice}"
    for method in ("fisher", "beta_binomial"):
        row = one(rows, scenario=f"steno1987_total:{method}", version=version, category="stopped")
        assert row["p"] == pytest.approx(p, abs=5e-4)
        assert row["threshold"] == pytest.approx(tipping, abs=5e-4)
        assert row["claim_id"] == "not_honeymoon_stopped"
        assert "Not the same event" in row["detail"] and "upper bound" in row["detail"]
        assert stats.binom.sf(events - 1, 15, row["threshold"]) == pytest.approx(0.05)
    exact = stats.fisher_exact([[events, 15 - events], [33, 235]], "greater").pvalue
    fisher = one(rows, scenario="steno1987_total:fisher", version=version, category="stopped")
    assert fisher["p"] == pytest.approx(exact, rel=1e-9)


def test_every_outside_proportion_is_shown_the_arms_of_randomized_trials_first(hu2013, rows):
    proportions = hu2013.evidence[hu2013.evidence["value_type"] == "proportion"]
    found = pick(
        rows, analysis="natural_remission", version="insulin_categories:results", category="stopped"
    )
    for _, outside in proportions.iterrows():
        shown = found[found["scenario"].str.startswith(f"{outside['id']}:")]
        own_n = pd.notna(outside["n"]) and pd.notna(outside["events"])
        assert len(shown) == (2 if own_n else 1), outside["id"]
        like = outside["id"] in hu2013.study.natural_remission.events[1].comparable
        assert shown["comparable"].all() == like
    fixed = one(found, scenario="trialnet2012_nofall:binomial")
    assert fixed["p"] == pytest.approx(stats.binom.sf(2, 15, 0.11))
    order = found["scenario"].str.extract(r"^(\w+):")[0].dropna().drop_duplicates()
    groups = order.map(proportions.set_index("id")["group"]).tolist()
    assert groups == sorted(groups, key=["placebo_arm", "control_arm", "cohort"].index)
    assert groups[0] == "placebo_arm"


def test_the_concurrent_control_is_primary(rows):
    found = pick(rows, scenario="concurrent_control", category="stopped")
    assert list(found["p"].round(4)) == [0.2241, 0.0996]
    assert found["detail"].str.startswith("Primary").all()
    assert found["detail"].str.contains("inferred").all()


def test_natural_change_of_hba1c_is_that_of_the_months_at_which_the_patients_were(rows):
    """Visits 0 and 6 are months 1-7 and 7-13: 6 to 12 there, 7.3 to 7.8, not 0 to 6."""
    natural = rows[rows["scenario"].str.startswith("natural_change:")]
    assert set(natural["scenario"]) == {"natural_change:neon2013_hba1c_6:neon2013_hba1c_12"}
    assert set(natural["version"]) == {"hba1c_baseline:table", "hba1c_baseline:text"}
    assert natural["estimate"].to_numpy() == pytest.approx(0.5)
    half = stats.t.ppf(0.975, 856) * np.sqrt((1.3**2 + 1.5**2) / 857)
    assert natural["ci_low"].to_numpy() == pytest.approx(0.5 - half)
    assert natural["threshold"].to_numpy() == pytest.approx([-1.35, -1.3])
    assert natural["detail"].str.contains("month 1 to 7 from diagnosis to month 7 to 13").all()
    assert natural["detail"].str.contains("beside it, not against it").all()


def test_effect_that_would_leave_nothing_significant_is_the_end_of_the_interval(rows):
    found = pick(rows, analysis="natural_remission", scenario="left_not_significant")
    for _, row in found.iterrows():
        inside = row["ci_low"] <= 0 <= row["ci_high"]
        assert row["threshold"] == pytest.approx(0 if inside else row["ci_high"])


def test_dose_at_which_the_printed_hba1c_would_be_a_remission(rows):
    """5.5 + 4 d = 9 at d = 0.875."""
    row = one(rows, analysis="derived", scenario="idaa1c:hba1c_treated_m6")
    assert row["threshold"] == pytest.approx((9 - 5.5) / 4) == pytest.approx(0.875)
    assert np.isnan(row["estimate"]) and row["detail"].startswith("Pending")
    assert "up to a mean of 0.875 U/kg/day" in row["detail"]
    assert "Mortensen" in row["source"]


def test_no_control_improving_is_itself_unlikely_under_steno(rows):
    """0 of 14 where 82 of 268 improve: by scipy's binomial and hypergeometric distributions."""
    row = one(rows, analysis="control_history", scenario="steno1987_any", category=BY_HALF)
    fixed = stats.binom.pmf(0, 14, 0.306)
    fisher = stats.hypergeom(282, 82, 14).pmf(0)
    assert row["p"] == pytest.approx(fisher)
    assert row["p_low"] == pytest.approx(fixed) == pytest.approx(0.006, abs=5e-4)
    assert row["p_low"] <= row["p"] <= row["p_high"] < 0.01
    assert row["estimate"] == pytest.approx(-82 / 268)
    assert "0/14" in row["detail"] and "one-sided" in row["detail"]


def test_controls_predictive_is_the_beta_binomial_by_simulation(rows):
    """With the prior Beta(1, 1) on the rate of 82 of 268, by draws of the rate."""
    draws = np.random.default_rng(7).beta(83, 187, 400_000)
    row = one(rows, analysis="control_history", scenario="steno1987_any", category=BY_HALF)
    assert row["p_low"] < ((1 - draws) ** 14).mean() < row["p_high"] * 1.02


# ---- what each number counts -----------------------------------------------------------------


def parts(row):
    return dict(one.split(":") for one in row["differences"].split(";"))


def test_no_outside_row_counts_the_same_event_and_each_says_how_it_differs(rows):
    outside = rows[rows["comparable"].notna() & rows["analysis"].eq("natural_remission")]
    outside = outside[outside["scenario"].str.contains(":")]
    assert len(outside) and outside["differences"].notna().all()
    assert outside["detail"].str.contains("Not the same event").all()
    assert not rows["detail"].str.lower().str.contains("counts the same event").any()


def test_steno_counts_ever_and_from_diagnosis_and_half_of_another_dose(rows):
    row = one(
        rows,
        scenario="steno1987_any:fisher",
        version="insulin_categories:results",
        category=BY_HALF,
    )
    assert parts(row) == {
        "clock": "trial",  # ever in 18 months there; here they have been ill for 25 to 31
        "occurrence": "comparison",  # who was ever in remission, against who is in it
        "event": "comparison",  # half of the dose at discharge is easier to reach
        "selection": "trial",  # only here by C-peptide, which goes with remission
    }
    assert "month 18 from diagnosis there" in row["detail"]
    assert "month 25 to 31 from diagnosis" in row["detail"]


def test_a_placebo_arm_differs_in_time_and_perhaps_in_selection(rows):
    row = one(
        rows,
        scenario="protege2011_placebo_month12:fisher",
        version="insulin_categories:discussion",
        category="stopped",
    )
    assert parts(row) == {"time": "comparison", "selection": "trial"}
    assert "month 12 from entry there, month 24 from entry here" in row["detail"]
    exact = stats.hypergeom(98 + 15, 4, 15).sf(3)  # 4 of 15 against 0 of 98
    assert row["p"] == pytest.approx(exact, rel=1e-9)


def test_selection_by_c_peptide_flatters_the_trial_in_every_row(rows):
    outside = rows[rows["scenario"].str.contains(r"^\w+:(?:fisher|beta_binomial|binomial)$")]
    outside = outside[outside["analysis"].eq("natural_remission")]
    assert outside["differences"].str.contains("selection:trial").all()
    told = outside["detail"].str.extract(r"Selection: (.*?)\. ")[0]
    assert told.str.contains("C-peptide of at least 0.3 ng/mL").all()
    assert told.str.contains("flatters the trial").all()


def test_the_control_arm_is_selected_too_so_more_of_it_should_have_remitted(rows):
    row = one(rows, analysis="control_history", scenario="steno1987_any", category=BY_HALF)
    assert "selection:trial" in row["differences"]
    assert "more events are expected here" in row["detail"]
    assert "flatters" not in row["detail"]
