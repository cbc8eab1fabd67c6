"""The error of digitized means: sigma, draws and intervals against computations of our own."""

import digitizer_files as make
import numpy as np
import pandas as pd
import pytest
from digitized_cases import (
    LINE,
    digitized,
    figure,
    grouped,
    panel,
    plain,
    project,
    series,
    study,
)
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from retrial.figures.agreement import agreement, dahlberg
from retrial.figures.digitized import curves
from retrial.figures.measure import OBSERVER_ERROR, OBSERVER_MEAN, measured
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

DRAWS = 4000
# Four standard errors of an SD from DRAWS normal draws.
TOLERANCE = 4 / np.sqrt(2 * DRAWS)
# (visit, mean, error); one bar hidden.
HIDDEN = [LINE[0], (3, 7.0, None), *LINE[2:]]
LOG = [
    make.click(100, 500, "0"),
    make.click(700, 500, "12"),
    make.click(100, 500, "0", "1"),
    make.click(100, 100, "0", "100"),
]
SIGNS = (1, -1, 1, -1)
TWO_ARMS = figure(panel(series(), series("B", arm="control")))
BOTH = project(grouped(), grouped("B", [(x, mean + 0.8, error) for x, mean, error in LINE]))
# Wright's peak flow meter and the mini meter, first readings in 17 people (Bland and Altman 1986).
WRIGHT = "494 395 516 434 476 557 413 442 650 433 417 656 267 478 178 423 427"
MINI = "512 430 520 428 500 600 364 380 658 445 432 626 260 477 259 350 451"


def wide(draws, what):
    return draws.set_index(["draw", "row_id"])[what].unstack("row_id")  # noqa: PD010


def heights(clicks, targets, pixels):
    """Values on y of pixels (..., n, 2), by solving for the steps along the two axes' clicks."""
    along = np.stack([clicks[..., 1, :] - clicks[..., 0, :], clicks[..., 3, :] - clicks[..., 2, :]])
    matrix = np.moveaxis(along, 0, -1)[..., None, :, :]
    steps = np.linalg.solve(matrix, (pixels - clicks[..., None, 2, :])[..., None])[..., 1, 0]
    return targets[0] + steps * (targets[1] - targets[0])


def simulated(axes, dataset, pixel_sd, size, seed=0):
    """y values (size, points) when every click of a project is moved by an error of its own."""
    rng = np.random.default_rng(seed)
    clicks = np.array([[c["px"], c["py"]] for c in axes["calibrationPoints"]], float)
    targets = [float(axes["calibrationPoints"][i]["dy"]) for i in (2, 3)]
    log = axes["isLogY"]
    pixels = np.array([[p["x"], p["y"]] for p in dataset["data"]], float)
    moved = heights(
        clicks + pixel_sd * rng.standard_normal((size, *clicks.shape)),
        np.log10(targets) if log else targets,
        pixels + pixel_sd * rng.standard_normal((size, *pixels.shape)),
    )
    return 10**moved if log else moved


@pytest.mark.parametrize(
    ("described", "axes", "line"),
    [
        (figure(panel(series())), make.xy_axes(), LINE),
        (figure(panel(series(), y_factor=18.02), pixel_sd=3), make.xy_axes(), LINE),
        (figure(panel(series()), pixel_sd=0.5), make.xy_axes(clicks=LOG, isLogY=True), LINE),
    ],
    ids=["linear", "y_factor", "log"],
)
def test_sigma_is_what_moved_clicks_do(tmp_path, described, axes, line):
    """Against clicks moved here; mean, upper and lower lie side by side in a data set."""
    dataset = grouped(line=line)
    found = digitized(tmp_path, described, project(dataset, axes=[axes])).points
    values = simulated(axes, dataset, described.pixel_sd, 20_000) * described.panels[0].y_factor
    mean, upper, lower = (values[:, role::3] for role in range(3))
    for column, moved in (
        ("mean_sigma", mean),
        ("error_sigma", (upper - lower) / 2),
        ("difference_sigma", upper + lower - 2 * mean),
    ):
        assert found[column].to_numpy() == pytest.approx(moved.std(axis=0), rel=0.025), column


@pytest.mark.parametrize("y_factor", [1.0, 18.02])
@pytest.mark.parametrize("log", [False, True])
def test_the_draws_have_the_sigma_that_is_told(tmp_path, log, y_factor):
    axes = make.xy_axes(clicks=LOG, isLogY=True) if log else make.xy_axes()
    described = figure(panel(series(), y_factor=y_factor), pixel_sd=0.5)
    content = project(grouped(line=HIDDEN), axes=[axes])
    found = digitized(tmp_path, described, content, draws=DRAWS)
    for what, value in (("mean", "value"), ("error", "error")):
        drawn = wide(found.draws, value)[found.points["row_id"]]
        sigma = found.points[f"{what}_sigma"].to_numpy()
        assert drawn.std().to_numpy() == pytest.approx(sigma, rel=TOLERANCE, nan_ok=True)
        off = (drawn.mean().to_numpy() - found.points[what].to_numpy()) / sigma
        assert np.nanmax(abs(off)) < 0.08
    assert found.points["error_sigma"].isna().tolist() == [False, True, False, False]


