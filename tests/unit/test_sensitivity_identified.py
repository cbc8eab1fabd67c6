"""Bounds of what stands only in a figure: rows of a simulated study, and those of Hu 2013."""

import numpy as np
import pytest
from retrial.stages.sensitivity import analyse
from retrial.stages.sensitivity.identified import whether
from retrial.stages.sensitivity.identified_words import end_of
from scipy import stats
from test_sensitivity_any_study import (
    AT_8,
    BASELINE,
    PLACE,
    SCORE_AT_8,
    analysed,
    claim,
    mean,
    study,
)


def sentence(name, relation, arm, visits, **more):
    about = {"id": name, "relation": relation, "outcome": "score", "arm": arm, "visits": visits}
    return about | PLACE | more


def bounds(*parts, **more):
    rows = analysed(study(), *parts, **more)
    return rows[rows["analysis"] == "partial_identification"]


HIGHER = claim("difference", "higher", SCORE_AT_8)
P_OF_HIGHER = {"id": "p", "relation": "significant", "claim": HIGHER.id, **PLACE}


def test_without_sentences_the_limits_of_the_outcome_are_all():
    rows = bounds([HIGHER], BASELINE)
    assert (rows["ci_low"] == -100).all() and (rows["ci_high"] == 100).all()
    assert rows["estimate"].isna().all() and (rows["p_high"] == 1).all()
    assert rows["detail"].str.startswith("Bounds, not data: ").all()
    assert rows["detail"].str.contains("the claim can hold, and need not").all()
    assert rows["detail"].str.contains("No p-value was used").all()


def test_a_printed_mean_holds_to_its_rounding():
    rows = bounds([HIGHER], [*BASELINE, AT_8[1]])
    assert rows["ci_low"].unique() == pytest.approx([-47.05])
    assert rows["ci_high"].unique() == pytest.approx([53.05])
    assert set(rows["scenario"]) == {
        "effect:as_baseline_sd:student_t",
        "effect:equal_bars:student_t",
        "effect:any_sd:student_t",
    }


def test_what_is_needed_equals_the_test_under_that_assumption():
    rows = bounds([HIGHER], BASELINE)
    row = rows[(rows["scenario"] == "effect:as_baseline_sd:student_t") & (rows["reading"] == "sem")]
    sds = 8 * np.sqrt(20), 9 * np.sqrt(18)
    test = stats.ttest_ind_from_stats(row["threshold"].item(), sds[0], 20, 0, sds[1], 18)
    assert test.pvalue == pytest.approx(0.05, rel=1e-9)


def test_the_sentences_may_make_a_claim_impossible_or_certain():
    sentences = [
        sentence("fell", "decreasing", "high", [0, 4, 8]),
        sentence("rose", "increasing", "placebo", [0, 4, 8]),
    ]
    printed = [mean("high", 0, 40.0, 1.0, 20), mean("placebo", 0, 60.0, 1.0, 18)]
    for expect, holds in (("higher", "cannot"), ("lower", "must"), ("no_difference", "cannot")):
        rows = bounds([claim("difference", expect, SCORE_AT_8)], printed, constraints=sentences)
        known = rows[rows["scenario"] == "effect:as_baseline_sd:student_t"]
        assert known["ci_high"].unique() == pytest.approx([-19.9])
        assert known["detail"].str.contains(f"the claim {holds} hold").all()


def test_sentences_that_exclude_the_numbers_are_a_finding_and_no_crash():
    printed = [*BASELINE, mean("placebo", 4, 50.0, 9.0, 18)]
    falling = sentence("fell", "decreasing", "placebo", [0, 4], quote="placebo fell steadily")
    rows = bounds([HIGHER], printed, constraints=[falling])
    assert len(rows) and rows["ci_low"].isna().all() and rows["p_low"].isna().all()
    assert rows["detail"].str.contains("sentences and printed numbers exclude each other").all()
    assert rows["detail"].str.contains("'placebo fell steadily'").all()


def test_a_claims_own_p_does_not_bound_it():
    rows = bounds([HIGHER], BASELINE, constraints=[P_OF_HIGHER])
    assert (rows["ci_low"] == -100).all()
    assert rows["detail"].str.contains("No p-value was used").all()


def test_the_p_of_another_claim_bounds_and_is_named():
    change = claim("change", "higher", SCORE_AT_8, method="paired_t", arm="high", from_visit=0)
    printed = [mean("high", 0, 40.0, 8.0, 20), mean("placebo", 0, 41.0, 9.0, 18)]
    higher = claim("difference", "higher", SCORE_AT_8, published_p="p<0.05")
    same = sentence("same", "at_or_above_baseline", "placebo", [8])
    free = bounds([change, higher], printed, constraints=[same])
    rows = bounds([change, higher], printed, constraints=[same, P_OF_HIGHER])
    rows, free = (r[r["claim_id"] == change.id] for r in (rows, free))
    assert free["ci_low"].unique() == pytest.approx([-40.05])
    sd = rows[rows["reading"].eq("sd") & rows["scenario"].str.contains("as_baseline")].iloc[0]
    needed = stats.t.ppf(0.975, 36) * np.sqrt(
        (19 * 7.95**2 + 17 * 8.95**2) / 36 * (1 / 20 + 1 / 18)
    )
    assert sd["ci_low"] == pytest.approx(41 - 0.05 + needed - 40.05, abs=1e-6)
    assert rows["detail"].str.contains("The printed p of another claim was used").all()


