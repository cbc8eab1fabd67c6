"""Made-up studies pooled by the target `meta`; a simulated one is left out of it."""

import json
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from projects import ROOT
from retrial.registry import columns_of
from retrial.stats.pooling import combine
from retrial.tables import read_table

pytestmark = pytest.mark.workflow
TREATED = "marker_treated_m6,marker,,treated,6,mean,,5.9"

STUDY_NUMBERS = "1, 3.5, 5.5, 9.8"  # what the template's study.yaml types with a quote


def begin(project, name, mean, *, simulated):
    """Begin a study from the template, with another mean of the treated arm at month 6."""
    command = [sys.executable, "-m", "retrial.run.cli", "new", name]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = project / f"resources/studies/{name}"
    reported = folder / "reported.csv"
    text = reported.read_text(encoding="utf-8")
    assert TREATED in text
    text = text.replace(TREATED, TREATED.removesuffix("5.9") + mean)
    reported.write_text(text, encoding="utf-8")
    if not simulated:
        pass_as_real(folder)


def pass_as_real(folder):
    """Make a study of invented numbers pass as one of a paper: each quote holds its number."""
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        text = path.read_text(encoding="utf-8").replace("made-up number", "invented number")
        text = text.replace("simulated: true", "simulated: false")
        if path.name == "study.yaml":
            text = text.replace("numbers, replace them", f"numbers {STUDY_NUMBERS}")
        path.write_text(text, encoding="utf-8")
    for name, numbers in (("reported.csv", ("value", "error")), ("counts.csv", ("count", "total"))):
        path = folder / name
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows["quote"] = [
            "invented: " + ", ".join(filter(None, row)) for row in rows[[*numbers]].to_numpy()
        ]
        rows.to_csv(path, index=False, lineterminator="\n")


def test_studies_with_patients_are_pooled_and_simulated_ones_are_not(fresh):
    flagship = "resources/studies/hu2013"
    shutil.copytree(ROOT / flagship, fresh / flagship)
    begin(fresh, "one2001", "5.9", simulated=False)
    begin(fresh, "two2002", "6.4", simulated=False)
    begin(fresh, "made_up", "1.1", simulated=True)
    studies = ("--config", "studies=[one2001, two2002, made_up, hu2013]")
    said = fresh.run("meta", *studies)
    assert "Pooling the effects of the studies" in said
    folder = fresh / "results/meta"
    pooled, weights = (read_table(folder / f"{name}.csv") for name in ("meta", "weights"))
    assert list(pooled.columns) == columns_of("meta")
    assert list(weights.columns) == columns_of("weights")
    together, alone = pooled[pooled["k"] > 1], pooled[pooled["k"] == 1]
    assert set(together["studies"]) == {"one2001;two2002"}
    # No other study counts these events: the paper's own ratios, and said to be no pooling.
    assert set(alone["studies"]) == {"hu2013"} and set(alone["scale"]) == {"log_rr", "log_or"}
    assert alone["detail"].str.startswith("no pooling").all()
    assert set(weights["study"]) == {"one2001", "two2002", "hu2013"}
    mine = weights[(weights["study"] == "hu2013") & weights["pooled"].astype(bool)]
    assert set(mine["outcome"]) == set(alone["outcome"])

    row = pooled[(pooled["reading"] == "sd") & (pooled["scale"] == "md")].iloc[0]
    variance = 1.1**2 / 20 + 1.2**2 / 20
    by_hand = combine([5.9 - 6.9, 6.4 - 6.9], [variance, variance])
    assert row["outcome"] == "marker" and row["k"] == 2
    assert row["estimate"] == pytest.approx(-0.75)
    assert (row["tau2"], row["hk_low"]) == pytest.approx((by_hand.tau2, by_hand.hk_low))

    alt = json.loads((folder / "figures/alt.json").read_text(encoding="utf-8"))
    assert set(alt) == {"forest_marker"} and "made_up" not in alt["forest_marker"]
    for kind in ("svg", "png"):
        assert (folder / f"figures/forest_marker.{kind}").stat().st_size > 5000
    assert "done in" in (folder / "logs/meta.log").read_text(encoding="utf-8")
    assert (folder / "benchmarks/meta.tsv").is_file()
    assert not (fresh / "results/one2001/report.html").exists()

    assert fresh.planned("meta", *studies) == set()
    with (fresh / "workflow/scripts/retrial/stats/pooling.py").open("a") as file:
        file.write("REMARK = 1\n")
    assert fresh.planned("meta", *studies) == {"meta"}


def test_no_study_can_be_called_meta(fresh):
    command = [sys.executable, "-m", "retrial.run.cli", "new", "meta"]
    done = subprocess.run(command, cwd=fresh.folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "cannot be called 'meta'" in done.stderr
    fresh.study.rename(fresh.study.parent / "meta")
    said = fresh.run("--dry-run", fails=True)
    assert "cannot be called 'meta'" in said and "Traceback" not in said
