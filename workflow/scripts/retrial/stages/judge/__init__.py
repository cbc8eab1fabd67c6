"""Judge every claim by fixed rules from what was computed.

Two answers a claim: its `basis` (what the comparison is to the paper) and its `verdict`, in words
that fit the basis. The defensible specifications decide, each calculation once
(`retrial.stages.judge.joint`); where no test can be run, what the printed numbers and sentences
exclude or require.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from retrial.comparisons.calculations import counts_of, without_rho
from retrial.comparisons.support import threshold
from retrial.stages.audit.printed_p import impossible_p_of
from retrial.stages.judge.explain import explain, explain_sales
from retrial.stages.judge.joint import CONTINUOUS, SOME, Joint, joint_specifications
from retrial.stages.judge.requirements import from_bounds
from retrial.study.claims import COMPARING, Claim
from retrial.tables import table
from retrial.trial import Trial

# Verdict when all, some or none of the specifications support a claim, and when all are significant
# the other way.
WORDS = {
    "recomputed": ("confirmed", "depends", "not_confirmed", "contradicted"),
    "proxy": ("confirmed", "depends", "not_confirmed", "contradicted"),
    "our_comparison": ("shown", "depends", "not_shown", "opposite"),
}
HOLDS = ("confirmed", "shown")
FAILS = ("not_confirmed", "not_shown", "contradicted", "opposite", "depends")


def judge(trial: Trial) -> pd.DataFrame:
    """Return one row a claim, in the order of `claims.yaml`, with the columns of `claims`.

    Takes `study`, `claims`, `figures`, `evidence`, the tables `audit`, `tests`, `sensitivity` and
    `multiverse`, and the setting `alpha`.
    """
    rows: dict[str, dict] = {}
    for claim in trial.claims:
        if claim.kind == "trial":
            mine = trial.multiverse[trial.multiverse["claim_id"] == claim.id]
            row = _described(claim) | _trial(trial, claim, mine)
            row["detail"] = explain(trial, claim, row, mine)
            rows[claim.id] = row
    for claim in trial.claims:
        if claim.kind == "sales":
            rows[claim.id] = _sales(claim, rows)
    return table([rows[claim.id] for claim in trial.claims], "claims")


def _described(claim: Claim) -> dict:
    named = {key: ";".join(getattr(claim, key)) or None for key in SALES_KEYS}
    return {
        "claim_id": claim.id,
        "kind": claim.kind,
        "level": claim.level if claim.kind == "trial" else None,
        "statement": claim.statement,
        "expect": claim.expect,
        "combine": claim.joined if claim.form in COMPARING else None,
        "rests_on": ";".join((*claim.needs_all, *claim.needs_any)) or None,
        **named,
        "quote": claim.quote,
        "source": claim.source,
        "published_p": claim.published_p or None,
    }


SALES_KEYS = ("needs_all", "needs_any", "contradicted_by")


def _trial(trial: Trial, claim: Claim, specifications: pd.DataFrame) -> dict:
    """Return basis, verdict and the facts behind them."""
    tests = trial.tests[trial.tests["claim_id"] == claim.id]
    possible = specifications[specifications["admissible"]]
    facts: dict[str, object] = {
        "specifications": without_rho(possible["calculation"]).nunique(),
        "defensible_n": 0,
        "defensible_supporting": 0,
        "defensible_partly": 0,
    }
    if claim.form == "error_label":
        return facts | _label_verdict(claim, trial.audit)
    if claim.form == "printed":
        return facts | _printed_verdict(claim, trial.audit)
    if claim.form == "no_events":
        return facts | _no_events_verdict(claim, tests)
    if claim.form == "evidence":
        return facts | evidence_verdict(claim, trial.evidence)
    if claim.form == "stated":
        return facts | {"basis": "none", "verdict": "not_testable"}
    joint = joint_specifications(claim, specifications)
    facts |= _counted(joint, specifications)
    facts |= {
        "decided_at": threshold(claim, trial.settings.alpha),
        **compared(tests, specifications),
    }
    parts = (claim, trial.audit, trial.sensitivity, specifications, joint)
    return facts | comparison_verdict(*parts, trial.study.error_label.label)


def _counted(joint: Joint, specifications: pd.DataFrame) -> dict:
    """Count the distinct calculations of the defensible set, and give their range of p."""
    states = list(joint.distinct["state"])
    p = specifications.loc[specifications["defensible"], "p"]
    return {
        "defensible_n": len(states),
        "defensible_supporting": states.count("all"),
        "defensible_partly": states.count(SOME),
        "p_least": p.min(),
        "p_greatest": p.max(),
    }


def compared(tests: pd.DataFrame, specifications: pd.DataFrame) -> dict:
    """Return the counts that the defensible calculations compare, and the tests as printed."""
    chosen = tests[tests["defensible"].eq(True)]
    names = specifications.loc[specifications["defensible"], "calculation"].unique()
    cells = dict.fromkeys(counts for counts in map(counts_of, names) if counts)
    return {
        "compared": "; ".join(cells) or None,
        "decided_by": ";".join(chosen["test_id"]) or None,
    }


def comparison_verdict(
    claim: Claim,
    audit: pd.DataFrame,
    sensitivity: pd.DataFrame,
    specifications: pd.DataFrame,
    joint: Joint,
    label: str | None = None,
) -> dict:
    """Return basis and verdict of a claim that compares, and what they depend on."""
    excluded = impossible_p_of(claim.id, audit)
    if excluded:
        return {"basis": "bounds", "verdict": "contradicted", "impossible_p": ";".join(excluded)}
    if joint.frame.empty:
        if len(specifications) and not specifications["admissible"].any():
            return {"basis": "bounds", "verdict": "contradicted"}
        return from_bounds(claim, sensitivity, label)
    basis = claim.basis or "recomputed"
    positive, mixed, negative, reverse = WORDS[basis]
    left = unprinted(claim, specifications)
    found: dict[str, object] = {"basis": basis, "parts_missing": len(left)}
    if joint.outcome == "all":
        # All of what is printed agrees; where more is claimed, the rest would have to agree too.
        found["verdict"] = "conditional" if left and claim.joined == "all" else positive
    elif joint.outcome == "none":
        opposed = bool(joint.distinct["opposes"].all())
        found["verdict"] = reverse if opposed else negative
        if left and claim.joined == "any":
            found["verdict"] = "not_testable"
    else:
        found["verdict"] = mixed
        found["flips_on"] = ";".join(_told(deciding_axes(joint.expanded, _axes(joint)))) or None
        found["flips_at"] = flips_at(claim, joint, sensitivity) or None
    return found


def unprinted(claim: Claim, specifications: pd.DataFrame) -> list[tuple[str, float]]:
    """Return the (outcome, visit) of a claim for which no defensible test could be run."""
    rows = specifications[specifications["defensible"]]
    left = []
    for target in claim.targets:
        category = "+".join(target.categories)
        mine = rows[rows["outcome"].eq(target.outcome) & rows["category"].fillna("").eq(category)]
        if not mine["visit"].isna().any():  # a test of all visits together takes those there are
            left += [(target.outcome, v) for v in target.visits if not mine["visit"].eq(v).any()]
    return left


def _axes(joint: Joint) -> list[str]:
    return [*joint.axes, *([CONTINUOUS] if len(joint.rhos) > 1 else [])]


def _told(axes: list[str]) -> list[str]:
    """Return axes by their names in the multiverse."""
    names = {"counts_method": "method"}
    return list(dict.fromkeys(names.get(axis, axis.split(":")[0]) for axis in axes))


def axis_weights(rows: pd.DataFrame, axes: list[str]) -> dict[str, float]:
    """Return for each axis the share of the variance of support that it alone explains.

    Only axes on which some pair of rows that agree on every other axis differs in `supports`.
    """
    support = rows["supports"].astype(float)
    total = support.var(ddof=0)
    weights = {}
    for axis in axes:
        others = [other for other in axes if other != axis]
        groups = rows.groupby(others, dropna=False)["supports"] if others else None
        varied = groups.nunique().gt(1).any() if others else rows["supports"].nunique() > 1
        if varied and total > 0:
            means = support.groupby(rows[axis].astype("string").fillna("")).transform("mean")
            weights[axis] = float(means.var(ddof=0) / total)
    return weights


def deciding_axes(rows: pd.DataFrame, axes: list[str]) -> list[str]:
    """Return the smallest set of axes that together decide support, the weightiest first.

    Within each combination of their values all rows agree; of several such sets, the one whose axes
    explain most on their own. Empty when no set does.
    """
    weights = axis_weights(rows, axes)
    for size in range(1, len(weights) + 1):
        deciding = [
            chosen
            for chosen in combinations(weights, size)
            if rows.groupby(list(chosen), dropna=False)["supports"].nunique().eq(1).all()
        ]
        if deciding:
            best = max(deciding, key=lambda chosen: sum(weights[axis] for axis in chosen))
            return sorted(best, key=weights.get, reverse=True)
    return []


def flips_at(claim: Claim, joint: Joint, sensitivity: pd.DataFrame) -> str:
    """Return where each specification that depends on the correlation flips.

    `reading=sem;version=a:b;rho=0.353`, several joined by ` | `; the correlation from the
    sensitivity analysis, else the two of the grid between which it lies.
    """
    parts = []
    for place, row in joint.frame[joint.frame["state"] == SOME].iterrows():
        chosen = {axis: row[axis] for axis in joint.axes if row[axis] is not None}
        support = joint.support[place]
        known = [i for i, value in enumerate(support) if not np.isnan(value)]
        turns = [(a, b) for a, b in pairwise(known) if support[a] != support[b]]
        for a, b in turns:
            low, high = joint.rhos[a], joint.rhos[b]
            exact = _solved(claim, chosen, sensitivity, low, high)
            at = f"{exact:.4g}" if exact is not None else f"{low:g} to {high:g}"
            named = [f"{axis.replace('version:', 'version=')}:{value}" if ":" in axis
                     else f"{axis}={value}" for axis, value in chosen.items()]  # fmt: skip
            parts.append(";".join([*named, f"rho={at}"]))
    return " | ".join(dict.fromkeys(parts))


def _solved(
    claim: Claim, chosen: dict, sensitivity: pd.DataFrame, low: float, high: float
) -> float | None:
    """Return the exact correlation between two of the grid at which the sensitivity has a flip."""
    rows = sensitivity[
        (sensitivity["claim_id"] == claim.id)
        & sensitivity["analysis"].isin(["correlation", "repeated_measures"])
        & sensitivity["threshold"].between(low, high)
    ]
    for axis, value in chosen.items():
        if axis == "reading":
            rows = rows[rows["reading"] == value]
        elif axis.startswith("version:"):
            name = f"{axis.removeprefix('version:')}:{value}"
            rows = rows[rows["version"].fillna("").str.split(";").map(lambda v, n=name: n in v)]
        elif axis == "structure":
            rows = rows[rows["scenario"].str.endswith(f":{value}")]
    asked = tuple(f"{effect}:" for effect in claim.defensible.effects)
    rows = rows[rows["analysis"].eq("correlation") | rows["scenario"].str.startswith(asked)]
    found = rows["threshold"].unique()
    return float(found[0]) if len(found) == 1 else None


def _label_verdict(claim: Claim, audit: pd.DataFrame) -> dict:
    """A label is contradicted where one number cannot have it.

    It is confirmed where the same patients' printed error term says what the bars are.
    """
    labels = audit[(audit["check"] == "error_label") & (audit["reading"] == claim.label)]
    tested = labels[labels["verdict"] != "not_applicable"]
    bars = audit[(audit["check"] == "figure_bars") & audit["reading"].notna()]
    if tested.empty and bars.empty:
        return {"basis": "none", "verdict": "not_testable"}
    refuted = tested["verdict"].isin(["inconsistent", "impossible"]).any()
    found = {"basis": "bounds", "verdict": "as_printed"}
    if refuted or bars["verdict"].eq("inconsistent").any():
        return found | {"verdict": "contradicted"}
    settled = bars[(bars["reading"] == claim.label) & (bars["verdict"] == "pass")]
    return found | {"verdict": "confirmed"} if len(settled) else found


def _printed_verdict(claim: Claim, audit: pd.DataFrame) -> dict:
    """Printed rows are excluded when every reading, or a check without one, is impossible."""
    mine = audit[audit["target"].isin(claim.rows)]
    if mine.empty:
        return {"basis": "none", "verdict": "not_testable"}
    by_reading = mine[mine["reading"].notna()]
    refuted = by_reading["verdict"].eq("impossible").groupby(by_reading["reading"]).any()
    plain = mine[mine["reading"].isna() & mine["verdict"].isin(["impossible", "inconsistent"])]
    excluded = (len(refuted) and refuted.all()) or not plain.empty
    return {"basis": "bounds", "verdict": "contradicted" if excluded else "as_printed"}


def _no_events_verdict(claim: Claim, tests: pd.DataFrame) -> dict:
    """A sentence that repeats a count of none cannot be checked; a limit that we set, can."""
    if tests.empty:
        return {"basis": "none", "verdict": "not_testable"}
    upper = tests["ci_high"].max()
    found = {
        "rate_high": upper,
        "compared": _rates(tests),
        "decided_by": ";".join(tests["test_id"]),
    }
    if (tests["value_1"] > 0).all():
        return found | {"basis": "restated", "verdict": "contradicted"}
    if claim.acceptable_rate is not None:
        below = upper < claim.acceptable_rate
        return found | {"basis": "our_comparison", "verdict": "shown" if below else "not_shown"}
    return found | {"basis": "restated", "verdict": "as_printed"}


def _rates(tests: pd.DataFrame) -> str:
    return "; ".join(
        dict.fromkeys(f"{row['value_1']:g}/{row['n_1']:g}" for _, row in tests.iterrows())
    )


def evidence_verdict(claim: Claim, evidence: pd.DataFrame) -> dict:
    """A limit is contradicted by outside evidence that goes beyond it; none of it confirms one."""
    rows = evidence[evidence["id"].isin(claim.evidence)]
    ends = rows["value"].where(rows["spread_type"].ne("range").fillna(True), rows["spread_high"])
    if rows.empty or ends.isna().all():
        return {"basis": "none", "verdict": "not_testable"}
    beyond = rows.loc[(ends > claim.at_most).to_numpy(bool), "id"]
    return {
        "basis": "bounds",
        "verdict": "contradicted" if len(beyond) else "as_printed",
        "evidence_beyond": ";".join(beyond) or None,
        "evidence_high": ends.max(),
    }


def sales_verdict(claim: Claim, verdicts: dict[str, str]) -> str:
    """Return the verdict on a sales claim from those of the trial's claims.

    `contradicted` when a claim that excludes it holds, or one that it needs is shown to be the
    other way round; `no_evidence` when it needs none; `indirect` when what it needs holds;
    `not_shown` when it does not; `not_testable` when that is open.
    """
    found = {key: [verdicts[one] for one in getattr(claim, key)] for key in SALES_KEYS}
    if any(verdict in HOLDS for verdict in found["contradicted_by"]):
        return "contradicted"
    needed = [*found["needs_all"], *found["needs_any"]]
    if not needed:
        return "no_evidence"
    if "opposite" in found["needs_all"] or (needed and set(needed) == {"opposite"}):
        return "contradicted"
    groups = [_standing(verdict) for verdict in found["needs_all"]]
    if found["needs_any"]:
        any_of = {_standing(verdict) for verdict in found["needs_any"]}
        groups.append(next(s for s in ("indirect", "not_testable", "not_shown") if s in any_of))
    return next(s for s in ("not_shown", "not_testable", "indirect") if s in groups)


def _standing(verdict: str) -> str:
    return "indirect" if verdict in HOLDS else "not_shown" if verdict in FAILS else "not_testable"


def _sales(claim: Claim, trial: dict[str, dict]) -> dict:
    row = {
        **_described(claim),
        "basis": "none",
        "defensible_n": 0,
        "defensible_supporting": 0,
        "defensible_partly": 0,
        "specifications": 0,
        "verdict": sales_verdict(claim, {name: found["verdict"] for name, found in trial.items()}),
    }
    row["detail"] = explain_sales(claim, trial, row["verdict"])
    return row
