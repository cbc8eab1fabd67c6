"""The sensitivity analyses: a plot and a sentence each."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import fold, heading, join, paragraph
from retrial.report.load import Results
from retrial.report.phrases import event_name, evidence_label, in_words, reading, version
from retrial.report.pictures import picture
from retrial.report.sections.changed_answers import say_dropouts, say_error_bars, say_nonresponders
from retrial.report.sections.correlations import say_correlation, say_repeated, say_solved
from retrial.report.sections.natural_history import say_control, say_derived, say_natural_remission
from retrial.report.tables import Column, render_table
from retrial.report.words import METHODS, count_of, missing, months, number, p_value, plain, text

ELSEWHERE = (
    "required_effect",
    "partial_identification",
)  # shown in the section on the conditions required


def introduction(results: Results) -> str:
    """Say what the analyses are for."""
    found = results.sensitivity[~results.sensitivity["analysis"].isin(ELSEWHERE)]
    if found.empty:
        return ""
    return paragraph(
        "A printed table does not report everything. Each analysis below changes one assumption "
        "at a time and shows what happens to the answer. They inform; no verdict depends on them."
    )


def analyses(results: Results) -> str:
    """Return one part for each analysis that has rows, in the order of the table."""
    present = [a for a in results.sensitivity["analysis"].dropna().unique() if a not in ELSEWHERE]
    order = [a for a in SHOWN if a in present] + [a for a in present if a not in SHOWN]
    return join(_part(results, name) for name in order)


def _part(results: Results, name: str) -> str:
    rows = results.analysis(name)
    title, say, plot, caption = SHOWN.get(name, (plain(name).capitalize(), None, name, ""))
    sentence = say(results, rows) if say else ""
    return join(
        [
            heading(title, 3),
            paragraph(sentence, "finding"),
            picture(results, plot, caption),
            _table(results, name, rows),
        ]
    )


def comparison(results: Results, row: pd.Series) -> str:
    """Return what a scenario compares: outcome or event, reading, version."""
    scenario = text(row["scenario"])
    label = results.outcome(row["outcome"])
    category = scenario.split(":", 1)[1] if ":" in scenario and "+" in scenario else ""
    category = category or text(row.get("category"))
    parts = [label + (f", {event_name(results, category)}" if category else "")]
    if not missing(row["visit"]):
        parts.append(months(row["visit"], results.study.visit_unit))
    if not missing(row["reading"]):
        parts.append(f"read as {reading(row['reading'])}")
    spoken = version(results, row["version"])
    return ", ".join(parts) + (f"; {spoken}" if spoken else "")


def _table(results: Results, name: str, rows: pd.DataFrame) -> str:
    """Return the scenarios of an analysis, folded."""
    if name == "correlation":
        # The curve and the table of tests show every correlation; here, where it flips.
        rows = rows.drop_duplicates(["claim_id", "outcome", "visit", "reading", "version"])
    lines = []
    for _, row in rows.iterrows():
        parts = text(row["scenario"]).split(":")
        event = text(row["category"])
        scenario = ": ".join(_step(results, part) for part in parts if part != event)
        line = {
            "claim": results.statements.get(row["claim_id"], "No single claim"),
            "what": comparison(results, row),
            "scenario": scenario,
            "p": p_value(row["p"], results.alpha) if not missing(row["p"]) else "",
            "detail": in_words(results, row["detail"]),
        }
        if name == "correlation":
            line["scenario"] = "every correlation tried"
            line["p"] = ""
            line["flip"] = number(row["threshold"], 2) if not missing(row["threshold"]) else "never"
        lines.append(line)
    columns = [
        Column("what", "What"),
        Column("scenario", "Scenario"),
        Column("flip", "Flips above", "number"),
        Column("p", "p", "number"),
        *([Column("detail", "In words", "html")] if name != "correlation" else []),
    ]
    table = render_table(
        lines,
        columns,
        anchor=f"t-{name.replace('_', '-')}",
        caption=f"Scenarios: {plain(name)}",
        grouped_by="claim",
        kind="wide scenarios",
    )
    return fold(f"{count_of(len(lines), 'row')} behind this", table)


def _step(results: Results, part: str) -> str:
    """Return one part of a scenario's code in words: a method, a row of evidence, an event."""
    if "+" in part:
        return event_name(results, part)
    return METHODS.get(part) or evidence_label(results, part)


def say_digitization(results: Results, rows: pd.DataFrame) -> str:
    """Say how many answers the error of reading a figure leaves unsure."""
    shares = rows["share_significant"].dropna()
    if shares.empty:
        return ""
    unsure = int(((shares > 0.05) & (shares < 0.95)).sum())
    return (
        f"Reading numbers off a figure adds error. It leaves "
        f"{count_of(unsure, 'answer')} of {len(shares)} unsure (significant in some, but not "
        "nearly "
        "all, of the draws)."
    )


# analysis: title, sentence, plot, caption
SHOWN = {
    "error_bars": (
        "What the error bars are",
        say_error_bars,
        "baseline",
        (
            "Differences at baseline with their intervals. Hollow and grey: no data can have "
            "this reading."
        ),
    ),
    "correlation": (
        "How the visits of one patient correlate",
        say_correlation,
        "correlation",
        "p for the change within an arm. Circles: where it crosses the dashed line.",
    ),
    "correlation_solved": (
        "Which correlation a printed p needs",
        say_solved,
        "",
        "",
    ),
    "repeated_measures": (
        "How the visits of one patient correlate: tests over several visits",
        say_repeated,
        "repeated",
        "p of the repeated-measures ANOVA over the correlation; dashed: the level.",
    ),
    "nonresponders": (
        "The non-responders",
        say_nonresponders,
        "nonresponders",
        "The comparisons whose answer changes, or all where none does. Grey lines: all values "
        "that the arithmetic allows.",
    ),
    "dropouts": (
        "The patients who left",
        say_dropouts,
        "dropouts",
        "The comparisons whose answer changes with the way that lost patients are counted, or "
        "all where none does.",
    ),
    "natural_remission": (
        "Natural remission",
        say_natural_remission,
        "natural_remission",
        ("Line and band: treated patients with their interval. Points: rates without the therapy."),
    ),
    "control_history": (
        "The control arm beside natural history",
        say_control,
        "",
        "",
    ),
    "derived": (
        "Outcomes derived from others",
        say_derived,
        "",
        "",
    ),
    "digitization": (
        "Error of reading a figure",
        say_digitization,
        "digitization",
        "",
    ),
}
