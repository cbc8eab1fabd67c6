"""What a person writes about a figure before it is traced: axes, series, visits, bars.

Pixels are those of WebPlotDigitizer: x grows to the right and y downwards from the image's upper
left corner, and the centre of the first pixel is (0.5, 0.5).
"""

from __future__ import annotations

import difflib
import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from retrial import plainyaml

Marker = Literal[
    "circle",
    "open_circle",
    "square",
    "open_square",
    "triangle",
    "open_triangle",
    "diamond",
    "open_diamond",
    "cross",
]
Ends = Literal["both", "upper", "lower", "none"]
MAX_SPEC_BYTES = 1_000_000


def _read_colour(value: Any) -> tuple[int, int, int]:
    """Return red, green and blue (0 to 255) of '#rrggbb', '#rgb' or [r, g, b]."""
    if isinstance(value, str):
        digits = value.strip().removeprefix("#")
        if len(digits) == 3:
            digits = "".join(2 * digit for digit in digits)
        try:
            if len(digits) == 6:
                red, green, blue = bytes.fromhex(digits)
                return red, green, blue
        except ValueError:
            pass
    elif isinstance(value, list | tuple) and len(value) == 3:
        whole = all(isinstance(part, int) and not isinstance(part, bool) for part in value)
        if whole and all(0 <= part <= 255 for part in value):
            return tuple(value)
    raise ValueError(
        f"a colour such as '#1f77b4' (in quotes) or [31, 119, 180] is expected, not {value!r}"
    )


Colour = Annotated[tuple[int, int, int], BeforeValidator(_read_colour)]


class Block(BaseModel):
    """A strict, immutable block of a tracing specification."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True
    )


class Anchor(Block):
    """One calibration point of an axis: where a tick stands and what it says."""

    pixel: float = Field(ge=0, description="Column (x axis) or row (y axis), in pixels")
    value: float = Field(description="The tick's value, in the axis's unit")


class Axis(Block):
    """The calibration of one axis by two ticks, the further apart the better."""

    scale: Literal["linear", "log"] = "linear"
    points: tuple[Anchor, Anchor]

    @model_validator(mode="after")
    def _calibrates(self) -> Axis:
        first, second = self.points
        if abs(first.pixel - second.pixel) < 2 or first.value == second.value:
            raise ValueError("two ticks at least 2 pixels apart, with different values, are needed")
        if self.scale == "log" and min(first.value, second.value) <= 0:
            raise ValueError("a logarithmic axis needs values above zero")
        return self

    def _ends(self) -> tuple[float, float]:
        low, high = (point.value for point in self.points)
        return (math.log10(low), math.log10(high)) if self.scale == "log" else (low, high)

    def to_value(self, pixel: float) -> float:
        """Return the value, in the axis's unit, at a pixel coordinate."""
        first, second = self.points
        low, high = self._ends()
        share = (pixel - first.pixel) / (second.pixel - first.pixel)
        value = low + share * (high - low)
        return 10**value if self.scale == "log" else value

    def to_pixel(self, value: float) -> float:
        """Return the pixel coordinate of a value; ValueError for one that a log axis lacks."""
        if self.scale == "log":
            if value <= 0:
                raise ValueError(f"a logarithmic axis has no place for the value {value:g}")
            value = math.log10(value)
        first, second = self.points
        low, high = self._ends()
        return first.pixel + (value - low) / (high - low) * (second.pixel - first.pixel)


class Rectangle(Block):
    """A region of the image, in pixels."""

    left: float = Field(ge=0)
    top: float = Field(ge=0)
    right: float = Field(gt=0)
    bottom: float = Field(gt=0)

    @model_validator(mode="after")
    def _has_area(self) -> Rectangle:
        if self.right <= self.left or self.bottom <= self.top:
            raise ValueError("right must exceed left and bottom must exceed top")
        return self


