"""How the error terms are read: by their printed labels first, then what if a label is wrong."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import bullets, escape, join, paragraph
from retrial.report.load import Results
from retrial.report.phrases import in_words, reading, scope_name
from retrial.report.words import listing


def as_labelled(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the possible tests with each number read by its own printed label.

    Where a label is impossible for a claim's outcome, the possible tests under other readings.
    """
    if rows.empty:
        return rows
    possible = rows[rows["admissible"].fillna(False).astype(bool)]
    labelled = possible["labelled"].fillna(False).astype(bool) | possible["reading"].isna()
    keys = possible["claim_id"].astype(str) + "/" + possible["outcome"].astype(str)
    stated = labelled.groupby(keys).transform("any") if len(possible) else labelled
    return possible[labelled | ~stated]


def labels_first(results: Results) -> str:
    """Say of each table, passage or figure whether its label is possible, and what else is open."""
    known = results.summaries[results.summaries["label_scope"].notna()]
    told = []
    for scope, rows in known.groupby("label_scope", sort=False):
        stated = rows[rows["labelled"].astype(bool)]
        if stated.empty:
            continue
        name = escape(scope_name(results, str(scope)))
        label = escape(reading(stated["reading"].iloc[0]))
        possible = bool(stated["admissible"].astype(bool).all())
        words = f"{name}: labelled {label}, which is {'possible' if possible else 'impossible'}"
        opened = rows[rows["open"].astype(bool)].drop_duplicates("reading")
        if len(opened):
            why = listing(dict.fromkeys(in_words(results, r) for r in opened["because"]))
            names = escape(listing((reading(r) for r in opened["reading"]), "or"))
            words += f"; what if the label is wrong: {names}, because {why}"
        else:
            words += "; nothing gives a reason for another reading"
        told.append(f"{words}.")
    if not told:
        return ""
    first = (
        "Each number is read by its own printed label first: that is the paper’s own analysis. "
        "Another reading counts towards a verdict only where the audit, a figure or the printed "
        "p-values give a reason to doubt the label."
    )
    return join([paragraph(first), bullets(told)])
