"""Limits of a sample's SD given its mean, size and range."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from retrial.stats.bounds import (
    decimals_of,
    max_sd,
    max_sd_any_n,
    max_sd_attained_rounded,
    max_sd_over_mean,
    rounding_interval,
)
from retrial.stats.summaries import sd_from_error

BOUNDS = pd.read_csv(Path(__file__).parents[1] / "data" / "sd_bounds.csv", dtype=str).fillna("")
CELLS = (2.55, 2.65), (1.45, 1.55), (3.15, 3.25)


def cases(kind):
    rows = BOUNDS[BOUNDS["kind"] == kind]
    assert len(rows) > 0
    return [pytest.param(row, id=row["case_id"]) for _, row in rows.iterrows()]


def limit(text):
    return float(text) if text else None


@pytest.mark.parametrize("row", cases("continuous_theoretical_range") + cases("lower_bound_only"))
def test_max_sd_agrees_with_the_closed_form(row):
    found = max_sd(float(row["mean"]), int(row["n"]), limit(row["min"]), limit(row["max"]))
    assert found == pytest.approx(float(row["sd_max"]), abs=1e-6)


def test_age_sem_is_impossible_for_hu2013():
    bound = max_sd(17.6, 15, 0, 25)
    assert round(bound, 2) == 11.34
    assert round(max_sd_over_mean(17.55, 17.65, 15, 0, 25), 2) == 11.36
    assert sd_from_error(8.7, 15, "sem") > 12.39 > bound > sd_from_error(8.7, 15, "sd")
    assert round(max_sd(18.2, 14, 0, 25), 2) == 11.22
    assert sd_from_error(7.9, 14, "sem") > max_sd_over_mean(18.15, 18.25, 14, 0, 26)


def test_age_sem_stays_impossible_if_a_patient_were_nearly_26():
    assert round(max_sd_over_mean(17.55, 17.65, 15, 0, 26), 2) == 12.39


def test_cell_dose_sd_bounds_for_hu2013():
    assert round(max_sd_attained_rounded(CELLS[0], 15, *CELLS[1:]), 2) == 0.89
    bound, n = max_sd_any_n(*CELLS)
    assert (round(bound, 2), n) == (1.04, 3)


@pytest.mark.parametrize(("n", "steps"), [(2, 24), (3, 24), (4, 12), (5, 12)])
def test_max_sd_agrees_with_every_sample_on_a_grid(n, steps):
    """Brute force: at means that the grid can hit, the sharp bound is attained on it."""
    samples = np.array(list(itertools.combinations_with_replacement(range(steps + 1), n)))
    sds, totals = samples.std(axis=1, ddof=1), samples.sum(axis=1)
    for total in np.unique(totals):
        bound = max_sd(total / n, n, 0, steps)
        assert sds[totals == total].max() == pytest.approx(bound, abs=1e-9)


@given(st.lists(st.floats(0, 100), min_size=2, max_size=30))
def test_no_sample_exceeds_the_bounds(sample):
    n, mean, sd = len(sample), np.mean(sample), np.std(sample, ddof=1)
    assume(max(sample) - min(sample) > 1e-3)
    noise = 1e-6 + 1e-9 * sd
    mean = np.clip(mean, 0, 100)
    assert sd <= max_sd(mean, n, 0, 100) + 1e-5
    assert sd <= max_sd(mean, n, lower=0) + noise
    assert sd <= max_sd(mean, n, upper=100) + noise


@given(st.floats(0.01, 0.99), st.integers(2, 60))
def test_the_sharp_bound_lies_below_bhatia_davis_and_mirrors(mean, n):
    bound = max_sd(mean, n, 0, 1)
    assert bound <= np.sqrt(n / (n - 1) * mean * (1 - mean)) + 1e-9
    assert bound == pytest.approx(max_sd(1 - mean, n, 0, 1), abs=1e-7)


def test_a_bound_needs_a_limit():
    assert max_sd(17.6, 15) == np.inf
    assert max_sd(17.6, 15, lower=17.6) == 0
    assert max_sd(5, 10, 5, 5) == 0


def test_bounds_are_computed_for_arrays():
    found = max_sd([17.6, 18.2, 0.85], [15, 14, 15], [0, 0, 0.3], [25, 25, np.inf])
    assert found == pytest.approx([11.33767424, 11.21702003, 0.55 * np.sqrt(15)], rel=1e-8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: max_sd(26, 15, 0, 25), "must lie between"),
        (lambda: max_sd(5, 1, 0, 25), "at least 2"),
        (lambda: max_sd(5, 10, 7, 3), "must not exceed"),
        (lambda: max_sd_over_mean(25.5, 26, 15, 0, 25), "No mean"),
        (lambda: max_sd_over_mean(6, 5, 15, 0, 25), "crossed"),
        (lambda: max_sd_attained_rounded((3.2, 3.2), 15, *CELLS[1:]), "No 15 values"),
        (lambda: max_sd_any_n((4, 5), *CELLS[1:]), "No 2 to 1000 values"),
    ],
)
def test_impossible_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@settings(max_examples=200)
@given(st.integers(2, 40), st.floats(0, 1), st.floats(0, 1))
def test_bound_over_an_interval_of_means_is_the_true_maximum(n, one, other):
    low, high = sorted((one, other))
    found = max_sd_over_mean(low, high, n, 0, 1)
    grid = np.append(np.linspace(low, high, 2001), np.arange(n + 1) / n)
    grid = grid[(grid >= low) & (grid <= high)]
    assert found == pytest.approx(max_sd(grid, n, 0, 1).max(), abs=1e-7)


def test_bound_over_an_interval_of_means_with_one_limit_or_none():
    assert max_sd_over_mean(0.845, 0.855, 15, lower=0.3) == pytest.approx(0.555 * np.sqrt(15))
    assert max_sd_over_mean(0.845, 0.855, 15, upper=1.0) == pytest.approx(0.155 * np.sqrt(15))
    assert max_sd_over_mean(0.845, 0.855, 15) == np.inf


@pytest.mark.parametrize("n", [2, 3, 5, 15, 40])
@pytest.mark.parametrize("mean", [(2.55, 2.65), (1.5, 1.6), (3.05, 3.2), (2.3, 2.4)])
def test_rounded_bound_agrees_with_a_dense_grid_of_means_and_ends(n, mean):
    axes = [np.linspace(*interval, 41) for interval in (mean, *CELLS[1:])]
    m, a, b = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    fits = (n * m >= (n - 1) * a + b - 1e-9) & (n * m <= a + (n - 1) * b + 1e-9)
    if not fits.any():
        with pytest.raises(ValueError, match="values with a minimum"):
            max_sd_attained_rounded(mean, n, *CELLS[1:])
        return
    grid = max_sd(m[fits], n, a[fits], b[fits]).max()
    found = max_sd_attained_rounded(mean, n, *CELLS[1:])
    assert grid - 1e-9 <= found <= grid * 1.03


def test_any_n_is_the_largest_over_all_n():
    bounds = {n: max_sd_attained_rounded(CELLS[0], n, *CELLS[1:]) for n in range(3, 60)}
    assert max_sd_any_n(*CELLS, n_max=59) == (max(bounds.values()), max(bounds, key=bounds.get))


@pytest.mark.parametrize(
    ("printed", "interval", "decimals"),
    [
        ("6.80", (6.795, 6.805), 2),
        ("17.6", (17.55, 17.65), 1),
        ("15", (14.5, 15.5), 0),
        ("-0.5", (-0.55, -0.45), 1),
        ("−1.20", (-1.205, -1.195), 2),
        ("0", (-0.5, 0.5), 0),
    ],
)
def test_rounding_interval_keeps_trailing_zeros(printed, interval, decimals):
    assert rounding_interval(printed) == interval
    assert decimals_of(printed) == decimals


@given(st.floats(-1e4, 1e4), st.integers(0, 4))
def test_a_number_lies_in_the_interval_of_its_rounding(value, decimals):
    low, high = rounding_interval(f"{value:.{decimals}f}")
    assert low - 1e-9 <= value <= high + 1e-9
    assert high - low == pytest.approx(10.0**-decimals, rel=1e-6)


@pytest.mark.parametrize("text", ["", "n/a", "nan", "inf", 6.8, None])
def test_what_is_not_a_printed_number_is_refused(text):
    with pytest.raises(ValueError, match="printed number"):
        rounding_interval(text)
