"""The report's words and numbers: one way to write a p-value, a reading, a verdict, a method."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

import pandas as pd

from retrial import vocabulary as wording

VERDICTS = {
    "confirmed": "Confirmed",
    "shown": "Shown",
    "depends": "Depends",
    "conditional": "Conditional",
    "not_confirmed": "Not confirmed",
    "not_shown": "Not shown",
    "opposite": "Opposite",
    "contradicted": "Contradicted",
    "as_printed": "As printed",
    "not_testable": "Not testable",
    "indirect": "Indirect",
    "no_evidence": "No evidence",
}
VERDICT_MEANINGS = {
    "confirmed": (
        "every defensible analysis of the printed numbers agrees with what the paper claims; for a "
        "claim of no difference that means: not significant, as claimed (equality is not shown)"
    ),
    "shown": (
        "the authors compared nothing; every defensible analysis of their numbers points this way"
    ),
    "depends": "defensible analyses differ; the choice that decides is named",
    "conditional": "a needed number is not printed; it holds only if that number is as said here",
    "not_confirmed": "no defensible analysis of the printed numbers agrees with the claim",
    "not_shown": (
        "our comparison of the paper's numbers does not show it; of a sales claim: what it needs "
        "of the trial does not hold"
    ),
    "opposite": "every defensible analysis of the paper's numbers points the other way",
    "contradicted": "the paper's own numbers, or the outside evidence named, exclude it",
    "as_printed": "the sentence repeats what is printed; nothing printed can check it",
    "not_testable": "the required numbers are not reported",
    "indirect": (
        "a sales claim: what it needs holds in the arithmetic of this one trial, which points this "
        "way and proves nothing of what is sold"
    ),
    "no_evidence": "a sales claim that no claim of the trial bears on",
}
BASES = {
    "recomputed": "Recomputed",
    "our_comparison": "Our comparison",
    "proxy": "Proxy",
    "restated": "Restated",
    "bounds": "Bounds",
    "none": "Nothing to run",
}
BASIS_MEANINGS = {
    "recomputed": "the paper's own comparison, run again on its numbers",
    "our_comparison": "the paper prints the numbers and compares nothing; we did",
    "proxy": "another outcome or test is used in place of the one that the claim is about",
    "restated": "the sentence repeats a count; there is nothing to run again",
    "bounds": "no test is run; limits decide: what the numbers can be, or outside evidence",
    "none": "no number is printed that could decide",
}
# Verdicts of earlier versions, and those that say the same now.
SAME_VERDICT = {
    "reproduced": ("confirmed", "shown"),
    "fragile": ("depends",),
    "not_reproduced": ("not_confirmed", "not_shown"),
    "inconsistent": ("contradicted",),
    "unsupported": ("no_evidence",),
}
CHECK_VERDICTS = {
    "impossible": "Impossible",
    "inconsistent": "Inconsistent",
    "implausible": "Implausible",
    "pass": "Pass",
    "not_applicable": "Not applicable",
}
AGREEMENTS = {
    "consistent": "agrees",
    "inconsistent": "differs",
    "decision_error": "decides otherwise",
    "not_published": "no p printed",
    "not_rerunnable": "own analysis cannot be re-run",
}
READINGS = {"as_labelled": "as labelled", "sd": "SD", "sem": "SEM", "ci95": "95 % CI"}
LONG_READINGS = {
    "as_labelled": "as labelled",
    "sd": "standard deviation",
    "sem": "standard error",
    "ci95": "95 % confidence interval",
}
METHODS = {
    "student_t": "Student t",
    "welch_t": "Welch t",
    "paired_t": "paired t",
    "mann_whitney_sim": "Mann-Whitney (simulated)",
    "kruskal_wallis_sim": "Kruskal-Wallis (simulated)",
    "mixed_anova": "repeated-measures ANOVA",
    "auc_t": "t on areas under the curve",
    "trend_t": "t on slopes over time",
    "hotelling_t2": "Hotelling T²",
    "ancova_rho": "ANCOVA",
    "change_score_t": "t on changes",
    "fisher": "Fisher",
    "fisher_mid_p": "Fisher mid-p",
    "boschloo": "Boschloo",
    "barnard": "Barnard",
    "chi2_n1": "χ² (N - 1)",
    "chi2": "χ²",
    "chi2_yates": "χ² Yates",
    "mann_whitney_exact": "Mann-Whitney (exact)",
    "kruskal_wallis": "Kruskal-Wallis",
    "mcnemar_exact": "McNemar (exact)",
    "binomial_exact": "binomial (exact)",
    "clopper_pearson": "Clopper-Pearson",
}
SHAPES = wording.SHAPE_NAMES
STRUCTURES = {"compound_symmetry": "alike for all visits", "ar1": "fading with time"}
POPULATIONS = {
    "as_printed": "as printed",
    "completers": "completers",
    "completers_event_lost": "completers, the lost with the event",
    "unclassified_event": "patients in no printed category with the event",
    "unclassified_left_out": "patients in no printed category left out",
    "worst_case": "worst case",
    "best_case": "best case",
}
# The scenarios of patients left out or lost.
SCENARIOS = {
    "unchanged": "these patients left out at their values before treatment",
    "at_control_mean": "these patients left out at the control's mean",
    "known_values": "these patients left out at their known values",
    "worst_feasible": "these patients left out at the worst feasible values",
    "best_feasible": "these patients left out at the best feasible values",
    "removed_as_non_events": "these patients left out, without the event",
    "removed_as_events": "these patients left out, with the event",
    "already_excluded": "these patients put back",
    "completers": "the lost left out, without the event",
    "completers_event_lost": "the lost left out, with the event",
    "unclassified_event": "those in no printed category counted with the event",
    "unclassified_left_out": "those in no printed category left out",
    "worst_case": "the worst case",
    "best_case": "the best case",
}
EFFECTS = {
    "hedges_g": "Hedges g",
    "risk_difference": "risk difference",
    "odds_ratio": "odds ratio",
}

MISSING = "–"
_FIGURE_SPACE, _POINT_SPACE, _THIN = "\u2007", "\u2008", "\u202f"


def missing(value: object) -> bool:
    """Say whether a table's cell is empty."""
    return value is None or value is pd.NA or value != value or value == ""


