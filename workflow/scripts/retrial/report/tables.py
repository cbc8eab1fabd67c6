"""Tables of the report: great_tables for the structure, the page's style sheet for the looks."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd
from great_tables import GT

from retrial.report.html import escape
from retrial.report.words import decimal_aligned

_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_HEADING = re.compile(r">([cs][0-9]+)<")
_GROUP = re.compile(r">(g[0-9]+)</th>")
_BODY = '<tbody class="gt_table_body">'
_FRAME = re.compile(r"<table\b.*</table>", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """One column: its heading and how its cells stand.

    `kind` is `text` (escaped), `html` (ready HTML), `number` (text, decimal points aligned) or
    `figure` (ready HTML, right-aligned).
    `group` joins neighbouring columns below one heading.
    """

    name: str
    label: str
    kind: str = "text"
    group: str = ""


def render_table(
    rows: list[dict],
    columns: list[Column],
    *,
    anchor: str,
    caption: str,
    grouped_by: str | None = None,
    note: str = "",
    kind: str = "",
) -> str:
    """Return an HTML table in a box that scrolls by itself; empty without rows.

    `anchor` makes the ids of the table's cells unique in the page; `caption` names it for screen
    readers; `note` is ready HTML below it; a row's key `muted` greys it.
    """
    if not rows:
        return ""
    columns = [c for c in columns if any(str(row.get(c.name, "")) != "" for row in rows)]
    frame = pd.DataFrame({c.name: [str(row.get(c.name, "")) for row in rows] for c in columns})
    for column in columns:
        if column.kind == "number":
            frame[column.name] = decimal_aligned(list(frame[column.name]))
        if column.kind in ("text", "number"):
            frame[column.name] = frame[column.name].map(escape)
    # Columns and groups get neutral names, because great_tables makes ids of them; their headings
    # are filled in afterwards, because it takes units out of a heading: `{{x}}` would be lost.
    codes = {c.name: f"c{place}" for place, c in enumerate(columns, start=1)}
    frame = frame.rename(columns=codes)
    titles: list[str] = []
    if grouped_by:
        given = [str(row.get(grouped_by, "")) for row in rows]
        titles = list(dict.fromkeys(given))
        frame["group"] = [f"g{titles.index(title)}" for title in given]
        order = sorted(range(len(rows)), key=lambda place: titles.index(given[place]))
        frame, rows = frame.iloc[order].reset_index(drop=True), [rows[place] for place in order]
    built = GT(frame, id=anchor, groupname_col="group" if grouped_by else None)
    built = built.fmt_passthrough(columns=list(codes.values()), escape=False)
    headings = {codes[c.name]: c.label for c in columns}
    for place, label in enumerate(dict.fromkeys(c.group for c in columns if c.group)):
        headings[f"s{place}"] = label
        inside = [codes[c.name] for c in columns if c.group == label]
        built = built.tab_spanner(label=f"s{place}", columns=inside, id=f"s-{inside[0]}")
    right = [codes[c.name] for c in columns if c.kind in ("number", "figure")]
    left = [codes[c.name] for c in columns if c.kind in ("text", "html")]
    if right:
        built = built.cols_align("right", columns=right)
    if left:
        built = built.cols_align("left", columns=left)
    table = _FRAME.search(_STYLE.sub("", built.as_raw_html())).group(0)
    groups = {f"g{place}": title for place, title in enumerate(titles)}
    head, body = table.split(_BODY)
    head = _HEADING.sub(lambda found: f">{escape(headings[found[1]])}<", head)
    body = _GROUP.sub(lambda found: f">{escape(groups[found[1]])}</th>", body)
    table = _marked(head + _BODY + body, [bool(row.get("muted")) for row in rows], columns)
    table = re.sub(r' data-quarto-[a-z-]+="[a-z]+"', "", table)
    table = table.replace(">", f'><caption class="sr">{escape(caption)}</caption>', 1)
    below = f'<p class="note">{note}</p>' if note else ""
    return (
        f'<div class="table {kind}"><div class="scroll" tabindex="0" role="region" '
        f'aria-label="{escape(caption)}">{table}</div>{below}</div>'
    )


def _marked(table: str, flags: list[bool], columns: list[Column]) -> str:
    """Grey the body rows that are flagged; tell each cell its heading, for narrow screens."""
    head, body = table.split(_BODY)
    pieces = body.split("  <tr>\n")
    marked = [pieces[0]]
    for flag, piece in zip(flags, pieces[1:], strict=True):
        cells = piece.split("<td ")
        for place, column in enumerate(columns, start=1):
            cells[place] = f'data-label="{escape(column.label)}" {cells[place]}'
        piece = "<td ".join(cells)
        marked.append(('  <tr class="muted">\n' if flag else "  <tr>\n") + piece)
    return head + _BODY + "".join(marked)
