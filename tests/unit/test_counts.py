"""Events in two arms, fragility, and what no event at all excludes."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stats.counts import (
    COUNT_METHODS,
    clopper_pearson,
    compare_counts,
    fragility_index,
    sample_size_for_zero_events,
    unmet,
)
from scipy import stats
from scipy.stats.contingency import odds_ratio
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

DATA = Path(__file__).parents[1] / "data"
TABLES = pd.read_csv(DATA / "tables_2x2.csv").set_index("case_id")
FRAGILITY = pd.read_csv(DATA / "fragility.csv").set_index("case_id")

arms = st.integers(1, 25).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def counts(case):
    a, b, c, d = (int(TABLES.loc[case, name]) for name in "abcd")
    return a, a + b, c, c + d


def fragility_counts(case):
    return [int(FRAGILITY.loc[case, name]) for name in ("e0", "n0", "e1", "n1")]


@pytest.mark.parametrize("case", TABLES.index)
def test_tests_of_a_two_by_two_table_agree_with_r(case):
    row = TABLES.loc[case]
    fisher = compare_counts(*counts(case))
    assert fisher.p == pytest.approx(row["fisher_p_two_sided"], rel=1e-8)
    if np.isnan(row["fisher_or_cmle"]):  # R prints Inf, which the table leaves empty
        assert fisher.odds_ratio == np.inf
    else:
        # R finds the estimate to its own tolerance of about 1e-4 by default.
        assert fisher.odds_ratio == pytest.approx(row["fisher_or_cmle"], rel=1e-3)
    for method, statistic, p in (
        ("chi2", "chi2", "chi2_p"),
        ("chi2_yates", "chi2_yates", "chi2_yates_p"),
    ):
        found = compare_counts(*counts(case), method)
        assert found.statistic == pytest.approx(row[statistic], rel=1e-8, abs=1e-12)
        assert found.p == pytest.approx(row[p], rel=1e-8)
        assert found.df == 1


@given(arms, arms)
def test_fisher_and_chi_square_agree_with_scipy(first, second):
    (e1, n1), (e2, n2) = first, second
    table = [[e1, n1 - e1], [e2, n2 - e2]]
    assert compare_counts(e1, n1, e2, n2).p == pytest.approx(
        stats.fisher_exact(table).pvalue, rel=1e-9
    )
    if 0 < e1 + e2 < n1 + n2:
        for method, correction in (("chi2", False), ("chi2_yates", True)):
            theirs = stats.chi2_contingency(table, correction=correction)
            ours = compare_counts(e1, n1, e2, n2, method)
            assert ours.p == pytest.approx(theirs.pvalue, rel=1e-9)


@pytest.mark.parametrize(
    "table", [(4, 15, 0, 14), (3, 15, 0, 14), (7, 12, 5, 17), (11, 15, 0, 14), (9, 60, 20, 60)]
)
def test_barnards_test_agrees_with_scipy(table):
    e1, n1, e2, n2 = table
    # scipy takes the arms as columns.
    columns = [[e1, e2], [n1 - e1, n2 - e2]]
    barnard = compare_counts(*table, "barnard")
    theirs = stats.barnard_exact(columns, n=256)
    assert barnard.p == pytest.approx(theirs.pvalue, rel=1e-7)
    assert barnard.statistic == pytest.approx(theirs.statistic, rel=1e-9)


def test_barnards_p_is_the_largest_over_all_event_rates_by_brute_force():
    e1, n1, e2, n2 = 4, 15, 0, 14
    i, j = np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij")
    pooled = (i + j) / (n1 + n2)
    with np.errstate(invalid="ignore"):
        z = (i / n1 - j / n2) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    extreme = abs(np.nan_to_num(z)) >= abs(z[e1, e2]) - 1e-9
    tails = [
        (stats.binom.pmf(i, n1, rate) * stats.binom.pmf(j, n2, rate))[extreme].sum()
        for rate in np.linspace(0.001, 0.999, 999)
    ]
    found = compare_counts(e1, n1, e2, n2, "barnard").p
    assert max(tails) <= found <= max(tails) + 1e-5


def test_insulin_free_verdict_in_hu2013_hangs_on_the_test():
    p = {method: compare_counts(4, 15, 0, 14, method).p for method in COUNT_METHODS}
    assert {method: round(value, 4) for method, value in p.items()} == {
        "fisher": 0.0996,
        "fisher_mid_p": 0.0709,
        "boschloo": 0.0667,
        "barnard": 0.0391,
        "chi2_n1": 0.0409,
        "chi2": 0.0374,
        "chi2_yates": 0.1230,
    }


@settings(max_examples=40)
@given(arms, arms)
def test_no_test_depends_on_the_order_of_arms_or_outcomes(first, second):
    (e1, n1), (e2, n2) = first, second
    for method in COUNT_METHODS:
        p = compare_counts(e1, n1, e2, n2, method).p
        assert 0 <= p <= 1
        assert compare_counts(e2, n2, e1, n1, method).p == pytest.approx(p, rel=1e-7)
        assert compare_counts(n1 - e1, n1, n2 - e2, n2, method).p == pytest.approx(p, rel=1e-7)


@pytest.mark.parametrize(
    ("table", "p"),
    [
        ((0, 15, 3, 14), 0.0667),
        ((4, 15, 0, 14), 0.0667),
        ((3, 15, 0, 14), 0.1698),
        ((6, 11, 3, 10), 0.3349),
        ((11, 15, 0, 14), 2.41e-5),
        ((12, 15, 0, 14), 4.68e-6),
    ],
)
def test_boschloo_orders_tables_by_fishers_two_sided_p(table, p):
    """By brute force over every table and 4000 rates, with scipy's Fisher p for the order."""
    e1, n1, e2, n2 = table
    i, j = np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij")
    fisher = np.vectorize(lambda a, b: stats.fisher_exact([[a, n1 - a], [b, n2 - b]]).pvalue)(i, j)
    extreme = fisher <= fisher[e1, e2] * (1 + 1e-9)
    tails = [
        (stats.binom.pmf(i, n1, rate) * stats.binom.pmf(j, n2, rate))[extreme].sum()
        for rate in np.linspace(0.0005, 0.9995, 4000)
    ]
    found = compare_counts(*table, "boschloo").p
    assert max(tails) <= found <= max(tails) * (1 + 1e-4)
    assert found == pytest.approx(p, rel=2e-3)


