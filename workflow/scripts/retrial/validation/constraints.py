"""Check what the sentences of constraints.yaml stand on: never on the claim that they limit.

A claim's own p, or its own words about which arm is lower, would prove the claim by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from retrial.validation.document import Document, Path_
from retrial.validation.names import Names
from retrial.validation.problem import Problem

BETWEEN = ("below_other_arm", "above_other_arm")


def check_constraints(document: Document, names: Names) -> Iterator[Problem]:
    """Yield what is wrong within constraints though each key by itself is allowed."""
    for path, sentence in document.find("constraints", "*"):
        if not isinstance(sentence, dict):
            continue
        if names.kind(sentence.get("outcome")) == "counts":
            told = "an outcome of kind 'continuous': a sentence about a curve limits means"
            yield document.problem((*path, "outcome"), told)
        if names.claims is None:
            continue
        if sentence.get("relation") in BETWEEN:
            yield from _own_words(document, path, sentence, names.claims)
        claim = names.claims.get(sentence.get("claim")) if _named(sentence) else None
        if claim is not None:
            yield from _own_p(document, path, sentence["claim"], claim, names)


def _named(sentence: dict) -> bool:
    return sentence.get("relation") == "significant" and isinstance(sentence.get("claim"), str)


def _outcomes(claim: dict) -> set[str]:
    targets = claim.get("targets")
    found = [t.get("outcome") for t in targets if isinstance(t, dict)] if _list(targets) else []
    return {outcome for outcome in found if isinstance(outcome, str)}


def _list(value: object) -> bool:
    return isinstance(value, list)


def _words(block: dict) -> str:
    quote = block.get("quote")
    return " ".join(quote.lower().split()) if isinstance(quote, str) else ""


def _own_words(
    document: Document, path: Path_, sentence: dict, claims: dict[str, dict]
) -> Iterator[Problem]:
    """Yield a sentence on which arm is lower that is a claim's own sentence."""
    words = _words(sentence)
    for name, claim in claims.items():
        theirs = _words(claim)
        if not words or not theirs or sentence.get("outcome") not in _outcomes(claim):
            continue
        if words in theirs or theirs in words:
            told = (
                f"words that are not those of the claim '{name}': a claim's own sentence cannot "
                "limit the numbers that the claim is judged by"
            )
            yield document.problem((*path, "quote"), told)


def _own_p(
    document: Document, path: Path_, name: str, claim: dict, names: Names
) -> Iterator[Problem]:
    """Yield a claim whose p can limit nothing, or nothing but the claim itself."""
    from retrial.stats.published import parse_p  # loads scipy: only where there is one

    place = (*path, "claim")
    if claim.get("kind") == "sales":
        yield document.problem(place, "a claim of kind 'trial'")
        return
    if claim.get("form") != "difference" or claim.get("expect") not in ("lower", "higher"):
        told = "a claim of form 'difference' that expects 'lower' or 'higher'"
        yield document.problem(place, told)
        return
    try:
        printed = parse_p(claim.get("published_p"))
    except (ValueError, ArithmeticError):
        return  # told where it stands
    if printed is None or printed.comparator not in ("<", "<="):
        told = "a claim whose published_p is a threshold, such as p<0.05"
        yield document.problem(place, told)
    own = {outcome for outcome in _outcomes(claim) if names.kind(outcome) == "continuous"}
    if not own:
        yield document.problem(place, "a claim about an outcome of kind 'continuous'")
        return
    others = [
        other
        for other, about in (names.claims or {}).items()
        if other != name and about.get("kind") == "trial" and own & _outcomes(about)
    ]
    if not others:
        told = (
            "a claim whose outcome another claim is about too: a claim's own p cannot limit the "
            "numbers that the claim is judged by"
        )
        yield document.problem(place, told)
