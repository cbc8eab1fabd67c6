"""The CSV files that a person types, read as text, in one way for validation and for the stages."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from retrial.errors import UserError
from retrial.registry import TABLES


class BrokenCsvError(ValueError):
    """The text is no CSV from a line on; `read` has the records before it."""

    def __init__(self, reason: str, line: int, read: list[tuple[int, list[str]]]) -> None:
        super().__init__(reason)
        self.line = line
        self.read = read


def records(text: str) -> list[tuple[int, list[str]]]:
    """Return the records of a CSV text with the line where each starts; empty rows are left out.

    Raises:
        BrokenCsvError: Where a quotation is not closed, or goes on after its end.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found, line = [], 1
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                found.append((line, fields))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BrokenCsvError(str(error), line, found) from error
    return found


def read_printed(path: Path | str) -> pd.DataFrame:
    """Return a typed table as text, cell by cell as typed; empty cells are missing.

    Raises:
        OSError: If the file cannot be read.
        UserError: If it is no CSV, or its rows have not as many fields as its header.
    """
    try:
        found = records(Path(path).read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(f"{path}: text in UTF-8 expected; save it with that encoding.") from None
    except BrokenCsvError as error:
        raise UserError(f"{path}, line {error.line}: no CSV ({error}).") from None
    if not found:
        raise UserError(f"{path}: a header line expected.")
    header = found[0][1]
    uneven = next((line for line, fields in found if len(fields) != len(header)), None)
    if uneven is not None:
        raise UserError(f"{path}, line {uneven}: {len(header)} fields expected, as in the header.")
    cells = [[field or None for field in fields] for _, fields in found[1:]]
    return pd.DataFrame(cells, columns=header, dtype="string")


def read_evidence(path: Path | str) -> pd.DataFrame:
    """Return the typed table of outside evidence, with the columns of `evidence`."""
    return TABLES["evidence"].typed(read_printed(path))


def read_truth(path: Path | str) -> pd.DataFrame:
    """Return a study's typed truth, with the columns TRUTH_INPUT."""
    return TABLES["truth"].typed(read_printed(path))
