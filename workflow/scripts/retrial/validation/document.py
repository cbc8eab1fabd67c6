"""A YAML file of the study folder as a document: plain data, with a problem for any place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from retrial.plainyaml import Path_, parse
from retrial.validation.problem import Problem, shown
from retrial.validation.text import read_text


def dotted(path: Path_) -> str:
    """Return a path as a person writes it: `claims[3].targets[0].outcome`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{shown(step)}"
    return text.removeprefix(".")


@dataclass
class Document:
    """A YAML file as plain data; lines and printed text are kept by path.

    A value at a path in `refused` has been reported already, and reads as null.
    """

    name: str
    data: object = None
    lines: dict[Path_, int] = field(default_factory=dict)
    printed: dict[Path_, str] = field(default_factory=dict)
    refused: set[Path_] = field(default_factory=set)

    def line(self, path: Path_) -> int:
        """Return the line of a value, or of the innermost block that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def called(self, path: Path_) -> str:
        """Return what a person calls the block of a path: a claim by its id; else nothing."""
        if self.name != "claims.yaml" or path[:1] != ("claims",) or len(path) < 2:
            return ""
        name = self.get(*path[:2], "id")
        return f"claim {shown(name)}" if isinstance(name, str) and name else ""

    def problem(self, path: Path_, allowed: str, value: object | None = None) -> Problem:
        """Return a problem at a path; `value` is what is printed there unless given."""
        names = [step for step in path if isinstance(step, str)]
        return Problem(
            file=self.name,
            row=dotted(path),
            line=self.line(path),
            column=shown(names[-1]) if names else "",
            value=shown(self.printed.get(path, "") if value is None else value),
            allowed=allowed,
            called=self.called(path),
        )

    def find(self, *pattern: str) -> Iterator[tuple[Path_, object]]:
        """Yield (path, value) of each value at a pattern; "*" stands for every item of a list."""
        found: list[tuple[Path_, object]] = [((), self.data)]
        for step in pattern:
            if step == "*":
                found = [
                    ((*path, index), item)
                    for path, value in found
                    if isinstance(value, list)
                    for index, item in enumerate(value)
                ]
            else:
                found = [
                    ((*path, step), value[step])
                    for path, value in found
                    if isinstance(value, dict) and step in value
                ]
        yield from found

    def get(self, *path: str | int) -> object:
        """Return the value at a path; None when there is none."""
        value = self.data
        for step in path:
            if isinstance(step, int):
                if not isinstance(value, list) or step >= len(value):
                    return None
            elif not isinstance(value, dict) or step not in value:
                return None
            value = value[step]
        return value


def read_document(
    path: Path, name: str, expected: Iterable[str] = ()
) -> tuple[Document | None, list[Problem]]:
    """Return a YAML file as a Document, or None, with its problems."""
    text, problems = read_text(path, name, expected)
    if text is None:
        return None, problems
    found = parse(text)
    problems = [
        Problem(name, dotted(f.path), f.line, shown(f.key), shown(f.value), shown(f.allowed, 200))
        for f in found.faults
    ]
    if not found.complete:
        return None, problems
    refused = {fault.path for fault in found.faults}
    return Document(name, found.data, found.lines, found.printed, refused), problems
