"""A job's log: versions, time taken, and the traceback when it fails.

The log is for whoever looks into a failed job; a user's mistake (`UserError`) is one plain message.
"""

from __future__ import annotations

import contextlib
import errno
import platform
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

from retrial.errors import UserError

PACKAGES = ("numpy", "pandas", "scipy", "pingouin", "plotnine")
ERROR = "error:"  # the line of a log before what a person should know

FULL = (errno.ENOSPC, errno.EDQUOT)
REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)


def disk_sentence(error: OSError, place: Path | str) -> str:
    """Return what a person should know of an error of the disk."""
    where = error.filename or place
    if error.errno in FULL:
        return f"The disk is full: {where} could not be written. Free some space and run again."
    if error.errno in REFUSED:
        return f"{where} cannot be written ({error.strerror}). Make it writable and run again."
    return f"{where}: {error.strerror or error}"


def error_in(log: Path | str) -> str:
    """Return what a failed job's log says to a person; empty when it says nothing."""
    try:
        text = Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    _, found, said = text.rpartition(f"\n{ERROR}\n")
    return said.strip() if found else ""


def disk_lines(output: Path | str) -> list[str]:
    """Return the sentences on the disk in what the jobs have written, each once."""
    try:
        lines = Path(output).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        return [disk_sentence(error, output)]
    return list(dict.fromkeys(line for line in lines if line.endswith(" and run again.")))


@contextlib.contextmanager
def job_log(
    path: str, outputs: Iterable[str] = (), inputs: Iterable[str] = (), params: Iterable = ()
) -> Iterator[None]:
    """Write a job's log to `path`; end the process with status 1 on any error.

    The digests of `outputs`, of the `inputs` that are results, and of `params` are noted when the
    job is done (`retrial.run.made`).
    """
    from retrial.run.made import note_made

    started = time.perf_counter()
    try:
        with open(path, "w", encoding="utf-8") as log:
            log.write(f"Python {platform.python_version()}; ")
            log.write("; ".join(f"{package} {version(package)}" for package in PACKAGES) + "\n")
            with _told(log, path):
                yield
            note_made(path, outputs, inputs, params)
            log.write(f"done in {time.perf_counter() - started:.2f} s\n")
    except OSError as error:  # not told by the log, which may be what cannot be written
        print(disk_sentence(error, path), file=sys.stderr)
        sys.exit(1)


@contextlib.contextmanager
def _told(log: TextIO, path: str) -> Iterator[None]:
    """Write an error to the log and say it in one line; errors of the disk are passed on."""
    try:
        yield
    except UserError as error:
        log.write(f"{ERROR}\n{error}\n")
        print(error, file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (*FULL, *REFUSED):
            raise
        traceback.print_exc(file=log)
        said = f"{type(error).__name__}: {error}\nTraceback in {path}"
        log.write(f"{ERROR}\n{said}\n")
        print(said, file=sys.stderr)
        sys.exit(1)
