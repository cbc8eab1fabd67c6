"""What the paper's printed numbers say of its digitized figures: means, arms, and what bars are."""

import shutil
from math import sqrt

import digitizer_files as make
import numpy as np
import pandas as pd
import pytest
from carried import EVIDENCE, carry
from digitized_cases import LINE, digitized, figure, grouped, panel, project, series, study
from few_claims import keep_claims
from figure_projects import LINES, drop_in
from retrial import plainyaml
from retrial.figures.against_print import beside_print, contradicted, held_back
from retrial.figures.digitized import figure_faults, read_figures
from retrial.stages.audit.digitized import check_digitized
from retrial.stages.audit.figures_and_print import check_against_print
from retrial.stages.collect import printed_numbers
from retrial.tables import REPORTED_INPUT, read_table
from retrial.validation import check_study
from scipy import stats

N = {"treated": 15, "control": 14}
CONTROL = [(visit, mean + 0.8, error) for visit, mean, error in LINE]
BOTH = figure(panel(series("A"), series("B", arm="control")), error_label="sem")


def printed(*rows, label="sd"):
    """The typed table: (arm, visit, mean, error) as printed text."""
    typed = [
        {
            "row_id": f"{arm}_{visit}_{place}",
            "outcome": "hba1c",
            "arm": arm,
            "visit": str(visit),
            "statistic": "mean",
            "value": mean,
            "error": error,
            "error_label": label,
            "label_scope": "table1",
            "n": str(N[arm]),
            "source": "Table 1",
            "quote": f"{mean} {error}",
        }
        for place, (arm, visit, mean, error) in enumerate(rows)
    ]
    return printed_numbers(pd.DataFrame(typed, columns=REPORTED_INPUT).astype("string"))


def points_of(folder, described=BOTH, arms=(LINE, CONTROL)):
    content = project(grouped("A", arms[0]), grouped("B", arms[1]))
    return digitized(folder, described, content).points


def findings(folder, typed, described=BOTH, arms=(LINE, CONTROL)):
    rows = {}
    for row in check_against_print(
        study(), [described], typed.assign(digitized=False), points_of(folder, described, arms)
    ):
        rows.setdefault(row["check"], []).append(row)
    return rows


def test_printed_means_that_the_figure_shows_pass(tmp_path):
    rows = findings(tmp_path, printed(("treated", 0, "7.5", "0.8"), ("control", 0, "8.3", "0.7")))
    assert [row["verdict"] for row in rows["figure_and_print"]] == ["pass", "pass"]
    assert "figure_held" not in rows


def test_a_contradicted_panel_is_held_back_until_it_is_accepted(tmp_path):
    typed = printed(("treated", 0, "6.9", "0.8"), ("control", 0, "8.3", "0.7"))
    (held,) = findings(tmp_path, typed)["figure_held"]
    assert (held["target"], held["outcome"], held["verdict"]) == (
        "figure2_a",
        "hba1c",
        "inconsistent",
    )
    assert "7.5 read off where 6.9 is printed" in held["detail"]
    assert held["detail"].endswith("the panel is not used")
    accepted = BOTH.model_copy(update={"accepted": "the table is of all, the figure of completers"})
    (told,) = findings(tmp_path, typed, accepted)["figure_held"]
    assert told["detail"].endswith("the table is of all, the figure of completers")
    beside = beside_print(points_of(tmp_path), typed)
    assert held_back([BOTH], beside) == {("figure2", "a")}
    assert held_back([accepted], beside) == set()


def test_a_held_panel_gives_no_number_and_keeps_its_points(tmp_path):
    typed = printed(("treated", 0, "6.9", "0.8"))
    points_of(tmp_path)
    taken = [
        read_figures(study(), [BOTH], tmp_path, draws=4, seed=1, printed=p) for p in (None, typed)
    ]
    assert [len(found.reported) for found in taken] == [8, 0]
    assert [len(found.draws) for found in taken] == [32, 0]
    assert [found.points["held"].sum() for found in taken] == [0, 8]


def test_exchanged_arms_are_recognized(tmp_path):
    typed = printed(("treated", 0, "8.3", "0.8"), ("control", 0, "7.5", "0.7"))
    (held,) = findings(tmp_path, typed)["figure_held"]
    assert "they agree once the two arms are exchanged" in held["detail"]
    wrong = printed(("treated", 0, "8.9", "0.8"), ("control", 0, "7.5", "0.7"))
    (held,) = findings(tmp_path, wrong)["figure_held"]
    assert "exchanged" not in held["detail"]


