"""What was found, first of all: the printed p-values, the key findings, the counts by verdict."""

from __future__ import annotations

import pandas as pd

from retrial import vocabulary
from retrial.report.html import badge, basis_mark, bullets, escape, fold, join, paragraph
from retrial.report.load import Results
from retrial.report.phrases import brief, in_words, printed_mean, reading, row_name
from retrial.report.sections.choices import axes_in_words
from retrial.report.tables import Column, render_table
from retrial.report.tally import Tally, tally
from retrial.report.words import (
    MISSING,
    VERDICTS,
    count_of,
    listing,
    number,
    p_value,
    plain,
    text,
    whole,
)

# In this order the key findings stand: what the paper's numbers settle, then what they leave open.
FOREMOST = sorted(VERDICTS, key=lambda code: vocabulary.VERDICTS[code].foremost)
# How a sentence counts the claims of a verdict: one, several.
COUNTED = {verdict.id: verdict.counted for verdict in vocabulary.VERDICTS.values()}
COUNTED_OF_SALES = {
    verdict.id: verdict.of_sales for verdict in vocabulary.VERDICTS.values() if verdict.of_sales
}


def of_kind(results: Results, kind: str) -> pd.DataFrame:
    """Return the trial's claims or the sales claims."""
    return results.verdicts[results.verdicts["kind"] == kind]


def opening(results: Results) -> str:
    """Return what was found: the printed p-values, the key findings, the counts, the end points."""
    trial, sales = of_kind(results, "trial"), of_kind(results, "sales")
    if results.verdicts.empty:
        return paragraph("No claim was judged.", "lead")
    chosen = headlines(results)
    lead = "We ran the statistics of this trial again from what its paper prints."
    parts = [
        paragraph(lead, "lead"),
        printed_p(results),
        paragraph("Key findings:", "lead") if len(chosen) else "",
        bullets((_key_finding(results, row) for _, row in chosen.iterrows()), "key"),
        _terms(results),
        paragraph(
            f"{_counts(trial)}{_ours(trial)} Some claims use the same numbers: do not count their "
            "verdicts as independent evidence."
        )
        if len(trial)
        else "",
        paragraph(_primary(trial)),
    ]
    if len(sales):
        counted = _counts(sales, "sales claim", COUNTED | COUNTED_OF_SALES)
        parts.append(
            paragraph(f"{counted} One small trial confirms none of them, whatever its numbers say.")
        )
    return join([*parts, changes(results)])


def printed_p(results: Results) -> str:
    """Return what became of the paper's printed p-values and n.s.; empty where there are none."""
    rows = results.verdicts.to_dict("records")
    found = tally(rows)
    if not found.printed:
        return ""
    what = (
        "p-value or “n.s.” printed with a claim"
        if found.printed == 1
        else "p-values and “n.s.” printed with claims"
    )
    items = [
        f"<b>{found.printed}</b>{what}",
        f"<b>{found.confirmed}</b>confirmed",
        f"<b>{found.not_confirmed}</b>not confirmed",
        *([f"<b>{found.depends}</b>depend on the analysis"] if found.depends else []),
        f"<b>{found.unchecked}</b>cannot be checked from what is printed",
    ]
    return join([bullets(items, "tally"), paragraph(_belonging(results, found), "note")])


def _belonging(results: Results, found: Tally) -> str:
    """Say of how many confirmed p-values it is sure to which outcome they belong."""
    if not found.confirmed:
        return ""
    trial = of_kind(results, "trial")
    unsure = trial[
        (trial["verdict"] == "confirmed")
        & (trial["basis"] == "proxy")
        & trial["published_p"].map(text).ne("")
    ]
    names = listing(f"“{escape(statement)}”" for statement in unsure["statement"])
    words = (
        f"Of the {found.confirmed} confirmed, {found.sure} surely "
        f"{'belongs' if found.sure == 1 else 'belong'} to the outcome that the sentence names"
    )
    beside = f"; in {names} another outcome stands in for it" if names else ""
    return f"{words}{beside}."


