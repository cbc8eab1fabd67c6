"""Values recomputed from pixels and calibration, in every format of a digitizer's project."""

import gzip
import os
from pathlib import Path

import digitizer_files as make
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from retrial.figures.formats import DigitizeError, grouped, read, read_project
from retrial.figures.formats.calibration import scale_of, three_point_calibration, xy_calibration
from retrial.figures.formats.faults import days

DATA = make.FOLDER
REAL = os.environ.get("RETRIAL_WPD_FOLDER")


def vectors(name):
    rows = pd.read_csv(DATA / f"{name}_calibration.csv", dtype=str).fillna("")
    assert len(rows) > 0
    return [pytest.param(row, id=row["case_id"]) for _, row in rows.iterrows()]


def write(folder, content, name="project"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else make.as_json(content))
    return path


def in_months(table, series):
    return table.loc[table["series"] == series, ["x", "y"]].to_numpy().tolist()


@pytest.mark.parametrize("name", make.files())
def test_the_committed_files_are_those_the_script_writes(name):
    found, made = (DATA / name).read_bytes(), make.files()[name]
    if made[:2] == b"\x1f\x8b":  # other versions of zlib compress otherwise
        found, made = gzip.decompress(found), gzip.decompress(made)
    assert found == made


@pytest.mark.parametrize("row", vectors("wpd"))
def test_webplotdigitizer_values_follow_from_calibration_and_pixel(row, tmp_path):
    bar = row["axes_type"] == "BarAxes"
    clicks = [
        make.click(float(row[f"px{i}"]), float(row[f"py{i}"]), *[row[f"value{i}"]] * 2)
        for i in range(1, 3 if bar else 5)
    ]
    logs = {k: row[v] == "1" for k, v in [("isLogX", "log_x"), ("isLogY", "log_y")]}
    axes = make.bar_axes("XY", clicks) if bar else make.xy_axes("XY", clicks, **logs)
    axes["noRotation"] = row["no_rotation"] == "1"
    stored = [float(row[k]) for k in ("stored_x", "stored_y") if row[k]]
    points = [make.point(float(row["px"]), float(row["py"]), stored)]
    path = write(tmp_path, make.version_4([axes], [make.dataset("A", points)]))
    if row["refused"] == "1":
        with pytest.raises(DigitizeError, match=r"almost parallel \(angle .* 0.07 degrees"):
            read_project(path)
        return
    found = read_project(path).iloc[0]
    assert found["y"] == pytest.approx(float(row["y"]), rel=1e-9)
    assert np.isnan(found["x"]) if bar else found["x"] == pytest.approx(float(row["x"]), rel=1e-9)
    assert found["stale"] == (row["stale"] == "1")
    assert found["stored_y"] == stored[-1]


@pytest.mark.parametrize("row", vectors("engauge"))
def test_engauge_values_follow_from_three_axis_points(row, tmp_path):
    axis_points = [tuple(float(row[f"{k}{i}"]) for k in ("px", "py", "x", "y")) for i in (1, 2, 3)]
    pixel = (float(row["px"]), float(row["py"]))
    found = read_project(write(tmp_path, make.dig(axis_points, curves={"A": [pixel]}))).iloc[0]
    # Independently: the affine map by least squares. The export itself prints 8 digits.
    design = np.array([[px, py, 1] for px, py, _, _ in axis_points])
    map_, *_ = np.linalg.lstsq(design, np.array([p[2:] for p in axis_points]), rcond=None)
    x, y = [*pixel, 1] @ map_
    assert found["x"] == pytest.approx(x, rel=1e-9)
    assert found["y"] == pytest.approx(y, rel=1e-9, abs=1e-11)
    assert found[["x", "y"]].tolist() == pytest.approx(
        [float(row["x"]), float(row["y"])], rel=5e-8, abs=1e-12
    )


