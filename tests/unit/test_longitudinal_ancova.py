"""Before and after in two arms: ANCOVA and change scores from summaries."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from exact_persons import exact_persons, random_trial
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from retrial.stats.means import compare_means
from retrial.stats.paired import paired_from_summary
from retrial.stats.repeated.ancova import ancova_from_summaries, change_score_from_summaries
from retrial.stats.repeated.anova import mixed_anova_from_moments
from retrial.stats.summaries import change_sd
from scipy import stats
from scipy.special import gammaln

DATA = Path(__file__).parents[1] / "data"
R_CASES = pd.read_csv(DATA / "ancova.csv").set_index("case_id")
METAFOR = pd.read_csv(DATA / "mean_changes.csv").set_index("case_id")
HU2013_LIKE = ([6.85, 6.79], [0.74, 0.7], [5.5, 7.2], [0.67, 0.9], [15, 14])
seeds = st.integers(0, 10_000)


def summaries(row):
    """Return the arguments in the library's order, without the correlations."""
    columns = ("mean_pre", "sd_pre", "mean_post", "sd_post", "n")
    return [[row[f"{column}_{arm}"] for arm in (1, 2)] for column in columns]


def trial_summaries(trial):
    """Return the same from a made-up trial of two visits, and its correlation in each arm."""
    means, sds = trial["means"], trial["sds"]
    return (means[:, 0], sds[:, 0], means[:, 1], sds[:, 1], trial["ns"]), (
        trial["correlation"][:, 0, 1]
    )


@pytest.mark.parametrize("case", R_CASES.index)
def test_ancova_from_summaries_agrees_with_r_on_the_raw_data(case):
    row = R_CASES.loc[case]
    test = ancova_from_summaries(*summaries(row), [row["r_1"], row["r_2"]])
    assert test.slope == pytest.approx(row["slope"], rel=1e-8)
    assert test.estimate == pytest.approx(-row["second_minus_first"], rel=1e-8)
    assert test.se == pytest.approx(row["se"], rel=1e-8)
    assert test.statistic == pytest.approx(-row["t"], rel=1e-8)
    assert test.df == row["df"]
    assert test.p == pytest.approx(row["p"], rel=1e-8)
    assert (test.ci_low, test.ci_high) == pytest.approx((-row["ci_high"], -row["ci_low"]), rel=1e-8)
    assert test.slopes_p == pytest.approx(row["slopes_p"], rel=1e-7)


@pytest.mark.parametrize("case", R_CASES.index)
def test_change_scores_and_final_values_agree_with_r_on_the_raw_data(case):
    row = R_CASES.loc[case]
    test = change_score_from_summaries(*summaries(row), [row["r_1"], row["r_2"]])
    assert test.estimate == pytest.approx(-row["change_second_minus_first"], rel=1e-8)
    assert test.p == pytest.approx(row["change_p"], rel=1e-8)
    after = [row[f"{column}_{arm}"] for arm in (1, 2) for column in ("mean_post", "sd_post", "n")]
    assert compare_means(*after).p == pytest.approx(row["post_only_p"], rel=1e-8)


@pytest.mark.parametrize("seed", range(12))
def test_ancova_agrees_with_statsmodels_on_persons_of_exactly_those_moments(seed):
    trial = random_trial(seed, 2, 2)
    persons = pd.concat(
        pd.DataFrame(arm, columns=["before", "after"]).assign(arm=f"arm{place}")
        for place, arm in enumerate(exact_persons(**trial))
    )
    common = smf.ols("after ~ before + C(arm, Treatment('arm1'))", persons).fit()
    separate = smf.ols("after ~ before * arm", persons).fit()
    arm = "C(arm, Treatment('arm1'))[T.arm0]"
    values, rho = trial_summaries(trial)
    test = ancova_from_summaries(*values, rho)
    assert test.estimate == pytest.approx(common.params[arm], rel=1e-8)
    assert test.se == pytest.approx(common.bse[arm], rel=1e-8)
    assert test.p == pytest.approx(common.pvalues[arm], rel=1e-8)
    assert [test.ci_low, test.ci_high] == pytest.approx(list(common.conf_int().loc[arm]), rel=1e-8)
    assert test.slope == pytest.approx(common.params["before"], rel=1e-8)
    assert test.slopes_p == pytest.approx(separate.pvalues["before:arm[T.arm1]"], rel=1e-7)
    assert test.slopes_statistic == pytest.approx(separate.compare_f_test(common)[0], rel=1e-7)


@given(seeds, st.booleans())
def test_change_scores_agree_with_scipy_on_persons(seed, equal_var):
    trial = random_trial(seed, 2, 2)
    first, second = (arm[:, 1] - arm[:, 0] for arm in exact_persons(**trial))
    values, rho = trial_summaries(trial)
    test = change_score_from_summaries(*values, rho, equal_var)
    raw = stats.ttest_ind(first, second, equal_var=equal_var)
    assert test.statistic == pytest.approx(raw.statistic, rel=1e-7, abs=1e-9)
    assert test.df == pytest.approx(raw.df, rel=1e-8)
    assert test.sds == pytest.approx([first.std(ddof=1), second.std(ddof=1)], rel=1e-8)
    assert test.changes == pytest.approx([first.mean(), second.mean()], rel=1e-6, abs=1e-9)


@given(seeds)
def test_students_t_of_the_changes_is_the_root_of_the_interaction(seed):
    trial = random_trial(seed, 2, 2)
    values, rho = trial_summaries(trial)
    test, anova = change_score_from_summaries(*values, rho), mixed_anova_from_moments(**trial)
    assert test.statistic**2 == pytest.approx(anova.interaction.statistic, rel=1e-7, abs=1e-12)
    assert test.p == pytest.approx(anova.interaction.p, rel=1e-7)


