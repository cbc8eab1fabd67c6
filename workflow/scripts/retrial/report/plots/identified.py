"""What the differences that stand only in figures can have been: bounds, not data."""

from __future__ import annotations

from math import isinf

import pandas as pd
from plotnine import (
    aes,
    facet_wrap,
    geom_hline,
    geom_linerange,
    geom_point,
    ggplot,
    guide_legend,
    guides,
    labs,
    scale_colour_manual,
    scale_shape_manual,
    scale_x_continuous,
)

from retrial.report.load import Results
from retrial.report.phrases import short_arm, with_unit
from retrial.report.plots.labels import ordered
from retrial.report.plots.theme import INK, READING_COLOURS, READING_SHAPES, SOFT, report_theme
from retrial.report.sections.identified import between
from retrial.report.words import READINGS, count_of, listing, number

BAR = "#c3d3e2"
WINDOW = 2.2  # times the difference that the printed p needs: farther off, a bar goes on


def identified_rows(results: Results) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (bounds by panel and visit, effects needed by panel, visit and reading).

    Comparisons that nothing limits are left out.
    """
    rows = results.analysis("partial_identification")
    rows = rows[rows["ci_low"].notna() & rows["visit"].notna()]
    if rows.empty:
        return rows, rows
    rows = rows.assign(panel=[_panel(results, row) for _, row in rows.iterrows()])
    bars = rows.groupby(["panel", "visit"], sort=False, as_index=False).agg(
        low=("ci_low", "min"), high=("ci_high", "max")
    )
    bars = bars.assign(first=bars.groupby("panel", sort=False).ngroup())
    bars = bars.sort_values(["first", "visit"], ignore_index=True).drop(columns="first")
    limited = bars[~(bars["low"].map(isinf) & bars["high"].map(isinf))]["panel"].unique()
    bars = bars[bars["panel"].isin(limited)]
    # Several claims may compare the same means: the strictest test of one is enough here.
    needed = rows[
        rows["scenario"].str.startswith("effect:as_baseline_sd")
        & ~rows["scenario"].str.endswith("welch_t")
        & rows["threshold"].notna()
        & rows["panel"].isin(limited)
    ].drop_duplicates(["panel", "visit", "reading", "threshold"])
    two_sided = {c.id for c in results.claims if c.expect not in ("lower", "higher")}
    mirrored = needed[needed["claim_id"].isin(two_sided)]
    needed = pd.concat([needed, mirrored.assign(threshold=-mirrored["threshold"])])
    return bars, needed.assign(shown=needed["reading"].map(READINGS))


def _panel(results: Results, row: pd.Series) -> str:
    claim = next((c for c in results.claims if c.id == row["claim_id"]), None)
    label = with_unit(results, row["outcome"])
    if claim is not None and claim.form == "change":
        return f"{label}: change of {short_arm(results, claim.arm)} from baseline"
    return f"{label}: treated minus control"


def _windowed(bars: pd.DataFrame, needed: pd.DataFrame) -> pd.DataFrame:
    """Return the bars cut where they would dwarf what the printed p needs, and where they are."""
    parts = []
    for panel, group in bars.groupby("panel", sort=False):
        least = needed.loc[needed["panel"] == panel, "threshold"].abs().max()
        ends = pd.concat([group["low"], group["high"]]).abs()
        ends = ends[~ends.map(isinf)]
        near = ends[ends <= 3 * least] if least == least else ends
        reach = max(
            WINDOW * least if least == least else 0.0, 1.15 * near.max() if len(near) else 0
        )
        parts.append(
            group.assign(
                bottom=group["low"].clip(lower=-reach),
                top=group["high"].clip(upper=reach),
                reach=reach or 1.0,
            )
        )
    return pd.concat(parts)


def draw_identified(results: Results) -> ggplot | None:
    """Draw the bounds of each difference by visit, with what the printed p needs."""
    bars, needed = identified_rows(results)
    if bars.empty:
        return None
    bars = _windowed(bars, needed)
    levels = ordered(bars["panel"]).categories
    bars = bars.assign(panel=pd.Categorical(bars["panel"], categories=levels))
    needed = needed.assign(panel=pd.Categorical(needed["panel"], categories=levels))
    down, up = bars[bars["low"] < bars["bottom"]], bars[bars["high"] > bars["top"]]
    readings = [name for name in READINGS.values() if (needed["shown"] == name).any()]
    plot = (
        ggplot(bars, aes("visit"))
        + geom_linerange(aes(ymin="bottom", ymax="top"), colour=BAR, size=4.2)
        + geom_hline(yintercept=0, colour=INK, size=0.6)
    )
    for ends, at, shape in ((down, "bottom", "v"), (up, "top", "^")):
        if len(ends):
            plot += geom_point(aes(y=at), data=ends, shape=shape, size=2.4, colour=SOFT, fill=SOFT)
    if len(needed):
        plot += geom_point(
            aes(y="threshold", colour="shown", shape="shown"),
            data=needed.assign(shown=pd.Categorical(needed["shown"], categories=readings)),
            size=2.3,
            stroke=0.9,
            fill="none",
        )
    title = "The printed p needs (SDs as at baseline), read as"
    since = f"{results.study.visit_unit.capitalize()} since the first treatment"
    return (
        plot
        + facet_wrap("panel", ncol=1, scales="free_y")
        + scale_x_continuous(breaks=sorted(bars["visit"].unique()))
        + scale_colour_manual(values=[READING_COLOURS[r] for r in readings], name=title)
        + scale_shape_manual(values=[READING_SHAPES[r] for r in readings], name=title)
        + labs(x=since, y="Difference: bounds, not data")
        + report_theme(1.0 + 1.75 * len(levels), grid="y", legend_title=True)
        + guides(colour=guide_legend(nrow=1), shape=guide_legend(nrow=1))
    )


def say_identified(results: Results) -> str:
    """Describe the plot of bounds from its rows."""
    bars, needed = identified_rows(results)
    told, unit = [], results.study.visit_word
    for panel, group in bars.groupby("panel", sort=False):
        runs: list[list] = []
        for _, row in group.iterrows():
            words = (
                "not limited"
                if isinf(row["low"]) and isinf(row["high"])
                else between(row["low"], row["high"])
            )
            if runs and runs[-1][0] == words:
                runs[-1][1].append(row["visit"])
            else:
                runs.append([words, [row["visit"]]])
        spans = [f"{words} at {unit} {listing(f'{v:g}' for v in visits)}" for words, visits in runs]
        here = needed[needed["panel"] == panel]
        needs = []
        for shown, part in here.groupby("shown", sort=False):
            sizes = sorted(part["threshold"].abs())
            ends = list(dict.fromkeys(number(end, digits=2) for end in (sizes[0], sizes[-1])))
            needs.append(f"{listing(ends, 'to')} read as {shown}")
        tail = f"; the printed p needs {listing(needs)}" if needs else ""
        told.append(f"{panel}: {'; '.join(spans)}{tail}")
    return f"Bounds, not data, of {count_of(len(told), 'difference')} by {unit}. {'. '.join(told)}."
