"""A simulated study beside natural history, and outcomes derived from others."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from simulated_study import (
    AT_8,
    BASELINE,
    PLACE,
    SCORE,
    SCORE_AT_8,
    analysed,
    claim,
    count,
    mean,
    study,
)

REMISSION = {
    "window_months": 5,
    "duration_at_entry_months": [0, 2],
    "events": [
        {
            "outcome": "cure",
            "categories": ["cured"],
            "clock": "entry",
            "occurrence": "point",
            "event": "cured",
            "selection": [],
            "comparable": ["outside"],
        }
    ],
    "visit": 8,
    **PLACE,
}


def outside(**changed):
    return {
        "id": "outside",
        "quantity": "cured",
        "population": "elsewhere",
        "window": "at time",
        "time_months": 8.0,
        "clock": "entry",
        "occurrence": "point",
        "event": "cured",
        "selection": "none",
        "group": "cohort",
        "value": 0.2,
        "value_type": "proportion",
        "n": 50.0,
        "events": 10.0,
        "citation": "Nobody 2000",
    } | changed


def test_events_without_a_claim_of_attribution_still_compares_the_events():
    counts = [count("high", 8, 9, 20), count("placebo", 8, 4, 18)]
    evidence = [outside(), outside(id="fixed", n=np.nan, events=np.nan)]
    rows = analysed(study(natural_remission=REMISSION), [], counts, evidence=evidence)
    found = rows.set_index("scenario")
    assert found["claim_id"].isna().all()
    exact = stats.fisher_exact([[9, 11], [10, 40]], "greater").pvalue
    assert found.loc["outside:fisher", "p"] == pytest.approx(exact, rel=1e-9)
    assert found.loc["fixed:binomial", "p"] == pytest.approx(stats.binom.sf(8, 20, 0.2))
    assert "Counts the same event" in found.loc["outside:fisher", "detail"]
    assert pd.isna(found.loc["outside:fisher", "differences"])
    assert "Shown only" in found.loc["fixed:binomial", "detail"]
    assert found.loc["window_5_months", "threshold"] == 8


def test_a_difference_is_explained_by_a_natural_effect_in_one_arm():
    claims = [claim("difference", "higher", SCORE_AT_8)]
    rows = analysed(study(natural_remission=REMISSION), claims, AT_8)
    found = rows[rows["reading"] == "sd"].set_index("scenario")
    assert found.loc["whole_difference", "threshold"] == pytest.approx(8)
    shifted = stats.ttest_ind_from_stats(
        55 - found.loc["left_not_significant", "threshold"], 9, 20, 47, 10, 18
    )
    assert shifted.pvalue == pytest.approx(0.05, rel=1e-9)


INDEX = {
    "id": "index",
    "label": "Index",
    "equals": "score + 4 * dose",
    "units": {"score": "points", "dose": "mg/kg"},
    "at_most": "rule",
    "means": "a remission",
}
DOSE = {**SCORE, "id": "dose", "label": "Dose", "unit": "mg", "better": "lower"}
RULE = outside(id="rule", quantity="index", value=59.0, value_type="threshold")


def derived(rows, **changed):
    trial = study(outcomes=[SCORE, DOSE], derived=[INDEX | changed])
    found = analysed(trial, [], rows, evidence=[RULE])
    return found[found["analysis"] == "derived"].set_index("scenario")


def test_an_outcome_is_derived_by_the_formula_of_the_study():
    dose = mean("high", 8, 0.5, 0.1, 20, row_id="dose", outcome="dose", unit="mg/kg")
    row = derived([*AT_8, dose]).loc["index:high_8"]
    assert row["estimate"] == pytest.approx(55 + 4 * 0.5) and pd.isna(row["threshold"])
    assert "inside the range of a remission (at most 59)" in row["detail"]
    assert "Nobody 2000" in row["source"]


def test_a_missing_part_is_solved_for_the_limit_and_one_in_another_unit_is_missing():
    dose = mean("high", 8, 30.0, 9.0, 20, row_id="dose", outcome="dose", unit="mg")
    found = derived([*AT_8, dose])
    assert found.loc["index:high_8", "threshold"] == pytest.approx((59 - 55) / 4)
    assert found.loc["index:placebo_8", "threshold"] == pytest.approx((59 - 47) / 4)
    assert found["estimate"].isna().all()
    assert found["detail"].str.contains("Pending: no mean of Dose in mg/kg").all()
    falling = derived(AT_8, equals="score - 4 * dose").loc["index:high_8"]
    assert (
        falling["threshold"] == pytest.approx((55 - 59) / 4) and "from a mean" in falling["detail"]
    )


def test_a_limit_that_no_straight_line_reaches_is_left_open():
    row = derived(AT_8, equals="score + dose**2").loc["index:high_8"]
    assert pd.isna(row["threshold"]) and row["detail"].endswith("at this visit.")


def test_baseline_and_visits_with_too_little_print_derive_nothing():
    assert derived(BASELINE).empty
    three = {"equals": "score + dose + height", "units": INDEX["units"] | {"height": "cm"}}
    assert derived(AT_8, **three).empty


def test_a_formula_without_the_unit_of_a_part_is_refused():
    with pytest.raises(ValueError, match="one unit for each outcome of the formula"):
        study(derived=[INDEX | {"units": {"score": "points"}}])
