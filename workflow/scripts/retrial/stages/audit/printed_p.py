"""Compare every printed p-value with what the printed numbers allow.

A p without an arm compares the arms; with an arm it is about the change from the first visit within
it. Each standard test is run over all numbers that round to the printed ones, every correlation of
the visits and every reading of the error terms. A p that none of them reaches is `impossible`: it
and the printed means, error terms and n cannot all be right. It is `implausible` where something
that the numbers do not fix could still give it (a rank test that the paper names, other patients at
the two visits); `not_applicable` where the numbers behind it are not printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import comb, isnan

import pandas as pd

from retrial.comparisons.selection import AS_LABELLED
from retrial.stages.audit.printed_candidates import (
    MIXED,
    REPEATED,
    Candidate,
    allowed_p,
    candidates_of,
    compares_other,
    published_of,
)
from retrial.stages.audit.spread import finding
from retrial.stats.published import PublishedP, implied_interval, parse_p
from retrial.study.claims import Claim
from retrial.study.models import Study

# Tests whose p does not follow from means, SDs and n, by the words that papers use.
_NOT_FROM_MOMENTS = re.compile(
    r"mann|whitney|wilcoxon|kruskal|friedman|rank|\bu[ -]test|non-?parametric|sign test|\blog"
    r"|transform|mixed.?(effects? )?model|covaria|ancova|regress|adjust|bootstrap|permutation"
    r"|\bgee\b|generali[sz]ed",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    r"bonferroni|holm|tukey|scheff|dunn|hochberg|sidak|newman|keuls|duncan|false discovery"
    r"|multiple (comparison|testing)|post.?hoc",
    re.IGNORECASE,
)
_ONE_SIDED = re.compile(r"one.?(sided|tailed)", re.IGNORECASE)


def check_printed_p(
    study: Study, reported: pd.DataFrame, alpha: float, claims: Sequence[Claim] = ()
) -> tuple[list[dict], list[dict]]:
    """Return the findings, one for each printed p, and the tests tried (table `printed_p`)."""
    found, tried = [], []
    for _, row in reported[reported["statistic"] == "p"].iterrows():
        candidates, reason = candidates_of(study, reported, row, alpha)
        published = published_of(row)
        fitting = [c for c in candidates if _fits(c, published, alpha)]
        if not fitting:
            variants = _stated_variants(study, candidates)
            candidates += variants
            fitting = [c for c in variants if _fits(c, published, alpha)]
        mine = [c.id for c in claims if states(c, row, alpha)]
        told = _finding(study, row, candidates, fitting, reason, alpha)
        found.append({**told, "claims": ";".join(mine) or None})
        tried += [_tried(row, c, c in fitting) for c in candidates]
    return found, tried


def states(claim: Claim, row: pd.Series, alpha: float) -> bool:
    """Return whether a row of `reported` is the printed p of a claim.

    It is about the same outcome, categories, visit and arm, and says what the claim's `published_p`
    says or more: p = 0.03 for a claim of p < 0.05.
    """
    claimed = parse_p(claim.published_p)
    if claimed is None or compares_other(row):
        return False
    low, high = implied_interval(claimed, alpha)
    row_low, row_high = implied_interval(published_of(row), alpha)
    return low <= row_low and row_high <= high and is_about(claim, row)


def is_about(claim: Claim, row: pd.Series) -> bool:
    """Return whether a printed p is about an outcome, category, visit and arm of a claim."""
    about = claim.arm if claim.form == "change" else None
    if (None if pd.isna(row["arm"]) else row["arm"]) != about:
        return False
    event = set(row["category"].split("+")) if pd.notna(row["category"]) else None
    return any(
        target.outcome == row["outcome"]
        and (event is None or event == set(target.categories))
        and (pd.isna(row["visit"]) or row["visit"] in target.visits)
        for target in claim.targets
    )


def impossible_p_of(claim_id: str, audit: pd.DataFrame) -> list[str]:
    """Return the printed p-values of a claim that no analysis of the printed numbers gives.

    A claim with any cannot be confirmed: its p and its numbers exclude each other.

    Args:
        claim_id: The claim.
        audit: The audit, with the columns of `audit`.

    Returns:
        Their `row_id`s, in the order of the audit; [] where there are none.
    """
    found = audit[audit["check"].eq("printed_p") & audit["verdict"].eq("impossible")]
    claims = found["claims"].astype("string").fillna("").str.split(";")
    return [row for row, mine in zip(found["target"], claims, strict=True) if claim_id in mine]


def _fits(candidate: Candidate, published: PublishedP, alpha: float) -> bool:
    low, high = allowed_p(published, alpha)
    noise = 1e-9  # the ranges are found to floating-point precision
    above = (
        candidate.p_high > low if published.comparator == ">" else candidate.p_high >= low - noise
    )
    below = (
        candidate.p_low < high if published.comparator == "<" else candidate.p_low <= high + noise
    )
    return above and below


def _finding(
    study: Study,
    row: pd.Series,
    candidates: list[Candidate],
    fitting: list[Candidate],
    reason: str,
    alpha: float,
) -> dict:
    published = published_of(row)
    common = {"value": None if published.comparator == "ns" else published.value}
    if not candidates:
        return finding("printed_p", row, None, "not_applicable", detail=reason, **common)
    low, high = min(c.p_low for c in candidates), max(c.p_high for c in candidates)
    common |= {"p_low": low, "p_high": high, "fits": _listed(fitting)}
    if fitting:
        detail = f"{_shown(published)} can come from the printed numbers: {_listed(fitting)}"
        return finding("printed_p", row, None, "pass", detail=detail, **common)
    nearest = _nearest(candidates, published, alpha)
    allowed = allowed_p(published, alpha)
    bound = nearest.p_low if nearest.p_low > allowed[1] else nearest.p_high
    detail = (
        f"{_shown(published)} is printed; the printed numbers give p from {low:.2g} to {high:.2g} "
        f"at most, over {_count(len({c.test for c in candidates}), 'test')}, every reading of the "
        f"error terms{_and_rho(candidates)}. Nearest: {_name(nearest)}, "
        f"p {'at least' if bound == nearest.p_low else 'at most'} {bound:.2g}"
    )
    doubts = _doubts(study, row, candidates)
    hints = _hints(study, candidates, published, alpha)
    detail += "".join(f". {sentence}" for sentence in (*doubts, *hints))
    verdict = "implausible" if doubts else "impossible"
    return finding("printed_p", row, None, verdict, detail=detail, bound=bound, **common)


def _doubts(study: Study, row: pd.Series, candidates: list[Candidate]) -> list[str]:
    """Return what could give the p although no test of the printed numbers does."""
    said = []
    counted = study.outcome(row["outcome"]).kind == "counts"
    named = [t.method for t in study.reported_tests if _NOT_FROM_MOMENTS.search(t.method)]
    if named and not counted:
        said.append(
            f"The paper also names {'; '.join(named)}, of which means and error terms do not fix p"
        )
    if any(not c.same_patients for c in candidates):
        said.append("n differs between the visits, so the patients of both have other means")
    return said


def _hints(
    study: Study, candidates: list[Candidate], published: PublishedP, alpha: float
) -> list[str]:
    """Return which unstated choice would give the p: a one-sided test, a correction."""
    said = []
    if published.comparator == "ns":
        return said
    halves = [_scaled(c, 0.5) for c in candidates]
    if any(_fits(c, published, alpha) for c in halves):
        said.append("A one-sided test would give it, which the paper does not state")
    low = allowed_p(published, alpha)[0]
    most = max(c.p_high for c in candidates)
    if 0 < most < low:
        said.append(
            f"A correction for several comparisons would have to multiply p by {low / most:.2g}"
        )
    return said


def _scaled(candidate: Candidate, factor: float) -> Candidate:
    ends = {end: min(1.0, factor * getattr(candidate, end)) for end in ("p_low", "p_high")}
    return replace(candidate, **ends)


def _stated_variants(study: Study, candidates: list[Candidate]) -> list[Candidate]:
    """Return the one-sided and the corrected form of each test, where the paper states such."""
    methods = " ".join(test.method + " " + test.quote for test in study.reported_tests)
    variants = []
    if _ONE_SIDED.search(methods):
        variants += [replace(_scaled(c, 0.5), test=f"{c.test}_one_sided") for c in candidates]
    if _CORRECTED.search(methods):
        arms, visits = len(study.arms), len(study.visits)
        most = max(1, comb(arms, 2) * visits, arms * comb(visits, 2))
        variants += [
            replace(c, test=f"{c.test}_corrected", p_high=min(1.0, most * c.p_high))
            for c in candidates
        ]
    return variants


def _nearest(candidates: list[Candidate], published: PublishedP, alpha: float) -> Candidate:
    low, high = allowed_p(published, alpha)
    return min(candidates, key=lambda c: max(low - c.p_high, c.p_low - high))


def _shown(published: PublishedP) -> str:
    if published.comparator == "ns":
        return "'not significant'"
    decimals = published.decimals
    value = f"{published.value:.{decimals}f}" if decimals is not None else f"{published.value:g}"
    return f"p {published.comparator} {value}"


def _and_rho(candidates: list[Candidate]) -> str:
    two_visits = any(c.test in REPEATED for c in candidates)
    return (
        ", every correlation of the visits and all rounding" if two_visits else " and all rounding"
    )


def _count(amount: int, what: str) -> str:
    return f"{amount} {what}{'' if amount == 1 else 's'}"


def _name(candidate: Candidate) -> str:
    when = "" if isnan(candidate.visit) else f" at visit {candidate.visit:g}"
    reading = {None: "", AS_LABELLED: ", as labelled", MIXED: ", tables read differently"}.get(
        candidate.reading, f", read as {candidate.reading}"
    )
    return f"{candidate.test} of {candidate.contrast}{when}{reading}"


def _listed(candidates: list[Candidate]) -> str:
    """Return which tests fit, by reading: `sd: student_t, welch_t; sem: paired_t`."""
    by_reading: dict[str, list[str]] = {}
    for c in candidates:
        tests = by_reading.setdefault(c.reading or "", [])
        if c.test not in tests:
            tests.append(c.test)
    return "; ".join(
        f"{reading}: {', '.join(tests)}" if reading else ", ".join(tests)
        for reading, tests in by_reading.items()
    )


def _tried(row: pd.Series, c: Candidate, fits: bool) -> dict:
    return {
        "row_id": row["row_id"],
        "outcome": row["outcome"],
        "category": row["category"],
        "arm": row["arm"],
        "visit": c.visit,
        "version": c.version or None,
        "contrast": c.contrast,
        "reading": c.reading,
        "test": c.test,
        "n_1": c.n_1,
        "n_2": c.n_2,
        "p_low": c.p_low,
        "p_high": c.p_high,
        "rho_low": c.rho_low,
        "rho_high": c.rho_high,
        "fits": fits,
    }