def test_one_of_two_printed_versions_is_enough(tmp_path):
    """A paper that prints 7.5 in one place and 7.1 in another is not contradicted by 7.5."""
    typed = printed(("treated", 0, "7.1", "0.8"), ("treated", 0, "7.5", "0.8"))
    assert contradicted(beside_print(points_of(tmp_path), typed)).empty


def errors(sd, kind, n):
    """By hand: an SD as the bar of each kind."""
    return {"sd": sd, "sem": sd / sqrt(n), "ci95": stats.t.ppf(0.975, n - 1) * sd / sqrt(n)}[kind]


@pytest.mark.parametrize("drawn", ["sd", "sem", "ci95"])
@pytest.mark.parametrize("labelled", ["sd", "sem", "ci95"])
@pytest.mark.parametrize("table", ["sd", "sem"])
def test_the_printed_error_term_settles_what_the_bars_are(tmp_path, drawn, labelled, table):
    n, sd = 15, 1.1
    line = [(visit, mean, errors(sd, drawn, n)) for visit, mean, _ in LINE]
    term = f"{errors(sd, table, n):.3f}"
    typed = printed(("treated", 0, "7.5", term), label=table)
    described = figure(panel(series("A")), error_label=labelled)
    (row,) = findings(tmp_path, typed, described, (line, line))["figure_bars"]
    assert row["reading"] == drawn
    assert row["verdict"] == ("pass" if drawn == labelled else "inconsistent")
    assert row["value"] == pytest.approx(errors(sd, table, n) / errors(sd, drawn, n), rel=0.01)
    factors = {"sd": 1, "sem": sqrt(n), "ci95": sqrt(n) / stats.t.ppf(0.975, n - 1)}
    assert row["bound"] == pytest.approx(factors[labelled] / factors[table])


def test_bars_that_fit_no_reading_are_a_finding(tmp_path):
    line = [(visit, mean, 0.1) for visit, mean, _ in LINE]
    typed = printed(("treated", 0, "7.5", "3.0"))
    described = figure(panel(series("A")), error_label="sem")
    (row,) = findings(tmp_path, typed, described, (line, line))["figure_bars"]
    assert row["verdict"] == "inconsistent" and row["reading"] is None
    assert "no reading of the bar gives the printed spread" in row["detail"]


