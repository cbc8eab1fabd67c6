"""HTML elements of the report. Everything that comes from a table or a study folder is escaped."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from html import escape as _escape
from pathlib import Path

from retrial.report.words import missing, plain, text
from retrial.vocabulary import BASES, FINDINGS, VERDICTS

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")

# Shapes, so that a verdict is clear without its colour; drawn in the text's colour.
_CHECK = '<circle cx="8" cy="8" r="7"/><path class="cut" d="M4.6 8.3l2.3 2.4 4.5-5"/>'
_CROSS = (
    '<rect x="1.5" y="1.5" width="13" height="13" rx="1.5"/>'
    '<path class="cut" d="M5 5l6 6M11 5l-6 6"/>'
)
_HALF = '<path class="line" d="M8 1.2L14.8 8 8 14.8 1.2 8z"/><path d="M8 1.2V14.8L1.2 8z"/>'
_ALARM = '<path d="M8 1L15.4 14.5H.6z"/><path class="cut" d="M8 5.6v4.2M8 11.6v1.4"/>'
_DASHED = '<circle class="line" cx="8" cy="8" r="6.4" stroke-dasharray="2.6 2.2"/>'
_ICONS = {
    "check": _CHECK,
    "cross": _CROSS,
    "half": _HALF,
    "alarm": _ALARM,
    "dashed": _DASHED,
    "dot": '<path class="line" d="M8 1.2L14.8 8 8 14.8 1.2 8z"/><circle cx="8" cy="8" r="1.9"/>',
    "reversed": '<path d="M1 5.5h8V1.8L15.4 8 9 14.2v-3.7H1z" transform="rotate(180 8 8)"/>',
    "page": '<path class="line" d="M2.5 1.5h11v13h-11z"/>'
    '<path class="line" d="M5 5.2h6M5 8h6M5 10.8h4"/>',
    "arrow": '<path class="line" d="M1.5 8h11M8.8 3.6L13.4 8l-4.6 4.4"/>',
    "empty": '<rect class="line" x="2" y="2" width="12" height="12" rx="1"/>'
    '<path class="line" d="M5 8h6"/>',
}
_BADGES = {**FINDINGS, **VERDICTS}  # `inconsistent` is a finding; no verdict has its name


def escape(value: object) -> str:
    """Return text that is safe inside an element or an attribute; empty for a missing cell.

    An apostrophe between letters becomes a typographic one.
    """
    return _escape(typographic(text(value)), quote=True)


def typographic(words: str) -> str:
    """Return the words (or HTML) with typographic apostrophes between letters."""
    return _APOSTROPHE.sub("’", words)


def join(parts: Iterable[str]) -> str:
    """Return the parts that hold anything, one below the other."""
    return "\n".join(part for part in parts if part)


def paragraph(html: str, kind: str = "") -> str:
    """Return a paragraph of ready HTML; empty for none."""
    if not html:
        return ""
    return f'<p class="{kind}">{html}</p>' if kind else f"<p>{html}</p>"


def quotation(quote: object, source: object = None) -> str:
    """Return the paper's words with their place, inline."""
    if missing(quote):
        return f'<span class="source">{escape(source)}</span>'
    place = "" if missing(source) else f' <span class="source">{escape(source)}</span>'
    return f"<q>{escape(quote)}</q>{place}"


def bullets(items: Iterable[str], kind: str = "") -> str:
    """Return a list of ready HTML items; empty for none."""
    inner = "".join(f"<li>{item}</li>" for item in items)
    return f'<ul class="{kind}">{inner}</ul>' if inner else ""


def icon(verdict: str) -> str:
    """Return a verdict's shape; decoration, since its word is always beside it."""
    shape = _ICONS[_BADGES[verdict].icon]
    return (
        f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{shape}</svg>'
    )


def badge(verdict: object, says: str | None = None) -> str:
    """Return a verdict as word, shape and colour."""
    code = text(verdict, "not_testable")
    known = code if code in _BADGES else "not_testable"
    shown = says or (_BADGES[code].word if code in _BADGES else plain(code))
    title = f' title="{escape(VERDICTS[code].meaning)}"' if code in VERDICTS else ""
    size = " long" if len(shown) > 16 else ""
    return f'<span class="badge {known}{size}"{title}>{icon(known)}{escape(shown)}</span>'


def basis_mark(basis: object) -> str:
    """Return what a claim's comparison is to the paper, as a mark beside its verdict."""
    code = text(basis, "none")
    if code not in BASES:
        return ""
    basis = BASES[code]
    return f'<span class="basis" title="{escape(basis.meaning)}">{escape(basis.word)}</span>'


def fold(summary: str, inner: str, *, printed: bool = False) -> str:
    """Return content that opens on demand; `summary` is ready HTML. Empty for no content.

    On paper it stays closed, unless `printed`.
    """
    if not inner:
        return ""
    kind = ' class="printed"' if printed else ""
    return f"<details{kind}><summary>{summary}</summary>\n{inner}\n</details>"


def heading(title: str, level: int, anchor: str | None = None) -> str:
    """Return a heading."""
    mark = f' id="{escape(anchor)}"' if anchor else ""
    return f"<h{level}{mark}>{escape(title)}</h{level}>"


def figure(image: Path, alt: str, caption: str = "") -> str:
    """Return an image with its alt text, inside the page; `caption` is ready HTML."""
    kind = {".svg": "image/svg+xml", ".png": "image/png"}[image.suffix]
    data = base64.b64encode(image.read_bytes()).decode("ascii")
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return (
        f'<figure><div class="canvas" tabindex="0" role="group" aria-label="{escape(alt)}">'
        f'<img src="data:{kind};base64,{data}" alt="{escape(alt)}"></div>{below}</figure>'
    )
