"""Readings of error terms as one system: limits, rows about the same patients, shared labels."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import trial_of
from retrial.stages.audit import audit
from retrial.stages.audit.joint import check_joint, losses
from retrial.stages.reconstruct import reconstruct
from retrial.stats.admissibility import Moments, Tie, admissibility, largest_part, ties_of
from retrial.stats.summaries import READINGS
from scipy import stats
from test_audit import a_mean, collected, findings, toy_study

WHOLE = Moments("table", 0.735, 0.745, 15)  # 0.74, as printed
PART = Moments("text", 0.565, 0.575, 15)  # 0.57


def exactly(row: str, error: float, n: int) -> Moments:
    return Moments(row, error, error, n)


def tie(first: Moments, second: Moments, fewest: int | None = None) -> Tie:
    return Tie(first, second, second.n if fewest is None else fewest)


# ---- the flagship ------------------------------------------------------------------------------


def test_the_text_of_hu2013_as_sem_would_be_of_five_patients_at_most():
    """By hand: m (m - 1) 0.565^2 <= 14 x 0.745^2 = 7.77 gives m (m - 1) <= 24.3: 20 at m = 5."""
    assert largest_part(WHOLE, PART, "sd", "sem") == 5
    assert 5 * 4 * 0.565**2 <= 14 * 0.745**2 < 6 * 5 * 0.565**2


def test_the_audit_of_hu2013_refutes_the_sem_of_the_text_with_the_largest_m(hu2013):
    row = findings(hu2013.audit, "joint_reading", "hba1c_treated_text", "sem").iloc[0]
    assert row["verdict"] == "impossible"
    assert (row["value"], row["bound"]) == (13, 5)  # two non-responders: at least 13 of 15
    ci95 = findings(hu2013.audit, "joint_reading", "hba1c_treated_text", "ci95").iloc[0]
    t = stats.t.ppf(0.975, np.arange(2, 16) - 1)
    m = np.arange(2, 16)
    squares = m * (m - 1) * 0.565**2 / t**2
    assert (ci95["verdict"], ci95["bound"]) == ("impossible", m[squares <= 14 * 0.745**2].max())
    sd = findings(hu2013.audit, "joint_reading", "hba1c_treated_text", "sd").iloc[0]
    assert sd["verdict"] == "pass"


def test_the_label_check_of_the_text_of_hu2013_does_not_pass(hu2013):
    row = findings(hu2013.audit, "error_label", "results_hba1c").iloc[0]
    assert (row["reading"], row["verdict"]) == ("sem", "inconsistent")
    assert "what is left: SD" in row["detail"]


def test_every_number_of_the_passage_is_sd_alone_in_hu2013(hu2013):
    rows = hu2013.summaries[hu2013.summaries["label_scope"] == "results_hba1c"]
    left = rows[rows["admissible"].astype(bool)].groupby("row_id")["reading"].agg(set)
    assert left["hba1c_treated_m6"] == left["hba1c_treated_text"] == {"sd"}


def test_hba1c_better_than_before_is_decided_on_sd_alone_and_every_p_is_small(hu2013):
    """Independent: paired t from the printed moments, at every correlation from 0 to 0.9."""
    rows = hu2013.tests[
        (hu2013.tests["claim_id"] == "hba1c_better_than_before")
        & hu2013.tests["defensible"].astype(bool)
    ]
    assert set(rows["reading"]) == {"sd"}
    expected = [
        2 * stats.t.sf((m0 - 5.5) / np.sqrt((s0**2 + 0.67**2 - 2 * r * s0 * 0.67) / 15), 14)
        for m0, s0 in ((6.85, 0.74), (6.8, 0.57))
        for r in np.arange(10) / 10
    ]
    assert rows["p"].max() == pytest.approx(max(expected), rel=1e-9)
    assert rows["p"].max() < 1.3e-4


def test_the_interval_of_baseline_hba1c_is_that_of_sd_alone(hu2013):
    """-0.53 to +0.65: the difference of Table 1 read as SD, Student's t."""
    rows = hu2013.tests[
        (hu2013.tests["claim_id"] == "baseline_comparable")
        & (hu2013.tests["outcome"] == "hba1c")
        & hu2013.tests["defensible"].astype(bool)
        & (hu2013.tests["method"] == "student_t")
        & (hu2013.tests["version"] == "hba1c_baseline:table")
    ]
    pooled = np.sqrt((14 * 0.74**2 + 13 * 0.81**2) / 27 * (1 / 15 + 1 / 14))
    half = stats.t.ppf(0.975, 27) * pooled
    assert rows["ci_low"].tolist() == pytest.approx([0.06 - half])
    assert rows["ci_high"].tolist() == pytest.approx([0.06 + half])
    assert (round(0.06 - half, 2), round(0.06 + half, 2)) == (-0.53, 0.65)


