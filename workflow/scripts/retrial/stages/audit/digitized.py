"""Hold digitized figures against themselves: bars, visits, stale values, two digitizers."""

from __future__ import annotations

from math import isnan

import pandas as pd
from scipy.special import ndtri

from retrial.figures.curves import visits_shown
from retrial.figures.measure import OBSERVER_ERROR, OBSERVER_MEAN
from retrial.study.figures import Figure
from retrial.study.models import Study

FALSE_ALARMS = 0.01  # how often bars of one length, clicked with the stated error, would be flagged


def check_digitized(
    study: Study,
    figures: list[Figure],
    points: pd.DataFrame,
    agreement: pd.DataFrame,
) -> list[dict]:
    """Return what a reviewer must know of the digitized figures.

    `bar_symmetry`: the two halves of an error bar differ by more than the clicks explain (a normal
    test at 1 % over all bars, Bonferroni): no SD, SE or t interval of a mean is drawn so, on the
    scale on which it was computed. `digitized_visits`: visits without a point. `stale_values`: the
    project file stores values of an earlier calibration (they are not used). `points_left_out`:
    points of an arm's data sets that belong to no point group or label. `digitizers`: bias and
    limits of agreement of two people, and whether the spread is more than the clicks explain.
    """
    return [
        *_symmetry(points),
        *_visits(study, figures, points),
        *_stale(points),
        *_left_out(points),
        *_digitizers(points, agreement),
    ]


def _finding(row: pd.Series | dict, check: str, verdict: str, detail: str, **rest: object) -> dict:
    cells = ("outcome", "arm", "visit")
    return {
        "check": check,
        "target": row.get("row_id"),
        **{cell: row.get(cell) for cell in cells},
        "verdict": verdict,
        "detail": detail,
        "source": row.get("source"),
        **rest,
    }


def _symmetry(points: pd.DataFrame) -> list[dict]:
    both = points[points["difference_of_bars"].notna() & points["difference_sigma"].notna()]
    if both.empty:
        return []
    limit = -float(ndtri(FALSE_ALARMS / 2 / len(both)))
    rows = []
    for _, row in both.iterrows():
        score = abs(row["difference_of_bars"]) / row["difference_sigma"]
        detail = (
            f"the upper half of the bar is {row['difference_of_bars']:+.3g} longer than the lower, "
            f"{score:.1f} times its standard deviation ({limit:.1f} would be unusual)"
        )
        verdict = "implausible" if score > limit else "pass"
        rows.append(
            _finding(row, "bar_symmetry", verdict, detail, value=score, bound=limit)
            | {"source": f"{row['figure']}, panel {row['panel']}"}
        )
    return rows


def _visits(study: Study, figures: list[Figure], points: pd.DataFrame) -> list[dict]:
    rows = []
    for figure in figures:
        for panel in figure.panels if figure.digitized else []:
            for arm in panel.arms:
                mine = points[
                    (points["figure"] == figure.id)
                    & (points["panel"] == panel.id)
                    & (points["arm"] == arm)
                ]
                absent = [v for v in visits_shown(study, panel) if v not in set(mine["visit"])]
                bare = mine.loc[mine["error"].isna(), "visit"].tolist()
                told = [f"no point at {study.visit_name(visit)}" for visit in absent]
                told += [f"no error bar at {study.visit_name(visit)}" for visit in bare]
                row = {
                    "row_id": f"{figure.id}_{panel.id}_{arm}",
                    "outcome": panel.outcome,
                    "arm": arm,
                    "source": figure.source,
                }
                detail = "; ".join(told) or f"a point at each of {len(mine)} visits"
                verdict = "implausible" if told else "pass"
                rows.append(
                    _finding(row, "digitized_visits", verdict, detail, value=float(len(mine)))
                )
    return rows


def _stale(points: pd.DataFrame) -> list[dict]:
    rows = []
    for (figure, panel), group in points.groupby(["figure", "panel"], sort=False):
        stale = int(group["stale"].astype(bool).sum())
        if stale:
            row = {"row_id": f"{figure}_{panel}", "outcome": group["outcome"].iloc[0]}
            detail = (
                f"{stale} of {len(group)} numbers in the project file were computed with an "
                "earlier calibration; they are computed anew from the pixels"
            )
            rows.append(
                _finding(row, "stale_values", "implausible", detail, value=float(stale))
                | {"source": f"{figure}, panel {panel}"}
            )
    return rows


def _left_out(points: pd.DataFrame) -> list[dict]:
    rows = []
    for (figure, panel, arm), group in points.groupby(["figure", "panel", "arm"], sort=False):
        left = int(group["left_out"].iloc[0])
        if left > 0:
            row = {
                "row_id": f"{figure}_{panel}_{arm}",
                "outcome": group["outcome"].iloc[0],
                "arm": arm,
                "source": f"{figure}, panel {panel}",
            }
            told = (
                f"{left} clicked point{'s' * (left != 1)} of this arm's data sets belong to no "
                "point group or label, and are not used"
            )
            rows.append(_finding(row, "points_left_out", "implausible", told, value=float(left)))
    return rows


def _digitizers(points: pd.DataFrame, agreement: pd.DataFrame) -> list[dict]:
    rows = []
    for row in agreement.to_dict("records"):
        mine = points[(points["figure"] == row["figure"]) & (points["panel"] == row["panel"])]
        explained, how = _explained(mine, row["what"])
        told = f"{row['what']}s of {row['n']:.0f} points: bias {row['bias']:+.3g}"
        if isnan(row["sigma"]):
            told += "; too few points to say how far two digitizers differ"
        else:
            told += f", 95 % limits of agreement {row['low']:.3g} to {row['high']:.3g}"
        if not isnan(row["icc"]):
            told += f", ICC(A,1) {row['icc']:.3f} ({row['icc_low']:.2f} to {row['icc_high']:.2f})"
        wider = row["sigma"] > explained
        if wider:
            told += (
                f"; one digitizer's error is {row['sigma']:.3g}, more than {how} "
                f"({explained:.3g}), and is used instead"
            )
        verdict = "implausible" if row["sigma"] > 2 * explained else "pass"
        target = {
            "row_id": f"{row['figure']}_{row['panel']}",
            "outcome": mine["outcome"].iloc[0],
            "source": f"{row['figure']}, panel {row['panel']}",
        }
        rows.append(
            _finding(
                target,
                f"digitizers_{row['what']}",
                "not_applicable" if isnan(row["sigma"]) else verdict,
                told,
                value=row["sigma"],
                bound=explained,
            )
        )
    return rows


def _explained(points: pd.DataFrame, what: str) -> tuple[float, str]:
    """Return the error that two digitizers of these points should have, and what says so."""
    clicks = points[f"{what}_sigma_pixels"]
    if clicks.notna().any():
        return float(clicks.mean()), "the clicks explain"
    usual = {"mean": OBSERVER_MEAN, "error": OBSERVER_ERROR}[what]
    return float(usual * points[what].abs().mean()), "observers usually differ by"
