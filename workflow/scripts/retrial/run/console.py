"""What a run tells a person, while the lines of Snakemake and of its jobs go to a file.

`tell` writes one line for a person: in a run on the terminal that the run began on, else on stderr.
On a terminal a last line shows how far the run is.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_CLEARED = "\r\x1b[K"


class Console:
    """Lines for a person on a stream, and on a terminal a last line that is written anew."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = ""
        self.is_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"

    def tell(self, line: str) -> None:
        """Write a line; the last line stays below it."""
        cleared = _CLEARED if self._last else ""
        self._stream.write(f"{cleared}{line}\n{self._last}")
        self._stream.flush()

    def last_line(self, line: str) -> None:
        """Write the last line anew; an empty one removes it. Nothing is written to a file."""
        if not self.is_terminal:
            return
        width = os.get_terminal_size(self._stream.fileno()).columns
        shown = line[: max(width - 1, 1)] if width else line
        self._stream.write(_CLEARED + shown)
        self._stream.flush()
        self._last = shown


_console: Console | None = None


def tell(line: str) -> None:
    """Write a line for a person."""
    if _console is None:
        print(line, file=sys.stderr, flush=True)
    else:
        _console.tell(line)


@contextlib.contextmanager
def output_to(path: Path) -> Iterator[Console]:
    """Send all that this process and its children write to a file; yield the person's console.

    Raises:
        OSError: If the file cannot be written.
    """
    global _console
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush(), sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    # The console is where stderr went: stdout stays free for what the command is asked for.
    with (
        open(path, "w", encoding="utf-8") as file,
        os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace") as stream,
    ):
        os.dup2(file.fileno(), 1), os.dup2(file.fileno(), 2)
        _console = Console(stream)
        try:
            yield _console
        finally:
            _console.last_line("")
            with contextlib.suppress(OSError):  # a full disk: what is lost is Snakemake's own lines
                sys.stdout.flush(), sys.stderr.flush()
            for number, old in zip((1, 2), kept, strict=True):
                os.dup2(old, number), os.close(old)
            _console = None
