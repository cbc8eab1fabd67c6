"""The sensitivity analyses on studies that are not the flagship. Simulated, like all data here."""

import numpy as np
import pandas as pd
import pytest
from retrial.constraints import Constraint
from retrial.figures import Figure
from retrial.groups import sd_from_error
from retrial.sensitivity import analyse
from retrial.study import Claim, Study
from retrial.tables import DRAWS, EVIDENCE, REPORTED, SENSITIVITY, SUMMARIES, table
from scipy import stats

READINGS = ["sd", "sem"]
PLACE = {"source": "Simulated", "quote": "simulated for a test"}
ARMS = [
    {"id": "high", "label": "High dose", "role": "treatment", "n": 20, **PLACE},
    {"id": "low", "label": "Low dose", "role": "treatment", "n": 20, **PLACE},
    {"id": "placebo", "label": "Placebo", "role": "control", "n": 18, **PLACE},
]
SCORE = {
    "id": "score",
    "label": "Score",
    "unit": "points",
    "kind": "continuous",
    "better": "higher",
    "natural_bounds": {"lower": 0, "upper": 100, "source": "by definition"},
}


def study(**changed):
    return Study.model_validate(
        {
            "id": "simulated",
            "title": "Simulated",
            "citation": "None",
            "doi": "",
            "simulated": True,
            "about": "A simulated trial of three arms.",
            "arms": ARMS,
            "visits": [0, 4, 8],
            "visits_stated": PLACE,
            "error_label": {"label": "sd", **PLACE},
            "outcomes": [
                SCORE,
                {"id": "cure", "label": "Cure", "unit": "", "kind": "counts", "better": "none"},
            ],
        }
        | changed
    )


def claim(form, expect, targets, method="student_t", **changed):
    return Claim.model_validate(
        {
            "id": f"{form}_{expect}",
            "kind": "trial",
            "statement": "A simulated claim",
            "form": form,
            "expect": expect,
            "targets": targets,
            "paper_analysis": {"method": method},
            "defensible": {},
            **PLACE,
        }
        | changed
    )


def mean(arm, visit, value, error, n, **changed):
    return {
        "row_id": f"{arm}_{visit}",
        "outcome": "score",
        "arm": arm,
        "visit": float(visit),
        "statistic": "mean",
        "value": value,
        "error": error,
        "error_label": "sd",
        "label_scope": "table1",
        "n": float(n),
        "value_decimals": 1.0,
        "error_decimals": 1.0,
        "source": "Table 1",
    } | changed


def count(arm, visit, events, total):
    return {
        "row_id": f"cure_{arm}_{visit}",
        "outcome": "cure",
        "category": "cured",
        "arm": arm,
        "visit": float(visit),
        "statistic": "count",
        "value": float(events),
        "total": float(total),
        "inferred": False,
        "source": "Table 2",
    }


def summaries(rows):
    built = [
        {key: row[key] for key in ("row_id", "outcome", "arm", "visit", "label_scope", "source")}
        | {"n": row["n"], "mean": row["value"], "reading": reading, "admissible": True}
        | {"sd": sd_from_error(row["error"], int(row["n"]), reading)}
        for row in rows
        if row["statistic"] == "mean" and row["error"] == row["error"]
        for reading in READINGS
    ]
    return table(built, SUMMARIES)


def analysed(trial, claims, rows, *, constraints=(), figures=(), evidence=(), rho=(0.2, 0.5)):
    return analyse(
        trial,
        claims,
        [Constraint.model_validate(c) for c in constraints],
        [Figure.model_validate(f) for f in figures],
        table(list(evidence), EVIDENCE),
        table(rows, REPORTED).astype({"version": "string", "category": "string"}),
        summaries(rows),
        table([], DRAWS),
        alpha=0.05,
        readings=READINGS,
        rho=list(rho),
    )


BASELINE = [mean("high", 0, 40.0, 8.0, 20), mean("placebo", 0, 41.0, 9.0, 18)]
AT_8 = [mean("high", 8, 55.0, 9.0, 20), mean("placebo", 8, 47.0, 10.0, 18)]
SCORE_AT_8 = [{"outcome": "score", "visits": [8]}]
CURE_AT_8 = [{"outcome": "cure", "categories": ["cured"], "visits": [8]}]


def test_a_complete_study_has_error_bars_and_the_correlation_of_its_visits_only():
    rows = analysed(study(), [claim("difference", "higher", SCORE_AT_8)], BASELINE + AT_8)
    assert set(rows["analysis"]) == {"error_bars", "repeated_measures"}
    assert list(rows.columns) == SENSITIVITY
    test = stats.ttest_ind_from_stats(55, 9, 20, 47, 10, 18)
    assert rows["p"].iloc[0] == pytest.approx(test.pvalue, rel=1e-12)


