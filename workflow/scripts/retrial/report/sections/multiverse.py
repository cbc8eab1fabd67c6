"""Every analysis of a claim, and the choice that decides."""

from __future__ import annotations

from retrial.report.html import heading, join, paragraph
from retrial.report.load import Results
from retrial.report.pictures import picture
from retrial.report.sections.choices import AXES, AXIS_NAMES, axes_in_words, choice
from retrial.report.tables import Column, render_table
from retrial.report.words import count_of, p_value, percent, plain, text


def introduction(results: Results) -> str:
    """Say how many analyses there are."""
    frame = results.multiverse
    if frame.empty:
        return ""
    possible = int(frame["admissible"].sum())
    defensible = int(frame["defensible"].sum())
    return paragraph(
        "An analysis here is one choice on each open question (a “specification”): which reading, "
        "which printed version, which test, which patients, which correlation. There are "
        f"{count_of(len(frame), 'analysis', 'analyses')} "
        f"for {count_of(frame['claim_id'].nunique(), 'claim')}. {possible} of them are possible; "
        f"of these, {defensible} are defensible, that is, a reasonable statistician could have "
        "chosen them, and they alone decide the verdicts. The rest stretch a choice, to show how "
        "much it matters."
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
            parts.append(join([heading(row["statement"], 3), _sentence(row, mine), plot, *tables]))
    return join(parts)


def _sentence(row, mine) -> str:
    possible, decided = mine[mine["admissible"]], mine[mine["defensible"]]
    agree = int(decided["supports"].sum())
    words = (
        f"{agree} of {count_of(len(decided), 'defensible analysis', 'defensible analyses')} "
        f"{'agrees' if agree == 1 else 'agree'} with the claim. (Of all {len(possible)} possible "
        f"ones, also stretched ones: {percent(possible['supports'].mean())}.)"
    )
    if text(row["flips_on"]):
        words += f" What decides is <b>{axes_in_words(row['flips_on'])}</b>."
    return paragraph(words)


def _by_axis(results: Results, row, mine, axis: str) -> str:
    """Return how many defensible analyses agree, for each choice on a deciding axis."""
    decided = mine[mine["defensible"]]
    lines = []
    for value, group in decided.groupby(axis, dropna=False, sort=False):
        low, high = (p_value(p, results.alpha) for p in (group["p"].min(), group["p"].max()))
        lines.append(
            {
                "choice": choice(results, axis, value),
                "agree": f"{int(group['supports'].sum())} of {len(group)}",
                "p": low if low == high else f"{low} to {high}",
            }
        )
    columns = [
        Column("choice", AXIS_NAMES.get(axis, plain(axis).capitalize())),
        Column("agree", "Agree with the claim"),
        Column("p", "p"),
    ]
    return render_table(
        lines,
        columns,
        anchor=f"t-axis-{row['claim_id'].replace('_', '-')}-{axis}",
        caption=f"By {AXES.get(axis, plain(axis))}",
    )
