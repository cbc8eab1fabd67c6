"""The rules of judging, on made-up specifications: parts joined, calculations counted once."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import trial_of
from retrial.stages.judge import (
    comparison_verdict,
    deciding_axes,
    evidence_verdict,
    flips_at,
    judge,
    sales_verdict,
)
from retrial.stages.judge.joint import joint_specifications
from retrial.stages.judge.requirements import from_bounds
from retrial.study.claims import Claim
from retrial.tables import table

METHODS = ["fisher", "boschloo", "barnard", "chi2", "chi2_yates"]
NOTHING = table([], "audit"), table([], "sensitivity")


def claim(**rest: object) -> Claim:
    return Claim.model_validate(
        {
            "id": "c",
            "kind": "trial",
            "statement": "made up",
            "quote": "made up",
            "source": "made up",
            "form": "difference",
            "expect": "higher",
            "combine": "all",
            "targets": [
                {"outcome": "event", "categories": ["yes"], "visits": [6]},
                {"outcome": "event", "categories": ["no"], "visits": [6]},
            ],
            "paper_analysis": {"method": "not_stated"},
            "defensible": {
                "counts_methods": METHODS,
                "readings": ["sd", "sem"],
                "means_methods": ["student_t", "paired_t", "mixed_anova"],
            },
            **rest,
        }
    )


def sheet(rows: list[dict]) -> pd.DataFrame:
    """Specifications: defensible, of an event at month 6, each a calculation, unless said."""
    made = [
        {
            "claim_id": "c",
            "outcome": "event",
            "category": "yes",
            "visit": 6.0,
            "population": "as_printed",
            "comparator": "concurrent control",
            "multiplicity": "none",
            "method": "fisher",
            "calculation": f"t|{place}",
            "admissible": True,
            "defensible": True,
            "supports": False,
            "opposes": False,
            "p": 0.5,
        }
        | row
        for place, row in enumerate(rows)
    ]
    flags = ["admissible", "defensible", "supports", "opposes"]
    return table(made, "multiverse").astype(dict.fromkeys(flags, bool) | {"rho": float})


def judged(about: Claim, rows: pd.DataFrame) -> dict:
    return comparison_verdict(about, *NOTHING, rows, joint_specifications(about, rows))


BOTH = st.dictionaries(
    st.sampled_from(METHODS), st.tuples(st.booleans(), st.booleans()), min_size=1
)


@given(found=BOTH, combine=st.sampled_from(["all", "any"]))
def test_parts_are_joined_within_a_specification(found, combine):
    """By brute force: for each method, do all (or any) of its two events support the claim?"""
    rows = sheet(
        [
            {"method": method, "category": category, "supports": supports}
            for method, pair in found.items()
            for category, supports in zip(("yes", "no"), pair, strict=True)
        ]
    )
    joint = joint_specifications(claim(combine=combine), rows)
    join = all if combine == "all" else any
    expected = [join(pair) for pair in found.values()]
    assert len(joint.distinct) == len(found)
    assert (joint.distinct["state"] == "all").sum() == sum(expected)
    verdict = judged(claim(combine=combine), rows)["verdict"]
    assert verdict == (
        "confirmed" if all(expected) else "depends" if any(expected) else "not_confirmed"
    )


@given(
    flags=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=5),
    basis=st.sampled_from([None, "recomputed", "our_comparison", "proxy"]),
)
def test_the_defensible_set_alone_decides_in_words_that_fit_the_basis(flags, basis):
    about = claim(
        basis=basis, note="made up", combine=None,
        targets=[{"outcome": "event", "categories": ["yes"], "visits": [6]}],
    )  # fmt: skip
    rows = sheet(
        [
            {"method": METHODS[place], "defensible": defensible, "supports": supports}
            for place, (defensible, supports) in enumerate(flags)
        ]
    )
    chosen = [supports for defensible, supports in flags if defensible]
    found = judged(about, rows)
    ours = basis == "our_comparison"
    if not chosen:
        assert (found["basis"], found["verdict"]) == ("none", "not_testable")
        return
    assert found["basis"] == (basis or "recomputed")
    assert found["verdict"] == (
        ("shown" if ours else "confirmed")
        if all(chosen)
        else "depends"
        if any(chosen)
        else ("not_shown" if ours else "not_confirmed")
    )


def test_significant_the_other_way_is_the_opposite_or_contradicted():
    rows = sheet([{"category": category, "opposes": True} for category in ("yes", "no")])
    assert judged(claim(), rows)["verdict"] == "contradicted"
    assert judged(claim(basis="our_comparison"), rows)["verdict"] == "opposite"
    one = sheet([{"category": "yes", "opposes": True}, {"category": "no"}])
    assert judged(claim(combine="any"), one)["verdict"] == "not_confirmed"


def test_the_same_calculation_counts_once():
    rows = sheet(
        [
            {"version": f"count:{version}", "category": category, "supports": True,
             "calculation": f"fisher|{category}"}
            for version, category in product(("results", "discussion"), ("yes", "no"))
        ]
    )  # fmt: skip
    assert len(joint_specifications(claim(), rows).distinct) == 1


def test_a_claim_whose_every_specification_is_impossible_is_contradicted():
    rows = sheet([{"admissible": False, "defensible": False}] * 2)
    assert judged(claim(), rows) == {"basis": "bounds", "verdict": "contradicted"}


def test_a_choice_that_a_part_lacks_is_the_first_that_the_claim_lists():
    """Chi-square may not be defensible for a rare event: Fisher's test is taken there."""
    rows = sheet(
        [
            {"method": "fisher", "supports": True},
            {"method": "chi2", "supports": True},
            {"method": "chi2", "category": "no", "supports": False},
            {"method": "boschloo", "category": "no", "supports": False},
            {"method": "fisher", "category": "no", "supports": True},
            {"method": "boschloo", "supports": True},
        ]
    ).drop(index=2)
    joint = joint_specifications(claim(), rows)
    found = joint.frame.set_index("method")["state"]
    assert found.to_dict() == {"fisher": "all", "boschloo": "none", "chi2": "all"}


