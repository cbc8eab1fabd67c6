"""Does a specification agree with a claim? One rule, used wherever support is counted."""

from __future__ import annotations

import pandas as pd

from retrial.stats.published import parse_p
from retrial.study.claims import Claim


def threshold(claim: Claim, alpha: float) -> float:
    """Return the level at which a claim is judged: its printed threshold, else alpha."""
    published = parse_p(claim.published_p)
    if published is not None and published.comparator in ("<", "<="):
        return published.value
    return alpha


def supports(claim: Claim, estimate: pd.Series, p: pd.Series, alpha: float) -> pd.Series:
    """Return for each specification whether it agrees with the claim.

    A difference must point the claimed way with p below the claim's threshold; for a claim of no
    difference p must not be below it, which reproduces 'not significant' and no more.
    """
    significant = p < threshold(claim, alpha)
    if claim.expect == "no_difference":
        return ~significant
    if claim.expect == "lower":
        return significant & (estimate < 0)
    if claim.expect == "higher":
        return significant & (estimate > 0)
    return significant


def opposes(claim: Claim, estimate: pd.Series, p: pd.Series, alpha: float) -> pd.Series:
    """Return for each specification whether it is significant in the other direction.

    Only a claim with a direction has another one.
    """
    significant = p < threshold(claim, alpha)
    if claim.expect == "lower":
        return significant & (estimate > 0)
    if claim.expect == "higher":
        return significant & (estimate < 0)
    return significant & False
