"""What a paper announces and never reports is listed, and bears on selective reporting."""

import re
from pathlib import Path

import pytest
from retrial.plainyaml import load
from retrial.report.risk_of_bias import SELECTION, risk_of_bias, unreported
from retrial.study.models import load_study
from retrial.study.outcomes import Outcome

HU2013 = Path(__file__).parents[2] / "resources/studies/hu2013"
STUDY = load_study(HU2013 / "study.yaml")


def of_selection(study):
    rows = risk_of_bias(study)
    return rows[rows["domain"] == SELECTION].iloc[0]


def test_half_of_the_primary_end_point_of_hu2013_is_never_reported():
    primary = [outcome.id for outcome in unreported(STUDY) if outcome.level == "primary"]
    assert primary == ["c_peptide_1h", "c_peptide_2h"]
    # The other half, fasting C-peptide, is printed at baseline and else only drawn.
    assert STUDY.outcome("c_peptide").reported == "figure"
    assert STUDY.outcome("c_peptide").level == "primary"


def test_selective_reporting_names_what_is_never_reported_primary_end_points_first():
    row = of_selection(STUDY)
    typed = next(d.not_stated for d in STUDY.risk_of_bias if d.domain == SELECTION)
    assert row["unreported"].split(", ") == [outcome.id for outcome in unreported(STUDY)]
    assert row["not_stated"].startswith(typed)
    told = row["not_stated"].removeprefix(typed)
    named = [outcome.label.lower() for outcome in unreported(STUDY)]
    places = [told.lower().index(label) for label in named]
    assert places == sorted(places)
    assert len(re.findall(r"\(primary end point\)", told)) == 2
    others = risk_of_bias(STUDY).query("domain != @SELECTION")
    assert others["unreported"].isna().all()


def test_an_outcome_that_gets_its_result_is_no_longer_missing():
    given = [
        outcome.model_copy(update={"reported": "yes"}) if outcome.reported == "no" else outcome
        for outcome in STUDY.outcomes
    ]
    complete = STUDY.model_copy(update={"outcomes": given})
    typed = next(d.not_stated for d in STUDY.risk_of_bias if d.domain == SELECTION)
    assert of_selection(complete)["not_stated"] == typed
    assert risk_of_bias(complete)["unreported"].isna().all()


def test_a_study_without_a_domain_for_it_gets_one():
    row = of_selection(STUDY.model_copy(update={"risk_of_bias": []}))
    first = unreported(STUDY)[0]
    assert (row["source"], row["quote"]) == (first.source, first.quote)
    assert "(primary end point)" in row["not_stated"]


@pytest.mark.parametrize("written", ["yes", "no", "figure"])
def test_yes_and_no_need_no_quotes_in_yaml(written, tmp_path):
    (tmp_path / "outcome.yaml").write_text(f"reported: {written}\n", encoding="utf-8")
    outcome = Outcome.model_validate(
        {
            "id": "x",
            "label": "X",
            "unit": "u",
            "kind": "continuous",
            "better": "none",
            **load(tmp_path / "outcome.yaml"),
            "source": "Methods",
            "quote": "X was measured",
        }
    )
    assert outcome.reported == written
