"""Write a plot as SVG and PNG with the same bytes on every run."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import matplotlib as mpl
from plotnine import ggplot

from retrial.files import whole

mpl.use("agg")

# Element ids come from a hash with this salt, not from a random one. Letters stay letters: they can
# be searched, and drawn as paths they were two thirds of a report. A study's text is no
# formula: `$` is a dollar sign.
_FIXED = {
    "svg.hashsalt": "retrial",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "text.parse_math": False,
}


# For a reader without the font: others that are about as wide.
_FONT, _FONTS = b"'DejaVu Sans'", b"'DejaVu Sans', Verdana, Arial, sans-serif"
_PLACES = re.compile(rb'(?<= )(d|x|y)="([^"]*)"')
_DIGITS = re.compile(rb"(\.\d{3})\d+")


def _shorter(svg: bytes) -> bytes:
    """Return the SVG with places to a thousandth of a point, which nobody can see."""
    svg = svg.replace(_FONT, _FONTS)
    return _PLACES.sub(
        lambda found: found.group(1) + b'="' + _DIGITS.sub(rb"\1", found.group(2)) + b'"', svg
    )


def drawn(plot: ggplot) -> dict[str, bytes]:
    """Return the bytes of a plot as `svg` and as `png`, without a date."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    files = {}
    with mpl.rc_context(_FIXED):
        figure = plot.draw()
        try:
            for kind, about in (
                ("svg", {"Date": None, "Creator": None}),
                ("png", {"Software": None}),
            ):
                buffer = io.BytesIO()
                figure.savefig(buffer, format=kind, metadata=about, dpi=160)
                files[kind] = _shorter(buffer.getvalue()) if kind == "svg" else buffer.getvalue()
        finally:
            mpl.pyplot.close(figure)
    return files


def write(plot: ggplot, folder: Path, name: str) -> None:
    """Write `<name>.svg` and `<name>.png` to a folder."""
    for kind, content in drawn(plot).items():
        with whole(folder / f"{name}.{kind}") as part:
            part.write_bytes(content)
