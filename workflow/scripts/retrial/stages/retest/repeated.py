"""Re-run the tests of repeated visits from printed summaries, over what is not reported of them.

Means, SDs, n and the correlation of the visits are all that these tests use of the patients' data
(see `retrial.stats.repeated`). The correlation is not printed: every test is run over a grid of it,
with visits correlated alike (compound symmetry) or less the further they are apart (AR(1)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd
from scipy import special

from retrial.comparisons.calculations import of_means, with_rho
from retrial.comparisons.selection import Mean, means_of, rows_of, versions_of
from retrial.stats.repeated.ancova import ancova_from_summaries, change_score_from_summaries
from retrial.stats.repeated.anova import mixed_anova_from_moments
from retrial.stats.repeated.correlation import ar1, compound_symmetry
from retrial.stats.repeated.hotelling import hotelling_t2_from_moments
from retrial.stats.repeated.measures import auc_from_moments, trend_from_moments
from retrial.stats.student import critical_t

EPSILONS = 101  # values of epsilon over which the range of an interaction's p is taken
STRUCTURES = ("compound_symmetry", "ar1")
METHODS = ("mixed_anova", "hotelling_t2", "auc_t", "trend_t", "ancova_rho", "change_score_t")


@dataclass(frozen=True, eq=False)
class Profiles:
    """Two arms' means over visits, under one reading and in one version of the paper.

    `means`, `sds` and `ns` are (2, visits); the first arm is the treated one. `ns` are the patients
    at each visit; an analysis of patients who were seen at all of them has the least of these.
    """

    version: str
    reading: str
    visits: np.ndarray
    found: list[list[Mean]]

    @property
    def means(self) -> np.ndarray:
        """Cell means (2, visits)."""
        return np.array([[mean.mean for mean in arm] for arm in self.found])

    @property
    def sds(self) -> np.ndarray:
        """Cell SDs (2, visits)."""
        return np.array([[mean.sd for mean in arm] for arm in self.found])

    @property
    def ns(self) -> np.ndarray:
        """Patients (2, visits)."""
        return np.array([[mean.n for mean in arm] for arm in self.found])

    @property
    def every_mean(self) -> list[Mean]:
        """The printed means, those of the treated arm first."""
        return [mean for arm in self.found for mean in arm]

    @property
    def admissible(self) -> bool:
        """Whether every mean can have its SD."""
        return all(mean.admissible for mean in self.every_mean)

    def first_and(self, place: int) -> list[np.ndarray]:
        """Return means before, SDs before, means after, SDs after, n: each (2,)."""
        ns = self.ns[:, [0, place]].min(axis=1)
        ends = (self.means[:, 0], self.sds[:, 0], self.means[:, place], self.sds[:, place])
        return [*ends, ns]


def profiles(
    reported: pd.DataFrame,
    summaries: pd.DataFrame,
    outcome: str,
    visits: list[float],
    arms: tuple[str, str],
    readings: tuple[str, ...],
) -> Iterator[Profiles]:
    """Yield the arms' profiles over those of `visits` at which both have a mean with an error.

    None where fewer than two visits do.
    """
    rows = {visit: rows_of(reported, outcome, visit, statistic="mean") for visit in visits}
    shown = [v for v in visits if all(_has_error(rows[v], arm) for arm in arms)]
    if len(shown) < 2:
        return
    for version in versions_of(pd.concat([rows[visit] for visit in shown])):
        for reading in readings:
            wanted = [(rows[visit], arm) for arm in arms for visit in shown]
            found = means_of(wanted, summaries, version, reading)
            if found is not None:
                arms_found = [found[: len(shown)], found[len(shown) :]]
                yield Profiles(version, reading, np.array(shown), arms_found)


def _has_error(rows: pd.DataFrame, arm: str) -> bool:
    return bool((rows["arm"].eq(arm) & rows["error"].notna()).any())


def repeated_tests(
    profile: Profiles, rhos: list[float], alpha: float
) -> Iterator[tuple[dict, list[Mean]]]:
    """Yield (cells, means that enter) of every test of two profiles.

    The cells are those of tests.csv that the numbers settle.

    `effect` is what is asked: `group` (do the arms differ on average over the visits?) or
    `interaction` (do they change differently?). `visit` is missing where all visits enter.
    `estimate` is the treated arm minus the control: of the mean over visits; of the mean change
    from the first visit to the later ones (interaction: its sign tells the direction, it has no
    interval); of the area under the curve, as time-weighted mean; of the slope a month; of the
    adjusted mean; of the change.
    """
    # Two visits are correlated in one way only.
    everything = profile.every_mean
    for structure in STRUCTURES if len(profile.visits) > 2 else STRUCTURES[:1]:
        fitting = _fitting(profile, structure, rhos)
        for cells in _all_visits(profile, structure, fitting, alpha) if fitting else ():
            yield cells | {"calculation": _calculation(cells, everything)}, everything
    for place in range(1, len(profile.visits)):
        ends = [mean for arm in profile.found for mean in (arm[0], arm[place])]
        for cells in _two_visits(profile, place, rhos, alpha):
            yield cells | {"calculation": _calculation(cells, ends)}, ends


def _calculation(cells: dict, means: list[Mean]) -> str:
    name = of_means(f"{cells['method']}:{cells['effect']}", means, cells["structure"])
    return with_rho(name, cells["rho"])


def _fitting(profile: Profiles, structure: str, rhos: list[float]) -> list[float]:
    """Return the correlations that as many visits can have."""
    least = -1 / (len(profile.visits) - 1) if structure == "compound_symmetry" else -1e-12
    return [rho for rho in rhos if rho > least]


def correlations(profile: Profiles, structure: str, rhos: list[float]) -> np.ndarray:
    """Return the correlation matrices (rhos, visits, visits)."""
    if structure == "compound_symmetry":
        return compound_symmetry(len(profile.visits), rhos)
    return ar1(profile.visits, rhos)


def _all_visits(
    profile: Profiles, structure: str, rhos: list[float], alpha: float
) -> Iterator[dict]:
    matrices = correlations(profile, structure, rhos)
    ns = profile.ns.min(axis=1)
    moments = (profile.means, profile.sds, ns, matrices)
    anova = mixed_anova_from_moments(*moments, per_arm=False)
    several = {
        ("mixed_anova", "group"): _group(profile, anova.group, alpha),
        ("mixed_anova", "interaction"): _interaction(profile, anova.interaction),
    }
    if len(profile.visits) > 2:  # of two visits, these are the same tests once more
        times = {"times": profile.visits, "alpha": alpha, "per_arm": False}
        length = float(np.ptp(profile.visits))
        several["auc_t", "group"] = _measured(auc_from_moments(*moments, **times), length)
        several["trend_t", "interaction"] = _measured(trend_from_moments(*moments, **times))
    enough = ns.sum() - 2 >= len(profile.visits) > 2
    if enough and (profile.sds > 0).all():
        tests = hotelling_t2_from_moments(*moments, per_arm=False)
        several["hotelling_t2", "interaction"] = _parallel(profile, tests.parallelism)
    for (method, effect), cells in several.items():
        for place, rho in enumerate(rhos):
            yield {
                "method": method,
                "effect": effect,
                "structure": structure,
                "rho": rho,
                "visit": nan,
                "n_1": int(ns[0]),
                "n_2": int(ns[1]),
                "assumptions": _assumptions(profile, method),
                **{name: _at(values, place) for name, values in cells.items()},
            }


def _at(values: object, place: int) -> float:
    """Return the value for one correlation; some are the same for all."""
    return float(values if np.ndim(values) == 0 else values[place])


def _group(profile: Profiles, effect: object, alpha: float) -> dict[str, object]:
    """The group effect is a t test on the patients' means over the visits."""
    estimate = float(np.subtract(*profile.means.mean(axis=1)))
    # The error term is k times the variance of a patient's mean over k visits.
    variance = np.asarray(effect.ss_error) / effect.df2 / len(profile.visits)
    margin = critical_t(effect.df2, alpha) * np.sqrt(variance * (1 / profile.ns.min(axis=1)).sum())
    return {
        "statistic": effect.statistic,
        "df1": effect.df1,
        "df2": effect.df2,
        "estimate": estimate,
        "ci_low": estimate - margin,
        "ci_high": estimate + margin,
        "effect_size": effect.partial_eta_squared,
        "p": effect.p,
    }


