"""What holds of every results table, whatever the study: intervals, ranges and adjusted p."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from retrial.registry import TABLES

STUDIES = Path(__file__).parents[2] / "resources" / "studies"
FROZEN = sorted(STUDIES.glob("*/expected/*.csv"))
SLACK = 1e-9

# (low, estimate, high): where all three are there, the interval holds the estimate.
INTERVALS = [
    ("p_low", "p", "p_high"),
    ("ci_low", "estimate", "ci_high"),
    ("effect_size_low", "effect_size", "effect_size_high"),
    ("ci_low", "mean", "ci_high"),
    ("md_low", "md", "md_high"),
    ("smd_low", "smd", "smd_high"),
    ("log_rr_low", "log_rr", "log_rr_high"),
    ("log_or_low", "log_or", "log_or_high"),
    ("low", "bias", "high"),
]
NESTED = [("ci_low", "physiological_low"), ("physiological_high", "ci_high")]
# What need not be inside: these give the range of something else than their `p` or `estimate`.
ADJUSTED = [("p", "p_holm"), ("p", "p_bh"), ("p_bh", "p_holm")]


def outside(frame, lower, upper):
    """Return the rows in which `lower` lies above `upper`, both known."""
    a, b = (pd.to_numeric(frame[name], errors="coerce") for name in (lower, upper))
    infinite = np.isinf(a) & np.isinf(b) & (a == b)
    return frame[(a > b + SLACK * (1 + b.abs().where(np.isfinite(b), 0))) & ~infinite]


@pytest.fixture(params=FROZEN, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def frame(request):
    return TABLES[request.param.stem].typed(
        pd.read_csv(request.param, dtype="string", keep_default_na=False, na_values=[""])
    )


def test_every_interval_holds_its_estimate(frame):
    for low, middle, high in INTERVALS:
        for lower, upper in ((low, middle), (middle, high), (low, high)):
            if {lower, upper} <= set(frame.columns):
                wrong = outside(frame, lower, upper)
                assert wrong.empty, (lower, upper, wrong.head())


def test_bounds_by_physiology_are_within_those_by_arithmetic(frame):
    for lower, upper in NESTED:
        if {lower, upper} <= set(frame.columns):
            assert outside(frame, lower, upper).empty


def test_an_adjusted_p_is_not_below_its_p(frame):
    for lower, upper in ADJUSTED:
        if {lower, upper} <= set(frame.columns):
            assert outside(frame, lower, upper).empty


def test_probabilities_and_shares_lie_between_0_and_1(frame):
    names = [name for name in frame.columns if name.startswith("p_") or name == "p"]
    names += [name for name in frame.columns if name.startswith("share")]
    for name in names:
        known = pd.to_numeric(frame[name], errors="coerce").dropna()
        assert known.between(0, 1 + SLACK).all(), name


def test_a_range_that_is_turned_round_is_found():
    frame = pd.DataFrame({"p_low": [0.1, 0.3], "p": [0.2, 0.2]})
    assert list(outside(frame, "p_low", "p").index) == [1]


def test_the_tables_as_computed_hold_too(hu2013):
    for low, middle, high in INTERVALS:
        for table in (hu2013.tests, hu2013.summaries, hu2013.multiverse):
            for lower, upper in ((low, middle), (middle, high)):
                if {lower, upper} <= set(table.columns):
                    assert outside(table, lower, upper).empty