@pytest.mark.parametrize("row", vectors("metadigitise"))
def test_metadigitise_values_follow_from_two_clicks_an_axis(row, tmp_path):
    low, high = float(row["cal_px1"]), float(row["cal_px2"])
    values = [float(row["cal_v1"]), float(row["cal_v2"])]
    other, spot = [(7.0, 3.0), (7.0, 300.0)], float(row["px"])
    along = [(low, 11.0), (high, 12.0)] if row["axis"] == "x" else [(11.0, low), (12.0, high)]
    clicks = [*other, *along] if row["axis"] == "x" else [*along, (3.0, 7.0), (300.0, 7.0)]
    told = [0.0, 1.0, *values] if row["axis"] == "x" else [*values, 0.0, 1.0]
    raw = make.frame(id=["setosa"], x=[spot], y=[spot])
    path = write(tmp_path, make.caldat("scatterplot", clicks, told, raw))
    found = read_project(path).iloc[0]
    # The vectors print the clicks to 7 decimals.
    assert found[row["axis"]] == pytest.approx(float(row["digitised"]), rel=5e-9)


def test_a_project_of_version_4_gives_every_readable_series():
    table = read_project(DATA / "wpd4.json")
    assert in_months(table, "Saline") == [[0, pytest.approx(8.2)], [6, pytest.approx(8.0)]]
    assert table.loc[table["stale"], "series"].tolist() == ["Saline"]
    assert table.loc[table["stale"], "stored_y"].tolist() == [7.9]
    bars = table[table["axes"] == "Bars"]
    assert bars["label"].tolist() == ["WJ-MSC", "Saline"]
    assert bars["y"].tolist() == pytest.approx([20, 0])
    assert bars[["x", "x_sigma"]].isna().all(axis=None)
    assert in_months(table, "Autoantibody") == [pytest.approx([100, -10])]
    assert table.attrs["problems"][0].startswith("axes set 'Polar': PolarAxes are not supported")
    assert "Direction" not in set(table["series"])


def test_dates_are_days_since_1970_and_flagged():
    dated = read_project(DATA / "wpd4.json").query("series == 'Enrolled'").iloc[0]
    assert pd.Timestamp("1970-01-01") + pd.Timedelta(days=dated["x"]) == pd.Timestamp("2010-02-01")
    assert dated["x_is_date"] and not dated["y_is_date"] and not dated["stale"]
    assert days("1970/1/2 06:00") == 1.25
    assert days("2012/5") == days("2012-05-01") == 15461
    assert days("12.5") is None


@given(st.datetimes(pd.Timestamp(1, 1, 1), pd.Timestamp(9999, 12, 31)))
def test_dates_agree_with_the_calendar(moment):
    moment = moment.replace(microsecond=0)
    expected = np.datetime64(moment, "s").astype(float) / 86400
    assert days(f"{moment.year:04}/{moment.month}/{moment.day} {moment:%H:%M:%S}") == expected


def test_a_project_of_version_3_and_an_archive_are_read_alike():
    assert in_months(read_project(DATA / "wpd3.json"), "Saline") == [pytest.approx([6, 8])]
    archive = read(DATA / "wpd4.tar")
    pd.testing.assert_frame_equal(archive.frame(), read(DATA / "wpd4.json").frame())
    assert archive.images["figure2.png"] == make.PNG


def test_metadigitise_gives_means_with_their_errors():
    table = grouped(read(DATA / "metadigitise_mean_error"))
    assert table["series"].tolist() == ["Treated", "Saline"]
    assert table["mean"].tolist() == pytest.approx([6.5, 7.8])
    assert table["error"].tolist() == pytest.approx([0.3, 0.2])
    series = read(DATA / "metadigitise_mean_error").series[1]
    assert series.details == {"plot_type": "mean_error", "error_type": "se", "n": 14.0}
    # The file's processed data say 7.7: it was calibrated anew since.
    assert series.stale().tolist() == [False, True]


