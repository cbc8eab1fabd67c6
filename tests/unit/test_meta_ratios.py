"""Risk and odds ratios for a meta-analysis: against metafor, statsmodels, and for the flagship."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.stages.meta.across import meta_analysis
from retrial.stages.meta.effects import effects_of
from retrial.stages.meta.ratios import FUNCTIONS, RATIOS, log_odds_ratio, log_risk_ratio
from retrial.stats.pooling import combine
from statsmodels.stats.contingency_tables import Table2x2

DATA = Path(__file__).parents[1] / "data"
CASES = pd.read_csv(DATA / "ratios.csv").set_index("case_id")
BCG = pd.read_csv(DATA / "bcg.csv")

arms = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.fixture(scope="module")
def effects(hu2013):
    return effects_of(hu2013.but(settings={"readings": ["sd"]}))


@pytest.mark.parametrize("case", CASES.index)
def test_ratios_and_variances_are_those_of_metafor(case):
    row = CASES.loc[case]
    a, b, c, d = (int(row[name]) for name in ("ai", "bi", "ci", "di"))
    found = FUNCTIONS[{"RR": "log_rr", "OR": "log_or"}[row["measure"]]](a, a + b, c, c + d)
    assert found == pytest.approx((row["yi"], row["vi"]), rel=1e-9)


@given(arms, arms)
def test_without_empty_cells_they_are_those_of_statsmodels(first, second):
    (e1, n1), (e2, n2) = first, second
    table = np.array([[e1, n1 - e1], [e2, n2 - e2]])
    if (table == 0).any():
        return
    theirs = Table2x2(table)
    ratio, variance = log_odds_ratio(e1, n1, e2, n2)
    assert (ratio, variance**0.5) == pytest.approx((theirs.log_oddsratio, theirs.log_oddsratio_se))
    ratio, variance = log_risk_ratio(e1, n1, e2, n2)
    assert (ratio, variance**0.5) == pytest.approx((theirs.log_riskratio, theirs.log_riskratio_se))


@given(arms, arms)
def test_arms_and_outcomes_turn_a_ratio_round(first, second):
    (e1, n1), (e2, n2) = first, second
    for function in (log_risk_ratio, log_odds_ratio):
        one, other = function(e1, n1, e2, n2), function(e2, n2, e1, n1)
        assert other == pytest.approx((-one[0], one[1]), nan_ok=True)
        assert np.isnan(one[0]) == (e1 + e2 in (0, n1 + n2))
    ratio = log_odds_ratio(e1, n1, e2, n2)[0]
    assert log_odds_ratio(n1 - e1, n1, n2 - e2, n2)[0] == pytest.approx(-ratio, nan_ok=True)


def test_the_variance_is_that_of_simulated_trials():
    rng = np.random.default_rng(11)
    e1, e2 = rng.binomial(400, 0.2, 20_000), rng.binomial(300, 0.35, 20_000)
    for function in (log_risk_ratio, log_odds_ratio):
        ratios, variances = function(e1, 400, e2, 300)
        assert ratios.var() == pytest.approx(variances.mean(), rel=0.04)


def test_the_trials_of_bcg_pool_to_metafors_estimate():
    """metafor's rma of the log risk ratios (REML): -0.7145, tau^2 0.3132 (its documentation)."""
    n1 = BCG["vaccinated_cases"] + BCG["vaccinated_free"]
    n2 = BCG["control_cases"] + BCG["control_free"]
    pooled = combine(*log_risk_ratio(BCG["vaccinated_cases"], n1, BCG["control_cases"], n2))
    assert (pooled.estimate, pooled.tau2) == pytest.approx((-0.7145, 0.3132), abs=5e-5)


def test_counts_of_the_flagship_have_their_ratios_in_each_version(effects):
    stopped = effects[(effects["outcome"] == "insulin") & (effects["category"] == "stopped")]
    assert stopped["events_1"].tolist() == [3, 4]
    expected = np.log(3.5 / 16) - np.log(0.5 / 15)
    assert stopped["log_rr"].iloc[0] == pytest.approx(expected)
    both = effects[effects["category"] == "stopped+cut_over_50"]
    assert both["events_1"].tolist() == [11, 11]
    for scale in RATIOS:
        known = effects[effects[scale].notna()]
        assert (known[f"{scale}_low"] < known[scale]).all()
        assert (known[scale] < known[f"{scale}_high"]).all()
        assert known["md"].isna().all() and known["reading"].isna().all()


def test_counts_are_pooled_by_event_at_their_last_visit(hu2013, effects):
    other = effects.assign(study="other")
    studies = [hu2013.study, hu2013.study.model_copy(update={"id": "other"})]
    found = meta_analysis(studies, pd.concat([effects, other]), alpha=0.05)
    rows = found.pooled[found.pooled["category"] == "stopped"].set_index("scale")
    assert list(rows.index) == list(RATIOS) and (rows["k"] == 2).all()
    single = effects[effects["category"] == "stopped"].iloc[0]
    for scale in RATIOS:
        assert rows.loc[scale, "estimate"] == pytest.approx(single[scale])
        assert rows.loc[scale, "se"] == pytest.approx((single[f"{scale}_variance"] / 2) ** 0.5)
    baseline = found.weights[found.weights["category"] == "male"]
    assert baseline["detail"].str.contains("at baseline only").all()
    assert not baseline["pooled"].astype(bool).any()


def test_more_events_than_patients_are_refused():
    with pytest.raises(ValueError, match="must not exceed"):
        log_risk_ratio(16, 15, 0, 14)
