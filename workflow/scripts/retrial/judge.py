"""Judge every claim by fixed rules from what was computed.

In this order: `not_testable`, `inconsistent`, `reproduced`, `not_reproduced`, `unsupported` (a
sales claim without a trial claim), `fragile`. The defensible specifications decide; the share of
the wider multiverse that agrees is a description beside the verdict.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from retrial.explain import explain, explain_sales
from retrial.figures import Figure
from retrial.study import Claim, Study
from retrial.tables import AXES, CLAIMS, table

# A sales claim is no stronger than the weakest trial claim that it rests on.
WEAKEST_FIRST = ("not_reproduced", "inconsistent", "not_testable", "fragile", "reproduced")


def judge(
    study: Study,
    claims: list[Claim],
    figures: list[Figure],
    audit: pd.DataFrame,
    tests: pd.DataFrame,
    sensitivity: pd.DataFrame,
    multiverse: pd.DataFrame,
    *,
    alpha: float,
) -> pd.DataFrame:
    """Return one row a claim, in the order of `claims.yaml`, with the columns CLAIMS."""
    rows: dict[str, dict] = {}
    for claim in claims:
        if claim.kind == "trial":
            mine = multiverse[multiverse["claim_id"] == claim.id]
            row = {**_described(claim), **_counted(mine), "verdict": verdict(claim, audit, mine)}
            axes = deciding_axes(mine) if row["verdict"] == "fragile" else []
            row["flips_on"] = ";".join(axes) or None
            row["detail"] = explain(
                study, claim, row, figures, audit, tests, sensitivity, mine, alpha
            )
            rows[claim.id] = row
    for claim in claims:
        if claim.kind == "sales":
            rows[claim.id] = _sales(claim, rows)
    return table([rows[claim.id] for claim in claims], CLAIMS)


def _described(claim: Claim) -> dict:
    return {
        "claim_id": claim.id,
        "kind": claim.kind,
        "level": claim.level if claim.kind == "trial" else None,
        "derived": claim.basis == "our_comparison",
        "statement": claim.statement,
        "rests_on": ";".join((*claim.needs_all, *claim.needs_any)) or None,
        "quote": claim.quote,
        "source": claim.source,
        "published_p": claim.published_p or None,
    }


def _counted(specifications: pd.DataFrame) -> dict:
    """Count the specifications; impossible readings are not among them."""
    possible = specifications[specifications["admissible"]]
    defensible = possible[possible["defensible"]]
    return {
        "defensible_n": len(defensible),
        "defensible_supporting": int(defensible["supports"].sum()),
        "specifications": len(possible),
        "share_supporting": possible["supports"].mean() if len(possible) else np.nan,
    }


def verdict(claim: Claim, audit: pd.DataFrame, specifications: pd.DataFrame) -> str:
    """Return the verdict on a trial claim.

    `specifications` are the claim's rows of the multiverse.
    """
    if claim.form == "error_label":
        labels = audit[(audit["check"] == "error_label") & (audit["reading"] == claim.label)]
        tested = labels[labels["verdict"] != "not_applicable"]
        if tested.empty:
            return "not_testable"
        return "inconsistent" if (tested["verdict"] == "inconsistent").any() else "reproduced"
    if claim.form == "printed":
        return _printed_verdict(claim, audit)
    if specifications.empty:
        return "not_testable"
    defensible = specifications[specifications["defensible"]]
    if defensible.empty:
        excluded = not specifications["admissible"].any()
        return "inconsistent" if excluded else "not_testable"
    if defensible["supports"].all():
        return "reproduced"
    return "fragile" if defensible["supports"].any() else "not_reproduced"


def _printed_verdict(claim: Claim, audit: pd.DataFrame) -> str:
    """Printed rows are inconsistent when every reading, or a check without one, is impossible."""
    mine = audit[audit["target"].isin(claim.rows)]
    by_reading = mine[mine["reading"].notna()]
    refuted = by_reading["verdict"].eq("impossible").groupby(by_reading["reading"]).any()
    plain = mine[mine["reading"].isna() & mine["verdict"].isin(["impossible", "inconsistent"])]
    if (len(refuted) and refuted.all()) or not plain.empty:
        return "inconsistent"
    return "reproduced" if len(mine) else "not_testable"


def axis_weights(specifications: pd.DataFrame) -> dict[str, float]:
    """Return for each axis the share of the variance of support that it alone explains.

    Over the defensible specifications; only axes on which some pair of specifications that agree on
    every other axis differs in support.
    """
    chosen = specifications[specifications["defensible"]]
    support = chosen["supports"].astype(float)
    total = support.var(ddof=0)
    weights = {}
    for axis in AXES:
        others = [other for other in AXES if other != axis]
        varied = chosen.groupby(others, dropna=False)["supports"].nunique().gt(1).any()
        if varied and total > 0:
            means = support.groupby(chosen[axis].astype("string").fillna("")).transform("mean")
            weights[axis] = float(means.var(ddof=0) / total)
    return weights


def deciding_axes(specifications: pd.DataFrame) -> list[str]:
    """Return the smallest set of axes that together decide support, the weightiest first.

    Within each combination of their values all defensible specifications agree; of several such
    sets, the one whose axes explain most on their own. Empty when no set does.
    """
    weights = axis_weights(specifications)
    chosen = specifications[specifications["defensible"]]
    for size in range(1, len(weights) + 1):
        deciding = [
            axes
            for axes in combinations(weights, size)
            if chosen.groupby(list(axes), dropna=False)["supports"].nunique().eq(1).all()
        ]
        if deciding:
            best = max(deciding, key=lambda axes: sum(weights[axis] for axis in axes))
            return sorted(best, key=weights.get, reverse=True)
    return []


def _sales(claim: Claim, trial: dict[str, dict]) -> dict:
    """A sales claim is no stronger than the weakest trial claim that it rests on."""
    supports = [trial[claim_id] for claim_id in (*claim.needs_all, *claim.needs_any)]
    row = {**_described(claim), "defensible_n": 0, "defensible_supporting": 0, "specifications": 0}
    row["verdict"] = "unsupported"
    if supports:
        row["verdict"] = min((s["verdict"] for s in supports), key=WEAKEST_FIRST.index)
        for key in ("defensible_n", "defensible_supporting", "specifications"):
            row[key] = sum(s[key] for s in supports)
        if row["specifications"]:
            agreeing = sum(
                s["share_supporting"] * s["specifications"] for s in supports if s["specifications"]
            )
            row["share_supporting"] = agreeing / row["specifications"]
        weakest = next(s for s in supports if s["verdict"] == row["verdict"])
        row["flips_on"] = weakest["flips_on"]
    row["detail"] = explain_sales(claim, supports, row["verdict"])
    return row
