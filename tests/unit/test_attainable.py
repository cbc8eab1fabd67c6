"""The range of p that printed numbers allow holds the p of every data set that prints so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stats import attainable
from retrial.stats.attainable import Group
from retrial.stats.paired import paired_from_summary
from retrial.stats.repeated.ancova import ancova_from_summaries
from retrial.stats.repeated.anova import mixed_anova_from_moments
from scipy import stats


def printed(values: np.ndarray, decimals: int) -> Group:
    """Return what a table with so many decimals lets a reader know of these values."""
    half = 0.5 * 10.0**-decimals
    mean, sd = round(values.mean(), decimals), round(values.std(ddof=1), decimals)
    return Group((mean - half, mean + half), (max(sd - half, 0.0), sd + half), len(values))


def exact(mean: float, sd: float, n: int) -> Group:
    return Group((mean, mean), (sd, sd), n)


@st.composite
def patients(draw, arms: int, visits: int):
    """Rows of `arms` groups at `visits` visits, correlated in some way; one array an arm."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    out = []
    for _ in range(arms):
        n = draw(st.integers(4, 12))
        mixing = rng.normal(size=(visits, visits)) + draw(st.sampled_from([0.0, 2.0]))
        out.append(rng.normal(size=(n, visits)) @ mixing + rng.normal(0, 1.5, size=visits))
    return out


def holds(interval: tuple[float, float], p: float) -> bool:
    return interval[0] - 1e-9 <= p <= interval[1] + 1e-9


@settings(max_examples=60, deadline=None)
@given(patients(2, 2), st.integers(0, 2))
def test_the_ranges_of_two_arms_hold_the_p_of_the_patients(data, decimals):
    first, second = data
    cells = [[printed(arm[:, visit], decimals) for visit in (0, 1)] for arm in data]
    (b1, a1), (b2, a2) = cells
    for equal_var in (True, False):
        at_end = stats.ttest_ind(first[:, 1], second[:, 1], equal_var=equal_var).pvalue
        assert holds(attainable.independent(a1, a2, equal_var), at_end)
        changed = [arm[:, 1] - arm[:, 0] for arm in data]
        p = stats.ttest_ind(*changed, equal_var=equal_var).pvalue
        changes = attainable.change(b1, a1), attainable.change(b2, a2)
        assert holds(attainable.independent(*changes, equal_var), p)
    for (before, after), arm in zip(cells, data, strict=True):
        p = stats.ttest_rel(arm[:, 1], arm[:, 0]).pvalue
        assert holds(attainable.paired(before, after), p)


@settings(max_examples=40, deadline=None)
@given(patients(2, 2), st.integers(1, 3))
def test_the_range_of_ancova_holds_the_p_of_least_squares(data, decimals):
    y = np.concatenate([arm[:, 1] for arm in data])
    x = np.concatenate([arm[:, 0] for arm in data])
    arm = np.concatenate([np.full(len(rows), place) for place, rows in enumerate(data)])
    design = np.column_stack([np.ones_like(x), x, arm])
    beta, rss, *_ = np.linalg.lstsq(design, y, rcond=None)
    df = len(y) - 3
    se = np.sqrt(rss[0] / df * np.linalg.inv(design.T @ design)[2, 2])
    p = 2 * stats.t.sf(abs(beta[2] / se), df)
    (b1, a1), (b2, a2) = [[printed(rows[:, v], decimals) for v in (0, 1)] for rows in data]
    low, high = attainable.ancova(b1, a1, b2, a2)
    # The grid of correlations is finite: its greatest p may fall short of the true one a little.
    assert low - 1e-6 <= p <= high + 2e-3


