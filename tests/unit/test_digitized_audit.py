"""What is reported of digitized figures: bars, stale values, two digitizers."""

import digitizer_files as make
import numpy as np
import pandas as pd
import pytest
from digitized_cases import (
    LINE,
    VISITS,
    digitized,
    figure,
    grouped,
    panel,
    plain,
    project,
    series,
    study,
)
from retrial.figures.digitized import curves
from retrial.figures.measure import measured
from retrial.registry import columns_of
from retrial.stages.audit.digitized import FALSE_ALARMS, check_digitized
from scipy import stats

ONE = figure(panel(series()))
TWICE = figure(panel(series()), second_file="second.json")
RUNS = 300


def told(folder, described, content, second=None):
    """What the audit says of a figure, by check."""
    found = digitized(folder, described, content, second)
    assert list(found.points.columns) == columns_of("digitized")
    rows = {}
    for row in check_digitized(study(), [described], found.points, found.agreement):
        rows.setdefault(row["check"], []).append(row)
    return rows


def bent(visit, by):
    """The line with one upper bar longer by so much."""
    content = grouped()
    content["data"][3 * VISITS.index(visit) + 1]["y"] -= 100 * by
    return content


def test_bars_of_one_length_pass(tmp_path):
    rows = told(tmp_path, ONE, project(grouped()))["bar_symmetry"]
    assert [row["verdict"] for row in rows] == ["pass"] * 4
    assert [row["visit"] for row in rows] == VISITS


def test_a_bar_with_unequal_halves_is_told(tmp_path):
    rows = told(tmp_path, ONE, project(bent(6, 0.15)))["bar_symmetry"]
    assert [row["verdict"] for row in rows] == ["pass", "pass", "implausible", "pass"]
    row = rows[2]
    assert row["target"] == "figure2_a_treated_m6" and row["source"] == "figure2, panel a"
    # By hand: 15 px, of which the clicks explain sqrt(1 + 1 + 4) px and a little of the scale's.
    assert row["value"] == pytest.approx(15 / np.sqrt(6), rel=0.01)
    assert row["bound"] == pytest.approx(stats.norm.ppf(1 - FALSE_ALARMS / 8))
    assert "+0.15 longer" in row["detail"]


def test_a_bar_that_is_one_sided_or_hidden_has_no_symmetry(tmp_path):
    line = [LINE[0], (3, 7, None), *LINE[2:]]
    rows = told(tmp_path, ONE, project(grouped(line=line)))["bar_symmetry"]
    assert [row["visit"] for row in rows] == [0, 6, 12]
    ends = project(plain("M", [(0, 7)]), plain("U", [(0, 7.2)]))
    described = figure(panel(series("M", "mean"), series("U", "upper")))
    assert "bar_symmetry" not in told(tmp_path, described, ends)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    """Scores, and whether one was flagged, of symmetric bars clicked with an error of 1 px.

    By the pixel error that is stated for them.
    """
    folder, rng = tmp_path_factory.mktemp("noisy"), np.random.default_rng(5)
    scores, flagged = {1.0: [], 0.5: []}, {1.0: 0, 0.5: 0}
    for _ in range(RUNS):
        axes, dataset = make.xy_axes(), grouped()
        for click in axes["calibrationPoints"]:
            click |= {"px": click["px"] + rng.normal(), "py": click["py"] + rng.normal()}
        for click in dataset["data"]:
            click |= {"x": click["x"] + rng.normal(), "y": click["y"] + rng.normal()}
        (folder / "noisy.json").write_bytes(make.as_json(project(dataset, axes=[axes])))
        _, (curve,) = curves(study(), ONE, folder / "noisy.json")
        for pixel_sd in scores:
            points = digitized_points(measured(curve, pixel_sd))
            rows = check_digitized(study(), [], points, points.iloc[:0])
            scores[pixel_sd] += [row["value"] for row in rows]
            flagged[pixel_sd] += any(row["verdict"] == "implausible" for row in rows)
    return scores, flagged


def digitized_points(rows):
    return pd.DataFrame(rows).reindex(columns=columns_of("digitized"))


def test_even_bars_are_flagged_as_seldom_as_is_said(noisy):
    scores, flagged = noisy
    assert stats.kstest(scores[1.0], stats.halfnorm.cdf).pvalue > 0.001
    assert flagged[1.0] <= stats.binom.ppf(0.9995, RUNS, FALSE_ALARMS)


