"""Whether an answer changes when a number that nobody prints is taken another way."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from retrial.report.html import escape, quotation
from retrial.report.load import Results
from retrial.report.phrases import short_arm
from retrial.report.sections.choices import level_of
from retrial.report.words import SCENARIOS, count_of, listing, number, p_phrase, p_value, text, word


def _comparisons(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield (claim, scenarios) of each comparison: one version, reading and method of a claim."""
    rows = rows[rows["p"].notna()]
    names = ["outcome", "category", "visit", "reading", "version", "method"]
    keys = [rows["claim_id"].fillna(""), *(rows[name].astype(object).fillna("") for name in names)]
    for key, group in rows.groupby(keys, sort=False):
        yield key[0], group


def changes(results: Results, rows: pd.DataFrame) -> tuple[int, list[tuple[str, str]]]:
    """Return how many comparisons there are, and of each whose answer changes (claim, how).

    Each scenario is held against the comparison as printed, at the claim's own threshold: another
    side of it, or a significant difference of the other direction.
    """
    total, found = 0, []
    for claim, group in _comparisons(rows):
        total += 1
        level = level_of(results, claim)
        is_printed = group["scenario"].str.startswith("as_printed")
        printed, others = group[is_printed].iloc[0], group[~is_printed]
        answer = _direction(printed["p"], printed["estimate"], level)
        for _, row in others.iterrows():
            if _direction(row["p"], row["estimate"], level) != answer:
                step = word(text(row["scenario"]).split(":")[0], SCENARIOS)
                told = f"{p_phrase(row['p'], results.alpha)}, {step}"
            elif (answer and row["p_high"] >= level) or (not answer and row["p_low"] < level):
                low, high = (p_value(row[end], results.alpha) for end in ("p_low", "p_high"))
                told = f"p from {low} to {high} over the feasible values"
            else:
                continue
            found.append((claim, f"{p_phrase(printed['p'], results.alpha)} as printed; {told}"))
            break
    return total, found


def _direction(p: float, estimate: float, level: float) -> int:
    """Return 0 for an answer that is not significant, else the sign of the difference."""
    return 0 if p >= level else 1 if estimate > 0 else -1


def _answer(results: Results, rows: pd.DataFrame, condition: str) -> str:
    """Return whether the answers change under a condition, naming the claims."""
    total, found = changes(results, rows)
    among = count_of(total, "comparison")
    levels = {level_of(results, claim) for claim in rows["claim_id"].dropna()}
    level = (
        f"at {number(results.alpha, 2)}"
        if levels <= {results.alpha}
        else "at the claim’s own threshold"
    )
    if not found:
        return f"{condition}, no answer changes {level}, in {among}."
    first: dict[str, str] = {}
    for claim, how in found:
        first.setdefault(claim, how)
    named = listing(
        f"“{escape(results.statements.get(claim, claim))}” ({escape(how)})"
        for claim, how in first.items()
    )
    return f"{condition}, the answer changes {level} in {len(found)} of {among}: for {named}."


def say_error_bars(results: Results, rows: pd.DataFrame) -> str:
    """Say which claims depend on what the error bars are."""
    possible = rows[rows["admissible"].fillna(True)]
    changed, total = [], 0
    keys = ["claim_id", "outcome", "visit", "version"]
    for key, group in possible.groupby(keys, dropna=False, sort=False):
        total += 1
        ends = pd.concat([group["p"], group["p_low"].dropna(), group["p_high"].dropna()])
        if ends.min() < results.alpha <= ends.max():
            changed.append(results.statements.get(key[0], text(key[0])))
    told = (
        f"it decides the answer for {listing(f'“{escape(c)}”' for c in dict.fromkeys(changed))}"
        if changed
        else "it changes no answer"
    )
    return (
        f"The same printed bar can be a standard deviation, a standard error or a confidence "
        f"interval. Among the readings that are possible, {told} "
        f"({count_of(total, 'comparison')} of means)."
    )


def say_nonresponders(results: Results, rows: pd.DataFrame) -> str:
    """Say which answers change without the non-responders."""
    known = results.study.nonresponders
    about = ""
    if known is not None:
        about = (
            f"The paper calls {count_of(len(known.members), 'patient')} of "
            f"{escape(short_arm(results, known.arm))} non-responders "
            f"({quotation(known.quote, known.source)}). "
        )
    return (
        about
        + _answer(
            results,
            rows[rows["visit"].ne(0)],
            "With them left out, at any values that the arithmetic allows, or put back",
        )
        + " Leaving out patients of one arm by their outcome is biased by construction, so this is "
        "a stress test and no more. Comparisons at baseline are not counted: who responds later "
        "says nothing about randomization."
    )


def say_dropouts(results: Results, rows: pd.DataFrame) -> str:
    """Say which answers change with those who left, or are in no category."""
    lost = sum(d.count for d in results.study.dropouts)
    about = f"{count_of(lost, 'patient')} left the trial. " if lost else ""
    unnamed = rows["scenario"].str.startswith("unclassified").any()
    if unnamed:
        about += "Where printed categories do not add up, somebody is in none of them. "
    condition = "However these patients are counted" if unnamed else "However the lost are counted"
    return about + _answer(results, rows, condition)
