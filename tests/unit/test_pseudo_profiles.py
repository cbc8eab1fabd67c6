"""Pseudo-individuals over visits, with exact means, SDs and correlations."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stats.pseudo.profiles import draw_profiles
from retrial.stats.pseudo.samples import draw
from scipy import stats

MEANS, SDS = [0.74, 0.9, 0.5], [0.57, 0.5, 0.45]
MATRIX = np.array([[1, 0.7, 0.5], [0.7, 1, 0.6], [0.5, 0.6, 1]])
LIMITS = {
    "normal": {},
    "lognormal": {},
    "gamma": {"lower": 0.05},
    "beta": {"lower": 0, "upper": 3},
}


def correlations(draws):
    return np.array([np.corrcoef(one, rowvar=False) for one in draws])


def assert_moments(draws, means, sds, matrix):
    assert draws.mean(axis=1) == pytest.approx(np.broadcast_to(means, draws[:, 0].shape), abs=1e-9)
    found = draws.std(axis=1, ddof=1)
    assert found == pytest.approx(np.broadcast_to(sds, draws[:, 0].shape), rel=1e-9)
    assert np.abs(correlations(draws) - matrix).max() < 1e-8


@pytest.mark.parametrize("shape", LIMITS)
@pytest.mark.parametrize("correlation", [MATRIX, 0.9, 0.3, -0.3], ids=["matrix", ".9", ".3", "-.3"])
def test_means_sds_and_correlations_are_exact_for_every_shape(shape, correlation):
    limits = LIMITS[shape]
    draws = draw_profiles(15, MEANS, SDS, correlation, shape=shape, **limits, size=60, seed=1)
    matrix = np.where(np.eye(3) > 0, 1, correlation)
    assert draws.shape == (60, 15, 3)
    assert_moments(draws, MEANS, SDS, matrix)
    least = limits.get("lower", 0 if shape == "lognormal" else -np.inf)
    assert draws.min() >= least and draws.max() <= limits.get("upper", np.inf)
    again = draw_profiles(15, MEANS, SDS, correlation, shape=shape, **limits, size=60, seed=1)
    assert np.array_equal(draws, again)


def test_limits_bind_at_every_visit():
    kwargs = {"shape": "normal", "size": 200, "seed": 2}
    free = draw_profiles(15, MEANS, SDS, MATRIX, **kwargs)
    limited = draw_profiles(15, MEANS, SDS, MATRIX, lower=0, upper=2.6, **kwargs)
    assert free.min() < 0
    assert limited.min() >= 0 and limited.max() <= 2.6
    assert_moments(limited, MEANS, SDS, MATRIX)


@settings(max_examples=30)
@given(st.integers(1, 6), st.integers(1, 12), st.integers(0, 99))
def test_any_correlation_matrix_is_met(visits, more, seed):
    rng = np.random.default_rng(seed)
    factor = rng.standard_normal((visits, visits + 2))
    covariance = factor @ factor.T
    scale = np.sqrt(np.diag(covariance))
    matrix = covariance / scale / scale[:, None]
    means, sds = rng.normal(0, 5, visits), rng.uniform(0.1, 4, visits)
    draws = draw_profiles(visits + more, means, sds, matrix, size=5, seed=seed)
    assert draws.mean(axis=1) == pytest.approx(np.tile(means, (5, 1)), abs=1e-9)
    assert draws.std(axis=1, ddof=1) == pytest.approx(np.tile(sds, (5, 1)), rel=1e-9)
    assert np.abs(correlations(draws) - matrix).max() < 1e-6


def test_normal_profiles_are_normal_samples_given_their_moments():
    """One visit of them is distributed as `draw`'s samples, whose law is known."""
    one = draw_profiles(9, [3, 5], [1, 2], 0.6, size=4000, seed=3)[:, :, 0]
    other = draw(9, 3, 1, shape="normal", size=4000, seed=4)
    assert stats.ks_2samp(stats.skew(one, axis=1), stats.skew(other, axis=1)).pvalue > 1e-3


def test_shapes_keep_the_sign_of_their_skewness():
    draws = draw_profiles(20, MEANS, SDS, 0.6, shape="lognormal", size=500, seed=1)
    assert np.all(np.median(stats.skew(draws, axis=1), axis=0) > 0.4)
    flat = draw_profiles(20, MEANS, SDS, 0.6, size=500, seed=1)
    assert np.all(abs(np.median(stats.skew(flat, axis=1), axis=0)) < 0.1)


def test_a_repeated_measures_anova_needs_only_these_moments():
    """Draws that share their moments share the F that pingouin gives them."""
    import pingouin

    draws = draw_profiles(8, MEANS, SDS, MATRIX, size=3, seed=5)
    found = []
    for one in draws:
        frame = pd.DataFrame(one).melt(ignore_index=False).reset_index(names="person")
        table = pingouin.rm_anova(frame, dv="value", within="variable", subject="person")
        found.append(table.loc[0, "F"])
    assert found == pytest.approx([found[0]] * 3, rel=1e-9)


def test_no_more_persons_than_visits_are_refused():
    with pytest.raises(ValueError, match="more persons than visits"):
        draw_profiles(3, MEANS, SDS, MATRIX, size=1, seed=1)
    assert_moments(draw_profiles(4, MEANS, SDS, MATRIX, size=5, seed=1), MEANS, SDS, MATRIX)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"correlation": -0.6}, "at least -0.5"),
        ({"correlation": np.ones((2, 2))}, "3 x 3"),
        ({"correlation": MATRIX + 0.1}, "ones on its diagonal"),
        ({"sds": [0.5, 0.5]}, "one SD a visit"),
        ({"sds": [0.5, 0.5, 0]}, "positive"),
        ({"sds": [0.5, 0.5, 5.0], "lower": 0}, "Visit 3: No data"),
        ({"means": [0.5, -0.5, 0.5], "shape": "gamma"}, "Visit 2: .* begins at 0"),
        ({"shape": "two_point"}, "two_point"),
        ({"shape": "cauchy"}, "cauchy"),
        ({"n": 1}, "n must be"),
        ({"size": 0}, "size must be"),
    ],
    ids=str,
)
def test_impossible_input_is_refused(change, message):
    given_ = {"n": 15, "means": MEANS, "sds": SDS, "correlation": MATRIX, "size": 2, "seed": 1}
    with pytest.raises(ValueError, match=message):
        draw_profiles(**(given_ | change))


def test_limits_and_correlation_that_exclude_each_other_are_refused():
    """Each visit has the largest SD: one person at the top, not the same, so no correlation."""
    sd = 0.5 * np.sqrt(6) * 0.999
    with pytest.raises(ValueError, match="there may be none"):
        draw_profiles(6, [0.5, 0.5], [sd, sd], 0.5, lower=0, size=2, seed=1)
