"""What was tried and what was found: the claims and their verdicts at a glance."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import badge, bullets, escape, fold, heading, join, paragraph, share_bar
from retrial.report.load import Results
from retrial.report.phrases import brief, in_words, printed_mean, reading, row_name
from retrial.report.sections.choices import axes_in_words
from retrial.report.tables import Column, render_table
from retrial.report.words import (
    AGREEMENTS,
    METHODS,
    VERDICT_MEANINGS,
    VERDICTS,
    count_of,
    listing,
    number,
    p_value,
    percent,
    plain,
    text,
    whole,
    word,
)

LEVELS = {
    "primary": "Primary end points",
    "secondary": "Secondary end points",
    "other": "Other claims of the trial",
}
# In this order the key findings stand: what the paper's numbers settle, then what they leave open.
FOREMOST = (
    "inconsistent",
    "not_reproduced",
    "reproduced",
    "fragile",
    "not_testable",
    "unsupported",
)
TOLD = {
    "reproduced": ("comes out as printed", "come out as printed"),
    "not_reproduced": ("is not borne out", "are not borne out"),
    "fragile": (
        "hangs on a choice that the paper leaves open",
        "hang on a choice that the paper leaves open",
    ),
    "inconsistent": (
        "rests on numbers or sentences that do not go together",
        "rest on numbers or sentences that do not go together",
    ),
    "not_testable": (
        "cannot be tested from what is printed",
        "cannot be tested from what is printed",
    ),
    "unsupported": (
        "has no claim of the trial behind it",
        "have no claim of the trial behind them",
    ),
}

TOLD_OF_SALES = {
    "reproduced": (
        "rests on claims of the trial that are reproduced",
        "rest on claims of the trial that are reproduced",
    ),
}


def of_kind(results: Results, kind: str) -> pd.DataFrame:
    """Return the trial's claims or the sales claims."""
    return results.verdicts[results.verdicts["kind"] == kind]


def opening(results: Results) -> str:
    """Return what was found: the key findings, then the counts, then the primary end points."""
    trial, sales = of_kind(results, "trial"), of_kind(results, "sales")
    if results.verdicts.empty:
        return paragraph("No claim was judged.", "lead")
    chosen = headlines(results)
    lead = "We ran the statistics of this trial again from what its paper prints."
    derived = int(trial["derived"].fillna(False).sum())
    beside = (
        f" In {derived} of them the numbers are the paper's and the comparison is ours."
        if derived
        else ""
    )
    parts = [
        paragraph(f"{lead} What stands out:" if len(chosen) else lead, "lead"),
        bullets((_key_finding(results, row) for _, row in chosen.iterrows()), "key"),
        _terms(results),
        paragraph(
            f"{_told(trial)}{beside} Some claims rest on the same numbers, so their verdicts go "
            "together."
        )
        if len(trial)
        else "",
        paragraph(_primary(trial)),
    ]
    if len(sales):
        told = _told(sales, "sales claim", TOLD | TOLD_OF_SALES)
        parts.append(
            paragraph(
                f"{told} Each is held to be no stronger than the weakest claim of the trial that "
                "it would need."
            )
        )
    return join(parts)


def _terms(results: Results) -> str:
    """Say what an analysis is, and which are defensible, where any decides a verdict."""
    if not (results.verdicts["defensible_n"].fillna(0) > 0).any():
        return ""
    return paragraph(
        "An <b>analysis</b> is one way to test a claim: one test, on one reading of the error "
        "terms and one printed version. It is <b>defensible</b> if a reasonable statistician could "
        "have chosen it; for each claim these were written down before the workflow ran, and they "
        "alone decide its verdict.",
        "note",
    )


def headlines(results: Results) -> pd.DataFrame:
    """Return the claims told first: those marked so, else the first of each verdict."""
    trial = of_kind(results, "trial")
    marked = trial[trial["claim_id"].isin([c.id for c in results.claims if c.headline])]
    found = marked if len(marked) else trial.drop_duplicates("verdict")
    return found.sort_values("verdict", key=lambda codes: codes.map(FOREMOST.index), kind="stable")


def _key_finding(results: Results, row: pd.Series) -> str:
    clause = _label_clause(results, row) or _test_clause(results, row)
    return (
        f"{badge(row['verdict'])} <span><b>{escape(row['statement'])}.</b> "
        f"{clause or in_words(results, brief(row['detail']))}.</span>"
    )


