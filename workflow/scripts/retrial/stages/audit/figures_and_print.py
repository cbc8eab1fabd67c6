"""Hold digitized figures against what the paper prints: means, and what the bars are."""

from __future__ import annotations

import pandas as pd

from retrial.figures.against_print import (
    bar_readings,
    beside_print,
    contradicted,
    factor,
    held_back,
)
from retrial.stats.summaries import READINGS
from retrial.study.figures import Figure
from retrial.study.models import Study


def check_against_print(
    study: Study, figures: list[Figure], reported: pd.DataFrame, points: pd.DataFrame
) -> list[dict]:
    """Return what the paper's own printed numbers say of its digitized figures.

    `figure_and_print`: a mean that is printed as well (a free test of the calibration and of which
    curve is which arm). `figure_held`: a panel with a mean that agrees with none of its printed
    values; it is held back (no number of it is used) until figures.yaml accepts it. `figure_bars`:
    the reading of a bar that gives the SD of the error term printed for the same patients, with the
    latter read as it is labelled; `value` is the printed error term over the bar, `bound` what the
    two labels make it.
    """
    if points.empty:
        return []
    beside = beside_print(points, reported)
    return [
        *_means(beside),
        *_held(figures, beside),
        *_bars(study, figures, beside),
    ]


def _row(row: pd.Series | dict, check: str, verdict: str, detail: str, **rest: object) -> dict:
    cells = {cell: row[cell] for cell in ("outcome", "arm", "visit")}
    source = f"{row['figure']}, panel {row['panel']}"
    return {
        "check": check,
        "target": row["row_id"],
        **cells,
        "verdict": verdict,
        "detail": detail,
        "source": source,
        **rest,
    }


def _means(beside: pd.DataFrame) -> list[dict]:
    rows = []
    for row in beside.to_dict("records"):
        detail = (
            f"{row['mean']:.4g} read off, {row['value_printed']:g} printed in {row['source']}: "
            f"{row['gap']:+.2g}, where rounding and clicks explain {row['room']:.2g}"
        )
        verdict = "pass" if row["agrees"] else "inconsistent"
        rows.append(
            _row(row, "figure_and_print", verdict, detail, value=abs(row["gap"]), bound=row["room"])
        )
    return rows


def _held(figures: list[Figure], beside: pd.DataFrame) -> list[dict]:
    reasons = {figure.id: figure.accepted for figure in figures}
    held = held_back(figures, beside)
    rows = []
    for row in contradicted(beside).to_dict("records"):
        detail = (
            f"{row['contradicting']} of {row['compared']} means that the paper prints as well "
            f"disagree, most of all {row['mean']:.4g} read off where {row['value_printed']:g} is "
            f"printed ({row['source_printed']})"
        )
        if row["exchanged"]:
            detail += "; they agree once the two arms are exchanged"
        if (row["figure"], row["panel"]) in held:
            detail += "; the panel is not used"
        else:
            detail += f"; used all the same: {reasons[row['figure']]}"
        target = {**row, "row_id": f"{row['figure']}_{row['panel']}", "arm": None, "visit": None}
        rows.append(
            _row(
                target,
                "figure_held",
                "inconsistent",
                detail,
                value=float(row["contradicting"]),
                bound=0.0,
            )
        )
    return rows


def _bars(study: Study, figures: list[Figure], beside: pd.DataFrame) -> list[dict]:
    labels = {figure.id: figure.error_label or study.error_label.label for figure in figures}
    held = held_back(figures, beside)
    rows = []
    for row in beside.to_dict("records"):
        known = (row["error"], row["error_printed"], row["error_sigma"], row["n_printed"])
        if any(pd.isna(value) for value in known) or min(known[:2]) <= 0:
            continue
        if (row["figure"], row["panel"]) in held:
            continue  # of which curve the bars are is not known
        rows.append(_bar(row, labels[row["figure"]]))
    return rows


def _bar(row: dict, label: str) -> dict:
    ratio = row["error_printed"] / row["error"]
    printed = row["error_label"]
    fits = bar_readings(row)
    as_labelled = [bar for bar, other in fits if other == printed]
    told = (
        f"the error term printed in {row['source']} is {ratio:.2f} times as long as the bar"
        f" (the root of n is {row['n_printed'] ** 0.5:.2f})"
    )
    if label not in READINGS or printed not in READINGS:
        return _row(row, "figure_bars", "not_applicable", told, value=ratio)
    n = int(row["n_printed"])
    expected = factor(label, n) / factor(printed, n)
    # Two readings are apart by more than the clicks only where n is not tiny.
    reading = as_labelled[0] if len(as_labelled) == 1 else None
    if label in as_labelled:
        verdict = "pass"
        told += f", as it is where the bar is a {_short(label)} and the other a {_short(printed)}"
    elif as_labelled:
        verdict = "inconsistent"
        told += (
            f": not a {_short(label)}, as the bars are labelled, but a "
            f"{' or '.join(map(_short, as_labelled))} where the printed term is a {_short(printed)}"
        )
    else:
        verdict = "inconsistent"
        told += "; no reading of the bar gives the printed spread"
        if fits:
            bar, other = fits[0]
            told += f" unless that is a {_short(other)} (the bar is then a {_short(bar)})"
    return _row(row, "figure_bars", verdict, told, reading=reading, value=ratio, bound=expected)


def _short(reading: str) -> str:
    return {"sd": "SD", "sem": "SEM", "ci95": "95 % interval"}[reading]
