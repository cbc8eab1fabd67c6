"""Nothing typed is dropped without a word: interval ends are used, the rest is listed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import trial_of
from retrial.stages.audit import audit
from retrial.stages.interval_ends import BOTH, LINEAR, LOG, NEITHER, check_interval_ends, scale_of
from retrial.study.claims import Claim
from retrial.study.models import Study
from retrial.validation.usage import usage, usage_lines
from scipy import stats
from test_audit import a_count, a_mean, collected, toy_study
from test_printed_p import a_claim, a_p, arm_mean, verdict


def with_ends(arm: str, mean: str, low: str, high: str, label: str = "ci95", **rest: str) -> dict:
    ends = {"error_low": low, "error_high": high, "error_label": label, "visit": "0"}
    return a_mean(mean, None, 12, **{"row_id": f"{arm}_0", "arm": arm, **ends, **rest})


def used(study: Study, claims: list[Claim] = (), **rows: list[dict]):
    reported = collected(study, **rows)
    findings = audit(trial_of(study, claims, reported=reported))
    return usage(study, list(claims), reported, findings).set_index("row_id"), findings


@pytest.mark.parametrize(
    ("mean", "low", "high", "scale"),
    [
        ("10.0", "9.0", "11.0", BOTH),  # the geometric middle, 9.95, rounds to 10.0 as well
        ("10.0", "6.0", "14.0", LINEAR),
        ("10.0", "5.0", "20.0", LOG),
        ("10.0", "9.0", "20.0", NEITHER),
        ("-2.0", "-5.0", "1.0", LINEAR),
    ],
)
def test_the_scale_of_an_interval_is_the_one_on_which_its_mean_is_the_middle(
    mean, low, high, scale
):
    assert scale_of(float(mean), 0.05, float(low), float(high), 0.05) == scale


@given(st.floats(1, 100), st.floats(0.2, 2), st.integers(1, 3))
def test_printing_an_interval_never_makes_it_asymmetric(mean, spread, decimals):
    half = 0.5 * 10.0**-decimals
    for low, high, scale in (
        (mean - spread, mean + spread, LINEAR),
        (mean * math.exp(-spread), mean * math.exp(spread), LOG),
    ):
        printed = [round(x, decimals) for x in (mean, low, high)]
        assert scale_of(printed[0], half, *printed[1:], half) in (scale, BOTH)


def test_half_the_width_of_a_printed_interval_is_its_error_term():
    row = collected(toy_study(), means=[with_ends("treated", "6.00", "4.50", "7.50")]).iloc[0]
    assert (row["error"], row["interval_scale"]) == (1.5, LINEAR)
    assert row["error_decimals"] == 2


def test_a_printed_p_is_compared_with_means_that_have_interval_ends():
    t = stats.t.ppf(0.975, 11)
    sd = 1.5 * np.sqrt(12) / t
    p = stats.ttest_ind_from_stats(6.0, sd, 12, 3.5, sd, 12).pvalue
    means = (
        with_ends("treated", "6.00", "4.50", "7.50"),
        with_ends("control", "3.50", "2.00", "5.00"),
    )
    found = verdict(a_p(f"{p:.3f}"), *means)
    assert found["verdict"] == "pass"
    assert "ci95: student_t" in found["fits"]


def test_geometric_means_are_compared_on_the_log_scale():
    t = stats.t.ppf(0.975, 11)
    sd = math.log(2) * np.sqrt(12) / t  # each interval: from half the mean to twice it
    p = stats.ttest_ind_from_stats(math.log(40), sd, 12, math.log(15), sd, 12).pvalue
    means = (
        with_ends("treated", "40.00", "20.00", "80.00"),
        with_ends("control", "15.00", "7.50", "30.00"),
    )
    study = toy_study(upper=1000)
    tried = verdict(a_p(f"{p:.3f}"), *means, study=study)["tried"].set_index(["reading", "test"])
    assert tried.loc[("ci95", "student_t"), "fits"]
    assert (
        tried.loc[("ci95", "student_t"), "p_low"] < p < tried.loc[("ci95", "student_t"), "p_high"]
    )
    lines, _ = used(study, means=[*means, a_p(f"{p:.3f}")])
    assert "log scale" in lines.loc["treated_0", "because"]
    assert lines.loc["treated_0", "used_by"] == "printed_p;audit"


def test_an_interval_whose_mean_is_not_its_middle_is_told():
    rows = [with_ends("treated", "6.0", "5.5", "9.9"), with_ends("control", "6.0", "4", "9", "iqr")]
    reported = collected(toy_study(), means=rows)
    verdicts = [finding["verdict"] for finding in check_interval_ends(reported)]
    assert verdicts == ["implausible", "not_applicable"]
    lines, _ = used(toy_study(), means=rows)
    assert "middle" in lines.loc["treated_0", "because"]
    assert lines["used_by"].isna().tolist() == [False, True]
    assert "interquartile" in lines.loc["control_0", "because"]


def test_what_is_used_by_nothing_is_listed_with_its_reason():
    rows = [
        arm_mean("treated", "0", "6.0", "1.0"),
        a_mean("5.0", None, row_id="half", arm="control", error_label="none"),
        a_mean("5.0", None, row_id="middle", arm="control", error_label="none", statistic="median"),
        a_p("0.03"),
    ]
    counts = [a_count("alone", 3, 12, tally=None), a_count("a", 3, 12), a_count("b", 9, 12)]
    lines, _ = used(toy_study(), means=rows, counts=counts)
    idle = lines[lines["used_by"].isna()]
    assert list(idle.index) == ["half", "middle", "p", "alone"]
    assert "median" in idle.loc["middle", "because"]
    assert "error term" in idle.loc["half", "because"]
    said = usage_lines(lines.reset_index())
    assert said[0] == "7 rows typed, 3 used; these by nothing:"
    assert any(line.startswith("  middle: because a median") for line in said)


def test_a_third_arm_is_said_to_be_in_no_test():
    study = toy_study(upper=1000).model_dump()
    third = {**study["arms"][0], "id": "third", "label": "Third"}
    study = Study.model_validate({**study, "arms": [*study["arms"], third]})
    rows = [arm_mean(arm, "0", "6.0", "1.0") for arm in ("treated", "control", "third")]
    lines, _ = used(study, [a_claim()], means=rows)
    assert lines.loc["treated_0", "used_by"] == "tests;summaries;audit"
    assert lines.loc["third_0", "because"].endswith("the tests compare treated with control")
    # With a printed p, all three arms are compared in one analysis of variance.
    lines, findings = used(study, [a_claim()], means=[*rows, a_p("0.9")])
    assert "printed_p" in lines.loc["third_0", "used_by"]
    fits = findings.set_index("check").loc["printed_p", "fits"]
    assert "anova" in fits


def test_every_row_of_the_flagship_is_used_or_has_its_reason(hu2013):
    lines = usage(hu2013.study, hu2013.claims, hu2013.reported, hu2013.audit)
    assert list(lines["row_id"]) == list(hu2013.reported["row_id"])
    assert (lines["used_by"].notna() | lines["because"].notna()).all()
    assert lines.set_index("row_id").loc["hba1c_treated_m6", "used_by"].startswith("tests")
