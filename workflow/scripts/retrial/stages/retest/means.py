"""Tests of two printed means: two arms at a visit, or two visits of an arm."""

from __future__ import annotations

from math import nan

from retrial.comparisons.calculations import of_means, with_rho
from retrial.comparisons.selection import Mean
from retrial.stages.retest.common import base_row
from retrial.stats.means import (
    MEANS_METHODS,
    compare_means,
    detectable_difference,
    hedges_g,
    jzs_bayes_factor,
)
from retrial.stats.paired import paired_from_summary
from retrial.stats.rounding import means_p_range
from retrial.stats.summaries import sd_from_error
from retrial.study.claims import Claim, Target
from retrial.study.models import Study
from retrial.trial import Settings


def _sd_interval(mean: Mean) -> tuple[float, float]:
    low, high = mean.error_interval
    n, reading = mean.n, mean.reading
    return sd_from_error(max(low, 0.0), n, reading), sd_from_error(high, n, reading)


def _p_range(first: Mean, second: Mean, equal_var: bool) -> tuple[float, float]:
    return means_p_range(
        first.mean_interval,
        _sd_interval(first),
        first.n,
        second.mean_interval,
        _sd_interval(second),
        second.n,
        equal_var,
    )


def difference_row(
    claim: Claim,
    target: Target,
    version: str,
    reading: str,
    first: Mean,
    second: Mean,
    method: str,
    settings: Settings,
) -> dict:
    """Test two printed means against each other."""
    summary = (first.mean, first.sd, first.n, second.mean, second.sd, second.n)
    test = compare_means(*summary, equal_var=MEANS_METHODS[method], alpha=settings.alpha)
    g, g_low, g_high = hedges_g(*summary, settings.alpha)
    p_low, p_high = _p_range(first, second, MEANS_METHODS[method])
    return {
        **base_row(claim, target, first.visit, version, method),
        "contrast": f"{first.arm} - {second.arm}",
        "reading": reading,
        "statistic": test.statistic,
        "df1": test.df,
        "estimate": test.estimate,
        "ci_low": test.ci_low,
        "ci_high": test.ci_high,
        "effect_size": g,
        "effect_size_type": "hedges_g",
        "effect_size_low": g_low,
        "effect_size_high": g_high,
        "p": test.p,
        "p_low": p_low,
        "p_high": p_high,
        # Its model has one variance for both arms: there is none for Welch's t.
        "bf10": jzs_bayes_factor(test.statistic, first.n, second.n)
        if MEANS_METHODS[method]
        else None,
        "calculation": of_means(method, (first, second)),
        "n_1": first.n,
        "n_2": second.n,
        "value_1": first.mean,
        "value_2": second.mean,
        "detectable": detectable_difference(
            first.sd, first.n, second.sd, second.n, settings.alpha, settings.power
        ),
    }


def change_row(
    study: Study,
    claim: Claim,
    target: Target,
    version: str,
    reading: str,
    before: Mean,
    after: Mean,
    rho: float,
    settings: Settings,
) -> dict:
    """Test the change of one arm, given the correlation of its two visits."""
    n = min(before.n, after.n)
    earlier, later = (study.visit_name(mean.visit) for mean in (before, after))
    test = paired_from_summary(before.mean, before.sd, after.mean, after.sd, n, rho, settings.alpha)
    return {
        **base_row(claim, target, after.visit, version, "paired_t"),
        "contrast": f"{claim.arm}: {later} - {earlier}",
        "reading": reading,
        "statistic": test.statistic,
        "df1": test.df,
        "estimate": test.estimate,
        "ci_low": test.ci_low,
        "ci_high": test.ci_high,
        "p": test.p,
        "bf10": jzs_bayes_factor(test.statistic, n, n, paired=True),
        "rho": rho,
        "calculation": with_rho(of_means("paired_t", (before, after)), rho),
        "n_1": n,
        "value_1": before.mean,
        "value_2": after.mean,
    }


def means_assumptions(means: list[Mean], skewed: set[str], method: str) -> str:
    """Say what the test assumes that the printed numbers make doubtful."""
    words = [
        f"{mean.row_id} read as {mean.reading.upper()} is not normal"
        for mean in means
        if f"{mean.row_id}/{mean.reading}" in skewed
    ]
    if method == "student_t":
        ratio = (
            max(m.sd for m in means) / min(m.sd for m in means) if all(m.sd for m in means) else nan
        )
        words.append(f"equal variances (SD ratio {ratio:.2f})")
    if len({mean.reading for mean in means}) > 1:
        words.append("; ".join(f"{mean.row_id} as {mean.reading.upper()}" for mean in means))
    return "; ".join(words) or None
