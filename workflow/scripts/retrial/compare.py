"""Compare the results of a run with frozen ones, value by value, each within its tolerance.

The other gate, whether the *paper* agrees with itself, is no business of this module: a fault of
the paper is a finding, and stays the same from run to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from retrial.tables import CHECK, FLAG_COLUMNS, TEXT_COLUMNS, read_table, table

# What tells the rows of a file apart; rows that share it are numbered in the order they stand in.
KEYS = {
    "reported.csv": ["row_id"],
    "audit.csv": ["check", "target", "outcome", "arm", "visit", "reading"],
    "summaries.csv": ["row_id", "reading"],
    "tests.csv": ["test_id"],
    "sensitivity.csv": [
        "analysis",
        "scenario",
        "claim_id",
        "outcome",
        "visit",
        "reading",
        "version",
        "rho",
    ],
    "multiverse.csv": [
        "claim_id",
        "outcome",
        "category",
        "visit",
        "reading",
        "version",
        "population",
        "comparator",
        "method",
        "rho",
    ],
    "claims.csv": ["claim_id"],
    "risk_of_bias.csv": ["domain"],
}

FAULTS = ("differs", "missing", "new")


@dataclass(frozen=True)
class Tolerance:
    """How far a number may be from the frozen one; exact where both are nought."""

    relative: float = 0.0
    absolute: float = 0.0

    def __str__(self) -> str:
        if self == EXACT:
            return "exact"
        return f"{self.relative:g} relative, {self.absolute:g} absolute"


EXACT = Tolerance()
FLOATS = Tolerance(1e-8, 1e-12)
P_VALUES = Tolerance(1e-6, 1e-12)

COUNTS = frozenset(
    "visit n n_1 n_2 total remaining value_decimals error_decimals specifications supporting "
    "fragility".split()
)
P_COLUMNS = frozenset("p p_low p_high p_holm p_bh".split())


def tolerance_of(column: str) -> Tolerance:
    """Return how closely a column must come out again."""
    if column in TEXT_COLUMNS or column in FLAG_COLUMNS or column in COUNTS:
        return EXACT
    return P_VALUES if column in P_COLUMNS else FLOATS


def read_result(path: Path | str) -> pd.DataFrame:
    """Read a result, CSV or Parquet, as the CSV of it would be read."""
    if Path(path).suffix == ".parquet":
        frame = pd.read_parquet(path)
        for column in frame.columns:
            if column in FLAG_COLUMNS:
                frame[column] = frame[column].astype("boolean")
            else:
                text = column in TEXT_COLUMNS
                frame[column] = frame[column].astype("string" if text else "float64")
        return frame
    return read_table(path)


def frozen_name(path: Path | str) -> str:
    """Return the name under which a result is frozen: always CSV, so that git shows changes."""
    return f"{Path(path).stem}.csv"


def _shown(column: pd.Series) -> pd.Series:
    """Return values as text: numbers in the fewest digits that tell them apart, empty for none."""
    if column.dtype == "float64":
        texts = [str(int(v)) if v == v and v.is_integer() else repr(v) for v in column]
        return pd.Series(texts, index=column.index, dtype="string").where(column.notna(), "")
    return column.astype("string").fillna("")


def _keyed(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the frame indexed by its key columns as one text, repeated keys numbered."""
    there = [k for k in keys if k in frame.columns]
    if there:
        name = _shown(frame[there[0]])
        for key in there[1:]:
            name = name.str.cat(_shown(frame[key]), sep=" | ")
    else:
        name = pd.Series("row", index=frame.index, dtype="string")
    place = name.groupby(name).cumcount()
    numbered = name.where(place == 0, name + " #" + (place + 1).astype("string"))
    return frame.set_axis(pd.Index(numbered, dtype="object"), axis=0)


def _same(expected: pd.Series, actual: pd.Series, tolerance: Tolerance) -> pd.Series:
    both_empty = expected.isna() & actual.isna()
    if expected.dtype == "float64" and tolerance != EXACT:
        allowed = tolerance.absolute + tolerance.relative * expected.abs()
        equal = ((expected - actual).abs() <= allowed) | (expected == actual)
    else:
        equal = (expected == actual).fillna(False)
    return both_empty | equal.astype(bool)