def test_a_study_without_claims_numbers_or_control_gives_an_empty_table():
    claims = [claim("difference", "higher", SCORE_AT_8)]
    assert analysed(study(), [], BASELINE).empty
    arms = [arm | {"role": "treatment"} for arm in ARMS]
    assert analysed(study(arms=arms), claims, BASELINE + AT_8).empty


def test_welch_is_used_where_the_paper_names_it():
    claims = [claim("difference", "higher", SCORE_AT_8, method="welch_t")]
    rows = analysed(study(), claims, AT_8)
    test = stats.ttest_ind_from_stats(55, 9, 20, 47, 10, 18, equal_var=False)
    assert rows["p"].iloc[0] == pytest.approx(test.pvalue, rel=1e-12)
    scaled = stats.ttest_ind_from_stats(
        55,
        9 * rows["threshold"].iloc[0],
        20,
        47,
        10 * rows["threshold"].iloc[0],
        18,
        equal_var=False,
    )
    assert scaled.pvalue == pytest.approx(0.05, rel=1e-9)


def test_the_printed_threshold_of_a_claim_is_its_level():
    claims = [claim("difference", "higher", SCORE_AT_8, published_p="p<0.001")]
    rows = analysed(study(), claims, AT_8)
    factor = rows["threshold"].iloc[0]
    test = stats.ttest_ind_from_stats(55, 9 * factor, 20, 47, 10 * factor, 18)
    assert test.pvalue == pytest.approx(0.001, rel=1e-9)


def test_equal_means_have_no_tipping_multiple():
    level = [mean("high", 8, 50.0, 9.0, 20), mean("placebo", 8, 50.0, 10.0, 18)]
    rows = analysed(study(), [claim("difference", "no_difference", SCORE_AT_8)], level)
    assert rows["threshold"].isna().all() and (rows["p"] == 1).all()


NONRESPONDERS = {
    "arm": "placebo",
    "members": [
        {"describes": "one"},
        {
            "describes": "two",
            "known": [{"outcome": "score", "visit": 8, "value": 20.0, **PLACE}],
        },
    ],
    **PLACE,
}


def test_nonresponders_of_the_control_arm_leave_the_control_arm():
    claims = [claim("difference", "higher", SCORE_AT_8)]
    rows = analysed(study(nonresponders=NONRESPONDERS), claims, BASELINE + AT_8)
    found = rows[(rows["analysis"] == "nonresponders") & (rows["reading"] == "sd")]
    found = found.set_index("scenario")
    # Unchanged: one at the control's baseline mean, the other at his known value.
    left = (18 * 47 - 41 - 20) / 16
    ss = 17 * 100 + 18 * 47**2 - 41**2 - 20**2 - 16 * left**2
    test = stats.ttest_ind_from_stats(55, 9, 20, left, np.sqrt(ss / 15), 16)
    assert found.loc["unchanged", "p"] == pytest.approx(test.pvalue, rel=1e-9)
    assert found.loc["unchanged", "estimate"] == pytest.approx(55 - left)
    assert found.loc["worst_feasible", "estimate"] <= found.loc["unchanged", "estimate"]
    assert found.loc["best_feasible", "estimate"] >= found.loc["unchanged", "estimate"]
    assert {"known_values", "at_control_mean", "already_excluded"} <= set(found.index)


def test_pseudo_patients_never_leave_the_swept_range():
    """Take two patients out of simulated arms: p lies within what the summaries allow."""
    claims = [claim("difference", "higher", SCORE_AT_8)]
    plain = NONRESPONDERS | {"arm": "high", "members": [{"describes": "a"}, {"describes": "b"}]}
    generator = np.random.default_rng(5)
    for _ in range(3):
        values = generator.uniform(20, 90, 12)
        arm = mean("high", 8, values.mean(), values.std(ddof=1), 12)
        rows = analysed(study(nonresponders=plain), claims, [arm, AT_8[1]])
        row = rows[(rows["scenario"] == "worst_feasible") & (rows["reading"] == "sd")].iloc[0]
        for i in range(12):
            for j in range(i):
                rest = np.delete(values, [i, j])
                test = stats.ttest_ind_from_stats(rest.mean(), rest.std(ddof=1), 10, 47, 10, 18)
                assert row["p_low"] - 1e-9 <= test.pvalue <= row["p_high"] + 1e-9


