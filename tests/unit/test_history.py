"""Treated events against a rate from outside the trial."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.stats.counts import clopper_pearson
from retrial.stats.history import (
    beta_binomial_upper_tail,
    binomial_upper_tail,
    fisher_one_sided,
    tipping_rate,
)
from scipy import stats

arms = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_insulin_free_in_hu2013_is_not_beyond_natural_history():
    """Steno: 33 of 268; one-sided .294 for 3/15 and .117 for 4/15."""
    assert np.round(fisher_one_sided([3, 4], 15, 33, 268), 3).tolist() == [0.294, 0.117]
    assert np.round(beta_binomial_upper_tail([3, 4], 15, 33, 268), 3).tolist() == [0.294, 0.117]


def test_tipping_prevalence_in_hu2013():
    assert np.round(tipping_rate([3, 4], 15), 3).tolist() == [0.057, 0.097]


@pytest.mark.parametrize(
    ("prior", "expected"), [((1, 1), [0.293, 0.116]), ((0.5, 0.5), [0.287, 0.112])]
)
def test_other_priors_give_smaller_p(prior, expected):
    found = beta_binomial_upper_tail([3, 4], 15, 33, 268, prior)
    assert np.round(found, 3).tolist() == expected


@given(arms, arms)
def test_default_prior_gives_fishers_one_sided_p(arm, reference):
    fisher = fisher_one_sided(*arm, *reference)
    assert beta_binomial_upper_tail(*arm, *reference) == pytest.approx(fisher, rel=1e-8)
    (events, n), (ref_events, ref_n) = arm, reference
    table = [[events, n - events], [ref_events, ref_n - ref_events]]
    scipys = stats.fisher_exact(table, alternative="greater").pvalue
    assert fisher == pytest.approx(scipys, rel=1e-9)


def test_beta_binomial_agrees_with_simulation():
    rng = np.random.default_rng(3)
    rates = rng.beta(33 + 1, 235 + 1, 400_000)
    simulated = np.mean(rng.binomial(15, rates) >= 4)
    found = beta_binomial_upper_tail(4, 15, 33, 268, prior=(1, 1))
    assert simulated == pytest.approx(found, abs=0.002)


def test_beta_binomial_approaches_the_binomial_as_the_reference_grows():
    rates = [beta_binomial_upper_tail(4, 15, 33 * k, 268 * k) for k in (1, 10, 100, 10_000)]
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(binomial_upper_tail(4, 15, 33 / 268), rel=1e-3)


@given(arms, st.floats(0, 1))
def test_binomial_tail_agrees_with_scipy(arm, rate):
    events, n = arm
    scipys = stats.binomtest(events, n, rate, alternative="greater").pvalue
    assert binomial_upper_tail(events, n, rate) == pytest.approx(scipys, rel=1e-9, abs=1e-300)


@given(arms, st.sampled_from([0.05, 0.025]))
def test_tipping_rate_is_where_the_binomial_p_reaches_alpha(arm, alpha):
    events, n = arm
    rate = tipping_rate(events, n, alpha)
    if events == 0:
        assert rate == 0
    else:
        assert binomial_upper_tail(events, n, rate) == pytest.approx(alpha, rel=1e-8)
    assert rate == pytest.approx(clopper_pearson(events, n, 2 * alpha)[0], rel=1e-9)


def test_no_event_is_never_beyond_history():
    assert binomial_upper_tail(0, 15, 0.0) == 1
    assert beta_binomial_upper_tail(0, 15, 33, 268) == 1
    assert fisher_one_sided(0, 15, 33, 268) == 1


def test_a_reference_group_without_event_or_without_exception():
    assert beta_binomial_upper_tail(3, 15, 268, 268) == 1
    assert 0 < beta_binomial_upper_tail(3, 15, 0, 268) < 0.01
    with pytest.raises(ValueError, match="must be positive"):
        beta_binomial_upper_tail(3, 15, 0, 268, prior=(0, 1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: binomial_upper_tail(16, 15, 0.1), "from 0 to n"),
        (lambda: binomial_upper_tail(3, 15, 1.1), "rate"),
        (lambda: fisher_one_sided(3, 15, 300, 268), "ref_events"),
        (lambda: beta_binomial_upper_tail(3, 15, 33, 268, prior=(-1, 1)), "prior"),
        (lambda: tipping_rate(3, 15, alpha=1), "alpha"),
    ],
)
def test_impossible_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_small_tails_keep_their_digits():
    """11/15 against 15/529: 3.40e-13, in whole numbers; 1 minus the rest gives 1.73e-13."""
    from fractions import Fraction
    from math import comb

    whole = Fraction(sum(comb(15, x) * comb(529, 26 - x) for x in range(11, 16)), comb(544, 26))
    for found in (fisher_one_sided(11, 15, 15, 529), beta_binomial_upper_tail(11, 15, 15, 529)):
        assert found == pytest.approx(float(whole), rel=1e-9)
        assert found == pytest.approx(3.40e-13, rel=5e-3)
