"""Facts of a trial's design that are no outcome: dates, targets, normal ranges, schedules.

They are the block `design` of `study.yaml`. No test uses them; the report shows them with their
place and quote, so that a reader can check what the analyses assume against what the paper states.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from retrial.study.block import Identifier, Label, Line, Sourced, Unit


class Fact(Sourced):
    """One fact: a number (`value`), a range (`low`, `high` or one of them), or words (`text`)."""

    id: Identifier
    label: Label
    value: float | None = None
    low: float | None = Field(default=None, description="The lower end of a printed range")
    high: float | None = Field(default=None, description="The upper end of a printed range")
    text: Line | None = Field(default=None, description="What is no number: a date, a method")
    unit: Unit = ""

    @model_validator(mode="after")
    def _one_content(self) -> Fact:
        range_given = self.low is not None or self.high is not None
        if (self.value is not None) + range_given + (self.text is not None) != 1:
            raise ValueError("one of these: value; low and high, or one of the two; text")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low ({self.low:g}) must not be above high ({self.high:g})")
        if self.text is not None and self.unit:
            raise ValueError("text takes no unit")
        return self

    @property
    def printed(self) -> str:
        """Return the content as a reader expects it: `70–110 mg/dL`, `≤ 140 mg/dL`, `2009-11`."""
        if self.text is not None:
            return self.text
        if self.value is not None:
            content = f"{self.value:g}"
        elif self.low is None:
            content = f"≤ {self.high:g}"
        elif self.high is None:
            content = f"≥ {self.low:g}"
        else:
            content = f"{self.low:g}–{self.high:g}"
        return f"{content} {self.unit}".strip()
