"""Every way to break a study folder is reported with its file, line, column, value and remedy."""

import re
import shutil
from pathlib import Path

import faults_in_claims
import faults_in_constraints
import faults_in_csv
import faults_in_study
import pytest
from retrial.registry import columns_of
from retrial.tables import COUNTS_INPUT, REPORTED_INPUT
from retrial.validation import Problem, check_study, format_problems, found_sound, summarize
from retrial.validation.quotes import holds
from study_files import FILES

RESOURCES = Path(__file__).parents[2] / "resources"
STUDY = RESOURCES / "studies" / "hu2013"
EVIDENCE = RESOURCES / "evidence" / "natural-history.csv"


CASES = [
    *faults_in_csv.CASES,
    *faults_in_study.CASES,
    *faults_in_claims.CASES,
    *faults_in_constraints.CASES,
]

pytestmark = pytest.mark.usefixtures("sound_documents_are_read_once")


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
    edit(evidence, "136,10.1155/2014/851378,doi", "136,doi 10.1155,doi")
    sound = EVIDENCE.read_text(encoding="utf-8").splitlines()
    line = {text.split(",")[0]: number for number, text in enumerate(sound, start=1)}
    found = {(p.line, p.column): p for p in check_study(folder, evidence)}
    assert {p.file for p in found.values()} == {"natural-history.csv"}
    assert "0.12 for 12 %" in found[line["steno1987_total"], "value"].allowed
    assert "at most n, 529" in found[line["podolakova2023_complete"], "events"].allowed
    assert "about 210 of 529" in found[line["podolakova2023_any"], "events"].allowed
    assert "each id once" in found[line["china2020_adults"], "id"].allowed
    assert "a DOI such as" in found[line["belgium2014_any"], "doi"].allowed


def test_a_proportion_says_what_it_counts(folder, tmp_path):
    evidence = tmp_path / "natural-history.csv"
    shutil.copy(EVIDENCE, evidence)
    edit(evidence, "to time,diagnosis,cumulative,below", "to time,birth,cumulative,below")
    edit(evidence, "at time,entry,point,insulin_stopped,", "at time,entry,cumulative,,")
    edit(evidence, "ever,diagnosis,cumulative,any", "ever,,cumulative,any")
    edit(evidence, "idaa1c_9,not_stated,cohort,0.624", "idaa1c_9,none+small,arm,0.624")
    sound = EVIDENCE.read_text(encoding="utf-8").splitlines()
    line = {text.split(",")[0]: number for number, text in enumerate(sound, start=1)}
    found = {(p.line, p.column): p.allowed for p in check_study(folder, evidence)}
    assert "entry, diagnosis" in found.pop((line["steno1987_partial"], "clock"))
    assert "point, as the window" in found.pop((line["protege2011_placebo_month12"], "occurrence"))
    assert "every proportion needs" in found.pop((line["protege2011_placebo_month12"], "event"))
    assert "every proportion needs" in found.pop((line["podolakova2023_any"], "clock"))
    assert "joined by +" in found.pop((line["belgium2018_3mo"], "selection"))
    assert "placebo_arm" in found.pop((line["belgium2018_3mo"], "group"))
    assert not found


def test_without_evidence_its_names_are_not_checked(folder):
    edit(folder / "study.yaml", "steno1987_total,", "steno87_total,")
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
        ("- " * 100_000, "plain, short YAML"),
        ("? " * 100_000, "plain, short YAML"),
        ("a: &a [*a]\n", "plain, short YAML"),
        (
            "a0: &a0 [1]\n"
            + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9)),
            "plain, short YAML",
        ),
        ("!!python/object/apply:os.system ['true']\n", "without YAML tags"),
        ("<<: {a: 1}\n", "a key that is text"),
        ("? [a]\n: 1\n", "a key that is text"),
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
    problems = check_study(folder, EVIDENCE)
    found = [(p.file, p.column) for p in problems if p.column != "quote"]
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
    problem = one_problem(
        check_study(folder, EVIDENCE), "reported.csv", "p_insulin", "value", "between 0 and 1"
    )
    assert problem.line == line_of(folder / "reported.csv", "p_insulin")


def test_a_project_file_that_holds_no_figure_is_told(folder):
    (folder / "figures" / "figure2.tar").write_text("{}")
    one_problem(
        check_study(folder, EVIDENCE), "figures/figures.yaml", "figures[1].file", "file", "version"
    )


