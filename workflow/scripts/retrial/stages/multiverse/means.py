"""The product of the axes for comparisons of two means, all specifications at once.

Every axis takes the frame of comparisons and gives it back once for each of its choices; what comes
out is tested in one call a method. One row is one specification.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from retrial.axes import OWN_AXES, Axis, unchanged
from retrial.comparisons.calculations import group
from retrial.comparisons.selection import Mean, means_of, row_ids, rows_of, tried, versions_of
from retrial.stats.means import MEANS_METHODS, compare_means
from retrial.stats.summaries import READINGS, sd_from_error
from retrial.study.claims import Claim
from retrial.study.models import Study
from retrial.trial import Trial

PARTS = ("n", "mean", "error", "reading", "error_n")


def comparisons(trial: Trial, claim: Claim) -> pd.DataFrame:
    """Return a claim's comparisons of two arms' means as printed, one a row.

    Columns: what it is about, mean, error, n, least n, the n that the error term was printed for
    (`error_n`) and reading of each arm (`_1` treated, `_2` control), and whether both can have
    their SD.
    """
    study, rows = trial.study, []
    for outcome, visit in _continuous(study, claim):
        printed = rows_of(trial.reported, outcome, visit, statistic="mean")
        wanted = [(printed, arm) for arm in trial.arms]
        for version in versions_of(printed):
            for reading in tried(trial.settings.readings):
                pair = means_of(wanted, trial.summaries, version, reading)
                if pair is not None:
                    about = {
                        "claim_id": claim.id,
                        "outcome": outcome,
                        "visit": float(visit),
                        "version": version or None,
                        "reading": reading,
                        "row_ids": row_ids(*pair),
                        "admissible": all(mean.admissible for mean in pair),
                        "allowed": all(mean.allowed for mean in pair),
                    }
                    rows.append(about | _arm(study, pair[0], 1) | _arm(study, pair[1], 2))
    return pd.DataFrame(rows)


def _continuous(study: Study, claim: Claim) -> Iterator[tuple[str, float]]:
    if claim.form in ("difference", "attribution"):
        for target in claim.targets:
            if study.outcome(target.outcome).kind == "continuous":
                yield from ((target.outcome, visit) for visit in target.visits)


def _arm(study: Study, mean: Mean, number: int) -> dict[str, object]:
    least = study.available(mean.arm, mean.visit)[0]
    return {
        f"mean_{number}": mean.mean,
        f"error_{number}": mean.error,
        f"n_{number}": mean.n,
        f"error_n_{number}": mean.n,
        f"least_{number}": min(mean.n, max(least, 2)),
        f"reading_{number}": mean.reading,
    }


def expanded(rows: pd.DataFrame, axes: tuple[Axis, ...]) -> pd.DataFrame:
    """Return the comparisons once for each combination of the axes' choices, each in its column."""
    for axis in axes:
        parts = [
            change(rows.copy()).assign(**{axis.name: choice})
            for choice, change in axis.choices.items()
        ]
        rows = pd.concat(parts, ignore_index=True)
    return rows


def _completers(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons with the fewest patients, where some may have left by then.

    With the printed mean and SD: as if those who left had been like the others.
    """
    fewer = (rows["least_1"] < rows["n_1"]) | (rows["least_2"] < rows["n_2"])
    chosen = rows[fewer]
    return chosen.assign(n_1=chosen["least_1"], n_2=chosen["least_2"])


POPULATION = Axis("population", {"as_printed": unchanged, "completers": _completers})


def tested(rows: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Return the comparisons by each test of two means: estimate, interval, p and `method`.

    Raises:
        ValueError: If an axis has made a negative error term or a group of fewer than two.
    """
    arms = []
    for number in (1, 2):
        sd = np.empty(len(rows))
        for reading in READINGS:
            mine = (rows[f"reading_{number}"] == reading).to_numpy()
            if mine.any():
                chosen = rows[mine]
                sd[mine] = sd_from_error(
                    chosen[f"error_{number}"].to_numpy(float),
                    chosen[f"error_n_{number}"].to_numpy(),
                    reading,
                )
        arms += [rows[f"mean_{number}"].to_numpy(float), sd, rows[f"n_{number}"].to_numpy()]
    names = [
        [group(*cells) for cells in zip(*(rows[f"{part}_{number}"] for part in PARTS), strict=True)]
        for number in (1, 2)
    ]
    parts = []
    for method, equal_var in MEANS_METHODS.items():
        test = compare_means(*arms, equal_var=equal_var, alpha=alpha)
        cells = {"estimate": test.estimate, "ci_low": test.ci_low, "ci_high": test.ci_high}
        name = [f"{method}|{first}|{second}" for first, second in zip(*names, strict=True)]
        parts.append(rows.assign(method=method, calculation=name, **cells, p=test.p))
    return pd.concat(parts, ignore_index=True)


def means_product(trial: Trial, claim: Claim, *, own: tuple[Axis, ...] = OWN_AXES) -> pd.DataFrame:
    """Return the specifications of a claim's means that are not as printed on every axis.

    Those that are have been re-run already, with more beside them (tests.csv).
    """
    rows = comparisons(trial, claim)
    if rows.empty:
        return rows
    axes = (POPULATION, *own)
    rows = expanded(rows, axes)
    printed = np.logical_and.reduce([rows[axis.name] == axis.default for axis in axes])
    rows = rows[~printed]
    if rows.empty:
        return rows
    rows = tested(rows, trial.settings.alpha)
    chosen = claim.defensible
    own_default = [rows[axis.name] == axis.default for axis in own]
    return rows.assign(
        defensible=rows["admissible"]
        & rows["allowed"]
        & rows["method"].isin(chosen.means_methods)
        & rows["reading"].isin(chosen.readings)
        & rows["population"].isin(chosen.populations)
        & np.logical_and.reduce([np.full(len(rows), True), *own_default])
    )
