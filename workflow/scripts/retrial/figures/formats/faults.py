"""The one error that a digitizer's file can cause, and the limits that keep it harmless.

A project file comes from somebody else's computer, so nothing in it is trusted: every size is
checked before memory is taken, and every number before it is used.
"""

from __future__ import annotations

import re
import stat
from datetime import UTC, datetime
from pathlib import Path

MAX_FILE_BYTES = 64 * 1024**2
MAX_JSON_BYTES = 32 * 1024**2
MAX_POINTS = 200_000
MAX_SERIES = 1000
MAX_TEXT = 1000
MAX_PIXEL = 1e6
MAX_VALUE = 1e100

SECONDS_PER_DAY = 86_400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_DATE = re.compile(
    r"(\d{1,4})([/-])(\d{1,2})(?:\2(\d{1,2}))?(?:[ T:](\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?)?",
    re.ASCII,
)


class DigitizeError(ValueError):
    """A digitizer's file that cannot be read: what is wrong, and what is allowed."""


def shown(value: object) -> str:
    """Return a value as an error message shows it: one line, and never long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def read_bytes(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """Return the bytes of a regular file.

    Raises:
        DigitizeError: If there is no such file, it is no regular file, or it exceeds `limit` bytes.
    """
    try:
        # Opening a pipe or a device would wait for ever, so the kind is asked first.
        if not stat.S_ISREG(path.stat().st_mode):
            raise DigitizeError("is no regular file; give a digitizer's project file.")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as fault:
        if isinstance(fault, DigitizeError):
            raise
        reason = getattr(fault, "strerror", None) or fault
        raise DigitizeError(f"cannot be opened ({reason}).") from None
    if len(data) > limit:
        raise DigitizeError(f"is larger than the {limit // 1024**2} MB allowed.")
    if not data:
        raise DigitizeError("is empty.")
    return data


def decoded(data: bytes) -> str:
    """Return UTF-8 text, without a byte order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise DigitizeError(f"is not UTF-8 text (byte {fault.start}).") from None


def number(value: object, name: str, limit: float = MAX_VALUE) -> float:
    """Return a finite number; a text must be one whole number with a decimal point.

    WebPlotDigitizer takes the leading number of a text, so that "1,5" becomes 1 without a word.
    """
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DigitizeError(f"{name} must be a number such as 1.5 or 2e-3, not {shown(value)}.")
    # Compared before it becomes a float: a huge integer has no float.
    if not abs(value) <= limit:
        raise DigitizeError(f"{name} must be a finite number of at most {limit:g}.")
    return float(value)


def pixel(value: object, name: str) -> float:
    """Return a pixel coordinate."""
    return number(value, name, MAX_PIXEL)


def text_of(value: object, name: str) -> str:
    """Return a text of bearable length; None is the empty text."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MAX_VALUE:
        value = str(value)
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise DigitizeError(f"{name} must be a text of at most {MAX_TEXT} characters.")
    return value


def days(text: str) -> float | None:
    """Return a date as days since 1970-01-01 (UTC), or None for a text that is no date at all.

    Read are WebPlotDigitizer's 2012/5, 2012/5/31 and 2012/5/31 14:30:00, also with hyphens.

    Raises:
        DigitizeError: For a date that the calendar does not have.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[i] or (i == 4)) for i in (1, 3, 4, 5, 6, 7))
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise DigitizeError(f"{shown(text)} is no date of the calendar (year/month/day).") from None
    return (moment - _EPOCH).total_seconds() / SECONDS_PER_DAY


def number_or_date(value: object, name: str) -> tuple[float, bool]:
    """Return a number, or a date as days since 1970-01-01, and whether it is a date."""
    if isinstance(value, str):
        date = days(value)
        if date is not None:
            return date, True
        if ":" in value:
            raise DigitizeError(
                f"{name} is {shown(value)}, a time without its date, which another day would"
                " read as another moment; give year/month/day hour:minute."
            )
    return number(value, name), False
