"""What was tried and what was found: the claims and their verdicts at a glance."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import badge, bullets, escape, fold, heading, join, paragraph, share_bar
from retrial.report.load import Results
from retrial.report.phrases import brief, in_words
from retrial.report.sections.choices import axes_in_words
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    VERDICT_MEANINGS,
    VERDICTS,
    count_of,
    listing,
    percent,
    plain,
    text,
    word,
)

LEVELS = {
    "primary": "Primary end points",
    "secondary": "Secondary end points",
    "other": "Other claims of the trial",
}
TOLD = {
    "reproduced": ("comes out as printed", "come out as printed"),
    "not_reproduced": ("is not borne out", "are not borne out"),
    "fragile": (
        "hangs on a choice that the paper leaves open",
        "hang on a choice that the paper leaves open",
    ),
    "inconsistent": (
        "rests on numbers that exclude each other",
        "rest on numbers that exclude each other",
    ),
    "not_testable": (
        "cannot be tested (its numbers are not printed)",
        "cannot be tested (their numbers are not printed)",
    ),
    "unsupported": (
        "has no claim of the trial behind it",
        "have no claim of the trial behind them",
    ),
}


def of_kind(results: Results, kind: str) -> pd.DataFrame:
    """Return the trial's claims or the sales claims."""
    return results.verdicts[results.verdicts["kind"] == kind]


def opening(results: Results) -> str:
    """Return the plain-language paragraph: what was tried, and what was found."""
    trial, sales = of_kind(results, "trial"), of_kind(results, "sales")
    if results.verdicts.empty:
        return paragraph("No claim was judged.", "lead")
    about = (
        f"We ran the statistics of this trial again from what its paper prints, and asked of "
        f"{count_of(len(trial), 'claim')} whether the printed numbers bear "
        f"{'it' if len(trial) == 1 else 'them'} out."
    )
    derived = int(trial["derived"].fillna(False).sum())
    beside = (
        f" In {derived} of them the numbers are the paper's and the comparison is ours."
        if derived
        else ""
    )
    parts = [paragraph(f"{about} {_told(trial)}", "lead")]
    parts.append(
        paragraph(f"Some claims rest on the same numbers, so their verdicts go together.{beside}")
    )
    parts.append(paragraph(_primary(trial)))
    if len(sales):
        parts.append(
            paragraph(
                f"Beside these stand {count_of(len(sales), 'sales claim')}, each held to be no "
                f"stronger than the weakest claim of the trial that it would need. {_told(sales)}"
            )
        )
    return join(parts)


def _told(claims: pd.DataFrame) -> str:
    """Return one sentence that counts the claims by verdict."""
    counted = claims["verdict"].value_counts()
    clauses = []
    for code in VERDICTS:
        amount = int(counted.get(code, 0))
        if amount:
            clauses.append(f"{amount} {TOLD[code][amount > 1]}")
    return f"Of these, {listing(clauses)}." if clauses else ""


def _primary(trial: pd.DataFrame) -> str:
    """Return the sentence on the primary end points."""
    primary = trial[trial["level"] == "primary"]
    if primary.empty:
        return ""
    told = [
        f"“{escape(row['statement'])}” <strong>{TOLD[row['verdict']][0]}</strong>"
        for _, row in primary.iterrows()
    ]
    which = "The primary end point:" if len(told) == 1 else "The primary end points:"
    return f"{which} {listing(told)}."


def tally(results: Results) -> str:
    """Return the number of claims by verdict, with shapes."""
    counted = of_kind(results, "trial")["verdict"].value_counts()
    items = [
        f"<b>{int(counted[code])}</b> {badge(code)}" for code in VERDICTS if counted.get(code, 0)
    ]
    return bullets(items, "tally")


def trial_claims(results: Results) -> str:
    """Return the table of the trial's claims."""
    trial = of_kind(results, "trial")
    forms = {claim.id: claim for claim in results.claims}
    lines = []
    for level, title in LEVELS.items():
        for _, row in trial[trial["level"] == level].iterrows():
            lines.append({"level": title, **_line(results, row, forms.get(row["claim_id"]))})
    columns = [
        Column("claim", "Claim", "html"),
        Column("verdict", "Verdict", "html"),
        Column("published", "Paper", "html"),
        Column("finding", "Running it again", "html"),
        Column("flips", "Hangs on"),
        Column("share", "Agreeing", "html"),
    ]
    note = (
        "<b>Agreeing</b>: the share of all possible analyses, sensible and less so, that agree "
        "with "
        "the claim. It describes; the verdict rests on the defensible analyses alone, which were "
        "written down before the workflow ran. Every verdict in full, with the paper's words, "
        "stands below."
    )
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


def _line(results: Results, row: pd.Series, claim: object) -> dict:
    none_claimed = getattr(claim, "expect", None) == "no_difference"
    shown = (
        "Not significant, as printed" if none_claimed and row["verdict"] == "reproduced" else None
    )
    finding = in_words(results, brief(row["detail"]))
    if shown:
        open_ = text(row["detail"]).split("still possible: ")
        if len(open_) > 1:
            finding += (
                f'<span class="sub">Not excluded: {in_words(results, brief(open_[1], 60))}</span>'
            )
    specs = row["specifications"]
    share = (
        share_bar(row["share_supporting"], percent(row["share_supporting"]))
        if specs and specs > 1
        else ""
    )
    return {
        "claim": escape(row["statement"]),
        "verdict": badge(row["verdict"], shown),
        "published": escape(published(row["published_p"]))
        if text(row["published_p"])
        else f'<span class="none">{"compares nothing" if row["derived"] else "no p"}</span>',
        "finding": finding,
        "flips": axes_in_words(row["flips_on"]),
        "share": share,
    }


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
        needs = [claim for claim in text(row["rests_on"]).split(";") if claim]
        items = [
            f"{escape(results.statements.get(claim, plain(claim)))} "
            f"<span class='source'>({escape(word(verdicts.get(claim), VERDICTS).lower())})</span>"
            for claim in needs
        ]
        note = next((c.note for c in results.claims if c.id == row["claim_id"] and c.note), "")
        lines.append(
            {
                "claim": f"{escape(row['statement'])}"
                f'<span class="sub"><q>{escape(row["quote"])}</q></span>',
                "verdict": badge(row["verdict"]),
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
            "verdict": badge(row["verdict"]),
            "why": in_words(results, row["detail"]),
        }
        for _, row in of_kind(results, "trial").iterrows()
    ]
    columns = [
        Column("claim", "Claim, and the words it stands in", "html"),
        Column("verdict", "Verdict", "html"),
        Column("why", "Why", "html"),
    ]
    table = render_table(
        lines, columns, anchor="t-full", caption="Every claim in full", kind="wide full"
    )
    title = f"Every claim in full, with the words it stands in ({len(lines)})"
    return fold(title, table, printed=True)


def legend(results: Results) -> str:
    """Return what each verdict that occurs means, folded."""
    present = [code for code in VERDICTS if (results.verdicts["verdict"] == code).any()]
    items = [f"{badge(code)} {escape(VERDICT_MEANINGS[code])}" for code in present]
    return fold("What the verdicts mean", bullets(items, "legend"), printed=True)
