"""Which effects of which studies are pooled, and what is reported of the others."""

import json

import numpy as np
import pandas as pd
import pytest
from retrial.registry import columns_of
from retrial.report.plots.forest import draw_forests, forest_names
from retrial.stages.meta.across import LABELLED, RULES, last_visits, meta_analysis, read_as, taken
from retrial.stats.pooling import combine
from retrial.tables import table

READINGS = ("sd", "sem", "ci95")


def effects_of_study(name, outcome="marker", visits=(0, 6), unit="mmol/L", shift=0.0, **cells):
    """Return made-up effects of a study: each reading has four times the variance of the last."""
    rows = [
        {
            "study": name,
            "outcome": outcome,
            "unit": unit,
            "visit": float(visit),
            "reading": reading,
            "admissible": True,
            "labelled": reading == "sd",
            "reading_1": reading,
            "reading_2": reading,
            "md": visit / 10 + shift,
            "md_variance": 0.1 * 4**place,
            "smd": (visit / 10 + shift) / 2**place,
            "smd_variance": 0.2,
        }
        | cells
        for visit in visits
        for place, reading in enumerate(READINGS)
    ]
    for row in rows:
        for scale in ("md", "smd"):
            half = 1.96 * row[f"{scale}_variance"] ** 0.5
            row |= {f"{scale}_low": row[scale] - half, f"{scale}_high": row[scale] + half}
            variance = row[f"{scale}_variance"]
            row[f"weight_{scale}"] = 1 / variance if variance else np.nan
    return table(rows, "effects")


@pytest.fixture
def studies(hu2013):
    """Return a function that makes studies of these names, simulated where it says so."""

    def make(*names, simulated=()):
        return [
            hu2013.study.model_copy(update={"id": name, "simulated": name in simulated})
            for name in names
        ]

    return make


def together(*frames):
    return pd.concat(frames)


def one(frame, **cells):
    for column, value in cells.items():
        frame = frame[frame[column] == value]
    (row,) = (row for _, row in frame.iterrows())
    return row


def test_each_outcome_is_pooled_under_every_reading_and_on_both_scales(studies):
    effects = together(*(effects_of_study(n, shift=s) for n, s in (("a1", 0.0), ("b1", 1.0))))
    found = meta_analysis(studies("a1", "b1"), effects, alpha=0.05)
    assert list(found.pooled.columns) == columns_of("meta") and list(
        found.weights.columns
    ) == columns_of("weights")
    keys = found.pooled[["reading", "scale"]].to_numpy().tolist()
    assert keys == [[rule, scale] for rule in RULES for scale in ("md", "smd")]
    row = one(found.pooled, reading="sem", scale="md")
    by_hand = combine([0.6, 1.6], [0.4, 0.4])
    assert (row["k"], row["estimate"], row["tau2"]) == pytest.approx((2, 1.1, by_hand.tau2))
    assert (row["hk_low"], row["q"], row["i2"]) == pytest.approx(
        (by_hand.hk_low, by_hand.q, by_hand.i2)
    )
    assert row["studies"] == "a1;b1" and row["admissible"] and row["detail"] == ""
    shares = found.weights[found.weights["reading"] == "sem"].groupby("scale")["share"].sum()
    assert shares.tolist() == pytest.approx([1, 1])


def test_a_simulated_study_is_never_in_it(studies):
    effects = together(effects_of_study("a1"), effects_of_study("made_up", shift=100))
    real, made_up = studies("a1", "made_up", simulated=("made_up",))
    found = meta_analysis([real, made_up], effects, alpha=0.05)
    assert set(found.pooled["studies"]) == {"a1"}
    assert set(found.weights["study"]) == {"a1"}
    none = meta_analysis([made_up], effects, alpha=0.05)
    assert none.pooled.empty and none.weights.empty
    assert list(none.pooled.columns) == columns_of("meta")


def test_the_last_visit_is_taken_and_studies_may_differ_in_it(studies):
    effects = together(effects_of_study("a1", visits=(0, 6, 12)), effects_of_study("b1"))
    found = meta_analysis(studies("a1", "b1"), effects, alpha=0.05)
    weights = found.weights[(found.weights["reading"] == "sd") & (found.weights["scale"] == "md")]
    assert dict(zip(weights["study"], weights["visit"], strict=True)) == {"a1": 12, "b1": 6}
    assert "visits differ: a1 month 12, b1 month 6" in found.pooled["detail"].iloc[0]


def test_a_difference_at_baseline_is_no_effect(studies):
    effects = together(effects_of_study("a1", visits=(0,)), effects_of_study("b1"))
    found = meta_analysis(studies("a1", "b1"), effects, alpha=0.05)
    assert set(found.pooled["studies"]) == {"b1"}
    left_out = one(found.weights, study="a1")
    assert not left_out["pooled"] and "baseline only" in left_out["detail"]


