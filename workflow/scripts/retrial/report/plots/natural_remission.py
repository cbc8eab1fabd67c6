"""Treated events beside what is known of the natural remission."""

from __future__ import annotations

import pandas as pd
from plotnine import (
    aes,
    element_text,
    facet_wrap,
    geom_point,
    geom_rect,
    geom_text,
    geom_vline,
    ggplot,
    guide_legend,
    guides,
    labs,
    scale_fill_manual,
    scale_shape_manual,
    scale_x_continuous,
    scale_y_discrete,
    theme,
)

from retrial.report.load import Results
from retrial.report.phrases import event_name, evidence_label
from retrial.report.plots.labels import ordered, wrapped
from retrial.report.plots.theme import BLUE, INK, SKY, report_theme
from retrial.report.words import capital, count_of, number, p_phrase, percent
from retrial.stats.counts import clopper_pearson

SAME = "counts the same event"
NEAR = "the nearest event (the table names the differences)"
UNLIKE = "another event: shown only"
_METHODS = ("fisher", "binomial", "beta_binomial")


def remission_rows(results: Results) -> pd.DataFrame:
    """Return one row for each treated count and evidence rate, with the exact test's p."""
    rows = results.analysis("natural_remission")
    split = rows["scenario"].str.split(":", n=1, expand=True)
    if split.shape[1] < 2:
        return rows.iloc[:0]
    rows = rows.assign(evidence=split[0], method=split[1])
    rows = rows[rows["method"].isin(_METHODS) & rows["estimate"].notna()]
    keys = ["claim_id", "category", "version"]
    rows = rows.drop_duplicates([*keys, "evidence"])
    counted = results.tests.drop_duplicates(keys).set_index(keys)[["value_1", "n_1"]]
    rows = rows.join(counted, on=keys).dropna(subset=["value_1", "n_1"])
    if rows.empty:
        return rows
    # The same counts in two versions of the paper are drawn once.
    rows = rows.drop_duplicates(["category", "value_1", "n_1", "evidence"])
    # Arms of randomized trials come first in the table, and first from the top of the plot.
    place = {code: -i for i, code in enumerate(dict.fromkeys(rows["evidence"]))}
    share = rows["value_1"] / rows["n_1"]
    limits = [
        clopper_pearson(int(k), int(n), results.alpha)
        for k, n in zip(rows["value_1"], rows["n_1"], strict=True)
    ]
    return rows.assign(
        share=share,
        rate=(share - rows["estimate"]).clip(lower=0),
        low=[low for low, _ in limits],
        high=[high for _, high in limits],
        like=[
            UNLIKE if not near else SAME if pd.isna(differs) else NEAR
            for near, differs in zip(rows["comparable"], rows["differences"], strict=True)
        ],
        rank=[place[code] for code in rows["evidence"]],
        panel=[
            f"{capital(event_name(results, event))}: {k:.0f} of {n:.0f}"
            for event, k, n in zip(rows["category"], rows["value_1"], rows["n_1"], strict=True)
        ],
        label=[wrapped(evidence_label(results, code), 40) for code in rows["evidence"]],
    )


def draw_rates(results: Results) -> ggplot | None:
    """Draw each outside rate against the treated share and its exact interval."""
    rows = remission_rows(results)
    if rows.empty:
        return None
    rows = rows.assign(panel=ordered(rows["panel"]))
    rows = rows.sort_values("rank", kind="stable")
    rows = rows.assign(
        label=ordered(rows["label"]),
        shown=[p_phrase(p, results.alpha) for p in rows["p"]],
    )
    bands = rows.drop_duplicates("panel")
    return (
        ggplot(rows, aes("rate", "label"))
        + geom_rect(
            aes(xmin="low", xmax="high", ymin=0.4, ymax=len(rows["label"].cat.categories) + 0.6),
            data=bands,
            inherit_aes=False,
            fill=SKY,
            alpha=0.22,
        )
        + geom_vline(aes(xintercept="share"), data=bands, colour=BLUE, size=1)
        + geom_point(aes(shape="like", fill="like"), colour=INK, size=2.9, stroke=0.6)
        + geom_text(aes(x=1.29, label="shown"), ha="right", size=8.2, colour=INK)
        + facet_wrap("panel", ncol=1)
        + scale_fill_manual(values={SAME: INK, NEAR: SKY, UNLIKE: "white"}, name="")
        + scale_shape_manual(values={SAME: "o", NEAR: "o", UNLIKE: "o"}, name="")
        + scale_x_continuous(
            limits=(0, 1.3),
            breaks=[0, 0.25, 0.5, 0.75, 1],
            labels=lambda xs: [f"{100 * x:.0f} %" for x in xs],
        )
        + scale_y_discrete(name="")
        + labs(x="Share of patients")
        + guides(shape=guide_legend(ncol=1), fill=guide_legend(ncol=1))
        + report_theme(
            1.0 + rows["panel"].nunique() * (0.4 + 0.3 * rows["label"].nunique()), grid="xy"
        )
        + theme(axis_text_y=element_text(size=7.5, ma="right", linespacing=0.95))
    )


def say_rates(results: Results) -> str:
    """Describe the plot of outside evidence from its rows."""
    rows = remission_rows(results)
    told = []
    for panel, group in rows.groupby("panel", sort=False):
        first, like = group.iloc[0], group[group["like"] != UNLIKE]
        below = int((like["p"] < results.alpha).sum())
        name = panel.lower()
        told.append(
            f"{name} treated ({percent(first['share'])}, interval {percent(first['low'])} to "
            f"{percent(first['high'])}): one-sided p below {number(results.alpha, 2)} against "
            f"{below} of {count_of(len(like), 'rate')} of the nearest events"
        )
    return f"Share of treated patients beside rates from outside the trial. {'; '.join(told)}."
