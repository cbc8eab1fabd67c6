"""The flagship's sensitivity analyses, and how to pick their rows."""

from __future__ import annotations

from retrial.stages.sensitivity import analyse

READINGS = ["sd", "sem", "ci95"]
RHO = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def analysed(hu2013, **changed):
    """Return the analyses of the flagship, with parts of it exchanged."""
    parts = {
        name: getattr(hu2013, name)
        for name in ("study", "claims", "constraints", "figures", "evidence", "reported")
    }
    parts |= {"summaries": hu2013.summaries, "draws": hu2013.digitized.draws} | changed
    return analyse(*parts.values(), alpha=0.05, readings=READINGS, rho=RHO)


def pick(rows, **wanted):
    """Return the rows with these values."""
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows


def one(rows, **wanted):
    """Return the only row with these values."""
    found = pick(rows, **wanted)
    assert len(found) == 1, f"{len(found)} rows for {wanted}"
    return found.iloc[0]
