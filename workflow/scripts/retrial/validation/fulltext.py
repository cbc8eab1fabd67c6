"""Find the quotes of a study folder in the paper's own text.

A text taken from a PDF breaks words at line ends, sentences at column ends, and loses exponents.
So spaces, hyphens and the case of letters do not count, and a quote may be broken once where a
line ends and go on where another begins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from retrial.validation.document import Document
from retrial.validation.problem import Problem
from retrial.validation.sheet import Sheet

LEFT_OUT = re.compile(r"…|\.\.\.")
_SAME = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_SHORTEST_PIECE = 4  # characters on either side of a break between two lines

Span = tuple[int, int]  # from, to: places in the text as it was given


@dataclass(frozen=True)
class Quoted:
    """A quote of a study folder and its place there."""

    problem: Problem  # what to tell if the paper's text does not hold it
    quote: str


class Fulltext:
    """A text in which quotes can be found whatever its lines and columns are."""

    def __init__(self, text: str) -> None:
        """Take a text as it came out of a PDF."""
        self.text = text
        self._places: list[int] = []
        letters: list[str] = []
        self._begins: set[int] = set()
        self._ends: set[int] = set()
        place = 0
        for line in text.splitlines(keepends=True):
            self._begins.add(len(letters))
            for offset, character in enumerate(line):
                for letter in _letters(character):
                    letters.append(letter)
                    self._places.append(place + offset)
            self._ends.add(len(letters))
            place += len(line)
        self._letters = "".join(letters)

    def find(self, quote: str) -> list[list[Span]]:
        """Return each occurrence of a quote as the spans of its pieces; an empty list for none.

        The pieces of a quote with … follow each other in the text.
        """
        pieces = ["".join(map(_letters, piece)) for piece in LEFT_OUT.split(quote)]
        pieces = [piece for piece in pieces if piece]
        if not pieces:
            return []
        found = []
        for first in self._occurrences(pieces[0]):
            spans, after = [*first], first[-1][1]
            for piece in pieces[1:]:
                later = next((s for s in self._occurrences(piece) if s[0][0] >= after), None)
                if later is None:
                    break
                spans += later
                after = later[-1][1]
            else:
                found.append([(self._places[a], self._places[b - 1] + 1) for a, b in spans])
        return found

    def _occurrences(self, piece: str) -> list[list[Span]]:
        """Return where a piece is, whole; else where it is broken between two lines."""
        whole = [[(a, a + len(piece))] for a in self._all(piece)]
        if whole:
            return whole
        for cut in range(_SHORTEST_PIECE, len(piece) - _SHORTEST_PIECE + 1):
            head, tail = piece[:cut], piece[cut:]
            if head not in self._letters:
                break
            firsts = [a for a in self._all(head) if a + cut in self._ends]
            lasts = [b for b in self._all(tail) if b in self._begins] if firsts else []
            if lasts:
                return [[(firsts[0], firsts[0] + cut), (lasts[0], lasts[0] + len(tail))]]
        return []

    def _all(self, piece: str) -> Iterator[int]:
        place = self._letters.find(piece)
        while place >= 0:
            yield place
            place = self._letters.find(piece, place + 1)


def _letters(character: str) -> str:
    """Return what of a character counts: nothing of a space, hyphen or caret."""
    plain = unicodedata.normalize("NFKC", character.translate(_SAME)).casefold()
    return "".join(
        letter
        for letter in plain
        if letter not in "^\u00ad\u2212"
        and unicodedata.category(letter) not in ("Zs", "Cc", "Zl", "Zp", "Pd")
    )


def quotes_of(documents: dict[str, Document], sheets: dict[str, Sheet]) -> Iterator[Quoted]:
    """Yield every quote of a study folder's YAML and CSV files."""
    told = "words that one of the given texts holds, with … for what is left out"
    for document in documents.values():
        for path, quote in document.printed.items():
            if path and path[-1] == "quote":
                yield Quoted(document.problem(path, told), quote)
    for sheet in sheets.values():
        for row in sheet.rows:
            if "quote" in row.cells and row.text("quote"):
                yield Quoted(sheet.problem(row, "quote", told), row.text("quote"))


def check_against(
    texts: list[str], documents: dict[str, Document], sheets: dict[str, Sheet]
) -> list[Problem]:
    """Return the quotes that none of the texts holds."""
    read = [Fulltext(text) for text in texts]
    return [
        quoted.problem
        for quoted in quotes_of(documents, sheets)
        if not any(text.find(quoted.quote) for text in read)
    ]
