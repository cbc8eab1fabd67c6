"""How far a run is, from Snakemake's own events: a logger plugin that is registered in process.

Snakemake makes a `LogHandler` and hands it each record. What a record is about is its `event`
(`snakemake_interface_logger_plugins.common.LogEvent`); no text of Snakemake is read.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

from retrial.run.console import Console

PLUGIN = "retrial"
TARGETS = ("all", "default")  # rules that only name what is wanted
_BAR = 20


@dataclass(frozen=True)
class Job:
    """One job: its rule, what it does in words, the study it is about, and its logs."""

    rule: str
    words: str
    study: str
    logs: tuple[Path, ...] = ()


@dataclass
class Progress:
    """What has happened in a run: jobs planned, running, done and failed, and other errors."""

    console: Console
    dry: bool = False
    total: int = 0
    done: int = 0
    planned: list[Job] = field(default_factory=list)
    failed: list[Job] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _running: dict[int, Job] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)

    def take(self, record: logging.LogRecord) -> None:
        """Take a record of Snakemake."""
        match getattr(record, "event", None):
            case LogEvent.JOB_INFO:
                self._begun(record)
            case LogEvent.JOB_FINISHED:
                self._running.pop(record.job_id, None)
            case LogEvent.JOB_ERROR:
                job = self._running.pop(record.jobid, None) or job_of(record)
                if job not in self.failed:
                    self.failed.append(job)
            case LogEvent.PROGRESS:
                self.done, self.total = record.done, record.total
            case LogEvent.GROUP_ERROR | LogEvent.SHELLCMD:
                pass
            case _ if record.levelno >= logging.ERROR:
                self.errors.append(record.getMessage())
        self.console.last_line(self._last_line())

    def _begun(self, record: logging.LogRecord) -> None:
        job = job_of(record)
        if job.rule in TARGETS:
            return
        self.planned.append(job)
        if not self.dry:
            self._running[record.jobid] = job
            self.console.tell(job.words)

    def _last_line(self) -> str:
        if self.dry or self.done == self.total:
            return ""
        full = _BAR * self.done // self.total
        parts = [f"[{'#' * full}{'.' * (_BAR - full)}] {self.done} of {self.total} jobs"]
        parts += [", ".join(job.rule for job in self._running.values())] if self._running else []
        if self.done:
            passed = time.monotonic() - self._started
            left = passed / self.done * (self.total - self.done)
            parts.append(f"about {duration(left)} left")
        return "; ".join(parts)


def duration(seconds: float) -> str:
    """Return a time in words: `40 s`, `3 min`, `2 h`."""
    for unit, size, least in (("h", 3600, 5400), ("min", 60, 90)):
        if seconds >= least:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def job_of(record: Any) -> Job:
    """Return the job that a record of the events JOB_INFO or JOB_ERROR is about."""
    found = getattr(record, "log", None) or ()
    logs = [found] if isinstance(found, str) else list(found)
    study = str((getattr(record, "wildcards", None) or {}).get("study", ""))
    words = getattr(record, "rule_msg", None) or f"{record.rule_name} {study}".strip()
    # Snakemake marks some files, as in `x.log (send to storage)`.
    paths = tuple(Path(str(log).split(" (")[0]) for log in logs)
    return Job(record.rule_name, words, study, paths)


class LogHandler(LogHandlerBase):
    """Hands each record of Snakemake to `progress`, which a run sets before it begins."""

    progress: ClassVar[Progress | None] = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record; one that cannot be taken stops nothing."""
        try:
            if self.progress is not None:
                self.progress.take(record)
        except Exception:
            self.handleError(record)

    writes_to_stream = False  # Snakemake's own lines are still written: to the run's file
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False


def register(progress: Progress) -> None:
    """Make Snakemake know the handler as the logger plugin `retrial`."""
    LogHandler.progress = progress
    registry = LoggerPluginRegistry()
    if PLUGIN not in registry.get_registered_plugins():
        registry.register_plugin(PLUGIN, SimpleNamespace(LogHandler=LogHandler))
