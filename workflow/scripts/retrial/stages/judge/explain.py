"""Say in plain words why a claim got its verdict; every number comes from a computed table."""

from __future__ import annotations

import pandas as pd

from retrial.comparisons.selection import AS_LABELLED
from retrial.comparisons.support import threshold
from retrial.stages.judge.requirements import readings_of
from retrial.stages.multiverse import CONCURRENT
from retrial.stats.counts import sample_size_for_zero_events
from retrial.study.claims import Claim
from retrial.study.estimand import in_short
from retrial.study.figures import Figure
from retrial.study.models import Study
from retrial.trial import Trial
from retrial.vocabulary import VERDICTS
from retrial.wording import READING_NAMES, axis_value_words, axis_words, p_span, version_words


def explain(trial: Trial, claim: Claim, row: dict, specifications: pd.DataFrame) -> str:
    """Return a few plain sentences for a trial claim and its verdict (`row`).

    `specifications` are those of the claim.
    """
    told = [
        *_contradicting_figures(claim, trial.audit),
        _as_labelled(claim, trial.tests),
        _explained(trial, claim, row, specifications),
        _not_rerunnable(claim),
    ]
    return " ".join(part for part in told if part)


def _contradicting_figures(claim: Claim, audit: pd.DataFrame) -> list[str]:
    """Return one sentence for each figure of the claim's outcomes that contradicts the print.

    It says whether the panel is held back, or why it is used all the same (`accepted`).
    """
    outcomes = {target.outcome for target in claim.targets}
    found = audit[(audit["check"] == "figure_held") & audit["outcome"].isin(outcomes)]
    return [
        f"{row['source'][0].upper()}{row['source'][1:]}, contradicts the print: {row['detail']}."
        for row in found.to_dict("records")
    ]


def _as_labelled(claim: Claim, tests: pd.DataFrame) -> str:
    """Say, before anything else, where the paper's own reading of its numbers is impossible."""
    mine = tests[(tests["claim_id"] == claim.id) & (tests["reading"] == AS_LABELLED)]
    possible = mine["admissible"].fillna(False).astype(bool)
    if mine.empty or possible.all():
        return ""
    some = "for some of its numbers " if possible.any() else ""
    return f"Read as labelled it is impossible {some}(see the audit): what if the label is wrong?"


def _not_rerunnable(claim: Claim) -> str:
    """Say why the paper's own analysis is not re-run: nothing here agrees or differs with it."""
    own = claim.paper_analysis
    if own is None or not own.not_rerunnable:
        return ""
    return (
        f"The paper's own analysis cannot be re-run ({own.not_rerunnable.replace('_', ' ')}), so "
        f"no test here agrees or disagrees with its p: {own.note}"
    )


def _explained(trial: Trial, claim: Claim, row: dict, specifications: pd.DataFrame) -> str:
    study, audit, sensitivity = trial.study, trial.audit, trial.sensitivity
    alpha = trial.settings.alpha
    if claim.form == "stated":
        return claim.note
    if claim.form == "evidence":
        return f"{_evidence(claim, row, trial.evidence)} {claim.note or ''}".strip()
    if claim.form == "error_label":
        return _from_audit(audit[audit["check"].isin(["error_label", "figure_bars"])])
    if claim.form == "printed":
        mine = audit[audit["target"].isin(claim.rows) & audit["bound"].notna()]
        mine = mine[mine["check"].isin(["range_sd", "sd_bound"])].sort_values(
            "value", kind="stable"
        )
        # The reading that asks for the least spread speaks for the others.
        return _from_audit(mine.drop_duplicates(["check", "target"]))
    if claim.form == "no_events":
        return _no_events(claim, trial.tests[trial.tests["claim_id"] == claim.id], alpha)
    if row.get("impossible_p"):
        named = ", ".join(row["impossible_p"].split(";"))
        return (
            f"Its printed p ({named}) cannot come from the printed numbers, by any standard test "
            f"or reading. {claim.note or ''}".strip()
        )
    if not row["defensible_n"]:
        if not specifications.empty:
            return (
                f"{len(specifications)} tests were run, but none of them is in the claim's "
                f"defensible set. {claim.note or ''}".strip()
            )
        if row["verdict"] == "conditional":
            return _conditional(study, claim, row, trial.figures, audit)
        return _not_printed(study, claim, trial.figures, sensitivity)
    defensible = specifications[specifications["defensible"]]
    words = [_agreeing(row, defensible, threshold(claim, alpha))]
    if row.get("parts_missing"):
        words.append(
            f"For {row['parts_missing']} of what it claims the numbers are not printed; they would "
            "have to agree too."
        )
    if claim.expect == "no_difference" and row["verdict"] in ("confirmed", "shown", "depends"):
        words.append(_cannot_exclude(study, defensible))
    if row["verdict"] == "depends":
        words.append(_what_it_depends_on(study, defensible, (row["flips_on"] or "").split(";")))
    if claim.form == "attribution":
        words.append(_outside(specifications, sensitivity))
    if claim.form == "change":
        words += _flip_points(study, sensitivity, claim)
    words.append(claim.note or "")
    return " ".join(word for word in words if word)