def test_a_change_loses_the_same_patients_at_both_visits():
    claims = [claim("change", "higher", SCORE_AT_8, arm="high", from_visit=0)]
    plain = NONRESPONDERS | {"arm": "high", "members": [{"describes": "a"}, {"describes": "b"}]}
    rows = analysed(study(nonresponders=plain), claims, BASELINE + AT_8)
    found = rows[(rows["analysis"] == "nonresponders") & (rows["reading"] == "sd")]
    found = found.set_index("scenario")
    generator = np.random.default_rng(9)
    low, high = found.loc["worst_feasible", ["p_low", "p_high"]]
    for _ in range(200):
        before, after = (generator.normal(m, s, 2) for m, s in ((40, 8), (55, 9)))
        left = []
        for m, s, gone in ((40, 8, before), (55, 9, after)):
            centre = (20 * m - gone.sum()) / 18
            ss = 19 * s**2 + 20 * m**2 - (gone**2).sum() - 18 * centre**2
            left.append((centre, np.sqrt(ss / 17)))
        (m0, s0), (m1, s1) = left
        se = np.sqrt(s0**2 + s1**2 - 2 * 0.5 * s0 * s1) / np.sqrt(18)
        p = 2 * stats.t.sf(abs(m1 - m0) / se, 17)
        assert low * (1 - 1e-9) <= p <= high * (1 + 1e-9)
    assert found.loc["at_control_mean", "estimate"] == pytest.approx((20 * 55 - 2 * 47) / 18 - 40)


def test_nonresponders_with_events_or_with_too_many_are_said_to_be_infeasible():
    counts = [count("high", 8, 19, 20), count("placebo", 8, 9, 18)]
    plain = NONRESPONDERS | {"arm": "high", "members": [{"describes": "a"}, {"describes": "b"}]}
    rows = analysed(study(nonresponders=plain), [claim("difference", "higher", CURE_AT_8)], counts)
    found = rows.set_index("scenario")
    assert "fewer than 2 patients without the event" in found.loc["removed_as_non_events", "detail"]
    assert np.isnan(found.loc["removed_as_non_events", "p"])


def test_lost_patients_change_the_means_and_the_counts():
    lost = {"arm": "placebo", "count": 3, "last_visit": 4, "first_missing": 8, "describes": "x"}
    trial = study(dropouts=[lost | PLACE])
    claims = [
        claim("difference", "higher", SCORE_AT_8),
        claim("difference", "no_difference", CURE_AT_8, id="cures"),
    ]
    counts = [count("high", 8, 9, 20), count("placebo", 8, 5, 18)]
    rows = analysed(trial, claims, AT_8 + counts)
    found = rows[rows["analysis"] == "dropouts"]
    means = found[(found["reading"] == "sem")].set_index("scenario")
    # The SEM was printed for 18, so it gives their SD; the 15 are taken to be like the others.
    test = stats.ttest_ind_from_stats(55, 9 * np.sqrt(20), 20, 47, 10 * np.sqrt(18), 15)
    assert means.loc["completers", "p"] == pytest.approx(test.pvalue, rel=1e-9)
    as_sd = found[(found["reading"] == "sd")].set_index("scenario")
    inside = as_sd.loc[["as_printed", "completers"], "p"]
    worst, best = as_sd.loc["worst_case"], as_sd.loc["best_case"]
    assert (inside >= worst["p_low"]).all() and (inside <= worst["p_high"]).all()
    assert worst["estimate"] < 8 < best["estimate"]
    generator = np.random.default_rng(2)
    for _ in range(200):  # 18 patients of mean 47 and SD 10, of whom three leave
        noise = generator.standard_t(3, 18)
        values = 47 + 10 * (noise - noise.mean()) / noise.std(ddof=1)
        stay = values[3:]
        p = stats.ttest_ind_from_stats(55, 9, 20, stay.mean(), stay.std(ddof=1), 15).pvalue
        if values.min() >= 0 and values.max() <= 100:
            assert worst["p_low"] <= p <= worst["p_high"]
    cures = found[found["claim_id"] == "cures"].set_index("scenario")
    assert cures["p"].min() == cures.loc["worst_case", "p"]
    assert cures["p"].max() == cures.loc["best_case", "p"]


def test_required_means_beyond_the_limits_are_said_to_be():
    near_ceiling = [mean("placebo", 8, 97.0, 10.0, 18)]
    rows = analysed(study(), [claim("difference", "higher", SCORE_AT_8)], near_ceiling)
    found = rows[rows["scenario"] == "equal_bars"].set_index("reading")
    assert found.loc["sd", "threshold"] > 100
    assert "outside the limits" in found.loc["sd", "detail"]
    assert "No pending figure shows it" in found.loc["sd", "detail"]


def test_sentence_about_the_treated_arm_binds_the_treated_arm():
    sentence = {
        "id": "treated_never_rose",
        "outcome": "score",
        "arm": "high",
        "visits": [8],
        "relation": "at_or_below_baseline",
        **PLACE,
    }
    claims = [claim("difference", "higher", SCORE_AT_8)]
    rows = analysed(study(), claims, [*BASELINE, AT_8[1]], constraints=[sentence])
    found = rows[rows["scenario"] == "any_other_sd"]
    assert found["detail"].str.contains("do not go together").all()
    free = analysed(study(), claims, [*BASELINE, AT_8[1]])
    assert not free["detail"].str.contains("do not go together").any()


