"""Engauge Digitizer's document (.dig, XML since version 6): the affine map of three axis points.

Engauge writes a bare `<!DOCTYPE engauge>`. That one declaration is allowed; any other, and every
entity, is refused, so that the file cannot grow in memory or name another file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

import numpy as np

from retrial.figures.formats.calibration import Calibration, Scale, three_point_calibration
from retrial.figures.formats.faults import (
    MAX_POINTS,
    MAX_SERIES,
    DigitizeError,
    number,
    pixel,
    shown,
    text_of,
)
from retrial.figures.formats.project import Axes, Problem, Project, Series, check_finite

MAX_DEPTH = 50
MAX_ELEMENTS = 4 * MAX_POINTS


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str]
    children: list[_Element] = field(default_factory=list)

    def find(self, tag: str) -> _Element | None:
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, *path: str) -> list[_Element]:
        found = [self]
        for tag in path:
            found = [child for one in found for child in one.children if child.tag == tag]
        return found


def parse_xml(data: bytes) -> _Element:
    """Return the elements of an XML document; text, such as an embedded image, is left out.

    Raises:
        DigitizeError: If the XML is broken, too deep or too large, or declares an entity or a
            document type other than the bare `engauge`.
    """
    root = _Element("", {})
    stack, count = [root], 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > MAX_DEPTH or count > MAX_ELEMENTS:
            raise DigitizeError("nests or repeats its XML elements too often for a .dig file.")
        element = _Element(tag, attributes)
        stack[-1].children.append(element)
        stack.append(element)

    def doctype(name: str, system: str | None, public: str | None, subset: int) -> None:
        if name != "engauge" or system or public or subset:
            raise DigitizeError("declares an XML document type; only a bare engauge is allowed.")

    def entity(*_: object) -> None:
        raise DigitizeError("declares or uses an XML entity, which is not allowed.")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: stack.pop()
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = entity
    parser.ExternalEntityRefHandler = entity
    parser.SkippedEntityHandler = entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as fault:
        raise DigitizeError(f"is not well-formed XML: {fault}.") from None
    except (UnicodeError, LookupError) as fault:
        raise DigitizeError(f"has an XML text encoding that cannot be read ({fault}).") from None
    except ValueError as fault:
        if isinstance(fault, DigitizeError):
            raise
        raise DigitizeError(f"is XML that cannot be read ({fault}).") from None
    return root.children[0]


def _position(point: _Element, tag: str, read) -> list[float]:
    position = point.find(tag)
    if position is None:
        raise DigitizeError(f"a point has no {tag}.")
    return [read(position.attributes.get(key), f"{tag} {key}") for key in ("X", "Y")]


def _points(curve: _Element) -> list[_Element]:
    return curve.all("CurvePoints", "Point")


def _scale(coords: dict[str, str], key: str, values: np.ndarray, axis: str) -> Scale:
    """Return the scale of one axis; Engauge writes 0 or "Linear", 1 or "Log"."""
    told = coords.get(f"{key}String", coords.get(key, "Linear"))
    if told not in ("Linear", "Log", "0", "1"):
        raise DigitizeError(f"the scale {shown(told)} is not known; Linear and Log are read.")
    log = told in ("Log", "1")
    if log and not (all(values > 0) or all(values < 0)):
        raise DigitizeError(
            f"the {axis} axis is logarithmic, so its values must be all above or all below zero."
        )
    return Scale(log=log, sign=-1.0 if log and values[0] < 0 else 1.0)


def _calibration(system: _Element) -> Calibration:
    coords = (system.find("Coords") or _Element("Coords", {})).attributes
    if coords.get("TypeString", "Cartesian") != "Cartesian" or coords.get("Type", "0") != "0":
        raise DigitizeError(
            "polar axes are not supported, because a trial's figure has none; Cartesian are read."
        )
    for axis in "XY":
        unit = coords.get(f"Units{axis}String", "Number")
        if unit.startswith("Date"):
            raise DigitizeError(
                f"the {axis} axis has the unit {shown(unit)}, which is not supported, because the"
                " file does not say from which day it counts; use plain numbers."
            )
    curves = system.all("Curve") + system.all("CurvesGraphs", "Curve")
    points = [p for c in curves for p in _points(c) if p.attributes.get("IsAxisPoint") == "True"]
    if len(points) != 3 or any(p.attributes.get("IsXOnly") == "True" for p in points):
        raise DigitizeError(
            f"it has {len(points)} axis points; calibrations by three axis points, each with x"
            " and y, are read (a scale bar or four points are not supported)."
        )
    clicks = np.array([_position(p, "PositionScreen", pixel) for p in points])
    values = np.array([_position(p, "PositionGraph", number) for p in points])
    x = _scale(coords, "ScaleXTheta", values[:, 0], "x")
    y = _scale(coords, "ScaleYRadius", values[:, 1], "y")
    targets = np.stack([x.scaled(values[:, 0]), y.scaled(values[:, 1])], 1)
    return three_point_calibration(clicks, targets, x, y)


def _series(curve: _Element, axes: Axes) -> Series:
    points = _points(curve)
    if len(points) > MAX_POINTS:
        raise DigitizeError(f"it has {len(points)} points; {MAX_POINTS} are allowed.")
    n = len(points)
    found = Series(
        name=text_of(curve.attributes.get("CurveName"), "CurveName"),
        axes=axes,
        pixels=np.array([_position(p, "PositionScreen", pixel) for p in points]).reshape(n, 2),
        stored=np.full((n, 2), np.nan),
        present=np.zeros(n, dtype=bool),
        tuples=np.full(n, -1),
        groups=(None,) * n,
        labels=(None,) * n,
    )
    check_finite(found)
    return found


def read_dig(data: bytes) -> Project:
    """Return the project of an Engauge document, with one axes set a coordinate system.

    Raises:
        DigitizeError: If the file is no such document; a fault of one coordinate system or curve
            is one of the project's problems instead.
    """
    root = parse_xml(data)
    if root.tag != "Document":
        raise DigitizeError(f"has the XML root {shown(root.tag)}; an Engauge file has Document.")
    axes, series, problems = [], [], []
    if len(root.all("CoordSystem")) > MAX_SERIES:
        raise DigitizeError(f"has more than the {MAX_SERIES} coordinate systems allowed.")
    # Documents of one coordinate system had no element for it before version 8.
    for i, system in enumerate(root.all("CoordSystem") or [root], 1):
        where = f"coordinate system {i}"
        try:
            found = Axes(where, "Cartesian", _calibration(system))
        except DigitizeError as fault:
            problems.append(Problem(where, str(fault)))
            continue
        axes.append(found)
        for curve in system.all("CurvesGraphs", "Curve"):
            try:
                series.append(_series(curve, found))
            except DigitizeError as fault:
                name = shown(curve.attributes.get("CurveName"))
                problems.append(Problem(f"{where}, curve {name}", str(fault)))
    return Project("Engauge", tuple(axes), tuple(series), tuple(problems))
