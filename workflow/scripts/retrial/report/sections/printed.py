"""What the paper prints, and where."""

from __future__ import annotations

from retrial.report.html import bullets, escape, fold, heading, join, paragraph, quotation
from retrial.report.load import Results
from retrial.report.phrases import (
    event_name,
    long_reading,
    printed_count,
    printed_mean,
    short_arm,
    with_unit,
)
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    READINGS,
    count_of,
    listing,
    missing,
    months,
    number,
    text,
    version_words,
    whole,
)
from retrial.stats.precision import decimals_shown

REFUTED = (
    '<span class="refuted" title="no data can have this spread">{}'
    '<span class="sr"> (not possible)</span></span>'
)


def introduction(results: Results) -> str:
    """Say how much the paper prints, and what it calls its error terms."""
    reported, label = results.reported, results.study.error_label
    means = reported[reported["statistic"] == "mean"]
    amounts = [
        (
            int((means["error"].notna() & ~means["digitized"]).sum()),
            "mean with an error term",
            "means with an error term",
        ),
        (int((reported["statistic"] == "count").sum()), "count", "counts"),
        (int((reported["statistic"] == "p").sum()), "p-value", "p-values"),
    ]
    found = [count_of(amount, one, many) for amount, one, many in amounts if amount]
    if not found:
        return paragraph("The study folder contains no printed number.")
    inferred = int(reported["inferred"].fillna(False).sum())
    follow = (
        f" {count_of(inferred, 'count follows', 'counts follow')} from a sentence without being "
        "printed as a number; each is marked."
        if inferred
        else ""
    )
    digitized = int(reported["digitized"].fillna(False).sum())
    read_off = (
        f" {count_of(digitized, 'number was', 'numbers were')} read off figures."
        if digitized
        else ""
    )
    called = f"calls its error terms {long_reading(label.label)}s"
    return paragraph(
        f"Everything below rests on {listing(found)}.{follow}{read_off} The paper {called}: "
        f"{quotation(label.quote, label.source)}."
    )


def means(results: Results) -> str:
    """Return the table of printed means, with the SD that each reading implies."""
    rows = results.reported[
        results.reported["statistic"].isin(["mean", "median"]) & ~results.reported["digitized"]
    ]
    summaries = (
        results.summaries.set_index(["row_id", "reading"]) if len(results.summaries) else None
    )
    readings = [
        r for r in READINGS if len(results.summaries) and (results.summaries["reading"] == r).any()
    ]
    shown = []
    for _, row in rows.iterrows():
        line = {
            "outcome": with_unit(results, row["outcome"]),
            "arm": short_arm(results, row["arm"]) or "both",
            "visit": ""
            if missing(row["visit"])
            else months(row["visit"], results.study.visit_unit),
            "printed": printed_mean(row),
            "n": whole(row["n"]),
            "source": text(row["source"]),
        }
        for reading in readings:
            if (row["row_id"], reading) in summaries.index:
                summary = summaries.loc[(row["row_id"], reading)]
                sd = number(summary["sd"], decimals_shown(row, "error"))
                line[reading] = sd if summary["admissible"] else REFUTED.format(sd)
        shown.append(line)
    if not shown:
        return ""
    columns = [
        Column("outcome", "Outcome"),
        Column("arm", "Arm"),
        Column("visit", "Visit"),
        Column("printed", "Mean ± error", "number"),
        Column("n", "n", "number"),
        *(
            Column(reading, f"if {READINGS[reading]}", "figure", group="SD of the patients")
            for reading in readings
        ),
        Column("source", "Where"),
    ]
    struck = any("refuted" in str(line.get(r, "")) for line in shown for r in readings)
    blank = any(not line.get(r) for line in shown for r in readings)
    note = "The spread among patients that each reading of the error term implies." + (
        " Struck out: no data can have it, here or in a number that shares the label (shown in the "
        "next section)."
        if struck
        else ""
    )
    note += " Blank: no error term or no n is printed there." if blank else ""
    return join(
        [
            heading("Means", 3),
            render_table(
                shown,
                columns,
                anchor="t-means",
                caption="Printed means",
                note=note if readings else "",
            ),
        ]
    )


