"""p values of tests that need individuals, from printed means and standard deviations (SDs)."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from retrial.stats.permutation import permutation_t
from retrial.stats.pseudo.samples import draw
from retrial.stats.pseudo.shapes import SHAPES
from retrial.stats.ranks import kruskal_wallis, mann_whitney
from retrial.stats.student import check_alpha

TESTS = ("mann_whitney", "kruskal_wallis", "permutation_t")
COLUMNS = ("shape", "draws", "median_p", "p_low", "p_high", "share_below_alpha", "reason")

Group = tuple[int, float, float, float | None, float | None]


def _p_values(samples: list[np.ndarray], test: str, seed: np.random.SeedSequence) -> np.ndarray:
    if test == "kruskal_wallis":
        return kruskal_wallis(samples).p
    if test == "mann_whitney":
        return mann_whitney(*samples).p
    return permutation_t(*samples, seed=np.random.default_rng(seed)).p


@lru_cache(maxsize=8)  # several tests are asked of the same draws, one after the other
def _samples(groups: tuple, shape: str, size: int, seed: int, recorded: tuple) -> list | str:
    """Return the draws of each group, read-only, or why there are none."""
    samples = []
    for number, (n, mean, sd, lower, upper) in enumerate(groups):
        rng = np.random.default_rng(_seeds(groups, shape, seed)[number])
        limits = {"shape": shape, "lower": lower, "upper": upper}
        try:
            found = draw(n, mean, sd, **limits, size=size, seed=rng, **dict(recorded))
        except ValueError as error:
            return f"Group {number + 1}: {error}"
        found.flags.writeable = False
        samples.append(found)
    return samples


def _seeds(groups: tuple, shape: str, seed: int) -> list[np.random.SeedSequence]:
    # Told apart by shape and group, so that a row does not depend on the other rows asked for.
    return np.random.SeedSequence([seed, SHAPES.index(shape)]).spawn(len(groups) + 1)


def _one_shape(groups, test, shape, size, seed, alpha, recorded) -> tuple:
    groups = tuple(map(tuple, groups))
    samples = _samples(groups, shape, size, seed, tuple(recorded.items()))
    if isinstance(samples, str):
        return shape, 0, *(np.nan,) * 4, samples
    p = _p_values(samples, test, _seeds(groups, shape, seed)[-1])
    low, median, high = np.quantile(p, [0.025, 0.5, 0.975])
    return shape, size, median, low, high, np.mean(p < alpha), ""


def simulate_rank_p(
    groups: Sequence[Group],
    *,
    test: str = "mann_whitney",
    shapes: Sequence[str] = ("normal", "lognormal", "gamma", "beta"),
    size: int = 10_000,
    seed: int,
    alpha: float = 0.05,
    decimals: int | None = None,
    mean_decimals: int | None = None,
    sd_decimals: int | None = None,
) -> pd.DataFrame:
    """Return, for each shape, the p values that groups with the printed moments would give.

    Mean and SD do not settle a rank test; what they leave open is the spread of p over draws that
    have exactly these moments, and over shapes.

    Args:
        groups: (n, mean, sd, lower, upper) a group, in the unit of the outcome; None for no limit.
        test: "mann_whitney" (exact where nothing is tied and n < 50, else with the corrections for
            ties and continuity), "kruskal_wallis" or "permutation_t".
        shapes: Any of `retrial.pseudo.SHAPES`; all groups have the same shape.
        size: Draws a shape.
        seed: Not negative; the same seed gives the same table, and a shape the same row whichever
            other shapes are asked for.
        alpha: Significance level.
        decimals: Decimals to which values are recorded (see `draw`): makes ties as real data have.
        mean_decimals: Decimals of the printed means; needed with `decimals`.
        sd_decimals: Decimals of the printed SDs; needed with `decimals`.

    Returns:
        One row a shape, in the order given: shape; draws, 0 where there are none; median_p; p_low
        and p_high, the 2.5 % and 97.5 % quantiles of p; share_below_alpha; reason, why a shape is
        impossible for these groups ("" where it is possible; the numbers are NaN otherwise).

    Raises:
        ValueError: If the test or a shape is unknown, the number of groups does not suit the test,
            or alpha, size or seed is impossible.
    """
    check_alpha(alpha)
    if test not in TESTS:
        raise ValueError(f"test must be one of {', '.join(TESTS)}, found {test!r}.")
    unknown = [shape for shape in shapes if shape not in SHAPES]
    if unknown:
        raise ValueError(f"shapes must be among {', '.join(SHAPES)}, found {unknown[0]!r}.")
    if len(groups) < 2 or (len(groups) > 2 and test != "kruskal_wallis"):
        needed = "at least two groups" if test == "kruskal_wallis" else "two groups"
        raise ValueError(f"{test} compares {needed}, found {len(groups)}.")
    if size != int(size) or size < 1:
        raise ValueError(f"size must be a whole number of at least 1, found {size!r}.")
    recorded = {
        "decimals": decimals,
        "mean_decimals": mean_decimals,
        "sd_decimals": sd_decimals,
    }
    rows = [_one_shape(groups, test, shape, size, seed, alpha, recorded) for shape in shapes]
    return pd.DataFrame(rows, columns=list(COLUMNS))