# ---- the inequality ----------------------------------------------------------------------------


@given(
    st.lists(st.floats(-50, 50), min_size=3, max_size=14),
    st.data(),
    st.sampled_from(READINGS),
    st.sampled_from(READINGS),
)
def test_a_part_of_any_group_never_violates_the_inequality(values, data, of_whole, of_part):
    """Error terms made from data under two readings: these readings are possible for them."""
    size = data.draw(st.integers(2, len(values)))
    part = data.draw(st.permutations(values))[:size]

    def moments(name: str, group: list[float], reading: str) -> Moments:
        n, sd = len(group), float(np.std(group, ddof=1))
        t = stats.t.ppf(0.975, n - 1)
        return exactly(name, sd * {"sd": 1, "sem": n**-0.5, "ci95": t * n**-0.5}[reading], n)

    found = tie(moments("whole", values, of_whole), moments("part", part, of_part))
    assert found.largest[of_whole, of_part] == size


@given(
    st.floats(0.01, 10),
    st.floats(0.01, 10),
    st.integers(2, 60),
    st.integers(2, 60),
    st.sampled_from(READINGS),
    st.sampled_from(READINGS),
)
def test_the_largest_part_is_that_of_trying_every_size(e1, e2, n1, n2, of_whole, of_part):
    def squares(error: float, n: int, reading: str) -> float:
        t = stats.t.ppf(0.975, n - 1)
        return (n - 1) * (error * {"sd": 1, "sem": n**0.5, "ci95": n**0.5 / t}[reading]) ** 2

    limit = squares(e1, n1, of_whole) * (1 + 1e-9)
    fitting = [m for m in range(2, min(n1, n2) + 1) if squares(e2, m, of_part) <= limit]
    found = largest_part(exactly("a", e1, n1), exactly("b", e2, n2), of_whole, of_part)
    assert found == max(fitting, default=0)


def test_a_part_beyond_every_size_has_none():
    assert largest_part(exactly("a", 0.1, 10), exactly("b", 5.0, 10), "sd", "sd") == 0


# ---- the system --------------------------------------------------------------------------------


def test_an_exclusion_passes_through_a_shared_label_to_the_next_table():
    """a (SD by its limits) excludes SEM and CI of b; c shares b's label; d is a part of c."""
    ties = [
        tie(exactly("a", 1.0, 16), exactly("b", 1.0, 16)),
        tie(exactly("c", 1.0, 16), exactly("d", 1.0, 16)),
    ]
    scopes = {"a": "table", "b": "text", "c": "text", "d": "figure"}
    found = admissibility(scopes, {("a", "sem"), ("a", "ci95")}, ties)
    assert found.left == {"a": ("sd",), "b": ("sd",), "c": ("sd",), "d": ("sd",)}
    assert found.excluded[("d", "sem")].beside == ("sd",)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_the_ties_does_not_matter(order):
    """b must be SD (1.0) by the first tie and SEM (4.0) by the second: neither excludes any."""
    ties = [
        tie(exactly("a", 1.0, 16), exactly("b", 1.0, 16)),
        tie(exactly("b", 1.0, 16), exactly("c", 4.0, 16)),
        tie(exactly("d", 1.0, 16), exactly("e", 0.3, 16)),
    ]
    scopes = {row: row for row in "abcde"}
    refuted = {("a", "sem"), ("a", "ci95"), ("c", "sem"), ("c", "ci95")}
    refuted |= {("d", "sem"), ("d", "ci95"), ("e", "sd")}
    found = admissibility(scopes, refuted, [ties[place] for place in order])
    assert set(found.inconsistent) == set(ties[:2])
    assert found.left["b"] == READINGS
    assert found.left["e"] == ("ci95",)  # 0.3 x 4 as SEM is more than 1.0


def test_no_pair_that_survives_is_an_inconsistency_and_excludes_nothing():
    only_sd = {(row, reading) for row in "ab" for reading in ("sem", "ci95")}
    found = admissibility(
        {"a": "a", "b": "b"}, only_sd, [tie(exactly("a", 0.5, 10), exactly("b", 0.9, 10))]
    )
    assert len(found.inconsistent) == 1 and not found.excluded
    assert found.left == {"a": ("sd",), "b": ("sd",)}


