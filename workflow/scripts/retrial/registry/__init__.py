"""The tables of a run: each is declared once, in `stages/<stage>.toml`; the rest is derived.

Reading and writing (`retrial.tables`), what is frozen and compared, the workflow's targets and
outputs, the report's list of files and the data dictionary ask here.

A table has these keys in its stage's file:

    rows     what one row is: "check applied to a number"
    columns  a line for each column: name (with a * where it helps to name the row), type, what it
             contains, and its unit in brackets
    title    its name in Snakemake's own report; a table without one is not shown there
    group    the category that it has there ("Tables" when left out)
    format   csv (when left out) or parquet
    when     always (when left out); truth: only of studies that know the truth; request: only when
             asked for; across: over all studies; typed: a table that a person writes
    frozen   false for a table that is not kept for `make check`
    shown    false for a table that the report does not read
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Literal

import pandas as pd

from retrial.axes import OWN_AXES

# In the order in which a run makes their tables.
STAGES = (
    "typed collect audit reconstruct retest effects sensitivity multiverse judge truth meta compare"
).split()
FOLDER = "stages"
_LINE = re.compile(r"(\w+)(\*?) +(\w+)(?: +(.+?))?(?: \[(.+)\])?")


@dataclass(frozen=True)
class Tolerance:
    """How far a number may be from the frozen one; exact where both are zero."""

    relative: float = 0.0
    absolute: float = 0.0

    def __str__(self) -> str:
        if self == EXACT:
            return "exact"
        return f"{self.relative:g} relative, {self.absolute:g} absolute"

    def allows(self, expected: pd.Series, actual: pd.Series) -> pd.Series:
        """Return for each pair of numbers whether they agree; an infinite one only with itself."""
        allowed = self.absolute + self.relative * expected.abs()
        return (((expected - actual).abs() <= allowed) & (allowed < inf)) | (expected == actual)


EXACT = Tolerance()

# The types of columns, and how closely a value must come out again: the last bits of a float differ
# from one processor to another.
TYPES: Mapping[str, Tolerance] = {
    "text": EXACT,
    "flag": EXACT,
    "whole": Tolerance(1e-11, 0.0),
    "number": Tolerance(1e-8, 1e-12),
    "p": Tolerance(1e-6, 1e-12),
}


@dataclass(frozen=True)
class Column:
    """One column: what it contains (a type of `TYPES`, in words, its unit); whether it is a key."""

    name: str
    type: str
    key: bool = False
    about: str = ""
    unit: str = ""

    @property
    def tolerance(self) -> Tolerance:
        """How closely a value must come out again."""
        return TYPES[self.type]


@dataclass(frozen=True)
class Table:
    """One table: the stage that makes it, its columns in their order, and where it is used."""

    name: str
    stage: str
    rows: str
    columns: tuple[Column, ...]
    title: str = ""
    group: str = "Tables"
    format: Literal["csv", "parquet"] = "csv"
    when: Literal["always", "truth", "request", "across", "typed"] = "always"
    frozen: bool = True
    shown: bool = True

    @property
    def file(self) -> str:
        """The name of its file in a results folder."""
        return f"{self.name}.{self.format}"

    @property
    def frozen_file(self) -> str:
        """The name of its frozen copy: always CSV, so that git shows changes."""
        return f"{self.name}.csv"

    @property
    def names(self) -> list[str]:
        """The names of the columns, in their order."""
        return [column.name for column in self.columns]

    @property
    def keys(self) -> list[str]:
        """The columns that together name a row."""
        return [column.name for column in self.columns if column.key]

    def column(self, name: str) -> Column:
        """Return a column; one that the table does not declare holds text."""
        return next((c for c in self.columns if c.name == name), Column(name, "text"))

    def typed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame of text or of values with each column of the type that it declares."""
        types = {"text": "string", "flag": "boolean"}
        found = {}
        for name in frame.columns:
            kind, values = self.column(name).type, frame[name]
            if kind == "flag" and values.dtype == "string":
                values = values.map({"True": True, "False": False})
            found[name] = values.astype(types.get(kind, "float64"))
        return pd.DataFrame(found, index=frame.index)


def columns_in(table: str, text: str) -> tuple[Column, ...]:
    """Return the columns that a text declares, one a line.

    Raises:
        ValueError: If there is none, or a line is no column; it names the table and the line.
    """
    found = []
    for line in text.strip().splitlines():
        parts = _LINE.fullmatch(line.rstrip())
        if not parts or parts[3] not in TYPES:
            raise ValueError(f"table {table}: not a column: {line!r}")
        found.append(Column(parts[1], parts[3], bool(parts[2]), parts[4] or "", parts[5] or ""))
    if not found:
        raise ValueError(f"table {table}: no columns")
    return tuple(found)


def _with_own_axes(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns of the multiverse with the axes of one's own after the others."""
    last = max(place for place, column in enumerate(columns) if column.key) + 1
    own = [Column(axis.name, "text", True, "your own axis: its choice") for axis in OWN_AXES]
    return (*columns[:last], *own, *columns[last:])


def declared() -> dict[str, Table]:
    """Return the tables by name, in the order in which a run makes them."""
    found = {}
    for stage in STAGES:
        text = (Path(__file__).parent / FOLDER / f"{stage}.toml").read_text("utf-8")
        for name, keys in tomllib.loads(text).items():
            columns = columns_in(name, keys.pop("columns"))
            if name == "multiverse":
                columns = _with_own_axes(columns)
            found[name] = Table(name, stage, columns=columns, **keys)
    return found


TABLES: Mapping[str, Table] = declared()


def table_named(path: Path | str) -> Table:
    """Return the table whose name a file has; KeyError when none is declared."""
    name = Path(path).stem
    if name not in TABLES:
        raise KeyError(f"{Path(path).name}: no table of this name is declared in retrial/registry")
    return TABLES[name]


def columns_of(name: str) -> list[str]:
    """Return the names of a table's columns, in their order."""
    return TABLES[name].names


def of_study(truth: bool = True) -> list[Table]:
    """Return the tables that a run makes of one study; `truth`: of one that knows the truth."""
    when = ("always", "truth") if truth else ("always",)
    return [table for table in TABLES.values() if table.when in when]
