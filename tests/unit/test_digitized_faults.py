"""A fault of a digitized figure is one message with its place in figures.yaml."""

import json
import re
import shutil
from pathlib import Path

import pytest
from digitized_cases import words
from figure_projects import drop_in, made_up
from retrial.study.figures import Figures, load_figures
from retrial.study.models import load_study
from retrial.validation import check_study, format_problems, found_sound

RESOURCES = Path(__file__).parents[2] / "resources"
STUDY = RESOURCES / "studies" / "hu2013"
EVIDENCE = RESOURCES / "evidence" / "natural-history.csv"
YAML = "figures/figures.yaml"
VISITS = load_study(STUDY / "study.yaml").visits
LISTED = {figure.id: figure for figure in load_figures(STUDY / YAML)}


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(STUDY, tmp_path / "hu2013"))


@pytest.fixture
def dropped(folder):
    """The flagship with a made-up project for each of its figures."""
    drop_in(folder)
    return folder


def edit(folder, old, new):
    text = (folder / YAML).read_text(encoding="utf-8")
    assert old in text, f"figures.yaml no longer holds {old!r}"
    (folder / YAML).write_text(text.replace(old, new, 1), encoding="utf-8")


def lay(folder, name, figure, visits=VISITS, **options):
    (folder / "figures" / name).write_bytes(made_up(LISTED[figure], visits, **options))


def only(folder, row, column, *phrases):
    """The folder's one problem, told in one line."""
    problems = check_study(folder, EVIDENCE)
    assert len(problems) == 1, format_problems(problems)
    (problem,) = problems
    assert (problem.file, problem.row, problem.column) == (YAML, row, column)
    for phrase in phrases:
        assert re.search(words(phrase), problem.allowed), problem.allowed
    text = format_problems(problems)
    assert str(folder) not in text and "Traceback" not in text
    assert len(text.splitlines()) == 2
    return problem


def test_made_up_projects_fit_what_is_written_down(dropped):
    assert check_study(dropped, EVIDENCE) == []
    assert "No problems in hu2013" in found_sound(dropped)


def test_noisy_clicks_fit_too(folder):
    drop_in(folder, sd=1.0, seed=3)
    assert check_study(folder, EVIDENCE) == []


@pytest.mark.parametrize("figure", [id_ for id_, figure in LISTED.items() if figure.file])
def test_each_figure_may_come_by_itself(folder, figure):
    lay(folder, LISTED[figure].file, figure)
    assert check_study(folder, EVIDENCE) == []
    digitized = [f.id for f in load_figures(folder / YAML) if f.digitized]
    assert digitized == [figure]