def test_one_bar_carries_the_mean_s_error_and_two_do_not(tmp_path):
    """By hand: half of the difference of two ends, or the difference of one end and the mean."""
    ends = [plain("M", [(0, 7)]), plain("U", [(0, 7.5)]), plain("L", [(0, 6.5)])]
    declared = [series("M", "mean"), series("U", "upper"), series("L", "lower")]
    own = 0.01  # 100 px a %
    # Over 50 of 400 px, the calibration's two clicks move a difference by 1/8 of their own error.
    for count, own_part, shared in ((3, np.sqrt(2) / 2, 0.125), (2, np.sqrt(2), 0.125)):
        described = figure(panel(*declared[:count]))
        found = digitized(tmp_path, described, project(*ends)).points
        expected = own * np.hypot(own_part, shared * np.sqrt(2))
        assert found["error_sigma"].tolist() == pytest.approx([expected]), count


def test_visits_share_the_calibration_s_error(tmp_path):
    found = digitized(tmp_path, TWO_ARMS, BOTH, draws=20_000)
    drawn = wide(found.draws, "value")[found.points["row_id"]]
    _, both = curves(study(), TWO_ARMS, tmp_path / "figure2.json")
    parts = [curve.series.sensitivities() for curve in both]
    # Every third point is a mean.
    own, shared = (np.concatenate([part[i] for part in parts])[::3, 1] for i in range(2))
    covariance = shared @ shared.T + np.diag((own**2).sum(axis=1))
    scale = np.sqrt(np.diag(covariance))
    expected = covariance / np.outer(scale, scale)
    assert np.corrcoef(drawn.to_numpy(), rowvar=False) == pytest.approx(expected, abs=0.03)
    assert expected.min() > 0.1  # else there would be nothing to share


def test_a_change_is_known_better_than_its_two_visits_apart(tmp_path):
    """The shift of the calibration cancels in a change and in an error bar."""
    found = digitized(tmp_path, TWO_ARMS, BOTH, draws=DRAWS)
    drawn = wide(found.draws, "value")
    first, last = (drawn[f"figure2_a_treated_m{visit}"] for visit in (6, 12))
    sigma = found.points.set_index("row_id")["mean_sigma"]
    apart = np.hypot(sigma["figure2_a_treated_m6"], sigma["figure2_a_treated_m12"])
    # By hand, at nearly one height: the two points' clicks, 0.01 % each, and the x axis's tilt,
    # of which half shows over half of the axis.
    assert (last - first).std() == pytest.approx(0.01 * np.sqrt(2 + 2 / 4), rel=TOLERANCE)
    assert (last - first).std() < 0.9 * apart


def test_draws_of_one_axes_set_do_not_move_another(tmp_path):
    axes = [make.xy_axes("one"), make.xy_axes("two")]
    content = project(grouped(axes="one"), grouped("B", axes="two"), axes=axes)
    described = figure(
        panel(series(), axes="one"), panel(series("B", arm="control"), id="b", axes="two")
    )
    drawn = wide(digitized(tmp_path, described, content, draws=DRAWS).draws, "value")
    r = np.corrcoef(drawn["figure2_a_treated_m6"], drawn["figure2_b_control_m6"])[0, 1]
    assert abs(r) < 4 / np.sqrt(DRAWS)


@pytest.fixture(scope="module")
def covered(tmp_path_factory):
    """How many of 300 noisy digitizations have the true mean, and error, in their interval.

    By the pixel error that is stated for them; their own is 1 px.
    """
    folder, rng = tmp_path_factory.mktemp("coverage"), np.random.default_rng(11)
    described = figure(panel(series(), visits=[6]))
    hits = {sd: np.zeros(2, int) for sd in (1.0, 0.5)}
    for _ in range(300):
        axes, dataset = make.xy_axes(), grouped(line=LINE[2:3])
        for click in axes["calibrationPoints"]:
            click |= {"px": click["px"] + rng.normal(), "py": click["py"] + rng.normal()}
        for click in dataset["data"]:
            click |= {"x": click["x"] + rng.normal(), "y": click["y"] + rng.normal()}
        (folder / "noisy.json").write_bytes(make.as_json(project(dataset, axes=[axes])))
        _, (curve,) = curves(study(), described, folder / "noisy.json")
        for told, found in hits.items():
            (row,) = measured(curve, told)
            for place, what in enumerate(("mean", "error")):
                off = row[what] - LINE[2][1 + place]
                found[place] += abs(off) < 1.96 * row[f"{what}_sigma"]
    return hits


