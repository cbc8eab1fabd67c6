"""Pixel errors of tracing, by kind of figure: `python tests/benchmarks/tracing_accuracy.py 8`.

The arguments are the number of figures of each kind and the first seed (0). Errors are distances
in pixels from where the renderer was told to draw; it rounds to whole pixels itself (up to 1 px;
half of that and less in the figures that are drawn larger and scaled down).
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from retrial.figures.tracing import trace
from tracing_figures import draw_bars, draw_lines

KINDS = {
    "colour, 300 dpi": partial(draw_lines),
    "colour, 100 dpi": partial(draw_lines, dpi=100),
    "colour, 300 dpi, JPEG 60": partial(draw_lines, image="jpeg"),
    "colour, 100 dpi, JPEG 60": partial(draw_lines, dpi=100, image="jpeg"),
    "colour, 72 dpi, JPEG 60": partial(draw_lines, dpi=72, image="jpeg"),
    "colour, 150 dpi, scaled down": partial(draw_lines, dpi=150, shrink=4),
    "colour, overlapping, 300 dpi": partial(draw_lines, apart=0.15),
    "colour, overlapping, 100 dpi": partial(draw_lines, dpi=100, apart=0.15),
    "colour, wide bars overlapping": partial(draw_lines, dpi=150, spread=3, apart=0.3),
    "colour, three arms dodged": partial(draw_lines, arms=3, offset=0.5, apart=0.3),
    "colour, log axis, 300 dpi": partial(draw_lines, log=True),
    "colour, log axis, 100 dpi": partial(draw_lines, log=True, dpi=100),
    "colour, grid": partial(draw_lines, grid=True),
    "colour, upper bars only": partial(draw_lines, ends="upper"),
    "colour, no caps": partial(draw_lines, capsize=0),
    "colour, stars, legend, JPEG": partial(
        draw_lines, dpi=150, stars=True, legend=True, image="jpeg"
    ),
    "colour, 13 visits": partial(draw_lines, dpi=150, apart=0.4, visits=tuple(range(13))),
    "colour, visits missing": partial(draw_lines, dpi=150, missing=True),
    "grey, 300 dpi": partial(draw_lines, grey=True),
    "grey, 100 dpi": partial(draw_lines, grey=True, dpi=100),
    "grey, open and filled circle": partial(
        draw_lines, grey=True, shapes=("circle", "open_circle")
    ),
    "grey, circle and diamond, 100 dpi": partial(
        draw_lines, dpi=100, grey=True, shapes=("diamond", "circle"), apart=0.6
    ),
    "grey, cross and circle": partial(
        draw_lines, dpi=150, grey=True, shapes=("cross", "circle"), apart=0.6
    ),
    "grey, scaled down, JPEG 60": partial(draw_lines, grey=True, dpi=150, shrink=2, image="jpeg"),
    "grey, overlapping, 300 dpi": partial(draw_lines, grey=True, apart=0.3),
    "grey, overlapping, 100 dpi": partial(draw_lines, grey=True, apart=0.3, dpi=100),
    "grey, wide bars overlapping": partial(draw_lines, dpi=150, grey=True, spread=3, apart=0.5),
    "grey, three arms dodged": partial(
        draw_lines, dpi=150, grey=True, arms=3, offset=0.6, apart=0.3
    ),
    "grey, four arms": partial(draw_lines, dpi=200, grey=True, arms=4, apart=0.4),
    "grey, 13 visits, JPEG 60": partial(
        draw_lines, dpi=150, grey=True, image="jpeg", apart=0.4, visits=tuple(range(13))
    ),
    "grey, visits missing": partial(draw_lines, dpi=150, grey=True, missing=True, apart=0.5),
    "bars, 300 dpi": partial(draw_bars),
    "bars, 100 dpi": partial(draw_bars, dpi=100),
    "bars, 300 dpi, JPEG 60": partial(draw_bars, image="jpeg"),
    "bars, no outline, both ends": partial(draw_bars, outlined=False, ends="both"),
    "bars, grey and white, 300 dpi": partial(draw_bars, grey=True, arms=3, ends="both"),
    "bars, grey and white, 100 dpi": partial(draw_bars, grey=True, arms=3, dpi=100),
    "bars, below zero": partial(draw_bars, negative=True),
    "bars, no caps": partial(draw_bars, dpi=150, capsize=0),
}


def describe(errors: list[float], drawn: int) -> str:
    """Return share found, median, 95th percentile and maximum, pixels."""
    if not errors:
        return f"{0:5.0%}" + 3 * "     -"
    spread = (np.median(errors), np.percentile(errors, 95), max(errors))
    return f"{len(errors) / drawn:5.0%}" + "".join(f"{value:6.2f}" for value in spread)


def main(count: int, first: int = 0) -> None:
    """Print one line a kind of figure."""
    print(f"{'':36}mean: found, median, 95 %, max    ends                 > 2 px   s each")
    for name, draw in KINDS.items():
        errors: dict[bool, list[float]] = {True: [], False: []}
        drawn = {True: 0, False: 0}
        wrong, taken = 0, 0.0
        for seed in range(first, first + count):
            figure = draw(seed)
            pixels = figure.pixels()
            started = time.perf_counter()
            traced = trace(pixels, figure.spec)
            taken += time.perf_counter() - started
            for _, _, group in figure.truth:
                drawn[group == "mean"] += 1
            for point in traced.points:
                truth = figure.truth.get((point.series, point.visit, point.group))
                error = float("inf") if truth is None else abs(point.row - truth)
                errors[point.group == "mean"].append(error)
                wrong += error > 2
        told = "   ".join(describe(errors[mean], drawn[mean]) for mean in (True, False))
        print(f"{name:36}{told}   {wrong:5}   {taken / count:6.2f}", flush=True)


if __name__ == "__main__":
    main(*(int(part) for part in sys.argv[1:3] or ["5"]))
