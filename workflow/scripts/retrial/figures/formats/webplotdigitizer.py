"""WebPlotDigitizer's project JSON, format versions 3 and 4 (the programs 3.x to 5.x).

Version 3 has one axes set under `wpd`; version 4 has collections: axesColl, datasetColl (each
data set names its axes; point groups give its points a tuple and a group) and measurementColl,
which is not read. Stored dates are milliseconds since 1970-01-01.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from retrial.figures.formats.calibration import (
    Calibration,
    bar_calibration,
    scale_of,
    xy_calibration,
)
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
from retrial.figures.formats.strictjson import load_json

_MS_PER_DAY = 86_400_000.0
_REASONS = {
    "PolarAxes": "its values are a radius and an angle, of which a trial's figure has none",
    "TernaryAxes": "its points are shares of three parts, not x and y",
    "MapAxes": "a map has a scale and no axes",
    "ImageAxes": "it has no calibration, so its values are bare pixels",
    "CircularChartRecorderAxes": "a chart recorder's disc has curved axes",
}


def _kind(value: object, kind: type, name: str):
    if not isinstance(value, kind):
        told = {dict: "an object", list: "a list", str: "a text", bool: "true or false"}[kind]
        raise DigitizeError(f"{name} must be {told}, not {shown(value)}.")
    return value


def _flag(block: dict, key: str) -> bool:
    value = block.get(key)
    return False if value is None else _kind(value, bool, key)


def _clicks(points: object, count: int) -> tuple[np.ndarray, list[dict]]:
    if points is None:
        raise DigitizeError("it has no calibration points.")
    found = _kind(points, list, "the calibration")
    if len(found) != count:
        raise DigitizeError(f"it needs {count} calibration points, and has {len(found)}.")
    blocks = [_kind(p, dict, "a calibration point") for p in found]
    pixels = [
        [pixel(block.get(key), f"{key} of calibration point {i}") for key in ("px", "py")]
        for i, block in enumerate(blocks, 1)
    ]
    return np.array(pixels), blocks


def _calibration(type_: str, parameters: dict, points: object) -> Calibration:
    if type_ in _REASONS:
        raise DigitizeError(f"{type_} are not supported, because {_REASONS[type_]}.")
    if type_ == "XYAxes":
        clicks, blocks = _clicks(points, 4)
        x = scale_of(blocks[0].get("dx"), blocks[1].get("dx"), _flag(parameters, "isLogX"), "x")
        y = scale_of(blocks[2].get("dy"), blocks[3].get("dy"), _flag(parameters, "isLogY"), "y")
        return xy_calibration(clicks, x, y, rotated=not _flag(parameters, "noRotation"))
    if type_ == "BarAxes":
        clicks, blocks = _clicks(points, 2)
        y = scale_of(blocks[0].get("dy"), blocks[1].get("dy"), _flag(parameters, "isLog"), "bar")
        if y[0].date:
            raise DigitizeError("a bar chart's values must be numbers, not dates.")
        return bar_calibration(clicks, y, rotated=_flag(parameters, "isRotated"))
    raise DigitizeError(f"axes of type {shown(type_)} are not known; XYAxes and BarAxes are read.")


def _stored(point: dict, axes: Axes) -> tuple[list[float], bool]:
    """Return the stored x and y, and whether there is a stored value."""
    value = point.get("value")
    if value is None:
        return [np.nan, np.nan], False
    calibration, bar = axes.calibration, axes.type == "BarAxes"
    entries = _kind(value, list, "value")
    if len(entries) != (1 if bar else 2):
        raise DigitizeError(f"value has {len(entries)} numbers, which do not fit {axes.type}.")
    # JSON has no NaN: the program writes null for it.
    found = [np.nan if e is None else number(e, "value", np.finfo(float).max) for e in entries]
    found = [np.nan, *found] if bar else found
    units = [_MS_PER_DAY if scale.date else 1.0 for scale in (calibration.x, calibration.y)]
    return [f / unit for f, unit in zip(found, units, strict=True)], True


def _label(point: dict, keys: list) -> tuple[str | None, dict]:
    """Return a point's label and the values that somebody typed over the digitized ones."""
    metadata = point.get("metadata")
    if metadata is None:
        return None, {}
    # Version 4.0 wrote a list in the order of metadataKeys, later ones an object.
    if isinstance(metadata, list):
        metadata = dict(zip([str(k).lower() for k in keys or ["label"]], metadata, strict=False))
    block = {str(k).lower(): v for k, v in _kind(metadata, dict, "metadata").items()}
    typed = block.get("overrides")
    label = block.get("label")
    return (
        None if label is None else text_of(label, "label"),
        {} if typed is None else _kind(typed, dict, "overrides"),
    )