@pytest.mark.parametrize(
    ("expect", "effect", "holds"),
    [
        ("lower", (-5, 1), "can"),
        ("lower", (-1, 9), "cannot"),
        ("lower", (-9, -4), "must"),
        ("lower", (0, 9), "cannot"),
        ("higher", (1, 5), "can"),
        ("different", (-5, 5), "can"),
        ("different", (4, 5), "must"),
        ("no_difference", (-5, 5), "can"),
        ("no_difference", (-1, 1), "must"),
        ("no_difference", (4, 5), "cannot"),
    ],
)
def test_whether_a_claim_can_hold_within_bounds(expect, effect, holds):
    assert whether(claim("difference", expect, SCORE_AT_8), effect, (2, 3)) == holds


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [(-1.345, "-1.345", "-1.345"), (102.65, "102.6", "102.7"), (0, "0", "0"), (7, "7", "7")],
)
def test_bounds_are_told_rounded_outwards(value, low, high):
    assert (end_of(value), end_of(value, upper=True)) == (low, high)


# ---- Hu 2013 ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rows(hu2013):
    return flagship(hu2013, hu2013.constraints)


def flagship(hu2013, constraints):
    settings = {"readings": ["sd", "sem"], "rho": [0.0, 0.5, 0.9]}
    return analyse(hu2013.but(settings=settings, constraints=constraints))


def pick(rows, **wanted):
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows


def test_hba1c_at_month_6_agrees_with_the_audit_and_with_what_is_required(hu2013, rows):
    """Treated 5.5 to its rounding; the control at most 6.79 to its rounding, and at least 0."""
    found = pick(rows, analysis="partial_identification", claim_id="hba1c_lower", visit=6.0)
    assert found["ci_low"].unique() == pytest.approx([5.45 - 6.795])
    assert found["ci_high"].unique() == pytest.approx([5.55])
    audit = pick(hu2013.audit, check="sentence", target="hba1c_lower")
    for reading, holds in (("sd", True), ("sem", False)):
        mine = found[found["reading"] == reading]
        assert (mine["detail"].str.contains("cannot hold") != holds).all()
        assert audit.set_index("reading").loc[reading, "verdict"] == (
            "pass" if holds else "inconsistent"
        )
        for mine_as, theirs_as in (("equal_bars", "equal_bars"), ("any_sd", "any_other_sd")):
            theirs = pick(rows, analysis="required_effect", scenario=theirs_as, reading=reading)
            needed = mine.loc[mine["scenario"] == f"effect:{mine_as}:student_t", "threshold"]
            # With SDs of any size the printed bar, too, is as short as its rounding allows.
            slack = 1e-9 if mine_as == "equal_bars" else 0.01
            assert needed.to_numpy() == pytest.approx(theirs["estimate"].item(), rel=slack)
            assert 5.5 - needed.iloc[0] == pytest.approx(theirs["threshold"].item(), abs=0.02)


def test_c_peptide_is_bounded_by_its_sentences(rows):
    found = pick(rows, analysis="partial_identification", claim_id="c_peptide_higher")
    at = found.groupby("visit")[["ci_low", "ci_high"]].agg(["min", "max"])
    assert at["ci_high"].eq(np.inf).all(axis=None)
    for visit in (1, 2, 3, 6, 9, 12, 24):
        assert at.loc[visit, "ci_low"].to_numpy() == pytest.approx(0.845 - 0.895)
    for visit in (15, 18, 21):
        assert at.loc[visit, "ci_low"].to_numpy() == pytest.approx(-0.895)


def test_no_p_value_bounds_the_flagship_and_no_other_row_depends_on_the_sentences(hu2013, rows):
    mine = pick(rows, analysis="partial_identification")
    assert mine["detail"].str.contains("No p-value was used").all()
    assert mine["estimate"].isna().all() and mine["p"].isna().all()
    few = [s for s in hu2013.constraints if s.id == "hba1c_control_reduced"]
    fewer = flagship(hu2013, few)
    others = rows["analysis"] != "partial_identification"
    kept = fewer[fewer["analysis"] != "partial_identification"]
    assert rows[others].reset_index(drop=True).equals(kept.reset_index(drop=True))


def test_every_quote_of_a_sentence_is_short_and_has_its_place(hu2013):
    for one in hu2013.constraints:
        assert one.source.startswith("Results") and len(one.quote) < 100


def test_bounds_by_physiology_stand_beside_those_by_arithmetic(rows):
    """A control mean of 0 % is arithmetic; 3.9 % is the lower end of the normal range."""
    found = pick(rows, analysis="partial_identification", claim_id="hba1c_lower", visit=6.0)
    assert found["ci_high"].unique() == pytest.approx([5.55])
    assert found["physiological_high"].unique() == pytest.approx([5.55 - 3.9])
    assert found["physiological_low"].unique() == pytest.approx([5.45 - 6.795])
    assert found["detail"].str.contains("With means of at least 3.9").all()


def test_bounds_by_physiology_are_never_wider_and_need_a_source(rows):
    bounded = rows[rows["physiological_low"].notna()]
    assert set(bounded["outcome"]) == {"hba1c"}
    assert (bounded["physiological_low"] >= bounded["ci_low"] - 1e-9).all()
    assert (bounded["physiological_high"] <= bounded["ci_high"] + 1e-9).all()
