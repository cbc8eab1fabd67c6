"""The names that a study folder defines: what references in its other places may point to.

Each is None where the file or block that defines it could not be read: then nothing is said about
the references to it, because the fault is reported at its place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from retrial.validation.document import Document
from retrial.validation.sheet import Sheet


@dataclass
class Names:
    """Defined names, with what is known of each."""

    arms: dict[str, dict] | None = None
    visits: set[float] | None = None
    outcomes: dict[str, dict] | None = None
    contradictions: dict[str, dict] | None = None
    categories: dict[str, list[str]] | None = None
    rows: dict[str, None] | None = None
    claims: dict[str, dict] | None = None
    evidence: dict[str, None] | None = None
    proportions: dict[str, None] | None = None
    thresholds: dict[str, None] | None = None
    definitions: dict[str, None] | None = None

    def arm_size(self, arm: str) -> float | None:
        """Return the number randomized to an arm, to all arms when it is empty; None if unknown."""
        sizes = [a.get("n") for name, a in (self.arms or {}).items() if name == arm or not arm]
        if not sizes or not all(is_number(n) for n in sizes):
            return None
        return float(sum(sizes))

    def kind(self, outcome: object) -> str | None:
        """Return whether an outcome is `continuous` or `counts`; None if unknown."""
        if not isinstance(outcome, str):
            return None
        kind = (self.outcomes or {}).get(outcome, {}).get("kind")
        return kind if kind in ("continuous", "counts") else None


def is_number(value: object) -> bool:
    """Return whether a value is a finite number of ordinary size (and not a yes or no)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 10**15


def define_names(
    study: Document | None,
    claims: Document | None,
    reported: Sheet | None,
    counts: Sheet | None,
    evidence: Sheet | None,
) -> Names:
    """Return the names that the files define."""
    visits = study.get("visits") if study else None
    names = Names(
        arms=_by_id(study, "arms"),
        outcomes=_by_id(study, "outcomes"),
        contradictions=_by_id(study, "contradictions", missing={}),
        claims=_by_id(claims, "claims"),
    )
    if isinstance(visits, list) and visits and all(is_number(v) for v in visits):
        names.visits = {float(v) for v in visits}
    if counts is not None and counts.complete:
        names.categories = {}
        for row in counts.rows:
            if row.text("category"):
                names.categories.setdefault(row.text("outcome"), []).append(row.text("category"))
        for outcome, categories in names.categories.items():
            names.categories[outcome] = list(dict.fromkeys(categories))
    if reported is not None and counts is not None and reported.complete and counts.complete:
        names.rows = dict.fromkeys(row.name for row in reported.rows + counts.rows)
    if evidence is not None and evidence.complete:
        names.evidence = dict.fromkeys(row.name for row in evidence.rows)
        names.proportions, names.thresholds = (
            dict.fromkeys(row.name for row in evidence.rows if row.text("value_type") == kind)
            for kind in ("proportion", "threshold")
        )
        words = (row.text("event") for row in evidence.rows)
        names.definitions = dict.fromkeys(word for word in words if word)
    return names


def _by_id(
    document: Document | None, block: str, missing: dict | None = None
) -> dict[str, dict] | None:
    """Return a list's blocks by `id`; None unless every block has one."""
    if document is None or not isinstance(document.data, dict):
        return None
    if block not in document.data:
        return missing
    items = document.data[block]
    if not isinstance(items, list):
        return None
    if not all(isinstance(i, dict) and isinstance(i.get("id"), str) for i in items):
        return None
    return {item["id"]: item for item in items}
