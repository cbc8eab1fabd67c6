"""Tracing finds what was drawn, to the pixel, and keeps nothing that is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from retrial.figures.tracing import trace
from tracing_figures import Drawn, draw_bars, draw_lines

# Kept small where figures are large: 36 figures in all.
KINDS = {
    300: [
        (draw_lines, {"seed": 0}),
        (draw_lines, {"seed": 1, "image": "jpeg"}),
        (draw_lines, {"seed": 2, "grey": True}),
        (draw_lines, {"seed": 3, "log": True}),
        (draw_lines, {"seed": 4, "grid": True}),
        (draw_lines, {"seed": 5, "grey": True, "apart": 0.3}),
        (draw_bars, {"seed": 6}),
        (draw_bars, {"seed": 7, "image": "jpeg", "ends": "both", "outlined": False}),
        (draw_bars, {"seed": 8, "grey": True, "arms": 3}),
    ],
    # The renderer rounds to whole pixels: drawn four times as large and scaled down, as a
    # publisher does, the same place is known to a fraction of a pixel.
    100: [
        (draw, {"seed": seed, "dpi": 100, "shrink": shrink, **kind})
        for seed, (draw, kind) in enumerate(
            [
                (draw_lines, {}),
                (draw_lines, {"image": "jpeg"}),
                (draw_lines, {"grey": True}),
                (draw_lines, {"grey": True, "image": "jpeg"}),
                (draw_lines, {"grey": True, "shapes": ("diamond", "circle")}),
                (draw_lines, {"grey": True, "shapes": ("circle", "open_circle")}),
                (draw_lines, {"log": True}),
                (draw_lines, {"apart": 0.15}),
                (draw_lines, {"grey": True, "apart": 0.3}),
                (draw_lines, {"grey": True, "apart": 0.5, "spread": 3}),
                (draw_lines, {"arms": 3, "offset": 0.5, "apart": 0.3}),
                (draw_lines, {"stars": True, "legend": True}),
                (draw_bars, {}),
            ]
        )
        for shrink in (1, 2)
    ]
    + [(draw_bars, {"seed": 20, "dpi": 100, "grey": True, "arms": 3, "ends": "both"})],
}


def errors_of(figure: Drawn) -> dict[str, list[float]]:
    """Return the errors in pixels; infinite for a point where nothing was drawn."""
    found: dict[str, list[float]] = {"mean": [], "end": []}
    for point in trace(figure.pixels(), figure.spec).points:
        truth = figure.truth.get((point.series, point.visit, point.group))
        error = float("inf") if truth is None else abs(point.row - truth)
        found["mean" if point.group == "mean" else "end"].append(error)
    return found


@pytest.mark.parametrize(
    ("dpi", "ninetyfifth"), [pytest.param(300, 1.5, marks=pytest.mark.slow), (100, 1.0)]
)
def test_traced_means_lie_within_a_pixel_and_no_kept_point_is_wrong(dpi, ninetyfifth):
    means: list[float] = []
    ends: list[float] = []
    drawn = 0
    for draw, kind in KINDS[dpi]:
        figure = draw(**kind)
        found = errors_of(figure)
        means += found["mean"]
        ends += found["end"]
        drawn += len(figure.truth)
    assert np.median(means) < 0.5
    assert np.percentile(means, 95) < ninetyfifth
    assert np.percentile(ends, 95) < 1.5
    assert max(means + ends) < 3
    assert len(means) + len(ends) > 0.7 * drawn  # leaving everything out would pass the rest


def test_the_seeded_set_is_large_enough():
    assert sum(len(kinds) for kinds in KINDS.values()) >= 30


def test_a_visit_that_an_arm_lacks_gives_no_point():
    figure = draw_lines(1, dpi=100, missing=True)
    traced = trace(figure.pixels(), figure.spec)
    drawn = {key for key in figure.truth if key[2] == "mean"}
    assert {(p.series, p.visit, p.group) for p in traced.points if p.group == "mean"} == drawn
    assert len(drawn) == 8


def test_overlapping_bars_of_one_ink_are_left_out_with_the_reason():
    figure = draw_lines(1, dpi=100, grey=True, apart=0.3, spread=3)
    traced = trace(figure.pixels(), figure.spec)
    reasons = {item.reason for item in traced.unsure}
    assert any("several bars" in reason for reason in reasons)
    assert all(item.reason for item in traced.unsure)


def test_every_point_asked_for_is_either_found_or_named_as_unsure():
    figure = draw_lines(2, dpi=100, apart=0.15)
    traced = trace(figure.pixels(), figure.spec)
    told = [(item.series, item.visit, item.group) for item in (*traced.points, *traced.unsure)]
    assert sorted(told) == sorted(figure.truth)


def test_uncertainty_covers_the_error():
    figure = draw_lines(3, dpi=150, shrink=2)
    traced = trace(figure.pixels(), figure.spec)
    score = [
        (point.row - figure.truth[point.series, point.visit, point.group]) / point.sigma
        for point in traced.points
    ]
    assert np.sqrt(np.mean(np.square(score))) < 1.5


def test_one_bar_hides_the_other_and_says_so():
    figure = draw_lines(0, dpi=100, apart=0.0, visits=(0, 6))
    pixels = figure.pixels()
    # White paper over the second visit: nothing is there to be found.
    pixels[:, int(pixels.shape[1] * 0.6) :] = 255
    traced = trace(pixels, figure.spec)
    assert {point.visit for point in traced.points} <= {0.0}
    assert {item.visit for item in traced.unsure} >= {6.0}


@pytest.mark.parametrize(
    "kind",
    [
        {"dpi": 100},
        {"dpi": 100, "grey": True},
        {"dpi": 100, "joined": False, "grey": True, "missing": True},
        {"dpi": 150, "missing": True, "image": "jpeg"},
    ],
)
def test_a_key_of_the_legend_in_a_visits_column_is_no_mean(kind):
    found = drawn = 0
    for seed in range(4):
        figure = draw_lines(seed, legend_over=(0, 3, 6, 12)[seed], **kind)
        errors = errors_of(figure)
        assert max(errors["mean"] + errors["end"]) < 3, seed
        found += len(errors["mean"])
        drawn += sum(group == "mean" for _, _, group in figure.truth)
    assert found > 0.5 * drawn  # the legend hides some; leaving everything out would pass


@pytest.mark.parametrize("degrees", [0.5, -0.8, 3])
@pytest.mark.parametrize("kind", [{}, {"grey": True, "image": "jpeg"}])
def test_a_turned_image_is_refused_with_its_angle(degrees, kind):
    figure = draw_lines(1, dpi=150, rotated=degrees, **kind)
    way = "counter-clockwise" if degrees > 0 else "clockwise"
    with pytest.raises(ValueError, match=f"turned by {abs(degrees):.1f} degrees {way}"):
        trace(figure.pixels(), figure.spec)
