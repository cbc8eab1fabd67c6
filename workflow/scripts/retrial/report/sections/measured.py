"""What was measured and never reported, and what the paper states of its design."""

from __future__ import annotations

from retrial.report.html import escape, fold, heading, join, paragraph, quotation
from retrial.report.load import Results
from retrial.report.phrases import short_arm
from retrial.report.risk_of_bias import unreported
from retrial.report.tables import Column, render_table
from retrial.report.words import count_of, listing, missing
from retrial.study.outcomes import Outcome

LEVELS = {"primary": "Primary", "secondary": "Secondary", "other": ""}
NO_RESULT = "No result"
ONLY_A_FIGURE = "Only in a figure"
ONLY_BEFORE = "None: numbers from before treatment alone"


def announced(results: Results) -> str:
    """Return the outcomes without a printed result, and the end points wherever they are given."""
    never = unreported(results.study)
    before = [o for o in results.study.outcomes if o.source and _only_before(results, o)]
    only_figure = [o for o in results.study.outcomes if o.reported == "figure"]
    end_points = [o for o in results.study.outcomes if o.level != "other"]
    shown = list({o.id: o for o in (*never, *before, *only_figure, *end_points)}.values())
    if not shown:
        return ""
    lines = [
        {
            "outcome": outcome.label,
            "level": LEVELS[outcome.level],
            "result": ONLY_BEFORE if outcome in before else _result(results, outcome),
            "numbers": _numbers(results, outcome),
            "quote": quotation(outcome.quote, outcome.source),
        }
        for outcome in shown
    ]
    columns = [
        Column("outcome", "Outcome"),
        Column("level", "End point"),
        Column("result", "Result after treatment began"),
        Column("numbers", "Numbers printed"),
        Column("quote", "Where the paper announces it", "html"),
    ]
    table = render_table(
        lines, columns, anchor="t-announced", caption="Outcomes and where they are reported"
    )
    return join([heading("Measured, and where it is reported", 3), _sentence(never, before), table])


def _only_before(results: Results, outcome: Outcome) -> bool:
    """Return whether all that is printed of an outcome is from before treatment began."""
    rows = results.reported
    rows = rows[rows["outcome"].eq(outcome.id) & rows["statistic"].ne("p")]
    drawn = any(p.outcome == outcome.id for f in results.figures for p in f.panels)
    return not drawn and len(rows) > 0 and rows["visit"].eq(results.study.visits[0]).all()


def _sentence(never: list[Outcome], before: list[Outcome]) -> str:
    """Return how many outcomes are never reported, and which of them are primary."""
    if not never:
        if before:
            names = listing(escape(o.label) for o in before)
            return paragraph(
                f"Of {names}, the paper prints numbers from before treatment and no result."
            )
        return paragraph("Each outcome that the paper announces has a result in print or a figure.")
    which = "it" if len(never) == 1 else "any of them"
    told = f"The paper says that it measured {count_of(len(never), 'outcome')} and gives no "
    told += f"result of {which}."
    primary = [escape(o.label) for o in never if o.level == "primary"]
    if primary:
        verb = "belongs" if len(primary) == 1 else "belong"
        told += f" Of these, {listing(primary)} {verb} to the primary end point."
    return paragraph(f"<strong>{told}</strong>")


def _result(results: Results, outcome: Outcome) -> str:
    """Return where an outcome's result is: nowhere, in which figure, or in numbers."""
    if outcome.reported == "no":
        return NO_RESULT
    figures = [f for f in results.figures if any(p.outcome == outcome.id for p in f.panels)]
    if outcome.reported == "figure":
        named = listing(
            f.source + (" (not digitized)" if f.status == "pending" else "") for f in figures
        )
        return f"{ONLY_A_FIGURE}: {named}"
    return "In numbers"


def _numbers(results: Results, outcome: Outcome) -> str:
    """Return at which visits a mean or count is printed, arm by arm: `Group I: months 0, 6`."""
    rows = results.reported
    rows = rows[
        (rows["outcome"] == outcome.id) & ~rows["digitized"] & rows["statistic"].ne("p")
    ].dropna(subset=["visit"])
    found, study = [], results.study
    for arm, group in rows.groupby("arm", sort=False, dropna=False):
        visits = sorted(group["visit"].unique())
        unit = study.visit_unit if len(visits) > 1 else study.visit_word
        whose = "all" if missing(arm) else short_arm(results, arm)
        found.append(f"{whose}: {unit} {', '.join(f'{visit:g}' for visit in visits)}")
    return "; ".join(found) or "none"


def design(results: Results) -> str:
    """Return the facts of the design with their place and quote, folded."""
    lines = [
        {
            "label": fact.label,
            "printed": fact.printed,
            "quote": quotation(fact.quote, fact.source),
        }
        for fact in results.study.design
    ]
    columns = [
        Column("label", "What"),
        Column("printed", "Stated"),
        Column("quote", "The paper's words", "html"),
    ]
    table = render_table(
        lines, columns, anchor="t-design", caption="Design as stated", kind="quotes"
    )
    return fold(f"Design and measurement, as stated ({len(lines)})", table) if lines else ""
