"""Each number by its own printed label first; another reading only where there is a reason."""

from __future__ import annotations

import pandas as pd
import pytest
from made_up import trial_of
from pydantic import ValidationError
from retrial.comparisons.selection import AS_LABELLED, means_of, tried
from retrial.stages.audit import audit
from retrial.stages.audit.label_fit import check_label_fit, reasons
from retrial.stages.meta.effects import effects_of
from retrial.stages.multiverse.means import means_product
from retrial.stages.reconstruct import reconstruct
from retrial.stages.retest import retest
from retrial.study.claims import Claim, DefensibleSet, PaperAnalysis
from retrial.tables import table
from retrial.validation.labels import beyond_the_label
from scipy import stats
from test_audit import a_mean, collected, toy_study

READINGS = ["sd", "sem", "ci95"]


def the_claim(**rest: object) -> Claim:
    defensible = {"means_methods": ["paired_t"], "rho": [0.5], "rho_source": "made up"} | rest.pop(
        "defensible", {}
    )
    own = {"method": "paired_t"} | rest.pop("own", {})
    usual = {
        "id": "falls",
        "kind": "trial",
        "statement": "made up",
        "quote": "made up",
        "source": "made up",
        "published_p": "p<0.05",
        "form": "change",
        "expect": "lower",
        "arm": "treated",
        "from_visit": 0,
        "targets": [{"outcome": "score", "visits": [6]}],
    }
    return Claim.model_validate({**usual, **rest, "paper_analysis": own, "defensible": defensible})


def stages(claim: Claim, *, table_error: str = "2.0"):
    """Table 1 prints an SD, the results a SEM: the normal case."""
    study = toy_study(lower=0.0, upper=100.0)
    reported = collected(
        study,
        means=[
            a_mean("50.0", table_error, error_label="sd", label_scope="table"),
            a_mean("48.0", "0.5", row_id="after", visit="6", label_scope="text"),
        ],
    )
    trial = trial_of(study, [claim], reported=reported, settings={"seed": 0, "rank_draws": 200})
    found = audit(trial)
    summaries = reconstruct(reported, found, readings=READINGS)
    tests = retest(trial.but(audit=found, summaries=summaries))
    return study, reported, found, summaries, tests.set_index("reading")


def test_two_labels_are_read_each_as_printed():
    """Independent: SD 2 before, SEM 0.5 of 12 (SD 1.73) after, correlation 0.5."""
    tests = stages(the_claim())[-1]
    after = 0.5 * 12**0.5
    se = ((2.0**2 + after**2 - 2 * 0.5 * 2.0 * after) / 12) ** 0.5
    assert tests.loc[AS_LABELLED, "p"] == pytest.approx(2 * stats.t.sf(2 / se, 11))
    assert tests.index[0] == AS_LABELLED
    assert tests["labelled"].to_dict() == {AS_LABELLED: True, "sd": False, "sem": False,
                                           "ci95": False}  # fmt: skip


def test_a_reading_without_a_reason_is_run_and_does_not_count():
    claim = the_claim(defensible={"readings": [AS_LABELLED, "sd", "sem"]})
    tests = stages(claim)[-1]
    assert tests["p"].notna().all()
    assert tests.index[tests["defensible"]].tolist() == [AS_LABELLED]


@pytest.mark.parametrize(
    ("opened", "after"),
    [(("before",), 0.5 * 12**0.5), (("before", "after"), 0.5), ((), 0.5)],
    ids=["a reason for the first", "a reason for both", "no reason"],
)
def test_a_reason_to_doubt_one_label_says_nothing_of_another(opened, after):
    """Read as SD: the second number keeps its SEM (SD 1.73) unless it is in doubt as well."""
    rows = [a_mean("50.0", "2.0"), a_mean("48.0", "0.5", row_id="after", visit="6")]
    study = toy_study(lower=0.0, upper=100.0)
    reported = collected(study, means=[row | {"label_scope": row["row_id"]} for row in rows])
    summaries = reconstruct(reported, table([], "audit"), readings=READINGS)
    first = reported["row_id"].iloc[0]
    ids = [first if row == "before" else row for row in opened]
    doubted = summaries["row_id"].isin(ids) & (summaries["reading"] == "sd")
    summaries = summaries.assign(open=doubted)
    wanted = [(reported[reported["visit"] == visit], "treated") for visit in (0, 6)]
    found = means_of(wanted, summaries, "", "sd")
    assert [mean.sd for mean in found] == pytest.approx([2.0, after])


def test_the_default_reading_is_the_stated_label_alone():
    assert DefensibleSet().readings == [AS_LABELLED]
    assert tried(["sd", "sem"]) == (AS_LABELLED, "sd", "sem")


def test_a_label_that_the_audit_refutes_is_said_and_opens_the_others(hu2013):
    mine = hu2013.tests[hu2013.tests["claim_id"] == "hba1c_better_than_before"]
    labelled = mine[mine["reading"] == AS_LABELLED]
    assert len(labelled) and not labelled["admissible"].any()
    assert set(mine.loc[mine["defensible"], "reading"]) == {"sd"}
    table_1 = hu2013.summaries[hu2013.summaries["label_scope"] == "table1"]
    assert set(table_1.loc[table_1["open"], "reading"]) == {"sd"}
    assert set(table_1.loc[table_1["open"], "because"]) == {"the audit refutes the stated label"}


