"""How close digitizing comes: one figure clicked many times, read, rebuilt and tested each time.

Each time is a person of their own, whose clicks fall elsewhere; what the project file then says of
its own error, by drawing the clicks again, is held against the truth. A 95 % interval should hold
the truth 95 times in a hundred.
"""

from __future__ import annotations

import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from retrial.figures.digitized import read_figures
from retrial.stats.means import compare_means
from retrial.stats.summaries import sd_from_error
from retrial.study.figures import Figure
from retrial.study.models import Study

from truth.clicks import project_json
from truth.journal_figure import Drawn, draw
from truth.trials import Trial
from truth.truth import BETWEEN, between, moments

ALPHA = 0.05
QUANTITIES = ("mean", "sd", "p")
PROJECT = "project.json"


@dataclass(frozen=True)
class Known:
    """A trial's truth as arrays: cells in the order of arms and visits, p by method and visit."""

    trial: Trial
    drawn: Drawn
    n: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    p: np.ndarray


def known(trial: Trial) -> Known:
    """Return the truth of a trial, and its figure."""
    rows = trial.rows()
    cells = moments(trial, rows)
    p = [[between(trial, rows, visit, method) for visit in trial.visits] for method in BETWEEN]
    shape = (len(trial.arms), len(trial.visits))
    n, mean, sd = (cells[c].to_numpy().reshape(shape) for c in ("n", "mean", "sd"))
    figure = draw(cells, trial.arms, trial.label, trial.x_label)
    return Known(trial, figure, n, mean, sd, np.array(p))


def p_values(n: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Return p (method, ..., visit) of the two arms; mean and sd are (..., arm, visit)."""
    first, second = ((mean[..., arm, :], sd[..., arm, :], n[arm]) for arm in (0, 1))
    found = [compare_means(*first, *second, equal_var=equal).p for equal in BETWEEN.values()]
    return np.array(found)


def study_of(trial: Trial, n: np.ndarray) -> Study:
    """Return a trial as the study that a person would describe; its visits keep their own unit."""
    place = {"source": "Known truth", "quote": "of the patients' rows"}
    roles = ("treatment", "control")
    return Study.model_validate(
        {
            "id": trial.id,
            "title": trial.id,
            "citation": trial.citation,
            "doi": "",
            "simulated": False,
            "about": trial.about,
            "arms": [
                {"id": arm, "label": label, "role": role, "n": int(most), **place}
                for (arm, label), role, most in zip(trial.arms, roles, n.max(axis=1), strict=True)
            ],
            "visits": list(trial.visits),
            "visits_stated": place,
            "error_label": {"label": "sem", **place},
            "outcomes": [
                {
                    "id": trial.outcome,
                    "label": trial.label,
                    "unit": "",
                    "kind": "continuous",
                    "better": "none",
                }
            ],
        }
    )


def figure_of(trial: Trial, n: np.ndarray, pixel_sd: float) -> Figure:
    """Return the entry of figures.yaml for a trial's figure."""
    panel = {
        "id": "a",
        "outcome": trial.outcome,
        "arms": [arm for arm, _ in trial.arms],
        "visits": list(trial.visits),
        "n": [
            {"arm": arm, "n": shown.tolist()}
            for (arm, _), shown in zip(trial.arms, n.astype(int), strict=True)
        ],
        "series": [
            {"name": label, "arm": arm, "statistic": "grouped"} for arm, label in trial.arms
        ],
    }
    return Figure.model_validate(
        {
            "id": "figure1",
            "title": trial.label,
            "status": "digitized",
            "reason": "Clicked anew",
            "file": PROJECT,
            "pixel_sd": pixel_sd,
            "snap_months": float(np.diff(trial.visits).min()) / 2,
            "error_label": "sem",
            "panels": [panel],
            "source": "Figure 1",
        }
    )


def once(
    truth: Known, seed: int, draws: int, folder: Path, assumed_sd: float = 1.0
) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Digitize the figure once; return (value, low, high) of mean, sd and p.

    Args:
        truth: The figure and its truth.
        seed: Whose clicks these are.
        draws: How often the clicks are drawn again, for the 95 % intervals.
        folder: Where the project file may be written.
        assumed_sd: The error of a click that the intervals assume, px; the clicks have 1 px.
    """
    trial = truth.trial
    rng = np.random.default_rng([seed, zlib.crc32(trial.id.encode())])
    (folder / PROJECT).write_bytes(project_json(truth.drawn, trial.arms, rng))
    study = study_of(trial, truth.n)
    figure = figure_of(trial, truth.n, assumed_sd)
    found = read_figures(study, [figure], folder, draws=draws, seed=seed)
    # Rows stand by arm, then by visit, as the truth does.
    shape = (-1, len(trial.arms), len(trial.visits))
    read, again = (
        (frame["value"].to_numpy(float).reshape(shape), frame["error"].to_numpy(float))
        for frame in (found.reported, found.draws)
    )
    estimates, drawn = (
        _estimates(truth.n, mean, error.reshape(shape)) for mean, error in (read, again)
    )
    result = {}
    for name in QUANTITIES:
        low, high = np.quantile(drawn[name], [ALPHA / 2, 1 - ALPHA / 2], axis=0)
        result[name] = (estimates[name][0], low, high)
    return result


def _estimates(n: np.ndarray, mean: np.ndarray, error: np.ndarray) -> dict[str, np.ndarray]:
    """Return mean, sd and p of means and errors (draw, arm, visit); the draws come first."""
    sd = sd_from_error(error, n, "sem")
    return {"mean": mean, "sd": sd, "p": np.moveaxis(p_values(n, mean, sd), 1, 0)}


def repeat(
    trial: Trial, times: int, draws: int, assumed_sd: float = 1.0, first_seed: int = 1
) -> dict[str, np.ndarray]:
    """Digitize a trial's figure many times.

    Returns:
        For each quantity its truth, and for each time its value, low and high, the times first:
        keys such as `mean`, `mean_truth`, `mean_low`.
    """
    truth = known(trial)
    with tempfile.TemporaryDirectory() as folder:
        found = [
            once(truth, first_seed + time, draws, Path(folder), assumed_sd) for time in range(times)
        ]
    result = {}
    for name in QUANTITIES:
        result[f"{name}_truth"] = getattr(truth, name)
        for place, key in enumerate((name, f"{name}_low", f"{name}_high")):
            result[key] = np.array([each[name][place] for each in found])
    return result


def inside(found: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Return whether each interval of a quantity holds its truth."""
    truth = found[f"{name}_truth"]
    return (found[f"{name}_low"] <= truth) & (truth <= found[f"{name}_high"])


def summarize(trial: Trial, found: dict[str, np.ndarray]) -> dict[str, object]:
    """Return one line of the table: errors, verdicts that changed, coverage."""
    relative = {name: np.abs(found[name] / found[f"{name}_truth"] - 1) for name in ("mean", "sd")}
    apart = np.abs(found["p"] - found["p_truth"])
    changed = (found["p"] < ALPHA) != (found["p_truth"] < ALPHA)
    line: dict[str, object] = {"trial": trial.id}
    for name, errors in (*relative.items(), ("p", apart)):
        line |= {f"{name}_median": float(np.median(errors)), f"{name}_worst": float(errors.max())}
    line |= {"changed": int(changed.sum()), "tested": changed.size}
    for name in QUANTITIES:
        # The cells of one figure share its calibration: the error is that over the times.
        each = inside(found, name).reshape(len(found[name]), -1).mean(axis=1)
        line[f"{name}_coverage"] = float(each.mean())
        line[f"{name}_coverage_se"] = float(each.std() / np.sqrt(len(each)))
    return line
