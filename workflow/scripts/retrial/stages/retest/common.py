"""What every re-run test shares: its settings, its name, and how it stands to the study folder."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from retrial.comparisons.selection import Count, Mean, event_name, row_ids
from retrial.stats.counts import COUNT_METHODS, unmet
from retrial.stats.ordinal import ORDERED_METHODS
from retrial.stats.published import agreement, parse_p
from retrial.study.claims import Claim, Target
from retrial.trial import Settings


def base_row(claim: Claim, target: Target, visit: float, version: str, method: str) -> dict:
    """Return the cells that name a test; `visit` is NaN where all visits enter."""
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


def judged(
    row: dict,
    claim: Claim,
    *,
    admissible: bool,
    settings: Settings,
    means: Sequence[Mean] = (),
    counts: Sequence[Count] = (),
) -> dict:
    """Add what the study folder says of this specification, and the comparison with print.

    `means` and `counts` are the printed numbers that enter: a reading of means other than their
    labels is defensible only where the audit gives a reason for it.
    """
    chosen = claim.defensible
    binary, ordered = row["method"] in COUNT_METHODS, row["method"] in ORDERED_METHODS
    counted = binary or ordered
    methods = chosen.ordered_methods if ordered else chosen.counts_methods
    methods = methods if counted else chosen.means_methods
    # An ANOVA has several answers; those that are about the claim can be the paper's.
    asked = row["method"] != "mixed_anova" or row["effect"] in chosen.effects
    sound = not (binary and unmet(row["method"], *_cells(row)))
    sound = sound and not (ordered and isnan(row["p"]))
    defensible = (
        admissible
        and all(mean.allowed for mean in means)
        and asked
        and sound
        and row["method"] in methods
        and (counted or row["reading"] in chosen.readings)
        and (row.get("rho") is None or row["rho"] in chosen.rho)
    )
    p_low, p_high = row.get("p_low", row["p"]), row.get("p_high", row["p"])
    # A test that could not be run agrees with nothing and contradicts nothing.
    published = None if isnan(row["p"]) else parse_p(claim.published_p)
    agrees = agreement(row["p"], p_low, p_high, published, settings.alpha)
    own = claim.paper_analysis
    if published is not None and own is not None and own.not_rerunnable:
        agrees = "not_rerunnable"
    return {
        **row,
        "admissible": admissible,
        "defensible": defensible,
        "paper_analysis": asked and row["method"] == own.method and not own.not_rerunnable,
        "row_ids": row_ids(*means, *counts),
        "labelled": bool(means) and all(mean.labelled for mean in means),
        "agreement": agrees,
        "test_id": name_of_test(
            claim.id,
            target_name(row["outcome"], row["category"]),
            row["visit"],
            row["version"],
            row.get("reading"),
            row["method"],
            row.get("rho"),
            *(row.get(axis) for axis in ("effect", "structure", "shape")),
        ),
    }


def _cells(row: dict) -> tuple[int, int, int, int]:
    """Return the counts of a test of two arms: events and size of each."""
    return tuple(int(row[key]) for key in ("value_1", "n_1", "value_2", "n_2"))


def target_name(outcome: str, category: str | None) -> str:
    """Return the name of what is compared: the outcome, with the categories counted if any."""
    return f"{outcome}.{category}" if category else outcome


def name_of_test(
    claim_id: str,
    target: str,
    visit: float,
    version: str | None,
    reading: str | None,
    method: str,
    rho: float | None,
    *others: str | None,
) -> str:
    """Return a name that is unique to a specification and does not depend on row order."""
    when = "" if isnan(visit) else f"m{visit:g}"
    parts = [claim_id, target, when, version or "", reading or "", method]
    parts += [f"rho{rho:g}"] if rho is not None else []
    parts += [other or "" for other in others]
    return "/".join(part for part in parts if part)