@pytest.mark.parametrize("case", METAFOR.index)
def test_changes_within_an_arm_agree_with_metafor(case):
    row = METAFOR.loc[case]
    sds, n = (row["sd_before"], row["sd_after"]), int(row["n"])
    test = paired_from_summary(
        *(row["mean_before"], sds[0], row["mean_after"], sds[1], n, row["rho"])
    )
    if row["measure"] == "MC":
        assert test.estimate == pytest.approx(row["estimate"], rel=1e-8)
        assert test.se**2 == pytest.approx(row["variance"], rel=1e-8)
        assert change_sd(*sds, row["rho"]) == pytest.approx(np.sqrt(row["variance"] * n))
    else:  # the change in its own SDs, with Hedges' correction
        m = n - 1
        j = np.exp(gammaln(m / 2) - gammaln((m - 1) / 2)) / np.sqrt(m / 2)
        assert j * test.estimate / test.sd_change == pytest.approx(row["estimate"], rel=1e-8)


@given(seeds, st.floats(0.01, 100), st.floats(-1000, 1000))
def test_p_does_not_depend_on_unit_or_origin(seed, scale, shift):
    (x, sx, y, sy, ns), rho = trial_summaries(random_trial(seed, 2, 2))
    moved = (x * scale + shift, sx * scale, y * scale + shift, sy * scale, ns)
    for analysis in (ancova_from_summaries, change_score_from_summaries):
        here, there = analysis(x, sx, y, sy, ns, rho), analysis(*moved, rho)
        assert here.p == pytest.approx(there.p, rel=1e-5, abs=1e-9)
        assert here.estimate * scale == pytest.approx(there.estimate, rel=1e-6, abs=1e-7)


@given(seeds)
def test_the_other_order_of_arms_turns_the_sign_only(seed):
    values, rho = trial_summaries(random_trial(seed, 2, 2))
    turned = [part[::-1] for part in values]
    for analysis in (ancova_from_summaries, change_score_from_summaries):
        here, there = analysis(*values, rho), analysis(*turned, rho[::-1])
        assert here.estimate == pytest.approx(-there.estimate)
        assert here.p == pytest.approx(there.p)


@given(seeds)
@settings(max_examples=20)
def test_many_correlations_at_once_give_what_each_gives(seed):
    values, _ = trial_summaries(random_trial(seed, 2, 2))
    grid = np.linspace(-0.9, 0.9, 7)
    for analysis in (ancova_from_summaries, change_score_from_summaries):
        together = analysis(*values, grid[:, None])
        each = [analysis(*values, rho) for rho in grid]
        for field in vars(together):
            alone = [getattr(one, field) for one in each]
            assert np.allclose(getattr(together, field), alone, rtol=1e-12), field


@given(seeds, st.floats(-0.95, 0.95))
def test_without_a_difference_before_ancova_is_the_most_precise(seed, rho):
    trial = random_trial(seed, 2, 2)
    assume(trial["ns"].sum() > 20)
    (x, sx, y, sy, ns), _ = trial_summaries(trial)
    x, sx, sy = np.full_like(x, x[0]), np.full_like(sx, sx[0]), np.full_like(sy, sy[0])
    adjusted = ancova_from_summaries(x, sx, y, sy, ns, rho)
    changes = change_score_from_summaries(x, sx, y, sy, ns, rho)
    # Its residual variance is s_y^2 (1 - rho^2), with one degree of freedom less.
    df = ns.sum() - 2
    spread = sy[0] ** 2 * (1 - rho**2) * (1 / ns).sum()
    assert adjusted.se**2 == pytest.approx(spread * df / (df - 1), rel=1e-9)
    assert adjusted.se**2 * (df - 1) / df <= changes.se**2 * (1 + 1e-9)


def test_a_perfect_correlation_leaves_no_error():
    test = ancova_from_summaries(*HU2013_LIKE[:3], HU2013_LIKE[1], HU2013_LIKE[4], 1.0)
    assert test.slope == pytest.approx(1) and test.p == 0 and test.slopes_p == 1


def test_missing_numbers_give_missing_results():
    x, sx, y, sy, ns = HU2013_LIKE
    test = ancova_from_summaries(x, sx, [y, [np.nan, 7.2]], sy, ns, 0.5)
    assert np.isfinite(test.p[0]) and np.isnan(test.p[1])


def test_the_change_sd_is_that_of_groups():
    test = change_score_from_summaries(*HU2013_LIKE, [0.3, 0.6])
    assert test.sds.tolist() == [change_sd(0.74, 0.67, 0.3), change_sd(0.7, 0.9, 0.6)]


@pytest.mark.parametrize("analysis", [ancova_from_summaries, change_score_from_summaries])
@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (0, [6.85], "each of 2 arms"),
        (0, [np.inf, 1], "finite"),
        (1, [0.74, -0.7], "not negative"),
        (4, [15, 14.5], "whole number"),
        (5, 1.2, "between -1 and 1"),
        (5, [0.1, 0.2, 0.3], r"\(..., 1\)"),
    ],
)
def test_impossible_input_is_refused(analysis, place, value, message):
    arguments = [*HU2013_LIKE, 0.5]
    arguments[place] = value
    with pytest.raises(ValueError, match=message):
        analysis(*arguments)


def test_ancova_needs_spread_before_and_five_persons():
    x, _, y, sy, _ = HU2013_LIKE
    for sds, ns in (([0, 0], [15, 14]), ([1, 1], [2, 2])):
        with pytest.raises(ValueError, match="must vary, and there must be at least 5"):
            ancova_from_summaries(x, sds, y, sy, ns, 0.5)