@pytest.mark.parametrize(
    ("content", "phrase"),
    [
        (b"", "a digitizer's project file; it is empty"),
        (b"{", "it is not JSON"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a binary file of an unknown format"),
        (b"PK\x03\x04", "is a ZIP archive"),
        (b"a,b\n1,2\n", "no known table"),
    ],
)
def test_a_file_that_is_no_project_is_told(dropped, content, phrase):
    (dropped / "figures/figure3.tar").write_bytes(content)
    problem = only(dropped, "figures[2].file", "file", phrase)
    assert problem.value == "figure3.tar"
    line = (dropped / YAML).read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert line.strip() == "file: figure3.tar"


def test_a_folder_in_place_of_a_project_is_told(folder):
    edit(folder, "status: pending", "status: digitized")
    (folder / "figures/figure2.tar").mkdir()
    only(folder, "figures[1].file", "file", "a file that is in the folder figures/")


def test_a_series_of_another_name_is_told_with_those_that_are_there(dropped):
    edit(dropped, "name: ppg control", "name: ppg saline")
    only(
        dropped,
        "figures[1].file",
        "file",
        "panel b, arm control",
        "no series 'ppg saline' on the axes 'ppg'",
        "'ppg control' on 'ppg'",
    )


def test_axes_of_another_name_are_told(dropped):
    edit(dropped, "axes: hba1c", "axes: HbA1c")
    only(dropped, "figures[2].file", "file", "on the axes 'HbA1c'", "'hba1c treated' on 'hba1c'")


def test_a_point_off_every_visit_is_told(dropped):
    lay(dropped, "figure5.tar", "figure5", [*VISITS[:5], 7.5, *VISITS[6:]])
    only(
        dropped,
        "figures[4].file",
        "file",
        "panel a, arm treated",
        "lies at month 7.50; the nearest visit is",
        "panel a, arm control",
    )


def test_a_listed_visit_without_a_point_is_told(dropped):
    lay(dropped, "figure3.tar", "figure3", skip=(9,))
    assert check_study(dropped, EVIDENCE) == []
    edit(dropped, "axes: hba1c\n", f"axes: hba1c\n        visits: {VISITS}\n")
    only(dropped, "figures[2].file", "file", "panel a, arm control: no point at month 9")


@pytest.mark.parametrize("n", [15, 1])
def test_more_patients_than_were_randomized_are_told(dropped, n):
    shown = f"visits: [0, 6]\n        n: [{{arm: control, n: [14, {n}]}}]"
    lay(dropped, "figure3.tar", "figure3", [0, 6])
    edit(dropped, "axes: hba1c\n", f"axes: hba1c\n        {shown}\n")
    problem = only(
        dropped,
        "figures[2].panels[0].n[0].n",
        "n",
        "from 2 to the 14 patients of 'control'",
    )
    assert problem.value == f"14, {n}"


def test_patients_for_other_visits_are_told(dropped):
    shown = "visits: [0, 6]\n        n: [{arm: control, n: [14, 14, 14]}]"
    edit(dropped, "axes: hba1c\n", f"axes: hba1c\n        {shown}\n")
    only(dropped, "figures[2].panels[0]", "panels", "one number for each of the panel's 2 visits")


@pytest.mark.parametrize(
    ("more", "phrase"),
    [
        ("visits: [0, 6, 0]", "visits must name '0' once"),
        ("labels: [{label: a, visit: 0}, {label: a, visit: 6}]", "labels must name 'a' once"),
        (
            "visits: [0]\n        n: [{arm: control, n: [14]}, {arm: control, n: [13]}]",
            "n must name 'control' once",
        ),
    ],
)
def test_what_is_said_twice_of_a_panel_is_told(dropped, more, phrase):
    """The second would silently stand for both."""
    edit(dropped, "axes: hba1c\n", f"axes: hba1c\n        {more}\n")
    only(dropped, "figures[2].panels[0]", "panels", phrase)


def test_a_factor_beyond_all_units_is_told(dropped):
    edit(dropped, "axes: hba1c\n", "axes: hba1c\n        y_factor: 10000000000\n")
    only(dropped, "figures[2].panels[0].y_factor", "y_factor", "at most 1000000000")


@pytest.mark.parametrize("key", ["series", "n"])
def test_an_arm_that_the_panel_does_not_show_is_told(dropped, key):
    edit(dropped, "hba1c\n        arms: [treated, control]", "hba1c\n        arms: [treated]")
    row = "figures[2].panels[0].series[1].arm"
    if key == "n":
        edit(dropped, "          - {name: hba1c control, arm: control, statistic: grouped}\n", "")
        shown = "visits: [0]\n        n: [{arm: control, n: [14]}]"
        edit(dropped, "axes: hba1c\n", f"axes: hba1c\n        {shown}\n")
        row = "figures[2].panels[0].n[0].arm"
    problem = only(dropped, row, "arm", "an arm of this panel", "treated")
    assert problem.value == "control"


def test_a_visit_that_the_study_does_not_have_is_told(dropped):
    edit(dropped, "axes: hba1c\n", "axes: hba1c\n        visits: [0, 7]\n")
    only(dropped, "figures[2].panels[0].visits[1]", "visits", "a visit of study.yaml")


def test_a_project_saved_under_another_extension_is_told(folder):
    lay(folder, "figure2.json", "figure2")
    problem = only(folder, "figures[1].file", "file", "fits this figure: figure2.json")
    assert problem.value == "figure2.tar"


@pytest.mark.parametrize("name", ["figure3(1).tar", "wpd_project.tar", "Figure 3.json"])
def test_a_project_under_any_name_is_listed_with_the_figure_that_its_data_sets_fit(folder, name):
    lay(folder, name, "figure3")
    problem = only(folder, "figures[2].file", "file", f"fits this figure: {name}", "figure3.tar")
    assert problem.value == "figure3.tar"


def test_a_project_that_fits_no_figure_is_named_and_stops_nothing(folder):
    (folder / "figures/mine.csv").write_text("series,x,y\nA,0,1\n", encoding="utf-8")
    assert check_study(folder, EVIDENCE) == []
    told = found_sound(folder)
    assert "figures/mine.csv is used by no figure (data sets A)" in told
    assert "figure2: pending: there is no figures/figure2.tar" in told
    assert "figure1: no data" in told


def test_what_a_digitized_figure_became_is_said(dropped):
    assert "figure3: digitized from figure3.tar: 22 means of 2 curves\n" in found_sound(dropped)


def test_a_misspelt_project_of_a_digitized_figure_is_told(folder):
    edit(folder, "status: pending", "status: digitized")
    lay(folder, "figure2.TAR", "figure2")
    only(folder, "figures[1].file", "file", "did you mean figure2.TAR?")


def test_an_image_beside_a_pending_figure_is_no_project(folder):
    (folder / "figures/figure2.png").write_bytes(b"\x89PNG")
    assert check_study(folder, EVIDENCE) == []


def test_a_second_digitizer_s_file_is_checked_too(dropped):
    edit(dropped, "file: figure3.tar", "file: figure3.tar\n    second_file: other.tar")
    (dropped / "figures/other.tar").write_text("{", encoding="utf-8")
    only(dropped, "figures[2].second_file", "second_file", "it is not JSON")
    lay(dropped, "other.tar", "figure3", sd=1.0)
    assert check_study(dropped, EVIDENCE) == []


@pytest.mark.parametrize("key", ["second_file", "image"])
def test_a_file_beside_a_project_that_is_not_there_is_told(dropped, key):
    edit(dropped, "file: figure3.tar", f"file: figure3.tar\n    {key}: other.tar")
    only(dropped, f"figures[2].{key}", key, "a file that is in the folder figures/")


def test_such_a_file_may_be_missing_while_the_figure_is_pending(folder):
    edit(folder, "file: figure3.tar", "file: figure3.tar\n    second_file: other.tar")
    assert check_study(folder, EVIDENCE) == []


def test_bars_on_the_wrong_side_are_told_by_panel_arm_and_visit(dropped):
    """Upper and lower exchanged in both panels of one figure."""
    path = dropped / "figures/figure4.tar"
    data = path.read_bytes()
    assert data.count(b'["Mean", "Upper", "Lower"]') == 4
    path.write_bytes(data.replace(b'["Mean", "Upper", "Lower"]', b'["Mean", "Lower", "Upper"]'))
    problems = check_study(dropped, EVIDENCE)
    assert {p.row for p in problems} == {"figures[3].file"}
    text = format_problems(problems)
    for panel in "ab":
        for arm in ("treated", "control"):
            assert f"panel {panel}, arm {arm}: visit 0 has its upper bar below" in text


def test_all_figures_faults_are_told_at_once(dropped):
    (dropped / "figures/figure2.tar").write_text("{", encoding="utf-8")
    edit(dropped, "name: hba1c control", "name: hba1c saline")
    lay(dropped, "figure5.tar", "figure5", [7.5])
    problems = check_study(dropped, EVIDENCE)
    assert [p.row for p in problems] == [f"figures[{place}].file" for place in (1, 2, 4)]
    text = format_problems(problems)
    assert "figures/figures.yaml" in text and "3 problems found" in text
    # The digitizer's own words, with what the panel needs.
    for phrase in ("JSON", "'hba1c saline'", "lies at month 7.50"):
        assert phrase in text


def test_a_fault_elsewhere_is_told_first(dropped):
    """Projects are read only where study.yaml and figures.yaml are sound."""
    (dropped / "figures/figure2.tar").write_text("{", encoding="utf-8")
    edit(dropped, "axes: hba1c\n", "axis: hba1c\n")
    problem = only(dropped, "figures[2].panels[0].axis", "axis", "did you mean axes?")
    assert problem.value == "axis"


def test_a_reason_is_asked_for_and_a_misspelt_statistic_refused():
    figure = LISTED["figure3"].model_dump()
    broken = json.loads(json.dumps(figure).replace("grouped", "medians", 1))
    with pytest.raises(ValueError, match="statistic"):
        Figures.model_validate({"figures": [broken]})
