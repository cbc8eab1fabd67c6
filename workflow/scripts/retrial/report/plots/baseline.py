"""Differences between the arms at baseline, and the spread that each reading implies."""

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
    scale_x_log10,
    scale_y_discrete,
    theme,
)

from retrial.report.load import Results
from retrial.report.phrases import row_name, with_unit
from retrial.report.plots.labels import ordered, plain_text, version_label, wrapped
from retrial.report.plots.theme import GREY, READING_COLOURS, READING_SHAPES, SOFT, report_theme
from retrial.report.words import READINGS, count_of, listing, number


def baseline_rows(results: Results) -> pd.DataFrame:
    """Return one Student test for each outcome, version and reading at visit 0."""
    tests = results.tests
    rows = tests[
        (tests["method"] == "student_t") & (tests["visit"] == 0) & tests["estimate"].notna()
    ]
    rows = rows.drop_duplicates(["outcome", "version", "reading"])
    panels = [
        with_unit(results, row["outcome"])
        + (f", {version_label(results, row['version'])}" if row["version"] else "")
        for _, row in rows.iterrows()
    ]
    return rows.assign(panel=panels, shown=rows["reading"].map(READINGS))


def draw_baseline(results: Results) -> ggplot | None:
    """Draw each baseline difference with its interval by reading; impossible ones hollow."""
    rows = baseline_rows(results)
    if rows.empty:
        return None
    present = [name for name in READINGS.values() if (rows["shown"] == name).any()]
    rows = rows.assign(
        panel=ordered(rows["panel"]),
        row=pd.Categorical(rows["shown"], categories=present[::-1]),
        colour=[
            shown if possible else "not possible"
            for shown, possible in zip(rows["shown"], rows["admissible"], strict=True)
        ],
    )
    colours = {**READING_COLOURS, "not possible": GREY}
    fills = {**READING_COLOURS, "not possible": "white"}
    lines = -(-rows["panel"].nunique() // 2)
    return (
        ggplot(rows, aes("estimate", "row", colour="colour"))
        + geom_vline(xintercept=0, colour=SOFT, size=0.5)
        + geom_errorbarh(aes(xmin="ci_low", xmax="ci_high"), height=0.25, size=0.8)
        + geom_point(aes(shape="shown", fill="colour"), size=2.8, stroke=0.7)
        + facet_wrap("panel", ncol=2, scales="free_x")
        + scale_colour_manual(values=colours, guide=None)
        + scale_fill_manual(values=fills, guide=None)
        + scale_shape_manual(values=READING_SHAPES, guide=None)
        + labs(
            x=f"{_arm(results, 'treatment')} less {_arm(results, 'control')}, with "
            f"{results.level} interval",
            y="Error term read as",
        )
        + report_theme(0.9 + 1.25 * lines)
        + theme(strip_text=element_text(size=9.5))
    )


def _arm(results: Results, role: str) -> str:
    return results.study.arm(role).label


def say_baseline(results: Results) -> str:
    """Describe the baseline plot from its rows."""
    rows = baseline_rows(results)
    possible = rows[rows["admissible"]]
    outside = possible[(possible["ci_low"] > 0) | (possible["ci_high"] < 0)]
    told = (
        "every possible interval includes zero"
        if outside.empty
        else count_of(len(outside), "possible interval excludes", "possible intervals exclude")
        + " zero"
    )
    panels = count_of(rows["panel"].nunique(), "comparison")
    return (
        f"Difference between the arms at baseline with its {results.level} interval, for {panels} "
        f"under each reading of the error terms ({listing(dict.fromkeys(rows['shown']))}); {told}. "
        f"{count_of(int((~rows['admissible']).sum()), 'reading is', 'readings are')} not possible "
        "and drawn hollow in grey."
    )


def bound_rows(results: Results) -> pd.DataFrame:
    """Return each implied SD as a share of the largest possible SD."""
    audit = results.audit
    rows = audit[
        audit["check"].isin(["sd_bound_widest", "range_sd_rounded"])
        & (audit["bound"] > 0)
        & audit["value"].notna()
    ]
    # Where the printed range gives a bound too, the sharper of the two is shown.
    rows = rows.assign(ratio=rows["value"] / rows["bound"])
    rows = rows.sort_values("ratio", kind="stable").drop_duplicates(
        ["target", "reading"], keep="last"
    )
    known = results.reported.set_index("row_id")
    rows = rows[rows["target"].isin(known.index)]
    # A figure has a mean for each visit: only those that a reading makes impossible are drawn.
    read_off = rows["target"].map(known["digitized"]).astype(bool)
    beyond = rows["target"].isin(rows.loc[rows["ratio"] > 1, "target"])
    rows = rows[~read_off | beyond]
    order = {row_id: place for place, row_id in enumerate(known.index)}
    rows = rows.sort_values("target", key=lambda t: t.map(order), kind="stable")
    names = []
    for _, row in rows.iterrows():
        printed = known.loc[row["target"]]
        name = row_name(results, printed)
        names.append(f"{name} (text)" if printed["alternative_of"] else name)
    return rows.assign(name=names, shown=rows["reading"].map(READINGS))


def draw_sd_bounds(results: Results) -> ggplot | None:
    """Draw each implied SD against the largest possible one; right of the line is impossible."""
    rows = bound_rows(results)
    if rows.empty:
        return None
    rows = rows.assign(
        label=ordered(rows["name"].map(lambda name: wrapped(name, 34)), reverse=True),
        fill=["beyond" if ratio > 1 else "within" for ratio in rows["ratio"]],
        shown=pd.Categorical(rows["shown"], categories=list(READINGS.values())),
    )
    return (
        ggplot(rows, aes("ratio", "label", colour="shown", shape="shown"))
        + geom_vline(xintercept=1, colour=SOFT, size=0.8)
        + geom_point(aes(fill="shown"), size=2.8, stroke=0.7)
        + scale_x_log10(
            breaks=[0.01, 0.03, 0.1, 0.3, 1, 3, 10],
            labels=plain_text,
            name="Implied SD / largest possible SD (log scale)\nRight of 1: no data can have it",
        )
        + scale_y_discrete(name="")
        + scale_colour_manual(values=READING_COLOURS, name="Error term read as")
        + scale_fill_manual(values=READING_COLOURS, name="Error term read as")
        + scale_shape_manual(values=READING_SHAPES, name="Error term read as")
        + report_theme(1.3 + 0.27 * rows["label"].nunique(), grid="xy", legend_title=True)
    )


def say_sd_bounds(results: Results) -> str:
    """Describe the SD bound plot from its rows."""
    rows = bound_rows(results)
    beyond = rows[rows["ratio"] > 1]
    worst = ""
    if len(beyond):
        row = beyond.loc[beyond["ratio"].idxmax()]
        worst = (
            f"; the furthest is {row['name']} read as {row['shown']}, {number(row['ratio'], 1)} "
            "times the largest possible"
        )
    return (
        f"The SD that each reading implies as a share of the largest SD that the limits allow, for "
        f"{count_of(rows['target'].nunique(), 'printed mean')}. {len(beyond)} of {len(rows)} lie "
        f"beyond it{worst}."
    )
