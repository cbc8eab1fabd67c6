"""The paper's tests, run again from the rebuilt summaries, beside what is published."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import escape, heading, join, paragraph
from retrial.report.load import Results
from retrial.report.phrases import (
    event_name,
    printed_mean,
    readings_used,
    short_arm,
    version,
    with_unit,
)
from retrial.report.pictures import picture
from retrial.report.sections.readings import as_labelled
from retrial.report.sections.verdicts import published
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    METHODS,
    READINGS,
    count_of,
    interval,
    listing,
    missing,
    months,
    number,
    p_value,
    percent,
    text,
    whole,
)
from retrial.vocabulary import AGREEMENTS, methods_of


def introduction(results: Results) -> str:
    """Say how many tests were run, and how they agree with print."""
    tests = results.tests
    if tests.empty:
        return paragraph("The printed numbers allow no test.")
    claims = tests["claim_id"].nunique()
    judged = against_print(tests)
    counted = judged["agreement"].value_counts()
    told = [
        f"{int(counted[code])} {agreement.counted[int(counted[code]) > 1]}"
        for code, agreement in AGREEMENTS.items()
        if agreement.counted and counted.get(code, 0)
    ]
    against = (
        f" Where the paper prints a p-value or “n.s.”, its own method was run "
        f"{count_of(len(judged), 'time')} under the possible readings, versions and correlations: "
        f"{listing(told)}."
        if told
        else ""
    )
    stated = [t.method for t in results.study.reported_tests]
    names = f" The paper names {escape(listing(stated))}." if stated else ""
    return paragraph(
        f"{count_of(len(tests), 'test')} for {count_of(claims, 'claim')}: every standard test, "
        "under "
        f"every reading of the error terms and every printed version.{against}{names}"
    )


def against_print(tests: pd.DataFrame) -> pd.DataFrame:
    """Return the paper's own method under possible readings, where it prints a p or n.s.

    The other tests answer another question: they are no agreement and no disagreement with print.
    """
    tests = as_labelled(tests)
    return tests[
        tests["paper_analysis"].astype(bool)
        & tests["admissible"].astype(bool)
        & ~tests["agreement"].isin(["not_published", "not_rerunnable"])
        & tests["agreement"].notna()
    ].drop_duplicates(["claim_id", "calculation"])


def _significant(p: float, results: Results, admissible: bool = True, what: str = "reading") -> str:
    shown = escape(p_value(p, results.alpha))
    if not missing(p) and p < results.alpha:
        shown = f"<b>{shown}</b>"
    if not admissible:
        return f'<span class="refuted">{shown}<span class="sr"> ({what} not possible)</span></span>'
    return shown


def means(results: Results) -> str:
    """Return the comparisons of means between the arms, under each reading."""
    tests = results.tests
    rows = tests[tests["method"].isin(methods_of("means"))]
    if rows.empty:
        return ""
    readings = [r for r in READINGS if (rows["reading"] == r).any()]
    arms = [results.study.arm("treatment").id, results.study.arm("control").id]
    lines = []
    same = ["outcome", "visit", "version"]
    for (outcome, visit, code), group in rows.groupby(same, dropna=False, sort=False):
        decimals = results.decimals.get(outcome, 1)
        when = months(visit, results.study.visit_unit)
        line = {"visit": when, "outcome": with_unit(results, outcome)}
        if not missing(code):
            line["outcome"] += f"; {version(results, code)}"
        for arm in arms:
            line[arm] = _printed(results, outcome, visit, arm, code)
        possible = group[group["admissible"].fillna(False)]
        stated = possible[possible["labelled"].astype(bool)]
        chosen = next(rows for rows in (stated, possible, group) if len(rows)).iloc[0]
        line["under"] = readings_used(results, chosen)
        line["difference"] = escape(
            f"{number(chosen['estimate'], decimals)} "
            f"({interval(chosen['ci_low'], chosen['ci_high'], decimals)})"
        )
        for code_ in readings:
            student = group[(group["reading"] == code_) & (group["method"] == "student_t")]
            if len(student):
                row = student.iloc[0]
                line[code_] = _significant(row["p"], results, bool(row["admissible"]))
        line["published"] = published(chosen["published_p"])
        lines.append(line)
    columns = [
        Column("outcome", "Outcome"),
        *(Column(arm, short_arm(results, arm), "number") for arm in arms),
        Column("difference", f"Difference ({results.level} CI)", "figure"),
        Column("under", "CI under"),
        *(
            Column(r, READINGS[r], "figure", group="p (Student t), if the error is")
            for r in readings
        ),
        Column("published", "Published"),
    ]
    note = (
        f"The difference is the first arm less the second. Its interval is under each number's "
        "own printed label where that is possible, "
        "else under the first reading that is. p in bold: below "
        f"{number(results.alpha, 2)}."
    )
    if (~rows["admissible"].astype(bool)).any():
        note += " Struck out: no data can have this reading."
    table = render_table(
        lines,
        columns,
        anchor="t-tests-means",
        caption="Means of the two arms compared",
        grouped_by="visit",
        note=note,
    )
    return join([heading("Means of the two arms", 3), table])


def _printed(results: Results, outcome: str, visit: float, arm: str, code: object) -> str:
    rows = results.reported
    rows = rows[
        (rows["outcome"] == outcome)
        & (rows["visit"] == visit)
        & (rows["arm"] == arm)
        & (rows["statistic"] == "mean")
    ]
    chosen = rows[rows["version"].isna() | rows["version"].isin(text(code).split(";"))]
    return printed_mean(chosen.iloc[0]) if len(chosen) else ""


def counts(results: Results) -> str:
    """Return the comparisons of counts, by every test."""
    tests = results.tests
    rows = tests[tests["method"].isin(methods_of("counts"))]
    if rows.empty:
        return ""
    lines, same = [], ["visit", "outcome", "category", "version"]
    rows = rows.sort_values("visit", kind="stable")
    for (visit, outcome, category, code), group in rows.groupby(same, dropna=False, sort=False):
        first = group.iloc[0]
        possible = bool(group["admissible"].all())
        printed = list(group["published_p"].dropna().unique())
        line = {
            "outcome": f"{results.outcome(outcome)}, {months(visit, results.study.visit_unit)}",
            "what": escape(event_name(results, category)) + _sub(version(results, code)),
            "cells": f"{whole(first['value_1'])}/{whole(first['n_1'])} v. "
            f"{whole(first['value_2'])}/{whole(first['n_2'])}",
            "difference": escape(_points(first)),
            "published": listing(published(p) for p in printed) or "no p",
            "muted": not possible,
        }
        for method in methods_of("counts"):
            found = group[group["method"] == method]
            if len(found):
                line[method] = _significant(found["p"].iloc[0], results, possible, "version")
        fragility = group["fragility"].dropna()
        line["fragility"] = whole(fragility.iloc[0]) if len(fragility) else ""
        lines.append(line)
    arms = listing(
        (short_arm(results, results.study.arm(r).id) for r in ("treatment", "control")), "v."
    )
    columns = [
        Column("what", "Event", "html"),
        Column("cells", arms),
        Column("difference", f"Points ({results.level} CI)", "figure"),
        *(Column(m, METHODS[m], "figure", group="p by test") for m in methods_of("counts")),
        Column("published", "Published"),
        Column("fragility", "Fragility", "number"),
    ]
    note = (
        f"Points: difference of the two percentages, Newcombe's interval. Bold: p below "
        f"{number(results.alpha, 2)}. Fragility: how many patients would have to change for "
        "Fisher's test to cross that line. Struck out: this version cannot be right."
    )
    table = render_table(
        lines,
        columns,
        anchor="t-tests-counts",
        caption="Counts of the two arms compared",
        grouped_by="outcome",
        note=note,
        kind="wide dense",
    )
    plot = picture(results, "counts", "The p-value of each count, by test.")
    return join([heading("Counts of the two arms", 3), table, plot])


def ordered(results: Results) -> str:
    """Return the rank tests of counts in ordered categories."""
    tests = results.tests
    rows = tests[tests["method"].isin(methods_of("ordered"))]
    if rows.empty:
        return ""
    lines = [
        {
            "outcome": f"{results.outcome(row['outcome'])}, "
            f"{months(row['visit'], results.study.visit_unit)}",
            "test": escape(METHODS[row["method"]]) + _sub(version(results, row["version"])),
            "n": f"{whole(row['n_1'])} v. {whole(row['n_2'])}",
            "delta": number(row["estimate"], 2),
            "p": _significant(row["p"], results, bool(row["admissible"]), "version"),
            "range": f"{p_value(row['p_low'], results.alpha)} to "
            f"{p_value(row['p_high'], results.alpha)}",
            "published": "no p" if missing(row["published_p"]) else published(row["published_p"]),
        }
        for _, row in rows.sort_values("visit", kind="stable").iterrows()
    ]
    columns = [
        Column("test", "Test", "html"),
        Column("n", "Patients in a printed category"),
        Column("delta", "Higher less lower", "figure"),
        Column("p", "p", "figure"),
        Column("range", "p, the others anywhere", "html"),
        Column("published", "Published"),
    ]
    table = render_table(
        lines,
        columns,
        anchor="t-tests-ordered",
        caption="Counts in ordered categories, compared by their ranks",
        grouped_by="outcome",
        note="Higher less lower: the chance that a treated patient is in a higher category than a "
        "control, less that of a lower one. The others anywhere: the range of p when patients in "
        "no printed category are put into every one.",
        kind="wide",
    )
    return join([heading("Ordered categories", 3), table])


def _sub(words: str) -> str:
    return f'<span class="sub">{escape(words)}</span>' if words else ""


def _points(row: pd.Series) -> str:
    def signed(share: float) -> str:
        shown = number(100 * share, 0)
        return shown if shown.startswith("−") or shown == "0" else f"+{shown}"

    return f"{signed(row['estimate'])} ({signed(row['ci_low'])} to {signed(row['ci_high'])})"


def changes(results: Results) -> str:
    """Return the changes within an arm over the assumed correlations."""
    rows = results.tests[results.tests["method"] == "paired_t"]
    if rows.empty:
        return ""
    rhos = sorted(rows["rho"].dropna().unique())
    if len(rhos) > 10:
        rhos = [r for r in rhos if round(r * 10, 6) == round(r * 10)] or rhos
    lines = []
    same = ["claim_id", "outcome", "visit", "version", "reading"]
    for (claim, _, _, code, _), group in rows.groupby(same, dropna=False, sort=False):
        first = group.iloc[0]
        possible = bool(group["admissible"].fillna(False).all())
        line = {
            "claim": results.statements.get(claim, text(claim)),
            "reading": escape(readings_used(results, first)) + _sub(version(results, code)),
            "change": escape(number(first["estimate"], results.decimals.get(first["outcome"], 2))),
            "muted": not possible,
        }
        for rho in rhos:
            found = group[group["rho"] == rho]
            if len(found):
                line[f"r{rho:g}"] = _significant(found["p"].iloc[0], results, possible)
        lines.append(line)
    columns = [
        Column("reading", "Error read as", "html"),
        Column("change", "Change", "figure"),
        *(
            Column(f"r{rho:g}", f"{rho:g}", "figure", group="p, if the two visits correlate by")
            for rho in rhos
        ),
    ]
    table = render_table(
        lines,
        columns,
        anchor="t-tests-changes",
        caption="Changes within one arm",
        grouped_by="claim",
        kind="dense",
    )
    sentence = paragraph(
        "A change within the same patients needs the correlation of their two values, which the "
        "paper does not print. So the test is run for each."
    )
    return join([heading("Changes within one arm", 3), sentence, table])


def no_events(results: Results) -> str:
    """Return what a printed count of no events leaves open."""
    rows = results.tests[results.tests["method"] == "clopper_pearson"]
    lines = [
        {
            "claim": results.statements.get(row["claim_id"], text(row["claim_id"])),
            "events": f"{whole(row['value_1'])}/{whole(row['n_1'])}",
            "limit": percent(row["ci_high"], 1),
        }
        for _, row in rows.iterrows()
    ]
    columns = [
        Column("claim", "Claim"),
        Column("events", "Events"),
        Column("limit", "Highest true rate not excluded", "figure"),
    ]
    table = render_table(
        lines, columns, anchor="t-tests-none", caption="What a count without events leaves open"
    )
    return join([heading("Nothing happened: how much does that show?", 3), table]) if table else ""