def _note(file: str, verdict: str, key: str = "", column: str = "", **values: str) -> dict:
    return {"file": file, "key": key, "column": column, "verdict": verdict, **values}


def compare_frames(file: str, expected: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Return one row a compared value, with the columns CHECK.

    Rows and columns that only one side has are `missing` (no longer there) or `new`.
    """
    keys = KEYS.get(file, [])
    old, new = _keyed(expected, keys), _keyed(actual, keys)
    notes = [
        *(_note(file, "missing", column=c) for c in old.columns if c not in new.columns),
        *(_note(file, "new", column=c) for c in new.columns if c not in old.columns),
        *(_note(file, "missing", key=k) for k in old.index.difference(new.index, sort=False)),
        *(_note(file, "new", key=k) for k in new.index.difference(old.index, sort=False)),
    ]
    shared = old.index[old.index.isin(new.index)]
    if list(shared) != list(new.index[new.index.isin(old.index)]):
        notes.append(_note(file, "differs", expected="order of rows", actual="another order"))
    parts = [table(notes, CHECK)] if notes else []
    for column in old.columns:
        if column in new.columns and column not in keys and len(shared):
            before, after = old.loc[shared, column], new.loc[shared, column]
            tolerance = tolerance_of(column)
            same = _same(before, after, tolerance)
            parts.append(
                pd.DataFrame(
                    {
                        "file": file,
                        "key": shared,
                        "column": column,
                        "expected": _shown(before).to_numpy(),
                        "actual": _shown(after).to_numpy(),
                        "tolerance": str(tolerance),
                        "verdict": same.map({True: "same", False: "differs"}).to_numpy(),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True) if parts else table([], CHECK)


def compare_results(expected: list[Path | str], actual: list[Path | str]) -> pd.DataFrame:
    """Return the comparison of frozen files with results, with the columns CHECK.

    A file that only one side has is one row: `missing` (frozen, but no longer made) or `new`
    (made, but never frozen).
    """
    old = {frozen_name(path): path for path in expected}
    new = {frozen_name(path): path for path in actual}
    parts = []
    for file in sorted(old.keys() | new.keys()):
        if file not in new:
            parts.append(table([_note(file, "missing")], CHECK))
        elif file not in old:
            parts.append(table([_note(file, "new")], CHECK))
        else:
            parts.append(compare_frames(file, read_result(old[file]), read_result(new[file])))
    return pd.concat([part for part in parts if not part.empty], ignore_index=True)


def read_check(path: Path | str) -> pd.DataFrame:
    """Read a `check.csv`: every column is text, because it quotes values of every kind."""
    return pd.read_csv(path, dtype="string", keep_default_na=False)


def _line(row: dict, width: int) -> str:
    place = " · ".join(part for part in (row["file"], row["key"], row["column"]) if part)
    if row["verdict"] != "differs":
        words = {"missing": "no longer there", "new": "new, never frozen"}[row["verdict"]]
        return f"  {place:<{width}}  {words}"
    tolerance = f"  ({row['tolerance']})" if row["tolerance"] else ""
    return f"  {place:<{width}}  expected {row['expected']}, found {row['actual']}{tolerance}"


def describe_drift(study: str, check: pd.DataFrame, most: int = 40) -> str:
    """Return what has drifted, one value a line; empty when nothing has."""
    check = check.astype("string").fillna("")
    if not check.empty and (check["verdict"] == "new").all() and (check["key"] == "").all():
        return (
            f"{study}: nothing has been frozen yet. Look at its report, then freeze it: "
            f"make freeze STUDY={study}"
        )
    drifted = check[check["verdict"].isin(FAULTS)].to_dict("records")
    if not drifted:
        return ""
    shown = drifted[:most]
    width = min(
        max(len(f"{r['file']} · {r['key']} · {r['column']}") for r in shown),
        90,
    )
    lines = [_line(row, width) for row in shown]
    if len(drifted) > most:
        lines.append(f"  and {len(drifted) - most} more in results/{study}/check.csv")
    files = len({row["file"] for row in drifted})
    head = f"{study}: {len(drifted)} drifted from what was frozen, in {files} file"
    return "\n".join([head + "s" * (files != 1) + ":", *lines])
