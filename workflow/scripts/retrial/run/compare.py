"""Compare the results of a run with frozen ones, value by value, each within its tolerance.

The other gate, whether the *paper* agrees with itself, is no business of this module: a fault of
the paper is a finding, and stays the same from run to run.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from retrial.registry import Column, table_named
from retrial.tables import read_table, table

FAULTS = ("differs", "missing", "new")


def _shown(column: pd.Series) -> pd.Series:
    """Return values as text: numbers in the fewest digits that tell them apart, empty for none."""
    if column.dtype == "float64":
        texts = [str(int(v)) if v == v and v.is_integer() else repr(v) for v in column]
        return pd.Series(texts, index=column.index, dtype="string").where(column.notna(), "")
    return column.astype("string").fillna("")


def _named(column: pd.Series) -> pd.Series:
    """Return key values as text; numbers in ten digits, so that a last bit makes no other row."""
    if column.dtype == "float64":
        texts = [f"{value:.10g}" for value in column]
        return pd.Series(texts, index=column.index, dtype="string").where(column.notna(), "")
    return _shown(column)


def _keyed(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return the frame indexed by its key columns as one text, repeated keys numbered."""
    there = [k for k in keys if k in frame.columns]
    if there:
        name = _named(frame[there[0]])
        for key in there[1:]:
            name = name.str.cat(_named(frame[key]), sep=" | ")
    else:
        name = pd.Series("row", index=frame.index, dtype="string")
    place = name.groupby(name).cumcount()
    numbered = name.where(place == 0, name + " #" + (place + 1).astype("string"))
    return frame.set_axis(pd.Index(numbered, dtype="object"), axis=0)


def _same(expected: pd.Series, actual: pd.Series, column: Column) -> pd.Series:
    both_empty = expected.isna() & actual.isna()
    if column.type in ("text", "flag"):
        equal = (expected == actual).fillna(False)
    else:
        equal = column.tolerance.allows(expected, actual)
    return both_empty | equal.astype(bool)


def _note(file: str, verdict: str, key: str = "", column: str = "", **values: str) -> dict:
    return {"file": file, "key": key, "column": column, "verdict": verdict, **values}


