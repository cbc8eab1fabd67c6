"""YAML as a person types it: plain data, each value with its line, and no number read as another.

YAML 1.1 reads `036` as 30, `1:30` as 90, `no` as false and `3_0` as 30. Here a value without quotes
is a plain decimal number, true, false, null or text; the models are strict, so that text where a
number belongs is refused, and `number_meant` says how to write it. Tags, merge keys, duplicate keys
and a second document are refused too.
"""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import yaml

from retrial.errors import UserError

Path_ = tuple[str | int, ...]

MOST_VALUES = 200_000  # aliases may repeat a block; a file that unfolds to more is an attack
DEEPEST = 60
NOTHING = "only comments"
LARGEST = 1e12
LONGEST_NUMBER = 30
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same events, seven times as fast

_NULLS = ("", "~", "null")
_FLAGS = {"true": True, "false": False}
_NUMBER = re.compile(r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)")
_BASED = re.compile(r"[-+]?0[xob][0-9a-f_]+", re.IGNORECASE)
_OTHER_NUMBER = re.compile(
    r"[-+]?(?:[0-9][0-9_]*[.,]?[0-9_]*|[.,][0-9_]+)(?:e[-+]?[0-9]+)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Fault:
    """What is wrong in the text: where, what was found, and what is allowed in its place."""

    path: Path_
    line: int
    key: str
    value: str
    allowed: str


@dataclass
class Parsed:
    """The content of a YAML file; lines and printed text are kept by path."""

    data: object = None
    lines: dict[Path_, int] = field(default_factory=dict)
    printed: dict[Path_, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    complete: bool = True  # False where the text as a whole could not be read


class _UnreadableError(Exception):
    """The text as a whole cannot be read."""


@dataclass
class _Node:
    line: int
    scalar: str | None = None
    plain: bool = False
    tag: str | None = None
    items: list[_Node] | None = None
    pairs: list[tuple[_Node, _Node]] | None = None


def plain_value(text: str) -> object:
    """Return what a value without quotes means: null, true, false, a plain number, or text."""
    if text in _NULLS:
        return None
    if text in _FLAGS:
        return _FLAGS[text]
    if len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text) and abs(float(text)) < LARGEST:
        return float(text) if "." in text else int(text)
    return text


def number_meant(text: str) -> str:
    """Return the plain decimal number that a text seems to mean; empty for none."""
    if len(text) > LONGEST_NUMBER:
        return ""
    try:
        if _BASED.fullmatch(text):
            return str(int(text.replace("_", ""), 0))
        if not _OTHER_NUMBER.fullmatch(text):
            return ""
        number = Decimal(text.replace("_", "").replace(",", "."))
    except (ValueError, ArithmeticError):
        return ""
    return f"{number:f}" if -12 < number.adjusted() < 12 else ""


def parse(text: str) -> Parsed:
    """Return a YAML text as plain data, with every fault that it has; nothing is raised."""
    found = Parsed()
    try:
        node = _composed(text)
        if node is None:
            raise _UnreadableError(NOTHING, "a file with content")
        found.data = _Builder(found).build(node, ())
    except yaml.YAMLError as error:
        found.faults.append(_syntax_fault(text, error))
        found.complete = False
    except _UnreadableError as error:
        found.faults.append(Fault((), 1, "", *error.args))
        found.complete = False
    except (ValueError, OverflowError, AttributeError, IndexError) as error:
        # PyYAML's scanner lets a few of these through (an escape like "\UFFFFFFFF").
        found.faults.append(Fault((), 1, "", str(error), "valid YAML; check the escapes"))
        found.complete = False
    return found


def load(path: Path | str) -> object:
    """Return a YAML file's content.

    Raises:
        OSError: If the file cannot be read.
        UserError: If it is no YAML, or contains a value that can be misread; it names the line.
    """
    try:
        parsed = parse(Path(path).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError(f"{path}: text in UTF-8 expected; save it with that encoding.") from None
    if parsed.faults:
        raise UserError(told(path, parsed.faults))
    return parsed.data


def told(path: Path | str, faults: list[Fault]) -> str:
    """Return the faults of a file in words, one a line."""
    return "\n".join(
        f"{path}, line {fault.line}: found {fault.value!r}; expected {fault.allowed}"
        for fault in faults
    )


_TOO_DEEP = ("too many nested values", "plain, short YAML")


def _composed(text: str) -> _Node | None:
    """Return the tree of the one document in a text; None when there is none."""
    anchors: dict[str, _Node] = {}
    open_: list[_Node] = []
    root: _Node | None = None
    waiting: list[_Node | None] = []  # a key whose value comes next, for each open block

    def place(node: _Node) -> None:
        nonlocal root
        if not open_:
            root = node
        elif open_[-1].items is not None:
            open_[-1].items.append(node)
        elif waiting[-1] is None:
            waiting[-1] = node
        else:
            open_[-1].pairs.append((waiting[-1], node))
            waiting[-1] = None

    def open_block(node: _Node) -> None:
        place(node)
        open_.append(node)
        waiting.append(None)
        if len(open_) > DEEPEST:
            raise _UnreadableError(*_TOO_DEEP)

    documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        mark = event.start_mark
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refused("a second document after ---", mark)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                raise _refused("an alias of nothing; quote text that begins with *", mark)
            place(anchors[event.anchor])
        elif isinstance(event, yaml.CollectionEndEvent):
            open_.pop()
            waiting.pop()
        elif isinstance(event, yaml.NodeEvent):
            node = _Node(mark.line + 1, tag=event.tag)
            if event.anchor:
                anchors[event.anchor] = node
            if isinstance(event, yaml.ScalarEvent):
                node.scalar, node.plain = event.value, not event.style
                place(node)
            elif isinstance(event, yaml.SequenceStartEvent):
                node.items = []
                open_block(node)
            else:
                node.pairs = []
                open_block(node)
    return root


def _refused(what: str, mark: yaml.Mark) -> yaml.YAMLError:
    return yaml.MarkedYAMLError(problem=what, problem_mark=mark)


class _Builder:
    """Turns nodes into plain data, and collects the faults on the way."""

    def __init__(self, found: Parsed) -> None:
        self.found = found
        self._open: set[int] = set()
        self._count = 0

    def build(self, node: _Node, path: Path_) -> object:
        self._count += 1
        if self._count > MOST_VALUES or id(node) in self._open or len(path) > DEEPEST:
            raise _UnreadableError(*_TOO_DEEP)
        self.found.lines.setdefault(path, node.line)
        if node.tag is not None:
            key = next((step for step in reversed(path) if isinstance(step, str)), "")
            line, told = self.found.lines[path], "plain values, without YAML tags"
            self.found.faults.append(Fault(path, line, key, node.tag, told))
            return None
        if node.scalar is not None:
            return self._scalar(node, path)
        self._open.add(id(node))
        try:
            if node.pairs is not None:
                return self._mapping(node.pairs, path)
            return [self.build(item, (*path, i)) for i, item in enumerate(node.items or ())]
        finally:
            self._open.discard(id(node))

    def _scalar(self, node: _Node, path: Path_) -> object:
        self.found.printed[path] = node.scalar
        return plain_value(node.scalar) if node.plain else node.scalar

    def _mapping(self, pairs: list[tuple[_Node, _Node]], path: Path_) -> dict[str, object]:
        content: dict[str, object] = {}
        for key, value in pairs:
            wrong = _wrong_key(key)
            if wrong:
                shown = "a block" if key.scalar is None else key.scalar
                self.found.faults.append(Fault(path, key.line, "", shown, wrong))
                continue
            here = (*path, key.scalar)
            if key.scalar in content:
                told = f"each key once in a block; it stands in line {self.found.lines[here]} too"
                self.found.faults.append(Fault(here, key.line, key.scalar, key.scalar, told))
                continue
            self.found.lines[here] = key.line
            content[key.scalar] = self.build(value, here)
        return content


def _wrong_key(key: _Node) -> str:
    """Return what a key should be, where it is not text; empty for a good one."""
    if key.scalar is None or key.tag is not None or (key.plain and key.scalar == "<<"):
        return "a key that is text"
    good = not key.plain or isinstance(plain_value(key.scalar), str)
    return "" if good else f'a key that is text; write it in quotes: "{key.scalar}"'


def _syntax_fault(text: str, error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None)
    lines = text.split("\n")
    if mark is not None:
        number = mark.line + 1
    else:
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        number = bisect.bisect_right(starts, getattr(error, "position", 0) or 0)
    number = min(number, len(lines))
    found = lines[number - 1].strip() or "the end of the file"
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    hint = "check indentation, colons and quotes; text with a colon needs quotes"
    if re.match(r" *\t", lines[number - 1]):
        reason = "a tab; indent with spaces"
    return Fault((), number, "", found, f"valid YAML ({reason}); {hint}")
