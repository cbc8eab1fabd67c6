"""The command `retrial digitize`: trace a figure, write the project, tell what was left out."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from retrial.errors import UserError
from retrial.figures.tracing.found import Traced


def _show_example(asked: bool) -> None:
    if asked:
        example = files("retrial.study") / "templates" / "trace.yaml"
        typer.echo(example.read_text(encoding="utf-8"), nl=False)
        raise typer.Exit


def digitize_command(
    image: Annotated[Path, typer.Argument(help="The figure: PNG, JPEG, TIFF, BMP, GIF or WebP.")],
    specs: Annotated[
        list[Path],
        typer.Argument(
            metavar="SPEC...",
            help="What is in it: a YAML file with axes and series, one for each panel.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The project to write, .json or .tar; else <image>.json."
        ),
    ] = None,
    force: Annotated[bool, typer.Option(help="Replace a project that exists.")] = False,
    example: Annotated[
        bool,
        typer.Option(
            "--example",
            help="Print an example of SPEC with every key explained, and stop.",
            callback=_show_example,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Find means and error bars in a figure and write a WebPlotDigitizer project to check."""
    # Here, because the image library takes a second to load and only this command needs it.
    from retrial.figures.tracing import load_spec, trace, write_project

    output = output or image.with_suffix(".json")
    # A project that somebody has corrected by hand must not be lost by tracing again.
    if output.exists() and not force:
        raise UserError(f"{output} exists already; give another --output, or --force.")
    try:
        panels = [trace(image, load_spec(spec)) for spec in specs]
        write_project(panels, image, output)
    except ValueError as error:
        raise UserError(str(error)) from error
    for traced in panels:
        typer.echo(describe(traced), nl=False)
    typer.echo(f"Wrote {output}. Open it in WebPlotDigitizer and check it against the image.")


def describe(traced: Traced) -> str:
    """Return what was found and what was left out, one line a visit and one a reason."""
    lines = []
    for series in traced.spec.series:
        lines.append(f"{series.name}:")
        for visit in traced.spec.x:
            found = {
                point.group: point
                for point in traced.points
                if (point.series, point.visit) == (series.name, visit)
            }
            told = [
                f"{group} {point.value:.5g} (± {point.value_sigma:.1g})"
                for group, point in found.items()
            ]
            lines.append(f"  x = {visit:g}: {', '.join(told) if told else 'left out'}")
    found_count, left = len(traced.points), len(traced.unsure)
    lines.append(f"Found {found_count} of {found_count + left} points.")
    if left:
        lines.append("Left out, because they are not sure (click them yourself):")
        lines += [
            f"  {point.series}, x = {point.visit:g}, {point.group}: {point.reason}"
            for point in traced.unsure
        ]
    return "\n".join(lines) + "\n"
