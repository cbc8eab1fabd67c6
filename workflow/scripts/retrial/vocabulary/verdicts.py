"""What is said of a claim, of a check and of a printed p: verdicts, bases, agreements, each once.

Their order here is the order in which the report lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from retrial.vocabulary.choices import Colour

# `retrial.report.html` draws the icon, and style.css has a colour for each verdict.
Icon = Literal[
    "check",
    "cross",
    "half",
    "dot",
    "reversed",
    "alarm",
    "page",
    "dashed",
    "arrow",
    "empty",
]


@dataclass(frozen=True)
class Verdict:
    """A verdict on a claim.

    Attributes:
        id: Its name in claims.csv.
        word: What its badge says.
        meaning: What that means, for the legend.
        counted: How a sentence goes on after one claim, and after several.
        foremost: Its place among the key findings: what the paper's numbers settle comes first.
        icon: Its shape in the badge.
        mark: Its shape in a plot, in `colour`, `filled` or not.
        words: What it is called in the sentence on a sales claim; only of the trial's claims.
        of_sales: `counted` of sales claims, where it differs.
        was: Its names in earlier versions, which histories of claims still use.
    """

    id: str
    word: str
    meaning: str
    counted: tuple[str, str]
    foremost: int
    icon: Icon
    mark: str
    colour: Colour
    filled: bool = True
    words: str = ""
    of_sales: tuple[str, str] | None = None
    was: tuple[str, ...] = ()


VERDICTS = {
    verdict.id: verdict
    for verdict in (
        Verdict(
            id="confirmed",
            word="Confirmed",
            meaning=(
                "every defensible analysis of the printed numbers agrees with what the paper "
                "claims; for a claim of no difference that means: not significant, as claimed "
                "(equality is not shown)"
            ),
            counted=("is confirmed", "are confirmed"),
            foremost=5,
            icon="check",
            mark="o",
            colour="green",
            words="confirmed",
            was=("reproduced",),
        ),
        Verdict(
            id="shown",
            word="Shown",
            meaning=(
                "the authors compared nothing; every defensible analysis of their numbers points "
                "this way"
            ),
            counted=("is shown by a comparison of ours", "are shown by a comparison of ours"),
            foremost=6,
            icon="check",
            mark="p",
            colour="green",
            words="shown by our comparison",
            was=("reproduced",),
        ),
        Verdict(
            id="depends",
            word="Depends",
            meaning="defensible analyses differ; the choice that decides is named",
            counted=("depends on an analysis choice", "depend on an analysis choice"),
            foremost=7,
            icon="half",
            mark="D",
            colour="orange",
            words="depends on the analysis",
            was=("fragile",),
        ),
        Verdict(
            id="conditional",
            word="Conditional",
            meaning="a needed number is not printed; it holds only if that number is as said here",
            counted=("holds only under a condition", "hold only under a condition"),
            foremost=8,
            icon="dot",
            mark="D",
            colour="blue",
            filled=False,
            words="holds only under a condition",
        ),
        Verdict(
            id="not_confirmed",
            word="Not confirmed",
            meaning="no defensible analysis of the printed numbers agrees with the claim",
            counted=("is not confirmed", "are not confirmed"),
            foremost=3,
            icon="cross",
            mark="s",
            colour="vermillion",
            words="not confirmed",
            was=("not_reproduced",),
        ),
        Verdict(
            id="not_shown",
            word="Not shown",
            meaning=(
                "our comparison of the paper's numbers does not show it; of a sales claim: what "
                "it needs of the trial does not hold"
            ),
            counted=(
                "is not shown by a comparison of ours",
                "are not shown by a comparison of ours",
            ),
            of_sales=(
                "needs something of the trial that does not hold",
                "need something of the trial that does not hold",
            ),
            foremost=4,
            icon="cross",
            mark="s",
            colour="vermillion",
            filled=False,
            words="not shown by our comparison",
            was=("not_reproduced",),
        ),
        Verdict(
            id="opposite",
            word="Opposite",
            meaning="every defensible analysis of the paper's numbers points the other way",
            counted=(
                "goes the other way in our comparison",
                "go the other way in our comparison",
            ),
            foremost=2,
            icon="reversed",
            mark="v",
            colour="purple",
            words="our comparison shows the opposite",
        ),
        Verdict(
            id="contradicted",
            word="Contradicted",
            meaning="the paper's own numbers, or the outside evidence named, exclude it",
            counted=("is contradicted", "are contradicted"),
            foremost=1,
            icon="alarm",
            mark="^",
            colour="purple",
            words="contradicted",
            was=("inconsistent",),
        ),
        Verdict(
            id="as_printed",
            word="As printed",
            meaning="the sentence repeats what is printed; nothing printed can check it",
            counted=(
                "repeats what is printed and cannot be checked",
                "repeat what is printed and cannot be checked",
            ),
            foremost=9,
            icon="page",
            mark="*",
            colour="grey",
            words="as printed, cannot be checked",
        ),
        Verdict(
            id="not_testable",
            word="Not testable",
            meaning="the required numbers are not reported",
            counted=(
                "cannot be tested from what is printed",
                "cannot be tested from what is printed",
            ),
            of_sales=(
                "needs something of the trial that cannot be tested",
                "need something of the trial that cannot be tested",
            ),
            foremost=10,
            icon="dashed",
            mark="o",
            colour="grey",
            filled=False,
            words="not testable",
        ),
        Verdict(
            id="indirect",
            word="Indirect",
            meaning=(
                "a sales claim: what it needs holds in the arithmetic of this one trial, which "
                "points this way and proves nothing of what is sold"
            ),
            counted=(
                "is only indirectly supported (the arithmetic of this trial points this way)",
                "are only indirectly supported (the arithmetic of this trial points this way)",
            ),
            foremost=11,
            icon="arrow",
            mark=">",
            colour="blue",
            filled=False,
        ),
        Verdict(
            id="no_evidence",
            word="No evidence",
            meaning="a sales claim that no claim of the trial bears on",
            counted=(
                "has no claim of the trial behind it",
                "have no claim of the trial behind them",
            ),
            foremost=12,
            icon="empty",
            mark="h",
            colour="grey",
            filled=False,
            was=("unsupported",),
        ),
    )
}


@dataclass(frozen=True)
class Basis:
    """What a claim's comparison is to the paper; `chosen`: claims.yaml may name it."""

    id: str
    word: str
    meaning: str
    chosen: bool = False


