"""What was read off the paper's figures, how exactly, and a picture to check it by."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import escape, heading, join, paragraph
from retrial.report.load import Results
from retrial.report.phrases import brief, printed_mean, short_arm, with_unit
from retrial.report.pictures import picture
from retrial.report.tables import Column, render_table
from retrial.report.words import READINGS, count_of, listing, missing, number, plain, text, whole
from retrial.stats.precision import COVERED, decimals_shown
from retrial.study.figures import Figure

HOW_SURE = {
    "pixels": "the error of the clicks",
    "observers": "the error of people on figures of known truth (the file contains no pixels)",
    "two digitizers": "the difference between two digitizers",
}


def introduction(results: Results) -> str:
    """Say how many figures were read, and how sure the numbers are; nothing without any."""
    read = [figure for figure in results.figures if figure.digitized]
    if not read:
        return ""
    points = results.digitized
    relative = (points["error_sigma"] / points["error"]).median()
    means = count_of(len(points), "mean was", "means were")
    names = listing([escape(figure.source) for figure in read])
    told = (
        f"{means} read off {names}. Each number has one "
        f"standard deviation of reading error (σ); for an error bar it is "
        f"{100 * relative:.1f} % of the bar in the middle. The error is carried into every "
        "p-value: see the sensitivity analyses."
    )
    return paragraph(told)


def figures(results: Results) -> str:
    """Return each digitized figure: how it was read, the picture to check it by, its numbers."""
    return join(_figure(results, figure) for figure in results.figures if figure.digitized)


def _figure(results: Results, figure: Figure) -> str:
    points = results.digitized[results.digitized["figure"] == figure.id]
    kinds = [HOW_SURE[kind] for kind in dict.fromkeys(points["sigma_from"])]
    label = figure.error_label or results.study.error_label.label
    called = READINGS.get(label, plain(label))
    return join(
        [
            heading(f"{figure.source}: {figure.title}", 3),
            paragraph(
                f"{escape(figure.reason.rstrip('.'))}. The bars are labelled {escape(called)}. "
                f"σ comes from {listing(kinds)} ({figure.pixel_sd:g} px a click)."
            ),
            picture(
                results,
                f"overlay_{figure.id}",
                "What was clicked, on the figure itself: crosses calibrate the axes, rings are "
                "means with the visit that each was taken for, dashes the ends of bars.",
            ),
            _numbers(results, figure, points),
            _agreement(results, figure),
            _findings(results, points, figure),
        ]
    )


def _numbers(results: Results, figure: Figure, points: pd.DataFrame) -> str:
    """Return the table of a figure's means: one row a visit, arms beside each other."""
    reported = results.reported.set_index("row_id")
    arms = [arm.id for arm in results.study.arms if (points["arm"] == arm.id).any()]
    shown = []
    for (outcome, visit), rows in points.groupby(["outcome", "visit"], sort=False):
        line = {"outcome": with_unit(results, outcome), "visit": f"{visit:g}"}
        for _, point in rows.iterrows():
            row, arm = reported.loc[point["row_id"]], point["arm"]
            line[f"{arm}_mean"] = printed_mean(row)
            line[f"{arm}_sigma"] = _sigma(row)
            line[f"{arm}_n"] = whole(row["n"])
        shown.append(line)
    columns = [Column("visit", results.study.visit_word.capitalize())]
    for arm in arms:
        group = short_arm(results, arm)
        columns += [
            Column(f"{arm}_mean", "Mean ± bar", "number", group=group),
            Column(f"{arm}_sigma", "σ", "number", group=group),
            Column(f"{arm}_n", "n", "number", group=group),
        ]
    return render_table(
        shown,
        columns,
        anchor=f"t-{figure.id}",
        caption=f"Numbers read off {figure.source}",
        grouped_by="outcome",
        note="σ: one standard deviation of reading error, of the mean and of the bar. The true "
        f"reading lies within {COVERED:.2f} σ in 95 of 100 digitizations, if clicks err so and "
        "without bias.",
    )


def _sigma(row: pd.Series) -> str:
    """Return the two sigmas, to one digit more than their numbers."""
    parts = [
        number(row[f"{what}_sigma"], decimals_shown(row, what) + 1)
        for what in ("value", "error")
        if decimals_shown(row, what) is not None
    ]
    return " / ".join(parts)


def _agreement(results: Results, figure: Figure) -> str:
    rows = results.agreement[results.agreement["figure"] == figure.id]
    shown = [
        {
            "what": f"Panel {row['panel']}, {'means' if row['what'] == 'mean' else 'bars'}",
            "n": whole(row["n"]),
            "bias": f"{row['bias']:+.3g}",
            "limits": f"{row['low']:.3g} to {row['high']:.3g}",
            "sigma": f"{row['sigma']:.3g}",
            "icc": ""
            if missing(row["icc"])
            else f"{row['icc']:.3f} ({row['icc_low']:.2f} to {row['icc_high']:.2f})",
        }
        for _, row in rows.iterrows()
    ]
    table = render_table(
        shown,
        [
            Column("what", "Numbers"),
            Column("n", "n", "number"),
            Column("bias", "Bias", "number"),
            Column("limits", "95 % limits of agreement"),
            Column("sigma", "σ of one digitizer", "number"),
            Column("icc", "ICC(A,1), 95 % interval"),
        ],
        anchor=f"t-agreement-{figure.id}",
        caption=f"Two digitizers of {figure.source}",
        note="First minus second digitizer (Bland and Altman). Where σ is larger than that of the "
        "clicks, it is used in its place.",
    )
    if not table:
        return ""
    sentence = paragraph("A second person digitized the figure without seeing the first result.")
    return join([sentence, table])


def _findings(results: Results, points: pd.DataFrame, figure: Figure) -> str:
    """Return what the audit found wrong with the digitization, one sentence each."""
    names = {f"{figure.id}_{panel.id}" for panel in figure.panels}
    names |= {f"{figure.id}_{p.id}_{arm}" for p in figure.panels for arm in p.arms}
    names |= set(points["row_id"])
    checks = ("bar_symmetry", "digitized_visits", "stale_values", "figure_and_print")
    mine = results.audit[results.audit["target"].isin(names)]
    found = mine[mine["check"].isin(checks) & mine["verdict"].isin(["implausible", "inconsistent"])]
    told = [_finding(results, row) for _, row in found.iterrows()]
    both = mine[(mine["check"] == "figure_and_print") & (mine["verdict"] == "pass")]
    agreed = [_finding(results, row) for _, row in both.iterrows()]
    return join(
        [
            paragraph(f"To be looked at: {'; '.join(told)}." if told else ""),
            paragraph(f"Printed as well, and the same: {'; '.join(agreed)}." if agreed else ""),
        ]
    )


def _finding(results: Results, row: pd.Series) -> str:
    where = short_arm(results, row["arm"]) or text(row["source"])
    when = "" if missing(row["visit"]) else f", {results.study.visit_name(row['visit'])}"
    return f"{escape(where)}{when}: {escape(brief(text(row['detail'])))}"
