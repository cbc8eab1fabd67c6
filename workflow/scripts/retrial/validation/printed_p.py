"""Warn of printed p-values that two places of a study folder give differently."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from retrial.stages.audit.printed_candidates import compares_other, published_of
from retrial.stages.audit.printed_p import is_about
from retrial.stats.published import implied_interval, parse_p
from retrial.study.claims import Claim


def contradicting_p(claims: list[Claim], reported: pd.DataFrame, alpha: float) -> Iterator[str]:
    """Yield one warning for each claim whose p a row, or its own expectation, contradicts."""
    printed = reported[reported["statistic"] == "p"]
    for claim in claims:
        stated = parse_p(claim.published_p)
        if stated is None:
            continue
        low, high = implied_interval(stated, alpha)
        about = f"Warning: claims.yaml, {claim.id}, published_p: {claim.published_p}"
        for _, row in printed.iterrows():
            row_low, row_high = implied_interval(published_of(row), alpha)
            apart = row_high < low or high < row_low
            if apart and not compares_other(row) and is_about(claim, row):
                shown = "n.s." if row["comparator"] == "ns" else f"{row['value']:g}"
                yield (
                    f"{about}, and row {row['row_id']} of reported.csv gives {shown} for the same "
                    "comparison. Correct the one that is mistyped."
                )
        if claim.expect == "no_difference" and high < alpha:
            yield f"{about} is significant, and the claim expects no_difference."
        elif claim.targets and claim.expect not in (None, "no_difference") and low > alpha:
            yield f"{about} is not significant, and the claim expects {claim.expect}."
