"""How far the answers depend on what the paper leaves unsaid: a plot and a sentence each."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from retrial.report.html import escape, fold, heading, join, paragraph, quotation
from retrial.report.load import Results
from retrial.report.phrases import (
    event_name,
    evidence_label,
    in_words,
    reading,
    short_arm,
    version,
)
from retrial.report.pictures import picture
from retrial.report.sections.choices import level_of
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    METHODS,
    SCENARIOS,
    capital,
    count_of,
    listing,
    missing,
    months,
    number,
    p_phrase,
    p_value,
    percent,
    plain,
    text,
    word,
)

ELSEWHERE = (
    "required_effect",
    "partial_identification",
)  # shown in the section on what must be true


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


def _comparisons(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield (claim, scenarios) of each comparison: one version, reading and method of a claim."""
    rows = rows[rows["p"].notna()]
    names = ["outcome", "category", "visit", "reading", "version", "method"]
    keys = [rows["claim_id"].fillna(""), *(rows[name].astype(object).fillna("") for name in names)]
    for key, group in rows.groupby(keys, sort=False):
        yield key[0], group


def changes(results: Results, rows: pd.DataFrame) -> tuple[int, list[tuple[str, str]]]:
    """Return how many comparisons there are, and of each whose answer changes (claim, how).

    Each scenario is held against the comparison as printed, at the claim's own threshold: another
    side of it, or a significant difference of the other direction.
    """
    total, found = 0, []
    for claim, group in _comparisons(rows):
        total += 1
        level = level_of(results, claim)
        is_printed = group["scenario"].str.startswith("as_printed")
        printed, others = group[is_printed].iloc[0], group[~is_printed]
        answer = _direction(printed["p"], printed["estimate"], level)
        for _, row in others.iterrows():
            if _direction(row["p"], row["estimate"], level) != answer:
                step = word(text(row["scenario"]).split(":")[0], SCENARIOS)
                told = f"{p_phrase(row['p'], results.alpha)}, {step}"
            elif (answer and row["p_high"] >= level) or (not answer and row["p_low"] < level):
                low, high = (p_value(row[end], results.alpha) for end in ("p_low", "p_high"))
                told = f"p from {low} to {high} over the feasible values"
            else:
                continue
            found.append((claim, f"{p_phrase(printed['p'], results.alpha)} as printed; {told}"))
            break
    return total, found


def _direction(p: float, estimate: float, level: float) -> int:
    """Return 0 for an answer that is not significant, else the sign of the difference."""
    return 0 if p >= level else 1 if estimate > 0 else -1


def _answer(results: Results, rows: pd.DataFrame, condition: str) -> str:
    """Return whether the answers change under a condition, naming the claims."""
    total, found = changes(results, rows)
    among = count_of(total, "comparison")
    levels = {level_of(results, claim) for claim in rows["claim_id"].dropna()}
    level = (
        f"at {number(results.alpha, 2)}"
        if levels <= {results.alpha}
        else "at the claim’s own threshold"
    )
    if not found:
        return f"{condition}, no answer changes {level}, in {among}."
    first: dict[str, str] = {}
    for claim, how in found:
        first.setdefault(claim, how)
    named = listing(
        f"“{escape(results.statements.get(claim, claim))}” ({escape(how)})"
        for claim, how in first.items()
    )
    return f"{condition}, the answer changes {level} in {len(found)} of {among}: for {named}."


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
            rows[rows["visit"].ne(0)],
            "With them left out, at any values that the arithmetic allows, or put back",
        )
        + " Leaving out patients of one arm by their outcome is biased by construction, so this is "
        "a stress test and no more. Comparisons at baseline are not counted: who responds later "
        "says nothing about randomization."
    )


def _say_dropouts(results: Results, rows: pd.DataFrame) -> str:
    lost = sum(d.count for d in results.study.dropouts)
    about = f"{count_of(lost, 'patient')} left the trial. " if lost else ""
    unnamed = rows["scenario"].str.startswith("unclassified").any()
    if unnamed:
        about += "Where printed categories do not add up, somebody is in none of them. "
    condition = "However these patients are counted" if unnamed else "However the lost are counted"
    return about + _answer(results, rows, condition)


def _say_honeymoon(results: Results, rows: pd.DataFrame) -> str:
    told = []
    if (rows["scenario"] == "concurrent_control").any():
        told.append(
            "Randomization gives both arms the same natural remission, so the trial's own control "
            "comes first; rates from outside the trial stand beside it (one-sided tests)."
        )
    for event, group in rows[rows["category"].notna()].groupby("category", sort=False):
        told.append(_beside(results, event, group))
    window = rows[rows["scenario"].str.startswith("window_") & rows["threshold"].notna()]
    if len(window) and results.study.honeymoon is not None:
        first = window.iloc[0]
        told.append(
            f"By the paper's window of {results.study.honeymoon.window_months:g} months since "
            f"diagnosis, only visits from month {first['threshold']:g} on are surely past it."
        )
    return " ".join(told)


