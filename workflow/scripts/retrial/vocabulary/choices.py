"""The choices of an analysis, each declared once: readings, axes, scenarios, shapes, structures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Of a plot; `retrial.report.plots.theme` has the colours by these names.
Colour = Literal[
    "ink", "grey", "black", "orange", "sky", "green", "yellow", "blue", "vermillion", "purple"
]


@dataclass(frozen=True)
class Reading:
    """What an error term is taken to be.

    Attributes:
        id: Its name in the tables and the configuration.
        short: What a table or a plot calls it.
        full: Its full name.
        name: The word after "as" in a sentence.
        colour: Its colour in a plot, with `mark` and `line`.
    """

    id: str
    short: str
    full: str
    name: str
    colour: Colour
    mark: str
    line: str


READINGS = {
    reading.id: reading
    for reading in (
        Reading("as_labelled", "as labelled", "as labelled", "labelled", "ink", "D", "dashdot"),
        Reading("sd", "SD", "standard deviation", "SD", "blue", "o", "solid"),
        Reading("sem", "SEM", "standard error", "SEM", "vermillion", "s", "dashed"),
        Reading("ci95", "95 % CI", "95 % confidence interval", "95 % CI", "green", "^", "dotted"),
    )
}


@dataclass(frozen=True)
class Axis:
    """An axis of the multiverse.

    Attributes:
        id: Its column in multiverse.parquet.
        heading: What stands before a choice, in a table or a plot.
        words: What a verdict depends on.
        applies: To what it applies; on the others' rows it is empty, or has one value.
    """

    id: str
    heading: str
    words: str
    applies: tuple[Literal["means", "counts"], ...] = ("means", "counts")


AXES = {
    axis.id: axis
    for axis in (
        Axis("outcome", "Outcome", "the outcome"),
        Axis("category", "Counted", "the categories counted", ("counts",)),
        Axis("visit", "Visit", "the visit"),
        Axis("reading", "Error is", "the reading of the error bars", ("means",)),
        Axis("version", "Printed in", "which of the paper's two versions is taken"),
        Axis("population", "Patients", "the handling of drop-outs"),
        Axis("comparator", "Against", "the comparator", ("counts",)),
        Axis("method", "Test", "the test"),
        Axis("effect", "Asks", "what the test asks", ("means",)),
        Axis("shape", "Shape", "the shape of the patients' values", ("means",)),
        Axis("rho", "Correlation", "the correlation between visits", ("means",)),
        Axis("structure", "Structure", "how the correlation fades", ("means",)),
        Axis("multiplicity", "Several visits", "the correction for several visits"),
    )
}


def axis_of(name: str) -> Axis:
    """Return an axis; one of your own (`retrial.axes`) is called by its name."""
    plain = name.replace("_", " ")
    return AXES.get(name, Axis(name, plain.capitalize(), plain, ("means",)))


# The shapes of simulated patients' values.
SHAPES = {
    "normal": "normal within limits",
    "lognormal": "log-normal",
    "gamma": "gamma",
    "beta": "beta",
}


@dataclass(frozen=True)
class Structure:
    """How a patient's visits correlate: in a sentence, and in a table."""

    id: str
    words: str
    short: str


_STRUCTURES = (
    Structure("compound_symmetry", "all visits correlated alike", "alike for all visits"),
    Structure("ar1", "visits correlated less the further they are apart", "fading with time"),
)
STRUCTURES = {structure.id: structure.words for structure in _STRUCTURES}
SHORT_STRUCTURES = {structure.id: structure.short for structure in _STRUCTURES}


@dataclass(frozen=True)
class Effect:
    """What a test of repeated visits asks: its question, and what a table calls it."""

    id: str
    asks: str
    short: str


EFFECTS = {
    effect.id: effect
    for effect in (
        Effect("group", "do the arms differ", "arms"),
        Effect("interaction", "do they change differently", "arms by visits"),
    )
}


# The corrections of p for several visits.
CORRECTIONS = {"none": "as computed", "holm": "Holm", "bh": "Benjamini-Hochberg"}

# What the size of an effect is, in the table of tests.
EFFECT_SIZES = {
    "hedges_g": "Hedges g",
    "risk_difference": "risk difference",
    "odds_ratio": "odds ratio",
    "superiority": "superiority",
}


@dataclass(frozen=True)
class Scenario:
    """Who is counted, and with which values, when patients are left out or lost.

    Attributes:
        id: Its name in the tables.
        label: What the legend of a plot calls it.
        colour: Its colour there, with `mark`.
        words: What a sentence calls it; empty for the paper's own.
        population: What the axis `population` calls it; empty where it is no population.
        detail: How the table of sensitivity analyses begins its sentence on it; may be empty.
        defensible: Whether a claim's defensible set may name it.
    """

    id: str
    label: str
    mark: str
    colour: Colour
    words: str = ""
    population: str = ""
    detail: str = ""
    defensible: bool = False


SCENARIOS = {
    scenario.id: scenario
    for scenario in (
        Scenario(
            "as_printed",
            "as printed",
            "o",
            "black",
            population="as printed",
            detail="As printed",
            defensible=True,
        ),
        Scenario(
            "unchanged",
            "unchanged values",
            "s",
            "blue",
            "these patients left out at their values before treatment",
        ),
        Scenario(
            "at_control_mean",
            "at the control mean",
            "D",
            "green",
            "these patients left out at the control's mean",
        ),
        Scenario(
            "known_values",
            "known values",
            "X",
            "orange",
            "these patients left out at their known values",
        ),
        Scenario(
            "worst_feasible",
            "worst feasible",
            "v",
            "vermillion",
            "these patients left out at the worst feasible values",
        ),
        Scenario(
            "best_feasible",
            "best feasible",
            "^",
            "sky",
            "these patients left out at the best feasible values",
        ),
        Scenario("already_excluded", "put back", "P", "purple", "these patients put back"),
        Scenario(
            "removed_as_non_events",
            "without the event",
            "s",
            "blue",
            "these patients left out, without the event",
        ),
        Scenario(
            "removed_as_events",
            "with the event",
            "D",
            "green",
            "these patients left out, with the event",
        ),
        Scenario(
            "completers",
            "completers",
            "s",
            "blue",
            "the lost left out, without the event",
            "completers",
            "The lost patients left out as patients without the event",
            defensible=True,
        ),
        Scenario(
            "completers_event_lost",
            "completers, events lost",
            "D",
            "green",
            "the lost left out, with the event",
            "completers, the lost with the event",
            "The lost patients left out as patients with the event",
        ),
        Scenario(
            "unclassified_event",
            "no category: with the event",
            "X",
            "purple",
            "those in no printed category counted with the event",
            "patients in no printed category with the event",
            "The patients in no printed category counted with the event",
        ),
        Scenario(
            "unclassified_left_out",
            "no category: left out",
            "P",
            "sky",
            "those in no printed category left out",
            "patients in no printed category left out",
            "The patients in no printed category left out",
        ),
        Scenario(
            "worst_case",
            "worst case",
            "v",
            "vermillion",
            "the worst case",
            "worst case",
            "These patients counted so as to speak most against the claim",
        ),
        Scenario(
            "best_case",
            "best case",
            "^",
            "orange",
            "the best case",
            "best case",
            "These patients counted so as to speak most for the claim",
        ),
    )
}
