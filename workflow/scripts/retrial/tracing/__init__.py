"""Trace a figure by a written specification: means and error bars of line and bar charts.

The outcome is a WebPlotDigitizer project that a person opens, checks against the image and
corrects; what is ambiguous is left out and named, never guessed.
"""

from retrial.tracing.found import Point, Traced, Unsure
from retrial.tracing.project import write_project
from retrial.tracing.spec import TraceSpec, load_spec, parse_spec
from retrial.tracing.trace import trace

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
