"""Tell a mean from a legend's key: the same marker, in a visit's column, but no part of a curve.

A key that is in the column of a visit whose own marker is hidden or absent looks like that visit's
mean. What tells it apart: in a chart whose markers are joined, the line of a mean goes on towards
the next visit and a key's ends at once; in any other chart, a key has words beside it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import ndimage

from retrial.figures.tracing.markers import Place
from retrial.figures.tracing.picture import Ink

INKED = 0.3  # share of a pixel that must be covered to count as ink
WAY = 0.6  # share of the way to the next visit that a joining line must be seen to go
BRIDGED = 2  # pixels on either side of a gap that another line's crossing may leave
BESIDE = 24  # how far to the side words are looked for, in radii of the marker
LETTERS = 5  # strokes beside a marker that make words: neighbouring markers make fewer

UNJOINED = "no line of the series goes on from this marker: it may be the legend's"
WORDS = "there are words beside this marker: it may be the legend's"


def keys_of_legend(
    ink: Ink, places: list[Place | None], columns: list[float], out: np.ndarray
) -> list[str]:
    """Return for each visit of a series why its marker may be a legend's key, or nothing.

    Args:
        ink: what the series' colour covers.
        places: the markers found, one a visit; None where there is none.
        columns: the visits' pixel columns.
        out: (rows, columns) bool, what is not to be looked at.
    """
    found = [number for number, place in enumerate(places) if place is not None]
    linked = {number: _linked(ink, places[number], columns) for number in found}
    told = [""] * len(places)
    known = [number for number in found if linked[number] is not None]
    joined = 2 * sum(linked[number] for number in known) >= len(known) > 0
    for number in found:
        if joined and linked[number] is False and _beside(places, columns, number):
            told[number] = UNJOINED
        elif linked[number] is not True and _has_words(ink, places[number], out):
            told[number] = WORDS
    return told


def _beside(places: list[Place | None], columns: list[float], number: int) -> bool:
    """Return whether a neighbouring visit has a marker that a line could lead to."""
    order = sorted(range(len(columns)), key=columns.__getitem__)
    at = order.index(number)
    return any(places[n] is not None for n in order[max(0, at - 1) : at + 2] if n != number)


def _linked(ink: Ink, place: Place, columns: list[float]) -> bool | None:
    """Return whether a line leaves a marker for a neighbouring visit; None if too near to tell."""
    near = place.figure.extent + 2
    gaps = [abs(column - place.x) for column in columns]
    sides = []
    for side in (-1, 1):
        away = [
            gap
            for gap, column in zip(gaps, columns, strict=True)
            if side * (column - place.x) > near
        ]
        if away and WAY * min(away) > near + 4:
            sides.append(_reaches(ink, place, side, WAY * min(away)))
    return any(sides) if sides else None


def _reaches(ink: Ink, place: Place, side: int, far: float) -> bool:
    """Return whether the series' ink leads from a marker's edge to `far` pixels from its middle."""
    start = place.x + side * (place.figure.extent + 0.5)
    left, right = sorted((round(start), round(place.x + side * far)))
    left, right = max(0, left), min(ink.coverage.shape[1], right + 1)
    if right - left < 3:
        return False
    inked = ink.coverage[:, left:right] > INKED
    parts, _ = ndimage.label(ndimage.binary_dilation(inked, iterations=BRIDGED))
    top = max(0, int(place.y - place.figure.extent))
    bottom = int(place.y + place.figure.extent) + 2
    edge, end = (slice(0, 3), slice(-3, None))[:: 1 if side > 0 else -1]
    leaving = parts[top:bottom, edge][inked[top:bottom, edge]]
    arriving = parts[:, end][inked[:, end]]
    return bool(np.intersect1d(leaving, arriving).size)


def _has_words(ink: Ink, place: Place, out: np.ndarray) -> bool:
    """Return whether letters are to the right or to the left of a marker."""
    half = 0.8 * place.figure.extent
    rows = slice(max(0, int(place.y - half)), int(place.y + half) + 1)
    covered = ((ink.coverage[rows] > INKED) | ink.foreign[rows]) & ~out[rows]
    inked = covered.any(axis=0)
    near, far = place.figure.extent + 1, BESIDE * place.figure.radius
    for low, high in ((place.x + near, place.x + far), (place.x - far, place.x - near)):
        beside = inked[max(0, int(low)) : max(0, int(high))]
        if sum(not one and other for one, other in pairwise(beside)) >= LETTERS:
            return True
    return False
