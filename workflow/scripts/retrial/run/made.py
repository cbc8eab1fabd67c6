"""What earlier runs left in this folder: results edited or lost since, locks, other runs at work.

Snakemake goes by time stamps: a result that somebody edits is built upon, and one that is put back
with an old time stamp is not noticed. So each job leaves the digests of what it made in
`results/<study>/.made/<stage>.json`, and of the results that it read; a run begins by comparing.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path

from retrial.errors import UserError
from retrial.files import write_text
from retrial.run.contents import params_digest
from retrial.run.digests import file_digest
from retrial.run.log import disk_sentence

FOLDER = ".made"
VALIDATED = "validated.txt"
NO_RESULTS = ("logs", "benchmarks")
ON_REQUEST = ("compare", "meta")  # stages that a run makes only when it is asked for them
LEAST_FREE = 50_000_000  # bytes: what the results of one study take, several times over
# Options with which Snakemake tells something and runs nothing.
_TELLING = re.compile(
    r"-(n|[a-zA-Z]*n[pqrF]*|l|S|D)$|--(dry-?run|lint|list.*|summary|detailed-summary|dag|d3dag|"
    r"rulegraph|filegraph|report|archive|unlock|cleanup.*|delete.*|print-.*|containerize|"
    r"conda-.*|help|version|touch)(=.*)?$"
)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, or of a folder's files with their names."""
    if path.is_file():
        return file_digest(path)
    total = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file() and p.name[0] != "."):
        total.update(f"{file.relative_to(path).as_posix()}\0{file_digest(file)}\n".encode())
    return total.hexdigest()


def note_made(
    log: Path | str, outputs: Iterable[str], inputs: Iterable[str] = (), params: Iterable = ()
) -> None:
    """Note the digests of what a job has made, and of the results that it made them from.

    Args:
        log: The job's log, results/<study>/logs/<stage>.log.
        outputs: The files and folders that it made.
        inputs: Its inputs; those that are no results of the same study are left out, and so is
            `validated.txt`, which says only that the typed files may be read.
        params: The params of its rule, in their order: digests of code and of what was typed, and
            settings.
    """
    log, outputs = Path(log), list(outputs)
    if not outputs:
        return
    results = log.parent.parent
    mine = [Path(path) for path in inputs if Path(path).parent == results]
    note = {
        "made": {Path(path).as_posix(): digest(Path(path)) for path in outputs},
        "from": {path.as_posix(): digest(path) for path in mine if path.name != VALIDATED},
        "with": params_digest(list(params)),
    }
    (results / FOLDER).mkdir(parents=True, exist_ok=True)
    write_text(results / FOLDER / f"{log.stem}.json", json.dumps(note, indent=1) + "\n")


def made_with(results: Path | str, stage: str, params: list) -> bool:
    """Return whether a stage's results are there and were made with these params."""
    try:
        text = Path(results, FOLDER, f"{stage}.json").read_text(encoding="utf-8")
        return json.loads(text).get("with") == params_digest(params)
    except (OSError, ValueError, AttributeError):
        return False


def _notes(results: Path) -> dict[str, dict | None]:
    """Return the note of each stage; None for one that cannot be read."""
    notes = {}
    for path in sorted(Path(results, FOLDER).glob("[!.]*.json")):
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
            notes[path.stem] = {part: dict(note[part]) for part in ("made", "from")}
        except (OSError, ValueError, KeyError, TypeError):
            notes[path.stem] = None
    return notes


def changed_since(results: Path | str) -> dict[str, tuple[str, str]]:
    """Return what was edited or lost of a study's results since they were made.

    By the path of each such result, "edited", "lost" or "unknown" and the stage that makes it.
    "unknown" is what only a note that cannot be read could have named; results of a folder without
    notes are taken as they are. What is made on request may be deleted.
    """
    results, found, noted = Path(results), {}, set()
    notes = _notes(results)
    for stage, note in notes.items():
        for name, expected in note["made"].items() if note else ():
            # Named from the working directory; a folder that was moved has it elsewhere.
            path = results / Path(name).name
            noted.add(path)
            if not path.exists():
                if stage not in ON_REQUEST:
                    found[str(path)] = ("lost", stage)
            elif digest(path) != expected:
                found[str(path)] = ("edited", stage)
    for stage in (stage for stage, note in notes.items() if note is None):
        for path in sorted(set(results.glob("[!.]*")) - noted):
            if path.name not in NO_RESULTS:
                found[str(path)] = ("unknown", stage)
    return found


