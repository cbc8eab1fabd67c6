"""Numbers and words as the report writes them."""

import numpy as np
import pandas as pd
import pytest
from retrial.report.words import (
    decimal_aligned,
    evidence_name,
    evidence_part,
    listing,
    missing,
    number,
    p_phrase,
    p_value,
    percent,
)


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.0372, "0.037"),
        (0.0996, "0.100"),
        (0.00046, "0.0005"),
        (0.0000012, "<0.0001"),
        (0.9996, ">0.999"),
        (0.04996, "0.04996"),
        (0.0496, "0.0496"),
        (0.05003, "0.05003"),
        (0.05, "0.050"),
        (np.nan, "–"),
    ],
)
def test_p_is_shown_so_that_its_side_of_alpha_is_seen(p, shown):
    assert p_value(p) == shown


def test_p_in_a_sentence_has_its_sign():
    assert p_phrase(0.0372).replace("\u00a0", " ") == "p = 0.037"
    assert p_phrase(0.0000012).replace("\u00a0", " ") == "p < 0.0001"


def test_a_share_is_never_rounded_to_none_or_all():
    plain = [percent(share).replace("\u202f", " ") for share in (0, 0.001, 0.5, 0.999, 1)]
    assert plain == ["0 %", "<1 %", "50 %", ">99 %", "100 %"]


def test_negative_numbers_have_a_minus_sign_and_zero_has_none():
    assert number(-1.25, 1) == "−1.2"
    assert number(-0.0001, 2) == "0.00"
    assert number(float("inf")) == "∞"


def test_decimal_points_stand_below_each_other():
    shown = decimal_aligned(["17.6", "5", "0.25", "–"])
    assert [len(s) for s in shown[:3]] == [5, 4, 4]
    assert shown[0] == "17.6\u2007"
    assert shown[1] == "5\u2008\u2007\u2007"


def test_lists_read_as_a_sentence():
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"


def test_evidence_is_named_for_readers():
    assert evidence_name("steno1987_total") == "Steno 1987, total"
    assert evidence_name("martin1992_placebo_month12") == "Martin 1992, placebo month 12"
    assert evidence_part("belgium2018_3mo") == "3 mo"
    assert evidence_part("columbus2008_5to12") == "5 to 12"


def test_every_kind_of_empty_cell_is_missing():
    assert all(missing(value) for value in (None, np.nan, pd.NA, pd.NaT, ""))
    assert not missing(0.0)
