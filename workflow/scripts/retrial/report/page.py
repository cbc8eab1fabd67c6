"""The page that the report's notebook fills with the sections that were asked for."""

from __future__ import annotations

import difflib

from IPython.display import display

from retrial.report.contents import SECTIONS
from retrial.report.html import escape, heading, join, paragraph, typographic
from retrial.report.load import Results


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

    def show(self, section: str) -> None:
        """Show a section, if any part of it has something to say."""
        body = join(part(self.results) for part in SECTIONS[section].parts())
        if not body:
            return
        anchor, title = anchor_of(section), SECTIONS[section].title
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
