"""What a claim whose numbers are not printed would need: the other arm's mean."""

from __future__ import annotations

import pandas as pd
from plotnine import (
    aes,
    facet_wrap,
    geom_point,
    geom_segment,
    geom_text,
    geom_vline,
    ggplot,
    labs,
    scale_shape_manual,
    scale_y_discrete,
)

from retrial.report.load import Results
from retrial.report.phrases import short_arm, with_unit
from retrial.report.plots.labels import ordered
from retrial.report.plots.theme import INK, SOFT, VERMILLION, report_theme
from retrial.report.words import READINGS, count_of, listing, months, number

BARS = {
    "equal_bars": "error bar as long as the printed one",
    "any_other_sd": "the spread that suits best",
}


def required_rows(results: Results) -> pd.DataFrame:
    """Return the mean that the other arm needs, by reading, with that arm's printed baseline."""
    rows = results.analysis("required_effect")
    rows = rows[rows["scenario"].isin(list(BARS)) & rows["threshold"].notna()]
    if rows.empty:
        return rows
    sentences = results.audit[results.audit["check"] == "sentence"]
    arms = sentences.drop_duplicates("target").set_index("target")["arm"]
    control = results.study.arm("control").id
    rows = rows.assign(arm=[arms.get(claim) or control for claim in rows["claim_id"]])
    means = results.reported[
        (results.reported["statistic"] == "mean") & (results.reported["visit"] == 0)
    ]
    base = means.drop_duplicates(["outcome", "arm"]).set_index(["outcome", "arm"])["value"]
    keys = zip(rows["outcome"], rows["arm"], strict=True)
    return rows.assign(
        baseline=[base.get(key, float("nan")) for key in keys],
        shown=rows["reading"].map(READINGS),
        bars=rows["scenario"].map(BARS),
        panel=[
            f"{with_unit(results, r['outcome'])}, {short_arm(results, r['arm'])} at "
            f"{months(r['visit'], results.study.visit_unit)}"
            for _, r in rows.iterrows()
        ],
    )


def draw_required(results: Results) -> ggplot | None:
    """Draw the mean that a claim needs under each reading, beside the printed baseline."""
    rows = required_rows(results)
    if rows.empty:
        return None
    readings = [name for name in READINGS.values() if (rows["shown"] == name).any()]
    rows = rows.assign(
        shown=pd.Categorical(rows["shown"], categories=readings[::-1]), panel=ordered(rows["panel"])
    )
    index = ["panel", "shown"]
    spans = rows.groupby(index, observed=True, as_index=False)["threshold"].agg(["min", "max"])
    bases = rows.dropna(subset=["baseline"]).drop_duplicates("panel")
    bases = bases.assign(words=[f"baseline, as printed: {b:g}" for b in bases["baseline"]])
    top = len(readings) + 0.55
    return (
        ggplot(rows, aes("threshold", "shown"))
        + geom_vline(aes(xintercept="baseline"), data=bases, colour=VERMILLION, size=0.9)
        + geom_text(
            aes(x="baseline", label="words"),
            data=bases,
            y=top,
            ha="left",
            nudge_x=0.02,
            size=8.6,
            colour="#a84300",
        )
        + geom_segment(
            aes(x="min", xend="max", y="shown", yend="shown"), data=spans, colour=SOFT, size=0.8
        )
        + geom_point(aes(shape="bars"), size=3.2, colour=INK, fill=INK)
        + facet_wrap("panel", ncol=1, scales="free_x")
        + scale_y_discrete(expand=(0, 0.6, 0, 0.9))
        + scale_shape_manual(
            values={BARS["equal_bars"]: "o", BARS["any_other_sd"]: "|"}, name="This arm has"
        )
        + labs(
            x="Mean needed, at least or at most, for the printed p-value", y="Error bars read as"
        )
        + report_theme(1.1 + 1.35 * rows["panel"].nunique(), legend_title=True)
    )


def say_required(results: Results) -> str:
    """Describe the plot of required means from its rows."""
    told = []
    for panel, group in required_rows(results).groupby("panel", sort=False):
        parts = []
        for shown, part in group.groupby("shown", sort=False):
            values = sorted(part["threshold"])
            parts.append(f"{number(values[0], 2)} to {number(values[-1], 2)} if read as {shown}")
        base = group["baseline"].iloc[0]
        told.append(f"{panel}: needed {listing(parts)}; printed at baseline {number(base, 2)}")
    return f"Mean that the claim needs in {count_of(len(told), 'comparison')}. {'. '.join(told)}."