def text(value: object, otherwise: str = "") -> str:
    """Return a cell as text; `otherwise` when it is empty."""
    return otherwise if missing(value) else str(value)


def word(value: object, vocabulary: dict[str, str]) -> str:
    """Return the reader's word for a code; an unknown code in plain letters."""
    return MISSING if missing(value) else vocabulary.get(str(value), plain(value))


def plain(code: object) -> str:
    """Return a code such as `cut_over_50` as words."""
    return text(code).replace("_", " ")


def evidence_name(evidence_id: str) -> str:
    """Return `Smith 1987, total` for `smith1987_total`."""
    found = re.fullmatch(r"([a-z]+)(\d{4})_(.*)", evidence_id)
    if not found:
        return plain(evidence_id)
    who, year, _ = found.groups()
    return f"{who.capitalize()} {year}, {evidence_part(evidence_id)}"


def evidence_part(evidence_id: str) -> str:
    """Return `month 12` for `smith1987_month12`: what tells the rows of a source apart."""
    what = re.sub(r"^[a-z]+\d{4}_", "", evidence_id)
    what = re.sub(r"(\d)(to|mo)(?![a-z])", r"\1 \2", re.sub(r"(?<=\d)to(?=\d)", "to ", what))
    return plain(re.sub(r"(?<=[a-z]{3})(?=\d)", " ", what))


def event(category: object) -> str:
    """Return a joint event such as `stopped+cut_over_50` as words."""
    return " or ".join(plain(part) for part in text(category).split("+"))


def number(value: float, decimals: int | None = None, digits: int = 3) -> str:
    """Return a number with fixed decimals, or with about `digits` significant ones."""
    if missing(value):
        return MISSING
    value = float(value)
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if decimals is None:
        size = math.floor(math.log10(abs(value))) if value else 0
        decimals = min(max(digits - 1 - size, 0), 6)
    shown = f"{value:.{decimals}f}"
    if float(shown) == 0:
        shown = shown.lstrip("-")
    return shown.replace("-", "−")


def whole(value: float) -> str:
    """Return a count."""
    return MISSING if missing(value) else f"{round(float(value)):d}"


def p_value(p: float, alpha: float = 0.05) -> str:
    """Return a p-value as everywhere (`wording.p_value`), or the sign for a missing one."""
    return MISSING if missing(p) else wording.p_value(float(p), alpha)


def p_phrase(p: float, alpha: float = 0.05) -> str:
    """Return `p = 0.037` or `p < 0.0001` for prose."""
    shown = p_value(p, alpha)
    sign = shown[0] if shown[0] in "<>" else "="
    return f"p\u00a0{sign}\u00a0{shown.lstrip('<>')}"


def percent(share: float, decimals: int = 0) -> str:
    """Return a share as a percentage; never 0 % or 100 % unless it is."""
    if missing(share):
        return MISSING
    share = float(share)
    least = 10.0 ** -(decimals + 2)
    if 0 < share < least / 2:
        return f"<{number(least * 100, decimals)}{_THIN}%"
    if 1 - least / 2 < share < 1:
        return f">{number(100 - least * 100, decimals)}{_THIN}%"
    return f"{number(share * 100, decimals)}{_THIN}%"


def interval(low: float, high: float, decimals: int | None = None) -> str:
    """Return `low to high`; empty when neither is known."""
    if missing(low) and missing(high):
        return ""
    return f"{number(low, decimals)} to {number(high, decimals)}"


def months(visit: float, unit: str) -> str:
    """Return a visit in words, in the unit that the study's visits count."""
    if missing(visit):
        return "overall"
    return "baseline" if float(visit) == 0 else f"{unit.removesuffix('s')}\u00a0{float(visit):g}"


def count_of(amount: int, singular: str, plural: str | None = None) -> str:
    """Return `1 claim`, `3 claims`."""
    return f"{amount:d} {singular if amount == 1 else plural or singular + 's'}"


def listing(items: Iterable[str], last: str = "and") -> str:
    """Return `a, b and c`."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {last} {found[-1]}"


def capital(sentence: str) -> str:
    """Return the sentence with a capital first letter, the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


def version_words(version: object, labels: dict[str, str]) -> str:
    """Return a version such as `axis:choice;axis:choice` in the words of the study folder."""
    parts = [part for part in text(version).split(";") if part]
    return "; ".join(labels.get(part, plain(part.replace(":", ": "))) for part in parts)


def decimal_aligned(shown: list[str]) -> list[str]:
    """Pad numbers on the right so that their decimal points stand below each other."""
    places = [len(s) - s.index(".") - 1 if "." in s else -1 for s in shown]
    most = max(places, default=-1)
    padded = []
    for s, place in zip(shown, places, strict=True):
        if most < 0 or not any(c.isdigit() for c in s):
            padded.append(s)
        elif place < 0:
            padded.append(s + _POINT_SPACE + _FIGURE_SPACE * most)
        else:
            padded.append(s + _FIGURE_SPACE * (most - place))
    return padded
