"""Adjusted p values."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.stats.multiplicity import adjust
from scipy import stats
from statsmodels.stats import multitest
from statsmodels.stats.multitest import multipletests

# It collects garbage in every call, which takes a second in a process with many tests.
multitest.gc = SimpleNamespace(collect=lambda: 0)
FAMILIES = pd.read_csv(Path(__file__).parents[1] / "data" / "multiplicity.csv").set_index("case_id")
families = st.lists(st.floats(0, 1), min_size=1, max_size=20)


def numbers(text):
    return np.array([float(part) for part in text.split(";")])


def holm_by_definition(p_values):
    order = np.argsort(p_values)
    adjusted, running = np.empty(len(p_values)), 0.0
    for rank, i in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = running
    return adjusted


@pytest.mark.parametrize("case", FAMILIES.index)
def test_adjusted_p_values_agree_with_r(case):
    row = FAMILIES.loc[case]
    found = adjust(numbers(row["p"]), row["method"].lower())
    assert found == pytest.approx(numbers(row["adjusted"]), rel=1e-8)


@given(families)
def test_adjusted_p_values_agree_with_scipy_and_the_definition(p_values):
    assert np.allclose(adjust(p_values, "bh"), stats.false_discovery_control(p_values))
    assert np.allclose(adjust(p_values, "holm"), holm_by_definition(p_values))


def test_adjusted_p_values_agree_with_statsmodels():
    p_values = np.random.default_rng(2).uniform(0, 0.2, 30)
    p_values[:3] = 0.004
    for method, theirs in (("holm", "holm"), ("bh", "fdr_bh")):
        expected = multipletests(p_values, method=theirs)[1]
        assert adjust(p_values, method) == pytest.approx(expected, rel=1e-12)


@given(families)
def test_adjusting_never_lowers_a_p_and_keeps_the_order(p_values):
    raw = np.array(p_values)
    for method in ("holm", "bh"):
        adjusted = adjust(raw, method)
        assert np.all(adjusted >= raw - 1e-12) and np.all(adjusted <= 1)
        assert np.all(np.diff(adjusted[np.argsort(raw)]) >= -1e-12)
    assert np.all(adjust(raw, "bh") <= adjust(raw, "holm") + 1e-12)


def test_a_test_that_was_not_done_stays_missing_and_is_not_counted():
    found = adjust([0.01, np.nan, 0.04], "holm")
    assert np.isnan(found[1])
    assert found[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(adjust([np.nan], "bh")).all()
    assert adjust([], "bh").shape == (0,)


def test_unknown_methods_and_impossible_p_values_are_refused():
    with pytest.raises(ValueError, match="method must be"):
        adjust([0.1], "sidak")
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust([0.1, 1.2], "holm")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("bonferroni", "bonferroni"),
        ("holm", "holm"),
        ("hochberg", "simes-hochberg"),
        ("hommel", "hommel"),
        ("bh", "fdr_bh"),
        ("by", "fdr_by"),
    ],
)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_every_correction_agrees_with_statsmodels_and_is_not_below_its_p(ours, theirs, p_values):
    found = adjust(p_values, ours)
    assert np.allclose(found, multipletests(p_values, method=theirs)[1], atol=1e-12)
    assert (found >= np.array(p_values)).all() and (found <= 1).all()


def test_r_s_example_of_hommel_and_its_peers():
    """R 4.3: p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), m)."""
    p = [0.01, 0.02, 0.03, 0.04, 0.05]
    assert adjust(p, "hommel") == pytest.approx([0.05] * 5)
    assert adjust(p, "hochberg") == pytest.approx([0.05] * 5)
    assert adjust(p, "holm") == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert adjust(p, "by") == pytest.approx([0.05 * (1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5)] * 5)
