"""Every test that was run, in one folded table."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import fold
from retrial.report.links import ids_in, rows_behind, test_anchor
from retrial.report.load import Results
from retrial.report.phrases import event_name, readings_used, version
from retrial.report.sections.repeated import thinned
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    AGREEMENTS,
    EFFECT_SIZES,
    EFFECTS,
    METHODS,
    SHAPES,
    STRUCTURES,
    interval,
    missing,
    months,
    number,
    p_range,
    p_value,
    text,
    word,
)


def every_test(results: Results) -> str:
    """Return every test that was run, folded."""
    lines = []
    for _, row in thinned(results.tests).iterrows():
        what = results.outcome(row["outcome"])
        if not missing(row["category"]):
            what += f", {event_name(results, row['category'])}"
        size = row["effect_size_type"]
        kind = "" if missing(size) else word(size, EFFECT_SIZES)
        effect = f"{kind} {number(row['effect_size'])}" if kind else ""
        within = interval(row["effect_size_low"], row["effect_size_high"])
        lines.append(
            {
                "claim": results.statements.get(row["claim_id"], text(row["claim_id"])),
                "what": what,
                "visit": months(row["visit"], results.study.visit_unit),
                "reading": readings_used(results, row),
                "version": version(results, row["version"]),
                "method": word(row["method"], METHODS)
                + (f", ρ = {row['rho']:g}" if not missing(row["rho"]) else "")
                + _particulars(row),
                "estimate": (
                    f"{number(row['estimate'])} ({interval(row['ci_low'], row['ci_high'])})"
                ),
                "effect": f"{effect} ({within})" if effect and within else effect,
                "p": p_value(row["p"], results.alpha) if not missing(row["p"]) else "",
                "range": _range(row, results),
                "bayes": number(row["bf10"], digits=2) if not missing(row["bf10"]) else "",
                "agreement": word(row["agreement"], AGREEMENTS),
                "printed": rows_behind(results, ids_in(row["row_ids"])),
                "anchor": test_anchor(row["test_id"]),
                "muted": not bool(row["admissible"]),
            }
        )
    columns = [
        Column("what", "What"),
        Column("visit", "Visit"),
        Column("reading", "Read as"),
        Column("version", "Version"),
        Column("method", "Test"),
        Column("estimate", f"Estimate ({results.level} CI)"),
        Column("effect", f"Effect size ({results.level} CI)"),
        Column("p", "p", "number"),
        Column("range", "p over rounding"),
        Column("bayes", "BF₁₀", "number"),
        Column("agreement", "Published p"),
        Column("printed", "From the printed numbers", "html"),
    ]
    table = render_table(
        lines,
        columns,
        anchor="t-tests",
        caption="Every test; grey: the reading or version is not possible",
        grouped_by="claim",
        kind="dense",
    )
    shown = (
        f"Every test that was run ({len(lines)})"
        if len(lines) == len(results.tests)
        else f"Tests that were run ({len(lines)} of {len(results.tests)}: of the correlations "
        "every "
        "fourth part of 1; all are in tests.csv)"
    )
    return fold(shown, table)


def _particulars(row: pd.Series) -> str:
    """Return the structure, effect and shape of a test, as far as it has them."""
    words = [
        word(row[axis], known)
        for axis, known in (("structure", STRUCTURES), ("effect", EFFECTS), ("shape", SHAPES))
        if not missing(row[axis])
    ]
    return "".join(f", {part}" for part in words)


def _range(row: pd.Series, results: Results) -> str:
    if missing(row["p_low"]):
        return ""
    return p_range(row["p_low"], row["p_high"], results.alpha)
