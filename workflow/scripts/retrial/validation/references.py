"""Check the YAML files' references to names, and the formal content of claims."""

from __future__ import annotations

import re
from collections.abc import Iterator

from retrial.study.formula import Formula, FormulaError
from retrial.validation.document import Document, Path_
from retrial.validation.names import Names, is_number
from retrial.validation.problem import Problem, one_of
from retrial.validation.rows import visits_allowed
from retrial.vocabulary.methods import (
    COUNTS_METHODS,
    MEANS_METHODS,
    METHODS,
    ORDERED_METHODS,
    methods_of,
    methods_that_need,
)

BY_KIND = {"continuous": MEANS_METHODS, "counts": COUNTS_METHODS, "ordered": ORDERED_METHODS}
WITH_RHO = methods_that_need("correlation")
WITHIN_AN_ARM = methods_of("paired")
# What papers call the methods, as somebody might type it.
MEANT = {alias: method.id for method in METHODS.values() for alias in method.aliases}

# Where a name stands, and what it must be one of.
REFERENCES: dict[str, dict[str, str]] = {
    "study.yaml": {
        "dropouts.*.arm": "arms",
        "dropouts.*.last_visit": "visits",
        "dropouts.*.first_missing": "visits",
        "formulas.*.outcome": "outcomes",
        "nonresponders.arm": "arms",
        "nonresponders.members.*.known.*.outcome": "outcomes",
        "nonresponders.members.*.known.*.visit": "visits",
        "natural_remission.events.*.outcome": "outcomes",
        "natural_remission.visit": "visits",
        "natural_remission.events.*.comparable.*": "proportions",
        "natural_remission.events.*.wider.*.event": "definitions",
        "natural_remission.events.*.narrower.*.event": "definitions",
        "derived.*.at_most": "thresholds",
    },
    "claims.yaml": {
        "claims.*.targets.*.outcome": "outcomes",
        "claims.*.targets.*.visits.*": "visits",
        "claims.*.arm": "arms",
        "claims.*.from_visit": "visits",
        "claims.*.rows.*": "rows",
        "claims.*.evidence.*": "evidence",
        "claims.*.needs_all.*": "claims",
        "claims.*.needs_any.*": "claims",
        "claims.*.contradicted_by.*": "claims",
    },
    "constraints.yaml": {
        "constraints.*.outcome": "outcomes",
        "constraints.*.arm": "arms",
        "constraints.*.visits.*": "visits",
        "constraints.*.among.*": "visits",
        "constraints.*.claim": "claims",
    },
    "figures/figures.yaml": {
        "figures.*.panels.*.outcome": "outcomes",
        "figures.*.panels.*.arms.*": "arms",
        "figures.*.panels.*.visits.*": "visits",
        "figures.*.panels.*.labels.*.visit": "visits",
        "figures.*.panels.*.n.*.arm": "arms",
        "figures.*.panels.*.series.*.arm": "arms",
    },
}
WHAT = {
    "arms": "an arm of study.yaml",
    "outcomes": "an outcome of study.yaml",
    "rows": "a row_id of reported.csv or counts.csv",
    "claims": "the id of a claim of kind 'trial'",
    "evidence": "an id of the evidence table",
    "proportions": "an id of the evidence table whose value_type is proportion",
    "definitions": "a word of the column 'event' of the evidence table",
    "thresholds": "an id of the evidence table whose value_type is threshold",
}
# Lists whose items have an `id` of their own.
LISTS = {
    "study.yaml": ("arms", "outcomes", "contradictions", "design", "derived"),
    "claims.yaml": ("claims",),
    "constraints.yaml": ("constraints",),
    "figures/figures.yaml": ("figures", "figures.*.panels"),
}


def _formulas(document: Document, names: Names) -> Iterator[Problem]:
    """Yield the names in formulas that are no measured outcome, or the outcome itself."""
    formulas = [
        found for block in ("formulas", "derived") for found in document.find(block, "*", "equals")
    ]
    for path, text in formulas:
        tied = document.get(*path[:-1], "outcome")
        try:
            parts = Formula(text).names if isinstance(text, str) else ()
        except FormulaError:
            continue  # the model has told it
        for part in parts:
            if part == tied:
                yield document.problem(path, f"other outcomes than {tied} itself")
            elif names.kind(part) != "continuous":
                measured = [o for o in names.outcomes if names.kind(o) == "continuous"]
                yield document.problem(path, one_of(part, measured, "a measured outcome"))