def _ours(trial: pd.DataFrame) -> str:
    ours = int((trial["basis"] == "our_comparison").sum())
    if not ours:
        return ""
    return f" For {ours} the authors ran no test; we did."


def _terms(results: Results) -> str:
    """Say what an analysis is, and which are defensible, where any decides a verdict."""
    if not (results.verdicts["defensible_n"].fillna(0) > 0).any():
        return ""
    return paragraph(
        "An <b>analysis</b> is one way to test a claim: one test, on one reading of the error "
        "terms and one printed version. The same numbers in the same test count once. It is "
        "<b>defensible</b> if a reasonable statistician could have chosen it; for each claim these "
        "are written in the study folder, and they alone decide its verdict. "
        f"{_beforehand(results)}",
        "note",
    )


def _beforehand(results: Results) -> str:
    """Say which claims were changed after the first run, as their histories have it."""
    changed = [claim for claim in results.claims if claim.history]
    if not changed:
        return "No change after the first run is recorded."
    dates = listing(sorted({revision.date for claim in changed for revision in claim.history}))
    moved = sum(any(_moved(revision) for revision in claim.history) for claim in changed)
    added = sum(claim.history[0].verdict_before is None for claim in changed)
    which = "claim was" if len(changed) == 1 else "claims were"
    parts = [f"{moved} got another verdict thereby"] if moved else ["no verdict changed thereby"]
    parts += [f"{added} were added"] if added > 1 else ["1 was added"] if added else []
    return (
        f"Not all of it was fixed beforehand: {len(changed)} of {len(results.claims)} {which} "
        f"changed or added after the first run ({dates}); {listing(parts)}. Each change is listed "
        "below."
    )


def _moved(revision: object) -> bool:
    before, after = revision.verdict_before, revision.verdict_after
    same = before == after or (after in VERDICTS and before in vocabulary.VERDICTS[after].was)
    return before is not None and after is not None and not same


def changes(results: Results) -> str:
    """Return the dated changes of the claims after the first run, folded."""
    lines = [
        {
            "date": revision.date,
            "claim": claim.statement,
            "what": revision.what,
            "why": revision.why,
            "verdict": f"{_earlier(revision.verdict_before)} → {_earlier(revision.verdict_after)}",
        }
        for claim in results.claims
        for revision in claim.history
    ]
    lines.sort(key=lambda line: line["date"])
    columns = [
        Column("date", "Date"),
        Column("claim", "Claim"),
        Column("what", "What changed"),
        Column("why", "Why"),
        Column("verdict", "Verdict, in the words of that day"),
    ]
    table = render_table(
        lines, columns, anchor="t-history", caption="Changes after the first run", kind="wide"
    )
    return fold(f"Changes of the claims after the first run ({len(lines)})", table, printed=True)


def _earlier(verdict: str | None) -> str:
    return plain(verdict) if verdict else MISSING


def headlines(results: Results) -> pd.DataFrame:
    """Return the claims told first: those marked so, else the first of each verdict."""
    trial = of_kind(results, "trial")
    marked = trial[trial["claim_id"].isin([c.id for c in results.claims if c.headline])]
    found = marked if len(marked) else trial.drop_duplicates("verdict")
    return found.sort_values("verdict", key=lambda codes: codes.map(FOREMOST.index), kind="stable")


def verdict_badge(row: pd.Series) -> str:
    """Return a claim's verdict, in words that fit what it claims."""
    if row["verdict"] == "confirmed" and text(row.get("expect")) == "no_difference":
        return (
            badge("confirmed", "Not significant, as claimed")
            + '<span class="sub">equality not shown</span>'
        )
    if row["verdict"] == "as_printed":
        return badge("as_printed") + '<span class="sub">cannot be checked</span>'
    return badge(row["verdict"])


def marks(row: pd.Series) -> str:
    """Return a claim's two marks: its verdict, and what the comparison is to the paper."""
    return f'<span class="marks">{verdict_badge(row)}{basis_mark(row["basis"])}</span>'


