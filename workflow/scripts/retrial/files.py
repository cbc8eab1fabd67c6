"""Writing a file whole or not at all: a job that is killed leaves no half-written result."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole(path: Path | str) -> Iterator[Path]:
    """Give a path to write to, which becomes `path` when all is written and goes otherwise.

    The part is a hidden file of the same folder, so that the last step is a rename. What a killed
    job leaves of it is written over by the next. An OSError names `path`, not the part.
    """
    path = Path(path)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield part
        os.replace(part, path)
    except OSError as error:
        if error.filename is not None:
            error.filename = str(path)
            error.filename2 = None
        raise
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write_text(path: Path | str, text: str) -> None:
    """Write a text in UTF-8, whole or not at all."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
