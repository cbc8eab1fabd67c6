"""p of the repeated-measures ANOVA over the correlation of the visits."""

from __future__ import annotations

from textwrap import shorten

import pandas as pd
from plotnine import (
    aes,
    facet_wrap,
    geom_hline,
    geom_line,
    ggplot,
    labs,
    scale_colour_manual,
    scale_linetype_manual,
    scale_x_continuous,
)

from retrial.report.load import Results
from retrial.report.plots.labels import drawable, ordered, p_axis
from retrial.report.plots.theme import READING_COLOURS, READING_LINES, SOFT, report_theme
from retrial.report.words import READINGS, count_of, number, p_range

EFFECTS = {"group": "arms", "interaction": "arms by visits"}
MOST = 6  # panels: the claims whose own analysis it is come first


def repeated_rows(results: Results) -> pd.DataFrame:
    """Return the possible ANOVA tests with visits correlated alike, of the claims drawn."""
    rows = results.tests
    rows = rows[
        (rows["method"] == "mixed_anova")
        & (rows["structure"] == "compound_symmetry")
        & rows["admissible"].fillna(False).astype(bool)
    ]
    own = rows[rows["paper_analysis"].fillna(False).astype(bool)]["claim_id"].unique()
    rows = rows[rows["claim_id"].isin(own[: MOST // 2])]
    panels = [
        f"{shorten(results.statements.get(row['claim_id'], ''), 44, placeholder=' …')}\n"
        f"{results.outcome(row['outcome'])}, {EFFECTS[row['effect']]}"
        for _, row in rows.iterrows()
    ]
    return rows.assign(panel=panels, shown=rows["reading"].map(READINGS))


def draw_repeated(results: Results) -> ggplot | None:
    """Draw p against the correlation of the visits."""
    rows = repeated_rows(results)
    if rows.empty:
        return None
    categories = [name for name in READINGS.values() if (rows["shown"] == name).any()]
    rows = rows.assign(
        p=drawable(rows["p"]),
        panel=ordered(rows["panel"]),
        shown=pd.Categorical(rows["shown"], categories=categories),
    )
    count = rows["panel"].nunique()
    return (
        ggplot(rows, aes("rho", "p", colour="shown", linetype="shown"))
        + geom_hline(yintercept=results.alpha, colour=SOFT, linetype="dashed", size=0.6)
        + geom_line(size=1.1)
        + facet_wrap("panel", ncol=2)
        + p_axis(rows["p"], results.alpha, "y")
        + scale_x_continuous(breaks=[0, 0.25, 0.5, 0.75], limits=(0, 1))
        + scale_colour_manual(values=READING_COLOURS, name="Error term read as")
        + scale_linetype_manual(values=READING_LINES, name="Error term read as")
        + labs(x="Assumed correlation of two visits (alike for all; the paper prints none)")
        + report_theme(0.9 + 2.9 * -(-count // 2), grid="xy", legend_title=True)
    )


def say_repeated(results: Results) -> str:
    """Describe the curves from their rows."""
    rows = repeated_rows(results)
    told = [
        f"{panel.replace(chr(10), ', ')}, read as {shown}: p "
        f"{p_range(group['p'].min(), group['p'].max(), results.alpha)}"
        for (panel, shown), group in rows.groupby(["panel", "shown"], sort=False)
    ]
    return (
        f"p of the repeated-measures ANOVA against the correlation of the visits, in "
        f"{count_of(rows['panel'].nunique(), 'panel')}, {number(results.alpha, 2)} marked. "
        f"{'; '.join(told)}."
    )
