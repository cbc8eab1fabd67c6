"""A claim of `claims.yaml`: the sentence, its formal content, and the analyses that decide it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from retrial import plainyaml
from retrial.study.block import Block, Identifier, Line, Sourced, Text
from retrial.study.models import Reading
from retrial.study.outcomes import Level
from retrial.vocabulary import BASES, CORRECTIONS, EFFECTS, METHODS, SCENARIOS
from retrial.vocabulary.methods import COUNTS_METHODS, MEANS_METHODS, ORDERED_METHODS

# What may be named, by what is compared; `retrial.vocabulary` declares each.
MeansMethod = Literal[MEANS_METHODS]
CountsMethod = Literal[COUNTS_METHODS]
OrderedMethod = Literal[ORDERED_METHODS]
Method = Literal[tuple(METHODS)]
Expectation = Literal["lower", "higher", "different", "no_difference"]
# What a claim's comparison is to the paper; the other forms have a basis of their own.
ComparisonBasis = Literal[tuple(basis.id for basis in BASES.values() if basis.chosen)]
Population = Literal[tuple(one.id for one in SCENARIOS.values() if one.defensible)]


class Target(Block):
    """What a claim compares: an outcome (with its categories, if counted) at some visits."""

    outcome: Identifier
    categories: list[Identifier] = []
    ordered: bool = Field(
        default=False, description="All categories in the order that the outcome declares"
    )
    visits: list[float] = Field(min_length=1)

    @property
    def counted(self) -> bool:
        """Whether patients are counted, not measured."""
        return self.ordered or bool(self.categories)

    @model_validator(mode="after")
    def _one_kind(self) -> Target:
        if self.ordered and self.categories:
            raise ValueError("'ordered: true' takes all categories: write no 'categories' with it")
        return self


class PaperAnalysis(Block):
    """The paper's own analysis of a claim, as near as it can be re-run from what is printed."""

    method: Method | Literal["not_stated"]
    not_rerunnable: Literal["covariates", "patient_data", "other"] | None = Field(
        default=None, description="Why the paper's own analysis cannot be re-run; say it in a note"
    )
    note: Text | None = None

    @model_validator(mode="after")
    def _said_why(self) -> PaperAnalysis:
        if self.not_rerunnable and not self.note:
            raise ValueError("an analysis that cannot be re-run needs a note that says what it was")
        return self


class DefensibleSet(Block):
    """The specifications that a reasonable statistician could have chosen."""

    readings: list[Reading | Literal["as_labelled"]] = Field(
        default=["as_labelled"],
        description="as_labelled: each number by its printed label. Another one counts only where "
        "the audit gives a reason to doubt the label",
    )
    means_methods: list[MeansMethod] = []
    counts_methods: list[CountsMethod] = []
    ordered_methods: list[OrderedMethod] = Field(
        default=[], description="For targets with `ordered: true`"
    )
    rho: list[float] = Field(
        default=[], description="Correlations to run; the verdict is over the interval they span"
    )
    rho_source: str | None = Field(
        default=None,
        min_length=3,
        max_length=400,
        description="Where the interval of rho comes from",
    )
    populations: list[Population] = ["as_printed"]
    effects: list[Literal[tuple(EFFECTS)]] = Field(
        default=["group"], description="Of a repeated-measures ANOVA, those that test the claim"
    )
    multiplicity: list[Literal[tuple(CORRECTIONS)]] = Field(
        default=["none"], description="Corrections for several visits"
    )

    @model_validator(mode="after")
    def _correlations(self) -> DefensibleSet:
        if any(not -1 < r < 1 for r in self.rho):
            raise ValueError("every rho must lie strictly between -1 and 1")
        if self.rho and not self.rho_source:
            raise ValueError("a rho_source beside rho: where the interval that it spans comes from")
        return self


COMPARING = ("difference", "change", "attribution")


class Revision(Block):
    """A dated change of a claim or of its defensible set, and what it did to the verdict."""

    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="Year-month-day, in quotes")
    what: str = Field(min_length=3, max_length=400, description="What changed")
    why: str = Field(min_length=3, max_length=400, description="Why")
    verdict_before: Identifier | None = Field(
        default=None, description="The verdict before, in the words of its time; none: no claim yet"
    )
    verdict_after: Identifier | None = Field(
        default=None, description="The verdict after, in the words of its time; none: not run yet"
    )