def check_references(document: Document, names: Names) -> Iterator[Problem]:
    """Yield the references of a document to names that nothing defines, and ids used twice."""
    for pattern, kind in REFERENCES[document.name].items():
        known = getattr(names, kind)
        if known is None:
            continue
        for path, value in document.find(*pattern.split(".")):
            if kind == "visits":
                if is_number(value) and float(value) not in known:
                    yield document.problem(path, visits_allowed(names))
            elif isinstance(value, str) and value and value not in known:
                yield document.problem(path, one_of(value, known, WHAT[kind]))
    if document.name == "study.yaml" and names.outcomes is not None:
        yield from _formulas(document, names)
    for block in LISTS[document.name]:
        seen: dict[tuple[Path_, str], int] = {}
        for path, value in document.find(*block.split("."), "*", "id"):
            if not isinstance(value, str):
                continue
            key = (path[:-2], value)
            if key in seen:
                yield document.problem(path, f"each id once; it stands in line {seen[key]} too")
            seen.setdefault(key, document.line(path))


def check_event(document: Document, place: Path_, names: Names) -> Iterator[Problem]:
    """Yield what is wrong with the counted categories of an outcome (in an event or a target)."""
    outcome, categories = document.get(*place, "outcome"), document.get(*place, "categories")
    if names.categories is None or names.kind(outcome) != "counts":
        return
    known = names.categories.get(outcome, [])
    for index, category in enumerate(categories if isinstance(categories, list) else []):
        if isinstance(category, str) and category not in known:
            told = one_of(category, known, f"a category of '{outcome}' in counts.csv")
            yield document.problem((*place, "categories", index), told)


def check_claims(claims: Document, names: Names) -> Iterator[Problem]:
    """Yield what is wrong within claims though each key by itself is allowed."""
    for path, claim in claims.find("claims", "*"):
        if isinstance(claim, dict):
            yield from _targets(claims, path, claim, names)
            yield from _methods(claims, path, claim, names)
            yield from _needs(claims, path, claim, names)
            yield from _published_p(claims, path, claim)


def _targets(claims: Document, path: Path_, claim: dict, names: Names) -> Iterator[Problem]:
    for place, target in _items(claims, (*path, "targets")):
        if not isinstance(target, dict):
            continue
        kind = names.kind(target.get("outcome"))
        if target.get("ordered") is True:
            yield from _ordered(claims, place, target, claim, names)
        elif kind == "counts" and not target.get("categories"):
            known = (names.categories or {}).get(target["outcome"], [])
            told = one_of("", known, f"the counted categories of '{target['outcome']}'")
            yield claims.problem((*place, "categories"), told, "")
        if kind == "continuous" and target.get("categories"):
            told = f"no categories: '{target['outcome']}' is continuous"
            yield claims.problem((*place, "categories"), told, "a list")
        if kind == "counts" and claim.get("form") == "change":
            told = "an outcome of kind 'continuous': a change within an arm is tested on means"
            yield claims.problem((*place, "outcome"), told)
        if kind == "continuous" and claim.get("form") == "no_events":
            told = "an outcome of kind 'counts' for a claim of no events"
            yield claims.problem((*place, "outcome"), told)
        yield from check_event(claims, place, names)
        start = claim.get("from_visit")
        for where, visit in _items(claims, (*place, "visits")):
            if is_number(start) and is_number(visit) and visit <= start:
                yield claims.problem(where, f"a visit after from_visit ({start:g})")


def _ordered(
    claims: Document, place: Path_, target: dict, claim: dict, names: Names
) -> Iterator[Problem]:
    outcome = (names.outcomes or {}).get(target.get("outcome"), {})
    if outcome and not outcome.get("ordered"):
        told = f"an outcome with ordered categories: '{target['outcome']}' declares no 'ordered'"
        yield claims.problem((*place, "ordered"), f"{told} in study.yaml")
    if claim.get("form") != "difference":
        told = "a claim of form 'difference': ordered categories are compared between the arms"
        yield claims.problem((*place, "ordered"), told)


def check_order(study: Document, names: Names) -> Iterator[Problem]:
    """Yield what is wrong with the order that an outcome declares for its categories."""
    for path, outcome in study.find("outcomes", "*"):
        if not isinstance(outcome, dict) or names.categories is None:
            continue
        known = names.categories.get(str(outcome.get("id")), [])
        chosen = [category for _, category in _items(study, (*path, "ordered"))]
        for index, category in enumerate(chosen):
            if isinstance(category, str) and category not in known:
                told = one_of(category, known, f"a category of '{outcome.get('id')}' in counts.csv")
                yield study.problem((*path, "ordered", index), told)


def _kind(target: dict, names: Names) -> str | None:
    """Return what a target compares: means, counts, or counts in ordered categories."""
    return "ordered" if target.get("ordered") is True else names.kind(target.get("outcome"))


def _items(document: Document, path: Path_) -> Iterator[tuple[Path_, object]]:
    """Yield (path, item) of a list, if there is a list."""
    found = document.get(*path)
    for index, item in enumerate(found if isinstance(found, list) else []):
        yield (*path, index), item