BASES = {
    basis.id: basis
    for basis in (
        Basis(
            "recomputed", "Recomputed", "the paper's own comparison, run again on its numbers", True
        ),
        Basis(
            "our_comparison",
            "Our comparison",
            "the paper prints the numbers and compares nothing; we did",
            True,
        ),
        Basis(
            "proxy",
            "Proxy",
            "another outcome or test is used in place of the one that the claim is about",
            True,
        ),
        Basis(
            "restated", "Restated", "the sentence repeats a count; there is nothing to run again"
        ),
        Basis(
            "bounds",
            "Bounds",
            "no test is run; limits decide: what the numbers can be, or outside evidence",
        ),
        Basis("none", "Nothing to run", "no number is printed that could decide"),
    )
}


@dataclass(frozen=True)
class Finding:
    """The verdict of a check on a printed number: its word, and its shape in the badge."""

    id: str
    word: str
    icon: Icon


FINDINGS = {
    finding.id: finding
    for finding in (
        Finding("impossible", "Impossible", "cross"),
        Finding("inconsistent", "Inconsistent", "alarm"),
        Finding("implausible", "Implausible", "half"),
        Finding("pass", "Pass", "check"),
        Finding("not_applicable", "Not applicable", "dashed"),
    )
}


@dataclass(frozen=True)
class Agreement:
    """How a test's p stands to the printed one.

    `counted` is how a sentence goes on after one test and after several; none where nothing agrees
    or differs.
    """

    id: str
    words: str
    counted: tuple[str, str] | None = None


AGREEMENTS = {
    agreement.id: agreement
    for agreement in (
        Agreement("consistent", "agrees", ("agrees with it", "agree with it")),
        Agreement("inconsistent", "differs", ("differs from it", "differ from it")),
        Agreement(
            "decision_error",
            "decides otherwise",
            ("leads to the other decision", "lead to the other decision"),
        ),
        Agreement("not_published", "no p printed"),
        Agreement("not_rerunnable", "own analysis cannot be re-run"),
    )
}
