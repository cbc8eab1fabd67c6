"""Find the top of each bar of a bar chart, and the ink of the error bar that stands on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrial.figures.tracing.picture import FAINT, Ink, length

SNAP = 0.25  # SD of a renderer's rounding to whole pixels, pixels


@dataclass(frozen=True)
class Bar:
    """A bar found: its middle column, its top, and its edges, in pixels."""

    x: float
    y: float
    sigma: float
    left: float
    right: float
    edge: float  # thickness of the outline, 0 without one


def match_fill(pixels: np.ndarray, colour: np.ndarray, tolerance: float) -> np.ndarray:
    """Return (rows, columns) bool: the pixel has the fill's colour."""
    return length(pixels - colour.astype(np.float32)) <= tolerance


def find_bar(
    pixels: np.ndarray,
    fill: np.ndarray,
    out: np.ndarray,
    paper: np.ndarray,
    column: float,
    reach: float,
    base: float,
) -> Bar | str:
    """Return the bar at a column, or why there is none to trust.

    Args:
        pixels: (rows, columns, 3), 0 to 255.
        fill: (rows, columns) bool, pixels of the bar's colour.
        out: (rows, columns) bool, not to be looked at.
        paper: (3,), the background.
        column: where the bar's middle is expected, pixels.
        reach: how far off its middle may be, pixels.
        base: row of the baseline, pixels.
    """
    rows, columns = fill.shape
    usable = fill & ~out
    left, right = max(0, int(column - reach)), min(columns, int(column + reach) + 1)
    # The bar stands on the baseline: which side has more fill just off it?
    thick = 3 + rows // 150
    row = int(np.clip(base, 0, rows - 1))
    above = usable[max(0, row - thick - 6) : max(1, row - 2), :]
    below = usable[min(rows - 1, row + 3) : min(rows, row + thick + 7), :]
    shares = [part[:, left:right].mean() if part.size else 0.0 for part in (above, below)]
    if max(shares) < 0.05:
        return "no bar of this colour stands on the baseline here"
    direction = -1 if shares[0] >= shares[1] else 1
    foot = above if direction < 0 else below
    solid = foot.mean(axis=0) > 0.5
    # The run of columns around the expected one (a stem never reaches a bar's foot unseen).
    seeds = [c for c in range(left, right) if solid[c]]
    if not seeds:
        return "no bar of this colour stands on the baseline here"
    seed = min(seeds, key=lambda c: abs(c + 0.5 - column))
    first = last = seed
    while first > 0 and solid[first - 1]:
        first -= 1
    while last < columns - 1 and solid[last + 1]:
        last += 1
    span = last - first + 1
    if span < 5:
        return "the bar is narrower than 5 pixels"
    middle = (first + last + 1) / 2
    if abs(middle - column) > max(reach, 0.3 * span):
        return "the bar's middle is off the expected column"
    tops, edges = [], []
    trim = max(1, span // 8)
    for c in range(first + trim, last + 1 - trim):
        if abs(c + 0.5 - middle) < max(2.0, 0.12 * span):
            continue  # the error bar stands here
        found = _top(pixels, usable, paper, c, row, direction)
        if found is not None:
            tops.append(found[0])
            edges.append(found[1])
    if len(tops) < 2:
        return "the bar's top cannot be seen"
    values = np.asarray(tops)
    top = float(np.median(values))
    agree = np.abs(values - top) <= 1.0
    if agree.mean() < 0.6:
        return "the bar's top is not level: something covers it, or the fill is patterned"
    sigma = float(np.hypot(SNAP, values[agree].std() / np.sqrt(agree.sum())))
    edge = float(np.median(np.asarray(edges)[agree]))
    return Bar(middle, float(values[agree].mean()), sigma, first, last + 1.0, edge)


def _top(
    pixels: np.ndarray,
    fill: np.ndarray,
    paper: np.ndarray,
    column: int,
    row: int,
    direction: int,
) -> tuple[float, float] | None:
    """Return the end of the bar in one column, in the middle of its outline, and the outline."""
    line = pixels[::direction, column] if direction > 0 else pixels[::-1, column]
    inside = fill[:, column] if direction > 0 else fill[::-1, column]
    start = row if direction > 0 else len(line) - 1 - row
    inside, line = inside[start:], line[start:]
    reach = min(len(inside), 12 + len(pixels) // 100)
    if not inside[:reach].any():
        return None
    first = int(np.argmax(inside))
    off = np.flatnonzero(~inside[first:])
    if not len(off):
        return None
    end = first + int(off[0])  # first pixel that is not fill
    # Let one odd pixel pass (compression), but not a thin outline.
    odd = float(length(line[end] - line[end - 1]))
    if odd < 60 and end + 2 < len(inside) and inside[end + 1 : end + 3].all():
        rest = np.flatnonzero(~inside[end + 1 :])
        if not len(rest):
            return None
        end = end + 1 + int(rest[0])
    if end < first + 2:
        return None
    colour = np.median(line[max(first, end - 12) : max(first + 1, end - 1)], axis=0)
    beyond = line[end - 1 : end + 30]
    ink = length(beyond - paper)
    full = float(np.linalg.norm(colour - paper))
    # Outline: darker or of other colour than a mixture of fill and paper.
    direction_vector = paper - colour
    if full > 30:
        share = np.clip((paper - beyond) @ direction_vector / full**2, 0, 1)
        rest = length((paper - beyond) - share[:, None] * direction_vector)
        # An ink darker than the fill lies on the same line, beyond its end.
        excess = np.maximum(rest, ((paper - beyond) @ direction_vector / full - full))
    else:
        share = np.zeros(len(beyond))
        excess = ink
    stroke = excess > 35
    start_stroke = int(np.argmax(stroke)) if stroke.any() else 0
    paper_from = np.flatnonzero(ink[start_stroke:] < max(25.0, FAINT * full))
    if not len(paper_from) or (full <= 30 and not stroke.any()):
        return None
    stop = start_stroke + int(paper_from[0])
    if stroke[:stop].any():
        strongest = float(excess[:stop].max())
        weights = np.clip(excess[:stop] / strongest, 0, 1)
        thickness = float(weights.sum())
        if thickness > 12:
            return None
        centre = float((weights * (np.arange(stop) + 0.5)).sum() / thickness)
        place = end - 1 + centre
    else:
        # Soft edge: the coverage of the last pixels adds up to the edge's place.
        place = end - 1 + float(share[:stop].sum())
        thickness = 0.0
    absolute = start + place
    return (absolute if direction > 0 else len(pixels) - absolute), thickness


def error_ink(
    pixels: np.ndarray, paper: np.ndarray, fill: np.ndarray, colour: np.ndarray, out: np.ndarray
) -> Ink:
    """Return what the error bars' colour covers, over the paper and over the bars.

    Args:
        pixels: (rows, columns, 3), 0 to 255.
        paper: (3,), the background.
        fill: (3,), the colour of the bars.
        colour: (3,), of the error bars.
        out: (rows, columns) bool, not to be looked at.
    """
    away = length(pixels - colour.astype(np.float32))
    nearest = np.minimum(
        length(pixels - paper.astype(np.float32)),
        length(pixels - fill.astype(np.float32)),
    )
    coverage = nearest / np.maximum(nearest + away, 1e-6)
    # Mixtures of paper and fill (the bar's own soft edge) lie far from the ink's colour.
    between = (paper - fill).astype(np.float32)
    size = float(between @ between)
    if size > 0:
        share = np.clip((paper.astype(np.float32) - pixels) @ between / size, 0, 1)
        mixture = paper.astype(np.float32) - share[:, :, None] * between
        rest = length(pixels - mixture)
        coverage = rest / np.maximum(rest + away, 1e-6)
    coverage[(coverage < 0.25) | out] = 0
    return Ink(coverage.astype(np.float32), out.copy())
