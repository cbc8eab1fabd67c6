"""How close digitizing comes: one figure clicked many times, read, rebuilt and tested each time.

Each time is a person of their own, whose clicks fall elsewhere; what the project file then says of
its own error, by drawing the clicks again, is held against the truth. A 95 % interval should hold
the truth 95 times in a hundred.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from retrial import digitize
from retrial.groups import sd_from_error
from retrial.significance import compare_means

from truth.clicks import project_json
from truth.journal_figure import Drawn, draw
from truth.trials import Trial
from truth.truth import BETWEEN, between, moments

ALPHA = 0.05
QUANTITIES = ("mean", "sd", "p")


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


def _cells(project: digitize.Project, trial: Trial) -> dict[str, np.ndarray]:
    """Return which point of the project is the mean, upper and lower of each arm and visit."""
    arms = [label for _, label in trial.arms]
    shape = (len(arms), len(trial.visits))
    found = {group: np.full(shape, -1) for group in ("Mean", "Upper", "Lower")}
    point = 0
    for series in project.series:
        for x, group in zip(series.values()[:, 0], series.groups, strict=True):
            visit = int(np.argmin(np.abs(np.array(trial.visits) - x)))
            found[group][arms.index(series.name), visit] = point
            point += 1
    return found


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
    rng = np.random.default_rng([seed, len(truth.mean[0])])
    path = folder / "project.json"
    path.write_bytes(project_json(truth.drawn, truth.trial.arms, rng))
    project = digitize.read(path, strict=True)
    cells = _cells(project, truth.trial)
    digitized = np.concatenate([series.values()[:, 1] for series in project.series])[None]
    again = project.draw(rng, draws, assumed_sd)[..., 1]
    estimates, drawn = (_estimates(truth.n, values, cells) for values in (digitized, again))
    result = {}
    for name in QUANTITIES:
        low, high = np.quantile(drawn[name], [ALPHA / 2, 1 - ALPHA / 2], axis=0)
        result[name] = (estimates[name][0], low, high)
    return result


def _estimates(
    n: np.ndarray, values: np.ndarray, cells: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Return mean, sd and p of values (draw, point); the draws come first."""
    mean = values[:, cells["Mean"]]
    error = np.abs(values[:, cells["Upper"]] - values[:, cells["Lower"]]) / 2
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
    line: dict[str, object] = {"trial": trial.id, "tests": found["p_truth"].size}
    for name, errors in (*relative.items(), ("p", apart)):
        line |= {f"{name}_median": float(np.median(errors)), f"{name}_worst": float(errors.max())}
    line["changed"] = float(changed.mean())
    for name in QUANTITIES:
        line[f"{name}_coverage"] = float(inside(found, name).mean())
    return line


def accuracy(trials: tuple[Trial, ...], times: int, draws: int) -> pd.DataFrame:
    """Return the table, one line a trial."""
    return pd.DataFrame([summarize(t, repeat(t, times, draws)) for t in trials])
