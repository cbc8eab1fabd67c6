"""What speaks against the stated label of an error term: how many printed p each reading gives.

Of a label scope, the printed p-values that rest on its numbers are counted by the readings under
which some test of those numbers gives them. Reasons to doubt a label are gathered from here, from
the label that the audit refutes, and from bars that an error term printed elsewhere contradicts.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from retrial.stages.audit.joint import scopes_of
from retrial.stages.audit.spread import means_with_error
from retrial.stats.summaries import READINGS

CHECK = "label_fit"
LABELLED = "as_labelled"


def check_label_fit(reported: pd.DataFrame, tried: list[dict]) -> list[dict]:
    """Return one line for each label scope and reading, where a printed p rests on its numbers.

    `tried` are the tests behind the printed p-values (table `printed_p`). `value` is how many of
    the p fit the reading, `bound` how many there are.
    """
    means = means_with_error(reported)
    means = means.assign(scope=means["row_id"].map(scopes_of(means)))
    readings: dict[str, set[str]] = {}
    for test in tried:
        if test["reading"] is not None:
            fitting = readings.setdefault(test["row_id"], set())
            fitting |= {test["reading"]} if test["fits"] else set()
    behind = {
        row["row_id"]: set(_rows_behind(means, row)["scope"])
        for _, row in reported[reported["row_id"].isin(list(readings))].iterrows()
    }
    found = []
    for scope, members in means.groupby("scope", sort=False):
        mine = [row for row, scopes in behind.items() if scope in scopes]
        label = members["error_label"].iloc[0]
        fits = {
            reading: [row for row in mine if readings[row] & _names(reading, label)]
            for reading in READINGS
        }
        for reading in READINGS if mine else ():
            fitting = fits[reading]
            best = max(READINGS, key=lambda name: len(fits[name]))
            beaten = reading == label and len(fits[best]) > len(fitting)
            found.append(
                {
                    "check": CHECK,
                    "target": scope,
                    "reading": reading,
                    "verdict": "implausible" if beaten else "pass",
                    "value": float(len(fitting)),
                    "bound": float(len(mine)),
                    "detail": f"{len(fitting)} of {len(mine)} printed p-values can come from these "
                    f"numbers read as {reading.upper()}"
                    + (", as they are labelled" if reading == label else "")
                    + (f"; {len(fits[best])} can, read as {best.upper()}" if beaten else ""),
                    "source": members["source"].iloc[0],
                }
            )
    return found


def _names(reading: str, label: str) -> set[str]:
    return {reading, LABELLED} if reading == label else {reading}


def _rows_behind(means: pd.DataFrame, p: pd.Series) -> pd.DataFrame:
    """Return the means that a printed p is about: of its arm if it has one, and of its visit."""
    rows = means[means["outcome"] == p["outcome"]]
    if pd.notna(p["arm"]):
        rows = rows[rows["arm"] == p["arm"]]
    if pd.notna(p["visit"]):
        first = means["visit"].min() if pd.notna(p["arm"]) else p["visit"]
        rows = rows[rows["visit"].isin([p["visit"], first])]
    return rows


def reasons(reported: pd.DataFrame, audit: Iterable[dict]) -> dict[tuple[str, str], str]:
    """Return why a reading other than the stated label is open, by (label scope, reading)."""
    means = means_with_error(reported)
    scopes = scopes_of(means)
    rows = zip(means["row_id"], means["error_label"], strict=True)
    labels = {scopes[row]: label for row, label in rows}
    findings = [f for f in audit if f["check"] in (CHECK, "error_label", "figure_bars")]
    fits = {(f["target"], f["reading"]): f for f in findings if f["check"] == CHECK}
    found: dict[tuple[str, str], str] = {}
    for scope, label in labels.items():
        for reading in (r for r in READINGS if r != label):
            mine, stated = fits.get((scope, reading)), fits.get((scope, label))
            if mine is not None and stated is not None and mine["value"] > stated["value"]:
                found[scope, reading] = (
                    f"{mine['value']:g} of {mine['bound']:g} printed p-values fit it, "
                    f"{stated['value']:g} the stated label"
                )
    for f in findings:
        if f["verdict"] != "inconsistent" or f["check"] == CHECK:
            continue
        if f["check"] == "error_label":
            for reading in READINGS:
                if reading != labels.get(f["target"]):
                    found[f["target"], reading] = "the audit refutes the stated label"
        elif isinstance(f["reading"], str) and f["target"] in scopes:
            scope = scopes[f["target"]]
            found.setdefault((scope, f["reading"]), "an error term printed elsewhere gives it")
    return found
