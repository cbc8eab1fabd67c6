"""Accepted means it runs: study folders broken at random are refused, or run to their verdicts."""

from __future__ import annotations

import pytest
from carried import EVIDENCE, carry
from mutations import mutated, study_of
from retrial.validation import check_study

FAST, SLOW, CHUNK = 24, 600, 40  # cases; CHUNK of them make one slow test
LEAST_ACCEPTED = 1 / 10  # of each chunk, or nothing of what is accepted would be run


def outcome(case: int, folder) -> tuple[str, bool]:
    """Return what went wrong with a case ("" when nothing did), and whether it was accepted."""
    study = folder / str(case) / study_of(case)
    done = mutated(case, study)
    problems = check_study(study, EVIDENCE)
    for problem in problems:
        if not (problem.file and problem.allowed.strip()):
            return f"{done}\nis refused without file or remedy: {problem}", False
        if "Traceback" in str(problem):
            return f"{done}\nis refused with a traceback: {problem}", False
    if problems:
        return "", False
    failed = carry(study, folder / str(case) / "results")
    return (f"{done}\nwas accepted and fails:\n{failed}" if failed else ""), True


def outcomes(cases: range, folder) -> None:
    found = [outcome(case, folder) for case in cases]
    wrong = [words for words, _ in found if words]
    assert not wrong, "\n\n".join(wrong)
    assert sum(accepted for _, accepted in found) >= LEAST_ACCEPTED * len(cases)


@pytest.mark.parametrize("first", range(0, FAST, 6))
def test_a_broken_folder_is_refused_or_runs_to_its_verdicts(first, tmp_path):
    found = [outcome(case, tmp_path) for case in range(first, first + 6)]
    wrong = [words for words, _ in found if words]
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1000 + SLOW, CHUNK))
def test_hundreds_of_broken_folders_are_refused_or_run_to_their_verdicts(first, tmp_path):
    outcomes(range(first, first + CHUNK), tmp_path)