@settings(max_examples=40)
@given(arms, arms)
def test_boschloo_is_never_above_fisher_and_mid_p_is_between_half_and_whole(first, second):
    (e1, n1), (e2, n2) = first, second
    p = {m: compare_counts(e1, n1, e2, n2, m).p for m in ("fisher", "boschloo", "fisher_mid_p")}
    assert p["boschloo"] <= p["fisher"] * (1 + 1e-7)
    if 0 < e1 + e2 < n1 + n2:
        assert p["fisher"] / 2 * (1 - 1e-12) <= p["fisher_mid_p"] < p["fisher"]


def test_mid_p_takes_half_of_the_observed_table():
    """Ketoacidosis, 0/15 v. 3/14: only the observed table is as rare, so p is halved."""
    ways = stats.hypergeom(29, 3, 15).pmf([0, 1, 2, 3])
    assert compare_counts(0, 15, 3, 14, "fisher_mid_p").p == pytest.approx(ways[0] / 2)
    assert compare_counts(0, 15, 3, 14, "fisher_mid_p").p == pytest.approx(0.0498, abs=5e-5)


def test_the_n_1_chi_square_is_pearsons_times_n_1_over_n():
    pearson = stats.chi2_contingency([[4, 11], [0, 14]], correction=False)
    found = compare_counts(4, 15, 0, 14, "chi2_n1")
    assert found.statistic == pytest.approx(pearson.statistic * 28 / 29)
    assert found.p == pytest.approx(stats.chi2.sf(pearson.statistic * 28 / 29, 1))


def test_a_tests_own_preconditions_are_told():
    expected = stats.contingency.expected_freq([[0, 15], [3, 11]]).min()
    assert unmet("chi2", 0, 15, 3, 14) == f"least expected count {expected:.1f}, below 5"
    assert unmet("chi2_n1", 0, 15, 3, 14) is None
    assert unmet("chi2_n1", 0, 15, 1, 14) == "least expected count 0.5, below 1"
    assert unmet("chi2", 20, 40, 30, 40) is unmet("fisher", 0, 15, 3, 14) is None
    assert "not run" in unmet("barnard", 10, 30_000, 20, 30_000)


