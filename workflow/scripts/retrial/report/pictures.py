"""Plots in the page: shown where the plot stage drew one, left out where it did not."""

from __future__ import annotations

from retrial.report.html import escape, figure
from retrial.report.load import Results


def picture(results: Results, name: str, caption: str = "") -> str:
    """Return a plot with its alt text; empty when it was not drawn."""
    if name not in results.pictures:
        return ""
    return figure(results.pictures[name], results.alt.get(name, caption or name), escape(caption))
