"""Arms more alike at baseline than chance makes them, as an argument on what an error term is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from retrial.stages.audit.baseline import check_baseline
from retrial.stats.combination import stouffer
from retrial.stats.summaries import READINGS
from scipy import stats
from test_audit import a_mean, collected, findings, toy_study

TABLE_1 = [  # mean, error term of 15 treated; mean, error term of 14 controls (Hu et al. 2013)
    (17.6, 8.7, 18.2, 7.9),
    (20.9, 3.7, 21.3, 4.2),
    (102.6, 30.8, 97.2, 29.6),
    (6.85, 0.74, 6.79, 0.81),
    (0.85, 0.47, 0.89, 0.39),
]


@pytest.mark.parametrize(
    ("reading", "factors", "alike"),
    [("sd", (1, 1), 0.036), ("sem", (np.sqrt(15), np.sqrt(14)), 0.00018)],
)
def test_table_1_of_hu2013_is_more_alike_than_chance_makes_it(hu2013, reading, factors, alike):
    """Independent: scipy's t test from statistics, and its own combination of the other tail."""
    p = [
        stats.ttest_ind_from_stats(m1, e1 * factors[0], 15, m2, e2 * factors[1], 14).pvalue
        for m1, e1, m2, e2 in TABLE_1
    ]
    expected = stats.combine_pvalues(1 - np.array(p), method="stouffer").pvalue
    assert f"{expected:.2g}" == f"{alike:.2g}"
    row = findings(hu2013.audit, "baseline_alike", "table1", reading).iloc[0]
    assert row["value"] == pytest.approx(expected, rel=1e-9)
    assert row["verdict"] == "implausible"
    other = findings(hu2013.audit, "baseline_different", "table1", reading).iloc[0]
    assert other["value"] == pytest.approx(1 - expected)
    assert other["verdict"] == "pass"


@pytest.mark.parametrize(
    ("p", "upper"),
    [  # scipy.stats.combine_pvalues, and the example of larigaldie-n/MEPtoolkit
        ([0.01, 0.02, 0.03], 0.0001503322819),
        ([0.99, 0.95, 0.98, 0.9], 0.9998705296),
        ([0.5] * 5, 0.5),
        ([0.0839, 0.1592, 0.0085], 0.002976474906),
    ],
)
def test_stouffer_is_that_of_peers(p, upper):
    assert stouffer(p)[1] == pytest.approx(upper, abs=1e-10)


@given(st.lists(st.floats(1e-6, 1 - 1e-6), min_size=1, max_size=12))
def test_the_two_tails_of_stouffer_are_one(p):
    _, different, alike = stouffer(p)
    assert different + alike == pytest.approx(1)
    assert stouffer([1 - value for value in p])[1] == pytest.approx(alike, abs=1e-9)


def test_stouffer_of_one_p_is_that_p():
    assert stouffer([0.03])[1] == pytest.approx(0.03)


@pytest.mark.parametrize("p", [[], [1.2], [0.0, 1.0], [float("nan")]])
def test_stouffer_refuses_what_has_no_sum(p):
    with pytest.raises(ValueError):
        stouffer(p)


def baseline(differences: list[float], error: str) -> list[dict]:
    sourced = {"source": "made up"}
    outcomes = [
        {"id": f"o{place}", "label": "O", "unit": "u", "kind": "continuous", "better": "none"}
        for place in range(len(differences))
    ]
    study = toy_study(outcomes=outcomes)
    means = [
        a_mean(
            f"{5 + difference * (arm == 'treated'):.2f}",
            error,
            row_id=f"{arm}{place}",
            arm=arm,
            outcome=f"o{place}",
            **sourced,
        )
        for place, difference in enumerate(differences)
        for arm in ("treated", "control")
    ]
    return check_baseline(study, collected(study, means=means), READINGS, 0.05)


def test_one_outcome_is_no_combination():
    assert baseline([0.1], "1.0") == []


def test_standard_errors_labelled_sd_make_arms_look_too_different():
    """Differences of 1 to 2 standard errors (0.3 each): usual for SEM, far out for SD."""
    found = {(f["check"], f["reading"]): f["verdict"] for f in baseline([0.5, -0.4, 0.6], "0.3")}
    assert found["baseline_different", "sd"] == "implausible"
    assert found["baseline_different", "sem"] == found["baseline_alike", "sem"] == "pass"


def test_the_range_over_rounding_holds_the_p():
    for row in baseline([0.05, 0.0, 0.08], "1.0"):
        low, high = (float(x) for x in row["detail"].split("(")[1].split(" over")[0].split(" to "))
        assert low * 0.99 <= row["value"] <= high * 1.01
