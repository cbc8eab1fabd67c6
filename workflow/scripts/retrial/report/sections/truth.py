"""What came back through a digitized figure, beside the truth: only for a study that knows it."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import escape, paragraph
from retrial.report.load import Results
from retrial.report.phrases import reading, short_arm
from retrial.report.pictures import picture
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    METHODS,
    count_of,
    interval,
    missing,
    months,
    number,
    p_value,
    percent,
    word,
)

GROUPS = {"mean": "Means", "sd": "SDs", "p": "p-values"}  # n is not digitized, the SEM is SD / √n


def compared(results: Results) -> pd.DataFrame:
    """Return the rows that the report shows, in the order of GROUPS."""
    rows = results.truth[results.truth["quantity"].isin(list(GROUPS))]
    order = rows["quantity"].map({name: place for place, name in enumerate(GROUPS)})
    return rows.loc[order.sort_values(kind="stable").index]


def introduction(results: Results) -> str:
    """Say in a sentence or two how close the digitized numbers came."""
    rows = compared(results)
    if rows.empty:
        return ""
    numbers, tests = rows[rows["quantity"] != "p"], rows[rows["quantity"] == "p"]
    worst = numbers["relative_difference"].abs().groupby(numbers["quantity"]).max()
    held = int(rows["inside"].astype(bool).sum())
    told = (
        "The patients behind this study's figure are known, so what came back through the figure "
        f"can be held against the truth: means within {percent(worst.get('mean'), 1)}, SDs within "
        f"{percent(worst.get('sd'), 1)}. {_verdicts(results, tests)} {held} of {len(rows)} "
        "intervals of 95 % for the error of the clicks hold the truth; about 95 in a hundred "
        "should, over many figures."
    )
    return paragraph(told)


def _verdicts(results: Results, tests: pd.DataFrame) -> str:
    if tests.empty:
        return ""
    levels = tests[["value", "truth"]] < results.alpha
    moved = int((levels["value"] != levels["truth"]).sum())
    side = f"the same side of {number(results.alpha, 2)} as the patients’ own"
    if not moved:
        return f"Every p-value ({len(tests)}, of tests at one or two visits) lies on {side}."
    return f"{count_of(moved, 'p-value')} of {len(tests)} did not come out on {side}."


def picture_of(results: Results) -> str:
    """Return the plot of recovered against true values."""
    caption = (
        "Each recovered number as a share of the truth (the line at 1), with its 95 % interval for "
        "the error of the clicks. Open diamonds: the interval misses the truth."
    )
    return picture(results, "truth", caption)


def row_words(results: Results, row: pd.Series) -> str:
    """Return what a row is about: `Beat the Blues, month 2` or `month 2, Welch t`."""
    parts = [] if missing(row["arm"]) else [short_arm(results, row["arm"])]
    parts.append(months(row["visit"], results.study.visit_unit))
    if row["quantity"] == "p":
        parts.append(word(row["method"], METHODS))
    return ", ".join(parts)


def numbers(results: Results) -> str:
    """Return the table of truth and recovered values."""
    lines = [
        {
            "group": GROUPS[row["quantity"]],
            "what": row_words(results, row),
            "reading": reading(row["reading"]),
            "truth": _shown(results, row, "truth"),
            "value": _shown(results, row, "value"),
            "interval": _interval(results, row),
            "difference": f"{number(100 * row['relative_difference'], 1)} %",
            "inside": "yes" if row["inside"] else "no",
        }
        for _, row in compared(results).iterrows()
    ]
    columns = [
        Column("what", "Of"),
        Column("reading", "Bars read as"),
        Column("truth", "Patients’ own", "number"),
        Column("value", "From the figure", "number"),
        Column("interval", "95 % interval (clicks)"),
        Column("difference", "Off by", "number"),
        Column("inside", "Contains the truth"),
    ]
    note = escape(
        "The interval is that of 2.5 to 97.5 % of the draws of other clicks; a printed number in a "
        "test is drawn from its rounding."
    )
    return render_table(
        lines,
        columns,
        anchor="t-truth",
        caption="Digitized numbers beside the truth",
        grouped_by="group",
        note=note,
    )


def _shown(results: Results, row: pd.Series, column: str) -> str:
    if row["quantity"] == "p":
        return p_value(row[column], results.alpha)
    return number(row[column], 2)


def _interval(results: Results, row: pd.Series) -> str:
    if row["quantity"] != "p":
        return interval(row["low"], row["high"], 2)
    low, high = (p_value(row[end], results.alpha) for end in ("low", "high"))
    return low if low == high else f"{low} to {high}"