def _key_finding(results: Results, row: pd.Series) -> str:
    clause = _label_clause(results, row) or _test_clause(results, row)
    return (
        f"{marks(row)} <span><b>{escape(row['statement'])}.</b> "
        f"{clause or in_words(results, brief(row['detail'], 240))}.</span>"
    )


def _label_clause(results: Results, row: pd.Series) -> str:
    """Return the largest contradiction of a stated error label, in numbers."""
    claim = next((c for c in results.claims if c.id == row["claim_id"]), None)
    if claim is None or claim.form != "error_label" or row["verdict"] != "contradicted":
        return ""
    audit = results.audit
    found = audit[
        (audit["check"] == "sd_bound_widest")
        & (audit["verdict"] == "impossible")
        & (audit["reading"] == results.study.error_label.label)
    ]
    found = found.assign(excess=found["value"] / found["bound"])
    found = found.sort_values("excess", ascending=False, kind="stable")
    printed = results.reported.set_index("row_id")
    for _, worst in found.iterrows():
        if worst["target"] in printed.index:
            mean = printed.loc[worst["target"]]
            unit = results.units.get(text(mean["outcome"]), "")
            return escape(
                f"{row_name(results, mean)} is printed {printed_mean(mean)}: if that is a "
                f"{reading(worst['reading'])}, the {whole(mean['n'])} values have an SD of at "
                f"least {number(worst['value'])} {unit}".rstrip()
                + f", and the largest possible is {number(worst['bound'])}"
            )
    return ""


def _test_clause(results: Results, row: pd.Series) -> str:
    """Return the counts compared, and how many defensible analyses agree, with their p-values."""
    if not (row["defensible_n"] or 0) > 0:
        return ""
    low, high = (p_value(row[end], results.alpha) for end in ("p_least", "p_greatest"))
    within = f"p = {low}" if low == high else f"p from {low} to {high}"
    within = within.replace("= <", "< ").replace("= >", "> ")
    cells = [part for part in text(row["compared"]).split("; ") if part]
    counts = f"{listing(cells, 'or')}: " if 0 < len(cells) <= 4 else ""
    total, agree = int(row["defensible_n"]), int(row["defensible_supporting"])
    which = "analysis" if total == 1 else "analyses"
    partly = int(row["defensible_partly"] or 0)
    some = f", {partly} only at some correlations" if partly else ""
    axes = axes_in_words(row["flips_on"])
    return escape(
        f"{counts}{agree} of {total} defensible {which} "
        f"{'agrees' if 1 in (agree, total) else 'agree'}{some} ({within})"
        + (f"; it depends on {axes}" if axes else "")
    )


def _counts(
    claims: pd.DataFrame,
    what: str = "claim of the trial",
    counted: dict[str, tuple[str, str]] = COUNTED,
) -> str:
    """Return one sentence that counts the claims by verdict."""
    amounts = claims["verdict"].value_counts()
    clauses = [
        f"{amounts[code]} {counted[code][int(amounts[code]) > 1]}"
        for code in VERDICTS
        if code in amounts
    ]
    one, _, rest = what.partition(" of ")
    many = f"{one}s of {rest}" if rest else f"{one}s"
    return f"Of {count_of(len(claims), what, many)}, {listing(clauses)}." if clauses else ""


def _primary(trial: pd.DataFrame) -> str:
    """Return the sentence on the primary end points."""
    primary = trial[trial["level"] == "primary"]
    clauses = []
    for code in VERDICTS:
        names = [f"“{escape(s)}”" for s in primary.loc[primary["verdict"] == code, "statement"]]
        if names:
            clauses.append(f"{listing(names)} <strong>{COUNTED[code][len(names) > 1]}</strong>")
    if not clauses:
        return ""
    which = "The primary end point:" if len(primary) == 1 else "The primary end points:"
    return f"{which} {'; '.join(clauses)}."