def compare_frames(file: str, expected: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Return the values of each row that has drifted, and a count of all, as rows of `check`.

    Rows and columns that only one side has are `missing` (no longer there) or `new`. The first row
    counts the values that were compared.
    """
    declared = table_named(file)
    keys = declared.keys
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
    compared = [c for c in old.columns if c in new.columns and c not in keys]
    old, new = old.loc[shared], new.loc[shared]
    same = {c: _same(old[c], new[c], declared.column(c)).to_numpy() for c in compared}
    counted = str(len(shared) * len(compared))
    parts = [table([_note(file, "same", expected=counted, actual=counted), *notes], "check")]
    drifted = ~np.logical_and.reduce(list(same.values())) if same else np.zeros(len(shared), bool)
    # What drifted is shown with the other values of its row: with how many decimals it was printed.
    for column in compared if drifted.any() else ():
        before, after = old.loc[drifted, column], new.loc[drifted, column]
        found = {
            "file": file,
            "key": shared[drifted],
            "column": column,
            "expected": _shown(before).to_numpy(),
            "actual": _shown(after).to_numpy(),
            "tolerance": str(declared.column(column).tolerance),
            "verdict": np.where(same[column][drifted], "same", "differs"),
        }
        parts.append(pd.DataFrame(found))
    return pd.concat(parts, ignore_index=True)


def compare_results(expected: list[Path | str], actual: list[Path | str]) -> pd.DataFrame:
    """Return the comparison of frozen files with results, with the columns of `check`.

    A file that only one side has is one row: `missing` (frozen, but no longer made) or `new`
    (made, but never frozen).
    """
    # By name alone: a frozen file may be of a table that is no longer declared.
    old = {f"{Path(path).stem}.csv": path for path in expected}
    new = {f"{Path(path).stem}.csv": path for path in actual}
    parts = []
    for file in sorted(old.keys() | new.keys()):
        if file not in new:
            parts.append(table([_note(file, "missing")], "check"))
        elif file not in old:
            parts.append(table([_note(file, "new")], "check"))
        else:
            parts.append(compare_frames(file, read_table(old[file]), read_table(new[file])))
    return pd.concat([part for part in parts if not part.empty], ignore_index=True)


def read_check(path: Path | str) -> pd.DataFrame:
    """Read a `check.csv`: every column is text, because it quotes values of every kind."""
    return pd.read_csv(path, dtype="string", keep_default_na=False)


TYPED = ("value", "error", "error_low", "error_high", "n", "total")


def _rounded(text: str) -> str:
    """Return a number in four significant digits; any other text as it is, "nothing" for none."""
    try:
        return f"{float(text):.4g}"
    except ValueError:
        return text or "nothing"


def _as_printed(check: pd.DataFrame) -> dict[tuple[str, str, str], int]:
    """Return how many decimals a typed number was printed with, by row, column and side."""
    rows = check[(check["file"] == "reported.csv") & check["column"].str.endswith("_decimals")]
    found = {}
    for row in rows.to_dict("records"):
        for side in ("expected", "actual"):
            if row[side].isdigit():
                found[row["key"], row["column"].removesuffix("_decimals"), side] = int(row[side])
    return found


def _typed(check: pd.DataFrame, drifted: pd.DataFrame) -> list[str]:
    decimals = _as_printed(check)

    def printed(row: dict, side: str) -> str:
        like = "value" if row["column"] == "value" else "error"
        places = decimals.get((row["key"], like, side))
        if row["column"] in ("n", "total") or places is None or not row[side]:
            return _rounded(row[side])
        return f"{float(row[side]):.{places}f}"

    lines = []
    for row in drifted[drifted["file"] == "reported.csv"].to_dict("records"):
        if row["verdict"] == "differs" and row["column"] in TYPED:
            change = f"{printed(row, 'expected')} -> {printed(row, 'actual')}"
            lines.append(f"Typed number changed: {row['key']} {row['column']} {change}")
        elif row["verdict"] != "differs" and row["key"]:
            what = "is new" if row["verdict"] == "new" else "is no longer there"
            lines.append(f"Typed number changed: {row['key']} {what}")
    return _cut(lines, "typed numbers") or ["Typed numbers: none changed"]


def _verdicts(drifted: pd.DataFrame) -> list[str]:
    lines = []
    for row in drifted[drifted["file"] == "claims.csv"].to_dict("records"):
        if row["verdict"] == "differs" and row["column"] == "verdict":
            change = f"{row['expected']} -> {row['actual']}".replace("_", " ")
            lines.append(f"Verdict changed: {row['key']} {change}")
        elif row["verdict"] != "differs" and row["key"]:
            what = "is a new claim" if row["verdict"] == "new" else "is no longer judged"
            lines.append(f"Verdict changed: {row['key']} {what}")
    return _cut(lines, "verdicts") or ["Verdicts: none changed"]


def _crossings(drifted: pd.DataFrame, alpha: float) -> list[str]:
    lines = []
    changed = drifted[(drifted["file"] == "tests.csv") & (drifted["column"] == "p")]
    for row in changed.to_dict("records"):
        try:
            before, after = float(row["expected"]), float(row["actual"])
        except ValueError:
            continue
        if (before < alpha) != (after < alpha):
            lines.append(f"p crossed {alpha:g}: {row['key']} {before:.4g} -> {after:.4g}")
    return _cut(lines, "p-values", most=6) or [f"p-values that crossed {alpha:g}: none"]


def _cut(lines: list[str], what: str, most: int = 12) -> list[str]:
    more = len(lines) - most
    return lines if more <= 0 else [*lines[:most], f"  and {more} more {what}"]


def _by_file(drifted: pd.DataFrame) -> list[str]:
    lines = []
    for file, rows in drifted.groupby("file", sort=True):
        whole = rows[(rows["key"] == "") & (rows["column"] == "")]
        told = {"missing": "no longer there", "new": "new, never frozen"}
        parts = [told.get(verdict, "rows in another order") for verdict in whole["verdict"]]
        for counted, part in (
            ("value", rows[(rows["verdict"] == "differs") & (rows["column"] != "")]),
            ("row", rows[(rows["verdict"] != "differs") & (rows["key"] != "")]),
            ("column", rows[(rows["verdict"] != "differs") & (rows["column"] != "")]),
        ):
            if len(part):
                what = "changed" if counted == "value" else "new or no longer there"
                parts.append(f"{len(part)} {counted}{'s' * (len(part) != 1)} {what}")
        lines.append(f"  {file}: {', '.join(parts)}")
    return lines


def describe_drift(study: str, check: pd.DataFrame, alpha: float = 0.05) -> str:
    """Return what has drifted, what matters most first; empty when nothing has.

    First the numbers that a person typed, then the verdicts, then the p-values that crossed
    `alpha`, then how much there is in each file. `check.csv` contains each of these values.
    """
    check = check.astype("string").fillna("")
    if not check.empty and (check["verdict"] == "new").all() and (check["key"] == "").all():
        return (
            f"{study}: nothing has been frozen yet. Look at its report, then freeze it: "
            f"make freeze STUDY={study}"
        )
    drifted = check[check["verdict"].isin(FAULTS)]
    if drifted.empty:
        return ""
    return "\n".join(
        [
            f"{study}: the results are not those that were frozen.",
            *_typed(check, drifted),
            *_verdicts(drifted),
            *_crossings(drifted, alpha),
            *_by_file(drifted),
            f"all in results/{study}/check.csv",
            f"If the change is meant: make freeze STUDY={study}",
        ]
    )