def _mean_change(profile: Profiles) -> float:
    changes = profile.means[:, 1:].mean(axis=1) - profile.means[:, 0]
    return float(changes[0] - changes[1])


def _interaction(profile: Profiles, effect: object) -> dict[str, object]:
    """P is Greenhouse and Geisser's; its range is that over every epsilon from Box's bound to 1.

    p is neither rising nor falling in epsilon throughout, so that the ends are not enough.
    """
    epsilon = np.linspace(1 / (len(profile.visits) - 1), 1.0, EPSILONS)[:, None]
    statistic = np.atleast_1d(effect.statistic)
    along = special.fdtrc(epsilon * effect.df1, epsilon * effect.df2, statistic)
    ends = np.vstack([along, np.atleast_1d(effect.p_gg), np.atleast_1d(effect.p)])
    return {
        "statistic": effect.statistic,
        "df1": effect.df1,
        "df2": effect.df2,
        "estimate": _mean_change(profile),
        "effect_size": effect.partial_eta_squared,
        "p": effect.p_gg,
        "p_low": ends.min(axis=0),
        "p_high": ends.max(axis=0),
    }


def _parallel(profile: Profiles, test: object) -> dict[str, object]:
    return {
        "statistic": test.statistic,
        "df1": test.df1,
        "df2": test.df2,
        "estimate": _mean_change(profile),
        "p": test.p,
    }


