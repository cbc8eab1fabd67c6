"""A reader of R's serialized objects (.rds), as far as metaDigitise needs it.

Lists, numbers, texts and their attributes; whatever can hold code (functions, environments,
calls, pointers) is refused, and nothing is ever executed. Format: "R Internals", section
Serialization Formats, and the serialization versions 2 and 3.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zlib
from dataclasses import dataclass, field

from retrial.figures.formats.faults import MAX_FILE_BYTES, MAX_POINTS, DigitizeError, shown

MAX_DEPTH = 60
_NA_INT = -(2**31)
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
_NULL, _SYMBOL, _PAIRLIST, _CHAR, _LOGICAL, _INT, _REAL, _STRING, _LIST = (
    0,
    1,
    2,
    9,
    10,
    13,
    14,
    16,
    19,
)
_ALTREP, _NULL_VALUE, _REFERENCE = 238, 254, 255


@dataclass(frozen=True)
class RObject:
    """An R vector or list: its values (NA as None) and its attributes."""

    values: tuple
    attributes: dict[str, RObject] = field(default_factory=dict)

    def named(self) -> dict[str, RObject]:
        """Return the elements of a list (or data frame) by name."""
        names = self.attributes.get("names", RObject(())).values
        return dict(zip(names, self.values, strict=False))

    def texts(self) -> list[str]:
        """Return the values as texts; a factor's as its levels."""
        levels = self.attributes.get("levels")
        if levels is not None:
            found = [
                levels.values[v - 1] if isinstance(v, int) and 0 < v <= len(levels.values) else None
                for v in self.values
            ]
        else:
            found = [f"{v:g}" if isinstance(v, float) else v for v in self.values]
        return ["" if v is None else str(v) for v in found]


def is_rds(data: bytes) -> bool:
    """Return whether bytes begin like an R object, compressed or not."""
    return data[:2] in (*_OPENERS, b"X\n", b"A\n", b"B\n")


def _unpacked(data: bytes) -> bytes:
    opener = _OPENERS.get(data[:2])
    if opener is None:
        return data
    try:
        with opener(io.BytesIO(data)) as file:
            found = file.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError, struct.error) as fault:
        raise DigitizeError(f"is compressed, but broken ({fault}).") from None
    if len(found) > MAX_FILE_BYTES:
        raise DigitizeError(f"unpacks to more than the {MAX_FILE_BYTES // 1024**2} MB allowed.")
    return found


