"""The correlations at which the verdicts of a split-plot ANOVA change."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize_scalar

from retrial.stats.repeated.anova import Effect, MixedAnova, mixed_anova_from_moments
from retrial.stats.repeated.correlation import ar1, compound_symmetry
from retrial.stats.repeated.sphericity import CORRECTIONS
from retrial.stats.student import check_alpha

STRUCTURES = ("compound_symmetry", "ar1")
_GRID = 401
# How near to the ends of the allowed interval, where a matrix turns singular, it is searched.
_MARGIN = 1e-9
_COLUMNS = ["effect", "ss_type", "correction", "rho", "significant_below", "significant_above"]


def anova_flip_rhos(
    means: ArrayLike,
    sds: ArrayLike,
    ns: ArrayLike,
    *,
    structure: str = "compound_symmetry",
    times: ArrayLike | None = None,
    alpha: float = 0.05,
    corrections: tuple[str, ...] = ("none", "gg", "hf"),
    low: float | None = None,
    high: float | None = None,
) -> pd.DataFrame:
    """Return every correlation at which an effect's p crosses alpha.

    As rho rises under compound symmetry, the F of the group falls and those of visit and
    interaction rise, so one unknown moves the verdicts in opposite directions. Crossings are found
    on a grid, which also searches each turning point of p, and polished by root finding.

    Args:
        means: Cell means, shape (arms, visits), in the unit of the outcome.
        sds: Cell SDs, same shape.
        ns: Persons in each arm, shape (arms,).
        structure: "compound_symmetry", or "ar1" by `times` with rho over the mean gap.
        times: Times of the visits for "ar1"; None for equally spaced ones.
        alpha: Significance level.
        corrections: "none" and names of `CORRECTIONS`; the group effect has "none" only.
        low: Least rho considered; None for the least allowed: -1/(visits - 1) for compound
            symmetry, 0 for ar1.
        high: Greatest rho considered; None for 1.

    Returns:
        One row for each crossing, in order of effect, correction and rho: effect, ss_type,
        correction, rho, significant_below, significant_above (is p < alpha just below, above
        rho?). An effect whose verdict is the same throughout has one row, its rho NaN.

    Raises:
        ValueError: If the structure or a correction is unknown, low and high are not in order
            within the allowed interval, a mean, SD or size is missing, or on impossible input, as
            `mixed_anova_from_moments`.
    """
    check_alpha(alpha)
    unknown = set(corrections) - {"none", *CORRECTIONS}
    if unknown:
        raise ValueError(f"corrections must be among none, {', '.join(CORRECTIONS)}: {unknown}.")
    if not all(np.all(np.isfinite(part)) for part in (means, sds, ns)):
        raise ValueError("means, sds and ns must all be known.")
    matrices, ends = _structure(structure, np.shape(means)[-1], times, low, high)

    def anova(rho: ArrayLike) -> MixedAnova:
        return mixed_anova_from_moments(means, sds, ns, matrices(rho), per_arm=False)

    grid = np.linspace(*ends, _GRID)
    rows = []
    for place, effect in enumerate(anova(grid).effects):
        for correction in corrections if effect.sphericity else ("none",):

            def p_at(rho: float, place=place, correction=correction) -> float:
                return anova(rho).effects[place].corrected_p(correction)

            rows += _rows(effect, correction, p_at, grid, alpha)
    return pd.DataFrame(rows, columns=_COLUMNS)


def _structure(
    name: str, visits: int, times: ArrayLike | None, low: float | None, high: float | None
) -> tuple[Callable, tuple[float, float]]:
    """Return the builder of matrices and the interval of rho that is searched."""
    if name == "compound_symmetry":
        least = -1 / (visits - 1)
    elif name == "ar1":
        least = 0.0
    else:
        raise ValueError(f"structure must be one of {', '.join(STRUCTURES)}, found {name!r}.")
    low, high = least if low is None else low, 1.0 if high is None else high
    if not least <= low < high <= 1:
        raise ValueError(
            f"low and high must be in order within {least:.6g} and 1, found {low!r}, {high!r}."
        )
    ends = max(low, least + _MARGIN), min(high, 1 - _MARGIN)
    if name == "ar1":
        spaced = np.arange(visits) if times is None else times
        return lambda rho: ar1(spaced, rho), ends
    return lambda rho: compound_symmetry(visits, rho), ends


def _rows(
    effect: Effect, correction: str, p_at: Callable, grid: np.ndarray, alpha: float
) -> list[tuple]:
    rhos, p = _with_turning_points(grid, effect.corrected_p(correction), p_at, alpha)
    below = p < alpha
    label = (effect.name, effect.ss_type, correction)
    rows = [
        (*label, _crossing(p_at, rhos[i], rhos[i + 1], alpha), below[i], below[i + 1])
        for i in np.flatnonzero(below[1:] != below[:-1])
    ]
    return rows or [(*label, np.nan, below[0], below[0])]


def _crossing(p_at: Callable, low: float, high: float, alpha: float) -> float:
    return float(brentq(lambda rho: p_at(rho) - alpha, low, high, xtol=1e-14, rtol=1e-13))


def _with_turning_points(
    grid: np.ndarray, p: np.ndarray, p_at: Callable, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    """Add the turning points of p that may cross alpha and back between two points of the grid."""
    excess = p - alpha
    side = np.sign(excess[1:-1])
    inner = np.abs(excess[1:-1])
    turns = (inner <= np.abs(excess[:-2])) & (inner <= np.abs(excess[2:]))
    turns &= (side == np.sign(excess[:-2])) & (side == np.sign(excess[2:])) & (side != 0)
    # Near a turning point p is a parabola: it dips by no more than it changes over a step or two.
    bend = np.abs(excess[:-2] - excess[1:-1]) + np.abs(excess[2:] - excess[1:-1])
    turns &= inner <= 4 * bend
    found = [
        minimize_scalar(
            lambda rho, sign=side[i]: sign * (p_at(rho) - alpha),
            bounds=(grid[i], grid[i + 2]),
            method="bounded",
            options={"xatol": 1e-10},
        ).x
        for i in np.flatnonzero(turns)
    ]
    rhos = np.concatenate([grid, found])
    order = np.argsort(rhos)
    return rhos[order], np.concatenate([p, [p_at(rho) for rho in found]])[order]
