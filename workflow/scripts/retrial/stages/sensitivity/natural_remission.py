"""How much of an effect natural remission after diagnosis could explain.

Randomization shares natural remission between the arms, so the concurrent control is the primary
comparison. Beside it: the clock since diagnosis, events against natural history, and the natural
change that would explain a mean's (`retrial.stages.sensitivity.history`, `.natural_change`).
"""

from __future__ import annotations

from math import nan

from retrial.stages.sensitivity.history import ANALYSIS, events_against_history
from retrial.stages.sensitivity.natural_change import explaining_changes
from retrial.study.claims import Claim
from retrial.study.remission import NaturalRemission
from retrial.trial import Trial

TIMED_FORMS = ("difference", "attribution", "change")


def natural_remission(
    trial: Trial, *, alpha: float, readings: list[str], rho: list[float]
) -> list[dict]:
    """Return the analyses of natural remission; none where the study states no such period."""
    if trial.study.natural_remission is None:
        return []
    return [
        *_windows(trial, trial.study.natural_remission),
        *events_against_history(trial, alpha),
        *explaining_changes(trial, alpha, readings, rho),
    ]


def _windows(trial: Trial, settings: NaturalRemission) -> list[dict]:
    """Say for each window which visits lie after it, on the clock of months since diagnosis.

    A visit is certainly after the window when even a patient who entered soon after diagnosis is
    past it, perhaps after when only those who entered late are. `threshold` is the first visit
    certainly after.
    """
    earliest, latest = settings.months_at_treatment
    run_in = f" (the run-in of {settings.run_in_months:g} added)" if settings.run_in_months else ""
    rows = []
    for window in (settings.window_months, *settings.other_windows_months):
        surely = [v for v in sorted(trial.study.visits) if v + earliest > window]
        perhaps = [v for v in sorted(trial.study.visits) if v + earliest <= window < v + latest]
        kept = [
            f"{claim.id} ({_visits(after)})"
            for claim in trial.claims
            if claim.form in TIMED_FORMS and (after := _after(claim, surely))
        ]
        detail = (
            f"Since diagnosis, visits are {earliest:g} to {latest:g} months later than since the "
            f"start of treatment{run_in}. Certainly after a window of {window:g} months: "
            f"{_visits(surely)}; perhaps: {_visits(perhaps)}. Claims with visits left: "
            f"{', '.join(kept) or 'none'}."
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