@pytest.mark.parametrize("n", [3000, 30_000, 10_000_000])
def test_large_arms_take_no_time_and_agree_with_scipy(n):
    table = (n // 10, n, n // 10 + round(n**0.5), n)
    started = time.perf_counter()
    found = compare_counts(*table)
    assert time.perf_counter() - started < 5
    assert np.isnan(compare_counts(*table, "boschloo").p) == (n > 2000)
    if n <= 30_000:
        columns = [[table[0], n - table[0]], [table[2], n - table[2]]]
        assert found.p == pytest.approx(stats.fisher_exact(columns).pvalue, rel=1e-7)
    # Fisher's mid-p and Pearson's chi-square come together as the arms grow.
    middle = compare_counts(*table, "fisher_mid_p").p
    assert middle == pytest.approx(compare_counts(*table, "chi2").p, rel=20 / n**0.5)


@settings(max_examples=60)
@given(arms, arms)
def test_the_conditional_odds_ratio_agrees_with_scipy(first, second):
    (e1, n1), (e2, n2) = first, second
    found = compare_counts(e1, n1, e2, n2)
    theirs = stats.contingency.odds_ratio([[e1, n1 - e1], [e2, n2 - e2]])
    interval = theirs.confidence_interval(0.95)
    ours = (found.odds_ratio, found.odds_ratio_low, found.odds_ratio_high)
    for mine, other in zip(ours, (theirs.statistic, interval.low, interval.high), strict=True):
        assert mine == pytest.approx(other, rel=1e-6, nan_ok=True)


@pytest.mark.parametrize("method", ["fisher", "boschloo", "barnard"])
def test_exact_tests_keep_their_size(method):
    """Whatever the common rate, at most alpha of all tables are significant."""
    n1, n2 = 8, 7
    i, j = np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij")
    p = np.vectorize(lambda a, b: compare_counts(a, n1, b, n2, method).p)(i, j)
    sizes = [
        (stats.binom.pmf(i, n1, rate) * stats.binom.pmf(j, n2, rate))[p < 0.05].sum()
        for rate in np.linspace(0.01, 0.99, 99)
    ]
    assert 0.01 < max(sizes) <= 0.05


@pytest.mark.parametrize("method", COUNT_METHODS)
@pytest.mark.parametrize("events", [(0, 0), (15, 14)])
def test_p_is_1_where_nobody_or_everybody_has_the_event(method, events):
    found = compare_counts(events[0], 15, events[1], 14, method)
    assert (found.p, found.risk_difference) == (1, 0)
    assert np.isnan(found.odds_ratio)
    assert (found.odds_ratio_low, found.odds_ratio_high) == (0, np.inf)


def test_newcombes_interval_agrees_with_his_paper():
    """Newcombe 1998, table II, case (a) 56/70 - 48/80 by method 10: 0.0524 to 0.3339."""
    found = compare_counts(56, 70, 48, 80)
    assert found.risk_difference == pytest.approx(0.2)
    assert round(found.risk_difference_low, 4) == 0.0524
    assert round(found.risk_difference_high, 4) == 0.3339


@given(arms, arms)
def test_newcombes_interval_agrees_with_statsmodels(first, second):
    (e1, n1), (e2, n2) = first, second
    found = compare_counts(e1, n1, e2, n2)
    low, high = confint_proportions_2indep(e1, n1, e2, n2, method="newcomb", compare="diff")
    assert found.risk_difference_low == pytest.approx(low, abs=1e-9)
    assert found.risk_difference_high == pytest.approx(high, abs=1e-9)
    assert -1 - 1e-9 <= low <= found.risk_difference <= high <= 1 + 1e-9


def test_odds_ratio_agrees_with_r_on_the_tea_tasting():
    """R's ?fisher.test, one-sided at 95 %: estimate 6.408309, lower limit 0.3135693."""
    found = compare_counts(3, 4, 1, 4, alpha=0.1)
    # R solves for the limit to about five digits.
    assert found.odds_ratio == pytest.approx(6.408309, rel=1e-5)
    assert found.odds_ratio_low == pytest.approx(0.3135693, rel=5e-5)


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_odds_ratio_interval_has_the_exact_conditional_tails(alpha):
    e1, n1, e2, n2 = 6, 11, 3, 10
    found = compare_counts(e1, n1, e2, n2, alpha=alpha)
    total = stats.nchypergeom_fisher(n1 + n2, e1 + e2, n1, found.odds_ratio_low)
    assert total.sf(e1 - 1) == pytest.approx(alpha / 2, rel=1e-6)
    total = stats.nchypergeom_fisher(n1 + n2, e1 + e2, n1, found.odds_ratio_high)
    assert total.cdf(e1) == pytest.approx(alpha / 2, rel=1e-6)
    table = [[e1, n1 - e1], [e2, n2 - e2]]
    assert found.odds_ratio == pytest.approx(odds_ratio(table).statistic)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((16, 15, 0, 14), "events1 must be a number from 0 to n1"),
        ((3, 15, -1, 14), "events2 must be a whole number of at least 0"),
        ((3.5, 15, 0, 14), "events1 must be a whole number"),
        ((0, 0, 0, 14), "n1 must be a whole number of at least 1"),
        ((3, 15, 0, 14, "g_test"), "method must be one of"),
    ],
)
def test_impossible_counts_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        compare_counts(*arguments)


