"""Read a file as text, whatever its bytes are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from retrial.validation.problem import Problem, nearest, shown

LARGEST_MB = {".yaml": 2, ".csv": 10}  # what a person types stays far below
_LINE_BREAKING = {"Cc", "Zl", "Zp", "Cs"}
_TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # of the direction of text
_FORMULA = re.compile(r"[=+\-@]")
_HARMLESS = re.compile(r"[=+\-@]*[0-9.,%\s]*")


def like_a_formula(text: str) -> str:
    """Return what is allowed in place of a text that a spreadsheet would run; empty for any other.

    Results are CSV files, and whoever opens them in a spreadsheet has a text that begins with
    `=`, `+`, `-` or `@` computed. A number or a lone sign is harmless.
    """
    plain = text.strip()
    if not _FORMULA.match(plain) or _HARMLESS.fullmatch(plain):
        return ""
    return (
        f"text that does not begin with {plain[0]}, which a spreadsheet would compute; begin with "
        "the word before it, or with …"
    )


def read_text(
    path: Path, name: str, expected: Iterable[str] = ()
) -> tuple[str | None, list[Problem]]:
    """Return a file's text, or None with the reason why it cannot be read.

    `name` is the path to show in a message; `expected` names the files that have a place of their
    own, so that none of them is taken for a misspelt other one.
    """
    try:
        if not path.is_file():
            return None, [_missing(path, name, expected)]
        most = LARGEST_MB[".yaml" if name.endswith(".yaml") else ".csv"]
        if path.stat().st_size > most * 1_000_000:
            return None, [Problem(name, value="a larger file", allowed=f"at most {most} MB")]
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return None, [Problem(name, value=shown(reason), allowed="a file that can be read")]
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return None, [
            Problem(
                name,
                line=data[: error.start].count(b"\n") + 1,
                value=f"byte 0x{data[error.start]:02x}",
                allowed="text in UTF-8; save the file again with the encoding UTF-8",
            )
        ]
    if not text.strip():
        return None, [Problem(name, line=1, value="an empty file", allowed="a file with content")]
    problems = list(_control_characters(text, name))
    return (None if problems else text), problems


def _missing(path: Path, name: str, expected: Iterable[str]) -> Problem:
    folder = path.parent
    taken = {path.name, *(Path(other).name for other in expected)}
    siblings = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    meant = nearest(path.name, [s for s in siblings if s not in taken])
    hint = f"; did you mean it by {shown(meant)}? Rename that" if meant else ""
    found = "a folder" if path.is_dir() else "no such file"
    return Problem(name, value=found, allowed=f"a file of this name{hint}")


def _control_characters(text: str, name: str):
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if line.isprintable():
            continue
        for character in line:
            breaks = unicodedata.category(character) in _LINE_BREAKING
            if character in _TURNING or (breaks and character != "\t"):
                yield Problem(
                    name,
                    line=number,
                    value=shown(character),
                    allowed="no control characters; delete it",
                )
                break
