"""One look for every plot: colours that the colour-blind tell apart, and in grey by shape.

Text is set in DejaVu Sans, which matplotlib ships, so that a plot has the same bytes everywhere.
Colours: Okabe & Ito (2008), https://jfly.uni-koeln.de/color/.
"""

from __future__ import annotations

from plotnine import element_blank, element_line, element_rect, element_text, theme, theme_minimal

from retrial.vocabulary import READINGS

INK, SOFT, RULE = "#1c2024", "#555d66", "#dfe3e7"
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILLION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
GREY = "#9aa2aa"

# By the names that the vocabulary gives them.
COLOURS = {
    "ink": INK,
    "grey": GREY,
    "black": BLACK,
    "orange": ORANGE,
    "sky": SKY,
    "green": GREEN,
    "yellow": YELLOW,
    "blue": BLUE,
    "vermillion": VERMILLION,
    "purple": PURPLE,
}

READING_COLOURS = {reading.short: COLOURS[reading.colour] for reading in READINGS.values()}
READING_SHAPES = {reading.short: reading.mark for reading in READINGS.values()}
READING_LINES = {reading.short: reading.line for reading in READINGS.values()}

WIDTH = 6.6  # inches: the report's column at its natural size


def report_theme(
    height: float, *, legend: str = "top", grid: str = "x", legend_title: bool = False
) -> theme:
    """Return the theme for a plot `height` inches high; `grid` names the axes with grid lines."""
    lines = {
        f"panel_grid_major_{axis}": element_line(color=RULE, size=0.6)
        if axis in grid
        else element_blank()
        for axis in "xy"
    }
    return theme_minimal(base_size=10.5, base_family="DejaVu Sans") + theme(
        figure_size=(WIDTH, height),
        dpi=160,
        plot_background=element_rect(fill="white", color="white"),
        panel_background=element_rect(fill="white", color="white"),
        panel_grid_minor=element_blank(),
        text=element_text(color=INK),
        axis_text=element_text(color=INK, size=9.5),
        axis_text_y=element_text(ma="right"),
        axis_title=element_text(color=INK, size=10),
        axis_ticks=element_blank(),
        strip_text=element_text(color=INK, size=10, weight="bold", ha="left"),
        strip_text_y=element_text(rotation=0, ha="left"),
        legend_position=legend,
        legend_title=element_text(size=9.5, color=SOFT) if legend_title else element_blank(),
        legend_text=element_text(size=9.5),
        legend_key=element_blank(),
        legend_box_margin=0,
        panel_spacing=0.03,
        plot_margin=0.012,
        **lines,
    )
