"""What a table's columns hold, and how closely their numbers must come out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import pandas as pd


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

# What a column holds, and how closely it must come out again: the last bits of a float differ from
# one processor to another.
KINDS: Mapping[str, Tolerance] = {
    "text": EXACT,
    "flag": EXACT,
    "whole": Tolerance(1e-11, 0.0),
    "number": Tolerance(1e-8, 1e-12),
    "p": Tolerance(1e-6, 1e-12),
}


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds (a key of `KINDS`), and whether it names the row."""

    name: str
    kind: str
    key: bool = False

    @property
    def tolerance(self) -> Tolerance:
        """How closely a value must come out again."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Table:
    """One table: its name (that of its file, without ending) and its columns in their order."""

    name: str
    columns: tuple[Column, ...]

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
            kind, values = self.column(name).kind, frame[name]
            if kind == "flag" and values.dtype == "string":
                values = values.map({"True": True, "False": False})
            found[name] = values.astype(types.get(kind, "float64"))
        return pd.DataFrame(found, index=frame.index)
