"""Digitized values in CSV tables, without the pixels they came from.

WebPlotDigitizer's export (two header rows: the data sets' names, then X,Y or Label,Y for each);
Engauge's exports (`x` and one column a curve, or one such block a curve); and a long table with
the columns series, x, y and perhaps statistic and label.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

import numpy as np

from retrial.figures.formats.faults import (
    MAX_POINTS,
    DigitizeError,
    decoded,
    number_or_date,
    shown,
    text_of,
)
from retrial.figures.formats.project import Project, Series

MAX_COLUMNS = 2000
_LONG = {"series", "x", "y", "statistic", "label"}
_WPD = [("x", "y"), ("label", "y")]

Rows = list[tuple[int, list[str]]]


def _rows(text: str) -> Rows:
    """Return the rows with their line numbers; a blank line is an empty row."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",\t;", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    found: Rows = []
    try:
        for row in reader:
            if len(found) > MAX_POINTS or len(row) > MAX_COLUMNS:
                raise DigitizeError(
                    f"has more than the {MAX_POINTS} rows or {MAX_COLUMNS} columns allowed."
                )
            cells = [cell.strip() for cell in row]
            found.append((reader.line_num, cells if any(cells) else []))
    except csv.Error as fault:
        raise DigitizeError(f"is no CSV table: {fault} (line {reader.line_num}).") from None
    return found


def _series(
    name: str,
    points: Sequence[tuple[float, float]],
    dates: tuple[bool, bool] = (False, False),
    *,
    tuples: Sequence[int] | None = None,
    groups: Sequence[str | None] | None = None,
    labels: Sequence[str | None] | None = None,
) -> Series:
    n = len(points)
    return Series(
        name=text_of(name, "a series name"),
        axes=None,
        pixels=np.full((n, 2), np.nan),
        stored=np.array(points, dtype=float).reshape(n, 2),
        present=np.zeros(n, dtype=bool),
        tuples=np.full(n, -1) if tuples is None else np.array(tuples, dtype=np.int64),
        groups=(None,) * n if groups is None else tuple(groups),
        labels=(None,) * n if labels is None else tuple(labels),
        dates=dates,
    )


class _Column:
    """Reads one column's numbers, or its dates: never both."""

    def __init__(self, name: str) -> None:
        self.name, self.date = name, None

    def read(self, cell: str, line: int) -> float:
        try:
            value, date = number_or_date(cell, self.name)
        except DigitizeError as fault:
            raise DigitizeError(f"line {line}: {fault}") from None
        if self.date not in (None, date):
            raise DigitizeError(f"line {line}: {self.name} mixes dates and numbers.")
        self.date = date
        return value


def _wpd(rows: Rows) -> list[Series]:
    names, kinds = rows[0][1], [cell.lower() for cell in rows[1][1]]
    if len(names) > len(kinds):
        raise DigitizeError(
            f"names {len(names)} columns in its first row and {len(kinds)} in its second; a comma"
            " in a data set's name is not quoted by WebPlotDigitizer, so rename the data set."
        )
    names = [*names, *[""] * len(kinds)][: len(kinds) : 2]
    columns = [(_Column(f"x of {shown(n)}"), _Column(f"y of {shown(n)}")) for n in names]
    points: list[list] = [[] for _ in names]
    labels: list[list] = [[] for _ in names]
    for line, row in rows[2:]:
        if len(row) > len(kinds):
            raise DigitizeError(f"line {line} has {len(row)} cells; the header has {len(kinds)}.")
        for i, (first, second) in enumerate(zip(row[::2], [*row[1::2], ""], strict=False)):
            if not first and not second:
                continue
            labelled, (x, y) = kinds[2 * i] == "label", columns[i]
            labels[i].append(text_of(first, "a label") if labelled else None)
            points[i].append((np.nan if labelled else x.read(first, line), y.read(second, line)))
    return [
        _series(name, points[i], (bool(x.date), bool(y.date)), labels=labels[i])
        for i, (name, (x, y)) in enumerate(zip(names, columns, strict=True))
    ]


