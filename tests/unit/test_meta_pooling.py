"""Random-effects meta-analysis: against R, against statsmodels, and what must hold."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from retrial.stats.pooling import (
    ESTIMATORS,
    cochran_q,
    combine,
    dersimonian_laird,
    paule_mandel,
    restricted_likelihood,
)
from scipy import stats
from scipy.optimize import minimize_scalar
from statsmodels.stats.meta_analysis import combine_effects

BCG = pd.read_csv(Path(__file__).parents[1] / "data/bcg.csv")

values = st.floats(-20, 20)
variances = st.floats(0.01, 50)
sets_of_studies = st.lists(st.tuples(values, variances), min_size=2, max_size=12)


@pytest.fixture(scope="module")
def bcg():
    """Log risk ratios of the trials of the BCG vaccine, with their variances."""
    a, b, c, d = BCG.iloc[:, 1:5].to_numpy(dtype=float).T
    effects = np.log(a / (a + b)) - np.log(c / (c + d))
    return effects, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def test_bcg_by_reml_is_as_metafor_prints_it(bcg):
    """metafor's `rma(yi, vi, data=dat.bcg)`, printed in the RoBMA vignette v02 on CRAN."""
    found = combine(*bcg)
    assert found.k == 13
    assert round(found.tau2, 4) == 0.3132
    assert round(found.q, 4) == 152.2330
    assert (found.q_df, found.q_p < 0.0001) == (12, True)
    printed = [-0.7145, 0.1798, -1.0669, -0.3622]
    assert [round(x, 4) for x in (found.estimate, found.se, found.low, found.high)] == printed
    assert found.estimate / found.se == pytest.approx(-3.9744, abs=5e-5)


@pytest.mark.parametrize(("name", "theirs"), [("pm", "pm"), ("dl", "dl")])
def test_moment_estimators_agree_with_statsmodels(bcg, name, theirs):
    effects, within = bcg
    found = combine(effects, within, estimator=name, safeguard=False)
    options = {"atol": 1e-12, "maxiter": 500} if theirs == "pm" else {}
    peer = combine_effects(effects, within, method_re=theirs, **options)
    assert found.tau2 == pytest.approx(peer.tau2, rel=1e-8)
    assert found.estimate == pytest.approx(peer.mean_effect_re, rel=1e-9)
    assert found.se == pytest.approx(peer.sd_eff_w_re, rel=1e-9)
    assert (found.q, found.i2) == pytest.approx((peer.q, peer.i2), rel=1e-10)
    _, normal, _, _ = peer.conf_int(use_t=False)
    _, _, _, hartung_knapp = peer.conf_int(use_t=True)
    assert (found.low, found.high) == pytest.approx(tuple(normal), rel=1e-8)
    assert (found.hk_low, found.hk_high) == pytest.approx(tuple(hartung_knapp), rel=1e-8)
    homogeneity = peer.test_homogeneity()
    assert found.q_p == pytest.approx(homogeneity.pvalue, rel=1e-8)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_the_hartung_knapp_interval_is_that_of_weighted_least_squares(bcg, name):
    effects, within = bcg
    found = combine(effects, within, estimator=name, safeguard=False, alpha=0.1)
    fit = sm.WLS(effects, np.ones(13), weights=1 / (within + found.tau2)).fit()
    assert (found.hk_low, found.hk_high) == pytest.approx(tuple(fit.conf_int(0.1)[0]), rel=1e-9)
    assert found.hk_p == pytest.approx(fit.pvalues[0], rel=1e-9)


def test_prediction_interval_by_hand(bcg):
    found = combine(*bcg)
    half = stats.t.ppf(0.975, 11) * np.sqrt(found.tau2 + found.se**2)
    ends = (found.estimate - half, found.estimate + half)
    assert (found.pi_low, found.pi_high) == pytest.approx(ends, rel=1e-12)


def test_two_studies_by_hand():
    """Of equal variances all three estimators are the variance of the effects less theirs."""
    for name in ESTIMATORS:
        found = combine([1.0, 4.0], [1.0, 1.0], estimator=name)
        assert found.tau2 == pytest.approx(4.5 - 1)
        assert found.estimate == pytest.approx(2.5)
        assert found.se == pytest.approx(1.5)
        assert (found.q, found.i2) == pytest.approx((4.5, 3.5 / 4.5))
        assert found.hk_high - 2.5 == pytest.approx(stats.t.ppf(0.975, 1) * 1.5)
        assert np.isnan(found.pi_low) and np.isnan(found.pi_high)


def test_one_study_is_returned_as_it_is():
    found = combine([-0.4], [0.25])
    assert (found.k, found.estimate, found.se) == (1, -0.4, 0.5)
    assert (found.low, found.high) == pytest.approx((-0.4 - 1.959964 * 0.5, -0.4 + 1.959964 * 0.5))
    assert found.p == pytest.approx(2 * stats.norm.sf(0.8))
    assert list(found.weights) == [1.0]
    unknown = (found.tau2, found.q, found.q_p, found.i2, found.hk_low, found.hk_p, found.pi_high)
    assert np.isnan(unknown).all()


