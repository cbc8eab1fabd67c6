"""What is made once in a run of the tests and shared by all its processes."""

from __future__ import annotations

import fcntl
import shutil
import traceback
from collections.abc import Callable
from pathlib import Path


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first process to ask for it has filled; nobody may change it.

    Where that failed, every test that needs the folder is told why, and it is not tried again.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    done, failed = folder.with_suffix(".done"), folder.with_suffix(".failed")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() and not failed.exists():
            folder.mkdir()
            try:
                make(folder)
                done.touch()
            except BaseException:
                failed.write_text(traceback.format_exc(), encoding="utf-8")
                raise
    if failed.exists():
        raise RuntimeError(f"{folder.name} could not be made:\n{failed.read_text('utf-8')}")
    return folder


def copy_of(folder: Path, target: Path) -> Path:
    """Return a copy of a shared folder, to be changed."""
    return Path(shutil.copytree(folder, target, dirs_exist_ok=True))
