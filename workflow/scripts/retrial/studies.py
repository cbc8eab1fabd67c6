"""Where the study folders are, which of them a run takes, and which files make up one of them."""

from __future__ import annotations

import difflib
from pathlib import Path

from retrial.joblog import UserError

REQUIRED = (
    "study.yaml",
    "reported.csv",
    "counts.csv",
    "constraints.yaml",
    "claims.yaml",
    "figures/figures.yaml",
)


def find_studies(studies_folder: Path | str, wanted: list[str] | str) -> list[str]:
    """Return the ids of the studies to run, sorted; `wanted` is a list of ids or "all".

    Raises:
        UserError: If a study has no folder, or there is none at all.
    """
    folder = Path(studies_folder)
    there = sorted(path.parent.name for path in folder.glob("*/study.yaml"))
    if wanted == "all":
        if not there:
            raise UserError(
                f"There is no study in {folder} (looked for {folder}/<id>/study.yaml). "
                "The config key studies_folder says where the studies are."
            )
        return there
    unknown = [study for study in wanted if not (folder / study).is_dir()]
    if unknown:
        raise UserError("\n".join(_no_folder(folder, study, there) for study in unknown))
    return sorted(wanted)


def _no_folder(folder: Path, study: str, there: list[str]) -> str:
    near = difflib.get_close_matches(study, there, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(there) or 'none'}."
    return f"There is no study '{study}' in {folder}; {hint}"


def folder_files(studies_folder: Path | str, study: str) -> list[str]:
    """Return every file of a study folder that a person wrote, sorted.

    Not among them: `expected/` (frozen results), hidden files and editors' backups.

    Raises:
        UserError: If there is no such folder or it lacks files that every study has.
    """
    folder = Path(studies_folder, study)
    if not folder.is_dir():
        there = sorted(path.parent.name for path in folder.parent.glob("*/study.yaml"))
        raise UserError(_no_folder(folder.parent, study, there))
    missing = [name for name in REQUIRED if not (folder / name).is_file()]
    if missing:
        raise UserError(
            f"The study folder {folder} lacks {', '.join(missing)}. Every study has these files; "
            "one with nothing to say still has its header line or its empty list."
        )
    return sorted(
        path.as_posix()
        for path in folder.rglob("*")
        if path.is_file() and _is_typed(path.relative_to(folder).parts)
    )


def _is_typed(parts: tuple[str, ...]) -> bool:
    hidden = any(part.startswith((".", "#")) or part.endswith("~") for part in parts)
    return parts[0] != "expected" and not hidden