def test_one_study_is_told_to_be_no_pooling(studies):
    found = meta_analysis(studies("a1"), effects_of_study("a1"), alpha=0.05)
    row = one(found.pooled, reading="sd", scale="md")
    assert row["k"] == 1 and "no pooling" in row["detail"]
    assert (row["estimate"], row["se"]) == pytest.approx((0.6, 0.1**0.5))
    assert pd.isna(row["tau2"]) and pd.isna(row["hk_low"])
    assert one(found.weights, reading="sd", scale="md")["share"] == 1


def test_the_first_version_of_a_contradiction_is_taken():
    rows = together(
        effects_of_study("a1", version="axis:table"),
        effects_of_study("a1", version="axis:text", shift=1),
    )
    assert set(last_visits(rows)["version"]) == {"axis:table", "axis:text"}
    assert set(taken(rows)["version"]) == {"axis:table"}


def test_outcomes_of_other_units_are_not_pooled_together(studies):
    effects = together(effects_of_study("a1"), effects_of_study("b1", unit="mg/dL"))
    found = meta_analysis(studies("a1", "b1"), effects, alpha=0.05)
    assert set(found.pooled["k"]) == {1}
    assert sorted(forest_names(found.weights).values()) == ["forest_marker_1", "forest_marker_2"]


def test_raw_differences_in_a_unit_that_is_not_stated_are_not_pooled(studies):
    unit = "not stated in the text"
    effects = together(*(effects_of_study(name, unit=unit) for name in ("a1", "b1")))
    found = meta_analysis(studies("a1", "b1"), effects, alpha=0.05)
    assert set(found.pooled["scale"]) == {"smd"}
    raw = found.weights[found.weights["scale"] == "md"]
    assert not raw["pooled"].any() and raw["detail"].str.contains("unit is not stated").all()


def test_a_study_without_any_spread_has_no_weight(studies):
    flat = effects_of_study("b1", md_variance=0.0, smd=np.nan)
    found = meta_analysis(studies("a1", "b1"), together(effects_of_study("a1"), flat), alpha=0.05)
    assert set(found.pooled["studies"]) == {"a1"}
    assert one(found.weights, study="b1", reading="sd", scale="md")["detail"].startswith(
        "no spread"
    )


def test_an_impossible_reading_marks_the_whole_meta_analysis(studies):
    effects = together(effects_of_study("a1"), effects_of_study("b1", shift=1))
    impossible = (effects["study"] == "b1") & (effects["reading"] == "sem")
    effects = effects.assign(admissible=~impossible)
    found = meta_analysis(studies("a1", "b1"), effects, alpha=0.05)
    row = one(found.pooled, reading="sem", scale="md")
    assert not row["admissible"] and row["detail"] == "no data can have this reading in b1"
    assert one(found.pooled, reading="sd", scale="md")["admissible"]


@pytest.mark.parametrize(
    ("admissible", "labelled", "chosen"),
    [
        ((True, True, True), (False, True, False), "sem"),
        ((True, False, False), (False, True, False), "sd"),
        ((False, False, True), (False, True, False), "ci95"),
        ((False, False, False), (False, True, False), "sem"),
        ((False, False, False), (False, False, False), "sd"),
    ],
)
def test_as_labelled_is_the_stated_reading_or_else_the_first_possible(admissible, labelled, chosen):
    rows = effects_of_study("a1", visits=(6,)).assign(admissible=admissible, labelled=labelled)
    assert read_as(rows, LABELLED)["reading"] == chosen
    assert read_as(rows, "ci95")["reading"] == "ci95"
    assert read_as(rows[rows["reading"] != "ci95"], "ci95") is None


def test_forest_plots_are_written_with_their_words(studies, tmp_path):
    names = ("a1", "b1", "c1")
    effects = together(
        *(
            effects_of_study(n, outcome="hba1c", unit="%", shift=s)
            for n, s in zip(names, (0.0, 0.4, 1.9), strict=True)
        )
    )
    made = studies(*names)
    found = meta_analysis(made, effects, alpha=0.05)
    alt = draw_forests(found, made, tmp_path, alpha=0.05)
    assert {path.name for path in tmp_path.iterdir()} == {
        "alt.json",
        "forest_hba1c.svg",
        "forest_hba1c.png",
    }
    assert json.loads((tmp_path / "alt.json").read_text(encoding="utf-8")) == alt
    words = alt["forest_hba1c"]
    assert words.startswith("Forest plot of HbA1c in 3 studies: a1, b1 and c1. Read as SD:")
    row = one(found.pooled, reading="sd", scale="md")
    assert f"difference {row['estimate']:.2f} %" in words and "I²" in words
    again = tmp_path / "again"
    draw_forests(found, made, again, alpha=0.05)
    for path in again.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_without_any_effect_there_is_an_empty_folder_of_plots(studies, tmp_path):
    made = studies("a1")
    found = meta_analysis(made, effects_of_study("a1", visits=(0,)), alpha=0.05)
    assert draw_forests(found, made, tmp_path / "figures", alpha=0.05) == {}
    assert [p.name for p in (tmp_path / "figures").iterdir()] == ["alt.json"]
