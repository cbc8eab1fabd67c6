"""How the correlation of one patient's visits decides the answers, in sentences."""

from __future__ import annotations

import pandas as pd

from retrial.report.load import Results
from retrial.report.phrases import reading
from retrial.report.sections.choices import level_of
from retrial.report.words import count_of, listing, number


def say_correlation(results: Results, rows: pd.DataFrame) -> str:
    """Say above which correlation the changes within an arm are significant."""
    told = []
    # A claim with a printed threshold is judged at that one, and so is where it turns.
    levels = {claim: level_of(results, claim) for claim in rows["claim_id"].unique()}
    rows = rows.assign(level=rows["claim_id"].map(levels))
    for code, group in rows.groupby("reading", sort=False):
        flips = group["threshold"].dropna().unique()
        name = reading(code)
        if len(flips):
            told.append(
                f"read as {name} only above a correlation of "
                f"{listing((number(f, 2) for f in flips), 'or')}"
            )
        elif (group["p"] < group["level"]).all():
            told.append(f"read as {name} at every correlation tried")
        else:
            told.append(f"read as {name} at none")
    versions = rows["version"].nunique()
    tail = " (one value for each printed version)" if versions > 1 else ""
    paired = results.tests.loc[results.tests["method"] == "paired_t", "assumptions"]
    if paired.fillna("").str.contains(r"\S as (?:SD|SEM|CI95)\b").any():
        tail += (
            "; where a reading is impossible at one of the two visits, a feasible one is "
            "substituted, as in the table of changes"
        )
    return (
        "Two values of one patient are correlated, and the paper does not say how much. The "
        "change "
        "is significant at "
        f"{listing((f'{level:g}' for level in sorted(set(levels.values()))), 'or')}"
        f"{' (as each claim prints)' if len(set(levels.values())) > 1 else ''}: "
        f"{'; '.join(told)}{tail}."
    )


def say_solved(results: Results, rows: pd.DataFrame) -> str:
    """Say which correlations the printed p-values of changes need."""
    possible = rows[rows["admissible"].fillna(False).astype(bool)]
    free = possible[(possible["ci_low"] <= -1) & (possible["ci_high"] >= 1)]
    none = possible[possible["ci_low"].isna()]
    told = (
        f"Of {count_of(len(possible), 'printed p', 'printed p')} of a change, each under a reading"
    )
    parts = [
        f"{len(free)} {'needs' if len(free) == 1 else 'need'} no particular correlation",
        f"{len(none)} cannot come from any",
    ]
    bound = possible[~possible.index.isin(free.index) & possible["ci_low"].notna()]
    spans = [
        f"{reading(row['reading'])} between {number(row['ci_low'], 2)} and "
        f"{number(row['ci_high'], 2)}"
        for _, row in bound.iterrows()
    ]
    more = f", and the others limit it: {'; '.join(spans)}" if spans else ""
    return f"{told}, {listing(parts)}{more}."


def say_repeated(results: Results, rows: pd.DataFrame) -> str:
    """Say how often the correlation turns the tests over several visits."""
    possible = rows[rows["admissible"].fillna(False).astype(bool)]
    turning = int(possible["threshold"].notna().sum())
    return (
        "As visits correlate more, a difference of the arms' levels is seen less well and a "
        "difference "
        f"of their changes better. The correlation turns {turning} of "
        f"{count_of(len(possible), 'answer')} of the repeated-measures ANOVA."
    )
