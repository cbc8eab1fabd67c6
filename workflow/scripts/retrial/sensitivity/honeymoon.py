"""How much of an effect the natural remission ("honeymoon") after diagnosis could explain.

Randomization shares the honeymoon between the arms, so the concurrent control is the primary
comparison. Beside it: the clock since diagnosis, events against natural history, the natural change
that would explain a mean's (`retrial.sensitivity.history`, `.natural_change`), and IDAA1c.
"""

from __future__ import annotations

from math import nan

import pandas as pd

from retrial.sensitivity.comparisons import Paper
from retrial.sensitivity.history import ANALYSIS, events_against_history
from retrial.sensitivity.natural_change import explaining_changes
from retrial.study import Claim, Honeymoon
from retrial.wording import number

# IDAA1c = HbA1c (%) + 4 x insulin dose (U/kg/day) (Mortensen et al. 2009, doi 10.2337/dc08-1987).
IDAA1C_FACTOR = 4.0
IDAA1C_DOSE_UNIT = "U/kg/day"
TIMED_FORMS = ("difference", "attribution", "change")


def honeymoon(paper: Paper, *, alpha: float, readings: list[str], rho: list[float]) -> list[dict]:
    """Return the analyses of the honeymoon; none where the study states no such period."""
    if paper.study.honeymoon is None:
        return []
    return [
        *_windows(paper, paper.study.honeymoon),
        *events_against_history(paper, alpha),
        *explaining_changes(paper, alpha, readings, rho),
        *_dose_adjusted(paper),
    ]


def _windows(paper: Paper, settings: Honeymoon) -> list[dict]:
    """Say for each window which visits lie after it, on the clock of months since diagnosis.

    A visit is surely after the window when even a patient who entered soon after diagnosis is past
    it, perhaps after when only those who entered late are. `threshold` is the first visit surely
    after.
    """
    earliest, latest = settings.duration_at_entry_months
    rows = []
    for window in (settings.window_months, *settings.other_windows_months):
        surely = [v for v in sorted(paper.study.visits) if v + earliest > window]
        perhaps = [v for v in sorted(paper.study.visits) if v + earliest <= window < v + latest]
        kept = [
            f"{claim.id} ({_visits(after)})"
            for claim in paper.claims
            if claim.form in TIMED_FORMS and (after := _after(claim, surely))
        ]
        detail = (
            f"Visits since diagnosis are {earliest:g} to {latest:g} months later than since entry. "
            f"Surely after a window of {window:g} months: {_visits(surely)}; perhaps: "
            f"{_visits(perhaps)}. Claims with visits left: {', '.join(kept) or 'none'}."
        )
        rows.append(
            {
                "analysis": ANALYSIS,
                "scenario": f"window_{window:g}_months",
                "outcome": settings.events[0].outcome,
                "threshold": surely[0] if surely else nan,
                "detail": detail,
                "source": settings.source,
            }
        )
    return rows


def _after(claim: Claim, surely: list[float]) -> list[float]:
    return sorted({v for target in claim.targets for v in target.visits} & set(surely))


def _visits(visits: list[float]) -> str:
    return ", ".join(f"{v:g}" for v in visits) or "none"


def _dose_adjusted(paper: Paper) -> list[dict]:
    """Judge printed HbA1c after baseline by IDAA1c, or say at which dose it would be a remission.

    Only where the evidence holds the rule (a `threshold` whose quantity begins with IDAA1c) and an
    outcome is HbA1c in per cent.
    """
    rules = paper.evidence[
        (paper.evidence["value_type"] == "threshold")
        & paper.evidence["quantity"].str.startswith("IDAA1c")
    ]
    outcomes = [o for o in paper.study.outcomes if o.label.lower() == "hba1c" and o.unit == "%"]
    rows = []
    for _, rule in rules.iterrows():
        for outcome in outcomes:
            means = paper.reported[
                (paper.reported["outcome"] == outcome.id)
                & (paper.reported["statistic"] == "mean")
                & (paper.reported["visit"] > min(paper.study.visits))
            ]
            rows += [_idaa1c(paper, rule, row) for _, row in means.iterrows()]
    return rows


def _idaa1c(paper: Paper, rule: pd.Series, row: pd.Series) -> dict:
    limit, hba1c = float(rule["value"]), float(row["value"])
    dose_at_limit = (limit - hba1c) / IDAA1C_FACTOR
    arm = next((a.label for a in paper.study.arms if a.id == row["arm"]), "all patients")
    cells = {
        "analysis": ANALYSIS,
        "scenario": f"idaa1c:{row['row_id']}",
        "outcome": row["outcome"],
        "visit": row["visit"],
        "version": row["version"],
        "threshold": dose_at_limit,
        "source": f"{row['source']}; {rule['citation']}",
    }
    doses = paper.reported[
        (paper.reported["unit"] == IDAA1C_DOSE_UNIT)
        & (paper.reported["statistic"] == "mean")
        & (paper.reported["arm"] == row["arm"])
        & (paper.reported["visit"] == row["visit"])
    ]
    remission = (
        f"IDAA1c is at most {limit:g} up to a dose of {dose_at_limit:.4g} {IDAA1C_DOSE_UNIT} "
        f"(HbA1c {hba1c:g}, {arm})"
    )
    if doses.empty:
        return cells | {"detail": f"Pending: no dose is printed at this visit. {remission}."}
    value = hba1c + IDAA1C_FACTOR * float(doses["value"].iloc[0])
    inside = "inside" if value <= limit else "outside"
    detail = f"IDAA1c of the means is {number(value)}, {inside} the remission range. {remission}."
    return cells | {"estimate": value, "detail": detail}
