"""The sentences of the sensitivity analyses: each scenario held against the printed answer."""

import pandas as pd
import pytest
from report_results import STUDY_FOLDER
from retrial.report.load import load
from retrial.report.sections import changed_answers, sensitivity


@pytest.fixture(scope="module")
def results(hu2013_results):
    return load(hu2013_results, STUDY_FOLDER)


def test_counts_without_the_nonresponders_change_the_answer_on_stopping_insulin(results):
    rows = results.analysis("nonresponders")
    rows = rows[(rows["claim_id"] == "insulin_stopped") & rows["visit"].ne(0)]
    total, found = changed_answers.changes(results, rows)
    assert total == 2  # 3 stopped, 4 stopped
    assert [claim for claim, _ in found] == ["insulin_stopped"]
    assert (
        "0.100 as printed" in found[0][1]
        and "0.041, these patients left out, without the event" in found[0][1]
    )


def test_the_report_names_every_claim_whose_answer_changes_without_nonresponders(results):
    words = sensitivity.analyses(results)
    told = words.split("non-responders (")[1].split("biased by construction")[0]
    assert "“More patients stop insulin”" in told and "0.041" in told
    assert "no answer changes" not in told


def test_a_scenario_of_the_other_direction_is_a_changed_answer(results):
    row = {name: None for name in results.sensitivity.columns}
    row |= {"claim_id": "insulin_stopped", "outcome": "insulin", "visit": 24.0, "method": "fisher"}
    rows = pd.DataFrame(
        [
            row | {"scenario": "as_printed", "p": 0.01, "estimate": 0.3},
            row | {"scenario": "worst_case", "p": 0.02, "estimate": -0.3},
        ]
    )
    for column in ("p", "estimate", "p_low", "p_high"):
        rows[column] = rows[column].astype(float)
    assert len(changed_answers.changes(results, rows)[1]) == 1
    rows.loc[1, "estimate"] = 0.2
    assert not changed_answers.changes(results, rows)[1]
