"""p-values of the re-run tests: counts by test, a change over the assumed correlation."""

from __future__ import annotations

import pandas as pd
from plotnine import (
    aes,
    facet_wrap,
    geom_hline,
    geom_line,
    geom_point,
    geom_vline,
    ggplot,
    labs,
    scale_colour_manual,
    scale_linetype_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_discrete,
)

from retrial.report.load import Results
from retrial.report.plots.labels import (
    cells_of,
    drawable,
    event_label,
    ordered,
    p_axis,
    version_label,
)
from retrial.report.plots.theme import (
    BLUE,
    GREEN,
    INK,
    PURPLE,
    READING_COLOURS,
    READING_LINES,
    SOFT,
    VERMILLION,
    report_theme,
)
from retrial.report.words import METHODS, READINGS, count_of, listing, number, p_range

# The tests that the plot of counts shows, each by its mark.
MARKS = {
    "fisher": ("o", INK),
    "boschloo": ("s", BLUE),
    "barnard": ("D", GREEN),
    "chi2": ("^", VERMILLION),
    "chi2_yates": ("v", PURPLE),
}


def count_rows(results: Results) -> pd.DataFrame:
    """Return each possible comparison of counts once, by every test."""
    tests = results.tests
    rows = tests[tests["method"].isin(MARKS) & tests["admissible"]]
    rows = rows[rows["p"].notna()]
    rows = rows.drop_duplicates(["outcome", "category", "visit", "version", "method"])
    return rows.assign(
        label=[event_label(results, row, cells_of(row)) for _, row in rows.iterrows()],
        shown=rows["method"].map(METHODS),
    )


def draw_counts(results: Results) -> ggplot | None:
    """Draw the p-value of each count by test on a log axis, with alpha."""
    rows = count_rows(results)
    if rows.empty:
        return None
    rows = rows.assign(
        p=drawable(rows["p"]),
        label=ordered(rows["label"], reverse=True),
        shown=pd.Categorical(rows["shown"], categories=[METHODS[method] for method in MARKS]),
    )
    lines = sum(label.count("\n") + 1.6 for label in rows["label"].cat.categories)
    return (
        ggplot(rows, aes("p", "label", colour="shown", shape="shown"))
        + geom_vline(xintercept=results.alpha, colour=SOFT, linetype="dashed", size=0.7)
        + geom_point(size=2.9, stroke=0.6, fill="none")
        + p_axis(rows["p"], results.alpha)
        + scale_y_discrete(name="")
        + scale_colour_manual(values={METHODS[m]: mark[1] for m, mark in MARKS.items()}, name="")
        + scale_shape_manual(values={METHODS[m]: mark[0] for m, mark in MARKS.items()}, name="")
        + report_theme(1.2 + 0.16 * lines, grid="xy")
    )


def say_counts(results: Results) -> str:
    """Describe the plot of counts from its rows."""
    rows = count_rows(results)
    signs = rows.groupby("label", sort=False)["p"].agg(lambda p: (p < results.alpha).mean())
    split = [
        label.replace("\n", ": ", 1).replace("\n", " ")
        for label, share in signs.items()
        if 0 < share < 1
    ]
    told = f" The tests differ on which side it falls for {listing(split)}." if split else ""
    return (
        f"p-values of {count_of(len(signs), 'comparison')} of counts by five tests, on a "
        "logarithmic "
        f"axis with {number(results.alpha, 2)} marked. {int((signs == 1).sum())} fall below it by "
        f"every test, {int((signs == 0).sum())} by none.{told}"
    )


def correlation_rows(results: Results) -> pd.DataFrame:
    """Return p by assumed correlation, for each possible reading and version."""
    rows = results.analysis("correlation")
    rows = rows[rows["p"].notna() & rows["rho"].notna()]
    panels = [
        ", ".join(
            part
            for part in (results.outcome(row["outcome"]), version_label(results, row["version"]))
            if part
        )
        for _, row in rows.iterrows()
    ]
    return rows.assign(panel=panels, shown=rows["reading"].map(READINGS))


def draw_correlation(results: Results) -> ggplot | None:
    """Draw p against the correlation of the two visits, the flip marked."""
    rows = correlation_rows(results)
    if rows.empty:
        return None
    categories = [name for name in READINGS.values() if (rows["shown"] == name).any()]
    rows = rows.assign(
        p=drawable(rows["p"]),
        panel=ordered(rows["panel"]),
        shown=pd.Categorical(rows["shown"], categories=categories),
    )
    flips = rows.dropna(subset=["threshold"]).drop_duplicates(["panel", "shown"])
    flips = flips.assign(rho=flips["threshold"], p=results.alpha)
    count = rows["panel"].nunique()
    plot = (
        ggplot(rows, aes("rho", "p", colour="shown", linetype="shown"))
        + geom_hline(yintercept=results.alpha, colour=SOFT, linetype="dashed", size=0.6)
        + geom_line(size=1.1)
        + facet_wrap("panel", ncol=2)
        + p_axis(rows["p"], results.alpha, "y")
        + scale_x_continuous(breaks=[0, 0.25, 0.5, 0.75], limits=(0, 1))
        + scale_colour_manual(values=READING_COLOURS, name="Error term read as")
        + scale_linetype_manual(values=READING_LINES, name="Error term read as")
        + labs(x="Assumed correlation of the two visits (the paper prints none)")
        + report_theme(0.9 + 2.7 * -(-count // 2), grid="xy", legend_title=True)
    )
    if len(flips):
        plot += geom_point(
            flips, aes("rho", "p"), size=3.4, fill="white", stroke=1, shape="o", show_legend=False
        )
    return plot


def say_correlation(results: Results) -> str:
    """Describe the correlation curves from their rows."""
    rows = correlation_rows(results)
    told = []
    for (panel, shown), group in rows.groupby(["panel", "shown"], sort=False):
        flip = group["threshold"].dropna()
        span = p_range(group["p"].min(), group["p"].max(), results.alpha)
        crossing = (
            f", crossing {number(results.alpha, 2)} at {number(flip.iloc[0], 2)}"
            if len(flip)
            else ""
        )
        told.append(f"{panel}, read as {shown}: p {span}{crossing}")
    return f"p against the assumed correlation of two visits. {'; '.join(told)}."
