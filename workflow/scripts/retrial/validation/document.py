"""Read YAML safely, with the line of every value; only plain data, no tags, no duplicate keys."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from retrial.validation.problem import Problem, shown
from retrial.validation.text import read_text

MOST_VALUES = 200_000  # aliases may repeat a block; a file that unfolds to more is an attack
_PLAIN = {f"tag:yaml.org,2002:{t}" for t in "str int float bool null map seq timestamp".split()}
Path_ = tuple[str | int, ...]


def dotted(path: Path_) -> str:
    """Return a path as a person writes it: `claims[3].targets[0].outcome`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{shown(step)}"
    return text.removeprefix(".")


@dataclass
class Document:
    """A YAML file as plain data; lines and printed text are kept by path."""

    name: str
    data: object = None
    lines: dict[Path_, int] = field(default_factory=dict)
    printed: dict[Path_, str] = field(default_factory=dict)

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


class _TooLargeError(Exception):
    """The file unfolds to more values than a person types."""


class _Builder:
    """Turn composed YAML nodes into a Document, collecting problems on the way."""

    def __init__(self, name: str) -> None:
        self.document = Document(name)
        self.problems: list[Problem] = []
        self._open: set[int] = set()
        self._count = 0

    def build(self, node: yaml.Node, path: Path_) -> object:
        self._count += 1
        if self._count > MOST_VALUES or id(node) in self._open:
            raise _TooLargeError
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if node.tag not in _PLAIN:
            self._refuse(path, node.tag, "plain values, without YAML tags or merge keys")
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
            return self._scalar(node, path)
        finally:
            self._open.discard(id(node))

    def _refuse(self, path: Path_, value: object, allowed: str) -> None:
        self.problems.append(self.document.problem(path, allowed, value))

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict:
        content: dict[str, object] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                found = key.value if isinstance(key, yaml.ScalarNode) else "a block"
                place = Problem(self.document.name, dotted(path), line, value=shown(found))
                text = f'a key that is text; write it in quotes: "{place.value}"'
                if key.tag == "tag:yaml.org,2002:merge" or found == "a block":
                    text = "a key that is text"
                self.problems.append(Problem(place.file, place.row, line, "", place.value, text))
                continue
            here = (*path, key.value)
            if key.value in content:
                first = self.document.lines[here]
                self.problems.append(
                    Problem(
                        self.document.name,
                        dotted(here),
                        line,
                        shown(key.value),
                        shown(key.value),
                        f"each key once in a block; it stands in line {first} too",
                    )
                )
                continue
            self.document.lines[here] = line
            content[key.value] = self.build(value, here)
        return content

    def _scalar(self, node: yaml.ScalarNode, path: Path_) -> object:
        self.document.printed[path] = node.value
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except (ValueError, ArithmeticError, yaml.YAMLError):
            self._refuse(path, node.value, "a number or date that exists, or text in quotes")
            return None


def read_document(
    path: Path, name: str, expected: Iterable[str] = ()
) -> tuple[Document | None, list[Problem]]:
    """Return a YAML file as a Document, or None, with its problems."""
    text, problems = read_text(path, name, expected)
    if text is None:
        return None, problems
    builder = _Builder(name)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return None, [
                Problem(name, line=1, value="only comments", allowed="a file with content")
            ]
        builder.document.data = builder.build(node, ())
    except yaml.YAMLError as error:
        return None, [_syntax_problem(name, text, error)]
    except (RecursionError, _TooLargeError):
        return None, [
            Problem(name, line=1, value="too many nested values", allowed="plain, short YAML")
        ]
    except (ValueError, IndexError, AttributeError, OverflowError) as error:
        # PyYAML's scanner lets a few of these through (an escape like "\UFFFFFFFF").
        return None, [
            Problem(name, line=1, value=shown(error), allowed="valid YAML; check the escapes")
        ]
    return builder.document, builder.problems


def _syntax_problem(name: str, text: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    lines = text.split("\n")
    if mark is not None:
        number = mark.line + 1
    else:
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        number = bisect.bisect_right(starts, getattr(error, "position", 0) or 0)
    found = lines[number - 1].strip() if number <= len(lines) else "the end of the file"
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    hint = "check indentation, colons and quotes; text with a colon needs quotes"
    return Problem(
        name, line=number, value=shown(found), allowed=f"valid YAML ({shown(reason)}); {hint}"
    )