def _label_clause(results: Results, row: pd.Series) -> str:
    """Return the largest contradiction of a stated error label, in numbers."""
    claim = next((c for c in results.claims if c.id == row["claim_id"]), None)
    if claim is None or claim.form != "error_label" or row["verdict"] != "inconsistent":
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
    mine = results.multiverse[results.multiverse["claim_id"] == row["claim_id"]]
    decided = mine[mine["defensible"].astype(bool) & mine["p"].notna()]
    if decided.empty:
        return ""
    agree = int(decided["supports"].sum())
    low, high = (p_value(p, results.alpha) for p in (decided["p"].min(), decided["p"].max()))
    within = f"p = {low}" if low == high else f"p from {low} to {high}"
    within = within.replace("= <", "< ").replace("= >", "> ")
    tests = results.tests[
        (results.tests["claim_id"] == row["claim_id"])
        & results.tests["defensible"].astype(bool)
        & results.tests["category"].notna()
    ]
    cells = list(
        dict.fromkeys(
            f"{whole(t['value_1'])}/{whole(t['n_1'])} v. {whole(t['value_2'])}/{whole(t['n_2'])}"
            for _, t in tests.iterrows()
        )
    )
    counts = f"{listing(cells, 'or')}: " if 0 < len(cells) <= 3 else ""
    which = "analysis" if len(decided) == 1 else "analyses"
    hangs = axes_in_words(row["flips_on"])
    return escape(
        f"{counts}{agree} of {len(decided)} defensible {which} "
        f"{'agrees' if agree == 1 else 'agree'} ({within})"
        + (f"; it hangs on {hangs}" if hangs else "")
    )


def _told(
    claims: pd.DataFrame, what: str = "claim of the trial", told: dict[str, tuple] = TOLD
) -> str:
    """Return one sentence that counts the claims by verdict."""
    counted = claims["verdict"].value_counts()
    clauses = []
    for code in VERDICTS:
        amount = int(counted.get(code, 0))
        if amount:
            clauses.append(f"{amount} {told[code][amount > 1]}")
    one, _, rest = what.partition(" of ")
    many = f"{one}s of {rest}" if rest else f"{one}s"
    return f"Of {count_of(len(claims), what, many)}, {listing(clauses)}." if clauses else ""


def _primary(trial: pd.DataFrame) -> str:
    """Return the sentence on the primary end points."""
    primary = trial[trial["level"] == "primary"]
    told = []
    for code in VERDICTS:
        names = [f"“{escape(s)}”" for s in primary.loc[primary["verdict"] == code, "statement"]]
        if names:
            told.append(f"{listing(names)} <strong>{TOLD[code][len(names) > 1]}</strong>")
    if not told:
        return ""
    which = "The primary end point:" if len(primary) == 1 else "The primary end points:"
    return f"{which} {'; '.join(told)}."


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
    ]
    note = _notes(trial) + "Every verdict in full, with the paper's words, stands below."
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


def _notes(trial: pd.DataFrame) -> str:
    """Return what the short words in the table mean, for those that occur."""
    bare = trial["published_p"].map(text).eq("")
    derived = trial["derived"].fillna(False).astype(bool)
    notes = [
        "<b>no p</b>: the paper prints no p-value for it. " if (bare & ~derived).any() else "",
        "<b>our comparison</b>: the paper prints the numbers and compares nothing. "
        if (bare & derived).any()
        else "",
    ]
    return "".join(notes)


def _line(results: Results, row: pd.Series, claim: object) -> dict:
    none_claimed = getattr(claim, "expect", None) == "no_difference"
    as_printed = none_claimed and row["verdict"] == "reproduced"
    finding = in_words(results, brief(row["detail"])) + own_test(results, row["claim_id"])
    if as_printed:
        open_ = text(row["detail"]).split("still possible: ")
        if len(open_) > 1:
            finding += (
                f'<span class="sub">Not excluded: {in_words(results, brief(open_[1], 60))}</span>'
            )
    return {
        "claim": escape(row["statement"]),
        "verdict": badge(row["verdict"])
        + ('<span class="sub">not significant, as printed</span>' if as_printed else ""),
        "published": escape(published(row["published_p"]))
        if text(row["published_p"])
        else f'<span class="none">{"our comparison" if row["derived"] else "no p"}</span>',
        "finding": finding,
        "flips": axes_in_words(row["flips_on"]),
    }


def own_test(results: Results, claim: str) -> str:
    """Return the re-run of the method that the paper names, beside the p that it prints."""
    tests = results.tests
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
    """Return `agrees` as one test does it, `agree` as several do; the decision differs alike."""
    return words.removesuffix("s") if amount != 1 and " " not in words else words


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
            "why": in_words(results, row["detail"]) + own_test(results, row["claim_id"]),
            "share": share_bar(row["share_supporting"], percent(row["share_supporting"]))
            if (row["specifications"] or 0) > 1
            else "",
        }
        for _, row in of_kind(results, "trial").iterrows()
    ]
    columns = [
        Column("claim", "Claim, and the words it stands in", "html"),
        Column("verdict", "Verdict", "html"),
        Column("why", "Why", "html"),
        Column("share", "Agreeing, of all analyses, also stretched ones", "html"),
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
