"""What the numbers that stand only in a figure can have been: bounds, not data."""

from __future__ import annotations

from math import isinf

import pandas as pd

from retrial.report.html import escape, fold, heading, join, paragraph
from retrial.report.load import Results
from retrial.report.phrases import in_words, reading
from retrial.report.pictures import picture
from retrial.report.tables import Column, render_table
from retrial.report.words import count_of, listing, missing, number, p_value, text
from retrial.stages.sensitivity.identified_words import EXCLUDED, HOLDS, end_of

ANALYSIS = "partial_identification"


def bounded(results: Results) -> str:
    """Return the bounds of every effect that is only in a figure, in a plot and a table."""
    rows = results.analysis(ANALYSIS)
    if rows.empty:
        return ""
    rows = rows.assign(holds=rows["detail"].map(_holds))
    columns = [
        Column("visits", results.study.visit_word.capitalize()),
        Column("effect", "The effect lies", "html"),
        *([Column("sensible", "By physiology", "html")] if _physiology(rows) else []),
        Column("p", "p lies", "html"),
        Column("needed", "The printed p needs", "html"),
        Column("holds", "The claim"),
    ]
    table = render_table(
        _lines(results, rows),
        columns,
        anchor="t-identified",
        caption="Bounds of the effects that stand only in figures: bounds, not data",
        grouped_by="claim",
        kind="wide",
        note="Bounds, not data. Effect: treated minus control, or the change from the earlier "
        "visit. p: over every assumption on the SDs and every test. Needed: with SDs as at "
        "baseline where none is printed (a change: at the correlation kindest to it)."
        + _sources(results, rows),
    )
    caption = (
        "Bounds, not data. Bars: every difference that the printed numbers, the paper's sentences "
        "and the outcome's limits leave possible; arrow heads: the bar goes on. Points: the least "
        "difference that the printed p needs."
    )
    return join(
        [
            heading("What the figures can show at most: bounds, not data", 3),
            paragraph(_say(results, rows), "finding"),
            picture(results, "identified", caption),
            table,
            _sentences(results, rows),
        ]
    )


def _sources(results: Results, rows: pd.DataFrame) -> str:
    """Return what the limits by physiology are, with their sources."""
    if not _physiology(rows):
        return ""
    told = []
    for outcome in results.study.outcomes:
        bounds = outcome.physiological_bounds
        if bounds is not None and rows["outcome"].eq(outcome.id).any():
            told.append(f"{escape(outcome.label)} ({escape(bounds.source)})")
    return f" By physiology: within limits of the means with a source: {'; '.join(told)}."


def _holds(detail: str) -> str:
    if EXCLUDED in detail:
        return "excluded"
    return next((code for code, words in HOLDS.items() if words in detail), "can")


def _say(results: Results, rows: pd.DataFrame) -> str:
    """Say in a sentence or two how much the bounds decide."""
    claims = rows["claim_id"].nunique()
    told = [
        f"These are bounds, not data: what the printed numbers, the paper’s sentences about its "
        f"curves and the limits of each outcome leave possible for {count_of(claims, 'claim')}."
    ]
    for code, words in (
        ("cannot", "cannot hold"),
        ("must", "must hold"),
        ("excluded", "meets sentences and numbers that exclude each other"),
    ):
        found = rows[rows["holds"] == code]
        for claim, part in found.groupby("claim_id", sort=False):
            names = [reading(r) for r in dict.fromkeys(part["reading"].dropna())]
            read = f" where bars are read as {listing(names, 'or')}" if names else ""
            months = listing(f"{v:g}" for v in dict.fromkeys(part["visit"]))
            statement = escape(results.statements.get(claim, text(claim)))
            by = (
                ", by a two-sample t test"
                if _between(results, claim) and code != "excluded"
                else ""
            )
            when = f"{results.study.visit_word} {months}"
            told.append(f"“{statement}” {words} at {when}{read}{by}.")
    decided = rows.loc[rows["holds"] != "can", "claim_id"].nunique()
    if decided < claims:
        others = "the others" if decided else "all of them"
        told.append(f"Beyond that, they leave {others} open: they can hold, and need not.")
    open_ = [
        results.outcome(outcome)
        for outcome, part in rows.groupby("outcome", sort=False)
        if (part["ci_low"].map(isinf) & part["ci_high"].map(isinf)).all()
    ]
    if open_:
        told.append(f"Nothing limits the difference in {escape(listing(open_))}.")
    quoted = rows["detail"].str.contains("printed p of another claim was used").any()
    told.append(
        "The printed p of another claim was used where the details say so."
        if quoted
        else "No printed p-value was used."
    )
    return " ".join(told)


def _between(results: Results, claim: object) -> bool:
    return any(c.id == claim and c.form != "change" for c in results.claims)