@pytest.mark.parametrize(("transformed", "values"), [("s", [1.0, 100.0]), ("t", [0.0, 2.0])])
def test_metadigitise_log_axes_take_values_or_their_logarithms(transformed, values, tmp_path):
    log = make.r(["y", transformed, "10"], {"names": ["axes", "transformed", "base"]})
    path = write(tmp_path, make.caldat(values=values, log_axes=log))
    expected = 10 ** (np.array([280, 250, 400, 380]) / 200 - 0.5)
    assert read_project(path)["y"].tolist() == pytest.approx(expected.tolist())


def test_compact_r_vectors_and_factors_are_read(tmp_path):
    sequence = make._head(238) + make._head(2) + make._head(1) + make._chars("compact_intseq")
    sequence += make._head(2) + make._head(1) + make._chars("base") + make._head(2)
    sequence += make.r([13]) + make._head(254) + make.r([2.0, 100.0, 300.0]) + make._head(254)
    ids = make.r([2, 1], {"levels": ["Saline", "Treated"], "class": ["factor"]})
    raw = make.r({"id": ids, "x": sequence, "y": sequence})
    path = write(tmp_path, make.caldat("scatterplot", raw=raw))
    table = read_project(path)
    assert table["series"].tolist() == ["Treated", "Saline"]
    assert table["y"].tolist() == pytest.approx([5, 8])


def test_tables_of_values_have_no_pixels_and_no_sigma():
    export = read_project(DATA / "wpd_export.csv")
    assert in_months(export, "Treated") == [[0, 7.5], [6, 7], [12, 6.8]]
    assert export["label"].dropna().tolist() == ["WJ-MSC", "Saline"]
    assert export[["px", "x_sigma", "y_sigma", "stored_x"]].isna().all(axis=None)
    for name in ("engauge_one_line.csv", "engauge_blocks.csv"):
        assert in_months(read_project(DATA / name), "Saline") == [[0, 8.2], [6, 8]]
    means = grouped(read(DATA / "long.csv"))
    assert means["x"].tolist() == [0, 6, 0]
    assert means["error"].tolist() == pytest.approx([0.2, 0.25, 0.3])
    assert means["bars"].tolist() == [2, 2, 1]


def test_exported_dates_and_other_delimiters_are_read(tmp_path):
    path = write(tmp_path, b"A,\nX,Y\n2010/02/01,1\n")
    assert read_project(path)[["x", "x_is_date"]].iloc[0].tolist() == [14641, True]
    assert len(read_project(write(tmp_path, b"#x\tA\n1\t2\n"))) == 1
    assert len(read_project(write(tmp_path, "Series;X;Y\nB\xe4r;1;2\n".encode()))) == 1


def test_point_groups_become_mean_and_error():
    table = grouped(read(DATA / "wpd4.json"))
    assert table["x"].tolist() == [0, 6]
    assert table["mean"].tolist() == pytest.approx([7.5, 7.0])
    assert table["error"].tolist() == pytest.approx([0.2, 0.25])
    assert table["asymmetry"].tolist() == pytest.approx([0, 0.2])


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["Min", "Q1", "Median", "Q3", "Max"], "box plot"),
        (["Baseline", "Follow-up"], "named such as mean, upper and lower"),
        (["Upper", "Mean"], "upper bar below its mean"),
        (["Mean", "Upper", "Top"], "two upper bars"),
    ],
)
def test_points_that_are_no_mean_and_its_bars_are_refused(names, message, tmp_path):
    points = [make.point(100, 300 - i, tuple=0, group=i) for i in range(len(names))]
    datasets = [make.dataset("A", points, groupNames=names)]
    project = read(write(tmp_path, make.version_4([make.xy_axes()], datasets)))
    with pytest.raises(DigitizeError, match=message):
        grouped(project)


