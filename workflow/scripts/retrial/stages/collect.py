"""Collect what the paper prints: tables, text and digitized figures into one table of numbers.

Numbers are read as printed text first, because the printed decimals say how far each was rounded.
"""

from __future__ import annotations

import pandas as pd

from retrial.registry import TABLES, columns_of
from retrial.stages.interval_ends import with_interval_ends
from retrial.stats.bounds import decimals_of
from retrial.study.models import Study


def decimals(printed: pd.Series) -> pd.Series:
    """Return the decimals of each printed number; missing where nothing is printed."""
    return printed.map(decimals_of, na_action="ignore").astype("float64")


def printed_numbers(reported: pd.DataFrame) -> pd.DataFrame:
    """Return the typed `reported.csv` with numbers as numbers and their printed decimals."""
    numeric = ["visit", "value", "error", "error_low", "error_high", "n"]
    printed = reported.assign(
        **{column: reported[column].astype("float64") for column in numeric},
        value_decimals=decimals(reported["value"]),
        error_decimals=decimals(reported["error"]),
        inferred=False,
    )
    return with_interval_ends(printed, reported)


def printed_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the typed `counts.csv` in the form of `reported.csv`, one count a row."""
    yes = {"yes": True, "no": False}
    return counts.drop(columns="count").assign(
        statistic="count",
        value=counts["count"].astype("float64"),
        total=counts["total"].astype("float64"),
        n=counts["total"].astype("float64"),
        remaining=counts["remaining"].astype("float64"),
        visit=counts["visit"].astype("float64"),
        value_decimals=0.0,
        exhaustive=counts["exhaustive"].map(yes).astype("boolean"),
        inferred=counts["inferred"].map(yes),
        cumulative=counts["cumulative"].eq("yes").fillna(False).astype("boolean"),
        error_label="none",
    )


def collect(
    study: Study,
    reported: pd.DataFrame,
    counts: pd.DataFrame,
    digitized: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return every number of the study folder, one a row.

    `reported` and `counts` are the typed files (text, as printed), `digitized` the numbers of the
    figures with the columns of `reported`; so has the result. Printed means come first, then
    digitized ones, then counts: where a paper prints a number that its figure shows too, the
    printed one is the first that is found.
    """
    units = {outcome.id: outcome.unit for outcome in study.outcomes}
    typed = [printed_numbers(reported), printed_counts(counts)]
    parts = [part.assign(digitized=False) for part in typed]
    if digitized is not None and len(digitized):
        known = digitized.dropna(axis="columns", how="all")  # empty columns have no type to keep
        parts.insert(1, TABLES["reported"].typed(known))
    both = pd.concat(parts, ignore_index=True)
    both["unit"] = both["unit"].fillna(both["outcome"].map(units))
    return both.reindex(columns=columns_of("reported"))
