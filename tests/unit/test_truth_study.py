"""The study with known truth says what its patients' rows say, and is made again byte for byte."""

import io
import json
import re
import runpy
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from retrial.figures import formats as digitize
from retrial.study.figures import load_figures
from retrial.study.typed import read_printed
from retrial.tables import read_table
from truth.trials import BTHEB, TRIALS, load
from truth.truth import anova_p, moments

STUDY = Path(__file__).resolve().parents[2] / "resources/studies/btheb"


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    folder = tmp_path_factory.mktemp("btheb")
    runpy.run_path(str(STUDY / "make_study.py"))["make"](folder)
    return folder


@pytest.fixture(scope="module")
def truth():
    return read_table(STUDY / "truth.csv")


def members(path):
    with tarfile.open(path) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive.getmembers()}


def test_truth_is_computed_again(again):
    """The last digits of a float differ from one processor to another."""
    ours, kept = (pd.read_csv(folder / "truth.csv") for folder in (again, STUDY))
    pd.testing.assert_frame_equal(ours, kept, rtol=1e-9, atol=1e-12)


def test_figure_is_drawn_again(again):
    committed, drawn = (Image.open(f / "figures/figure1.png") for f in (STUDY, again))
    assert committed.size == drawn.size
    difference = np.abs(np.asarray(committed, dtype=int) - np.asarray(drawn, dtype=int))
    # Another build of the font library may shade a letter's edge otherwise.
    assert difference.mean() < 0.2


def apart(content):
    """The numbers of a JSON text, and all else of it."""
    numbers = []
    rest = json.loads(content, parse_float=lambda n: numbers.append(float(n)))
    return numbers, rest


def test_project_is_clicked_again(again):
    committed, clicked = (members(f / "figures/figure1.tar") for f in (STUDY, again))
    assert committed.keys() == clicked.keys()
    for name in ("figure1/info.json", "figure1/wpd.json"):
        (kept, words), (made, same) = apart(committed[name]), apart(clicked[name])
        assert words == same
        assert made == pytest.approx(kept, rel=1e-9)
    assert committed["figure1/figure1.png"] == (STUDY / "figures/figure1.png").read_bytes()


def test_no_row_of_a_patient_is_kept(truth):
    assert set(truth["quantity"]) == {"n", "mean", "sd", "sem", "p", "rho"}
    assert not truth.duplicated(["quantity", "arm", "visit", "claim_id", "method"]).any()


def test_table_prints_what_the_patients_say(truth):
    for _, row in read_printed(STUDY / "reported.csv").iterrows():
        known = truth[(truth["arm"] == row["arm"]) & (truth["visit"] == float(row["visit"]))]
        known = known.set_index("quantity")["value"]
        assert f"{known['mean']:.1f}" == row["value"] and f"{known['sd']:.1f}" == row["error"]
        assert known["n"] == float(row["n"])


def test_counts_are_those_of_the_patients():
    counts = read_printed(STUDY / "counts.csv").set_index("row_id")["count"].astype(int)
    patients = load(*BTHEB.dataset)
    for arm, name in (("btheb", "BtheB"), ("tau", "TAU")):
        own = patients[patients["treatment"] == name]
        assert counts[f"drugs_{arm}"] == (own["drug"] == "Yes").sum()
        assert counts[f"no_drugs_{arm}"] == (own["drug"] == "No").sum()
        assert counts[f"long_{arm}"] == (own["length"] == ">6m").sum()
        assert counts[f"answered_{arm}"] == own["bdi.8m"].notna().sum()


def test_patients_below_the_axis_are_those_who_answered(truth):
    panel = load_figures(STUDY / "figures/figures.yaml")[0].panels[0]
    n = truth[truth["quantity"] == "n"]
    for _, row in n.iterrows():
        assert panel.shown(row["arm"], row["visit"]) == row["value"]


def test_caption_prints_the_patients_own_p(truth):
    caption = (STUDY / "figures/README.md").read_text(encoding="utf-8")
    printed = re.findall(r"0\.(\d+) at", re.sub(r"\s*>?\s+", " ", caption))
    p = truth[(truth["quantity"] == "p") & (truth["method"] == "student_t")]
    assert [f"{v:.{len(d)}f}" for v, d in zip(p["value"], printed, strict=True)] == [
        f"0.{d}" for d in printed
    ]


def test_caption_prints_the_p_of_the_patients_analysis_of_variance():
    caption = (STUDY / "figures/README.md").read_text(encoding="utf-8")
    assert f"{anova_p(BTHEB, BTHEB.rows()):.3f}" == "0.009" and "at every visit: 0.009" in caption


def test_every_claim_that_is_tested_has_its_truth(truth):
    tested = set(truth["claim_id"].dropna())
    assert len(tested) == 6 and "falls_by_month_2" in tested


def test_project_has_the_named_series_and_its_clicks_lie_near_the_marks(truth):
    project = digitize.read(STUDY / "figures/figure1.tar", strict=True)
    panel = load_figures(STUDY / "figures/figures.yaml")[0].panels[0]
    found = digitize.grouped(project)
    assert set(found["series"]) == {series.name for series in panel.series}
    names = {series.name: series.arm for series in panel.series}
    wide = truth[truth["quantity"].isin(["mean", "sem"])]
    wide = wide.pivot_table("value", ["arm", "visit"], "quantity")
    for _, row in found.iterrows():
        visit = min(panel.visits, key=lambda v: abs(v - row["x"]))
        known = wide.loc[(names[row["series"]], visit)]
        assert row["mean"] == pytest.approx(known["mean"], abs=4 * row["mean_sigma"])
        assert row["error"] == pytest.approx(known["sem"], abs=4 * row["error_sigma"])


def test_image_in_the_project_is_the_committed_one():
    project = digitize.read(STUDY / "figures/figure1.tar")
    image = Image.open(io.BytesIO(project.images["figure1.png"]))
    assert image.size == Image.open(STUDY / "figures/figure1.png").size


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.id)
def test_every_trial_has_two_groups_at_all_its_visits(trial):
    rows = trial.rows()
    assert not rows.duplicated(["patient", "arm", "visit"]).any() and rows.notna().all().all()
    assert rows.groupby("patient")["arm"].nunique().max() == 1
    cells = moments(trial, rows)
    assert len(cells) == 2 * len(trial.visits) and cells["n"].min() >= 10
    assert isinstance(cells, pd.DataFrame) and (cells["sd"] > 0).all()