@settings(max_examples=40, deadline=None)
@given(patients(2, 3), st.integers(1, 2))
def test_the_ranges_of_repeated_visits_hold_the_anova_of_the_patients(data, decimals):
    cells = [[printed(arm[:, visit], decimals) for visit in range(3)] for arm in data]
    arm = data[0]
    n, k = arm.shape
    centred = arm - arm.mean(axis=1, keepdims=True)
    between = n * ((arm.mean(axis=0) - arm.mean()) ** 2).sum() / (k - 1)
    error = ((centred - centred.mean(axis=0)) ** 2).sum() / (n - 1) / (k - 1)
    p = stats.f.sf(between / error, k - 1, (n - 1) * (k - 1))
    assert holds(attainable.repeated([cells[0]]), p)
    averages = [attainable.average(visits) for visits in cells]
    p = stats.ttest_ind(*(arm.mean(axis=1) for arm in data)).pvalue
    assert holds(attainable.independent(*averages), p)


@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.5, 0.9])
def test_the_interaction_of_a_split_plot_anova_is_in_its_range(rho):
    means = np.array([[7.0, 6.2, 5.5], [7.1, 6.9, 6.4]])
    sds = np.array([[1.2, 1.1, 1.4], [1.3, 1.0, 1.1]])
    ns = np.array([15, 14])
    anova = mixed_anova_from_moments(means, sds, ns, (1 - rho) * np.eye(3) + rho * np.ones((3, 3)))
    arms = [
        [exact(*cell, n) for cell in zip(*row, strict=True)]
        for *row, n in zip(means, sds, ns, strict=True)
    ]
    low, high = attainable.repeated(arms)
    assert holds((low, high), float(anova.interaction.p))
    assert holds((low, high), float(anova.interaction.p_gg))


@settings(max_examples=40, deadline=None)
@given(patients(3, 1), st.integers(0, 2))
def test_the_range_of_a_one_way_anova_holds_the_p_of_the_patients(data, decimals):
    p = stats.f_oneway(*(arm[:, 0] for arm in data)).pvalue
    assert holds(attainable.one_way([printed(arm[:, 0], decimals) for arm in data]), p)


def test_the_range_of_ancova_reaches_what_a_sweep_of_correlations_finds():
    cells = [(6.85, 0.74, 5.5, 0.67), (6.79, 0.81, 6.6, 0.7)]
    rhos = np.linspace(-0.99, 0.99, 199)[:, None]
    p = ancova_from_summaries(
        (6.85, 6.79),
        (0.74, 0.81),
        (5.5, 6.6),
        (0.67, 0.7),
        (15, 14),
        rhos,
    ).p
    (b1, a1), (b2, a2) = [
        (exact(m0, s0, n), exact(m1, s1, n))
        for (m0, s0, m1, s1), n in zip(cells, (15, 14), strict=True)
    ]
    low, high = attainable.ancova(b1, a1, b2, a2)
    assert low <= p.min()
    assert high == pytest.approx(p.max(), rel=0.05)
    assert high >= p.max() * (1 - 1e-9)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.1, 3), st.floats(0.1, 3), st.floats(-2, 2), st.integers(3, 30), st.floats(-1, 1))
def test_a_paired_p_lies_between_those_of_the_extreme_correlations(s0, s1, change, n, rho):
    before, after = exact(5.0, s0, n), exact(5.0 + change, s1, n)
    p = paired_from_summary(5.0, s0, 5.0 + change, s1, n, rho).p
    low, high = attainable.paired(before, after)
    assert holds((low, high), p)
    assert high == pytest.approx(
        paired_from_summary(5.0, s0, 5.0 + change, s1, n, -1.0).p, abs=1e-12
    )


def test_the_correlation_that_a_printed_p_needs_gives_that_p():
    before, after = exact(6.85, 0.74, 15), exact(5.5, 0.67, 15)
    low, high = attainable.rho_of_paired(before, after, (1e-6, 1e-4))
    assert paired_from_summary(6.85, 0.74, 5.5, 0.67, 15, low).p == pytest.approx(1e-4)
    assert paired_from_summary(6.85, 0.74, 5.5, 0.67, 15, high).p == pytest.approx(1e-6)


def test_a_group_with_crossed_intervals_is_refused():
    with pytest.raises(ValueError, match="ordered"):
        Group((2.0, 1.0), (0.0, 1.0), 5)
    with pytest.raises(ValueError, match="at least 2"):
        Group((1.0, 2.0), (0.0, 1.0), 1)