def _member(point: dict, groups: list[str]) -> tuple[int, str | None]:
    """Return the tuple that a point belongs to and its role there."""
    if not groups or point.get("tuple") is None or point.get("group") is None:
        return -1, None
    place, role = (number(point[key], key) for key in ("tuple", "group"))
    if place != int(place) or not 0 <= place < MAX_POINTS:
        raise DigitizeError(f"tuple must be a whole number >= 0, not {place:g}.")
    if role not in range(len(groups)):
        raise DigitizeError(f"group {role:g} is none of the {len(groups)} point groups.")
    # The program shows its own words for groups that were given no name.
    default = "Primary Group" if role == 0 else f"Group {role:g}"
    return int(place), groups[int(role)] or default


def _series(block: dict, axes: Axes, problems: list[Problem], where: str) -> Series:
    points = _kind(block.get("data"), list, "data")
    if len(points) > MAX_POINTS:
        raise DigitizeError(f"it has {len(points)} points; {MAX_POINTS} are allowed.")
    groups = [
        text_of(g, "a group name") for g in _kind(block.get("groupNames") or [], list, "groupNames")
    ]
    keys = _kind(block.get("metadataKeys") or [], list, "metadataKeys")
    pixels, stored, present, tuples, roles, labels = [], [], [], [], [], []
    typed_by_hand = {}
    for i, point in enumerate(points):
        try:
            _kind(point, dict, "the point")
            pixels.append([pixel(point.get(key), key) for key in ("x", "y")])
            value, has = _stored(point, axes)
            place, role = _member(point, groups)
            label, typed = _label(point, keys)
        except DigitizeError as fault:
            raise DigitizeError(f"point {i}: {fault}") from None
        if typed:
            typed_by_hand[i] = typed
        for column, entry in zip(
            (stored, present, tuples, roles, labels), (value, has, place, role, label), strict=True
        ):
            column.append(entry)
    found = Series(
        name=text_of(block.get("name"), "name"),
        axes=axes,
        pixels=np.array(pixels, dtype=float).reshape(-1, 2),
        stored=np.array(stored, dtype=float).reshape(-1, 2),
        present=np.array(present, dtype=bool),
        tuples=np.array(tuples, dtype=np.int64),
        groups=tuple(roles),
        labels=tuple(labels),
    )
    check_finite(found)
    if typed_by_hand:
        first, typed = next(iter(typed_by_hand.items()))
        told = f"{len(typed_by_hand)} points have values typed by hand, not used"
        problems.append(Problem(where, f"{told} (point {first}: {shown(typed)})."))
    return found


def _each(
    blocks: Iterable[tuple[str, Callable[[str], object]]], problems: list[Problem]
) -> list[object]:
    """Return what each reader returns; None, and a problem, for one that fails."""
    found = []
    for where, reader in blocks:
        try:
            found.append(reader(where))
        except DigitizeError as fault:
            problems.append(Problem(where, str(fault)))
            found.append(None)
    return found


