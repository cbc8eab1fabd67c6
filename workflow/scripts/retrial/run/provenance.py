"""What a study's results were made from: digests of every input, versions, settings.

It holds neither times nor places, so that equal inputs give equal bytes.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from retrial.run.digests import file_digest


def input_digests(folder: Path | str, files: Iterable[Path | str]) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder, under its name in the folder."""
    return {Path(file).relative_to(folder).as_posix(): file_digest(file) for file in sorted(files)}


def direct_dependencies() -> list[str]:
    """Return the packages that retrial itself asks for, without its optional extras."""
    asked = [need for need in requires("retrial") or [] if "extra ==" not in need]
    return sorted(re.match(r"[A-Za-z0-9._-]+", need)[0].lower() for need in asked)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def provenance(
    study_folder: Path | str,
    files: Iterable[Path | str],
    evidence: Path | str,
    lock: Path | str,
    settings: dict,
) -> dict:
    """Return what a run of one study is made from.

    `files` are the files of `study_folder`; `settings` the configuration without any path.
    """
    return {
        "study": Path(study_folder).name,
        "inputs": input_digests(study_folder, files)
        | {f"evidence/{Path(evidence).name}": file_digest(evidence)},
        "lock": file_digest(lock),
        "python": platform.python_version(),
        "packages": {
            "retrial": _version("retrial"),
            **{name: _version(name) for name in direct_dependencies()},
        },
        "seed": settings["seed"],
        "config": settings,
    }
