"""Rank tests and the permutation test of many samples at once."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.stats.permutation import permutation_t
from retrial.stats.ranks import average_ranks, kruskal_wallis, mann_whitney
from scipy import stats

# Hollander & Wolfe (1973) and data sets of R, run through R's kruskal.test (column source).
KRUSKAL = pd.read_csv(Path(__file__).parents[1] / "data" / "kruskal.csv").set_index("case_id")


def groups_of(text):
    return [np.array(group.split(), dtype=float) for group in text.split("|")]


def samples(seed, *sizes, draws=200, ties=False):
    rng = np.random.default_rng(seed)
    values = [rng.gamma(2, 2, (draws, n)) + 0.6 * i for i, n in enumerate(sizes)]
    return [np.round(v) for v in values] if ties else values


@pytest.mark.parametrize("case", KRUSKAL.index)
def test_kruskal_wallis_agrees_with_r(case):
    row = KRUSKAL.loc[case]
    test = kruskal_wallis(groups_of(row["groups"]))
    assert test.statistic == pytest.approx(row["H"], rel=1e-8)
    assert test.df == row["df"]
    assert test.p == pytest.approx(row["p"], rel=1e-8)


def test_mann_whitney_agrees_with_the_table_of_its_authors():
    """Mann & Whitney (1947), table I: with 3 and 4, P(U <= 1) = .057 and P(U <= 0) = .028."""
    assert mann_whitney([1, 2, 3], [4, 5, 6, 7]).p / 2 == pytest.approx(0.028, abs=6e-4)
    assert mann_whitney([1, 2, 4], [3, 5, 6, 7]).p / 2 == pytest.approx(0.057, abs=6e-4)


@pytest.mark.parametrize(("n1", "n2"), [(15, 14), (2, 3), (1, 6), (30, 4), (49, 49)])
def test_exact_mann_whitney_agrees_with_scipy(n1, n2):
    x, y = samples(1, n1, n2)
    theirs = stats.mannwhitneyu(x, y, axis=1, method="exact")
    for method in ("exact", "auto"):
        ours = mann_whitney(x, y, method)
        assert np.array_equal(ours.statistic, theirs.statistic)
        assert ours.p == pytest.approx(theirs.pvalue, rel=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("continuity", [False, True])
def test_asymptotic_mann_whitney_agrees_with_scipy(ties, continuity):
    x, y = samples(2, 15, 14, ties=ties)
    ours = mann_whitney(x, y, "asymptotic", continuity)
    kwargs = {"axis": 1, "method": "asymptotic", "use_continuity": continuity}
    theirs = stats.mannwhitneyu(x, y, **kwargs)
    assert np.array_equal(ours.statistic, theirs.statistic)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-12)


def test_auto_is_exact_only_for_the_draws_without_ties():
    x, y = samples(3, 6, 5, draws=400)
    tied = np.arange(400) % 2 == 0
    x[tied], y[tied] = np.round(x[tied]), np.round(y[tied])
    some_ties = average_ranks(np.concatenate([x, y], axis=1))[1] > 0
    auto = mann_whitney(x, y)
    assert 0 < some_ties.sum() < 400
    asymptotic = mann_whitney(x, y, "asymptotic").p
    assert np.array_equal(auto.p[some_ties], asymptotic[some_ties])
    exact = mann_whitney(x[~some_ties], y[~some_ties], "exact").p
    assert np.array_equal(auto.p[~some_ties], exact)
    with pytest.raises(ValueError, match="tied"):
        mann_whitney(x, y, "exact")


def test_large_groups_are_tested_asymptotically():
    x, y = samples(4, 50, 10, draws=5)
    assert np.array_equal(mann_whitney(x, y).p, mann_whitney(x, y, "asymptotic").p)


@pytest.mark.parametrize("ties", [False, True])
def test_kruskal_wallis_agrees_with_scipy_and_pingouin(ties):
    import pingouin

    groups = samples(5, 15, 14, 9, ties=ties)
    ours = kruskal_wallis(groups)
    theirs = stats.kruskal(*groups, axis=1)
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-10)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-10)
    for i in range(5):
        frame = pd.concat([pd.DataFrame({"y": g[i], "arm": k}) for k, g in enumerate(groups)])
        row = pingouin.kruskal(frame, dv="y", between="arm").iloc[0]
        assert ours.statistic[i] == pytest.approx(row["H"], rel=1e-10)
        assert ours.p[i] == pytest.approx(row["p_unc"], rel=1e-10)


def test_mann_whitney_agrees_with_pingouin():
    import pingouin

    x, y = samples(6, 15, 14, draws=5, ties=True)
    for i in range(5):
        row = pingouin.mwu(x[i], y[i], method="asymptotic").iloc[0]
        found = mann_whitney(x[i], y[i])
        assert (found.statistic, found.p) == pytest.approx((row["U_val"], row["p_val"]), rel=1e-12)


@pytest.mark.parametrize(("n1", "n2"), [(5, 4), (6, 6), (2, 8)])
@pytest.mark.parametrize("ties", [False, True])
def test_exact_permutation_test_agrees_with_scipy(n1, n2, ties):
    x, y = samples(9, n1, n2, draws=10, ties=ties)
    ours = permutation_t(x, y)

    def t(a, b, axis):
        return np.abs(a.mean(axis=axis) - b.mean(axis=axis))

    for i in range(10):
        theirs = stats.permutation_test(
            (x[i], y[i]), t, vectorized=True, n_resamples=np.inf, alternative="greater"
        )
        assert ours.p[i] == pytest.approx(theirs.pvalue, abs=1e-12)


def test_the_permutation_test_is_one_of_student_s_t():
    x, y = samples(10, 5, 6, draws=6)
    ours = permutation_t(x, y)

    def t(a, b, axis):
        return np.abs(stats.ttest_ind(a, b, axis=axis).statistic)

    for i in range(6):
        theirs = stats.permutation_test(
            (x[i], y[i]), t, vectorized=True, n_resamples=np.inf, alternative="greater"
        )
        assert ours.p[i] == pytest.approx(theirs.pvalue, abs=1e-12)


def test_monte_carlo_permutations_come_near_the_exact_ones():
    x, y = samples(11, 8, 7, draws=100)
    exact = permutation_t(x, y, permutations=6435).p
    drawn = permutation_t(x, y, permutations=4000, seed=1).p
    assert np.array_equal(drawn, permutation_t(x, y, permutations=4000, seed=1).p)
    se = np.sqrt(exact * (1 - exact) / 4000)
    assert np.all(np.abs(drawn - exact) < 4.5 * se + 1 / 2000)
    assert drawn.min() >= 1 / 4001


small = st.lists(st.integers(-3, 3), min_size=1, max_size=8)


@given(small, small)
def test_tests_do_not_depend_on_the_order_of_groups_or_on_the_scale(x, y):
    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    u, p = (lambda t: (t.statistic, t.p))(mann_whitney(x, y))
    swapped = mann_whitney(y, x)
    assert swapped.p == pytest.approx(p, rel=1e-12)
    assert swapped.statistic == pytest.approx(len(x) * len(y) - u)
    assert mann_whitney(np.exp(x), np.exp(y)).p == p
    assert kruskal_wallis([x, y]).p == pytest.approx(kruskal_wallis([y, x]).p, rel=1e-9)
    means = permutation_t(x, y, permutations=12_870)  # 8 v 8: all regroupings
    swapped_p = permutation_t(y, x, permutations=12_870).p
    assert means.p == pytest.approx(swapped_p, abs=1e-12)
    for test in (mann_whitney(x, y), kruskal_wallis([x, y]), means):
        assert 0 < test.p <= 1


def test_equal_values_speak_against_nothing():
    same = np.ones((3, 4))
    assert np.all(mann_whitney(same, same).p == 1)
    assert np.all(kruskal_wallis([same, same]).statistic == 0)
    assert np.all(kruskal_wallis([same, same]).p == 1)
    assert np.all(permutation_t(same, same).p == 1)


def test_more_axes_and_shared_groups_are_broadcast():
    x, y = np.arange(24.0).reshape(2, 3, 4), np.array([3.5, 7.2, 1.1])
    assert mann_whitney(x, y).p.shape == (2, 3)
    assert permutation_t(x, y).p.shape == (2, 3)
    assert isinstance(kruskal_wallis([x[0, 0], y]).p, float)


@pytest.mark.parametrize("test", [mann_whitney, permutation_t])
@pytest.mark.parametrize(("x", "y"), [([], [1.0]), ([1.0], 2.0), ([np.nan, 1], [2.0])])
def test_impossible_groups_are_refused(test, x, y):
    with pytest.raises(ValueError):
        test(x, y)


def test_impossible_settings_are_refused():
    with pytest.raises(ValueError, match="method"):
        mann_whitney([1, 2], [3, 4], "midp")
    with pytest.raises(ValueError, match="two groups"):
        kruskal_wallis([[1, 2]])
    with pytest.raises(ValueError, match="permutation"):
        permutation_t([1, 2], [3, 4], permutations=0)