def test_a_row_that_no_reading_fits_excludes_nothing_for_others():
    every = {("a", reading) for reading in READINGS}
    found = admissibility(
        {"a": "t", "b": "u", "c": "t"}, every, [tie(exactly("a", 0.1, 10), exactly("b", 9.0, 10))]
    )
    assert len(found.idle) == 1
    assert found.left == {"a": (), "b": READINGS, "c": READINGS}


def test_the_losses_that_the_paper_reports_widen_what_is_possible():
    """0.79 as SD is too much for 10 of 10 with 0.75, and not for 9: 8 x 0.624 <= 9 x 0.5625."""
    for fewest, possible in ((10, False), (9, True)):
        both = {(row, r) for row in "ab" for r in ("sem", "ci95")}
        found = admissibility(
            {"a": "a", "b": "b"},
            both,
            [tie(exactly("a", 0.75, 10), exactly("b", 0.79, 10), fewest)],
        )
        assert bool(found.inconsistent) is not possible


# ---- which rows are tied, and which is the whole ------------------------------------------------


def rows(*records: dict) -> pd.DataFrame:
    usual = {"outcome": "score", "arm": "treated", "visit": 0.0, "n": 12, "digitized": False}
    usual |= {"alternative_of": None, "error_low_known": 0.9, "error_high_known": 1.1}
    return pd.DataFrame([usual | record for record in records])


def test_the_row_with_more_patients_is_the_whole_whichever_is_the_alternative():
    found = ties_of(
        rows({"row_id": "a", "n": 10}, {"row_id": "b", "alternative_of": "a"}), {"treated": 0}
    )
    assert [(t.whole.row_id, t.part.row_id, t.fewest) for t in found] == [("b", "a", 10)]


def test_of_two_rows_of_one_size_the_alternative_may_be_the_part():
    found = ties_of(rows({"row_id": "b", "alternative_of": "a"}, {"row_id": "a"}), {"treated": 2})
    assert [(t.whole.row_id, t.part.row_id, t.fewest) for t in found] == [("a", "b", 10)]


def test_a_figure_may_be_of_a_part_of_the_tables_patients():
    found = ties_of(rows({"row_id": "f", "digitized": True}, {"row_id": "t"}), {"treated": 1})
    assert [(t.whole.row_id, t.part.row_id, t.fewest) for t in found] == [("t", "f", 11)]


@pytest.mark.parametrize("apart", [{"arm": "control"}, {"visit": 6.0}, {"outcome": "other"}])
def test_rows_about_other_patients_or_visits_are_not_tied(apart):
    assert not ties_of(rows({"row_id": "t"}, {"row_id": "f", "digitized": True} | apart), {})


def test_every_patient_whom_the_paper_reports_as_lost_counts(hu2013):
    assert losses(hu2013.study) == {"treated": 2, "control": 1}


# ---- from a study folder to the summaries -------------------------------------------------------


def test_a_reading_that_a_second_print_excludes_is_inadmissible_in_its_whole_scope():
    study = toy_study(upper=100.0)
    sd = {"error_label": "sd", "label_scope": "t1"}
    text = {"error_label": "sem", "label_scope": "text"}
    printed = collected(
        study,
        means=[
            a_mean("50", "45.0", row_id="wide", outcome="score", visit="6", **sd),
            a_mean("50.0", "5.0", **sd),
            a_mean("50.0", "5.0", row_id="again", alternative_of="m", **text),
            a_mean("40.0", "1.0", row_id="later", visit="6", arm="control", **text),
        ],
    )
    found = audit(trial_of(study, reported=printed))
    summaries = reconstruct(printed, found, readings=list(READINGS))
    left = summaries[summaries["admissible"]].groupby("row_id")["reading"].agg(list)
    assert left["again"] == left["later"] == ["sd"]


def test_two_prints_that_no_reading_joins_are_inconsistent_and_both_stay_possible():
    study = toy_study(upper=10.0)
    printed = collected(
        study,
        means=[
            a_mean("5.0", "0.1", label_scope="a"),
            a_mean("5.0", "4.0", row_id="again", alternative_of="m", label_scope="b"),
        ],
    )
    found = check_joint(study, printed, {("again", "sem"), ("again", "ci95")})
    assert [(f["verdict"], f["reading"]) for f in found] == [("inconsistent", None)]