def test_pending_figure_is_named_and_digitized_one_is_not():
    figure = {
        "id": "figure1",
        "title": "Scores",
        "status": "pending",
        "reason": "not yet",
        "panels": [{"id": "a", "outcome": "score", "arms": ["high", "placebo"]}],
        "source": "Figure 1",
    }
    claims = [claim("difference", "higher", SCORE_AT_8)]
    rows = analysed(study(), claims, BASELINE, figures=[figure])
    assert rows["detail"].str.contains("Figure 1 would settle it").all()
    rows = analysed(study(), claims, BASELINE, figures=[figure | {"status": "digitized"}])
    assert not rows["detail"].str.contains("Figure 1").any()


def test_impossible_correlations_of_many_visits_are_left_out():
    claims = [
        claim("difference", "higher", [{"outcome": "score", "visits": [4, 8]}], "mixed_anova")
    ]
    rows = analysed(study(), claims, BASELINE, rho=(-0.9, 0.2))
    repeated = rows[rows["scenario"] == "repeated_measures_baseline_sd"]
    assert set(repeated["rho"]) == {0.2}


HONEYMOON = {
    "window_months": 5,
    "duration_at_entry_months": [0, 2],
    "events": [{"outcome": "cure", "categories": ["cured"], "comparable": ["outside"]}],
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
        "value": 0.2,
        "value_type": "proportion",
        "n": 50.0,
        "events": 10.0,
        "citation": "Nobody 2000",
    } | changed


def test_honeymoon_without_a_claim_of_attribution_still_compares_the_events():
    counts = [count("high", 8, 9, 20), count("placebo", 8, 4, 18)]
    evidence = [outside(), outside(id="fixed", n=np.nan, events=np.nan)]
    rows = analysed(study(honeymoon=HONEYMOON), [], counts, evidence=evidence)
    found = rows.set_index("scenario")
    assert found["claim_id"].isna().all()
    exact = stats.fisher_exact([[9, 11], [10, 40]], "greater").pvalue
    assert found.loc["outside:fisher", "p"] == pytest.approx(exact, rel=1e-9)
    assert found.loc["fixed:binomial", "p"] == pytest.approx(stats.binom.sf(8, 20, 0.2))
    assert "Counts the same event" in found.loc["outside:fisher", "detail"]
    assert "Not like with like" in found.loc["fixed:binomial", "detail"]
    assert found.loc["window_5_months", "threshold"] == 8


def test_a_difference_is_explained_by_a_differential_honeymoon():
    claims = [claim("difference", "higher", SCORE_AT_8)]
    rows = analysed(study(honeymoon=HONEYMOON), claims, AT_8)
    found = rows[rows["reading"] == "sd"].set_index("scenario")
    assert found.loc["whole_difference", "threshold"] == pytest.approx(8)
    shifted = stats.ttest_ind_from_stats(
        55 - found.loc["left_not_significant", "threshold"], 9, 20, 47, 10, 18
    )
    assert shifted.pvalue == pytest.approx(0.05, rel=1e-9)


def test_printed_doses_give_idaa1c():
    outcomes = [SCORE | {"label": "HbA1c", "unit": "%"}]
    dose = mean("high", 8, 0.5, 0.1, 20, row_id="dose", outcome="dose", unit="U/kg/day")
    rule = outside(
        id="rule", quantity="IDAA1c = HbA1c + 4 x dose", value=9.0, value_type="threshold"
    )
    trial = study(
        outcomes=[
            *outcomes,
            {"id": "cure", "label": "Cure", "unit": "", "kind": "counts", "better": "none"},
        ],
        honeymoon=HONEYMOON,
    )
    rows = analysed(trial, [], [mean("high", 8, 6.0, 1.0, 20), dose], evidence=[rule])
    row = rows[rows["scenario"] == "idaa1c:high_8"].iloc[0]
    assert row["estimate"] == pytest.approx(8.0) and row["threshold"] == pytest.approx(0.75)
    assert "inside the remission range" in row["detail"]


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="correlation strictly between"):
        analysed(study(), [], BASELINE, rho=(1.0,))


def test_rows_do_not_depend_on_the_order_of_the_printed_numbers():
    claims = [claim("difference", "higher", SCORE_AT_8)]
    first = analysed(study(nonresponders=NONRESPONDERS), claims, BASELINE + AT_8)
    second = analysed(study(nonresponders=NONRESPONDERS), claims, (BASELINE + AT_8)[::-1])
    pd.testing.assert_frame_equal(first, second)
