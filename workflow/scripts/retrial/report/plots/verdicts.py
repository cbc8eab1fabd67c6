"""All verdicts of a study in one strip."""

from __future__ import annotations

import pandas as pd
from plotnine import (
    aes,
    element_blank,
    element_text,
    geom_point,
    ggplot,
    guide_legend,
    guides,
    scale_colour_manual,
    scale_fill_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_discrete,
    theme,
)

from retrial import vocabulary
from retrial.report.load import Results
from retrial.report.plots.theme import COLOURS, report_theme
from retrial.report.words import VERDICTS, listing

# Shape, colour and fill: told apart without colour; green only for what was confirmed or shown.
STYLE = {
    verdict.id: (
        verdict.mark,
        COLOURS[verdict.colour],
        COLOURS[verdict.colour] if verdict.filled else "white",
    )
    for verdict in vocabulary.VERDICTS.values()
}
ROWS = {
    "primary": "Primary end points",
    "secondary": "Secondary end points",
    "other": "Other claims",
    "sales": "Sales claims",
}


def strip_rows(results: Results) -> pd.DataFrame:
    """Return each claim's place in the strip: verdicts side by side within their group."""
    rows = results.verdicts
    if rows.empty:
        return rows
    group = rows["level"].where(rows["kind"] == "trial", "sales").fillna("other").map(ROWS)
    rank = rows["verdict"].map({code: place for place, code in enumerate(VERDICTS)})
    rows = rows.assign(group=group, rank=rank).sort_values("rank", kind="stable")
    return rows.assign(place=rows.groupby("group").cumcount() + 1)


def draw_verdicts(results: Results) -> ggplot | None:
    """Draw one mark a claim, its shape and colour telling the verdict."""
    rows = strip_rows(results)
    if rows.empty:
        return None
    words = [VERDICTS[code] for code in VERDICTS if (rows["verdict"] == code).any()]
    groups = [name for name in ROWS.values() if (rows["group"] == name).any()]
    rows = rows.assign(
        shown=pd.Categorical(rows["verdict"].map(VERDICTS), categories=words),
        group=pd.Categorical(rows["group"], categories=groups[::-1]),
    )
    shapes, colours, fills = (
        {VERDICTS[code]: style[part] for code, style in STYLE.items()} for part in range(3)
    )
    return (
        ggplot(rows, aes("place", "group", shape="shown", colour="shown", fill="shown"))
        + geom_point(size=4.6, stroke=1)
        + scale_shape_manual(values=shapes, name="")
        + scale_colour_manual(values=colours, name="")
        + scale_fill_manual(values=fills, name="")
        + scale_x_continuous(limits=(0.5, max(float(rows["place"].max()), 16) + 0.5), name="")
        + scale_y_discrete(name="")
        + guides(shape=guide_legend(ncol=5), colour=guide_legend(ncol=5), fill=guide_legend(ncol=5))
        + report_theme(0.9 + 0.36 * len(groups), grid="", legend="bottom")
        + theme(axis_text_x=element_blank(), axis_text_y=element_text(size=10))
    )


def say_verdicts(results: Results) -> str:
    """Count the verdicts by group."""
    told = []
    for group, rows in strip_rows(results).groupby("group", sort=False):
        counts = rows["verdict"].value_counts()
        parts = [f"{counts[code]} {VERDICTS[code].lower()}" for code in VERDICTS if code in counts]
        told.append(f"{group}: {listing(parts)}")
    return f"Verdicts on the claims, one mark each. {'. '.join(told)}."
