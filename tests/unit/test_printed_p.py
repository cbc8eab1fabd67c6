"""Every printed p-value is compared with what the printed numbers allow."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.stages.audit.printed_counts import mcnemar_range
from retrial.stages.audit.printed_p import check_printed_p, impossible_p_of, states
from retrial.stages.collect import collect
from retrial.study.claims import Claim
from retrial.study.models import Study
from retrial.study.typed import read_printed
from retrial.tables import COUNTS_INPUT, table
from scipy import stats
from test_audit import a_count, a_mean, collected, toy_study

PAPERS = Path(__file__).parents[1] / "data" / "papers"


def a_p(value: str, comparator: str = "=", **rest: str) -> dict:
    return {
        "row_id": "p",
        "outcome": "score",
        "visit": "0",
        "statistic": "p",
        "comparator": comparator,
        "value": value or None,
        "error_label": "none",
        **{key: text or None for key, text in rest.items()},
    }


def arm_mean(arm: str, visit: str, mean: str, error: str, n: int = 12, **rest: str) -> dict:
    return a_mean(mean, error, n, row_id=f"{arm}_{visit}", arm=arm, visit=visit, **rest)


def verdict(p: dict, *means: dict, study: Study | None = None, counts: list[dict] = ()) -> dict:
    study = study or toy_study(upper=1000)
    rows = collected(study, means=[*means, p], counts=list(counts))
    found, tried = check_printed_p(study, rows, 0.05)
    table(found, "audit")
    table(tried, "printed_p")
    return {**found[0], "tried": pd.DataFrame(tried)}


BASELINE = (arm_mean("treated", "0", "10.0", "2.0"), arm_mean("control", "0", "11.0", "2.1"))


def test_a_p_that_one_reading_gives_names_that_reading():
    as_sd = stats.ttest_ind_from_stats(10.0, 2.0, 12, 11.0, 2.1, 12).pvalue
    found = verdict(a_p(f"{as_sd:.3f}"), *BASELINE)
    assert found["verdict"] == "pass"
    assert "sd: student_t, welch_t" in found["fits"]
    assert "sem" not in found["fits"] and "as_labelled" not in found["fits"]


def test_the_range_of_each_test_holds_the_p_of_the_printed_numbers():
    tried = verdict(a_p("0.5"), *BASELINE)["tried"].set_index(["reading", "test"])
    for reading, factor in (("sd", 1), ("sem", np.sqrt(12)), ("as_labelled", np.sqrt(12))):
        for test, equal_var in (("student_t", True), ("welch_t", False)):
            p = stats.ttest_ind_from_stats(
                10.0, 2.0 * factor, 12, 11.0, 2.1 * factor, 12, equal_var=equal_var
            ).pvalue
            row = tried.loc[(reading, test)]
            assert row["p_low"] < p < row["p_high"]


def test_a_p_below_what_any_reading_gives_is_impossible():
    found = verdict(a_p("0.001", "<"), *BASELINE)
    assert found["verdict"] == "impossible"
    # the most significant reading is the one with the smallest spread
    sds = [2.0 * np.sqrt(12) / stats.t.ppf(0.975, 11), 2.0]
    assert found["p_low"] < stats.ttest_ind_from_stats(10.0, min(sds), 12, 11.0, 2.1, 12).pvalue
    assert found["bound"] == pytest.approx(found["p_low"])


def test_not_significant_is_compared_too():
    far = (arm_mean("treated", "0", "10.0", "0.1"), arm_mean("control", "0", "19.0", "0.1"))
    assert verdict(a_p("", "ns"), *far)["verdict"] == "impossible"
    assert verdict(a_p("", "ns"), *BASELINE)["verdict"] == "pass"


def test_a_change_whose_spreads_differ_too_much_cannot_be_significant():
    """SEM 1.00 against 0.12 (n 20): the change has an SD of at least 0.88 sqrt(20)."""
    study = toy_study(upper=1000)
    arms = [arm.model_copy(update={"n": 20}) for arm in study.arms]
    study = study.model_copy(update={"arms": arms})
    means = (
        arm_mean("treated", "0", "5.00", "1.00", 20),
        arm_mean("treated", "6", "5.90", "0.12", 20),
    )
    found = verdict(a_p("0.0001", "<", arm="treated", visit="6"), *means, study=study)
    assert found["verdict"] == "impossible"
    paired = found["tried"].query("test == 'paired_t' and reading == 'sem'").iloc[0]
    t = 0.91 / (0.995 - 0.125)  # the kindest numbers that round so, at a correlation of 1
    assert paired["p_low"] == pytest.approx(2 * stats.t.sf(t, 19), rel=1e-9)
    assert verdict(a_p("0.32", arm="treated", visit="6"), *means, study=study)["verdict"] == "pass"


def test_a_paired_p_names_the_correlation_that_it_needs():
    means = (arm_mean("treated", "0", "10.0", "2.0"), arm_mean("treated", "6", "12.0", "2.0"))
    found = verdict(a_p("0.0010", arm="treated", visit="6"), *means)
    row = found["tried"].query("test == 'paired_t' and reading == 'sd'").iloc[0]
    sd = 2.0 * np.sqrt(12) / stats.t.isf(0.0005, 11)
    rho = 1 - sd**2 / (2 * 2.0**2)
    assert row["rho_low"] < rho < row["rho_high"]


def test_a_p_without_its_numbers_is_not_applicable_and_says_why():
    only_one = verdict(a_p("0.03", visit="6"), arm_mean("treated", "6", "9.0", "1.0"))
    assert only_one["verdict"] == "not_applicable"
    assert "visit 6" in only_one["detail"]
    medians = verdict(a_p("0.03"), a_mean("9.0", None, statistic="median", error_label="none"))
    assert "median" in medians["detail"]
    over_time = verdict(a_p("0.03", visit=""), *BASELINE)
    assert over_time["verdict"] == "not_applicable"
    assert "some visits" in over_time["detail"]


def test_a_rank_test_that_the_paper_names_leaves_the_question_open():
    study = toy_study(upper=1000)
    named = {"method": "Mann-Whitney U", "used_for": "all", "source": "Methods", "quote": "U test"}
    study = Study.model_validate({**study.model_dump(), "reported_tests": [named]})
    found = verdict(a_p("0.001", "<"), *BASELINE, study=study)
    assert found["verdict"] == "implausible"
    assert "Mann-Whitney U" in found["detail"]


def test_a_correction_or_one_side_counts_only_where_the_paper_states_it():
    p = stats.ttest_ind_from_stats(10.0, 2.0, 12, 14.0, 2.0, 12).pvalue
    means = (arm_mean("treated", "0", "10.00", "2.00"), arm_mean("control", "0", "14.00", "2.00"))
    twice = a_p(f"{2 * p:.6f}")  # two visits: two comparisons
    plain = verdict(twice, *means)
    assert plain["verdict"] == "impossible"
    stated = {"method": "t tests with Bonferroni's correction", "used_for": "all"}
    stated |= {"source": "Methods", "quote": "corrected by Bonferroni"}
    study = Study.model_validate({**toy_study(upper=1000).model_dump(), "reported_tests": [stated]})
    corrected = verdict(twice, *means, study=study)
    assert corrected["verdict"] == "pass"
    assert "student_t_corrected" in corrected["fits"]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["sd", "sem", "ci95"]),
    st.sampled_from(["student", "welch", "change", "paired", "anova"]),
    st.integers(1, 3),
)
def test_no_p_of_real_patients_is_ever_impossible(seed, label, analysis, decimals):
    rng = np.random.default_rng(seed)
    covariance = rng.normal(size=(2, 2))
    patients = {
        arm: rng.normal(50, 4, 2) + rng.normal(size=(12, 2)) @ covariance
        for arm in ("treated", "control")
    }
    first, second = patients.values()
    p = {
        "student": lambda: stats.ttest_ind(first[:, 1], second[:, 1]).pvalue,
        "welch": lambda: stats.ttest_ind(first[:, 1], second[:, 1], equal_var=False).pvalue,
        "change": lambda: stats.ttest_ind(np.diff(first).ravel(), np.diff(second).ravel()).pvalue,
        "paired": lambda: stats.ttest_rel(first[:, 0], first[:, 1]).pvalue,
        "anova": lambda: stats.ttest_ind(first.mean(axis=1), second.mean(axis=1)).pvalue,
    }[analysis]()
    factor = {"sd": 1, "sem": 1 / np.sqrt(12), "ci95": stats.t.ppf(0.975, 11) / np.sqrt(12)}[label]
    means = [
        arm_mean(
            arm,
            str(visit),
            f"{values[:, column].mean():.{decimals}f}",
            f"{values[:, column].std(ddof=1) * factor:.{decimals}f}",
            error_label=label,
        )
        for arm, values in patients.items()
        for column, visit in enumerate((0, 6))
    ]
    where = {"paired": {"arm": "treated", "visit": "6"}, "anova": {"visit": ""}}
    printed = a_p(f"{p:.3f}", **where.get(analysis, {"visit": "6"}))
    found = verdict(printed, *means)
    assert found["verdict"] == "pass", found["detail"]
    assert f"{label}: " in found["fits"]


def events(arm: str, count: int, total: int, visit: str = "6", category: str = "relapse") -> dict:
    name = f"{category}_{arm}_{visit}"
    return a_count(name, count, total, arm=arm, visit=visit, category=category, tally=None)


def about_counts(value: str, comparator: str = "=", **rest: str) -> dict:
    return a_p(value, comparator, **{"outcome": "event", "visit": "6", **rest})


def test_a_p_about_counts_is_compared_with_every_test_of_the_table():
    counts = [events("treated", 3, 12), events("control", 9, 12)]
    fisher = stats.fisher_exact([[3, 9], [9, 3]]).pvalue
    yates = stats.chi2_contingency([[3, 9], [9, 3]]).pvalue
    for p, test in ((fisher, "fisher"), (yates, "chi2_yates")):
        found = verdict(about_counts(f"{p:.4f}", category="relapse"), counts=counts)
        assert found["verdict"] == "pass"
        assert test in found["fits"]
    wrong = verdict(about_counts("0.20", category="relapse"), counts=counts)
    assert wrong["verdict"] == "impossible"


def test_a_p_about_counts_without_a_category_tries_the_whole_table():
    counts = [
        *(events("treated", n, 12, category=c) for c, n in (("a", 2), ("b", 4), ("c", 6))),
        *(events("control", n, 12, category=c) for c, n in (("a", 6), ("b", 5), ("c", 1))),
    ]
    p = stats.chi2_contingency([[2, 4, 6], [6, 5, 1]]).pvalue
    found = verdict(about_counts(f"{p:.4f}"), counts=counts)
    assert found["verdict"] == "pass"
    assert "chi2_table" in found["fits"]


def test_a_change_of_a_count_is_compared_over_every_pairing():
    counts = [events("treated", 2, 12, "0"), events("treated", 9, 12, "6")]
    (low, high), _ = mcnemar_range(2, 9, 12)
    assert low == pytest.approx(stats.binomtest(0, 7).pvalue)  # 7 gain it, nobody loses it
    assert high == pytest.approx(stats.binomtest(2, 11).pvalue)  # 9 gain it, 2 lose it
    row = about_counts("0.016", category="relapse", arm="treated")
    assert verdict(row, counts=counts)["verdict"] == "pass"
    row = about_counts("0.5", category="relapse", arm="treated")
    assert verdict(row, counts=counts)["verdict"] == "impossible"


@given(st.integers(0, 8), st.integers(0, 8))
def test_mcnemars_range_is_that_of_every_table(before, after):
    exact = []
    for both in range(9):
        lost, gained = before - both, after - both
        if min(lost, gained) >= 0 and both + lost + gained <= 8:
            exact.append(stats.binomtest(lost, lost + gained).pvalue if lost + gained else 1.0)
    assert mcnemar_range(before, after, 8)[0] == pytest.approx((min(exact), max(exact)))


def a_claim(**rest: object) -> Claim:
    return Claim.model_validate(
        {
            "id": "higher",
            "kind": "trial",
            "statement": "The score was higher",
            "source": "Results",
            "quote": "the score was higher",
            "published_p": "p<0.01",
            "form": "difference",
            "expect": "higher",
            "targets": [{"outcome": "score", "visits": [0]}],
            "paper_analysis": {"method": "student_t"},
            "defensible": {"readings": ["sem"], "means_methods": ["student_t"]},
            **rest,
        }
    )


def test_a_claim_is_tied_to_its_printed_p_and_only_to_it():
    study, claim = toy_study(upper=1000), a_claim()
    same = collected(study, means=[a_p("0.001", "<")]).iloc[0]
    assert states(claim, same, 0.05)
    others = [a_p("0.05", "<"), a_p("0.001", "<", visit="6"), a_p("0.001", "<", arm="treated")]
    for other in others:
        assert not states(claim, collected(study, means=[other]).iloc[0], 0.05)
    rows = collected(study, means=[*BASELINE, a_p("0.001", "<")])
    audit = table(
        check_printed_p(study, rows, 0.05, [claim, a_claim(id="none", published_p="")])[0], "audit"
    )
    assert impossible_p_of("higher", audit) == ["p"]
    assert impossible_p_of("none", audit) == []


@pytest.fixture(scope="module")
def cardoso2020() -> tuple[Study, pd.DataFrame]:
    typed = read_printed(PAPERS / "cardoso2020.csv")
    base = toy_study().model_dump()
    sourced = {"source": "Table 1", "quote": "n randomized"}
    arms = [
        {"id": arm, "label": arm, "role": role, "n": n, **sourced}
        for arm, role, n in (
            ("olive_oil", "treatment", 34),
            ("dietbra", "control", 38),
            ("both", "treatment", 39),
        )
    ]
    outcomes = [
        {**base["outcomes"][0], "id": name, "natural_bounds": None}
        for name in typed["outcome"].unique()
    ]
    study = Study.model_validate(
        {**base, "arms": arms, "outcomes": outcomes, "visits": [0, 3], "reported_tests": []}
    )
    none = pd.DataFrame(columns=COUNTS_INPUT, dtype="string")
    return study, collect(study, typed, none)


@pytest.mark.slow
def test_every_printed_p_of_a_published_paper_is_compared_within_and_between_its_three_arms(
    cardoso2020,
):
    study, rows = cardoso2020
    found, tried = check_printed_p(study, rows, 0.05)
    assert len(found) == 63
    assert {row["verdict"] for row in found} == {"pass"}
    tests = pd.DataFrame(tried)
    within = tests[tests["arm"].notna()]
    assert within["row_id"].nunique() == 27
    # Its footnote: unpaired t tests within each arm. They fit most of the p-values, to the digit.
    unpaired = within[within["test"].eq("unpaired_student_t") & within["reading"].eq("sd")]
    assert unpaired["fits"].sum() >= 15
    p = stats.ttest_ind_from_stats(1.053, 0.136, 34, 1.092, 0.139, 28).pvalue
    spine = unpaired[unpaired["row_id"] == "p_bmd_spine_olive_oil"].iloc[0]
    assert spine["fits"] and spine["p_low"] < p < spine["p_high"]
    anova = tests[tests["test"].eq("anova") & tests["row_id"].eq("p_bmd_spine_all")]
    assert anova.set_index("reading").loc["sd", "fits"]


def test_a_slip_in_a_published_p_is_found(cardoso2020):
    study, rows = cardoso2020
    swapped = rows[rows["outcome"] == "energy"].copy()
    # 1678.1 v. 1104.1 kcal, n 32; at a correlation of -1 the SDs add up to that of the change.
    least_t = 573.9 / (568.25 + 609.75) * np.sqrt(32)
    assert 2 * stats.t.sf(least_t, 31) < 0.01
    swapped.loc[swapped["row_id"] == "p_energy_dietbra", "value"] = 0.9
    found = {row["target"]: row for row in check_printed_p(study, swapped, 0.05)[0]}
    # n differs between its visits (38 and 32): the patients of both could have other means.
    assert found["p_energy_dietbra"]["verdict"] == "implausible"
    assert found["p_energy_olive_oil"]["verdict"] == "pass"
