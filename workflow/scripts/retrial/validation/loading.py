"""The last step of validation: load the folder with the very functions that the stages use.

The checks before it say what is wrong in words that help. This one makes sure that nothing is
accepted which a stage could not even read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from retrial.validation.problem import Problem, shown


def check_loading(folder: Path, evidence: Path | str | None) -> list[Problem]:
    """Return what the stages' own readers refuse in a folder with no other problem."""
    # Loads scipy and the digitizers: only where everything else is sound.
    from retrial.figures.digitized import read_figures
    from retrial.stages.collect import collect, printed_numbers
    from retrial.study.claims import load_claims
    from retrial.study.constraints import load_constraints
    from retrial.study.figures import load_figures
    from retrial.study.models import load_study
    from retrial.study.typed import read_evidence, read_printed, read_truth

    problems: list[Problem] = []

    def read(name: str, reader: Callable[[Path], object], path: Path | None = None) -> object:
        try:
            return reader(path or folder / name)
        except Exception as error:  # whatever it is, a stage would end in it
            told = f"content that the workflow can read: {shown(error, 300)}"
            problems.append(Problem(name, value="a file that it cannot read", allowed=told))
            return None

    study = read("study.yaml", load_study)
    read("claims.yaml", load_claims)
    read("constraints.yaml", load_constraints)
    figures = read("figures/figures.yaml", load_figures)
    reported, counts = (read(name, read_printed) for name in ("reported.csv", "counts.csv"))
    if (folder / "truth.csv").is_file():
        read("truth.csv", read_truth)
    if evidence is not None:
        read(Path(evidence).name, read_evidence, Path(evidence))
    if problems:
        return problems
    printed = read("reported.csv", lambda path: printed_numbers(reported))
    digitized = read(
        "figures/figures.yaml",
        lambda path: read_figures(study, figures, path.parent, draws=2, seed=0, printed=printed),
    )
    if not problems:
        read("reported.csv", lambda path: collect(study, reported, counts, digitized.reported))
    return problems
