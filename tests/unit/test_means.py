"""Two independent groups from summaries."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stats.bounds import rounding_interval
from retrial.stats.means import (
    compare_means,
    detectable_difference,
    hedges_g,
    jzs_bayes_factor,
    required_difference,
)
from retrial.stats.rounding import means_p_range
from retrial.stats.summaries import sd_from_error
from scipy import integrate, stats
from statsmodels.stats.power import TTestIndPower

DATA = Path(__file__).parents[1] / "data"
T_TESTS = pd.read_csv(DATA / "t_from_summaries.csv").set_index("case_id")
BOXES = pd.read_csv(DATA / "rounding_interval_t.csv", dtype=str).set_index("case_id")

means = st.floats(-100, 100)
sds = st.floats(0.01, 50)
sizes = st.integers(2, 200)
arms = st.tuples(means, sds, sizes, means, sds, sizes)


def arguments(row):
    return row["m1"], row["sd1"], row["n1"], row["m2"], row["sd2"], row["n2"]


@pytest.mark.parametrize("case", T_TESTS.index)
@pytest.mark.parametrize(("name", "equal_var"), [("student", True), ("welch", False)])
def test_t_tests_from_summaries_agree_with_r(case, name, equal_var):
    row = T_TESTS.loc[case]
    test = compare_means(*arguments(row), equal_var=equal_var)
    # The offset row's printed means carry 12 digits, and so does its difference.
    assert test.estimate == pytest.approx(row["diff"], rel=1e-8)
    assert test.statistic == pytest.approx(row[f"t_{name}"], rel=1e-8)
    assert test.df == pytest.approx(row[f"df_{name}"], rel=1e-8)
    assert test.p == pytest.approx(row[f"p_{name}"], rel=1e-7)
    assert test.ci_low == pytest.approx(row[f"ci_lo_{name}"], rel=1e-8)
    assert test.ci_high == pytest.approx(row[f"ci_hi_{name}"], rel=1e-8)


@given(arms, st.booleans())
def test_t_tests_agree_with_scipy(arm_values, equal_var):
    ours = compare_means(*arm_values, equal_var=equal_var)
    theirs = stats.ttest_ind_from_stats(*arm_values, equal_var=equal_var)
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-300)


@given(arms, st.booleans(), st.sampled_from([0.1, 0.05, 0.01]))
def test_the_interval_excludes_zero_exactly_when_p_is_below_alpha(arm_values, equal_var, alpha):
    test = compare_means(*arm_values, equal_var=equal_var, alpha=alpha)
    if abs(test.p - alpha) > 1e-9:
        assert (test.p < alpha) == (test.ci_low > 0 or test.ci_high < 0)


@given(arms, st.floats(0.1, 10), st.floats(-50, 50), st.booleans())
def test_p_does_not_depend_on_unit_origin_or_order(arm_values, scale, shift, equal_var):
    m1, s1, n1, m2, s2, n2 = arm_values
    p = compare_means(*arm_values, equal_var=equal_var).p
    rescaled = (m1 * scale + shift, s1 * scale, n1, m2 * scale + shift, s2 * scale, n2)
    assert compare_means(*rescaled, equal_var=equal_var).p == pytest.approx(p, rel=1e-5, abs=1e-9)
    swapped = compare_means(m2, s2, n2, m1, s1, n1, equal_var=equal_var)
    assert swapped.p == pytest.approx(p, rel=1e-12)


def test_bmi_at_baseline_does_not_differ_in_hu2013():
    assert compare_means(20.9, 3.7, 15, 21.3, 4.2, 14).p == pytest.approx(0.787236689184)


def test_without_any_spread_only_different_means_differ():
    same, apart = compare_means(5, 0, 10, 5, 0, 12), compare_means(5, 0, 10, 6, 0, 12, False)
    assert (same.p, same.statistic, same.ci_low, same.ci_high) == (1, 0, 0, 0)
    assert (apart.p, apart.statistic, apart.df) == (0, -np.inf, 20)
    one_sided = compare_means(5, 0, 10, 6, 2, 12, equal_var=False)
    assert one_sided.df == pytest.approx(11)


def test_missing_numbers_give_missing_results():
    test = compare_means([1.0, np.nan], 1, 10, 0, 1, 10)
    assert np.isnan(test.p[1]) and not np.isnan(test.p[0])


@pytest.mark.parametrize("equal_var", [True, False])
def test_arrays_give_what_scalars_give(equal_var):
    rng = np.random.default_rng(5)
    size = 20_000  # beyond the number above which quantiles are interpolated
    columns = [
        *(rng.normal(0, 1, size), rng.uniform(0.1, 3, size), rng.integers(2, 90, size)),
        *(rng.normal(0, 1, size), rng.uniform(0.1, 3, size), rng.integers(2, 90, size)),
    ]
    many = compare_means(*columns, equal_var=equal_var)
    theirs = stats.ttest_ind_from_stats(*columns, equal_var=equal_var)
    assert np.allclose(many.p, theirs.pvalue, rtol=1e-8)
    margin = stats.t.ppf(0.975, many.df) * many.se
    assert np.allclose(many.ci_high, many.estimate + margin, rtol=1e-11, atol=1e-12)
    for i in range(0, size, 4999):
        one = compare_means(*(column[i] for column in columns), equal_var=equal_var)
        for field in ("estimate", "se", "statistic", "df", "p", "ci_low", "ci_high"):
            assert getattr(one, field) == pytest.approx(getattr(many, field)[i], rel=1e-11)
            assert type(getattr(one, field)) is float


def test_shapes_broadcast():
    test = compare_means(np.zeros((3, 1)), 1, 10, np.ones(4), [1, 2, 3, 4], 12)
    assert test.p.shape == test.df.shape == test.ci_low.shape == (3, 4)


@pytest.mark.parametrize("equal_var", [True, False])
def test_a_million_comparisons_take_seconds_not_minutes(equal_var):
    rng = np.random.default_rng(6)
    m, s, n = rng.normal(0, 1, 10**6), rng.uniform(0.1, 3, 10**6), rng.integers(2, 90, 10**6)
    start = time.perf_counter()
    compare_means(m, s, n, 0.2, 1.1, 15, equal_var=equal_var)
    # Half a second on a quiet machine; the limit allows for a busy one.
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"s1": -1}, "not negative"),
        ({"n2": 1}, "at least 2"),
        ({"n1": 14.5}, "whole number"),
        ({"m1": np.inf}, "finite"),
        ({"alpha": 0}, "alpha"),
    ],
)
def test_impossible_input_is_refused(changed, message):
    valid = {"m1": 1, "s1": 1, "n1": 15, "m2": 2, "s2": 1, "n2": 14}
    with pytest.raises(ValueError, match=message):
        compare_means(**valid | changed)


@pytest.mark.parametrize("case", T_TESTS.index)
def test_hedges_g_has_the_exact_small_sample_correction(case):
    row = T_TESTS.loc[case]
    assert hedges_g(*arguments(row))[0] == pytest.approx(row["hedges_g_exact"], rel=1e-8)


def noncentral_t_cdf(t, df, noncentrality):
    """P(T <= t) from the definition: a normal over the root of a chi-square."""

    def integrand(quantile):
        scale = np.sqrt(stats.chi2.ppf(quantile, df) / df)
        return stats.norm.cdf(t * scale - noncentrality)

    return integrate.quad(integrand, 0, 1, limit=200)[0]


@pytest.mark.parametrize("case", ["t001", "t005", "t015", "t037", "t047"])
def test_interval_of_hedges_g_inverts_the_noncentral_t(case):
    row = T_TESTS.loc[case]
    g, low, high = hedges_g(*arguments(row))
    df, scale = row["n1"] + row["n2"] - 2, np.sqrt(1 / row["n1"] + 1 / row["n2"])
    per_g = row["t_student"] / g  # noncentrality for each unit of g
    assert per_g == pytest.approx(row["cohen_d"] / g / scale, rel=1e-8)
    tails = [noncentral_t_cdf(row["t_student"], df, end * per_g) for end in (low, high)]
    assert tails == pytest.approx([0.975, 0.025], abs=1e-6)


@settings(max_examples=40)
@given(st.tuples(st.floats(-3, 3), st.floats(0.5, 2), st.integers(3, 60)), st.integers(3, 60))
def test_interval_of_hedges_g_excludes_zero_exactly_when_p_is_below_alpha(first, n2):
    g, low, high = hedges_g(*first, 0, 1, n2)
    p = compare_means(*first, 0, 1, n2).p
    assert low < g < high
    if abs(p - 0.05) > 1e-6:
        assert (p < 0.05) == (low > 0 or high < 0)


def test_hedges_g_is_undefined_without_spread():
    assert np.isnan(hedges_g(5, 0, 10, 6, 0, 10)).all()


def test_bayes_factors_agree_with_pingouins_published_examples():
    assert jzs_bayes_factor(3.5, 20, 20) == pytest.approx(26.743, abs=5e-4)
    assert jzs_bayes_factor(3.5, 20, 20, paired=True) == pytest.approx(17.185, abs=5e-4)


@pytest.mark.parametrize(("t", "n1", "n2"), [(0.0, 15, 14), (2.2, 15, 14), (-4.0, 30, 8)])
def test_bayes_factor_is_the_ratio_of_marginal_likelihoods(t, n1, n2):
    """Average the noncentral t density over the Cauchy prior of the effect size."""
    df, root = n1 + n2 - 2, np.sqrt(n1 * n2 / (n1 + n2))

    def weighted(effect):
        return stats.nct.pdf(t, df, effect * root) * stats.cauchy.pdf(effect, scale=0.707)

    under_h1 = integrate.quad(weighted, -8, 8, points=[0, t / root], limit=400)[0]
    # pingouin rounds sqrt(2) / 2 to 0.707, and the integral leaves out effects beyond 8.
    assert jzs_bayes_factor(t, n1, n2) == pytest.approx(under_h1 / stats.t.pdf(t, df), rel=1e-3)


def test_bayes_factor_grows_with_t_and_ignores_its_sign():
    factors = [jzs_bayes_factor(t, 15, 14) for t in (0, 1, 2, 4, 8)]
    assert all(type(factor) is float for factor in factors)
    assert factors == sorted(factors)
    assert jzs_bayes_factor(-2, 15, 14) == factors[2]


@pytest.mark.parametrize(("n1", "n2"), [(15, 14), (5, 40), (100, 100)])
@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
def test_detectable_difference_agrees_with_statsmodels(n1, n2, power):
    theirs = TTestIndPower().solve_power(nobs1=n1, ratio=n2 / n1, alpha=0.05, power=power)
    assert detectable_difference(1, n1, 1, n2, power=power) == pytest.approx(theirs, rel=1e-5)


def test_detectable_difference_is_detected_that_often_in_simulated_trials():
    rng = np.random.default_rng(11)
    difference = detectable_difference(0.6, 15, 0.6, 14)
    first = rng.normal(difference, 0.6, (20_000, 15))
    second = rng.normal(0, 0.6, (20_000, 14))
    assert np.mean(stats.ttest_ind(first, second, axis=1).pvalue < 0.05) == pytest.approx(
        0.8, abs=0.012
    )


def test_detectable_difference_of_arrays():
    found = detectable_difference([0.6, 1.2], [15, 15], [0.6, 1.2], 14)
    assert found[1] == pytest.approx(2 * found[0], rel=1e-12)
    assert found[0] == detectable_difference(0.6, 15, 0.6, 14)
    with pytest.raises(ValueError, match="power"):
        detectable_difference(1, 15, 1, 14, power=0.04)


@given(sds, sizes, sds, sizes, st.booleans(), st.sampled_from([0.05, 0.001]))
def test_required_difference_gives_p_equal_to_alpha(s1, n1, s2, n2, equal_var, alpha):
    needed = required_difference(s1, n1, s2, n2, alpha, equal_var)
    p = compare_means(needed, s1, n1, 0, s2, n2, equal_var).p
    assert p == pytest.approx(alpha, rel=1e-8)


def test_hba1c_at_month_6_read_as_sem_needs_a_control_mean_of_7_45_in_hu2013():
    """5.5 with a bar of 0.67 in 15; equal bars in the 14 controls, or none at all."""
    sd1, sd2 = sd_from_error(0.67, [15, 14], "sem")
    assert 5.5 + required_difference(sd1, 15, sd2, 14) == pytest.approx(7.445, abs=5e-3)
    assert 5.5 + required_difference(sd1, 15, 0, 14) == pytest.approx(6.92, abs=5e-3)


def box(row):
    interval = [rounding_interval(row[name]) for name in ("m1", "s1", "m2", "s2")]
    return interval[0], interval[1], int(row["n1"]), interval[2], interval[3], int(row["n2"])


@pytest.mark.parametrize("case", BOXES.index)
@pytest.mark.parametrize(("name", "equal_var"), [("student", True), ("welch", False)])
def test_range_of_p_over_the_rounding_box_agrees_with_a_grid(case, name, equal_var):
    row = BOXES.loc[case]
    low, high = means_p_range(*box(row), equal_var=equal_var)
    assert low == pytest.approx(float(row[f"p_{name}_min"]), rel=1e-5)
    assert high == pytest.approx(float(row[f"p_{name}_max"]), rel=1e-5)
    if row[f"p_{name}_max"] == "1":
        assert high == 1.0


@pytest.mark.parametrize(
    ("m", "s1", "n1", "s2", "n2"),
    [
        ((0.9, 1.1), (0.5, 1.0), 3, (0.0, 0.4), 30),
        ((2.9, 3.0), (0.9, 1.1), 2, (0.0, 1.5), 40),
        ((1.4, 1.5), (0.0, 0.5), 2, (0.3, 2.5), 3),
        ((2.0, 2.0), (1.0, 1.0), 3, (0.0, 10.0), 50),
    ],
)
def test_welch_range_finds_extremes_inside_the_box(m, s1, n1, s2, n2):
    """In these boxes more spread in one arm first lowers p, as it raises the df."""
    grid1, grid2 = np.meshgrid(np.linspace(*s1, 1201), np.linspace(*s2, 1201))
    least = compare_means(m[1], grid1, n1, 0, grid2, n2, equal_var=False).p
    greatest = compare_means(m[0], grid1, n1, 0, grid2, n2, equal_var=False).p
    low, high = means_p_range(m, s1, n1, (0, 0), s2, n2, equal_var=False)
    assert low == pytest.approx(least.min(), rel=1e-5)
    assert high == pytest.approx(greatest.max(), rel=1e-5)
    assert low <= least.min() + 1e-15 and high >= greatest.max() - 1e-15


def test_one_of_the_welch_boxes_has_its_least_p_away_from_every_corner():
    low, _ = means_p_range((2, 2), (1, 1), 3, (0, 0), (0, 10), 50, equal_var=False)
    corners = compare_means(2, 1, 3, 0, np.array([0.0, 10.0]), 50, equal_var=False).p
    assert low < corners.min() * (1 - 1e-4)


@settings(max_examples=60)
@given(
    st.tuples(st.floats(-2, 2), st.floats(0.2, 3), st.integers(2, 40)),
    st.tuples(st.floats(-2, 2), st.floats(0.2, 3), st.integers(2, 40)),
    st.floats(0.001, 0.2),
    st.booleans(),
    st.lists(st.floats(-1, 1), min_size=4, max_size=4),
)
def test_p_of_every_point_of_the_box_lies_in_the_range(first, second, half, equal_var, at):
    (m1, s1, n1), (m2, s2, n2) = first, second
    low, high = means_p_range(
        *((m1 - half, m1 + half), (s1 - half, s1 + half), n1),
        *((m2 - half, m2 + half), (s2 - half, s2 + half), n2),
        equal_var=equal_var,
    )
    move = [half * share for share in at]
    p = compare_means(
        *(m1 + move[0], s1 + move[1], n1, m2 + move[2], s2 + move[3], n2), equal_var=equal_var
    ).p
    assert low * (1 - 1e-9) <= p <= high * (1 + 1e-9)


def test_impossible_boxes_are_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        means_p_range((0, 1), (-2, -1), 5, (0, 1), (1, 2), 5)
    with pytest.raises(ValueError, match="m1_interval"):
        means_p_range((1, 0), (1, 2), 5, (0, 1), (1, 2), 5)
