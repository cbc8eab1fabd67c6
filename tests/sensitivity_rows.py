"""The flagship's sensitivity analyses, and how to pick their rows."""

from __future__ import annotations

from retrial.stages.sensitivity import analyse

RHO = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def analysed(hu2013, **changed):
    """Return the analyses of the flagship, with parts of it exchanged."""
    return analyse(hu2013.but(settings={"rho": RHO}, **changed))


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
