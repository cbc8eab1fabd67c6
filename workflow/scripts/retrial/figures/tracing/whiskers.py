"""Follow an error bar from its marker to its cap, and say so where that is ambiguous."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from retrial.figures.tracing.picture import Ink

INKED = 0.5  # coverage from which a pixel counts as inked (of the stem's own darkness)
SNAP = 0.25  # SD of a renderer's rounding to whole pixels, pixels
HALF_WINDOW = 60  # pixels to each side of the stem that are looked at


@dataclass(frozen=True)
class Cap:
    """A cross stroke on an error bar.

    Attributes:
        y: its middle, pixels.
        sigma: uncertainty (SD), pixels.
        width: its half width, pixels.
        last: the stem ends here.
        covered: something else covers part of it.
    """

    y: float
    sigma: float
    width: float
    last: bool
    covered: bool


@dataclass(frozen=True)
class Whisker:
    """What one side of a marker shows.

    Attributes:
        caps: the cross strokes met, from the marker outwards.
        end: where the stem ends, pixels; None where no stem leaves the marker.
        clean: whether nothing else touches the stem at its end.
        blocked: the stem runs into something that hides it, and is not seen again.
        reason: why caps is empty.
    """

    caps: tuple[Cap, ...]
    end: float | None
    clean: bool
    blocked: bool
    reason: str


@dataclass(frozen=True)
class _Rows:
    """Per row of the image, outwards from the marker: what stands around the stem."""

    y: np.ndarray  # centre of the row, pixels
    stem: np.ndarray  # coverage at the stem
    hidden: np.ndarray  # bool: the stem is covered by something else
    left: np.ndarray  # pixels inked without a gap, to the left of the stem
    right: np.ndarray


def stem_width(ink: Ink, x: float, start: float, stop: float) -> float | None:
    """Return the width (pixels) of a vertical stroke at column x between two rows."""
    low, high = int(max(0, min(start, stop))), int(min(ink.coverage.shape[0], max(start, stop)))
    centre = int(x)
    left = max(0, centre - 8)
    part = ink.coverage[low:high, left : centre + 9]
    if not len(part):
        return None
    inked = part > 0.3
    middle = centre - left
    # Where the renderer's rounding puts the stem beside the marker's own column.
    near = inked[:, max(0, middle - 1) : middle + 2].any(axis=1)
    rows = part[near]
    if len(rows) < 2:
        return None
    widths = np.sort(rows.sum(axis=1))
    return float(np.clip(widths[len(widths) // 4], 0.7, 12))


def follow(
    ink: Ink, x: float, y: float, clear: float, direction: int, width: float, limit: float
) -> Whisker:
    """Follow the error bar up (direction -1) or down (+1) from a marker.

    Args:
        ink: what the colour of the error bars covers.
        x: the column of the marker's middle, pixels.
        y: its row, pixels.
        clear: distance from y beyond which the marker's own ink ends, pixels.
        direction: -1 upwards, +1 downwards.
        width: the stem's width, pixels.
        limit: row at which to stop, pixels.
    """
    rows = _scan(ink, x, y + direction * clear, direction, width, limit)
    if rows is None or len(rows.y) < 2:
        return Whisker((), None, False, False, "no bar seen outside the marker")
    end, stop = _run(rows)
    blocked = stop > end
    if stop < 1 or (end < 1 and not blocked):
        return Whisker((), None, False, False, "no bar seen outside the marker")
    caps = tuple(_caps(ink, rows, stop, x, width))
    if end < 1:
        return Whisker(caps, None, False, True, "" if caps else "its start is covered")
    wide = np.minimum(rows.left, rows.right)[max(0, end - 3) : end]
    tip = float(rows.y[end - 1]) + direction * (0.5 - (1 - min(1.0, float(rows.stem[end - 1]))))
    clean = bool((np.maximum(rows.left, rows.right)[max(0, end - 4) : end] < 1.5).all())
    reason = "" if caps else ("it is covered" if blocked else "no cap found")
    if not caps and not blocked and wide.size and wide.max() >= 2:
        reason = "its cap touches another line"
    return Whisker(caps, tip, clean and not blocked, blocked, reason)


def _scan(
    ink: Ink, x: float, start: float, direction: int, width: float, limit: float
) -> _Rows | None:
    rows, columns = ink.coverage.shape
    first = int(np.floor(start)) if direction < 0 else int(np.ceil(start))
    last = int(np.clip(limit, -1, rows))
    index = np.arange(first, last, direction)
    index = index[(index >= 0) & (index < rows)]
    if not len(index):
        return None
    half = max(0.5, width / 2)
    low, high = int(np.floor(x - half)), int(np.ceil(x + half))
    if low - 3 < 0 or high + 3 > columns:
        return None
    inside = ink.coverage[index, low:high]
    # The stem may be drawn a pixel beside the fitted middle: its full width's ink is summed.
    stem = np.minimum(ink.coverage[index, low - 1 : high + 1].sum(axis=1) / min(width, 2.0), 1.0)
    stem = np.where(inside.max(axis=1) > 0.25, stem, 0.0)
    hidden = ink.foreign[index, low:high].any(axis=1)
    reach = min(HALF_WINDOW, low - 1, columns - high - 1)
    sides = []
    for side in (-1, 1):
        edge = low - 1 if side < 0 else high
        cells = edge + side * np.arange(reach)
        inked = ink.coverage[index][:, cells] > INKED
        sides.append(np.where(inked.all(axis=1), reach, np.argmin(inked, axis=1)))
    return _Rows(index + 0.5, stem, hidden, sides[0].astype(float), sides[1].astype(float))


def _run(rows: _Rows) -> tuple[int, int]:
    # Number of rows to the last one where the stem is seen, and to the first where it could be
    # seen and is not. One faint row is let pass (compression).
    on = rows.stem >= INKED
    position, last, total = 0, 0, len(on)
    while position < total:
        if on[position]:
            position += 1
            last = position
        elif rows.hidden[position] or (
            position + 2 < total and on[position + 1 : position + 3].all()
        ):
            position += 1
        else:
            break
    return last, position


def _caps(ink: Ink, rows: _Rows, end: int, x: float, width: float) -> Iterator[Cap]:
    """Yield the cross strokes among the first `end` rows, and the two after."""
    least = max(2.0, 0.8 * width)
    wide = np.minimum(rows.left, rows.right) >= least
    wide[end + 2 :] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[0], wide.astype(int), [0]])))
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        if first < 2:
            continue  # too near the marker: its edge would be mistaken for the cap
        cap = _cap(ink, rows, int(first), int(stop), x, width)
        if cap is None:
            continue
        # Past whatever hides it, does the stem go on? One faint row is the cap's soft edge.
        after = stop
        while after < len(rows.y) and rows.hidden[after] and rows.stem[after] < INKED:
            after += 1
        last = bool((rows.stem[after : after + 4] >= INKED).sum() <= 1)
        yield Cap(cap.y, cap.sigma, cap.width, last, cap.covered)


def _cap(ink: Ink, rows: _Rows, first: int, stop: int, x: float, width: float) -> Cap | None:
    if stop - first > 2.5 * width + 3:
        return None
    left, right = rows.left[first:stop].max(), rows.right[first:stop].max()
    if abs(left - right) > max(2.0, 0.25 * max(left, right)):
        return None  # a line that crosses, or a cap that another line touches
    reach = int(min(left, right))
    if reach >= HALF_WINDOW - 1:
        return None
    half = max(0.5, width / 2)
    low, high = int(np.floor(x - half)), int(np.ceil(x + half))
    top = int(min(rows.y[first], rows.y[stop - 1]) - 0.5) - 2
    bottom = int(max(rows.y[first], rows.y[stop - 1]) - 0.5) + 3
    if top < 0 or bottom > ink.coverage.shape[0]:
        return None
    centres = np.arange(top, bottom) + 0.5
    wings = [
        ink.coverage[top:bottom, low - reach : low - 1],
        ink.coverage[top:bottom, high + 1 : high + reach],
    ]
    if wings[0].shape[1] == 0:
        wings = [
            ink.coverage[top:bottom, low - reach : low],
            ink.coverage[top:bottom, high : high + reach],
        ]
    profiles = [wing.mean(axis=1) for wing in wings]
    if min(profile.sum() for profile in profiles) < 0.4:
        return None
    middles = [float((profile * centres).sum() / profile.sum()) for profile in profiles]
    # A sloping line leaves its two sides at different heights; a cap is level.
    if abs(middles[0] - middles[1]) > max(0.6, 0.12 * width):
        return None
    both = profiles[0] + profiles[1]
    spread = float(np.sqrt((both * (centres - np.mean(middles)) ** 2).sum() / both.sum()))
    # A stroke of thickness t has a spread of t / sqrt(12); ink beside it widens the spread.
    if spread > float(np.hypot(width / np.sqrt(12), 0.6)) + 0.15:
        return None
    zone = ink.foreign[top:bottom, low - reach : high + reach]
    sigma = float(np.hypot(SNAP, abs(middles[0] - middles[1]) / 2))
    return Cap(float(np.mean(middles)), sigma, (left + right) / 2, False, bool(zone.mean() > 0.15))