@pytest.mark.parametrize("names", [["", ""], ["HbA1c", "SEM"], ["Mean", "Mean - SD"]])
def test_one_bar_is_enough_and_needs_no_side(names, tmp_path):
    points = [make.point(100, 300 + 20 * i, tuple=4, group=i) for i in range(2)]
    datasets = [make.dataset("A", points, groupNames=names)]
    table = grouped(read(write(tmp_path, make.version_4([make.xy_axes()], datasets))))
    row = table.iloc[0]
    assert (row["mean"], row["error"], row["lower"]) == pytest.approx((7, 0.2, 6.8))
    assert row["bars"] == 1 and np.isnan(row["upper"]) and row["tuple"] == 4


def test_no_rotation_snaps_each_axis_to_the_pixel_grid(tmp_path):
    upright = [make.click(0, 50, "0"), make.click(100, 60, "10")]
    upright += [make.click(0, 0, "0", "0"), make.click(5, 100, "0", "1")]
    turned = [make.click(50, 0, "0"), make.click(60, 100, "10")]
    turned += [make.click(0, 0, "0", "0"), make.click(100, 5, "0", "1")]
    for clicks, x, y in [(upright, 30 / 10, 70 / 100), (turned, 70 / 10, 30 / 100)]:
        axes = [make.xy_axes(clicks=clicks, noRotation=True)]
        project = make.version_4(axes, [make.dataset("A", [make.point(30, 70)])])
        found = read_project(write(tmp_path, project)).iloc[0]
        assert (found["x"], found["y"]) == pytest.approx((x, y))


@pytest.mark.parametrize(
    ("clicks", "rotated", "value"),
    [
        (((50, 400), (60, 200)), False, 50),
        (((50, 400), (60, 200)), True, 100 * (10 * 50 + 200 * 100) / (10**2 + 200**2)),
        (((0, 300), (200, 310)), False, 50),
        (((200, 310), (0, 300)), False, 50),
    ],
)
def test_bars_are_measured_along_their_axis(clicks, rotated, value, tmp_path):
    points = [make.click(*clicks[0], 0, "0"), make.click(*clicks[1], 0, "100")]
    axes = [make.bar_axes(clicks=points, isRotated=rotated)]
    project = make.version_4(axes, [make.dataset("A", [make.point(100, 300)], "Bars")])
    assert read_project(write(tmp_path, project))["y"].iloc[0] == pytest.approx(value)


pixels = st.integers(0, 2000)
values = st.integers(-1000, 1000)


@st.composite
def calibrations(draw):
    clicks = np.array(draw(st.lists(st.tuples(pixels, pixels), min_size=4, max_size=4)), float)
    u, v = clicks[1] - clicks[0], clicks[3] - clicks[2]
    assume(min(np.hypot(*u), np.hypot(*v)) >= 50)
    assume(abs(u[0] * v[1] - u[1] * v[0]) > 0.3 * np.hypot(*u) * np.hypot(*v))
    scales = []
    for axis in "xy":
        log = draw(st.booleans())
        low = draw(st.integers(1, 1000) if log else values)
        sign = draw(st.sampled_from([1, -1])) if log else 1
        high = low + draw(st.integers(1, 1000))
        scales.append(scale_of(sign * low, sign * high, log, axis))
    return xy_calibration(clicks, *scales)


@given(calibrations(), st.lists(st.tuples(pixels, pixels), min_size=1, max_size=9))
def test_pixels_survive_the_way_to_values_and_back(calibration, points):
    scaled = calibration.scaled(np.array(points, float))
    logs = [calibration.x.log, calibration.y.log]
    assume((abs(scaled[:, logs]) < 200).all())
    back = calibration.pixels(calibration.values(np.array(points, float)))
    assert back == pytest.approx(np.array(points, float), abs=1e-5)


@given(calibrations())
def test_the_clicks_themselves_have_the_values_that_were_typed(calibration):
    scaled, targets = calibration.scaled(calibration.clicks), calibration.targets
    found = [scaled[0, 0], scaled[1, 0], scaled[2, 1], scaled[3, 1]]
    assert found == pytest.approx(targets.tolist(), abs=1e-8)


