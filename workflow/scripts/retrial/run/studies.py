"""Where the study folders are, which of them a run takes, and which files make up one of them."""

from __future__ import annotations

import difflib
from pathlib import Path

from retrial.errors import UserError

REQUIRED = (
    "study.yaml",
    "reported.csv",
    "counts.csv",
    "constraints.yaml",
    "claims.yaml",
    "figures/figures.yaml",
)

# Folders in `results` that belong to no study.
RESERVED = ("meta",)


def known_studies(studies_folder: Path | str) -> list[str]:
    """Return the ids of all studies in a folder of study folders, sorted."""
    return sorted(path.parent.name for path in Path(studies_folder).glob("*/study.yaml"))


def reserved_id(study: str) -> str:
    """Return why a study cannot have this id; empty when it can."""
    if study not in RESERVED:
        return ""
    return (
        f"A study cannot be called '{study}': results/{study} holds what all the studies together "
        "give. Rename its folder and its id; such as smith2020."
    )


def find_studies(studies_folder: Path | str, wanted: list[str] | str) -> list[str]:
    """Return the ids of the studies to run, sorted; `wanted` is a list of ids or "all".

    Raises:
        UserError: If there is no study at all, or a wanted one has no folder or lacks files that
            every study has; it lists every problem.
    """
    chosen, problems = sort_out(studies_folder, wanted)
    if problems:
        raise UserError("\n".join(problems))
    return chosen


def sort_out(studies_folder: Path | str, wanted: list[str] | str) -> tuple[list[str], list[str]]:
    """Return the ids of the wanted studies that have all their files, and what the others lack.

    Raises:
        UserError: If there is no study at all.
    """
    folder = Path(studies_folder)
    there = known_studies(folder)
    if not there:
        raise UserError(
            f"There is no study in {folder} (looked for {folder}/<id>/study.yaml). "
            "The config key studies_folder says where the studies are."
        )
    chosen = there if wanted == "all" else sorted(wanted)
    problems = {study: _problems(folder, study) for study in chosen}
    sound = [study for study in chosen if not problems[study]]
    return sound, [problem for study in chosen for problem in problems[study]]


def no_such_study(folder: Path | str, study: str) -> str:
    """Return the sentence that a study is not there, with those that are."""
    there = known_studies(folder)
    if not there:
        return f"There is no study '{study}' in {folder}; there are none yet."
    near = difflib.get_close_matches(study, there, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(there)}."
    return f"There is no study '{study}' in {folder}; {hint}"


def _problems(folder: Path, study: str) -> list[str]:
    if study in RESERVED:
        return [reserved_id(study)]
    if not (folder / study).is_dir():
        return [no_such_study(folder, study)]
    missing = [name for name in REQUIRED if not (folder / study / name).is_file()]
    if missing:
        return [
            f"The study folder {folder / study} lacks {', '.join(missing)}. Every study has these "
            "files; one with nothing to say still has its header line or its empty list."
        ]
    return []


def folder_files(study_folder: Path | str) -> list[str]:
    """Return every file of a study folder that a person wrote, sorted.

    Not among them: `expected/` (frozen results), hidden files and editors' backups.
    """
    return sorted(
        path.as_posix()
        for path in Path(study_folder).rglob("*")
        if path.is_file() and _is_typed(path.relative_to(study_folder).parts)
    )


def _is_typed(parts: tuple[str, ...]) -> bool:
    hidden = any(part.startswith((".", "#")) or part.endswith("~") for part in parts)
    return parts[0] != "expected" and not hidden


def knows_truth(folder: Path | str) -> bool:
    """Return whether a study brings the truth that its digitized figures are held against."""
    return Path(folder, "truth.csv").is_file()
