"""Trace a line chart: markers first, then the error bars that leave them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from retrial.figures.tracing.ends import End, choose_ends, usual_width
from retrial.figures.tracing.legend import keys_of_legend
from retrial.figures.tracing.markers import Place, candidates, fit, measure
from retrial.figures.tracing.picture import Ink
from retrial.figures.tracing.shapes import SHAPES, Figure
from retrial.figures.tracing.spec import Series, TraceSpec
from retrial.figures.tracing.whiskers import Whisker, follow, stem_width

QUALITY = 0.75  # agreement below which a shape is not recognised
VISIBLE = 0.8  # share of a marker that must be seen
CROWDED = 110.0  # degrees: a wider unbroken stretch of ink around a marker is another marker
DISTURBED = 0.06  # agreement lost against the series' usual one that betrays an overlap
RIVAL = 0.03  # a candidate, or another series' shape, this near in agreement is a rival


@dataclass(frozen=True)
class Sight:
    """A series' marker at one visit, or why it was not recognised."""

    place: Place | None
    reason: str = ""


def columns_of(spec: TraceSpec, series: Series) -> list[float]:
    """Return the pixel column at which each visit of a series is expected."""
    if series.columns is not None:
        return list(series.columns)
    return [spec.x_axis.to_pixel(value + series.offset) for value in spec.x]


def find_markers(
    spec: TraceSpec,
    inks: list[Ink],
    columns: list[list[float]],
    reach: float,
    out: np.ndarray,
) -> list[list[Sight]]:
    """Return, for each series and visit, the marker seen.

    Args:
        spec: the figure's specification.
        inks: what each series' colour covers.
        columns: (series, visits), expected pixel columns.
        reach: how far off its column a marker may be, pixels.
        out: (rows, columns) bool, what is not to be looked at.
    """
    figures: list[Figure | None] = []
    for series, ink, expected in zip(spec.series, inks, columns, strict=True):
        shapes = (series.marker,) if series.marker else SHAPES
        figures.append(measure(ink, expected, reach, shapes, series.size))
    sights = [
        [_look(place, column, spec, inks, figures, reach) for column in columns[place]]
        for place in range(len(spec.series))
    ]
    rows = [
        _without_keys(_without_disturbed(row), ink, expected, out)
        for row, ink, expected in zip(sights, inks, columns, strict=True)
    ]
    return _without_conflicts(spec, rows)


def _without_keys(row: list[Sight], ink: Ink, columns: list[float], out: np.ndarray) -> list[Sight]:
    reasons = keys_of_legend(ink, [sight.place for sight in row], columns, out)
    return [
        Sight(None, reason) if reason else sight for sight, reason in zip(row, reasons, strict=True)
    ]


