"""A project file's points become the means and errors that figures.yaml says they are."""

from pathlib import Path

import digitizer_files as make
import numpy as np
import pandas as pd
import pytest
from digitized_cases import (
    LINE,
    ROLES,
    VISITS,
    digitized,
    figure,
    grouped,
    panel,
    plain,
    project,
    series,
    study,
    words,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from retrial.figures.digitized import figure_faults
from retrial.figures.formats import DigitizeError
from retrial.stages.audit.digitized import check_digitized

THREE = [series("M", "mean"), series("U", "upper"), series("L", "lower")]
BAR_CLICK = {"T0": (90, 7.5), "T3": (190, 7.0), "C0": (290, 8.0), "C3": (390, 8.2)}
BAR_VISITS = [{"label": label, "visit": int(label[1])} for label in BAR_CLICK]
MONTHS_PER_WEEK = 12 / (365.25 / 7)


def three(line=LINE):
    """Means, upper and lower ends as data sets of their own."""
    return [
        plain("M", [(x, mean) for x, mean, _ in line]),
        plain("U", [(x, mean + error) for x, mean, error in line if error is not None]),
        plain("L", [(x, mean - error) for x, mean, error in line if error is not None]),
    ]


def bars(*labels, up=0.0, labelled="label", name="A"):
    """Bars of a bar chart, 20 px a %, with their labels."""
    points = [
        make.point(BAR_CLICK[b][0], 400 - 20 * (BAR_CLICK[b][1] + up), metadata={labelled: b})
        for b in labels
    ]
    return make.dataset(name, points, "Bars", metadataKeys=["label"])


def bar_project(*datasets):
    axes = make.bar_axes(clicks=[make.click(50, 400, 0, "0"), make.click(50, 200, 0, "10")])
    return project(*datasets, axes=[axes])


def points_of(folder, described, content):
    return digitized(folder, described, content).points


def refused(folder, described, content, message):
    with pytest.raises(DigitizeError, match=words(message)) as caught:
        digitized(folder, described, content)
    return str(caught.value)


def findings(folder, described, content):
    found = digitized(folder, described, content)
    rows = check_digitized(study(), [described], found.points, found.agreement)
    return [row for row in rows if row["check"] == "digitized_visits"]


def test_the_values_are_those_of_the_clicks(tmp_path):
    found = points_of(tmp_path, figure(panel(series())), project(grouped()))
    assert found["visit"].tolist() == VISITS
    for column, values in zip(("mean", "error"), np.array(LINE).T[1:], strict=True):
        assert found[column].to_numpy() == pytest.approx(values)
    assert found["row_id"].tolist() == [f"figure2_a_treated_m{visit}" for visit in VISITS]
    assert found["sigma_from"].eq("pixels").all() and not found["stale"].any()


def test_three_series_give_the_numbers_of_point_groups(tmp_path):
    in_groups = points_of(tmp_path, figure(panel(series())), project(grouped()))
    apart = points_of(tmp_path, figure(panel(*THREE)), project(*three()))
    pd.testing.assert_frame_equal(apart, in_groups)


@pytest.mark.parametrize("statistic", ["mean", "point", "bar"])
def test_a_centre_has_three_names(tmp_path, statistic):
    declared = [series("M", statistic), *THREE[1:]]
    found = points_of(tmp_path, figure(panel(*declared)), project(*three()))
    assert found["mean"].to_numpy() == pytest.approx([mean for _, mean, _ in LINE])
    assert found["error"].to_numpy() == pytest.approx([error for *_, error in LINE])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_line_comes_back_in_whatever_order_it_was_clicked(tmp_path, data):
    heights = st.floats(5.5, 8.5)
    kept = data.draw(st.lists(st.sampled_from(VISITS), min_size=1, unique=True))
    off = st.floats(-0.45, 0.45)
    line = [
        (visit + data.draw(off), data.draw(heights), data.draw(st.floats(0.01, 0.5)))
        for visit in kept
    ]
    content = grouped(line=line)
    content["data"] = data.draw(st.permutations(content["data"]))
    found = points_of(tmp_path, figure(panel(series())), project(content)).set_index("visit")
    assert found.index.tolist() == sorted(kept)
    for visit, (x, mean, error) in zip(kept, line, strict=True):
        assert found.loc[visit, ["mean", "error", "off_visit"]].tolist() == pytest.approx(
            [mean, error, x - visit]
        )


def test_bars_are_told_apart_by_their_labels(tmp_path):
    described = figure(
        panel(
            series("A", "bar", labels=["T0", "T3"]),
            series("U", "upper", labels=["T0", "T3"]),
            series("A", "bar", "control", labels=["C0", "C3"]),
            series("U", "upper", "control", labels=["C0", "C3"]),
            labels=BAR_VISITS,
            visits=[0, 3],
        )
    )
    content = bar_project(bars(*BAR_CLICK), bars(*BAR_CLICK, up=0.3, name="U"))
    found = points_of(tmp_path, described, content)
    assert found["arm"].tolist() == ["treated", "treated", "control", "control"]
    assert found["mean"].to_numpy() == pytest.approx([7.5, 7.0, 8.0, 8.2])
    assert found["error"].to_numpy() == pytest.approx([0.3] * 4)
    assert found["label"].tolist() == list(BAR_CLICK)
    assert found["x"].isna().all() and found["lower"].isna().all()


def test_a_label_chooses_a_mean_together_with_its_bars(tmp_path):
    """WebPlotDigitizer lets a person label the bar and leave the ends of its error bar alone."""
    points = []
    for member, (label, (x, mean)) in enumerate(BAR_CLICK.items()):
        for group, y in enumerate((mean, mean + 0.3, mean - 0.3)):
            told = {"metadata": {"label": label}} if group == 0 else {}
            points.append(make.point(x, 400 - 20 * y, tuple=member, group=group, **told))
    content = make.dataset("A", points, "Bars", groupNames=list(ROLES), metadataKeys=["label"])
    described = figure(
        panel(
            series(labels=["T0", "T3"]),
            series(arm="control", labels=["C0", "C3"]),
            labels=BAR_VISITS,
            visits=[0, 3],
        )
    )
    found = points_of(tmp_path, described, bar_project(content))
    assert found["mean"].to_numpy() == pytest.approx([7.5, 7.0, 8.0, 8.2])
    assert found["error"].to_numpy() == pytest.approx([0.3] * 4)


def test_a_label_that_the_panel_does_not_name_is_told(tmp_path):
    described = figure(panel(series("A", "bar"), labels=BAR_VISITS[:1]))
    told = refused(tmp_path, described, bar_project(bars("T0", "T3")), "the label 'T3'")
    assert "none of the panel's labels ('T0')" in told


def test_a_bar_chart_needs_labels(tmp_path):
    described = figure(panel(series("A", "bar")))
    refused(tmp_path, described, bar_project(bars("T0", "T3")), "list the panel's labels")


def test_weeks_become_months(tmp_path):
    weeks = [(x / MONTHS_PER_WEEK / 4, mean, error) for x, mean, error in LINE]
    axes = make.xy_axes(
        clicks=[
            make.click(100, 500, "0", "5"),
            make.click(700, 500, "48", "5"),  # 48 weeks on 600 px
            make.click(100, 500, "0", "5"),
            make.click(100, 100, "0", "9"),
        ]
    )
    described = figure(panel(series(), months_per_x=MONTHS_PER_WEEK))
    found = points_of(tmp_path, described, project(grouped(line=weeks), axes=[axes]))
    assert found["visit"].tolist() == VISITS
    assert found["x"].to_numpy() == pytest.approx(VISITS, abs=1e-9)
    unscaled = figure(panel(series()))
    refused(tmp_path, unscaled, project(grouped(line=weeks), axes=[axes]), "lies at month 13.0")


def test_y_factor_scales_every_number_and_its_sigma(tmp_path):
    content = project(grouped())
    plainly = points_of(tmp_path, figure(panel(series())), content)
    scaled = points_of(tmp_path, figure(panel(series(), y_factor=18.02)), content)
    for column in (
        "mean upper lower error difference_of_bars difference_sigma mean_sigma error_sigma"
    ).split():
        expected = plainly[column].to_numpy() * 18.02
        assert scaled[column].to_numpy() == pytest.approx(expected, abs=1e-9), column
    unchanged = ["visit", "x", "px", "py", "off_visit"]
    pd.testing.assert_frame_equal(scaled[unchanged], plainly[unchanged])


def test_a_point_beside_its_visit_is_taken_to_it(tmp_path):
    found = points_of(tmp_path, figure(panel(series())), project(grouped(line=[(3.4, 7, 0.2)])))
    assert found["visit"].tolist() == [3]
    assert found["off_visit"].tolist() == pytest.approx([0.4])


@pytest.mark.parametrize(("snap", "snaps"), [(0.5, False), (0.7, True)])
def test_a_point_far_from_every_visit_is_told(tmp_path, snap, snaps):
    described = figure(panel(series()), snap_months=snap)
    content = project(grouped(line=[*LINE[:1], (3.6, 7, 0.2)]))
    if snaps:
        assert points_of(tmp_path, described, content)["visit"].tolist() == [0, 3]
        return
    told = refused(tmp_path, described, content, "series 'A', point 3 lies at month 3.60")
    assert "panel a, arm treated" in told and "nearest visit is 3, more than 0.5" in told


def test_the_bars_follow_their_mean_to_its_visit(tmp_path):
    """An end of a bar clicked beside it belongs to the mean of its group, wherever it lies."""
    content = grouped(line=[(3.4, 7, 0.2)])
    content["data"][1]["x"] += 40  # 0.8 months: by itself it would snap nowhere
    found = points_of(tmp_path, figure(panel(series())), project(content))
    assert found["error"].tolist() == pytest.approx([0.2])


def test_two_points_on_one_visit_are_told(tmp_path):
    content = project(plain("M", [(3, 7), (3.2, 7.1)]))
    told = refused(tmp_path, figure(panel(series("M", "mean"))), content, "two points are the mean")
    assert "at visit 3: 'M' point 0 and 'M' point 1" in told


def test_a_bar_without_its_mean_is_told(tmp_path):
    content = project(plain("M", [(0, 7)]), plain("U", [(0, 7.2), (3, 7.3)]))
    described = figure(panel(*THREE[:2]))
    refused(tmp_path, described, content, "an error bar but no mean at visit 3")
    lost = grouped()
    del lost["data"][3]
    refused(tmp_path, figure(panel(series())), project(lost), "tuple 1 has no mean")


def test_a_missing_visit_is_a_finding_unless_the_panel_lists_it(tmp_path):
    content = project(grouped(line=LINE[:-1]))
    (row,) = findings(tmp_path, figure(panel(series())), content)
    assert (row["verdict"], row["value"]) == ("implausible", 3)
    assert row["detail"] == "no point at month 12"
    told = "panel a, arm treated: no point at month 12"
    refused(tmp_path, figure(panel(series(), visits=VISITS)), content, told)
    (row,) = findings(tmp_path, figure(panel(series(), visits=VISITS[:-1])), content)
    assert row["verdict"] == "pass"


@pytest.mark.parametrize("kept", ["upper", "lower"])
def test_one_bar_is_enough_for_an_error(tmp_path, kept):
    declared = [THREE[0], next(s for s in THREE if s["statistic"] == kept)]
    found = points_of(tmp_path, figure(panel(*declared)), project(*three()))
    assert found["error"].to_numpy() == pytest.approx([error for *_, error in LINE])
    other = {"upper": "lower", "lower": "upper"}[kept]
    assert found[other].isna().all() and found["difference_of_bars"].isna().all()
    assert found["error_sigma"].notna().all()


def test_a_hidden_bar_keeps_its_mean_without_an_error(tmp_path):
    line = [(x, mean, None if x == 3 else error) for x, mean, error in LINE]
    for described, content in (
        (figure(panel(series())), project(grouped(line=line))),
        (figure(panel(*THREE)), project(*three(line))),
    ):
        found = digitized(tmp_path, described, content)
        assert found.reported["value"].to_numpy() == pytest.approx([mean for _, mean, _ in LINE])
        assert found.reported["error"].isna().tolist() == [False, True, False, False]
        hidden = found.draws["row_id"] == "figure2_a_treated_m3"
        assert found.draws.loc[hidden, "error"].isna().all()
        assert found.draws.loc[hidden, "value"].notna().all()
        (row,) = findings(tmp_path, described, content)
        assert row["detail"] == "no error bar at month 3"


def test_a_bar_on_the_wrong_side_of_its_mean_is_told(tmp_path):
    content = project(plain("M", [(0, 7)]), plain("U", [(0, 6.8)]))
    refused(tmp_path, figure(panel(*THREE[:2])), content, "upper bar below its mean")


def test_an_unknown_series_is_told_with_those_that_are_there(tmp_path):
    content = project(grouped("Treatd"), grouped("Saline"))
    told = refused(tmp_path, figure(panel(series("Treated"))), content, "no series 'Treated'")
    assert "'Treatd', 'Saline'" in told


def test_a_series_on_other_axes_is_told_with_the_axes_that_are_there(tmp_path):
    content = project(grouped("A", axes="HbA1c"), axes=[make.xy_axes("HbA1c")])
    told = refused(tmp_path, figure(panel(series(), axes="hba1c")), content, "on the axes 'hba1c'")
    assert told.endswith("it holds 'A' on 'HbA1c'")


def test_one_name_on_two_axes_is_told_apart_by_the_panel_s_axes(tmp_path):
    lower = [(x, mean - 1, error) for x, mean, error in LINE]
    axes = [make.xy_axes("one"), make.xy_axes("two")]
    content = project(grouped(axes="one"), grouped(line=lower, axes="two"), axes=axes)
    told = refused(tmp_path, figure(panel(series())), content, "has 2 series 'A'")
    assert "name the panel's axes" in told
    both = figure(panel(series(), axes="one"), panel(series(), id="b", axes="two"))
    found = points_of(tmp_path, both, content)
    assert found["mean"].to_numpy() == pytest.approx([m for _, m, _ in LINE + lower])
    assert found["panel"].tolist() == ["a"] * 4 + ["b"] * 4


def test_an_arm_on_two_axes_is_told(tmp_path):
    axes = [make.xy_axes("one"), make.xy_axes("two")]
    content = project(plain("M", [(0, 7)], "one"), plain("U", [(0, 7.2)], "two"), axes=axes)
    refused(tmp_path, figure(panel(*THREE[:2])), content, "different axes sets")


def test_dates_need_labels(tmp_path):
    clicks = [make.click(0, 500, "2010/1/1"), make.click(365, 500, "2011/1/1")]
    clicks += [make.click(0, 500, "0", "5"), make.click(0, 100, "0", "9")]
    dated = [make.point(x, 300, metadata={"label": f"month {m}"}) for x, m in ((0, 0), (90, 3))]
    content = project(
        make.dataset("M", dated, metadataKeys=["label"]), axes=[make.xy_axes(clicks=clicks)]
    )
    refused(tmp_path, figure(panel(series("M", "mean"))), content, "has a date on the x axis")
    labels = [{"label": f"month {visit}", "visit": visit} for visit in VISITS]
    described = figure(panel(series("M", "mean"), labels=labels))
    assert points_of(tmp_path, described, content)["visit"].tolist() == [0, 3]


def test_dates_in_a_table_need_labels(tmp_path):
    table = "series,x,y\nM,2010/1/1,7\nM,2010/4/1,7.1\n"
    refused(tmp_path, figure(panel(series("M", "mean"))), table, "has a date on the x axis")


def test_a_fault_of_another_axes_set_does_not_matter(tmp_path):
    polar = {"name": "Polar", "type": "PolarAxes", "calibrationPoints": [make.click(0, 0)] * 3}
    alone = digitized(tmp_path, figure(panel(series())), project(grouped()))
    content = project(grouped(), plain("B", [(1, 1)], "Polar"), axes=[make.xy_axes(), polar])
    beside = digitized(tmp_path, figure(panel(series())), content)
    pd.testing.assert_frame_equal(beside.points, alone.points)
    pd.testing.assert_frame_equal(beside.draws, alone.draws)
    told = refused(tmp_path, figure(panel(series("B", "mean"))), content, "no series 'B'")
    assert "PolarAxes are not supported" in told


def test_a_log_axis_gives_values_and_bars_on_its_scale(tmp_path):
    clicks = [make.click(100, 500, "0"), make.click(700, 500, "12")]
    clicks += [make.click(100, 500, "0", "1"), make.click(100, 100, "0", "10000")]
    content = project(
        plain("M", [(0, 8), (3, 7)]),  # py 200 and 300: 10^3 and 10^2
        plain("U", [(0, 8.5), (3, 7.1)]),
        axes=[make.xy_axes(clicks=clicks, isLogY=True)],
    )
    found = points_of(tmp_path, figure(panel(*THREE[:2])), content)
    assert found["mean"].to_numpy() == pytest.approx([1e3, 1e2])
    expected = [10**3.5 - 10**3, 10**2.1 - 10**2]
    assert found["error"].to_numpy() == pytest.approx(expected)
    # By hand: the error of a click grows with the value, 100 px a power of ten.
    own = np.log(10) / 100 * found["mean"].to_numpy()
    assert (found["mean_sigma"].to_numpy() > own).all()
    assert (found["mean_sigma"].to_numpy() < own * np.sqrt(3)).all()


def test_an_empty_data_set_is_told(tmp_path):
    content = project(plain("M", []))
    refused(tmp_path, figure(panel(series("M", "mean"))), content, "its series hold no points")


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    content = project(plain("M", [(0, 7), (4.5, 7)]), plain("U", [(0, 7.2)]))
    empty = panel(id="b", arms=["treated"])
    described = figure(panel(series("M", "mean"), series("V", "mean", "control")), empty)
    told = refused(tmp_path, described, content, "panel a, arm treated")
    assert "panel a, arm control" in told and "panel b: it has no series" in told
    ((key, sentence),) = figure_faults(study(), described, tmp_path)
    assert key == "file" and "panel b" in sentence and str(tmp_path) not in sentence


def test_what_stands_in_the_table_of_numbers(tmp_path):
    declared = [series(), series("B", arm="control")]
    described = figure(panel(*declared), error_label="ci95")
    higher = [(x, mean + 1, error) for x, mean, error in LINE]
    content = project(grouped(), grouped("B", higher))
    row = digitized(tmp_path, described, content).reported.iloc[-1]
    assert row["row_id"] == "figure2_a_control_m12"
    assert (row["outcome"], row["arm"], row["visit"]) == ("hba1c", "control", 12)
    assert row["value"] == pytest.approx(7.9) and row["error"] == pytest.approx(0.4)
    assert (row["error_label"], row["label_scope"], row["unit"]) == ("ci95", "figure2", "%")
    assert row["n"] == 13  # one of 14 left before month 12
    assert row["digitized"] and row["source"] == "Figure 2, Control, month 12"


def test_how_many_the_figure_shows_stands_before_who_was_available(tmp_path):
    shown = {"arm": "control", "n": [14, 11, 10, 9]}
    declared = [series(), series("B", arm="control")]
    described = figure(panel(*declared, visits=VISITS, n=[shown]))
    found = digitized(tmp_path, described, project(grouped(), grouped("B"))).reported
    assert found["n"].tolist() == [15, 15, 15, 15, 14, 11, 10, 9]


def test_a_file_that_is_not_there_is_told(tmp_path):
    ((key, sentence),) = figure_faults(study(), figure(panel(series())), Path(tmp_path))
    assert (key, sentence) == ("file", "cannot be opened (No such file or directory).")