def test_what_is_not_printed_of_a_claim_makes_it_conditional():
    rows = sheet([{"supports": True}])
    assert judged(claim(), rows)["verdict"] == "conditional"
    assert judged(claim(), rows)["parts_missing"] == 1
    assert judged(claim(combine="any"), rows)["verdict"] == "confirmed"
    assert judged(claim(), sheet([{}]))["verdict"] == "not_confirmed"
    assert judged(claim(combine="any"), sheet([{}]))["verdict"] == "not_testable"


# ---- a continuous assumption ---------------------------------------------------------------------

RHOS = np.round(np.arange(0, 0.95, 0.1), 1)


def over_rho(reading: str, supports: np.ndarray) -> list[dict]:
    return [
        {"category": None, "reading": reading, "method": "paired_t", "rho": rho,
         "supports": bool(flag), "calculation": f"paired_t|{reading}|rho={rho:g}"}
        for rho, flag in zip(RHOS, supports, strict=True)
    ]  # fmt: skip


CHANGE = {
    "form": "change",
    "arm": "a",
    "from_visit": 0,
    "combine": None,
    "targets": [{"outcome": "event", "visits": [6]}],
}


@given(flips=st.lists(st.integers(0, len(RHOS)), min_size=2, max_size=2))
def test_points_of_a_grid_are_not_counted(flips):
    """Each reading supports above its own flip: all, some or none of the interval."""
    rows = sheet(
        over_rho("sd", np.arange(len(RHOS)) >= flips[0])
        + over_rho("sem", np.arange(len(RHOS)) >= flips[1])
    )
    about = claim(**CHANGE)
    joint = joint_specifications(about, rows)
    expected = ["all" if f == 0 else "none" if f == len(RHOS) else "some" for f in flips]
    assert joint.distinct["state"].tolist() == expected
    verdict = judged(about, rows)["verdict"]
    states = set(expected)
    assert verdict == (
        "confirmed" if states == {"all"} else "not_confirmed" if states == {"none"} else "depends"
    )


def test_the_value_at_which_it_flips_is_named_exactly_where_it_was_solved():
    rows = sheet(over_rho("sd", RHOS >= 0) + over_rho("sem", RHOS >= 0.5))
    about = claim(**CHANGE)
    joint = joint_specifications(about, rows)
    assert flips_at(about, joint, NOTHING[1]) == "reading=sem;rho=0.4 to 0.5"
    solved = table(
        [{"analysis": "correlation", "scenario": "rho_0.1", "claim_id": "c", "reading": "sem",
          "threshold": 0.4321}] * 2,
        "sensitivity",
    )  # fmt: skip
    assert flips_at(about, joint, solved) == "reading=sem;rho=0.4321"
    assert deciding_axes(joint.expanded, ["reading", "rho"]) == ["reading", "rho"]


def test_visits_and_a_test_of_all_visits_are_two_ways_to_one_claim():
    about = claim(combine=None, targets=[{"outcome": "event", "visits": [6, 9]}])
    single = [
        {"category": None, "reading": "sd", "method": "student_t", "visit": visit, "supports": ok}
        for visit, ok in ((6.0, True), (9.0, False))
    ]
    whole = {"category": None, "reading": "sd", "method": "mixed_anova", "visit": np.nan}
    joint = joint_specifications(about, sheet([*single, whole | {"supports": True}]))
    assert joint.frame.set_index("method")["state"].to_dict() == {
        "student_t": "none",
        "mixed_anova": "all",
    }


# ---- without a test, outside evidence, sales -----------------------------------------------------


