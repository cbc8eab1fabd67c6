"""Every way to break a study folder is told with its file, line, column, value and remedy."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from retrial.tables import COUNTS_INPUT, REPORTED_INPUT
from retrial.tables import EVIDENCE as EVIDENCE_COLUMNS
from retrial.validation import Problem, check, check_study, format_problems, summarize

RESOURCES = Path(__file__).parents[2] / "resources"
STUDY = RESOURCES / "studies" / "hu2013"
EVIDENCE = RESOURCES / "evidence" / "natural-history.csv"
FILES = (
    "study.yaml",
    "reported.csv",
    "counts.csv",
    "claims.yaml",
    "constraints.yaml",
    "figures/figures.yaml",
)

AGE = "age_treated,age,treated,0,mean,,17.6,8.7,,,sem,table1,15,years,Table 1,"
MALE = "sex_male_treated,sex,male,treated,0,9,15,,sex_treated,yes,randomized_treated,no,Table 1,"
LOW = "cells_minimum,cells,treated,,minimum,,1.5,"
DROPOUT = "    count: 1\n    last_visit: 9\n    first_missing: 15\n"
INSULIN_TARGET = "{outcome: insulin, categories: [stopped, cut_over_50], visits: [24]}"
CONTRADICTION = "  - id: hba1c_baseline\n"


@dataclass
class Case:
    """One edit of the sound folder and the problem that it must give."""

    name: str
    file: str
    old: str
    new: str
    row: str
    column: str
    value: str
    allowed: str
    marker: str = ""  # text that stands in the line of the problem; else the first edited line


def reported(name, old, new, row, column, value, allowed, marker=""):
    return Case(name, "reported.csv", old, new, row, column, value, allowed, marker or new)


def counts(name, old, new, row, column, value, allowed, marker=""):
    return Case(name, "counts.csv", old, new, row, column, value, allowed, marker or new)


def study(name, old, new, row, column, value, allowed, marker=""):
    return Case(name, "study.yaml", old, new, row, column, value, allowed, marker or new)


def claims(name, old, new, row, column, value, allowed, marker=""):
    return Case(name, "claims.yaml", old, new, row, column, value, allowed, marker or new)


def age(name, old, new, column, value, allowed):
    """An edit of the first row of reported.csv."""
    edited = AGE.replace(old, new, 1)
    return reported(name, AGE, edited, "age_treated", column, value, allowed)


def male(name, old, new, column, value, allowed):
    """An edit of one row of counts.csv."""
    edited = MALE.replace(old, new, 1)
    return counts(name, MALE, edited, "sex_male_treated", column, value, allowed)


CASES = [
    # ---- reported.csv, cell by cell
    age("decimal comma", ",17.6,8.7", ',17.6,"8,7"', "error", "8,7", "point, such as 8.7"),
    age("unicode minus", ",17.6,", ",−17.6,", "value", "−17.6", "minus sign"),
    age("middle dot", ",17.6,", ",17·6,", "value", "17·6", "such as 17.6"),
    age("space in a number", ",17.6,", ", 17.6,", "value", " 17.6", "no spaces"),
    age("space in a name", ",treated,", ",treated ,", "arm", "treated ", "no spaces"),
    age("not a number", ",17.6,", ",nan,", "value", "nan", "an empty cell"),
    age("infinite", ",17.6,", ",inf,", "value", "inf", "an empty cell"),
    age("huge", ",17.6,", ",99999999999999,", "value", "99999999999999", "below 10^12"),
    age("exponent", ",17.6,", ",1.76e1,", "value", "1.76e1", "in full"),
    age("words for a number", ",17.6,", ",about 18,", "value", "about 18", "decimal number"),
    age("no value", ",17.6,", ",,", "value", "", "as printed"),
    age("negative error", ",8.7,", ",-8.7,", "error", "-8.7", "0 or more"),
    age("negative n", ",15,", ",-15,", "n", "-15", "whole number"),
    age("broken n", ",15,", ",15.0,", "n", "15.0", "whole number"),
    age("n of zero", ",15,", ",0,", "n", "0", "at least 1"),
    age("n over the arm", ",15,", ",16,", "n", "16", "at most 15"),
    age("no n beside an error", ",15,", ",,", "n", "", "behind a mean"),
    age("unknown outcome", ",age,", ",agee,", "outcome", "agee", "did you mean age?"),
    age("unknown arm", ",treated,", ",placebo,", "arm", "placebo", "treated, control"),
    age("unknown visit", ",0,mean", ",5,mean", "visit", "5", "0, 1, 2, 3, 6, 9"),
    age("unknown statistic", ",mean,", ",average,", "statistic", "average", "one of mean"),
    age("count among the means", ",mean,", ",count,", "statistic", "count", "counts.csv"),
    age("unknown label", ",sem,", ",se,", "error_label", "se", "did you mean sem?"),
    age("no label", ",sem,", ",,", "error_label", "", "sem, sd"),
    age("label none", ",sem,", ",none,", "error_label", "none", "an error is printed"),
    age("label without error", ",8.7,", ",,", "error", "", "error_label none"),
    age("no scope", ",table1,", ",,", "label_scope", "", "such as table1"),
    age("label differs in its scope", ",sem,", ",sd,", "error_label", "sd", "share a label"),
    age("no place", ",Table 1,", ",,", "source", "", "the place in the paper"),
    age("comparator on a mean", "mean,,", "mean,<,", "comparator", "<", "only a printed p"),
    age("below its bounds", ",17.6,", ",-17.6,", "value", "-17.6", "at least 0"),
    age("another unit", ",years,", ",months,", "unit", "months", "years"),
    age("one end", ",8.7,,,", ",8.7,7.5,,", "error_high", "", "the other end"),
    age("ends crossed", ",8.7,,,", ",8.7,30,7.5,", "error_low", "30", "at most error_high (7.5)"),
    age("mean of a counted outcome", ",age,", ",sex,", "outcome", "sex", "continuous"),
    reported(
        "no quote",
        AGE + "age (years) 17.6±8.7",
        AGE,
        "age_treated",
        "quote",
        "",
        "every number needs its place and its quote",
    ),
    reported(
        "long quote", AGE, AGE + "x" * 400, "age_treated", "quote", "x", "3 to 400 characters"
    ),
    reported(
        "row twice",
        "age_control,age,control",
        "age_treated,age,control",
        "age_treated",
        "row_id",
        "age_treated",
        "each row_id once; it stands in reported.csv, line 2",
    ),
    reported(
        "one thing twice",
        "age_control,age,control",
        "age_control,age,treated",
        "age_control",
        "row_id",
        "age_control",
        "'age_treated' (line 2) is about the same",
    ),
    reported("no p sign", "p,<,0.05", "p,,0.05", "p_ppg", "comparator", "", "before a printed p"),
    reported("p over 1", "p,<,0.05", "p,<,5", "p_ppg", "value", "5", "a p between 0 and 1"),
    reported(
        "over its bounds",
        "treated,0,mean,,6.85,",
        "treated,0,mean,,685,",
        "hba1c_treated",
        "value",
        "685",
        "at most 100",
    ),
    reported(
        "minimum over maximum",
        LOW,
        LOW.replace("1.5", "15"),
        "cells_minimum",
        "value",
        "15",
        "at most the maximum, 3.2",
    ),
    reported(
        "alternative of nothing",
        ",hba1c_treated,hba1c_baseline:text",
        ",hba1c_treatd,hba1c_baseline:text",
        "hba1c_treated_text",
        "alternative_of",
        "hba1c_treatd",
        "did you mean hba1c_treated?",
    ),
    reported(
        "alternative of something else",
        ",hba1c_treated,hba1c_baseline:text",
        ",age_treated,hba1c_baseline:text",
        "hba1c_treated_text",
        "alternative_of",
        "age_treated",
        "the same outcome",
    ),
    reported(
        "unknown contradiction",
        "hba1c_baseline:text",
        "hba1c_base:text",
        "hba1c_treated_text",
        "version",
        "hba1c_base:text",
        "did you mean hba1c_baseline?",
    ),
    reported(
        "unknown version",
        "hba1c_baseline:text",
        "hba1c_baseline:texts",
        "hba1c_treated_text",
        "version",
        "hba1c_baseline:texts",
        "did you mean text?",
    ),
    reported(
        "version without its choice",
        "hba1c_baseline:text",
        "hba1c_baseline",
        "hba1c_treated_text",
        "version",
        "hba1c_baseline",
        "contradiction:choice",
        marker="hba1c_treated_text",
    ),
    reported(
        "alternative without version",
        ",hba1c_treated,hba1c_baseline:text",
        ",hba1c_treated,",
        "hba1c_treated_text",
        "version",
        "",
        "contradiction:choice",
        marker="hba1c_treated_text",
    ),
    # ---- reported.csv, its shape
    reported("a comma too many", AGE, AGE + "a, b", "age_treated", "", "20 fields", "19 fields"),
    reported("unknown column", ",error_label,", ",label,", "", "label", "label", "error_label?"),
    reported("column left out", ",error_label,", ",label,", "", "error_label", "", "a column"),
    reported("column twice", "note\n", "value\n", "", "value", "value", "each column once"),
    reported("semicolons", "row_id,", "x;y\n", "", "", "x;y", "not semicolons"),
    reported("open quotation mark", AGE, AGE + '"', "", "", "expected after", "in pairs", AGE),
    # ---- counts.csv
    male("broken count", ",9,", ",9.5,", "count", "9.5", "whole number"),
    male("negative count", ",9,", ",-9,", "count", "-9", "whole number"),
    male("count over total", ",9,15,", ",9,8,", "count", "9", "at most the total, 8"),
    male("no total", ",9,15,", ",9,,", "total", "", "could have been counted"),
    male("count over the arm", ",9,15,", ",16,16,", "count", "16", "at most 15"),
    male("remaining over total", ",15,,", ",15,16,", "remaining", "16", "at most the total"),
    male("count over remaining", ",15,,", ",15,8,", "remaining", "8", "at least the count, 9"),
    male("no exhaustive", ",yes,", ",,", "exhaustive", "", "yes (the tally's rows"),
    male("exhaustive maybe", ",yes,", ",maybe,", "exhaustive", "maybe", "yes, no"),
    male("no tally", ",sex_treated,", ",,", "tally", "", "a name shared"),
    male("no inferred", ",no,", ",,", "inferred", "", "yes or no"),
    male("unknown total row", "randomized_", "random_", "total_row", "random_treated", "mean rand"),
    male("continuous outcome", ",sex,", ",bmi,", "outcome", "bmi", "kind 'counts'"),
    male("category with spaces", ",male,", ",Male sex,", "category", "Male sex", "small letters"),
    # ---- study.yaml
    study("another id", "id: hu2013", "id: hu2014", "id", "id", "hu2014", "the folder's name"),
    study("unknown key", "doi: ", "dio: ", "dio", "dio", "dio", "did you mean doi?"),
    study("key left out", "doi: ", "dio: ", "doi", "doi", "", "the key 'doi'", "id: hu2013"),
    study("bad DOI", "doi: 10.1507", "doi: doi.org/10", "doi", "doi", "doi.org", "such as 10."),
    study("bad id", "  - id: treated", "  - id: Group I", "arms[0].id", "id", "Group I", "a-z"),
    study("n as words", "n: 15", "n: fifteen", "arms[0].n", "n", "fifteen", "whole number"),
    study("n too small", "n: 15", "n: 1", "arms[0].n", "n", "1", "at least 2"),
    study("not finite", "n: 15", "n: .nan", "arms[0].n", "n", ".nan", "a number"),
    study("number too long", "n: 15", "n: " + "9" * 5000, "arms[0].n", "n", "999", "exists"),
    study(
        "key twice", "    n: 15\n", "    n: 15\n    n: 16\n", "arms[0].n", "n", "n", "once", "n: 16"
    ),
    study(
        "role",
        "role: control",
        "role: treatment",
        "arms",
        "arms",
        "no such arm",
        "role is control",
        "arms:",
    ),
    study(
        "arm twice",
        "- id: control",
        "- id: treated",
        "arms[1].id",
        "id",
        "treated",
        "each id once; it stands in line 16",
        "- id: treated\n    label: Group II",
    ),
    study("visit order", "[0, 1, 2, 3,", "[0, 1, 3, 2,", "visits[3]", "visits", "2", "ascending"),
    study(
        "quote missing",
        "  quote: Data are",
        "  note: Data are",
        "error_label.quote",
        "quote",
        "",
        "the key 'quote': The paper's words",
        "error_label:",
    ),
    study("label", "  label: sem", "  label: se", "error_label.label", "label", "se", "mean sem?"),
    study(
        "drop-outs out of order",
        DROPOUT,
        DROPOUT.replace("9", "18"),
        "dropouts[0].last_visit",
        "last_visit",
        "18",
        "before first_missing (15)",
        "last_visit: 18",
    ),
    study(
        "too many drop-outs",
        DROPOUT,
        DROPOUT.replace("1\n", "15\n", 1),
        "dropouts[0].count",
        "count",
        "15",
        "at most 14 drop-outs",
        "count: 15",
    ),
    study(
        "drop-out of no arm",
        "arm: control\n    count",
        "arm: placebo\n    count",
        "dropouts[0].arm",
        "arm",
        "placebo",
        "an arm of study.yaml",
        "arm: placebo",
    ),
    study(
        "bounds crossed",
        "{lower: 0, upper: 100,",
        "{lower: 200, upper: 100,",
        "outcomes[5].natural_bounds",
        "natural_bounds",
        "a block",
        "must be below upper",
    ),
    study(
        "contradiction without rows",
        CONTRADICTION,
        "  - {id: idle, label: Idle, versions: {one: a, two: b}}\n" + CONTRADICTION,
        "contradictions[0].id",
        "id",
        "idle",
        "rows whose version is idle:one",
        "id: idle",
    ),
    study(
        "version without rows",
        "      text: 6.8",
        "      other: 7\n      text: 6.8",
        "contradictions[0].versions.other",
        "other",
        "other",
        "hba1c_baseline:other",
        "other: 7",
    ),
    study(
        "version yes",
        "      text: 6.8",
        "      yes: 6.8",
        "contradictions[0].versions",
        "",
        "yes",
        'write it in quotes: "yes"',
    ),
    study(
        "honeymoon's category",
        "categories: [stopped]}",
        "categories: [stoped]}",
        "honeymoon.event.categories[0]",
        "categories",
        "stoped",
        "did you mean stopped?",
    ),
    study(
        "honeymoon's evidence",
        "[steno1987_total,",
        "[steno87_total,",
        "honeymoon.comparable[0]",
        "comparable",
        "steno87_total",
        "did you mean steno1987_total?",
    ),
    study(
        "honeymoon's duration",
        "_months: [0, 6]",
        "_months: [6, 0]",
        "honeymoon.duration_at_entry_months[0]",
        "duration_at_entry_months",
        "6",
        "at most",
    ),
    study(
        "known value",
        "value: 0.38",
        "value: -0.38",
        "nonresponders.members[1].known[0].value",
        "value",
        "-0.38",
        "at least 0",
    ),
    study(
        "wrong indentation", "    label: Age", "   label: Age", "", "", "label: Age", "valid YAML"
    ),
    study(
        "tag",
        "title: Wh",
        "title: !!python/name:os.system Wh",
        "title",
        "title",
        "python",
        "without YAML tags",
    ),
    study(
        "left from the template",
        "label: Age\n",
        "label: made-up numbers\n",
        "outcomes[0].label",
        "label",
        "made-up numbers",
        "simulated: false",
        "made-up",
    ),
    # ---- claims.yaml
    claims(
        "claim's outcome",
        "{outcome: c_peptide, visits: [6]}",
        "{outcome: cpeptide, visits: [6]}",
        "claims[0].targets[0].outcome",
        "outcome",
        "cpeptide",
        "did you mean c_peptide?",
    ),
    claims(
        "claim's visit",
        "{outcome: c_peptide, visits: [6]}",
        "{outcome: c_peptide, visits: [7]}",
        "claims[0].targets[0].visits[0]",
        "visits",
        "7",
        "a visit of study.yaml",
    ),
    claims(
        "claim's category",
        "[occurred]",
        "[occured]",
        "claims[1].targets[0].categories[0]",
        "categories",
        "occured",
        "occurred",
    ),
    claims(
        "no categories",
        "categories: [male], ",
        "",
        "claims[5].targets[5].categories",
        "categories",
        "",
        "male, female",
        "{outcome: sex, visits",
    ),
    claims(
        "categories of a mean",
        "{outcome: age, visits",
        "{outcome: age, categories: [a], visits",
        "claims[5].targets[0].categories",
        "categories",
        "a list",
        "continuous",
    ),
    claims(
        "means methods for counts",
        "{counts_methods: [fisher, boschloo, barnard, chi2, chi2_yates]}",
        "{counts_methods: [fisher], readings: [sd], means_methods: [student_t]}",
        "claims[3].defensible.means_methods",
        "means_methods",
        "a list",
        "no means_methods",
    ),
    claims(
        "counts method for means",
        "means_methods: [student_t, welch_t]}",
        "means_methods: [fisher]}",
        "claims[0].defensible.means_methods[0]",
        "means_methods",
        "fisher",
        "a method for continuous",
    ),
    claims(
        "no readings",
        "{readings: [sd, sem], means_methods: [student_t, welch_t]}",
        "{means_methods: [welch_t]}",
        "claims[0].defensible.readings",
        "readings",
        "",
        "sd, sem",
    ),
    claims(
        "paper's method",
        "{method: not_stated}",
        "{method: student_t}",
        "claims[3].paper_analysis.method",
        "method",
        "student_t",
        "a method for these targets",
    ),
    claims(
        "unknown method",
        "{method: not_stated}",
        "{method: t_test}",
        "claims[3].paper_analysis.method",
        "method",
        "t_test",
        "student_t",
    ),
    claims(
        "printed p",
        "published_p: p<0.001",
        "published_p: p<<0.001",
        "claims[14].published_p",
        "published_p",
        "p<<0.001",
        "p<0.05, p=0.03 or ns",
    ),
    claims(
        "rests on nothing",
        "rests_on: [insulin_cut_by_half,",
        "rests_on: [insulin_cut,",
        "claims[22].rests_on[0]",
        "rests_on",
        "insulin_cut",
        "did you mean insulin_",
    ),
    claims(
        "sales on sales",
        "rests_on: [immune_modulation]",
        "rests_on: [sales_glucose]",
        "claims[25].rests_on[0]",
        "rests_on",
        "sales_glucose",
        "cannot rest on a sales claim",
    ),
    claims(
        "trial rests on trial",
        "    form: error_label\n",
        "    form: error_label\n    rests_on: [safe]\n",
        "claims[20].rests_on",
        "rests_on",
        "a list",
        "only a sales claim",
        "rests_on: [safe]",
    ),
    claims(
        "unknown row",
        "rows: [cells_mean,",
        "rows: [cell_mean,",
        "claims[21].rows[0]",
        "rows",
        "cell_mean",
        "did you mean cells_mean?",
    ),
    claims(
        "claim twice",
        "- id: safe",
        "- id: beta_cell_24_weeks",
        "claims[1].id",
        "id",
        "beta_cell_24_weeks",
        "each id once; it stands in line 5",
        "- id: beta_cell_24_weeks\n    kind: trial\n    level: primary\n    statement: The imp",
    ),
    claims(
        "form incomplete",
        "    label: sem\n",
        "",
        "claims[20]",
        "claims",
        "a block",
        "needs label",
        "- id: error_bars_sem",
    ),
    claims(
        "a list of nothing", "claims:\n", "claims: 3\nold:\n", "claims", "claims", "3", "a list"
    ),
    # ---- the others
    Case(
        "figure's file",
        "figures/figures.yaml",
        "status: pending",
        "status: digitized",
        "figures[1].file",
        "file",
        "",
        "project file",
        "- id: figure2",
    ),
    Case(
        "figure's arm",
        "figures/figures.yaml",
        "fpg, arms: [treated, control]",
        "fpg, arms: [treated, controls]",
        "figures[1].panels[0].arms[1]",
        "arms",
        "controls",
        "did you mean control?",
        "controls",
    ),
    Case(
        "figure outside the folder",
        "figures/figures.yaml",
        "status: pending",
        "status: digitized\n    file: ../../secret.json",
        "figures[1].file",
        "file",
        "../../secret",
        "beside figures.yaml",
        "secret",
    ),
    Case(
        "constraint's relation",
        "constraints.yaml",
        "at_or_below_baseline",
        "below_baseline",
        "constraints[0].relation",
        "relation",
        "below_baseline",
        "at_or_below_baseline",
        "relation: below",
    ),
]


SOUND = {file: (STUDY / file).read_bytes() for file in FILES}


@pytest.fixture(autouse=True)
def unbroken_documents_are_read_once(monkeypatch, read=check.read_document, kept={}):  # noqa: B006
    """Reading YAML is most of the time of a test: keep what the sound files give."""

    def read_document(path, name):
        if not path.is_file() or path.read_bytes() != SOUND[name]:
            return read(path, name)
        if name not in kept:
            kept[name] = read(path, name)
        return kept[name]

    monkeypatch.setattr(check, "read_document", read_document)


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(STUDY, tmp_path / "hu2013"))


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the sound file no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(path, marker):
    before, found, _ = path.read_text(encoding="utf-8").partition(marker)
    assert found
    return before.count("\n") + 1


def one_problem(problems, file, row, column, allowed):
    fitting = [
        p
        for p in problems
        if (p.file, p.row, p.column) == (file, row, column) and allowed in p.allowed
    ]
    assert len(fitting) == 1, format_problems(problems)
    return fitting[0]


def test_the_flagship_study_has_no_problems():
    assert check_study(STUDY, EVIDENCE) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file} {case.name}")
def test_a_fault_is_told_with_its_place_and_remedy(folder, case):
    edit(folder / case.file, case.old, case.new)
    problems = check_study(folder, EVIDENCE)
    problem = one_problem(problems, case.file, case.row, case.column, case.allowed)
    assert problem.line == line_of(folder / case.file, case.marker)
    assert case.value in problem.value if case.value else problem.value == ""


def test_evidence_is_checked(folder, tmp_path):
    evidence = tmp_path / "natural-history.csv"
    shutil.copy(EVIDENCE, evidence)
    edit(evidence, "0.123,proportion", "12.3,proportion")
    edit(evidence, "529,15,", "529,530,")
    edit(evidence, "529,210,", "529,120,")
    edit(evidence, "sweden2004_any", "china2020_adults")
    edit(evidence, "10.1155/2014/851378,doi", "doi 10.1155,doi")
    found = {(p.line, p.column): p for p in check_study(folder, evidence)}
    assert {p.file for p in found.values()} == {"natural-history.csv"}
    assert "0.12 for 12 %" in found[2, "value"].allowed
    assert "at most n, 529" in found[4, "events"].allowed
    assert "about 210 of 529" in found[5, "events"].allowed
    assert "each id once" in found[9, "id"].allowed
    assert "a DOI such as" in found[11, "doi"].allowed


def test_without_evidence_its_names_are_not_checked(folder):
    edit(folder / "study.yaml", "[steno1987_total,", "[steno87_total,")
    assert check_study(folder) == []


def test_missing_evidence_is_a_problem(folder, tmp_path):
    (problem,) = check_study(folder, tmp_path / "none.csv")
    assert (problem.file, problem.value) == ("none.csv", "no such file")


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_told(folder, file):
    (folder / file).rename(folder / "elsewhere")
    problem = one_problem(check_study(folder, EVIDENCE), file, "", "", "a file of this name")
    assert problem.line is None
    assert problem.value == "no such file"


def test_a_misnamed_file_is_recognized(folder):
    (folder / "claims.yaml").rename(folder / "claim.yml")
    (problem,) = check_study(folder, EVIDENCE)
    assert "did you mean it by claim.yml?" in problem.allowed


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    ("content", "line", "value", "allowed"),
    [
        (b"", 1, "an empty file", "a file with content"),
        (b" \n\n", 1, "an empty file", "a file with content"),
        (b"id: x\nna\xefve: 1\n", 2, "byte 0xef", "UTF-8"),
        ("id: x\n".encode("utf-16"), 1, "byte 0xff", "UTF-8"),
        (b"id: x\nlabel: \x00\n", 2, "\\x00", "no control characters"),
    ],
    ids=["empty", "blank", "latin1", "utf16", "nul"],
)
def test_a_file_that_is_no_text_is_told(folder, file, content, line, value, allowed):
    (folder / file).write_bytes(content)
    problem = one_problem(check_study(folder, EVIDENCE), file, "", "", allowed)
    assert (problem.line, problem.value) == (line, value)


@pytest.mark.parametrize("file", [f for f in FILES if f.endswith(".yaml")])
@pytest.mark.parametrize(
    ("content", "allowed"),
    [
        ("- a\n- b\n", "a block with the keys"),
        ("a: [1, 2\nb: 3\n", "valid YAML"),
        ("a: 1\n---\nb: 2\n", "valid YAML"),
        ("# only a comment\n", "a file with content"),
        ("a: *nowhere\n", "valid YAML"),
        ("[" * 5000, "YAML"),
        ("a: &a [*a]\n", "plain, short YAML"),
        (
            "a0: &a0 [1]\n"
            + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)),
            "plain, short YAML",
        ),
        ("!!python/object/apply:os.system ['true']\n", "without YAML tags"),
        ("<<: {a: 1}\n", "a key that is text"),
        ("? [a]\n: 1\n", "a key that is text"),
        ("when: 2013-99-99\n", "a number or date that exists"),
    ],
)
def test_yaml_that_is_no_plain_block_is_told(folder, file, content, allowed):
    (folder / file).write_text(content, encoding="utf-8")
    problems = [p for p in check_study(folder, EVIDENCE) if p.file == file]
    assert any(allowed in p.allowed for p in problems), format_problems(problems)


@pytest.mark.parametrize("file", ["claims.yaml", "counts.csv"])
def test_a_file_too_large_is_not_read(folder, file):
    with (folder / file).open("ab") as stream:
        stream.truncate(11_000_000)
    problem = one_problem(check_study(folder, EVIDENCE), file, "", "", "at most")
    assert problem.value == "a larger file"


def test_a_tag_runs_no_code(folder, tmp_path):
    mark = tmp_path / "mark"
    edit(folder / "study.yaml", "title: ", f"title: !!python/object/apply:os.mkdir ['{mark}'] #")
    assert check_study(folder, EVIDENCE)
    assert not mark.exists()


def test_a_folder_that_is_none_is_told(tmp_path):
    (problem,) = check_study(tmp_path / "nothing")
    assert (problem.file, problem.value) == ("nothing", "no such folder")
    assert problem.allowed == "a study folder"


def test_all_problems_are_told_at_once_in_the_order_of_files_and_lines(folder):
    edit(folder / "study.yaml", "n: 15", "n: fifteen")
    edit(folder / "reported.csv", ",17.6,8.7", ',"17,6",-8.7')
    edit(folder / "reported.csv", "age_control,age", "age_control,agee")
    edit(folder / "counts.csv", ",9,15,", ",19,15,")
    edit(folder / "claims.yaml", "published_p: ns", "published_p: nss")
    edit(folder / "constraints.yaml", "outcome: hba1c", "outcome: hba1d")
    (folder / "figures" / "figures.yaml").unlink()
    found = [(p.file, p.column) for p in check_study(folder, EVIDENCE)]
    assert found == [
        ("study.yaml", "n"),
        ("reported.csv", "error"),
        ("reported.csv", "value"),
        ("reported.csv", "outcome"),
        ("counts.csv", "count"),
        ("claims.yaml", "published_p"),
        ("constraints.yaml", "outcome"),
        ("figures/figures.yaml", ""),
    ]


def test_a_broken_study_file_does_not_make_every_name_unknown(folder):
    edit(folder / "study.yaml", "    label: Age", "   label: Age")
    problems = check_study(folder, EVIDENCE)
    assert [p.file for p in problems] == ["study.yaml"]


def test_a_problem_is_one_line():
    problem = Problem(
        "reported.csv",
        "hba1c_control",
        9,
        "error",
        "0,81",
        "a decimal number with a point, such as 0.81",
    )
    assert str(problem) == (
        'reported.csv, line 9, row hba1c_control, column error: found "0,81"; '
        "expected a decimal number with a point, such as 0.81"
    )
    assert str(Problem("claims.yaml", "claims[0].arm", 12, "arm", "", "an arm")) == (
        "claims.yaml, line 12, claims[0].arm: found nothing; expected an arm"
    )


def test_the_list_ends_with_the_count():
    problem = Problem("counts.csv", value="no such file", allowed="a file of this name")
    assert format_problems([problem]).splitlines()[-1] == "1 problem found; nothing was computed."
    assert format_problems([problem] * 2).endswith("2 problems found; nothing was computed.")


def test_a_spreadsheet_s_byte_order_mark_and_line_ends_are_no_problem(folder):
    for file in ("reported.csv", "counts.csv"):
        text = (folder / file).read_text(encoding="utf-8").replace("\n", "\r\n")
        (folder / file).write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert check_study(folder, EVIDENCE) == []


def test_line_numbers_count_the_lines_of_a_quoted_cell(folder):
    text = (folder / "reported.csv").read_text(encoding="utf-8")
    text = text.replace("Read from the flow chart's text", '"Read from\nthe flow chart"')
    (folder / "reported.csv").write_text(text.replace("p,<,0.001", "p,<,1.001"), encoding="utf-8")
    (problem,) = check_study(folder, EVIDENCE)
    assert problem.line == line_of(folder / "reported.csv", "p_insulin")


def test_a_digitized_figure_with_its_file_is_sound(folder):
    edit(folder / "figures/figures.yaml", "status: pending", "status: digitized\n    file: f2.json")
    (folder / "figures" / "f2.json").write_text("{}")
    assert check_study(folder, EVIDENCE) == []


def test_the_summary_is_the_same_every_time_and_names_no_place(folder):
    text = summarize(folder, EVIDENCE)
    assert text == summarize(STUDY, EVIDENCE)
    assert "reported.csv: 22 rows\n" in text
    assert "claims.yaml: 32 claims\n" in text
    assert str(folder.parent) not in text


RELAXED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def printable_in_one_line(problems):
    lines = format_problems(problems).split("\n")
    assert len(lines) == max(1, len(problems) + 1 if problems else 1)
    assert all(line.isprintable() for line in lines)
    assert all(p.allowed and p.file for p in problems)


@RELAXED
@given(data=st.data())
def test_no_corruption_of_any_byte_raises_an_error(folder, data):
    file = data.draw(st.sampled_from(FILES))
    content = bytearray((STUDY / file).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 20))
        content[start : start + length] = data.draw(st.binary(max_size=8))
    (folder / file).write_bytes(bytes(content))
    try:
        printable_in_one_line(check_study(folder, EVIDENCE))
    finally:
        shutil.copy(STUDY / file, folder / file)


@RELAXED
@given(data=st.data())
def test_no_exchange_of_a_word_raises_an_error(folder, data):
    file = data.draw(st.sampled_from(FILES))
    text = (STUDY / file).read_text(encoding="utf-8")
    odd = [
        "",
        "~",
        "[]",
        "{}",
        "-1",
        "1e400",
        ".inf",
        "yes",
        "2020-01-01",
        '"\\ud800"',
        "a: b",
        "*x",
    ]
    odd += ["[1, [2]]", "'", '"', ",", "\t", "é", "\u2028", "0x1F", "1:30", "!!set {a}", "?", "|"]
    for _ in range(data.draw(st.integers(1, 4))):
        words = text.split(" " if file.endswith(".yaml") else ",")
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(odd))
        text = (" " if file.endswith(".yaml") else ",").join(words)
    (folder / file).write_text(text, encoding="utf-8")
    try:
        printable_in_one_line(check_study(folder, EVIDENCE))
    finally:
        shutil.copy(STUDY / file, folder / file)


@RELAXED
@given(text=st.text(max_size=300), file=st.sampled_from(FILES))
def test_no_text_in_place_of_a_file_raises_an_error(folder, text, file):
    (folder / file).write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        printable_in_one_line(check_study(folder, EVIDENCE))
    finally:
        shutil.copy(STUDY / file, folder / file)


@pytest.mark.parametrize(
    ("page", "columns"),
    [
        ("README.md", REPORTED_INPUT),
        ("README.md", COUNTS_INPUT),
        ("evidence/README.md", EVIDENCE_COLUMNS),
    ],
    ids=["reported", "counts", "evidence"],
)
def test_every_column_is_explained(page, columns):
    text = (RESOURCES / page).read_text(encoding="utf-8")
    first_cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    explained = {name.strip(" `") for cell in first_cells for name in cell.split(",")}
    assert set(columns) <= explained