def _long(rows: Rows) -> list[Series]:
    header = [cell.lower() for cell in rows[0][1]]
    unknown = [name for name in header if name not in _LONG]
    if unknown or len(set(header)) < len(header):
        raise DigitizeError(
            f"has the columns {shown(','.join(header))}; allowed are series, x, y, statistic and"
            " label, each once."
        )
    x, y = _Column("x"), _Column("y")
    points: dict[str, list[tuple]] = {}
    for line, row in rows[1:]:
        if not row:
            continue
        if len(row) != len(header):
            raise DigitizeError(f"line {line} has {len(row)} cells; the header has {len(header)}.")
        cell = dict(zip(header, row, strict=True))
        # On a bar chart a label stands in place of the x.
        at = np.nan if not cell["x"] and cell.get("label") else x.read(cell["x"], line)
        point = (at, y.read(cell["y"], line))
        role = (cell.get("statistic") or None, cell.get("label") or None)
        points.setdefault(cell["series"], []).append((point, *role))
    found = []
    for name, entries in points.items():
        places = {}
        for (at, _), role, label in entries:
            if role is not None:
                places.setdefault((None if np.isnan(at) else at, label), len(places))
        found.append(
            _series(
                name,
                [point for point, _, _ in entries],
                (bool(x.date), bool(y.date)),
                tuples=[
                    -1 if role is None else places[(None if np.isnan(at) else at, label)]
                    for (at, _), role, label in entries
                ],
                groups=[role for _, role, _ in entries],
                labels=[label for _, _, label in entries],
            )
        )
    return found


def _engauge(rows: Rows) -> list[Series]:
    blocks: list[Rows] = [[]]
    for entry in rows:
        if entry[1]:
            blocks[-1].append(entry)
        elif blocks[-1]:
            blocks.append([])
    found = []
    for block in filter(None, blocks):
        (line, header), body = block[0], block[1:]
        if not _is_engauge(header):
            raise DigitizeError(
                f"line {line}: a block of an Engauge table begins with x and a curve."
            )
        x, columns = _Column("x"), [_Column(shown(name)) for name in header[1:]]
        points: list[list] = [[] for _ in columns]
        for line, row in body:
            if len(row) > len(header):
                raise DigitizeError(
                    f"line {line} has {len(row)} cells; its header has {len(header)}."
                )
            at = x.read(row[0], line)
            for i, cell in enumerate(row[1:]):
                if cell:
                    points[i].append((at, columns[i].read(cell, line)))
        found += [
            _series(name, points[i], (bool(x.date), bool(columns[i].date)))
            for i, name in enumerate(header[1:])
        ]
    return found


def _is_engauge(header: list[str]) -> bool:
    return len(header) > 1 and header[0].lstrip("# ").lower() == "x" and all(header[1:])


def _is_wpd(rows: Rows) -> bool:
    kinds = [cell.lower() for cell in rows[1][1]] if len(rows) > 1 else []
    pairs = list(zip(kinds[::2], kinds[1::2], strict=False))
    return bool(pairs) and len(kinds) % 2 == 0 and all(pair in _WPD for pair in pairs)


def read_table(data: bytes) -> Project:
    """Return the project of a CSV table: series of values without axes and pixels.

    Raises:
        DigitizeError: If the layout is none of the known ones, or a cell is no number.
    """
    rows = _rows(decoded(data))
    while rows and not rows[0][1]:
        rows.pop(0)
    if not rows:
        raise DigitizeError("holds no table.")
    header = rows[0][1]
    reader: Callable[[Rows], list[Series]]
    if {"series", "x", "y"} <= {cell.lower() for cell in header}:
        name, reader = "long table", _long
    elif _is_wpd(rows):
        name, reader = "WebPlotDigitizer table", _wpd
    elif _is_engauge(header):
        name, reader = "Engauge table", _engauge
    else:
        raise DigitizeError(
            f"begins with {shown(','.join(header))}, which is no known table: WebPlotDigitizer's"
            " export has a second row X,Y; Engauge's begins with x; a long one with series,x,y."
        )
    return Project(name, (), tuple(reader(rows)))
