"""What a paper prints of a trial, and the same tests from that alone.

The rule of rounding: means and error terms to one decimal more than the values were recorded with
(Altman & Bland 1996, doi 10.1136/bmj.313.7051.237a). No patient's value enters a test here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from retrial.stats.means import compare_means
from retrial.stats.paired import paired_from_summary
from retrial.stats.pseudo.simulate import simulate_rank_p
from retrial.stats.repeated.ancova import ancova_from_summaries, change_score_from_summaries
from retrial.stats.repeated.anova import mixed_anova_from_moments
from retrial.stats.repeated.hotelling import hotelling_t2_from_moments
from retrial.stats.repeated.measures import auc_from_moments, trend_from_moments
from retrial.stats.rounding import means_p_range
from retrial.stats.summaries import sd_from_error

from truth.patients import ALL, Key
from truth.trials import Trial

RANK_TESTS = ("mann_whitney", "kruskal_wallis")


@dataclass(frozen=True)
class Cells:
    """Sizes, means and SDs: n (arms, visits) or (arms,), the others (..., arms, visits)."""

    n: np.ndarray
    mean: np.ndarray
    sd: np.ndarray

    def rounded(self, decimals: int, error: str = "sd") -> Cells:
        """Return the cells as read off a paper that prints SDs, or SEMs."""
        n = self.n if self.n.ndim == 2 else self.n[:, None]
        if error == "sd":
            spread = np.round(self.sd, decimals)
        else:
            spread = sd_from_error(np.round(self.sd / np.sqrt(n), decimals), n, error)
        return replace(self, mean=np.round(self.mean, decimals), sd=spread)


def cells_of(arms: list[np.ndarray]) -> Cells:
    """Return the cells of patients by visits, NaN where a patient was not there."""
    n = np.array([np.isfinite(values).sum(axis=0) for values in arms])
    mean = np.array([np.nanmean(values, axis=0) for values in arms])
    sd = np.array([np.nanstd(values, axis=0, ddof=1) for values in arms])
    return Cells(n, mean, sd)


def correlations_of(arms: list[np.ndarray]) -> np.ndarray:
    """Return each arm's correlation of the visits, (arms, visits, visits)."""
    return np.array([np.corrcoef(values, rowvar=False) for values in arms])


def recorded_decimals(rows: pd.DataFrame) -> int:
    """Return the decimals that the values were recorded with."""
    values = rows["value"].to_numpy(float)
    # Some data sets were stored in single precision.
    return next(d for d in range(6) if np.allclose(np.round(values, d), values, rtol=0, atol=1e-4))


def at_single_visits(trial: Trial, cells: Cells) -> dict[Key, np.ndarray]:
    """Return p of the t tests at each visit."""
    found = {}
    for place, visit in enumerate(trial.visits):
        pair = [
            part
            for arm in (0, 1)
            for part in (
                cells.mean[..., arm, place],
                cells.sd[..., arm, place],
                cells.n[arm, place],
            )
        ]
        for name, equal in (("student_t", True), ("welch_t", False)):
            found[name, visit, ""] = compare_means(*pair, equal_var=equal).p
    return found


def rounding_ranges(trial: Trial, printed: Cells, decimals: int) -> dict[Key, np.ndarray]:
    """Return the least and greatest p at each visit over all that rounds to these means and SDs."""
    half = 0.5 * 10.0**-decimals
    found = {}
    for place, visit in enumerate(trial.visits):
        box = []
        for arm in (0, 1):
            for part in (printed.mean, printed.sd):
                box.append((part[arm, place] - half, part[arm, place] + half))
            box.append(printed.n[arm, place])
        for name, equal in (("student_t", True), ("welch_t", False)):
            found[name, visit, ""] = np.array(means_p_range(*box, equal_var=equal))
    return found


def over_visits(trial: Trial, cells: Cells, correlation: np.ndarray) -> dict[Key, np.ndarray]:
    """Return p of the tests of several visits.

    Args:
        trial: Whose arms and visits these are.
        cells: Of patients who were at every visit; n is (arms, visits) with equal visits.
        correlation: Of the visits, (..., arms, visits, visits).
    """
    n, mean, sd = cells.n.min(axis=1), cells.mean, cells.sd
    found = {}
    for place, visit in enumerate(trial.visits[1:], 1):
        rho = correlation[..., 0, place]
        for number, (arm, _) in enumerate(trial.arms):
            ends = (part[..., number, at] for at in (0, place) for part in (mean, sd))
            test = paired_from_summary(*ends, n[number], rho[..., number])
            found["paired_t", visit, arm] = test.p
        ends = [part[..., at] for at in (0, place) for part in (mean, sd)]
        found["change_score_t", visit, ""] = change_score_from_summaries(*ends, n, rho).p
        found["ancova", visit, ""] = ancova_from_summaries(*ends, n, rho).p
    moments = (mean, sd, n, correlation)
    found["auc_t", ALL, ""] = auc_from_moments(*moments, trial.visits).comparison.p
    found["trend_t", ALL, ""] = trend_from_moments(*moments, trial.visits).comparison.p
    anova = mixed_anova_from_moments(*moments)
    found["mixed_anova_group", ALL, ""] = anova.group.p
    found["mixed_anova_visit", ALL, ""] = anova.visit_type2.p_gg
    found["mixed_anova_interaction", ALL, ""] = anova.interaction.p_gg
    if len(trial.visits) > 2:
        found["hotelling_t2", ALL, ""] = hotelling_t2_from_moments(*moments).parallelism.p
    return found


def by_ranks(
    trial: Trial, cells: Cells, draws: int, decimals: int | None = None
) -> dict[Key, tuple[float, float, float]]:
    """Return (median p, low, high) of the rank tests at each visit, over the shapes.

    The median is that of the shapes' medians; the range goes from the least 2.5 % point to the
    greatest 97.5 % point, for a reader does not know the shape. With `decimals` the simulated
    patients are recorded to as many, and the cells must be printed with one more.
    """
    kept = {}
    if decimals is not None:
        more = decimals + 1
        kept = {"decimals": decimals, "mean_decimals": more, "sd_decimals": more}
    shapes = ("normal", "lognormal", "gamma", *(("beta",) if None not in trial.limits else ()))
    found = {}
    for place, visit in enumerate(trial.visits):
        groups = [
            (int(cells.n[a, place]), cells.mean[a, place], cells.sd[a, place], *trial.limits)
            for a in (0, 1)
        ]
        seed = zlib.crc32(f"{trial.id}/{visit:g}".encode())
        for test in RANK_TESTS:
            table = simulate_rank_p(groups, test=test, shapes=shapes, size=draws, seed=seed, **kept)
            table = table[table["draws"] > 0]
            ends = table["p_low"].min(), table["p_high"].max()
            found[test, visit, ""] = (table["median_p"].median(), *ends)
    return found
