"""Non-responders and drop-outs of a simulated study."""

import numpy as np
import pytest
from scipy import stats
from simulated_study import (
    AT_8,
    BASELINE,
    CURE_AT_8,
    NONRESPONDERS,
    PLACE,
    SCORE_AT_8,
    analysed,
    claim,
    count,
    mean,
    study,
)


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
