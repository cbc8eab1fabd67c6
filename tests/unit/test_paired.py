"""Before and after in one group, from summaries and a correlation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from retrial.stats.paired import flip_rho, paired_from_summary
from retrial.stats.summaries import sd_from_error
from scipy import stats

CHANGES = pd.read_csv(Path(__file__).parents[1] / "data" / "change_scores.csv")
RAW = CHANGES[CHANGES["kind"] == "paired_raw"].set_index("case_id")

sds = st.floats(0.1, 10)
pairs = st.tuples(st.floats(-5, 5), sds, st.floats(-5, 5), sds, st.integers(3, 80))


@pytest.mark.parametrize("case", RAW.index)
def test_paired_t_from_summaries_agrees_with_r_on_the_raw_data(case):
    row = RAW.loc[case]
    test = paired_from_summary(
        *(row["m_pre"], row["sd_pre"], row["m_post"], row["sd_post"]), int(row["n"]), row["r"]
    )
    assert test.estimate == pytest.approx(row["m_change"], rel=1e-8)
    assert test.sd_change == pytest.approx(row["sd_change"], rel=1e-8)
    assert test.statistic == pytest.approx(row["t_paired"], rel=1e-8)
    assert test.p == pytest.approx(row["p_paired"], rel=1e-7)
    assert test.df == row["n"] - 1


@given(st.integers(0, 10_000), st.integers(3, 40))
def test_paired_t_agrees_with_scipy_on_simulated_persons(seed, n):
    rng = np.random.default_rng(seed)
    before = rng.normal(7, 1, n)
    after = before * 0.5 + rng.normal(3, 1, n)
    test = paired_from_summary(
        *(before.mean(), before.std(ddof=1), after.mean(), after.std(ddof=1)),
        *(n, np.corrcoef(before, after)[0, 1]),
    )
    raw = stats.ttest_rel(after, before)
    interval = raw.confidence_interval()
    assert test.statistic == pytest.approx(raw.statistic, rel=1e-7)
    assert test.p == pytest.approx(raw.pvalue, rel=1e-6)
    assert (test.ci_low, test.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-7)


@given(pairs)
def test_p_falls_as_the_correlation_rises(values):
    assume(abs(values[0] - values[2]) > 1e-6)
    p = paired_from_summary(*values, np.linspace(-1, 1, 21)).p
    assert p.shape == (21,)
    assert np.all(np.diff(p) <= 1e-12)


def test_hba1c_fall_in_hu2013_never_flips_with_sds_and_flips_at_rho_53_with_sems():
    assert flip_rho(6.8, 0.57, 5.5, 0.67, 15) is None
    before, after = sd_from_error([0.57, 0.67], 15, "sem")
    rho = flip_rho(6.8, before, 5.5, after, 15)
    assert round(rho, 2) == 0.53
    below, above = paired_from_summary(6.8, before, 5.5, after, 15, [rho - 1e-6, rho + 1e-6]).p
    assert below > 0.05 > above


@given(pairs, st.sampled_from([0.05, 0.01]))
def test_the_verdict_changes_at_the_flip_and_nowhere_else(values, alpha):
    rho = flip_rho(*values, alpha)
    grid = np.linspace(-1, 1, 41)
    verdicts = paired_from_summary(*values, grid).p < alpha
    if rho is None:
        assert len(set(verdicts[1:-1])) == 1
    else:
        assert paired_from_summary(*values, rho).p == pytest.approx(alpha, rel=1e-5)
        clear = abs(grid - rho) > 1e-9
        assert np.array_equal(verdicts[clear], (grid > rho)[clear])


def test_a_flip_outside_the_correlations_considered_is_none():
    before, after = sd_from_error([0.57, 0.67], 15, "sem")
    assert flip_rho(6.8, before, 5.5, after, 15, low=0.6, high=0.9) is None
    assert flip_rho(6.8, before, 5.5, after, 15, low=0.0, high=0.9) == pytest.approx(
        0.532, abs=1e-3
    )


def test_no_change_and_no_spread_never_flip():
    assert flip_rho(6.8, 1, 6.8, 1, 15) is None
    assert flip_rho(6.8, 0, 5.5, 1, 15) is None


def test_a_change_without_spread_is_certain():
    test = paired_from_summary(6.8, 1, 5.5, 1, 15, 1.0)
    assert (test.sd_change, test.p, test.statistic) == (0, 0, -np.inf)
    assert paired_from_summary(6.8, 1, 6.8, 1, 15, 1.0).p == 1


def test_impossible_input_is_refused():
    with pytest.raises(ValueError, match="rho"):
        paired_from_summary(6.8, 1, 5.5, 1, 15, 1.2)
    with pytest.raises(ValueError, match="at least 2"):
        paired_from_summary(6.8, 1, 5.5, 1, 1, 0.5)
    with pytest.raises(ValueError, match="in order"):
        flip_rho(6.8, 1, 5.5, 1, 15, low=0.5, high=0.2)
