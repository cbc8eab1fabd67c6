"""What is not testable yet, and the conditions required for the claims to hold."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import bullets, escape, fold, heading, join, paragraph
from retrial.report.load import Results
from retrial.report.phrases import in_words, reading, version
from retrial.report.pictures import picture
from retrial.report.sections.identified import bounded
from retrial.report.tables import Column, render_table
from retrial.report.words import count_of, listing, missing, number, text

JOINT = ("equal_bars", "any_other_sd")


def _waiting(results: Results) -> list:
    """Return the claims that cannot be tested."""
    codes = results.verdicts.loc[
        (results.verdicts["verdict"] == "not_testable") & (results.verdicts["kind"] == "trial"),
        "claim_id",
    ]
    return [claim for claim in results.claims if claim.id in set(codes)]


def pending(results: Results) -> str:
    """Return the figures that nobody has read off yet, and the claims that wait for each."""
    figures = [figure for figure in results.figures if figure.status == "pending"]
    waiting = _waiting(results)
    if not figures and not waiting:
        return ""
    lines = []
    for figure in figures:
        outcomes = [panel.outcome for panel in figure.panels]
        claims = [c for c in waiting if any(t.outcome in outcomes for t in c.targets)]
        lines.append(
            {
                "figure": escape(figure.source)
                + f'<span class="sub">{escape(figure.title)}</span>',
                "reason": figure.reason,
                "claims": bullets((escape(c.statement) for c in claims), "plain") or "none",
            }
        )
    columns = [
        Column("figure", "Figure", "html"),
        Column("reason", "Why it is not here"),
        Column("claims", "Claims that it would settle", "html"),
    ]
    table = render_table(lines, columns, anchor="t-pending", caption="Pending figures", kind="wide")
    settled = [
        c
        for c in waiting
        if any(t.outcome in [p.outcome for f in figures for p in f.panels] for t in c.targets)
    ]
    others = [c for c in waiting if c not in settled]
    sentence = f"{count_of(len(waiting), 'claim')} of the trial cannot be tested from print."
    if figures:
        number_of = count_of(len(figures), "figure")
        sentence += f" Reading the numbers off {number_of} would settle {len(settled)}."
    notes = [f"<b>{escape(c.statement)}</b>: {escape(c.note)}" for c in others if c.note]
    return join([paragraph(sentence), table, bullets(notes)])


def must_be_true(results: Results) -> str:
    """Return what the claims that cannot be tested would need, and what can have been."""
    return join([_needed(results), bounded(results)])


def _needed(results: Results) -> str:
    """Return the differences and means that the claims would need."""
    rows = results.analysis("required_effect")
    rows = rows[rows["threshold"].notna()]
    if rows.empty:
        return ""
    lines = []
    keys = ["claim_id", "outcome", "reading", "version"]
    plain_rows = rows[~rows["scenario"].isin(JOINT)]
    for (claim, outcome, code, version_code), group in plain_rows.groupby(
        keys, dropna=False, sort=False
    ):
        in_sd = group["scenario"].str.contains("sd_units").any()
        unit = "SD" if in_sd else results.units.get(text(outcome), "")
        each = group[~group["scenario"].str.startswith("repeated")]
        over = group[group["scenario"].str.startswith("repeated")]
        lines.append(
            {
                "claim": results.statements.get(claim, text(claim)),
                "reading": (reading(code) if not missing(code) else "none printed")
                + (f"; {version(results, version_code)}" if not missing(version_code) else ""),
                "each": _span(each["estimate"].abs(), unit),
                "over": _span(over["estimate"].abs(), unit),
            }
        )
    columns = [
        Column("reading", "Spread taken from the baseline, read as"),
        Column("each", "At one visit", "figure"),
        Column("over", "On average over all visits", "figure"),
    ]
    note = (
        "For a claim of a difference: the smallest difference that gives the printed p. For a "
        "claim of no "
        "difference: the largest that would still be “not significant”. Ranges: over the "
        "visits, and over "
        "correlations between visits. Where the paper prints no spread at all, in standard "
        "deviations."
    )
    table = render_table(
        lines,
        columns,
        anchor="t-required",
        caption="The difference that each claim needs",
        grouped_by="claim",
        note=note,
    )
    return join([heading("What must be true for them to hold", 3), _joint(results, rows), table])


def _joint(results: Results, rows: pd.DataFrame) -> str:
    """Return the plot of required means, and which readings a sentence of the paper excludes."""
    joint = rows[rows["scenario"].isin(JOINT)]
    if joint.empty:
        return ""
    every = listing(dict.fromkeys(reading(code) for code in joint["reading"]))
    audit = results.audit
    out = audit[
        (audit["check"] == "sentence")
        & (audit["verdict"] == "inconsistent")
        & audit["target"].isin(joint["claim_id"])
    ]
    out_names = listing(dict.fromkeys(reading(code) for code in out["reading"]))
    sentence = (
        "Where one arm's value is printed, the other arm's can be solved for, and held against "
        "what "
        f"the paper says of it in words. Of the readings {every}, "
        + (
            f"the sentence and the printed p contradict each other under {out_names}, by a "
            "two-sample t test at that visit. An analysis of each patient's change could need less."
            if out_names
            else "all agree with the sentence."
        )
    )
    listed = fold(
        "The reasoning, for each reading", bullets(in_words(results, d) for d in joint["detail"])
    )
    caption = (
        "The mean that the other arm needs for the printed p. Dot: with a bar as long as the "
        "printed "
        "one. Tick: with the spread, and the test, that suit the claim best."
    )
    return join(
        [paragraph(sentence), picture(results, "required", caption), listed if out_names else ""]
    )


def _span(values: pd.Series, unit: str) -> str:
    known = sorted(values.dropna())
    if not known:
        return ""
    low, high = number(known[0], digits=2), number(known[-1], digits=2)
    shown = low if low == high else f"{low} to {high}"
    return escape(f"{shown} {unit}".strip())
