"""The effects of one study as a meta-analysis would take them: of means and of counts.

A meta-analysis weighs a study by 1 / variance, so how a printed error term is read decides the
weight of the raw difference, and the size of the standardized one. Formulas: Cochrane Handbook,
sections 6.5.1.1, 6.5.1.2 and 10.3; Hedges 1981, doi 10.3102/10769986006002107.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri

from retrial.comparisons.selection import (
    AS_LABELLED,
    Mean,
    means_of,
    row_ids,
    rows_of,
    tried,
    versions_of,
)
from retrial.stages.meta.ratios import ratios_of
from retrial.stats.means import small_sample_correction
from retrial.stats.summaries import as_counts, as_finite, as_spreads, unboxed
from retrial.tables import table
from retrial.trial import Trial

AGAINST = "sd"  # the reading that the ratios compare with


def mean_difference(
    m1: ArrayLike, s1: ArrayLike, n1: ArrayLike, m2: ArrayLike, s2: ArrayLike, n2: ArrayLike
) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Return the raw difference of two means and its sampling variance.

    v = s1^2 / n1 + s2^2 / n2: the variances are not pooled (Cochrane Handbook, section 10.3;
    metafor's `escalc` with measure MD and vtype LS).

    Args:
        m1: Mean(s) of the first arm, in the unit of the outcome.
        s1: SD(s) of the first arm.
        n1: Size(s) of the first arm.
        m2: Mean(s) of the second arm.
        s2: SD(s) of the second arm.
        n2: Size(s) of the second arm. All are broadcast against each other.

    Returns:
        (first minus second, variance): floats for scalars, else arrays.

    Raises:
        ValueError: If an SD is negative, a size is not a whole number of at least 2, or a mean is
            infinite.
    """
    difference = as_finite(m1, "m1") - as_finite(m2, "m2")
    first = as_spreads(s1, "s1") ** 2 / as_counts(n1, 2, "n1")
    second = as_spreads(s2, "s2") ** 2 / as_counts(n2, 2, "n2")
    return unboxed(difference), unboxed(first + second)


