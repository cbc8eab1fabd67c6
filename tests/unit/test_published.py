"""Printed p values, and their agreement with recomputed ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.stats.counts import compare_counts
from retrial.stats.published import PublishedP, agreement, implied_interval, parse_p

probabilities = st.floats(0, 1)


@pytest.mark.parametrize(
    ("text", "comparator", "value"),
    [
        ("p<0.05", "<", 0.05),
        ("P-value: 0.2", "=", 0.2),
        ("p=.05*", "=", 0.05),
        ("p<0.05*", "<", 0.05),
        ("p = 0.03 (two-tailed)", "=", 0.03),
        ("p=0.03, two-sided", "=", 0.03),
        ("p≈0.05", "=", 0.05),
        ("p ~ .04†", "=", 0.04),
        ("p=0.000", "=", 0.0),
        ("P < 0.001", "<", 0.001),
        ("p=0.03", "=", 0.03),
        ("p = .030", "=", 0.03),
        ("P > 0·05", ">", 0.05),
        ("p ≤ 0,01", "<=", 0.01),
        ("p>=.5", ">=", 0.5),
        ("p-value < 1e-4", "<", 0.0001),
        ("0.03", "=", 0.03),
        ("<.001", "<", 0.001),
        ("p = 1", "=", 1.0),
    ],
)
def test_printed_p_values_are_read(text, comparator, value):
    found = parse_p(text)
    assert (found.comparator, found.value) == (comparator, value)


@pytest.mark.parametrize("text", ["ns", "NS", "n.s.", "p = n.s.", "not significant"])
def test_not_significant_is_read(text):
    assert parse_p(text) == PublishedP("ns", None)


@pytest.mark.parametrize("text", ["", "  ", None, float("nan")])
def test_no_printed_p_is_none(text):
    assert parse_p(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "p",
        "p<",
        "p=1.2",
        "p<0",
        "p > 1",
        "p=.03 (one-tailed)",
        "t=2.2",
        "p=-0.1",
        "p 0.0.5",
        0.05,
        "p>1.0",
    ],
)
def test_nonsense_is_refused(text):
    with pytest.raises(ValueError, match="p value"):
        parse_p(text)


@pytest.mark.parametrize("statement", [("ns", 0.2), ("<", None), ("<<", 0.05), ("=", 1.5)])
def test_statements_that_nobody_can_print_are_refused(statement):
    with pytest.raises(ValueError):
        PublishedP(*statement)


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("p=0.03", (0.025, 0.035)),
        ("p=0.030", (0.0295, 0.0305)),
        ("p=0.00", (0, 0.005)),
        ("p=1.0", (0.95, 1)),
        ("p<0.05", (0, 0.05)),
        ("p>0.05", (0.05, 1)),
        ("ns", (0.05, 1)),
    ],
)
def test_a_statement_implies_an_interval(text, interval):
    assert implied_interval(parse_p(text)) == interval


def test_a_statement_without_decimals_takes_those_of_its_value():
    assert implied_interval(PublishedP("=", 0.03)) == (0.025, 0.035)
    assert implied_interval(PublishedP("ns", None), alpha=0.01) == (0.01, 1)


@pytest.mark.parametrize(
    ("text", "p", "verdict"),
    [
        ("p<0.05", 0.049, "consistent"),
        ("p<0.05", 0.05, "decision_error"),
        ("p<0.05", 0.2, "decision_error"),
        ("p<0.001", 0.002, "inconsistent"),
        ("p<0.001", 0.06, "decision_error"),
        ("p<0.10", 0.2, "inconsistent"),
        ("p=0.03", 0.035, "consistent"),
        ("p=0.03", 0.036, "inconsistent"),
        ("p=0.03", 0.051, "decision_error"),
        ("p=0.20", 0.04, "decision_error"),
        ("p=0.05", 0.2, "inconsistent"),
        ("p>0.05", 0.05, "inconsistent"),
        ("p>0.05", 0.01, "decision_error"),
        ("p>0.01", 0.001, "inconsistent"),
        ("ns", 0.05, "consistent"),
        ("ns", 0.049, "decision_error"),
    ],
)
def test_a_recomputed_p_agrees_or_not(text, p, verdict):
    assert agreement(p, p, p, parse_p(text)) == verdict


def test_rounding_of_the_printed_numbers_can_save_a_statement():
    assert agreement(0.052, 0.048, 0.056, parse_p("p<0.05")) == "consistent"
    assert agreement(0.052, 0.051, 0.056, parse_p("p<0.05")) == "decision_error"
    assert agreement(0.049, 0.045, 0.056, parse_p("p<0.001")) == "inconsistent"
    assert agreement(0.2, np.nan, np.nan, parse_p("p<0.05")) == "decision_error"


def test_significance_is_judged_at_alpha():
    assert agreement(0.03, 0.03, 0.03, parse_p("p<0.01"), alpha=0.05) == "inconsistent"
    assert agreement(0.03, 0.03, 0.03, parse_p("p<0.01"), alpha=0.01) == "decision_error"


def test_insulin_free_at_p_05_is_a_decision_error_by_fisher_and_consistent_by_chi_square():
    fisher, chi2 = (compare_counts(4, 15, 0, 14, method).p for method in ("fisher", "chi2"))
    assert agreement(fisher, fisher, fisher, parse_p("p<0.05")) == "decision_error"
    assert agreement(chi2, chi2, chi2, parse_p("p<0.05")) == "consistent"


@given(probabilities, st.integers(1, 5))
def test_a_p_agrees_with_its_own_printed_form(p, decimals):
    assert agreement(p, p, p, parse_p(f"p = {p:.{decimals}f}")) == "consistent"
    assert agreement(p, p, p, parse_p("p<0.05" if p < 0.05 else "ns")) == "consistent"


@given(probabilities, probabilities, st.sampled_from(["<", "<=", "=", ">=", ">"]))
def test_a_wider_range_never_breaks_an_agreement(p, value, comparator):
    value = min(max(round(value, 3), 0.001), 0.999)  # "p < 0" is nothing that can be printed
    published = PublishedP(comparator, value)
    order = ["decision_error", "inconsistent", "consistent"]
    narrow = agreement(p, p, p, published)
    wide = agreement(p, max(0, p - 0.02), min(1, p + 0.02), published)
    assert order.index(wide) >= order.index(narrow)
    assert agreement(p, 0, 1, published) == "consistent" or comparator in "<>"


def test_without_a_printed_p_there_is_nothing_to_agree_with():
    assert agreement(np.nan, np.nan, np.nan, None) == "not_published"
    with pytest.raises(ValueError, match="recomputed p"):
        agreement(np.nan, np.nan, np.nan, parse_p("ns"))
    with pytest.raises(ValueError, match="p_low"):
        agreement(0.1, 0.2, 0.1, parse_p("ns"))
