"""Write what was traced as a WebPlotDigitizer project (format 4), to be checked by eye there.

A data set is a series; its points carry the groups mean, upper and lower, and a tuple a visit
(automeris-io/WebPlotDigitizer, javascript/core/plotData.js and dataset.js).
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from retrial.figures.tracing.found import GROUPS, Traced
from retrial.figures.tracing.spec import Series

FOLDER = "wpd_project"  # the folder in which the program packs its archives
NO_COLOUR = (200, 0, 0)  # the program's own default


def project_document(panels: Sequence[Traced]) -> dict:
    """Return the project of a figure's panels as the mapping that its JSON holds.

    Raises ValueError where two panels give their axes sets one name.
    """
    names = [traced.spec.axes for traced in panels]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"two panels have the axes {twice!r}; give each `axes` of its own.")
    return {
        "version": [4, 2],
        "axesColl": [_axes_set(traced) for traced in panels],
        "datasetColl": [
            _data_set(traced, series) for traced in panels for series in traced.spec.series
        ],
        "measurementColl": [],
    }


def _axes_set(traced: Traced) -> dict:
    spec = traced.spec
    (x1, x2), (y1, y2) = spec.x_axis.points, spec.y_axis.points
    # Each axis is calibrated along itself: the axes are level and upright by construction.
    calibration = [
        _click(x1.pixel, y1.pixel, x1.value, y1.value),
        _click(x2.pixel, y1.pixel, x2.value, y1.value),
        _click(x1.pixel, y1.pixel, x1.value, y1.value),
        _click(x1.pixel, y2.pixel, x2.value, y2.value),
    ]
    return {
        "name": spec.axes,
        "type": "XYAxes",
        "isLogX": spec.x_axis.scale == "log",
        "isLogY": spec.y_axis.scale == "log",
        "noRotation": False,
        "calibrationPoints": calibration,
    }


def write_project(
    panels: Traced | Sequence[Traced], image_path: str | Path, path: str | Path
) -> None:
    """Write a WebPlotDigitizer project: `.json`, or `.tar` with the image in it.

    The same outcome and image give the same bytes. The file appears whole or not at all.

    Args:
        panels: the outcome of `trace`, one a panel of the figure.
        image_path: the image that was traced; read for a `.tar` only.
        path: where to write.

    Raises ValueError for another suffix, for two axes sets of one name, or where the image cannot
    be read.
    """
    path = Path(path)
    panels = [panels] if isinstance(panels, Traced) else panels
    text = json.dumps(project_document(panels), indent=1, ensure_ascii=False, allow_nan=False)
    content = (text + "\n").encode("utf-8")
    if path.suffix == ".tar":
        content = _pack(content, Path(image_path))
    elif path.suffix != ".json":
        raise ValueError(f"{path}: a project file ends in .json, or in .tar to hold the image.")
    handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(unfinished, 0o666 & ~mask)  # mkstemp's own mode would hide it from others
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def _click(column: float, row: float, x: float, y: float) -> dict:
    return {"px": column, "py": row, "dx": _number(x), "dy": _number(y), "dz": None}


def _number(value: float) -> str:
    # The program keeps what its user typed, as text.
    return repr(float(value)).removesuffix(".0")


def _data_set(traced: Traced, series: Series) -> dict:
    points = [point for point in traced.points if point.series == series.name]
    # Tuples count without a gap: the program fails on an array with holes.
    visits = list(dict.fromkeys(point.visit for point in points))
    data = [
        {
            "x": point.column,
            "y": point.row,
            "metadata": {"label": _number(point.visit), "sigma": round(point.sigma, 4)},
            "tuple": visits.index(point.visit),
            "group": GROUPS.index(point.group),
            "value": [traced.spec.x_axis.to_value(point.column), point.value],
        }
        for point in points
    ]
    return {
        "name": series.name,
        "axesName": traced.spec.axes,
        "colorRGB": [*(series.color or NO_COLOUR), 255],
        "metadataKeys": ["label", "sigma"],
        "groupNames": list(GROUPS),
        "data": data,
        "autoDetectionData": None,
    }


def _pack(project: bytes, image_path: Path) -> bytes:
    try:
        image = image_path.read_bytes()
    except OSError as error:
        raise ValueError(f"{image_path} cannot be read: {error.strerror or error}.") from error
    name = image_path.name
    info = json.dumps({"version": [4, 0], "json": "wpd.json", "images": [name]}).encode()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for member, content in (("info.json", info), ("wpd.json", project), (name, image)):
            entry = tarfile.TarInfo(f"{FOLDER}/{member}")
            entry.size, entry.mode, entry.mtime = len(content), 0o644, 0
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
