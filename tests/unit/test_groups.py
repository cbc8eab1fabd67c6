"""Summaries of groups: readings of error terms, members in and out, pooling, change scores."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from retrial.stats.summaries import (
    READINGS,
    add_members,
    change_sd,
    combine_groups,
    feasible_values,
    remove_members,
    sd_from_error,
    sem_from_sd,
)
from scipy import stats

DATA = Path(__file__).parents[1] / "data"
ALGEBRA = pd.read_csv(DATA / "group_algebra.csv", dtype=str).fillna("")
CHANGES = pd.read_csv(DATA / "change_scores.csv").set_index("case_id", drop=False)

values = st.floats(-1e3, 1e3, allow_nan=False)
samples = st.lists(values, min_size=4, max_size=20)


def numbers(text):
    return [float(part) for part in text.split(";")]


def cases(operation):
    rows = ALGEBRA[ALGEBRA["op"] == operation]
    assert len(rows) > 0
    return [pytest.param(row, id=row["case_id"]) for _, row in rows.iterrows()]


def assert_summary(found, row):
    expected = [float(row[column]) for column in ("n_out", "mean_out", "sd_out")]
    assert found == pytest.approx(expected, rel=1e-8)


def summary(sample):
    return len(sample), np.mean(sample), np.std(sample, ddof=1)


@pytest.mark.parametrize("row", cases("remove_members"))
def test_members_removed_from_a_summary_leave_the_summary_of_the_others(row):
    n, mean, sd = int(row["n"]), float(row["mean"]), float(row["sd"])
    assert_summary(remove_members(n, mean, sd, numbers(row["values"])), row)


@pytest.mark.parametrize("row", cases("remove_extremes_2"))
def test_extremes_removed_as_a_peer_removes_them(row):
    n, mean, sd = int(row["n"]), float(row["mean"]), float(row["sd"])
    assert_summary(remove_members(n, mean, sd, numbers(row["values"])), row)


@pytest.mark.parametrize("row", cases("add_members"))
def test_members_added_to_a_summary_give_the_summary_of_all(row):
    n, mean, sd = int(row["n"]), float(row["mean"]), float(row["sd"])
    assert_summary(add_members(n, mean, sd, numbers(row["values"])), row)


@pytest.mark.parametrize("row", cases("combine_subgroups"))
def test_subgroups_pool_into_the_whole_group(row):
    found = combine_groups(numbers(row["n"]), numbers(row["mean"]), numbers(row["sd"]))
    expected = [sum(numbers(row["n"])), float(row["mean_out"]), float(row["sd_out"])]
    assert found == pytest.approx(expected, rel=1e-8)


@given(samples, st.integers(1, 2))
def test_removal_agrees_with_the_raw_data(sample, k):
    n, mean, sd = summary(sample)
    assume(sd > 1e-3)
    left = remove_members(n, mean, sd, sample[:k])
    assert left[0] == n - k
    assert left[1] == pytest.approx(np.mean(sample[k:]), rel=1e-7, abs=1e-7)
    assert left[2] == pytest.approx(np.std(sample[k:], ddof=1), rel=1e-6, abs=1e-3 * sd)


@given(samples, st.lists(values, min_size=1, max_size=4))
def test_adding_then_removing_members_changes_nothing(sample, extra):
    n, mean, sd = summary(sample)
    assume(sd > 1)
    back = remove_members(*add_members(n, mean, sd, extra), extra)
    assert back == pytest.approx((n, mean, sd), rel=1e-6, abs=1e-6)


@given(samples, samples)
def test_pooling_agrees_with_the_raw_data(first, second):
    one, two = summary(first), summary(second)
    assume(two[2] > 1)
    whole = combine_groups(*zip(one, two, strict=True))
    assert whole == pytest.approx(summary(first + second), rel=1e-9, abs=1e-9)


def test_a_large_offset_costs_no_precision():
    sample = np.array([1.0, 2.0, 4.0, 8.0, 16.0]) + 1e8
    n, mean, sd = summary(sample)
    assert remove_members(n, mean, sd, [1e8 + 16])[2] == pytest.approx(
        np.std([1, 2, 4, 8], ddof=1), rel=1e-7
    )
    pooled = combine_groups(
        [2, 3], [1e8 + 1.5, 1e8 + 28 / 3], [0.5**0.5, np.std([4, 8, 16], ddof=1)]
    )
    assert pooled[2] == pytest.approx(sd, rel=1e-7)


def test_members_that_cannot_be_in_the_group_are_refused():
    with pytest.raises(ValueError, match="cannot be part of the group"):
        remove_members(15, 6.8, 0.57, [9.5])


def test_at_least_two_members_must_remain():
    with pytest.raises(ValueError, match="At least 2 members must remain"):
        remove_members(3, 5, 1, [5, 5])
    assert remove_members(4, 5, 1, [5, 5])[0] == 2


@pytest.mark.parametrize("k", [1, 2, 5])
def test_feasible_values_are_exactly_those_that_can_be_removed(k):
    low, high = feasible_values(15, 6.8, 0.57, k)
    for end, outward in ((low, -1e-4), (high, 1e-4)):
        assert remove_members(15, 6.8, 0.57, [end] * k)[2] == pytest.approx(0, abs=1e-6)
        with pytest.raises(ValueError, match="cannot be part"):
            remove_members(15, 6.8, 0.57, [end + outward] * k)


def test_samuelsons_inequality_for_one_member():
    low, high = feasible_values(15, 17.6, 8.7)
    assert high - 17.6 == pytest.approx(8.7 * 14 / np.sqrt(15), rel=1e-12)
    assert 17.6 - low == pytest.approx(high - 17.6, rel=1e-12)


@given(samples)
def test_every_member_of_a_sample_is_feasible(sample):
    n, mean, sd = summary(sample)
    low, high = feasible_values(n, mean, sd)
    noise = 1e-9 * (1 + abs(mean) + sd)
    assert low - noise <= min(sample) and max(sample) <= high + noise


def test_a_sweep_over_assumed_values_is_one_call():
    pairs = np.array([[5.9, 6.1], [6.8, 6.8], [7.1, 8.0]])
    n, mean, sd = remove_members(15, 6.8, 0.57, pairs)
    for i, pair in enumerate(pairs):
        assert (n, mean[i], sd[i]) == pytest.approx(remove_members(15, 6.8, 0.57, pair), rel=1e-12)


def test_three_readings_of_one_bar():
    assert sd_from_error(8.7, 15, "sd") == 8.7
    assert sd_from_error(8.7, 15, "sem") == pytest.approx(33.695, abs=5e-4)
    # The half-width of R's t.test(sleep$extra[1:10])$conf.int is 1.27978 for an SD of 1.78901.
    assert sd_from_error(1.279780, 10, "ci95") == pytest.approx(1.789010, abs=2e-6)


@given(st.floats(0, 1e3), st.integers(2, 500))
def test_an_sd_read_as_sem_or_interval_gives_that_sem_or_interval(error, n):
    assert sem_from_sd(sd_from_error(error, n, "sem"), n) == pytest.approx(error, rel=1e-12)
    sd = sd_from_error(error, n, "ci95")
    margin = stats.t.ppf(0.975, n - 1) * sd / np.sqrt(n)
    assert margin == pytest.approx(error, rel=1e-9)


def test_error_terms_are_read_as_arrays_and_missing_ones_stay_missing():
    sd = sd_from_error([0.5, np.nan], [16, 9], "sem")
    assert sd[0] == 2.0 and np.isnan(sd[1])
    assert READINGS == ("sd", "sem", "ci95")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-0.1, 15, "sd"), "not negative"),
        ((0.1, 1, "sem"), "at least 2"),
        ((0.1, 14.5, "sem"), "whole number"),
        ((0.1, 15, "range"), "reading must be one of"),
    ],
)
def test_impossible_error_terms_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        sd_from_error(*arguments)


@pytest.mark.parametrize("case", CHANGES.query("kind != 'r_from_sds_impossible'")["case_id"])
def test_change_sd_agrees_with_published_change_scores(case):
    row = CHANGES.loc[case]
    assert change_sd(row["sd_pre"], row["sd_post"], row["r"]) == pytest.approx(
        row["sd_change"], rel=1e-8
    )


def test_a_correlation_beyond_one_is_refused():
    with pytest.raises(ValueError, match="rho must lie"):
        change_sd(1, 1, 1.01)


@given(st.floats(0.1, 100), st.floats(0.1, 100), st.floats(-1, 1))
def test_change_sd_lies_between_difference_and_sum_and_inverts(before, after, rho):
    change = change_sd(before, after, rho)
    assert abs(before - after) - 1e-9 <= change <= before + after + 1e-9
    solved = (before**2 + after**2 - change**2) / (2 * before * after)
    assert solved == pytest.approx(rho, abs=1e-6)


def test_change_sd_agrees_with_simulated_persons():
    rng = np.random.default_rng(7)
    draws = rng.multivariate_normal([0, 0], [[4, 0.6 * 6], [0.6 * 6, 9]], size=400_000)
    assert np.std(draws[:, 1] - draws[:, 0]) == pytest.approx(change_sd(2, 3, 0.6), rel=0.01)
