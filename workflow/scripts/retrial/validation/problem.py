"""A problem of a study folder: where it stands, what was found, and what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_SHOWN = 80
MOST_NAMES_LISTED = 12


@dataclass(frozen=True)
class Problem:
    """One thing that a person has to mend.

    Attributes:
        file: Path relative to the study folder.
        row: `row_id` of a table's row, or the path of a YAML value: `claims[3].arm`.
        line: Line in the file, from 1; None when the file as a whole is meant.
        column: Column of the table, or the YAML key.
        value: What was found; empty when there was nothing.
        allowed: What is allowed, or what to do; it reads on from "expected".
        called: What a person calls the block, beside its path: `claim fewer_falls`.
    """

    file: str
    row: str = ""
    line: int | None = None
    column: str = ""
    value: str = ""
    allowed: str = ""
    called: str = ""

    def __str__(self) -> str:
        """Return the problem in one line."""
        place = [self.file]
        if self.line is not None:
            place.append(f"line {self.line}")
        if self.file.endswith(".csv"):
            place += [f"row {self.row}"] if self.row else []
            place += [f"column {self.column}"] if self.column else []
        elif self.row or self.column:
            path = self.row or self.column
            place.append(f"{self.called} ({path})" if self.called else path)
        found = f'"{self.value}"' if self.value else "nothing"
        return f"{', '.join(place)}: found {found}; expected {self.allowed}"


def format_problems(problems: Iterable[Problem]) -> str:
    """Return the problems as a readable list, one a line, with their number at the end."""
    lines = [str(problem) for problem in problems]
    if not lines:
        return "No problems found."
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    return "\n".join([*lines, f"{count} found; nothing was computed."])


def shown(value: object, longest: int = LONGEST_SHOWN) -> str:
    """Return a found value as one short printable line."""
    text = "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii")
        for c in str(value)
    )
    return text if len(text) <= longest else text[: longest - 1] + "…"


def nearest(found: object, names: Iterable[str]) -> str:
    """Return the name most like the found one; empty when none is like it."""
    text = str(found)[:LONGEST_SHOWN].strip().lower()
    close = difflib.get_close_matches(text, list(names), n=1, cutoff=0.6)
    return close[0] if close else ""


def one_of(found: object, names: Iterable[str], what: str = "") -> str:
    """Return "one of a, b, c" for a message, with the nearest name suggested."""
    known = list(names)
    listed = ", ".join(map(shown, known[:MOST_NAMES_LISTED]))
    if len(known) > MOST_NAMES_LISTED:
        listed += f", and {len(known) - MOST_NAMES_LISTED} more"
    meant = nearest(found, known)
    hint = f"; did you mean {shown(meant)}?" if meant else ""
    start = f"{what}: " if what else ""
    if not known:
        return f"{start}none is defined yet"
    return f"{start}{'one of ' if len(known) > 1 else ''}{listed}{hint}"
