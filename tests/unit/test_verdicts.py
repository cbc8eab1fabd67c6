"""Re-run tests and specifications: the flagship's numbers, and the rules of support."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.stats.weightstats as weightstats
from hypothesis import given
from hypothesis import strategies as st
from retrial.comparisons.populations import populations
from retrial.comparisons.selection import Count, versions_of
from retrial.comparisons.support import supports
from retrial.registry import columns_of
from retrial.stages.multiverse import CONCURRENT
from retrial.stats.counts import COUNT_METHODS
from retrial.study.claims import Claim
from scipy import stats


def one(tests: pd.DataFrame, **where: object) -> pd.Series:
    rows = tests
    for column, value in where.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, f"{len(rows)} rows for {where}"
    return rows.iloc[0]


# ---- summaries and tests --------------------------------------------------------------------


def test_tables_have_the_columns_of_the_contract(hu2013):
    assert list(hu2013.summaries.columns) == columns_of("summaries")
    assert list(hu2013.tests.columns) == columns_of("tests")
    assert list(hu2013.multiverse.columns) == columns_of("multiverse")
    assert hu2013.tests["test_id"].is_unique


def test_table_1_admits_only_the_sd(hu2013):
    rows = hu2013.summaries[hu2013.summaries["label_scope"] == "table1"]
    assert set(rows.loc[rows["admissible"], "reading"]) == {"sd"}


def test_the_cells_admit_no_reading(hu2013):
    by_scope = hu2013.summaries.groupby("label_scope")["admissible"]
    assert not by_scope.any()["results_cells"]


@pytest.mark.parametrize("method", ["student_t", "welch_t"])
def test_baseline_age_equals_statsmodels_on_data_with_these_moments(hu2013, method):
    def sample(n, mean, sd):
        z = np.linspace(-1, 1, n)
        return mean + sd * (z - z.mean()) / z.std(ddof=1)

    first, second = sample(15, 17.6, 8.7), sample(14, 18.2, 7.9)
    usevar = "pooled" if method == "student_t" else "unequal"
    t, p, df = weightstats.ttest_ind(first, second, usevar=usevar)
    row = one(
        hu2013.tests, claim_id="baseline_comparable", outcome="age", reading="sd", method=method
    )
    assert (row["statistic"], row["p"], row["df1"]) == pytest.approx((t, p, df))
    assert row["p_low"] < row["p"] < row["p_high"]


@pytest.mark.parametrize(
    ("version", "method", "p"),
    [
        # 4/15 v 0/14 and 3/15 v 0/14 by hand: hypergeometric tails and sums of squares over margins
        ("insulin_categories:discussion", "fisher", 0.0996168582375),
        (
            "insulin_categories:discussion",
            "chi2",
            stats.chi2_contingency([[4, 11], [0, 14]], correction=False).pvalue,
        ),
        ("insulin_categories:results", "fisher", 0.224137931034),
        ("insulin_categories:results", "chi2_yates", 0.247227315789),
    ],
)
def test_insulin_stopped_reproduces_known_p(hu2013, version, method, p):
    row = one(hu2013.tests, claim_id="insulin_stopped", version=version, method=method)
    assert row["p"] == pytest.approx(p, rel=1e-5)


def test_boschloo_is_taken_over_the_arms_and_not_over_the_outcomes(hu2013):
    """By brute force, 15 v. 14: all tables whose two-sided Fisher p is no larger than 4 v. 0's."""
    fisher = np.array(
        [[stats.fisher_exact([[a, 15 - a], [b, 14 - b]]).pvalue for b in range(15)]
         for a in range(16)]
    )  # fmt: skip
    rates = np.linspace(0, 1, 2001)[:, None, None]
    first = stats.binom.pmf(np.arange(16)[:, None], 15, rates)
    both = first * stats.binom.pmf(np.arange(15), 14, rates)
    expected = both[:, fisher <= fisher[4, 0] * (1 + 1e-9)].sum(axis=1).max()
    row = one(
        hu2013.tests,
        claim_id="insulin_stopped",
        version="insulin_categories:discussion",
        method="boschloo",
    )
    assert row["p"] == pytest.approx(expected, rel=1e-3)


