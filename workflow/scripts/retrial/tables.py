"""Reading and writing the tables of a run, and the columns of the files that a person types.

What a table contains is declared in `retrial.registry`. Results are CSV in UTF-8 with full float
precision, or Parquet, with a fixed column order and rows in a fixed order.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from retrial.files import whole
from retrial.registry import TABLES, columns_of, table_named

# Typed files, read as text: the printed decimals count.
REPORTED_INPUT = (
    "row_id outcome category arm visit statistic comparator value error error_low error_high "
    "error_label label_scope n unit source quote alternative_of version compares note"
).split()

COUNTS_INPUT = (
    "row_id outcome category arm visit count total remaining tally exhaustive total_row inferred "
    "source quote alternative_of version cumulative population note"
).split()

# Columns that a typed file may leave out of its header.
OPTIONAL_INPUT = {"reported.csv": ("category", "compares"), "counts.csv": ("population",)}

TRUTH_INPUT = "quantity outcome arm visit claim_id method value".split()

# The axes of the multiverse are its keys: with the claim, they tell its specifications apart.
AXES = tuple(key for key in TABLES["multiverse"].keys if key != "claim_id")


def read_table(path: Path | str, name: str | None = None) -> pd.DataFrame:
    """Read a table: text as `string`, yes/no columns as `boolean`, the rest as floats.

    Args:
        path: A CSV or Parquet file, named as its table unless `name` says which it is.
        name: The table's name, for a file of another name.
    """
    if Path(path).suffix == ".parquet":
        frame = pd.read_parquet(path)
    else:
        frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""])
    return (TABLES[name] if name else table_named(path)).typed(frame)


def write_table(frame: pd.DataFrame, path: Path | str) -> None:
    """Write `frame` with exactly the columns that the table of this name declares, in their order.

    Raises:
        KeyError: If no table of this name is declared, or a column is missing or unknown.
    """
    columns = table_named(path).names
    missing = [c for c in columns if c not in frame.columns]
    extra = [c for c in frame.columns if c not in columns]
    if missing or extra:
        raise KeyError(f"{Path(path).name}: columns missing {missing}, columns unknown {extra}")
    with whole(path) as part:
        if Path(path).suffix == ".parquet":
            frame[columns].to_parquet(part, index=False)
        else:
            frame[columns].to_csv(part, index=False, lineterminator="\n", encoding="utf-8")


def table(rows: list[dict], name: str) -> pd.DataFrame:
    """Return rows as a frame with exactly the columns of a table; absent cells are missing values.

    Raises:
        KeyError: If a row has a column that the table does not declare.
    """
    columns = columns_of(name)
    unknown = sorted({key for row in rows for key in row} - set(columns))
    if unknown:
        raise KeyError(f"{name}: unknown columns {unknown}")
    return pd.DataFrame(rows, columns=columns)
