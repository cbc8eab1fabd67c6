"""Tell whether an image is turned: its axes and frame are the straightest lines it has."""

from __future__ import annotations

import numpy as np

STEEPEST = 6.0  # degrees: a scan turned further is seen by anyone
STEP = 0.1  # degrees
LONG = 0.35  # share of the image's side from which a straight line is an axis or a frame
NEAR = 2.5  # pixels on either side of a line that are part of it
SHIFT = 1.0  # pixels that a line must rise over its length to matter
ALIKE = 0.15  # degrees by which two axes of one turned image may differ
MOST = 200_000  # dark pixels looked at


def turned_by(pixels: np.ndarray, paper: np.ndarray) -> float:
    """Return by how many degrees an image is turned, counter-clockwise; 0 where it is level.

    Lines that lean together, sideways and upright, are a turned image; a curve that happens to be
    straight leans alone.

    Args:
        pixels: (rows, columns, 3), 0 to 255.
        paper: (3,), the background.
    """
    away = pixels - paper.astype(np.float32)
    rows, columns = np.nonzero(np.einsum("...k,...k->...", away, away) > 130**2)
    if not len(rows):
        return 0.0
    every = 1 + len(rows) // MOST
    rows, columns = rows[::every].astype(float), columns[::every].astype(float)
    height, width = pixels.shape[:2]
    level = _lean(-rows, columns, LONG * width / every)
    upright = _lean(columns, rows, LONG * height / every)
    if level is None or upright is None or abs(level - upright) > ALIKE:
        return 0.0
    return (level + upright) / 2 if level and upright else 0.0


def _lean(across: np.ndarray, along: np.ndarray, long: float) -> float | None:
    """Return the angle of the longest line, degrees; 0 for a level one, None where there is none.

    `across` and `along` (n,) are the ink's coordinates across the expected line and along it.
    """
    angles = np.arange(-round(STEEPEST / STEP), round(STEEPEST / STEP) + 1) * STEP
    found = [_most_in_a_row(across - along * np.tan(np.deg2rad(a))) for a in angles]
    # Among equals the levellest: a thick line fills its row at several angles.
    best = max(range(len(angles)), key=lambda i: (found[i][0], -abs(angles[i])))
    if found[best][0] < long:
        return None
    slope, start = np.tan(np.deg2rad(angles[best])), found[best][1]
    for _ in range(3):
        part = np.abs(across - start - slope * along) <= NEAR
        slope, start = np.polyfit(along[part], across[part], 1)
    rise = abs(slope) * np.ptp(along[part])
    return 0.0 if rise < SHIFT else float(np.rad2deg(np.arctan(slope)))


def _most_in_a_row(places: np.ndarray) -> tuple[int, float]:
    """Return how many points the fullest row has, and where it is."""
    whole = np.round(places).astype(int)
    counts = np.bincount(whole - whole.min())
    return int(counts.max()), float(counts.argmax() + whole.min())
