"""Sizes that change from visit to visit: which ones a split-plot ANOVA can have been run with.

The ANOVA leaves out every person who missed a visit, silently in most packages. A paper that prints
n by visit does not tell how many that were, nor whether missing values were filled in.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from retrial.stats.repeated.anova import MixedAnova, mixed_anova_from_moments
from retrial.stats.summaries import as_counts


@dataclass(frozen=True)
class ListwiseSizes:
    """How many persons of each arm an analysis can rest on; each of shape (..., arms).

    Attributes:
        fewest: Seen at every visit if no two visits were missed by the same person.
        least: Least size over the visits: seen at every visit if whoever dropped out stayed out.
        most: Greatest size over the visits: everybody, missing values having been filled in, as by
            carrying the last one forward.
    """

    fewest: np.ndarray
    least: np.ndarray
    most: np.ndarray


def listwise_ns(ns: ArrayLike) -> ListwiseSizes:
    """Return the sizes of the arms that an analysis of complete persons can have had.

    Args:
        ns: Persons seen, shape (..., arms, visits).

    Returns:
        The sizes; `fewest` can be 0.

    Raises:
        ValueError: If a size is not a whole number, or there is no axis of visits.
    """
    sizes = as_counts(ns, 0, "ns")
    if sizes.ndim < 2:
        raise ValueError(f"ns must be of shape (..., arms, visits), found {sizes.shape}.")
    most = sizes.max(axis=-1)
    missed = (most[..., None] - sizes).sum(axis=-1)
    return ListwiseSizes(np.maximum(most - missed, 0), sizes.min(axis=-1), most)


def mixed_anova_n_range(
    means: ArrayLike,
    sds: ArrayLike,
    ns: ArrayLike,
    correlation: ArrayLike,
    *,
    per_arm: bool | None = None,
) -> MixedAnova:
    """Compute the split-plot ANOVA with the least and with the most persons of each arm.

    The printed means and SDs are taken as they are, though those of the complete persons would
    differ a little: the range tells what the sizes alone can do.

    Args:
        means: Cell means, shape (..., arms, visits), in the unit of the outcome.
        sds: Cell SDs, same trailing shape.
        ns: Persons seen in each arm at each visit, shape (..., arms, visits).
        correlation: As for `mixed_anova_from_moments`.
        per_arm: As for `mixed_anova_from_moments`.

    Returns:
        The ANOVA with one more leading axis of two: [0] with the least sizes of `listwise_ns`,
        [1] with the most.

    Raises:
        ValueError: If a visit has fewer than 2 persons in an arm, or as
            `mixed_anova_from_moments`.
    """
    sizes = listwise_ns(ns)
    ends = np.stack([sizes.least, sizes.most])
    # The new axis goes before those of the other inputs, wherever these have more of them.
    others = max(np.ndim(means) - 2, np.ndim(sds) - 2, _leading(correlation, per_arm))
    missing = max(others - (ends.ndim - 2), 0)
    ends = ends.reshape(2, *([1] * missing), *ends.shape[1:])
    return mixed_anova_from_moments(means, sds, ends, correlation, per_arm=per_arm)


def _leading(correlation: ArrayLike, per_arm: bool | None) -> int:
    axes = np.ndim(correlation)
    return axes - (3 if axes > 2 and per_arm is not False else 2)
