"""Strict JSON: what Python's reader lets pass beyond the standard is refused."""

from __future__ import annotations

import json

from retrial.figures.formats.faults import MAX_JSON_BYTES, DigitizeError, decoded, shown


def _refuse_constant(text: str) -> float:
    raise DigitizeError(f"holds {text}, which is not JSON; only finite numbers are.")


def _small_int(text: str) -> int:
    if len(text) > 400:
        raise DigitizeError(f"holds a number of {len(text)} digits.")
    return int(text)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise DigitizeError(f"gives the key {shown(twice)} twice in one object.")
    return found


def load_json(data: bytes) -> object:
    """Return the content of JSON bytes.

    Raises:
        DigitizeError: For what is not strict JSON: NaN, Infinity, a key given twice, nesting too
            deep, or a file that is truncated or too large.
    """
    if len(data) > MAX_JSON_BYTES:
        raise DigitizeError(f"holds more than the {MAX_JSON_BYTES // 1024**2} MB of JSON allowed.")
    try:
        return json.loads(
            decoded(data),
            parse_constant=_refuse_constant,
            parse_int=_small_int,
            object_pairs_hook=_once,
        )
    except json.JSONDecodeError as fault:
        raise DigitizeError(
            f"is not JSON: {fault.msg} (line {fault.lineno}, column {fault.colno})."
        ) from None
    except RecursionError:
        raise DigitizeError("nests its JSON too deeply for a project file.") from None
