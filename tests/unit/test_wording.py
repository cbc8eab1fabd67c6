"""Numbers in words: one way to write a p-value, in the tables and in the sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.report import words
from retrial.wording import number, p_span, p_value, p_words


@pytest.mark.parametrize(
    ("p", "alpha", "shown"),
    [
        (0.03, 0.05, "0.030"),
        (0.05, 0.05, "0.050"),
        (0.04996, 0.05, "0.04996"),
        (0.0496, 0.05, "0.0496"),
        (0.0104, 0.01, "0.0104"),
        (0.0104, 0.05, "0.010"),
        (0.0004, 0.05, "0.0004"),
        (0.00098, 0.001, "0.00098"),
        (0.00004, 0.05, "<0.0001"),
        (0.9993, 0.05, ">0.999"),
    ],
)
def test_a_p_is_written_with_the_digits_that_its_side_of_alpha_needs(p, alpha, shown):
    assert p_value(p, alpha) == words.p_value(p, alpha) == shown
    sign = shown[0] if shown[0] in "<>" else "="
    assert p_words(p, alpha) == f"p {sign} {shown.lstrip('<>')}"


@given(
    st.one_of(st.floats(0.0001, 0.999), st.floats(0.0001, 0.0012), st.floats(0.009, 0.051)),
    st.sampled_from([0.05, 0.01, 0.001]),
)
def test_what_is_written_is_on_the_same_side_of_alpha(p, alpha):
    shown = float(p_value(p, alpha))
    assert abs(p - alpha) < 1e-6 or (shown < alpha) == (p < alpha) or shown == p


def test_no_p_is_said_to_be_missing():
    assert p_words(float("nan")) == "p not defined"
    assert words.p_value(float("nan")) == words.MISSING


@pytest.mark.parametrize(
    ("value", "in_a_sentence", "in_a_table"),
    [
        (0, "0", "0.00"),
        (-0.0, "0", "0.00"),
        (0.5, "0.5", "0.500"),
        (-1.25, "-1.25", "−1.25"),
        (99.96, "100", "100.0"),
        (12.345, "12.3", "12.3"),
        (1234.5, "1234", "1234"),
        (1234567.8, "1234568", "1234568"),
        (0.000123, "0.000123", "0.000123"),
        (0.0000121, "1.21e-05", "1.21e−05"),
        (float("inf"), "infinite", "∞"),
        (float("nan"), "not defined", words.MISSING),
    ],
)
def test_a_sentence_and_a_table_round_a_number_alike(value, in_a_sentence, in_a_table):
    assert number(value) == in_a_sentence
    assert words.number(value) == in_a_table


def test_a_p_of_nothing_is_said_so_in_a_sentence_of_the_report_too():
    assert words.p_phrase(float("nan")) == "p\u00a0not\u00a0defined"
    assert p_span([]) == "p not defined"
    assert p_span([0.0104, 0.03, float("nan")], alpha=0.01) == "p from 0.0104 to 0.030"
    assert p_span([0.2, 0.2]) == "p = 0.200"