def _methods(claims: Document, path: Path_, claim: dict, names: Names) -> Iterator[Problem]:
    targets = [t for _, t in _items(claims, (*path, "targets")) if isinstance(t, dict)]
    kinds = {_kind(target, names) for target in targets}
    yield from _unknown_methods(claims, path, kinds)
    if not kinds or None in kinds or not isinstance(claim.get("defensible"), dict):
        return
    place = (*path, "defensible")
    form = claim.get("form")
    for key, kind, methods in (
        ("means_methods", "continuous", _run_on_means(form)),
        ("counts_methods", "counts", COUNTS_METHODS),
        ("ordered_methods", "ordered", ORDERED_METHODS),
    ):
        chosen = claims.get(*place, key) or []
        if kind in kinds and not chosen:
            what = "has 'ordered: true'" if kind == "ordered" else f"is of kind '{kind}'"
            told = f"at least one of {', '.join(methods)}: a target {what}"
            yield claims.problem((*place, key), told, "")
        elif chosen and kind not in kinds:
            what = "has 'ordered: true'" if kind == "ordered" else f"is of kind '{kind}'"
            told = f"no {key}: no target {what}"
            yield claims.problem((*place, key), told, "a list")
        for where, method in _items(claims, (*place, key)):
            if isinstance(method, str) and method in METHODS and method not in methods:
                told = f"a method for {kind}, in a claim of form '{form}'"
                yield claims.problem(where, one_of(method, methods, told))
    chosen = claims.get(*place, "means_methods")
    paired = claim.get("form") == "change" or (
        isinstance(chosen, list) and any(method in WITH_RHO for method in chosen)
    )
    if paired and "continuous" in kinds and not claims.get(*place, "rho"):
        told = "the correlations between two visits of a patient to try, such as [0.3, 0.5, 0.7]"
        yield claims.problem((*place, "rho"), told, "")
    method = claims.get(*path, "paper_analysis", "method")
    if len(kinds) == 1 and isinstance(method, str):
        allowed = BY_KIND[kinds.pop()]
        if method in _other(allowed):
            told = one_of(method, (*allowed, "not_stated"), "a method for these targets")
            yield claims.problem((*path, "paper_analysis", "method"), told)


def _unknown_methods(claims: Document, path: Path_, kinds: set[str | None]) -> Iterator[Problem]:
    """Yield methods that there are not, each once, with those that fit what is compared."""
    fitting = [m for kind, methods in BY_KIND.items() if kind in kinds for m in methods]
    method = claims.get(*path, "paper_analysis", "method")
    named = [((*path, "paper_analysis", "method"), method, [*(fitting or METHODS), "not_stated"])]
    for key, methods in (
        ("means_methods", MEANS_METHODS),
        ("counts_methods", COUNTS_METHODS),
        ("ordered_methods", ORDERED_METHODS),
    ):
        items = _items(claims, (*path, "defensible", key))
        named += [(where, item, list(methods)) for where, item in items]
    for where, item, allowed in named:
        if not isinstance(item, str) or item in (*METHODS, *allowed):
            continue
        told = one_of(item, allowed, "a method that fits what is compared")
        meant = MEANT.get(re.sub("[^a-z0-9]+", "_", item.lower().replace("'", "")).strip("_"))
        if meant in allowed:
            told = f"{one_of('', allowed, 'a method that fits what is compared')}; "
            told += f"did you mean {meant}?"
        yield claims.problem(where, told)


def _run_on_means(form: object) -> tuple[str, ...]:
    """Return the methods that compare the means of arms, or of one arm's two visits."""
    within = form == "change"
    return tuple(method for method in MEANS_METHODS if (method in WITHIN_AN_ARM) == within)


def _other(methods: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(m for others in BY_KIND.values() if others is not methods for m in others)


def _needs(claims: Document, path: Path_, claim: dict, names: Names) -> Iterator[Problem]:
    for key in ("needs_all", "needs_any", "contradicted_by"):
        if claim.get("kind") == "trial" and claim.get(key):
            told = f"no {key}: only a sales claim needs claims of the trial"
            yield claims.problem((*path, key), told, "a list")
        for where, other in _items(claims, (*path, key)):
            known = (names.claims or {}).get(other) if isinstance(other, str) else None
            if known is not None and known.get("kind") == "sales":
                told = "a claim of kind 'trial': a sales claim cannot need a sales claim"
                yield claims.problem(where, told)


def _published_p(claims: Document, path: Path_, claim: dict) -> Iterator[Problem]:
    from retrial.stats.published import parse_p  # loads scipy: only where a claim is read

    if not isinstance(claim.get("published_p"), str):
        return
    try:
        parse_p(claim["published_p"])
    except (ValueError, ArithmeticError):
        told = 'a printed p between 0 and 1 such as p<0.05, p=0.03 or ns; "" when none is printed'
        yield claims.problem((*path, "published_p"), told)
