"""Read a typed CSV file row by row, each with its line; nothing is guessed about a broken row."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from retrial.study.typed import BrokenCsvError, records
from retrial.tables import OPTIONAL_INPUT
from retrial.validation.problem import Problem, nearest, shown
from retrial.validation.text import read_text

DECIMALS = frozenset("value error error_low error_high spread spread_low spread_high".split())
# What Python says of a broken quotation, in plain words.
QUOTES = {
    "unexpected end of data": "a double quote that is never closed",
    "expected after": "more text after a double quote that closes",
}


@dataclass
class Row:
    """One row: text as typed. A column in `bad` has been reported already and reads as unknown."""

    line: int
    cells: dict[str, str]
    bad: set[str] = field(default_factory=set)

    def text(self, column: str) -> str:
        """Return a cell's text; empty when there is none or it is known to be wrong."""
        return "" if column in self.bad else self.cells.get(column, "")

    def number(self, column: str) -> float | None:
        """Return a cell's number; None when there is none."""
        try:
            number = float(self.text(column))
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    def blank(self, column: str) -> bool:
        """Return whether a cell is truly empty (and not merely unreadable)."""
        return column not in self.bad and not self.cells.get(column, "")

    @property
    def name(self) -> str:
        """The row's identifier, whatever it looks like."""
        return self.cells.get("row_id") or self.cells.get("id") or self.cells.get("quantity") or ""


@dataclass
class Sheet:
    """A CSV file: its rows, and whether every row could be read."""

    name: str
    rows: list[Row]
    complete: bool = True

    def problem(self, row: Row, column: str, allowed: str, value: object | None = None) -> Problem:
        """Return a problem of one cell."""
        found = row.cells.get(column, "") if value is None else value
        return Problem(self.name, shown(row.name), row.line, column, shown(found), allowed)


def read_sheet(
    path: Path, name: str, columns: list[str], expected: Iterable[str] = ()
) -> tuple[Sheet | None, list[Problem]]:
    """Return a CSV file as a Sheet, or None when it has no usable header, with its problems."""
    text, problems = read_text(path, name, expected)
    if text is None:
        return None, problems
    records, broken = _records(text, name)
    if not records:
        return None, broken or [Problem(name, line=1, allowed="a header line")]
    header_line, header = records[0]
    wrong = _header_problems(name, header_line, header, columns)
    if not set(header) & set(columns):
        return None, wrong + broken
    sheet = Sheet(name, [], complete=not broken and not wrong)
    problems = wrong + broken
    optional = OPTIONAL_INPUT.get(name, ())
    absent = {column for column in columns if column not in header and column not in optional}
    for line, fields in records[1:]:
        row = Row(line, {}, set(absent))
        if len(fields) != len(header):
            sheet.complete = False
            row.bad = set(columns)
            row.cells = dict(zip(header, fields, strict=False))
            problems.append(
                Problem(
                    name,
                    shown(row.name),
                    line,
                    value="1 field" if len(fields) == 1 else f"{len(fields)} fields",
                    allowed=f"{len(header)} fields, as in the header; text with a comma "
                    f"needs double quotes around it{_decimal_comma(header, fields)}",
                )
            )
        else:
            row.cells = {c: f for c, f in zip(header, fields, strict=True) if c in columns}
        sheet.rows.append(row)
    return sheet, problems


def _decimal_comma(header: list[str], fields: list[str]) -> str:
    """Return a hint at the first cell that a decimal comma may have split in two; else nothing."""
    if len(fields) <= len(header):
        return ""
    for column, whole, decimals in zip(header, fields, fields[1:], strict=False):
        halves = re.fullmatch(r"-?[0-9]+", whole) and re.fullmatch(r"[0-9]+", decimals)
        if column in DECIMALS and halves:
            return (
                f"; if {whole},{decimals} is one number with a decimal comma, write a point: "
                f"{whole}.{decimals}"
            )
    return ""


def _records(text: str, name: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Return the records with the line where each starts, up to the first that breaks CSV."""
    try:
        return records(text), []
    except BrokenCsvError as error:
        found = next((told for sign, told in QUOTES.items() if sign in str(error)), shown(error))
        rule = (
            'double quotes in pairs: one before a text and one after it, and "" for a quote within '
            "it; look in this line first"
        )
        return error.read, [Problem(name, line=error.line, value=found, allowed=rule)]


def _header_problems(name: str, line: int, header: list[str], columns: list[str]) -> list[Problem]:
    if not set(header) & set(columns):
        found = ",".join(header)
        hint = "commas between the columns, not semicolons: " if ";" in found else "the header "
        return [Problem(name, line=line, value=shown(found), allowed=hint + ",".join(columns))]
    problems = []
    absent = [column for column in columns if column not in header]
    for place, column in enumerate(header):
        if column in header[:place]:
            text = "each column once"
        elif column in columns:
            continue
        else:
            meant = nearest(column, absent)
            text = f"a known column; did you mean {meant}?" if meant else "no such column"
        shown_name = shown(column)
        problems.append(Problem(name, "", line, shown_name, shown_name, text))
    problems += [
        Problem(name, "", line, column, "", f'a column "{column}" in the header; it may be empty')
        for column in absent
        if column not in OPTIONAL_INPUT.get(name, ())
    ]
    return problems
