"""Inconsistencies in the reported numbers: the findings of the audit, the passed checks folded."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import badge, bullets, escape, fold, heading, join, paragraph
from retrial.report.load import Results
from retrial.report.phrases import in_words, printed_mean, reading, row_name, scope_name, sources
from retrial.report.pictures import picture
from retrial.report.tables import Column, render_table
from retrial.report.words import count_of, listing, plain, text

ORDER = ("impossible", "inconsistent", "implausible")
# Each kind of check under the question that it answers. `sd_bound` repeats what `sd_bound_widest`
# decides, and is shown with the passed checks.
KINDS = {
    "Printed p-values that the printed numbers cannot give": ("printed_p",),
    "Error terms that no data can have": ("sd_bound_widest", "range_sd_rounded"),
    "Numbers that contradict the inclusion criterion": ("inclusion",),
    "Error terms of the same patients that exclude each other": ("joint_reading",),
    "Spreads that differ more than sampling explains": ("spread_ratio",),
    "Outcomes that a formula ties, and that do not agree": ("formula",),
    "What the paper says its error terms are": ("error_label", "label_fit"),
    "Arms more alike at baseline, or more different, than chance makes them": (
        "baseline_alike",
        "baseline_different",
    ),
    "Counts that do not add up": (
        "tally_sum",
        "tally_remaining",
        "tally_denominator",
        "denominator_row",
        "denominator_randomized",
        "denominator_available",
    ),
    "A single value outside its limits": ("within_limits",),
    "Printed twice, and not the same": (
        "printed_twice",
        "printed_twice_error",
        "figure_and_print",
    ),
    "A test and a sentence that contradict each other": ("sentence",),
}
SKEW = ("altman_bland",)
REPEATED = ("sd_bound", "range_sd")


def introduction(results: Results) -> str:
    """Count the distinct findings: an error term, or a statement that does not fit another."""
    audit = results.audit
    if audit.empty:
        return ""
    applied = int((~audit["verdict"].eq("not_applicable") & ~audit["check"].isin(REPEATED)).sum())
    bad = audit[audit["verdict"].isin(["impossible", "inconsistent"])]
    spreads = bad[bad["check"].isin(KINDS["Error terms that no data can have"])]
    readings = audit.loc[audit["check"].isin(KINDS["Error terms that no data can have"]), "reading"]
    by_target = spreads.groupby("target")["reading"].nunique()
    every = int((by_target == readings.nunique()).sum())
    others = bad[~bad["check"].isin((*KINDS["Error terms that no data can have"], *REPEATED))]
    others = others[others["check"].isin([c for checks in KINDS.values() for c in checks])]
    clauses = []
    if len(by_target):
        clauses.append(
            f"{count_of(len(by_target), 'error term is', 'error terms are')} larger than any data "
            f"could have under some reading ({every} under every reading)"
        )
    if len(others):
        amount = len(others.drop_duplicates(["check", "detail"]))
        clauses.append(
            f"{count_of(amount, 'statement contradicts', 'statements contradict')} another"
        )
    if not clauses:
        return paragraph(
            f"{count_of(applied, 'check')} found nothing that cannot be right as printed."
        )
    return paragraph(
        f"Of {count_of(applied, 'check')} on printed numbers and the readings of their error "
        f"terms: {listing(clauses)}. Several findings can stem from one slip, or from two "
        "sentences about different times. A finding does not say which part is wrong, or why."
    )


def bounds_plot(results: Results) -> str:
    """Return the plot of implied SDs against the largest possible ones."""
    return picture(
        results,
        "sd_bounds",
        "The spread that each reading implies, as a share of the largest possible.",
    )


def findings(results: Results) -> str:
    """Return the findings by kind, the gravest first."""
    parts = []
    bad = results.audit[results.audit["verdict"].isin(ORDER)]
    columns = [
        Column("verdict", "Finding", "html"),
        Column("what", "What", "html"),
        Column("detail", "Why", "html"),
        Column("source", "Where"),
    ]
    for place, (title, checks) in enumerate(KINDS.items(), start=1):
        rows = bad[bad["check"].isin(checks)]
        lines = _spreads(results, rows) if "sd_bound_widest" in checks else _lines(results, rows)
        table = render_table(
            lines, columns, anchor=f"t-findings{place}", caption=title, kind="wide findings"
        )
        parts.append(join([heading(title, 3), table]) if table else "")
    return join(parts)


def _spreads(results: Results, decided: pd.DataFrame) -> list[dict]:
    """Return one line for each printed error term, with every reading that is impossible."""
    audit = results.audit
    said = audit[audit["check"].isin(REPEATED)].drop_duplicates(["target", "reading"], keep="last")
    said = said.set_index(["target", "reading"])["detail"]
    lines = []
    for target, rows in decided.groupby("target", sort=False):
        what, printed = _target(results, rows.iloc[0])
        why = []
        for _, row in rows.drop_duplicates("reading").iterrows():
            why.append(
                in_words(results, said.get((target, row["reading"])) or row["detail"])
                + f'<span class="sub">{in_words(results, row["detail"])}</span>'
            )
        lines.append(
            {
                "verdict": badge(rows["verdict"].iloc[0]),
                "what": escape(what) + f'<span class="sub">{escape(printed)}</span>',
                "detail": bullets(why, "plain spaced"),
                "source": text(rows["source"].iloc[0]),
            }
        )
    return lines


def _lines(results: Results, rows: pd.DataFrame) -> list[dict]:
    """One line for each distinct finding; targets with the same detail stand together."""
    lines: dict[tuple, dict] = {}
    for verdict in ORDER:
        for _, row in rows[rows["verdict"] == verdict].iterrows():
            what, printed = _target(results, row)
            key = (verdict, text(row["detail"]), text(row["reading"]))
            line = lines.setdefault(
                key,
                {
                    "verdict": badge(verdict),
                    "targets": [],
                    "reading": reading(row["reading"]) if text(row["reading"]) else "",
                    "printed": printed,
                    "detail": in_words(results, row["detail"]),
                    "source": sources(row["source"]),
                },
            )
            line["targets"].append(what)
    for line in lines.values():
        names = _together(list(dict.fromkeys(line.pop("targets"))))
        said = "; ".join(
            part for part in (line.pop("printed"), _read_as(line.pop("reading"))) if part
        )
        line["what"] = escape(names) + (f'<span class="sub">{escape(said)}</span>' if said else "")
    return list(lines.values())


def _together(targets: list[str]) -> str:
    """Return the targets of one finding; many are named by their outcomes."""
    if len(targets) <= 3:
        return listing(targets)
    outcomes = dict.fromkeys(target.split(" (")[0] for target in targets)
    place = targets[0].rpartition(" in ")
    where = f" in {place[2]}" if all(t.endswith(f" in {place[2]}") for t in targets) else ""
    return f"{len(targets)} counts: {listing(outcomes)}{where}"


def _read_as(shown: str) -> str:
    return f"read as {shown}" if shown else ""


def _target(results: Results, row: pd.Series) -> tuple[str, str]:
    """Return what a finding is about, and how that is printed."""
    target = text(row["target"])
    found = results.reported[results.reported["row_id"] == target]
    if len(found):
        printed = found.iloc[0]
        shown = printed_mean(printed) if printed["statistic"] == "mean" else ""
        return row_name(results, printed), shown
    if (results.reported["label_scope"] == target).any():
        return scope_name(results, target), ""
    if target in results.statements:
        return results.statements[target], ""
    if text(row["outcome"]):
        arm = results.arm_labels.get(text(row["arm"]), "")
        return ", ".join(part for part in (results.outcome(row["outcome"]), arm) if part), ""
    return plain(target), ""


def skew(results: Results) -> str:
    """Return where a t-test on this scale is doubtful, folded."""
    rows = results.audit[
        (results.audit["check"].isin(SKEW)) & (results.audit["verdict"] == "implausible")
    ]
    possible = results.summaries[results.summaries["admissible"].astype(bool)]
    kept = set(zip(possible["row_id"], possible["reading"], strict=True))
    asked = zip(rows["target"], rows["reading"], strict=True)
    rows = rows[pd.Series([pair in kept for pair in asked], index=rows.index, dtype=bool)]
    columns = [
        Column("what", "What", "html"),
        Column("detail", "Why", "html"),
    ]
    table = render_table(
        _lines(results, rows), columns, anchor="t-skew", caption="Distributions that are not normal"
    )
    return fold(
        (
            "Possible readings under which the values are not normal, so that a t-test is doubtful "
            f"({len(rows)})"
        ),
        table,
    )


def passes(results: Results) -> str:
    """Return the checks that found nothing, folded."""
    beside = results.audit["check"].isin((*REPEATED, "range_sd_any_n"))
    rows = results.audit[~results.audit["verdict"].isin(ORDER) | beside]
    lines = [
        {
            "verdict": badge(row["verdict"]),
            "check": plain(row["check"]),
            "what": _target(results, row)[0],
            "reading": reading(row["reading"]) if text(row["reading"]) else "",
            "detail": in_words(results, row["detail"]),
        }
        for _, row in rows.iterrows()
    ]
    columns = [
        Column("verdict", "Result", "html"),
        Column("check", "Check"),
        Column("what", "What"),
        Column("reading", "Read as"),
        Column("detail", "Detail", "html"),
    ]
    table = render_table(
        lines, columns, anchor="t-passes", caption="Checks that pass, and those that do not apply"
    )
    return fold(f"Checks that pass, and those that do not apply ({len(lines)})", table)
