"""Tables of the report: `templates/table.html.j2` is the structure, the page's styles the looks."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from retrial.report.html import escape
from retrial.report.words import decimal_aligned

_PAGES = Environment(
    loader=PackageLoader("retrial.report", "templates"), undefined=StrictUndefined
)  # what a person typed is escaped by name: most cells are HTML already
_TABLE = _PAGES.get_template("table.html.j2")


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

    @property
    def side(self) -> str:
        """The side on which its cells stand."""
        return "right" if self.kind in ("number", "figure") else "left"


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

    `anchor` is the table's id in the page; `caption` names it for screen readers; `note` is ready
    HTML below it. A row's key `muted` greys it, and its key `anchor` is its id in the page.
    """
    if not rows:
        return ""
    columns = [c for c in columns if any(str(row.get(c.name, "")) != "" for row in rows)]
    cells = list(zip(*(_cells(rows, column) for column in columns), strict=True))
    groups: dict[str | None, list[dict]] = {}
    for row, shown in zip(rows, cells, strict=True):
        title = str(row.get(grouped_by, "")) if grouped_by else None
        about = {"muted": bool(row.get("muted")), "anchor": row.get("anchor", "")}
        groups.setdefault(title, []).append({"cells": shown, **about})
    spans = _spans(columns)
    return _TABLE.render(
        anchor=anchor,
        caption=caption,
        columns=columns,
        groups=groups.items(),
        headed=[c for c in columns if c.group] if spans else columns,
        kind=kind,
        note=note,
        spans=spans,
    )


def _cells(rows: list[dict], column: Column) -> list[str]:
    """Return a column's cells as HTML."""
    shown = [str(row.get(column.name, "")) for row in rows]
    if column.kind == "number":
        shown = decimal_aligned(shown)
    return [escape(cell) for cell in shown] if column.kind in ("text", "number") else shown


def _spans(columns: list[Column]) -> list[dict]:
    """Return the first line of a heading of two: joined columns, and single ones over both lines.

    Empty where no columns are joined.
    """
    if not any(column.group for column in columns):
        return []
    spans: list[dict] = []
    for column in columns:
        if column.group and spans and spans[-1]["label"] == column.group:
            spans[-1]["columns"].append(column)
        else:
            spans.append({"label": column.group, "columns": [column]})
    return spans
