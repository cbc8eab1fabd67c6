"""The sensitivity analyses on a simulated study."""

import pandas as pd
import pytest
from retrial.registry import columns_of
from scipy import stats
from simulated_study import (
    ARMS,
    AT_8,
    BASELINE,
    NONRESPONDERS,
    PLACE,
    SCORE_AT_8,
    analysed,
    claim,
    mean,
    study,
)


def test_a_complete_study_has_error_bars_and_the_correlation_of_its_visits_only():
    rows = analysed(study(), [claim("difference", "higher", SCORE_AT_8)], BASELINE + AT_8)
    assert set(rows["analysis"]) == {"error_bars", "repeated_measures"}
    assert list(rows.columns) == columns_of("sensitivity")
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


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="correlation strictly between"):
        analysed(study(), [], BASELINE, rho=(1.0,))


def test_rows_do_not_depend_on_the_order_of_the_printed_numbers():
    claims = [claim("difference", "higher", SCORE_AT_8)]
    first = analysed(study(nonresponders=NONRESPONDERS), claims, BASELINE + AT_8)
    second = analysed(study(nonresponders=NONRESPONDERS), claims, (BASELINE + AT_8)[::-1])
    pd.testing.assert_frame_equal(first, second)
