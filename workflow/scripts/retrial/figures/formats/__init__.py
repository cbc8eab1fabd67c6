"""Read a digitizer's project file: values, and how sure they are.

`read_project` gives the points as a table; `read` the project with its calibrations, which
`grouped` turns into means and errors, and `Project.draw` into values under other clicks.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import pandas as pd

from retrial.figures.formats.archive import is_tar, read_tar
from retrial.figures.formats.calibration import Calibration, Scale
from retrial.figures.formats.engauge import read_dig
from retrial.figures.formats.faults import DigitizeError, read_bytes
from retrial.figures.formats.grouped import grouped
from retrial.figures.formats.metadigitise import read_caldat
from retrial.figures.formats.project import Axes, Problem, Project, Series
from retrial.figures.formats.rds import is_rds
from retrial.figures.formats.tables import read_table
from retrial.figures.formats.webplotdigitizer import read_project_json

__all__ = [
    "Axes",
    "Calibration",
    "DigitizeError",
    "Problem",
    "Project",
    "Scale",
    "Series",
    "grouped",
    "read",
    "read_project",
]

_FORMATS = (
    "a WebPlotDigitizer project (.json, .tar), an Engauge document (.dig), a metaDigitise"
    " calibration file, or a CSV export"
)


def _parse(data: bytes) -> Project:
    """Return the project in bytes; the content tells the format, since extensions get lost."""
    if is_tar(data):
        return read_tar(data)
    if is_rds(data):
        return read_caldat(data)
    if data[:2] == b"PK":
        raise DigitizeError(f"is a ZIP archive; give {_FORMATS}.")
    # A UTF-8 byte order mark is no part of the content.
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start in (b"{", b"["):
        return read_project_json(data)
    if start == b"<":
        return read_dig(data)
    if b"\0" in data[:4096]:
        raise DigitizeError(f"is a binary file of an unknown format; give {_FORMATS}.")
    return read_table(data)


def read(path: str | PathLike[str], *, strict: bool = False) -> Project:
    """Return all that can be read of a digitizer's project file.

    Read are WebPlotDigitizer projects of the format versions 3 and 4 (.json, .tar), Engauge
    documents (.dig), metaDigitise calibration files, and CSV tables (both programs' exports, and
    series,x,y[,statistic][,label]). A fault of one axes set or data set concerns that one alone:
    it becomes one of `Project.problems`.

    Args:
        path: The file.
        strict: Refuse a file that has any problem.

    Raises:
        DigitizeError: If the file as a whole cannot be read; with `strict`, for any problem.
    """
    path = Path(path)
    try:
        project = _parse(read_bytes(path))
        if strict and project.problems:
            raise DigitizeError("; ".join(str(problem) for problem in project.problems))
    except DigitizeError as fault:
        raise DigitizeError(f"{path}: {fault}") from None
    return project


def read_project(
    path: str | PathLike[str], *, pixel_sd: float = 1.0, strict: bool = False
) -> pd.DataFrame:
    """Return the points of a digitizer's project file, one a row.

    Args:
        path: The file, of a format that `read` knows.
        pixel_sd: Error of every click, one standard deviation in px.
        strict: Refuse a file that has any problem, instead of leaving out what cannot be read.

    Returns:
        The columns of `Project.frame`: series, x and y (axes' units; dates as days since
        1970-01-01, flagged), x_sigma and y_sigma (one SD) among them. `attrs["problems"]` lists
        what was left out, and why.

    Raises:
        DigitizeError: If nothing of the file can be read.
    """
    project = read(path, strict=strict)
    if not len(project):
        told = "; ".join(str(problem) for problem in project.problems)
        raise DigitizeError(f"{path}: holds no digitized point{': ' + told if told else '.'}")
    table = project.frame(pixel_sd)
    table.attrs["problems"] = [str(problem) for problem in project.problems]
    return table
