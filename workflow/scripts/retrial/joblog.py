"""A job's log: versions, time taken, and the traceback when it fails.

The log is for whoever looks into a failed job; a user's mistake (`UserError`) is one plain message.
"""

from __future__ import annotations

import contextlib
import platform
import sys
import time
import traceback
from collections.abc import Iterator
from importlib.metadata import version

PACKAGES = ("numpy", "pandas", "scipy", "statsmodels", "pingouin", "plotnine")


class UserError(Exception):
    """A mistake in the input, told in words a user can act on; shown without a traceback."""


@contextlib.contextmanager
def job_log(path: str) -> Iterator[None]:
    """Write a job's log to `path`; end the process with status 1 on any error."""
    started = time.perf_counter()
    with open(path, "w", encoding="utf-8") as log:
        log.write(f"Python {platform.python_version()}; ")
        log.write("; ".join(f"{package} {version(package)}" for package in PACKAGES) + "\n")
        try:
            yield
        except UserError as error:
            log.write(f"{error}\n")
            print(error, file=sys.stderr)
            sys.exit(1)
        except Exception as error:
            traceback.print_exc(file=log)
            print(f"{type(error).__name__}: {error}\nTraceback in {path}", file=sys.stderr)
            sys.exit(1)
        log.write(f"done in {time.perf_counter() - started:.2f} s\n")
