"""Re-run the paper's significance tests from the rebuilt summaries, beside the usual alternatives.

Every claim is tested under each reading of the error terms and each consistent version of the
paper; rows say which of these are admissible, defensible, and the paper's own analysis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import nan

import pandas as pd

from retrial.groups import sd_from_error
from retrial.selection import (
    Count,
    Mean,
    count_of,
    count_pairs,
    event_name,
    means_of,
    rows_of,
    versions_of,
)
from retrial.significance import (
    COUNT_METHODS,
    adjust,
    agreement,
    clopper_pearson,
    compare_counts,
    compare_means,
    detectable_difference,
    fragility_index,
    hedges_g,
    jzs_bayes_factor,
    means_p_range,
    paired_from_summary,
    parse_p,
)
from retrial.study import Claim, Study, Target
from retrial.tables import TESTS, table

MEANS_METHODS = {"student_t": True, "welch_t": False}  # method: are the variances taken as equal?

counts_comparison = cache(compare_counts)


@dataclass(frozen=True)
class Settings:
    """What the configuration sets for the tests."""

    alpha: float
    power: float
    readings: tuple[str, ...]
    rho: tuple[float, ...]


def retest(
    study: Study,
    claims: list[Claim],
    reported: pd.DataFrame,
    summaries: pd.DataFrame,
    audit: pd.DataFrame,
    settings: Settings,
) -> pd.DataFrame:
    """Return every test that the printed numbers allow, with the columns TESTS.

    Rows follow the claims' order, then targets, visits, versions, readings and methods.
    """
    impossible = set(audit.loc[audit["verdict"] == "impossible", "target"])
    skewed = set(audit.loc[_is_skewed(audit), "target"] + "/" + audit["reading"].fillna(""))
    rows = []
    for claim in claims:
        for target in claim.targets:
            for visit in target.visits:
                rows += _tests(
                    study, claim, target, visit, reported, summaries, settings, impossible, skewed
                )
    return _with_multiplicity(table(rows, TESTS))


def _is_skewed(audit: pd.DataFrame) -> pd.Series:
    return (audit["check"] == "altman_bland") & (audit["verdict"] == "implausible")


def _tests(
    study: Study,
    claim: Claim,
    target: Target,
    visit: float,
    reported: pd.DataFrame,
    summaries: pd.DataFrame,
    settings: Settings,
    impossible: set[str],
    skewed: set[str],
) -> Iterator[dict]:
    arms = (study.arm("treatment").id, study.arm("control").id)
    counted = study.outcome(target.outcome).kind == "counts"
    if claim.form == "no_events":
        yield from _no_events(claim, target, visit, reported, settings)
    elif claim.form in ("difference", "attribution") and counted:
        pairs = count_pairs(reported, target.outcome, target.categories, visit, arms)
        for version, first, second in pairs:
            for method in COUNT_METHODS:
                row = _counts(claim, target, version, first, second, method, settings)
                touched = impossible & {*first.row_ids, *second.row_ids}
                yield _judged(row, claim, admissible=not touched, settings=settings)
    elif claim.form in ("difference", "attribution"):
        rows = rows_of(reported, target.outcome, visit, statistic="mean")
        for version in versions_of(rows):
            for reading in settings.readings:
                pair = means_of([(rows, arm) for arm in arms], summaries, version, reading)
                for method in MEANS_METHODS if pair else ():
                    row = _difference(claim, target, version, reading, *pair, method, settings)
                    row["assumptions"] = _assumptions(pair, skewed, method)
                    admissible = all(mean.admissible for mean in pair)
                    yield _judged(row, claim, admissible=admissible, settings=settings)
    elif claim.form == "change" and not counted:
        before = rows_of(reported, target.outcome, claim.from_visit, statistic="mean")
        after = rows_of(reported, target.outcome, visit, statistic="mean")
        for version in versions_of(pd.concat([before, after])):
            for reading in settings.readings:
                pair = means_of(
                    [(before, claim.arm), (after, claim.arm)], summaries, version, reading
                )
                rhos = sorted({*settings.rho, *claim.defensible.rho})
                for rho in rhos if pair else ():
                    row = _change(claim, target, version, reading, *pair, rho, settings)
                    row["assumptions"] = _assumptions(pair, skewed, "paired_t")
                    admissible = all(mean.admissible for mean in pair)
                    yield _judged(row, claim, admissible=admissible, settings=settings)


def _base(claim: Claim, target: Target, visit: float, version: str, method: str) -> dict:
    return {
        "claim_id": claim.id,
        "outcome": target.outcome,
        "category": event_name(target.categories) or None,
        "visit": visit,
        "version": version or None,
        "population": "as_printed",
        "method": method,
        "published_p": claim.published_p or None,
    }


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


def _difference(
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
        **_base(claim, target, first.visit, version, method),
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
        "bf10": jzs_bayes_factor(test.statistic, first.n, second.n),
        "n_1": first.n,
        "n_2": second.n,
        "value_1": first.mean,
        "value_2": second.mean,
        "detectable": detectable_difference(
            first.sd, first.n, second.sd, second.n, settings.alpha, settings.power
        ),
    }


def _change(
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
    test = paired_from_summary(before.mean, before.sd, after.mean, after.sd, n, rho, settings.alpha)
    return {
        **_base(claim, target, after.visit, version, "paired_t"),
        "contrast": f"{claim.arm}: month {after.visit:g} - month {before.visit:g}",
        "reading": reading,
        "statistic": test.statistic,
        "df1": test.df,
        "estimate": test.estimate,
        "ci_low": test.ci_low,
        "ci_high": test.ci_high,
        "p": test.p,
        "bf10": jzs_bayes_factor(test.statistic, n, n, paired=True),
        "rho": rho,
        "n_1": n,
        "value_1": before.mean,
        "value_2": after.mean,
    }


def _counts(
    claim: Claim,
    target: Target,
    version: str,
    first: Count,
    second: Count,
    method: str,
    settings: Settings,
) -> dict:
    """Test two printed proportions against each other."""
    cells = (first.events, first.total, second.events, second.total)
    test = counts_comparison(*cells, method, settings.alpha)
    fisher = method == "fisher"
    return {
        **_base(claim, target, first.visit, version, method),
        "contrast": f"{first.arm} - {second.arm}",
        "statistic": test.statistic,
        "df1": test.df,
        "estimate": test.risk_difference,
        "ci_low": test.risk_difference_low,
        "ci_high": test.risk_difference_high,
        "effect_size": test.odds_ratio,
        "effect_size_type": "odds_ratio",
        "effect_size_low": test.odds_ratio_low,
        "effect_size_high": test.odds_ratio_high,
        "p": test.p,
        "n_1": first.total,
        "n_2": second.total,
        "value_1": first.events,
        "value_2": second.events,
        "fragility": fragility_index(*cells, settings.alpha) if fisher else None,
        "assumptions": _counts_assumptions(first, second, method),
    }


def _counts_assumptions(first: Count, second: Count, method: str) -> str | None:
    """Say what a test of counts takes for granted."""
    words = []
    if first.inferred or second.inferred:
        words.append("a count that follows from the quote, not printed as a number")
    if method.startswith("chi2"):
        events = first.events + second.events
        n = first.total + second.total
        least = min(first.total, second.total) * min(events, n - events) / n
        words.append(f"least expected count {least:.1f}" + (" (below 5)" if least < 5 else ""))
    return "; ".join(words) or None


def _no_events(
    claim: Claim, target: Target, visit: float, reported: pd.DataFrame, settings: Settings
) -> Iterator[dict]:
    """How large a rate does the printed count leave open?"""
    rows = rows_of(reported, target.outcome, visit, statistic="count", categories=target.categories)
    name = target_name(target.outcome, event_name(target.categories))
    for version in versions_of(rows):
        events = count_of(rows, claim.arm, version, target.categories)
        if events is None:
            continue
        low, high = clopper_pearson(events.events, events.total, settings.alpha)
        yield {
            **_base(claim, target, visit, version, "clopper_pearson"),
            "contrast": claim.arm,
            "estimate": events.events / events.total,
            "ci_low": low,
            "ci_high": high,
            "n_1": events.total,
            "value_1": events.events,
            "admissible": True,
            "defensible": True,
            "paper_analysis": False,
            "agreement": "not_published",
            "test_id": _test_id(claim.id, name, visit, version, None, "clopper_pearson", None),
        }


def _assumptions(means: list[Mean], skewed: set[str], method: str) -> str:
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


def _judged(row: dict, claim: Claim, *, admissible: bool, settings: Settings) -> dict:
    """Add what the study folder says of this specification, and the comparison with print."""
    chosen = claim.defensible
    counted = row["method"] in COUNT_METHODS
    methods = chosen.counts_methods if counted else chosen.means_methods
    defensible = (
        admissible
        and row["method"] in methods
        and (counted or row["reading"] in chosen.readings)
        and (row["method"] != "paired_t" or row["rho"] in chosen.rho)
    )
    p_low, p_high = row.get("p_low", row["p"]), row.get("p_high", row["p"])
    published = parse_p(claim.published_p)
    return {
        **row,
        "admissible": admissible,
        "defensible": defensible,
        "paper_analysis": row["method"] == claim.paper_analysis.method,
        "agreement": agreement(row["p"], p_low, p_high, published, settings.alpha),
        "test_id": _test_id(
            claim.id,
            target_name(row["outcome"], row["category"]),
            row["visit"],
            row["version"],
            row.get("reading"),
            row["method"],
            row.get("rho"),
        ),
    }


def target_name(outcome: str, category: str | None) -> str:
    """Return the name of what is compared: the outcome, with the categories counted if any."""
    return f"{outcome}.{category}" if category else outcome


def _test_id(
    claim_id: str,
    target: str,
    visit: float,
    version: str | None,
    reading: str | None,
    method: str,
    rho: float | None,
) -> str:
    """Return a name that is unique to a specification and does not depend on row order."""
    parts = [claim_id, target, f"m{visit:g}", version or "", reading or "", method]
    parts += [f"rho{rho:g}"] if rho is not None else []
    return "/".join(part for part in parts if part)


def _with_multiplicity(tests: pd.DataFrame) -> pd.DataFrame:
    """Adjust p over the visits at which one comparison is made (Holm; Benjamini-Hochberg)."""
    family = ["claim_id", "outcome", "category", "version", "reading", "method", "rho"]
    for _, rows in tests.groupby(family, dropna=False, sort=False):
        if len(rows) > 1:
            tests.loc[rows.index, "p_holm"] = adjust(rows["p"].to_numpy(float), "holm")
            tests.loc[rows.index, "p_bh"] = adjust(rows["p"].to_numpy(float), "bh")
    return tests