def test_clicks_that_explain_the_difference_raise_no_alarm(tmp_path):
    """200 figures clicked with an error of 1 px: the bars keep their reading, the means pass."""
    rng = np.random.default_rng(7)
    typed = printed(("treated", 0, "7.5", "0.77"), ("treated", 3, "7.0", "1.16"))
    shifts = rng.normal(0, 0.01, (200, 3, len(LINE)))  # a pixel is 0.01 %
    wrong = 0
    for shift in shifts:
        content = grouped("A")
        for place, point in enumerate(content["data"]):
            point["y"] += 100 * shift[place % 3, place // 3]
        found = digitized(tmp_path, figure(panel(series("A"))), project(content))
        rows = check_against_print(study(), [BOTH], typed.assign(digitized=False), found.points)
        wrong += any(row["verdict"] != "pass" for row in rows)
    assert wrong <= 12  # 1 % of families, and of bars as many


def test_a_mean_that_is_printed_too_tests_the_calibration(btheb):
    rows = btheb.audit[btheb.audit["check"] == "figure_and_print"]
    assert rows["arm"].tolist() == ["btheb", "tau"] and set(rows["verdict"]) == {"pass"}
    bars = btheb.audit[btheb.audit["check"] == "figure_bars"]
    # The table prints SDs and the figure standard errors, of 52 and 48 patients.
    assert bars["reading"].tolist() == ["sem", "sem"] and set(bars["verdict"]) == {"pass"}
    assert bars["value"].between(6.5, 7.9).all()
    assert bars["bound"].tolist() == pytest.approx([sqrt(52), sqrt(48)])


def test_points_outside_every_group_are_counted_and_said(tmp_path):
    content = grouped("A")
    for _ in range(3):
        content["data"].append({**content["data"][0], "tuple": None, "group": None})
    described = figure(panel(series("A")))
    found = digitized(tmp_path, described, project(content))
    assert set(found.points["left_out"]) == {3}
    rows = check_digitized(study(), [described], found.points, found.agreement)
    (row,) = [row for row in rows if row["check"] == "points_left_out"]
    assert (row["value"], row["arm"]) == (3, "treated")
    assert "3 clicked points of this arm's data sets" in row["detail"]


def caldat(folder, n=(15.0, 14.0), error_type="se"):
    """A metaDigitise figure of the two arms, each a data set of one mean with its bar."""
    raw = make.frame(
        id=["Treated", "Treated", "Saline", "Saline"],
        x=[200.0, 200.0, 300.0, 300.0],
        y=[280.0, 250.0, 400.0, 380.0],
        n=[n[0], n[0], n[1], n[1]],
    )
    data = make.caldat(raw=raw, error_type=[error_type])
    (folder / "figure2").write_bytes(data)


def noted(**more):
    labels = [{"label": "Treated", "visit": 0}, {"label": "Saline", "visit": 0}]
    arms = panel(
        series("Treated"), series("Saline", arm="control"), labels=labels, visits=[0], **more
    )
    return figure(arms, file="figure2")


@pytest.mark.parametrize(
    ("error_type", "label"), [("se", "sem"), ("sd", "sd"), ("CI95", "ci95"), ("", "sem")]
)
def test_metadigitises_own_n_and_error_type_are_used(tmp_path, error_type, label):
    caldat(tmp_path, n=(12.0, 13.0), error_type=error_type)
    found = read_figures(study(), [noted()], tmp_path, draws=4, seed=1)
    assert found.reported["n"].tolist() == [12, 13]
    assert set(found.reported["error_label"]) == {label}  # the paper's own where none is noted


def test_notes_that_contradict_figures_yaml_are_refused(tmp_path):
    caldat(tmp_path, n=(12.0, 99.0))
    shown = noted(n=[{"arm": "treated", "n": [15]}]).model_copy(update={"error_label": "sd"})
    told = " ".join(sentence for _, sentence in figure_faults(study(), shown, tmp_path))
    assert "arm treated: n = 12 is noted at visit 0, and figures.yaml has n = 15" in told
    assert "arm control: n = 99 is noted at visit 0; from 2 to the arm's 14 patients" in told
    assert "its bars are noted as sem, and figures.yaml has error_label sd" in told


@pytest.mark.slow
@pytest.mark.parametrize("accepted", [None, "the table is of all, the figure of completers"])
def test_each_claim_says_that_its_figure_contradicts_the_print(
    tmp_path, root, monkeypatch, accepted
):
    """Fasting glucose read as 150 where the paper prints 102.6 and 97.2; alone of the figures."""
    folder = tmp_path / "hu2013"
    shutil.copytree(root / "resources/studies/hu2013", folder)
    monkeypatch.setitem(LINES, "fpg", ((150, -1.0, 9), (155, -0.5, 10), (80, 200)))
    drop_in(folder)
    for other in (3, 4, 5):  # one figure is enough, and quicker
        (folder / f"figures/figure{other}.tar").unlink()
    claims = plainyaml.load(folder / "claims.yaml")["claims"]
    kept = ("fpg_no_difference", "hba1c_better_than_before", "baseline_comparable")
    keep_claims(folder, [claim for claim in claims if claim["id"] in kept])
    listed = folder / "figures/figures.yaml"
    if accepted:
        text = listed.read_text(encoding="utf-8")
        added = f"  - id: figure2\n    accepted: {accepted}\n"
        listed.write_text(text.replace("  - id: figure2\n", added), encoding="utf-8")
    assert not check_study(folder, EVIDENCE)
    assert carry(folder, tmp_path / "results") == ""
    claims = read_table(tmp_path / "results/claims.csv").set_index("claim_id")
    said = claims["detail"].str.contains("contradicts the print")
    assert set(said.index[said]) == {"fpg_no_difference", "baseline_comparable"}
    detail = claims.loc["fpg_no_difference", "detail"]
    assert "read off where 102.6 is printed" in detail or "read off where 97.2 is" in detail
    if accepted:
        assert f"used all the same: {accepted}." in detail
        assert claims.loc["fpg_no_difference", "verdict"] != "not_testable"
    else:
        assert "the panel is not used." in detail
        assert claims.loc["fpg_no_difference", "verdict"] == "not_testable"
