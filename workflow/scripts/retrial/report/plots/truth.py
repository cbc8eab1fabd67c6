"""What came back through a digitized figure, as a share of the truth."""

from __future__ import annotations

import pandas as pd
from plotnine import (
    aes,
    element_text,
    facet_wrap,
    geom_errorbarh,
    geom_point,
    geom_vline,
    ggplot,
    labs,
    scale_colour_manual,
    scale_fill_manual,
    scale_shape_manual,
    theme,
)

from retrial.report.load import Results
from retrial.report.plots.labels import ordered
from retrial.report.plots.theme import BLUE, SOFT, VERMILLION, report_theme
from retrial.report.sections.truth import GROUPS, compared, row_words
from retrial.report.words import count_of, listing, number

HOLDS, MISSES = "interval contains the truth", "interval misses it"


def truth_rows(results: Results) -> pd.DataFrame:
    """Return each comparison with its value and interval as a share of the truth."""
    rows = compared(results)
    rows = rows[rows["truth"] != 0]
    shares = {key: rows[key] / rows["truth"] for key in ("value", "low", "high")}
    words = [row_words(results, row).replace("\u00a0", " ") for _, row in rows.iterrows()]
    return rows.assign(
        **shares,
        panel=rows["quantity"].map(GROUPS),
        label=words,
        held=[HOLDS if inside else MISSES for inside in rows["inside"]],
    )


def draw_truth(results: Results) -> ggplot | None:
    """Draw every recovered number over its truth; intervals that miss it are open diamonds."""
    rows = truth_rows(results)
    if rows.empty:
        return None
    rows = rows.assign(
        panel=ordered(rows["panel"]),
        label=ordered(rows["label"], reverse=True),
        held=pd.Categorical(rows["held"], categories=[HOLDS, MISSES]),
    )
    return (
        ggplot(rows, aes("value", "label", colour="held"))
        + geom_vline(xintercept=1, colour=SOFT, size=0.6)
        + geom_errorbarh(aes(xmin="low", xmax="high"), height=0.3, size=0.7)
        + geom_point(aes(shape="held", fill="held"), size=2.4, stroke=0.7)
        + facet_wrap("panel", ncol=1, scales="free")
        + scale_colour_manual(values={HOLDS: BLUE, MISSES: VERMILLION})
        + scale_fill_manual(values={HOLDS: BLUE, MISSES: "white"})
        + scale_shape_manual(values={HOLDS: "o", MISSES: "D"})
        + labs(x="From the figure / patients' own\n(95 % interval for the clicks)", y="")
        + report_theme(1.4 + 0.45 * rows["panel"].nunique() + 0.21 * len(rows))
        + theme(strip_text=element_text(size=9.5))
    )


def say_truth(results: Results) -> str:
    """Describe the plot from its rows."""
    rows = truth_rows(results)
    spans = [
        f"{panel} {number(group['value'].min(), 3)} to {number(group['value'].max(), 3)}"
        for panel, group in rows.groupby("panel", sort=False)
    ]
    missed = int((rows["held"] == MISSES).sum())
    return (
        f"{count_of(len(rows), 'number')} from the digitized figure as a share of the patients' "
        f"own: {listing(spans)}. {count_of(missed, 'interval')} of {len(rows)} for the error of "
        "the clicks " + ("misses" if missed == 1 else "miss") + " the truth."
    )
