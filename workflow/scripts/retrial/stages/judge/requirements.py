"""The verdict on a comparison that no test can be run for: what the paper's own numbers leave.

The sensitivity analysis bounds each effect by the printed numbers, the paper's sentences and the
outcome's limits, and says under each reading of the error terms whether the claim can hold there.
"""

from __future__ import annotations

import pandas as pd

from retrial.study.claims import Claim

IDENTIFIED, REQUIRED = "partial_identification", "required_effect"
# Where neither mean is printed, what is required is a difference and no mean.
WITHOUT_A_MEAN = ("baseline_sd", "sd_units")
OPEN = {"basis": "none", "verdict": "not_testable"}


def readings_of(claim: Claim, label: str | None) -> list[str]:
    """Return a claim's readings, `as_labelled` as the label that the paper states, if known."""
    chosen = claim.defensible.readings if claim.defensible else []
    return list(dict.fromkeys(label if label and r == "as_labelled" else r for r in chosen))


def from_bounds(claim: Claim, sensitivity: pd.DataFrame, label: str | None = None) -> dict:
    """Return basis, verdict and, for a conditional verdict, the condition.

    `label` is what the paper says its error terms are.

    `contradicted` when the claim cannot hold under any of its readings, `confirmed` when it must
    under all, `conditional` when one arm's mean is printed, so that the other arm's must lie beyond
    a known value at that visit; else `not_testable`.
    """
    mine = sensitivity[sensitivity["claim_id"] == claim.id]
    chosen = readings_of(claim, label)
    # With any spread where none is printed: what is excluded there is excluded by every assumption.
    bounded = mine[
        (mine["analysis"] == IDENTIFIED)
        & mine["scenario"].str.startswith("effect:any_sd").fillna(False)
        & (mine["reading"].isna() | mine["reading"].isin(chosen))
        & mine["holds"].notna()
    ]
    if bounded.empty:
        return OPEN
    left = [reading for reading in chosen if not _excluded(claim, bounded, reading)]
    if not left:
        return {"basis": "bounds", "verdict": "contradicted"}
    if bounded["holds"].eq("must").all():
        return {"basis": "bounds", "verdict": "confirmed"}
    return _condition(claim, mine, left) or OPEN


def _excluded(claim: Claim, bounded: pd.DataFrame, reading: str) -> bool:
    """Say whether a claim cannot hold under a reading: at one visit, or (any of them) at all."""
    rows = bounded[bounded["reading"].isna() | (bounded["reading"] == reading)]
    if rows.empty:
        return False
    cannot = rows["holds"].eq("cannot").groupby([rows["outcome"], rows["visit"]]).all()
    return bool(cannot.any() if claim.joined == "all" else cannot.all())


def _condition(claim: Claim, rows: pd.DataFrame, left: list[str]) -> dict | None:
    if claim.form == "change" or claim.expect not in ("lower", "higher"):
        return None
    needed = rows[
        (rows["analysis"] == REQUIRED)
        & rows["visit"].notna()
        & rows["reading"].isin(left)
        & ~rows["scenario"].isin(WITHOUT_A_MEAN)
        & rows["threshold"].notna()
    ]
    if needed.empty:
        return None
    first = needed[needed["visit"] == needed["visit"].min()]
    return {
        "basis": "bounds",
        "verdict": "conditional",
        "condition_reading": ";".join(r for r in left if first["reading"].eq(r).any()),
        "condition_visit": first["visit"].iloc[0],
        "condition_low": first["threshold"].min(),
        "condition_high": first["threshold"].max(),
    }
