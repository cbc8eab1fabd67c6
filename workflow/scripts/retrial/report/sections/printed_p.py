"""Printed p-values beside what the printed numbers allow."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import badge, escape, fold, join, paragraph, quotation
from retrial.report.load import Results
from retrial.report.phrases import event_name, in_words, short_arm
from retrial.report.tables import Column, render_table
from retrial.report.words import count_of, missing, months, p_value, plain, text

FIRST = ("impossible", "implausible", "pass", "not_applicable")


def compared(results: Results) -> pd.DataFrame:
    """Return the findings on printed p-values, the gravest first."""
    found = results.audit[results.audit["check"] == "printed_p"]
    return found.sort_values("verdict", key=lambda v: v.map(FIRST.index), kind="stable")


def foremost(results: Results) -> str:
    """Return the printed p-values that the printed numbers exclude; empty where there are none."""
    found = compared(results)
    bad = found[found["verdict"] == "impossible"]
    if bad.empty:
        return ""
    tested = int(found["verdict"].ne("not_applicable").sum())
    lines = "".join(
        f"<li><b>{escape(_about(results, row))}: {escape(_printed(results, row))}.</b> "
        f"{in_words(results, row['detail'])}. {_claims(results, row)}</li>"
        for _, row in bad.iterrows()
    )
    which = "p-value" if len(bad) == 1 else "p-values"
    return join(
        [
            paragraph(
                f"<strong>{len(bad)} of {count_of(tested, 'printed p-value')} that could be "
                f"compared cannot come from the printed numbers.</strong> No standard test gives "
                f"{'this' if len(bad) == 1 else 'these'} {which} from the printed means, error "
                "terms and n (or counts), under any reading of the error terms, any correlation of "
                "the visits and any rounding. This does not say which number is wrong."
            ),
            f'<ul class="key">{lines}</ul>',
        ]
    )


def table(results: Results) -> str:
    """Return every printed p with the range that the printed numbers allow, folded."""
    found = compared(results)
    if found.empty:
        return ""
    quotes = results.reported.set_index("row_id")["quote"]
    lines = [
        {
            "verdict": badge(row["verdict"]),
            "what": _about(results, row),
            "printed": _printed(results, row),
            "range": _range(results, row),
            "fits": plain(text(row["fits"])) or in_words(results, row["detail"]),
            "quote": quotation(quotes.get(row["target"], ""), row["source"]),
        }
        for _, row in found.iterrows()
    ]
    columns = [
        Column("verdict", "Result", "html"),
        Column("what", "What"),
        Column("printed", "Printed"),
        Column("range", "Printed numbers give"),
        Column("fits", "Tests that can give it, by reading", "html"),
        Column("quote", "The paper's words", "html"),
    ]
    note = (
        "The range is over every standard test, reading of the error terms, correlation of the "
        "visits and rounding. A p that fits one reading only is evidence for that reading."
    )
    shown = render_table(
        lines, columns, anchor="t-printed-p", caption="Printed p-values", note=note, kind="wide"
    )
    return fold(f"Printed p-values and what the printed numbers allow ({len(lines)})", shown)


def _row(results: Results, row: pd.Series) -> pd.Series:
    return results.reported[results.reported["row_id"] == row["target"]].iloc[0]


def _about(results: Results, row: pd.Series) -> str:
    """Return what a printed p is about: the outcome, the event, the arm and the visit."""
    printed = _row(results, row)
    category = text(printed["category"])
    parts = [
        results.outcome(row["outcome"]),
        event_name(results, category) if category else "",
        f"change in {short_arm(results, row['arm'])}" if text(row["arm"]) else "between the arms",
        "" if missing(row["visit"]) else months(row["visit"], results.study.visit_unit),
    ]
    return ", ".join(part for part in parts if part)


def _printed(results: Results, row: pd.Series) -> str:
    printed = _row(results, row)
    if printed["comparator"] == "ns":
        return "not significant"
    decimals = int(printed["value_decimals"])
    return f"p {text(printed['comparator'], '=')} {printed['value']:.{decimals}f}"


def _range(results: Results, row: pd.Series) -> str:
    if missing(row["p_low"]):
        return ""
    return " to ".join(p_value(row[end], results.alpha) for end in ("p_low", "p_high"))


def _claims(results: Results, row: pd.Series) -> str:
    ids = text(row["claims"]).split(";") if text(row["claims"]) else []
    said = [f"“{escape(results.statements[i])}”" for i in ids if i in results.statements]
    return f"It is the p of the claim {' and '.join(said)}." if said else ""
