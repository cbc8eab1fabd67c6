"""The error of digitized values: the delta method, and draws that share the calibration's error."""

import digitizer_files as make
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retrial.figures.formats import DigitizeError, grouped, read, read_project
from test_digitize_values import calibrations, write

DRAWS = 40_000
# Three standard errors of an SD from DRAWS normal draws, and what the delta method leaves out.
TOLERANCE = 0.02


@pytest.fixture(scope="module")
def project():
    return read(make.FOLDER / "wpd4.json")


@pytest.mark.parametrize("name", ["wpd4.json", "engauge.dig", "metadigitise_mean_error"])
def test_sigma_agrees_with_the_sd_of_the_draws(name):
    project = read(make.FOLDER / name)
    table = project.frame(pixel_sd=0.5)
    drawn = project.draw(np.random.default_rng(1), DRAWS, pixel_sd=0.5)
    assert drawn.shape == (DRAWS, len(table), 2)
    for i, axis in enumerate("xy"):
        known = table[axis].notna().to_numpy()
        found = drawn[:, known, i].std(axis=0)
        assert found == pytest.approx(table.loc[known, f"{axis}_sigma"].to_numpy(), rel=TOLERANCE)
        shift = drawn[:, known, i].mean(axis=0) - table.loc[known, axis].to_numpy()
        assert (abs(shift) < 0.05 * found).all()
        assert np.isnan(drawn[:, ~known, i]).all()


def test_sigma_is_the_root_of_both_parts(project):
    table = project.frame()
    for axis in "xy":
        parts = np.hypot(table[f"{axis}_sigma_point"], table[f"{axis}_sigma_calibration"])
        assert parts.to_numpy() == pytest.approx(table[f"{axis}_sigma"].to_numpy(), nan_ok=True)


def test_a_pixel_at_a_calibration_click_has_the_error_of_two_clicks(tmp_path):
    """By hand: 100 px a %; at Y1 the value moves with the point and with that click alone."""
    points = [make.point(100, 500), make.point(100, 300)]
    content = make.version_4([make.xy_axes()], [make.dataset("A", points)])
    table = read_project(write(tmp_path, content))
    assert table["y_sigma_point"].tolist() == pytest.approx([0.01, 0.01])
    assert table["y_sigma_calibration"].tolist() == pytest.approx([0.01, 0.01 / np.sqrt(2)])


def test_points_of_one_axes_set_share_its_error_and_others_do_not(project):
    table = project.frame()
    drawn = project.draw(np.random.default_rng(2), DRAWS)[..., 1]
    correlation = np.corrcoef(drawn[:, [0, 6, 8]], rowvar=False)
    assert table["axes"][[0, 6, 8]].tolist() == ["XY", "XY", "Bars"]
    # Expected from the click Jacobians of the two series on the axes set XY.
    first, second = (s.sensitivities() for s in project.series[:2])
    shared = first[1][0, 1] @ second[1][0, 1]
    expected = shared / (table["y_sigma"][0] * table["y_sigma"][6])
    assert correlation[0, 1] == pytest.approx(expected, abs=0.02)
    assert abs(correlation[0, 2]) < 0.02


def test_the_calibration_shift_cancels_in_the_error(project):
    means = grouped(project)
    drawn = project.draw(np.random.default_rng(3), DRAWS)[..., 1]
    half = (drawn[:, 1] - drawn[:, 2]) / 2
    assert half.std() == pytest.approx(means["error_sigma"][0], rel=TOLERANCE)
    assert drawn[:, 0].std() == pytest.approx(means["mean_sigma"][0], rel=TOLERANCE)
    naive = np.hypot(*project.frame()["y_sigma"][1:3]) / 2
    assert means["error_sigma"][0] < naive


def test_no_pixel_error_leaves_the_values(project):
    table = project.frame(pixel_sd=0)
    drawn = project.draw(np.random.default_rng(4), 2, pixel_sd=0)
    np.testing.assert_allclose(drawn[1], table[["x", "y"]].to_numpy(), rtol=1e-12)
    assert table["y_sigma"].eq(0).all()


def test_draws_follow_from_the_generator_alone(project):
    one, other = (project.draw(np.random.default_rng(5), 3) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_sigma_grows_in_proportion_to_the_pixel_error(project):
    ratio = project.frame(pixel_sd=3)["y_sigma"] / project.frame()["y_sigma"]
    assert ratio.to_numpy() == pytest.approx(3)


@settings(max_examples=50)
@given(calibrations(), st.tuples(st.integers(0, 2000), st.integers(0, 2000)))
def test_the_jacobians_agree_with_differences(calibration, point):
    pixels, step = np.array([point], float), 1e-3
    own, shared = calibration.jacobians(pixels)
    value = calibration.values(pixels)[0]
    if not np.isfinite(value).all() or (abs(value) > 1e12).any():
        return

    def difference(change, at):
        clicks = [calibration.clicks + (sign * change if at == "clicks" else 0) for sign in (1, -1)]
        spots = [pixels + (sign * change if at == "own" else 0) for sign in (1, -1)]
        up, down = (calibration.values(p, c)[0] for p, c in zip(spots, clicks, strict=True))
        return (up - down) / (2 * step)

    scale = abs(value) + abs(own).max() * 100 + abs(shared).max() * 100 + 1e-9
    for j in range(2):
        change = step * np.eye(2)[j]
        assert own[0, :, j] == pytest.approx(difference(change, "own"), abs=1e-4 * scale.max())
    for j in range(calibration.clicks.size):
        change = step * np.eye(calibration.clicks.size)[j].reshape(calibration.clicks.shape)
        expected = difference(change, "clicks")
        assert shared[0, :, j] == pytest.approx(expected, abs=1e-4 * scale.max())


def test_a_table_of_values_has_no_pixel_error_to_draw():
    with pytest.raises(DigitizeError, match="without pixels"):
        read(make.FOLDER / "long.csv").draw(np.random.default_rng(0), 10)


@pytest.mark.parametrize("pixel_sd", [-1, np.nan, np.inf])
def test_a_pixel_error_that_is_no_sd_is_refused(project, pixel_sd):
    with pytest.raises(DigitizeError, match="pixel_sd"):
        project.frame(pixel_sd)
    with pytest.raises(DigitizeError, match="pixel_sd"):
        project.draw(np.random.default_rng(0), 1, pixel_sd)
    with pytest.raises(DigitizeError, match="pixel_sd"):
        grouped(project, pixel_sd)
