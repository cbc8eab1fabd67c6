"""Check what study.yaml says of each outcome's results against the rows and figures there are."""

from __future__ import annotations

from collections.abc import Iterator

from retrial.validation.document import Document
from retrial.validation.names import is_number
from retrial.validation.problem import Problem
from retrial.validation.sheet import Row, Sheet

TABLES = "reported.csv or counts.csv"
A_FIGURE = "a figure of figures/figures.yaml with a panel of this outcome"


def check_reported(
    study: Document, reported: Sheet | None, counts: Sheet | None, figures: Document | None
) -> Iterator[Problem]:
    """Yield the outcomes whose `reported` the rows and figures of the folder contradict."""
    sheets = [sheet for sheet in (reported, counts) if sheet is not None and sheet.complete]
    if len(sheets) < 2 or figures is None or not isinstance(figures.get("figures"), list):
        return
    rows: dict[str, list[Row]] = {}
    for sheet in sheets:
        for row in sheet.rows:
            rows.setdefault(row.text("outcome"), []).append(row)
    drawn = {name for _, name in figures.find("figures", "*", "panels", "*", "outcome")}
    visits = study.get("visits")
    first = visits[0] if isinstance(visits, list) and visits and is_number(visits[0]) else None
    for path, outcome in study.find("outcomes", "*"):
        name = outcome.get("id") if isinstance(outcome, dict) else None
        if isinstance(name, str):
            told = _told(outcome.get("reported"), rows.get(name, []), name in drawn, first)
            if told and "reported" in outcome:
                yield study.problem((*path, "reported"), told)
            elif told:
                yield study.problem((*path, "id"), told)


def _told(stated: object, rows: list[Row], drawn: bool, first: float | None) -> str:
    """Return what would be right in place of `reported` (None: left out); nothing if it is."""
    stated = {True: "yes", False: "no"}[stated] if isinstance(stated, bool) else stated
    values = [row for row in rows if row.text("statistic") != "p"]
    later = next((row for row in values if row.number("visit") != first), None)
    if stated is None and not rows and not drawn:
        return (
            f"an outcome with a row in {TABLES} or a panel in figures/figures.yaml; or 'reported: "
            "no' with source and quote, if the paper announces it and gives no result"
        )
    if stated == "yes" and not values:
        return f"figure or no: {TABLES} has no number of it; or a row there"
    if stated in ("figure", "no") and later is not None:
        return f"yes: row '{later.name}' holds a result of it"
    if stated == "figure" and not drawn:
        return f"no; or {A_FIGURE}"
    if stated == "no" and drawn:
        return "figure: figures/figures.yaml has a panel of it"
    return ""