class Claim(Sourced):
    """A sentence under test and its formal content.

    `form` says what would have to hold: `difference` between the arms, `change` within one arm,
    `no_events`, `attribution` (a difference that outside evidence must not explain),
    `error_label` (what the error terms are), `printed` (rows that must be possible), `evidence` (a
    limit that outside evidence must not exceed), `stated` (nothing is printed that could be tested)
    or `sales` (needs trial claims).
    """

    id: Identifier
    kind: Literal["trial", "sales"]
    level: Level = "other"
    statement: Line
    published_p: str = Field(default="", max_length=80)
    headline: bool = Field(default=False, description="Told first in the report")
    basis: ComparisonBasis | None = Field(
        default=None,
        description=(
            "Of a comparison: recomputed (the paper's own, the default), our_comparison (the paper "
            "prints the numbers and compares nothing) or proxy (another outcome or test is used in "
            "its place)"
        ),
    )
    form: Literal[
        "difference",
        "change",
        "no_events",
        "attribution",
        "error_label",
        "printed",
        "evidence",
        "stated",
        "sales",
    ]
    expect: Expectation | None = None
    targets: list[Target] = []
    combine: Literal["all", "any"] | None = Field(
        default=None, description="Of several targets or visits: must all agree, or is any enough?"
    )
    arm: Identifier | None = Field(default=None, description="For `change` and `no_events`")
    from_visit: float | None = Field(default=None, description="For `change`")
    acceptable_rate: float | None = Field(default=None, gt=0, lt=1)
    label: Reading | None = Field(default=None, description="For `error_label`")
    rows: list[Identifier] = Field(default=[], description="For `printed`")
    evidence: list[Identifier] = Field(default=[], description="For `evidence`")
    at_most: float | None = Field(
        default=None, description="For `evidence`: the limit, in the unit of the rows"
    )
    needs_all: list[Identifier] = Field(
        default=[], description="For `sales`: trial claims that must all hold"
    )
    needs_any: list[Identifier] = Field(
        default=[], description="For `sales`: trial claims of which one must hold"
    )
    contradicted_by: list[Identifier] = Field(
        default=[], description="For `sales`: trial claims that exclude it if they hold"
    )
    paper_analysis: PaperAnalysis | None = None
    defensible: DefensibleSet | None = None
    note: Text | None = None
    history: list[Revision] = Field(
        default=[], description="Changes made after the workflow first ran, in order"
    )

    @property
    def joined(self) -> Literal["all", "any"]:
        """Return how several targets and visits are combined."""
        return self.combine or "all"

    @model_validator(mode="after")
    def _form_is_complete(self) -> Claim:
        needs = {
            "difference": ("expect", "targets", "paper_analysis", "defensible"),
            "attribution": ("expect", "targets", "paper_analysis", "defensible"),
            "change": ("expect", "targets", "arm", "from_visit", "paper_analysis", "defensible"),
            "no_events": ("targets", "arm"),
            "error_label": ("label",),
            "printed": ("rows",),
            "evidence": ("evidence", "at_most"),
            "stated": ("note",),
            "sales": (),
        }[self.form]
        missing = [key for key in needs if getattr(self, key) in (None, [])]
        if missing:
            raise ValueError(f"a claim of form '{self.form}' needs {', '.join(missing)}")
        if (self.kind == "sales") != (self.form == "sales"):
            raise ValueError("a sales claim has form 'sales', and no trial claim has")
        compares = self.form in COMPARING
        if self.basis is not None and not compares:
            raise ValueError(f"a claim of form '{self.form}' takes no basis: it compares nothing")
        if self.basis == "proxy" and not self.note:
            raise ValueError("a claim with basis 'proxy' needs a note: what stands in for what")
        if compares and len(self.targets) > 1 and self.combine is None:
            raise ValueError(
                "a claim of several targets needs combine: all (every one must agree) or any (one "
                "is enough)"
            )
        if self.combine is not None and not compares:
            raise ValueError(f"a claim of form '{self.form}' takes no combine")
        dates = [revision.date for revision in self.history]
        if dates != sorted(dates):
            raise ValueError("the history must be in the order of its dates")
        return self


class Claims(Block):
    """`claims.yaml`."""

    claims: list[Claim] = Field(min_length=1)


def load_claims(path: Path | str) -> list[Claim]:
    """Return the claims of a validated `claims.yaml`, in the file's order."""
    return Claims.model_validate(plainyaml.load(path)).claims