def _named(block: object, what: str, i: int) -> str:
    name = block.get("name") if isinstance(block, dict) else None
    return f"{what} {shown(name)}" if isinstance(name, str) else f"{what} number {i + 1}"


def _read(
    version: int, axes_blocks: list, dataset_blocks: list, choose: Callable[[dict, list], Axes]
) -> Project:
    problems: list[Problem] = []
    for blocks, what in ((axes_blocks, "axes sets"), (dataset_blocks, "data sets")):
        if len(blocks) > MAX_SERIES:
            raise DigitizeError(f"has {len(blocks)} {what}; {MAX_SERIES} are allowed.")

    def axes_reader(block: object) -> Callable[[str], Axes]:
        def read(_: str) -> Axes:
            found = _kind(block, dict, "the axes set")
            type_ = _kind(found.get("type"), str, "type")
            calibration = _calibration(type_, found, found.get("calibrationPoints"))
            return Axes(text_of(found.get("name"), "name"), type_, calibration)

        return read

    axes = _each(
        [(_named(b, "axes set", i), axes_reader(b)) for i, b in enumerate(axes_blocks)], problems
    )

    def series_reader(block: object) -> Callable[[str], Series]:
        def read(where: str) -> Series:
            found = _kind(block, dict, "the data set")
            return _series(found, choose(found, axes), problems, where)

        return read

    series = _each(
        [(_named(b, "data set", i), series_reader(b)) for i, b in enumerate(dataset_blocks)],
        problems,
    )
    return Project(
        f"WebPlotDigitizer {version}",
        tuple(a for a in axes if a is not None),
        tuple(s for s in series if s is not None),
        tuple(problems),
    )


def _version(block: dict) -> int:
    version = block.get("version")
    first = version[0] if isinstance(version, list) and version else version
    if isinstance(first, bool) or first not in (3, 4):
        raise DigitizeError(
            f"has the format version {shown(version)}; WebPlotDigitizer's 3 and 4 are read."
        )
    return int(first)


def read_project_json(data: bytes) -> Project:
    """Return the project of a WebPlotDigitizer JSON file.

    Raises:
        DigitizeError: If the file as a whole is no such project; a fault of one axes set or one
            data set is one of the project's problems instead.
    """
    content = _kind(load_json(data), dict, "a WebPlotDigitizer project")
    if "wpd" in content:
        block = _kind(content["wpd"], dict, "wpd")
        if _version(block) == 3:
            return _read_version_3(block)
    elif _version(content) == 4:
        return _read_version_4(content)
    raise DigitizeError("mixes the layouts of format versions 3 and 4.")


def _read_version_3(block: dict) -> Project:
    series = _kind(block.get("dataSeries") or [], list, "dataSeries")
    axes = []
    if block.get("axesType") is not None:
        parameters = _kind(block.get("axesParameters") or {}, dict, "axesParameters")
        points = block.get("calibration")
        axes = [
            {**parameters, "name": "XY", "type": block["axesType"], "calibrationPoints": points}
        ]

    def only(_: dict, found: list) -> Axes:
        if not found or found[0] is None:
            raise DigitizeError("the file has no axes set that can be read.")
        return found[0]

    return _read(3, axes, series, only)


def _read_version_4(block: dict) -> Project:
    axes = _kind(block.get("axesColl") or [], list, "axesColl")
    datasets = _kind(block.get("datasetColl") or [], list, "datasetColl")
    names = [a.get("name") if isinstance(a, dict) else None for a in axes]

    def named(dataset: dict, found: list) -> Axes:
        name = dataset.get("axesName")
        if names.count(name) != 1 or not isinstance(name, str):
            told = "no axes set" if name not in names else "more than one axes set"
            raise DigitizeError(f"{told} of the file has its axes' name, {shown(name)}.")
        if found[names.index(name)] is None:
            raise DigitizeError(f"its axes set {shown(name)} cannot be read.")
        return found[names.index(name)]

    return _read(4, axes, datasets, named)
