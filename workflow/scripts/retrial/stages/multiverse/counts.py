"""The axes of counts: who is counted when patients have left, and outside evidence."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from retrial.comparisons.calculations import figures, of_counts
from retrial.comparisons.populations import Cells, populations, possible
from retrial.comparisons.selection import Count, count_pairs, event_name, row_ids
from retrial.stages.retest import counts_comparison
from retrial.stats.counts import COUNT_METHODS, unmet
from retrial.stats.history import binomial_upper_tail, fisher_one_sided
from retrial.study.claims import Claim, Target
from retrial.study.estimand import most_comparable_first
from retrial.study.models import Study
from retrial.trial import Trial

CONCURRENT = "concurrent control"


def other_populations(trial: Trial, claim: Claim, tests: pd.DataFrame) -> Iterator[dict]:
    """Yield the tests of printed counts under the other handlings of drop-outs.

    `tests` are those of the claim.
    """
    if claim.form not in ("difference", "attribution"):
        return
    study, reported, alpha = trial.study, trial.reported, trial.settings.alpha
    for target in claim.targets:
        if not target.categories:
            continue
        for visit in target.visits:
            pairs = count_pairs(reported, target.outcome, target.categories, visit, trial.arms)
            for version, first, second in pairs:
                for population, cells in populations(study, claim, first, second, reported).items():
                    if population == "as_printed" or not possible(cells):
                        continue  # as printed: already among the tests
                    for method in COUNT_METHODS:
                        yield _recount(
                            claim, target, visit, version, population, cells, method, tests, alpha
                        )


def _recount(
    claim: Claim,
    target: Target,
    visit: float,
    version: str,
    population: str,
    cells: Cells,
    method: str,
    tests: pd.DataFrame,
    alpha: float,
) -> dict:
    test = counts_comparison(*cells[0], *cells[1], method, alpha)
    category = event_name(target.categories)
    printed = tests[
        (tests["outcome"] == target.outcome)
        & (tests["category"] == category)
        & (tests["visit"] == visit)
        & (tests["version"].fillna("") == version)
        & (tests["method"] == method)
    ].iloc[0]
    return {
        "claim_id": claim.id,
        "outcome": target.outcome,
        "category": category,
        "visit": visit,
        "version": version or None,
        "population": population,
        "comparator": CONCURRENT,
        "method": method,
        "calculation": of_counts(method, *cells),
        "row_ids": printed["row_ids"],
        "admissible": bool(printed["admissible"]),
        "defensible": bool(printed["admissible"])
        and method in claim.defensible.counts_methods
        and population in claim.defensible.populations
        and not unmet(method, *cells[0], *cells[1]),
        "estimate": test.risk_difference,
        "ci_low": test.risk_difference_low,
        "ci_high": test.risk_difference_high,
        "p": test.p,
    }


def outside_evidence(trial: Trial, claim: Claim) -> Iterator[dict]:
    """An attribution is compared with the nearest outside evidence (one-sided).

    Never in the defensible set: the concurrent control is the comparison that randomization makes.
    """
    study, evidence = trial.study, trial.evidence
    if claim.form != "attribution" or study.natural_remission is None:
        return
    for target in claim.targets:
        like = most_comparable_first(evidence[evidence["id"].isin(_comparable(study, target))])
        for visit in target.visits:
            pairs = count_pairs(
                trial.reported, target.outcome, target.categories, visit, trial.arms
            )
            for version, treated, _ in pairs:
                for _, row in like.iterrows():
                    yield {
                        "claim_id": claim.id,
                        "outcome": target.outcome,
                        "category": event_name(target.categories),
                        "visit": visit,
                        "version": version or None,
                        "population": "as_printed",
                        "comparator": row["id"],
                        "row_ids": row_ids(treated),
                        "admissible": True,
                        "defensible": False,
                        "estimate": treated.events / treated.total - row["value"],
                        **_against(treated, row),
                    }


def _comparable(study: Study, target: Target) -> list[str]:
    """Return the evidence rows that the study names as nearest to a claim's target."""
    return [
        evidence_id
        for event in study.natural_remission.events
        if event.outcome == target.outcome and set(event.categories) == set(target.categories)
        for evidence_id in event.comparable
    ]


def _against(treated: Count, row: pd.Series) -> dict:
    """Test treated events against one evidence row, with that row's own uncertainty if it has n."""
    if pd.notna(row["n"]) and pd.notna(row["events"]):
        outside = int(row["events"]), int(row["n"])
        name = of_counts("fisher_one_sided", (treated.events, treated.total), outside)
        p = fisher_one_sided(treated.events, treated.total, *outside)
        return {"method": "fisher", "calculation": name, "p": p}
    name = of_counts("binomial_exact", (treated.events, treated.total))
    p = binomial_upper_tail(treated.events, treated.total, row["value"])
    return {
        "method": "binomial_exact",
        "calculation": f"{name}|rate={figures(row['value'])}",
        "p": p,
    }
