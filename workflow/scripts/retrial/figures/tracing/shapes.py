"""Markers as shapes: what share of each pixel a marker of given place and size covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHAPES = (
    "circle",
    "open_circle",
    "square",
    "open_square",
    "triangle",
    "open_triangle",
    "diamond",
    "open_diamond",
    "cross",
)


@dataclass(frozen=True)
class Figure:
    """A marker's shape and size.

    Attributes:
        shape: one of SHAPES.
        radius: half its width, pixels.
        stroke: width of its outline (open shapes) or of its strokes (cross), pixels.
    """

    shape: str
    radius: float
    stroke: float

    @property
    def extent(self) -> float:
        """Half the marker's height, outline included, pixels."""
        return self.radius + (self.stroke / 2 if self.is_open else 0.0)

    @property
    def is_open(self) -> bool:
        """Whether the marker is an outline only."""
        return self.shape.startswith("open_")


def distance(shape: str, radius: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the signed distance to the outline, negative inside, pixels.

    Args:
        shape: a filled shape of SHAPES.
        radius: half the shape's width.
        x: offsets to the right from the middle of the shape's bounding box.
        y: offsets downwards.

    Outside a corner the distance to the nearer side's line is returned: half a pixel of
    difference in a place that a soft edge hides.
    """
    if shape == "circle":
        return np.hypot(x, y) - radius
    if shape == "square":
        return np.maximum(np.abs(x), np.abs(y)) - radius
    if shape == "diamond":
        return (np.abs(x) + np.abs(y) - radius) / np.sqrt(2)
    if shape == "triangle":  # apex up, as wide as high
        sides = (2 * np.abs(x) - y - radius) / np.sqrt(5)
        return np.maximum(sides, y - radius)
    raise ValueError(f"no marker is called '{shape}'; known are {', '.join(SHAPES)}.")


def draw(figure: Figure, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the share (0 to 1) of each pixel that the marker covers.

    Args:
        figure: the marker.
        x: the columns of the pixels' centres, relative to the marker's middle.
        y: their rows.
    """
    if figure.shape == "cross":
        across = np.abs(x - y) / np.sqrt(2), np.abs(x + y) / np.sqrt(2)
        reach = np.maximum(np.abs(x), np.abs(y)) - figure.radius
        edge = np.maximum(np.minimum(*across) - figure.stroke / 2, reach)
    elif figure.is_open:
        outline = distance(figure.shape.removeprefix("open_"), figure.radius, x, y)
        edge = np.abs(outline) - figure.stroke / 2
    else:
        edge = distance(figure.shape, figure.radius, x, y)
    return np.clip(0.5 - edge, 0, 1)


def hull(figure: Figure, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the signed distance to the marker's outer edge, its inside filled, pixels."""
    shape = "square" if figure.shape == "cross" else figure.shape.removeprefix("open_")
    return distance(shape, figure.extent, x, y)
