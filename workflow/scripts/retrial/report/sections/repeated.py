"""The tests of repeated visits and the rank tests, each over what it takes for granted."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import escape, heading, join, paragraph
from retrial.report.load import Results
from retrial.report.phrases import reading, version
from retrial.report.sections.readings import as_labelled
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    METHODS,
    SHAPES,
    capital,
    count_of,
    listing,
    missing,
    months,
    number,
    p_range,
    p_value,
    percent,
    text,
    word,
)
from retrial.vocabulary import EFFECTS, methods_of

ASKS = {effect.id: f"{capital(effect.asks)}?" for effect in EFFECTS.values()}


def visits(results: Results) -> str:
    """Return the tests of repeated visits: p over the correlations that nobody printed."""
    rows = as_labelled(results.tests[results.tests["method"].isin(methods_of("repeated"))])
    if rows.empty:
        return ""
    lines = []
    same = ["claim_id", "outcome", "version", "reading", "effect", "method", "visit"]
    for (claim, _, code, read, effect, method, visit), group in rows.groupby(
        same, dropna=False, sort=False
    ):
        below = (group["p"] < results.alpha).mean()
        lines.append(
            {
                "claim": results.statements.get(claim, text(claim)),
                "method": word(method, METHODS)
                + ("" if missing(visit) else f", {months(visit, results.study.visit_unit)}")
                + (f"; {version(results, code)}" if not missing(code) else ""),
                "asks": ASKS[effect],
                "reading": reading(read),
                "n": f"{group['n_1'].iloc[0]:g} v. {group['n_2'].iloc[0]:g}",
                "estimate": _span(results, group["estimate"], group["outcome"].iloc[0]),
                "p": _p_span(results, group["p"]),
                "below": percent(below),
            }
        )
    columns = [
        Column("asks", "Asks"),
        Column("method", "Test"),
        Column("reading", "Read as"),
        Column("n", "Patients"),
        Column("estimate", "Difference"),
        Column("p", "p, over the correlations", "figure"),
        Column("below", f"Below {number(results.alpha, 2)}", "figure"),
    ]
    rhos = results.tests["rho"].dropna()
    sentence = (
        "These tests compare the arms over several visits at once. They rest on how the visits "
        "of one "
        f"patient correlate, which is not printed, so each is run with {rhos.nunique()} "
        "correlations "
        f"from {rhos.min():g} to {rhos.max():g}, alike for all visits or fading with time; the "
        "error "
        "terms are read as labelled where that is possible."
    )
    note = (
        "Below: the share of these correlations with p below the level. The correlation at "
        "which an "
        "answer turns is in the next section. Patients: those seen at every visit of the test, "
        "at most. p of “Do they change differently?” by ANOVA is corrected after Greenhouse and "
        "Geisser. An average over the visits includes the first one, as the group effect of "
        "such an "
        "ANOVA does."
    )
    if rows["assumptions"].fillna("").str.contains("seen at every visit").any():
        sentence += (
            " <b>Patients left during the trial</b>: the printed means are of who came to each "
            "visit, "
            "the tests of who came to all. Where those who left differ from those who stayed, "
            "these "
            "tests can be far off, in either direction."
        )
    table = render_table(
        lines,
        columns,
        anchor="t-tests-visits",
        caption="Tests of repeated visits",
        grouped_by="claim",
        note=note,
        kind="dense",
    )
    return join([heading("Repeated visits", 3), paragraph(sentence), table])


def ranks(results: Results) -> str:
    """Return the rank tests: p over the patients who could stand behind the printed moments."""
    rows = as_labelled(results.tests[results.tests["method"].isin(methods_of("ranks"))])
    rows = rows.drop_duplicates(["outcome", "visit", "version", "reading", "method", "shape"])
    if rows.empty:
        return ""
    lines = []
    same = ["outcome", "visit", "version", "reading", "method"]
    for (outcome, visit, code, read, method), group in rows.groupby(same, dropna=False, sort=False):
        spoken = "" if missing(code) else f"; {version(results, code)}"
        line = {
            "outcome": f"{results.outcome(outcome)}, "
            f"{months(visit, results.study.visit_unit)}, as {reading(read)}{spoken}",
            "method": word(method, METHODS),
        }
        for _, row in group.iterrows():
            ends = (p_value(row[end], results.alpha) for end in ("p_low", "p_high"))
            span = " to ".join(ends)
            line[row["shape"]] = (
                f'{escape(p_value(row["p"], results.alpha))}<span class="sub">{escape(span)}</span>'
            )
        lines.append(line)
    shapes = [shape for shape in SHAPES if (rows["shape"] == shape).any()]
    columns = [
        Column("method", "Test"),
        *(
            Column(shape, SHAPES[shape], "figure", group="Median p, if the values are")
            for shape in shapes
        ),
    ]
    split = rows.groupby(same, dropna=False)["p"].agg(lambda p: (p < results.alpha).nunique() > 1)
    sentence = (
        "A rank test needs each patient's value, and a mean and an SD do not settle them. So "
        "groups of "
        "patients with exactly these means and SDs were drawn, under several shapes: the median "
        "p, and "
        "the range of 95 % of the draws. The shape decides "
        f"{count_of(int(split.sum()), 'answer')} of "
        f"{len(split)}."
    )
    table = render_table(
        lines,
        columns,
        anchor="t-tests-ranks",
        caption="Rank tests on drawn patients",
        grouped_by="outcome",
        kind="dense",
    )
    return join([heading("Rank tests", 3), paragraph(sentence), table])


def thinned(tests: pd.DataFrame) -> pd.DataFrame:
    """Return the tests without most of the grid of correlations, for a table of all of them."""
    grid = tests["method"].isin(methods_of("repeated")) & ~tests["defensible"].astype(bool)
    coarse = (tests["rho"] * 4).round(6) % 1 == 0
    return tests[~grid | coarse]


def _span(results: Results, values: pd.Series, outcome: str) -> str:
    decimals = results.decimals.get(outcome, 2)
    ends = [number(v, decimals) for v in (values.min(), values.max())]
    return listing(dict.fromkeys(ends), "to")


def _p_span(results: Results, p: pd.Series) -> str:
    return escape(p_range(p.min(), p.max(), results.alpha))
