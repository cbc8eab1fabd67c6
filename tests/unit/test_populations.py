"""Counts of all who were randomized and counts of those analysed; visits in other units."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError
from retrial.comparisons.selection import count_of
from retrial.report.words import months
from retrial.stages.audit.tallies import check_tallies
from retrial.study.models import Study
from retrial.validation import check_study
from test_audit import a_count, collected, toy_study

STUDY = Path(__file__).parents[2] / "resources" / "studies" / "hu2013"


def two_populations(study: Study) -> pd.DataFrame:
    """3 of 12 randomized, and 3 of 10 analysed: the same event, printed twice."""
    rows = [
        a_count("all", 3, 12, category="happened", population="randomized", tally=""),
        a_count("some", 3, 10, category="happened", population="analysed", tally=""),
    ]
    return collected(study, counts=rows)


def test_tests_take_the_count_among_all_who_were_randomized():
    rows = two_populations(toy_study())
    assert count_of(rows, "treated", "", ["happened"]).total == 12
    assert count_of(rows[::-1], "treated", "", ["happened"]).total == 12


def test_where_only_the_analysed_are_printed_they_are_taken():
    rows = two_populations(toy_study())
    analysed = rows[rows["population"].eq("analysed").fillna(False)]
    assert count_of(analysed, "treated", "", ["happened"]).total == 10


@pytest.mark.parametrize(("total", "verdict"), [(12, "pass"), (11, "inconsistent")])
def test_a_count_among_all_randomized_has_their_number_below_it(total, verdict):
    study = toy_study()
    row = a_count("all", 3, total, category="happened", population="randomized", tally="")
    found = check_tallies(study, collected(study, counts=[row]))
    (one,) = [f for f in found if f["check"] == "denominator_randomized"]
    assert (one["verdict"], one["bound"]) == (verdict, 12)


def test_a_count_of_those_analysed_is_not_held_against_the_number_randomized():
    study = toy_study()
    row = a_count("some", 3, 10, category="happened", population="analysed", tally="")
    found = check_tallies(study, collected(study, counts=[row]))
    assert not [f for f in found if f["check"] == "denominator_randomized"]


def counts_with(folder: Path, populations: tuple[str, str]) -> Path:
    """Print group I's stopped insulin a second time, of 13, with these populations."""
    study = Path(shutil.copytree(STUDY, folder / "hu2013"))
    path = study / "counts.csv"
    table = pd.read_csv(path, dtype="string", keep_default_na=False)
    row = table[(table["outcome"] == "ketoacidosis") & (table["visit"] == "0")].iloc[[0]]
    again = row.assign(row_id="again", total_row="", tally="", exhaustive="")
    table.insert(table.columns.get_loc("note"), "population", "")
    again["population"] = populations[1]
    table.loc[row.index, "population"] = populations[0]
    pd.concat([table, again]).to_csv(path, index=False)
    return study


def test_the_same_count_in_two_populations_is_no_contradiction(tmp_path):
    problems = check_study(counts_with(tmp_path, ("randomized", "analysed")), None)
    assert not [p for p in problems if p.row in ("again",)], problems


def test_the_same_count_twice_in_one_population_is_refused(tmp_path):
    problems = check_study(counts_with(tmp_path, ("analysed", "analysed")), None)
    assert [p.column for p in problems if p.row == "again"] == ["row_id"]


@pytest.mark.parametrize(
    ("unit", "visit", "name", "in_months"),
    [
        ("days", 28, "day 28", 28 * 12 / 365.25),
        ("weeks", 12, "week 12", 12 * 7 * 12 / 365.25),
        ("months", 6, "month 6", 6),
        ("years", 1.5, "year 1.5", 18),
    ],
)
def test_a_visit_is_named_and_converted_by_its_unit(unit, visit, name, in_months):
    study = toy_study(visit_unit=unit)
    assert study.visit_name(visit) == name
    assert months(visit, unit).replace("\u00a0", " ") == name
    assert study.in_months(visit) == pytest.approx(in_months)


def test_visits_count_months_unless_the_study_says_otherwise():
    assert toy_study().visit_unit == "months"


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValidationError, match="visit_unit"):
        toy_study(visit_unit="fortnights")
