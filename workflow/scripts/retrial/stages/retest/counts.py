"""Tests of printed counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pandas as pd

from retrial.comparisons.calculations import of_counts
from retrial.comparisons.selection import Count, count_of, event_name, row_ids, rows_of, versions_of
from retrial.stages.retest.common import base_row, name_of_test, target_name
from retrial.stats.counts import clopper_pearson, compare_counts, fragility_index, unmet
from retrial.study.claims import Claim, Target
from retrial.trial import Settings

counts_comparison = cache(compare_counts)


def counts_row(
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
        **base_row(claim, target, first.visit, version, method),
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
        "calculation": of_counts(method, cells[:2], cells[2:]),
        "fragility": fragility_index(*cells, settings.alpha) if fisher else None,
        "assumptions": _assumptions(first, second, method),
    }


def _assumptions(first: Count, second: Count, method: str) -> str | None:
    """Say what a test of counts takes for granted."""
    words = []
    if first.inferred or second.inferred:
        words.append("a count that follows from the quote, not printed as a number")
    reason = unmet(method, first.events, first.total, second.events, second.total)
    if reason:
        words.append(reason)
    return "; ".join(words) or None


def no_events_rows(
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
            **base_row(claim, target, visit, version, "clopper_pearson"),
            "contrast": claim.arm,
            "estimate": events.events / events.total,
            "ci_low": low,
            "ci_high": high,
            "n_1": events.total,
            "value_1": events.events,
            "calculation": of_counts("clopper_pearson", (events.events, events.total)),
            "row_ids": row_ids(events),
            "admissible": True,
            "defensible": True,
            "paper_analysis": False,
            "agreement": "not_published",
            "test_id": name_of_test(claim.id, name, visit, version, None, "clopper_pearson", None),
        }
