"""WebPlotDigitizer's project archive: an uncompressed tar of info.json, wpd.json and images.

Members are read into memory only; nothing is ever unpacked to disk, so that no name, link or
device in an archive can reach a file.
"""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import PurePosixPath

from retrial.figures.formats.faults import MAX_FILE_BYTES, DigitizeError, shown, text_of
from retrial.figures.formats.project import Project
from retrial.figures.formats.strictjson import load_json
from retrial.figures.formats.webplotdigitizer import read_project_json

MAX_MEMBERS = 1000
MAX_PATH = 300


def is_tar(data: bytes) -> bool:
    """Return whether bytes begin like a POSIX tar archive."""
    return data[257:262] == b"ustar"


def _check_name(name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    unsafe = path.is_absolute() or ".." in path.parts or ":" in name.split("/")[0]
    if unsafe or len(name) > MAX_PATH or not name.isprintable():
        raise DigitizeError(
            f"holds a member named {shown(name)}; only names inside its own folder are allowed."
        )


def _members(data: bytes) -> dict[str, bytes]:
    """Return the content of the archive's files by name."""
    found: dict[str, bytes] = {}
    total = 0
    # Mode "r:" refuses compression, so that the members cannot be larger than the archive.
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errorlevel=2) as archive:
        for count, member in enumerate(archive, 1):
            if count > MAX_MEMBERS:
                raise DigitizeError(f"holds more than the {MAX_MEMBERS} members allowed.")
            _check_name(member.name)
            if member.isdir():
                continue
            if not member.isreg() or member.issparse():
                raise DigitizeError(
                    f"holds {shown(member.name)}, which is a link, a device or another special"
                    " member; only files and folders are allowed."
                )
            total += member.size
            if not 0 <= member.size <= len(data) or total > MAX_FILE_BYTES:
                raise DigitizeError(
                    f"declares {shown(member.name)} larger than the archive itself."
                )
            # Other programs write ./figure/info.json for figure/info.json.
            name = str(PurePosixPath(member.name))
            if name in found:
                raise DigitizeError(f"holds {shown(name)} twice.")
            content = archive.extractfile(member).read(member.size)
            if len(content) != member.size:
                raise DigitizeError(f"ends inside its member {shown(member.name)}.")
            found[name] = content
    return found


def read_tar(data: bytes) -> Project:
    """Return the project in a WebPlotDigitizer .tar, with its images' bytes by name.

    Raises:
        DigitizeError: If the archive is broken or hostile, or contains no project.
    """
    try:
        members = _members(data)
    except (
        tarfile.TarError,
        OSError,
        EOFError,
        ValueError,
        OverflowError,
        RecursionError,
    ) as fault:
        if isinstance(fault, DigitizeError):
            raise
        raise DigitizeError(f"is no readable tar archive ({fault}).") from None
    infos = [name for name in members if PurePosixPath(name).name == "info.json"]
    if len(infos) != 1:
        raise DigitizeError(f"holds {len(infos)} files info.json; a project archive has one.")
    info = load_json(members[infos[0]])
    if not isinstance(info, dict):
        raise DigitizeError("holds an info.json that is no object.")
    folder = str(PurePosixPath(infos[0]).parent)

    def place(name: object) -> str:
        told = text_of(name, "a file name in info.json")
        return told if folder == "." else f"{folder}/{told}"

    project = place(info.get("json") or "wpd.json")
    if project not in members:
        raise DigitizeError(f"holds no {shown(project)}, which its info.json names as the project.")
    # Programs before 4.3 saved one image and told its name as `image`.
    images = info.get("images") or [info.get("image")]
    if not isinstance(images, list):
        raise DigitizeError("names its images in info.json by something other than a list.")
    named = {text_of(name, "an image name"): place(name) for name in images if name is not None}
    return replace(
        read_project_json(members[project]),
        images={name: members[at] for name, at in named.items() if at in members},
    )