def counts(results: Results) -> str:
    """Return the printed counts arm beside arm; every one with its quote folded below."""
    rows = results.reported[results.reported["statistic"] == "count"]
    if rows.empty:
        return ""
    arms = [a.id for a in results.study.arms]
    shown: dict[tuple, dict] = {}
    for _, row in rows.iterrows():
        key = (row["outcome"], row["category"], row["visit"])
        if missing(row["visit"]):
            key = (row["outcome"], row["category"], None)
        line = shown.setdefault(
            key,
            {
                "outcome": results.outcome(row["outcome"]),
                "category": event_name(results, row["category"]),
                "visit": "" if key[2] is None else months(row["visit"], results.study.visit_unit),
            },
        )
        place = row["arm"] if row["arm"] in arms else "all"
        value = printed_count(row) + ("*" if row["inferred"] else "")
        line[place] = f"{line[place]} or {value}" if place in line else value
    columns = [
        Column("category", "Count"),
        Column("visit", "Visit"),
        *(Column(arm, short_arm(results, arm)) for arm in arms),
        Column("all", "All patients"),
    ]
    note = (
        "Two values with “or”: the paper prints both. * follows from a sentence, not printed as a "
        "number."
    )
    table = render_table(
        list(shown.values()),
        columns,
        anchor="t-counts",
        caption="Printed counts, arm beside arm",
        grouped_by="outcome",
        note=note,
    )
    return fold(f"Counts, arm beside arm ({len(shown)})", table, printed=True)


def quotes(results: Results) -> str:
    """Return every printed number with its place and its quote, folded."""
    used = results.usage.set_index("row_id")
    shown = [
        {
            "anchor": row_anchor(row["row_id"]),
            "used": _used_for(used, row),
            "what": results.outcome(row["outcome"])
            + (f", {event_name(results, row['category'])}" if not missing(row["category"]) else ""),
            "arm": short_arm(results, row["arm"]),
            "value": as_printed(row),
            "source": text(row["source"]),
            "quote": quotation(row["quote"]) + _remark(results, row),
        }
        for _, row in results.reported[~results.reported["digitized"]].iterrows()
    ]
    columns = [
        Column("what", "What"),
        Column("arm", "Arm"),
        Column("value", "Printed"),
        Column("source", "Where"),
        Column("used", "Used for"),
        Column("quote", "The paper's words", "html"),
    ]
    table = render_table(
        shown,
        columns,
        anchor="t-quotes",
        caption="Every number with its place and quote",
        kind="quotes",
    )
    return fold(f"Every number with its place and quote ({len(shown)})", table)


USES = {
    "tests": "tests of a claim",
    "summaries": "the SD that each reading implies",
    "printed_p": "the check of printed p-values",
    "audit": "other checks",
    "claims": "a claim",
    "sensitivity": "sensitivity analyses",
}


def _used_for(used, row) -> str:
    """Return what a typed number is used for; for one that is not, or not for all, the reason."""
    if row["row_id"] not in used.index:
        return ""
    line = used.loc[row["row_id"]]
    codes = text(line["used_by"]).split(";") if text(line["used_by"]) else []
    said = listing([USES[code] for code in codes]) if codes else "nothing"
    return f"{said}; {text(line['because'])}" if text(line["because"]) else said


def unused(results: Results) -> str:
    """Say how many of the typed numbers are used, and which by nothing, and why."""
    if results.usage.empty:
        return ""
    idle = results.usage[results.usage["used_by"].map(text).eq("")]
    said = f"{count_of(len(results.usage), 'number is', 'numbers are')} typed"
    if idle.empty:
        return paragraph(f"{said}; each is used by a check or a test.", "note")
    lines = [
        f"{escape(', '.join(group['row_id']))}: {escape(text(because))}"
        for because, group in idle.groupby("because", sort=False)
    ]
    return join(
        [paragraph(f"{said}; nothing uses {len(idle)} of them:", "note"), bullets(lines, "plain")]
    )


def row_anchor(row_id: str) -> str:
    """Return the anchor of a printed number in the page."""
    return f"row-{row_id}"


def as_printed(row) -> str:
    """Return a row's number as the paper prints it."""
    if row["statistic"] == "count":
        return printed_count(row) + ("*" if row["inferred"] else "")
    if row["statistic"] == "p" and row["comparator"] == "ns":
        return "not significant"
    if row["statistic"] == "p":
        return (
            f"p {text(row['comparator'], '=')} {number(row['value'], int(row['value_decimals']))}"
        )
    kind = "" if row["statistic"] == "mean" else f"{row['statistic']} "
    return kind + printed_mean(row)


def _remark(results: Results, row) -> str:
    remarks = [version_words(row["version"], results.version_labels), text(row["note"])]
    spoken = "; ".join(r for r in remarks if r)
    return f'<span class="sub">{escape(spoken)}</span>' if spoken else ""


def contradictions(results: Results) -> str:
    """Return what the paper prints in two versions."""
    found = results.study.contradictions
    if not found:
        return ""
    shown = [{"what": c.label, "versions": "\n".join(c.versions.values())} for c in found]
    for line in shown:
        line["versions"] = "<br>".join(escape(v) for v in line["versions"].split("\n"))
    columns = [Column("what", "What"), Column("versions", "As printed", "html")]
    table = render_table(shown, columns, anchor="t-versions", caption="Printed in two versions")
    sentence = paragraph(
        f"{count_of(len(found), 'thing is', 'things are').capitalize()} printed in two versions. "
        "Neither is dropped: every analysis is run with each."
    )
    return join([heading("Printed in two versions", 3), sentence, table])