def test_the_summary_is_the_same_every_time_and_names_no_place(folder):
    text = summarize(folder, EVIDENCE)
    assert text == summarize(STUDY, EVIDENCE)
    assert "reported.csv: 32 rows\n" in text
    assert re.search(r"^claims.yaml: \d+ claims$", text, re.M)
    assert str(folder.parent) not in text


def test_a_missing_file_is_not_taken_for_another_that_has_its_place(folder):
    (folder / "constraints.yaml").unlink()
    (problem,) = check_study(folder, EVIDENCE)
    assert problem.allowed == "a file of this name"


def test_rows_of_empty_cells_are_ignored(folder):
    for file in ("reported.csv", "counts.csv"):
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write("," * 18 + "\n,,,\n")
    assert check_study(folder, EVIDENCE) == []


def test_a_misspelt_key_is_one_problem(folder):
    edit(folder / "claims.yaml", "visits: [6]", "visit: [6]")
    (problem,) = check_study(folder, EVIDENCE)
    assert "did you mean visits?" in problem.allowed


@pytest.mark.parametrize("name", ["t_test", "Student's t-test", "studentt"])
def test_an_unknown_method_is_one_problem_with_those_that_fit(folder, name):
    edit(folder / "claims.yaml", "{method: mixed_anova", f'{{method: "{name}"')
    (problem,) = check_study(folder, EVIDENCE)
    assert "did you mean student_t?" in problem.allowed
    assert "fisher" not in problem.allowed


def test_a_claim_is_called_by_its_id(folder):
    edit(folder / "claims.yaml", "{outcome: c_peptide, visits: [6]}", "{outcome: c, visits: [6]}")
    text = format_problems(check_study(folder, EVIDENCE))
    assert "claim beta_cell_24_weeks (claims[0].targets[0].outcome): found" in text


@pytest.mark.parametrize(
    ("quote", "number", "there"),
    [
        ("age 17.6±8.7", "17.6", True),
        ("age 17.6±8.7", "8.7", True),
        ("age 17.6±8.7", "7.6", False),
        ("age 17.60±8.7", "17.6", False),
        ("10.05", "0.05", False),
        ("(P<.05)", "0.05", True),
        ("(P < 0·05)", "0.05", True),
        ("a change of − 1.2 kg", "-1.2", True),
        ("a change of 1.2 kg", "-1.2", False),
        ("1.2–3.4", "3.4", True),
        ("1,234 cells", "1234", True),
        ("1 234 cells", "1234", True),
        ("6,85 %", "6.85", True),
        ("6. 85", "6.85", True),
        ("fifteen patients", "15", True),
        ("no patient", "0", True),
        ("no patient", "10", False),
    ],
)
def test_a_quote_holds_its_number_as_text(quote, number, there):
    assert holds(quote, number) == there


def test_a_quote_without_its_number_is_told_in_a_study_that_is_real(folder):
    edit(folder / "reported.csv", "6.79±0.81", "6.97±0.81")
    edit(folder / "counts.csv", "fifteen patients", "many patients")
    problems = check_study(folder, EVIDENCE)
    assert [(p.file, p.column) for p in problems] == [
        ("reported.csv", "quote"),
        ("counts.csv", "quote"),
    ]
    assert "hold 6.79 as printed" in problems[0].allowed
    edit(folder / "study.yaml", "simulated: false", "simulated: true")
    assert check_study(folder, EVIDENCE) == []


def test_what_is_told_of_a_sound_folder(folder):
    text = found_sound(folder)
    assert re.fullmatch(
        r"No problems in hu2013: 32 printed numbers, \d+ counts, \d+ claims\.\n"
        r"(  figure\d: .+\n){5}"
        r"\d+ rows typed, \d+ used; these by nothing:\n(  .+\n)+"
        r"Next: make report STUDY=hu2013\n",
        text,
    )
    edit(folder / "study.yaml", "simulated: false", "simulated: true")
    assert "still marked as simulated (made-up) in study.yaml" in found_sound(folder)


@pytest.mark.parametrize(
    ("page", "columns"),
    [
        ("README.md", REPORTED_INPUT),
        ("README.md", COUNTS_INPUT),
        ("evidence/README.md", columns_of("evidence")),
    ],
    ids=["reported", "counts", "evidence"],
)
def test_every_column_is_explained(page, columns):
    text = (RESOURCES / page).read_text(encoding="utf-8")
    first_cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    explained = {name.strip(" `") for cell in first_cells for name in cell.split(",")}
    assert set(columns) <= explained
