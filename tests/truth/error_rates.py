"""Error rates of the whole path: draw patients, print, read, rebuild, test; many trials at once.

Two arms of 15 and 14 patients, as in the flagship, five visits that are all correlated alike; means
and SEMs printed to two decimals, of an outcome of mean 7 and SD 1. Without an effect 5 % of the
tests should be significant; with an effect of 80 % power on the patients, as many as on them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from retrial.stats.means import compare_means
from retrial.stats.pseudo.simulate import simulate_rank_p
from retrial.stats.repeated.ancova import ancova_from_summaries, change_score_from_summaries
from retrial.stats.repeated.anova import mixed_anova_from_moments
from retrial.stats.repeated.correlation import compound_symmetry
from retrial.stats.repeated.measures import trend_from_moments
from retrial.stats.summaries import sd_from_error
from scipy import optimize, special, stats

ALPHA, POWER = 0.05, 0.8
NS, VISITS, RHO = (15, 14), np.arange(5.0), 0.6
MEAN, DECIMALS = 7.0, 2
# Where no correlation enters, there is nothing to assume.
NO_RHO = ("student_t", "welch_t")
TESTS = (
    *NO_RHO,
    "change_score_t",
    "ancova",
    "trend_t",
    "mixed_anova_group",
    "mixed_anova_interaction",
)
SLOPE = (VISITS - VISITS.mean()) / ((VISITS - VISITS.mean()) ** 2).sum()
LAST, FIRST = np.eye(len(VISITS))[[-1, 0]]
# What each test of one contrast of the visits compares.
CONTRASTS = {
    "student_t": LAST,
    "welch_t": LAST,
    "change_score_t": LAST - FIRST,
    "ancova": LAST - RHO * FIRST,
    "trend_t": SLOPE,
    "mixed_anova_group": np.full(len(VISITS), 1 / len(VISITS)),
}


ASSUMED = {"true": RHO, "low": 0.3, "high": 0.9}


@dataclass(frozen=True)
class Rates:
    """Shares of significant tests over many trials.

    On the patients; rebuilt with the patients' own correlation; with the one that they were drawn
    with (true), and with one that is too low or too high (ASSUMED). `agree` and `agree_true` are
    the shares of trials in which `own` and `true` give the verdict of the patients.
    """

    patients: float
    own: float
    true: float
    low: float
    high: float
    agree: float
    agree_true: float


def draw_trials(times: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Return each arm's patients without any effect, (times, patients, visits)."""
    root = np.linalg.cholesky(compound_symmetry(len(VISITS), RHO))
    return [MEAN + rng.standard_normal((times, n, len(VISITS))) @ root.T for n in NS]


def effect(test: str) -> np.ndarray:
    """Return what the treated arm gains at each visit for a power of 80 % on the patients."""
    covariance = compound_symmetry(len(VISITS), RHO)
    scale = np.sqrt(1 / NS[0] + 1 / NS[1])
    if test == "mixed_anova_interaction":
        # A straight line; n1 n2 / N |its distances from their mean|^2 / (1 - rho) is noncentrality.
        df1, df2 = len(VISITS) - 1, (sum(NS) - 2) * (len(VISITS) - 1)
        limit = stats.f.isf(ALPHA, df1, df2)
        wanted = optimize.brentq(
            lambda nc: 1 - special.ncfdtr(df1, df2, nc, limit) - POWER, 0.1, 100
        )
        line = VISITS - VISITS.mean()
        return line * np.sqrt(wanted * (1 - RHO) / (line**2).sum()) * scale
    weights = CONTRASTS[test]
    df = sum(NS) - 2 - (test == "ancova")
    limit = stats.t.isf(ALPHA / 2, df)
    wanted = optimize.brentq(lambda nc: 1 - special.nctdtr(df, nc, limit) - POWER, 0.1, 20)
    gain = wanted * scale * np.sqrt(weights @ covariance @ weights)
    shape = {"mixed_anova_group": np.ones_like(VISITS), "trend_t": VISITS}.get(test, LAST)
    return gain * shape / (weights @ shape)


def on_patients(test: str, arms: list[np.ndarray]) -> np.ndarray:
    """Return p of a test on the patients of many trials."""
    if test == "ancova":
        return _least_squares(arms)
    if test == "mixed_anova_interaction":
        return _split_plot(arms)
    weights = LAST - FIRST if test == "change_score_t" else CONTRASTS[test]
    values = [arm @ weights for arm in arms]
    return stats.ttest_ind(*values, axis=1, equal_var=test != "welch_t").pvalue


def _least_squares(arms: list[np.ndarray]) -> np.ndarray:
    """Return p of the arm in the regression of the last visit on arm and first visit."""
    values = np.concatenate(arms, axis=1)
    treated = np.broadcast_to(np.repeat([1.0, 0.0], NS), values.shape[:2])
    design = np.stack([np.ones_like(treated), treated, values[..., 0]], axis=-1)
    inverse = np.linalg.inv(design.swapaxes(1, 2) @ design)
    after = values[..., -1:]
    fit = inverse @ (design.swapaxes(1, 2) @ after)
    df = sum(NS) - 3
    variance = ((after - design @ fit) ** 2).sum(axis=(1, 2)) / df
    return 2 * stats.t.sf(np.abs(fit[:, 1, 0]) / np.sqrt(variance * inverse[:, 1, 1]), df)


