"""The tests from summaries are those on the patients, but for rounding and what is not printed."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from truth import error_rates
from truth.error_rates import (
    draw_trials,
    effect,
    on_patients,
    own_correlation,
    printed,
    rank_rates,
    rates,
    rebuilt,
    with_effect,
)
from truth.patients import patients_tests, wide
from truth.printed import at_single_visits, by_ranks, cells_of, recorded_decimals
from truth.proof import (
    COLUMNS,
    RANK_TESTS,
    TESTS,
    apart,
    changed,
    holds,
    proof,
    prove,
    settled,
    summarize,
)
from truth.trials import REPEATED

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import statistics_proof

ROOT = Path(__file__).resolve().parents[2]
TRIALS = {trial.id: trial for trial in REPEATED}
# The greatest distance of p by rounding: anywhere, and where p on the patients is below 0.2. The
# worst is `weightloss`, recorded in whole pounds, at a month whose means differ by 0.05.
BOUNDS = {
    "student_t": (0.08, 0.007),
    "welch_t": (0.08, 0.007),
    "paired_t": (0.03, 0.011),
    "change_score_t": (0.016, 0.016),
    "ancova": (0.06, 0.007),
    "mixed_anova_group": (0.011, 0.01),
    "mixed_anova_visit": (0.006, 0.0003),
    "mixed_anova_interaction": (0.003, 0.003),
    "auc_t": (0.011, 0.004),
    "trend_t": (0.016, 0.016),
    "hotelling_t2": (0.02, 0.008),
}
TIMES, SEED = 4000, 7


@pytest.fixture(scope="module")
def committed():
    table = pd.read_csv(ROOT / "tests" / "data" / "proof.csv", keep_default_na=False)
    numbers = [name for name in COLUMNS if name not in ("trial", "test", "arm")]
    table[numbers] = table[numbers].apply(pd.to_numeric)
    return table


@pytest.fixture(scope="module")
def table():
    return proof(draws=0)


@pytest.fixture(scope="module")
def arms():
    return draw_trials(TIMES, np.random.default_rng(SEED))


def assert_equal_tables(found, expected):
    names = ["trial", "test", "visit", "arm"]
    found, expected = (part.sort_values(names, ignore_index=True) for part in (found, expected))
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-4, atol=1e-12)


def test_every_test_is_proven_on_ten_data_sets_of_which_eight_are_real():
    assert len(REPEATED) == 10
    contrived = [trial.id for trial in REPEATED if "made up" in trial.about]
    assert contrived == ["weightloss", "obrienkaiser"]


def test_the_committed_proof_is_what_comes_out(table, committed):
    assert_equal_tables(table, committed[~committed["test"].isin(RANK_TESTS)])


@pytest.mark.parametrize("trial", ["bodyweight", "anorexia"])
def test_the_committed_rank_tests_are_what_comes_out(trial, committed):
    found = prove(TRIALS[trial])
    assert_equal_tables(found, committed[committed["trial"] == trial])


def test_the_committed_proof_has_every_test_of_every_trial(committed):
    assert set(committed["trial"]) == set(TRIALS)
    for trial, part in committed.groupby("trial"):
        expected = set(TESTS) - ({"hotelling_t2"} if len(TRIALS[trial].visits) == 2 else set())
        assert set(part["test"]) == expected


def test_unrounded_summaries_give_the_patients_p_to_eight_digits(table):
    assert table["p_exact"].to_numpy() == pytest.approx(table["p_patients"].to_numpy(), rel=1e-8)


@pytest.mark.parametrize("test", BOUNDS)
def test_with_the_patients_own_correlation_only_rounding_is_left(test, table):
    part = table[table["test"] == test]
    anywhere, small = BOUNDS[test]
    assert len(part) >= 9
    assert apart(part).max() <= anywhere
    assert apart(part[part["p_patients"] < 0.2]).max() <= small


def test_the_rounding_interval_of_a_t_test_holds_the_patients_p(table):
    part = table[table["test"].isin(["student_t", "welch_t"])]
    assert holds(part).all() and len(part) == 88


def test_a_sem_read_as_an_sd_is_far_outside_the_bounds():
    trial = TRIALS["phosphate"]
    truth, cells = patients_tests(trial), cells_of([t.to_numpy(float) for t in wide_of(trial)])
    wrong = at_single_visits(trial, replace(cells, sd=cells.sd / np.sqrt(cells.n)))
    distances = [abs(wrong[key] - truth[key]) for key in wrong]
    assert max(distances) > 3 * BOUNDS["student_t"][0]


def wide_of(trial):
    return wide(trial, trial.rows())


def test_drop_out_is_complete_cases_over_visits_and_available_cases_at_one(committed):
    part = committed[committed["trial"] == "pbc"].set_index(["test", "visit"])
    assert part.loc[("welch_t", 0.0), ["n_1", "n_2"]].tolist() == [158, 154]
    over = part[~part.index.get_level_values("test").isin(["student_t", "welch_t", *RANK_TESTS])]
    assert set(over["n_1"]) == {52} and set(over["n_2"]) == {47}


def test_values_are_printed_with_one_decimal_more_than_they_were_recorded_with():
    decimals = {trial.id: recorded_decimals(trial.rows()) for trial in REPEATED}
    assert decimals["btheb"] == decimals["epilepsy"] == decimals["bodyweight"] == 0
    assert decimals["phosphate"] == decimals["orthodont"] == decimals["dietox"] == 1


def test_simulated_rats_tie_as_the_real_ones_when_recorded_in_whole_grams():
    trial = TRIALS["bodyweight"]
    p = patients_tests(trial)["mann_whitney", 64.0, ""]
    cells = cells_of([t.to_numpy(float) for t in wide_of(trial)]).rounded(1)
    _, low, high = by_ranks(trial, cells, 200)["mann_whitney", 64.0, ""]
    assert low == high < p
    _, low, high = by_ranks(trial, cells, 200, decimals=0)["mann_whitney", 64.0, ""]
    assert low < p <= high * (1 + 1e-9)


def test_verdicts_and_ranges_are_counted():
    rows = {
        "test": ["a", "a", "b"],
        "p_patients": [0.04, 0.2, 0.01],
        "p_sd": [0.04, 0.19, np.nan],
        "p_sem": [0.06, 0.23, np.nan],
        "p_low": [0.01, 0.01, 0.02],
        "p_high": [0.04, 0.30, 0.03],
        "p_median": [0.02, 0.02, np.nan],
    }
    found = pd.DataFrame(rows)
    assert apart(found).tolist() == pytest.approx([0.02, 0.03, np.nan], nan_ok=True)
    assert changed(found, "p_sd", "p_sem").tolist() == [True, False, False]
    assert holds(found).tolist() == [True, True, False]
    assert settled(found).tolist() == [True, False, True]
    line = summarize(found, "test").loc["a"]
    assert line[["tests", "changed", "holds", "settled", "middle"]].tolist() == [2, 1, 2, 1, 1]


def test_the_readme_says_what_the_committed_proof_holds(committed):
    text = (ROOT / "resources/accuracy.md").read_text(encoding="utf-8")
    begin, end = (text.index(m) for m in (statistics_proof.BEGIN, statistics_proof.END))
    for by in ("test", "trial"):
        assert statistics_proof.summary_table(committed, by) in text[begin:end]
    assert statistics_proof.shortfalls(committed) in text[begin:end]


@pytest.mark.parametrize("test", error_rates.TESTS)
def test_rebuilt_tests_of_drawn_trials_are_those_on_the_patients(test, arms):
    few = [arm[:300] for arm in with_effect(arms, effect(test))]
    found = rebuilt(test, *printed(few, decimals=None), own_correlation(few))
    assert found == pytest.approx(on_patients(test, few), rel=1e-8)


@pytest.mark.parametrize("test", error_rates.TESTS)
def test_five_in_a_hundred_are_significant_without_an_effect(test, arms):
    found = rates(test, arms)
    error = 4 * np.sqrt(0.05 * 0.95 / TIMES)
    assert found.patients == pytest.approx(0.05, abs=error)
    assert found.own == pytest.approx(0.05, abs=error)
    # A correlation known exactly varies less than one that each trial estimates.
    assert 0.05 - 2 * error < found.true < 0.05 + error


@pytest.mark.parametrize("test", error_rates.TESTS)
def test_rounding_costs_no_power_and_hardly_a_verdict(test, arms):
    found = rates(test, with_effect(arms, effect(test)))
    assert found.patients == pytest.approx(0.8, abs=0.03)
    assert found.own == pytest.approx(found.patients, abs=0.005)
    assert found.true == pytest.approx(found.patients, abs=0.04)
    assert found.agree > 0.99 and found.agree_true > 0.9


@pytest.mark.parametrize("test", error_rates.TESTS)
def test_a_sem_read_as_an_sd_would_be_found_out(test, arms):
    assert rates(test, arms, reading="sd").own > 0.4


@pytest.mark.parametrize("test", ["change_score_t", "trend_t", "mixed_anova_interaction"])
def test_a_correlation_taken_too_high_or_too_low_would_be_found_out(test, arms):
    found = rates(test, arms)
    assert found.high > 0.2 and found.low < 0.02


def test_simulated_rank_tests_have_the_error_rates_of_the_patients(arms):
    few = [arm[:400] for arm in arms]
    null, power = rank_rates(few), rank_rates(with_effect(few, effect("student_t")))
    assert null.own == pytest.approx(0.045, abs=4 * np.sqrt(0.045 * 0.955 / 400))
    assert power.own == pytest.approx(power.patients, abs=0.04)
    assert null.agree > 0.95 and power.agree > 0.9