def _lines(results: Results, rows: pd.DataFrame) -> list[dict]:
    """Return one line for each claim and run of visits with the same bounds."""
    lines = []
    for (claim, outcome), group in rows.groupby(["claim_id", "outcome"], sort=False):
        unit = results.units.get(text(outcome), "")
        runs: list[tuple[tuple, list[pd.DataFrame]]] = []
        for _, at in group.groupby("visit", sort=False):
            key = (_effect(at, unit), _sensible(at, unit), _p(results, at), _status(at))
            if runs and runs[-1][0] == key:
                runs[-1][1].append(at)
            else:
                runs.append((key, [at]))
        for (effect, sensible, p, status), parts in runs:
            visits = [part["visit"].iloc[0] for part in parts]
            lines.append(
                {
                    "claim": results.statements.get(claim, text(claim)),
                    "visits": f"{visits[0]:g}"
                    if len(visits) == 1
                    else f"{visits[0]:g} to {visits[-1]:g}",
                    "effect": effect,
                    "sensible": sensible,
                    "p": p,
                    "needed": _needed(pd.concat(parts), unit),
                    "holds": status,
                }
            )
    return lines


def _effect(rows: pd.DataFrame, unit: str) -> str:
    low, high = rows["ci_low"].min(), rows["ci_high"].max()
    if missing(low):
        return "nowhere"
    if isinf(low) and isinf(high):
        return "anywhere"
    return f"{between(low, high)} {escape(unit)}".rstrip()


def _physiology(rows: pd.DataFrame) -> bool:
    return bool(rows[["physiological_low", "physiological_high"]].notna().any(axis=None))


def _sensible(rows: pd.DataFrame, unit: str) -> str:
    """Return the bounds by the limits that a source gives for patients, if there are any."""
    low, high = rows["physiological_low"].min(), rows["physiological_high"].max()
    if missing(low) or (isinf(low) and isinf(high)):
        return ""
    return f"{between(low, high)} {escape(unit)}".rstrip()


def between(low: float, high: float) -> str:
    """Return two bounds, of which at most one is infinite, in words."""
    first, last = (
        "" if isinf(end) else end_of(end, upper=upper).replace("-", "−")
        for end, upper in ((low, False), (high, True))
    )
    if not last:
        return f"at or above {first}"
    return f"from {first} to {last}" if first else f"at or below {last}"


def _p(results: Results, rows: pd.DataFrame) -> str:
    low, high = rows["p_low"].min(), rows["p_high"].max()
    if missing(low):
        return "nowhere"
    if low < 1e-4 and high > 0.9995:
        return "anywhere"
    return f"from {p_value(low, results.alpha)} to {p_value(high, results.alpha)}"


def _needed(rows: pd.DataFrame, unit: str) -> str:
    """Return the effect that the printed p needs, for each reading."""
    rows = rows[rows["scenario"].str.startswith("effect:as_baseline_sd") & rows["reading"].notna()]
    told = []
    for code, part in rows.groupby("reading", sort=False):
        values = sorted(part["threshold"].dropna().abs())
        if values:
            low, high = (number(end, digits=2) for end in (values[0], values[-1]))
            size = low if low == high else f"{low} to {high}"
            told.append(f"{reading(code)}: {size} {unit}".rstrip())
    return "<br>".join(escape(line) for line in told)


def _status(rows: pd.DataFrame) -> str:
    """Return whether the claim can hold, by reading where that matters."""
    words = {
        "cannot": "cannot hold",
        "must": "must hold",
        "can": "can hold, and need not",
        "excluded": "meets numbers and sentences that exclude each other",
    }
    named = rows[rows["reading"].notna()]
    by_reading: dict[str, list[str]] = {}
    for code, part in (named if len(named) else rows).groupby("reading", dropna=False, sort=False):
        found = set(part["holds"])
        if len(found) == 1:
            status = words[found.pop()]
        else:
            other = next(code for code in ("excluded", "cannot", "must") if code in found)
            status = f"{words[other]} with some SDs"
        by_reading.setdefault(status, []).append("" if missing(code) else reading(code))
    if len(by_reading) == 1:
        return next(iter(by_reading))
    return "; ".join(
        f"{status}, read as {listing(names, 'or')}" for status, names in by_reading.items()
    )


def _sentences(results: Results, rows: pd.DataFrame) -> str:
    """Return the sentences that were used and the reasoning at one visit of each claim, folded."""
    one = rows.drop_duplicates(["claim_id", "outcome", "ci_low", "ci_high", "reading", "holds"])
    lines = [
        {
            "claim": results.statements.get(row["claim_id"], text(row["claim_id"])),
            "month": f"{row['visit']:g}",
            "detail": in_words(results, row["detail"]),
        }
        for _, row in one.iterrows()
    ]
    table = render_table(
        lines,
        [
            Column("month", results.study.visit_word.capitalize()),
            Column("detail", "In words", "html"),
        ],
        anchor="t-identified-words",
        caption="The reasoning behind the bounds",
        grouped_by="claim",
        kind="wide",
    )
    return fold("The reasoning, where the bounds differ", table)
