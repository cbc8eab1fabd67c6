"""Hold what the paper says its error terms are against what they can be."""

from __future__ import annotations

import pandas as pd

from retrial.stages.audit.joint import CHECK as JOINT
from retrial.stages.audit.spread import DECISIVE, means_with_error
from retrial.study.models import Study


def refuted_rows(
    findings: list[dict], checks: tuple[str, ...] = (*DECISIVE, JOINT)
) -> set[tuple[str, str]]:
    """Return the (row, reading) pairs that no data can have, by some checks (default: by all)."""
    return {
        (f["target"], f["reading"])
        for f in findings
        if f["check"] in checks and f["verdict"] == "impossible"
    }


def faulty_rows(
    means: pd.DataFrame, refuted: set[tuple[str, str]], readings: list[str]
) -> list[str]:
    """Return the rows that no reading fits: the row is at fault, not its label."""
    wanted = [row for row in means["row_id"] if all((row, r) in refuted for r in readings)]
    return wanted if readings else []


def refuted_scopes(
    reported: pd.DataFrame, refuted: set[tuple[str, str]], readings: list[str]
) -> set[tuple[str, str]]:
    """Return the (label scope, reading) pairs that cannot hold.

    An error term is labelled once for its scope, so one impossible row refutes the reading for all
    of it; but a row that refutes every reading is at fault itself and refutes no label.
    """
    means = means_with_error(reported)
    sound = means[~means["row_id"].isin(faulty_rows(means, refuted, readings))]
    scope_of = sound.dropna(subset="label_scope").set_index("row_id")["label_scope"]
    return {(scope_of[row], r) for row, r in refuted if row in scope_of and r in readings}


def check_labels(study: Study, reported: pd.DataFrame, findings: list[dict]) -> list[dict]:
    """Say for each table or passage whether the stated label of its error terms can hold."""
    rows = means_with_error(reported)
    readings = sorted({f["reading"] for f in findings if f["reading"]})
    refuted = refuted_rows(findings)
    scopes = refuted_scopes(reported, refuted, readings)
    found = []
    for scope, members in rows.groupby("label_scope", sort=False):
        stated = members["error_label"].iloc[0]
        faults = faulty_rows(members, refuted, readings)
        culprits = [r for r in members["row_id"] if (r, stated) in refuted and r not in faults]
        left = [reading for reading in readings if (scope, reading) not in scopes]
        impossible = (scope, stated) in scopes
        faulty = len(faults) == len(members)
        verdict = "inconsistent" if impossible else "not_applicable" if faulty else "pass"
        detail = (
            f"stated as {stated.upper()}, which {', '.join(culprits)} cannot be; "
            f"what is left: {', '.join(r.upper() for r in left) or 'no reading'}"
            if impossible
            else f"no reading fits {', '.join(faults)}: a fault of that row, not of the label"
            if faulty
            else f"stated as {stated.upper()}; no reading fits {', '.join(faults)}, a fault of "
            "that row; nothing else printed excludes the label"
            if faults
            else f"stated as {stated.upper()}; nothing printed excludes it"
        )
        found.append(
            {
                "check": "error_label",
                "target": scope,
                "reading": stated,
                "verdict": verdict,
                "value": float(len(culprits + faults)),
                "bound": 0.0,
                "detail": detail,
                "source": study.error_label.source,
            }
        )
    return found