def test_the_safeguard_widens_what_agrees_by_chance_and_nothing_else(bcg):
    agreeing = ([1.0, 1.01, 0.99], [1.0, 1.0, 1.0])
    bare, safe = combine(*agreeing, safeguard=False), combine(*agreeing)
    assert safe.hk_high - safe.hk_low > 10 * (bare.hk_high - bare.hk_low)
    half = stats.t.ppf(0.975, 2) * safe.se
    assert safe.hk_high == pytest.approx(safe.estimate + half)
    assert combine(*bcg).hk_low == pytest.approx(combine(*bcg, safeguard=False).hk_low, rel=0.01)


def test_equal_effects_leave_nothing_between_studies():
    for name in ESTIMATORS:
        found = combine([0.3] * 5, [0.1, 0.2, 0.3, 0.4, 0.5], estimator=name)
        assert (found.tau2, found.i2) == (0.0, 0.0)
        assert found.q == pytest.approx(0, abs=1e-20)
        assert found.q_p == pytest.approx(1)


@given(sets_of_studies)
def test_effects_closer_than_chance_give_no_variance_between_studies(studies):
    effects, within = map(np.array, zip(*studies, strict=True))
    excess = cochran_q(effects, within) / (len(effects) - 1)
    within = within * max(1.0, 1.001 * excess)  # so that Q is just below its expectation
    assert dersimonian_laird(effects, within) == 0
    assert paule_mandel(effects, within) == 0


@given(sets_of_studies)
def test_paule_mandel_solves_its_equation(studies):
    effects, within = map(np.array, zip(*studies, strict=True))
    tau2 = paule_mandel(effects, within)
    assume(tau2 > 0)
    assert cochran_q(effects, within, tau2) == pytest.approx(len(effects) - 1, rel=1e-9)


def restricted_log_likelihood(effects, within, tau2):
    """From the definition: the likelihood of the contrasts of the effects with the first one."""
    covariance = np.diag(within + tau2)
    contrasts = np.column_stack([-np.ones(len(effects) - 1), np.eye(len(effects) - 1)])
    spread = contrasts @ covariance @ contrasts.T
    return stats.multivariate_normal(cov=spread).logpdf(contrasts @ effects)


@settings(max_examples=40, deadline=None)
@given(sets_of_studies)
def test_reml_is_the_maximum_of_the_likelihood_of_contrasts(studies):
    effects, within = map(np.array, zip(*studies, strict=True))
    found = restricted_likelihood(effects, within)
    best = restricted_log_likelihood(effects, within, found)
    top = 10 * (np.var(effects) + within.mean())
    searched = minimize_scalar(
        lambda tau2: -restricted_log_likelihood(effects, within, tau2),
        bounds=(0, top),
        method="bounded",
    )
    assert best >= -searched.fun - 1e-7
    for other in np.linspace(0, top, 60):
        assert best >= restricted_log_likelihood(effects, within, other) - 1e-9


@settings(max_examples=60, deadline=None)
@given(sets_of_studies, st.floats(0.01, 100), st.floats(-50, 50), st.sampled_from([*ESTIMATORS]))
def test_another_unit_and_another_origin_change_nothing_else(studies, factor, shift, name):
    effects, within = map(np.array, zip(*studies, strict=True))
    one = combine(effects, within, estimator=name)
    other = combine(factor * effects + shift, factor**2 * within, estimator=name)
    scale = factor**2 * (np.var(effects) + within.mean())
    assert other.tau2 == pytest.approx(factor**2 * one.tau2, rel=1e-5, abs=1e-7 * scale)
    for end in ("estimate", "low", "high", "hk_low", "hk_high"):
        expected = factor * getattr(one, end) + shift
        assert getattr(other, end) == pytest.approx(expected, rel=1e-5, abs=1e-4 * scale**0.5)
    assert other.i2 == pytest.approx(one.i2, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(sets_of_studies)
def test_the_estimate_lies_among_the_effects_and_the_weights_add_up_to_one(studies):
    effects, within = map(np.array, zip(*studies, strict=True))
    found = combine(effects, within)
    assert effects.min() - 1e-9 <= found.estimate <= effects.max() + 1e-9
    assert found.weights.sum() == pytest.approx(1)
    assert 0 <= found.i2 < 1 and 0 <= found.q_p <= 1
    assert found.hk_high - found.hk_low >= found.high - found.low
    # The most precise weighs most; with another one as precise to the last digit, as much.
    assert found.weights[np.argmin(within)] == pytest.approx(found.weights.max())


@pytest.mark.parametrize(
    ("effects", "within", "says"),
    [
        ([], [], "one length"),
        ([1.0, 2.0], [1.0], "one length"),
        ([1.0, np.nan], [1.0, 1.0], "finite"),
        ([1.0, 2.0], [1.0, 0.0], "above zero"),
        ([1.0, 2.0], [1.0, np.inf], "finite"),
    ],
)
def test_impossible_input_is_refused(effects, within, says):
    with pytest.raises(ValueError, match=says):
        combine(effects, within)


def test_an_unknown_estimator_is_refused():
    with pytest.raises(ValueError, match="reml, pm, dl"):
        combine([1.0], [1.0], estimator="ml")