def test_hba1c_change_as_sd_is_significant_at_every_correlation(hu2013):
    rows = hu2013.tests[hu2013.tests["claim_id"] == "hba1c_better_than_before"]
    assert (rows.loc[rows["reading"] == "sd", "p"] < 0.05).all()
    text = rows[(rows["reading"] == "sem") & (rows["version"] == "hba1c_baseline:text")]
    assert (text.loc[text["rho"] <= 0.5, "p"] >= 0.05).all()
    assert (text.loc[text["rho"] >= 0.55, "p"] < 0.05).all()


def test_a_reading_impossible_in_every_table_of_a_comparison_is_kept_and_marked(hu2013):
    rows = hu2013.tests[
        (hu2013.tests["claim_id"] == "hba1c_better_than_before")
        & (hu2013.tests["reading"] == "sem")
    ]
    assert len(rows) == 40
    assert not rows["admissible"].any() and not rows["defensible"].any()


def test_the_impossible_denominator_is_kept_and_marked(hu2013):
    rows = hu2013.tests[hu2013.tests["version"] == "gada_denominator:eleven"]
    assert len(rows) == 2 * len(COUNT_METHODS)
    assert not rows["admissible"].any()
    assert not rows["defensible"].any()


def test_published_baseline_p_is_consistent(hu2013):
    rows = hu2013.tests[hu2013.tests["claim_id"] == "baseline_comparable"]
    assert set(rows["agreement"]) == {"consistent"}


# ---- which specifications decide ----------------------------------------------------------------


def test_worst_cases_never_decide(hu2013):
    stress = hu2013.multiverse["population"].isin(["worst_case", "best_case"])
    outside = hu2013.multiverse["comparator"] != CONCURRENT
    assert (stress | outside).any()
    assert not hu2013.multiverse.loc[stress | outside, "defensible"].any()


# ---- the rules, on made-up specifications -----------------------------------------------------


def difference_claim(**rest: object) -> Claim:
    return Claim.model_validate(
        {
            "id": "c",
            "kind": "trial",
            "statement": "made up",
            "quote": "made up",
            "source": "made up",
            "form": "difference",
            "expect": "higher",
            "targets": [{"outcome": "event", "categories": ["yes"], "visits": [6]}],
            "paper_analysis": {"method": "not_stated"},
            "defensible": {"counts_methods": ["fisher", "chi2"]},
            **rest,
        }
    )


@pytest.mark.parametrize(
    ("expect", "published", "expected"),
    [
        ("higher", "p<0.05", [True, False, False]),
        ("higher", "p<0.001", [False, False, False]),
        ("lower", "p<0.05", [False, True, False]),
        ("different", "", [True, True, False]),
        ("no_difference", "ns", [False, False, True]),
    ],
)
def test_support_needs_direction_and_threshold(expect, published, expected):
    claim = difference_claim(expect=expect, published_p=published)
    estimate, p = pd.Series([1.0, -1.0, 1.0]), pd.Series([0.01, 0.01, 0.2])
    assert supports(claim, estimate, p, 0.05).tolist() == expected


@given(events=st.integers(0, 14), more=st.booleans())
def test_worst_and_best_case_bracket_what_is_printed(hu2013, events, more):
    claim = difference_claim(expect="higher" if more else "lower")
    treated = Count("treated", 24, 5, 15, ("t",), False, False, "made up")
    control = Count("control", 24, events, 14, ("c",), False, False, "made up")
    cells = populations(hu2013.study, claim, treated, control, hu2013.reported)

    def difference(name: str) -> float:
        (a, n), (b, m) = cells[name]
        return (a / n - b / m) * (1 if more else -1)

    printed = (5 / 15 - events / 14) * (1 if more else -1)
    assert difference("worst_case") <= printed <= difference("best_case") + 1e-12


def test_versions_are_the_product_of_the_contradictions_touched():
    rows = pd.DataFrame({"version": ["a:x", "a:y", "b:u", "b:v", None]})
    assert versions_of(rows) == ["a:x;b:u", "a:x;b:v", "a:y;b:u", "a:y;b:v"]
    assert versions_of(pd.DataFrame({"version": [None]})) == [""]
