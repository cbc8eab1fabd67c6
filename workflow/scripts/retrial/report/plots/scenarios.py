"""p-values under scenarios: patients left out, patients lost."""

from __future__ import annotations

import re

import pandas as pd
from plotnine import (
    aes,
    geom_point,
    geom_segment,
    geom_vline,
    ggplot,
    guide_legend,
    guides,
    scale_colour_manual,
    scale_shape_manual,
    scale_y_discrete,
)

from retrial.report.load import Results
from retrial.report.plots.labels import (
    drawable,
    event_label,
    ordered,
    p_axis,
    version_label,
    wrapped,
)
from retrial.report.plots.theme import COLOURS, GREY, SOFT, report_theme
from retrial.report.sections.choices import level_of
from retrial.report.words import READINGS, count_of, listing, plain, text
from retrial.vocabulary import SCENARIOS

MARKS = {one.id: (one.label, one.mark, COLOURS[one.colour]) for one in SCENARIOS.values()}


def scenario_rows(results: Results, analysis: str) -> pd.DataFrame:
    """Return the scenarios of an analysis that gave a p-value, with a label of what is compared."""
    rows = results.analysis(analysis)
    rows = rows[rows["p"].notna()]
    if analysis == "nonresponders":
        # Who responds later says nothing about randomization.
        rows = rows[rows["visit"].ne(0)]
    if rows.empty:
        return rows
    split = rows["scenario"].str.split(":", n=1)
    rows = rows.assign(
        base=split.str[0],
        category=split.str[1].where(split.str[1].notna(), rows["category"]),
        level=[level_of(results, text(claim)) for claim in rows["claim_id"]],
    )
    rows = rows.assign(label=[_label(results, row) for _, row in rows.iterrows()])
    # The same counts may serve several claims: once is enough.
    return rows.drop_duplicates(["label", "base"])


def _label(results: Results, row: pd.Series) -> str:
    claim = next((c for c in results.claims if c.id == row["claim_id"]), None)
    category = row["category"]
    if category is None or category != category:
        targets = [t for t in claim.targets if t.outcome == row["outcome"]] if claim else []
        category = "+".join(targets[0].categories) if targets and targets[0].categories else None
    parts = [wrapped(version_label(results, row["version"]), 40)] if row["version"] else []
    if row["reading"]:
        parts.append(f"read as {READINGS.get(row['reading'], row['reading'])}")
        if claim is not None and claim.form == "change":
            parts.insert(0, f"change by {results.study.visit_name(row['visit'])}")
        return "\n".join([results.outcome(row["outcome"]), wrapped(", ".join(parts), 44)])
    label = event_label(results, pd.Series({"outcome": row["outcome"], "category": category}))
    return "\n".join([label, *parts])


def crossing(results: Results, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons in which some scenario falls on the other side of its threshold."""
    ends = rows.assign(
        least=rows[["p", "p_low"]].min(axis=1), most=rows[["p", "p_high"]].max(axis=1)
    ).groupby("label", sort=False)
    span = ends.agg(least=("least", "min"), most=("most", "max"), level=("level", "max"))
    chosen = span.index[(span["least"] < span["level"]) & (span["most"] >= span["level"])]
    return rows[rows["label"].isin(chosen)]


def draw_scenarios(results: Results, analysis: str) -> ggplot | None:
    """Draw p by scenario, for the comparisons whose answer changes (all of them if none does)."""
    every = scenario_rows(results, analysis)
    if every.empty:
        return None
    rows = crossing(results, every)
    rows = every if rows.empty else rows
    known = {code: names for code, names in MARKS.items() if (rows["base"] == code).any()}
    others = [code for code in rows["base"].unique() if code not in MARKS]
    known |= {code: (plain(code), "*", GREY) for code in others}
    words = {code: names[0] for code, names in known.items()}
    rows = rows.assign(
        p=drawable(rows["p"]),
        p_low=drawable(rows["p_low"].fillna(rows["p"])),
        p_high=drawable(rows["p_high"].fillna(rows["p"])),
        label=ordered(rows["label"], reverse=True),
        shown=pd.Categorical(rows["base"].map(words), categories=list(words.values())),
    )
    lines = sum(label.count("\n") + 1.7 for label in rows["label"].cat.categories)
    shapes = {names[0]: names[1] for names in known.values()}
    colours = {names[0]: names[2] for names in known.values()}
    return (
        ggplot(rows, aes("p", "label"))
        + geom_vline(xintercept=results.alpha, colour=SOFT, linetype="dashed", size=0.7)
        + geom_segment(
            aes(x="p_low", xend="p_high", y="label", yend="label"), colour=GREY, size=0.8
        )
        + geom_point(aes(colour="shown", shape="shown"), size=2.9, stroke=0.7, fill="none")
        + p_axis(pd.concat([rows["p"], rows["p_low"]]), results.alpha)
        + scale_y_discrete(name="")
        + scale_colour_manual(values=colours, name="")
        + scale_shape_manual(values=shapes, name="")
        + report_theme(1.5 + 0.17 * lines, grid="xy", legend="bottom")
        + guides(shape=guide_legend(ncol=2), colour=guide_legend(ncol=2))
    )


def say_scenarios(results: Results, analysis: str) -> str:
    """Describe a plot of scenarios from its rows."""
    every = scenario_rows(results, analysis)
    changed = crossing(results, every)
    total = every["label"].nunique()
    names = [re.sub(r",?\n", ", ", label) for label in dict.fromkeys(changed["label"])]
    told = (
        f"the answer at the claim's threshold changes for {len(names)}: {listing(names)}"
        if names
        else "no answer at the claim's threshold changes"
    )
    return f"p by scenario for {count_of(total, 'comparison')}; {told}."


def draw_nonresponders(results: Results) -> ggplot | None:
    """Draw p with the non-responders left out, or put back."""
    return draw_scenarios(results, "nonresponders")


def say_nonresponders(results: Results) -> str:
    """Describe it."""
    return f"Non-responders left out or put back: {say_scenarios(results, 'nonresponders')}"


def draw_dropouts(results: Results) -> ggplot | None:
    """Draw p with the lost patients counted in each way."""
    return draw_scenarios(results, "dropouts")


def say_dropouts(results: Results) -> str:
    """Describe it."""
    return f"Lost patients counted in each way: {say_scenarios(results, 'dropouts')}"
