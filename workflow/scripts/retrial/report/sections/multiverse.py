"""Every analysis of a claim, and the choice that decides."""

from __future__ import annotations

from retrial.comparisons.calculations import without_rho
from retrial.report.html import heading, join, paragraph
from retrial.report.load import Results
from retrial.report.pictures import picture
from retrial.report.sections.choices import axes_in_words, choice
from retrial.report.tables import Column, render_table
from retrial.report.words import count_of, p_range, text
from retrial.vocabulary import axis_of


def introduction(results: Results) -> str:
    """Say how many analyses there are."""
    frame = results.multiverse
    if frame.empty:
        return ""
    judged = results.verdicts
    possible, defensible = (
        int(judged[column].fillna(0).sum()) for column in ("specifications", "defensible_n")
    )
    return paragraph(
        "An analysis here is one choice on each open question (a “specification”): which reading, "
        "which printed version, which test, which patients, which correlation. There are "
        f"{count_of(len(frame), 'analysis', 'analyses')} "
        f"for {count_of(frame['claim_id'].nunique(), 'claim')}. Without the impossible readings, "
        f"and with the same numbers in the same test counted once, {possible} calculations remain. "
        f"{defensible} are defensible, that is, a reasonable statistician could have chosen them, "
        "and they alone decide the verdicts. The correlation of visits is not counted: a "
        "calculation agrees at all, some or none of the correlations that the claim names. Where a "
        "claim compares several things, a calculation is one choice for all of them."
    )


def claims(results: Results) -> str:
    """Return for each testable claim with a choice: its curve, its deciding axis, its shares."""
    parts = []
    for _, row in results.verdicts.iterrows():
        mine = results.multiverse[results.multiverse["claim_id"] == row["claim_id"]]
        if len(mine) < 2:
            continue
        plot = picture(results, f"specifications_{row['claim_id']}")
        axes = [axis for axis in text(row["flips_on"]).split(";") if axis]
        tables = [_by_axis(results, row, mine, axis) for axis in axes]
        if plot or tables:
            parts.append(join([heading(row["statement"], 3), _sentence(row), plot, *tables]))
    return join(parts)


def _sentence(row) -> str:
    total, agree = int(row["defensible_n"] or 0), int(row["defensible_supporting"] or 0)
    if not total:
        return ""
    partly = int(row["defensible_partly"] or 0)
    some = f", {partly} only at some correlations" if partly else ""
    words = (
        f"{agree} of {count_of(total, 'defensible analysis', 'defensible analyses')} "
        f"{'agrees' if 1 in (agree, total) else 'agree'} with the claim{some}."
    )
    if text(row["flips_on"]):
        words += f" It depends on <b>{axes_in_words(row['flips_on'])}</b>."
    return paragraph(words)


def _by_axis(results: Results, row, mine, axis: str) -> str:
    """Return how many defensible analyses agree, for each choice on a deciding axis."""
    decided = mine[mine["defensible"]]
    lines = []
    for value, group in decided.groupby(axis, dropna=False, sort=False):
        state = group.groupby(without_rho(group["calculation"]), sort=False)["supports"].mean()
        lines.append(
            {
                "choice": choice(results, axis, value),
                "agree": f"{int(state.eq(1).sum())} of {len(state)}",
                "p": p_range(group["p"].min(), group["p"].max(), results.alpha),
            }
        )
    columns = [
        Column("choice", axis_of(axis).heading),
        Column("agree", "Agree with the claim"),
        Column("p", "p"),
    ]
    return render_table(
        lines,
        columns,
        anchor=f"t-axis-{row['claim_id'].replace('_', '-')}-{axis}",
        caption=f"By {axis_of(axis).words}",
    )