def _split_plot(arms: list[np.ndarray]) -> np.ndarray:
    """Return p of the interaction, visits being spherical, by sums of squares of the patients."""
    own = [arm - arm.mean(axis=2, keepdims=True) for arm in arms]
    means = [arm.mean(axis=1, keepdims=True) for arm in own]
    both = np.concatenate(own, axis=1).mean(axis=1, keepdims=True)
    effects = sum(
        n * ((mean - both) ** 2).sum(axis=(1, 2)) for n, mean in zip(NS, means, strict=True)
    )
    errors = sum(((arm - mean) ** 2).sum(axis=(1, 2)) for arm, mean in zip(own, means, strict=True))
    df1, df2 = len(VISITS) - 1, (sum(NS) - 2) * (len(VISITS) - 1)
    return stats.f.sf(effects / df1 / (errors / df2), df1, df2)


def printed(
    arms: list[np.ndarray], decimals: int | None = DECIMALS, reading: str = "sem"
) -> tuple[np.ndarray, np.ndarray]:
    """Return means and SDs (times, arms, visits) as a reader rebuilds them of printed SEMs.

    Args:
        arms: The patients.
        decimals: Of the printed numbers; None for all.
        reading: What the reader takes the error terms for; they are SEMs.
    """
    n = np.array(NS)[:, None]
    means = np.stack([arm.mean(axis=1) for arm in arms], axis=1)
    errors = np.stack([arm.std(axis=1, ddof=1) for arm in arms], axis=1) / np.sqrt(n)
    if decimals is not None:
        means, errors = np.round(means, decimals), np.round(errors, decimals)
    return means, sd_from_error(errors, n, reading)


def own_correlation(arms: list[np.ndarray]) -> np.ndarray:
    """Return each arm's correlation of the visits, (times, arms, visits, visits)."""
    found = []
    for arm in arms:
        centred = arm - arm.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
        found.append(scaled.swapaxes(1, 2) @ scaled)
    return np.stack(found, axis=1)


def rebuilt(test: str, means: np.ndarray, sds: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Return p of a test of many trials from summaries; correlation (..., arms, visits, visits)."""
    moments = (means, sds, NS, correlation)
    ends = (means[..., 0], sds[..., 0], means[..., -1], sds[..., -1], NS, correlation[..., 0, -1])
    last = [part for arm in (0, 1) for part in (means[:, arm, -1], sds[:, arm, -1], NS[arm])]
    tests: dict[str, Callable[[], np.ndarray]] = {
        "student_t": lambda: compare_means(*last).p,
        "welch_t": lambda: compare_means(*last, equal_var=False).p,
        "change_score_t": lambda: change_score_from_summaries(*ends).p,
        "ancova": lambda: ancova_from_summaries(*ends).p,
        "trend_t": lambda: trend_from_moments(*moments, VISITS).comparison.p,
        "mixed_anova_group": lambda: mixed_anova_from_moments(*moments).group.p,
        "mixed_anova_interaction": lambda: mixed_anova_from_moments(*moments).interaction.p,
    }
    return tests[test]()


def with_effect(arms: list[np.ndarray], gain: np.ndarray | float) -> list[np.ndarray]:
    """Return the patients with the treated arm's gain."""
    return [arms[0] + gain, arms[1]]


def rates(
    test: str, arms: list[np.ndarray], decimals: int | None = DECIMALS, reading: str = "sem"
) -> Rates:
    """Return the rates of a test over many trials."""
    truth = on_patients(test, arms) < ALPHA
    cells = printed(arms, decimals, reading)
    own = rebuilt(test, *cells, own_correlation(arms)) < ALPHA
    found = {
        name: rebuilt(test, *cells, np.stack([compound_symmetry(len(VISITS), rho)] * 2)) < ALPHA
        for name, rho in ASSUMED.items()
    }
    agree = {"agree": own == truth, "agree_true": found["true"] == truth}
    shares = {"patients": truth, "own": own} | found | agree
    return Rates(**{name: float(np.mean(share)) for name, share in shares.items()})


def rank_rates(arms: list[np.ndarray], draws: int = 300, seed: int = 1) -> Rates:
    """Return the rates of Mann-Whitney's test at the last visit, by simulated normal patients.

    Significant is a median p below alpha; no correlation enters, so that all of these are one.
    """
    last = [arm[..., -1] for arm in arms]
    truth = stats.mannwhitneyu(*last, axis=1, method="exact").pvalue < ALPHA
    means, sds = (part[..., -1] for part in printed(arms))
    found = np.empty(len(means), dtype=bool)
    for time, (mean, sd) in enumerate(zip(means, sds, strict=True)):
        groups = [(n, m, s, None, None) for n, m, s in zip(NS, mean, sd, strict=True)]
        table = simulate_rank_p(groups, shapes=("normal",), size=draws, seed=seed + time)
        found[time] = table["median_p"].iloc[0] < ALPHA
    share, agree = float(found.mean()), float(np.mean(found == truth))
    return Rates(float(truth.mean()), share, share, share, share, agree, agree)
