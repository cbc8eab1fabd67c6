"""Risk of bias, limits, methods with their sources, and provenance."""

from __future__ import annotations

import json
from typing import get_args

from retrial.registry import of_study
from retrial.report.html import bullets, escape, fold, heading, join, paragraph, quotation
from retrial.report.load import Results
from retrial.report.tables import Column, render_table
from retrial.report.words import METHODS, READINGS, count_of, listing, number, plain, text
from retrial.vocabulary.methods import Kind, sources_of

# What each part of the analysis rests on, beside its tests; shown when its part was used.
REFERENCES = {
    "readings": (
        "Reading of an error term as SD, standard error or 95 % interval: Cochrane Handbook, "
        "sections 6.5.2.2 and 6.5.2.3."
    ),
    "bounds": (
        "Largest SD of n values between two limits: sharp bound, below Bhatia & Davis 2000, "
        "doi:10.1080/00029890.2000.12005203; skewness from mean and SD: Altman & Bland 1996, "
        "doi:10.1136/bmj.313.7066.1200."
    ),
    "bf10": "Bayes factor of a t-test: Rouder et al. 2009, doi:10.3758/PBR.16.2.225.",
    "partial_identification": (
        "Bounds of what is not printed, by linear programming: partial identification, Manski "
        "2003, doi:10.1007/b97478."
    ),
    "difference": (
        "Interval of a risk difference: Newcombe 1998, "
        "doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I."
    ),
    "nonresponders": (
        "Leaving members out of a summary: Chan, Golub & LeVeque 1983, doi:10.2307/2683386; "
        "feasible values: Samuelson 1968, doi:10.1080/01621459.1968.10480944."
    ),
    "multiverse": (
        "Specification curve: Simonsohn, Simmons & Nelson 2020, doi:10.1038/s41562-020-0912-z; "
        "multiverse: Steegen et al. 2016, doi:10.1177/1745691616658637."
    ),
    "meta": (
        "Effects as a meta-analysis takes them: difference of means with unpooled variances, "
        "Hedges g with its large-sample variance 1/n₁ + 1/n₂ + g²/(2N), weight 1/variance: "
        "Cochrane Handbook, section 10.3; Hedges & Olkin 1985, Statistical Methods for "
        "Meta-Analysis."
    ),
    "risk_of_bias": "Domains of risk of bias: RoB 2, Sterne et al. 2019, doi:10.1136/bmj.l4898.",
}


def risk_of_bias(results: Results) -> str:
    """Return what the paper states and does not, by domain; no judgement."""
    lines = [
        {
            "domain": text(row["domain"]),
            "stated": text(row["stated"]),
            "not_stated": text(row["not_stated"]),
            "quote": quotation(row["quote"], row["source"]),
        }
        for _, row in results.risk_of_bias.iterrows()
    ]
    columns = [
        Column("domain", "Domain"),
        Column("stated", "The paper states"),
        Column("not_stated", "The paper does not state"),
        Column("quote", "Its words", "html"),
    ]
    table = render_table(
        lines, columns, anchor="t-bias", caption="By domain of RoB 2", kind="wide bias"
    )
    sentence = paragraph(
        "What the paper states and does not state, by the domains of RoB 2. No level of risk is "
        "assigned here: that is the reader's judgement."
    )
    return join([sentence, table]) if table else ""


def limits(results: Results) -> str:
    """Say what this report cannot know."""
    pending = [figure.source for figure in results.figures if figure.status == "pending"]
    inferred = int(results.reported["inferred"].fillna(False).sum())
    items = [
        "A re-run from printed summaries cannot see the patients. Two data sets with the same "
        "means "
        "and SDs can differ in all else.",
        f"The numbers of {escape(listing(pending))} are not in it: nobody has read them off yet."
        if pending
        else "",
        f"{count_of(inferred, 'count is', 'counts are')} inferred from a sentence rather than "
        "printed."
        if inferred
        else "",
        "What a finding means is open: a misprint, a mislabelled error bar or a slip in a count "
        "would each look like this. It says nothing of anybody's intent.",
        "A claim that is confirmed is a claim whose arithmetic holds. Whether the design supports "
        "it is another question.",
        "“Not significant” is not “no difference”: the interval says what remains possible.",
    ]
    return bullets(item for item in items if item)