def _beside(results: Results, event: str, rows: pd.DataFrame) -> str:
    """Return one event's comparison with the trial's control, and with outside rates of it."""
    name = escape(capital(event_name(results, event)))
    parts = []
    control = rows[rows["scenario"] == "concurrent_control"]
    if len(control):
        shown = list(dict.fromkeys(p_phrase(p, results.alpha) for p in control["p"]))
        parts.append(f"{listing(shown, 'or')} against the trial's own control")
    same = rows[rows["comparable"].fillna(False).astype(bool) & rows["p"].notna()]
    same = same[~same["scenario"].str.contains("beta_binomial")]
    if len(same):
        # The same counts in two versions of the paper are one comparison.
        same = same.drop_duplicates(["scenario", "estimate", "p"])
        below = int((same["p"] < results.alpha).sum())
        sources = same["scenario"].str.split(":").str[0].nunique()
        parts.append(
            f"beside {count_of(sources, 'outside rate')} of the same event, {below} of "
            f"{count_of(len(same), 'comparison')} {'falls' if below == 1 else 'fall'} below "
            f"{number(results.alpha, 2)}"
        )
        limits = list(dict.fromkeys(percent(v, 1) for v in same["threshold"].dropna()))
        if limits:
            parts.append(
                f"significance is lost once the natural rate exceeds {listing(limits, 'or')}"
            )
    else:
        parts.append("no outside rate counts the same event")
    return f"<b>{name}</b>: {'; '.join(parts)}."


def _say_control(results: Results, rows: pd.DataFrame) -> str:
    """Say for each event which outside rates the control arm lies below."""
    told = []
    for event, group in rows.groupby("category", sort=False):
        group = group.drop_duplicates(["scenario", "p"])
        below = group[group["p"] < results.alpha]
        words = f"below {len(below)} of {count_of(len(group), 'outside rate')} (one-sided)"
        if len(below):
            least = below.sort_values("p", kind="stable").iloc[0]
            words += (
                f", the furthest {evidence_label(results, least['scenario'])} "
                f"({p_phrase(least['p'], results.alpha)})"
            )
        name = escape(capital(event_name(results, event)))
        told.append(f"<b>{name}</b>, control arm: significantly {words}.")
    return (
        "A control arm with fewer remissions than untreated patients have elsewhere makes a "
        f"difference that the treatment need not explain. {' '.join(told)}"
    )


def _say_correlation(results: Results, rows: pd.DataFrame) -> str:
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
            "; where a reading is impossible at one of the two visits, a possible one stands in "
            "there, as in the table of changes"
        )
    return (
        "Two values of one patient are correlated, and the paper does not say how much. The "
        "change "
        "is significant at "
        f"{listing((f'{level:g}' for level in sorted(set(levels.values()))), 'or')}"
        f"{' (as each claim prints)' if len(set(levels.values())) > 1 else ''}: "
        f"{'; '.join(told)}{tail}."
    )


def _say_solved(results: Results, rows: pd.DataFrame) -> str:
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


def _say_repeated(results: Results, rows: pd.DataFrame) -> str:
    possible = rows[rows["admissible"].fillna(False).astype(bool)]
    turning = int(possible["threshold"].notna().sum())
    return (
        "As visits correlate more, a difference of the arms' levels is seen less well and a "
        "difference "
        f"of their changes better. The correlation turns {turning} of "
        f"{count_of(len(possible), 'answer')} of the repeated-measures ANOVA."
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
            "Differences at baseline with their intervals. Hollow and grey: no data can have "
            "this reading."
        ),
    ),
    "correlation": (
        "How the visits of one patient correlate",
        _say_correlation,
        "correlation",
        "p for the change within an arm. Circles: where it crosses the dashed line.",
    ),
    "correlation_solved": (
        "Which correlation a printed p needs",
        _say_solved,
        "",
        "",
    ),
    "repeated_measures": (
        "How the visits of one patient correlate: tests over several visits",
        _say_repeated,
        "repeated",
        "p of the repeated-measures ANOVA over the correlation; dashed: the level.",
    ),
    "nonresponders": (
        "The non-responders",
        _say_nonresponders,
        "nonresponders",
        "The comparisons whose answer changes, or all where none does. Grey lines: all values "
        "that the arithmetic allows.",
    ),
    "dropouts": (
        "The patients who left",
        _say_dropouts,
        "dropouts",
        "The comparisons whose answer changes with the way that lost patients are counted, or "
        "all where none does.",
    ),
    "honeymoon": (
        "Natural remission (the honeymoon)",
        _say_honeymoon,
        "honeymoon",
        ("Line and band: treated patients with their interval. Points: rates without the therapy."),
    ),
    "control_history": (
        "The control arm beside natural history",
        _say_control,
        "",
        "",
    ),
    "digitization": (
        "Error of reading a figure",
        _say_digitization,
        "digitization",
        "",
    ),
}
