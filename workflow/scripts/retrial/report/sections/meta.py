"""What a meta-analysis would take from this study, and how that depends on the error terms."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import escape, paragraph
from retrial.report.load import Results
from retrial.report.phrases import long_reading, reading, version, with_unit
from retrial.report.tables import Column, render_table
from retrial.report.words import READINGS, count_of, missing, months, number, percent
from retrial.stages.meta.across import is_effect, last_visits

COMPARISON = ["outcome", "visit", "version"]


def shown(results: Results) -> pd.DataFrame:
    """Return the effects of means that the report shows: of each outcome, of its last visit."""
    effects = results.effects
    return last_visits(effects[effects["category"].isna()])


def introduction(results: Results) -> str:
    """Say what a reading does to the weight and to the effect, and which visits are meant."""
    rows = shown(results)
    if rows.empty:
        return ""
    told = (
        "A meta-analysis weighs a trial by one over the variance of its effect, so it stands or "
        f"falls with how the error terms are read. {_consequence(rows)} {_refuted(rows)}"
    )
    if not is_effect(rows).any():
        told += (
            " Both arms are printed at baseline only. A difference there is no effect of the "
            "treatment, so a meta-analysis would pool none of these; they show what a reading does."
        )
    else:
        told += " Of each outcome the last visit is shown at which both arms have a mean."
    return paragraph(" ".join(told.split()))


def _consequence(rows: pd.DataFrame) -> str:
    """Return by which factors the reading as SEM, or else as 95 % CI, differs from that as SD."""
    for other in ("sem", "ci95"):
        read = rows[(rows["reading_1"] == other) & (rows["reading_2"] == other)]
        read = read[read["weight_md_ratio"].notna()]
        if read.empty:
            continue
        less = _times(1 / read["weight_md_ratio"])
        smaller = _times(1 / read["smd_ratio"])
        moved = (read["weight_smd_ratio"] - 1).abs().max()
        g = f" and make Hedges’ g {smaller} smaller" if smaller else ""
        g += f" (its weight moves by {percent(moved, 1)} at most)" if g else ""
        return (
            f"Read as a {escape(long_reading(other))} instead of a standard deviation, the same "
            f"printed error terms give the difference of means {less} less weight{g}."
        )
    return ""


def _times(factors: pd.Series) -> str:
    """Return `3.8 times` or `14.4 to 14.6 times`; empty where there is no factor."""
    known = factors.dropna()
    if known.empty:
        return ""
    low, high = (number(end, digits=3) for end in (known.min(), known.max()))
    return f"{low} times" if low == high else f"{low} to {high} times"


def _refuted(rows: pd.DataFrame) -> str:
    """Return in how many comparisons the reading that the paper states is impossible."""
    stated = rows[rows["labelled"].astype(bool)].drop_duplicates(COMPARISON)
    impossible = int((~stated["admissible"].astype(bool)).sum())
    if not impossible:
        return ""
    return (
        f"In {impossible} of {count_of(len(stated), 'comparison')} no data can have the reading "
        "that the paper states: taken at its word, it gives numbers that cannot be."
    )


def effects(results: Results) -> str:
    """Return the table of effects and weights, by outcome and reading."""
    lines = []
    for (outcome, visit, code), rows in shown(results).groupby(
        COMPARISON, dropna=False, sort=False
    ):
        decimals = results.decimals.get(outcome, 1)
        title = f"{with_unit(results, outcome)}, {months(visit, results.study.visit_unit)}"
        if not missing(code):
            title += f"; {version(results, code)}"
        for _, row in rows.iterrows():
            cells = {
                "md": number(row["md"], decimals),
                "md_se": number(row["md_se"]),
                "weight_md": number(row["weight_md"]),
                "weight_md_ratio": _ratio(row["weight_md_ratio"]),
                "smd": number(row["smd"], 2),
                "smd_ratio": _ratio(row["smd_ratio"]),
                "smd_se": number(row["smd_se"], 2),
                "weight_smd": number(row["weight_smd"]),
            }
            possible = bool(row["admissible"])
            line = {name: _struck(cell, possible) for name, cell in cells.items()}
            name = escape(_read_as(row))
            aside = "" if possible else '<span class="sr"> (reading not possible)</span>'
            lines.append(line | {"comparison": title, "reading": _struck(name, possible) + aside})
    columns = [
        Column("reading", "Error read as", "html"),
        *(
            Column(name, label, "figure", group="Difference of means")
            for name, label in (
                ("md", "Value"),
                ("md_se", "SE"),
                ("weight_md", "Weight"),
                ("weight_md_ratio", "v. SD"),
            )
        ),
        *(
            Column(name, label, "figure", group="Hedges g")
            for name, label in (
                ("smd", "Value"),
                ("smd_ratio", "v. SD"),
                ("smd_se", "SE"),
                ("weight_smd", "Weight"),
            )
        ),
    ]
    note = (
        "Treatment less control. Weight: one over the variance; that of a difference is in the "
        "outcome’s unit, so it compares within an outcome. v. SD: how many times the weight, or "
        "g, of the reading as SD. Risk and odds ratios of the counts are in effects.csv."
    )
    if (~shown(results)["admissible"].astype(bool)).any():
        note += " Struck out: no data can have this reading."
    return render_table(
        lines,
        columns,
        anchor="t-meta",
        caption="Effects and weights by reading of the error terms",
        grouped_by="comparison",
        note=note,
        kind="dense",
    )


def _read_as(row: pd.Series) -> str:
    """Return how the two arms were read, where one reading is impossible in one of them."""
    first, second = row["reading_1"], row["reading_2"]
    if first == second == row["reading"]:
        return reading(first)
    if first == second:
        return f"{reading(first)} ({READINGS[row['reading']]} impossible)"
    return f"{reading(first)} and {reading(second)}"


def _ratio(value: float) -> str:
    return "" if missing(value) else f"×{number(value, digits=2)}"


def _struck(html: str, possible: bool) -> str:
    return html if possible or not html else f'<span class="refuted">{html}</span>'
