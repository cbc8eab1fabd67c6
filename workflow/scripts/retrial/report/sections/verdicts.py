"""The claims and their verdicts: the trial's, the sales claims, and what the marks mean."""

from __future__ import annotations

import pandas as pd

from retrial import vocabulary
from retrial.report.html import badge, basis_mark, bullets, escape, fold, heading, join, paragraph
from retrial.report.links import follow
from retrial.report.load import Results
from retrial.report.phrases import brief, in_words
from retrial.report.sections.choices import axes_in_words
from retrial.report.sections.findings import marks, of_kind, verdict_badge
from retrial.report.sections.readings import as_labelled
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    AGREEMENTS,
    METHODS,
    VERDICTS,
    listing,
    p_value,
    plain,
    text,
    word,
)
from retrial.vocabulary import BASES

LEVELS = {
    "primary": "Primary end points",
    "secondary": "Secondary end points",
    "other": "Other claims of the trial",
}
SALES_NEEDS = {
    "needs_all": "",
    "needs_any": "one of: ",
    "contradicted_by": "would be contradicted by: ",
}


def trial_claims(results: Results) -> str:
    """Return the table of the trial's claims."""
    trial = of_kind(results, "trial")
    lines = []
    for level, title in LEVELS.items():
        for _, row in trial[trial["level"] == level].iterrows():
            lines.append({"level": title, **_line(results, row)})
    columns = [
        Column("claim", "Claim", "html"),
        Column("verdict", "Verdict", "html"),
        Column("published", "Paper", "html"),
        Column("finding", "Running it again", "html"),
        Column("flips", "Depends on"),
    ]
    bare = trial["published_p"].map(text).eq("").any()
    note = "<b>no p</b>: the paper prints no p-value for it. " if bare else ""
    note += "Every verdict in full, with the paper's words, is below."
    table = render_table(
        lines,
        columns,
        anchor="t-claims",
        caption="The trial's claims",
        grouped_by="level",
        note=note,
        kind="claims",
    )
    return join([heading("The trial's claims", 3), table]) if table else ""


def _line(results: Results, row: pd.Series) -> dict:
    none_claimed = text(row["expect"]) == "no_difference" and row["verdict"] == "confirmed"
    finding = in_words(results, brief(row["detail"])) + own_test(results, row["claim_id"])
    if none_claimed:
        open_ = text(row["detail"]).split("still possible: ")
        if len(open_) > 1:
            finding += (
                f'<span class="sub">Not excluded: {in_words(results, brief(open_[1], 60))}</span>'
            )
    return {
        "claim": escape(row["statement"]),
        "verdict": marks(row),
        "published": escape(published(row["published_p"]))
        if text(row["published_p"])
        else '<span class="none">no p</span>',
        "finding": finding,
        "flips": axes_in_words(row["flips_on"]),
    }


def own_test(results: Results, claim: str) -> str:
    """Return the re-run of the method that the paper names, beside the p that it prints."""
    tests = as_labelled(results.tests)
    mine = tests[
        (tests["claim_id"] == claim)
        & tests["paper_analysis"].astype(bool)
        & tests["admissible"].astype(bool)
        & tests["published_p"].notna()
        & tests["p"].notna()
    ]
    if mine.empty:
        return ""
    low, high = (p_value(p, results.alpha) for p in (mine["p"].min(), mine["p"].max()))
    sign = "" if low[0] in "<>" else "= "
    ours = f"p {sign}{low}" if low == high else f"p from {low} to {high}"
    printed = listing(dict.fromkeys(published(p) for p in mine["published_p"]), "or")
    methods = listing(dict.fromkeys(word(m, METHODS) for m in mine["method"]), "or")
    counted = mine["agreement"].value_counts()
    agreement = (
        word(counted.index[0], AGREEMENTS)
        if len(counted) == 1
        else listing(f"{n} {_plural(word(code, AGREEMENTS), n)}" for code, n in counted.items())
    )
    return (
        f'<span class="sub">Paper’s method ({escape(methods)}): {escape(ours)} '
        f"(printed {escape(printed)}; {escape(agreement)})</span>"
    )


