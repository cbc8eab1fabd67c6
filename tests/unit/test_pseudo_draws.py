"""Pseudo-individuals with exactly the printed mean and SD."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from retrial.stats.bounds import max_sd
from retrial.stats.pseudo.constrained import into_limits, standardized, stir, two_points
from retrial.stats.pseudo.samples import draw, standard_draws
from retrial.stats.pseudo.shapes import SHAPES
from scipy import stats
from scipy.special import ndtr, ndtri

AGE = {"n": 15, "mean": 17.6, "sd": 8.7}


def moments(draws):
    return draws.mean(axis=1), draws.std(axis=1, ddof=1)


@st.composite
def possible(draw_from):
    """Return n, mean, SD and limits that some data have."""
    n = draw_from(st.integers(2, 40))
    lower = draw_from(st.floats(-50, 50))
    width = draw_from(st.floats(0.1, 100))
    mean = lower + width * draw_from(st.floats(0.02, 0.98))
    sd = max_sd(mean, n, lower, lower + width) * draw_from(st.floats(0.001, 1))
    return n, mean, sd, lower, lower + width


@settings(max_examples=60)
@given(possible(), st.sampled_from(SHAPES), st.booleans(), st.integers(0, 99))
def test_moments_are_exact_and_limits_kept_whatever_the_shape(given_, shape, open_above, seed):
    n, mean, sd, lower, upper = given_
    upper = None if open_above and shape != "beta" else upper
    limits = {"lower": lower, "upper": upper}
    draws = draw(n, mean, sd, shape=shape, **limits, size=8, seed=seed)
    assert draws.shape == (8, n)
    found_mean, found_sd = moments(draws)
    size = max(abs(lower), abs(mean), sd)
    assert found_mean == pytest.approx(mean, rel=1e-9, abs=1e-9 * size)
    # The SD of values far from 0 has the digits that are left of them.
    assert found_sd == pytest.approx(sd, rel=1e-9, abs=1e-13 * size * np.sqrt(n) + 1e-12 * size)
    assert draws.min() >= lower
    assert upper is None or draws.max() <= upper
    again = draw(n, mean, sd, shape=shape, **limits, size=8, seed=seed)
    assert np.array_equal(draws, again)


@given(possible(), st.floats(1.001, 10), st.sampled_from(SHAPES))
def test_moments_that_no_data_have_are_refused(given_, factor, shape):
    n, mean, sd, lower, upper = given_
    too_large = max_sd(mean, n, lower, upper) * factor
    assume(too_large > 1e-6)
    with pytest.raises(ValueError, match="No data have these moments"):
        draw(n, mean, too_large, shape=shape, lower=lower, upper=upper, size=1, seed=1)
    with pytest.raises(ValueError, match="No data have these moments"):
        draw(n, upper + 1, sd, shape=shape, lower=lower, upper=upper, size=1, seed=1)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_largest_possible_sd_is_drawn(shape):
    bound = max_sd(17.6, 15, 0, 25)
    draws = draw(15, 17.6, bound, shape=shape, lower=0, upper=25, size=50, seed=1)
    assert moments(draws)[1] == pytest.approx(bound, rel=1e-9)
    between = (draws > 1e-5) & (draws < 25 - 1e-5)
    assert np.all(between.sum(axis=1) == 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_without_spread_all_values_are_the_mean(shape):
    draws = draw(5, 3.2, 0, shape=shape, lower=0, upper=10, size=4, seed=1)
    assert np.all(draws == 3.2)
    assert np.all(draw(3, 0, 0, shape=shape, lower=0, upper=1, size=2, seed=1) == 0)


def test_other_seeds_give_other_draws_and_generators_go_on():
    first = draw(**AGE, shape="gamma", size=3, seed=1)
    assert not np.array_equal(first, draw(**AGE, shape="gamma", size=3, seed=2))
    rng = np.random.default_rng(1)
    assert np.array_equal(first, draw(**AGE, shape="gamma", size=3, seed=rng))
    assert not np.array_equal(first, draw(**AGE, shape="gamma", size=3, seed=rng))


@pytest.mark.parametrize(
    ("shape", "limits", "sign"),
    [
        ("normal", {}, 0),
        ("lognormal", {}, 1),
        ("gamma", {}, 1),
        ("gamma", {"lower": 2.0}, 1),
        ("beta", {"lower": 0, "upper": 100}, 1),
        ("beta", {"lower": -65, "upper": 35}, -1),
        ("normal", {"lower": 5}, 1),
        ("normal", {"upper": 30}, -1),
        ("beta", {"lower": 0, "upper": 35.2}, 0),
    ],
)
def test_skewness_has_the_sign_of_the_shape(shape, limits, sign):
    skew = stats.skew(draw(**AGE, shape=shape, **limits, size=2000, seed=1), axis=1)
    noise = 4 * skew.std() / np.sqrt(2000)
    assert abs(skew.mean()) < noise if sign == 0 else sign * skew.mean() > 2 * noise


def test_lognormal_is_more_skewed_than_gamma_and_gamma_than_normal():
    skew = [
        np.median(stats.skew(draw(**AGE, shape=shape, size=2000, seed=1), axis=1))
        for shape in ("normal", "gamma", "lognormal")
    ]
    assert skew[0] + 0.2 < skew[1] < skew[2] - 0.2


def test_lognormal_and_gamma_begin_at_zero_unless_told_otherwise():
    for shape in ("lognormal", "gamma"):
        assert draw(15, 1.0, 2.0, shape=shape, size=200, seed=1).min() >= 0
        assert draw(9, -1.0, 2.0, shape=shape, lower=-3, size=200, seed=1).min() >= -3
        with pytest.raises(ValueError, match="begins at 0"):
            draw(9, -1.0, 2.0, shape=shape, size=1, seed=1)


def closest_samples(parent, n, mean, sd, count=2_400_000, tolerance=0.02):
    """Return independent samples of a distribution whose mean and SD happen to be near these."""
    rng = np.random.default_rng(7)
    kept = []
    for _ in range(6):
        values = parent(rng, (count // 6, n))
        m, s = moments(values)
        near = (abs(m - mean) < tolerance * sd) & (abs(s - sd) < tolerance * sd)
        kept.append(mean + (values[near] - m[near, None]) * (sd / s[near, None]))
    return np.concatenate(kept)


BETA_TOTAL = 0.3 * 0.7 / (0.2**2 * 4 / 5) - 1


@pytest.mark.parametrize(
    ("shape", "upper", "mean", "sd", "parent"),
    [
        (  # cut off at 0: given the moments, any normal distribution is as good
            "normal",
            None,
            1.0,
            0.6,
            lambda rng, size: 0.7 + 0.7 * ndtri(rng.uniform(ndtr(-1), 1, size)),
        ),
        (
            "lognormal",
            None,
            1.0,
            0.6,
            lambda rng, size: rng.lognormal(-np.log(1.36) / 2, np.sqrt(np.log(1.36)), size),
        ),
        ("gamma", None, 1.0, 1.2, lambda rng, size: rng.gamma(1 / 1.44, 1.44, size)),
        (
            "beta",
            1.0,
            0.3,
            0.2,
            lambda rng, size: rng.beta(0.3 * BETA_TOTAL, 0.7 * BETA_TOTAL, size),
        ),
    ],
    ids=["normal", "lognormal", "gamma", "beta"],
)
def test_draws_are_samples_of_the_shape_given_their_moments(shape, upper, mean, sd, parent):
    """Brute force: keep those of millions of samples that have the moments."""
    kept = closest_samples(parent, 5, mean, sd)
    draws = draw(5, mean, sd, shape=shape, lower=0, upper=upper, size=4000, seed=5)
    assert len(kept) > 1000
    # Putting the moments right moves what is kept a little, and with it the least value below 0.
    for statistic in (np.median, np.max, stats.skew):
        p = stats.ks_2samp(statistic(kept, axis=1), statistic(draws, axis=1)).pvalue
        assert p > 1e-3, statistic.__name__


def test_limited_normal_draws_are_those_of_the_unlimited_that_keep_the_limits():
    free = draw(**AGE, shape="normal", size=400_000, seed=4)
    kept = free[(free.min(axis=1) >= 2) & (free.max(axis=1) <= 31)]
    draws = draw(**AGE, shape="normal", lower=2, upper=31, size=4000, seed=5)
    assert 300 < len(kept) < 100_000  # most of the 4000 had to be repaired
    for statistic in (np.median, np.max, np.min):
        p = stats.ks_2samp(statistic(kept, axis=1), statistic(draws, axis=1)).pvalue
        assert p > 1e-3, statistic.__name__


def test_more_sweeps_change_nothing_for_age():
    low, high = np.full(3000, -17.6 / 8.7), np.full(3000, 7.4 / 8.7)
    rng = np.random.default_rng(6)
    values = standard_draws(15, low, high, "normal", rng)
    longer = stir(values, low, high, None, rng, 300)
    p = stats.ks_2samp(stats.skew(values), stats.skew(longer)).pvalue
    assert p > 1e-3


@given(possible(), st.integers(0, 99))
def test_repaired_samples_keep_limits_moments_and_order(given_, seed):
    n, mean, sd, lower, upper = given_
    rows = 6
    low, high = np.full(rows, (lower - mean) / sd), np.full(rows, (upper - mean) / sd)
    start = standardized(np.random.default_rng(seed).standard_normal((n, rows)))
    found = into_limits(start, low, high)
    assert np.all(found >= low - 1e-9) and np.all(found <= high + 1e-9)
    assert found.mean(axis=0) == pytest.approx(0, abs=1e-9)
    assert found.std(axis=0, ddof=1) == pytest.approx(1, rel=1e-7)
    in_order = np.take_along_axis(found, np.argsort(start, axis=0), axis=0)
    assert np.all(np.diff(in_order, axis=0) >= -1e-9)


@given(possible(), st.integers(0, 99))
def test_two_points_are_two_or_as_near_as_the_limits_allow(given_, seed):
    n, mean, sd, lower, upper = given_
    low, high = np.full(5, (lower - mean) / sd), np.full(5, (upper - mean) / sd)
    found = two_points(n, low, high, np.random.default_rng(seed))
    assert found.std(axis=0, ddof=1) == pytest.approx(1, rel=1e-7)
    assert found.mean(axis=0) == pytest.approx(0, abs=1e-8)
    for column in found.T:
        assert len(np.unique(np.round(column, 6))) <= 3
    free = two_points(n, np.full(5, -np.inf), np.full(5, np.inf), np.random.default_rng(seed))
    assert all(len(np.unique(np.round(column, 9))) == 2 for column in free.T)


@pytest.mark.parametrize(
    "change",
    [
        {"n": 1},
        {"n": 2.5},
        {"size": 0},
        {"mean": np.nan},
        {"sd": -1},
        {"sd": np.inf},
        {"shape": "cauchy"},
        {"shape": "beta"},
        {"lower": 20, "upper": 10},
        {"mean_decimals": 1},
        {"decimals": 1},
        {"decimals": 1, "mean_decimals": 1, "sd_decimals": -1},
    ],
    ids=str,
)
def test_impossible_input_is_refused(change):
    with pytest.raises(ValueError):
        draw(**({**AGE, "shape": "normal", "size": 2, "seed": 1} | change))
