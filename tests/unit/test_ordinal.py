"""Two arms in ordered categories: against scipy, every permutation, and closed forms."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from retrial.stats.ordinal import ORDERED_METHODS, compare_ordered, unmet_ordered
from scipy import stats

# Hu 2013, daily insulin from raised by more than half to stopped: 14 of 15 treated patients are in
# a printed category.
TREATED, CONTROL = (0, 0, 2, 1, 8, 3), (7, 7, 0, 0, 0, 0)

few = st.integers(2, 5).flatmap(
    lambda k: st.tuples(*[st.lists(st.integers(0, 3), min_size=k, max_size=k)] * 2)
)
many = st.integers(2, 6).flatmap(
    lambda k: st.tuples(*[st.lists(st.integers(0, 5), min_size=k, max_size=k)] * 2)
)


def values(counts):
    return np.repeat(np.arange(len(counts)), counts)


def permutation_p(first, second):
    """The share of all divisions of the patients whose rank sum is as far from its mean."""
    pooled = np.concatenate([values(first), values(second)])
    doubled = (2 * stats.rankdata(pooled)).astype(int)
    n1, n = sum(first), len(pooled)
    sums = np.array([doubled[list(chosen)].sum() for chosen in combinations(range(n), n1)])
    apart = np.abs(n * sums - n1 * doubled.sum())
    return (apart >= apart[0]).mean()


@given(few)
def test_the_exact_p_counts_every_division_of_the_patients(arms):
    first, second = arms
    assume(sum(first) > 0 and sum(second) > 0 and sum(first) + sum(second) <= 12)
    found = compare_ordered(first, second)
    assert found.p == pytest.approx(permutation_p(first, second), rel=1e-12)


@given(many)
def test_statistics_and_the_approximation_agree_with_scipy(arms):
    first, second = arms
    assume(sum(first) and sum(second))
    assume(np.count_nonzero(np.add(first, second)) > 1)
    theirs = stats.mannwhitneyu(values(first), values(second), use_continuity=False)
    assert compare_ordered(first, second).statistic == pytest.approx(theirs.statistic)
    h = stats.kruskal(values(first), values(second))
    found = compare_ordered(first, second, "kruskal_wallis")
    assert (found.statistic, found.p) == pytest.approx((h.statistic, h.pvalue), rel=1e-9, abs=1e-6)
    assert found.df == 1


@given(st.integers(1, 8), st.integers(1, 8), st.randoms(use_true_random=False))
def test_without_ties_the_exact_p_is_scipys(n1, n2, random):
    arm = [1] * n1 + [0] * n2
    random.shuffle(arm)
    first, second = arm, [1 - a for a in arm]
    theirs = stats.mannwhitneyu(values(first), values(second), method="exact")
    assert compare_ordered(first, second).p == pytest.approx(theirs.pvalue, rel=1e-12)


def test_two_categories_are_a_table_of_counts():
    """The tables as far from the mean as 4/15 v. 0/14, by scipy's hypergeometric distribution."""
    found = compare_ordered([11, 4], [14, 0])
    events = stats.hypergeom(29, 4, 15)
    far = [k for k in range(5) if abs(k - events.mean()) >= 4 - events.mean() - 1e-12]
    assert found.p == pytest.approx(sum(events.pmf(k) for k in far))


def test_insulin_in_hu2013_separates_the_arms_completely():
    """All 14 treated patients above all 14 controls: two tables of C(28, 14) are as far apart."""
    exact = compare_ordered(TREATED, CONTROL)
    assert exact.p == pytest.approx(2 / math.comb(28, 14), rel=1e-12)
    assert exact.p == pytest.approx(5e-8, rel=0.01)
    assert (exact.superiority, exact.delta) == (1, 1)
    assert compare_ordered(TREATED, CONTROL, "kruskal_wallis").p == pytest.approx(3.6e-6, rel=0.02)


def test_the_15th_treated_patient_changes_little_wherever_he_is():
    p = []
    for place in range(6):
        treated = list(TREATED)
        treated[place] += 1
        p.append(compare_ordered(treated, CONTROL).p)
    # Separated still, but with unequal arms and ties the opposite table may be less far away.
    one = 1 / math.comb(29, 15)
    assert all(one * (1 - 1e-12) <= value <= 2 * one * (1 + 1e-12) for value in p[2:])
    assert max(p) == p[0] == pytest.approx(2.8e-6, rel=0.02)


@given(many)
def test_order_of_arms_and_direction_of_the_scale_do_not_matter(arms):
    first, second = arms
    assume(sum(first) and sum(second))
    for method in ORDERED_METHODS:
        found = compare_ordered(first, second, method)
        for other in (
            compare_ordered(second, first, method),
            compare_ordered(first[::-1], second[::-1], method),
            compare_ordered([0, *first], [0, *second], method),
        ):
            assert other.p == pytest.approx(found.p, rel=1e-9)
            assert abs(other.delta) == pytest.approx(abs(found.delta))
        assert 0 < found.p <= 1


@given(many)
def test_delta_counts_pairs(arms):
    first, second = arms
    assume(sum(first) and sum(second))
    pairs = np.sign(values(first)[:, None] - values(second)[None, :])
    found = compare_ordered(first, second)
    assert found.delta == pytest.approx(pairs.mean(), abs=1e-12)
    assert found.superiority == pytest.approx((found.delta + 1) / 2)


def test_the_exact_test_keeps_its_size_by_simulation():
    rng = np.random.default_rng(3)
    chances = [0.1, 0.4, 0.3, 0.2]
    draws = [rng.multinomial(n, chances, size=2000) for n in (15, 14)]
    p = [compare_ordered(a, b).p for a, b in zip(*draws, strict=True)]
    assert 0.03 < np.mean(np.array(p) < 0.05) < 0.06


def test_everybody_in_one_category_shows_nothing_and_very_large_arms_are_not_run():
    for method in ORDERED_METHODS:
        assert compare_ordered([0, 9], [0, 5], method).p == 1
    many = [10_000] * 6
    assert math.isnan(compare_ordered(many, many).p)
    assert "not run" in unmet_ordered("mann_whitney_exact", many, many)
    assert unmet_ordered("mann_whitney_exact", TREATED, CONTROL) is None
    assert compare_ordered(many, [9_900] * 6, "kruskal_wallis").p == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [3]), "as many categories"),
        (([0, 0], [3, 1]), "at least one member"),
        (([1, -1], [3, 1]), "whole number"),
        (([1, 1], [3, 1], "t"), "method must be one of"),
        (([], []), "list of counts"),
    ],
)
def test_impossible_counts_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        compare_ordered(*arguments)
