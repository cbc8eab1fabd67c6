"""An error term that no reading fits: the inclusion criterion, the row or the label is at fault."""

import numpy as np
import pytest
from made_up import trial_of
from retrial.stages.audit import audit
from retrial.stages.audit.labels import check_labels
from retrial.stages.audit.spread import check_spread
from test_audit import READINGS, a_mean, collected, toy_study

CRITERION = {"lower": 0.25, "source": "made up", "quote": "made up for a test"}


def with_criterion(**criterion):
    study = toy_study(0.0, 1000.0)
    score = study.outcomes[0]
    bounds = type(score.natural_bounds).model_validate(CRITERION | criterion)
    chosen = score.model_copy(update={"eligibility_bounds": bounds})
    return study.model_copy(update={"outcomes": [chosen, *study.outcomes[1:]]})


def found_of(study, mean, error, n):
    rows = collected(study, means=[a_mean(mean, error, n)])
    found = check_spread(study, rows, READINGS)
    return found, check_labels(study, rows, found)


def greatest_sd(mean, n, least):
    """With a lower limit alone, all but one of the values are at the limit."""
    values = np.full(n, least)
    values[0] = n * mean - (n - 1) * least
    return values.std(ddof=1)


def test_a_row_that_no_reading_fits_contradicts_the_criterion_and_still_refutes_the_label():
    found, labels = found_of(with_criterion(), "0.33", "0.47", 15)
    verdicts = {f["reading"]: f["verdict"] for f in found if f["check"] == "sd_bound_widest"}
    assert verdicts == {"sd": "pass", "sem": "impossible", "ci95": "pass"}
    (inclusion,) = [f for f in found if f["check"] == "inclusion"]
    assert inclusion["verdict"] == "inconsistent" and inclusion["reading"] is None
    assert inclusion["bound"] == pytest.approx(greatest_sd(0.335, 15, 0.25))
    assert "asks for values of at least 0.25" in inclusion["detail"]
    (label,) = labels
    assert label["verdict"] == "inconsistent"
    assert label["detail"].endswith("what is left: CI95, SD")


def test_without_the_criterion_the_label_falls_in_the_same_way():
    found, labels = found_of(toy_study(0.0, 1000.0), "0.33", "0.47", 15)
    assert [f for f in found if f["check"] == "inclusion"] == []
    assert labels[0]["verdict"] == "inconsistent"


def test_a_criterion_that_some_reading_fits_is_held_against_all():
    found, _ = found_of(with_criterion(), "0.85", "0.47", 15)
    assert [f for f in found if f["check"] == "inclusion"] == []
    widest = {f["reading"]: f["bound"] for f in found if f["check"] == "sd_bound_widest"}
    assert widest["sd"] == pytest.approx(greatest_sd(0.855, 15, 0.25))


def test_a_row_that_no_natural_reading_fits_is_named_beside_a_label_that_stays():
    study = toy_study(0.0, 10.0)
    rows = collected(
        study,
        means=[a_mean("5.0", "30.0"), a_mean("5.0", "0.5", row_id="fine", arm="control")],
    )
    (label,) = check_labels(study, rows, check_spread(study, rows, READINGS))
    assert label["verdict"] == "pass"
    assert "no reading fits m, a fault of that row" in label["detail"]
    assert "nothing printed excludes it" not in label["detail"]


def test_a_label_that_fits_fewer_printed_p_than_another_reading_is_doubted():
    study = toy_study(0.0, 1000.0)
    rows = collected(
        study,
        means=[
            a_mean("10.0", "1.0", error_label="sd"),
            a_mean("11.0", "1.0", row_id="c", arm="control", error_label="sd"),
            {
                "row_id": "p",
                "outcome": "score",
                "visit": "0",
                "statistic": "p",
                "comparator": "=",
                "value": "0.49",
                "error_label": "none",
            },
        ],
    )
    found = audit(trial_of(study, reported=rows))
    fits = found[found["check"] == "label_fit"].set_index("reading")
    assert fits["verdict"].to_dict() == {"sd": "implausible", "sem": "pass", "ci95": "pass"}
    assert fits.loc["sd", "detail"].endswith("as they are labelled; 1 can, read as SEM")