def _without_disturbed(row: list[Sight]) -> list[Sight]:
    # Two markers of one ink that overlap make a blob in which a third shape may fit fairly well;
    # never as well as where the series' own markers stand free.
    qualities = sorted((sight.place.quality for sight in row if sight.place), reverse=True)
    if not qualities:
        return row
    usual = float(np.median(qualities[: (len(qualities) + 1) // 2]))
    told = "the marker's shape is disturbed: another mark covers or touches it"
    return [
        Sight(None, told) if sight.place and sight.place.quality < usual - DISTURBED else sight
        for sight in row
    ]


def _without_conflicts(spec: TraceSpec, sights: list[list[Sight]]) -> list[list[Sight]]:
    # One mark cannot be two series' marker.
    result = [list(row) for row in sights]
    told = "the marker here could be another series'"
    for one, other in combinations(range(len(sights)), 2):
        if spec.series[one].color != spec.series[other].color:
            continue
        for visit, (mine, yours) in enumerate(zip(sights[one], sights[other], strict=True)):
            a, b = mine.place, yours.place
            if a is None or b is None:
                continue
            near = 0.5 * (a.figure.extent + b.figure.extent)
            if np.hypot(a.x - b.x, a.y - b.y) < near:
                result[one][visit] = result[other][visit] = Sight(None, told)
    return result


def _look(
    number: int,
    column: float,
    spec: TraceSpec,
    inks: list[Ink],
    figures: list[Figure | None],
    reach: float,
) -> Sight:
    figure, ink = figures[number], inks[number]
    if figure is None:
        return Sight(None, "no marker of this series is recognised anywhere")
    seen: list[Place] = []
    for x, y, _ in candidates(ink, column, reach, figure.shape, figure.radius):
        place = fit(ink, x, y, figure, resize=False)
        if place is None or abs(place.x - column) > reach + 1:
            continue
        if all(np.hypot(place.x - old.x, place.y - old.y) > 1.5 for old in seen):
            seen.append(place)
    good = [place for place in seen if place.quality >= QUALITY]
    if not good:
        hidden = any(place.visible < VISIBLE for place in seen)
        return Sight(None, "the marker is covered" if hidden else "no marker recognised here")
    good.sort(key=lambda place: -place.quality)
    rivals = [
        (inks[other], figures[other])
        for other, series in enumerate(spec.series)
        if other != number and series.color == spec.series[number].color and figures[other]
    ]
    own = [place for place in good if not _is_other(place, rivals)]
    if not own:
        return Sight(None, "the marker here looks as much like another series'")
    best = own[0]
    if len(own) > 1 and own[1].quality > best.quality - RIVAL:
        return Sight(None, "two candidates for the marker")
    if best.visible < VISIBLE:
        return Sight(None, "the marker is partly covered")
    if best.crowded > CROWDED:
        return Sight(None, "the marker overlaps another one")
    return Sight(best)


def _is_other(place: Place, rivals: list[tuple[Ink, Figure | None]]) -> bool:
    for ink, figure in rivals:
        if figure is None:
            continue
        rival = fit(ink, place.x, place.y, figure, resize=False)
        if rival is not None and rival.quality > place.quality - RIVAL:
            return True
    return False


def find_ends(
    spec: TraceSpec,
    inks: list[Ink],
    sights: list[list[Sight]],
    columns: list[list[float]],
    strokes: list[float],
) -> list[list[dict[str, End]]]:
    """Return, for each series and visit, the ends of the error bar.

    Args:
        spec: the figure's specification.
        inks: what the colour of each series' error bars covers.
        sights: (series, visits), the markers seen.
        columns: (series, visits), expected pixel columns.
        strokes: width of each series' stems, pixels; 0 where no stem was seen.
    """
    whiskers = [
        _whiskers(ink, [sight.place for sight in row], stroke)
        for ink, row, stroke in zip(inks, sights, strokes, strict=True)
    ]
    result = []
    for number, series in enumerate(spec.series):
        width = usual_width([side for pair in whiskers[number] if pair for side in pair.values()])
        row = []
        for visit, pair in enumerate(whiskers[number]):
            place = sights[number][visit].place
            if pair is None or place is None:
                row.append({})
                continue
            row.append(
                choose_ends(
                    stand(series, place, strokes[number])[0],
                    pair,
                    ends=series.ends or spec.ends,
                    axis=spec.y_axis,
                    caps=spec.caps,
                    symmetric=spec.symmetric,
                    shared=bool(_sharing(spec, number, visit, columns, place, pair)),
                    width=width,
                )
            )
        result.append(row)
    for visit in range(len(spec.x)):
        _doubt_shared(spec, visit, whiskers, sights, columns, result)
    return result


def _doubt_shared(
    spec: TraceSpec,
    visit: int,
    whiskers: list[list[dict[str, Whisker] | None]],
    sights: list[list[Sight]],
    columns: list[list[float]],
    ends: list[list[dict[str, End]]],
) -> None:
    """Withdraw ends that a stroke of another series' bar could have been mistaken for.

    Where bars of one ink stand in one column, mirror images may pair up by chance. A pair is kept
    where every stroke seen there is accounted for, or where it is the only one on a bar that no
    other marker touches.
    """
    told = "several bars of one colour stand here and not all their ends are accounted for"
    withdrawn = []
    for number in range(len(spec.series)):
        place, pair, mine = (
            sights[number][visit].place,
            whiskers[number][visit],
            ends[number][visit],
        )
        others = _sharing(spec, number, visit, columns, place, pair)
        if not others or place is None or pair is None:
            continue
        rows = [end.row for end in mine.values() if not end.reason]
        cluster = [number, *others]
        seen = sorted(
            cap.y
            for member in cluster
            for side in (whiskers[member][visit] or {}).values()
            for cap in side.caps
        )
        strokes = sum(1 for low, high in zip([-9.0, *seen], seen, strict=False) if high - low > 1.5)
        taken = sorted(
            end.row for member in cluster for end in ends[member][visit].values() if not end.reason
        )
        apart = all(high - low > 1.5 for low, high in pairwise(taken))
        unknown = any(sights[other][visit].place is None for other in others)
        alone = all(len(pair[side].caps) == 1 and pair[side].caps[0].last for side in mine)
        if unknown:
            # An arm without a value here (or wholly hidden) leaves no stroke beyond this bar's.
            if not (alone and rows and strokes == len(rows) == len(mine)):
                withdrawn.append(number)
            continue
        if apart and strokes == len(taken) == sum(len(ends[member][visit]) for member in cluster):
            continue
        span = [*rows, place.y]
        touched = any(
            min(span) - other.figure.extent < other.y < max(span) + other.figure.extent
            for other in (sights[number][visit].place for number in others)
            if other is not None
        )
        if not alone or touched:
            withdrawn.append(number)
    for number in withdrawn:
        ends[number][visit] = {
            side: End(reason=end.reason or told) for side, end in ends[number][visit].items()
        }


def stand(series: Series, place: Place, stroke: float) -> tuple[float, float]:
    """Return the row, and its SD, of the point of a marker that stands on the value.

    Args:
        series: the series, which says how its triangles stand.
        place: the marker fitted.
        stroke: width of the error bars' stem, pixels; a marker is outlined as thickly.

    An outline moves a filled triangle's box: the mitred apex gains more than the base. What keeps
    its place is the centre of the inscribed circle, 0.382 of the half width below the middle of
    the box; the outline adds half its width to that circle's radius, 0.618 of the half width.
    """
    figure = place.figure
    if not figure.shape.endswith("triangle"):
        return place.y, place.sigma
    drawn = figure.radius - (0 if figure.is_open else stroke / 2 / 0.618)
    row = place.y + 0.382 * (figure.radius - drawn)
    # From the middle of the box down to the centroid: a third of half its height.
    row += drawn / 3 if series.anchor == "centroid" else 0.0
    return row, float(np.hypot(place.sigma, 0 if figure.is_open else 0.15 * stroke))


def stem_widths(ink: Ink, row: list[Sight]) -> float:
    """Return the usual width (pixels) of a series' stems; 0 where none is seen."""
    widths = []
    for sight in row:
        place = sight.place
        if place is not None:
            near = place.figure.extent + 1.5
            far = near + max(6.0, 2 * place.figure.radius)
            for sign in (-1, 1):
                width = stem_width(ink, place.x, place.y + sign * near, place.y + sign * far)
                if width is not None:
                    widths.append(width)
    return float(np.median(widths)) if widths else 0.0


def _whiskers(
    ink: Ink, places: list[Place | None], width: float
) -> list[dict[str, Whisker] | None]:
    if not width:
        nothing = Whisker((), None, False, False, "no bar seen outside the marker")
        return [place and {"upper": nothing, "lower": nothing} for place in places]
    rows = ink.coverage.shape[0]
    result: list[dict[str, Whisker] | None] = []
    for place in places:
        if place is None:
            result.append(None)
            continue
        clear = place.figure.extent + 0.8
        result.append(
            {
                "upper": follow(ink, place.x, place.y, clear, -1, width, -1),
                "lower": follow(ink, place.x, place.y, clear, 1, width, rows),
            }
        )
    return result


def _sharing(
    spec: TraceSpec,
    number: int,
    visit: int,
    columns: list[list[float]],
    place: Place | None,
    pair: dict[str, Whisker] | None,
) -> list[int]:
    """Return the other series whose bars of the same ink stand, or may, in the same column."""
    if place is None or pair is None:
        return []
    mine = spec.series[number]
    ink = mine.error_color or mine.color
    width = max((cap.width for side in pair.values() for cap in side.caps), default=0.0)
    near = max(2 * width + 3, place.figure.extent + width + 3)
    return [
        other
        for other, series in enumerate(spec.series)
        if other != number
        and (series.error_color or series.color) == ink
        and abs(columns[other][visit] - columns[number][visit]) < near
    ]