def test_the_interval_covers_the_truth_as_often_as_it_says(covered):
    low, high = stats.binom.interval(0.999, 300, 0.95)
    assert (covered[1.0] >= low).all() and (covered[1.0] <= high).all()


def test_a_pixel_error_told_too_small_shows_in_the_coverage(covered):
    """The test above can fail: half the error gives the interval of 0.98 sigma, 67 %."""
    low, high = stats.binom.interval(0.999, 300, 2 * stats.norm.cdf(0.98) - 1)
    assert (covered[0.5] >= low).all() and (covered[0.5] <= high).all()
    assert high < stats.binom.interval(0.999, 300, 0.95)[0]


def test_a_table_has_the_error_measured_between_observers(tmp_path):
    """Pick et al. 2019: about 0.3 % of a mean and 2 % of an error, one SD."""
    lines = [f"A,{x},{y},{role}" for x, m, e in LINE for y, role in ((m, "mean"), (m + e, "upper"))]
    described = figure(panel(series()))
    table = "\n".join(["series,x,y,statistic", *lines]) + "\n"
    found = digitized(tmp_path, described, table, draws=DRAWS)
    assert (OBSERVER_MEAN, OBSERVER_ERROR) == (0.003, 0.02)
    assert found.points["sigma_from"].eq("observers").all()
    for what, value, share in (("mean", "value", 0.003), ("error", "error", 0.02)):
        expected = share * found.points[what].to_numpy()
        assert found.points[f"{what}_sigma"].to_numpy() == pytest.approx(expected)
        drawn = wide(found.draws, value)[found.points["row_id"]]
        assert drawn.std().to_numpy() == pytest.approx(expected, rel=TOLERANCE)
        assert drawn.mean().to_numpy() == pytest.approx(found.points[what].to_numpy(), rel=0.002)


def test_draws_follow_from_the_seed_alone(tmp_path):
    one, same, other = (digitized(tmp_path, TWO_ARMS, BOTH, seed=s).draws for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert (one["value"] != other["value"]).all()


def test_another_figure_changes_no_draw_of_the_first(tmp_path):
    other = figure(panel(series()), id="figure3", file="figure3.json")
    (tmp_path / "figure3.json").write_bytes(make.as_json(project(grouped())))
    alone = digitized(tmp_path, TWO_ARMS, BOTH, draws=DRAWS).draws
    both = digitized(tmp_path, TWO_ARMS, BOTH, of=other, draws=DRAWS).draws
    mine = both[both["row_id"].str.startswith("figure2")].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone)
    drawn = wide(both, "value")
    r = np.corrcoef(drawn["figure2_a_treated_m6"], drawn["figure3_a_treated_m6"])[0, 1]
    assert abs(r) < 4 / np.sqrt(DRAWS)  # a stream of its own, not the same one again


def second(shift):
    """The same figure by another person, who clicks higher or lower by turns."""
    line = [(x, m + shift * s, e + shift * s) for (x, m, e), s in zip(LINE, SIGNS, strict=True)]
    return project(grouped(line=line))


def test_two_people_who_differ_by_more_than_the_clicks_widen_sigma(tmp_path):
    described = figure(panel(series()), second_file="second.json")
    alone = digitized(tmp_path, figure(panel(series())), project(grouped())).points
    found = digitized(tmp_path, described, project(grouped()), second(0.1), draws=DRAWS)
    points, spread = found.points, 0.1 / np.sqrt(2)
    assert points["sigma_from"].eq("two digitizers").all()
    for what, value in (("mean", "value"), ("error", "error")):
        assert points[f"{what}_sigma"].to_numpy() == pytest.approx(spread)
        pixels = alone[f"{what}_sigma"].to_numpy()
        assert points[f"{what}_sigma_pixels"].to_numpy() == pytest.approx(pixels)
        assert points[what].to_numpy() == pytest.approx(alone[what].to_numpy())
        assert found.reported[f"{value}_sigma"].to_numpy() == pytest.approx(spread)
        drawn = wide(found.draws, value)[points["row_id"]]
        assert drawn.std().to_numpy() == pytest.approx(spread, rel=TOLERANCE)