def test_a_pixel_error_told_too_small_shows_in_the_scores(noisy):
    """The test above can fail."""
    scores, flagged = noisy
    assert stats.kstest(scores[0.5], stats.halfnorm.cdf).pvalue < 1e-6
    assert flagged[0.5] > stats.binom.ppf(0.9995, RUNS, FALSE_ALARMS)


def test_values_of_an_earlier_calibration_are_told_and_not_used(tmp_path):
    content = grouped()
    for click in content["data"]:
        x, y = (click["x"] - 100) / 50, (1000 - click["y"]) / 100
        click["value"] = [x, y + (0.5 if click["tuple"] < 2 else 0)]
    assert told(tmp_path, ONE, project(grouped())).get("stale_values") is None
    (row,) = told(tmp_path, ONE, project(content))["stale_values"]
    assert (row["verdict"], row["value"], row["target"]) == ("implausible", 2, "figure2_a")
    assert row["detail"].startswith("2 of 4 numbers")
    found = digitized(tmp_path, ONE, project(content)).points
    assert found["mean"].to_numpy() == pytest.approx([mean for _, mean, _ in LINE])


def test_one_stale_end_of_a_bar_is_enough(tmp_path):
    content = grouped()
    content["data"][1]["value"] = [0, 9]
    (row,) = told(tmp_path, ONE, project(content))["stale_values"]
    assert row["value"] == 1


def test_every_visit_is_accounted_for_by_arm(tmp_path):
    described = figure(panel(series(), series("B", arm="control")))
    content = project(grouped(), grouped("B", [LINE[0], (3, 7, None), LINE[3]]))
    treated, control = told(tmp_path, described, content)["digitized_visits"]
    assert (treated["verdict"], treated["detail"]) == ("pass", "a point at each of 4 visits")
    assert (control["verdict"], control["value"]) == ("implausible", 3)
    assert control["detail"] == "no point at month 6; no error bar at month 3"
    assert control["target"] == "figure2_a_control" and control["source"] == "Figure 2"


def test_a_pending_figure_is_no_finding():
    empty = digitized_points([])
    pending = figure(panel(series()), status="pending")
    assert check_digitized(study(), [pending], empty, empty) == []


@pytest.mark.parametrize(
    ("shift", "verdict", "wider"),
    [(0.005, "pass", False), (0.025, "pass", True), (0.1, "implausible", True)],
)
def test_two_digitizers_are_held_against_their_clicks(tmp_path, shift, verdict, wider):
    """One click and two calibration clicks: 0.012 to 0.014 %. The other clicks `shift` higher."""
    content = grouped(line=[(x, mean + shift, error) for x, mean, error in LINE])
    rows = told(tmp_path, TWICE, project(grouped()), project(content))
    (mean,), (error,) = rows["digitizers_mean"], rows["digitizers_error"]
    assert mean["verdict"] == verdict
    assert mean["value"] == pytest.approx(shift / np.sqrt(2))
    assert 0.011 < mean["bound"] < 0.015
    assert ("used instead" in mean["detail"]) == wider
    assert f"bias {-shift:+.3g}, 95 % limits of agreement" in mean["detail"]
    assert (error["verdict"], error["value"]) == ("pass", pytest.approx(0, abs=1e-12))


def test_two_digitizations_without_pixels_are_held_against_the_observers(tmp_path):
    """A table's own error is that between observers: two who differ by more must be told."""
    described = figure(panel(series("M", "mean")), second_file="second.json")
    first = "series,x,y\n" + "".join(f"M,{x},{mean}\n" for x, mean, _ in LINE)
    other = "series,x,y\n" + "".join(f"M,{x},{mean + 0.5}\n" for x, mean, _ in LINE)
    (row,) = told(tmp_path, described, first, other)["digitizers_mean"]
    assert row["value"] == pytest.approx(0.5 / np.sqrt(2))
    assert row["bound"] == pytest.approx(0.003 * np.mean([mean for _, mean, _ in LINE]))
    assert row["verdict"] == "implausible" and "used instead" in row["detail"]


def test_two_identical_digitizations_pass(tmp_path):
    rows = told(tmp_path, TWICE, project(grouped()), project(grouped()))
    for check in ("digitizers_mean", "digitizers_error"):
        (row,) = rows[check]
        assert (row["verdict"], row["value"]) == ("pass", 0)
        assert "nan" not in row["detail"]


def test_two_digitizations_of_too_few_points_pass_no_judgement(tmp_path):
    rows = told(tmp_path, TWICE, project(grouped()), project(grouped(line=LINE[:1])))
    (row,) = rows["digitizers_mean"]
    assert row["verdict"] == "not_applicable"
    assert "too few points" in row["detail"] and "nan" not in row["detail"]
