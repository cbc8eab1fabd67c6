"""The page that the report's notebook fills: which sections, in which order, under which title."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from IPython.display import display

from retrial.report.html import escape, heading, join, paragraph, typographic
from retrial.report.load import Results

SECTIONS = {
    "verdicts": "What was found",
    "printed": "What the paper prints",
    "digitized": "Read off the figures",
    "truth": "Digitized against truth",
    "impossible": "Inconsistencies in the reported numbers",
    "retests": "The tests, run again",
    "sensitivity": "Sensitivity analyses",
    "required": "Not testable yet, and the conditions required",
    "multiverse": "Every defensible analysis",
    "meta": "What a meta-analysis would take",
    "risk_of_bias": "Risk of bias: what is stated",
    "limits": "Limits of this report",
    "methods": "Methods and sources",
    "provenance": "Provenance",
}

Part = Callable[[Results], str]


class UnknownSectionError(ValueError):
    """A section was asked for that the report does not have."""


def chosen_sections(sections: list[str] | None) -> tuple[str, ...]:
    """Return the sections asked for, all of them for None; UnknownSectionError for any other."""
    if sections is None:
        return tuple(SECTIONS)
    for name in sections:
        if name not in SECTIONS:
            near = difflib.get_close_matches(name, SECTIONS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise UnknownSectionError(
                f"The report has no section {name!r}; it has {', '.join(SECTIONS)}.{hint}"
            )
    return tuple(name for name in SECTIONS if name in sections)


def anchor_of(section: str) -> str:
    """Return the id that a section has in the page."""
    return section.replace("_", "-")


class Page:
    """Shows the sections that were asked for, each as one output of the notebook."""

    def __init__(self, results: Results, sections: list[str] | None = None, title: str = ""):
        self.results = results
        self.sections = chosen_sections(sections)
        self.title = title or results.study.title

    def opening(self) -> None:
        """Show the banner of a study that is no published paper, the title and the citation."""
        study = self.results.study
        kind, warning = _kind(self.results)
        doi = escape(study.doi)
        link = f' <a href="https://doi.org/{doi}" rel="noreferrer">doi:{doi}</a>' if doi else ""
        html = join(
            [
                paragraph(warning, "banner") if warning else "",
                '<header class="title">',
                paragraph(f"Statistical re-run of {kind}", "kicker"),
                heading(self.title, 1),
                paragraph(f"{escape(study.citation.strip())}{link}", "citation"),
                paragraph(escape(study.about.strip()), "about"),
                "</header>",
            ]
        )
        _emit(html, {"title": self.title, "simulated": study.simulated})

    def show(self, section: str, *parts: Part) -> None:
        """Show a section made of these parts, if it was asked for and any part has something."""
        if section not in SECTIONS:
            chosen_sections([section])
        if section not in self.sections:
            return
        body = join(part(self.results) for part in parts)
        if not body:
            return
        anchor, title = anchor_of(section), SECTIONS[section]
        html = (
            f'<section id="{anchor}" aria-labelledby="{anchor}-title">\n'
            f"{heading(title, 2, f'{anchor}-title')}\n{body}\n</section>"
        )
        _emit(html, {"section": anchor, "heading": title})


def _kind(results: Results) -> tuple[str, str]:
    """Return what the page is a re-run of, and what a reader must know first; empty for a paper."""
    if results.study.simulated:
        return "a simulated trial", (
            "<strong>Simulated study.</strong> No patient was ever in it: its numbers were made up "
            "to try the method."
        )
    if len(results.truth):
        return "known data", (
            "<strong>Real data, our drawing.</strong> The patients are real, but no paper is "
            "judged here: the table and the figure are our own, made from the patients' rows to "
            "show how much of the truth comes back through them."
        )
    return "a published trial", ""


def _emit(html: str, about: dict) -> None:
    html = typographic(html)
    display({"text/html": html}, raw=True, metadata={"retrial": about})