@pytest.mark.parametrize("case", FRAGILITY.index)
def test_fragility_agrees_with_the_peer(case):
    row, table = FRAGILITY.loc[case], fragility_counts(case)
    walsh = fragility_index(*table)
    assert walsh is None if np.isnan(row["walsh_fi"]) else walsh == row["walsh_fi"]


@given(arms, arms)
def test_fragility_counts_the_changes_that_flip_the_verdict_in_one_arm(first, second):
    (e1, n1), (e2, n2) = first, second
    walsh = fragility_index(e1, n1, e2, n2)
    if compare_counts(e1, n1, e2, n2).p >= 0.05:
        assert walsh is None
        return
    fewer_first = e1 / n1 < e2 / n2
    changed = [(e1 + k, e2) if fewer_first else (e1, e2 + k) for k in (walsh, walsh - 1)]
    flipped, not_yet = (compare_counts(a, n1, b, n2).p for a, b in changed)
    assert flipped >= 0.05 > not_yet


def test_insulin_free_result_in_hu2013_is_one_patient_from_significance():
    assert fragility_index(4, 15, 0, 14) is None
    assert compare_counts(5, 15, 0, 14).p < 0.05


def test_no_event_in_15_allows_a_rate_of_22_percent():
    low, high = clopper_pearson(0, 15)
    assert low == 0 and round(high, 3) == 0.218
    assert clopper_pearson(15, 15) == pytest.approx((1 - high, 1))


@given(arms, st.sampled_from([0.1, 0.05, 0.01]))
def test_clopper_pearson_agrees_with_statsmodels_and_has_binomial_tails(arm, alpha):
    events, n = arm
    low, high = clopper_pearson(events, n, alpha)
    theirs = proportion_confint(events, n, alpha, method="beta")
    assert (low, high) == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    if events > 0:
        assert stats.binom.sf(events - 1, n, low) == pytest.approx(alpha / 2, rel=1e-6)
    if events < n:
        assert stats.binom.cdf(events, n, high) == pytest.approx(alpha / 2, rel=1e-6)


def test_clopper_pearson_of_arrays_and_impossible_counts():
    low, high = clopper_pearson([0, 3, 15], 15)
    assert low.shape == high.shape == (3,)
    assert (low[1], high[1]) == pytest.approx(clopper_pearson(3, 15))
    with pytest.raises(ValueError, match="must not exceed"):
        clopper_pearson(16, 15)


@given(st.floats(0.001, 0.9), st.sampled_from([0.1, 0.05, 0.01]))
def test_sample_size_for_zero_events_is_the_least_that_excludes_the_rate(rate, alpha):
    n = sample_size_for_zero_events(rate, alpha)
    assert clopper_pearson(0, n, alpha)[1] < rate * (1 + 1e-12)
    if n > 1:
        assert clopper_pearson(0, n - 1, alpha)[1] >= rate * (1 - 1e-12)


def test_368_patients_without_event_exclude_one_in_a_hundred():
    assert sample_size_for_zero_events(0.01) == 368
    with pytest.raises(ValueError, match="rate"):
        sample_size_for_zero_events(0)