def bounded(**holds: str) -> pd.DataFrame:
    return table(
        [
            {"analysis": "partial_identification", "scenario": "effect:any_sd:student_t",
             "claim_id": "c", "outcome": "event", "visit": 6.0, "reading": reading, "holds": word}
            for reading, word in holds.items()
        ],
        "sensitivity",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("holds", "verdict"),
    [
        ({"sd": "can", "sem": "can"}, "not_testable"),
        ({"sd": "can", "sem": "cannot"}, "not_testable"),
        ({"sd": "cannot", "sem": "cannot"}, "contradicted"),
        ({"sd": "must", "sem": "must"}, "confirmed"),
        ({"sd": "must", "sem": "can"}, "not_testable"),
        ({"sd": "cannot", "sem": "cannot", "ci95": "can"}, "contradicted"),  # no reading of its own
    ],
)
def test_bounds_decide_where_no_test_can_be_run(holds, verdict):
    assert from_bounds(claim(combine="all"), bounded(**holds))["verdict"] == verdict


def test_a_printed_p_that_cannot_be_contradicts_its_claim():
    """Even where every test agrees with the claim."""
    rows = sheet([{"supports": True}, {"category": "no", "supports": True}])
    joint = joint_specifications(claim(), rows)
    row = {"check": "printed_p", "target": "p1", "claims": "b;c"}
    for found, expected in (
        ({"verdict": "impossible"}, "contradicted"),
        ({"verdict": "pass"}, "confirmed"),
        ({"verdict": "impossible", "claims": "b"}, "confirmed"),
        ({"verdict": "impossible", "claims": None}, "confirmed"),
    ):
        audit = table([row | found], "audit")
        verdict = comparison_verdict(claim(), audit, NOTHING[1], rows, joint)["verdict"]
        assert verdict == expected


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        ({"value": 8, "spread_high": 73, "spread_type": "range"}, "contradicted"),
        ({"value": 8, "spread_high": 17, "spread_type": "range"}, "as_printed"),
        ({"value": 19}, "contradicted"),
        ({"value": 8, "spread_high": 73, "spread_type": "ci95"}, "as_printed"),
    ],
)
def test_a_limit_is_contradicted_by_evidence_beyond_it(row, verdict):
    about = claim(
        form="evidence", evidence=["one"], at_most=18, targets=[], combine=None,
        paper_analysis=None, defensible=None, expect=None,
    )  # fmt: skip
    evidence = table([{"id": "one"} | row], "evidence")
    assert evidence_verdict(about, evidence)["verdict"] == verdict
    assert evidence_verdict(about, evidence.iloc[:0])["verdict"] == "not_testable"


def sales(**needs: list[str]) -> Claim:
    return Claim.model_validate(
        {"id": "s", "kind": "sales", "form": "sales", "statement": "made up", "quote": "made up",
         "source": "made up", **needs}
    )  # fmt: skip


FARED = {
    "good": "confirmed",
    "ours": "shown",
    "mixed": "depends",
    "bad": "not_confirmed",
    "wrong": "contradicted",
    "reverse": "opposite",
    "open": "not_testable",
    "if_": "conditional",
    "said": "as_printed",
}


@pytest.mark.parametrize(
    ("needs", "verdict"),
    [
        ({}, "no_evidence"),
        ({"needs_all": ["good", "ours"]}, "indirect"),
        ({"needs_all": ["good", "open"]}, "not_testable"),
        ({"needs_all": ["good", "if_"]}, "not_testable"),
        ({"needs_all": ["good", "said"]}, "not_testable"),
        ({"needs_all": ["open", "bad"]}, "not_shown"),
        ({"needs_all": ["good", "mixed"]}, "not_shown"),
        ({"needs_all": ["wrong"]}, "not_shown"),
        ({"needs_all": ["good", "reverse"]}, "contradicted"),
        ({"needs_any": ["bad", "ours"]}, "indirect"),
        ({"needs_any": ["bad", "open"]}, "not_testable"),
        ({"needs_any": ["bad", "mixed"]}, "not_shown"),
        ({"needs_any": ["reverse", "good"]}, "indirect"),
        ({"needs_any": ["reverse"]}, "contradicted"),
        ({"needs_all": ["good"], "needs_any": ["bad", "open"]}, "not_testable"),
        ({"needs_all": ["good"], "contradicted_by": ["ours"]}, "contradicted"),
        ({"needs_all": ["good"], "contradicted_by": ["bad", "open"]}, "indirect"),
        ({"contradicted_by": ["bad"]}, "no_evidence"),
    ],
)
def test_a_sales_claim_is_judged_by_what_it_needs(needs, verdict):
    assert sales_verdict(sales(**needs), FARED) == verdict


def test_judge_is_silent_on_nothing():
    """No claim, no row; the columns stand."""
    empty = judge(trial_of(None))
    assert empty.empty and "basis" in empty.columns