def is_consistent(results: Path | str) -> bool:
    """Return whether each result is as it was made, from the results that are there now.

    It is not so after a run that was stopped: a later result was made from an earlier state of
    what it depends on. A result that is made on request may be of an earlier state.
    """
    results = Path(results)
    notes = {stage: note for stage, note in _notes(results).items() if stage not in ON_REQUEST}
    changed = any(stage not in ON_REQUEST for _, stage in changed_since(results).values())
    if not notes or None in notes.values() or changed:
        return False
    made = {
        Path(name).name: value for note in notes.values() for name, value in note["made"].items()
    }
    return all(
        made.get(Path(name).name) == expected
        for note in notes.values()
        for name, expected in note["from"].items()
    )


def set_aside(path: Path | str) -> Path:
    """Move an edited result out of the way of the one that is made again; return where it is.

    It is kept in `.snakemake/edited/<study>/`, under its name and a number; `make clean` removes
    it with everything else that a run leaves.
    """
    path = Path(path)
    kept = Path(".snakemake/edited", path.parent.name)
    kept.mkdir(parents=True, exist_ok=True)
    numbers = itertools.count(1)
    while (place := kept / f"{path.stem}.{next(numbers)}{path.suffix}").exists():
        pass
    shutil.move(path, place)
    return place


def runs_jobs(arguments: list[str]) -> bool:
    """Return whether a command line of Snakemake runs jobs, and does not only tell something."""
    return not any(_TELLING.fullmatch(argument) for argument in arguments)


def other_runs(folder: Path | str) -> list[str]:
    """Return "pid 123: snakemake ..." for each other Snakemake that works in a folder."""
    import psutil

    here, mine = Path(folder).resolve(), {os.getpid(), os.getppid()}
    found = []
    for process in psutil.process_iter(["pid", "cmdline", "cwd"]):
        command = process.info["cmdline"] or []
        if process.info["pid"] in mine or not process.info["cwd"]:
            continue
        if Path(process.info["cwd"]) != here or not _is_snakemake(command):
            continue
        if runs_jobs(command):
            found.append(f"process {process.info['pid']}: {' '.join(command)[:200]}")
    return found


def _is_snakemake(command: list[str]) -> bool:
    # `python -m snakemake ...` or the console script; a job of it runs `--mode subprocess`.
    names = [Path(part).name for part in command[:4]]
    if names[:1] and names[0].startswith("python") and names[1:3] == ["retrial", "run"]:
        return True
    main = "snakemake" in names and not any(part.startswith("--mode") for part in command)
    return main and bool(names) and (names[0].startswith("python") or names[0] == "snakemake")


def claim_folder(folder: Path | str) -> list[str]:
    """Make sure that a run can work in a folder; return what a person should know.

    A lock that an interrupted run left is removed. The owner of a run is noted in
    `.snakemake/run.json`, so that one on another computer is recognized.

    Raises:
        UserError: If another Snakemake works here, or the results cannot be written.
    """
    folder = Path(folder)
    others = other_runs(folder)
    if others:
        raise UserError(
            f"Another run works in {folder.resolve()} ({'; '.join(others)}). Wait for it to end, "
            "or stop it."
        )
    _check_writable(folder)
    state = folder / ".snakemake"
    locks = sorted((state / "locks").glob("*.lock")) if (state / "locks").is_dir() else []
    told = []
    if locks:
        owner = _owner(state / "run.json")
        if owner and owner != socket.gethostname():
            raise UserError(
                f"A run that began on {owner} has locked {folder.resolve()}. If it no longer "
                "works there, run: retrial unlock"
            )
        for lock in locks:
            lock.unlink(missing_ok=True)
        told.append("The last run here was interrupted; its lock is removed.")
    state.mkdir(exist_ok=True)
    (state / "run.json").write_text(json.dumps({"host": socket.gethostname()}), encoding="utf-8")
    return told


def _owner(path: Path) -> str | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["host"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _check_writable(folder: Path) -> None:
    results = folder / "results"
    try:
        results.mkdir(exist_ok=True)
        for place in (folder, results, *(p for p in results.iterdir() if p.is_dir())):
            with tempfile.TemporaryFile(dir=place) as file:
                file.write(b"x")
        free = shutil.disk_usage(results).free
    except OSError as error:
        raise UserError(disk_sentence(error, results)) from None
    if free < LEAST_FREE:
        raise UserError(
            f"Only {free / 1e6:.0f} MB are free on the disk of {results.resolve()}; a run needs "
            f"{LEAST_FREE / 1e6:.0f} MB. Nothing was changed."
        )
