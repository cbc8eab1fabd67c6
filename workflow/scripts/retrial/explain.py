"""Say in plain words why a claim got its verdict; every number comes from a computed table."""

from __future__ import annotations

import pandas as pd

from retrial.figures import Figure
from retrial.multiverse import CONCURRENT
from retrial.significance import sample_size_for_zero_events
from retrial.study import Claim, Study
from retrial.support import threshold
from retrial.wording import METHOD_NAMES, READING_NAMES, STRUCTURE_NAMES, p_span

AXIS_WORDS = {
    "outcome": "the outcome",
    "category": "the categories counted",
    "visit": "the visit",
    "reading": "the reading of the error bars",
    "version": "which of the paper's two versions is taken",
    "population": "the handling of drop-outs",
    "comparator": "the comparator",
    "method": "the test",
    "rho": "the correlation between visits",
    "effect": "what the test asks",
    "shape": "the shape of the patients' values",
    "structure": "how the correlation fades",
    "multiplicity": "the correction for several visits",
}


def axis_words(axis: str) -> str:
    """Return an axis in words; one of your own by its name."""
    return AXIS_WORDS.get(axis, axis.replace("_", " "))


def axis_value_words(study: Study, axis: str, value: object) -> str:
    """Return one choice on an axis in words."""
    if pd.isna(value):
        return "not applicable"
    if axis == "method":
        return METHOD_NAMES.get(value, value)
    if axis == "reading":
        return READING_NAMES.get(value, value)
    if axis in ("visit", "rho"):
        return f"{value:g}"
    if axis == "version":
        return version_words(study, value)
    if axis == "structure":
        return STRUCTURE_NAMES.get(value, value)
    return str(value).replace("_", " ")


def explain(
    study: Study,
    claim: Claim,
    row: dict,
    figures: list[Figure],
    audit: pd.DataFrame,
    tests: pd.DataFrame,
    sensitivity: pd.DataFrame,
    specifications: pd.DataFrame,
    alpha: float,
) -> str:
    """Return a few plain sentences for a trial claim and its verdict (`row`)."""
    if claim.form == "stated":
        return claim.note
    if claim.form == "error_label":
        return _from_audit(audit[audit["check"] == "error_label"])
    if claim.form == "printed":
        mine = audit[audit["target"].isin(claim.rows) & audit["bound"].notna()]
        mine = mine[mine["check"].isin(["range_sd", "sd_bound"])].sort_values(
            "value", kind="stable"
        )
        # The reading that asks for the least spread speaks for the others.
        return _from_audit(mine.drop_duplicates(["check", "target"]))
    if row["verdict"] == "not_testable":
        if not specifications.empty:
            return (
                f"{len(specifications)} tests were run, but none of them is in the claim's "
                f"defensible set. {claim.note or ''}".strip()
            )
        return _not_testable(study, claim, figures, sensitivity)
    if claim.form == "no_events":
        return _no_events(claim, tests[tests["claim_id"] == claim.id], alpha)
    defensible = specifications[specifications["defensible"]]
    words = [
        f"{row['defensible_supporting']} of {row['defensible_n']} defensible specifications "
        f"agree at {threshold(claim, alpha):g} ({p_span(defensible['p'])})."
    ]
    if claim.expect == "no_difference":
        words.append(_cannot_exclude(study, defensible))
    if row["verdict"] == "fragile":
        words.append(_what_it_hangs_on(study, defensible, (row["flips_on"] or "").split(";")))
    if claim.form == "attribution":
        words.append(_outside(specifications))
    if claim.form == "change":
        words += _flip_points(study, sensitivity, claim)
    words.append(claim.note or "")
    return " ".join(word for word in words if word)


def _from_audit(findings: pd.DataFrame) -> str:
    """Return the details of the worst findings, one a target and reading."""
    worst = findings[findings["verdict"].isin(["impossible", "inconsistent"])]
    chosen = worst if not worst.empty else findings
    return "; ".join(dict.fromkeys(chosen["target"] + ": " + chosen["detail"])) + "."


def _not_testable(
    study: Study, claim: Claim, figures: list[Figure], sensitivity: pd.DataFrame
) -> str:
    outcomes = list(dict.fromkeys(target.outcome for target in claim.targets))
    names = ", ".join(study.outcome(outcome).label for outcome in outcomes)
    pending = [
        figure
        for figure in figures
        if figure.status == "pending" and any(p.outcome in outcomes for p in figure.panels)
    ]
    settles = " and ".join(figure.source for figure in pending)
    if claim.form == "change" and all(study.outcome(o).kind == "counts" for o in outcomes):
        return f"A change of counts within one arm ({names}) is not re-run."
    settled = f"; digitizing {settles} would settle it" if pending else ""
    words = [f"The numbers ({names}) are not printed{settled}."]
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


def _what_it_hangs_on(study: Study, defensible: pd.DataFrame, axes: list[str]) -> str:
    """For each axis that decides, how many specifications agree under each of its choices."""
    if not axes:
        return "No choice decides it."
    parts = []
    for axis in axes:
        if axis == "rho":  # a grid: where it flips is said on its own
            parts.append(axis_words(axis))
            continue
        choices = [
            f"{axis_value_words(study, axis, value)} {rows['supports'].sum()} of {len(rows)} "
            f"({p_span(rows['p'])})"
            for value, rows in defensible.groupby(axis, dropna=False, sort=False)
        ]
        parts.append(f"{axis_words(axis)} ({'; '.join(choices)})")
    return f"It hangs on {' and on '.join(parts)}."


def _outside(specifications: pd.DataFrame) -> str:
    rows = specifications[specifications["comparator"] != CONCURRENT]
    if rows.empty:
        return ""
    parts = [
        f"{comparator.replace('_', ' ')} {p_span(group['p'])}"
        for comparator, group in rows.groupby("comparator", sort=False)
    ]
    return f"Against outside evidence on the same event (one-sided): {'; '.join(parts)}."


def version_words(study: Study, version: str) -> str:
    """Return a version of the paper in the words of the study's `contradictions`."""
    choices = {
        f"{contradiction.id}:{name}": words
        for contradiction in study.contradictions
        for name, words in contradiction.versions.items()
    }
    return "; ".join(choices.get(choice, choice) for choice in version.split(";"))


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


def explain_sales(claim: Claim, supports: list[dict], verdict: str) -> str:
    """Return a plain sentence for a sales claim: what it rests on, and how each of these fared."""
    note = f" {claim.note}" if claim.note else ""
    if verdict == "unsupported":
        return f"No claim of the trial bears on it.{note}"
    each = "; ".join(
        f"{support['statement']} ({support['verdict'].replace('_', ' ')})" for support in supports
    )
    return f"No stronger than the weakest trial claim it rests on: {each}.{note}"
