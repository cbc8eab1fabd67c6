"""The data dictionary, `resources/tables.md`: every table of a run, column by column.

`retrial schema` writes it anew, and the list of files in the README.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from retrial.files import write_text
from retrial.registry import TABLES, Table

TYPES_IN_WORDS = {
    "text": "text",
    "flag": "True, False",
    "whole": "whole number",
    "number": "number",
    "p": "p-value",
}
WHERE = {
    "always": "results/<study>/",
    "truth": "results/<study>/, of a study that knows the truth",
    "request": "results/<study>/, after make check",
    "across": "results/meta/, after make meta",
    "typed": "resources/evidence/, typed by a person",
}
HEADER = """# The tables of a run, column by column

Written by `make schema` from [the registry](../workflow/scripts/retrial/registry/stages); change it
there. Every file has a header line and full float precision; an empty cell says that there is no
such number. Columns in bold together name a row.
"""
BEGIN, END = "<!-- tables:begin -->\n", "<!-- tables:end -->\n"


def dictionary(tables: Iterable[Table] | None = None) -> str:
    """Return the data dictionary as Markdown."""
    return "\n".join([HEADER, *(_page(table) for table in tables or TABLES.values())])


def _page(table: Table) -> str:
    place = WHERE[table.when].partition(",")
    lines = [
        f"## {table.name}",
        "",
        f"`{place[0]}{_file(table)}`{place[1]}{place[2]}. One row per {table.rows}.",
        "",
        "| column | type | unit | contains |",
        "|---|---|---|---|",
    ]
    for column in table.columns:
        name = f"**{column.name}**" if column.key else column.name
        lines.append(f"| {name} | {TYPES_IN_WORDS[column.type]} | {column.unit} | {column.about} |")
    return "\n".join([*lines, ""])


def _file(table: Table) -> str:
    return "natural-history.csv" if table.when == "typed" else table.file


def files(tables: Iterable[Table] | None = None) -> str:
    """Return the README's list of the files of a study, as Markdown."""
    shown = [t for t in tables or TABLES.values() if t.when in ("always", "truth")]
    lines = [
        f"| `{table.file}` | {table.rows}"
        f"{', only for a study that knows it' if table.when == 'truth' else ''} |"
        for table in shown
    ]
    return "\n".join(["| file | one row per |", "|---|---|", *lines, ""])


def with_files(readme: str) -> str:
    """Return the README with the list of files written anew between its marks.

    Raises:
        ValueError: If the marks are not there.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the README has no marks around its list of tables")
    return before + BEGIN + files() + END + after


def write(page: Path | str, readme: Path | str) -> None:
    """Write the dictionary and the README's list."""
    write_text(page, dictionary())
    text = Path(readme).read_text(encoding="utf-8")
    write_text(readme, with_files(text))
