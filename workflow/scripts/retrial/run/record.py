"""How and when a run was made: `logs/run.json`, the one record that differs from run to run."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from retrial.files import write_text


def git_commit(folder: Path | str) -> str | None:
    """Return the commit of a project, with "+changes" when files differ; None outside git."""
    commands = ["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"]
    try:
        commit, changes = (
            subprocess.run(
                ["git", "-C", str(folder), *command], capture_output=True, text=True, check=True
            ).stdout.strip()
            for command in commands
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + "+changes" * bool(changes)


def write_run_record(path: Path | str, project: Path | str, started: float) -> None:
    """Write the git commit, the command and the times of a run that has just ended."""
    record = {
        "git_commit": git_commit(project),
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 1),
    }
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(record, indent=2) + "\n")
