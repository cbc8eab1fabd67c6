"""Find markers: template matching for the rough place, a robust fit for the sub-pixel one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize
from skimage.feature import match_template, peak_local_max
from skimage.transform import rescale

from retrial.figures.tracing.picture import Ink
from retrial.figures.tracing.shapes import SHAPES, Figure, draw, hull

RADII = (2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.5, 10.0, 12.0)  # pixels of the coarse image
COARSE_WIDTH = 800  # pixels: matching is done on an image about this wide
CLIP = 0.5  # a pixel further off than this is a line or bar that crosses, and pulls no further
MARGIN = 2.0  # pixels around the marker that must show paper
SNAP = 0.25  # SD of a renderer's rounding to whole pixels, and of the soft edge, pixels


@dataclass(frozen=True)
class Place:
    """A marker found.

    Attributes:
        x, y: its middle, pixels.
        sigma: uncertainty (SD) of each, pixels.
        figure: its shape and size.
        quality: 0 to 1, agreement of the pixels with the shape.
        visible: 0 to 1, share of the shape that nothing else covers.
        crowded: widest unbroken part of the surrounding ring that is inked, degrees.
    """

    x: float
    y: float
    sigma: float
    figure: Figure
    quality: float
    visible: float
    crowded: float


def strip(ink: Ink, column: float, reach: float, pad: float) -> tuple[np.ndarray, int]:
    """Return the coverage around a column and the first column's number."""
    left = max(0, int(np.floor(column - reach - pad)))
    right = min(ink.coverage.shape[1], int(np.ceil(column + reach + pad)))
    return ink.coverage[:, left:right], left


def _template(shape: str, radius: float) -> np.ndarray:
    half = int(np.ceil(radius + MARGIN))
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(float)
    return draw(Figure(shape, radius, max(1.2, 0.25 * radius)), x, y)


def seek(
    ink: Ink, columns: list[float], reach: float, shapes: tuple[str, ...], size: float | None
) -> list[tuple[str, float]]:
    """Return likely shapes and radii (pixels) of a series' markers, the likeliest first.

    Args:
        ink: what the series' colour covers.
        columns: pixel columns at which a marker is expected.
        reach: how far off its column a marker may be, pixels.
        shapes: the shapes that come into question.
        size: the marker's width, if known, pixels.
    """
    factor = max(1, round(ink.coverage.shape[1] / COARSE_WIDTH))
    radii = (size / 2 / factor,) if size else RADII
    strips = [
        rescale(strip(ink, column, reach, (radii[-1] + MARGIN) * factor)[0], 1 / factor, order=1)
        if factor > 1
        else strip(ink, column, reach, radii[-1] + MARGIN)[0]
        for column in columns
    ]
    scores: dict[tuple[str, float], float] = {}
    for shape in shapes:
        for radius in radii:
            template = _template(shape, radius)
            total = 0.0
            for part in strips:
                if min(part.shape) >= template.shape[0] and part.any():
                    middle = part.shape[1] / 2
                    match = match_template(part, template, pad_input=True)
                    span = int(reach / factor) + 1
                    near = match[:, max(0, int(middle) - span) : int(middle) + span + 1]
                    total += max(0.0, float(near.max()))
            scores[shape, radius * factor] = total
    best = {
        shape: max((key for key in scores if key[0] == shape), key=scores.__getitem__)
        for shape in shapes
    }
    ranked = sorted(best.values(), key=lambda key: -scores[key])
    if not ranked or scores[ranked[0]] <= 0:
        return []
    return [key for key in ranked if scores[key] >= 0.8 * scores[ranked[0]]][:4]


def candidates(
    ink: Ink, column: float, reach: float, shape: str, radius: float, most: int = 4
) -> list[tuple[float, float, float]]:
    """Return rough places (x, y, correlation) near a column, the best first."""
    part, left = strip(ink, column, reach, radius + MARGIN + 1)
    template = _template(shape, radius)
    if min(part.shape) < template.shape[0] or not part.any():
        return []
    match = match_template(part, template, pad_input=True)
    centres = np.arange(match.shape[1]) + left + 0.5
    match[:, np.abs(centres - column) > reach + 0.5] = -1
    peaks = peak_local_max(
        match, min_distance=max(2, int(0.6 * radius)), threshold_abs=0.3, exclude_border=False
    )
    found = [(left + col + 0.5, row + 0.5, float(match[row, col])) for row, col in peaks]
    return sorted(found, key=lambda place: -place[2])[:most]


