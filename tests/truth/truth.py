"""What the patients themselves say: n, mean, SD and SEM by arm and visit, and the tests on them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pingouin
from retrial.study.claims import Claim
from retrial.tables import TRUTH_INPUT
from scipy import stats

from truth.trials import Trial

BETWEEN = {"student_t": True, "welch_t": False}  # method: are the variances taken as equal?


def moments(trial: Trial, rows: pd.DataFrame) -> pd.DataFrame:
    """Return n, mean, sd and sem of each arm (in the trial's order) at each visit."""
    parts = []
    for arm, _ in trial.arms:
        values = rows[rows["arm"] == arm].groupby("visit")["value"]
        part = values.agg(n="count", mean="mean", sd="std").reset_index()
        parts.append(part.assign(arm=arm, sem=part["sd"] / part["n"] ** 0.5))
    return pd.concat(parts, ignore_index=True)[["arm", "visit", "n", "mean", "sd", "sem"]]


def values_at(rows: pd.DataFrame, arm: str, visit: float) -> pd.Series:
    """Return the values of an arm at a visit, by patient."""
    chosen = rows[(rows["arm"] == arm) & (rows["visit"] == visit)]
    return chosen.set_index("patient")["value"]


def between(trial: Trial, rows: pd.DataFrame, visit: float, method: str) -> float:
    """Return the p of a t test of the arms at a visit."""
    first, second = (values_at(rows, arm, visit) for arm, _ in trial.arms)
    return float(stats.ttest_ind(first, second, equal_var=BETWEEN[method]).pvalue)


def within(rows: pd.DataFrame, arm: str, before: float, after: float) -> tuple[float, float]:
    """Return the p of a paired t test of an arm's visits and their correlation.

    Both are of the patients who were there at both visits.
    """
    pairs = pd.concat(
        [values_at(rows, arm, before), values_at(rows, arm, after)], axis=1, join="inner"
    )
    first, second = pairs.iloc[:, 0], pairs.iloc[:, 1]
    return float(stats.ttest_rel(second, first).pvalue), float(first.corr(second))


def truth_table(trial: Trial, rows: pd.DataFrame, claims: list[Claim]) -> pd.DataFrame:
    """Return the rows of `truth.csv`: moments by arm and visit, then the tests.

    A p carries the claim that tests it; a test that no claim makes has an empty claim_id.
    """
    lines = list(_moment_lines(trial, rows))
    for visit in trial.visits:
        for method in BETWEEN:
            p = between(trial, rows, visit, method)
            for claim_id in _differences(claims, trial.outcome, visit):
                lines.append(_p_line(trial, None, visit, claim_id, method, p))
    start = trial.visits[0]
    for arm, _ in trial.arms:
        for visit in trial.visits[1:]:
            p, rho = within(rows, arm, start, visit)
            lines.append(_line(trial, "rho", arm, visit, rho))
            for claim_id in _changes(claims, trial.outcome, arm, start, visit):
                lines.append(_p_line(trial, arm, visit, claim_id, "paired_t", p))
    return pd.DataFrame(lines, columns=TRUTH_INPUT)


def anova_p(trial: Trial, rows: pd.DataFrame) -> float:
    """Return the p of the arms in a split-plot ANOVA of who was there at every visit."""
    seen = rows.groupby("patient")["visit"].nunique()
    complete = rows[rows["patient"].isin(seen.index[seen == len(trial.visits)])]
    found = pingouin.mixed_anova(
        complete, dv="value", within="visit", between="arm", subject="patient"
    )
    return float(found.set_index("Source").loc["arm", "p_unc"])


def _line(trial: Trial, quantity: str, arm: str | None, visit: float, value: float) -> dict:
    return {
        "quantity": quantity,
        "outcome": trial.outcome,
        "arm": arm,
        "visit": visit,
        "value": value,
    }


def _p_line(
    trial: Trial, arm: str | None, visit: float, claim_id: str | None, method: str, p: float
) -> dict:
    return _line(trial, "p", arm, visit, p) | {"claim_id": claim_id, "method": method}


def _moment_lines(trial: Trial, rows: pd.DataFrame) -> Iterator[dict]:
    for _, cell in moments(trial, rows).iterrows():
        for quantity in ("n", "mean", "sd", "sem"):
            yield _line(trial, quantity, cell["arm"], cell["visit"], float(cell[quantity]))


def _differences(claims: list[Claim], outcome: str, visit: float) -> list[str | None]:
    found = [
        claim.id
        for claim in claims
        if claim.form in ("difference", "attribution")
        and claim.paper_analysis.method in BETWEEN
        and any(t.outcome == outcome and visit in t.visits for t in claim.targets)
    ]
    return found or [None]


def _changes(
    claims: list[Claim], outcome: str, arm: str, start: float, visit: float
) -> list[str | None]:
    found = [
        claim.id
        for claim in claims
        if claim.form == "change"
        and (claim.arm, claim.from_visit) == (arm, start)
        and any(t.outcome == outcome and visit in t.visits for t in claim.targets)
    ]
    return found or [None]