def _plural(words: str, amount: int) -> str:
    """Return `agrees` as one test does it, `agree` as several do: the verb is the first word."""
    verb, space, rest = words.partition(" ")
    return words if amount == 1 else verb.removesuffix("s") + space + rest


def published(printed: object) -> str:
    """Return a published p as the paper's reader would write it."""
    code = text(printed)
    if not code:
        return "no p"
    if code == "ns":
        return "n.s."
    for sign in ("<=", ">=", "<", ">", "="):
        if sign in code:
            return code.replace(sign, f"\u00a0{sign}\u00a0", 1)
    return code


def sales_claims(results: Results) -> str:
    """Return the table of the sales claims and the trial's claims that each would need."""
    sales = of_kind(results, "sales")
    verdicts = results.verdicts.set_index("claim_id")["verdict"]
    lines = []
    for _, row in sales.iterrows():
        items = [
            f"{words}{escape(results.statements.get(claim, plain(claim)))} "
            f"<span class='source'>({escape(word(verdicts.get(claim), VERDICTS).lower())})</span>"
            for key, words in SALES_NEEDS.items()
            for claim in text(row[key]).split(";")
            if claim
        ]
        note = next((c.note for c in results.claims if c.id == row["claim_id"] and c.note), "")
        lines.append(
            {
                "claim": f"{escape(row['statement'])}"
                f'<span class="sub"><q>{escape(row["quote"])}</q></span>',
                "verdict": verdict_badge(row),
                "needs": (bullets(items, "plain") or "no claim of the trial")
                + (f'<span class="sub">{escape(note)}</span>' if note else ""),
            }
        )
    columns = [
        Column("claim", "Sales claim", "html"),
        Column("verdict", "Verdict", "html"),
        Column("needs", "Would need", "html"),
    ]
    table = render_table(
        lines, columns, anchor="t-sales", caption="Sales claims", kind="claims sales"
    )
    place = listing(dict.fromkeys(text(s).split(",")[0] for s in sales["source"]))
    return (
        join(
            [
                heading("Sales claims beside the trial", 3),
                paragraph(escape(results.study.sales_about or "")),
                paragraph(f"Quoted from: {escape(place)}.", "note"),
                table,
            ]
        )
        if table
        else ""
    )


def in_full(results: Results) -> str:
    """Return every claim of the trial with its words and the whole reasoning, folded."""
    lines = [
        {
            "claim": f"{escape(row['statement'])}"
            f'<span class="sub"><q>{escape(row["quote"])}</q> {escape(row["source"])}</span>',
            "verdict": marks(row),
            "why": in_words(results, row["detail"])
            + own_test(results, row["claim_id"])
            + follow(results, row),
            "anchor": f"claim-{row['claim_id']}",
        }
        for _, row in of_kind(results, "trial").iterrows()
    ]
    columns = [
        Column("claim", "Claim, with the paper's words", "html"),
        Column("verdict", "Verdict", "html"),
        Column("why", "Why", "html"),
    ]
    table = render_table(
        lines, columns, anchor="t-full", caption="Every claim in full", kind="wide full"
    )
    title = f"Every claim in full, with the paper's words ({len(lines)})"
    return fold(escape(title), table, printed=True)


def legend(results: Results) -> str:
    """Return what each mark that occurs means, folded."""
    trial = of_kind(results, "trial")
    verdicts = [code for code in VERDICTS if (results.verdicts["verdict"] == code).any()]
    bases = [code for code in BASES if (trial["basis"] == code).any()]
    items = [f"{badge(code)} {escape(vocabulary.VERDICTS[code].meaning)}" for code in verdicts]
    kinds = [f"{basis_mark(code)} {escape(BASES[code].meaning)}" for code in bases]
    inner = join(
        [
            paragraph("Verdict: what was shown.") if items else "",
            bullets(items, "legend"),
            paragraph("Basis: what the comparison is to the paper.") if kinds else "",
            bullets(kinds, "legend"),
        ]
    )
    return fold("What the two marks mean", inner if items else "", printed=True)
