"""Patients who left: every set of them lies inside the swept range, and its ends are attained."""

from functools import partial
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stages.sensitivity.extremes import Leaving, between, p_range, search, within
from retrial.stages.sensitivity.removal import Summary, sweep
from scipy import stats
from scipy.optimize import minimize, minimize_scalar

STUDENT = partial(between, equal_var=True, alpha=0.05)
WELCH = partial(between, equal_var=False, alpha=0.05)


def summary(values, **limits):
    return Summary(len(values), values.mean(), values.std(ddof=1), **limits)


@st.composite
def samples(draw, least=5, most=9):
    values = draw(st.lists(st.integers(0, 100), min_size=least, max_size=most))
    return np.array(values) / 10 + np.linspace(0, 0.01, len(values))


@given(samples(), st.integers(1, 3))
@settings(max_examples=60)
def test_the_shift_of_the_mean_and_the_sum_of_squares_left_obey_the_bound(values, k):
    n, m, s = len(values), values.mean(), values.std(ddof=1)
    furthest = s * np.sqrt((n - 1) * k / (n * (n - k)))
    for gone in combinations(range(n), k):
        stay = np.delete(values, gone)
        d, left = stay.mean() - m, stay.var() * len(stay)
        assert abs(d) <= furthest + 1e-9
        room = (n - 1) * s**2 - d**2 * n * (n - k) / k
        assert -1e-9 <= left <= room + 1e-9
        if k == 1:
            assert left == pytest.approx(room, abs=1e-8)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_the_sweep_reaches_the_bound_and_no_further(k):
    group = Summary(14, 5.0, 2.0)
    left = sweep(group, [], k, [])
    furthest = 2.0 * np.sqrt(13 * k / (14 * (14 - k)))
    assert np.abs(left.mean - 5).max() == pytest.approx(furthest, rel=1e-6)


@given(samples(), samples(), st.integers(1, 3), st.booleans())
@settings(max_examples=30)
def test_every_subset_of_real_samples_lies_in_the_range(ours, theirs, k, equal):
    compare = STUDENT if equal else WELCH
    limits = {"low": 0.0, "high": 11.0}
    found = search(
        Leaving(summary(ours, **limits), unknown=k), Leaving(summary(theirs)), compare, "higher"
    )
    low, high = p_range(found, passes_zero=True)
    for gone in combinations(range(len(ours)), k):
        stay = np.delete(ours, gone)
        test = stats.ttest_ind(stay, theirs, equal_var=equal)
        assert low * (1 - 1e-6) - 1e-12 <= test.pvalue <= high + 1e-6
        slack = 1e-6 * np.ptp(ours)
        assert found.estimate.min() - slack <= stay.mean() - theirs.mean()
        assert stay.mean() - theirs.mean() <= found.estimate.max() + slack


def test_random_subsets_of_both_arms_lie_in_the_range():
    generator = np.random.default_rng(11)
    ours, theirs = generator.normal(6, 2, 15), generator.normal(4.5, 1.5, 14)
    sides = Leaving(summary(ours), unknown=2), Leaving(summary(theirs), unknown=3)
    found = search(*sides, STUDENT, "higher")
    low, high = p_range(found, passes_zero=True)
    for _ in range(500):
        a = generator.choice(ours, 13, replace=False)
        b = generator.choice(theirs, 11, replace=False)
        assert low <= stats.ttest_ind(a, b).pvalue <= high


@pytest.mark.parametrize(("shift", "s2"), [(0.3, 1.0), (2.0, 1.0), (6.0, 0.5)])
def test_one_lost_patient_is_optimal_where_calculus_says(shift, s2):
    """k = 1: SS' follows from d, and t(d) is a function of one variable."""
    n, s, n2 = 14, 2.0, 15
    ss, c, df = (n - 1) * s**2, n * (n - 1), n - 1 + n2 - 2
    furthest = s * np.sqrt((n - 1) / (n * (n - 1)))

    def t(d):
        pooled = (max(ss - c * d**2, 0) + (n2 - 1) * s2**2) / df
        return (shift + d) / np.sqrt(pooled * (1 / (n - 1) + 1 / n2))

    ends = []
    for sign in (1, -1):
        inner = minimize_scalar(
            lambda d, sign=sign: sign * t(d),
            bounds=(-furthest, furthest),
            method="bounded",
            options={"xatol": 1e-12},
        )
        ends.append(sign * min(inner.fun, sign * t(furthest), sign * t(-furthest)))
    found = search(
        Leaving(Summary(n, shift, s), unknown=1), Leaving(Summary(n2, 0.0, s2)), STUDENT, "higher"
    )
    signed = np.sign(found.estimate) * stats.t.isf(found.p / 2, df)
    assert signed.min() == pytest.approx(ends[0], rel=1e-6, abs=1e-6)
    assert signed.max() == pytest.approx(ends[1], rel=1e-6)


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("sign", [1, -1])
def test_several_lost_patients_are_optimal_where_a_search_over_d_and_ss_says(equal, sign):
    n, k, m, s, least, other = 12, 3, 1.4, 2.0, 0.4, (0.0, 1.3, 11)
    ss, c, stay = (n - 1) * s**2, n * (n - k) / k, n - k

    def statistic(x):
        sd = np.sqrt(max(x[1], 0) / (stay - 1))
        return stats.ttest_ind_from_stats(m + x[0], sd, stay, *other, equal_var=equal)

    room = {"type": "ineq", "fun": lambda x: ss - c * x[0] ** 2 - x[1]}
    floor = {"type": "ineq", "fun": lambda x: x[1] - (stay - 1) * least**2}

    def signed(x):
        test = statistic(x)
        return sign * np.sign(test.statistic) * -np.log(test.pvalue)

    starts = [(d, left) for d in (-0.6, 0.0, 0.6) for left in (3.0, 12.0, 20.0)]
    runs = [minimize(signed, start, constraints=[room, floor]) for start in starts]
    best = min((run for run in runs if run.success), key=lambda run: run.fun)
    found = search(
        Leaving(Summary(n, m, s, least_sd=least), unknown=k),
        Leaving(Summary(other[2], other[0], other[1])),
        STUDENT if equal else WELCH,
        "higher",
    )
    swept = sign * np.sign(found.estimate) * -np.log(found.p)
    assert swept.min() == pytest.approx(best.fun, rel=1e-4)


def test_the_least_sd_keeps_the_extremes_from_patients_who_are_all_alike():
    found = {
        least: sweep(Summary(15, 5.5, 0.67, least_sd=least), [], 2, []).sd.min()
        for least in (0.0, 0.1)
    }
    assert found[0.0] < 0.01
    assert found[0.1] == pytest.approx(0.1, rel=1e-6)


def test_a_change_between_two_visits_loses_the_same_number_at_both():
    generator = np.random.default_rng(3)
    before = generator.normal(40, 8, 12)
    after = before + generator.normal(5, 6, 12)
    rho = np.corrcoef(before, after)[0, 1]
    found = search(
        Leaving(summary(before), unknown=2),
        Leaving(summary(after), unknown=2),
        partial(within, rho=rho, alpha=0.05),
        "higher",
    )
    for gone in combinations(range(12), 2):
        change = np.delete(after - before, gone).mean()
        assert found.estimate.min() <= change <= found.estimate.max()
