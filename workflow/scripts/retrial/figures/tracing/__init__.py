"""Trace a figure by a written specification: means and error bars of line and bar charts.

The outcome is a WebPlotDigitizer project that a person opens, checks against the image and
corrects; what is ambiguous is left out and named, never guessed.
"""

from retrial.figures.tracing.found import Point, Traced, Unsure
from retrial.figures.tracing.project import write_project
from retrial.figures.tracing.spec import TraceSpec, load_spec, parse_spec
from retrial.figures.tracing.trace import trace

__all__ = [
    "Point",
    "TraceSpec",
    "Traced",
    "Unsure",
    "load_spec",
    "parse_spec",
    "trace",
    "write_project",
]
