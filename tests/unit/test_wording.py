"""Numbers in words: one way to write a p-value, in the tables and in the sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.report import words
from retrial.vocabulary import p_value, p_words


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