class _Reader:
    """Reads one R object from the bytes of a serialization in binary (XDR) form."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.symbols = data, 2, []
        version, _, _ = (self.integer() for _ in range(3))
        if version not in (2, 3):
            raise DigitizeError(
                f"is an R object of serialization version {version}; 2 and 3 are read."
            )
        if version == 3:
            self.take(self.integer())

    def take(self, size: int) -> bytes:
        if not 0 <= size <= len(self.data) - self.at:
            raise DigitizeError("ends in the middle of an R object.")
        self.at += size
        return self.data[self.at - size : self.at]

    def integer(self) -> int:
        return struct.unpack(">i", self.take(4))[0]

    def numbers(self, code: str, size: int) -> tuple:
        count = self.length(size)
        return struct.unpack(f">{count}{code}", self.take(count * size))

    def length(self, size: int = 4) -> int:
        count = self.integer()
        # Asked before memory is taken: every element has at least `size` bytes in the file.
        if not 0 <= count <= (len(self.data) - self.at) // size:
            raise DigitizeError(f"declares an R vector of {count} elements, more than it holds.")
        return count

    def attributes(self, depth: int) -> dict[str, RObject]:
        found = self.item(depth + 1)
        return found if isinstance(found, dict) else {}

    def item(self, depth: int = 0, flags: int | None = None):
        """Return the next object: an RObject, a text, or a dict for a pairlist."""
        if depth > MAX_DEPTH:
            raise DigitizeError("nests its R objects too deeply for a calibration file.")
        flags = self.integer() & 0xFFFFFFFF if flags is None else flags
        kind, has_attributes, has_tag = flags & 0xFF, bool(flags & 0x200), bool(flags & 0x400)
        if kind in (_NULL, _NULL_VALUE):
            return RObject(())
        if kind == _SYMBOL:
            self.symbols.append(self.item(depth + 1))
            return self.symbols[-1]
        if kind == _REFERENCE:
            index = flags >> 8 or self.integer()
            if not 0 < index <= len(self.symbols):
                raise DigitizeError("refers to an R object that it does not hold.")
            return self.symbols[index - 1]
        if kind == _CHAR:
            return self.text()
        if kind == _PAIRLIST:
            return self.pairlist(has_attributes, has_tag, depth)
        if kind == _ALTREP:
            return self.alternative(depth)
        values = self.vector(kind, depth)
        return RObject(values, self.attributes(depth) if has_attributes else {})

    def text(self) -> str | None:
        size = self.integer()
        if size == -1:
            return None
        # R tells the encoding in flags that old files lack; Latin-1 decodes any byte.
        raw = self.take(size)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("latin-1")

    def pairlist(self, has_attributes: bool, has_tag: bool, depth: int) -> dict:
        found: dict = {}
        while True:
            if has_attributes:
                self.attributes(depth)
            tag = self.item(depth + 1) if has_tag else len(found)
            found[tag if isinstance(tag, str) else len(found)] = self.item(depth + 1)
            flags = self.integer() & 0xFFFFFFFF
            if flags & 0xFF in (_NULL, _NULL_VALUE):
                return found
            if flags & 0xFF != _PAIRLIST:  # a dotted pair, as ALTREP states are
                found[len(found)] = self.item(depth + 1, flags)
                return found
            has_attributes, has_tag = bool(flags & 0x200), bool(flags & 0x400)

    def vector(self, kind: int, depth: int) -> tuple:
        if kind in (_LOGICAL, _INT):
            found = self.numbers("i", 4)
            whole = (None if v == _NA_INT else v for v in found)
            return tuple(v if v is None or kind == _INT else bool(v) for v in whole)
        if kind == _REAL:
            return self.numbers("d", 8)
        if kind in (_STRING, _LIST):
            return tuple(self.item(depth + 1) for _ in range(self.length()))
        raise DigitizeError(
            f"holds an R object of type {kind}; only lists, numbers and texts are allowed."
        )

    def alternative(self, depth: int) -> RObject:
        """Return a compactly written vector (ALTREP, R 3.5 and later)."""
        info, state = self.item(depth + 1), self.item(depth + 1)
        attributes = self.attributes(depth)
        name = info.get(0) if isinstance(info, dict) else None
        if name in ("compact_intseq", "compact_realseq") and isinstance(state, RObject):
            sequence = state.values
            if len(sequence) == 3 and all(isinstance(v, float) for v in sequence):
                count, first, step = sequence
                if 0 <= count <= MAX_POINTS:
                    kind = int if name == "compact_intseq" and abs(first) < 2**53 else float
                    return RObject(
                        tuple(kind(first + i * step) for i in range(int(count))), attributes
                    )
        if isinstance(name, str) and name.startswith("wrap_"):
            inner = state.values[0] if isinstance(state, RObject) and state.values else None
            inner = state.get(0) if isinstance(state, dict) else inner
            if isinstance(inner, RObject):
                return RObject(inner.values, {**inner.attributes, **attributes})
        raise DigitizeError(f"holds an R vector in the form {shown(name)}, which is not read.")


def read_rds(data: bytes) -> RObject:
    """Return the R object in the bytes of an .rds file.

    Raises:
        DigitizeError: If the file is broken, hostile or holds something other than data.
    """
    data = _unpacked(data)
    if data[:2] != b"X\n":
        told = {b"A\n": "in R's ASCII form", b"B\n": "in R's native binary form"}
        raise DigitizeError(
            f"is {told.get(data[:2], 'compressed, but no R object')}; save it with R's saveRDS()"
            " as it does by default."
        )
    try:
        found = _Reader(data).item()
    except (struct.error, TypeError, OverflowError) as fault:
        raise DigitizeError(f"is a broken R object ({fault}).") from None
    if not isinstance(found, RObject):
        raise DigitizeError("holds no R list.")
    return found