@given(calibrations(), st.tuples(*[st.floats(-2, 2)] * 4), st.tuples(pixels, pixels))
def test_values_do_not_change_when_image_and_clicks_are_moved_alike(calibration, turn, shift):
    """Affine invariance: scale, shear, turn and shift the image; the figure stays the same."""
    matrix = np.array(turn).reshape(2, 2)
    assume(np.linalg.cond(matrix) < 20 and abs(np.linalg.det(matrix)) > 0.05)
    moved = calibration.clicks @ matrix.T + shift
    points = np.array([[10.0, 20.0], [700.0, 300.0]])
    before = calibration.scaled(points)
    after = calibration.scaled(points @ matrix.T + shift, moved)
    assert after == pytest.approx(before, rel=1e-7, abs=1e-7 * (1 + abs(before).max()))


@given(calibrations())
def test_four_clicks_agree_with_a_linear_solution(calibration):
    """Independently: [x rises from click 1 to 2 and not from 3 to 4], solved by numpy."""
    clicks, t = calibration.clicks, calibration.targets
    for axis, (first, along, across) in enumerate([(0, (0, 1), (2, 3)), (2, (2, 3), (0, 1))]):
        system = [
            [*(clicks[along[1]] - clicks[along[0]]), 0],
            [*(clicks[across[1]] - clicks[across[0]]), 0],
            [*clicks[first], 1],
        ]
        expected = np.linalg.solve(system, [t[first + 1] - t[first], 0, t[first]])
        points = np.array([[3.0, 4.0], [900.0, 500.0]])
        found = calibration.scaled(points)[:, axis]
        scale = abs(expected[:2]).max() * 2000 + abs(expected[2])
        assert found == pytest.approx(points @ expected[:2] + expected[2], abs=1e-9 * scale)


def test_three_axis_points_may_lie_anywhere():
    clicks = np.array([[100.0, 500.0], [700.0, 450.0], [130.0, 90.0]])
    targets = np.array([[0.0, 5.0], [12.0, 5.5], [0.5, 9.0]])
    x, y = (scale_of(0, 1, False, axis)[0] for axis in "xy")
    calibration = three_point_calibration(clicks, targets, x, y)
    assert calibration.scaled(clicks) == pytest.approx(targets)


@pytest.mark.skipif(REAL is None, reason="RETRIAL_WPD_FOLDER names no folder of real projects")
@pytest.mark.parametrize(
    ("name", "points", "stale"),
    [
        ("wpd_tests_wpd3_xy.json", 403, 0),
        ("uta_nures_wpd_project.json", 108, 0),
        ("da40d_wpd_left.json", 67, 0),
        ("da40d_stale_values_wpd_middle.json", 50, 50),
        ("eleutherai_scaling_wpd_project.tar", 21, 0),
        ("ashish_wpd_noRotation.json", 72, 0),
        ("wpd_tests_wpd4.json", 147, 0),
        ("engauge/relation_relation.dig", 16, 0),
        ("engauge/relation_relation.csv_expected_1", 16, 0),
    ],
)
def test_a_real_project_is_read_whole_and_its_stale_values_are_found(name, points, stale):
    table = read_project(Path(REAL) / name)
    assert (len(table), table["stale"].sum()) == (points, stale)


@pytest.mark.skipif(REAL is None, reason="RETRIAL_WPD_FOLDER names no folder of real projects")
def test_a_real_engauge_export_agrees_with_its_project():
    name = "engauge/export_only_all_curves_on_same_line"
    of_project = read_project(Path(REAL) / f"{name}.dig").sort_values(["series", "x"])
    of_export = read_project(Path(REAL) / f"{name}.csv_expected_1").sort_values(["series", "x"])
    difference = of_project[["x", "y"]].to_numpy() - of_export[["x", "y"]].to_numpy()
    assert abs(difference).max() < 6e-5
