"""Choose among the strokes seen on an error bar the ones that are its ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retrial.figures.tracing.spec import Axis, Ends
from retrial.figures.tracing.whiskers import SNAP, Cap, Whisker

# Marker and both caps rounded to whole pixels: 2 x 0.5 + 0.5 + 0.5 pixels, and a little.
SYMMETRY = 2.3


@dataclass(frozen=True)
class End:
    """An end of an error bar (row and its SD, pixels), or the reason why there is none."""

    row: float = float("nan")
    sigma: float = float("nan")
    reason: str = ""


def usual_width(whiskers: list[Whisker]) -> float | None:
    """Return the half width (pixels) that most caps have; None without caps."""
    widths = [cap.width for whisker in whiskers for cap in whisker.caps]
    return float(np.median(widths)) if widths else None


def choose_ends(
    middle: float,
    sides: dict[str, Whisker],
    *,
    ends: Ends,
    axis: Axis,
    caps: bool,
    symmetric: bool,
    shared: bool,
    width: float | None,
) -> dict[str, End]:
    """Return the end, or the reason why there is none, of each side asked for.

    Args:
        middle: the mean's row, pixels.
        sides: what `follow` saw, for "upper" and "lower".
        ends: which ends the figure draws.
        axis: the y axis.
        caps: whether bars end in a cap.
        symmetric: whether both ends are equally far from the mean.
        shared: another series' bar of the same ink stands at this column, or may.
        width: the usual half width of a cap, pixels.
    """
    asked = {"both": ("upper", "lower"), "none": ()}.get(ends, (ends,))
    if not caps:
        found = {side: _tip(sides[side], shared) for side in asked}
    else:
        kept = {side: _plausible(sides[side].caps, width) for side in asked}
        # With one end drawn there is no mirror image to ask; the caller judges it by what else
        # stands in the column.
        mixed = shared and len(asked) == 2
        found = {side: _single(kept[side], sides[side], mixed) for side in asked}
        if symmetric and len(asked) == 2 and any(len(caps) > 1 or shared for caps in kept.values()):
            pairs = [
                (one, two)
                for one in kept["upper"]
                for two in kept["lower"]
                if mirrored(axis, middle, one.y, two.y)
            ]
            # With several strokes on the bar only the mirror image can tell which are its own.
            if len(pairs) == 1 and not any(cap.covered for cap in pairs[0]):
                one, two = pairs[0]
                return {"upper": End(one.y, one.sigma), "lower": End(two.y, two.sigma)}
            told = "several bars stand here and their ends cannot be told apart"
            return {side: End(reason=found[side].reason or told) for side in asked}
    rows = [found[side].row for side in asked if not found[side].reason]
    if symmetric and len(rows) == 2 and not mirrored(axis, middle, *rows):
        told = "upper and lower bar differ in length"
        return {side: End(reason=told) for side in asked}
    return found


def mirrored(axis: Axis, middle: float, upper: float, lower: float) -> bool:
    """Return whether two rows are equally far from the middle, on the values or the drawn scale."""
    if abs((middle - upper) - (lower - middle)) <= SYMMETRY:
        return True
    if axis.scale == "linear":
        return False
    mean = axis.to_value(middle)
    mirror = 2 * mean - axis.to_value(upper)
    return mirror > 0 and abs(axis.to_pixel(mirror) - lower) <= 1.5 * SYMMETRY


def _plausible(caps: tuple[Cap, ...], width: float | None) -> list[Cap]:
    if width is None:
        return []
    return [cap for cap in caps if abs(cap.width - width) <= max(2.0, 0.25 * width)]


def _single(caps: list[Cap], whisker: Whisker, shared: bool) -> End:
    if not caps:
        told = whisker.reason or "its cap is not as wide as the others"
        return End(reason=told)
    if len(caps) > 1:
        return End(reason="two candidates for its cap")
    cap = caps[0]
    if cap.covered:
        return End(reason="its cap is partly covered")
    if not cap.last:
        return End(reason="the bar goes on beyond the cap seen")
    if shared:
        return End(reason="another series' bar of the same colour stands here")
    return End(cap.y, cap.sigma)


def _tip(whisker: Whisker, shared: bool) -> End:
    if whisker.end is None:
        return End(reason=whisker.reason or "no bar seen outside the marker")
    if whisker.blocked or not whisker.clean:
        return End(reason="its end is covered or touches another line")
    if shared:
        return End(reason="another series' bar of the same colour stands here")
    return End(whisker.end, float(np.hypot(SNAP, 0.3)))