def test_two_people_who_agree_change_nothing(tmp_path):
    described = figure(panel(series()), second_file="second.json")
    alone = digitized(tmp_path, figure(panel(series())), project(grouped()))
    for shift in (0, 0.005):
        found = digitized(tmp_path, described, project(grouped()), second(shift))
        pd.testing.assert_frame_equal(found.draws, alone.draws)
        pd.testing.assert_frame_equal(found.reported, alone.reported)
        assert found.points["sigma_from"].eq("pixels").all()
        assert found.agreement["sigma"].tolist() == pytest.approx([shift / np.sqrt(2)] * 2)


def test_a_second_file_with_fewer_visits_is_compared_where_it_can_be(tmp_path):
    described = figure(panel(series()), second_file="second.json")
    content = project(grouped(line=[(x, m + 0.1, e) for x, m, e in LINE[1:]]))
    found = digitized(tmp_path, described, project(grouped()), content)
    assert found.points["second_mean"].isna().tolist() == [True, False, False, False]
    assert found.points["mean_sigma"].to_numpy() == pytest.approx(0.1 / np.sqrt(2))
    assert found.agreement["n"].tolist() == [3, 3]


def pairs(first, other):
    return pd.DataFrame({"mean": first, "second_mean": other}, dtype=float).assign(
        figure="figure2", panel="a", error=np.nan, second_error=np.nan
    )


def test_limits_of_agreement_are_the_published_ones():
    """Bland and Altman 1986: bias -2.1 l/min, SD of the differences 38.8 l/min."""
    table = pairs(*([float(v) for v in text.split()] for text in (WRIGHT, MINI)))
    (row,) = agreement(table).to_dict("records")
    assert (row["n"], row["what"]) == (17, "mean")
    assert row["bias"] == pytest.approx(-2.1, abs=0.05)
    assert (row["high"] - row["low"]) / (2 * 1.96) == pytest.approx(38.8, abs=0.05)
    assert row["sigma"] == pytest.approx(np.sqrt((38.765**2 * 16 / 17 + 2.118**2) / 2), rel=1e-3)


def test_the_icc_is_that_of_an_analysis_of_variance():
    """ICC(A,1) and its interval from statsmodels' mean squares (McGraw and Wong 1996)."""
    rng = np.random.default_rng(7)
    truth = rng.normal(7, 0.5, 12)
    table = pairs(truth + rng.normal(0, 0.2, 12), truth + 0.15 + rng.normal(0, 0.2, 12))
    (row,) = agreement(table).to_dict("records")
    long = table.reset_index().melt("index", ["mean", "second_mean"])
    square = anova_lm(ols("value ~ C(index) + C(variable)", long).fit())["mean_sq"]
    (between, rater, rest), n, k = square.to_numpy(), 12, 2
    icc = (between - rest) / (between + (k - 1) * rest + k / n * (rater - rest))
    assert row["icc"] == pytest.approx(icc)
    a, b = k * icc / (n * (1 - icc)), 1 + k * icc * (n - 1) / (n * (1 - icc))
    v = (a * rater + b * rest) ** 2 / (
        (a * rater) ** 2 / (k - 1) + (b * rest) ** 2 / ((n - 1) * (k - 1))
    )
    up, down = stats.f.ppf(0.975, n - 1, v), stats.f.ppf(0.975, v, n - 1)
    weight = k * rater + (k * n - k - n) * rest
    low = n * (between - up * rest) / (up * weight + n * between)
    high = n * (down * between - rest) / (weight + n * down * between)
    assert (row["icc_low"], row["icc_high"]) == pytest.approx((low, high), abs=0.006)


def test_too_few_points_say_nothing_of_a_spread():
    (row,) = agreement(pairs([7, 6], [7.5, 6.5])).to_dict("records")
    assert row["bias"] == -0.5 and np.isnan([row["sigma"], row["icc"]]).all()


@given(
    hnp.arrays(float, (6, 2), elements=st.floats(-100, 100)),
    st.floats(-50, 50),
)
def test_a_spread_counts_bias_and_scatter(values, shift):
    first, other = values.T
    found = dahlberg(first, other)
    differences = first - other
    assert found**2 * 2 == pytest.approx(differences.var() + differences.mean() ** 2, abs=1e-9)
    assert dahlberg(other, first) == found
    assert dahlberg(first + shift, other + shift) == pytest.approx(found, abs=1e-9)
    assert dahlberg(first, first) == 0


def test_measured_grows_in_proportion_to_the_pixel_error(tmp_path):
    digitized(tmp_path, TWO_ARMS, BOTH)
    _, (curve, _) = curves(study(), TWO_ARMS, tmp_path / "figure2.json")
    one, three = (pd.DataFrame(measured(curve, sd)) for sd in (1, 3))
    for column in ("mean_sigma", "error_sigma", "difference_sigma"):
        assert three[column].to_numpy() == pytest.approx(3 * one[column].to_numpy())
