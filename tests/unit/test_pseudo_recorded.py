"""Pseudo-individuals recorded to some decimals whose mean and SD round to the printed ones."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stats.pseudo.samples import draw
from retrial.stats.pseudo.shapes import SHAPES


def assert_rounds(draws, mean, sd, decimals, mean_decimals, sd_decimals):
    """Check exactly, in fractions, that values, mean and SD are as recorded and printed."""
    for sample in draws:
        exact = [Fraction(str(round(v, decimals))) for v in sample]
        assert np.allclose([float(v) for v in exact], sample, rtol=0, atol=1e-9)
        n, total = len(exact), sum(exact)
        half_mean, half_sd = (Fraction(1, 2 * 10**d) for d in (mean_decimals, sd_decimals))
        assert abs(total / n - Fraction(str(mean))) <= half_mean
        variance = (sum(v * v for v in exact) - total * total / n) / (n - 1)
        printed = Fraction(str(sd))
        assert max(printed - half_sd, 0) ** 2 <= variance <= (printed + half_sd) ** 2


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_age_in_hu2013_can_be_recorded_to_any_decimals(shape, decimals):
    places = {"decimals": decimals, "mean_decimals": 1, "sd_decimals": 1}
    draws = draw(15, 17.6, 8.7, shape=shape, lower=0, upper=25, size=40, seed=1, **places)
    assert_rounds(draws, 17.6, 8.7, decimals, 1, 1)
    assert draws.min() >= 0 and draws.max() <= 25
    again = draw(15, 17.6, 8.7, shape=shape, lower=0, upper=25, size=40, seed=1, **places)
    assert np.array_equal(draws, again)


def every_sample(n, low, high):
    samples = np.array(list(itertools.combinations_with_replacement(range(low, high + 1), n)))
    return samples.mean(axis=1), samples.std(axis=1, ddof=1)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_feasibility_agrees_with_every_sample(n):
    """Brute force: found where some sample of whole scores rounds right, refused elsewhere."""
    means, sds = every_sample(n, 1, 5)
    rng = np.random.default_rng(n)
    answers = []
    for _ in range(60):
        pick = rng.integers(len(means))
        mean = round(means[pick], 2)
        sd = round(max(0.0, sds[pick] + rng.choice([0, 0.01, 0.03, -0.02])), 2)
        near = (abs(means - mean) <= 0.005 + 1e-9) & (abs(sds - sd) <= 0.005 + 1e-9)
        places = {"decimals": 0, "mean_decimals": 2, "sd_decimals": 2}
        limits = {"lower": 1, "upper": 5}
        answers.append(near.any())
        if near.any():
            draws = draw(n, mean, sd, shape="normal", **limits, size=3, seed=2, **places)
            assert_rounds(draws, mean, sd, 0, 2, 2)
        else:
            with pytest.raises(ValueError, match=r"No data have these moments|may be none"):
                draw(n, mean, sd, shape="normal", **limits, size=3, seed=2, **places)
    assert 5 < sum(answers) < 60


@settings(max_examples=60)
@given(
    st.lists(st.integers(-40, 40), min_size=2, max_size=25),
    st.sampled_from([0, 1]),
    st.sampled_from(["normal", "beta"]),
)
def test_what_real_values_give_is_found(values, decimals, shape):
    values = np.array(values) / 10**decimals
    mean, sd = round(values.mean(), 2), round(values.std(ddof=1), 2)
    places = {"decimals": decimals, "mean_decimals": 2, "sd_decimals": 2}
    limits = {"lower": -40, "upper": 40}
    draws = draw(len(values), mean, sd, shape=shape, **limits, size=3, seed=1, **places)
    assert_rounds(draws, mean, sd, decimals, 2, 2)


def test_totals_and_sds_spread_over_what_rounds_to_the_printed():
    places = {"decimals": 1, "mean_decimals": 1, "sd_decimals": 1}
    draws = draw(15, 17.6, 8.7, shape="normal", size=3000, seed=1, **places)
    totals = np.rint(draws.sum(axis=1) * 10).astype(int)
    assert set(totals) == set(range(2633, 2648))  # 17.55 to 17.65 times 150
    sds = draws.std(axis=1, ddof=1)
    assert sds.mean() == pytest.approx(8.7, abs=0.003)
    assert sds.min() < 8.652 and sds.max() > 8.748


def test_a_mean_that_no_whole_total_gives_is_refused_by_name():
    places = {"decimals": 0, "mean_decimals": 2, "sd_decimals": 1}
    with pytest.raises(ValueError, match=r"no total of 15 recorded values .* the printed mean"):
        draw(15, 1.43, 1.2, shape="normal", size=1, seed=1, **places)


def test_an_sd_below_the_least_of_whole_values_is_refused():
    places = {"decimals": 0, "mean_decimals": 1, "sd_decimals": 1}
    with pytest.raises(ValueError, match="can the SD round to the printed one"):
        draw(10, 2.5, 0.3, shape="normal", size=1, seed=1, **places)  # 5 at 2, 5 at 3: SD .53
    assert_rounds(draw(10, 2.5, 0.5, shape="normal", size=3, seed=1, **places), 2.5, 0.5, 0, 1, 1)


def test_limits_without_a_recordable_value_are_refused():
    places = {"decimals": 0, "mean_decimals": 1, "sd_decimals": 1}
    with pytest.raises(ValueError, match="No value of 0 decimals"):
        draw(5, 1.5, 0, shape="normal", lower=1.2, upper=1.8, size=1, seed=1, **places)


def test_a_far_origin_costs_no_exactness():
    places = {"decimals": 1, "mean_decimals": 2, "sd_decimals": 2}
    draws = draw(12, 1000000.25, 1.37, shape="normal", size=5, seed=1, **places)
    assert_rounds(draws, 1000000.25, 1.37, 1, 2, 2)