def test_the_papers_own_analysis_of_a_table_and_a_figure_is_among_the_tests(btheb):
    """Table 1 prints SDs and the figure SEMs of one study: an ANOVA of both needs as_labelled."""
    rows = btheb.tests[btheb.tests["claim_id"] == "lower_over_all_visits"]
    own = rows[(rows["reading"] == AS_LABELLED) & rows["defensible"]]
    assert len(own) and own["labelled"].all()
    assert set(rows.loc[rows["defensible"], "reading"]) == {AS_LABELLED}


def test_only_as_labelled_counts_in_the_product_of_axes_too(hu2013):
    claim = next(c for c in hu2013.claims if c.id == "baseline_comparable")
    nothing = hu2013.summaries.assign(open=False, admissible=True)
    found = means_product(hu2013.but(summaries=nothing), claim)
    assert not len(found) or set(found.loc[found["defensible"], "reading"]) <= {AS_LABELLED}


def test_effects_have_a_row_as_labelled_where_the_labels_differ(hu2013):
    mixed = hu2013.reported.copy()
    mixed.loc[mixed["row_id"] == "age_control", "error_label"] = "sd"
    summaries = reconstruct(mixed, hu2013.audit, readings=READINGS)
    found = effects_of(hu2013.but(reported=mixed, summaries=summaries))
    labelled = found[found["reading"] == AS_LABELLED]
    assert labelled["outcome"].tolist() == ["age"]
    assert labelled[["reading_1", "reading_2"]].to_numpy().tolist() == [["sem", "sd"]]


def a_try(row_id: str, reading: str, fits: bool) -> dict:
    return {"row_id": row_id, "reading": reading, "fits": fits}


def test_printed_p_values_that_fit_another_reading_are_a_reason():
    """Of two printed p, the label gives one, SD both, the interval none."""
    study = toy_study(upper=100.0)
    reported = collected(
        study,
        means=[
            a_mean("50.0", "2.0"),
            *(
                {"row_id": p, "outcome": "score", "visit": "0", "statistic": "p",
                 "comparator": "=", "value": "0.03", "error_label": "none"}
                for p in ("p1", "p2")
            ),
        ],
    )  # fmt: skip
    tests = [a_try("p1", "sem", True), a_try("p2", "sem", False)]
    tests += [a_try(p, "sd", True) for p in ("p1", "p2")]
    found = check_label_fit(reported, tests)
    assert {f["reading"]: (f["value"], f["bound"]) for f in found} == {
        "sd": (2, 2), "sem": (1, 2), "ci95": (0, 2)
    }  # fmt: skip
    assert list(reasons(reported, found)) == [("t1", "sd")]


def test_bars_that_an_error_term_printed_elsewhere_contradicts_are_a_reason():
    reported = collected(toy_study(), means=[a_mean("5.0", "1.0")])
    bars = {"check": "figure_bars", "target": "m", "reading": "sd", "verdict": "inconsistent"}
    assert list(reasons(reported, [bars])) == [("t1", "sd")]
    assert not reasons(reported, [bars | {"verdict": "pass"}])


def test_an_analysis_that_cannot_be_rerun_neither_agrees_nor_differs():
    own = {"not_rerunnable": "covariates", "note": "adjusted for age and sex"}
    tests = stages(the_claim(own=own))[-1]
    assert set(tests["agreement"]) == {"not_rerunnable"}
    assert not tests["paper_analysis"].any()
    assert "consistent" in set(stages(the_claim())[-1]["agreement"])


def test_an_analysis_that_cannot_be_rerun_needs_a_note():
    with pytest.raises(ValidationError, match="needs a note"):
        PaperAnalysis(method="not_stated", not_rerunnable="covariates")


def test_a_diluted_label_is_warned_of_and_the_label_itself_is_not():
    claim = the_claim(defensible={"readings": [AS_LABELLED, "sd", "sem", "ci95"]})
    study, reported, found, *_ = stages(claim)
    (told,) = beyond_the_label(study, [claim], reported, found)
    assert "falls, defensible.readings: ci95 is not the stated label (SD and SEM)" in told


@pytest.mark.parametrize("name", ["hu2013", "btheb"])
def test_the_studies_have_no_diluted_label(name, request):
    found = request.getfixturevalue(name)
    parts = (found.study, found.claims, found.reported, found.audit)
    assert list(beyond_the_label(*parts)) == []


def test_nothing_is_known_of_a_label_without_numbers(hu2013):
    none = hu2013.reported[hu2013.reported["statistic"] != "mean"]
    bare = hu2013.but(reported=none)
    assert list(beyond_the_label(bare.study, bare.claims, bare.reported, pd.DataFrame(
        columns=["check"]))) == []  # fmt: skip