def _measured(measure: object, per: float = 1.0) -> dict[str, object]:
    test = measure.comparison
    return {
        "statistic": test.statistic,
        "df1": test.df,
        "estimate": np.asarray(test.estimate) / per,
        "ci_low": np.asarray(test.ci_low) / per,
        "ci_high": np.asarray(test.ci_high) / per,
        "p": test.p,
    }


def _two_visits(profile: Profiles, place: int, rhos: list[float], alpha: float) -> Iterator[dict]:
    ends = profile.first_and(place)
    grid = np.array(rhos)[:, None]
    ancova = ancova_from_summaries(*ends, grid, alpha) if profile.sds[:, 0].any() else None
    change = change_score_from_summaries(*ends, grid, alpha=alpha)
    for method, test in (("ancova_rho", ancova), ("change_score_t", change)):
        for number, rho in enumerate(rhos if test is not None else []):
            yield {
                "method": method,
                "effect": "group" if method == "ancova_rho" else "interaction",
                "structure": None,
                "rho": rho,
                "visit": float(profile.visits[place]),
                "n_1": int(ends[-1][0]),
                "n_2": int(ends[-1][1]),
                "statistic": _at(test.statistic, number),
                "df1": _at(test.df, number),
                "estimate": _at(test.estimate, number),
                "ci_low": _at(test.ci_low, number),
                "ci_high": _at(test.ci_high, number),
                "p": _at(test.p, number),
            }


def _assumptions(profile: Profiles, method: str) -> str | None:
    words = []
    lost = profile.ns.max(axis=1) - profile.ns.min(axis=1)
    if lost.any():
        least, most = profile.ns.min(axis=1), profile.ns.max(axis=1)
        words.append(
            f"patients seen at every visit ({least[0]} and {least[1]}, of {most[0]} and "
            f"{most[1]}), with the printed means and SDs"
        )
    if method == "mixed_anova":
        words.append("one covariance of the visits in both arms")
    return "; ".join(words) or None