def _from_audit(findings: pd.DataFrame) -> str:
    """Return the details of the worst findings, one a target and reading."""
    worst = findings[findings["verdict"].isin(["impossible", "inconsistent"])]
    chosen = worst if not worst.empty else findings
    return "; ".join(dict.fromkeys(chosen["target"] + ": " + chosen["detail"])) + "."


def _agreeing(row: dict, defensible: pd.DataFrame, level: float) -> str:
    """Say how many of the distinct calculations agree, and over which correlations."""
    partly = row["defensible_partly"]
    over = defensible["rho"].dropna()
    span = (
        f", at every correlation from {over.min():g} to {over.max():g}"
        if over.nunique() > 1
        else ""
    )
    also = f"; {partly} at some of them only" if partly else ""
    return (
        f"{row['defensible_supporting']} of {row['defensible_n']} defensible specifications "
        f"agree at {level:g}{span}{also} ({p_span(defensible['p'])})."
    )


def _evidence(claim: Claim, row: dict, evidence: pd.DataFrame) -> str:
    """Say which outside evidence goes beyond a claimed limit."""
    beyond = evidence[evidence["id"].isin((row.get("evidence_beyond") or "").split(";"))]
    if beyond.empty:
        return "The outside evidence that is named does not go beyond the limit."
    parts = [
        f"{found['quantity']}, {found['population']}: "
        + (
            f"{found['spread_low']:g} to {found['spread_high']:g}"
            if found["spread_type"] == "range"
            else f"{found['value']:g}"
        )
        + f" ({found['citation']})"
        for _, found in beyond.iterrows()
    ]
    return f"Beyond {claim.at_most:g}: {'; '.join(parts)}."


def _conditional(
    study: Study, claim: Claim, row: dict, figures: list[Figure], audit: pd.DataFrame
) -> str:
    """Say under which condition a claim holds whose other mean is not printed."""
    left = row["condition_reading"].split(";")
    low, high = (f"{row[key]:.2f}" for key in ("condition_low", "condition_high"))
    span = low if low == high else f"{low} to {high}"
    side = "at least" if claim.expect == "lower" else "at most"
    words = [
        f"At {study.visit_name(row['condition_visit'])} it holds only if the error bars are "
        f"{' or '.join(READING_NAMES.get(code, code) for code in left)} and the mean that is not "
        f"printed is {side} {span} (from no spread there to error bars as long as those printed)."
    ]
    excluded = audit[
        (audit["check"] == "sentence")
        & (audit["target"] == claim.id)
        & (audit["verdict"] == "inconsistent")
        & audit["reading"].isin(readings_of(claim, study.error_label.label))
    ]
    for _, found in excluded.drop_duplicates("reading").iterrows():
        words.append(
            f"As {READING_NAMES.get(found['reading'], found['reading'])} that mean would be "
            f"{side} {found['value']:.2f}, and the paper's own sentence allows "
            f"{'at most' if claim.expect == 'lower' else 'at least'} {found['bound']:.4g} "
            f"({found['source'].split('; ')[0]})."
        )
    return " ".join([*words, _missing(study, claim, figures), claim.note or ""]).strip()


def _missing(study: Study, claim: Claim, figures: list[Figure]) -> str:
    """Say which numbers are not printed, and which figure would settle the claim."""
    settles = _settling(claim, figures)
    outcomes = dict.fromkeys(target.outcome for target in claim.targets)
    names = ", ".join(study.outcome(outcome).label for outcome in outcomes)
    settled = f"; digitizing {settles} would settle it" if settles else ""
    return f"The numbers ({names}) are not printed{settled}."


def _settling(claim: Claim, figures: list[Figure]) -> str:
    outcomes = {target.outcome for target in claim.targets}
    return " and ".join(
        figure.source
        for figure in figures
        if figure.status == "pending" and any(p.outcome in outcomes for p in figure.panels)
    )


