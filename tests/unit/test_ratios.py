"""A spread that sampling does not explain is found, and no other."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stages.audit.ratios import THRESHOLD, check_ratios, critical_ratio, variance_ratio_p
from retrial.study.models import Study
from scipy import stats
from test_audit import collected, toy_study
from test_printed_p import arm_mean


def compared(*means: dict, study: Study | None = None) -> list[dict]:
    study = study or toy_study(lower=-1000, upper=1000)
    return check_ratios(study, collected(study, means=list(means)))


def test_an_sem_of_1_against_one_of_012_is_found_without_any_limits():
    (found,) = compared(
        arm_mean("treated", "0", "5.00", "1.00", 20), arm_mean("control", "0", "5.10", "0.12", 20)
    )
    assert found["verdict"] == "implausible"
    assert found["target"] == "treated_0"
    ratio = 0.995 / 0.125
    assert found["value"] == pytest.approx(ratio)
    assert f"{2 * stats.f.sf(ratio**2, 19, 19):.2g}" in found["detail"]
    assert found["bound"] == pytest.approx(sqrt(stats.f.isf(THRESHOLD / 2, 19, 19)))


def test_within_an_arm_the_p_holds_at_every_correlation():
    before, after = (
        arm_mean("treated", "0", "5.00", "1.00", 20),
        arm_mean("treated", "6", "5.10", "0.12", 20),
    )
    (found,) = compared(before, after)
    assert found["verdict"] == "implausible"
    f = (0.995 / 0.125) ** 2
    # Pitman and Morgan: the sum and the difference of the visits are uncorrelated if SDs are equal.
    for rho in (0.0, 0.5, -0.9):
        r = (f - 1) / sqrt((f + 1) ** 2 - 4 * rho**2 * f)
        p = 2 * stats.t.sf(r * sqrt(18) / sqrt(1 - r**2), 18)
        assert p <= variance_ratio_p(sqrt(f), 20, 20, True) * (1 + 1e-9)
        if rho == 0:
            assert p == pytest.approx(variance_ratio_p(sqrt(f), 20, 20, True))


def test_rounding_is_taken_into_account():
    (found,) = compared(
        arm_mean("treated", "0", "5", "1", 20), arm_mean("control", "0", "5", "0.2", 20)
    )
    # 1 may be as little as 0.5, and 0.2 as much as 0.25 where it is printed to one decimal.
    assert (found["value"], found["verdict"]) == (pytest.approx(0.5 / 0.25), "pass")


def test_a_spread_that_grows_with_its_mean_is_no_finding():
    rows = (
        arm_mean("treated", "0", "50.0", "10.0", 20),
        arm_mean("control", "0", "5.0", "1.0", 20),
    )
    assert compared(*rows, study=toy_study(lower=0, upper=1000))[0]["verdict"] == "pass"
    assert compared(*rows)[0]["verdict"] == "implausible"  # an outcome that can be negative


@given(st.integers(3, 40), st.integers(3, 40), st.floats(1e-7, 0.05), st.booleans())
def test_the_critical_ratio_has_the_p_that_it_is_for(n1, n2, p, same):
    assert variance_ratio_p(critical_ratio(p, n1, n2, same), n1, n2, same) == pytest.approx(
        p, rel=1e-6
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["sd", "sem", "ci95"]))
def test_normal_patients_with_equal_spread_are_no_finding(seed, label):
    rng = np.random.default_rng(seed)
    rows = []
    for arm in ("treated", "control"):
        values = rng.normal(50, 8, size=(12, 2))
        for column, visit in enumerate(("0", "6")):
            mean, sd = values[:, column].mean(), values[:, column].std(ddof=1)
            rows.append(arm_mean(arm, visit, f"{mean:.2f}", f"{sd:.2f}", error_label=label))
    assert {row["verdict"] for row in compared(*rows)} == {"pass"}


def test_the_flagship_has_no_such_finding(hu2013):
    found = check_ratios(hu2013.study, hu2013.reported)
    assert found
    assert {row["verdict"] for row in found} == {"pass"}


def test_a_table_and_a_figure_may_be_labelled_differently():
    def rows(scope: str) -> list[dict]:
        return [
            arm_mean("treated", "0", "5.00", "1.00", 20, error_label="sd"),
            arm_mean("treated", "6", "5.10", "0.22", 20, label_scope=scope),
        ]

    assert compared(*rows("t1"))[0]["verdict"] == "implausible"
    (found,) = compared(*rows("figure1"))  # 0.22 as an SEM is an SD of 0.98
    assert (found["verdict"], found["value"]) == ("pass", pytest.approx(1.0, abs=0.05))
