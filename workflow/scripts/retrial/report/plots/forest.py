"""Forest plots: an outcome's effect in each study and over all, by reading of the error terms."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from plotnine import (
    aes,
    element_text,
    facet_grid,
    geom_point,
    geom_segment,
    geom_vline,
    ggplot,
    labs,
    scale_fill_identity,
    scale_linetype_identity,
    scale_shape_identity,
    scale_size_identity,
    theme,
)

from retrial.files import write_text
from retrial.report.plots.labels import ordered, wrapped
from retrial.report.plots.save import write
from retrial.report.plots.theme import BLUE, INK, SOFT, report_theme
from retrial.report.words import (
    READINGS,
    capital,
    count_of,
    interval,
    listing,
    months,
    number,
    percent,
)
from retrial.stages.meta.across import LABELLED, RULES, SCALES, MetaAnalysis
from retrial.study.models import Study

RULE_WORDS = {code: f"read as {name}" for code, name in READINGS.items()}
RULE_WORDS[LABELLED] = "read as labelled"
OVERALL, FURTHER = "All studies", "A further study"
SMALLEST, LARGEST = 1.2, 4.0  # a study's square, from no weight to all of it


def forest_names(weights: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return (outcome, unit) to the name of its plot, for every measured outcome with an effect.

    An outcome that has several units has one plot for each, numbered.
    """
    drawn = weights["pooled"].fillna(False).astype(bool) & weights["category"].isna()
    pairs = weights.loc[drawn, ["outcome", "unit"]]
    names = {}
    for outcome, rows in pairs.drop_duplicates().groupby("outcome", sort=True):
        for place, unit in enumerate(rows["unit"], start=1):
            name = f"forest_{outcome}"
            names[outcome, unit] = name if len(rows) == 1 else f"{name}_{place}"
    return names


def forest_rows(analysis: MetaAnalysis, outcome: str, unit: str) -> pd.DataFrame:
    """Return one row for each line of a forest plot, top to bottom."""

    def of_it(frame: pd.DataFrame) -> pd.DataFrame:
        mine = (frame["outcome"] == outcome) & (frame["unit"] == unit)
        return frame[mine & frame["category"].isna()]

    weights, pooled = of_it(analysis.weights), of_it(analysis.pooled)
    scale_words = {"md": wrapped(f"Difference ({unit})", 34), "smd": "Hedges g"}
    lines = [
        {
            "label": f"{row['study']}, {months(row['visit'], 'months')}".replace("\u00a0", " "),
            "rule": row["reading"],
            "scale": row["scale"],
            "estimate": row["estimate"],
            "low": row["low"],
            "high": row["high"],
            "size": SMALLEST + (LARGEST - SMALLEST) * row["share"] ** 0.5,
            "shape": "s",
            "fill": INK if row["admissible"] else "white",
            "linetype": "solid",
        }
        for _, row in weights[weights["pooled"].fillna(False).astype(bool)].iterrows()
    ]
    for label, ends, linetype in (
        (OVERALL, ("hk_low", "hk_high"), "solid"),
        (FURTHER, ("pi_low", "pi_high"), "dashed"),
    ):
        lines += [
            {
                "label": label,
                "rule": row["reading"],
                "scale": row["scale"],
                "estimate": row["estimate"] if label == OVERALL else float("nan"),
                "low": row[ends[0]],
                "high": row[ends[1]],
                "size": LARGEST,
                "shape": "D",
                "fill": BLUE if row["admissible"] else "white",
                "linetype": linetype,
            }
            for _, row in pooled[pooled[ends[0]].notna()].iterrows()
        ]
    rows = pd.DataFrame(lines)
    rules = [
        RULE_WORDS[rule].replace("as ", "as\n") for rule in RULES if (rows["rule"] == rule).any()
    ]
    panels = [scale_words[scale] for scale in SCALES if (rows["scale"] == scale).any()]
    return rows.assign(
        rule=pd.Categorical(
            rows["rule"].map(RULE_WORDS).str.replace("as ", "as\n"), categories=rules
        ),
        scale=pd.Categorical(rows["scale"].map(scale_words), categories=panels),
        label=ordered(rows["label"], reverse=True),
    )


def draw_forest(rows: pd.DataFrame, title: str) -> ggplot:
    """Draw the lines of a forest plot: a panel for each reading and scale."""
    points = rows[rows["estimate"].notna()]
    return (
        ggplot(rows, aes("estimate", "label"))
        + geom_vline(xintercept=0, colour=SOFT, size=0.5)
        + geom_segment(
            aes(x="low", xend="high", y="label", yend="label", linetype="linetype"),
            colour=INK,
            size=0.8,
        )
        + geom_point(
            aes(size="size", shape="shape", fill="fill"), data=points, colour=INK, stroke=0.6
        )
        + facet_grid("rule", "scale", scales="free_x")
        + scale_size_identity()
        + scale_shape_identity()
        + scale_fill_identity()
        + scale_linetype_identity()
        + labs(title=title, x="Treatment less control", y="")
        + report_theme(
            1.2 + rows["rule"].nunique() * (0.25 + 0.27 * rows["label"].nunique()), grid="x"
        )
        + theme(plot_title=element_text(size=10.5, weight="bold", ha="left"))
    )


def say_forest(analysis: MetaAnalysis, outcome: str, unit: str, label: str, level: str) -> str:
    """Describe a forest plot from its tables."""
    pooled = analysis.pooled
    pooled = pooled[(pooled["outcome"] == outcome) & (pooled["unit"] == unit)]
    told = []
    for _, row in pooled.iterrows():
        what = f"difference {number(row['estimate'])} {unit}"
        if row["scale"] == "smd":
            what = f"Hedges g {number(row['estimate'])}"
        low, high = ("low", "high") if row["k"] == 1 else ("hk_low", "hk_high")
        between = "" if row["k"] == 1 else f", I² {percent(row['i2'])}"
        refuted = "" if row["admissible"] else ", though no data can have this reading"
        told.append(
            f"{capital(RULE_WORDS[row['reading']])}: {what} ({level} interval "
            f"{interval(row[low], row[high])}){between}{refuted}"
        )
    most = int(pooled["k"].max())
    alone = " With one study nothing is pooled: it is that study's own effect." if most == 1 else ""
    return (
        f"Forest plot of {label} in {count_of(most, 'study', 'studies')}: "
        f"{listing(pooled['studies'].iloc[0].split(';'))}. {'. '.join(told)}.{alone}"
    )


def draw_forests(
    analysis: MetaAnalysis, studies: list[Study], folder: Path | str, *, alpha: float
) -> dict[str, str]:
    """Write a forest plot of each outcome, as SVG and PNG, and `alt.json`; return the alt texts."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    labels = {o.id: o.label for study in reversed(studies) for o in study.outcomes}
    level = f"{100 * (1 - alpha):g} %"
    alt = {}
    for (outcome, unit), name in forest_names(analysis.weights).items():
        rows = forest_rows(analysis, outcome, unit)
        write(draw_forest(rows, labels[outcome]), target, name)
        alt[name] = say_forest(analysis, outcome, unit, labels[outcome], level)
    words = json.dumps(alt, ensure_ascii=False, indent=2, sort_keys=True)
    write_text(target / "alt.json", words + "\n")
    return alt
