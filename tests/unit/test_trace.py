"""A number is followed from the claim to the print, and back."""

import pytest
from report_results import STUDY_FOLDER
from retrial.errors import UserError
from retrial.report.links import follow, ids_in
from retrial.report.load import load
from retrial.report.sections.all_tests import every_test
from retrial.report.sections.printed import quotes
from retrial.report.sections.verdicts import in_full
from retrial.report.trace import trace
from retrial.tables import read_table

CLAIM = "hba1c_better_than_before"
ROWS = {"hba1c_treated", "hba1c_treated_text", "hba1c_treated_m6"}


@pytest.fixture(scope="module")
def results(hu2013_results):
    return load(hu2013_results, STUDY_FOLDER)


def test_every_test_and_effect_names_printed_rows_that_are_there(hu2013):
    printed = set(hu2013.reported["row_id"])
    for frame in (hu2013.tests, hu2013.multiverse):
        assert frame["row_ids"].notna().all()
        assert {one for cell in frame["row_ids"] for one in cell.split(";")} <= printed


def test_the_rows_of_a_test_are_those_whose_numbers_it_takes(hu2013):
    """Values, sizes and arms of the named rows are those of the test."""
    rows = hu2013.reported.set_index("row_id")
    means = hu2013.tests[hu2013.tests["method"] == "student_t"]
    assert len(means) > 10
    for _, test in means.iterrows():
        first, second = (rows.loc[one] for one in test["row_ids"].split(";"))
        assert (first["value"], first["n"]) == (test["value_1"], test["n_1"])
        assert (second["value"], second["n"]) == (test["value_2"], test["n_2"])
        assert {first["outcome"], second["outcome"]} == {test["outcome"]}
    counts = hu2013.tests[hu2013.tests["method"] == "fisher"]
    for _, test in counts.iterrows():
        named = rows.loc[test["row_ids"].split(";")]
        by_arm = named.groupby("arm")["value"].sum()
        assert by_arm["treated"] == test["value_1"] and by_arm["control"] == test["value_2"]


def test_a_claim_leads_to_its_tests_rows_and_quotes(hu2013_results):
    said = trace(hu2013_results, STUDY_FOLDER, CLAIM)
    claim = read_table(hu2013_results / "claims.csv").set_index("claim_id").loc[CLAIM]
    assert f"verdict: {claim['verdict']}" in said and claim["quote"] in said
    assert claim["decided_by"].split(";")[0] in said
    for row in ROWS:
        assert f"    {row}: " in said
    assert "6 months 5.5 ± 0.67%" in said


def test_a_printed_row_leads_to_its_tests_and_claims(hu2013_results):
    said = trace(hu2013_results, STUDY_FOLDER, "hba1c_treated_m6")
    assert f"the claim {CLAIM} depends on it" in said
    tests = read_table(hu2013_results / "tests.csv")
    mine = tests["row_ids"].str.split(";").map(lambda ids: "hba1c_treated_m6" in ids).sum()
    assert f"enters {mine} tests" in said


def test_every_test_can_be_asked_for_those_that_the_report_leaves_out_too(hu2013_results):
    tests = read_table(hu2013_results / "tests.csv")
    shown = set(load(hu2013_results, STUDY_FOLDER).tests["test_id"])
    left_out = next(one for one in tests["test_id"] if one not in shown)
    assert trace(hu2013_results, STUDY_FOLDER, left_out).startswith(f"Test {left_out}")


def test_an_unknown_name_names_near_ones(hu2013_results):
    with pytest.raises(UserError, match=r"called 'hba1c_treatd'.*Near it: hba1c_treated"):
        trace(hu2013_results, STUDY_FOLDER, "hba1c_treatd")


def test_without_results_it_says_what_to_run(tmp_path):
    with pytest.raises(UserError, match="run make report STUDY=hu2013 first"):
        trace(tmp_path / "hu2013", STUDY_FOLDER, CLAIM)


def test_every_link_of_a_claim_leads_to_a_row_or_a_test_of_the_page(results):
    page = in_full(results) + every_test(results) + quotes(results)
    for _, claim in results.verdicts.iterrows():
        links = follow(results, claim).split('href="#')[1:]
        for link in links:
            anchor = link.split('"')[0]
            assert page.count(f'id="{anchor}"') == 1
    (claim,) = (row for _, row in results.verdicts.iterrows() if row["claim_id"] == CLAIM)
    assert 'href="#row-hba1c_treated_m6"' in follow(results, claim)
    assert f'href="#test-{ids_in(claim["decided_by"])[0]}"' in follow(results, claim)