def methods(results: Results) -> str:
    """Return what was done, in order, and on which sources."""
    used = set(results.tests["method"].dropna()) | set(results.sensitivity["analysis"].dropna())
    shown = [m for m in METHODS if m in used]
    readings = [READINGS[r] for r in READINGS if (results.summaries["reading"] == r).any()]
    steps = [
        "The numbers are simulated; no paper prints them."
        if results.study.simulated
        else "Every number is typed with its place and a short quote; nothing is guessed.",
        f"Every error term is read in turn as {escape(listing(readings, 'or'))}. A reading that "
        "no data can have is set aside for every number that shares the label."
        if readings
        else "",
        f"Tests run: {escape(listing(METHODS[m] for m in shown))}; two-sided, at "
        f"{number(results.alpha, 2)} unless the paper prints another threshold."
        if shown
        else "",
        "The study folder names for each claim the analyses that a reasonable statistician could "
        "have chosen. They decide: all agree, <b>confirmed</b> (of a comparison of ours: shown); "
        "none, <b>not confirmed</b> (not shown); some, <b>depends</b>, and the choice that decides "
        "is named.",
        "Scenarios made to be extreme inform; they never decide.",
    ]
    present = used | {"readings", "bounds", "difference"}
    present |= {"bf10"} if results.tests["bf10"].notna().any() else set()
    present |= {"multiverse"} if len(results.multiverse) else set()
    present |= {"meta"} if len(results.effects) else set()
    present |= {"risk_of_bias"} if len(results.risk_of_bias) else set()
    sources = [_linked(source) for source in _sources(used, present)]
    return join(
        [
            bullets([step for step in steps if step]),
            heading("Sources of the formulas", 3),
            bullets(sources, "references"),
        ]
    )


def _sources(used: set[str], present: set[str]) -> list[str]:
    """Return the sources of the tests that were used, each beside those of its subject."""

    def of(*parts: str) -> list[str]:
        return [REFERENCES[part] for part in parts if part in present]

    placed = ("means", "paired", "counts", "ordered", "rate")
    others = [kind for kind in get_args(Kind) if kind not in placed]
    found = [
        *of("readings", "bounds"),
        *sources_of(used, "means", "paired"),
        *of("bf10", "partial_identification"),
        *sources_of(used, "counts", "ordered"),
        *of("difference"),
        *sources_of(used, "rate"),
        *sources_of(used, *others),
        *of("nonresponders", "multiverse", "meta", "risk_of_bias"),
    ]
    return list(dict.fromkeys(found))


def _linked(reference: str) -> str:
    """Return a reference with its DOIs as links."""
    words = []
    for word in reference.split(" "):
        doi = word.rstrip(".,;")
        after = word[len(doi) :]
        link = escape(doi.removeprefix("doi:"))
        words.append(
            f'<a href="https://doi.org/{link}" rel="noreferrer">doi:{link}</a>{after}'
            if doi.startswith("doi:")
            else escape(word)
        )
    return " ".join(words)


def provenance(results: Results) -> str:
    """Return what went in, with which versions and settings, and the tables beside the report."""
    known = results.provenance
    parts = [
        paragraph(
            "The same inputs, settings and versions give this report again, byte for byte. The "
            "tables are in the folder of this report:"
        ),
        bullets(
            f'<a href="{table.file}">{table.file}</a> one row per {escape(table.rows)}'
            for table in of_study(truth=len(results.truth) > 0)
        ),
    ]
    if known.get("inputs"):
        lines = [
            {"file": path, "sha256": f"<code>{escape(digest)}</code>"}
            for path, digest in _flat(known["inputs"])
        ]
        table = render_table(
            lines,
            [Column("file", "File"), Column("sha256", "SHA-256", "html")],
            anchor="t-inputs",
            caption="Inputs",
            kind="hashes",
        )
        parts.append(fold(f"Inputs and their checksums ({len(lines)})", table))
    rest = [
        {"key": plain(key), "value": f"<code>{escape(value)}</code>"}
        for part in known
        if part != "inputs"
        for key, value in _flat({part: known[part]})
    ]
    table = render_table(
        rest,
        [Column("key", "Setting"), Column("value", "Value", "html")],
        anchor="t-settings",
        caption="Versions, configuration and seed",
    )
    parts.append(fold(f"Versions, configuration and seed ({len(rest)})", table))
    return join(parts)


def _flat(value: object, path: str = "") -> list[tuple[str, str]]:
    """Return a nested value as (path, text) pairs in a fixed order."""
    if isinstance(value, dict):
        return [
            pair
            for key in value
            for pair in _flat(value[key], f"{path}: {key}" if path else str(key))
        ]
    return [(path, value if isinstance(value, str) else json.dumps(value))]
