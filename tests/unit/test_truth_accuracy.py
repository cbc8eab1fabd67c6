"""How close digitizing comes is measured rightly: a wrong error of the clicks would show."""

import sys
from pathlib import Path

import numpy as np
import pytest
from truth.accuracy import QUANTITIES, inside, known, repeat, summarize
from truth.clicks import RESOLUTION, clicked
from truth.trials import BTHEB, TRIALS

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import digitizing_accuracy

TIMES, DRAWS = 24, 300


@pytest.fixture(scope="module")
def found():
    return repeat(BTHEB, TIMES, DRAWS)


def coverage(found, name):
    return inside(found, name).mean()


def test_clicks_miss_by_a_pixel_and_are_rounded():
    rng = np.random.default_rng(1)
    places = np.full((20_000, 2), 100.3)
    moved = clicked(places, rng, 1.0)
    assert np.all(moved % RESOLUTION == 0)
    assert moved.mean() == pytest.approx(100.3, abs=0.03)
    assert moved.std() == pytest.approx(np.hypot(1.0, RESOLUTION / 12**0.5), abs=0.02)


def test_truth_has_a_cell_for_every_arm_and_visit():
    truth = known(BTHEB)
    assert truth.n.tolist() == [[52, 52, 37, 29, 27], [48, 45, 36, 29, 25]]
    assert truth.p.shape == (2, 5) and truth.mean.shape == truth.sd.shape == (2, 5)


@pytest.mark.parametrize("name", QUANTITIES)
def test_intervals_hold_the_truth_about_as_often_as_they_say(found, name):
    assert 0.88 <= coverage(found, name) <= 0.99


@pytest.mark.parametrize("name", ["mean", "sd"])
def test_half_the_error_of_the_clicks_would_be_found_out(name):
    """With half the sigma a 95 % interval holds the truth 67 times in a hundred."""
    assert coverage(repeat(BTHEB, TIMES, DRAWS, assumed_sd=0.5), name) < 0.8


@pytest.mark.parametrize("name", ["mean", "sd"])
def test_twice_the_error_of_the_clicks_would_be_found_out(name):
    assert coverage(repeat(BTHEB, TIMES, DRAWS, assumed_sd=2.0), name) > 0.99


def test_errors_are_those_of_the_clicks(found):
    line = summarize(BTHEB, found)
    assert line["mean_median"] < 0.005 and line["sd_median"] < 0.03 and line["p_median"] < 0.01
    assert line["mean_worst"] >= line["mean_median"] and line["tested"] == TIMES * 10


def test_a_changed_verdict_is_counted():
    truth = np.array([[0.04, 0.2]])
    cells = {"mean": np.ones((1, 2)), "sd": np.ones((1, 2)), "p": truth}
    found = {f"{name}_truth": values for name, values in cells.items()}
    for name, values in cells.items():
        one = values[None] if name != "p" else np.array([[[0.06, 0.2]]])
        found |= {name: one, f"{name}_low": one - 0.001, f"{name}_high": one + 0.001}
    line = summarize(BTHEB, found)
    assert (line["changed"], line["tested"]) == (1, 2)
    assert line["p_coverage"] == 0.5 and line["mean_coverage"] == 1


def test_the_readme_has_a_line_for_every_trial():
    text = (Path(__file__).resolve().parents[2] / "resources/accuracy.md").read_text(
        encoding="utf-8"
    )
    begin, end = (text.index(m) for m in (digitizing_accuracy.BEGIN, digitizing_accuracy.END))
    lines = [line.split("|")[1].strip() for line in text[begin:end].splitlines()[3:]]
    assert lines == [trial.id for trial in TRIALS]


def test_a_table_goes_between_the_markers_and_nowhere_else(tmp_path):
    readme = tmp_path / "README.md"
    with pytest.raises(ValueError, match="has no"):
        readme.write_text("nothing\n", encoding="utf-8")
        digitizing_accuracy.put(readme, "| a |")
    begin, end = digitizing_accuracy.BEGIN, digitizing_accuracy.END
    readme.write_text(f"before\n{begin}\nold\n{end}\nafter\n", encoding="utf-8")
    digitizing_accuracy.put(readme, "| a |")
    assert readme.read_text(encoding="utf-8") == f"before\n{begin}\n| a |\n{end}\nafter\n"