def fit(ink: Ink, x: float, y: float, figure: Figure, *, resize: bool) -> Place | None:
    """Fit a marker's place, and with `resize` its size, to sub-pixels.

    The loss is truncated, so that the lines and bars that touch the marker count as so many
    misfitting pixels wherever the marker is, and do not pull it.

    Returns None where the fit runs away or nearly nothing of the marker can be seen.
    """
    rows, columns = ink.coverage.shape
    half = figure.radius * (1.3 if resize else 1.0) + figure.stroke / 2 + MARGIN + 1.5
    top, bottom = max(0, int(y - half)), min(rows, int(y + half) + 1)
    left, right = max(0, int(x - half)), min(columns, int(x + half) + 1)
    seen = ink.coverage[top:bottom, left:right]
    known = ~ink.foreign[top:bottom, left:right]
    if known.sum() < 0.3 * known.size:
        return None
    py, px = np.mgrid[top:bottom, left:right] + 0.5

    def shaped(values: np.ndarray) -> Figure:
        if not resize:
            return figure
        radius = float(np.clip(values[2], 1.5, 2 * figure.radius))
        stroke = figure.stroke
        if len(values) > 3:
            stroke = float(np.clip(values[3], 0.7, radius))
        return replace(figure, radius=radius, stroke=stroke)

    def loss(values: np.ndarray) -> float:
        drawn = draw(shaped(values), px - values[0], py - values[1])
        off = np.abs(seen - drawn)[known]
        return float((np.minimum(off, CLIP) ** 2).sum())

    start = [x, y]
    steps = [0.7, 0.7]
    if resize:
        start.append(figure.radius)
        steps.append(0.15 * figure.radius)
        if figure.is_open or figure.shape == "cross":
            start.append(figure.stroke)
            steps.append(0.3 * figure.stroke)
    simplex = np.vstack([start, np.asarray(start) + np.diag(steps)])
    found = optimize.minimize(
        loss,
        start,
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 0.02, "fatol": 1e-3, "maxiter": 160},
    )
    if np.hypot(found.x[0] - x, found.x[1] - y) > max(3.0, 0.6 * figure.radius):
        return None
    return _judge(seen, known, px - found.x[0], py - found.x[1], shaped(found.x), found.x)


def _judge(
    seen: np.ndarray,
    known: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    figure: Figure,
    values: np.ndarray,
) -> Place:
    drawn = draw(figure, x, y)
    outside = hull(figure, x, y)
    body = outside < 0.5
    ring = (outside > 1.2) & (outside < 1.2 + MARGIN)
    off = np.abs(seen - drawn)
    judged = body & known
    quality = 1 - float(np.minimum(off[judged], 1).mean()) if judged.any() else 0.0
    visible = float(known[body].mean()) if body.any() else 0.0
    # Sensitivity of the drawing to a shift in y, over the noise left in the fit.
    used = known & (off < CLIP) & (outside < 1.5)
    slope = draw(figure, x, y + 0.25) - draw(figure, x, y - 0.25)
    information = float(((slope[used] / 0.5) ** 2).sum())
    noise = float((off[used] ** 2).mean()) if used.any() else 1.0
    sigma = float(np.sqrt(noise / max(information, 1e-3) + SNAP**2))
    return Place(
        x=float(values[0]),
        y=float(values[1]),
        sigma=sigma,
        figure=figure,
        quality=quality,
        visible=visible,
        crowded=_widest_gap(np.arctan2(y, x)[ring], (seen > 0.5)[ring]),
    )


def _widest_gap(angles: np.ndarray, inked: np.ndarray) -> float:
    # A line that leaves the marker inks few degrees of the ring, an overlapping marker many.
    if not inked.any():
        return 0.0
    bins = 72
    place = ((angles + np.pi) / (2 * np.pi) * bins).astype(int) % bins
    filled = np.zeros(bins)
    count = np.zeros(bins)
    np.add.at(filled, place, inked)
    np.add.at(count, place, 1)
    hit = np.where(count > 0, filled / np.maximum(count, 1) > 0.5, False)
    # Empty bins (small rings) take their neighbour's answer.
    for index in np.flatnonzero(count == 0):
        hit[index] = hit[index - 1]
    if hit.all():
        return 360.0
    start = int(np.flatnonzero(~hit)[0])
    longest = run = 0
    for value in np.roll(hit, -start):
        run = run + 1 if value else 0
        longest = max(longest, run)
    return longest * 360 / bins


def measure(
    ink: Ink, columns: list[float], reach: float, shapes: tuple[str, ...], size: float | None
) -> Figure | None:
    """Return the shape and size common to a series' markers; None when none is to be seen.

    Arguments as for `seek`.
    """
    best: tuple[float, Figure] | None = None
    for shape, radius in seek(ink, columns, reach, shapes, size):
        guess = Figure(shape, radius, max(1.2, 0.25 * radius))
        fitted = []
        for column in columns:
            for x, y, _ in candidates(ink, column, reach, shape, radius, most=1):
                place = fit(ink, x, y, guess, resize=True)
                if place is not None:
                    fitted.append(place)
        if not fitted:
            continue
        # The better half: an occluded marker misleads about the size.
        fitted.sort(key=lambda place: -place.quality)
        good = fitted[: max(1, (len(fitted) + 1) // 2)]
        quality = float(np.mean([place.quality for place in good]))
        figure = Figure(
            shape,
            float(np.median([place.figure.radius for place in good])),
            float(np.median([place.figure.stroke for place in good])),
        )
        if best is None or quality > best[0]:
            best = (quality, figure)
    return best[1] if best else None


__all__ = ["SHAPES", "Place", "candidates", "fit", "measure", "seek"]
