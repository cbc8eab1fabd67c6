"""Plots of the result tables: frames in, a plot and its alt text out.

A plot whose analysis has no rows is not drawn.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from retrial.files import write_text
from retrial.report.load import Results
from retrial.report.plots import (
    baseline,
    identified,
    natural_remission,
    overlay,
    repeated,
    required,
    scenarios,
    specification,
    tests,
    truth,
    verdicts,
)
from retrial.report.plots.save import write

Draw = Callable[[Results], object]
Say = Callable[[Results], str]

PLOTS: dict[str, tuple[Draw, Say]] = {
    "verdicts": (verdicts.draw_verdicts, verdicts.say_verdicts),
    "truth": (truth.draw_truth, truth.say_truth),
    "baseline": (baseline.draw_baseline, baseline.say_baseline),
    "sd_bounds": (baseline.draw_sd_bounds, baseline.say_sd_bounds),
    "counts": (tests.draw_counts, tests.say_counts),
    "correlation": (tests.draw_correlation, tests.say_correlation),
    "repeated": (repeated.draw_repeated, repeated.say_repeated),
    "natural_remission": (natural_remission.draw_rates, natural_remission.say_rates),
    "required": (required.draw_required, required.say_required),
    "identified": (identified.draw_identified, identified.say_identified),
    "nonresponders": (scenarios.draw_nonresponders, scenarios.say_nonresponders),
    "dropouts": (scenarios.draw_dropouts, scenarios.say_dropouts),
}


def plots_of(results: Results) -> Iterator[tuple[str, Draw, Say]]:
    """Yield every plot that may be drawn: those of PLOTS, one a figure, and one a claim."""
    for name, (draw, say) in PLOTS.items():
        yield name, draw, say
    for figure in overlay.overlays(results):
        yield (
            f"overlay_{figure.id}",
            partial(overlay.draw_overlay, figure=figure),
            partial(overlay.say_overlay, figure=figure),
        )
    for claim in specification.curves(results):
        yield (
            f"specifications_{claim}",
            partial(specification.draw_curve, claim=claim),
            partial(specification.say_curve, claim=claim),
        )


def draw_all(results: Results, folder: Path | str, processes: int = 1) -> dict[str, str]:
    """Write each plot as SVG and PNG to `folder`, and `alt.json`; return the alt texts.

    With more than one process the plots are shared out; the files are the same.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    plots = list(plots_of(results))
    if processes > 1:
        # Forked, so that no worker imports matplotlib again; what is imported stays out of their
        # garbage collections, which would copy it.
        gc.collect()
        gc.freeze()
        with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
            jobs = [pool.submit(_draw_one, results, target, *plot) for plot in plots]
            drawn = [job.result() for job in jobs]
    else:
        drawn = [_draw_one(results, target, *plot) for plot in plots]
    alt = {name: words for name, words in drawn if words is not None}
    words = json.dumps(alt, ensure_ascii=False, indent=2, sort_keys=True)
    write_text(target / "alt.json", words + "\n")
    return alt


def _draw_one(
    results: Results, target: Path, name: str, draw: Draw, say: Say
) -> tuple[str, str | None]:
    plot = draw(results)
    if plot is None:
        return name, None
    write(plot, target, name)
    del plot
    gc.collect()  # a drawn figure is a ring of references, which would stay until many are drawn
    return name, say(results)
