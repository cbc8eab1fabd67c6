"""The block `natural_remission` of `study.yaml`: remission without treatment, and what it explains.

A disease may remit by itself for a time after diagnosis. Such a period can pass for an effect of
the treatment, so the block says how long it lasts, when patients entered, which counted events it
could bring about, and what exactly these count (see `retrial.study.estimand`).
"""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, model_validator

from retrial.study.block import Block, Identifier, Label, Line, Pair, Sourced

Clock = Literal["entry", "diagnosis"]
Occurrence = Literal["point", "cumulative"]
CLOCKS, OCCURRENCES = get_args(Clock), get_args(Occurrence)


class OtherDefinition(Block):
    """Another definition, by its word in the evidence, and why it counts more or fewer."""

    event: Identifier
    because: Line


class Selection(Block):
    """Who was included, or how patients were managed, and how that changes the number of events."""

    id: Identifier = Field(description="Its word in the column `selection` of the evidence")
    describes: Line
    effect: Literal["more", "fewer", "unknown"] = Field(description="Events, against others")
    because: Line


class RemissionEvent(Block):
    """An event that natural remission could bring about, in the words of the evidence table.

    Its categories are added up.
    """

    outcome: Identifier
    categories: list[Identifier] = Field(min_length=1)
    clock: Clock
    occurrence: Occurrence
    event: Identifier = Field(description="Its definition, a word of the evidence's column `event`")
    selection: list[Identifier] = Field(
        description="Ids of `selections`; [] where all were included"
    )
    wider: list[OtherDefinition] = Field(default=[], description="Definitions that count more")
    narrower: list[OtherDefinition] = Field(default=[], description="Definitions that count fewer")
    comparable: list[Identifier] = Field(
        description="The nearest evidence rows; the others are shown, not judged by"
    )


class NaturalRemission(Sourced):
    """Natural remission: its window, and the events that it could bring about."""

    called: Label | None = Field(default=None, description="What the paper calls it")
    window_months: float = Field(gt=0, description="The paper's window, from diagnosis")
    other_windows_months: list[float] = Field(default=[], description="Others to try")
    duration_at_entry_months: Pair
    run_in_months: float = Field(
        default=0, ge=0, description="From entry to the start of treatment, when visits begin"
    )
    selections: list[Selection] = Field(default=[], description="Of the evidence too")
    events: list[RemissionEvent] = Field(min_length=1)
    visit: float = Field(ge=0)

    @property
    def months_at_treatment(self) -> tuple[float, float]:
        """Return the least and greatest number of months since diagnosis at visit 0."""
        low, high = self.duration_at_entry_months
        return low + self.run_in_months, high + self.run_in_months

    def months_at(self, visit: float, clock: str) -> tuple[float, float]:
        """Return the least and greatest number of months at a visit, on a clock of the evidence."""
        if clock == "entry":
            return visit, visit
        low, high = self.months_at_treatment
        return visit + low, visit + high

    @model_validator(mode="after")
    def _clock_fits(self) -> NaturalRemission:
        if self.months_at_treatment != (0, 0) and any(e.clock != "entry" for e in self.events):
            raise ValueError(
                "the clock of an event is 'entry': visits count from the start of treatment, and "
                "that is not the time of diagnosis"
            )
        return self

    @model_validator(mode="after")
    def _selections_known(self) -> NaturalRemission:
        known = {one.id for one in self.selections}
        unknown = [name for e in self.events for name in e.selection if name not in known]
        if unknown:
            raise ValueError(f"the selection '{unknown[0]}' of an event is not in 'selections'")
        return self
