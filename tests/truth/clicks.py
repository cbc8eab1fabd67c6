"""A figure digitized as a person would: every click lies a little beside what it aims at.

The clicks are saved as WebPlotDigitizer 4 saves a project: four calibration clicks (two on each
axis), one data set an arm, whose points carry the groups Mean, Upper and Lower and one tuple a
visit, and the image in the same archive.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator

import numpy as np
import pandas as pd
from retrial.figures.formats.webplotdigitizer import read_project_json

from truth.journal_figure import Drawn

PIXEL_SD = 1.0
# The program's magnified view shows a quarter of a pixel.
RESOLUTION = 0.25
GROUPS = ("Mean", "Upper", "Lower")
COLOURS = ([0, 114, 178, 255], [213, 94, 0, 255])


def clicked(places: np.ndarray, rng: np.random.Generator, pixel_sd: float) -> np.ndarray:
    """Return where somebody clicks who aims at places (n, 2)."""
    moved = places + pixel_sd * rng.standard_normal(places.shape)
    return np.round(moved / RESOLUTION) * RESOLUTION


def project_json(
    drawn: Drawn,
    arms: tuple[tuple[str, str], ...],
    rng: np.random.Generator,
    pixel_sd: float = PIXEL_SD,
) -> bytes:
    """Return the project of somebody who digitizes a figure; `arms` are ids and labels."""
    corners = clicked(drawn.ticks[["px", "py"]].to_numpy(), rng, pixel_sd)
    axes = {
        "name": "XY",
        "type": "XYAxes",
        "isLogX": False,
        "isLogY": False,
        "noRotation": False,
        "calibrationPoints": [
            {"px": px, "py": py, "dx": x, "dy": y, "dz": None}
            for (px, py), (x, y) in zip(corners.tolist(), _typed(drawn.ticks), strict=True)
        ],
    }
    datasets = [
        {
            "name": label,
            "axesName": "XY",
            "metadataKeys": [],
            "colorRGB": colour,
            "groupNames": list(GROUPS),
            "data": list(_points(drawn.places[arm], rng, pixel_sd)),
            "autoDetectionData": None,
        }
        for (arm, label), colour in zip(arms, COLOURS, strict=True)
    ]
    document = {"version": [4, 2], "axesColl": [axes], "datasetColl": datasets}
    document["measurementColl"] = []
    _add_values(document)
    return json.dumps(document).encode()


def _typed(ticks: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the (x, y) typed for each click; the other coordinate of a tick does not count."""
    for axis, value in zip(ticks["axis"], ticks["value"], strict=True):
        yield (f"{value:g}", "0") if axis == "x" else ("0", f"{value:g}")


def _points(aimed: np.ndarray, rng: np.random.Generator, pixel_sd: float) -> Iterator[dict]:
    """Yield the points of one arm, aimed at places (visit, group, 2)."""
    for place, marks in enumerate(aimed):
        found = clicked(marks, rng, pixel_sd)
        # Rows count downwards. A person sees a bar's end on the wrong side of its mean.
        while not found[1, 1] < found[0, 1] < found[2, 1]:
            found = clicked(marks, rng, pixel_sd)
        for group, (px, py) in enumerate(found.tolist()):
            yield {"x": px, "y": py, "tuple": place, "group": group}


def _add_values(document: dict) -> None:
    """Store beside each point the value that the program shows for it."""
    project = read_project_json(json.dumps(document).encode())
    for block, series in zip(document["datasetColl"], project.series, strict=True):
        for point, value in zip(block["data"], series.values().tolist(), strict=True):
            point["value"] = value


def project_tar(name: str, project: bytes, image: bytes) -> bytes:
    """Return a project with its image `<name>.png` as one archive, the same bytes every time."""
    info = {"version": [4, 0], "json": "wpd.json", "images": [f"{name}.png"]}
    members = {"info.json": json.dumps(info).encode(), "wpd.json": project, f"{name}.png": image}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for member, content in members.items():
            entry = tarfile.TarInfo(f"{name}/{member}")
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()
