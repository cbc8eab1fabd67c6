"""A study folder carried through the workflow's own scripts in this process, without Snakemake."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

from retrial.registry import TABLES
from retrial.trial import TYPED as TYPED_PARTS

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "workflow/scripts"
EVIDENCE = ROOT / "resources/evidence/natural-history.csv"
TO_JUDGE = (
    "collect",
    "audit",
    "reconstruct",
    "retest",
    "truth",
    "effects",
    "sensitivity",
    "multiverse",
    "judge",
)
FEW = {
    "alpha": 0.05,
    "power": 0.8,
    "readings": ["sd", "sem", "ci95"],
    "rho": [0.0, 0.5, 0.9],
    "draws": 100,
    "rank_draws": 3,
    "seed": 2013,
}
TYPED = {
    "study": "study.yaml",
    "claims": "claims.yaml",
    "constraints": "constraints.yaml",
    "figures": "figures/figures.yaml",
    "counts": "counts.csv",
}
PARQUET = ("digitization", "multiverse")


class _Paths:
    """The inputs or outputs of a script: every table by its name, in the results folder."""

    def __init__(self, results: Path, named: dict[str, Path]) -> None:
        self._results, self._named = results, named

    def __getattr__(self, name: str) -> str:
        ending = "parquet" if name in PARQUET else "csv"
        return str(self._named.get(name, self._results / f"{name}.{ending}"))

    def __iter__(self):
        return iter(())  # a job's note of what it made stays empty

    def items(self):
        return [(name, getattr(self, name)) for name in (*TYPED_PARTS, *TABLES)]


class _Params(dict):
    """A job's params, by attribute and by name."""

    __getattr__ = dict.__getitem__


def carry(
    folder: Path, results: Path, stages: tuple[str, ...] = TO_JUDGE, evidence: Path = EVIDENCE
) -> str:
    """Run the stages' scripts on a study folder; return the log of the one that failed, or ""."""
    (results / "logs").mkdir(parents=True, exist_ok=True)
    typed = {name: folder / file for name, file in TYPED.items()} | {"evidence": evidence}
    for stage in stages:
        if stage == "truth" and not (folder / "truth.csv").is_file():
            continue
        inputs = dict(typed)
        if stage == "collect":
            inputs["reported"] = folder / "reported.csv"
        if stage == "truth":
            inputs["known_truth"] = folder / "truth.csv"
        log = results / "logs" / f"{stage}.log"
        job = SimpleNamespace(
            input=_Paths(results, inputs),
            output=_Paths(results, {"figures": results / "figures"}),
            params=_Params(FEW),
            log=[str(log)],
            threads=1,
        )
        with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                runpy.run_path(str(SCRIPTS / f"{stage}.py"), {"snakemake": job})
            except SystemExit:
                return f"{stage}: {log.read_text(encoding='utf-8')}"
    return ""


if __name__ == "__main__":
    print(carry(Path(sys.argv[1]), Path(sys.argv[2]), tuple(sys.argv[3:]) or TO_JUDGE))
