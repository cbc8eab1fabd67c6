"""A trial of parts that a test gives; what it does not give is empty."""

from __future__ import annotations

from retrial.tables import table
from retrial.trial import Trial

READINGS = ("sd", "sem", "ci95")
EMPTY = ("reported", "digitized", "agreement", "digitization", "audit", "evidence")


def trial_of(study, claims=(), *, settings=None, **parts):
    """Return a trial with these parts: alpha 0.05, every reading, a correlation of 0.5."""
    chosen = {"alpha": 0.05, "power": 0.8, "readings": READINGS, "rho": (0.5,)} | (settings or {})
    found = {name: table([], name) for name in EMPTY} | {"constraints": [], "figures": []}
    return Trial(None, chosen, study=study, claims=list(claims), **(found | parts))
