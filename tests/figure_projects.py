"""Made-up digitizations for tests, in the shape that figures.yaml asks for; never real ones."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image
from retrial.study.figures import Figure, load_figures
from retrial.study.models import load_study

WIDTH, HEIGHT = 900, 700
LEFT, RIGHT, TOP, BOTTOM = 100, 800, 60, 600


def mean_at(visit, start, slope):
    """A mean that changes by `slope` a month for six months and stays there."""
    return start + slope * min(visit, 6)


def curve(visits, start, slope, error):
    """Means that settle after six months, with one error term: [(visit, mean, error)]."""
    return [(visit, mean_at(visit, start, slope), error) for visit in visits]


def pixels(x, y, x_range, y_range):
    """Return the pixel of a value on axes from LEFT, BOTTOM to RIGHT, TOP."""
    px = LEFT + (x - x_range[0]) / (x_range[1] - x_range[0]) * (RIGHT - LEFT)
    py = BOTTOM - (y - y_range[0]) / (y_range[1] - y_range[0]) * (BOTTOM - TOP)
    return px, py


def value_at(px, py, x_range, y_range):
    """Return the value at a pixel, which the digitizer stores beside it."""
    x = x_range[0] + (px - LEFT) / (RIGHT - LEFT) * (x_range[1] - x_range[0])
    return x, y_range[0] + (BOTTOM - py) / (BOTTOM - TOP) * (y_range[1] - y_range[0])


def axes_set(name, x_range, y_range):
    corners = [
        (x_range[0], y_range[0]),
        (x_range[1], y_range[0]),
        (x_range[0], y_range[0]),
        (x_range[0], y_range[1]),
    ]
    clicks = []
    for x, y in corners:
        px, py = pixels(x, y, x_range, y_range)
        clicks.append({"px": px, "py": py, "dx": str(x), "dy": str(y), "dz": None})
    flags = {"isLogX": False, "isLogY": False, "noRotation": False}
    return {"name": name, "type": "XYAxes", **flags, "calibrationPoints": clicks}


def data_set(name, axes, values, x_range, y_range, shake=None, skip=()):
    """A data set with the point groups Mean, Upper, Lower; `shake` moves its clicks."""
    points = []
    for place, (visit, mean, error) in enumerate(v for v in values if v[0] not in skip):
        for group, height in enumerate((mean, mean + error, mean - error)):
            px, py = pixels(visit, height, x_range, y_range)
            if shake is not None:
                px, py = shake(px), shake(py)
            points.append(
                {
                    "x": px,
                    "y": py,
                    "value": value_at(px, py, x_range, y_range),
                    "tuple": place,
                    "group": group,
                }
            )
    return {
        "name": name,
        "axesName": axes,
        "metadataKeys": [],
        "groupNames": ["Mean", "Upper", "Lower"],
        "data": points,
    }


def blank_image():
    file = io.BytesIO()
    Image.new("L", (WIDTH, HEIGHT), 255).save(file, "PNG")
    return file.getvalue()


def project(axes, datasets):
    content = {
        "version": [4, 2],
        "axesColl": axes,
        "datasetColl": datasets,
        "measurementColl": [],
    }
    return json.dumps(content).encode()


def packed(content: bytes, folder: str, image: bytes | None = None) -> bytes:
    """The archive that WebPlotDigitizer saves of a project and its image."""
    info = {"version": [4, 0], "json": "wpd.json", "images": ["figure.png"]}
    members = [("info.json", json.dumps(info).encode()), ("wpd.json", content)]
    members.append(("figure.png", image or blank_image()))
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in members:
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


# Made-up curves: start, change a month and error of the treated arm, then of the control, then the
# axis. Where the paper prints a mean (baseline; HbA1c at month 6), the curve passes through it: a
# panel that contradicts the print would be held back.
LINES = {
    "fpg": ((102.6, -2.0, 7.95), (97.2, 0.5, 7.91), (50, 200)),
    "ppg": ((220, -6.0, 12), (225, -1.0, 14), (100, 300)),
    "hba1c": ((6.85, -0.225, 0.191), (6.79, 0.02, 0.216), (4, 9)),
    "c_peptide": ((0.85, 0.03, 0.121), (0.89, -0.03, 0.104), (0, 2)),
    "cpgr": ((0.7, 0.06, 0.08), (0.7, -0.03, 0.07), (0, 2)),
    "insulin_dose": ((0.6, -0.03, 0.05), (0.6, 0.02, 0.06), (0, 2)),
    # Of the simulated study `tiny`.
    "marker": ((7.1, -0.3, 1.2), (7.0, -0.02, 1.3), (0, 12)),
    "weight": ((81, -0.9, 12), (80, 0.1, 11), (50, 110)),
}


def made_up(figure: Figure, visits: list[float], *, sd=None, seed=0, skip=()) -> bytes:
    """A project for a figure, with the series that figures.yaml names and LINES' values."""
    rng = np.random.default_rng(seed)
    shake = None if sd is None else (lambda pixel: pixel + sd * rng.standard_normal())
    axes, datasets = [], []
    for panel in figure.panels:
        *lines, y_range = LINES[panel.outcome]
        axes.append(axes_set(panel.axes, (0, 24), y_range))
        for series, line in zip(panel.series, lines, strict=True):
            values = curve(visits, *line)
            datasets.append(
                data_set(series.name, panel.axes, values, (0, 24), y_range, shake, skip)
            )
    return packed(project(axes, datasets), figure.id)


def drop_in(study_folder: Path, *, only: tuple[str, ...] = (), **options) -> list[str]:
    """Lay made-up projects beside the figures.yaml of a copied study; return their names.

    `only` some figures: their ids.
    """
    study = load_study(study_folder / "study.yaml")
    names = []
    for figure in load_figures(study_folder / "figures" / "figures.yaml"):
        if figure.file and (not only or figure.id in only):
            data = made_up(figure, study.visits, **options)
            (study_folder / "figures" / figure.file).write_bytes(data)
            names.append(figure.file)
    return names
