"""Refuse links that lead out of a study folder: a run reads what lies in it, nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from retrial.validation.problem import Problem, shown


def links_out(folder: Path) -> list[Problem]:
    """Return the symbolic links of a study folder that lead out of it, or nowhere."""
    home = folder.resolve()
    problems = []
    for place, folders, files in os.walk(folder):
        for name in sorted([*folders, *files]):
            path = Path(place, name)
            if path.is_symlink() and not _is_within(path, home):
                problems.append(
                    Problem(
                        shown(path.relative_to(folder).as_posix()),
                        value=f"a link to {shown(os.readlink(path))}",
                        allowed="a file or folder within the study folder; copy it there",
                    )
                )
    return problems


def _is_within(path: Path, home: Path) -> bool:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # it leads nowhere, or in a circle
        return False
    return target.is_relative_to(home)