def _not_printed(
    study: Study, claim: Claim, figures: list[Figure], sensitivity: pd.DataFrame
) -> str:
    outcomes = list(dict.fromkeys(target.outcome for target in claim.targets))
    if claim.form == "change" and all(study.outcome(o).kind == "counts" for o in outcomes):
        names = ", ".join(study.outcome(outcome).label for outcome in outcomes)
        return f"A change of counts within one arm ({names}) is not re-run."
    settles = _settling(claim, figures)
    words = [_missing(study, claim, figures)]
    required = sensitivity[
        (sensitivity["analysis"] == "required_effect") & (sensitivity["claim_id"] == claim.id)
    ]
    single = required[required["rho"].isna()]
    if single.empty and not required.empty:
        middle = required["rho"].sort_values().iloc[len(required) // 2]
        single = required[required["rho"] == middle]
    details = single.drop_duplicates("reading")["detail"].dropna()
    words += [detail.removesuffix(f" {settles} would settle it.") for detail in details]
    return " ".join([*words, claim.note or ""]).strip()


def _no_events(claim: Claim, tests: pd.DataFrame, alpha: float) -> str:
    row = tests.iloc[0]
    words = (
        f"{row['value_1']:g} of {row['n_1']:g}: a true rate of up to {100 * row['ci_high']:.1f} % "
        f"is not excluded ({100 * (1 - alpha):g} % confidence, Clopper-Pearson)."
    )
    if claim.acceptable_rate is not None:
        needed = sample_size_for_zero_events(claim.acceptable_rate, alpha)
        words += (
            f" To exclude {100 * claim.acceptable_rate:g} % takes {needed} patients without an "
            "event."
        )
    return f"{words} {claim.note or ''}".strip()


def _cannot_exclude(study: Study, defensible: pd.DataFrame) -> str:
    """The widest interval of each outcome: what 'not significant' leaves open."""
    open_ = []
    for (outcome, category), rows in defensible.groupby(
        ["outcome", "category"], dropna=False, sort=False
    ):
        about, low, high = study.outcome(outcome), rows["ci_low"].min(), rows["ci_high"].max()
        if about.kind == "counts":
            what = str(category).replace("_", " ").replace("+", " or ")
            open_.append(f"{about.label}, {what} {100 * low:+.0f} to {100 * high:+.0f} points")
        else:
            open_.append(f"{about.label} {low:+.2g} to {high:+.2g} {about.unit}")
    return f"Not significant is not the same as no difference; still possible: {'; '.join(open_)}."


def _what_it_depends_on(study: Study, defensible: pd.DataFrame, axes: list[str]) -> str:
    """For each axis that decides, the range of p under each of its choices."""
    if not axes:
        return "No choice decides it."
    parts = []
    for axis in axes:
        if axis == "rho":  # a grid: where it flips is said on its own
            parts.append(axis_words(axis))
            continue
        choices = [
            f"{axis_value_words(study, axis, value)} {p_span(rows['p'])}"
            for value, rows in defensible.groupby(axis, dropna=False, sort=False)
        ]
        parts.append(f"{axis_words(axis)} ({'; '.join(choices)})")
    return f"It depends on {' and on '.join(parts)}."


def _outside(specifications: pd.DataFrame, sensitivity: pd.DataFrame) -> str:
    """Say how the nearest outside evidence compares, and whom its differences flatter."""
    rows = specifications[specifications["comparator"] != CONCURRENT]
    if rows.empty:
        return ""
    told = sensitivity[sensitivity["analysis"] == "natural_remission"]
    told = told.assign(evidence=told["scenario"].str.split(":").str[0])
    parts = []
    for comparator, group in rows.groupby("comparator", sort=False):
        mine = told[(told["evidence"] == comparator) & told["category"].isin(group["category"])]
        found = next(iter(mine["differences"].dropna()), None)
        parts.append(f"{comparator} {p_span(group['p'])} ({in_short(found)})")
    return f"Against the nearest outside evidence (one-sided): {', '.join(parts)}."


def _flip_points(study: Study, sensitivity: pd.DataFrame, claim: Claim) -> list[str]:
    """The correlation at which a within-arm verdict flips, by reading and version."""
    rows = sensitivity[
        (sensitivity["analysis"] == "correlation") & (sensitivity["claim_id"] == claim.id)
    ]
    words = []
    for (reading, version), group in rows.groupby(["reading", "version"], dropna=False, sort=False):
        threshold_ = group["threshold"].iloc[0]
        taken = f" with {version_words(study, version)}" if pd.notna(version) else ""
        words.append(
            f"As {READING_NAMES[reading]}{taken} the verdict is the same at every correlation."
            if pd.isna(threshold_)
            else f"As {READING_NAMES[reading]}{taken} it flips at correlation {threshold_:.2f}."
        )
    return words


def explain_sales(claim: Claim, trial: dict[str, dict], verdict: str) -> str:
    """Return plain sentences for a sales claim: what it needs, and how each of these fared."""
    note = f" {claim.note}" if claim.note else ""
    if verdict == "no_evidence":
        return f"No claim of the trial bears on it.{note}"
    parts = []
    for key, words in (
        ("needs_all", "It needs"),
        ("needs_any", "It needs one of"),
        ("contradicted_by", "It would be contradicted by"),
    ):
        each = [
            f"{trial[one]['statement']} ({VERDICTS[trial[one]['verdict']].words})"
            for one in getattr(claim, key)
        ]
        parts += [f"{words}: {'; '.join(each)}."] if each else []
    return f"{' '.join(parts)}{note}"
