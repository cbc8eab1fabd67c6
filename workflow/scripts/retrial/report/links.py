"""Links in the page: from a claim to its tests, and from a test to the printed rows behind it.

Each row of the table of all tests, and each printed number, has an anchor of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from retrial.report.html import escape
from retrial.report.load import Results
from retrial.report.sections.printed import as_printed, row_anchor
from retrial.report.sections.repeated import thinned
from retrial.report.words import missing

MOST = 6  # links beside each other; how many more there are is said


def test_anchor(test_id: str) -> str:
    """Return the anchor of a test in the table of all tests."""
    return f"test-{test_id}"


def ids_in(*cells: object) -> list[str]:
    """Return the ids that cells join by semicolons, each once."""
    found = (one for cell in cells if not missing(cell) for one in str(cell).split(";"))
    return list(dict.fromkeys(found))


def rows_behind(results: Results, ids: Iterable[str]) -> str:
    """Return a link to each printed number: as printed, with its place; empty for none."""
    typed = results.reported[~results.reported["digitized"].astype(bool)].set_index("row_id")
    return _listed(
        _link(row_anchor(one), f"{as_printed(typed.loc[one])} ({typed.loc[one, 'source']})")
        for one in ids
        if one in typed.index
    )


def follow(results: Results, claim: pd.Series) -> str:
    """Return the links of a claim: the tests that decide it, and the printed rows behind them."""
    deciding = results.tests[results.tests["test_id"].isin(ids_in(claim["decided_by"]))]
    shown = deciding[deciding["test_id"].isin(thinned(results.tests)["test_id"])]
    tests = _listed(
        _link(test_anchor(one), str(place)) for place, one in enumerate(shown["test_id"], start=1)
    )
    analysed = results.sensitivity[results.sensitivity["claim_id"] == claim["claim_id"]]
    entering = deciding if len(deciding) else analysed
    rows = rows_behind(results, ids_in(claim["impossible_p"], *entering["row_ids"]))
    parts = [f"Tests: {tests}"] if tests else []
    parts += [f"Printed numbers: {rows}"] if rows else []
    return f'<span class="sub follow">{". ".join(parts)}</span>' if parts else ""


def _link(anchor: str, words: str) -> str:
    return f'<a href="#{escape(anchor)}">{escape(words)}</a>'


def _listed(links: Iterable[str]) -> str:
    found = list(dict.fromkeys(links))
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    return ", ".join(found[:MOST]) + more
