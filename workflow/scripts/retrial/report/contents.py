"""The sections of the report, in their order: the one place to add one.

A section is a function here. Its name is the section's id, `section` gives the title, and it
returns the parts: functions that take the results and return HTML, empty for nothing. A section
whose parts are all empty is not shown.

The modules of the parts are imported where a section is filled, not above: who asks only which
sections there are (the configuration, in every job) need not load tables and plots for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrial.report.load import Results

Part = Callable[["Results"], str]
Parts = Callable[[], tuple[Part, ...]]


@dataclass(frozen=True)
class Section:
    """One section: its id in the configuration and the page, its title, and its parts."""

    id: str
    title: str
    parts: Parts


SECTIONS: dict[str, Section] = {}


def section(title: str) -> Callable[[Parts], Parts]:
    """Put the section that a function fills at the end of the report, under a title."""

    def add(parts: Parts) -> Parts:
        SECTIONS[parts.__name__] = Section(parts.__name__, title, parts)
        return parts

    return add


@section("What was found")
def verdicts() -> tuple[Part, ...]:
    """The printed p-values first, then the key findings and every claim."""
    from retrial.report.sections import findings, printed_p, verdicts

    return (
        printed_p.foremost,
        findings.opening,
        verdicts.legend,
        verdicts.trial_claims,
        verdicts.in_full,
        verdicts.sales_claims,
    )


@section("What the paper prints")
def printed() -> tuple[Part, ...]:
    """Every number, and where it stands."""
    from retrial.report.sections import measured, printed, printed_p

    return (
        printed.introduction,
        printed.means,
        printed.counts,
        printed.contradictions,
        measured.announced,
        printed_p.table,
        printed.unused,
        printed.quotes,
        measured.design,
    )


@section("Read off the figures")
def digitized() -> tuple[Part, ...]:
    """What was digitized, and how far it is off."""
    from retrial.report.sections import digitized

    return digitized.introduction, digitized.figures


@section("Digitized against truth")
def truth() -> tuple[Part, ...]:
    """Of a study whose truth is known, what comes back of it."""
    from retrial.report.sections import truth

    return truth.introduction, truth.picture_of, truth.numbers


@section("Inconsistencies in the reported numbers")
def impossible() -> tuple[Part, ...]:
    """What no data can have."""
    from retrial.report.sections import impossible, readings

    return (
        readings.labels_first,
        impossible.introduction,
        impossible.bounds_plot,
        impossible.findings,
        impossible.skew,
        impossible.passes,
    )


@section("The tests, run again")
def retests() -> tuple[Part, ...]:
    """The paper's tests and their alternatives, by what they compare."""
    from retrial.report.sections import all_tests, repeated, retests

    return (
        retests.introduction,
        retests.means,
        retests.counts,
        retests.ordered,
        retests.changes,
        repeated.visits,
        repeated.ranks,
        retests.no_events,
        all_tests.every_test,
    )


@section("Sensitivity analyses")
def sensitivity() -> tuple[Part, ...]:
    """How far an answer depends on what is not reported."""
    from retrial.report.sections import sensitivity

    return sensitivity.introduction, sensitivity.analyses


@section("Not testable yet, and the conditions required")
def required() -> tuple[Part, ...]:
    """What must be true for a claim whose numbers are not printed."""
    from retrial.report.sections import required

    return required.pending, required.must_be_true


@section("Every defensible analysis")
def multiverse() -> tuple[Part, ...]:
    """The specifications of each claim, and the choice that decides."""
    from retrial.report.sections import multiverse

    return multiverse.introduction, multiverse.claims


@section("What a meta-analysis would take")
def meta() -> tuple[Part, ...]:
    """The effects under each reading."""
    from retrial.report.sections import meta

    return meta.introduction, meta.effects


@section("Risk of bias: what is stated")
def risk_of_bias() -> tuple[Part, ...]:
    """What the paper states, by domain."""
    from retrial.report.sections import context

    return (context.risk_of_bias,)


@section("Limits of this report")
def limits() -> tuple[Part, ...]:
    """What this report cannot know."""
    from retrial.report.sections import context

    return (context.limits,)


@section("Methods and sources")
def methods() -> tuple[Part, ...]:
    """What was done, and whose it is."""
    from retrial.report.sections import context

    return (context.methods,)


@section("Provenance")
def provenance() -> tuple[Part, ...]:
    """What went in."""
    from retrial.report.sections import context

    return (context.provenance,)