class Series(Block):
    """One drawn series, in most trials an arm: how to tell it from the others and where it is."""

    name: str = Field(min_length=1, max_length=200)
    color: Colour | None = Field(default=None, description="Of marker and line, or the bar's fill")
    tolerance: float = Field(default=60, gt=0, le=200, description="Distance in RGB, 0 to 441")
    marker: Marker | None = Field(default=None, description="Known shape; else the best fitting")
    error_color: Colour | None = Field(
        default=None, description="Of the error bars: the series' colour (line), black (bar)"
    )
    anchor: Literal["box", "centroid"] = Field(
        default="box", description="Which point of a triangle stands on the value"
    )
    size: float | None = Field(default=None, ge=3, le=200, description="Marker width, pixels")
    offset: float = Field(default=0, description="Shift from the visits, in units of the x axis")
    columns: tuple[float, ...] | None = Field(
        default=None, description="Pixel columns, one per visit, where the shift is not constant"
    )
    ends: Ends | None = Field(default=None, description="Overrides the figure's `ends`")


class TraceSpec(Block):
    """All that `trace` needs to know of one figure (panel)."""

    chart: Literal["line", "bar"]
    axes: str = Field(
        default="XY",
        min_length=1,
        max_length=200,
        description="Name of the axes set in the project: the panel's `axes` in figures.yaml",
    )
    x_axis: Axis
    y_axis: Axis
    x: tuple[float, ...] = Field(min_length=1, max_length=500, description="The visits' values")
    series: tuple[Series, ...] = Field(min_length=1, max_length=20)
    ends: Ends = Field(default="both", description="Which ends of the error bars are drawn")
    caps: bool = Field(default=True, description="Error bars end in a cross stroke")
    symmetric: bool = Field(
        default=True, description="Upper and lower ends are equally far from the mean, in values"
    )
    baseline: float | None = Field(default=None, description="Value at which bars stand (0)")
    background: Colour | None = Field(default=None, description="Else the most frequent colour")
    plot_area: Rectangle | None = Field(default=None, description="Look only in here")
    ignore: tuple[Rectangle, ...] = Field(default=(), description="Legend boxes, labels, letters")
    reach: float | None = Field(
        default=None, gt=0, description="How far, in pixels, a marker may be off its column"
    )

    @model_validator(mode="after")
    def _hangs_together(self) -> TraceSpec:
        names = [series.name for series in self.series]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two series are called '{twice[0]}'; give each a name of its own")
        if len(set(self.x)) != len(self.x):
            raise ValueError("a value stands twice in x; give each visit once")
        for series in self.series:
            if series.columns is not None and len(series.columns) != len(self.x):
                raise ValueError(
                    f"series '{series.name}' has {len(series.columns)} columns "
                    f"for {len(self.x)} values of x; give one column for each"
                )
            if self.chart == "bar" and series.color is None:
                raise ValueError(f"series '{series.name}' of a bar chart needs the bars' colour")
        looks = [(series.color, series.marker) for series in self.series]
        for place, look in enumerate(looks):
            if look in looks[:place] and self.chart == "line":
                other = names[looks.index(look)]
                raise ValueError(
                    f"series '{names[place]}' and '{other}' look the same; "
                    "tell them apart by color or by marker"
                )
        return self


def load_spec(path: str | Path) -> TraceSpec:
    """Read a specification from a YAML file.

    Raises ValueError, with every fault and its place, for a file that is no valid specification.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SPEC_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(content) > MAX_SPEC_BYTES:
        raise ValueError(f"{path} is larger than {MAX_SPEC_BYTES} bytes: not a specification.")
    try:
        found = plainyaml.parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no YAML: it is not text in UTF-8.") from error
    if found.faults:
        raise ValueError(plainyaml.told(path, found.faults))
    return parse_spec(found.data, str(path))


def parse_spec(document: object, source: str = "specification") -> TraceSpec:
    """Return the specification held by a mapping; ValueError lists every fault."""
    if not isinstance(document, dict):
        raise ValueError(f"{source}: a mapping with chart, x_axis, y_axis, x, series is expected.")
    try:
        return TraceSpec.model_validate(document)
    except ValidationError as error:
        faults = [_tell(fault) for fault in error.errors()]
    raise ValueError("\n".join(f"{source}: {fault}" for fault in faults))


KEYS = sorted(
    {name for model in (TraceSpec, Series, Axis, Anchor, Rectangle) for name in model.model_fields}
)


def _tell(fault: Any) -> str:
    place = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]
    ).removeprefix(".")
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(fault["loc"][-1]), KEYS, n=1)
        hint = f"; did you mean {near[0]}?" if near else "."
        return f"{place} is no known key{hint}"
    if fault["type"] == "missing":
        return f"{place} is missing."
    told = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{place}: {told}." if place else f"{told}."
