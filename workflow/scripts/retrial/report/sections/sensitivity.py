"""How far the answers depend on what the paper leaves unsaid: a plot and a sentence each."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import escape, fold, heading, join, paragraph, quotation
from retrial.report.load import Results
from retrial.report.phrases import in_words, reading, short_arm, version
from retrial.report.pictures import picture
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    count_of,
    event,
    evidence_name,
    listing,
    missing,
    months,
    number,
    p_phrase,
    p_value,
    percent,
    plain,
    text,
)

ELSEWHERE = ("required_effect",)  # shown in the section on what must be true


def introduction(results: Results) -> str:
    """Say what the analyses are for."""
    found = results.sensitivity[~results.sensitivity["analysis"].isin(ELSEWHERE)]
    if found.empty:
        return ""
    return paragraph(
        "A printed table leaves much unsaid. Each analysis below changes one unsaid thing at a "
        "time "
        "and shows what happens to the answer. They inform; the verdicts do not rest on them."
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
    parts = [label + (f", {event(category)}" if category else "")]
    if not missing(row["visit"]):
        parts.append(months(row["visit"]))
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
        scenario = ": ".join(evidence_name(part) for part in parts if "+" not in part)
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


def _changed(results: Results, rows: pd.DataFrame) -> tuple[int, int, list[str]]:
    """Return how many comparisons there are, how many answers change, and for which claims."""
    rows = rows[rows["p"].notna()]
    keys = [
        rows["claim_id"].map(results.statements),
        rows["outcome"],
        rows["scenario"].str.split(":").str[1].fillna(""),
        rows["reading"].fillna(""),
        rows["version"].fillna(""),
    ]
    total, names = 0, []
    for key, group in rows.groupby(keys, sort=False):
        total += 1
        least = group[["p", "p_low"]].min(axis=1).min()
        most = group[["p", "p_high"]].max(axis=1).max()
        if least < results.alpha <= most:
            names.append(key[0])
    return total, len(names), list(dict.fromkeys(names))


def _answer(results: Results, rows: pd.DataFrame, condition: str) -> str:
    """Return whether the answers change under a condition, naming the claims."""
    total, amount, names = _changed(results, rows)
    level, among = number(results.alpha, 2), count_of(total, "comparison")
    if not amount:
        return f"{condition}, no answer at {level} changes, in {among}."
    named = listing(f"“{escape(name)}”" for name in names)
    return f"{condition}, the answer at {level} changes in {amount} of {among}: for {named}."


def _say_error_bars(results: Results, rows: pd.DataFrame) -> str:
    possible = rows[rows["admissible"].fillna(True)]
    changed, total = [], 0
    keys = ["claim_id", "outcome", "visit", "version"]
    for key, group in possible.groupby(keys, dropna=False, sort=False):
        total += 1
        ends = pd.concat([group["p"], group["p_low"].dropna(), group["p_high"].dropna()])
        if ends.min() < results.alpha <= ends.max():
            changed.append(results.statements.get(key[0], text(key[0])))
    told = (
        f"it decides the answer for {listing(f'“{escape(c)}”' for c in dict.fromkeys(changed))}"
        if changed
        else "it changes no answer"
    )
    return (
        f"The same printed bar can be a standard deviation, a standard error or a confidence "
        f"interval. Among the readings that are possible, {told} "
        f"({count_of(total, 'comparison')} of means)."
    )


def _say_nonresponders(results: Results, rows: pd.DataFrame) -> str:
    known = results.study.nonresponders
    about = ""
    if known is not None:
        about = (
            f"The paper calls {count_of(len(known.members), 'patient')} of "
            f"{escape(short_arm(results, known.arm))} non-responders "
            f"({quotation(known.quote, known.source)}). "
        )
    return (
        about
        + _answer(
            results,
            rows,
            "With them left out, at any values that the arithmetic allows, or put back",
        )
        + " Leaving out patients of one arm by their outcome is biased by construction, so this is "
        "a stress test and no more."
    )


def _say_dropouts(results: Results, rows: pd.DataFrame) -> str:
    lost = sum(d.count for d in results.study.dropouts)
    about = f"{count_of(lost, 'patient')} left the trial. " if lost else ""
    return about + _answer(results, rows, "However the lost are counted")


def _say_honeymoon(results: Results, rows: pd.DataFrame) -> str:
    told = []
    control = rows[rows["scenario"] == "concurrent_control"]
    if len(control):
        first = listing(p_phrase(p, results.alpha) for p in control["p"])
        told.append(
            "Randomization gives both arms the same natural remission, so the trial's own control "
            f"comes first: {first}"
            + (" in the two printed versions" if len(control) == 2 else "")
            + "."
        )
    same = rows[rows["comparable"].fillna(False) & rows["p"].notna()]
    same = same[~same["scenario"].str.contains("beta_binomial")]
    if len(same):
        below = int((same["p"] < results.alpha).sum())
        limits = same["threshold"].dropna()
        told.append(
            f"Beside rates from outside the trial that count the same event, "
            f"{below} of {count_of(len(same), 'comparison')} {'falls' if below == 1 else 'fall'} "
            f"below {number(results.alpha, 2)} (one-sided)"
            + (
                f"; significance is lost once the natural rate exceeds "
                f"{listing((percent(v, 1) for v in dict.fromkeys(limits)), 'or')}."
                if len(limits)
                else "."
            )
        )
    window = rows[rows["scenario"].str.startswith("window_") & rows["threshold"].notna()]
    if len(window) and results.study.honeymoon is not None:
        first = window.iloc[0]
        told.append(
            f"By the paper's window of {results.study.honeymoon.window_months:g} months since "
            f"diagnosis, only visits from month {first['threshold']:g} on are surely past it."
        )
    return " ".join(told)


def _say_correlation(results: Results, rows: pd.DataFrame) -> str:
    told = []
    for code, group in rows.groupby("reading", sort=False):
        flips = group["threshold"].dropna().unique()
        name = reading(code)
        if len(flips):
            told.append(
                f"read as {name} only above a correlation of "
                f"{listing((number(f, 2) for f in flips), 'or')}"
            )
        elif (group["p"] < results.alpha).all():
            told.append(f"read as {name} at every correlation tried")
        else:
            told.append(f"read as {name} at none")
    versions = rows["version"].nunique()
    tail = " (one value for each printed version)" if versions > 1 else ""
    return (
        "Two values of one patient are correlated, and the paper does not say how much. The "
        "change "
        f"is significant at {number(results.alpha, 2)}: {'; '.join(told)}{tail}."
    )


def _say_digitization(results: Results, rows: pd.DataFrame) -> str:
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
        _say_error_bars,
        "baseline",
        (
            "Differences at baseline with their 95 % intervals. Hollow and grey: no data can have "
            "this reading."
        ),
    ),
    "correlation": (
        "How the visits of one patient correlate",
        _say_correlation,
        "correlation",
        "p for the change within an arm. Circles: where it crosses the dashed line.",
    ),
    "nonresponders": (
        "The non-responders",
        _say_nonresponders,
        "nonresponders",
        "The comparisons whose answer changes. Grey lines: all values that the arithmetic allows.",
    ),
    "dropouts": (
        "The patients who left",
        _say_dropouts,
        "dropouts",
        "The comparisons whose answer changes with the way that lost patients are counted.",
    ),
    "honeymoon": (
        "Natural remission (the honeymoon)",
        _say_honeymoon,
        "honeymoon",
        (
            "Line and band: treated patients with their 95 % interval. Points: rates without the "
            "therapy."
        ),
    ),
    "digitization": (
        "Error of reading a figure",
        _say_digitization,
        "digitization",
        "",
    ),
}
