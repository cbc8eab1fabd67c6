"""One trial as every stage takes it: what a person typed, the tables made so far, the settings.

A part is read when it is first asked for, from the file that is given for it; tests give it as it
is. A stage that asks for a file which its rule does not declare gets an error and no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from pathlib import Path
from typing import Any

from retrial.registry import TABLES
from retrial.study.claims import load_claims
from retrial.study.constraints import load_constraints
from retrial.study.figures import load_figures
from retrial.study.models import load_study
from retrial.study.typed import read_evidence, read_truth
from retrial.tables import read_table

# What a person types, and how each file is read. Every other part is a table of the registry.
TYPED: Mapping[str, Callable[[Path], Any]] = {
    "study": load_study,
    "claims": load_claims,
    "constraints": load_constraints,
    "figures": load_figures,
    "evidence": read_evidence,
    "known_truth": read_truth,
}
# The table of claims is called so, beside the claims that a person types.
VERDICTS = "verdicts"


class Settings:
    """What the configuration sets for a stage: `alpha`, `readings`, `rho` and the like.

    A setting that a stage's rule does not give is an error: none has a default here.
    """

    def __init__(self, **given: Any) -> None:
        self.__dict__.update(given)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no setting {name!r} is given; there are: {', '.join(vars(self))}")


class Trial:
    """The parts of one trial by name: those of `TYPED`, the tables of the registry, and `settings`.

    Args:
        files: For each part the file that it is read from when it is asked for.
        settings: What the configuration sets.
        parts: Parts that are there already.

    Raises:
        KeyError: If a part is neither typed nor a table.
    """

    def __init__(
        self,
        files: Mapping[str, Path | str] | None = None,
        settings: Mapping[str, Any] | None = None,
        **parts: Any,
    ) -> None:
        names = {*TYPED, *TABLES, VERDICTS}
        unknown = {*(files or {}), *parts} - names
        if unknown:
            raise KeyError(f"no parts of a trial: {sorted(unknown)}; there are: {sorted(names)}")
        self._files = dict(files or {})
        self.settings = Settings(**(settings or {}))
        self.found: dict[Any, Any] = {}  # what several analyses ask for, kept
        self._parts = parts

    @classmethod
    def of_job(cls, inputs: Mapping[str, Any], params: Mapping[str, Any]) -> Trial:
        """Return the trial of a Snakemake job, from its named inputs and params."""
        known = {*TYPED, *TABLES}
        files = {name: path for name, path in inputs.items() if name in known}
        return cls(files, dict(params.items()))

    @classmethod
    def of_folder(
        cls, folder: Path, settings: Mapping[str, Any] | None = None, **parts: Any
    ) -> Trial:
        """Return the trial of a study folder, before any stage has run."""
        files = {name: folder / f"{name}.yaml" for name in ("study", "claims", "constraints")}
        files["figures"] = folder / "figures" / "figures.yaml"
        return cls(files, settings, **parts)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_parts":
            raise AttributeError(name)
        if name not in self._parts:
            if name not in self._files:
                raise AttributeError(f"no file is given for {name!r}")
            self._parts[name] = self._read(name, self._files[name])
        return self._parts[name]

    def _read(self, name: str, path: Path | str) -> Any:
        if name in TYPED:
            return TYPED[name](path)
        return read_table(path, "claims" if name == VERDICTS else name)

    def but(self, *, settings: Mapping[str, Any] | None = None, **parts: Any) -> Trial:
        """Return this trial with other parts or settings."""
        other = copy(self)
        other.settings = Settings(**{**vars(self.settings), **(settings or {})})
        other.found, other._parts = {}, {**self._parts, **parts}
        return other

    @property
    def arms(self) -> tuple[str, str]:
        """The ids of the first treatment arm and the first control arm.

        Raises:
            KeyError: If the study lacks either.
        """
        return self.study.arm("treatment").id, self.study.arm("control").id