def standardized_difference(
    m1: ArrayLike, s1: ArrayLike, n1: ArrayLike, m2: ArrayLike, s2: ArrayLike, n2: ArrayLike
) -> tuple[float | np.ndarray, float | np.ndarray]:
    """Return Hedges' g and its large-sample sampling variance.

    g = J (m1 - m2) / s_p with the pooled SD and the exact J (Hedges 1981); v = 1/n1 + 1/n2 +
    g^2 / (2 (n1 + n2)) (Hedges & Olkin 1985, p. 86; metafor's `escalc` with measure SMD and vtype
    LS). The first part knows the sizes alone, so the reading of an error term moves g much and its
    weight little.

    Args:
        m1: Mean(s) of the first arm, in the unit of the outcome.
        s1: SD(s) of the first arm.
        n1: Size(s) of the first arm.
        m2: Mean(s) of the second arm.
        s2: SD(s) of the second arm.
        n2: Size(s) of the second arm. All are broadcast against each other.

    Returns:
        (g, variance), in pooled SDs: floats for scalars, else arrays; NaN where neither arm has
        any spread, so that g is undefined.

    Raises:
        ValueError: On impossible input, as `mean_difference`.
    """
    difference, _ = mean_difference(m1, s1, n1, m2, s2, n2)
    n1, n2 = np.asarray(n1, dtype=float), np.asarray(n2, dtype=float)
    df = n1 + n2 - 2
    pooled = np.sqrt(
        ((n1 - 1) * np.square(s1, dtype=float) + (n2 - 1) * np.square(s2, dtype=float)) / df
    )
    # NaN for no spread at all: a difference of so many SDs has no meaning there.
    g = small_sample_correction(df) * difference / np.where(pooled > 0, pooled, np.nan)
    return unboxed(g), unboxed(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


def effects_of(trial: Trial) -> pd.DataFrame:
    """Return the effects of a study under each reading, with the columns of `effects`.

    One row for each continuous outcome, visit, consistent version of the paper and reading where
    the first treatment arm and the first control arm both have a mean with an error term and an n.
    Then the ratios of each counted event (`retrial.stages.meta.ratios`), which have no reading.
    Differences are treatment less control, ratios treatment over control. Intervals are at 1 -
    alpha from the normal distribution, as a forest plot shows them. Takes `study`, the tables
    `reported` and `summaries`, and the settings `readings` and `alpha`.
    """
    study, reported, arms = trial.study, trial.reported, trial.arms
    readings, alpha = trial.settings.readings, trial.settings.alpha
    labels = reported.set_index("row_id")["error_label"].to_dict()
    rows: list[dict] = []
    for outcome in study.outcomes:
        if outcome.kind != "continuous":
            continue
        of_outcome = reported[
            (reported["outcome"] == outcome.id) & (reported["statistic"] == "mean")
        ]
        for visit in sorted(of_outcome["visit"].dropna().unique()):
            means = rows_of(reported, outcome.id, visit, statistic="mean")
            for version in versions_of(means):
                same = {
                    "study": study.id,
                    "outcome": outcome.id,
                    "unit": outcome.unit,
                    "visit": visit,
                    "version": version or None,
                }
                wanted = [(means, arm) for arm in arms]
                pairs = (
                    (reading, means_of(wanted, trial.summaries, version, reading))
                    for reading in tried(readings)
                )
                found = [
                    (reading, pair)
                    for reading, pair in pairs
                    if pair is not None and not _repeats(reading, pair)
                ]
                rows += _with_ratios(
                    [same | _effect(reading, *pair, labels, alpha) for reading, pair in found]
                )
    for counted in ratios_of(study, reported):
        found = counted.pop("found")
        weighted = (_with_weight(scale, *effect, alpha) for scale, effect in found.items())
        rows.append({**counted, **dict(chain.from_iterable(w.items() for w in weighted))})
    return table(rows, "effects")


def _repeats(reading: str, pair: list[Mean]) -> bool:
    """Return whether a reading as labelled is that of one label, which has a row of its own."""
    return reading == AS_LABELLED and len({mean.reading for mean in pair}) == 1


def _effect(reading: str, first: Mean, second: Mean, labels: dict[str, str], alpha: float) -> dict:
    """Return both effects of a pair of means, as cells of a row."""
    summary = (first.mean, first.sd, first.n, second.mean, second.sd, second.n)
    md, md_variance = mean_difference(*summary)
    smd, smd_variance = standardized_difference(*summary)
    return {
        "reading": reading,
        "admissible": first.admissible and second.admissible,
        "labelled": all(labels[mean.row_id] == mean.reading for mean in (first, second)),
        "row_ids": row_ids(first, second),
        "reading_1": first.reading,
        "reading_2": second.reading,
        "n_1": first.n,
        "n_2": second.n,
        "mean_1": first.mean,
        "sd_1": first.sd,
        "mean_2": second.mean,
        "sd_2": second.sd,
        **_with_weight("md", md, md_variance, alpha),
        **_with_weight("smd", smd, smd_variance, alpha),
    }


def _with_weight(scale: str, effect: float, variance: float, alpha: float) -> dict:
    se = np.sqrt(variance)
    half = ndtri(1 - alpha / 2) * se
    return {
        scale: effect,
        f"{scale}_variance": variance,
        f"{scale}_se": se,
        f"{scale}_low": effect - half,
        f"{scale}_high": effect + half,
        f"weight_{scale}": 1 / variance if variance > 0 else np.nan,  # no spread: no weight
    }


def _with_ratios(rows: list[dict]) -> Iterator[dict]:
    """Yield the rows of one comparison with how each differs from the reading as SD."""
    base = next((row for row in rows if row["reading"] == AGAINST), {})
    for row in rows:
        ratios = {
            f"{column}_ratio": row[column] / base[column] if base.get(column) else np.nan
            for column in ("weight_md", "smd", "weight_smd")
        }
        yield row | ratios
